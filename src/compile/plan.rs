//! What a policy says of each number of one architecture.
//!
//! First as bitmaps, one a verdict, in the order in which they win; then, with the numbers whose
//! arguments decide, as runs.

use std::cmp::Ordering;
use std::ops::Range;

use super::bitmap::Bitmap;
use crate::action::Action;
use crate::arch::Arch;
use crate::order;
use crate::policy::{Policy, Rule, Whole};
use crate::syscall::newest;

/// All numbers in runs of one outcome, in order.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    runs: Vec<Run>,
    checks: Vec<Check>,
    /// Those of all checks, in order, those alike side by side.
    rules: Vec<Ranked<'a>>,
    /// The first and the last number of the architecture's table.
    table: (u32, u32),
}

/// Neighbouring numbers for which the same is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) outcome: Outcome,
    /// How often each of them is expected, against other numbers.
    each: u32,
}

/// What is said of a number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Verdict(Action),
    /// The arguments decide: see [`Plan::check`].
    Check(usize),
}

/// A number that is decided by its arguments: the first of the rules that matches; if none does,
/// `otherwise`.
#[derive(Debug)]
struct Check {
    number: u32,
    rules: Range<usize>,
    otherwise: Action,
}

/// A rule with conditions, and its number. In order they stand number by number, the strictest first,
/// and those of one verdict by their conditions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranked<'a> {
    /// The number, and the verdict's rank below it: conditions take long to compare.
    key: u64,
    pub(super) rule: &'a Rule,
}

impl<'a> Ranked<'a> {
    pub(super) fn new(number: u32, rule: &'a Rule) -> Self {
        Self { key: u64::from(number) << 32 | rule.action().rank(), rule }
    }

    fn number(&self) -> u32 {
        (self.key >> 32) as u32
    }

    fn is_before(&self, other: &Self) -> bool {
        match self.key.cmp(&other.key) {
            Ordering::Equal => self.rule.conditions() < other.rule.conditions(),
            order => order == Ordering::Less,
        }
    }

