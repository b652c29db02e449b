//! The kernel's checks of a program at load time.
//!
//! `bpf_check_classic` of `net/core/filter.c` and, on top, `seccomp_check_filter` of
//! `kernel/seccomp.c`: what these two refuse is refused here, with a reason in words.

use super::Instruction;
use crate::error::{Error, Result};

/// The classes and modes of the language, as in `linux/bpf_common.h` and `linux/filter.h`.
mod code {
    pub(super) const LD_W_ABS: u16 = 0x20;
    pub(super) const LD_W_LEN: u16 = 0x80;
    pub(super) const LD_IMM: u16 = 0x00;
    pub(super) const LD_MEM: u16 = 0x60;
    pub(super) const LDX_W_LEN: u16 = 0x81;
    pub(super) const LDX_IMM: u16 = 0x01;
    pub(super) const LDX_MEM: u16 = 0x61;
    pub(super) const ST: u16 = 0x02;
    pub(super) const STX: u16 = 0x03;
    pub(super) const DIV_K: u16 = 0x34;
    pub(super) const LSH_K: u16 = 0x64;
    pub(super) const RSH_K: u16 = 0x74;
    pub(super) const JA: u16 = 0x05;
    pub(super) const RET_K: u16 = 0x06;
    pub(super) const RET_A: u16 = 0x16;

    pub(super) const TXA: u16 = 0x87;

    /// Arithmetic with a constant or with X, and the move from A to X. No remainder.
    pub(super) const fn is_plain(code: u16) -> bool {
        matches!(
            code,
            0x04 | 0x0c
                | 0x14
                | 0x1c
                | 0x24
                | 0x2c
                | 0x34
                | 0x3c
                | 0x44
                | 0x4c
                | 0x54
                | 0x5c
                | 0x64
                | 0x6c
                | 0x74
                | 0x7c
                | 0x84
                | 0xa4
                | 0xac
                | 0x07
        )
    }

    /// `JEQ JGT JGE JSET`, with a constant or with X.
    pub(super) const fn is_branch(code: u16) -> bool {
        matches!(code, 0x15 | 0x1d | 0x25 | 0x2d | 0x35 | 0x3d | 0x45 | 0x4d)
    }
}

/// `sizeof(struct seccomp_data)`.
const DATA_SIZE: u32 = 64;
/// `BPF_MEMWORDS`.
const MEMORY_WORDS: u32 = 16;

/// Whether the kernel would load these instructions.
pub(super) fn acceptable(instructions: &[Instruction]) -> Result<()> {
    let length = instructions.len();
    if length > super::Program::LONGEST {
        return Err(Error::too_large(length, super::Program::LONGEST));
    }
    let last = instructions.last().ok_or_else(|| Error::malformed(0, "the program is empty"))?;
    for (index, instruction) in instructions.iter().enumerate() {
        let left = u32::try_from(length - index - 1).unwrap_or(0);
        if let Some(problem) = problem(*instruction, left) {
            return Err(Error::malformed(index, problem));
        }
    }
    if !matches!(last.code, code::RET_K | code::RET_A) {
        return Err(Error::malformed(length - 1, "the last instruction is not a return"));
    }
    match read_before_write(instructions) {
        Some(index) => Err(Error::malformed(index, "reads a scratch word that may be unset")),
        None => Ok(()),
    }
}

/// What is wrong with one instruction that has `left` more behind it.
fn problem(Instruction { code, jt, jf, k }: Instruction, left: u32) -> Option<&'static str> {
    match code {
        code::LD_W_ABS if k >= DATA_SIZE => Some("loads outside the 64 bytes of a call's data"),
        code::LD_W_ABS if !k.is_multiple_of(4) => {
            Some("loads from an offset that 4 does not divide")
        }
        code::LD_MEM | code::LDX_MEM | code::ST | code::STX if k >= MEMORY_WORDS => {
            Some("uses a scratch word above the last, 15")
        }
        code::DIV_K if k == 0 => Some("divides by zero"),
        code::LSH_K | code::RSH_K if k >= 32 => Some("shifts by 32 or more"),
        code::JA if k >= left => Some("jumps behind the end of the program"),
        _ if code::is_branch(code) && u32::from(jt.max(jf)) >= left => {
            Some("jumps behind the end of the program")
        }
        code::LD_W_ABS | code::LD_W_LEN | code::LD_IMM | code::LD_MEM => None,
        code::LDX_W_LEN | code::LDX_IMM | code::LDX_MEM | code::ST | code::STX => None,
        code::JA | code::RET_K | code::RET_A | code::TXA => None,
        _ if code::is_plain(code) || code::is_branch(code) => None,
        _ => Some("is no operation that a filter may use"),
    }
}

