//! Items that are each made once: a map whose keys are small and of our own making.
//!
//! The standard hash is made to withstand keys that an enemy chose, and took most of the compiler's
//! and the proof's time. What is found in a map does not depend on its hash, only how soon.

use std::hash::{Hash, Hasher};

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

/// Items that are each kept once, and known by their number.
///
/// Half the memory of a map from items to numbers beside a list of them, and most of the proof's time
/// goes into this: the table holds numbers alone, the items stand in the list.
#[derive(Debug)]
pub(crate) struct Unique<T> {
    items: Vec<T>,
    /// One more than an item's number, or 0; a power of two of them, at most half of them in use.
    slots: Vec<u32>,
}

impl<T: Copy + Eq + Hash> Unique<T> {
    /// For some 2^`bits` items, and as many more as it takes.
    pub(crate) fn for_about(bits: u32) -> Self {
        Self { items: Vec::with_capacity(1 << bits), slots: vec![0; 2 << bits] }
    }

    /// The number of `item`, the next one if it is new.
    pub(crate) fn number(&mut self, item: T) -> u32 {
        let mut slot = self.first_slot(&item);
        while let Some(number) = self.slots[slot].checked_sub(1) {
            if self.items[number as usize] == item {
                return number;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        let number = u32::try_from(self.items.len()).expect("budgets end before the numbers do");
        self.items.push(item);
        self.slots[slot] = number + 1;
        if 2 * self.items.len() > self.slots.len() {
            self.grow();
        }
        number
    }

    pub(crate) fn get(&self, number: u32) -> T {
        self.items[number as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    fn first_slot(&self, item: &T) -> usize {
        scattered(item, self.slots.len())
    }

    fn grow(&mut self) {
        // What is more than a few is mostly some thousands.
        const MANY: usize = 1 << 13;
        self.slots = vec![0; MANY.max(2 * self.slots.len())];
        self.items.reserve_exact(self.slots.len() / 2 - self.items.len());
        for (item, number) in self.items.iter().zip(1..) {
            let mut slot = self.first_slot(item);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = number;
        }
    }
}

/// One of `slots` places, which are a power of two, for `item`.
#[expect(clippy::cast_possible_truncation, reason = "places are fewer than memory has")]
pub(crate) fn scattered(item: &impl Hash, slots: usize) -> usize {
    let mut mixer = Mixer::default();
    item.hash(&mut mixer);
    // The best bits of a product are its highest.
    (mixer.0 >> (u64::BITS - slots.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_kept_once_and_found_again_as_they_become_many() {
        let mut unique = Unique::for_about(2);
        for round in 0..3 {
            for item in 0..5000u32 {
                assert_eq!(unique.number(item * 4096), item, "round {round}");
            }
        }
        assert_eq!(unique.len(), 5000);
        assert!((0..5000).all(|number| unique.get(number) == number * 4096));
    }
}
