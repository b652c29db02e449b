//! Maps whose keys are small and of our own making.
//!
//! The standard hash is made to withstand keys that an enemy chose, and took most of the compiler's
//! and the proof's time. What is found in a map does not depend on its hash, only how soon.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map for small keys.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mixer>>;

/// Mixes the words of a key by multiplication, as rustc's own maps do.
#[derive(Debug, Default)]
pub(crate) struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    // What derived hashes write for the variant of an enum.
    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.unsigned_abs() as u64);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15; // 2^64 over the golden ratio
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(ODD);
    }

    fn finish(&self) -> u64 {
        // The map takes the bucket from the low bits, the product's best are the high ones.
        self.0.rotate_left(26)
    }
}
