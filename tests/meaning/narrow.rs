//! Calls that take the lower halves of their arguments, whatever a filter is shown above them.

use crate::cases::{NARROW_ARGUMENTS, Random, call, random_policy_on};
use Operator::{Eq, Ge, Gt, Le, Lt, MaskedEq, Ne};
use Width::{Bits32, Bits64};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::Opcode::{IfEqual, Load, Return};
use nucleus_seccomp::bpf::{Instruction, Program, run};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width, evaluate};
use nucleus_seccomp::prove::{compare_programs, prove};
use nucleus_seccomp::syscall::Syscall;

const REFUSED: Action = Action::errno(66);
const LAST: u64 = 0xffff_ffff;
const HIGH: u64 = 0xdead_beef_0000_0000;
const ABOVE: u64 = 1 << 32;

fn is(operator: Operator, width: Width, value: u64, mask: u64) -> Condition {
    Condition::new("getpgid", 0, operator, width, value, mask).unwrap()
}

fn refusing(arches: &[Arch], rules: &[&[Condition]]) -> Policy {
    let mut policy = Policy::covering(Action::ALLOW, arches.iter().copied());
    for conditions in rules {
        let rule = Rule::new(REFUSED, conditions.iter().copied());
        policy.add_rule("getpgid", rule).unwrap();
    }
    policy
}

fn number(arch: Arch) -> i32 {
    Syscall::named("test", "getpgid").unwrap().number(arch).unwrap().cast_signed()
}

/// Why, the condition, the argument, whether it holds where calls take lower halves, and where they take all.
#[rustfmt::skip]
fn rows() -> Vec<(&'static str, Condition, u64, bool, bool)> {
    vec![
        ("the demonstration",                is(Eq, Bits64, 0, 0),             ABOVE,           true,  false),
        ("equal",                            is(Eq, Bits64, 5, 0),             5,               true,  true),
        ("equal, below a high half",         is(Eq, Bits64, 5, 0),             HIGH | 5,        true,  false),
        ("equal, in 32 bits",                is(Eq, Bits32, 5, 0),             HIGH | 5,        true,  true),
        ("the last of 32 bits",              is(Eq, Bits64, LAST, 0),          LAST,            true,  true),
        ("the last, sign-extended",          is(Eq, Bits64, LAST, 0),          u64::MAX,        true,  false),
        ("2^32 is no value",                 is(Eq, Bits64, ABOVE, 0),         ABOVE,           false, true),
        ("2^32 is not 0",                    is(Eq, Bits64, ABOVE, 0),         0,               false, false),
        ("2^32 + 1 is no value",             is(Eq, Bits64, ABOVE + 1, 0),     ABOVE + 1,       false, true),
        ("2^32 + 1 is not 1",                is(Eq, Bits64, ABOVE + 1, 0),     1,               false, false),
        ("unequal",                          is(Ne, Bits64, 5, 0),             HIGH | 5,        false, true),
        ("unequal, in 32 bits",              is(Ne, Bits32, 5, 0),             HIGH | 5,        false, false),
        ("all are unequal to 2^32",          is(Ne, Bits64, ABOVE, 0),         ABOVE,           true,  false),
        ("all are unequal to 2^32 + 1",      is(Ne, Bits64, ABOVE + 1, 0),     1,               true,  true),
        ("less",                             is(Lt, Bits64, 5, 0),             HIGH | 4,        true,  false),
        ("not less",                         is(Lt, Bits64, 5, 0),             HIGH | 5,        false, false),
        ("less, in 32 bits",                 is(Lt, Bits32, 5, 0),             HIGH | 4,        true,  true),
        ("less than the last",               is(Lt, Bits64, LAST, 0),          HIGH | LAST,     false, false),
        ("all are less than 2^32",           is(Lt, Bits64, ABOVE, 0),         u64::MAX,        true,  false),
        ("all are less than 2^32 + 1",       is(Lt, Bits64, ABOVE + 1, 0),     HIGH | 1,        true,  false),
        ("none is less than 0",              is(Lt, Bits64, 0, 0),             HIGH,            false, false),
        ("at most",                          is(Le, Bits64, 5, 0),             HIGH | 5,        true,  false),
        ("not at most",                      is(Le, Bits64, 5, 0),             HIGH | 6,        false, false),
        ("at most, in 32 bits",              is(Le, Bits32, 5, 0),             HIGH | 5,        true,  true),
        ("all are at most the last",         is(Le, Bits64, LAST, 0),          u64::MAX,        true,  false),
        ("all are at most 2^32",             is(Le, Bits64, ABOVE, 0),         HIGH | 7,        true,  false),
        ("at least",                         is(Ge, Bits64, 5, 0),             HIGH | 4,        false, true),
        ("at least, the value",              is(Ge, Bits64, 5, 0),             HIGH | 5,        true,  true),
        ("at least, in 32 bits",             is(Ge, Bits32, 5, 0),             HIGH | 4,        false, false),
        ("at least the last",                is(Ge, Bits64, LAST, 0),          ABOVE,           false, true),
        ("none is at least 2^32",            is(Ge, Bits64, ABOVE, 0),         u64::MAX,        false, true),
        ("above",                            is(Gt, Bits64, 5, 0),             HIGH | 5,        false, true),
        ("above, next to it",                is(Gt, Bits64, 5, 0),             HIGH | 6,        true,  true),
        ("above, in 32 bits",                is(Gt, Bits32, 5, 0),             HIGH | 5,        false, false),
        ("none is above the last",           is(Gt, Bits64, LAST, 0),          u64::MAX,        false, true),
        ("none is above 2^32",               is(Gt, Bits64, ABOVE, 0),         u64::MAX,        false, true),
        ("bits",                             is(MaskedEq, Bits64, 2, 6),       HIGH | 0xa,      true,  true),
        ("bits, in 32 bits",                 is(MaskedEq, Bits32, 2, 6),       HIGH | 0xa,      true,  true),
        ("bits of both halves",              is(MaskedEq, Bits64, 2, HIGH | 6), HIGH | 2,       true,  false),
        ("bits of both halves, the low one", is(MaskedEq, Bits64, 2, HIGH | 6), 6,              false, false),
        ("high bits that have to be 0",      is(MaskedEq, Bits64, 0, HIGH),    u64::MAX,        true,  false),
        ("a high bit that has to be 1",      is(MaskedEq, Bits64, ABOVE, ABOVE), ABOVE,         false, true),
        ("the same, and a low one",          is(MaskedEq, Bits64, ABOVE | 1, ABOVE | 1), ABOVE | 1, false, true),
    ]
}

