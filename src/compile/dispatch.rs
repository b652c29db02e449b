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

/// The tree over `ranges`, which are in order and don't overlap; what lies in none of them leads to
/// `default`, or never comes here if there is none. `bits` is a test of the bits that are looked up;
/// its comparison is replaced.
pub(super) fn tree(
    graph: &mut Graph,
    bits: Test,
    ranges: Vec<Range>,
    default: Option<NodeId>,
) -> NodeId {
    let covering = cover(ranges, default);
    split(graph, bits, &covering)
}

/// All 2^32 values in maximal ranges: gaps get `default`, or go with a neighbour if there is none;
/// neighbours with one target are joined.
fn cover(ranges: Vec<Range>, default: Option<NodeId>) -> Vec<Range> {
    debug_assert!(ranges.is_sorted_by(|a, b| a.last < b.first));
    let mut covering: Vec<Range> = Vec::with_capacity(2 * ranges.len() + 1);
    let mut append = |range: Range| match covering.last_mut() {
        Some(before) if before.target == range.target => {
            before.last = range.last;
            before.weight = before.weight.max(range.weight);
        }
        _ => covering.push(range),
    };
    let gap = |first, last| default.map(|target| Range { first, last, target, weight: 1 });
    let mut next = 0;
    for range in ranges {
        if range.first > next {
            gap(next, range.first - 1).into_iter().for_each(&mut append);
        }
        append(range);
        match range.last.checked_add(1) {
            Some(after) => next = after,
            None => return covering,
        }
    }
    gap(next, u32::MAX).into_iter().for_each(append);
    covering
}

/// The tree over neighbouring ranges, cut where the weights on both sides are nearest to equal:
/// within two tests of the best tree for the weights, found in O(n log n) (Mehlhorn 1975).
fn split(graph: &mut Graph, bits: Test, ranges: &[Range]) -> NodeId {
    match ranges {
        [only] => only.target,
        // One value cut out of a range: one test instead of two.
        [before, hole, after] if before.target == after.target && hole.first == hole.last => {
            graph.test(bits.equals(hole.first), hole.target, before.target)
        }
        _ => {
            let (left, right) = ranges.split_at(middle(ranges));
            let below = split(graph, bits, left);
            let above = split(graph, bits, right);
            graph.test(bits.is_at_least(right[0].first), above, below)
        }
    }
}

/// Where to cut: both sides nonempty, their weights as equal as can be.
fn middle(ranges: &[Range]) -> usize {
    let total: u64 = ranges.iter().map(|range| u64::from(range.weight)).sum();
    let mut left = 0;
    let mut best = (u64::MAX, 1);
    for (index, range) in ranges.iter().enumerate().take(ranges.len() - 1) {
        left += u64::from(range.weight);
        best = best.min((left.abs_diff(total - left), index + 1));
    }
    best.1
}
