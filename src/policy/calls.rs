//! What is said of each call by name as a whole.

use super::Whole;
use crate::syscall::Syscall;

/// A [`Whole`] for every name, and a bit for those of which something was said: most policies speak of
/// few, and the compiler and the proof go through them again and again.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    wholes: Vec<Whole>,
    touched: [u64; Syscall::COUNT.div_ceil(64)],
}

impl Default for Calls {
    fn default() -> Self {
        Self { wholes: vec![Whole::default(); Syscall::COUNT], touched: Default::default() }
    }
}

impl Calls {
    pub(super) fn get(&self, call: Syscall) -> &Whole {
        &self.wholes[call.place()]
    }

    /// To be changed.
    pub(super) fn edit(&mut self, call: Syscall) -> &mut Whole {
        let place = call.place();
        self.touched[place / 64] |= 1 << (place % 64);
        &mut self.wholes[place]
    }

    /// The calls of which something was said, in the order of the table; perhaps some of which nothing
    /// is said any more.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Syscall, Whole)> {
        self.touched
            .iter()
            .enumerate()
            .flat_map(|(word, bits)| {
                let mut left = *bits;
                std::iter::from_fn(move || {
                    let bit = left.trailing_zeros();
                    left &= left.wrapping_sub(1);
                    (bit < 64).then(|| word * 64 + bit as usize)
                })
            })
            .map(|place| (Syscall::at(place), self.wholes[place]))
    }
}

impl PartialEq for Calls {
    fn eq(&self, other: &Self) -> bool {
        self.wholes == other.wholes
    }
}

impl Eq for Calls {}

impl PartialOrd for Calls {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Calls {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.wholes.cmp(&other.wholes)
    }
}
