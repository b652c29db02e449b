//! What a policy says of every number, up to the arguments.
//!
//! Follows the steps of [`crate::policy::evaluate`], on all numbers at once.

use std::ops::Range;

use super::steps::Steps;
use crate::action::Action;
use crate::arch::Arch;
use crate::order;
use crate::policy::{Policy, Rule, Subject, Whole};

/// What is said of a call, by its token and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Verdict(Action),
    /// The arguments decide: the check at this place.
    Check(usize),
    /// The stricter of what two policies say: the pair at this place.
    Stricter(usize),
}

/// A call that is decided by its arguments.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) arch: Arch,
    /// The rules with conditions that are in force.
    rules: Range<usize>,
    /// The verdict where none of them matches.
    pub(super) otherwise: Action,
}

/// What a policy says of every call.
#[derive(Debug)]
pub(super) struct Numbers<'a> {
    /// By token, which numbers are meant.
    pub(super) arches: Steps<usize>,
    /// By number, what is said.
    pub(super) numbers: Vec<Steps<Said>>,
    checks: Vec<Check>,
    /// Those of all checks; of one check the strictest first.
    rules: Vec<(Subject, &'a Rule)>,
    pairs: Vec<(Said, Said)>,
}

impl<'a> Numbers<'a> {
    /// What `policy` says, and those it was intersected with.
    pub(super) fn of(policy: &'a Policy) -> Self {
        let mut all = Self {
            arches: Steps::new(0),
            numbers: Vec::new(),
            checks: Vec::new(),
            rules: Vec::with_capacity(policy.other_rules().count()),
            pairs: Vec::new(),
        };
        for (place, layer) in policy.layers().enumerate() {
            let mut layer = all.layer(layer);
            if place > 0 {
                layer = all.strictest(layer);
            }
            (all.arches, all.numbers) = layer;
        }
        all
    }

    pub(super) fn check(&self, place: usize) -> &Check {
        &self.checks[place]
    }

