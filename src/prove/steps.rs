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

impl<T: Copy + PartialEq> Steps<T> {
    pub(super) fn new(everywhere: T) -> Self {
        const FEW: usize = 8;
        let mut from = Vec::with_capacity(FEW);
        from.push((0, everywhere));
        Self { from }
    }

    /// Sets the value for the words `first` to `last`.
    pub(super) fn set(&mut self, first: u32, last: u32, value: T) {
        let start = self.from.partition_point(|(from, _)| *from < first);
        let end = self.from.partition_point(|(from, _)| *from <= last);
        let behind = last
            .checked_add(1)
            .filter(|after| self.from.get(end).is_none_or(|(from, _)| from != after));
        let behind = behind.map(|after| (after, self.from[end - 1].1));
        let (length, set) = (self.from.len(), start + 1 + usize::from(behind.is_some()));
        self.from.resize(length + 2, (first, value));
        self.from.copy_within(end..length, set);
        self.from[start] = (first, value);
        if let Some(behind) = behind {
            self.from[start + 1] = behind;
        }
        self.from.truncate(set + length - end);
    }

    /// The value for one word.
    pub(super) fn at(&self, word: u32) -> T {
        self.from[self.from.partition_point(|(from, _)| *from <= word) - 1].1
    }

    /// What `combine` makes of both values, for every word.
    pub(super) fn with(&self, other: &Self, combine: &mut dyn FnMut(T, T) -> T) -> Self {
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

/// Steps to which single words are added, in order: in one go, where setting each would move all that
/// are behind it.
#[derive(Debug)]
pub(super) struct WithSingle<'a, T> {
    /// What holds for other words, as far as it is not in yet.
    rest: &'a [(u32, T)],
    /// And at the word where that begins.
    other: T,
    from: Vec<(u32, T)>,
}

impl<'a, T: Copy + PartialEq> WithSingle<'a, T> {
    /// For about `count` words.
    pub(super) fn new(steps: &'a Steps<T>, count: usize) -> Self {
        let from = Vec::with_capacity(steps.from.len() + 2 * count);
        Self { rest: &steps.from, other: steps.from[0].1, from }
    }

    /// What holds for a word that is not set; those before it can't be set any more.
    pub(super) fn other(&mut self, word: u32) -> T {
        while let Some(((first, value), rest)) =
            self.rest.split_first().filter(|next| next.0.0 <= word)
        {
            self.push(*first, *value);
            (self.other, self.rest) = (*value, rest);
        }
        self.other
    }

    /// Sets the value for a word behind those that were set before.
    pub(super) fn set(&mut self, word: u32, value: T) {
        let other = self.other(word);
        self.push(word, value);
        if let Some(behind) = word.checked_add(1) {
            self.push(behind, other);
        }
    }

    fn push(&mut self, first: u32, value: T) {
        // A step that began here has not lasted a single word.
        self.from.pop_if(|(from, _)| *from == first);
        if self.from.last().is_none_or(|(_, last)| *last != value) {
            self.from.push((first, value));
        }
    }

    pub(super) fn finish(mut self) -> Steps<T> {
        self.other(u32::MAX);
        Steps { from: self.from }
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
        let cases: [&[u32]; 7] = [
            &[],
            &[0],
            &[4, 5, 6],
            &[9, 10],
            &[0, 1, 7, u32::MAX],
            &[u32::MAX - 1, u32::MAX],
            &[5, 6, 7, 8, 9],
        ];
        for (words, value) in
            cases.into_iter().flat_map(|words| ['x', 'a', 'b'].map(|v| (words, v)))
        {
            let mut singly = steps.clone();
            let mut together = WithSingle::new(&steps, 1);
            for word in words {
                assert_eq!(together.other(*word), steps.at(*word), "{words:?} {word}");
                together.set(*word, value);
                singly.set(*word, *word, value);
            }
            // One by one, neighbours stay apart that have become the same.
            singly.from.dedup_by(|next, before| next.1 == before.1);
            assert_eq!(together.finish().from, singly.from, "{words:?} {value}");
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
