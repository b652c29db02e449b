//! What a policy says of each number of one architecture.
//!
//! First as bitmaps, one a verdict, in the order in which they win; then, with the numbers whose
//! arguments decide, as runs.

use std::ops::Range;

use super::bitmap::Bitmap;
use crate::action::Action;
use crate::arch::Arch;
use crate::policy::{Policy, Rule, Subject};

/// All numbers in runs of one outcome, in order.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    runs: Vec<Run>,
    /// Those of all checks, number by number and the strictest first.
    rules: Vec<(u32, &'a Rule)>,
}

/// Neighbouring numbers for which the same is said.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) outcome: Outcome,
    /// How often they are expected, against others.
    pub(super) weight: u32,
}

/// What is said of a number.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Verdict(Action),
    /// The arguments decide: the first of these rules that matches; if none does, `otherwise`.
    Check {
        rules: Range<usize>,
        otherwise: Action,
    },
}

impl<'a> Plan<'a> {
    /// What `layer` says on `arch`, without what it was intersected with.
    pub(super) fn of(layer: &'a Policy, arch: Arch) -> Self {
        if !layer.covers(arch) {
            let foreign = plain_run(0, u32::MAX, layer.attributes().bad_arch);
            return Self { runs: vec![foreign], rules: Vec::new() };
        }
        let mut planes = Planes::of(layer, arch);
        let mut rules = rules(layer, arch, &planes);
        let checks = planes.checks(layer, arch, &mut rules);
        let mut runs = planes.runs();
        runs.extend(checks);
        runs.sort_unstable_by_key(|run| run.first);
        Self { runs: with_gaps_filled(&runs, layer, arch), rules }
    }

    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// What is said of one number.
    pub(super) fn at(&self, number: u32) -> &Outcome {
        &self.runs[self.runs.partition_point(|run| run.last < number)].outcome
    }

    /// The rules of a check.
    pub(super) fn rules(&self, range: &Range<usize>) -> &[(u32, &'a Rule)] {
        &self.rules[range.clone()]
    }
}

const fn plain_run(first: u32, last: u32, action: Action) -> Run {
    Run { first, last, outcome: Outcome::Verdict(action), weight: 1 }
}

/// The numbers that get each verdict unconditionally; every number is in one plane at most.
struct Planes {
    /// Those that are denied come first, then rules for whole calls, then soft ones; of one kind
    /// the stricter first.
    planes: Vec<(Kind, Action, Bitmap)>,
    /// The numbers of named calls with a priority: few, if any.
    priorities: Vec<(u32, u8)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Denied,
    Rule,
    Soft,
}

impl Planes {
    fn of(layer: &Policy, arch: Arch) -> Self {
        let mut all = Self { planes: Vec::with_capacity(8), priorities: Vec::new() };
        let deny = layer.deny_action();
        for (call, whole) in layer.calls() {
            let Some(number) = call.number(arch) else { continue };
            let said = [
                (Kind::Denied, whole.denied.then_some(deny)),
                (Kind::Rule, whole.rule),
                (Kind::Soft, whole.soft),
            ];
            for (kind, action) in said {
                if let Some(action) = action {
                    all.insert(kind, action, number);
                }
            }
            if whole.priority != 0 {
                all.priorities.push((number, whole.priority));
            }
        }
        for number in layer.denied_numbers().filter_map(|subject| subject.number(arch)) {
            all.insert(Kind::Denied, deny, number);
        }
        for (subject, rule) in layer.other_rules() {
            if let (Some(number), []) = (subject.number(arch), rule.conditions()) {
                let kind = if rule.is_soft() { Kind::Soft } else { Kind::Rule };
                all.insert(kind, rule.action(), number);
            }
        }
        let mut taken = Bitmap::default();
        all.planes.iter_mut().for_each(|(.., plane)| plane.give_way_to(&mut taken));
        all
    }

    fn insert(&mut self, kind: Kind, action: Action, number: u32) {
        let place = self.planes.iter().position(|(k, a, _)| (*k, *a) >= (kind, action));
        let place = place.unwrap_or(self.planes.len());
        match self.planes.get_mut(place) {
            Some((k, a, plane)) if (*k, *a) == (kind, action) => plane.insert(number),
            _ => {
                let mut plane = Bitmap::default();
                plane.insert(number);
                self.planes.insert(place, (kind, action, plane));
            }
        }
    }

