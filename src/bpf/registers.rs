//! What an instruction reads and writes.

use super::Instruction;

/// Some registers of the machine, a bit each.
pub type Registers = u32;

/// The accumulator.
pub const A: Registers = 1 << 16;
/// The index register.
pub const X: Registers = 1 << 17;

/// Scratch word `k`, 0 to 15.
#[must_use]
pub const fn scratch(k: u32) -> Registers {
    1 << (k & 15)
}

/// What an instruction reads and what it writes. Codes as in `linux/bpf_common.h`.
#[must_use]
pub const fn effect(instruction: &Instruction) -> (Registers, Registers) {
    const CLASS: u16 = 0x07;
    const BRANCH: u16 = 0x05;
    let Instruction { code, k, .. } = *instruction;
    // Bit 3 of an arithmetic or jump code says that the operand is X.
    let operands = if code & 0x08 == 0 { A } else { A | X };
    match code {
        0x60 => (scratch(k), A),
        0x61 => (scratch(k), X),
        0x00 | 0x20 | 0x80 => (0, A),
        0x01 | 0x81 => (0, X),
        0x02 => (A, scratch(k)),
        0x03 => (X, scratch(k)),
        0x07 => (A, X),
        0x87 => (X, A),
        0x16 => (A, 0),
        0x05 | 0x06 => (0, 0),
        _ if code & CLASS == BRANCH => (operands, 0),
        _ => (operands, A),
    }
}
