//! Many values of one argument: the proof looks at them together, so what is next to right is tried
//! here.

use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Program, run};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width, evaluate};
use nucleus_seccomp::prove::prove;

/// Conditions for a value, in some shape of rule.
type Shape = fn(u64) -> Vec<Condition>;

fn is(index: u32, operator: Operator, width: Width, value: u64, mask: u64) -> Condition {
    Condition::new("ioctl", index, operator, width, value, mask).unwrap()
}

fn wide(value: u64) -> Vec<Condition> {
    vec![is(1, Operator::Eq, Width::Bits64, value, 0)]
}

fn narrow(value: u64) -> Vec<Condition> {
    vec![is(1, Operator::Eq, Width::Bits32, value & 0xffff_ffff, 0)]
}

fn masked(value: u64) -> Vec<Condition> {
    const MASK: u64 = 0x0fff_ffff_0fff_ffff;
    vec![is(1, Operator::MaskedEq, Width::Bits64, value & MASK, MASK)]
}

fn behind_another(value: u64) -> Vec<Condition> {
    vec![is(0, Operator::Eq, Width::Bits64, 3, 0), wide(value)[0]]
}

fn before_another(value: u64) -> Vec<Condition> {
    vec![wide(value)[0], is(2, Operator::Ge, Width::Bits32, 9, 0)]
}

fn with_a_value_each(value: u64) -> Vec<Condition> {
    vec![wide(value)[0], is(2, Operator::Eq, Width::Bits32, value % 3, 0)]
}

const SHAPES: [(&str, Shape); 6] = [
    ("64 bits", wide),
    ("32 bits", narrow),
    ("masked", masked),
    ("behind another condition", behind_another),
    ("before another condition", before_another),
    ("with a value of another argument each", with_a_value_each),
];

fn policy(shape: Shape, values: &[u64], arch: Arch) -> Policy {
    let mut policy = Policy::covering(Action::errno(1), [arch]);
    for value in values {
        policy.add_rule("ioctl", Rule::new(Action::ALLOW, shape(*value))).unwrap();
    }
    policy
}

/// Lists of values, by how they lie.
fn lists() -> Vec<(&'static str, Vec<u64>)> {
    let turn = 0x1_0000_0000;
    vec![
        ("a run", (7..17).collect()),
        ("two runs that nearly meet", (100..110).chain(111..121).collect()),
        ("a run up to the last value", (u64::MAX - 9..=u64::MAX).collect()),
        ("a run over a turn of the high half", (turn - 5..turn + 5).collect()),
        ("runs under two high halves", (0..8).chain(turn..turn + 8).collect()),
        ("far from each other", (1..20).map(|n| n * 7919).collect()),
        ("under a high half each", (1..20).map(|n| n * 0x1_0001_0003).collect()),
    ]
}

/// Other values next to these: one missing, one too many, one moved, halves swapped, a high half that
/// is another, at the first, a middle and the last place.
fn edits(values: &[u64]) -> Vec<(String, Vec<u64>)> {
    let mut all = Vec::new();
    for place in [0, values.len() / 2, values.len() - 1] {
        let value = values[place];
        let moved = [
            ("moved up", value.wrapping_add(1)),
            ("moved down", value.wrapping_sub(1)),
            ("with swapped halves", value.rotate_left(32)),
            ("with another high half", value ^ 1 << 32),
            ("with another top bit", value ^ 1 << 63),
        ];
        let without: Vec<u64> = values.iter().copied().filter(|other| *other != value).collect();
        for (how, other) in moved {
            let with = |list: &[u64]| list.iter().copied().chain([other]).collect();
            all.push((format!("{value:#x} {how}"), with(&without)));
            all.push((format!("{value:#x} also {how}"), with(values)));
        }
        all.push((format!("without {value:#x}"), without));
    }
    all
}

/// What `program` is proven to mean, or a call that shows the difference.
fn check(policy: &Policy, program: &Program, why: &str) -> bool {
    match prove(policy, program.clone()) {
        Ok(_) => true,
        Err(error) => {
            let call = error.witness().unwrap_or_else(|| panic!("{why}: {error}"));
            let found = run(program, call, Arch::is_big_endian(call.arch)).value;
            assert_ne!(found, evaluate(policy, call).to_raw(), "{why}: {error}");
            false
        }
    }
}

#[test]
fn a_program_for_other_values_is_refuted() {
    let (mut refuted, mut same) = (0, 0);
    for ((shape_name, shape), arch) in
        SHAPES.into_iter().zip([Arch::X86_64, Arch::S390x].into_iter().cycle())
    {
        for (list, values) in lists() {
            let right = policy(shape, &values, arch);
            let program = compile(&right).unwrap();
            let why = format!("{shape_name}, {list}, {arch}");
            assert!(check(&right, &program, &why), "{why}");
            for (edit, others) in edits(&values) {
                let other = policy(shape, &others, arch);
                let why = format!("{why}: {edit}");
                // Both ways round: the edited policy's program is next to right, too.
                let equal = other == right;
                assert_eq!(check(&other, &program, &why), equal, "{why}");
                assert_eq!(check(&right, &compile(&other).unwrap(), &why), equal, "{why}");
                *(if equal { &mut same } else { &mut refuted }) += 1;
            }
        }
    }
    assert!(refuted > 3 * same, "{refuted} {same}");
}

/// Rules that say the same twice, by name and by number, are no more values than they are once.
#[test]
fn a_value_twice_fills_no_gap() {
    let run: Vec<u64> = (7..=10).collect();
    let program = compile(&policy(wide, &run, Arch::X86_64)).unwrap();
    let mut twice = policy(wide, &[7, 8, 10], Arch::X86_64);
    let number = Subject::numbered("test", Arch::X86_64, 16).unwrap();
    twice.add_rule_for(number, Rule::new(Action::ALLOW, wide(8))).unwrap();
    assert!(!check(&twice, &program, "9 is missing"));
    twice.add_rule_for(number, Rule::new(Action::ALLOW, wide(9))).unwrap();
    assert!(check(&twice, &program, "none is missing"));
}

/// One of the values gets another verdict, stricter or looser, and with it more rules than one hold.
#[test]
fn another_verdict_for_a_value_is_told_apart() {
    for (list, values) in lists() {
        let right = policy(wide, &values, Arch::X86_64);
        let program = compile(&right).unwrap();
        for action in [Action::KILL_PROCESS, Action::LOG, Action::errno(2), Action::errno(1)] {
            for value in [values[0], values[values.len() / 2], values[values.len() - 1]] {
                let mut other = right.clone();
                other.add_rule("ioctl", Rule::new(action, wide(value))).unwrap();
                let why = format!("{list}: {value:#x} {action}");
                assert!(!check(&other, &program, &why), "{why}");
                assert!(check(&other, &compile(&other).unwrap(), &why), "{why}");
            }
        }
    }
}
