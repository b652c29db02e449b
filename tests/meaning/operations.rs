//! Every operation that a filter may use, by itself: what it reads, writes and comes to.

use nucleus_seccomp::bpf::registers::{A, Registers, X, effect};
use nucleus_seccomp::bpf::{Instruction, Opcode, Program, is_constant_allow, run};
use nucleus_seccomp::call::Call;

/// What an instruction does that finds 201 in A, 3 in X and 77 in scratch word 4. Its own constant is
/// 4, and its jumps go by 1 if a test holds, by 2 if not.
#[derive(Debug, PartialEq)]
enum Does {
    /// A, X and the scratch word afterwards.
    Leaves([u32; 3]),
    Skips(u32),
    Returns(u32),
}
use Does::{Leaves, Returns, Skips};

const BEFORE: [u32; 3] = [201, 3, 77];
const WORD: Registers = 1 << 4;
const ARCH: u32 = 7;

/// As in `bpf_check_classic` and `seccomp_check_filter`, which leave out narrower loads, remainders
/// and what the kernel adds to the language for sockets.
const OPERATIONS: [(&str, u16, Registers, Does); 41] = [
    ("load a word of the call's data", 0x20, 0, Leaves([ARCH, 3, 77])),
    ("load the size of the data", 0x80, 0, Leaves([64, 3, 77])),
    ("load a constant", 0x00, 0, Leaves([4, 3, 77])),
    ("load a scratch word", 0x60, WORD, Leaves([77, 3, 77])),
    ("load the size of the data into X", 0x81, 0, Leaves([201, 64, 77])),
    ("load a constant into X", 0x01, 0, Leaves([201, 4, 77])),
    ("load a scratch word into X", 0x61, WORD, Leaves([201, 77, 77])),
    ("store A", 0x02, A, Leaves([201, 3, 201])),
    ("store X", 0x03, X, Leaves([201, 3, 3])),
    ("add", 0x04, A, Leaves([205, 3, 77])),
    ("add X", 0x0c, A | X, Leaves([204, 3, 77])),
    ("subtract", 0x14, A, Leaves([197, 3, 77])),
    ("subtract X", 0x1c, A | X, Leaves([198, 3, 77])),
    ("multiply", 0x24, A, Leaves([804, 3, 77])),
    ("multiply by X", 0x2c, A | X, Leaves([603, 3, 77])),
    ("divide", 0x34, A, Leaves([50, 3, 77])),
    ("divide by X", 0x3c, A | X, Leaves([67, 3, 77])),
    ("or", 0x44, A, Leaves([205, 3, 77])),
    ("or with X", 0x4c, A | X, Leaves([203, 3, 77])),
    ("and", 0x54, A, Leaves([0, 3, 77])),
    ("and with X", 0x5c, A | X, Leaves([1, 3, 77])),
    ("shift left", 0x64, A, Leaves([3216, 3, 77])),
    ("shift left by X", 0x6c, A | X, Leaves([1608, 3, 77])),
    ("shift right", 0x74, A, Leaves([12, 3, 77])),
    ("shift right by X", 0x7c, A | X, Leaves([25, 3, 77])),
    ("negate", 0x84, A, Leaves([0xffff_ff37, 3, 77])),
    ("exclusive or", 0xa4, A, Leaves([205, 3, 77])),
    ("exclusive or with X", 0xac, A | X, Leaves([202, 3, 77])),
    ("move A into X", 0x07, A, Leaves([201, 201, 77])),
    ("move X into A", 0x87, X, Leaves([3, 3, 77])),
    ("jump", 0x05, 0, Skips(4)),
    ("jump if equal", 0x15, A, Skips(2)),
    ("jump if equal to X", 0x1d, A | X, Skips(2)),
    ("jump if greater", 0x25, A, Skips(1)),
    ("jump if greater than X", 0x2d, A | X, Skips(1)),
    ("jump if at least", 0x35, A, Skips(1)),
    ("jump if at least X", 0x3d, A | X, Skips(1)),
    ("jump if any bit", 0x45, A, Skips(2)),
    ("jump if any bit of X", 0x4d, A | X, Skips(1)),
    ("return a constant", 0x06, 0, Returns(4)),
    ("return A", 0x16, A, Returns(201)),
];

const fn op(code: u16, k: u32) -> Instruction {
    Instruction { code, jt: 1, jf: 2, k }
}

/// The instruction where its registers are set, and what else is behind it.
fn program(instruction: Instruction, behind: &[Instruction]) -> Option<Program> {
    let [a, x, word] = BEFORE;
    let before = [op(0x00, word), op(0x02, 4), op(0x01, x), op(0x00, a), instruction];
    Program::new([&before, behind].concat()).ok()
}

fn returns(value: u32) -> Instruction {
    Instruction::plain(Opcode::Return, value)
}

fn found(instruction: Instruction) -> Option<Does> {
    const PLACES: u32 = 1000;
    let call = Call { arch: ARCH, ..Call::default() };
    let value = |behind: &[Instruction]| {
        program(instruction, behind).map(|program| run(&program, &call, false).value)
    };
    let places: Vec<Instruction> = (0..6).map(|place| returns(PLACES + place)).collect();
    Some(match value(&places)? {
        PLACES => {
            let ret_a = op(0x16, 0);
            let each: [&[_]; 3] = [&[ret_a], &[op(0x87, 0), ret_a], &[op(0x60, 4), ret_a]];
            Leaves(each.map(|behind| value(behind).unwrap()))
        }
        place @ PLACES.. => Skips(place - PLACES),
        value => Returns(value),
    })
}

#[test]
fn each_operation_reads_writes_and_does_what_the_kernel_has_it_do() {
    for (what, code, read, does) in OPERATIONS {
        let written = match does {
            Leaves(after) => [A, X, WORD]
                .into_iter()
                .zip(BEFORE.into_iter().zip(after))
                .filter_map(|(register, (before, after))| (before != after).then_some(register))
                .sum(),
            Skips(_) | Returns(_) => 0,
        };
        let instruction = op(code, 4);
        assert_eq!(effect(&instruction), (read, written), "{what}");
        assert_eq!(found(instruction), Some(does), "{what}");
    }
}

#[test]
fn there_are_no_other_operations() {
    for code in 0..=u16::MAX {
        let known = OPERATIONS.iter().any(|operation| operation.1 == code);
        assert_eq!(program(op(code, 4), &[returns(0); 6]).is_some(), known, "{code:#x}");
    }
}

/// `seccomp_is_const_allow`.
#[test]
fn the_kernel_s_emulator_follows_few_of_them() {
    const FOLLOWED: [u16; 7] = [0x05, 0x15, 0x20, 0x25, 0x35, 0x45, 0x54];
    const ALLOW: u32 = 0x7fff_0000;
    let allow = [returns(ALLOW); 6];
    let mut followed = Vec::new();
    for (_, code, ..) in OPERATIONS {
        // Without what sets the registers, which it does not follow either; no scratch word is set then.
        let Ok(program) = Program::new([&[op(code, 4)], &allow[..]].concat()) else { continue };
        followed.extend(is_constant_allow(&program, ARCH, 0).then_some(code));
    }
    followed.sort_unstable();
    assert_eq!(followed, FOLLOWED);
}
