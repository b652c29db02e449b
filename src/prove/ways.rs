//! The ways through a program, held against the rules of a call.
//!
//! The quick part of the proof. Where a test's answer is not known, the way parts in two; where a way
//! returns, the rules are looked at with what was learnt on it. If on every way they say what the
//! program returns, the call is proven. If not, nothing is: then the diagrams decide, which always
//! can.

use std::ops::Range;

use super::bits::Word;
use super::known::{Answer, Facts, Masked, Question};
use super::regions::End;
use crate::action::Action;
use crate::arch::Arch;
use crate::bpf::{Opcode, Program};
use crate::policy::{Rule, Subject};

/// What a program is held against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) arch: Arch,
    /// The rules with conditions, the strictest first.
    pub(super) rules: &'a [(Subject, &'a Rule)],
    /// The verdict where none of them matches.
    pub(super) otherwise: Action,
}

/// A way, as far as it was walked.
#[derive(Clone, Debug)]
struct Way {
    at: At,
    facts: Facts,
    /// Which of [`Walk::open`] are the rules that may still match.
    open: Range<usize>,
}

/// Where a way stands.
#[derive(Clone, Copy, Debug)]
enum At {
    /// At an instruction; the accumulator holds some bits of a word, if anything.
    Instruction(usize, Option<(Word, u32)>),
    Return(u32),
}

/// A walk along all ways, one after the other: what one learns goes behind what those know that it
/// parted from, and is forgotten when another one is taken up.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    program: &'a Program,
    /// Ways that part from those walked before, each with what it learns there.
    waiting: Vec<(Way, Question, bool)>,
    masked: Vec<Masked>,
    /// Places of rules.
    open: Vec<usize>,
    /// Questions that may still be asked.
    left: usize,
}

impl<'a> Walk<'a> {
    /// Questions that may be asked before diagrams are likely to be quicker: some tens of milliseconds.
    /// Two thousand values of an argument take half of it.
    const QUESTIONS: usize = 1 << 23;

    pub(super) const fn through(program: &'a Program) -> Self {
        Self {
            program,
            waiting: Vec::new(),
            masked: Vec::new(),
            open: Vec::new(),
            left: Self::QUESTIONS,
        }
    }

    /// Whether the program, from `end` on, certainly gives the verdicts that are `wanted`.
    pub(super) fn agrees(&mut self, end: End, wanted: Wanted) -> bool {
        let at = match end {
            End::Return(value) => At::Return(value),
            End::Arguments(pc) => At::Instruction(pc, None),
        };
        self.waiting.clear();
        self.masked.clear();
        self.open.clear();
        self.open.extend(0..wanted.rules.len());
        let start = Way { at, facts: Facts::NONE, open: 0..wanted.rules.len() };
        self.all(start, wanted).is_some()
    }

    /// `None` when it is not certain that all ways agree.
    fn all(&mut self, start: Way, wanted: Wanted) -> Option<()> {
        self.along(start, wanted)?;
        while let Some((mut way, question, answer)) = self.waiting.pop() {
            self.masked.truncate(way.facts.masked());
            self.open.truncate(way.open.end);
            if self.learn(&mut way, wanted, question, answer)? {
                self.along(way, wanted)?;
            }
        }
        Some(())
    }

    /// To the way's end; where it parts, one part is left waiting.
    fn along(&mut self, mut way: Way, wanted: Wanted) -> Option<()> {
        loop {
            let parts = match way.at {
                At::Return(value) => match self.verdict(&way, wanted, value)? {
                    None => return Some(()),
                    open => open,
                },
                At::Instruction(pc, held) => self.step(&mut way, pc, held)?,
            };
            if let Some(question) = parts {
                self.waiting.push((way.clone(), question, false));
                if !self.learn(&mut way, wanted, question, true)? {
                    return Some(());
                }
            }
        }
    }

    /// Goes on with the answer to a question; whether any call does.
    fn learn(
        &mut self,
        way: &mut Way,
        wanted: Wanted,
        question: Question,
        answer: bool,
    ) -> Option<bool> {
        let possible = way.facts.learn(&mut self.masked, question, answer);
        if possible {
            self.close_rules(way, wanted)?;
        }
        Some(possible)
    }

