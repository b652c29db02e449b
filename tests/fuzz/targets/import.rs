//! Programs from elsewhere: what we take is what the kernel takes.

use super::coded;
use super::verdict::kernel_takes;
use crate::cases::Random;
use nucleus_seccomp::bpf::{Instruction, Program};

/// A byte that says what the others are: instructions as they stand, or choices for some.
pub fn run(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    match first & 1 {
        0 => raw(rest),
        _ => {
            let mut random = Random::of_bytes(rest);
            let padding = if first & 2 == 0 { 0 } else { random.below(Program::LONGEST + 2) };
            check(&coded::instructions(&mut random, padding, 256));
        }
    }
}

fn raw(bytes: &[u8]) {
    let (instructions, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        assert!(Program::from_bytes(bytes).is_err(), "no whole instructions");
    }
    let read = |&[c0, c1, jt, jf, k0, k1, k2, k3]: &[u8; 8]| {
        let (code, k) = (u16::from_ne_bytes([c0, c1]), u32::from_ne_bytes([k0, k1, k2, k3]));
        Instruction { code, jt, jf, k }
    };
    check(&instructions.iter().map(read).collect::<Vec<_>>());
}

/// Both say the same, and what is taken is written and read.
pub fn check(instructions: &[Instruction]) {
    let ours = Program::new(instructions.to_vec());
    if let Some(theirs) = kernel_takes(instructions) {
        assert_eq!(ours.is_ok(), theirs, "{instructions:#?}\n{ours:?}");
    }
    if let Ok(program) = ours {
        for big_endian in [false, true] {
            let read = Program::from_bytes(&program.to_bytes(big_endian));
            assert_eq!(read, Ok((program.clone(), big_endian)), "what is written is read");
        }
    }
}
