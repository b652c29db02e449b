//! What is known of the arguments on a way through a program, and what follows from it.
//!
//! A range of each word and some of its bits, and of other bits a range or what they are not. That is less than what all
//! answers come to together, so a question can stay open though only one answer is possible. What
//! matters is that no answer is wrong.

use super::bits::{Word, high_half, low_half, whole};
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

impl Question {
    const fn word(self) -> Word {
        let (Self::Equal { word, .. } | Self::AtLeast { word, .. }) = self;
        word
    }

    /// The answer for a word that is `value`, whichever the question is about.
    pub(super) const fn of(self, value: u32) -> bool {
        match self {
            Self::Equal { mask, value: wanted, .. } => value & mask == wanted,
            Self::AtLeast { mask, value: least, .. } => value & mask >= least,
        }
    }
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

    /// Takes from both ends of the range what the word is known not to be; `false` if that is all. What
    /// some of its bits are not is left alone, as it could be most of the range.
    fn shrink(&mut self, word: Word, not: &[Not]) -> bool {
        let is = |not: &Not, value| not.value == value && not.mask == u32::MAX && not.word == word;
        let is_not = |value| not.iter().any(|not| is(not, value));
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

/// `word & mask` is not `value`.
#[derive(Clone, Copy, Debug)]
struct Not {
    word: Word,
    mask: u32,
    value: u32,
}

impl Not {
    /// Whether that is why some bits of a word are not `value`: equal in all of them, they would be equal
    /// in these.
    fn excludes(&self, word: Word, mask: u32, value: u32) -> bool {
        value & self.mask == self.value && self.word == word && self.mask & !mask == 0
    }
}

/// `word & mask` is between these, or one of them.
#[derive(Clone, Copy, Debug)]
struct Within {
    word: Word,
    mask: u32,
    first: u32,
    last: u32,
}

/// What is known of all words on the way that is walked.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    words: [Known; Word::COUNT as usize],
    not: Vec<Not>,
    /// Of some bits of a word; of all of them it stands above.
    within: Vec<Within>,
    /// What was known of a word before something was learnt of it, for the way back.
    before: Vec<(Word, Known)>,
}

/// A place to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    not: usize,
    within: usize,
    before: usize,
}

impl Facts {
    pub(super) fn new() -> Self {
        let words = [Known::NOTHING; Word::COUNT as usize];
        let (not, within) = (Vec::with_capacity(32), Vec::new());
        Self { words, not, within, before: Vec::with_capacity(64) }
    }

    pub(super) const START: Mark = Mark { not: 0, within: 0, before: 0 };

    /// Where the way parts.
    pub(super) const fn mark(&self) -> Mark {
        let (not, within) = (self.not.len(), self.within.len());
        Mark { not, within, before: self.before.len() }
    }

    /// Forgets what was learnt since then.
    pub(super) fn go_back(&mut self, to: Mark) {
        self.not.truncate(to.not);
        self.within.truncate(to.within);
        for (word, known) in self.before.drain(to.before..).rev() {
            self.words[word.place()] = known;
        }
    }

    /// How many facts a question is held against.
    pub(super) const fn len(&self) -> usize {
        self.not.len() + self.within.len()
    }

    pub(super) fn answer(&self, question: Question) -> Option<bool> {
        match question {
            Question::AtLeast { word, mask, value } => {
                let (first, last) = self.range(word, mask);
                match (first >= value, last >= value) {
                    (true, _) => Some(true),
                    (_, false) => Some(false),
                    _ => None,
                }
            }
            Question::Equal { word, mask, value } => {
                let known = self.words[word.place()].equal(mask, value);
                known.or_else(|| {
                    let is_not = self.not.iter().any(|not| not.excludes(word, mask, value));
                    let is_outside = |within: &Within| {
                        within.word == word
                            && within.mask == mask
                            && !(within.first..=within.last).contains(&value)
                    };
                    (is_not || self.within.iter().any(is_outside)).then_some(false)
                })
            }
        }
    }

    /// Between which values some bits of a word are.
    fn range(&self, word: Word, mask: u32) -> (u32, u32) {
        let known = &self.words[word.place()];
        if mask == u32::MAX {
            return (known.first, known.last);
        }
        if (known.ones | known.zeros) & mask == mask {
            return (known.ones & mask, known.ones & mask);
        }
        let mut latest = self.within.iter().rev();
        let latest = latest.find(|within| within.word == word && within.mask == mask);
        latest.map_or((0, mask), |within| (within.first, within.last))
    }

