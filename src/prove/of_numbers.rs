//! What a policy says of every number, up to the arguments.
//!
//! Follows the steps of [`crate::policy::evaluate`], on all numbers at once.

use std::ops::Range;

use super::steps::{Range as Words, Steps, WithSingle};
use super::values::Rules;
use crate::action::Action;
use crate::arch::Arch;
use crate::order;
use crate::policy::{Policy, Rule, Subject, Whole};

/// What is said of a call, by its token and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Verdict(Action),
    /// The arguments decide: the check at this place.
    Check(u32),
    /// The stricter of what two policies say: the pair at this place.
    Stricter(u32),
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
    pub(super) arches: Steps<u32>,
    /// By number, what is said.
    pub(super) numbers: Vec<Steps<Said>>,
    checks: Vec<Check>,
    /// Those of all checks; of one check in order, the strictest first.
    rules: Vec<(Subject, &'a Rule)>,
    pairs: Vec<(Said, Said)>,
}

impl<'a> Numbers<'a> {
    /// What `policy` says, and those it was intersected with.
    pub(super) fn of(policy: &'a Policy) -> Self {
        let mut layers = policy.layers();
        let mut all = Self {
            arches: Steps::new(0),
            numbers: Vec::new(),
            checks: Vec::with_capacity(32),
            rules: Vec::new(),
            pairs: Vec::new(),
        };
        if let Some(first) = layers.next() {
            (all.arches, all.numbers) = all.layer(first);
        }
        layers.for_each(|layer| all.intersect(layer));
        all
    }

    pub(super) fn check(&self, place: u32) -> &Check {
        &self.checks[place as usize]
    }

    pub(super) fn rules(&self, check: &Check) -> &Rules<'a> {
        &self.rules[check.rules.clone()]
    }

    pub(super) fn pair(&self, place: u32) -> (Said, Said) {
        self.pairs[place as usize]
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
            let place = match arches.at(token) as usize {
                0 => {
                    arches.set(token, token, place_of(all.len()));
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
            *numbers = self.with_single(layer, arch, numbers);
        }
        (arches, all)
    }

    /// What `layer` says of every number of `arch`, where `others` is said of those without rules.
    fn with_single(&mut self, layer: &'a Policy, arch: Arch, others: &Steps<Said>) -> Steps<Said> {
        let wholes = Wholes::of(layer, arch);
        let conditional = wholes.conditional(layer, arch);
        let mut rest = conditional.as_slice();
        self.rules.reserve(conditional.len());
        let mut numbers = WithSingle::new(others, wholes.count);
        wholes.in_order(&mut |number, whole| {
            let own = rest.iter().take_while(|(other, ..)| *other == number).count();
            let (own, behind) = rest.split_at(own);
            rest = behind;
            // Soft rules give way to one for the whole call.
            let otherwise = match whole.rule.or(whole.soft) {
                Some(action) => Said::Verdict(action),
                None => numbers.other(number),
            };
            let said = match otherwise {
                Said::Verdict(otherwise) if !own.is_empty() => {
                    let start = self.rules.len();
                    self.rules.extend(own.iter().map(|(_, subject, rule)| (*subject, *rule)));
                    let rules = start..self.rules.len();
                    self.checks.push(Check { arch, rules, otherwise });
                    Said::Check(place_of(self.checks.len() - 1))
                }
                verdict => verdict,
            };
            let denied = whole.denied.then(|| Said::Verdict(layer.deny_action()));
            numbers.set(number, denied.unwrap_or(said));
        });
        assert!(rest.is_empty(), "a number that has rules is said something of");
        numbers.finish()
    }

    /// The stricter of what was said so far and what one more policy says.
    #[cold]
    fn intersect(&mut self, layer: &'a Policy) {
        let (arches, numbers) = self.layer(layer);
        let mut all = Vec::new();
        let mut combined = Steps::new(0);
        let pairs = &mut self.pairs;
        let mut stricter = |a: Said, b: Said| match (a, b) {
            (Said::Verdict(a), Said::Verdict(b)) => Said::Verdict(a.min(b)),
            _ => {
                pairs.push((a, b));
                Said::Stricter(place_of(pairs.len() - 1))
            }
        };
        for (token, ours) in self.arches.within(Words::ALL) {
            for (token, theirs) in arches.within(token) {
                let (ours, theirs) = (&self.numbers[ours as usize], &numbers[theirs as usize]);
                combined.set(token.first, token.last, place_of(all.len()));
                all.push(ours.with(theirs, &mut stricter));
            }
        }
        (self.arches, self.numbers) = (combined, all);
    }
}

