//! Several plans for the same numbers, of which the strictest verdict holds: as ranges for dispatch.
//!
//! A policy that was not intersected with others has one plan, and all this comes to nothing more
//! than making its checks.

use super::Check;
use super::argument;
use super::dispatch::Range;
use super::graph::{Graph, NodeId};
use super::plan::{Outcome, Plan, Run};
use crate::action::Action;
use crate::arch::Arch;
use crate::order;

/// The ranges of all numbers, in order, each with the node at which its calls are decided. What is decided
/// by arguments is noted in `checks`.
pub(super) fn ranges(
    graph: &mut Graph,
    arch: Arch,
    plans: &[Plan],
    checks: &mut Vec<Check>,
) -> Vec<Range> {
    let mut note = |number, node, nodes| checks.push(Check { arch, number, node, nodes });
    if let [plan] = plans {
        let range = |run: &Run| {
            let Run { first, last, .. } = *run;
            let (weight, before) = (plan.weight(run, first, last), graph.len());
            let mut end = |graph: &mut Graph, action: Action| graph.verdict(action);
            let target = decided(graph, arch, (plan, run.outcome), &mut end);
            if let Outcome::Check(_) = run.outcome {
                note(first, target, graph.len() - before);
            }
            Range { first, last, target, weight }
        };
        return plan.runs().iter().map(range).collect();
    }
    let mut ranges = Vec::with_capacity(plans.iter().map(|plan| plan.runs().len()).sum());
    let mut rest: Vec<&[Run]> = plans.iter().map(Plan::runs).collect();
    let mut first = 0;
    // Every plan covers all numbers, so they end together.
    while rest.iter().all(|runs| !runs.is_empty()) {
        let here: Vec<Said> =
            plans.iter().zip(&rest).map(|(plan, runs)| (plan, runs[0].outcome)).collect();
        let last = rest.iter().map(|runs| runs[0].last).min().unwrap_or(u32::MAX);
        let weights =
            plans.iter().zip(&rest).map(|(plan, runs)| plan.weight(&runs[0], first, last));
        let weight = weights.max().unwrap_or(1);
        let before = graph.len();
        let target = strictest(graph, arch, &here);
        if here.iter().any(|(_, outcome)| matches!(outcome, Outcome::Check(_))) {
            note(first, target, graph.len() - before);
        }
        ranges.push(Range { first, last, target, weight });
        rest.iter_mut().for_each(|runs| {
            if runs[0].last == last {
                *runs = &runs[1..];
            }
        });
        first = last.wrapping_add(1);
    }
    ranges
}

/// What one of the plans says.
type Said<'a> = (&'a Plan<'a>, Outcome);

/// The node at which the strictest of the outcomes is found, one check behind the other: where one ends,
/// the next begins, knowing the strictest so far.
///
/// Built from the last outcome to the first, for every verdict that can have been reached by then:
/// asking anew behind each end of each check would take twice the time with every policy more.
fn strictest(graph: &mut Graph, arch: Arch, outcomes: &[Said]) -> NodeId {
    let mut reached = vec![vec![Action::ALLOW]];
    for said in outcomes {
        let before = &reached[reached.len() - 1];
        let mut after = Vec::new();
        each_verdict(*said, |verdict| {
            after.extend(before.iter().map(|so_far| verdict.min(*so_far)))
        });
        order::sort(&mut after);
        after.dedup();
        reached.push(after);
    }
    let ends = reached.pop().unwrap_or_default();
    let mut next: Vec<(Action, NodeId)> =
        ends.into_iter().map(|action| (action, graph.verdict(action))).collect();
    for (said, before) in outcomes.iter().zip(&reached).rev() {
        let node = |so_far: &Action| {
            let mut end = |_: &mut Graph, action: Action| lead(&next, action.min(*so_far));
            (*so_far, decided(graph, arch, *said, &mut end))
        };
        next = before.iter().map(node).collect();
    }
    lead(&next, Action::ALLOW)
}

/// Where a verdict that was reached so far leads.
fn lead(next: &[(Action, NodeId)], action: Action) -> NodeId {
    let place = next.binary_search_by_key(&action, |(reached, _)| *reached);
    next[place.expect("all verdicts that can be reached were found before")].1
}

/// All verdicts that an outcome can come to.
fn each_verdict((plan, outcome): Said, mut to: impl FnMut(Action)) {
    match outcome {
        Outcome::Verdict(action) => to(action),
        Outcome::Check(check) => {
            let (rules, otherwise) = plan.check(check);
            to(otherwise);
            rules.iter().for_each(|ranked| to(ranked.rule.action()));
        }
    }
}

/// The node at which an outcome is decided; where its verdicts lead is for `end` to say.
fn decided(
    graph: &mut Graph,
    arch: Arch,
    (plan, outcome): Said,
    end: &mut dyn FnMut(&mut Graph, Action) -> NodeId,
) -> NodeId {
    match outcome {
        Outcome::Verdict(action) => end(graph, action),
        Outcome::Check(check) => {
            let (rules, otherwise) = plan.check(check);
            argument::check(graph, arch, rules, otherwise, end)
        }
    }
}
