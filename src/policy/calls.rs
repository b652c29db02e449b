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

    /// All, to be changed; what nothing is said of must stay so.
    pub(super) fn all_mut(&mut self) -> std::slice::IterMut<'_, Whole> {
        self.wholes.iter_mut()
    }

    /// The calls of which something was said, in the order of the table; perhaps some of which nothing
    /// is said any more.
    pub(super) fn iter(&self) -> Said<'_> {
        Said { calls: self, word: 0, left: self.touched[0] }
    }
}

/// See [`Calls::iter`]. Not made of the standard ones: these, nested, would be copied out in full
/// wherever somebody goes through the calls.
pub(super) struct Said<'a> {
    calls: &'a Calls,
    word: usize,
    left: u64,
}

impl Iterator for Said<'_> {
    type Item = (Syscall, Whole);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        while self.left == 0 {
            self.word += 1;
            self.left = *self.calls.touched.get(self.word)?;
        }
        let place = self.word * 64 + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some((Syscall::at(place), self.calls.wholes[place]))
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
