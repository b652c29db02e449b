//! Rules that are alike but for one value, looked at together.
//!
//! Most of a long list of rules says which values one argument may have. Such rules are in the order
//! of their values, so what is known of the argument leaves a stretch of them, found by halving; and
//! where they are all values that are left, one of them matches, whichever value it is. Everything
//! else is asked of each rule by itself.

use super::known::{Answer, Facts};
use crate::action::Action;
use crate::arch::Arch;
use crate::policy::{Condition, Operator, Rule, Subject};

/// The rules of a call, the strictest first.
pub(super) type Rules<'a> = [(Subject, &'a Rule)];

/// Rules of one verdict that stand side by side: one, or several that differ in what they want some bits
/// of an argument to be, and perhaps in what comes behind that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    first: u32,
    /// The place behind the last.
    end: u32,
    /// How many conditions are the same in all of them, before the one for the value; where there is
    /// one rule alone, it means nothing.
    shared: u32,
}

impl Group {
    /// The group that begins at `first`, as long as it gets.
    ///
    /// That its values are in order is looked after here, not taken on trust: were the rules in another
    /// order, the groups would be smaller.
    pub(super) fn at(rules: &Rules, first: usize) -> Self {
        let one = rules[first].1;
        let behind = rules.get(first + 1).map(|(_, next)| *next);
        let shared = behind.map_or(0, |next| {
            let pairs = one.conditions().iter().zip(next.conditions());
            pairs.take_while(|(a, b)| a == b).count()
        });
        let pairs = rules[first..].windows(2);
        let others = pairs.take_while(|pair| are_alike(pair[0].1, pair[1].1, shared)).count();
        let place = |place| u32::try_from(place).expect("rules are fewer");
        Self { first: place(first), end: place(first + 1 + others), shared: place(shared) }
    }

    pub(super) fn end(self) -> usize {
        self.end as usize
    }

    pub(super) fn len(self) -> usize {
        (self.end - self.first) as usize
    }

    fn rules<'a, 'r>(self, rules: &'a Rules<'r>) -> &'a Rules<'r> {
        &rules[self.first as usize..self.end as usize]
    }

    pub(super) fn action(self, rules: &Rules) -> Action {
        rules[self.first as usize].1.action()
    }

    /// Without those of several rules that can't match any more for what they share, or for the value.
    pub(super) fn narrowed(self, facts: &Facts, arch: Arch, rules: &Rules) -> Self {
        let ([(_, one), _, ..], shared) = (self.rules(rules), self.shared as usize) else {
            return self;
        };
        let (shared, here) = (&one.conditions()[..shared], &one.conditions()[shared]);
        if facts.all_hold(arch, shared) == Answer::No {
            return Self { end: self.first, ..self };
        }
        let (least, most) = facts.bounds(arch, here);
        let first = self.first + self.below(least, rules);
        let end =
            most.checked_add(1).map_or(self.end, |behind| self.first + self.below(behind, rules));
        Self { first, end, ..self }
    }

    /// How many of the rules are for values below `limit`.
    fn below(self, limit: u64, rules: &Rules) -> u32 {
        let value = |rule: &Rule| rule.conditions()[self.shared as usize].value();
        let below = self.rules(rules).partition_point(|(_, rule)| value(rule) < limit);
        u32::try_from(below).expect("a group is no longer")
    }

    /// Whether some of the rules matches.
    pub(super) fn answer(self, facts: &Facts, arch: Arch, rules: &Rules) -> Answer {
        let own = self.rules(rules);
        if own.len() > 1 && self.has_all_values(facts, arch, own) {
            return facts.all_hold(arch, &own[0].1.conditions()[..self.shared as usize]);
        }
        let mut answer = Answer::No;
        for (_, rule) in own {
            match (facts.all_hold(arch, rule.conditions()), answer) {
                (Answer::Yes, _) => return Answer::Yes,
                (other, Answer::No) => answer = other,
                _ => {}
            }
        }
        answer
    }

