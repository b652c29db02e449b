//! Where a program goes by architecture and number alone.
//!
//! Number and architecture are compared, not computed with. So the walk carries a range for each,
//! and cuts it where a comparison does: every region that comes out is one way through the program,
//! and together they are all calls there are. Where a program does compute, as with a bitmap of its own,
//! the numbers of a table are followed one by one.

use super::steps::Range;
use crate::bpf::{Instruction, Opcode, Program};
use crate::error::{Error, Result};

/// Calls that take one way through the program, up to its end or to their arguments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    pub(super) arch: Range,
    pub(super) nr: Range,
    pub(super) end: End,
}

/// How far number and architecture lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum End {
    Return(u32),
    /// The instruction here is the first that loads something else.
    Arguments(usize),
}

/// Steps that a walk may take: a tree over all calls takes some thousands, a chain of comparisons
/// as long as a program can be some millions.
const BUDGET: usize = 20_000_000;

/// Looks at all regions of the program one after the other, until `see` says that it has seen enough;
/// `false` when the program does more than compare number and architecture, or than compute with few
/// numbers.
pub(super) fn regions(
    program: &Program,
    see: &mut dyn FnMut(Region) -> Result<bool>,
) -> Result<bool> {
    let start = State { pc: 0, a: A::Constant(0), x: 0, arch: Range::ALL, nr: Range::ALL };
    let mut waiting = Vec::with_capacity(32);
    waiting.push(start);
    let mut steps = 0;
    while let Some(state) = waiting.pop() {
        steps += 1;
        if steps > BUDGET {
            return Err(Error::proof_budget("steps", BUDGET));
        }
        match state.step(program.instructions()[state.pc], &mut waiting) {
            Step::Goes => {}
            Step::Ends(end) => {
                if see(Region { arch: state.arch, nr: state.nr, end })? {
                    break;
                }
            }
            Step::IsNotFollowed => return Ok(false),
        }
    }
    Ok(true)
}

/// Numbers that are followed one by one. What computes with more is followed as a whole.
const NUMBERS_OF_A_TABLE: u32 = 1024;

/// What the accumulator holds. The kernel clears it before the first instruction.
#[derive(Clone, Copy, Debug)]
enum A {
    Constant(u32),
    Arch,
    Nr,
}

#[derive(Clone, Copy, Debug)]
struct State {
    pc: usize,
    a: A,
    /// X, of which no range is known: it is loaded from A alone.
    x: u32,
    arch: Range,
    nr: Range,
}

/// What an instruction comes to.
enum Step {
    Goes,
    Ends(End),
    IsNotFollowed,
}

impl State {
    /// One instruction: the states behind it go to `waiting`, or the region ends.
    fn step(self, instruction: Instruction, waiting: &mut Vec<Self>) -> Step {
        let Instruction { code, jt, jf, k } = instruction;
        let Some(opcode) = Opcode::from_code(code) else { return Step::IsNotFollowed };
        let next = Self { pc: self.pc + 1, ..self };
        match (opcode, self.a) {
            (Opcode::Return, _) => return Step::Ends(End::Return(k)),
            (Opcode::Load, _) => match k {
                0 => waiting.push(Self { a: A::Nr, ..next }),
                4 => waiting.push(Self { a: A::Arch, ..next }),
                _ => return Step::Ends(End::Arguments(self.pc)),
            },
            (Opcode::Jump, _) => waiting.push(Self { pc: next.pc + k as usize, ..self }),
            (Opcode::LoadConstant, _) => waiting.push(Self { a: A::Constant(k), ..next }),
            (Opcode::And | Opcode::ShiftRight | Opcode::ShiftRightByX | Opcode::IntoX, _) => {
                return self.compute(opcode, k, waiting);
            }
            (test, _) => {
                let Some(parts) = parts(self.range(), test, k) else { return Step::IsNotFollowed };
                for (part, holds) in parts.into_iter().flatten() {
                    let skip = usize::from(if holds { jt } else { jf });
                    waiting.push(Self { pc: next.pc + skip, ..self.narrowed(part) });
                }
            }
        }
        Step::Goes
    }

    /// An instruction that does more than compare: one number at a time.
    fn compute(self, opcode: Opcode, k: u32, waiting: &mut Vec<Self>) -> Step {
        let Range { first, last } = self.range();
        if first == last {
            let next = Self { pc: self.pc + 1, ..self };
            let holds = |value| Self { a: A::Constant(value), ..next };
            waiting.push(match opcode {
                Opcode::And => holds(first & k),
                Opcode::ShiftRight => holds(first >> k), // by less than 32: the program was checked
                Opcode::ShiftRightByX => holds(first.wrapping_shr(self.x)),
                _ => Self { x: first, ..next },
            });
            return Step::Goes;
        }
        match self.a {
            A::Nr if last - first < NUMBERS_OF_A_TABLE => {
                waiting
                    .extend((first..=last).map(|nr| self.narrowed(Range { first: nr, last: nr })));
                Step::Goes
            }
            _ => Step::IsNotFollowed,
        }
    }