    /// One instruction. If its test is open, the way stays and the question is what to part by.
    fn step(
        &mut self,
        way: &mut Way,
        pc: usize,
        held: Option<(Word, u32)>,
    ) -> Option<Option<Question>> {
        let instruction = self.program.instructions()[pc];
        let k = instruction.k;
        let (question, holds_on) = match (Opcode::from_code(instruction.code)?, held) {
            (Opcode::Return, _) => {
                way.at = At::Return(k);
                return Some(None);
            }
            (Opcode::Jump, _) => {
                way.at = At::Instruction(pc + 1 + k as usize, held);
                return Some(None);
            }
            (Opcode::Load, _) => {
                let word = Some(Word::at(k)).filter(|word| ![Word::NR, Word::ARCH].contains(word));
                way.at = At::Instruction(pc + 1, Some((word?, u32::MAX)));
                return Some(None);
            }
            (Opcode::And, held) => {
                let (word, mask) = held?;
                way.at = At::Instruction(pc + 1, Some((word, mask & k)));
                return Some(None);
            }
            (Opcode::IfEqual, Some((word, mask))) => {
                (Question::Equal { word, mask, value: k }, true)
            }
            (Opcode::IfAnyBit, Some((word, mask))) => {
                (Question::Equal { word, mask: mask & k, value: 0 }, false)
            }
            (Opcode::IfAtLeast, Some((word, mask))) => {
                (Question::AtLeast { word, mask, value: k }, true)
            }
            (Opcode::IfGreater, Some((word, mask))) => match k.checked_add(1) {
                Some(value) => (Question::AtLeast { word, mask, value }, true),
                None => (Question::Equal { word, mask: 0, value: 1 }, true), // never
            },
            _ => return None,
        };
        self.take(1)?;
        let Some(answer) = way.facts.answer(&self.masked, question) else {
            return Some(Some(question));
        };
        let skip = if answer == holds_on { instruction.jt } else { instruction.jf };
        way.at = At::Instruction(pc + 1 + usize::from(skip), held);
        Some(None)
    }

    /// Leaves out the rules that can't match any more.
    fn close_rules(&mut self, way: &mut Way, wanted: Wanted) -> Option<()> {
        self.take(way.open.len())?;
        let start = self.open.len();
        for place in way.open.clone() {
            let rule = self.open[place];
            match self.holds(way, wanted, rule) {
                Answer::No => {}
                Answer::Open(_) => self.open.push(rule),
                Answer::Yes => {
                    // What is less strict makes no difference.
                    self.open.push(rule);
                    break;
                }
            }
        }
        way.open = start..self.open.len();
        Some(())
    }

    /// Whether the rules say `value`; else the question on which it depends, if there is one.
    fn verdict(&mut self, way: &Way, wanted: Wanted, value: u32) -> Option<Option<Question>> {
        self.take(way.open.len())?;
        let (mut verdict, mut same, mut other) = (wanted.otherwise, None, None);
        for place in way.open.clone() {
            let rule = self.open[place];
            let action = wanted.rules[rule].1.action();
            match self.holds(way, wanted, rule) {
                Answer::No => {}
                Answer::Yes => {
                    verdict = action;
                    break;
                }
                Answer::Open(question) if action.to_raw() == value => {
                    same.get_or_insert(question);
                }
                Answer::Open(question) => {
                    other.get_or_insert(question);
                }
            }
        }
        match (verdict.to_raw() == value, other) {
            (true, None) => Some(None),
            (_, Some(question)) => Some(Some(question)),
            (false, None) => same.map(Some),
        }
    }

    fn holds(&self, way: &Way, wanted: Wanted, rule: usize) -> Answer {
        way.facts.rule(&self.masked, wanted.arch, wanted.rules[rule].1)
    }

    /// Counts questions, each as many as there are values to look through.
    fn take(&mut self, questions: usize) -> Option<()> {
        self.left = self.left.checked_sub(questions * (1 + self.masked.len()))?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::diagram::Diagram;
    use super::super::of_policy::all_hold;
    use super::super::of_program;
    use super::*;
    use crate::bpf::Instruction;
    use crate::policy::{Condition, Operator, Width};
    use crate::syscall::Syscall;

    const ARCH: Arch = Arch::X86_64;
    const VERDICTS: [Action; 2] = [Action::KILL_PROCESS, Action::ALLOW];

    /// A few numbers that nobody has to guess (xorshift).
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % limit
        }

        fn pick<T: Copy>(&mut self, of: &[T]) -> T {
            of[usize::try_from(self.below(of.len() as u64)).unwrap()]
        }