    /// Whether, if the shared conditions hold, there is a rule for each value that the argument can
    /// have.
    fn has_all_values(self, facts: &Facts, arch: Arch, own: &Rules) -> bool {
        let shared = self.shared as usize;
        let (least, most) = facts.bounds(arch, &own[0].1.conditions()[shared]);
        if most - least >= own.len() as u64 {
            return false;
        }
        let mut missing = Some(least);
        for (_, rule) in own {
            let (value, behind) =
                (rule.conditions()[shared].value(), &rule.conditions()[shared + 1..]);
            // A rule may be there twice, or again with something else behind the value.
            if missing == Some(value) && facts.all_hold(arch, behind) == Answer::Yes {
                missing = value.checked_add(1);
            }
        }
        missing.is_none_or(|missing| missing > most)
    }
}

/// Whether two rules are the same but for a value in the condition behind the `shared` ones, which is no
/// less in the second, and what comes behind it.
fn are_alike(a: &Rule, b: &Rule, shared: usize) -> bool {
    match (a.conditions().split_at_checked(shared), b.conditions().split_at_checked(shared)) {
        (Some((before, [a_here, ..])), Some((same, [b_here, ..]))) => {
            a.action() == b.action() && before == same && are_for_values(a_here, b_here)
        }
        _ => false,
    }
}

/// Whether both want the same bits to equal something, which is no less in `b`.
fn are_for_values(a: &Condition, b: &Condition) -> bool {
    let bits = |one: &Condition| (one.index(), one.operator(), one.width(), one.mask());
    matches!(a.operator(), Operator::Eq | Operator::MaskedEq)
        && bits(a) == bits(b)
        && a.value() <= b.value()
}

#[cfg(test)]
mod tests {
    use super::super::bits::{Word, high_half, low_half};
    use super::super::known::Question;
    use super::super::random::{ARCH, ARCHES, Random};
    use super::*;
    use crate::call::Call;
    use crate::policy::Width;
    use crate::syscall::Syscall;

    fn about_read(rules: &[Rule]) -> Vec<(Subject, &Rule)> {
        let read = Syscall::find(b"read").unwrap().into();
        rules.iter().map(|rule| (read, rule)).collect()
    }

    /// Arguments 0 and 1 with high halves below 4 and low ones below 8.
    fn all_calls() -> Vec<Call> {
        let halves = (0..4u64).flat_map(|high| (0..8).map(move |low| high << 32 | low));
        let pairs = halves.clone().flat_map(|a| halves.clone().map(move |b| (a, b)));
        pairs.map(|(a, b)| Call { args: [a, b, 0, 0, 0, 0], ..Call::default() }).collect()
    }

