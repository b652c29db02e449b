//! The ways through a program that a call can take, whatever its arguments are.
//!
//! Number and architecture are followed exactly, and so is all that is computed of them. What comes
//! from the arguments or the instruction pointer can be anything, so that tests of it go both ways,
//! each for itself. Where ways meet with different values in a register, that can be anything from
//! there on: the ways that are counted are never fewer than there are.

use super::interpret::{Machine, Next};
use super::registers::{Registers, X, effect};
use super::{Instruction, Program};

/// The ways of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ways {
    /// How many instructions the shortest executes, its return included.
    pub shortest: u32,
    /// The same of the longest.
    pub longest: u32,
    /// What they return, if that is the same for all and known.
    pub result: Option<u32>,
}

/// What is known in front of an instruction.
#[derive(Clone, Debug, Default)]
struct State {
    machine: Machine,
    /// Which of the machine's registers hold this value on every way to here.
    known: Registers,
    shortest: u32,
    longest: u32,
}

/// Follows one call after the other through a program.
#[derive(Debug)]
pub struct Walk<'a> {
    instructions: &'a [Instruction],
    /// In front of each instruction that is waiting.
    states: Vec<State>,
    /// Reached and not yet followed, a bit each. Jumps only go forward: when the first of these is
    /// followed, all ways to it are known.
    waiting: [u64; Program::LONGEST / 64],
}

impl<'a> Walk<'a> {
    /// A walk through `program`.
    #[must_use]
    pub fn new(program: &'a Program) -> Self {
        let instructions = program.instructions();
        let states = vec![State::default(); instructions.len()];
        Self { instructions, states, waiting: [0; Program::LONGEST / 64] }
    }

    /// The ways of call `nr` on architecture `token`.
    pub fn of(&mut self, token: u32, nr: u32) -> Ways {
        const BRANCH: u16 = 0x05;
        const RETURN_A: u16 = 0x16;
        const DIVIDE_BY_X: u16 = 0x3c;
        let mut data = [0; 16];
        (data[0], data[1]) = (nr, token);
        let mut ways = Ways { shortest: u32::MAX, longest: 0, result: None };
        // The kernel's conversion of a program clears A and X first.
        self.reach(0, &State { known: Registers::MAX, ..State::default() });
        while let Some(pc) = self.next() {
            let mut state = self.states[pc].clone();
            state.shortest += 1;
            state.longest += 1;
            let instruction = self.instructions[pc];
            let (read, written) = effect(&instruction);
            let next = state.machine.step(instruction, &data);
            let open = read & !state.known;
            let known = open == 0 && !is_load_of_argument(instruction);
            state.known = if known { state.known | written } else { state.known & !written };
            let behind = pc + 1;
            match (instruction.code, next) {
                (code, _) if code & 0x07 == BRANCH && !known => {
                    self.reach(behind + usize::from(instruction.jt), &state);
                    self.reach(behind + usize::from(instruction.jf), &state);
                }
                // Returns 0 if X is, see `Machine::step`.
                (DIVIDE_BY_X, _) if open & X != 0 => {
                    ways.end(&state, Some(0));
                    self.reach(behind, &state);
                }
                (RETURN_A, _) if !known => ways.end(&state, None),
                (_, Next::Return(value)) => ways.end(&state, Some(value)),
                (_, Next::Skip(count)) => self.reach(behind + count as usize, &state),
            }
        }
        ways
    }

    fn next(&mut self) -> Option<usize> {
        let word = self.waiting.iter().position(|word| *word != 0)?;
        let bit = self.waiting[word].trailing_zeros();
        self.waiting[word] &= !(1 << bit);
        Some(word * 64 + bit as usize)
    }

    fn reach(&mut self, pc: usize, from: &State) {
        let (word, bit) = (&mut self.waiting[pc / 64], 1 << (pc % 64));
        if *word & bit == 0 {
            *word |= bit;
            self.states[pc] = from.clone();
        } else {
            self.states[pc].join(from);
        }
    }
}

impl State {
    fn join(&mut self, other: &Self) {
        self.known &= other.known & !self.machine.differing(&other.machine);
        self.shortest = self.shortest.min(other.shortest);
        self.longest = self.longest.max(other.longest);
    }
}

impl Ways {
    fn end(&mut self, state: &State, result: Option<u32>) {
        let is_first = self.longest == 0;
        self.result = if is_first || self.result == result { result } else { None };
        self.shortest = self.shortest.min(state.shortest);
        self.longest = self.longest.max(state.longest);
    }
}

/// Of the sixteen words of a call's data, the first two are its number and architecture.
const fn is_load_of_argument(instruction: Instruction) -> bool {
    instruction.code == super::Opcode::Load as u16 && instruction.k > 4
}
