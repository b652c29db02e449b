//! Whatever the kernel would load is shown, in bounded size.

use super::alone;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Opcode, Program};
use nucleus_seccomp::show::{Shown, c, dot, listing, pseudocode, rust};

/// What no form exceeds, whatever the program.
const BOUND: usize = 32 << 20;

const FORMS: [(&str, fn(&Shown<'_>) -> String); 5] =
    [("listing", listing), ("pseudo-code", pseudocode), ("picture", dot), ("C", c), ("Rust", rust)];

fn op(code: u16, k: u32) -> Instruction {
    Instruction { code, jt: 0, jf: 0, k }
}

fn load(k: u32) -> Instruction {
    Instruction::plain(Opcode::Load, k)
}

fn test(code: u16, k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction { code, jt, jf, k }
}

/// As many pieces as fit before two returns.
fn filled(piece: impl Fn(u32) -> Vec<Instruction>) -> Program {
    let mut all = Vec::new();
    for index in 0.. {
        let next = piece(index);
        if all.len() + next.len() + 256 > Program::LONGEST {
            break;
        }
        all.extend(next);
    }
    // Far enough for the longest jump, and not the same everywhere.
    let left = u32::try_from(Program::LONGEST - all.len()).unwrap();
    all.extend((0..left).map(|index| op(0x06, 0x0005_0000 + index % 7)));
    Program::new(all).unwrap()
}

/// A number that looks like none before.
fn mixed(index: u32) -> u32 {
    index.wrapping_mul(0x9e37_79b9)
}

fn programs() -> Vec<(&'static str, Program)> {
    // Each token that is known, and then tests that many calls pass and every architecture shares.
    let every_arch = |index| match index {
        0 => vec![load(4)],
        1..24 => vec![test(
            0x15,
            Arch::ALL[index as usize - 1].token(),
            u8::try_from(24 - index).unwrap(),
            0,
        )],
        24 => vec![op(0x06, 1), load(0)],
        25..500 => {
            vec![test(0x15, index - 25, 1, 0), op(0x05, 1), op(0x05, 3 * (499 - index) + 2 * index)]
        }
        _ => vec![load(16 + 4 * (index % 12)), test(0x15, mixed(index), 40, 0)],
    };
    let number_and_argument = |index| {
        vec![load(0), test(0x25, mixed(index), 3, 0), load(16), test(0x45, mixed(index) | 1, 1, 0)]
    };
    vec![
        ("a return alone", Program::new(vec![op(0x06, 0xdead_beef)]).unwrap()),
        ("what is in A", Program::new(vec![op(0x16, 0)]).unwrap()),
        ("an argument", Program::new(vec![load(60), op(0x16, 0)]).unwrap()),
        ("numbers in no order", filled(|index| vec![test(0x15, mixed(index), 200, 0)])),
        (
            "all numbers of a table",
            filled(|index| match index {
                0 => vec![load(0)],
                _ => vec![test(0x15, index, 255, 0)],
            }),
        ),
        (
            "numbers in no order, loaded",
            filled(|index| vec![load(0), test(0x15, mixed(index), 200, 0)]),
        ),
        ("numbers and arguments by turns", filled(number_and_argument)),
        (
            "architectures in no order",
            filled(|index| vec![load(4), test(0x35, mixed(index), 0, 100)]),
        ),
        ("bits of an argument", filled(|index| vec![load(20), test(0x45, mixed(index), 3, 5)])),
        (
            "arguments by turns",
            filled(|index| vec![load(16 + 4 * (index % 12)), test(0x15, mixed(index), 9, 2)]),
        ),
        ("nothing but jumps", filled(|_| vec![test(0x15, 0, 0, 0)])),
        ("jumps by X", filled(|_| vec![op(0x07, 0), test(0x1d, 0, 1, 2), load(8)])),
        ("the instruction pointer", filled(|index| vec![load(8), test(0x25, mixed(index), 7, 0)])),
        (
            "scratch words",
            filled(|index| vec![op(0x02, index % 16), op(0x60, index % 16), op(0x04, index)]),
        ),
        (
            "shifts of the number",
            filled(|index| vec![load(0), op(0x74, index % 32), test(0x15, index, 3, 0)]),
        ),
        (
            "shifts of a small number",
            filled(|index| match index {
                0 => vec![load(0), test(0x25, 1000, 250, 0)],
                _ => vec![
                    load(0),
                    op(0x54, 31),
                    op(0x07, 0),
                    op(0x00, mixed(index)),
                    op(0x7c, 0),
                    test(0x45, 1, 20, 0),
                ],
            }),
        ),
        ("every architecture", filled(every_arch)),
        (
            "deep checks for many calls",
            filled(|index| match index {
                0..600 => {
                    vec![
                        load(0),
                        test(0x15, index, 1, 0),
                        op(0x05, 1),
                        op(0x05, 4 * (599 - index) + 2 * index),
                    ]
                }
                _ => vec![load(16 + 4 * (index % 12)), test(0x15, mixed(index), 40, 0)],
            }),
        ),
    ]
}

#[test]
fn everything_is_shown_in_bounded_size() {
    for (what, program) in programs() {
        for (form, show) in FORMS {
            for big_endian in [false, true] {
                let text = show(&Shown { big_endian, ..alone(&program) });
                assert!(!text.is_empty() && text.ends_with('\n'), "{what}: {form}");
                assert!(text.len() < BOUND, "{what}: {form} is {} bytes", text.len());
                println!("{what}: {form}, {} bytes", text.len());
            }
        }
    }
}

/// What is too much for a form says so, and is still in the form's language.
#[test]
fn what_is_too_much_is_said() {
    let too_much = |form: &str| form.contains("decides too much");
    let all = programs();
    let large = all.iter().filter(|(_, program)| too_much(&dot(&alone(program))));
    let mut count = 0;
    for (what, program) in large {
        count += 1;
        assert!(too_much(&pseudocode(&alone(program))), "{what}");
        assert!(too_much(&listing(&alone(program))), "{what}");
        assert!(dot(&alone(program)).ends_with("}\n"), "{what}");
    }
    assert!(count > 0 && count < all.len() / 3, "{count} programs are too much");
}
