//! A set of rules that is cheap to add to.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Rule, Subject};
use crate::order;

/// A rule, and what it is about.
pub(crate) type Entry = (Subject, Rule);

/// Rules, each counting once, whatever the order in which they were added.
///
/// A list, put in order when somebody wants to know it, and before it grows: building a policy is
/// mostly adding rules, and a search tree of them took half of the time from names to a program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    list: Vec<Entry>,
    /// How many at the start of the list are in order, each once.
    ordered: usize,
}

impl Rules {
    /// So many are worth putting in order to find out whether some are there twice.
    const MANY: usize = 1024;

    pub(crate) fn insert(&mut self, entry: Entry) {
        if self.ordered == self.list.len() {
            match self.list.last().map(|last| last.cmp(&entry)) {
                Some(Ordering::Equal) => return,
                Some(Ordering::Greater) => {}
                Some(Ordering::Less) | None => self.ordered += 1,
            }
        }
        if self.list.len() == self.list.capacity() && self.list.len() >= Self::MANY {
            // So that what is added again and again does not take ever more room. Half of it must be
            // free then, or the next few would be put in order once more.
            self.put_in_order();
            self.list.reserve(self.list.len());
        }
        self.list.push(entry);
    }

    /// In no order, and one that was added twice perhaps twice.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.list.iter()
    }

    /// All, to be changed, whatever that makes of their order.
    pub(super) fn all_mut(&mut self) -> std::slice::IterMut<'_, Entry> {
        self.ordered = 0;
        self.list.iter_mut()
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.put_in_order();
        self.list.retain(keep);
        self.ordered = self.list.len();
    }

    pub(crate) fn append(&mut self, other: Self) {
        other.list.into_iter().for_each(|entry| self.insert(entry));
    }

    fn put_in_order(&mut self) {
        if self.ordered < self.list.len() {
            order::sort(&mut self.list);
            self.list.dedup();
            self.ordered = self.list.len();
        }
    }

    /// In order, each once.
    pub(super) fn in_order(&self) -> Cow<'_, [Entry]> {
        match self.ordered == self.list.len() {
            true => Cow::Borrowed(&self.list),
            false => {
                let mut all = self.clone();
                all.put_in_order();
                Cow::Owned(all.list)
            }
        }
    }
}

impl FromIterator<Entry> for Rules {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut rules = Self::default();
        entries.into_iter().for_each(|entry| rules.insert(entry));
        rules
    }
}

impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        self.in_order() == other.in_order()
    }
}

impl Eq for Rules {}

impl PartialOrd for Rules {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rules {
    fn cmp(&self, other: &Self) -> Ordering {
        self.in_order().cmp(&other.in_order())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;
    use crate::arch::Arch;

    fn entry(number: u32) -> Entry {
        (Subject::Numbered(Arch::X86_64, number), Rule::new(Action::ALLOW, []))
    }

    #[test]
    fn neither_order_nor_repetition_makes_a_difference() {
        let set = |numbers: &[u32]| numbers.iter().map(|n| entry(*n)).collect::<Rules>();
        let cases: [(&str, &[u32], &[u32]); 4] = [
            ("backwards", &[3, 2, 1], &[1, 2, 3]),
            ("the last one again", &[1, 2, 2], &[1, 2]),
            ("the first one again", &[1, 2, 1, 1, 1, 1, 1], &[1, 2]),
            ("out of order and back", &[2, 1, 3, 2], &[1, 2, 3]),
        ];
        for (why, given, expected) in cases {
            assert_eq!(set(given), set(expected), "{why}");
            assert_eq!(set(given).cmp(&set(expected)), Ordering::Equal, "{why}");
        }
        assert!(set(&[3, 1]) < set(&[2, 3]));
        assert_ne!(set(&[1]), set(&[2]));
    }

    #[test]
    fn what_is_added_in_order_is_in_order() {
        let rules: Rules = (0..100).map(entry).collect();
        assert!(matches!(rules.in_order(), Cow::Borrowed(_)), "{} are", rules.ordered);
    }

    #[test]
    fn a_long_list_is_put_in_order_before_it_grows_and_not_sooner_or_later() {
        let mut rules = Rules { list: Vec::with_capacity(Rules::MANY), ordered: 0 };
        let room = rules.list.capacity();
        let backwards = (0..u32::MAX).rev().map(entry);
        // How many were added, and how many of them are in order then: at first no more than the first.
        let cases = [(1, 1), (2, 1), (room - 1, 1), (room, 1), (room + 1, room), (2 * room, room)];
        let mut added = 0;
        for (upto, ordered) in cases {
            backwards.clone().skip(added).take(upto - added).for_each(|entry| rules.insert(entry));
            added = upto;
            assert_eq!((rules.list.len(), rules.ordered), (upto, ordered));
        }
    }

    #[test]
    fn a_short_list_grows_without_being_put_in_order() {
        let count = u32::try_from(Rules::MANY).unwrap();
        let rules: Rules = (1..count).rev().map(entry).collect();
        assert_eq!(rules.ordered, 1);
    }

    #[test]
    fn what_is_added_again_and_again_takes_no_more_room() {
        let mut rules = Rules::default();
        for round in 0..1000 {
            (0..50).for_each(|number| rules.insert(entry((number * 7 + round) % 50)));
        }
        assert!(rules.list.capacity() <= 4 * Rules::MANY, "{}", rules.list.capacity());
    }
}
