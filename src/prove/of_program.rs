//! What a program makes of a call's arguments, as a function of their bits.

use super::bits::Word;
use super::diagram::{Diagram, Function, Under};
use super::regions::parts;
use super::steps::{Range, Steps, over};
use crate::bpf::{Instruction, Opcode, Program};
use crate::error::Result;

/// An instruction, and the bits of a word that the accumulator holds there; where it holds none that are
/// looked at again, whoever comes there loads first.
#[derive(Clone, Copy, Debug)]
struct Place {
    pc: usize,
    held: Option<(Word, u32)>,
}

impl Place {
    /// As a number, in the order of the instructions.
    fn key(self) -> u64 {
        let (word, mask) = self.held.map_or((0, 0), |(word, mask)| (1 + word.place(), mask));
        (self.pc as u64) << 40 | (word as u64) << 32 | u64::from(mask)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the parts are what is wanted")]
    fn of_key(key: u64) -> Self {
        let (pc, word, mask) = ((key >> 40) as usize, (key >> 32) as u8, key as u32);
        Self { pc, held: word.checked_sub(1).map(|place| (Word::at_place(place), mask)) }
    }
}

/// The value returned for all arguments, from the load at `start` on; `None` when the program does
/// not just compare them.
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
) -> Result<Option<Function>> {
    let never = diagram.value(0);
    let (mut coming, mut returned) = (Under::NONE, Under::NONE);
    let always = diagram.value(1);
    coming.join(diagram, Place { pc: start, held: None }.key(), always)?;
    while let Some((key, here)) = coming.pop() {
        diagram.charge(1)?;
        let place = Place::of_key(key);
        let Some(next) = next(program.instructions()[place.pc], place) else { return Ok(None) };
        match next {
            Next::Return(value) => {
                let value = diagram.value(value);
                returned.join(diagram, value.key(), here)?;
            }
            Next::Go(place) => coming.join(diagram, place.key(), here)?,
            Next::Branch(test) => {
                for (pc, on) in test.outcomes(diagram, program, place.pc)? {
                    let arguments = diagram.choose(on, here, never)?;
                    if arguments != never {
                        coming.join(diagram, Place { pc, ..place }.key(), arguments)?;
                    }
                }
            }
        }
    }
    // All arguments come to exactly one return, so the last value needs no condition.
    let (value, _) = returned.pop().expect("a checked program returns");
    let mut function = Function::of_key(value);
    while let Some((value, arguments)) = returned.pop() {
        let value = Function::of_key(value);
        function = diagram.choose(arguments, value, function)?;
    }
    Ok(Some(function))
}

/// What an instruction does.
enum Next {
    Return(u32),
    Go(Place),
    Branch(Test),
}

/// `None` for what is no comparison of an argument's bits with a constant.
fn next(instruction: Instruction, place: Place) -> Option<Next> {
    let Instruction { code, jt, jf, k } = instruction;
    let next = Place { pc: place.pc + 1, ..place };
    Some(match (Opcode::from_code(code)?, place.held) {
        (Opcode::Return, _) => Next::Return(k),
        (Opcode::Jump, _) => Next::Go(Place { pc: next.pc + k as usize, ..place }),
        (Opcode::Load, _) => match Word::at(k) {
            Word::ARCH | Word::NR => return None,
            word => Next::Go(Place { held: Some((word, u32::MAX)), ..next }),
        },
        (Opcode::And, Some((word, mask))) => {
            Next::Go(Place { held: Some((word, mask & k)), ..next })
        }
        (
            opcode @ (Opcode::IfEqual | Opcode::IfGreater | Opcode::IfAtLeast | Opcode::IfAnyBit),
            Some((word, mask)),
        ) => {
            let (yes, no) = (next.pc + usize::from(jt), next.pc + usize::from(jf));
            Next::Branch(Test { opcode, word, mask, k, yes, no })
        }
        _ => return None,
    })
}

/// A comparison of some bits of a word with a constant.
struct Test {
    opcode: Opcode,
    word: Word,
    mask: u32,
    k: u32,
    yes: usize,
    no: usize,
}

