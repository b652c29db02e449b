//! Audits: what a policy refuses is let through and logged.

use crate::cases::{Random, call, interesting_args};
use crate::harden::{ALLOW, EPERM, KILL, about_checked_calls, checked};
use nucleus_seccomp::action::{Action, Kind};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::{Policy, Rule, evaluate};
use nucleus_seccomp::prove::{compare_policies, prove};

#[test]
fn an_audit_refuses_nothing_and_logs_what_was_refused() {
    let mut handed_over = 0;
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let policy = about_checked_calls(&mut random);
        let mut audited = policy.clone();
        audited.audit();
        prove(&audited, compile(&audited).unwrap()).unwrap();
        assert_eq!(compare_policies(&audited, &policy).unwrap().stricter, None, "seed {seed}");
        let mut twice = audited.clone();
        twice.audit();
        assert_eq!(twice, audited, "seed {seed}: twice is once");
        let arches = policy.arches().chain([Arch::Sh]);
        for (arch, named) in arches.flat_map(|arch| checked().map(move |named| (arch, named))) {
            let nr = named.number(arch).unwrap_or(700).cast_signed();
            for args in interesting_args(&policy, nr, arch, &mut random) {
                let asked = call(arch, nr, args);
                let (before, after) = (evaluate(&policy, &asked), evaluate(&audited, &asked));
                match after.kind() {
                    _ if !before.refuses() => assert_eq!(after, before, "seed {seed}: {asked}"),
                    // A listener's or a tracer's rule spoke of it, too.
                    Kind::Notify | Kind::Trace => handed_over += 1,
                    _ => assert_eq!(after, Action::LOG, "seed {seed}: {asked}"),
                }
            }
        }
    }
    assert!(handed_over > 0, "that is tried");
}

#[test]
fn everything_that_can_refuse_is_audited() {
    let mut policy = Policy::covering(KILL, [Arch::X86_64]);
    policy.attributes_mut().unknown = Some(Action::errno(38));
    policy.deny("write").unwrap();
    let rules = [
        ("open", EPERM),
        ("close", Action::trap(7)),
        ("stat", Action::KILL_THREAD),
        ("fstat", Action::NOTIFY),
        ("lstat", Action::trace(7)),
        ("poll", ALLOW),
    ];
    for (name, action) in rules {
        policy.add_rule(name, Rule::new(action, [])).unwrap();
    }
    let mut limited = Policy::covering(ALLOW, [Arch::X86_64]);
    limited.deny("read").unwrap();
    policy.allow("read").unwrap();
    policy.intersect(&limited).unwrap();
    policy.audit();
    policy.deny("lseek").unwrap();
    let x86_64 = |nr| call(Arch::X86_64, nr, [0; 6]);
    let cases = [
        ("by the default", x86_64(100), Action::LOG),
        ("a skipped call", x86_64(-1), Action::LOG),
        ("newer than the author", x86_64(1000), Action::LOG),
        ("of another architecture", call(Arch::X86, 1, [0; 6]), Action::LOG),
        ("denied", x86_64(1), Action::LOG),
        ("denied later", x86_64(8), Action::LOG),
        ("denied by what it was intersected with", x86_64(0), Action::LOG),
        ("an errno", x86_64(2), Action::LOG),
        ("a trap", x86_64(3), Action::LOG),
        ("a killed thread", x86_64(4), Action::LOG),
        ("a listener's", x86_64(5), Action::NOTIFY),
        ("a tracer's", x86_64(6), Action::trace(7)),
        ("allowed", x86_64(7), ALLOW),
    ];
    for (why, asked, expected) in cases {
        assert_eq!(evaluate(&policy, &asked), expected, "{why}");
    }
}
