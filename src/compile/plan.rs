//! What a policy says of each number of one architecture.

use super::argument;
use super::bitmap::Bitmap;
use super::dispatch::{self, Range};
use super::graph::{Graph, NodeId, Test, Word};
use crate::action::Action;
use crate::arch::{Arch, SKIPPED};
use crate::policy::{Policy, Rule};

/// The numbers that get each verdict unconditionally, and those whose arguments decide.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    verdicts: Vec<(Action, Bitmap)>,
    checks: Vec<Check<'a>>,
    default: Action,
    /// The last known number, and the verdict for those above it.
    unknown: (u32, Action),
}

/// A call whose arguments decide.
#[derive(Debug)]
struct Check<'a> {
    number: u32,
    /// Those with conditions, the strictest first: then the first that matches decides.
    rules: Vec<&'a Rule>,
    otherwise: Action,
}

impl<'a> Plan<'a> {
    pub(super) fn of(policy: &'a Policy, arch: Arch) -> Self {
        let default = policy.default_action();
        let unknown = policy.unknown(arch).unwrap_or((SKIPPED, default));
        let mut plan = Self { verdicts: Vec::new(), checks: Vec::new(), default, unknown };
        for number in policy.denied().filter_map(|call| call.number(arch)) {
            plan.verdict(policy.deny_action(), number);
        }
        for (call, rules) in policy.rules() {
            if let (Some(number), false) = (call.number(arch), policy.denies(call)) {
                plan.call(number, rules);
            }
        }
        plan
    }

    fn call(&mut self, number: u32, rules: impl IntoIterator<Item = &'a Rule>) {
        let (plain, mut rules): (Vec<_>, Vec<_>) =
            rules.into_iter().partition(|rule| rule.conditions().is_empty());
        // A number with rules is known, so the unknown-call verdict is not for it.
        let otherwise = plain.iter().map(|rule| rule.action()).min();
        match otherwise {
            Some(action) if rules.is_empty() => self.verdict(action, number),
            _ => {
                rules.sort_by_key(|rule| rule.action());
                let otherwise = otherwise.unwrap_or(self.default);
                self.checks.push(Check { number, rules, otherwise });
            }
        }
    }

    fn verdict(&mut self, action: Action, number: u32) {
        let index = self.verdicts.iter().position(|(known, _)| *known == action);
        let index = index.unwrap_or_else(|| {
            self.verdicts.push((action, Bitmap::default()));
            self.verdicts.len() - 1
        });
        self.verdicts[index].1.insert(number);
    }

    /// The tree that leads from a number to its verdict or its checks.
    pub(super) fn dispatch(self, graph: &mut Graph, arch: Arch) -> NodeId {
        let mut ranges: Vec<Range> = Vec::new();
        for (action, bitmap) in &self.verdicts {
            let target = graph.verdict(*action);
            ranges.extend(bitmap.runs().map(|(first, last)| Range {
                first,
                last,
                target,
                weight: 1,
            }));
        }
        for check in &self.checks {
            let target = argument::check(graph, arch, &check.rules, check.otherwise);
            let Check { number, .. } = *check;
            ranges.push(Range { first: number, last: number, target, weight: CHECK_WEIGHT });
        }
        let (newest, unknown) = self.unknown;
        let default = graph.verdict(self.default);
        if newest < SKIPPED - 1 {
            let target = graph.verdict(unknown);
            ranges.push(Range { first: newest + 1, last: SKIPPED - 1, target, weight: 1 });
        }
        dispatch::tree(graph, Test::equal(Word::NR, 0), ranges, default)
    }
}

/// How much shorter the way to a call with arguments should be. Where the kernel has its bitmap,
/// allowed calls never come here: what runs through the program is those whose arguments decide,
/// and, seldom, those that are refused.
const CHECK_WEIGHT: u32 = 8;
