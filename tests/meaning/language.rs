//! The proof follows the whole language, as the interpreter runs it.

use crate::cases::{EDGES, Random};
use nucleus_seccomp::action::{Action, strictness};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Opcode, Program, run};
use nucleus_seccomp::call::Call;
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::prove::{Order, compare_programs, prove};
use std::collections::BTreeSet;

/// Instructions that this library never writes; the kernel takes them all.
#[test]
fn programs_that_compute_are_followed() {
    let op = |code, k| Instruction { code, jt: 0, jf: 0, k };
    // Few bits of several words: all of two words against each other is beyond the budget.
    let (ret_a, ret) = (op(0x16, 0), op(0x06, Action::ALLOW.to_raw()));
    let (nr, arch, low, high) = (op(0x20, 0), op(0x20, 4), op(0x20, 16), op(0x20, 20));
    let (to_x, to_a) = (op(0x07, 0), op(0x87, 0));
    // What is left in A is returned; the middle of it is what is tried.
    let cases: [(&str, Vec<Instruction>); 17] = [
        ("a constant", vec![op(0x00, 7), ret_a]),
        ("the length of the data", vec![op(0x80, 0), ret_a]),
        ("the length of the data in X", vec![op(0x81, 0), to_a, ret_a]),
        ("a few bits of an argument", vec![low, op(0x54, 0x105), ret_a]),
        ("bits set", vec![low, op(0x54, 3), op(0x44, 0x10), ret_a]),
        ("bits turned over", vec![low, op(0x54, 5), op(0xa4, 6), ret_a]),
        ("shifted up and down", vec![low, op(0x64, 28), op(0x74, 27), ret_a]),
        ("shifted by X", vec![low, op(0x54, 3), to_x, op(0x00, 9), op(0x6c, 0), ret_a]),
        ("a sum", vec![low, op(0x54, 7), to_x, high, op(0x54, 3), op(0x0c, 0), ret_a]),
        ("a difference", vec![low, op(0x54, 3), to_x, high, op(0x54, 7), op(0x1c, 0), ret_a]),
        ("negated", vec![low, op(0x54, 3), op(0x84, 0), ret_a]),
        ("a product", vec![low, op(0x54, 3), to_x, high, op(0x54, 5), op(0x2c, 0), ret_a]),
        ("a quotient", vec![low, op(0x54, 0x1f), op(0x34, 5), ret_a]),
        ("a quotient by zero", vec![low, op(0x54, 1), to_x, op(0x00, 6), op(0x3c, 0), ret_a]),
        ("a scratch word", vec![low, op(0x54, 3), op(0x02, 4), nr, op(0x60, 4), ret_a]),
        ("back from X", vec![arch, op(0x54, 3), to_x, low, to_a, ret_a]),
        (
            "a comparison with X",
            vec![
                low,
                op(0x54, 7),
                to_x,
                high,
                op(0x54, 7),
                Instruction { code: 0x2d, jt: 1, jf: 0, k: 0 },
                op(0x06, 0),
                ret,
            ],
        ),
    ];
    let mut random = Random::new(9);
    for (why, instructions) in cases {
        let program = Program::new(instructions).unwrap();
        let itself = compare_programs(&program, &program).unwrap();
        assert_eq!(itself.order(), Order::Equal, "{why}");
        // Against every constant that it returns somewhere, the witness is one that it returns not.
        for _ in 0..40 {
            let mut args = [0; 6];
            args[0] = random.pick(&EDGES) ^ random.next() & 0x1f_0000_001f;
            let call =
                Call { nr: 3, arch: random.pick(&[3, 0xc000_003e]), args, ..Call::default() };
            let value = run(&program, &call, false).value;
            let constant = Program::new(vec![op(0x06, value)]).unwrap();
            let found = compare_programs(&constant, &program).unwrap();
            for (witness, above) in [(found.stricter, true), (found.looser, false)] {
                let Some(witness) = witness else { continue };
                let other = run(&program, &witness, Arch::is_big_endian(witness.arch)).value;
                assert_ne!(other, value, "{why}: {witness}");
                assert_eq!(strictness(other) > strictness(value), above, "{why}: {witness}");
            }
        }
        let policy = Policy::covering(Action::ALLOW, [Arch::X86_64]);
        let error = prove(&policy, program).unwrap_err();
        assert!(error.witness().is_some(), "{why}: {error}");
    }
}

