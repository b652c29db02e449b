//! Several plans for the same numbers, of which the strictest verdict holds: as ranges for dispatch.
//!
//! A policy that was not intersected with others has one plan, and all this comes to nothing more
//! than making its checks.

use super::argument;
use super::dispatch::Range;
use super::graph::{Graph, NodeId};
use super::plan::{Outcome, Plan, Run};
use crate::action::Action;
use crate::arch::Arch;

/// The ranges of all numbers, in order, each with the node at which its calls are decided.
pub(super) fn ranges(graph: &mut Graph, arch: Arch, plans: &[Plan]) -> Vec<Range> {
    if let [plan] = plans {
        let range = |run: &Run| {
            let Run { first, last, weight, .. } = *run;
            Range { first, last, target: strictest(graph, arch, &[(plan, &run.outcome)]), weight }
        };
        return plan.runs().iter().map(range).collect();
    }
    let mut ranges = Vec::with_capacity(plans.iter().map(|plan| plan.runs().len()).sum());
    let mut rest: Vec<&[Run]> = plans.iter().map(Plan::runs).collect();
    let mut first = 0;
    // Every plan covers all numbers, so they end together.
    while rest.iter().all(|runs| !runs.is_empty()) {
        let here: Vec<Said> =
            plans.iter().zip(&rest).map(|(plan, runs)| (plan, &runs[0].outcome)).collect();
        let last = rest.iter().map(|runs| runs[0].last).min().unwrap_or(u32::MAX);
        let weight = rest.iter().map(|runs| runs[0].weight).max().unwrap_or(1);
        ranges.push(Range { first, last, target: strictest(graph, arch, &here), weight });
        rest.iter_mut().for_each(|runs| {
            if runs[0].last == last {
                *runs = &runs[1..];
            }
        });
        first = last.wrapping_add(1);
    }
    ranges
}

/// The node at which one number's calls are decided.
pub(super) fn at(graph: &mut Graph, arch: Arch, plans: &[Plan], number: u32) -> NodeId {
    let here: Vec<Said> = plans.iter().map(|plan| (plan, plan.at(number))).collect();
    strictest(graph, arch, &here)
}

/// What one of the plans says.
type Said<'a> = (&'a Plan<'a>, &'a Outcome);

fn strictest(graph: &mut Graph, arch: Arch, outcomes: &[Said]) -> NodeId {
    within(graph, arch, outcomes, Action::ALLOW)
}

/// The strictest of `so_far` and what the outcomes come to, one check behind the other: where one
/// ends, the next begins, knowing the strictest so far.
fn within(graph: &mut Graph, arch: Arch, outcomes: &[Said], so_far: Action) -> NodeId {
    match outcomes {
        [] => graph.verdict(so_far),
        [(_, Outcome::Verdict(action)), rest @ ..] => {
            within(graph, arch, rest, so_far.min(*action))
        }
        [(plan, Outcome::Check { rules, otherwise }), rest @ ..] => {
            let mut end =
                |graph: &mut Graph, action: Action| within(graph, arch, rest, so_far.min(action));
            argument::check(graph, arch, plan.rules(rules), *otherwise, &mut end)
        }
    }
}