/// The first instruction that reads a scratch word which some way to it leaves unwritten
/// (`check_load_and_stores`). Jumps only go forward, so one pass sees every way.
fn read_before_write(instructions: &[Instruction]) -> Option<usize> {
    if !instructions.iter().any(|one| matches!(one.code, code::LD_MEM | code::LDX_MEM)) {
        return None;
    }
    let mut written = vec![u16::MAX; instructions.len()];
    let mut here: u16 = 0;
    for (index, Instruction { code, jt, jf, k }) in instructions.iter().enumerate() {
        here &= written[index];
        let mut reaches = |skip: u32| {
            let target = index + 1 + skip as usize;
            if let Some(mask) = written.get_mut(target) {
                *mask &= here;
            }
        };
        match *code {
            code::ST | code::STX => here |= 1 << k,
            code::LD_MEM | code::LDX_MEM if here & (1 << k) == 0 => return Some(index),
            code::JA => {
                reaches(*k);
                here = u16::MAX;
            }
            code if code::is_branch(code) => {
                reaches(u32::from(*jt));
                reaches(u32::from(*jf));
                here = u16::MAX;
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETURN: Instruction = Instruction { code: code::RET_K, jt: 0, jf: 0, k: 0 };

    fn op(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
        Instruction { code, jt, jf, k }
    }

    #[test]
    fn what_the_kernel_refuses_is_refused() {
        let cases: &[(&str, Vec<Instruction>, Option<&str>)] = &[
            ("the shortest program", vec![RETURN], None),
            ("nothing at all", vec![], Some("empty")),
            ("the longest program", vec![RETURN; 4096], None),
            ("one too long", vec![RETURN; 4097], Some("4097 instructions")),
            ("no return at the end", vec![op(0x20, 0, 0, 0)], Some("not a return")),
            (
                "no return at the end of some",
                vec![RETURN, RETURN, op(0x20, 0, 0, 0)],
                Some("instruction 2: the last"),
            ),
            ("the last word", vec![op(0x20, 0, 0, 60), RETURN], None),
            ("past the last word", vec![op(0x20, 0, 0, 64), RETURN], Some("outside")),
            ("between words", vec![op(0x20, 0, 0, 2), RETURN], Some("4 does not divide")),
            ("a half-word load", vec![op(0x28, 0, 0, 0), RETURN], Some("no operation")),
            ("a remainder", vec![op(0x94, 0, 0, 3), RETURN], Some("no operation")),
            ("division by zero", vec![op(0x34, 0, 0, 0), RETURN], Some("by zero")),
            ("the widest shift", vec![op(0x64, 0, 0, 31), RETURN], None),
            ("a wider one", vec![op(0x64, 0, 0, 32), RETURN], Some("32 or more")),
            ("a jump to the last", vec![op(0x05, 0, 0, 1), RETURN, RETURN], None),
            ("a jump behind it", vec![op(0x05, 0, 0, 1), RETURN], Some("behind the end")),
            ("a jump by 2^32-1", vec![op(0x05, 0, 0, u32::MAX), RETURN], Some("behind the end")),
            (
                "a jump behind it, from the middle",
                vec![RETURN, op(0x05, 0, 0, 1), RETURN],
                Some("instruction 1: jumps behind the end"),
            ),
            (
                "a test at the end of its reach",
                vec![RETURN, op(0x15, 1, 0, 0), RETURN, RETURN],
                None,
            ),
            (
                "a test beyond it, from the middle",
                vec![RETURN, op(0x15, 0, 1, 0), RETURN],
                Some("instruction 1: jumps behind the end"),
            ),
            ("true leaves the program", vec![op(0x15, 1, 0, 0), RETURN], Some("behind the end")),
            ("false leaves the program", vec![op(0x15, 0, 1, 0), RETURN], Some("behind the end")),
            ("the last scratch word", vec![op(0x02, 0, 0, 15), op(0x60, 0, 0, 15), RETURN], None),
            ("no such scratch word", vec![op(0x02, 0, 0, 16), RETURN], Some("above the last")),
            ("an unset scratch word", vec![op(0x60, 0, 0, 0), RETURN], Some("may be unset")),
            (
                "set on one way only",
                vec![op(0x15, 0, 1, 0), op(0x02, 0, 0, 0), op(0x60, 0, 0, 0), RETURN],
                Some("may be unset"),
            ),
            (
                "set where a jump goes by",
                vec![op(0x05, 0, 0, 1), op(0x02, 0, 0, 0), op(0x60, 0, 0, 0), RETURN],
                Some("instruction 2: reads a scratch word that may be unset"),
            ),
            (
                "jt and jf lead nowhere but in a test",
                vec![op(0x20, 1, 1, 0), op(0x02, 0, 0, 0), op(0x60, 0, 0, 0), RETURN],
                None,
            ),
        ];
        for (why, instructions, expected) in cases {
            let message = acceptable(instructions).err().map(|error| error.to_string());
            match (expected, &message) {
                (None, None) => {}
                (Some(part), Some(text)) if text.contains(part) => {}
                _ => panic!("{why}: expected {expected:?}, got {message:?}"),
            }
        }
    }
}
