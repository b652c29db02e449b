//! What is known of the arguments on a way through a program, and what follows from it.
//!
//! A range of each word and some of its bits, and of other bits a range or what they are not. That is less than what all
//! answers come to together, so a question can stay open though only one answer is possible. What
//! matters is that no answer is wrong.

use super::bits::Word;
use crate::arch::Arch;
use crate::policy::{Condition, Operator, Rule, Width};

/// A question about one word of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// `word & mask == value`
    Equal { word: Word, mask: u32, value: u32 },
    /// `word & mask >= value`
    AtLeast { word: Word, mask: u32, value: u32 },
}

/// What can be said of a condition, or a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// It depends, on this first.
    Open(Question),
}

/// What is known of one word.
#[derive(Clone, Copy, Debug)]
struct Known {
    first: u32,
    last: u32,
    ones: u32,
    zeros: u32,
}

impl Known {
    const NOTHING: Self = Self { first: 0, last: u32::MAX, ones: 0, zeros: 0 };

    fn equal(&self, mask: u32, value: u32) -> Option<bool> {
        if self.first == self.last {
            return Some(self.first & mask == value);
        }
        // All words of the range begin as its two ends do.
        let alike = !(u32::MAX >> (self.first ^ self.last).leading_zeros());
        let ones = self.ones | self.first & alike;
        let zeros = self.zeros | !self.first & alike;
        let outside = mask == u32::MAX && !(self.first..=self.last).contains(&value);
        if outside || value & !mask != 0 || value & zeros != 0 || mask & !value & ones != 0 {
            return Some(false);
        }
        ((ones | zeros) & mask == mask).then_some(true)
    }

    /// Takes from both ends of the range what the word is known not to be; `false` if that is all.
    fn shrink(&mut self, word: Word, masked: &[Masked]) -> bool {
        let is_not = |value: u32| {
            let not = |other: &Masked| matches!(other.what, What::Not(not) if not == value);
            masked.iter().any(|other| other.word == word && other.mask == u32::MAX && not(other))
        };
        while is_not(self.first) {
            if self.first == self.last {
                return false;
            }
            self.first += 1;
        }
        while is_not(self.last) {
            self.last -= 1;
        }
        true
    }

    fn learn_bits(&mut self, mask: u32, value: u32) {
        if mask == u32::MAX {
            (self.first, self.last) = (value, value);
        }
        self.ones |= value & mask;
        self.zeros |= mask & !value;
    }
}

/// What is known of some bits of a word that a range of the word and single bits don't say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Masked {
    word: Word,
    mask: u32,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Not(u32),
    Within(u32, u32),
}

/// What is known of all words. What there is besides stands in a list to which a way adds what it
/// learns, and of which it knows the first so many.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    words: [Known; Word::COUNT as usize],
    masked: usize,
}

impl Facts {
    pub(super) const NONE: Self = Self { words: [Known::NOTHING; Word::COUNT as usize], masked: 0 };

    /// What is left of the list when a way is taken up again.
    pub(super) const fn masked(&self) -> usize {
        self.masked
    }

    pub(super) fn answer(&self, masked: &[Masked], question: Question) -> Option<bool> {
        match question {
            Question::AtLeast { word, mask, value } => {
                let (first, last) = self.range(masked, word, mask);
                match (first >= value, last >= value) {
                    (true, _) => Some(true),
                    (_, false) => Some(false),
                    _ => None,
                }
            }
            Question::Equal { word, mask, value } => {
                let known = self.words[word.place()].equal(mask, value);
                // Equal in all of these bits, it would be equal in those that are known not to be.
                let excludes = |other: &Masked| {
                    other.word == word
                        && match other.what {
                            What::Not(not) => other.mask & !mask == 0 && value & other.mask == not,
                            What::Within(first, last) => {
                                other.mask == mask && !(first..=last).contains(&value)
                            }
                        }
                };
                known.or_else(|| masked.iter().any(excludes).then_some(false))
            }
        }
    }

    /// Between which values some bits of a word are.
    fn range(&self, masked: &[Masked], word: Word, mask: u32) -> (u32, u32) {
        let known = &self.words[word.place()];
        if mask == u32::MAX {
            return (known.first, known.last);
        }
        if (known.ones | known.zeros) & mask == mask {
            return (known.ones & mask, known.ones & mask);
        }
        let latest = masked.iter().rev().find_map(|other| match other.what {
            What::Within(first, last) if other.word == word && other.mask == mask => {
                Some((first, last))
            }
            _ => None,
        });
        latest.unwrap_or((0, mask))
    }

    /// Notes the answer to a question that was open. `false` when no word is left then: no call goes
    /// this way.
    pub(super) fn learn(
        &mut self,
        masked: &mut Vec<Masked>,
        question: Question,
        answer: bool,
    ) -> bool {
        match (question, answer) {
            (Question::AtLeast { word, mask, value }, _) => {
                let (first, last) = self.range(masked, word, mask);
                let (first, last) = if answer { (value, last) } else { (first, value - 1) };
                let known = &mut self.words[word.place()];
                if mask == u32::MAX {
                    (known.first, known.last) = (first, last);
                } else if first == last {
                    known.learn_bits(mask, first);
                } else {
                    masked.push(Masked { word, mask, what: What::Within(first, last) });
                }
            }
            (Question::Equal { word, mask, value }, true) => {
                self.words[word.place()].learn_bits(mask, value);
            }
            (Question::Equal { word, mask, value }, false) => {
                let known = &mut self.words[word.place()];
                match mask {
                    u32::MAX if value == known.first => known.first += 1,
                    u32::MAX if value == known.last => known.last -= 1,
                    // A bit that is not 0 is 1.
                    _ if mask.is_power_of_two() => known.learn_bits(mask, value ^ mask),
                    _ => masked.push(Masked { word, mask, what: What::Not(value) }),
                }
            }
        }
        self.masked = masked.len();
        let (Question::Equal { word, .. } | Question::AtLeast { word, .. }) = question;
        self.words[word.place()].shrink(word, masked)
    }

