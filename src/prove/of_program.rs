//! What a program makes of a call's arguments, as a function of their bits.

use std::collections::BTreeMap;

use super::bits::Word;
use super::diagram::{Diagram, Function};
use crate::bpf::{Instruction, Opcode, Program};
use crate::error::{Error, Result};

/// What the accumulator holds at some instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Accumulator {
    /// Nothing that is looked at again: whoever comes here loads first.
    Unknown,
    Masked(Word, u32),
}

/// The value returned for all arguments, from the load at `start` on.
///
/// Jumps only go forward. So one pass over the instructions finds for each the arguments that come
/// to it, by what the accumulator holds then; those that come to a return get its value.
///
/// The other way round, from the returns to the start, is shorter to write, and was: but then
/// the function of each instruction must be right for arguments that never come to it, and for a
/// thousand values of one argument that took a thousand times the nodes.
pub(super) fn arguments(
    diagram: &mut Diagram,
    program: &Program,
    start: usize,
) -> Result<Function> {
    let (never, always) = (diagram.value(0), diagram.value(1));
    let mut coming = BTreeMap::from([((start, Accumulator::Unknown), always)]);
    let mut returned: BTreeMap<u32, Function> = BTreeMap::new();
    while let Some(((pc, a), here)) = coming.pop_first() {
        match next(program.instructions()[pc], pc, a)? {
            Next::Return(value) => join(diagram, &mut returned, value, here)?,
            Next::Go(target, a) => join(diagram, &mut coming, (target, a), here)?,
            Next::Branch { test, yes, no } => {
                let holds = test.holds(diagram);
                let on_yes = diagram.choose(holds, here, never)?;
                let on_no = diagram.choose(holds, never, here)?;
                for (target, arguments) in [(yes, on_yes), (no, on_no)] {
                    if arguments != never {
                        join(diagram, &mut coming, (target, a), arguments)?;
                    }
                }
            }
        }
    }
    // All arguments come to exactly one return, so the last value needs no condition.
    let mut returned = returned.into_iter();
    let (value, _) = returned.next().expect("a checked program returns");
    let last = diagram.value(value);
    returned.try_fold(last, |function, (value, arguments)| {
        let value = diagram.value(value);
        diagram.choose(arguments, value, function)
    })
}

/// Adds arguments to those that are under `key` already.
fn join<K: Ord>(
    diagram: &mut Diagram,
    under: &mut BTreeMap<K, Function>,
    key: K,
    arguments: Function,
) -> Result<()> {
    let always = diagram.value(1);
    let all = match under.get(&key) {
        Some(already) => diagram.choose(arguments, always, *already)?,
        None => arguments,
    };
    under.insert(key, all);
    Ok(())
}

/// What an instruction does.
enum Next {
    Return(u32),
    Go(usize, Accumulator),
    Branch { test: Test, yes: usize, no: usize },
}

fn next(instruction: Instruction, pc: usize, a: Accumulator) -> Result<Next> {
    let Instruction { code, jt, jf, k } = instruction;
    let not_followed = || Error::not_followed(pc, code);
    let opcode = Opcode::from_code(code).ok_or_else(not_followed)?;
    Ok(match (opcode, a) {
        (Opcode::Return, _) => Next::Return(k),
        (Opcode::Jump, _) => Next::Go(pc + 1 + k as usize, a),
        (Opcode::Load, _) => {
            let word = Word::at(k).ok_or_else(not_followed)?;
            Next::Go(pc + 1, Accumulator::Masked(word, u32::MAX))
        }
        (Opcode::And, Accumulator::Masked(word, mask)) => {
            Next::Go(pc + 1, Accumulator::Masked(word, mask & k))
        }
        (_, Accumulator::Masked(word, mask)) => {
            let (yes, no) = (pc + 1 + usize::from(jt), pc + 1 + usize::from(jf));
            Next::Branch { test: Test { opcode, word, mask, k }, yes, no }
        }
        (_, Accumulator::Unknown) => return Err(not_followed()),
    })
}

/// A comparison of some bits of a word with a constant.
struct Test {
    opcode: Opcode,
    word: Word,
    mask: u32,
    k: u32,
}

impl Test {
    /// Where the test holds, decided from the least significant bit up: what the bits below came
    /// to is kept where a bit of the word equals that of `k`, and overruled where not.
    fn holds(&self, diagram: &mut Diagram) -> Function {
        let (never, always) = (diagram.value(0), diagram.value(1));
        let (equal, above, below) = match self.opcode {
            Opcode::IfEqual => (always, never, never),
            Opcode::IfGreater => (never, always, never),
            Opcode::IfAtLeast => (always, always, never),
            _ => return self.any_bit(diagram),
        };
        (0..32).fold(equal, |so_far, bit| {
            let (if_zero, if_one) = match self.k >> bit & 1 {
                1 => (below, so_far),
                _ => (so_far, above),
            };
            match self.mask >> bit & 1 {
                1 => diagram.bit(self.word.variable(bit), if_zero, if_one),
                _ => if_zero, // the mask made the bit 0
            }
        })
    }

    fn any_bit(&self, diagram: &mut Diagram) -> Function {
        let (never, always) = (diagram.value(0), diagram.value(1));
        let asked = self.k & self.mask;
        (0..32)
            .filter(|bit| asked >> bit & 1 == 1)
            .fold(never, |so_far, bit| diagram.bit(self.word.variable(bit), so_far, always))
    }
}
