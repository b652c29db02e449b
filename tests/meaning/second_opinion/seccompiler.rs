//! seccompiler: one verdict for what rules match and one for what they don't, on one of three
//! architectures, with all our comparisons in both widths. It knows no x32: such numbers are to it
//! some numbers without rules.

use super::{Judge, Tally};
use crate::cases::{Random, random_condition};
use ::seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width};
use std::collections::BTreeMap;

/// Where rules are for, and what else is covered to say what seccompiler says.
const TARGETS: [(TargetArch, Arch, &[Arch]); 3] = [
    (TargetArch::x86_64, Arch::X86_64, &[Arch::X32]),
    (TargetArch::aarch64, Arch::Aarch64, &[]),
    (TargetArch::riscv64, Arch::Riscv64, &[]),
];

const NUMBERS: [i32; 8] = [0, 1, 2, 41, 63, 280, 1023, 0x3fff_ffff];

/// Both forms of every verdict there is.
fn verdicts() -> [(Action, SeccompAction); 8] {
    [
        (Action::KILL_PROCESS, SeccompAction::KillProcess),
        (Action::KILL_THREAD, SeccompAction::KillThread),
        (Action::trap(0), SeccompAction::Trap),
        (Action::errno(1), SeccompAction::Errno(1)),
        (Action::errno(38), SeccompAction::Errno(38)),
        (Action::trace(3), SeccompAction::Trace(3)),
        (Action::LOG, SeccompAction::Log),
        (Action::ALLOW, SeccompAction::Allow),
    ]
}

fn in_their_words(condition: &Condition) -> SeccompCondition {
    let operator = match condition.operator() {
        Operator::Ne => SeccompCmpOp::Ne,
        Operator::Lt => SeccompCmpOp::Lt,
        Operator::Le => SeccompCmpOp::Le,
        Operator::Eq => SeccompCmpOp::Eq,
        Operator::Ge => SeccompCmpOp::Ge,
        Operator::Gt => SeccompCmpOp::Gt,
        Operator::MaskedEq => SeccompCmpOp::MaskedEq(condition.mask()),
    };
    let length = match condition.width() {
        Width::Bits32 => SeccompCmpArgLen::Dword,
        Width::Bits64 => SeccompCmpArgLen::Qword,
    };
    SeccompCondition::new(condition.index(), length, operator, condition.value()).unwrap()
}

pub fn as_ours(theirs: &BpfProgram) -> Program {
    let instruction =
        |i: &::seccompiler::sock_filter| Instruction { code: i.code, jt: i.jt, jf: i.jf, k: i.k };
    Program::new(theirs.iter().map(instruction).collect()).unwrap()
}

/// The same rules in both forms.
fn random_policy(random: &mut Random) -> (Policy, Program) {
    let (target, arch, besides) = TARGETS[random.below(TARGETS.len())];
    let verdicts = verdicts();
    let default = random.below(verdicts.len());
    // It refuses rules whose verdict is the default.
    let matched = (default + 1 + random.below(verdicts.len() - 1)) % verdicts.len();
    let (default, matched) = (verdicts[default].clone(), verdicts[matched].clone());

    let mut policy = Policy::covering(default.0, besides.iter().copied().chain([arch]));
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for number in NUMBERS {
        if random.one_in(2) {
            continue;
        }
        let subject = Subject::numbered("test", arch, number).unwrap();
        let theirs = rules.entry(number.into()).or_default();
        // To it, a call without rules is one that always matches.
        let count = random.below(5);
        if count == 0 {
            policy.add_rule_for(subject, Rule::new(matched.0, [])).unwrap();
        }
        for _ in 0..count {
            let conditions: Vec<Condition> =
                (0..=random.below(4)).map(|_| random_condition(random)).collect();
            let in_theirs = conditions.iter().map(in_their_words).collect();
            theirs.push(SeccompRule::new(in_theirs).unwrap());
            policy.add_rule_for(subject, Rule::new(matched.0, conditions)).unwrap();
        }
    }
    let filter = SeccompFilter::new(rules, default.1, matched.1, target).unwrap();
    (policy, as_ours(&filter.try_into().unwrap()))
}

#[test]
fn seccompilers_programs_mean_our_policy() {
    const POLICIES: u64 = 1000;
    let mut tally = Tally::default();
    for seed in 0..POLICIES {
        let (policy, theirs) = random_policy(&mut Random::new(seed));
        let mut judge = Judge::new(policy, format!("seed {seed}"));
        assert!(judge.judge(&theirs, &mut tally), "seed {seed}: refuted\n{theirs:?}");
    }
    println!("seccompiler: {POLICIES} policies, {tally}");
}
