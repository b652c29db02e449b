//! Policies at and beyond what a program can hold.

use crate::cases::{Random, call};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program, run};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::error::Kind;
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width, evaluate};
use nucleus_seccomp::prove::{compare_programs, prove};

/// `count` rules, each for a value of its own in both halves: nothing to share.
fn many(count: u64, architecture: Arch) -> Policy {
    let mut policy = Policy::covering(Action::KILL_PROCESS, [architecture]);
    for value in 1..=count {
        let wide = value * 0x1_0001_0003;
        let is = Condition::new("ioctl", 1, Operator::Eq, Width::Bits64, wide, 0).unwrap();
        policy.add_rule("ioctl", Rule::new(Action::ALLOW, [is])).unwrap();
    }
    policy
}

#[test]
fn the_largest_program_is_accepted_and_the_next_is_not() {
    let length = |count| compile(&many(count, Arch::Aarch64)).map(|p| p.instructions().len());
    // The sizes grow with the count, so the last that fits is found by halving.
    let (mut fits, mut fails) = (1, 5000);
    while fails - fits > 1 {
        let middle = u64::midpoint(fits, fails);
        if length(middle).is_ok() { fits = middle } else { fails = middle }
    }
    let longest = length(fits).unwrap();
    assert!((Program::LONGEST - 8..=Program::LONGEST).contains(&longest), "{longest}");
    let error = length(fails).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(error.to_string().contains("ioctl on aarch64 (40"), "{error}");
    println!("{fits} rules make {longest} instructions; with {fails}: {error}");

    // Instruction by instruction: each value of one argument is one more.
    let padded = |count| {
        let mut policy = many(fits - 3, Arch::Aarch64);
        for value in 0..count {
            let is = Condition::new("read", 0, Operator::Eq, Width::Bits32, 2 * value, 0).unwrap();
            policy.add_rule("read", Rule::new(Action::ALLOW, [is])).unwrap();
        }
        compile(&policy).map(|program| program.instructions().len())
    };
    let refused = (1..20).find(|count| padded(*count).is_err()).expect("too much");
    assert_eq!(padded(refused - 1), Ok(Program::LONGEST));
    let error = padded(refused).unwrap_err().to_string();
    assert!(error.contains("4097 instructions and the kernel takes at most 4096"), "{error}");

    // The largest one means what it says, far jumps and all.
    let policy = many(fits, Arch::Aarch64);
    let proven = prove(&policy, compile(&policy).unwrap()).unwrap();
    let mut random = Random::new(3);
    for _ in 0..2000 {
        let value = (random.next() % (fits + 50)) * 0x1_0001_0003 + random.next() % 2;
        let call = call(Arch::Aarch64, 29, [value; 6]);
        let found = run(proven.program(), &call, false).value;
        assert_eq!(found, evaluate(&policy, &call).to_raw(), "{value:#x}");
    }
}

/// Those that take most come first, wherever they stand; of two that take as much, the one with the
/// smaller number.
#[test]
fn the_calls_that_cost_most_are_named() {
    let calls = [
        ("read", 40),
        ("write", 100),
        ("open", 100),
        ("close", 50),
        ("stat", 600),
        ("lseek", 300),
        ("mmap", 300),
    ];
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    // No value is asked for twice, so that no test is shared.
    let mut values = (1..).map(|value| value * 0x1_0001_0003);
    for (name, count) in calls {
        for value in values.by_ref().take(count) {
            let is = Condition::new(name, 1, Operator::Eq, Width::Bits64, value, 0).unwrap();
            policy.add_rule(name, Rule::new(Action::ALLOW, [is])).unwrap();
        }
    }
    // Fewer tests than for stat, but each of other bits, and so of three instructions.
    for mask in 1..=900 {
        let (width, mask) = (Width::Bits32, mask << 2 | 3);
        let is = Condition::new("fstat", 2, Operator::MaskedEq, width, 1, mask).unwrap();
        policy.add_rule("fstat", Rule::new(Action::ALLOW, [is])).unwrap();
    }
    let mut intersected = policy.clone();
    intersected.intersect(&Policy::covering(Action::ALLOW, [Arch::X86_64])).unwrap();
    for policy in [policy, intersected] {
        let error = compile(&policy).unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
        let most =
            "fstat on x86_64 (2712), stat on x86_64 (2416), lseek on x86_64 (1210): drop rules";
        assert!(error.to_string().contains(&format!("; most are for {most}")), "{error}");
    }
}

#[test]
fn impossible_rules_are_legal_and_match_nothing() {
    let is = |value| Condition::new("read", 0, Operator::Eq, Width::Bits64, value, 0).unwrap();
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    policy.add_rule("read", Rule::new(Action::ALLOW, [is(1), is(2)])).unwrap();
    let mut without = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    without.add_rule("read", Rule::new(Action::KILL_PROCESS, [])).unwrap();
    let program = compile(&policy).unwrap();
    let proven = prove(&policy, program.clone()).unwrap();
    let found: Vec<String> =
        proven.impossible().map(|(subject, rule)| format!("{subject}: {rule}")).collect();
    assert_eq!(found, ["read: allow if arg0 == 0x1 and arg0 == 0x2"]);
    prove(&without, program).expect("it means a policy without the rule");
}

#[test]
fn a_policy_without_an_architecture_is_no_policy() {
    let error = compile(&Policy::covering(Action::ALLOW, [])).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
}

