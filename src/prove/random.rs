//! Rules and questions at random, for tests: about values so small that all of them can be tried.

use super::bits::Word;
use super::known::Question;
use crate::action::Action;
use crate::arch::Arch;
use crate::policy::{Condition, Operator, Rule, Width};

pub(super) const ARCH: Arch = Arch::X86_64;
/// Of one byte order: what is asked of words does not depend on which it is.
pub(super) const ARCHES: [Arch; 2] = [ARCH, Arch::X86];
pub(super) const VERDICTS: [Action; 2] = [Action::KILL_PROCESS, Action::ALLOW];

/// A small generator (xorshift64), so that a failure comes again.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// Some rules in order, about arguments 0 and 1; every other time such as are alike but for values.
    pub(super) fn rules(&mut self) -> Vec<Rule> {
        let mut rules: Vec<Rule> = match self.below(2) {
            0 => (0..=self.below(4)).map(|_| self.rule()).collect(),
            _ => self.alike(),
        };
        rules.sort();
        rules
    }

    fn rule(&mut self) -> Rule {
        let action = self.pick(&VERDICTS);
        let conditions: Vec<Condition> = (0..=self.below(2)).map(|_| self.condition()).collect();
        Rule::new(action, conditions)
    }

    /// Values of one argument, in runs mostly, perhaps with something before or behind that.
    fn alike(&mut self) -> Vec<Rule> {
        let usual = self.pick(&VERDICTS);
        let (operator, mask) = self.pick(&[
            (Operator::Eq, 0),
            (Operator::Eq, 0),
            (Operator::MaskedEq, 7),
            (Operator::MaskedEq, 6),
        ]);
        let width = self.pick(&[Width::Bits32, Width::Bits64]);
        let (index, besides_all) = (self.below(2), self.below(3) == 0);
        let (high, start) = (self.below(2), self.below(2));
        let mut rules = Vec::new();
        let besides = self.condition();
        for value in start..=start + 2 + self.below(4) {
            if self.below(8) == 0 {
                continue;
            }
            let value = if width == Width::Bits64 { high << 32 | value } else { value };
            let value = if mask == 0 { value } else { value & mask };
            let index = u32::try_from(index).unwrap();
            let is = Condition::new("test", index, operator, width, value, mask).unwrap();
            let action = if self.below(12) == 0 { self.pick(&VERDICTS) } else { usual };
            rules.push(match besides_all || self.below(12) == 0 {
                true => Rule::new(action, [is, besides]),
                false => Rule::new(action, [is]),
            });
        }
        rules.extend((self.below(3) == 0).then(|| self.rule()));
        rules
    }

    fn condition(&mut self) -> Condition {
        let operator = self.pick(&[
            Operator::Eq,
            Operator::Ne,
            Operator::Ge,
            Operator::Lt,
            Operator::Gt,
            Operator::Le,
            Operator::MaskedEq,
        ]);
        let width = self.pick(&[Width::Bits32, Width::Bits64]);
        let high = if width == Width::Bits64 { self.below(3) << 32 } else { 0 };
        let mask = if operator == Operator::MaskedEq { high | 5 } else { 0 };
        let value = high | self.below(6);
        let value = if mask == 0 { value } else { value & mask };
        let index = u32::try_from(self.below(2)).unwrap();
        Condition::new("test", index, operator, width, value, mask).unwrap()
    }

    /// About a half of argument 0 or 1.
    pub(super) fn question(&mut self) -> Question {
        let index = self.pick(&[0, 1]);
        let (high, low) = Word::halves(ARCH.big_endian(), index);
        let (word, most) = self.pick(&[(high, 4), (low, 8)]);
        let mask = self.pick(&[u32::MAX, u32::MAX, u32::MAX, 1, 6, 5]);
        let value = u32::try_from(self.below(most)).unwrap();
        match self.below(2) {
            0 => Question::Equal { word, mask, value },
            _ => Question::AtLeast { word, mask, value },
        }
    }
}
