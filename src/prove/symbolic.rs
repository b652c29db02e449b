//! The whole language, run on all calls at once.
//!
//! The programs that this library makes compare words, and are followed in ranges. Those from
//! elsewhere, and broken ones, may do all that classic BPF can: here every register is a word of
//! functions, whatever was computed. It takes longer, and it always follows.

use super::bits::Word;
use super::diagram::{Diagram, Function, Under};
use super::liveness::{self, Registers, live};
use super::vector::{Direction, Vector};
use crate::bpf::{Instruction, Program};
use crate::error::Result;

/// What the program returns, as one function of all that a call is.
pub(super) fn whole(diagram: &mut Diagram, program: &Program) -> Result<Function> {
    let live = live(program);
    let never = diagram.value(0);
    let (mut coming, mut returned) = (Under::NONE, Under::NONE);
    let (start, always) = (State::cleared(diagram), diagram.value(1));
    coming.join(diagram, (0, start), always)?;
    // Jumps only go forward: when the first of what is coming is taken, all of it has come.
    while let Some(((pc, state), here)) = coming.pop() {
        diagram.charge(cost(program.instructions()[pc]))?;
        for next in state.step(diagram, program.instructions()[pc])? {
            let here = diagram.choose(next.on, here, never)?;
            if here == never {
                continue;
            }
            match next.to {
                To::Return(value) => returned.join(diagram, value, here)?,
                To::Skip(count, state) => {
                    let target = pc + 1 + count;
                    let key = (target, state.without_dead(diagram, live[target]));
                    coming.join(diagram, key, here)?;
                }
            }
        }
    }
    // All calls come to exactly one return.
    let mut function = never;
    while let Some((value, calls)) = returned.pop() {
        function = diagram.choose(calls, value, function)?;
    }
    Ok(function)
}

/// What a step is counted as, whether or not its operations are trivial: a state is some kilobytes, and
/// arithmetic goes over all bits, products and quotients over all pairs of them.
const fn cost(instruction: Instruction) -> usize {
    match instruction.code & 0xf7 {
        0x24 | 0x34 => 4000,
        _ => 80,
    }
}

/// The registers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    a: Vector,
    x: Vector,
    scratch: [Vector; 16],
}

/// Where an instruction leads, and for which calls.
struct Next {
    on: Function,
    to: To,
}

enum To {
    Return(Function),
    Skip(usize, State),
}

impl State {
    /// As the kernel starts: A and X are 0, and scratch words are written before they are read.
    fn cleared(diagram: &mut Diagram) -> Self {
        let zero = Vector::constant(diagram, 0);
        Self { a: zero.clone(), x: zero.clone(), scratch: std::array::from_fn(|_| zero.clone()) }
    }

    fn without_dead(mut self, diagram: &mut Diagram, live: Registers) -> Self {
        let zero = Vector::constant(diagram, 0);
        let keep = |register: &mut Vector, bit: Registers| {
            if live & bit == 0 {
                *register = zero.clone();
            }
        };
        keep(&mut self.a, liveness::A);
        keep(&mut self.x, liveness::X);
        for (word, k) in self.scratch.iter_mut().zip(0..) {
            keep(word, liveness::scratch(k));
        }
        self
    }

    /// One instruction. Codes as in `linux/bpf_common.h`; [`Program`] holds no others than
    /// [`run`](crate::bpf::run) knows, and what each does is said there.
    fn step(
        mut self,
        diagram: &mut Diagram,
        Instruction { code, jt, jf, k }: Instruction,
    ) -> Result<Vec<Next>> {
        const SIZE_OF_DATA: u32 = 64;
        let always = diagram.value(1);
        let constant = Vector::constant(diagram, k);
        let operand = if code & 0x08 == 0 { &constant } else { &self.x };
        let scratch = (k & 15) as usize;
        match code {
            0x20 => self.a = Vector::word(diagram, Word::at(k)),
            0x80 => self.a = Vector::constant(diagram, SIZE_OF_DATA),
            0x00 => self.a = constant,
            0x60 => self.a = self.scratch[scratch].clone(),
            0x81 => self.x = Vector::constant(diagram, SIZE_OF_DATA),
            0x01 => self.x = constant,
            0x61 => self.x = self.scratch[scratch].clone(),
            0x02 => self.scratch[scratch] = self.a.clone(),
            0x03 => self.scratch[scratch] = self.x.clone(),
            0x04 | 0x0c => self.a = self.a.add(diagram, operand)?,
            0x14 | 0x1c => self.a = self.a.sub(diagram, operand)?,
            0x24 | 0x2c => self.a = self.a.mul(diagram, operand)?,
            0x34 | 0x3c => {
                let defined = operand.is_not_zero(diagram)?;
                self.a = self.a.div(diagram, operand)?;
                return self.or_killed(diagram, defined);
            }
            0x44 | 0x4c => self.a = self.a.or(diagram, operand)?,
            0x54 | 0x5c => self.a = self.a.and(diagram, operand)?,
            0x64 | 0x6c => self.a = self.a.shift(diagram, operand, Direction::Left)?,
            0x74 | 0x7c => self.a = self.a.shift(diagram, operand, Direction::Right)?,
            0x84 => self.a = Vector::constant(diagram, 0).sub(diagram, &self.a)?,
            0xa4 | 0xac => self.a = self.a.xor(diagram, operand)?,
            0x07 => self.x = self.a.clone(),
            0x87 => self.a = self.x.clone(),
            0x05 => return Ok(vec![Next { on: always, to: To::Skip(k as usize, self) }]),
            0x15 | 0x1d => {
                let holds = self.a.equals(diagram, operand)?;
                return self.branch(diagram, holds, (jt, jf));
            }
            0x25 | 0x2d => {
                let holds = self.a.greater(diagram, operand)?;
                return self.branch(diagram, holds, (jt, jf));
            }
            0x35 | 0x3d => {
                let below = operand.greater(diagram, &self.a)?;
                return self.branch(diagram, below, (jf, jt));
            }
            0x45 | 0x4d => {
                let common = self.a.and(diagram, operand)?;
                let holds = common.is_not_zero(diagram)?;
                return self.branch(diagram, holds, (jt, jf));
            }
            0x06 => return Ok(vec![Next { on: always, to: To::Return(diagram.value(k)) }]),
            0x16 => {
                let value = self.a.number(diagram)?;
                return Ok(vec![Next { on: always, to: To::Return(value) }]);
            }
            _ => unreachable!("a checked program holds no code {code:#x}"),
        }
        Ok(vec![Next { on: always, to: To::Skip(0, self) }])
    }

    fn branch(self, diagram: &mut Diagram, on: Function, to: (u8, u8)) -> Result<Vec<Next>> {
        let (never, always) = (diagram.value(0), diagram.value(1));
        let off = diagram.choose(on, never, always)?;
        let yes = Next { on, to: To::Skip(to.0.into(), self.clone()) };
        Ok(vec![yes, Next { on: off, to: To::Skip(to.1.into(), self) }])
    }

    /// Goes on where a division is defined; elsewhere the program returns 0, which kills the thread.
    fn or_killed(self, diagram: &mut Diagram, defined: Function) -> Result<Vec<Next>> {
        let (never, always) = (diagram.value(0), diagram.value(1));
        let undefined = diagram.choose(defined, never, always)?;
        let killed = Next { on: undefined, to: To::Return(never) };
        Ok(vec![Next { on: defined, to: To::Skip(0, self) }, killed])
    }
}
