//! Architectures: which numbers and tokens are whose, and several in one program.

use crate::cases::{NARROW_ARGUMENTS, call};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::{Arch, X32_BIT};
use nucleus_seccomp::bpf::run;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::{self, ARCHES, Modes};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width, evaluate};
use nucleus_seccomp::prove::prove;
use nucleus_seccomp::syscall::{Newest, Syscall};

const KILL: Action = Action::KILL_PROCESS;
const EPERM: Action = Action::errno(1);
const ALLOW: Action = Action::ALLOW;

/// Compiles, proves, and asks policy and program for every call of the table.
fn check(policy: &Policy, cases: &[(Call, Action, &str)]) {
    let proven = prove(policy, compile(policy).unwrap()).unwrap();
    for (call, expected, why) in cases {
        assert_eq!(evaluate(policy, call), *expected, "{why}: {call}");
        let big_endian = Arch::is_big_endian(call.arch);
        let found = run(proven.program(), call, big_endian).value;
        assert_eq!(found, expected.to_raw(), "{why}: the program for {call}");
    }
}

fn number(name: &str, arch: Arch) -> i32 {
    let call = Syscall::named("test", name).unwrap();
    call.number(arch).unwrap().cast_signed()
}

fn is(index: u32, value: u64) -> Condition {
    Condition::new("test", index, Operator::Eq, Width::Bits64, value, 0).unwrap()
}

#[test]
fn a_rule_holds_on_every_architecture_that_has_the_call() {
    let mut policy = Policy::covering(EPERM, Arch::ALL);
    policy.add_rule("openat", Rule::new(ALLOW, [is(2, 0x5_0000_0003)])).unwrap();
    policy.allow("socketcall").unwrap();
    let proven = prove(&policy, compile(&policy).unwrap()).unwrap();
    for arch in Arch::ALL {
        let nr = number("openat", arch);
        let whole = if NARROW_ARGUMENTS.contains(&arch) { EPERM } else { ALLOW };
        for (flags, expected) in [(0x5_0000_0003, whole), (3, EPERM), (0x5_0000_0000, EPERM)] {
            let call = call(arch, nr, [0, 0, flags, 0, 0, 0]);
            assert_eq!(evaluate(&policy, &call), expected, "{call}");
            let found = run(proven.program(), &call, arch.big_endian()).value;
            assert_eq!(found, expected.to_raw(), "{call}");
            // The halves swapped, as a wrong byte order would have them.
            let swapped = run(proven.program(), &call, !arch.big_endian()).value;
            assert_eq!(swapped, EPERM.to_raw(), "{call}");
        }
    }
    let socketcall = Syscall::named("test", "socketcall").unwrap();
    assert_eq!(socketcall.number(Arch::X86_64), None, "accepted all the same");
}

#[test]
fn x32_is_behind_bit_30() {
    let read = |arch, nr| call(arch, nr, [0; 6]);
    let bit = X32_BIT.cast_signed();
    let name = "rt_sigaction"; // 13 on x86_64, 512 on x32
    let both = |arches: &[Arch]| {
        let mut policy = Policy::covering(EPERM, arches.iter().copied());
        policy.allow(name).unwrap();
        policy
    };
    check(
        &both(&[Arch::X86_64]),
        &[
            (read(Arch::X86_64, 13), ALLOW, "x86_64's number"),
            (read(Arch::X86_64, 512), EPERM, "x32's number without the bit"),
            (read(Arch::X32, bit + 512), KILL, "x32 is not covered"),
            (read(Arch::X32, bit + 13), KILL, "nor any number with the bit"),
            (read(Arch::X86_64, -1), EPERM, "a skipped call is x86_64's"),
        ],
    );
    check(
        &both(&[Arch::X32]),
        &[
            (read(Arch::X86_64, 13), KILL, "x86_64 is not covered"),
            (read(Arch::X32, bit + 512), ALLOW, "x32's number"),
            (read(Arch::X32, bit + 13), EPERM, "x86_64's number with the bit"),
            (read(Arch::X86_64, -1), KILL, "a skipped call is x86_64's"),
            (read(Arch::X32, -2), EPERM, "-2 has the bit"),
        ],
    );
    check(
        &both(&[Arch::X86_64, Arch::X32, Arch::X86]),
        &[
            (read(Arch::X86_64, 13), ALLOW, "x86_64's"),
            (read(Arch::X32, bit + 512), ALLOW, "x32's"),
            (read(Arch::X86, 174), ALLOW, "x86's"),
            (read(Arch::X86, bit + 174), EPERM, "on x86 the bit means nothing"),
            (read(Arch::X32, bit + 13), EPERM, "x86_64's number with the bit"),
            (Call { arch: Arch::X32.constant(), ..Call::default() }, KILL, "no kernel's token"),
        ],
    );
}

