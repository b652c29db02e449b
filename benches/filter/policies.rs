//! The policies that are measured.

use crate::spec::{Spec, equals};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width};
use nucleus_seccomp::syscall::Syscall;
use serde::Deserialize;

/// The built-in policy in its usual mode, rule by rule.
pub fn built_in() -> Spec {
    let mut policy = Policy::new(Action::KILL_PROCESS);
    builtin::add_to(&mut policy, Modes::default()).unwrap();
    Spec::of("built-in", &policy)
}

/// As much of an OCI profile (config-linux.md, "Seccomp") as the one here uses.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Profile {
    default_action: String,
    default_errno_ret: u16,
    architectures: Vec<String>,
    syscalls: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    names: Vec<String>,
    action: String,
    errno_ret: Option<u16>,
    #[serde(default)]
    args: Vec<Argument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Argument {
    index: u32,
    value: u64,
    value_two: Option<u64>,
    op: String,
}

pub const CONTAINER: &str = include_str!("container.json");

/// A profile in the manner of container runtimes: some four hundred names on three architectures,
/// EPERM for the rest, a few checks of arguments.
pub fn container() -> Spec {
    let profile: Profile = serde_json::from_str(CONTAINER).unwrap();
    let action = |name: &str, errno: Option<u16>| match name {
        "SCMP_ACT_ALLOW" => Action::ALLOW,
        "SCMP_ACT_ERRNO" => Action::errno(errno.unwrap()),
        other => panic!("container.json: {other}"),
    };
    let arch = |name: &String| match name.as_str() {
        "SCMP_ARCH_X86_64" => Arch::X86_64,
        "SCMP_ARCH_X86" => Arch::X86,
        "SCMP_ARCH_X32" => Arch::X32,
        other => panic!("container.json: {other}"),
    };
    let arches: Vec<Arch> = profile.architectures.iter().map(arch).collect();
    let default = action(&profile.default_action, Some(profile.default_errno_ret));
    let mut spec = Spec::new("container", default, &arches);
    for entry in &profile.syscalls {
        for name in &entry.names {
            let call = Syscall::named("container.json", name).unwrap();
            let conditions = entry.args.iter().map(Argument::condition).collect();
            spec.add(call, action(&entry.action, entry.errno_ret), conditions);
        }
    }
    spec
}

impl Argument {
    fn condition(&self) -> Condition {
        // The profile's value is the mask there, and its second one the value.
        let (operator, value, mask) = match self.op.as_str() {
            "SCMP_CMP_EQ" => (Operator::Eq, self.value, 0),
            "SCMP_CMP_NE" => (Operator::Ne, self.value, 0),
            "SCMP_CMP_MASKED_EQ" => (Operator::MaskedEq, self.value_two.unwrap(), self.value),
            other => panic!("container.json: {other}"),
        };
        Condition::new("container.json", self.index, operator, Width::Bits64, value, mask).unwrap()
    }
}

/// `count` values of one argument of one call, far from each other.
pub fn values(count: u64) -> Spec {
    values_by(count, &format!("{count} values"), |value| value * 7919)
}

/// The same where the kernel takes an `int`: the low half alone is compared.
pub fn ints(count: u64) -> Spec {
    let mut spec = values(count);
    spec.name = format!("{count} ints");
    for (_, conditions) in &mut spec.calls[0].cases {
        let value = conditions[0].value();
        let is = Condition::new("ioctl", 1, Operator::Eq, Width::Bits32, value, 0);
        conditions[0] = is.unwrap();
    }
    spec
}

/// `count` values of one argument in a hundred runs of neighbours.
pub fn runs(count: u64) -> Spec {
    values_by(count, &format!("{count} in runs"), |value| (value % 100) * 7919 + value / 100)
}

fn values_by(count: u64, name: &str, value: impl Fn(u64) -> u64) -> Spec {
    let mut spec = Spec::new(name, Action::errno(1), &[Arch::X86_64]);
    let call = Syscall::named("bench", "ioctl").unwrap();
    for place in 0..count {
        spec.add(call, Action::ALLOW, vec![equals(1, value(place))]);
    }
    spec
}

/// `count` rules, each on an argument of a call of its own as far as there are calls: five
/// architectures have enough numbers for two thousand.
pub fn calls(count: usize) -> Policy {
    const ARCHES: [Arch; 5] = [Arch::X86_64, Arch::X86, Arch::Arm, Arch::Ppc64le, Arch::Mipsel];
    let mut policy = Policy::covering(Action::errno(1), ARCHES);
    let numbers = ARCHES.iter().flat_map(|arch| {
        Syscall::all().filter_map(|call| Some((*arch, call.number(*arch)?.cast_signed())))
    });
    for (value, (arch, nr)) in (0..).zip(numbers.take(count)) {
        let subject = Subject::numbered("bench", arch, nr).unwrap();
        let is = Condition::new("call", 0, Operator::Eq, Width::Bits32, value % 7, 0).unwrap();
        policy.add_rule_for(subject, Rule::new(Action::ALLOW, [is])).unwrap();
    }
    policy
}
