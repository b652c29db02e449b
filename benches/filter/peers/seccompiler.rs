//! seccompiler: one verdict for what rules match and one for the rest, on one architecture.

use super::{Work, as_program};
use crate::spec::{Ruled, Spec};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program};
use nucleus_seccomp::policy::{Condition, Operator, Width};
use nucleus_seccomp::syscall::Syscall;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::BTreeMap;
use std::hint::black_box;

/// What is allowed of the call of that name: for which arguments, or whatever they are.
pub struct Allowed {
    pub name: &'static str,
    pub rules: Vec<Vec<Condition>>,
}

impl Allowed {
    /// Nothing if all of it is refused.
    pub fn of(ruled: &Ruled) -> Option<Self> {
        let allows = |(action, conditions): (Action, Vec<Condition>)| {
            (action == Action::ALLOW).then_some(conditions)
        };
        let rules: Vec<_> = ruled.exclusive().rules.into_iter().filter_map(allows).collect();
        let name = ruled.call.name();
        (!rules.is_empty()).then_some(Self { name, rules })
    }

    /// To it, a call without rules is one that always matches.
    pub fn chain(&self) -> Vec<SeccompRule> {
        let conditions = self.rules.iter().filter(|conditions| !conditions.is_empty());
        let rule = |conditions: &Vec<Condition>| {
            SeccompRule::new(conditions.iter().map(in_their_words).collect()).unwrap()
        };
        conditions.map(rule).collect()
    }
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

/// The number by name. It has no table without its JSON reader, so ours serves.
pub fn number(name: &str, arch: Arch) -> Option<u32> {
    Syscall::named("bench", name).unwrap().number(arch)
}

/// Its program for the rules of calls by number, with EPERM for all else.
pub fn compile(rules: BTreeMap<i64, Vec<SeccompRule>>) -> Result<Vec<Instruction>, String> {
    let (no, yes) = (SeccompAction::Errno(1), SeccompAction::Allow);
    let filter = SeccompFilter::new(rules, no, yes, TargetArch::x86_64).unwrap();
    let program: BpfProgram = filter.try_into().map_err(|error| format!("{error}"))?;
    let ours =
        |i: seccompiler::sock_filter| Instruction { code: i.code, jt: i.jt, jf: i.jf, k: i.k };
    Ok(program.into_iter().map(ours).collect())
}

/// What it, or a bitmap of allowed calls, can't express of a policy.
pub fn left_out(spec: &Spec) -> Vec<String> {
    let default = Action::errno(1);
    let refuses = |ruled: &&Ruled| {
        let verdicts = ruled.cases.iter().map(|case| case.0).chain(ruled.otherwise);
        verdicts.into_iter().any(|action| action != Action::ALLOW && action != default)
    };
    let many = spec.calls.iter().filter(refuses).count();
    let mut left_out = Vec::new();
    if many > 0 || spec.default != default || spec.unknown.is_some() {
        left_out.push("with EPERM for all that is refused".into());
    }
    left_out
}

pub struct Seccompiler {
    calls: Vec<Allowed>,
    left_out: Vec<String>,
}

impl Seccompiler {
    pub fn new(spec: &Spec) -> Self {
        let mut left_out = left_out(spec);
        if spec.arches.len() > 1 {
            left_out.push("on x86_64 alone".into());
        }
        Self { calls: spec.calls.iter().filter_map(Allowed::of).collect(), left_out }
    }
}

impl Seccompiler {
    fn instructions(&self) -> Result<Vec<Instruction>, String> {
        let here = |call: &Allowed| {
            let number = number(call.name, Arch::X86_64)?;
            Some((i64::from(number), call.chain()))
        };
        compile(self.calls.iter().filter_map(here).collect())
    }
}

impl Work for Seccompiler {
    fn make(&self) -> Result<(), String> {
        self.instructions().map(|instructions| drop(black_box(instructions)))
    }

    fn program(&self) -> Result<Program, String> {
        as_program("seccompiler", self.instructions()?)
    }

    fn left_out(&self) -> Option<String> {
        (!self.left_out.is_empty()).then(|| self.left_out.join("; "))
    }
}