fn place_of(index: usize) -> u32 {
    u32::try_from(index).expect("memory ends before")
}

/// By token and by number, as in [`Numbers`].
type Layer = (Steps<u32>, Vec<Steps<Said>>);

/// What is said of numbers as whole calls.
///
/// Most numbers of a table are said something of, so those near its start have a place each; there
/// are few others, if any.
struct Wholes {
    first: u32,
    near: Vec<Option<Whole>>,
    /// In order.
    far: Vec<(u32, Whole)>,
    /// How many numbers are said something of.
    count: usize,
    /// How many rules have conditions.
    conditional: usize,
}

impl Wholes {
    /// x32's own calls end at 547, all others below.
    const NEAR: usize = 576;

    fn of(layer: &Policy, arch: Arch) -> Self {
        let near = vec![None; Self::NEAR];
        let first = arch.first_number();
        let mut all = Self { first, near, far: Vec::new(), count: 0, conditional: 0 };
        for (call, said) in layer.calls() {
            // One call may have two names.
            if let Some(number) = call.number(arch) {
                all.add(number, said);
            }
        }
        for number in layer.denied_numbers().filter_map(|subject| subject.number(arch)) {
            all.add(number, Whole { denied: true, ..Whole::default() });
        }
        for (subject, rule) in layer.other_rules() {
            let Some(number) = subject.number(arch) else { continue };
            // Numbers of which nothing but conditions is said are said something of, too.
            let is_whole = rule.conditions().is_empty();
            all.conditional += usize::from(!is_whole);
            all.add(number, if is_whole { Whole::of(rule) } else { Whole::default() });
        }
        all.put_far_in_order();
        all
    }

    fn add(&mut self, number: u32, said: Whole) {
        match self.near.get_mut(number.wrapping_sub(self.first) as usize) {
            Some(near) => {
                self.count += usize::from(near.is_none());
                near.get_or_insert_default().add(said);
            }
            None => self.far.push((number, said)),
        }
    }

    #[inline(never)]
    fn put_far_in_order(&mut self) {
        order::sort_by(&mut self.far, |(a, _), (b, _)| a < b);
        self.far.dedup_by(|(next, said), (number, all)| {
            let same = next == number;
            if same {
                all.add(*said);
            }
            same
        });
        self.count += self.far.len();
    }

    /// Whether there is a rule for the whole call.
    fn is_ruled(&self, number: u32) -> bool {
        let far = || self.far.binary_search_by_key(&number, |(far, _)| *far).ok();
        let whole = match self.near.get(number.wrapping_sub(self.first) as usize) {
            Some(near) => *near,
            None => far().map(|place| self.far[place].1),
        };
        whole.is_some_and(|whole| whole.rule.is_some())
    }

