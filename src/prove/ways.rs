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
mod tests;
