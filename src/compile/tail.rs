//! What is above the tables of x86_64 and x32.
//!
//! The two have one token, and their numbers take turns: bit 30 set is x32's, but -1, which has it
//! set, is x86_64's. In ranges that is two on each side of bit 31, and -1. But mostly all numbers
//! above a table get one verdict, and then bit 30 alone tells them apart.

use super::dispatch::Range;
use super::graph::{Graph, NodeId, Test, Word};
use crate::arch::{SKIPPED, X32_BIT};

const BIT_31: u32 = 1 << 31;

/// Replaces the last of `ranges`, which cover all numbers, by one.
///
/// ```text
///     jset #bit 30, _, x86_64's verdict
///     jeq #-1, verdict of -1, x32's verdict
/// ```
pub(super) fn fold(graph: &mut Graph, ranges: &mut Vec<Range>) {
    let Some(Tail { ours, theirs, skipped }) = Tail::of(ranges) else { return };
    let is_skipped = graph.test(Test::equal(Word::NR, SKIPPED), skipped, theirs);
    let target = graph.test(Test::any_bit(Word::NR, X32_BIT), is_skipped, ours);
    ranges.truncate(ranges.len() - 3);
    let mut tail = Range { first: BIT_31, last: u32::MAX, target, weight: 0 };
    // It goes down to where x32's table ends, and where there is none of x32's, to the end of the other.
    for (end_of_table, lowest) in [(theirs, X32_BIT), (ours, 0)] {
        while let Some(before) =
            ranges.pop_if(|before| before.target == end_of_table && tail.first > lowest)
        {
            tail.first = before.first;
            tail.weight += before.weight;
        }
        if tail.first != X32_BIT {
            break;
        }
    }
    // In the numbers below bit 30 is clear, so they may be asked for it, too. Then a few others in front
    // of the tail are all that has to be told apart.
    let mut others = 0;
    for range in ranges.iter_mut().rev() {
        if range.target == ours && range.last < X32_BIT {
            range.target = target;
        } else if others == super::CHAIN || range.first != range.last {
            break;
        } else {
            others += 1;
        }
    }
    ranges.push(tail);
}

/// Where the numbers above both tables lead.
struct Tail {
    ours: NodeId,
    theirs: NodeId,
    skipped: NodeId,
}

impl Tail {
    /// `None` where a rule is for one of these numbers.
    fn of(ranges: &[Range]) -> Option<Self> {
        match ranges {
            [.., ours, theirs, skipped]
                if ours.first == BIT_31 && theirs.first == BIT_31 | X32_BIT =>
            {
                let (ours, theirs) = (ours.target, theirs.target);
                Some(Self { ours, theirs, skipped: skipped.target })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dispatch;
    use super::super::graph::Node;
    use super::*;
    use crate::action::Action;

    const EDGES: [u32; 16] = [
        0,
        9,
        10,
        11,
        X32_BIT - 1,
        X32_BIT,
        X32_BIT + 1,
        X32_BIT + 9,
        X32_BIT + 10,
        BIT_31 - 1,
        BIT_31,
        (BIT_31 | X32_BIT) - 1,
        BIT_31 | X32_BIT,
        SKIPPED - 1,
        SKIPPED,
        1 << 29,
    ];

    /// All ways in which two verdicts can be spread over the two tables, of which x32's begins with a call
    /// of its own, what is above them, and -1.
    #[test]
    fn every_number_leads_where_it_led() {
        let mut folded = 0;
        for way in 0..1 << 9_u32 {
            let mut graph = Graph::default();
            let verdicts = [Action::ALLOW, Action::errno(1)].map(|action| graph.verdict(action));
            let tables = [0, 10, 11, X32_BIT, X32_BIT + 1, X32_BIT + 10];
            let starts = tables.into_iter().chain([BIT_31, BIT_31 | X32_BIT, SKIPPED]);
            let ends = starts.clone().skip(1).map(|next| next - 1).chain([SKIPPED]);
            let verdict = |place: usize| verdicts[(way >> place & 1) as usize];
            let before: Vec<Range> = (starts.zip(ends).enumerate())
                .map(|(place, (first, last))| Range {
                    first,
                    last,
                    target: verdict(place),
                    weight: 1,
                })
                .collect();
            let mut after = before.clone();
            fold(&mut graph, &mut after);
            folded += usize::from(after.len() <= 4);
            let number = Test::equal(Word::NR, 0);
            let root = dispatch::tree(
                &mut graph,
                number,
                &mut after.into_iter(),
                None,
                super::super::CHAIN,
            );
            for edge in EDGES {
                let led = before.iter().find(|range| (range.first..=range.last).contains(&edge));
                assert_eq!(
                    walk(&graph, root, edge),
                    led.unwrap().target,
                    "{edge:#x} in way {way:#b}"
                );
            }
        }
        assert!(folded >= 64, "{folded}");
    }

    fn walk(graph: &Graph, mut node: NodeId, number: u32) -> NodeId {
        while let Node::Test { test, yes, no } = graph.get(node) {
            node = if test.holds(number & test.mask) { yes } else { no };
        }
        node
    }
}
