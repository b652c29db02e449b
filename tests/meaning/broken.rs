//! Programs that are wrong in ways in which filters have been wrong before, and their refutation.
//!
//! The shapes are those of published advisories for libseccomp (CVE-2019-9893, and
//! GHSA-4q85-33p6-j5g6 of 2026): 64-bit comparisons built or merged wrongly out of 32-bit halves. The
//! programs are written here by hand.

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::Opcode::{IfAnyBit, IfAtLeast, IfEqual, IfGreater, Load, Return};
use nucleus_seccomp::bpf::{Instruction, Program, run};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width, evaluate};
use nucleus_seccomp::prove::prove;

const READ: u32 = 0;
const WRITE: u32 = 1;
const HIGH: u32 = 20;
const LOW: u32 = 16;
const BOUND: u64 = 0x0000_0005_0000_0007;
const H: u32 = 5;
const L: u32 = 7;

/// Where a test leads.
const ALLOW: &str = "allow";
const REFUSE: &str = "refuse";
const NEXT: &str = "next";

fn condition(operator: Operator, value: u64) -> Condition {
    Condition::new("read", 0, operator, Width::Bits64, value, 0).unwrap()
}

/// One rule for `read` with each of the condition lists, alternatives of each other.
fn policy(rules: &[&[Condition]]) -> Policy {
    let mut policy = Policy::covering(Action::errno(1), [Arch::X86_64]);
    for conditions in rules {
        let rule = Rule::new(Action::ALLOW, conditions.iter().copied());
        policy.add_rule("read", rule).unwrap();
    }
    policy
}

/// A test of a word, and where it leads when it holds and when not. Several steps are named by
/// `NEXT`, the one that follows.
type Step = (u32, nucleus_seccomp::bpf::Opcode, u32, &'static str, &'static str);

/// The program that decides architecture and number rightly and then takes the steps.
fn program(steps: &[Step]) -> Program {
    let nr = [
        Instruction::plain(Load, 4),
        Instruction::branch(IfEqual, Arch::X86_64.token(), 1, 0),
        Instruction::plain(Return, Action::KILL_PROCESS.to_raw()),
        Instruction::plain(Load, 0),
        Instruction::branch(IfAnyBit, 0x4000_0000, 0, 2),
        Instruction::branch(IfEqual, u32::MAX, 1, 0),
        Instruction::plain(Return, Action::KILL_PROCESS.to_raw()),
        Instruction::branch(IfEqual, READ, 1, 0),
        Instruction::plain(Return, Action::errno(1).to_raw()),
    ];
    let mut instructions = nr.to_vec();
    let left = |index: usize| u8::try_from(2 * (steps.len() - index - 1)).unwrap();
    for (index, (word, opcode, k, yes, no)) in steps.iter().enumerate() {
        let to = |target: &str| match target {
            NEXT => 0,
            REFUSE => left(index),
            ALLOW => left(index) + 1,
            other => unreachable!("{other}"),
        };
        instructions.push(Instruction::plain(Load, *word));
        instructions.push(Instruction::branch(*opcode, *k, to(yes), to(no)));
    }
    instructions.push(Instruction::plain(Return, Action::errno(1).to_raw()));
    instructions.push(Instruction::plain(Return, Action::ALLOW.to_raw()));
    Program::new(instructions).unwrap()
}

/// What a program is meant to mean, and its steps.
struct Case {
    why: &'static str,
    means: Policy,
    steps: Vec<Step>,
    right: bool,
}