    /// The plane that `number` is in, by its place.
    fn find(&self, number: u32) -> Option<usize> {
        self.planes.iter().position(|(.., plane)| plane.contains(number))
    }

    /// A run for each number that has rules with conditions; it is in no plane any more.
    fn checks(&mut self, layer: &Policy, arch: Arch, rules: &mut [(u32, &Rule)]) -> Vec<Run> {
        rules.sort_unstable_by_key(|(number, rule)| (*number, rule.action()));
        let mut checks = Vec::new();
        let mut start = 0;
        for same in rules.chunk_by(|a, b| a.0 == b.0) {
            let (number, rules) = (same[0].0, start..start + same.len());
            start = rules.end;
            let otherwise = match self.find(number) {
                Some(index) => {
                    self.planes[index].2.remove(number);
                    self.planes[index].1
                }
                None => fallback(layer, arch, number),
            };
            let given = self.priorities.iter().find(|(known, _)| *known == number);
            let priority = given.map_or(0, |(_, priority)| u32::from(*priority));
            let weight = CHECK_WEIGHT * (1 + priority);
            let outcome = Outcome::Check { rules, otherwise };
            checks.push(Run { first: number, last: number, outcome, weight });
        }
        checks
    }

    fn runs(&self) -> Vec<Run> {
        let mut runs = Vec::with_capacity(128);
        for (_, action, plane) in &self.planes {
            runs.extend(plane.runs().map(|(first, last)| plain_run(first, last, *action)));
        }
        runs
    }
}

/// The rules with conditions that are in force, each with its number: not those for denied numbers,
/// nor soft ones where a rule is for the whole call.
fn rules<'a>(layer: &'a Policy, arch: Arch, planes: &Planes) -> Vec<(u32, &'a Rule)> {
    let in_force = |number: u32, rule: &Rule| match planes.find(number) {
        Some(index) => match planes.planes[index].0 {
            Kind::Denied => false,
            Kind::Rule => !rule.is_soft(),
            Kind::Soft => true,
        },
        None => true,
    };
    let conditional = layer.other_rules().filter(|(_, rule)| !rule.conditions().is_empty());
    let numbered = |(subject, rule): &'a (Subject, Rule)| Some((subject.number(arch)?, rule));
    conditional.filter_map(numbered).filter(|(number, rule)| in_force(*number, rule)).collect()
}

/// Puts between the runs what is said of numbers without rules.
fn with_gaps_filled(runs: &[Run], layer: &Policy, arch: Arch) -> Vec<Run> {
    let mut filled: Vec<Run> = Vec::with_capacity(2 * runs.len() + 3);
    let mut next = Some(0);
    // In a gap the verdict changes where numbers that the author knew end, and where they begin
    // again.
    let unknown: Vec<_> = layer.unknown(arch).collect();
    let fill = |filled: &mut Vec<Run>, first: u32, last: u32| {
        let mut next = first;
        for (range, action) in &unknown {
            let (from, to) = (next.max(*range.start()), last.min(*range.end()));
            if from <= to {
                if next < from {
                    filled.push(plain_run(next, from - 1, layer.default_action()));
                }
                filled.push(plain_run(from, to, *action));
                next = to + 1; // never behind the last: no range reaches -1
            }
        }
        if next <= last {
            filled.push(plain_run(next, last, layer.default_action()));
        }
    };
    for run in runs {
        if let Some(first) = next.filter(|first| *first < run.first) {
            fill(&mut filled, first, run.first - 1);
        }
        next = run.last.checked_add(1);
        filled.push(run.clone());
    }
    if let Some(first) = next {
        fill(&mut filled, first, u32::MAX);
    }
    filled
}

/// The verdict for a number that no rule decides.
fn fallback(layer: &Policy, arch: Arch, number: u32) -> Action {
    let unknown = layer.unknown(arch).find(|(range, _)| range.contains(&number));
    unknown.map_or(layer.default_action(), |(_, action)| action)
}

/// How much shorter the way to a call with arguments should be. Where the kernel has its bitmap,
/// allowed calls never come here: what runs through the program is those whose arguments decide,
/// and, seldom, those that are refused.
const CHECK_WEIGHT: u32 = 8;