    /// Notes the answer to a question that was open. `false` when no word is left then: no call goes
    /// this way.
    pub(super) fn learn(&mut self, question: Question, answer: bool) -> bool {
        let (Question::Equal { word, mask, .. } | Question::AtLeast { word, mask, .. }) = question;
        let range = self.range(word, mask);
        let known = &mut self.words[word.place()];
        self.before.push((word, *known));
        match (question, answer) {
            (Question::AtLeast { value, .. }, _) => {
                let (first, last) = range;
                let (first, last) = if answer { (value, last) } else { (first, value - 1) };
                if mask == u32::MAX {
                    (known.first, known.last) = (first, last);
                } else if first == last {
                    known.learn_bits(mask, first);
                } else {
                    self.within.push(Within { word, mask, first, last });
                }
            }
            (Question::Equal { value, .. }, true) => known.learn_bits(mask, value),
            (Question::Equal { value, .. }, false) => match mask {
                u32::MAX if value == known.first => known.first += 1,
                u32::MAX if value == known.last => known.last -= 1,
                // Its ends stay as they are, and so does what is known not to be there.
                u32::MAX => {
                    self.not.push(Not { word, mask, value });
                    return true;
                }
                // A bit that is not 0 is 1.
                _ if mask.is_power_of_two() => known.learn_bits(mask, value ^ mask),
                _ => self.not.push(Not { word, mask, value }),
            },
        }
        known.shrink(word, &self.not)
    }

    /// Whether all of the conditions hold.
    pub(super) fn all_hold(&self, arch: Arch, conditions: &[Condition]) -> Answer {
        let answers = conditions.iter().map(|one| self.condition(arch, one));
        answers.fold(Answer::Yes, both)
    }

    /// Between which values those bits are that `condition` asks for, which wants them to equal one:
    /// no call on the way has others, though it need not have all of these.
    pub(super) fn bounds(&self, arch: Arch, condition: &Condition) -> (u64, u64) {
        let (high, low) = Word::halves(arch.big_endian(), condition.index());
        let mask = match condition.operator() {
            Operator::MaskedEq => condition.mask(),
            _ => u64::MAX,
        };
        let (least_low, most_low) = self.range(low, low_half(mask));
        let (least_high, most_high) = match condition.width() {
            Width::Bits64 if !arch.has_narrow_arguments() => self.range(high, high_half(mask)),
            _ => (0, 0),
        };
        (whole(least_high, least_low), whole(most_high, most_low))
    }

    fn condition(&self, arch: Arch, condition: &Condition) -> Answer {
        let (high, low) = Word::halves(arch.big_endian(), condition.index());
        let (mask, value) = (condition.mask(), condition.value());
        let wide = condition.width() == Width::Bits64;
        let most = if wide { u64::MAX } else { u32::MAX.into() };
        let narrow = arch.has_narrow_arguments();
        let ask = |question: Question| match self.answer(question) {
            // Whatever is known of what stands there, the call takes it for 0.
            _ if narrow && question.word() == high => settled(question.of(0)),
            Some(answer) => settled(answer),
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

/// Whether some call of `arch` certainly matches `rule`: each condition can hold, and no two are about the
/// same argument.
pub(super) fn is_certainly_possible(arch: Arch, rule: &Rule) -> bool {
    let conditions = rule.conditions();
    let can_hold = |condition: &Condition| {
        let most = match condition.width() {
            Width::Bits64 if !arch.has_narrow_arguments() => u64::MAX,
            _ => u32::MAX.into(),
        };
        match condition.operator() {
            Operator::Lt => condition.value() > 0,
            Operator::Gt => condition.value() < most,
            Operator::Eq | Operator::MaskedEq | Operator::Ge => condition.value() <= most,
            Operator::Ne | Operator::Le => true,
        }
    };
    // They are in the order of their arguments.
    conditions.is_sorted_by(|a, b| a.index() < b.index()) && conditions.iter().all(can_hold)
}

const fn settled(answer: bool) -> Answer {
    if answer { Answer::Yes } else { Answer::No }
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

#[cfg(test)]
mod tests;
