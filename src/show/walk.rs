//! Following all that a program can do; see [`decisions`](super::decisions).

use super::decisions::{Compared, Decisions, Node, Subject};
use crate::bpf::registers::{self, X, effect};
use crate::bpf::{Instruction, Opcode, Program};
use crate::map::Unique;
use crate::prove::{Range, parts};

/// Steps of the walk, and cases of all choices: what takes more is not to be looked at. Programs for
/// people have some thousands.
const MOST_STEPS: usize = 10_000_000;
const MOST_CASES: usize = 1 << 15;

/// Numbers that are followed one by one.
const NUMBERS_OF_A_TABLE: u32 = 1024;

/// What the accumulator holds. The kernel clears it before the first instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum A {
    Constant(u32),
    Of(Subject),
}

/// In front of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    pc: usize,
    a: A,
    x: u32,
    arch: Range,
    nr: Range,
}

pub(super) struct Walk<'a> {
    instructions: &'a [Instruction],
    /// By instruction, what is still asked from it on.
    asked: Vec<u32>,
    /// Where nodes are; those behind the last one in `choices` are not looked at yet.
    states: Unique<State>,
    /// What is compared at each, and where its cases end; they begin where those before it end.
    choices: Vec<(Subject, usize)>,
    /// The cases of all choices, in the order of their values: the first value of each, and the state
    /// where it leads.
    cases: Vec<(u32, u32)>,
    /// By state, where the instructions begin that it stands for: with the load of what is tested, if
    /// somebody comes to that.
    entries: Vec<u32>,
    compared: Vec<Option<Compared>>,
    steps: usize,
}

/// What may be asked: number or architecture; and [`X`].
const NUMBER: u32 = 1;

impl<'a> Walk<'a> {
    pub(super) fn through(program: &'a Program) -> Self {
        let instructions = program.instructions();
        Self {
            instructions,
            asked: asked(instructions),
            states: Unique::for_about(9),
            choices: Vec::new(),
            cases: Vec::new(),
            entries: Vec::new(),
            compared: vec![None; instructions.len()],
            steps: 0,
        }
    }

    /// Follows everything, the root first.
    pub(super) fn all(&mut self) -> Option<()> {
        let first = State { pc: 0, a: A::Constant(0), x: 0, arch: Range::ALL, nr: Range::ALL };
        self.come_to(first);
        while let Ok(next) = u32::try_from(self.choices.len())
            && self.choices.len() < self.states.len()
        {
            let of = self.choice(self.states.get(next));
            if self.cases.len() > MOST_CASES || self.steps > MOST_STEPS {
                return None;
            }
            self.choices.push((of, self.cases.len()));
        }
        Some(())
    }

    /// The number of the state to which `start` leads.
    #[inline(never)]
    fn come_to(&mut self, start: State) -> u32 {
        let (state, _) = self.settle(start, None);
        self.enter(start.pc, state)
    }

    #[inline(never)]
    fn enter(&mut self, from: usize, state: State) -> u32 {
        const LOAD_AND_MASK: usize = 2;
        let number = self.states.number(state);
        self.entries.resize(self.states.len(), word(state.pc));
        let is_jump = self.instructions[from].code == Opcode::Jump as u16;
        if state.pc - from <= LOAD_AND_MASK && !is_jump {
            let entry = &mut self.entries[number as usize];
            *entry = (*entry).min(word(from));
        }
        number
    }

