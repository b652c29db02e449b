//! Which registers a program still looks at.
//!
//! Two ways that come together with different values in a register that nobody reads any more are
//! one way from there on.

use crate::bpf::registers::{Registers, effect};
use crate::bpf::{Instruction, Program};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::registers::{A, X, scratch};

    #[test]
    fn what_is_written_before_it_is_read_is_not_live() {
        let op = |code, k| Instruction { code, jt: 0, jf: 0, k };
        let program = [
            (op(0x00, 9), 0),                                           // A = 9
            (op(0x02, 1), A),                                           // M[1] = A
            (op(0x01, 7), scratch(1)),                                  // X = 7
            (op(0x20, 16), X | scratch(1)),                             // A = an argument
            (Instruction { jf: 1, ..op(0x15, 0) }, A | X | scratch(1)), // A == 0, or one more
            (op(0x07, 0), A | scratch(1)),                              // X = A
            (op(0x60, 1), X | scratch(1)),                              // A = M[1]
            (Instruction { jt: 1, ..op(0x1d, 0) }, A | X),              // A == X, or one more
            (op(0x87, 0), X),                                           // A = X
            (op(0x16, 0), A),                                           // return A
        ];
        let (instructions, expected): (Vec<_>, Vec<_>) = program.into_iter().unzip();
        assert_eq!(live(&Program::new(instructions).unwrap()), expected);
    }
}
