//! seccompiler, compiling the same rules where it can express them, comes to the same verdicts.

use crate::cases::{EDGES, OPERATORS, Random, call};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program, run};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width, evaluate};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

/// Both forms of one random condition.
fn condition(random: &mut Random) -> (Condition, SeccompCondition) {
    let index = u32::try_from(random.below(2)).unwrap();
    let operator = random.pick(&OPERATORS);
    let narrow = random.one_in(2);
    let most = if narrow { u64::from(u32::MAX) } else { u64::MAX };
    let mask = if operator == Operator::MaskedEq { random.pick(&EDGES) & most } else { 0 };
    let value = random.pick(&EDGES) & if operator == Operator::MaskedEq { mask } else { most };
    let theirs = match operator {
        Operator::Ne => SeccompCmpOp::Ne,
        Operator::Lt => SeccompCmpOp::Lt,
        Operator::Le => SeccompCmpOp::Le,
        Operator::Eq => SeccompCmpOp::Eq,
        Operator::Ge => SeccompCmpOp::Ge,
        Operator::Gt => SeccompCmpOp::Gt,
        Operator::MaskedEq => SeccompCmpOp::MaskedEq(mask),
    };
    let (width, length) = match narrow {
        true => (Width::Bits32, SeccompCmpArgLen::Dword),
        false => (Width::Bits64, SeccompCmpArgLen::Qword),
    };
    let ours = Condition::new("test", index, operator, width, value, mask).unwrap();
    let index = u8::try_from(index).unwrap();
    (ours, SeccompCondition::new(index, length, theirs, value).unwrap())
}

#[test]
fn seccompiler_agrees() {
    let mut asked = 0;
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let mut policy = Policy::covering(Action::errno(1), [Arch::X86_64]);
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
        for (name, number) in [("read", 0), ("ioctl", 16), ("socket", 41)] {
            for _ in 0..=random.below(4) {
                let (ours, theirs): (Vec<_>, Vec<_>) =
                    (0..=random.below(2)).map(|_| condition(&mut random)).unzip();
                policy.add_rule(name, Rule::new(Action::ALLOW, ours)).unwrap();
                rules.entry(number).or_default().push(SeccompRule::new(theirs).unwrap());
            }
        }
        let theirs: BpfProgram = SeccompFilter::new(
            rules,
            SeccompAction::Errno(1),
            SeccompAction::Allow,
            TargetArch::x86_64,
        )
        .unwrap()
        .try_into()
        .unwrap();
        let theirs = theirs
            .iter()
            .map(|i| Instruction { code: i.code, jt: i.jt, jf: i.jf, k: i.k })
            .collect();
        let theirs = Program::new(theirs).unwrap();
        for nr in [0, 1, 16, 41] {
            for first in EDGES {
                for second in EDGES {
                    let call = call(Arch::X86_64, nr, [first, second, 0, 0, 0, 0]);
                    let wanted = evaluate(&policy, &call).to_raw();
                    assert_eq!(run(&theirs, &call, false).value, wanted, "seed {seed}: {call:x?}");
                    asked += 1;
                }
            }
        }
    }
    println!("{asked} calls compared");
}