    /// Goes on to where something is decided: a test that can come out both ways, the end, or what is
    /// not followed; and the values that can come to be tested there. Of the values of one subject
    /// some range may be known.
    #[inline(never)]
    fn settle(&mut self, mut state: State, known: Option<(Subject, Range)>) -> (State, Range) {
        loop {
            self.steps += 1;
            let Instruction { code, jt, jf, k } = self.instructions[state.pc];
            let range = match state.a {
                A::Constant(value) => Range { first: value, last: value },
                A::Of(of) => state.range(of, known),
            };
            if range.first == range.last && matches!(state.a, A::Of(Subject::NR | Subject::ARCH)) {
                state.a = A::Constant(range.first);
            }
            match (Opcode::from_code(code), state.a) {
                (Some(Opcode::Load), _) => state.a = A::Of(Subject::whole(k)),
                (Some(Opcode::LoadConstant), _) => state.a = A::Constant(k),
                (Some(Opcode::Jump), _) => state.pc += k as usize,
                (Some(Opcode::And), A::Constant(value)) => state.a = A::Constant(value & k),
                (Some(Opcode::ShiftRight), A::Constant(value)) => state.a = A::Constant(value >> k),
                (Some(Opcode::ShiftRightByX), A::Constant(value)) => {
                    state.a = A::Constant(value.wrapping_shr(state.x));
                }
                (Some(Opcode::IntoX), A::Constant(value)) => state.x = value,
                (Some(Opcode::And), A::Of(of)) if !state.is_table(of) => {
                    state.a = A::Of(Subject { mask: of.mask & k, ..of });
                }
                // No outcome, too, of what is no test.
                (Some(test), _) => match outcome(range, test, k) {
                    Some(holds) => state.pc += usize::from(if holds { jt } else { jf }),
                    None => return (self.without_past(state), range),
                },
                _ => return (self.without_past(state), range),
            }
            state.pc += 1;
        }
    }

    /// Forgets what nothing from here on depends on, so that different ways lead to one node.
    fn without_past(&self, state: State) -> State {
        let asked = self.asked[state.pc];
        let is_of_number = matches!(state.a, A::Of(Subject { word: 0 | 4, .. }));
        let reads_a = effect(&self.instructions[state.pc]).0 & registers::A != 0;
        let (arch, nr) = match asked & NUMBER == 0 && !(is_of_number && reads_a) {
            true => (Range::ALL, Range::ALL),
            false => (state.arch, state.nr),
        };
        let a = if reads_a { state.a } else { A::Constant(0) };
        State { pc: state.pc, a, x: if asked & X == 0 { 0 } else { state.x }, arch, nr }
    }

    /// What is chosen by at a state, with its cases; it has none if it is an end.
    fn choice(&mut self, start: State) -> Subject {
        let Instruction { code, jt, jf, k } = self.instructions[start.pc];
        let (Some(test), A::Of(of)) = (Opcode::from_code(code), start.a) else {
            return Subject::NR;
        };
        let range = start.range(of, None);
        match test {
            Opcode::And | Opcode::ShiftRight | Opcode::ShiftRightByX | Opcode::IntoX => {
                let table = start.is_table(of).then_some(range.first..=range.last);
                for nr in table.into_iter().flatten() {
                    let one = Range { first: nr, last: nr };
                    let target = self.come_to(State { nr: one, ..start });
                    self.add(nr, target);
                }
                of
            }
            _ if parts(range, test, k).is_none() => {
                // A test of bits that would cut the values into too many parts: the bits are asked for.
                self.note(start, of);
                for (first, skip) in [(0, jf), (1, jt)] {
                    let target = self.come_to(start.behind(skip));
                    self.add(first, target);
                }
                Subject { mask: of.mask & k, ..of }
            }
            _ => {
                self.search(start, of, range);
                of
            }
        }
    }

    /// Follows tests of one subject, with the values that are left, from the lowest on.
    fn search(&mut self, start: State, of: Subject, range: Range) {
        let mut waiting = vec![(start, range)];
        while let Some((state, range)) = waiting.pop().filter(|_| self.steps <= MOST_STEPS) {
            let (next, left) = self.settle(state, Some((of, range)));
            let Instruction { code, jt, jf, k } = self.instructions[next.pc];
            let goes_on = Opcode::from_code(code).filter(|_| next.a == A::Of(of));
            match goes_on.and_then(|test| parts(left, test, k)) {
                None => {
                    let target = self.enter(state.pc, next);
                    self.add(range.first, target);
                }
                Some(parts) => {
                    self.note(next, of);
                    for (part, holds) in parts.into_iter().flatten().rev() {
                        let skip = if holds { jt } else { jf };
                        waiting.push((next.behind(skip).narrowed(of, part), part));
                    }
                }
            }
        }
    }

    /// Adds a case to the choice that is looked at, unless it leads where the one before it does.
    #[inline(never)]
    fn add(&mut self, first: u32, target: u32) {
        let begin = self.choices.last().map_or(0, |(_, end)| *end);
        if self.cases[begin..].last().is_none_or(|(_, last)| *last != target) {
            self.cases.push((first, target));
        }
    }