/// On each architecture by itself, in company of its other byte order, and of one that takes all.
#[test]
fn conditions_are_of_what_the_call_takes() {
    for (why, condition, argument, narrow, wide) in rows() {
        for arch in Arch::ALL {
            let holds = if NARROW_ARGUMENTS.contains(&arch) { narrow } else { wide };
            let expected = if holds { REFUSED } else { Action::ALLOW };
            let companies: [&[Arch]; 4] = [
                &[arch],
                &[arch, Arch::X86_64],
                &[arch, Arch::X86, Arch::X32],
                &[arch, Arch::S390, Arch::S390x],
            ];
            for arches in companies {
                let policy = refusing(arches, &[&[condition]]);
                let asked = call(arch, number(arch), [argument, HIGH, 0, 0, 0, 0]);
                assert_eq!(evaluate(&policy, &asked), expected, "{why}: {asked}");
                let proven = prove(&policy, compile(&policy).unwrap()).unwrap();
                let found = run(proven.program(), &asked, arch.big_endian()).value;
                assert_eq!(found, expected.to_raw(), "{why}: the program for {asked}");
            }
        }
    }
}

/// The offset of the first argument's halves in a call's data.
const fn halves(arch: Arch) -> (u32, u32) {
    if arch.big_endian() { (16, 20) } else { (20, 16) }
}

/// Refuses getpgid(0): where both halves are looked at, if both are 0.
fn program(arch: Arch, looks_up: bool) -> Program {
    let (high, low) = halves(arch);
    let mut instructions = vec![
        Instruction::plain(Load, 4),
        Instruction::branch(IfEqual, arch.token(), 1, 0),
        Instruction::plain(Return, Action::KILL_PROCESS.to_raw()),
        Instruction::plain(Load, 0),
        Instruction::branch(IfEqual, number(arch).cast_unsigned(), 0, if looks_up { 5 } else { 3 }),
    ];
    if looks_up {
        instructions.push(Instruction::plain(Load, high));
        instructions.push(Instruction::branch(IfEqual, 0, 0, 3));
    }
    instructions.extend([
        Instruction::plain(Load, low),
        Instruction::branch(IfEqual, 0, 0, 1),
        Instruction::plain(Return, REFUSED.to_raw()),
        Instruction::plain(Return, Action::ALLOW.to_raw()),
    ]);
    Program::new(instructions).unwrap()
}

/// The proof takes nothing for granted that a filter may see above.
#[test]
fn a_program_that_looks_at_an_upper_half_is_refuted() {
    let arches = NARROW_ARGUMENTS.into_iter().chain([Arch::Aarch64, Arch::S390x, Arch::Mipsel]);
    for (arch, looks_up) in arches.flat_map(|arch| [false, true].map(|looks_up| (arch, looks_up))) {
        let is_wide = !NARROW_ARGUMENTS.contains(&arch);
        let policy = refusing(&[arch], &[&[is(Eq, Bits64, 0, 0)]]);
        let (right, wrong) = (program(arch, is_wide), program(arch, !is_wide));
        prove(&policy, right).unwrap_or_else(|error| panic!("{arch}: {error}"));
        let error = prove(&policy, wrong.clone()).expect_err(arch.name());
        let asked = error.witness().expect("it is refuted, not given up");
        let found = run(&wrong, asked, arch.big_endian()).value;
        assert_ne!(found, evaluate(&policy, asked).to_raw(), "{arch}, {looks_up}: {asked}");
        assert!(asked.args[0] > LAST, "{arch}: the halves differ in {asked}");
    }
}