#[test]
fn rules_for_numbers_hold_on_one_architecture() {
    let mut policy = Policy::covering(EPERM, [Arch::X86_64, Arch::Mips, Arch::Arm]);
    let mut rule = |arch, nr, action, conditions: &[Condition]| {
        let subject = Subject::numbered("test", arch, nr).unwrap();
        policy.add_rule_for(subject, Rule::new(action, conditions.iter().copied())).unwrap();
    };
    rule(Arch::X86_64, 1000, ALLOW, &[]);
    rule(Arch::X86_64, -1, Action::errno(38), &[]);
    rule(Arch::Mips, 4003, ALLOW, &[is(0, 0)]);
    rule(Arch::Arm, 0x000f_0002, ALLOW, &[]);
    rule(Arch::S390x, 3, ALLOW, &[]);
    policy.add_rule("read", Rule::new(Action::LOG, [is(0, 0)])).unwrap();
    check(
        &policy,
        &[
            (call(Arch::X86_64, 1000, [0; 6]), ALLOW, "a number that nobody knows"),
            (call(Arch::Arm, 1000, [0; 6]), EPERM, "elsewhere it is nothing"),
            (call(Arch::X86_64, -1, [0; 6]), Action::errno(38), "skipped calls can have a rule"),
            (call(Arch::Arm, -1, [0; 6]), EPERM, "elsewhere they have the default"),
            (
                call(Arch::Mips, 4003, [0; 6]),
                Action::LOG,
                "beside a rule for its name, the strictest",
            ),
            (call(Arch::X86_64, 0, [0; 6]), Action::LOG, "the name alone"),
            (call(Arch::Arm, 0x000f_0002, [0; 6]), ALLOW, "cacheflush, private to ARM"),
            (call(Arch::S390x, 3, [0; 6]), KILL, "not covered, whatever rules it has"),
        ],
    );
    let x32 = X32_BIT.cast_signed();
    for (arch, nr) in [(Arch::X86_64, x32), (Arch::X32, 0), (Arch::X32, -1), (Arch::X86_64, -2)] {
        let error = Subject::numbered("add_rule_number", arch, nr).unwrap_err().to_string();
        assert!(error.contains("bit 30"), "{arch} {nr}: {error}");
    }
}

/// Above their tables the numbers of x86_64 and x32 take turns, and mostly all of one lead to one verdict.
#[test]
fn rules_for_numbers_above_the_tables_hold_for_these_alone() {
    for (arch, number) in [
        (Arch::X86_64, 0x7fff_ffff - X32_BIT),
        (Arch::X32, X32_BIT),
        (Arch::X32, 0x7fff_ffff),
        (Arch::X86_64, 0x8000_0000),
        (Arch::X86_64, 0x8000_0005),
        (Arch::X86_64, 0xbfff_ffff),
        (Arch::X32, 0xc000_0000),
        (Arch::X32, 0xc000_0005),
        (Arch::X32, 0xffff_fffe),
        (Arch::X86_64, 0xffff_ffff),
    ] {
        let nr = number.cast_signed();
        let mut policy = Policy::covering(EPERM, [Arch::X86_64, Arch::X32]);
        let subject = Subject::numbered("test", arch, nr).unwrap();
        policy.add_rule_for(subject, Rule::new(ALLOW, [])).unwrap();
        let of = |nr| call(arch, nr, [0; 6]);
        let cases = [
            (of(nr), ALLOW, "the number"),
            (of(nr.wrapping_sub(1)), EPERM, "the one below"),
            (of(nr.wrapping_add(1)), EPERM, "the one above"),
        ];
        check(&policy, &cases);
    }
}

/// Elsewhere bit 30 means nothing, whatever begins at the numbers that have it.
#[test]
fn numbers_take_turns_on_x86_64_alone() {
    let with_unknown = |default, newest, unknown| {
        let mut policy = Policy::covering(default, [Arch::Aarch64]);
        policy.attributes_mut().newest = Newest::Number(newest);
        policy.attributes_mut().unknown = Some(unknown);
        policy
    };
    let mut policy = with_unknown(EPERM, 0x7fff_ffff, ALLOW);
    policy.intersect(&with_unknown(ALLOW, 0xbfff_ffff, EPERM)).unwrap();
    let of = |number: u32| call(Arch::Aarch64, number.cast_signed(), [0; 6]);
    let cases = [
        (of(0), EPERM, "known to both"),
        (of(X32_BIT), EPERM, "the bit changes nothing"),
        (of(0x7fff_ffff), EPERM, "the last"),
        (of(0x8000_0000), ALLOW, "unknown to the first"),
        (of(0xbfff_ffff), ALLOW, "the last of these"),
        (of(0xc000_0000), EPERM, "unknown to both"),
        (of(0xffff_ffff), EPERM, "a skipped call is nothing unknown"),
    ];
    check(&policy, &cases);
}

#[test]
fn the_built_in_policy_is_for_the_architectures_that_it_was_written_for() {
    for arch in Arch::ALL {
        let before = builtin::add_to(&mut Policy::covering(KILL, [arch]), Modes::default());
        let mut policy = Policy::covering(KILL, [Arch::X86_64]);
        builtin::add_to(&mut policy, Modes::default()).unwrap();
        let after = policy.add_arch(arch);
        assert_eq!(before.is_ok(), ARCHES.contains(&arch), "{arch}");
        assert_eq!(after.is_ok(), ARCHES.contains(&arch), "{arch}");
        if let Err(error) = after {
            assert!(error.to_string().contains(arch.name()), "{error}");
        }
    }
}

#[test]
fn an_architecture_that_is_removed_is_foreign_again() {
    let mut policy = Policy::covering(EPERM, [Arch::X86_64, Arch::Aarch64]);
    policy.allow("read").unwrap();
    policy.remove_arch(Arch::Aarch64);
    check(
        &policy,
        &[
            (call(Arch::X86_64, 0, [0; 6]), ALLOW, "what stays"),
            (call(Arch::Aarch64, 63, [0; 6]), KILL, "what was removed"),
        ],
    );
}
