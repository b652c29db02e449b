//! Programs that are wrong in ways in which filters have been wrong before, and their refutation.
//!
//! The shapes are those of published advisories for libseccomp (CVE-2019-9893, and
//! GHSA-4q85-33p6-j5g6 of 2026): 64-bit comparisons built or merged wrongly out of 32-bit halves. Others
//! are such as a proof could pass that knows too much: of another argument, of other bits, or of bits
//! that a call does not have. All programs are written here by hand.

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::Opcode::{And, IfAnyBit, IfAtLeast, IfEqual, IfGreater, Load, Return};
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

/// What a program is meant to mean.
struct Case {
    why: &'static str,
    means: Policy,
    program: Program,
    right: bool,
}

fn cases() -> Vec<Case> {
    use Operator::{Eq, Ge, Gt, Le, Lt};
    let than = |operator, value| policy(&[&[condition(operator, value)]]);
    let one = |operator| than(operator, BOUND);
    let case =
        |why, means, right, steps: &[Step]| Case { why, means, program: program(steps), right };
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
            "less or equal, as it should be",
            one(Le),
            true,
            &[
                (HIGH, IfGreater, H, REFUSE, NEXT),
                (HIGH, IfEqual, H, NEXT, ALLOW),
                (LOW, IfGreater, L, REFUSE, ALLOW),
            ],
        ),
        case(
            "less or equal, the value itself left out",
            one(Le),
            false,
            &[
                (HIGH, IfGreater, H, REFUSE, NEXT),
                (HIGH, IfEqual, H, NEXT, ALLOW),
                (LOW, IfAtLeast, L, REFUSE, ALLOW),
            ],
        ),
        case(
            "less or equal, the value itself and the one below left out",
            one(Le),
            false,
            &[
                (HIGH, IfGreater, H, REFUSE, NEXT),
                (HIGH, IfEqual, H, NEXT, ALLOW),
                (LOW, IfAtLeast, L - 1, REFUSE, ALLOW),
            ],
        ),
        case("less or equal, whatever it is", one(Le), false, &[(LOW, IfEqual, 0, ALLOW, ALLOW)]),
        case(
            "not above the greatest value: all are",
            than(Le, u64::MAX),
            true,
            &[(LOW, IfEqual, 0, ALLOW, ALLOW)],
        ),
        case(
            "not above the greatest value, taken for none",
            than(Le, u64::MAX),
            false,
            &[(LOW, IfEqual, 0, REFUSE, REFUSE)],
        ),
        case(
            "above the greatest value: none is",
            than(Gt, u64::MAX),
            true,
            &[(LOW, IfEqual, 0, REFUSE, REFUSE)],
        ),
        case(
            "above the greatest value, taken for all",
            than(Gt, u64::MAX),
            false,
            &[(LOW, IfEqual, 0, ALLOW, ALLOW)],
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

/// Of 32 bits of argument `index`, or of those in `mask`, unless it is 0.
fn low(index: u32, value: u32, mask: u32) -> Condition {
    let operator = if mask == 0 { Operator::Eq } else { Operator::MaskedEq };
    Condition::new("read", index, operator, Width::Bits32, value.into(), mask.into()).unwrap()
}

/// The program that decides an x86_64 call's architecture and number rightly, and goes on as it is given.
fn behind_the_number(arguments: &[Instruction]) -> Program {
    let mut instructions = program(&[]).instructions()[..9].to_vec();
    instructions.extend(arguments);
    Program::new(instructions).unwrap()
}

/// Each would be right if what it learnt of one thing were so of another.
fn mistaken() -> Vec<Case> {
    let load = |index: u32| Instruction::plain(Load, 16 + 8 * index);
    let of = |mask| Instruction::plain(And, mask);
    let equal = |k, yes, no| Instruction::branch(IfEqual, k, yes, no);
    let at_least = |k, yes, no| Instruction::branch(IfAtLeast, k, yes, no);
    let refuse = Instruction::plain(Return, Action::errno(1).to_raw());
    let allow = Instruction::plain(Return, Action::ALLOW.to_raw());
    let case = |why, means, arguments: &[Instruction]| Case {
        why,
        means,
        program: behind_the_number(arguments),
        right: false,
    };
    let above_32_bits = Condition::new("read", 0, Operator::Gt, Width::Bits32, u32::MAX.into(), 0);
    let kill = Instruction::plain(Return, Action::KILL_PROCESS.to_raw());
    let mut allowed_and_killed = policy(&[&[low(0, 3, 0)]]);
    let killed = Rule::new(Action::KILL_PROCESS, [low(0, 2, 0)]);
    allowed_and_killed.add_rule("read", killed).unwrap();
    let five: Vec<[Condition; 1]> = (0..5).map(|index| [low(index, 1, 0)]).collect();
    let five: Vec<&[Condition]> = five.iter().map(<[_; 1]>::as_slice).collect();
    vec![
        case(
            "some bits of argument 0 are at least 4, so those of argument 1 are not 2",
            policy(&[&[low(1, 2, 6)]]),
            &[load(0), of(6), at_least(4, 3, 0), load(1), of(6), equal(2, 1, 0), refuse, allow],
        ),
        case(
            "some bits of argument 0 are at least 4, so those of argument 1 are",
            policy(&[&[]]),
            &[load(0), of(6), at_least(4, 0, 4), load(1), of(6), at_least(4, 1, 0), refuse, allow],
        ),
        case(
            "argument 1 is not 5, so argument 0, at least 5, is more",
            policy(&[&[low(0, 5, 0)]]),
            &[
                load(1),
                equal(5, 2, 0),
                load(0),
                at_least(5, 2, 3),
                load(0),
                equal(5, 2, 0),
                refuse,
                refuse,
                allow,
            ],
        ),
        case(
            "a word of at least 8 has no bits that are less",
            policy(&[&[low(0, 1, 7)], &[low(0, 2, 7)]]),
            &[load(0), at_least(8, 3, 0), of(7), equal(1, 2, 0), equal(2, 1, 0), refuse, allow],
        ),
        case(
            "above the greatest value of 32 bits, taken for all",
            policy(&[&[above_32_bits.unwrap()]]),
            &[load(0), equal(0, 1, 0), allow, allow],
        ),
        case(
            "of the values 7 to 9 the last is missing, another is there twice",
            policy(&[&[low(0, 7, 0)], &[low(0, 8, 0)], &[low(0, 8, 0), low(1, 1, 0)]]),
            &[load(0), at_least(7, 0, 1), at_least(10, 0, 1), refuse, allow],
        ),
        case(
            "of two values the first kills, and so does the other",
            allowed_and_killed,
            &[load(0), equal(2, 2, 0), equal(3, 1, 0), refuse, kill],
        ),
        case(
            "argument 0 is none of the values, so the rule for argument 1 does not match",
            policy(&[&[low(0, 1, 0)], &[low(1, 3, 0)]]),
            &[load(0), equal(0, 3, 0), equal(1, 3, 0), load(1), equal(3, 1, 0), refuse, allow],
        ),
        case(
            "rules for five arguments, all forgotten",
            policy(&five),
            &[load(5), equal(0, 1, 0), refuse, refuse],
        ),
    ]
}

/// A 32-bit call has no high halves, whatever the filter is shown there.
fn by_the_high_half_of_x86() -> Case {
    let wide = |value| Condition::new("read", 0, Operator::Eq, Width::Bits64, value, 0).unwrap();
    let mut means = Policy::covering(Action::errno(1), [Arch::X86]);
    for value in [1, 2] {
        means.add_rule("read", Rule::new(Action::ALLOW, [wide(value)])).unwrap();
    }
    let program = Program::new(vec![
        Instruction::plain(Load, 4),
        Instruction::branch(IfEqual, Arch::X86.token(), 1, 0),
        Instruction::plain(Return, Action::KILL_PROCESS.to_raw()),
        Instruction::plain(Load, 0),
        Instruction::branch(IfEqual, 3, 0, 5),
        Instruction::plain(Load, HIGH),
        Instruction::branch(IfEqual, 0, 0, 3),
        Instruction::plain(Load, LOW),
        Instruction::branch(IfEqual, 1, 2, 0),
        Instruction::branch(IfEqual, 2, 1, 0),
        Instruction::plain(Return, Action::errno(1).to_raw()),
        Instruction::plain(Return, Action::ALLOW.to_raw()),
    ]);
    let why = "a value above 32 bits is not one of those allowed, though it is of a 32-bit call";
    Case { why, means, program: program.unwrap(), right: false }
}

#[test]
fn broken_programs_are_refuted_and_others_pass() {
    let mistaken = mistaken().into_iter().chain([by_the_high_half_of_x86()]);
    for Case { why, means, program, right } in cases().into_iter().chain(mistaken) {
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
