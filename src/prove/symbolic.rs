//! The whole language, run on all calls at once.
//!
//! The programs that this library makes compare words, and are followed in ranges. Those from
//! elsewhere, and broken ones, may do all that classic BPF can: here every register is a word of
//! functions, whatever was computed. It takes longer, and it always follows.

use super::bits::{Word, high_half, low_half};
use super::diagram::{Diagram, Function, Under};
use super::liveness::live;
use super::vector::{Direction, Vector};
use crate::bpf::registers::{self, Registers};
use crate::bpf::{Instruction, Program};
use crate::error::Result;
use crate::map::Unique;

/// What the program returns, as one function of all that a call is.
#[cold]
pub(super) fn whole(diagram: &mut Diagram, program: &Program) -> Result<Function> {
    let (never, always) = (diagram.value(0), diagram.value(1));
    let mut machine = Machine::new(diagram, program);
    // As the kernel starts: A and X are 0, and scratch words are written before they are read.
    machine.go(0, State([machine.zero; 18]), always)?;
    // Jumps only go forward: when the first of what is coming is taken, all of it has come.
    while let Some((key, here)) = machine.coming.pop() {
        let (pc, state) = (high_half(key) as usize, machine.states.get(low_half(key)));
        machine.diagram.charge(cost(program.instructions()[pc]))?;
        machine.step(pc, state, here)?;
    }
    // All calls come to exactly one return.
    let Machine { diagram, mut returned, .. } = machine;
    let mut function = never;
    while let Some((value, calls)) = returned.pop() {
        function = diagram.choose(calls, Function::of_key(value), function)?;
    }
    Ok(function)
}

/// What a step is counted as, whether or not its operations are trivial: arithmetic goes over all
/// bits, products and quotients over all pairs of them.
const fn cost(instruction: Instruction) -> usize {
    match instruction.code & OPERATION {
        0x24 | DIVIDE => 4000,
        _ => 80,
    }
}

/// The registers, each at the place of its bit in [`Registers`]; they hold some of [`Machine::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State([u32; 18]);

const A: usize = registers::A.trailing_zeros() as usize;
const X: usize = registers::X.trailing_zeros() as usize;

/// The program, run on all calls at once.
struct Machine<'a> {
    diagram: &'a mut Diagram,
    program: &'a Program,
    /// By instruction, what is still read from there on.
    live: Vec<Registers>,
    /// What registers have held, each once.
    words: Unique<Vector>,
    zero: u32,
    states: Unique<State>,
    /// The calls that come to an instruction, by it and by what the registers hold then.
    coming: Under,
    /// Those that got a value, by that.
    returned: Under,
}

impl<'a> Machine<'a> {
    fn new(diagram: &'a mut Diagram, program: &'a Program) -> Self {
        const SOME: u32 = 6; // bits: 64 words and states
        let mut words = Unique::for_about(SOME);
        let zero = words.number(Vector::constant(diagram, 0));
        let states = Unique::for_about(SOME);
        let (coming, returned) = (Under::NONE, Under::NONE);
        Self { diagram, program, live: live(program), words, zero, states, coming, returned }
    }

    /// Some more calls come to an instruction.
    fn go(&mut self, pc: usize, mut state: State, calls: Function) -> Result<()> {
        if calls == self.diagram.value(0) {
            return Ok(());
        }
        for (place, word) in state.0.iter_mut().enumerate() {
            if self.live[pc] >> place & 1 == 0 {
                *word = self.zero;
            }
        }
        let key = (pc as u64) << 32 | u64::from(self.states.number(state));
        self.coming.join(self.diagram, key, calls)
    }