impl Test {
    /// Where the test leads, and for which values of the word.
    ///
    /// A search tree has many tests of one whole word and few ways out: it is walked in ranges, as
    /// numbers are, and only what comes out of it is made a diagram.
    fn outcomes(
        &self,
        diagram: &mut Diagram,
        program: &Program,
        pc: usize,
    ) -> Result<Vec<(usize, Function)>> {
        let (never, always) = (diagram.value(0), diagram.value(1));
        let is_tree = self.mask == u32::MAX
            && [self.yes, self.no].iter().any(|next| is_test(program.instructions()[*next]));
        let all = Steps::new(never);
        let (ways_out, steps) =
            if is_tree { search_tree(program, pc, &all, always) } else { (None, 0) };
        diagram.charge(steps / STEPS_OF_AN_OPERATION)?;
        if let Some(ways_out) = ways_out {
            let outcome = |(out, values)| (out, over(diagram, self.word, &values, 0, 32));
            return Ok(ways_out.into_iter().map(outcome).collect());
        }
        let holds = self.choose(diagram, always, never);
        let holds_not = self.choose(diagram, never, always);
        Ok(vec![(self.yes, holds), (self.no, holds_not)])
    }

    /// `yes` where the test holds and `no` elsewhere, decided from the least significant bit up: what
    /// the bits below came to is kept where a bit of the word equals that of `k`, and overruled
    /// where not.
    fn choose(&self, diagram: &mut Diagram, yes: Function, no: Function) -> Function {
        let (equal, above, below) = match self.opcode {
            Opcode::IfEqual => (yes, no, no),
            Opcode::IfGreater => (no, yes, no),
            Opcode::IfAtLeast => (yes, yes, no),
            _ => return self.any_bit(diagram, yes, no),
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

    fn any_bit(&self, diagram: &mut Diagram, yes: Function, no: Function) -> Function {
        let asked = self.k & self.mask;
        (0..32)
            .filter(|bit| asked >> bit & 1 == 1)
            .fold(no, |so_far, bit| diagram.bit(self.word.variable(bit), so_far, yes))
    }
}

/// Where a search tree leads, and for which values.
type WaysOut = Vec<(usize, Steps<Function>)>;

fn is_test(instruction: Instruction) -> bool {
    let opcode = Opcode::from_code(instruction.code);
    opcode.is_some_and(|opcode| parts(Range::ALL, opcode, instruction.k).is_some())
}

/// Where the tests of the accumulator from `pc` on lead, and for which of its values. A test of bits
/// that cuts them into too many ranges is a way out itself.
///
/// `None` where there are many ways out: in a chain that asks something else after each value, all
/// but one of them are closed to the arguments that come here, and it is cheaper to find out which
/// test by test. Nor where it takes more steps than a tree has; how many it took is said, too.
fn search_tree(
    program: &Program,
    pc: usize,
    never: &Steps<Function>,
    always: Function,
) -> (Option<WaysOut>, usize) {
    const MOST_WAYS_OUT: usize = 8;
    let most_steps = 4 * program.instructions().len();
    let mut ways_out = WaysOut::new();
    let mut waiting = vec![(pc, Range::ALL)];
    let mut steps = 0;
    while let Some((pc, range)) = waiting.pop() {
        let Instruction { code, jt, jf, k } = program.instructions()[pc];
        match Opcode::from_code(code).and_then(|opcode| parts(range, opcode, k)) {
            Some(parts) => waiting.extend(
                parts
                    .into_iter()
                    .flatten()
                    .map(|(part, holds)| (pc + 1 + usize::from(if holds { jt } else { jf }), part)),
            ),
            None => {
                let place = ways_out.iter().position(|(out, _)| *out == pc).unwrap_or_else(|| {
                    ways_out.push((pc, never.clone()));
                    ways_out.len() - 1
                });
                ways_out[place].1.set(range.first, range.last, always);
            }
        }
        steps += 1;
        if ways_out.len() > MOST_WAYS_OUT || steps > most_steps {
            return (None, steps);
        }
    }
    ((!ways_out.iter().any(|(out, _)| *out == pc)).then_some(ways_out), steps)
}

/// Steps of a search tree that take about the time of one operation.
const STEPS_OF_AN_OPERATION: usize = 8;

#[cfg(test)]
mod tests;