    pub(super) fn rules(&self, check: &Check) -> &[(Subject, &'a Rule)] {
        &self.rules[check.rules.clone()]
    }

    pub(super) fn pair(&self, place: usize) -> (Said, Said) {
        self.pairs[place]
    }

    /// The rules with conditions that are in force somewhere.
    pub(super) fn all_rules(&self) -> impl Iterator<Item = (Arch, Subject, &'a Rule)> {
        self.checks.iter().flat_map(|check| {
            self.rules(check).iter().map(|(subject, rule)| (check.arch, *subject, *rule))
        })
    }

    /// What one policy says by itself.
    fn layer(&mut self, layer: &'a Policy) -> Layer {
        let foreign = Steps::new(Said::Verdict(layer.attributes().bad_arch));
        let mut arches = Steps::new(0);
        let mut all = vec![foreign];
        for arch in layer.arches() {
            // x86_64 and x32 have one token, all others one each.
            let token = arch.token();
            let place = match arches.at(token) {
                0 => {
                    arches.set(token, token, all.len());
                    all.push(all[0].clone());
                    all.len() - 1
                }
                place => place,
            };
            let numbers = &mut all[place];
            for own in arch.numbers() {
                let default = Said::Verdict(layer.default_action());
                numbers.set(*own.start(), *own.end(), default);
                for (unknown, action) in layer.unknown(arch) {
                    let first = own.start().max(unknown.start());
                    let last = own.end().min(unknown.end());
                    if first <= last {
                        numbers.set(*first, *last, Said::Verdict(action));
                    }
                }
            }
            let single = self.single(layer, arch, numbers);
            numbers.set_single(&single);
        }
        (arches, all)
    }

    /// What `layer` says of single numbers of `arch`, in order; of the others, `numbers` holds.
    fn single(&mut self, layer: &'a Policy, arch: Arch, numbers: &Steps<Said>) -> Vec<(u32, Said)> {
        let mut wholes = Wholes::of(layer, arch);
        let conditional = layer.other_rules().filter(|(_, rule)| !rule.conditions().is_empty());
        let mut conditional: Vec<(u32, Subject, &Rule)> = conditional
            .filter_map(|(subject, rule)| Some((subject.number(arch)?, *subject, rule)))
            .collect();
        order::sort_by(&mut conditional, |(a, _, x), (b, _, y)| (a, x.action()) < (b, y.action()));
        // Numbers of which nothing but conditions is said are said something of, too.
        conditional.iter().for_each(|(number, ..)| wholes.add(*number, Whole::default()));
        let mut conditional = conditional.as_slice();
        let wholes = wholes.in_order();
        let mut single = Vec::with_capacity(wholes.len());
        for (number, whole) in wholes {
            let of_number = conditional.partition_point(|(other, ..)| *other <= number);
            let (own, behind) = conditional.split_at(of_number);
            conditional = behind;
            // Soft rules give way to one for the whole call.
            let otherwise = match whole.rule.or(whole.soft) {
                Some(action) => Said::Verdict(action),
                None => numbers.at(number),
            };
            let start = self.rules.len();
            let in_force =
                own.iter().filter(|(.., rule)| !(whole.rule.is_some() && rule.is_soft()));
            self.rules.extend(in_force.map(|(_, subject, rule)| (*subject, *rule)));
            let said = match otherwise {
                Said::Verdict(otherwise) if start < self.rules.len() => {
                    let rules = start..self.rules.len();
                    self.checks.push(Check { arch, rules, otherwise });
                    Said::Check(self.checks.len() - 1)
                }
                verdict => verdict,
            };
            let denied = whole.denied.then(|| Said::Verdict(layer.deny_action()));
            single.push((number, denied.unwrap_or(said)));
        }
        single
    }

    /// The stricter of what was said so far and what one more policy says.
    fn strictest(&mut self, (arches, numbers): Layer) -> Layer {
        let mut all = Vec::new();
        let mut combined = Steps::new(0);
        for (token, ours) in self.arches.within(super::steps::Range::ALL) {
            for (token, theirs) in arches.within(token) {
                let pairs = &mut self.pairs;
                let stricter = self.numbers[ours].with(&numbers[theirs], |a, b| match (a, b) {
                    (Said::Verdict(a), Said::Verdict(b)) => Said::Verdict(a.min(b)),
                    _ => {
                        pairs.push((a, b));
                        Said::Stricter(pairs.len() - 1)
                    }
                });
                combined.set(token.first, token.last, all.len());
                all.push(stricter);
            }
        }
        (combined, all)
    }
}

/// By token and by number, as in [`Numbers`].
type Layer = (Steps<usize>, Vec<Steps<Said>>);

/// What is said of numbers as whole calls.
///
/// Most numbers of a table are said something of, so those near its start have a place each; there
/// are few others, if any.
struct Wholes {
    first: u32,
    near: Vec<Option<Whole>>,
    far: Vec<(u32, Whole)>,
}

impl Wholes {
    /// x32's own calls end at 547, all others below.
    const NEAR: usize = 576;

    fn of(layer: &Policy, arch: Arch) -> Self {
        let first = arch.first_number();
        let mut all = Self { first, near: vec![None; Self::NEAR], far: Vec::new() };
        for (call, said) in layer.calls() {
            // One call may have two names.
            if said.decides()
                && let Some(number) = call.number(arch)
            {
                all.add(number, said);
            }
        }
        for number in layer.denied_numbers().filter_map(|subject| subject.number(arch)) {
            all.add(number, Whole { denied: true, ..Whole::default() });
        }
        for (subject, rule) in layer.other_rules() {
            if let (Some(number), []) = (subject.number(arch), rule.conditions()) {
                all.add(number, Whole::of(rule));
            }
        }
        all
    }

    fn add(&mut self, number: u32, said: Whole) {
        let place = number.checked_sub(self.first).map(|place| place as usize);
        match place.and_then(|place| self.near.get_mut(place)) {
            Some(near) => near.get_or_insert_default().add(said),
            None => self.far.push((number, said)),
        }
    }

    fn in_order(mut self) -> Vec<(u32, Whole)> {
        order::sort_by(&mut self.far, |(a, _), (b, _)| a < b);
        self.far.dedup_by(|(next, said), (number, all)| {
            let same = next == number;
            if same {
                all.add(*said);
            }
            same
        });
        let mut far = self.far.iter().peekable();
        let mut all: Vec<(u32, Whole)> = Vec::with_capacity(self.near.len() + self.far.len());
        while let Some(below) = far.next_if(|(number, _)| *number < self.first) {
            all.push(*below);
        }
        for (number, near) in (self.first..).zip(&self.near) {
            if let Some(near) = near {
                all.push((number, *near));
            }
        }
        all.extend(far);
        all
    }
}