    fn note(&mut self, state: State, of: Subject) {
        let place = &mut self.compared[state.pc];
        *place = Some(match place {
            Some(before) if before.of != of => Compared { of: Subject::SEVERAL, arch: Range::ALL },
            Some(before) if before.arch != state.arch => Compared { of, arch: Range::ALL },
            _ => Compared { of, arch: state.arch },
        });
    }

    fn state(&self, number: usize) -> State {
        self.states.get(word(number))
    }

    /// What is compared at a state, and its cases.
    fn choice_at(&self, state: usize) -> (Subject, &[(u32, u32)]) {
        let begin = state.checked_sub(1).map_or(0, |before| self.choices[before].1);
        let (of, end) = self.choices[state];
        (of, &self.cases[begin..end])
    }

    /// The graph, made from its ends.
    pub(super) fn decisions(mut self, by_place: bool) -> Decisions {
        let mut made = Decisions::new(std::mem::take(&mut self.compared));
        let mut nodes = vec![0; self.choices.len()];
        // What leads to others stands before them.
        for pc in (0..self.instructions.len()).rev() {
            for state in (0..self.choices.len()).filter(|state| self.state(*state).pc == pc) {
                let (of, cases) = self.choice_at(state);
                let entry = self.entries[state];
                let place = if by_place { entry } else { 0 };
                let begin = made.case_count();
                for (at, (first, target)) in cases.iter().enumerate() {
                    let last = cases.get(at + 1).map_or(of.mask, |(next, _)| next - 1);
                    let range = Range { first: *first, last };
                    made.add_case(begin, (range, nodes[*target as usize]));
                }
                nodes[state] = made.choice(of, begin, place, entry).unwrap_or_else(|| {
                    let node = match (self.instructions[pc], self.state(state).a) {
                        (Instruction { code: 0x06, k: value, .. }, _)
                        | (Instruction { code: 0x16, .. }, A::Constant(value)) => {
                            Node::Return { value, place }
                        }
                        _ => Node::Computes { place: entry },
                    };
                    made.number(node, entry)
                });
            }
        }
        made.root = nodes[0];
        made
    }
}

/// How a test comes out on a range, if it does so one way.
fn outcome(range: Range, test: Opcode, k: u32) -> Option<bool> {
    let mut outcomes = parts(range, test, k)?.into_iter().flatten();
    match (outcomes.next(), outcomes.next()) {
        (Some((_, holds)), None) => Some(holds),
        _ => None,
    }
}

fn word(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl State {
    fn range(&self, of: Subject, known: Option<(Subject, Range)>) -> Range {
        match (of, known) {
            (Subject::NR, _) => self.nr,
            (Subject::ARCH, _) => self.arch,
            (_, Some((subject, range))) if subject == of => range,
            _ => Range { first: 0, last: of.mask },
        }
    }

    fn narrowed(self, of: Subject, part: Range) -> Self {
        match of {
            Subject::NR => Self { nr: part, ..self },
            Subject::ARCH => Self { arch: part, ..self },
            _ => self,
        }
    }

    fn behind(self, skip: u8) -> Self {
        Self { pc: self.pc + 1 + usize::from(skip), ..self }
    }

    /// Whether the subject is a number of which few are left.
    fn is_table(&self, of: Subject) -> bool {
        of == Subject::NR && self.nr.last - self.nr.first < NUMBERS_OF_A_TABLE
    }
}

/// By instruction, whether a way from it on loads number or architecture, or reads X.
fn asked(instructions: &[Instruction]) -> Vec<u32> {
    let mut asked = vec![0; instructions.len()];
    for (pc, instruction) in instructions.iter().enumerate().rev() {
        let Instruction { code, jt, jf, k } = *instruction;
        let loads_number = code == Opcode::Load as u16 && k <= 4;
        let own = effect(instruction).0 & X | if loads_number { NUMBER } else { 0 };
        let behind = |skip: u32| asked.get(pc + 1 + skip as usize).copied().unwrap_or(0);
        asked[pc] = own
            | match code {
                0x06 | 0x16 => 0,
                0x05 => behind(k),
                _ if code & 0x07 == 0x05 => behind(jt.into()) | behind(jf.into()),
                _ => behind(0),
            };
    }
    asked
}