    /// Whether all conditions of `rule` hold.
    pub(super) fn rule(&self, masked: &[Masked], arch: Arch, rule: &Rule) -> Answer {
        let answers = rule.conditions().iter().map(|one| self.condition(masked, arch, one));
        answers.fold(Answer::Yes, both)
    }

    fn condition(&self, masked: &[Masked], arch: Arch, condition: &Condition) -> Answer {
        let (high, low) = Word::halves(arch.big_endian(), condition.index());
        let (mask, value) = (condition.mask(), condition.value());
        let wide = condition.width() == Width::Bits64;
        let most = if wide { u64::MAX } else { u32::MAX.into() };
        let ask = |question| match self.answer(masked, question) {
            Some(true) => Answer::Yes,
            Some(false) => Answer::No,
            None => Answer::Open(question),
        };
        let equal = |mask: u64, value: u64| {
            let half = |word, mask, value| ask(Question::Equal { word, mask, value });
            let low = half(low, low_half(mask), low_half(value));
            if wide { both(half(high, high_half(mask), high_half(value)), low) } else { low }
        };
        let at_least = |value: u64| {
            let tie = |value| ask(Question::AtLeast { word: low, mask: u32::MAX, value });
            if !wide {
                return tie(low_half(value));
            }
            let (h, l) = (high_half(value), low_half(value));
            if let Some(above) = h.checked_add(1) {
                match ask(Question::AtLeast { word: high, mask: u32::MAX, value: above }) {
                    Answer::No => {}
                    other => return other,
                }
            }
            match ask(Question::Equal { word: high, mask: u32::MAX, value: h }) {
                Answer::Yes => tie(l),
                other => other,
            }
        };
        match condition.operator() {
            Operator::Eq => equal(most, value),
            Operator::Ne => not(equal(most, value)),
            Operator::MaskedEq => equal(mask, value),
            Operator::Ge => at_least(value),
            Operator::Lt => not(at_least(value)),
            Operator::Gt if value == most => Answer::No,
            Operator::Gt => at_least(value + 1),
            Operator::Le if value == most => Answer::Yes,
            Operator::Le => not(at_least(value + 1)),
        }
    }
}

/// Whether some call certainly matches `rule`: each condition can hold, and no two are about the same
/// argument.
pub(super) fn is_certainly_possible(rule: &Rule) -> bool {
    let conditions = rule.conditions();
    let can_hold = |condition: &Condition| match (condition.operator(), condition.width()) {
        (Operator::Lt, _) => condition.value() > 0,
        (Operator::Gt, Width::Bits32) => condition.value() < u32::MAX.into(),
        (Operator::Gt, Width::Bits64) => condition.value() < u64::MAX,
        _ => true,
    };
    // They are in the order of their arguments.
    conditions.is_sorted_by(|a, b| a.index() < b.index()) && conditions.iter().all(can_hold)
}

fn both(a: Answer, b: Answer) -> Answer {
    match (a, b) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Yes, b) => b,
        (open, _) => open,
    }
}

const fn not(answer: Answer) -> Answer {
    match answer {
        Answer::Yes => Answer::No,
        Answer::No => Answer::Yes,
        open => open,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the half is what is wanted")]
const fn low_half(value: u64) -> u32 {
    value as u32
}

const fn high_half(value: u64) -> u32 {
    (value >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever was learnt, no answer is wrong for a word of which all of it is true.
    #[test]
    fn no_answer_is_wrong() {
        const WORD: Word = Word::NR;
        // Words of three bits are as good as any, and all of them can be tried.
        let questions: Vec<Question> = (0..8)
            .flat_map(|value| {
                let equal = move |mask| Question::Equal { word: WORD, mask, value };
                let at_least = move |mask| Question::AtLeast { word: WORD, mask, value };
                [u32::MAX, 1, 6, 5].into_iter().flat_map(move |mask| [equal(mask), at_least(mask)])
            })
            .collect();
        let truth = |question: Question, word: u32| match question {
            Question::Equal { mask, value, .. } => word & mask == value,
            Question::AtLeast { mask, value, .. } => word & mask >= value,
        };
        let mut settled = 0;
        for (first, second) in
            questions.iter().flat_map(|a| questions.iter().map(move |b| (*a, *b)))
        {
            for answers in [[true, true], [true, false], [false, true], [false, false]] {
                let (mut facts, mut masked) = (Facts::NONE, Vec::new());
                facts.words[WORD.place()].last = 7;
                let mut words: Vec<u32> = (0..8).collect();
                for (question, answer) in [first, second].into_iter().zip(answers) {
                    words.retain(|word| truth(question, *word) == answer);
                    if facts.answer(&masked, question).is_none()
                        && !facts.learn(&mut masked, question, answer)
                    {
                        assert_eq!(words, [0u32; 0], "{first:?} {second:?} {answers:?}");
                    }
                }
                for question in &questions {
                    let Some(answer) = facts.answer(&masked, *question) else { continue };
                    settled += 1;
                    for word in &words {
                        let why =
                            format!("{first:?} {second:?} {answers:?}: {question:?} of {word}");
                        assert_eq!(truth(*question, *word), answer, "{why}");
                    }
                }
            }
        }
        assert!(settled > 100_000, "{settled} answers were given");
    }
}
