//! The ways through a program, held against the rules of a call.
//!
//! The quick part of the proof. Where a test's answer is not known, the way parts in two; where a way
//! returns, the rules are looked at with what was learnt on it. If on every way they say what the
//! program returns, the call is proven. If not, nothing is: then the diagrams decide, which always
//! can.

use std::ops::Range;

use super::bits::Word;
use super::known::{Answer, Facts, Mark, Question};
use super::regions::End;
use super::values::{Group, Rules};
use crate::action::Action;
use crate::arch::Arch;
use crate::bpf::{Opcode, Program};

/// What a program is held against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) arch: Arch,
    /// The rules with conditions, the strictest first.
    pub(super) rules: &'a Rules<'a>,
    /// The verdict where none of them matches.
    pub(super) otherwise: Action,
}

/// Where a way stands, and which of [`Walk::open`] are the rules that may still match.
#[derive(Clone, Debug)]
struct Way {
    at: At,
    open: Range<usize>,
}

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
    facts: Facts,
    open: Vec<Group>,
    /// Ways that part from those walked before, each by the question to which the answer is no there.
    waiting: Vec<(Way, Mark, Question)>,
    /// Questions that may still be asked.
    left: usize,
}

impl<'a> Walk<'a> {
    /// Questions that may be asked before diagrams are likely to be quicker: some tens of milliseconds.
    const QUESTIONS: usize = 1 << 23;

    pub(super) fn through(program: &'a Program) -> Self {
        Self {
            program,
            facts: Facts::new(),
            open: Vec::with_capacity(64),
            waiting: Vec::with_capacity(32),
            left: Self::QUESTIONS,
        }
    }

    /// Whether the program, from `end` on, certainly gives the verdicts that are `wanted`.
    pub(super) fn agrees(&mut self, end: End, wanted: &Wanted) -> bool {
        let at = match end {
            End::Return(value) => At::Return(value),
            End::Arguments(pc) => At::Instruction(pc, None),
        };
        self.facts.go_back(Facts::START);
        self.waiting.clear();
        self.open.clear();
        let mut next = 0;
        while next < wanted.rules.len() {
            let group = Group::at(wanted.rules, next);
            next = group.end();
            self.open.push(group);
        }
        self.all(Way { at, open: 0..self.open.len() }, wanted).is_some()
    }

    /// `None` when it is not certain that all ways agree.
    fn all(&mut self, start: Way, wanted: &Wanted) -> Option<()> {
        let mut taken_up = Some(start);
        while let Some(mut way) = taken_up {
            while let Some(question) = self.along(&mut way, wanted)? {
                self.waiting.push((way.clone(), self.facts.mark(), question));
                if !self.learn(&mut way, wanted, question, true)? {
                    break;
                }
            }
            taken_up = self.take_up(wanted)?;
        }
        Some(())
    }

    /// The next of the ways that wait which any call goes.
    fn take_up(&mut self, wanted: &Wanted) -> Option<Option<Way>> {
        while let Some((mut way, mark, question)) = self.waiting.pop() {
            self.facts.go_back(mark);
            self.open.truncate(way.open.end);
            if self.learn(&mut way, wanted, question, false)? {
                return Some(Some(way));
            }
        }
        Some(None)
    }

    /// To the way's end, or to a question by which it parts.
    fn along(&mut self, way: &mut Way, wanted: &Wanted) -> Option<Option<Question>> {
        loop {
            let question = match way.at {
                At::Return(value) => return self.verdict(way, wanted, value),
                At::Instruction(pc, held) => self.step(way, pc, held)?,
            };
            if question.is_some() {
                return Some(question);
            }
        }
    }

