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
    in_steps(BUDGET, program, see)
}

/// The same in so many steps at most.
fn in_steps(
    most: usize,
    program: &Program,
    see: &mut dyn FnMut(Region) -> Result<bool>,
) -> Result<bool> {
    let start = State { pc: 0, a: A::Constant(0), x: 0, arch: Range::ALL, nr: Range::ALL };
    let mut waiting = Vec::with_capacity(32);
    waiting.push(start);
    let mut steps = 0;
    while let Some(state) = waiting.pop() {
        steps += 1;
        if steps > most {
            return Err(Error::proof_budget("steps", most));
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

    /// By which numbers of another entry point, and those below 0, are told apart.
    #[test]
    fn among_all_numbers_the_high_bits_are_followed() {
        for (k, followed) in [(1 << 31, true), (1 << 30, true), (3 << 30, false), (1 << 29, false)]
        {
            let parts = parts(Range { first: 0, last: u32::MAX }, Opcode::IfAnyBit, k);
            assert_eq!(parts.is_some(), followed, "{k:#x}");
        }
    }

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

    const ALL: (u32, u32) = (0, u32::MAX);
    const TOKEN: u32 = 0xc000_003e;

    fn load(offset: u32) -> Instruction {
        Instruction::plain(Opcode::Load, offset)
    }

    fn returns(value: u32) -> Instruction {
        Instruction::plain(Opcode::Return, value)
    }

    /// Number, architecture and end of each region of a program, in order; and whether it was followed.
    type Found = (Vec<((u32, u32), (u32, u32), End)>, bool);

    fn found(program: &[Instruction]) -> Found {
        let program = Program::new(program.to_vec()).unwrap();
        let mut all = Vec::new();
        let mut see = |Region { arch, nr, end }| {
            let ends = |range: Range| (range.first, range.last);
            all.push((ends(nr), ends(arch), end));
            Ok(false)
        };
        let followed = regions(&program, &mut see).unwrap();
        all.sort_unstable();
        (all, followed)
    }

    /// What a program does with a number of its own choice, which is 5; 1 is returned for it, if what
    /// is asked of the accumulator then holds.
    fn of_five(then: &[Instruction], test: Instruction) -> Vec<Instruction> {
        let mut program = vec![
            load(0),
            Instruction::branch(Opcode::IfEqual, 5, 1, 0),
            Instruction::plain(Opcode::Jump, u32::try_from(then.len()).unwrap() + 1),
        ];
        program.extend(then);
        program.extend([test, returns(0), returns(1)]);
        program
    }

    #[test]
    fn number_and_architecture_are_followed_to_the_arguments() {
        let equal = |k, yes, no| Instruction::branch(Opcode::IfEqual, k, yes, no);
        let plain = Instruction::plain;
        let five = |value| {
            let other = End::Return(0);
            let all = vec![
                ((0, 4), ALL, other),
                ((5, 5), ALL, End::Return(value)),
                ((6, u32::MAX), ALL, other),
            ];
            (all, true)
        };
        let cases: [(&str, Vec<Instruction>, Found); 11] = [
            ("nothing is asked", vec![returns(7)], (vec![(ALL, ALL, End::Return(7))], true)),
            (
                "the architecture",
                vec![load(4), equal(TOKEN, 0, 1), returns(1), returns(0)],
                (
                    vec![
                        (ALL, (0, TOKEN - 1), End::Return(0)),
                        (ALL, (TOKEN, TOKEN), End::Return(1)),
                        (ALL, (TOKEN + 1, u32::MAX), End::Return(0)),
                    ],
                    true,
                ),
            ),
            (
                "the number, and behind it an argument",
                vec![
                    load(0),
                    Instruction::branch(Opcode::IfAtLeast, 9, 1, 0),
                    returns(0),
                    load(16),
                    equal(1, 0, 0),
                    returns(1),
                ],
                (
                    vec![((0, 8), ALL, End::Return(0)), ((9, u32::MAX), ALL, End::Arguments(3))],
                    true,
                ),
            ),
            ("some bits of it", of_five(&[plain(Opcode::And, 12)], equal(4, 1, 0)), five(1)),
            ("and no others", of_five(&[plain(Opcode::And, 12)], equal(5, 1, 0)), five(0)),
            ("shifted", of_five(&[plain(Opcode::ShiftRight, 1)], equal(2, 1, 0)), five(1)),
            (
                "shifted by itself",
                of_five(
                    &[
                        plain(Opcode::IntoX, 0),
                        plain(Opcode::LoadConstant, 64),
                        plain(Opcode::ShiftRightByX, 0),
                    ],
                    equal(2, 1, 0),
                ),
                five(1),
            ),
            ("kept while X takes it", of_five(&[plain(Opcode::IntoX, 0)], equal(5, 1, 0)), five(1)),
            (
                "bits of all numbers",
                vec![load(0), plain(Opcode::And, 1), equal(0, 0, 0), returns(1)],
                (vec![], false),
            ),
            (
                "bits of the architecture",
                vec![load(4), plain(Opcode::And, 1), equal(0, 0, 0), returns(1)],
                (vec![], false),
            ),
            (
                "what no program of this library does",
                vec![Instruction { code: 0x80, jt: 0, jf: 0, k: 0 }, returns(1)],
                (vec![], false),
            ),
        ];
        for (why, program, expected) in cases {
            assert_eq!(found(&program), expected, "{why}");
        }
    }

    /// As many as a bitmap has; more are followed as a whole, which takes no time for each of them.
    #[test]
    fn the_numbers_of_a_table_are_followed_one_by_one() {
        for (why, first, count, followed) in [
            ("one more than a table", 1, 1025, false),
            ("a table", 0, 1024, true),
            ("a table somewhere else", 1, 1024, true),
            ("most of a table", 0, 1000, true),
        ] {
            let program = [
                load(0),
                Instruction::branch(Opcode::IfAtLeast, first, 0, 4),
                Instruction::branch(Opcode::IfAtLeast, first + count, 3, 0),
                Instruction::plain(Opcode::And, 3),
                Instruction::branch(Opcode::IfEqual, 3, 0, 1),
                returns(1),
                returns(0),
            ];
            let (all, was_followed) = found(&program);
            assert_eq!(was_followed, followed, "{why}");
            for (nr, _, end) in &all {
                let ranges = [(0, first.saturating_sub(1)), (first + count, u32::MAX)];
                let value = match *nr {
                    range if ranges.contains(&range) => 0,
                    (one, _) => u32::from(one & 3 == 3),
                };
                assert_eq!(*end, End::Return(value), "{why}: {nr:?}");
            }
            if followed {
                let outside = if first == 0 { 1 } else { 2 };
                assert_eq!(all.len(), count as usize + outside, "{why}");
            }
        }
    }

    #[test]
    fn a_walk_takes_its_budget_and_no_more() {
        let program = [
            load(0),
            Instruction::branch(Opcode::IfEqual, 5, 0, 1),
            Instruction::branch(Opcode::IfEqual, 6, 0, 0),
            returns(1),
        ];
        let program = Program::new(program.to_vec()).unwrap();
        // The load, a test of all, one of 5 alone, and the returns for 5, for what is less, and for more.
        const STEPS: usize = 6;
        let walk = |most| in_steps(most, &program, &mut |_| Ok(false));
        assert!(walk(STEPS).unwrap());
        let error = walk(STEPS - 1).unwrap_err().to_string();
        assert!(error.contains("its budget of 5 steps"), "{error}");
    }
}
