//! Functions of one 32-bit word that are constant between steps.

use std::collections::BTreeMap;

/// A value for every word.
#[derive(Clone, Debug)]
pub(super) struct Steps<T> {
    /// From this word on, up to the next.
    from: BTreeMap<u32, T>,
}

impl<T: Clone> Steps<T> {
    pub(super) fn new(everywhere: T) -> Self {
        Self { from: BTreeMap::from([(0, everywhere)]) }
    }

    /// Sets the value for the words `first` to `last`.
    pub(super) fn set(&mut self, first: u32, last: u32, value: T) {
        if let Some(after) = last.checked_add(1) {
            let behind = self.at(after).clone();
            self.from.entry(after).or_insert(behind);
        }
        let inside: Vec<u32> = self.from.range(first..=last).map(|(start, _)| *start).collect();
        for start in inside {
            self.from.remove(&start);
        }
        self.from.insert(first, value);
    }

    /// The parts of `range`, each with its value.
    pub(super) fn within(&self, range: Range) -> impl Iterator<Item = (Range, &T)> {
        let starts_inside = self.from.range(range.first..=range.last).map(|(start, _)| *start);
        let starts = std::iter::once(range.first)
            .chain(starts_inside.skip_while(move |start| *start == range.first));
        let mut starts = starts.peekable();
        std::iter::from_fn(move || {
            let first = starts.next()?;
            let last = starts.peek().map_or(range.last, |next| next - 1);
            Some((Range { first, last }, self.at(first)))
        })
    }

    fn at(&self, word: u32) -> &T {
        self.from.range(..=word).next_back().expect("there is a step at 0").1
    }
}

/// Some neighbouring words, never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Range {
    pub(super) const ALL: Self = Self { first: 0, last: u32::MAX };

    /// The part below `at`, and the part from there on.
    pub(super) fn split(self, at: u32) -> (Option<Self>, Option<Self>) {
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
                .map(|(range, value)| (range.first, range.last, *value))
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