    /// The rules with conditions that are in force, by number.
    fn conditional<'a>(&self, layer: &'a Policy, arch: Arch) -> Vec<(u32, Subject, &'a Rule)> {
        let mut all = Vec::with_capacity(self.conditional);
        for (subject, rule) in layer.other_rules() {
            if let (Some(number), [_, ..]) = (subject.number(arch), rule.conditions())
                // Soft rules give way to one for the whole call.
                && !(rule.is_soft() && self.is_ruled(number))
            {
                all.push((number, *subject, rule));
            }
        }
        order::sort_by(&mut all, |(a, _, x), (b, _, y)| (a, x) < (b, y));
        all
    }

    /// Each number with what is said of it, in order.
    fn in_order(&self, see: &mut dyn FnMut(u32, Whole)) {
        let (below, above) =
            self.far.split_at(self.far.partition_point(|(far, _)| *far < self.first));
        below.iter().for_each(|(number, whole)| see(*number, *whole));
        for (number, near) in (self.first..).zip(&self.near) {
            if let Some(whole) = near {
                see(number, *whole);
            }
        }
        above.iter().for_each(|(number, whole)| see(*number, *whole));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Call;
    use crate::policy::{Condition, Operator, Width, evaluate};

    const ALLOWED: Action = Action::ALLOW;
    const REFUSED: Action = Action::errno(1);
    const KILLED: Action = Action::KILL_PROCESS;

    /// Of 32-bit ARM, where both a number near the start of the table and one far from it have a name.
    const CALLS: [(&str, u32); 2] = [("read", 3), ("cacheflush", 0x000f_0002)];

    /// A policy that refuses by default, and kills what is denied.
    fn refusing(arch: Arch) -> Policy {
        let mut policy = Policy::covering(REFUSED, [arch]);
        policy.attributes_mut().set_deny(Some(KILLED)).unwrap();
        policy
    }

    fn is_one() -> Condition {
        Condition::new("test", 0, Operator::Eq, Width::Bits32, 1, 0).unwrap()
    }

    #[test]
    fn what_is_said_of_a_call_is_in_force_or_gives_way() {
        let whole = |action| Rule::new(action, []);
        let soft = |action| Rule::soft(action, []);
        let some = |action| Rule::new(action, [is_one()]);
        let soft_some = |action| Rule::soft(action, [is_one()]);
        // The rules, whether the call is denied, the verdicts for some arguments and for all others.
        type Case<'a> = (&'a str, &'a [Rule], bool, &'a [Action], Action);
        let cases: [Case; 14] = [
            ("nothing", &[], false, &[], REFUSED),
            ("a rule", &[whole(ALLOWED)], false, &[], ALLOWED),
            ("the stricter of two", &[whole(ALLOWED), whole(KILLED)], false, &[], KILLED),
            ("a soft rule", &[soft(KILLED)], false, &[], KILLED),
            ("a soft rule and another", &[soft(KILLED), whole(ALLOWED)], false, &[], ALLOWED),
            ("conditions", &[some(ALLOWED)], false, &[ALLOWED], REFUSED),
            ("conditions and a rule", &[some(KILLED), whole(ALLOWED)], false, &[KILLED], ALLOWED),
            ("two, in order", &[some(ALLOWED), some(KILLED)], false, &[KILLED, ALLOWED], REFUSED),
            ("soft conditions", &[soft_some(ALLOWED)], false, &[ALLOWED], REFUSED),
            (
                "soft conditions and a soft rule",
                &[soft_some(KILLED), soft(ALLOWED)],
                false,
                &[KILLED],
                ALLOWED,
            ),
            (
                "soft conditions and a rule",
                &[soft_some(KILLED), whole(ALLOWED)],
                false,
                &[],
                ALLOWED,
            ),
            ("a denial", &[], true, &[], KILLED),
            ("a denial and a rule", &[whole(ALLOWED)], true, &[], KILLED),
            ("a denial and conditions", &[some(ALLOWED)], true, &[], KILLED),
        ];
        for ((why, rules, denied, some, otherwise), (call, number)) in
            cases.iter().flat_map(|case| CALLS.map(|call| (*case, call)))
        {
            let mut policy = refusing(Arch::Arm);
            for rule in rules {
                policy.add_rule(call, rule.clone()).unwrap();
            }
            if denied {
                policy.deny(call).unwrap();
            }
            // What is merged is said of numbers.
            let mut merged = policy.clone();
            merged.merge(&refusing(Arch::Arm)).unwrap();
            for policy in [policy, merged] {
                let numbers = Numbers::of(&policy);
                let place = numbers.arches.at(Arch::Arm.token()) as usize;
                let said = |number| numbers.numbers[place].at(number);
                assert_eq!(said(number - 1), Said::Verdict(REFUSED), "{why}");
                assert_eq!(said(number + 1), Said::Verdict(REFUSED), "{why}");
                if some.is_empty() {
                    assert_eq!(said(number), Said::Verdict(otherwise), "{why}");
                } else {
                    assert_eq!(said(number), Said::Check(0), "{why}");
                    let check = numbers.check(0);
                    let rules = numbers.rules(check).iter();
                    let found: Vec<Action> = rules.map(|(_, rule)| rule.action()).collect();
                    assert_eq!((&*found, check.otherwise), (some, otherwise), "{why}");
                }
                for (argument, expected) in
                    [(0, otherwise), (1, *some.first().unwrap_or(&otherwise))]
                {
                    let (nr, arch) = (number.cast_signed(), Arch::Arm.token());
                    let call = Call { nr, arch, args: [argument; 6], ..Call::default() };
                    assert_eq!(evaluate(&policy, &call), expected, "{why}");
                }
            }
        }
    }

    #[test]
    fn of_two_policies_the_stricter_verdict_is_known_where_arguments_decide_in_neither() {
        let mut first = refusing(Arch::X86_64);
        let mut second = refusing(Arch::X86_64);
        for (call, ours, theirs) in
            [("poll", ALLOWED, ALLOWED), ("close", KILLED, ALLOWED), ("open", ALLOWED, KILLED)]
        {
            first.add_rule(call, Rule::new(ours, [])).unwrap();
            second.add_rule(call, Rule::new(theirs, [])).unwrap();
        }
        first.add_rule("read", Rule::new(ALLOWED, [is_one()])).unwrap();
        second.allow("read").unwrap();
        first.intersect(&second).unwrap();
        let numbers = Numbers::of(&first);
        let place = numbers.arches.at(Arch::X86_64.token()) as usize;
        for (call, number, said) in [
            ("read", 0, Said::Stricter(0)),
            ("write", 1, Said::Verdict(REFUSED)),
            ("open", 2, Said::Verdict(KILLED)),
            ("close", 3, Said::Verdict(KILLED)),
            ("poll", 7, Said::Verdict(ALLOWED)),
        ] {
            assert_eq!(numbers.numbers[place].at(number), said, "{call}");
        }
        assert_eq!(numbers.pairs, [(Said::Check(0), Said::Verdict(ALLOWED))]);
    }

    /// So that nothing has to move while they are put together.
    #[test]
    fn there_is_room_for_all_numbers_and_conditions_and_no_more() {
        let mut policy = refusing(Arch::X86_64);
        policy.allow("read").unwrap();
        policy.allow("poll").unwrap();
        policy.allow("close").unwrap();
        policy.add_rule("read", Rule::new(KILLED, [is_one()])).unwrap();
        for (number, rule) in [
            (7000, Rule::new(ALLOWED, [is_one()])),
            (7000, Rule::new(KILLED, [is_one()])),
            (5000, Rule::new(ALLOWED, [])),
            (5000, Rule::new(KILLED, [])),
        ] {
            let subject = Subject::numbered("test", Arch::X86_64, number).unwrap();
            policy.add_rule_for(subject, rule).unwrap();
        }
        let wholes = Wholes::of(&policy, Arch::X86_64);
        let mut seen = Vec::new();
        wholes.in_order(&mut |number, whole| seen.push((number, whole.rule)));
        let allowed = [0, 3, 7].map(|number| (number, Some(ALLOWED)));
        assert_eq!(seen, [&allowed[..], &[(5000, Some(KILLED)), (7000, None)]].concat());
        assert_eq!(wholes.count, 5);
        assert_eq!((wholes.conditional, wholes.conditional(&policy, Arch::X86_64).len()), (3, 3));
    }
}
