//! Programs in few bytes, most of which the kernel would take.

use crate::cases::Random;
use nucleus_seccomp::bpf::Instruction;

/// All operations of classic BPF that seccomp takes; those that make programs interesting more than once.
const CODES: [u16; 48] = [
    0x20, 0x20, 0x20, 0x15, 0x15, 0x25, 0x35, 0x45, 0x1d, 0x2d, 0x3d, 0x4d, 0x05, 0x06, 0x06, 0x16,
    0x80, 0x00, 0x60, 0x81, 0x01, 0x61, 0x02, 0x02, 0x03, 0x03, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c,
    0x34, 0x3c, 0x44, 0x4c, 0x54, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0xa4, 0xac, 0x07, 0x87,
];
const RETURN: u16 = 0x06;

/// The instructions that the bytes choose, at most `most`, behind `padding` that do next to nothing.
pub fn instructions(random: &mut Random, padding: usize, most: usize) -> Vec<Instruction> {
    const NOTHING: Instruction = Instruction { code: 0, jt: 0, jf: 0, k: 0 };
    let mut all = vec![NOTHING; padding];
    let count = random.below(most) + 1;
    all.extend((0..count).rev().map(|left| instruction(random, left)));
    all
}

/// One that has `left` more behind it. One choice in 32 asks for anything.
fn instruction(random: &mut Random, left: usize) -> Instruction {
    let odd = |random: &mut Random| random.below(32) == 31;
    let byte = |random: &mut Random| u8::try_from(random.below(256)).unwrap();
    let code = match left {
        _ if odd(random) => u16::from(byte(random)),
        0 => RETURN,
        _ => random.pick(&CODES),
    };
    let skip = |random: &mut Random| match odd(random) {
        true => byte(random),
        false => u8::try_from(random.below(left.clamp(1, 256))).unwrap(),
    };
    let any = |random: &mut Random| match random.below(4) {
        0 => (random.next() & 0xffff_ffff) as u32,
        1 => random.pick(&[0, 0x7fff_0000, 0x0005_0001, 0xc000_003e, 0x8000_0000, u32::MAX]),
        _ => byte(random).into(),
    };
    let below = |random: &mut Random, end| u32::try_from(random.below(end)).unwrap();
    let (jt, jf) = if code & 7 == 5 && code != 5 { (skip(random), skip(random)) } else { (0, 0) };
    let k = match code {
        _ if odd(random) => any(random),
        0x20 => 4 * below(random, 16), // words of a call's data
        0x60 | 0x61 | 0x02 | 0x03 => below(random, 4), // few words of memory, so that they meet
        0x64 | 0x74 => below(random, 32),
        0x05 => skip(random).into(),
        0x34 => any(random).max(1),
        _ => any(random),
    };
    Instruction { code, jt, jf, k }
}
