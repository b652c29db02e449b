//! The built-in policy's checks in the place of unconditional allows, and audits.

use crate::cases::{
    Random, built_in_on, call, interesting_args, random_policy_on, random_rule, random_subject,
};
use nucleus_seccomp::action::{Action, Kind};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::error;
use nucleus_seccomp::policy::builtin::{ARCHES, CHECKED, Modes, PAST_CHECKS, harden};
use nucleus_seccomp::policy::levels::{self, Level};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width, evaluate};
use nucleus_seccomp::prove::{Order, Runs, compare_policies, prove, runs};
use nucleus_seccomp::syscall::{Newest, Syscall};

const KILL: Action = Action::KILL_PROCESS;
const EPERM: Action = Action::errno(1);
const ALLOW: Action = Action::ALLOW;
const NETWORK: Modes = Modes { network: true, strict: false, jit: false };

fn checked() -> impl Iterator<Item = Syscall> {
    CHECKED.iter().map(|check| check.call).chain(PAST_CHECKS.iter().copied())
}

/// A policy that says much of the calls that are checked, by name and by number.
fn about_checked_calls(random: &mut Random) -> Policy {
    let arches: Vec<Arch> = (0..=random.below(3)).map(|_| random.pick(&ARCHES)).collect();
    let mut policy = random_policy_on(random, &arches, 10);
    let names: Vec<&str> = checked().map(Syscall::name).collect();
    for _ in 0..random.below(60) {
        let name = random.pick(&names);
        let subject = random_subject(random, name, &arches);
        let rule = if random.one_in(3) { Rule::new(ALLOW, []) } else { random_rule(random) };
        policy.add_rule_for(subject, rule).unwrap();
    }
    if random.one_in(4) {
        policy.deny(random.pick(&names)).unwrap();
    }
    if random.one_in(8) && policy.layers().count() == 1 {
        policy.merge(&policy.clone()).unwrap();
    }
    policy
}

#[test]
fn hardening_never_makes_a_policy_weaker_and_twice_is_once() {
    let (mut stricter, mut refused) = (0, 0);
    for seed in 0..1500 {
        let mut random = Random::new(seed);
        let policy = about_checked_calls(&mut random);
        let mut hardened = policy.clone();
        let Ok(report) = harden(&mut hardened) else {
            assert!(policy.attributes().bad_arch.kind() >= Kind::Log, "seed {seed}");
            assert_eq!(hardened, policy, "seed {seed}: nothing was changed");
            refused += 1;
            continue;
        };
        let comparison = compare_policies(&hardened, &policy).unwrap();
        assert_eq!(comparison.looser, None, "seed {seed}: {report:?}");
        stricter += usize::from(comparison.order() == Order::Stricter);
        prove(&hardened, compile(&hardened).unwrap()).unwrap();
        let once = hardened.clone();
        assert_eq!(harden(&mut hardened).unwrap(), [], "seed {seed}: once more");
        assert_eq!(hardened, once, "seed {seed}: once more");
    }
    println!("1500 policies: {stricter} became stricter, none looser; {refused} refused");
    assert!(stricter > 500 && refused > 100, "{stricter} {refused}");
}

