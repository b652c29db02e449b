//! Which registers a program still looks at.
//!
//! Two ways that come together with different values in a register that nobody reads any more are
//! one way from there on.

use crate::bpf::{Instruction, Program};

/// A register of the machine, as a bit.
pub(super) type Registers = u32;

/// The accumulator.
pub(super) const A: Registers = 1 << 16;
/// The index register.
pub(super) const X: Registers = 1 << 17;

/// Scratch word `k`, 0 to 15.
pub(super) const fn scratch(k: u32) -> Registers {
    1 << (k & 15)
}

/// For each instruction the registers that are read before they are written, from there on.
pub(super) fn live(program: &Program) -> Vec<Registers> {
    let instructions = program.instructions();
    let mut live = vec![0; instructions.len()];
    for (pc, instruction) in instructions.iter().enumerate().rev() {
        let behind = successors(pc, instruction).map(|next| live[next]);
        let (read, written) = effect(instruction);
        live[pc] = read | (behind.fold(0, |all, one| all | one) & !written);
    }
    live
}

/// Where an instruction can lead. Jumps only go forward, so all of these stand behind it.
fn successors(pc: usize, instruction: &Instruction) -> impl Iterator<Item = usize> + use<> {
    let Instruction { code, jt, jf, k } = *instruction;
    let skips: [Option<usize>; 2] = match (code & CLASS, code) {
        (RETURN, _) => [None, None],
        (_, JUMP) => [Some(k as usize), None],
        (BRANCH, _) => [Some(jt.into()), Some(jf.into())],
        _ => [Some(0), None],
    };
    skips.into_iter().flatten().map(move |skip| pc + 1 + skip)
}

const CLASS: u16 = 0x07;
const BRANCH: u16 = 0x05;
const RETURN: u16 = 0x06;
const JUMP: u16 = 0x05;

/// What an instruction reads and writes. Codes as in `linux/bpf_common.h`.
const fn effect(instruction: &Instruction) -> (Registers, Registers) {
    let Instruction { code, k, .. } = *instruction;
    // Bit 3 of an arithmetic or jump code says that the operand is X.
    let operand = if code & 0x08 == 0 { 0 } else { X };
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
        _ if code & CLASS == BRANCH => (A | operand, 0),
        _ => (A | operand, A),
    }
}
