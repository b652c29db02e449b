//! The language, run: what the kernel's own interpreter or JIT would do.

use super::registers::{A, Registers, X, scratch};
use super::{Instruction, Program};
use crate::call::Call;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The value returned: an action in the kernel's encoding.
    pub value: u32,
    /// How many instructions were executed, the return included.
    pub steps: usize,
}

/// The call's data as the sixteen words that a filter can load, in native byte order.
fn words(call: &Call, big_endian: bool) -> [u32; 16] {
    let halves = |value: u64| {
        let (low, high) = ((value & 0xffff_ffff) as u32, (value >> 32) as u32);
        if big_endian { [high, low] } else { [low, high] }
    };
    let mut words = [0; 16];
    words[0] = call.nr.cast_unsigned();
    words[1] = call.arch;
    words[2..4].copy_from_slice(&halves(call.instruction_pointer));
    for (index, argument) in call.args.iter().enumerate() {
        words[4 + 2 * index..6 + 2 * index].copy_from_slice(&halves(*argument));
    }
    words
}

/// Runs `program` on `call`, for a machine of the given byte order.
#[must_use]
pub fn run(program: &Program, call: &Call, big_endian: bool) -> Run {
    let data = words(call, big_endian);
    let mut machine = Machine::default();
    let mut pc = 0;
    let mut steps = 0;
    loop {
        let instruction = program.instructions()[pc];
        steps += 1;
        match machine.step(instruction, &data) {
            Next::Skip(count) => pc += 1 + count as usize,
            Next::Return(value) => return Run { value, steps },
        }
    }
}

pub(super) enum Next {
    Skip(u32),
    Return(u32),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    a: u32,
    x: u32,
    scratch: [u32; 16],
}

impl Machine {
    /// The registers that hold something else in `other`.
    pub(super) fn differing(&self, other: &Self) -> Registers {
        let mut differing = 0;
        for (k, (ours, theirs)) in (0..).zip(self.scratch.iter().zip(&other.scratch)) {
            differing |= if ours == theirs { 0 } else { scratch(k) };
        }
        differing |= if self.a == other.a { 0 } else { A };
        differing |= if self.x == other.x { 0 } else { X };
        differing
    }

    /// One instruction. Codes as in `linux/bpf_common.h`; [`Program`] holds no others.
    pub(super) fn step(
        &mut self,
        Instruction { code, jt, jf, k }: Instruction,
        data: &[u32; 16],
    ) -> Next {
        const SIZE_OF_DATA: u32 = 64;
        // Bit 3 of an arithmetic or jump code says that the operand is X.
        let operand = if code & 0x08 == 0 { k } else { self.x };
        let branch = |holds: bool| Next::Skip(u32::from(if holds { jt } else { jf }));
        match code {
            0x20 => self.a = data[k as usize / 4],
            0x80 => self.a = SIZE_OF_DATA,
            0x00 => self.a = k,
            0x60 => self.a = self.scratch[k as usize],
            0x81 => self.x = SIZE_OF_DATA,
            0x01 => self.x = k,
            0x61 => self.x = self.scratch[k as usize],
            0x02 => self.scratch[k as usize] = self.a,
            0x03 => self.scratch[k as usize] = self.x,
            0x04 | 0x0c => self.a = self.a.wrapping_add(operand),
            0x14 | 0x1c => self.a = self.a.wrapping_sub(operand),
            0x24 | 0x2c => self.a = self.a.wrapping_mul(operand),
            // The converted program checks X and returns 0, which is kill thread.
            0x34 | 0x3c => match self.a.checked_div(operand) {
                Some(quotient) => self.a = quotient,
                None => return Next::Return(0),
            },
            0x44 | 0x4c => self.a |= operand,
            0x54 | 0x5c => self.a &= operand,
            // eBPF's 32-bit shifts by a register use its low five bits.
            0x64 | 0x6c => self.a = self.a.wrapping_shl(operand),
            0x74 | 0x7c => self.a = self.a.wrapping_shr(operand),
            0x84 => self.a = self.a.wrapping_neg(),
            0xa4 | 0xac => self.a ^= operand,
            0x07 => self.x = self.a,
            0x87 => self.a = self.x,
            0x05 => return Next::Skip(k),
            0x15 | 0x1d => return branch(self.a == operand),
            0x25 | 0x2d => return branch(self.a > operand),
            0x35 | 0x3d => return branch(self.a >= operand),
            0x45 | 0x4d => return branch(self.a & operand != 0),
            0x06 => return Next::Return(k),
            0x16 => return Next::Return(self.a),
            _ => unreachable!("a checked program holds no code {code:#x}"),
        }
        Next::Skip(0)
    }
}
