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
    /// Questions that may be asked before diagrams are cheaper: a thousand values of an argument take
    /// some twenty thousand.
    const QUESTIONS: usize = 1 << 19;

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