/// A program of any instructions that the kernel takes, on a few bits of a few words.
pub fn random_program(random: &mut Random) -> Option<Program> {
    const CODES: [u16; 32] = [
        0x20, 0x60, 0x01, 0x61, 0x02, 0x03, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44,
        0x4c, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0xa4, 0xac, 0x07, 0x87, 0x15, 0x1d, 0x25, 0x35,
        0x3d, 0x45,
    ];
    let mut small = |end: usize| u8::try_from(random.below(end)).unwrap();
    let op = |code, k| Instruction { code, jt: 0, jf: 0, k };
    // So that there is something everywhere: arguments in both registers and two scratch words.
    let mut instructions = vec![op(0x20, 20), op(0x54, 7), op(0x02, 0), op(0x07, 0)];
    instructions.extend([op(0x20, 16), op(0x54, 7), op(0x02, 1)]);
    for _ in 0..8 {
        let code = CODES[usize::from(small(CODES.len()))];
        let k = match code {
            0x20 => [0, 4, 16, 20, 24, 60][usize::from(small(6))],
            0x02 | 0x03 | 0x60 | 0x61 => small(2).into(),
            _ => small(7).into(),
        };
        let (jt, jf) = if code & 7 == 5 { (small(4), small(4)) } else { (0, 0) };
        instructions.push(Instruction { code, jt, jf, k });
        if code == 0x20 {
            instructions.push(Instruction::plain(Opcode::And, 3));
        }
    }
    // Whatever is jumped to: some way ends with what is in A, some with a constant.
    instructions.push(Instruction { code: 0x16, jt: 0, jf: 0, k: 0 });
    instructions.extend([1, 2, 3].map(|k| Instruction::plain(Opcode::Return, k)));
    Program::new(instructions).ok()
}

#[test]
fn random_programs_are_followed_as_the_interpreter_runs_them() {
    let (mut followed, mut constant) = (0, 0);
    for seed in 0..3000 {
        let mut random = Random::new(seed);
        let Some(program) = random_program(&mut random) else { continue };
        let mut values = BTreeSet::new();
        for _ in 0..60 {
            let mut args = [0; 6];
            args.iter_mut().for_each(|arg| *arg = random.next());
            let (nr, arch) = (random.pick(&[0, 1, 2, 3]), random.pick(&[0x4000_0000, 0x4000_0003]));
            let call = Call { nr, arch, args, ..Call::default() };
            values.insert(run(&program, &call, false).value);
        }
        let value = values.iter().next().copied().unwrap();
        let same = Program::new(vec![Instruction::plain(Opcode::Return, value)]).unwrap();
        // On a few words made small, no budget is ever reached.
        let found = compare_programs(&program, &same).unwrap();
        for (witness, stricter) in [(found.stricter, true), (found.looser, false)] {
            let Some(call) = witness else { continue };
            let other = run(&program, &call, Arch::is_big_endian(call.arch)).value;
            assert_eq!(strictness(other) < strictness(value), stricter, "seed {seed}: {call}");
        }
        for other in &values {
            let by = strictness(*other).cmp(&strictness(value));
            assert!(by.is_ge() || found.stricter.is_some(), "seed {seed}\n{program:?}");
            assert!(by.is_le() || found.looser.is_some(), "seed {seed}\n{program:?}");
        }
        constant += usize::from(found.order() == Order::Equal);
        followed += 1;
    }
    println!("{followed} random programs followed, {constant} of them constant");
    assert!(followed > 500 && constant < followed / 2);
}