    /// The words of arguments 0 and 1, each with the limit of [`all_calls`] and its value in a call.
    fn words(call: &Call) -> impl Iterator<Item = (Word, u32, u32)> + '_ {
        (0..2u8).flat_map(|index| {
            let argument = call.args[usize::from(index)];
            let (high, low) = Word::halves(ARCH.big_endian(), index);
            [(high, 4, high_half(argument)), (low, 8, low_half(argument))]
        })
    }

    fn is_true_of(question: Question, call: &Call) -> bool {
        let (Question::Equal { word: about, .. } | Question::AtLeast { word: about, .. }) =
            question;
        words(call).any(|(word, _, value)| word == about && question.of(value))
    }

    /// Something learnt at random of arguments 0 and 1, and the calls for which it is true.
    fn learnt(random: &mut Random) -> (Facts, Vec<Call>) {
        let (mut facts, mut calls) = (Facts::new(), all_calls());
        let learn = |facts: &mut Facts, calls: &mut Vec<Call>, question, answer| {
            if facts.answer(question).is_none() && facts.learn(question, answer) {
                calls.retain(|call| is_true_of(question, call) == answer);
            }
        };
        for (word, limit, _) in words(&Call::default()) {
            let at_least = Question::AtLeast { word, mask: u32::MAX, value: limit };
            learn(&mut facts, &mut calls, at_least, false);
        }
        // A run of values counts where the high half is known, and the low one's range.
        let (high, low) = Word::halves(ARCH.big_endian(), random.pick(&[0, 1]));
        let mask = u32::MAX;
        let [least, size, value] =
            [3, 3, 2].map(|limit| u32::try_from(random.below(limit)).unwrap());
        let run = [
            (Question::Equal { word: high, mask, value }, true),
            (Question::AtLeast { word: low, mask, value: least }, true),
            (Question::AtLeast { word: low, mask, value: least + size + 1 }, false),
        ];
        let more = (0..random.below(8)).map(|_| (random.question(), random.below(2) == 0));
        let more: Vec<(Question, bool)> = more.collect();
        let run = run.into_iter().filter(|_| more.len() < 6);
        for (question, answer) in run.chain(more.iter().copied()) {
            if calls.iter().any(|call| is_true_of(question, call) == answer) {
                learn(&mut facts, &mut calls, question, answer);
            }
        }
        (facts, calls)
    }

    /// What is said of rules together is so, for every call for which it was said; and it is no less
    /// than what comes of asking them one by one.
    #[test]
    fn rules_together_match_what_they_match_one_by_one() {
        let mut random = Random(0x1234_5678_9abc_def1);
        let (mut large, mut more, mut settled) = (0, 0, 0);
        for _ in 0..6000 {
            let (arch, mut rules) = (random.pick(&ARCHES), random.rules());
            if random.below(4) == 0 {
                rules.reverse(); // in what order they come is not taken on trust
            }
            let rules = about_read(&rules);
            let (facts, calls) = learnt(&mut random);
            let mut next = 0;
            while next < rules.len() {
                let group = Group::at(&rules, next);
                let own = &rules[next..group.end()];
                next = group.end();
                assert!(own.iter().all(|(_, rule)| rule.action() == group.action(&rules)));
                let one_by_one: Vec<Answer> =
                    own.iter().map(|(_, rule)| facts.all_hold(arch, rule.conditions())).collect();
                let matches = |call: &Call| {
                    let taken = match arch {
                        Arch::X86 => call.args.map(|arg| low_half(arg).into()),
                        _ => call.args,
                    };
                    let call = Call { args: taken, ..*call };
                    own.iter().any(|(_, rule)| rule.conditions().iter().all(|one| one.holds(&call)))
                };
                // Also where not all was left out that could be.
                let narrowed = group.narrowed(&facts, arch, &rules);
                let [answer, unnarrowed] =
                    [narrowed, group].map(|group| group.answer(&facts, arch, &rules));
                let why = format!("{own:?} {facts:?}");
                for answer in [answer, unnarrowed] {
                    if let Some(so) = [(Answer::Yes, true), (Answer::No, false)]
                        .into_iter()
                        .find_map(|(said, so)| (said == answer).then_some(so))
                    {
                        settled += 1;
                        assert!(calls.iter().all(|call| matches(call) == so), "{why}");
                    }
                }
                if one_by_one.contains(&Answer::Yes) {
                    assert_eq!(answer, Answer::Yes, "{why}");
                } else if one_by_one.iter().all(|answer| *answer == Answer::No) {
                    assert_eq!(answer, Answer::No, "{why}");
                } else {
                    more += usize::from(answer == Answer::Yes);
                }
                large += usize::from(own.len() > 2);
            }
        }
        assert!(large > 500 && more > 20 && settled > 5000, "{large} {more} {settled}");
    }

    /// A run of values and the argument's range, at the ends of what there is.
    #[test]
    fn a_run_of_values_is_all_values_or_not() {
        const TOP: u64 = u64::MAX;
        let turn = 0x5_0000_0000;
        let cases: [(&str, &[u64], (u64, u64), bool); 14] = [
            ("as wide", &[7, 8, 9], (7, 9), true),
            ("wider", &[6, 7, 8, 9, 10], (7, 9), true),
            ("one missing at the start", &[8, 9], (7, 9), false),
            ("one missing at the end", &[7, 8], (7, 9), false),
            ("one missing inside", &[7, 9], (7, 9), false),
            ("one missing, another twice", &[7, 9, 9], (7, 9), false),
            ("the last missing, another twice", &[7, 8, 8], (7, 9), false),
            ("the first missing, another twice", &[8, 8, 9], (7, 9), false),
            ("all, one of them twice", &[7, 8, 8, 9], (7, 9), true),
            ("up to the last there is", &[TOP - 1, TOP], (TOP - 1, TOP), true),
            ("but the last there is", &[TOP - 2, TOP - 1], (TOP - 1, TOP), false),
            ("from 0", &[0, 1], (0, 1), true),
            ("with another high half", &[turn + 7, turn + 8], (7, 8), false),
            (
                "some of either high half",
                &[turn + 7, turn + 8, 2 * turn + 7],
                (turn + 7, turn + 8),
                true,
            ),
        ];
        for (why, values, (least, most), all) in cases {
            let rules: Vec<Rule> = values
                .iter()
                .map(|value| {
                    let is = Condition::new("read", 0, Operator::Eq, Width::Bits64, *value, 0);
                    Rule::new(Action::ALLOW, [is.unwrap()])
                })
                .collect();
            let rules = about_read(&rules);
            let mut facts = Facts::new();
            let (high, low) = Word::halves(ARCH.big_endian(), 0);
            let mut learn = |question, answer| match facts.answer(question) {
                Some(known) => assert_eq!(known, answer, "{why}"),
                None => assert!(facts.learn(question, answer), "{why}"),
            };
            learn(Question::Equal { word: high, mask: u32::MAX, value: high_half(least) }, true);
            learn(Question::AtLeast { word: low, mask: u32::MAX, value: low_half(least) }, true);
            if let Some(value) = low_half(most).checked_add(1) {
                learn(Question::AtLeast { word: low, mask: u32::MAX, value }, false);
            }
            assert_eq!(facts.bounds(ARCH, &rules[0].1.conditions()[0]), (least, most), "{why}");
            let group = Group::at(&rules, 0);
            let answer = group.narrowed(&facts, ARCH, &rules).answer(&facts, ARCH, &rules);
            assert_eq!(answer == Answer::Yes, all, "{why}");
        }
    }

    /// Of 32 bits of an argument.
    fn is(index: u32, value: u64) -> Condition {
        Condition::new("read", index, Operator::Eq, Width::Bits32, value, 0).unwrap()
    }

    /// Of argument 0.
    fn one(operator: Operator, width: Width, value: u64, mask: u64) -> Rule {
        allow(&[Condition::new("read", 0, operator, width, value, mask).unwrap()])
    }

    fn allow(conditions: &[Condition]) -> Rule {
        Rule::new(Action::ALLOW, conditions.iter().copied())
    }

    #[test]
    fn rules_stand_together_where_they_differ_in_a_value_alone() {
        let (narrow, wide) = (Width::Bits32, Width::Bits64);
        let masked = |value, mask| one(Operator::MaskedEq, narrow, value, mask);
        let kill = Rule::new(Action::KILL_PROCESS, [is(0, 2)]);
        let cases: [(&str, Vec<Rule>, &[usize]); 13] = [
            ("one alone", vec![allow(&[is(0, 1)])], &[1]),
            ("values in order", [1, 2, 2, 7].map(|value| allow(&[is(0, value)])).to_vec(), &[4]),
            ("not in order", [2, 1, 3].map(|value| allow(&[is(0, value)])).to_vec(), &[1, 2]),
            ("of other verdicts", vec![kill, allow(&[is(0, 3)]), allow(&[is(0, 4)])], &[1, 2]),
            ("of other arguments", vec![allow(&[is(0, 1)]), allow(&[is(1, 3)])], &[1, 1]),
            ("of the same bits", vec![masked(1, 3), masked(2, 3)], &[2]),
            ("of other bits", vec![masked(1, 3), masked(4, 5)], &[1, 1]),
            (
                "of other widths",
                vec![one(Operator::Eq, narrow, 1, 0), one(Operator::Eq, wide, 2, 0)],
                &[1, 1],
            ),
            (
                "of no values",
                vec![one(Operator::Ge, narrow, 1, 0), one(Operator::Ge, narrow, 2, 0)],
                &[1, 1],
            ),
            (
                "behind the same",
                [5, 6, 7].map(|value| allow(&[is(0, 1), is(1, value)])).to_vec(),
                &[3],
            ),
            (
                "behind something else",
                vec![
                    allow(&[is(0, 1), is(1, 5)]),
                    allow(&[is(0, 1), is(1, 6)]),
                    allow(&[is(0, 2), is(1, 7)]),
                ],
                &[2, 1],
            ),
            (
                "before something else",
                vec![
                    allow(&[is(0, 1), is(1, 5)]),
                    allow(&[is(0, 2)]),
                    allow(&[is(0, 2), is(2, 6)]),
                ],
                &[3],
            ),
            (
                "one that ends where the value would be",
                vec![
                    allow(&[is(0, 1), is(1, 5)]),
                    allow(&[is(0, 1), is(1, 6)]),
                    allow(&[is(0, 1)]),
                ],
                &[2, 1],
            ),
        ];
        for (why, rules, lengths) in cases {
            let (rules, mut next, mut found) = (about_read(&rules), 0, Vec::new());
            while next < rules.len() {
                let group = Group::at(&rules, next);
                assert_eq!(group.end() - next, group.len(), "{why}");
                found.push(group.len());
                next = group.end();
            }
            assert_eq!(found, lengths, "{why}");
        }
    }

    /// So that they need not be asked one by one.
    #[test]
    fn what_is_known_of_the_argument_leaves_a_stretch_of_values() {
        let values = [3, 4, 5, 5, 9].map(|value| allow(&[is(0, 1), is(1, value)]));
        let rules = about_read(&values);
        let (_, before) = Word::halves(ARCH.big_endian(), 0);
        let (_, word) = Word::halves(ARCH.big_endian(), 1);
        let mask = u32::MAX;
        let from = |value| (Question::AtLeast { word, mask, value }, true);
        let below = |value| (Question::AtLeast { word, mask, value }, false);
        let cases: [(&str, &[(Question, bool)], (u32, u32)); 8] = [
            ("nothing known", &[], (0, 5)),
            ("from one on", &[from(4)], (1, 5)),
            ("up to one", &[below(5)], (0, 2)),
            ("some in the middle", &[from(4), below(9)], (1, 4)),
            ("between two", &[from(6), below(9)], (4, 4)),
            ("above all", &[from(10)], (5, 5)),
            ("below all", &[below(3)], (0, 0)),
            (
                "what they share does not hold",
                &[from(4), (Question::Equal { word: before, mask, value: 1 }, false)],
                (0, 0),
            ),
        ];
        for (why, answers, (first, end)) in cases {
            let mut facts = Facts::new();
            for (question, answer) in answers {
                assert!(facts.learn(*question, *answer), "{why}");
            }
            let group = Group::at(&rules, 0).narrowed(&facts, ARCH, &rules);
            assert_eq!((group.first, group.end), (first, end), "{why}");
        }
    }

    #[test]
    fn a_rule_that_matches_is_found_behind_one_that_may() {
        let bits = |value| {
            Condition::new("read", 0, Operator::MaskedEq, Width::Bits32, value, 14).unwrap()
        };
        let rules = [vec![bits(2)], vec![bits(8), is(1, 5)], vec![bits(8), is(2, 6)]];
        let rules = rules.map(|conditions| allow(&conditions));
        let rules = about_read(&rules);
        let group = Group::at(&rules, 0);
        assert_eq!(group.len(), 3);
        let mask = u32::MAX;
        let word = |index| Word::halves(ARCH.big_endian(), index).1;
        let mut facts = Facts::new();
        // Of 8 and 9 these bits are 8.
        for (value, answer) in [(8, true), (10, false)] {
            assert!(facts.learn(Question::AtLeast { word: word(0), mask, value }, answer));
        }
        let first = Question::Equal { word: word(1), mask, value: 5 };
        assert_eq!(group.answer(&facts, ARCH, &rules), Answer::Open(first));
        assert!(facts.learn(Question::Equal { word: word(2), mask, value: 6 }, true));
        assert_eq!(group.answer(&facts, ARCH, &rules), Answer::Yes);
    }
}