    /// One instruction. Codes as in `linux/bpf_common.h`; [`Program`] holds no others than
    /// [`run`](crate::bpf::run) knows, and what each does is said there.
    fn step(&mut self, pc: usize, mut state: State, here: Function) -> Result<()> {
        const SIZE_OF_DATA: u32 = 64;
        let Instruction { code, jt, jf, k } = self.program.instructions()[pc];
        let next = pc + 1;
        let scratch = (k & 15) as usize;
        let registers = &mut state.0;
        match code {
            0x20 => {
                let word = Vector::word(self.diagram, Word::at(k));
                registers[A] = self.words.number(word);
            }
            0x80 => registers[A] = self.constant(SIZE_OF_DATA),
            0x00 => registers[A] = self.constant(k),
            0x60 => registers[A] = registers[scratch],
            0x81 => registers[X] = self.constant(SIZE_OF_DATA),
            0x01 => registers[X] = self.constant(k),
            0x61 => registers[X] = registers[scratch],
            0x02 => registers[scratch] = registers[A],
            0x03 => registers[scratch] = registers[X],
            0x07 => registers[X] = registers[A],
            0x87 => registers[A] = registers[X],
            0x05 => return self.go(next + k as usize, state, here),
            0x06 => {
                let value = self.diagram.value(k);
                return self.returned.join(self.diagram, value.key(), here);
            }
            0x16 => {
                let value = self.words.get(registers[A]).number(self.diagram)?;
                return self.returned.join(self.diagram, value.key(), here);
            }
            _ => {
                let operand = if code & 0x08 == 0 { self.constant(k) } else { registers[X] };
                let [a, operand] = [registers[A], operand].map(|word| self.words.get(word));
                if code & CLASS == JUMP {
                    let holds = holds(self.diagram, code, &a, &operand)?;
                    let (on, off) = self.parted(holds, here)?;
                    self.go(next + usize::from(jt), state, on)?;
                    return self.go(next + usize::from(jf), state, off);
                }
                let word = computed(self.diagram, code, &a, &operand)?;
                registers[A] = self.words.number(word);
                if code & OPERATION == DIVIDE {
                    // Where that is not defined the program returns 0, which kills the thread.
                    let defined = operand.is_not_zero(self.diagram)?;
                    let (on, off) = self.parted(defined, here)?;
                    let killed = self.diagram.value(0);
                    self.returned.join(self.diagram, killed.key(), off)?;
                    return self.go(next, state, on);
                }
            }
        }
        self.go(next, state, here)
    }

    fn constant(&mut self, value: u32) -> u32 {
        let word = Vector::constant(self.diagram, value);
        self.words.number(word)
    }

    /// The calls for which `test` holds, and the others.
    fn parted(&mut self, test: Function, calls: Function) -> Result<(Function, Function)> {
        let never = self.diagram.value(0);
        let on = self.diagram.choose(test, calls, never)?;
        Ok((on, self.diagram.choose(test, never, calls)?))
    }
}

const CLASS: u16 = 0x07;
const JUMP: u16 = 0x05;
/// Without the bit that says whether the operand is X.
const OPERATION: u16 = 0xf7;
const DIVIDE: u16 = 0x34;

/// Where the test of a jump holds.
fn holds(diagram: &mut Diagram, code: u16, a: &Vector, operand: &Vector) -> Result<Function> {
    match code & OPERATION {
        0x15 => a.equals(diagram, operand),
        0x25 => a.greater(diagram, operand),
        0x35 => a.at_least(diagram, operand),
        0x45 => a.and(diagram, operand)?.is_not_zero(diagram),
        _ => unreachable!("a checked program holds no code {code:#x}"),
    }
}

/// What an operation makes of A.
fn computed(diagram: &mut Diagram, code: u16, a: &Vector, operand: &Vector) -> Result<Vector> {
    match code & OPERATION {
        0x04 => a.add(diagram, operand),
        0x14 => a.sub(diagram, operand),
        0x24 => a.mul(diagram, operand),
        DIVIDE => a.div(diagram, operand),
        0x44 => a.or(diagram, operand),
        0x54 => a.and(diagram, operand),
        0x64 => a.shift(diagram, operand, Direction::Left),
        0x74 => a.shift(diagram, operand, Direction::Right),
        0x84 => Vector::constant(diagram, 0).sub(diagram, a), // negation
        0xa4 => a.xor(diagram, operand),
        _ => unreachable!("a checked program holds no code {code:#x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without that, what an early instruction left in a register would part all ways behind it.
    #[test]
    fn ways_that_differ_in_what_nobody_reads_are_one() {
        let op = |code, k| Instruction { code, jt: 0, jf: 0, k };
        let cases = [
            ("nothing is read", vec![op(0x06, 0)], 1),
            ("X is written first", vec![op(0x01, 5), op(0x87, 0), op(0x16, 0)], 1),
            ("X is read", vec![op(0x87, 0), op(0x16, 0)], 2),
        ];
        for (why, instructions, ways) in cases {
            let program = Program::new(instructions).unwrap();
            let mut diagram = Diagram::new();
            let (never, always) = (diagram.value(0), diagram.value(1));
            let on = diagram.bit(Word::NR.variable(0), never, always);
            let off = diagram.choose(on, never, always).unwrap();
            let mut machine = Machine::new(&mut diagram, &program);
            for (x, calls) in [(1, on), (2, off)] {
                let mut state = State([machine.zero; 18]);
                state.0[X] = machine.constant(x);
                machine.go(0, state, calls).unwrap();
            }
            let coming: Vec<_> = std::iter::from_fn(|| machine.coming.pop()).collect();
            assert_eq!(coming.len(), ways, "{why}");
            assert_eq!(coming[0].1 == always, ways == 1, "{why}");
        }
    }
}