/// A rule that asks `count` different things of argument 0, and then that argument 5 is `last`.
fn long_rule(count: u64, last: u64) -> Rule {
    let condition = |index, operator, value| {
        Condition::new("read", index, operator, Width::Bits64, value, 0).unwrap()
    };
    let unequal = (1..count).map(|value| condition(0, Operator::Ne, value));
    Rule::new(Action::ALLOW, unequal.chain([condition(5, Operator::Eq, last)]))
}

#[test]
fn a_rule_takes_so_many_conditions_and_no_more() {
    let mut policy = Policy::new(Action::KILL_PROCESS);
    let most = Rule::MOST_CONDITIONS as u64;
    policy.add_rule("read", long_rule(most, 1)).unwrap();
    let error = policy.add_rule("read", long_rule(most + 1, 1)).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidArgument);
    assert!(error.to_string().contains(&format!("{}", most + 1)), "{error}");
}

#[test]
fn a_small_stack_is_enough() {
    // musl gives threads 128 KiB; half of it is left for the caller.
    let on_a_small_stack = || {
        let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
        let most = Rule::MOST_CONDITIONS as u64;
        policy.add_rule("read", long_rule(most, 1)).unwrap();
        policy.add_rule("read", long_rule(most, 2)).unwrap();
        let all_six = (0..6).map(|index| {
            Condition::new("read", index, Operator::Eq, Width::Bits64, u64::MAX / 3, 0).unwrap()
        });
        policy.add_rule("write", Rule::new(Action::ALLOW, all_six)).unwrap();
        prove(&policy, compile(&policy).unwrap()).unwrap();
    };
    let thread = std::thread::Builder::new().stack_size(64 << 10).spawn(on_a_small_stack);
    thread.unwrap().join().unwrap();
}

/// Policies that each restrict one call by an argument, intersected: what is asked behind each end of
/// each of them must not be built anew.
#[test]
fn many_policies_can_be_intersected() {
    let restricted = |value| {
        let is = Condition::new("read", 0, Operator::Eq, Width::Bits32, value, 0).unwrap();
        let mut policy = Policy::covering(Action::errno(1), [Arch::X86_64]);
        policy.allow("read").unwrap();
        policy.add_rule("read", Rule::new(Action::errno(5), [is])).unwrap();
        policy
    };
    let on_a_small_stack = move || {
        let mut all = restricted(0);
        (1..200).for_each(|value| all.intersect(&restricted(value)).unwrap());
        let proven = prove(&all, compile(&all).unwrap()).unwrap();
        for (value, expected) in
            [(0, Action::errno(5)), (199, Action::errno(5)), (200, Action::ALLOW)]
        {
            let call = call(Arch::X86_64, 0, [value; 6]);
            assert_eq!(run(proven.program(), &call, false).value, expected.to_raw(), "{value}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(64 << 10).spawn(on_a_small_stack);
    thread.unwrap().join().unwrap();
}

/// Far beyond what fits, the error still comes soon, and names who is to blame.
#[test]
fn policies_that_are_far_too_large_are_refused() {
    let mut policy = Policy::covering(Action::errno(1), [Arch::X86_64]);
    for number in 0..20_000 {
        let value = 1 + u64::from(i32::cast_unsigned(number)) * 0x1_0000_0001;
        let is = Condition::new("test", 0, Operator::Gt, Width::Bits64, value, 0).unwrap();
        let subject = Subject::numbered("test", Arch::X86_64, number % 5000).unwrap();
        policy.add_rule_for(subject, Rule::new(Action::ALLOW, [is])).unwrap();
    }
    for value in 0..30_000u64 {
        let between = [Operator::Gt, Operator::Ne].map(|operator| {
            Condition::new("ioctl", 1, operator, Width::Bits64, value * 0x1_0001_0003, 0).unwrap()
        });
        policy.add_rule("ioctl", Rule::new(Action::errno(7), between)).unwrap();
    }
    let error = compile(&policy).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    // It is given up at 64 nodes for each instruction that fits, nearly all of them for the one call.
    let most = "the program has 262145 instructions and the kernel takes at most 4096; most are for \
                ioctl on x86_64 (26";
    assert!(error.to_string().contains(most), "{error}");
}

/// Programs from elsewhere that would take for ever to follow: different values in the registers for
/// every combination of some bits, and much arithmetic on them.
#[test]
fn programs_that_would_take_for_ever_are_given_up() {
    let op = |code, k| Instruction { code, jt: 0, jf: 0, k };
    let with_bits = |bits: u32, behind: &[Instruction]| {
        let mut all = vec![op(0x00, 0), op(0x02, 0)];
        for bit in 0..bits {
            all.push(op(0x20, 16));
            all.push(Instruction { code: 0x45, jt: 0, jf: 3, k: 1 << bit });
            all.extend([op(0x60, 0), op(0x44, 1 << bit), op(0x02, 0)]);
        }
        all.extend([op(0x60, 0), op(0x07, 0)]);
        all.extend(behind);
        all.push(op(0x16, 0));
        Program::new(all).unwrap()
    };
    let cases = [
        ("products of many values", with_bits(8, &[op(0x2c, 0); 1000])),
        ("quotients of many values", with_bits(8, &[op(0x3c, 0); 1000])),
        ("very many values", with_bits(20, &[])),
    ];
    let nothing = Program::new(vec![op(0x06, 0)]).unwrap();
    for (why, program) in cases {
        let error = compare_programs(&program, &nothing).unwrap_err();
        assert_eq!(error.kind(), Kind::Unproven, "{why}");
        assert!(error.to_string().contains("budget"), "{why}: {error}");
    }
}