    /// Whether two rules for one number have one verdict.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

#[inline(never)]
pub(super) fn sort(rules: &mut [Ranked<'_>]) {
    order::sort_by(rules, Ranked::is_before);
}

impl<'a> Plan<'a> {
    /// What `layer` says on `arch`, without what it was intersected with.
    pub(super) fn of(layer: &'a Policy, arch: Arch) -> Self {
        if !layer.covers(arch) {
            let foreign = plain_run(0, u32::MAX, layer.attributes().bad_arch);
            return Self {
                runs: vec![foreign],
                checks: Vec::new(),
                rules: Vec::new(),
                table: (0, 0),
            };
        }
        let mut planes = Planes::of(layer, arch);
        let rules = planes.rules(layer, arch);
        let (runs, checks) = (Vec::with_capacity(512), Vec::with_capacity(64));
        let mut plan = Self { runs, checks, rules, table: (arch.first_number(), newest(arch)) };
        plan.take_checks(&mut planes, layer, arch);
        plan.put_in_runs(&planes, layer, arch);
        plan
    }

    /// Takes the numbers that have rules with conditions out of the planes.
    fn take_checks(&mut self, planes: &mut Planes, layer: &Policy, arch: Arch) {
        let mut start = 0;
        for same in self.rules.chunk_by(|a, b| a.number() == b.number()) {
            let (number, rules) = (same[0].number(), start..start + same.len());
            start = rules.end;
            let otherwise = match planes.find(number) {
                Some(index) => {
                    planes.planes[index].numbers.remove(number);
                    planes.planes[index].action
                }
                None => layer.fallback(arch, number),
            };
            planes.taken.insert(number);
            self.checks.push(Check { number, rules, otherwise });
        }
    }

    /// The numbers in order: of each what its plane says, or its check, and between them what is said of
    /// numbers without rules.
    fn put_in_runs(&mut self, planes: &Planes, layer: &Policy, arch: Arch) {
        let mut checks = (0..self.checks.len()).peekable();
        let mut next = Some(0);
        planes.taken.runs(|first, last| {
            if let Some(next) = next.filter(|next| *next < first) {
                self.fill(layer, arch, next, first - 1);
            }
            next = last.checked_add(1);
            let mut rest = Some(first);
            while let Some(first) = rest.filter(|first| *first <= last) {
                let run = match checks.next_if(|check| self.checks[*check].number == first) {
                    Some(check) => {
                        let each = CHECK_WEIGHT * (1 + planes.priority(first));
                        Run { first, last: first, outcome: Outcome::Check(check), each }
                    }
                    None => {
                        let plane =
                            planes.find(first).expect("what is taken is a plane's or a check");
                        let Plane { action, numbers, .. } = &planes.planes[plane];
                        plain_run(first, numbers.end_of_run(first), *action)
                    }
                };
                rest = run.last.checked_add(1);
                self.runs.push(run);
            }
        });
        if let Some(first) = next {
            self.fill(layer, arch, first, u32::MAX);
        }
    }

    /// In a gap the verdict changes where numbers that the author knew end, and where they begin again.
    fn fill(&mut self, layer: &Policy, arch: Arch, first: u32, last: u32) {
        let mut next = first;
        for (range, action) in layer.unknown(arch) {
            let (from, to) = (next.max(*range.start()), last.min(*range.end()));
            if from <= to {
                if next < from {
                    self.runs.push(plain_run(next, from - 1, layer.default_action()));
                }
                self.runs.push(plain_run(from, to, action));
                next = to + 1; // never behind the last: no range reaches -1
            }
        }
        if next <= last {
            self.runs.push(plain_run(next, last, layer.default_action()));
        }
    }

    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// How often the numbers `first` to `last` of `run` are expected, against others. Those outside the
    /// table count as one: there are no such calls, but in kernels to come.
    pub(super) fn weight(&self, run: &Run, first: u32, last: u32) -> u32 {
        let (oldest, newest) = self.table;
        run.each * (last.min(newest) + 1).saturating_sub(first.max(oldest)).max(1)
    }

    /// The rules of a check, and its verdict where none of them matches.
    pub(super) fn check(&self, check: usize) -> (&[Ranked<'a>], Action) {
        let Check { rules, otherwise, .. } = &self.checks[check];
        (&self.rules[rules.clone()], *otherwise)
    }
}

const fn plain_run(first: u32, last: u32, action: Action) -> Run {
    let each = if matches!(action, Action::ALLOW) { 1 } else { REFUSAL_WEIGHT };
    Run { first, last, outcome: Outcome::Verdict(action), each }
}

/// The numbers that get each verdict unconditionally; every number is in one plane at most.
struct Planes {
    /// Those that are denied come first, then rules for whole calls, then soft ones; of one kind
    /// the stricter first.
    planes: Vec<Plane>,
    /// The place of the plane that was added to last.
    latest: usize,
    /// The numbers of all planes.
    taken: Bitmap,
    /// The numbers of named calls with a priority: few, if any.
    priorities: Vec<(u32, u8)>,
}

struct Plane {
    /// The place among planes: by kind, then by strictness.
    rank: u64,
    kind: Kind,
    action: Action,
    numbers: Bitmap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Denied,
    Rule,
    Soft,
}

impl Planes {
    fn of(layer: &Policy, arch: Arch) -> Self {
        let (deny, home) = (layer.deny_action(), arch.first_number());
        let taken = Bitmap::near(home);
        let mut all =
            Self { planes: Vec::with_capacity(8), latest: 0, taken, priorities: Vec::new() };
        for (call, whole) in layer.calls().filter(|(_, whole)| *whole != Whole::default()) {
            let Some(number) = call.number(arch) else { continue };
            if whole.denied {
                all.insert(home, Kind::Denied, deny, number);
            }
            if let Some(action) = whole.rule {
                all.insert(home, Kind::Rule, action, number);
            }
            if let Some(action) = whole.soft {
                all.insert(home, Kind::Soft, action, number);
            }
            if whole.priority != 0 {
                all.priorities.push((number, whole.priority));
            }
        }
        for number in layer.denied_numbers().filter_map(|subject| subject.number(arch)) {
            all.insert(home, Kind::Denied, deny, number);
        }
        for (subject, rule) in layer.other_rules() {
            if let (Some(number), []) = (subject.number(arch), rule.conditions()) {
                let kind = if rule.is_soft() { Kind::Soft } else { Kind::Rule };
                all.insert(home, kind, rule.action(), number);
            }
        }
        all.planes.iter_mut().for_each(|plane| plane.numbers.give_way_to(&mut all.taken));
        all
    }

    fn insert(&mut self, home: u32, kind: Kind, action: Action, number: u32) {
        let rank = (kind as u64) << 32 | action.rank();
        // Mostly it is that of the call before.
        if self.planes.get(self.latest).is_none_or(|plane| plane.rank != rank) {
            self.latest = self.place(home, rank, kind, action);
        }
        self.planes[self.latest].numbers.insert(number);
    }

    #[inline(never)]
    fn place(&mut self, home: u32, rank: u64, kind: Kind, action: Action) -> usize {
        self.planes.binary_search_by_key(&rank, |plane| plane.rank).unwrap_or_else(|place| {
            self.planes.insert(place, Plane { rank, kind, action, numbers: Bitmap::near(home) });
            place
        })
    }

    fn priority(&self, number: u32) -> u32 {
        let given = self.priorities.iter().find(|(known, _)| *known == number);
        given.map_or(0, |(_, priority)| u32::from(*priority))
    }

    /// The plane that `number` is in, by its place.
    fn find(&self, number: u32) -> Option<usize> {
        self.planes.iter().position(|plane| plane.numbers.contains(number))
    }

    /// The rules with conditions that are in force, in order: not those for denied numbers, nor soft
    /// ones where a rule is for the whole call.
    fn rules<'a>(&self, layer: &'a Policy, arch: Arch) -> Vec<Ranked<'a>> {
        let in_force = |number: u32, rule: &Rule| match self.find(number) {
            Some(index) => match self.planes[index].kind {
                Kind::Denied => false,
                Kind::Rule => !rule.is_soft(),
                Kind::Soft => true,
            },
            None => true,
        };
        let mut rules = Vec::with_capacity(layer.other_rules().count());
        for (subject, rule) in layer.other_rules().filter(|(_, rule)| !rule.conditions().is_empty())
        {
            if let Some(number) = subject.number(arch).filter(|number| in_force(*number, rule)) {
                rules.push(Ranked::new(number, rule));
            }
        }
        sort(&mut rules);
        rules
    }
}

/// How much more often a call with arguments is expected than one that is allowed. Where the kernel
/// has its bitmap, allowed calls never come here: what runs through the program is those whose
/// arguments decide, and, seldom, those that are refused. But all numbers come here once, when the
/// program is attached.
const CHECK_WEIGHT: u32 = 48;
const REFUSAL_WEIGHT: u32 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    /// MIPS begins at 4000 and x32 behind bit 30: what is below weighs no more than one number.
    #[test]
    fn numbers_outside_the_table_count_as_one() {
        for arch in [Arch::X86_64, Arch::X32, Arch::Mips] {
            let policy = Policy::covering(Action::errno(1), [arch]);
            let plan = Plan::of(&policy, arch);
            let (run, oldest, newest) = (&plan.runs()[0], arch.first_number(), newest(arch));
            let cases = [
                ("the whole table and more", 0, u32::MAX, newest + 1 - oldest),
                ("its first number", oldest, oldest, 1),
                ("its last two", newest - 1, newest, 2),
                ("what is above", newest + 1, u32::MAX, 1),
                ("what is below, and one of it", 0, oldest, 1),
                ("nothing of it", 0, oldest.saturating_sub(1), 1),
            ];
            for (why, first, last, numbers) in cases {
                assert_eq!(
                    plan.weight(run, first, last),
                    REFUSAL_WEIGHT * numbers,
                    "{arch}: {why}"
                );
            }
        }
    }
}