    /// What the accumulator can hold.
    fn range(&self) -> Range {
        match self.a {
            A::Constant(value) => Range { first: value, last: value },
            A::Arch => self.arch,
            A::Nr => self.nr,
        }
    }

    fn narrowed(self, part: Range) -> Self {
        match self.a {
            A::Constant(_) => self,
            A::Arch => Self { arch: part, ..self },
            A::Nr => Self { nr: part, ..self },
        }
    }
}

/// Parts of a range, each with how a test comes out there; where there are fewer, some are `None`.
pub(crate) type Parts = [Option<(Range, bool)>; 4];

/// The parts of a range on which a test comes out one way; `None` for a test of bits that would
/// cut it into too many, and for what is no test.
pub(crate) fn parts(range: Range, test: Opcode, k: u32) -> Option<Parts> {
    let with = |part: Option<Range>, holds| part.map(|part| (part, holds));
    let cut = |at: Option<u32>| {
        let (below, above) = at.map_or((Some(range), None), |at| range.split(at));
        [with(below, false), with(above, true), None, None]
    };
    match test {
        Opcode::IfAtLeast => Some(cut(Some(k))),
        Opcode::IfGreater => Some(cut(k.checked_add(1))),
        Opcode::IfEqual => {
            let (below, rest) = range.split(k);
            let (equal, above) = match (rest, k.checked_add(1)) {
                (Some(rest), Some(after)) => rest.split(after),
                (rest, _) => (rest, None),
            };
            Some([with(below, false), with(equal, true), with(above, false), None])
        }
        Opcode::IfAnyBit => by_bit(range, k),
        _ => None,
    }
}

/// The parts of a range on which some bit of `k` is set, or none is. One of the two highest bits
/// cuts all words into four parts at most; others are asked of single words only.
fn by_bit(range: Range, k: u32) -> Option<Parts> {
    const HIGH_BITS: [u32; 2] = [1 << 31, 1 << 30];
    let mut parts = [None; 4];
    if range.first == range.last || k == 0 {
        parts[0] = Some((range, range.first & k != 0));
        return Some(parts);
    }
    if !HIGH_BITS.contains(&k) {
        return None;
    }
    let mut rest = Some(range);
    for place in &mut parts {
        let Some(range) = rest else { break };
        let next_change = (range.first | (k - 1)).checked_add(1);
        let (part, behind) = match next_change {
            Some(at) => range.split(at),
            None => (Some(range), None),
        };
        *place = part.map(|part| (part, part.first & k != 0));
        rest = behind;
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every part comes out one way, at its ends and in its middle, and none is missing.
    #[test]
    fn parts_are_what_the_test_says() {
        let ranges =
            [(0, u32::MAX), (0, 0), (5, 5), (3, 9), (u32::MAX, u32::MAX), (1 << 29, 3 << 30)];
        let values = [0, 1, 4, 5, 9, 10, 1 << 30, (1 << 30) + 1, 1 << 31, u32::MAX - 1, u32::MAX];
        for (first, last) in ranges {
            for k in values {
                for test in
                    [Opcode::IfEqual, Opcode::IfGreater, Opcode::IfAtLeast, Opcode::IfAnyBit]
                {
                    let holds = |a: u32| match test {
                        Opcode::IfEqual => a == k,
                        Opcode::IfGreater => a > k,
                        Opcode::IfAtLeast => a >= k,
                        _ => a & k != 0,
                    };
                    let Some(parts) = parts(Range { first, last }, test, k) else { continue };
                    let mut next = Some(first);
                    for (part, outcome) in parts.into_iter().flatten() {
                        assert_eq!(
                            next,
                            Some(part.first),
                            "{test:?} {k:#x} on {first:#x}..{last:#x}"
                        );
                        let middle = u32::midpoint(part.first, part.last);
                        for a in [part.first, middle, part.last] {
                            assert_eq!(holds(a), outcome, "{test:?} {k:#x} on {a:#x}");
                        }
                        next = part.last.checked_add(1);
                    }
                    assert_eq!(
                        next,
                        last.checked_add(1),
                        "{test:?} {k:#x} on {first:#x}..{last:#x}"
                    );
                }
            }
        }
    }
}
