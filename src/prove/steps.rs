//! Functions of one 32-bit word that are constant between steps.

use super::bits::Word;
use super::diagram::{Diagram, Function};
use crate::error::Result;

/// A value for every word.
#[derive(Clone, Debug)]
pub(super) struct Steps<T> {
    /// Where each step begins, in order, the first at 0, and its value up to the next.
    from: Vec<(u32, T)>,
}

impl<T: Copy> Steps<T> {
    pub(super) fn new(everywhere: T) -> Self {
        Self { from: vec![(0, everywhere)] }
    }

    /// Sets the value for the words `first` to `last`.
    pub(super) fn set(&mut self, first: u32, last: u32, value: T) {
        let start = self.from.partition_point(|(from, _)| *from < first);
        let end = self.from.partition_point(|(from, _)| *from <= last);
        let behind = last
            .checked_add(1)
            .filter(|after| self.from.get(end).is_none_or(|(from, _)| from != after));
        let behind = behind.map(|after| (after, self.from[end - 1].1));
        let mut from = Vec::with_capacity(self.from.len() + 2);
        from.extend_from_slice(&self.from[..start]);
        from.push((first, value));
        from.extend(behind);
        from.extend_from_slice(&self.from[end..]);
        self.from = from;
    }

    /// Sets the values for single words, given in order: in one go, where setting each would move
    /// all that are behind it.
    pub(super) fn set_single(&mut self, words: &[(u32, T)]) {
        let mut from = Vec::with_capacity(self.from.len() + 2 * words.len());
        let mut words = words.iter().peekable();
        for (index, (first, value)) in self.from.iter().enumerate() {
            from.push((*first, *value));
            let next = self.from.get(index + 1).map(|(next, _)| *next);
            while let Some((word, own)) = words.next_if(|(word, _)| next.is_none_or(|n| *word < n))
            {
                // A step that began here has not lasted a single word.
                from.pop_if(|(first, _)| first == word);
                from.push((*word, *own));
                let behind = word.checked_add(1).filter(|after| next.is_none_or(|n| *after < n));
                from.extend(behind.map(|after| (after, *value)));
            }
        }
        self.from = from;
    }

    /// The value for one word.
    pub(super) fn at(&self, word: u32) -> T {
        self.from[self.from.partition_point(|(from, _)| *from <= word) - 1].1
    }

    /// What `combine` makes of both values, for every word.
    pub(super) fn with(&self, other: &Self, mut combine: impl FnMut(T, T) -> T) -> Self {
        let mut from = Vec::with_capacity(self.from.len() + other.from.len());
        for (range, ours) in self.within(Range::ALL) {
            for (part, theirs) in other.within(range) {
                from.push((part.first, combine(ours, theirs)));
            }
        }
        Self { from }
    }

    /// The same steps with what `of` makes of their values.
    pub(super) fn try_map<U>(&self, mut of: impl FnMut(T) -> Result<U>) -> Result<Steps<U>> {
        let from = self.from.iter().map(|(first, value)| Ok((*first, of(*value)?)));
        Ok(Steps { from: from.collect::<Result<_>>()? })
    }

    /// The parts of `range`, each with its value.
    pub(super) fn within(&self, range: Range) -> impl Iterator<Item = (Range, T)> {
        let first = self.from.partition_point(|(from, _)| *from <= range.first) - 1;
        let inside = self.from[first..].iter().enumerate();
        inside.take_while(move |(_, (from, _))| *from <= range.last).map(
            move |(index, (from, value))| {
                let next = self.from.get(first + index + 1).map(|(next, _)| next - 1);
                let last = next.map_or(range.last, |last| last.min(range.last));
                (Range { first: (*from).max(range.first), last }, *value)
            },
        )
    }
}

/// A function of a word that is constant between steps as one of its bits, for the words that
/// start with the bits of `base` above the lowest `bits`.
pub(super) fn over(
    diagram: &mut Diagram,
    word: Word,
    steps: &Steps<Function>,
    base: u32,
    bits: u32,
) -> Function {
    let last = base | u32::MAX.checked_shr(32 - bits).unwrap_or(0);
    let mut inside = steps.within(Range { first: base, last });
    match (inside.next(), inside.next()) {
        (Some((_, only)), None) => only,
        _ => {
            let bit = bits - 1;
            let zero = over(diagram, word, steps, base, bit);
            let one = over(diagram, word, steps, base | 1 << bit, bit);
            diagram.bit(word.variable(bit), zero, one)
        }
    }
}

/// Some neighbouring words, never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Range {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Range {
    pub(crate) const ALL: Self = Self { first: 0, last: u32::MAX };

    /// The part below `at`, and the part from there on.
    pub(crate) fn split(self, at: u32) -> (Option<Self>, Option<Self>) {
        let below = at.checked_sub(1).filter(|_| at > self.first).map(|end| end.min(self.last));
        let above = (at <= self.last).then(|| at.max(self.first));
        (
            below.map(|last| Self { first: self.first, last }),
            above.map(|first| Self { first, last: self.last }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_cover_every_word_once() {
        let mut steps = Steps::new('a');
        steps.set(5, 9, 'b');
        steps.set(7, 7, 'c');
        steps.set(u32::MAX, u32::MAX, 'd');
        steps.set(0, 0, 'e');
        let parts = |first, last| {
            steps
                .within(Range { first, last })
                .map(|(range, value)| (range.first, range.last, value))
                .collect::<Vec<_>>()
        };
        assert_eq!(parts(6, 7), [(6, 6, 'b'), (7, 7, 'c')]);
        assert_eq!(parts(10, 12), [(10, 12, 'a')]);
        let all = parts(0, u32::MAX);
        assert_eq!(
            all,
            [
                (0, 0, 'e'),
                (1, 4, 'a'),
                (5, 6, 'b'),
                (7, 7, 'c'),
                (8, 9, 'b'),
                (10, u32::MAX - 1, 'a'),
                (u32::MAX, u32::MAX, 'd'),
            ]
        );
    }

    #[test]
    fn single_words_are_set_as_one_by_one() {
        let mut steps = Steps::new('a');
        steps.set(5, 9, 'b');
        steps.set(u32::MAX, u32::MAX, 'd');
        let cases: [&[u32]; 6] =
            [&[], &[0], &[4, 5, 6], &[9, 10], &[0, 1, 7, u32::MAX], &[u32::MAX - 1, u32::MAX]];
        for words in cases {
            let words: Vec<(u32, char)> = words.iter().map(|word| (*word, 'x')).collect();
            let (mut together, mut singly) = (steps.clone(), steps.clone());
            together.set_single(&words);
            words.iter().for_each(|(word, value)| singly.set(*word, *word, *value));
            assert_eq!(together.from, singly.from, "{words:?}");
        }
    }

    #[test]
    fn ranges_split_at_their_ends() {
        let range = Range { first: 3, last: 6 };
        let sizes = |at| {
            let (below, above) = range.split(at);
            [below, above].map(|part| part.map(|part| (part.first, part.last)))
        };
        assert_eq!(sizes(0), [None, Some((3, 6))]);
        assert_eq!(sizes(3), [None, Some((3, 6))]);
        assert_eq!(sizes(4), [Some((3, 3)), Some((4, 6))]);
        assert_eq!(sizes(6), [Some((3, 5)), Some((6, 6))]);
        assert_eq!(sizes(7), [Some((3, 6)), None]);
        assert_eq!(sizes(u32::MAX), [Some((3, 6)), None]);
    }
}