fn cases() -> Vec<Case> {
    use Operator::{Eq, Ge, Gt, Le, Lt};
    let one = |operator| policy(&[&[condition(operator, BOUND)]]);
    let case =
        |why, means, right, steps: &[Step]| Case { why, means, steps: steps.to_vec(), right };
    vec![
        case(
            "greater, as it should be",
            one(Gt),
            true,
            &[
                (HIGH, IfGreater, H, ALLOW, NEXT),
                (HIGH, IfEqual, H, NEXT, REFUSE),
                (LOW, IfGreater, L, ALLOW, REFUSE),
            ],
        ),
        case(
            "greater in both halves: misses a larger high half with a smaller low one",
            one(Gt),
            false,
            &[(HIGH, IfGreater, H, NEXT, REFUSE), (LOW, IfGreater, L, ALLOW, REFUSE)],
        ),
        case(
            "greater in the low half whatever the high one is",
            one(Gt),
            false,
            &[(HIGH, IfAtLeast, H, NEXT, REFUSE), (LOW, IfGreater, L, ALLOW, REFUSE)],
        ),
        case(
            "greater, the tie of the high halves forgotten",
            one(Gt),
            false,
            &[(HIGH, IfGreater, H, ALLOW, REFUSE)],
        ),
        case(
            "at least in both halves",
            one(Ge),
            false,
            &[(HIGH, IfAtLeast, H, NEXT, REFUSE), (LOW, IfAtLeast, L, ALLOW, REFUSE)],
        ),
        case(
            "at least, by the high half alone",
            one(Ge),
            false,
            &[(HIGH, IfAtLeast, H, ALLOW, REFUSE)],
        ),
        case(
            "less in either half",
            one(Lt),
            false,
            &[(HIGH, IfAtLeast, H, NEXT, ALLOW), (LOW, IfAtLeast, L, REFUSE, ALLOW)],
        ),
        case(
            "less, as it should be",
            one(Lt),
            true,
            &[
                (HIGH, IfGreater, H, REFUSE, NEXT),
                (HIGH, IfEqual, H, NEXT, ALLOW),
                (LOW, IfAtLeast, L, REFUSE, ALLOW),
            ],
        ),
        case(
            "less or equal in both halves",
            one(Le),
            false,
            &[(HIGH, IfGreater, H, REFUSE, NEXT), (LOW, IfGreater, L, REFUSE, ALLOW)],
        ),
        case(
            "less or equal, the ends mixed up",
            one(Le),
            false,
            &[
                (HIGH, IfGreater, H, ALLOW, NEXT),
                (HIGH, IfEqual, H, NEXT, REFUSE),
                (LOW, IfGreater, L, REFUSE, ALLOW),
            ],
        ),
        case(
            "two comparisons that share a high half, true and false mixed up in the merged one",
            policy(&[&[condition(Gt, BOUND)], &[condition(Lt, BOUND - 2)]]),
            false,
            &[
                (HIGH, IfGreater, H, ALLOW, NEXT),
                (HIGH, IfEqual, H, NEXT, REFUSE),
                (LOW, IfGreater, L, ALLOW, NEXT),
                (LOW, IfAtLeast, L - 2, REFUSE, ALLOW),
            ],
        ),
        case(
            "the same two, as they should be",
            policy(&[&[condition(Gt, BOUND)], &[condition(Lt, BOUND - 2)]]),
            true,
            &[
                (HIGH, IfGreater, H, ALLOW, NEXT),
                (HIGH, IfEqual, H, NEXT, ALLOW),
                (LOW, IfGreater, L, ALLOW, NEXT),
                (LOW, IfAtLeast, L - 2, REFUSE, ALLOW),
            ],
        ),
        case(
            "an empty rule set under a tree: the last rule was taken out, its tree allows all",
            policy(&[]),
            false,
            &[(HIGH, IfGreater, H, ALLOW, ALLOW)],
        ),
        case(
            "a lost sibling: of two values under one high half one is gone",
            policy(&[&[condition(Eq, BOUND)], &[condition(Eq, BOUND + 1)]]),
            false,
            &[(HIGH, IfEqual, H, NEXT, REFUSE), (LOW, IfEqual, L, ALLOW, REFUSE)],
        ),
        case(
            "both siblings",
            policy(&[&[condition(Eq, BOUND)], &[condition(Eq, BOUND + 1)]]),
            true,
            &[
                (HIGH, IfEqual, H, NEXT, REFUSE),
                (LOW, IfEqual, L, ALLOW, NEXT),
                (LOW, IfEqual, L + 1, ALLOW, REFUSE),
            ],
        ),
        case(
            "the high half of a 64-bit value never looked at",
            policy(&[&[condition(Eq, BOUND)]]),
            false,
            &[(LOW, IfEqual, L, ALLOW, REFUSE)],
        ),
        case(
            "of the conditions of one rule the last alone",
            policy(&[&[condition(Ge, BOUND), condition(Le, BOUND + 5)]]),
            false,
            &[
                (HIGH, IfGreater, H, REFUSE, NEXT),
                (HIGH, IfEqual, H, NEXT, ALLOW),
                (LOW, IfGreater, L + 5, REFUSE, ALLOW),
            ],
        ),
    ]
}

#[test]
fn programs_of_the_published_bugs_are_refuted() {
    for Case { why, means, steps, right } in cases() {
        let program = program(&steps);
        match prove(&means, program.clone()) {
            Ok(_) => assert!(right, "{why}: passed"),
            Err(error) => {
                assert!(!right, "{why}: {error}");
                let call = error.witness().expect("it is refuted, not given up");
                let found = run(&program, call, false).value;
                assert_ne!(found, evaluate(&means, call).to_raw(), "{why}: {call}");
                println!("{why}: {error}");
            }
        }
    }
}

#[test]
fn a_filter_for_the_wrong_call_is_refuted() {
    let mut write = Policy::covering(Action::errno(1), [Arch::X86_64]);
    write.allow("write").unwrap();
    let read = program(&[(LOW, IfEqual, 0, ALLOW, ALLOW)]);
    let error = prove(&write, read).unwrap_err();
    let number = error.witness().unwrap().nr.cast_unsigned();
    assert!([READ, WRITE].contains(&number), "{error}");
}
