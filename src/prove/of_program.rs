//! What a program makes of a call's arguments, as a function of their bits.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::bits::Word;
use super::diagram::{Diagram, Function};
use super::regions::{End, Region, parts, regions};
use super::steps::{Meaning, Range, Steps};
use crate::bpf::{Instruction, Opcode, Program};
use crate::error::{Error, Result};

/// What the program returns for every architecture, number and arguments.
///
/// The regions are put in order: for each stretch of architectures that no region's edge cuts,
/// those that cover it are the steps of its numbers.
pub(super) fn meaning(diagram: &mut Diagram, program: &Program) -> Result<Meaning> {
    let regions = regions(program)?;
    let mut functions: BTreeMap<End, Function> = BTreeMap::new();
    let nowhere = diagram.value(0);
    let mut arches = Steps::new(Rc::new(Steps::new(nowhere)));
    let mut edges: Vec<u32> = regions.iter().map(|region| region.arch.first).collect();
    edges.sort_unstable();
    edges.dedup();
    if edges.len().saturating_mul(regions.len()) > BUDGET {
        return Err(Error::proof_budget("regions", BUDGET));
    }
    for first in edges {
        let mut numbers = Steps::new(nowhere);
        for Region { arch, nr, end } in &regions {
            if (arch.first..=arch.last).contains(&first) {
                let function = match functions.get(end) {
                    Some(known) => *known,
                    None => match *end {
                        End::Return(value) => diagram.value(value),
                        End::Arguments(start) => arguments(diagram, program, start)?,
                    },
                };
                functions.insert(*end, function);
                numbers.set(nr.first, nr.last, function);
            }
        }
        arches.set(first, u32::MAX, Rc::new(numbers));
    }
    Ok(arches)
}

/// Regions looked at to put them in order; programs that tell a few architectures apart have some
/// thousands.
const BUDGET: usize = 20_000_000;

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
    let never = diagram.value(0);
    let mut coming = BTreeMap::from([((start, Accumulator::Unknown), diagram.value(1))]);
    let mut returned: BTreeMap<u32, Function> = BTreeMap::new();
    while let Some(((pc, a), here)) = coming.pop_first() {
        match next(program.instructions()[pc], pc, a)? {
            Next::Return(value) => join(diagram, &mut returned, value, here)?,
            Next::Go(target, a) => join(diagram, &mut coming, (target, a), here)?,
            Next::Branch(test) => {
                for (target, on) in test.outcomes(diagram, program, pc)? {
                    let arguments = diagram.choose(on, here, never)?;
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
    Branch(Test),
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
            Next::Branch(Test { opcode, word, mask, k, yes, no })
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
        if let Some(ways_out) = is_tree.then(|| search_tree(program, pc)).flatten() {
            let outcome = |(out, ranges): (usize, Vec<Range>)| {
                let mut values = Steps::new(never);
                ranges.iter().for_each(|range| values.set(range.first, range.last, always));
                (out, over(diagram, self.word, &values, 0, 32))
            };
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

fn is_test(instruction: Instruction) -> bool {
    let opcode = Opcode::from_code(instruction.code);
    opcode.is_some_and(|opcode| parts(Range::ALL, opcode, instruction.k).is_some())
}

/// Where the tests of the accumulator from `pc` on lead, and for which of its values. A test of bits
/// that cuts them into too many ranges is a way out itself.
///
/// `None` where there are many ways out: in a chain that asks something else after each value, all
/// but one of them are closed to the arguments that come here, and it is cheaper to find out which
/// test by test.
fn search_tree(program: &Program, pc: usize) -> Option<BTreeMap<usize, Vec<Range>>> {
    const MOST_WAYS_OUT: usize = 8;
    let mut ways_out: BTreeMap<usize, Vec<Range>> = BTreeMap::new();
    let mut waiting = vec![(pc, Range::ALL)];
    while let Some((pc, range)) = waiting.pop() {
        let Instruction { code, jt, jf, k } = program.instructions()[pc];
        match Opcode::from_code(code).and_then(|opcode| parts(range, opcode, k)) {
            Some(parts) => waiting.extend(
                parts
                    .into_iter()
                    .map(|(part, holds)| (pc + 1 + usize::from(if holds { jt } else { jf }), part)),
            ),
            None => ways_out.entry(pc).or_default().push(range),
        }
        if ways_out.len() > MOST_WAYS_OUT {
            return None;
        }
    }
    (!ways_out.contains_key(&pc)).then_some(ways_out)
}

/// A function of a word that is constant between steps as one of its bits, for the words that
/// start with the bits of `base` above the lowest `bits`.
fn over(
    diagram: &mut Diagram,
    word: Word,
    steps: &Steps<Function>,
    base: u32,
    bits: u32,
) -> Function {
    let last = base | u32::MAX.checked_shr(32 - bits).unwrap_or(0);
    let mut inside = steps.within(Range { first: base, last });
    match (inside.next(), inside.next()) {
        (Some((_, only)), None) => *only,
        _ => {
            let bit = bits - 1;
            let zero = over(diagram, word, steps, base, bit);
            let one = over(diagram, word, steps, base | 1 << bit, bit);
            diagram.bit(word.variable(bit), zero, one)
        }
    }
}