#[test]
fn no_upper_half_is_loaded() {
    let mut random = Random::new(32);
    for arch in NARROW_ARGUMENTS {
        let (high, _) = halves(arch);
        for _ in 0..40 {
            let program = compile(&random_policy_on(&mut random, &[arch], 30)).unwrap();
            let loads = program.instructions().iter().filter(|one| one.code == Load as u16);
            let of_arguments = loads.map(|load| load.k).filter(|offset| *offset >= 16);
            for offset in of_arguments {
                assert_ne!(offset % 8, high % 8, "{arch}: a load of {offset}");
            }
        }
    }
}

/// Of a list of values some are compared in 32 bits, some in 64, some under masks that differ in high bits:
/// there it is one list, in the order of the low halves.
#[test]
fn what_differs_above_alone_is_one_list() {
    let in_a_way = |value: u64| match value % 4 {
        0 => is(MaskedEq, Bits64, value, LAST),
        1 => is(MaskedEq, Bits64, value, HIGH | LAST),
        2 => is(MaskedEq, Bits64, value, ABOVE | LAST),
        _ => is(MaskedEq, Bits32, value, LAST),
    };
    let list = |way: &dyn Fn(u64) -> Condition, arches: &[Arch]| {
        let rules: Vec<[Condition; 1]> = (0..200).map(|n| [way(n * 7919 % 1000)]).collect();
        let rules: Vec<&[Condition]> = rules.iter().map(<[_; 1]>::as_slice).collect();
        let policy = refusing(arches, &rules);
        prove(&policy, compile(&policy).unwrap()).unwrap().program().clone()
    };
    for arch in NARROW_ARGUMENTS {
        let mixed = list(&in_a_way, &[arch]);
        let plain = list(&|value| is(MaskedEq, Bits32, value, LAST), &[arch]);
        assert_eq!(mixed, plain, "{arch}");
    }
    list(&in_a_way, &Arch::ALL);
    let mixed = list(&in_a_way, &[Arch::X86_64]);
    let plain = list(&|value| is(MaskedEq, Bits32, value, LAST), &[Arch::X86_64]);
    assert!(compare_programs(&mixed, &plain).unwrap().looser.is_some(), "it has upper halves");
}

/// What no call can match is told, if it is none of any architecture that is covered.
#[test]
fn rules_for_values_that_cannot_be_are_reported() {
    let both: &[Arch] = &[Arch::X86_64, Arch::X86];
    let narrow: &[Arch] = &[Arch::X86, Arch::Arm, Arch::S390];
    let rows: [(&str, &[Arch], Condition, bool); 14] = [
        ("2^32", narrow, is(Eq, Bits64, ABOVE, 0), true),
        ("2^32, somewhere", both, is(Eq, Bits64, ABOVE, 0), false),
        ("2^32, with x32", &[Arch::X86, Arch::X32], is(Eq, Bits64, ABOVE, 0), false),
        ("the last", narrow, is(Eq, Bits64, LAST, 0), false),
        ("at least 2^32", narrow, is(Ge, Bits64, ABOVE, 0), true),
        ("at least 2^32, somewhere", both, is(Ge, Bits64, ABOVE, 0), false),
        ("above the last", narrow, is(Gt, Bits64, LAST, 0), true),
        ("above the last, somewhere", both, is(Gt, Bits64, LAST, 0), false),
        ("above the last but one", narrow, is(Gt, Bits64, LAST - 1, 0), false),
        ("a high bit", narrow, is(MaskedEq, Bits64, ABOVE, ABOVE), true),
        ("no high bit", narrow, is(MaskedEq, Bits64, 0, ABOVE), false),
        ("unequal to 2^32", narrow, is(Ne, Bits64, ABOVE, 0), false),
        ("less than 2^32", narrow, is(Lt, Bits64, ABOVE, 0), false),
        ("less than 0", both, is(Lt, Bits64, 0, 0), true),
    ];
    for (why, arches, condition, reported) in rows {
        let policy = refusing(arches, &[&[condition], &[is(Eq, Bits32, 5, 0)]]);
        let proven = prove(&policy, compile(&policy).unwrap()).unwrap();
        assert_eq!(proven.impossible().count(), usize::from(reported), "{why}");
    }
}