    /// Goes on with the answer to a question; whether any call does.
    fn learn(
        &mut self,
        way: &mut Way,
        wanted: &Wanted,
        question: Question,
        answer: bool,
    ) -> Option<bool> {
        // A few rules are sooner asked once, where the way returns.
        const FEW: usize = 4;
        let possible = self.facts.learn(question, answer);
        if possible && way.open.len() > FEW {
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
        let Some(answer) = self.facts.answer(question) else {
            return Some(Some(question));
        };
        let skip = if answer == holds_on { instruction.jt } else { instruction.jf };
        way.at = At::Instruction(pc + 1 + usize::from(skip), held);
        Some(None)
    }

    /// Leaves out the rules that can't match any more.
    fn close_rules(&mut self, way: &mut Way, wanted: &Wanted) -> Option<()> {
        self.take(way.open.len())?;
        let start = self.open.len();
        for place in way.open.clone() {
            let group = self.open[place].narrowed(&self.facts, wanted.arch, wanted.rules);
            let answer = match group.len() {
                0 => Answer::No,
                1 => group.answer(&self.facts, wanted.arch, wanted.rules),
                _ => {
                    self.open.push(group);
                    continue;
                }
            };
            if answer != Answer::No {
                self.open.push(group);
            }
            if answer == Answer::Yes {
                // What is less strict makes no difference.
                break;
            }
        }
        way.open = start..self.open.len();
        Some(())
    }

    /// Whether the rules say `value`; else the question on which it depends, if there is one.
    fn verdict(&mut self, way: &Way, wanted: &Wanted, value: u32) -> Option<Option<Question>> {
        let (mut verdict, mut same, mut other) = (wanted.otherwise, None, None);
        for place in way.open.clone() {
            let group = self.open[place].narrowed(&self.facts, wanted.arch, wanted.rules);
            self.take(1 + group.len())?;
            let action = self.open[place].action(wanted.rules);
            match group.answer(&self.facts, wanted.arch, wanted.rules) {
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

    /// Counts questions, each as many as there are facts to look through.
    fn take(&mut self, questions: usize) -> Option<()> {
        self.left = self.left.checked_sub(questions * (1 + self.facts.len()))?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::diagram::Diagram;
    use super::super::of_policy::all_hold;
    use super::super::of_program;
    use super::super::random::{ARCHES, Random, VERDICTS};
    use super::*;
    use crate::bpf::Instruction;
    use crate::policy::{Operator, Rule, Subject, Width};
    use crate::syscall::Syscall;

    /// The rules one after the other, every condition tested as it stands.
    fn naive(arch: Arch, rules: &[(Subject, &Rule)], otherwise: Action) -> Vec<Instruction> {
        let mut program = Vec::new();
        for (_, rule) in rules {
            let mut tests = Vec::new();
            for condition in rule.conditions() {
                let Some(condition) = (match arch {
                    Arch::X86 => condition.narrowed(),
                    _ => Some(*condition),
                }) else {
                    return Vec::new();
                };
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
            let (arch, rules) = (random.pick(&ARCHES), random.rules());
            let rules: Vec<(Subject, &Rule)> = rules.iter().map(|rule| (subject, rule)).collect();
            let otherwise = Action::errno(1);
            let mut program = naive(arch, &rules, otherwise);
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
                let holds = all_hold(&mut diagram, arch, rule.conditions()).unwrap();
                let action = diagram.value(rule.action().to_raw());
                wanted = diagram.choose(holds, action, wanted).unwrap();
            }
            let found = of_program::arguments(&mut diagram, &program, 0).unwrap().unwrap();
            let wanted_of_walk = Wanted { arch, rules: &rules, otherwise };
            let agrees = Walk::through(&program).agrees(End::Arguments(0), &wanted_of_walk);
            assert!(!agrees || found == wanted, "{rules:?}: {:?}", program.instructions());
            right += usize::from(found == wanted);
            certain += usize::from(agrees);
            wrong += usize::from(found != wanted);
        }
        assert!(wrong > 100 && 10 * certain > 9 * right, "{certain} of {right}; {wrong} wrong");
    }
}
