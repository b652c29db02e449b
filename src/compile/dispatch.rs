//! From a word to a target, by ranges: a binary decision tree.
//!
//! Serves the system call number, and the value sets of an argument.

use super::graph::{Graph, NodeId, Test};

/// Values that lead to one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) target: NodeId,
    /// How often the range is expected to be asked for, against the others.
    pub(super) weight: u32,
}

/// What it takes to make a tree, kept for the next one.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    covering: Vec<Range>,
    /// How much all ranges before each weigh, and at the end, all of them.
    sums: Vec<u64>,
}

/// The tree over `ranges`, which are in order and don't overlap; what lies in none of them leads to
/// `default`, or never comes here if there is none. `bits` is a test of the bits that are looked up;
/// its comparison is replaced. Up to `chain` single values in a row are asked for one by one.
pub(super) fn tree(
    graph: &mut Graph,
    bits: Test,
    ranges: &mut dyn Iterator<Item = Range>,
    default: Option<NodeId>,
    chain: usize,
) -> NodeId {
    let mut scratch = std::mem::take(&mut graph.scratch);
    scratch.cover(ranges, default);
    scratch.weigh();
    let root = Splitter { bits, chain }.split(graph, &scratch.covering, &scratch.sums);
    graph.scratch = scratch;
    root
}

/// Ranges of an ordinary table.
const ORDINARY: usize = 512;

impl Scratch {
    /// All 2^32 values in maximal ranges: gaps get `default`, or go with a neighbour if there is none;
    /// neighbours with one target are joined.
    fn cover(&mut self, ranges: &mut dyn Iterator<Item = Range>, default: Option<NodeId>) {
        self.covering.clear();
        self.covering.reserve(ORDINARY);
        let gap = |first, last| default.map(|target| Range { first, last, target, weight: 1 });
        let mut next = Some(0);
        for range in ranges {
            debug_assert!(next.is_some_and(|next| next <= range.first), "in order, and apart");
            if let Some(next) = next.filter(|next| *next < range.first) {
                gap(next, range.first - 1).into_iter().for_each(|gap| self.append(gap));
            }
            self.append(range);
            next = range.last.checked_add(1);
        }
        if let Some(next) = next {
            gap(next, u32::MAX).into_iter().for_each(|gap| self.append(gap));
        }
    }

    fn append(&mut self, range: Range) {
        match self.covering.last_mut() {
            Some(before) if before.target == range.target => {
                before.last = range.last;
                before.weight = before.weight.saturating_add(range.weight);
            }
            _ => self.covering.push(range),
        }
    }

    fn weigh(&mut self) {
        self.sums.clear();
        self.sums.reserve(ORDINARY);
        let mut sum = 0;
        for range in &self.covering {
            self.sums.push(sum);
            sum += u64::from(range.weight);
        }
        self.sums.push(sum);
    }
}

/// What is the same all over a tree.
struct Splitter {
    bits: Test,
    chain: usize,
}

impl Splitter {
    /// The tree over neighbouring ranges, cut where the weights on both sides are nearest to equal:
    /// within two tests of the best tree for the weights, found in O(n log n) (Mehlhorn 1975). The
    /// sums are one more than the ranges.
    fn split(&self, graph: &mut Graph, ranges: &[Range], sums: &[u64]) -> NodeId {
        if let [only] = ranges {
            return only.target;
        }
        if let Some(rest) = self.rest_of_chain(ranges) {
            return self.one_by_one(graph, ranges, rest);
        }
        let middle = middle(sums);
        let (left, right) = ranges.split_at(middle);
        let below = self.split(graph, left, &sums[..=middle]);
        let above = self.split(graph, right, &sums[middle..]);
        graph.test(self.bits.is_at_least(right[0].first), above, below)
    }

    /// Where all lead but a few single values, if these are so few that they are asked for one by one.
    ///
    /// A tree has two tests for each, one at its ends and one between it and the next. For two or three
    /// values, that is no sooner done than asking for each; for more it is, but takes more room.
    fn rest_of_chain(&self, ranges: &[Range]) -> Option<NodeId> {
        if ranges.len() > 2 * self.chain + 1 {
            return None;
        }
        let is_single = |range: &&Range| range.first == range.last;
        let rest = ranges.iter().find(|range| !is_single(range)).or(ranges.last())?.target;
        let mut others = ranges.iter().filter(|range| range.target != rest);
        let few = ranges.iter().filter(|range| range.target != rest).count() <= self.chain;
        (few && others.all(|range| is_single(&range))).then_some(rest)
    }

    /// ```text
    ///     jeq #heaviest, its target, next
    /// next:
    ///     jeq #another, its target, rest
    /// ```
    fn one_by_one(&self, graph: &mut Graph, ranges: &[Range], rest: NodeId) -> NodeId {
        let mut next = rest;
        let mut lighter = 0;
        // Built from the end: the lightest, of which most have one weight, come first, and of these the
        // smallest. So large values are asked for soonest, as by libseccomp.
        while let Some(weight) =
            ranges.iter().map(|range| range.weight).filter(|weight| *weight > lighter).min()
        {
            let alike = ranges.iter().filter(|range| range.weight == weight);
            for value in alike.filter(|range| range.target != rest) {
                next = graph.test(self.bits.equals(value.first), value.target, next);
            }
            lighter = weight;
        }
        next
    }
}

/// Where to cut: both sides nonempty, their weights as equal as can be.
fn middle(sums: &[u64]) -> usize {
    let last = sums.len() - 1;
    let twice_the_middle = sums[0] + sums[last];
    let at_or_above = sums[..last].partition_point(|sum| 2 * sum < twice_the_middle).max(1);
    let off = |place: usize| (2 * sums[place]).abs_diff(twice_the_middle);
    match at_or_above {
        1 => 1,
        place if place == last || off(place - 1) <= off(place) => place - 1,
        place => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_leaves_something_on_both_sides_and_nearly_the_same() {
        let cases: [(&str, &[u64], usize); 8] = [
            ("two", &[0, 1, 2], 1),
            ("two, the first heavy", &[0, 9, 10], 1),
            ("two, the last heavy", &[0, 1, 10], 1),
            ("even", &[0, 1, 2, 3, 4], 2),
            ("odd: the smaller half first", &[0, 1, 2, 3], 1),
            ("the last heavy", &[0, 1, 2, 10], 2),
            ("not from the start of the sums", &[7, 8, 9, 10, 11], 2),
            ("one in the middle that weighs nothing: with the others behind", &[0, 1, 1, 2], 1),
        ];
        for (why, sums, expected) in cases {
            assert_eq!(middle(sums), expected, "{why}");
        }
    }
}