/// Whatever the source, the calls that it allowed as a whole mean then what the built-in policy says.
#[test]
fn checked_calls_get_the_verdicts_of_the_built_in_policy() {
    type Source = fn(&mut Policy);
    let named: Source = |policy| checked().for_each(|call| policy.allow(call.name()).unwrap());
    let sources: [(&str, Action, Source); 5] = [
        ("single allows", KILL, named),
        ("the widest level", KILL, |policy| {
            levels::add_to(policy, Level::Unrestricted).unwrap();
        }),
        ("the default", ALLOW, |_| ()),
        ("numbers", KILL, |policy| {
            let arches: Vec<Arch> = policy.arches().collect();
            for (arch, call) in arches.iter().flat_map(|arch| checked().map(move |c| (*arch, c))) {
                let Some(number) = call.number(arch) else { continue };
                let subject = Subject::numbered("test", arch, number.cast_signed()).unwrap();
                policy.add_rule_for(subject, Rule::new(ALLOW, [])).unwrap();
            }
        }),
        ("the built-in policy, lifted", KILL, |policy| {
            nucleus_seccomp::policy::builtin::add_to(policy, NETWORK).unwrap();
            checked().for_each(|call| policy.allow(call.name()).unwrap());
        }),
    ];
    let wanted = built_in_on(NETWORK, &ARCHES);
    let mut random = Random::new(5);
    for (source, default, fill) in sources {
        let mut policy = Policy::covering(default, ARCHES);
        fill(&mut policy);
        let before = policy.clone();
        harden(&mut policy).unwrap();
        for (arch, named) in ARCHES.iter().flat_map(|arch| checked().map(move |c| (*arch, c))) {
            let Some(nr) = named.number(arch).map(u32::cast_signed) else { continue };
            for args in interesting_args(&wanted, nr, arch, &mut random) {
                let asked = call(arch, nr, args);
                let expected = match (evaluate(&before, &asked), evaluate(&wanted, &asked)) {
                    // What is fatal is EPERM where the default lets calls run.
                    (ALLOW, KILL) if default == ALLOW => EPERM,
                    (ALLOW, checked) => checked,
                    (before, _) => before,
                };
                assert_eq!(evaluate(&policy, &asked), expected, "{source}: {asked}");
            }
        }
        let open = runs(&policy, Arch::X86_64).unwrap();
        let open = open.iter().filter(|(call, how)| {
            *how == Runs::Always && checked().any(|checked| checked == *call)
        });
        assert_eq!(open.count(), 0, "{source}");
    }
}

fn is(call: &str, index: u32, value: u64) -> Condition {
    Condition::new(call, index, Operator::Eq, Width::Bits64, value, 0).unwrap()
}

const NEWUSER: u64 = 0x1000_0000;

/// A filter on x86_64 that says something of clone and is hardened; a clone with a new namespace, and
/// one without.
#[test]
fn what_hardening_leaves_alone_and_what_comes_after_it() {
    type Say = fn(&mut Policy);
    let allow: Say = |p| p.allow("clone").unwrap();
    let nothing: Say = |_| ();
    let cases: [(&str, Say, Say, Action, Action); 12] = [
        ("allowed", allow, nothing, KILL, ALLOW),
        ("denied", |p| p.deny("clone").unwrap(), nothing, KILL, KILL),
        ("not spoken of", nothing, nothing, KILL, KILL),
        ("allowed later for the first time", nothing, allow, ALLOW, ALLOW),
        ("allowed later once more", allow, allow, KILL, ALLOW),
        (
            "forgotten, and allowed",
            allow,
            |p| {
                p.remove_rules("clone").unwrap();
                p.allow("clone").unwrap();
            },
            ALLOW,
            ALLOW,
        ),
        (
            "allowed under a condition of its own",
            |p| {
                let rule = Rule::new(ALLOW, [is("clone", 0, NEWUSER)]);
                p.add_rule("clone", rule).unwrap();
            },
            nothing,
            ALLOW,
            KILL,
        ),
        (
            "and as a whole",
            |p| {
                p.add_rule("clone", Rule::new(ALLOW, [is("clone", 0, NEWUSER)])).unwrap();
                p.allow("clone").unwrap();
            },
            nothing,
            ALLOW,
            ALLOW,
        ),
        (
            "logged goes on to be logged",
            |p| p.add_rule("clone", Rule::new(Action::LOG, [])).unwrap(),
            nothing,
            KILL,
            Action::LOG,
        ),
        (
            "soft rules stay in force",
            |p| {
                p.add_rule("clone", Rule::soft(ALLOW, [])).unwrap();
                p.add_rule("clone", Rule::soft(EPERM, [is("clone", 0, 0)])).unwrap();
            },
            nothing,
            KILL,
            EPERM,
        ),
        (
            "a listener's",
            |p| p.add_rule("clone", Rule::new(Action::NOTIFY, [])).unwrap(),
            nothing,
            Action::NOTIFY,
            Action::NOTIFY,
        ),
        (
            "a tracer's",
            |p| p.add_rule("clone", Rule::new(Action::trace(1), [])).unwrap(),
            nothing,
            Action::trace(1),
            Action::trace(1),
        ),
    ];
    for (why, before, after, with_namespace, without) in cases {
        let mut policy = Policy::covering(KILL, [Arch::X86_64]);
        before(&mut policy);
        harden(&mut policy).unwrap();
        after(&mut policy);
        let verdict = |flags| evaluate(&policy, &call(Arch::X86_64, 56, [flags, 0, 0, 0, 0, 0]));
        assert_eq!(verdict(NEWUSER), with_namespace, "{why}: with a namespace");
        assert_eq!(verdict(0), without, "{why}: without");
    }
}

