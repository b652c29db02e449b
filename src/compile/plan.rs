//! What a policy says of each number of one architecture.

use super::bitmap::Bitmap;
use crate::action::Action;
use crate::arch::{Arch, SKIPPED};
use crate::policy::{Policy, Rule};

/// All numbers in runs of one outcome, in order.
#[derive(Debug)]
pub(super) struct Plan<'a>(Vec<Run<'a>>);

/// Neighbouring numbers for which the same is said.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) outcome: Outcome<'a>,
    /// How often they are expected, against others.
    pub(super) weight: u32,
}

/// What is said of a number.
#[derive(Clone, Debug)]
pub(super) enum Outcome<'a> {
    Verdict(Action),
    /// The arguments decide: of the rules, which have conditions and stand in order of strictness,
    /// the first that matches; if none does, `otherwise`.
    Check {
        rules: Vec<&'a Rule>,
        otherwise: Action,
    },
}

impl<'a> Plan<'a> {
    /// What `layer` says on `arch`, without what it was intersected with.
    pub(super) fn of(layer: &'a Policy, arch: Arch) -> Self {
        if !layer.covers(arch) {
            return Self(vec![plain_run(0, u32::MAX, layer.attributes().bad_arch)]);
        }
        let said = Said::by(layer, arch);
        let mut runs: Vec<Run<'a>> = said.checks;
        for (action, bitmap) in &said.verdicts {
            runs.extend(bitmap.runs().into_iter().map(|(f, l)| plain_run(f, l, *action)));
        }
        runs.sort_unstable_by_key(|run| run.first);
        Self(with_gaps_filled(runs, layer, arch))
    }

    pub(super) fn runs(&self) -> &[Run<'a>] {
        &self.0
    }

    /// What is said of one number.
    pub(super) fn at(&self, number: u32) -> &Outcome<'a> {
        &self.0[self.0.partition_point(|run| run.last < number)].outcome
    }
}

const fn plain_run<'a>(first: u32, last: u32, action: Action) -> Run<'a> {
    Run { first, last, outcome: Outcome::Verdict(action), weight: 1 }
}

/// The numbers of which something is said.
#[derive(Default)]
struct Said<'a> {
    /// The numbers that get each verdict unconditionally.
    verdicts: Vec<(Action, Bitmap)>,
    checks: Vec<Run<'a>>,
}

impl<'a> Said<'a> {
    fn by(layer: &'a Policy, arch: Arch) -> Self {
        let mut said = Self::default();
        let mut denied: Vec<u32> = layer.denied().filter_map(|call| call.number(arch)).collect();
        denied.sort_unstable();
        denied.dedup();
        denied.iter().for_each(|number| said.verdict(layer.deny_action(), *number));
        let mut priorities: Vec<(u32, u8)> = layer
            .priorities()
            .filter_map(|(call, priority)| Some((call.number(arch)?, priority)))
            .collect();
        priorities.sort_unstable();
        let priority_of = |number: u32| {
            let at = priorities.binary_search_by_key(&number, |(number, _)| *number);
            at.map_or(0, |at| u32::from(priorities[at].1))
        };
        let mut subjects: Vec<_> = layer
            .rules()
            .filter_map(|(subject, rules)| Some((subject.number(arch)?, rules)))
            .filter(|(number, _)| denied.binary_search(number).is_err())
            .collect();
        subjects.sort_by_key(|(number, _)| *number);
        // A number can be spoken of by name and by itself.
        for same in subjects.chunk_by(|a, b| a.0 == b.0) {
            let number = same[0].0;
            let rules = same.iter().flat_map(|(_, rules)| *rules);
            let weight = CHECK_WEIGHT * (1 + priority_of(number));
            said.call(number, rules, weight, || fallback(layer, arch, number));
        }
        said
    }

    fn call(
        &mut self,
        number: u32,
        rules: impl Iterator<Item = &'a Rule>,
        weight: u32,
        fallback: impl FnOnce() -> Action,
    ) {
        let mut conditional: Vec<&Rule> = Vec::new();
        let (mut whole, mut soft): (Option<Action>, Option<Action>) = (None, None);
        for rule in rules {
            match (rule.conditions(), rule.is_soft()) {
                ([], false) => whole = stricter(whole, rule.action()),
                ([], true) => soft = stricter(soft, rule.action()),
                _ => conditional.push(rule),
            }
        }
        if whole.is_some() {
            conditional.retain(|rule| !rule.is_soft());
        }
        match whole.or(soft) {
            Some(action) if conditional.is_empty() => self.verdict(action, number),
            otherwise => {
                conditional.sort_by_key(|rule| rule.action());
                let otherwise = otherwise.unwrap_or_else(fallback);
                let outcome = Outcome::Check { rules: conditional, otherwise };
                self.checks.push(Run { first: number, last: number, outcome, weight });
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
}

fn stricter(known: Option<Action>, action: Action) -> Option<Action> {
    Some(known.map_or(action, |known| known.min(action)))
}

/// Puts between the runs what is said of numbers without rules.
fn with_gaps_filled<'a>(runs: Vec<Run<'a>>, layer: &Policy, arch: Arch) -> Vec<Run<'a>> {
    let mut filled: Vec<Run<'a>> = Vec::with_capacity(2 * runs.len() + 3);
    let mut next = Some(0);
    let fill = |filled: &mut Vec<Run<'a>>, first: u32, last: u32| {
        // In a gap the verdict changes behind the newest known number, and before -1.
        let newest = layer.unknown(arch).map_or(u32::MAX, |(newest, _)| newest).min(SKIPPED - 1);
        let cuts = [(0, newest), (newest + 1, SKIPPED - 1), (SKIPPED, SKIPPED)];
        for (from, to) in cuts {
            let (first, last) = (first.max(from), last.min(to));
            if first <= last {
                filled.push(plain_run(first, last, fallback(layer, arch, first)));
            }
        }
    };
    for run in runs {
        if let Some(first) = next.filter(|first| *first < run.first) {
            fill(&mut filled, first, run.first - 1);
        }
        next = run.last.checked_add(1);
        filled.push(run);
    }
    if let Some(first) = next {
        fill(&mut filled, first, u32::MAX);
    }
    filled
}

/// The verdict for a number that no rule decides.
fn fallback(layer: &Policy, arch: Arch, number: u32) -> Action {
    match layer.unknown(arch) {
        Some((newest, action)) if number > newest && number != SKIPPED => action,
        _ => layer.default_action(),
    }
}

/// How much shorter the way to a call with arguments should be. Where the kernel has its bitmap,
/// allowed calls never come here: what runs through the program is those whose arguments decide,
/// and, seldom, those that are refused.
const CHECK_WEIGHT: u32 = 8;