        fn rule(&mut self) -> Rule {
            let action = self.pick(&VERDICTS);
            let conditions = (0..=self.below(2)).map(|_| {
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
            });
            Rule::new(action, conditions.collect::<Vec<_>>())
        }
    }

    /// The rules one after the other, every condition tested as it stands.
    fn naive(rules: &[(Subject, &Rule)], otherwise: Action) -> Vec<Instruction> {
        let mut program = Vec::new();
        for (_, rule) in rules {
            let mut tests = Vec::new();
            for condition in rule.conditions() {
                let low = 16 + 8 * u32::from(condition.index());
                let (value, mask) = (condition.value(), condition.mask());
                let half = |value: u64, at: u32| u32::try_from(value >> at & 0xffff_ffff).unwrap();
                // (word, mask, opcode, value, whether yes goes on; else it is decided: holds or not)
                let wide = condition.width() == Width::Bits64;
                let masked = condition.operator() == Operator::MaskedEq;
                let mask = if masked { mask } else { u64::MAX };
                match condition.operator() {
                    Operator::Eq | Operator::MaskedEq => {
                        for (word, at) in [(low + 4, 32), (low, 0)] {
                            if word == low || wide {
                                let mask = half(mask, at);
                                tests.push((word, mask, Opcode::IfEqual, half(value, at), true));
                            }
                        }
                    }
                    Operator::Ge if !wide => {
                        tests.push((low, u32::MAX, Opcode::IfAtLeast, half(value, 0), true));
                    }
                    Operator::Lt if !wide => {
                        tests.push((low, u32::MAX, Opcode::IfAtLeast, half(value, 0), false));
                    }
                    Operator::Gt if !wide => {
                        tests.push((low, u32::MAX, Opcode::IfGreater, half(value, 0), true));
                    }
                    Operator::Ne if !wide => {
                        tests.push((low, u32::MAX, Opcode::IfEqual, half(value, 0), false));
                    }
                    _ => return Vec::new(),
                }
            }
            let length = |masked: bool| if masked { 3 } else { 2 };
            let total: usize = tests.iter().map(|test| length(test.1 != u32::MAX)).sum();
            let mut done = 0;
            for (word, mask, opcode, k, goes_on) in tests {
                program.push(Instruction::plain(Opcode::Load, word));
                if mask != u32::MAX {
                    program.push(Instruction::plain(Opcode::And, mask));
                }
                done += length(mask != u32::MAX);
                let out = u8::try_from(total - done + 1).unwrap();
                let (yes, no) = if goes_on { (0, out) } else { (out, 0) };
                program.push(Instruction::branch(opcode, k, yes, no));
            }
            program.push(Instruction::plain(Opcode::Return, rule.action().to_raw()));
        }
        program.push(Instruction::plain(Opcode::Return, otherwise.to_raw()));
        program
    }

    /// What a walk is certain of is what the diagrams find, for programs that are right and for such
    /// with one number changed.
    #[test]
    fn nothing_is_certain_that_is_not_so() {
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        let subject = Subject::Named(Syscall::find(b"read").unwrap());
        let (mut right, mut certain, mut wrong) = (0, 0, 0);
        for _ in 0..3000 {
            let rules: Vec<Rule> = (0..=random.below(4)).map(|_| random.rule()).collect();
            let mut rules: Vec<(Subject, &Rule)> =
                rules.iter().map(|rule| (subject, rule)).collect();
            rules.sort_by_key(|(_, rule)| rule.action());
            let otherwise = Action::errno(1);
            let mut program = naive(&rules, otherwise);
            if program.is_empty() || program[0].code == Opcode::Return as u16 {
                continue;
            }
            if random.below(2) == 0 {
                let place = usize::try_from(random.below(program.len() as u64)).unwrap();
                let one = &mut program[place];
                match Opcode::from_code(one.code).unwrap() {
                    Opcode::Return => one.k = random.pick(&VERDICTS).to_raw(),
                    Opcode::Load => one.k = random.pick(&[16, 20, 24, 28]),
                    _ => one.k = u32::try_from(random.below(6)).unwrap(),
                }
            }
            let program = Program::new(program).unwrap();
            let mut diagram = Diagram::new();
            let mut wanted = diagram.value(otherwise.to_raw());
            for (_, rule) in rules.iter().rev() {
                let holds = all_hold(&mut diagram, ARCH, rule.conditions()).unwrap();
                let action = diagram.value(rule.action().to_raw());
                wanted = diagram.choose(holds, action, wanted).unwrap();
            }
            let found = of_program::arguments(&mut diagram, &program, 0).unwrap().unwrap();
            let wanted_of_walk = Wanted { arch: ARCH, rules: &rules, otherwise };
            let agrees = Walk::through(&program).agrees(End::Arguments(0), wanted_of_walk);
            assert!(!agrees || found == wanted, "{rules:?}: {:?}", program.instructions());
            right += usize::from(found == wanted);
            certain += usize::from(agrees);
            wrong += usize::from(found != wanted);
        }
        assert!(wrong > 100 && 10 * certain > 9 * right, "{certain} of {right}; {wrong} wrong");
    }
}