#[test]
fn the_report_has_a_line_for_each_call_that_changed() {
    let mut policy = Policy::covering(KILL, [Arch::X86_64, Arch::Aarch64]);
    for name in ["clone", "clone3", "mmap", "read", "ioctl", "keyctl"] {
        policy.allow(name).unwrap();
    }
    policy.deny("ioctl").unwrap();
    let of_number = Subject::numbered("test", Arch::Aarch64, 198).unwrap(); // socket
    policy.add_rule_for(of_number, Rule::new(ALLOW, [])).unwrap();
    let report: Vec<String> =
        harden(&mut policy).unwrap().iter().map(ToString::to_string).collect();
    let expected = [
        "clone: runs with some arguments, else kill process",
        "mmap: errno 13 with some arguments, else runs",
        "socket on aarch64: runs with some arguments, else errno 97",
        "keyctl: kill process",
        "clone3: errno 38",
    ];
    assert_eq!(report, expected);
}

#[test]
fn hardening_is_refused_where_it_would_leave_something_unchecked() {
    let cases: [(&str, fn(&mut Policy), &str); 4] = [
        ("x32", |p| p.add_arch(Arch::X32).unwrap(), "x32"),
        (
            "s390x, where clone's flags stand elsewhere",
            |p| p.add_arch(Arch::S390x).unwrap(),
            "s390x",
        ),
        ("foreign calls run", |p| p.attributes_mut().bad_arch = ALLOW, "get allow"),
        ("audited", Policy::audit, "get log"),
    ];
    for (why, change, says) in cases {
        let mut policy = Policy::covering(KILL, [Arch::X86_64]);
        policy.allow("clone").unwrap();
        change(&mut policy);
        let before = policy.clone();
        let error = harden(&mut policy).unwrap_err();
        assert_eq!(error.kind(), error::Kind::Unsupported, "{why}");
        let message = error.to_string();
        assert!(message.starts_with("harden: ") && message.contains(says), "{why}: {message}");
        assert_eq!(policy, before, "{why}");
    }
    let mut policy = Policy::covering(KILL, [Arch::X86_64]);
    harden(&mut policy).unwrap();
    assert!(policy.add_arch(Arch::S390x).unwrap_err().to_string().contains("s390x"));
}

/// What was allowed on one architecture is not, for the sake of its checks, allowed on the next.
#[test]
fn an_architecture_that_is_covered_later() {
    type Say = fn(&mut Policy);
    let of_number = |policy: &mut Policy| {
        let subject = Subject::numbered("test", Arch::X86_64, 56).unwrap();
        policy.add_rule_for(subject, Rule::new(ALLOW, [])).unwrap();
    };
    let cases: [(&str, Action, Say, Action, Action); 4] = [
        ("allowed by name", KILL, |p| p.allow("clone").unwrap(), KILL, ALLOW),
        ("allowed by number", KILL, of_number, KILL, KILL),
        (
            "allowed as if it were newer than the author",
            KILL,
            |p| {
                p.attributes_mut().unknown = Some(ALLOW);
                p.attributes_mut().newest = Newest::Number(55);
            },
            // There it has number 220, which is newer, too.
            ALLOW,
            ALLOW,
        ),
        ("allowed by the default", ALLOW, |_| (), EPERM, ALLOW),
    ];
    for (why, default, say, with_namespace, without) in cases {
        let mut policy = Policy::covering(default, [Arch::X86_64]);
        say(&mut policy);
        harden(&mut policy).unwrap();
        policy.add_arch(Arch::Riscv64).unwrap();
        let verdict = |flags| evaluate(&policy, &call(Arch::Riscv64, 220, [flags, 0, 0, 0, 0, 0]));
        assert_eq!(verdict(NEWUSER), with_namespace, "{why}: with a namespace");
        assert_eq!(verdict(0), without, "{why}: without");
    }
}

// ---- audits ----

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
