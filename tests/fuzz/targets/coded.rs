//! Programs in few bytes, most of which the kernel would take.

use crate::cases::Random;
use nucleus_seccomp::bpf::Instruction;

/// All operations of classic BPF that seccomp takes, and some of those that it does not.
const CODES: [u16; 47] = [
    0x20, 0x20, 0x15, 0x15, 0x25, 0x35, 0x45, 0x1d, 0x2d, 0x3d, 0x4d, 0x05, 0x06, 0x06, 0x16, 0x80,
    0x00, 0x60, 0x81, 0x01, 0x61, 0x02, 0x03, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44,
    0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0xa4, 0xac, 0x07, 0x87, 0x28, 0x94, 0x0e,
];

/// The instructions that the bytes choose, at most `most`, behind `padding` that do next to nothing.
pub fn instructions(random: &mut Random, padding: usize, most: usize) -> Vec<Instruction> {
    const NOTHING: Instruction = Instruction { code: 0, jt: 0, jf: 0, k: 0 };
    let mut all = vec![NOTHING; padding];
    let count = random.below(most) + 1;
    all.extend((0..count).map(|_| instruction(random)));
    all
}

fn instruction(random: &mut Random) -> Instruction {
    let code = random.pick(&CODES);
    let small = |random: &mut Random| u8::try_from(random.below(256)).unwrap();
    // Where a branch leads, most often close by; what others have there is never looked at, and not checked.
    let (jt, jf) = match code & 7 {
        5 if code != 5 => (small(random), small(random)),
        _ => (0, 0),
    };
    let k = match random.below(4) {
        0 => (random.next() & 0xffff_ffff) as u32,
        1 => u32::from(small(random)),
        2 => 4 * u32::from(small(random) & 15),
        _ => random.pick(&[0, 0x7fff_0000, 0x0005_0001, 0xc000_003e, 0x8000_0000, 1]),
    };
    Instruction { code, jt, jf, k }
}
