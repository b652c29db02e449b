//! The built-in policy's checks for whatever another policy lets run.

use crate::cases::{
    NARROW_ARGUMENTS, Random, built_in_on, call, interesting_args, random_policy_on, random_rule,
    random_subject,
};
use nucleus_seccomp::action::{Action, Kind};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::error;
use nucleus_seccomp::policy::builtin::{
    self, ARCHES, CHECKED, HARDENED, Modes, NARROW, PAST_CHECKS, harden,
};
use nucleus_seccomp::policy::levels::{self, Level};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width, evaluate};
use nucleus_seccomp::prove::{Order, Runs, compare_policies, prove, runs};
use nucleus_seccomp::syscall::Syscall;

pub const KILL: Action = Action::KILL_PROCESS;
pub const EPERM: Action = Action::errno(1);
pub const ALLOW: Action = Action::ALLOW;
pub const NETWORK: Modes = Modes { network: true, strict: false, jit: false };

/// What is checked on every architecture.
pub fn checked() -> impl Iterator<Item = Syscall> {
    CHECKED.iter().map(|check| check.call).chain(PAST_CHECKS.iter().copied())
}

/// And what is checked on some.
pub fn checked_somewhere() -> impl Iterator<Item = Syscall> {
    checked().chain(NARROW.iter().map(|narrow| narrow.check.call))
}

/// A policy that says much of the calls that are checked, by name and by number.
pub fn about_checked_calls(random: &mut Random) -> Policy {
    let arches: Vec<Arch> = (0..=random.below(4)).map(|_| random.pick(&HARDENED)).collect();
    let mut policy = random_policy_on(random, &arches, 10);
    let names: Vec<&str> = checked_somewhere().map(Syscall::name).collect();
    for _ in 0..random.below(60) {
        let name = random.pick(&names);
        let subject = random_subject(random, name, &arches);
        let rule = match random.below(6) {
            0 | 1 => Rule::new(ALLOW, []),
            2 => about_a_part(random, name),
            _ => random_rule(random),
        };
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

/// A rule for one of the calls that socketcall and ipc hand on to, as profiles have it.
fn about_a_part(random: &mut Random, name: &str) -> Rule {
    let which = random.pick(&[1, 2, 8, 21, 0x1_0015]);
    let condition = match random.below(3) {
        0 => Condition::new(name, 0, Operator::MaskedEq, Width::Bits32, which & 0xffff, 0xffff),
        1 => Condition::new(name, 0, Operator::Eq, Width::Bits64, which, 0),
        _ => Condition::new(name, 0, Operator::Le, Width::Bits32, which, 0),
    };
    let rule = if random.one_in(4) { Rule::soft } else { Rule::new };
    rule(random.pick(&[ALLOW, ALLOW, Action::LOG, EPERM]), [condition.unwrap()])
}

#[test]
fn hardening_never_makes_a_policy_weaker_and_twice_is_once() {
    let (mut stricter, mut refused) = (0, 0);
    for seed in 0..1500 {
        let mut random = Random::new(seed);
        let policy = about_checked_calls(&mut random);
        let mut hardened = policy.clone();
        let Ok(report) = harden(&mut hardened, NETWORK) else {
            assert!(policy.attributes().bad_arch.kind() >= Kind::Log, "seed {seed}");
            assert_eq!(hardened, policy, "seed {seed}: nothing was changed");
            refused += 1;
            continue;
        };
        let comparison = compare_policies(&hardened, &policy).unwrap();
        assert_eq!(comparison.looser, None, "seed {seed}: {report:?}");
        stricter += usize::from(comparison.order() == Order::Stricter);
        prove(&hardened, compile(&hardened).unwrap()).unwrap();
        nothing_unchecked_runs(&mut random, &hardened, seed);
        let once = hardened.clone();
        assert_eq!(harden(&mut hardened, NETWORK).unwrap(), [], "seed {seed}: once more");
        assert_eq!(hardened, once, "seed {seed}: once more");
    }
    println!("1500 policies: {stricter} became stricter, none looser; {refused} refused");
    assert!(stricter > 500 && refused > 100, "{stricter} {refused}");
}

/// What the checks refuse by themselves, a hardened policy does not let run, whatever its rules are.
fn nothing_unchecked_runs(random: &mut Random, hardened: &Policy, seed: u64) {
    let mut checks = Policy::covering(ALLOW, hardened.arches());
    harden(&mut checks, NETWORK).unwrap();
    for name in checked_somewhere().map(Syscall::name) {
        let syscall = Syscall::named("test", name).unwrap();
        for arch in hardened.arches() {
            let Some(number) = syscall.number(arch) else { continue };
            let nr = number.cast_signed();
            for args in interesting_args(hardened, nr, arch, random) {
                let asked = call(arch, nr, args);
                if evaluate(&checks, &asked).refuses() {
                    let verdict = evaluate(hardened, &asked);
                    let runs = [Kind::Allow, Kind::Log].contains(&verdict.kind());
                    assert!(!runs, "seed {seed}: {asked} gets {verdict}");
                }
            }
        }
    }
}

/// Whatever the source, the calls that it allowed as a whole mean then what the built-in policy says.
#[test]
fn checked_calls_get_the_verdicts_of_the_built_in_policy() {
    type Source = fn(&mut Policy);
    let named: Source = |policy| checked().for_each(|call| policy.allow(call.name()).unwrap());
    let sources: [(&str, Action, &[Arch], Source); 5] = [
        ("single allows", KILL, &HARDENED, named),
        ("the widest level", KILL, &HARDENED, |policy| {
            levels::add_to(policy, Level::Unrestricted).unwrap();
        }),
        ("the default", ALLOW, &HARDENED, |_| ()),
        ("numbers", KILL, &HARDENED, |policy| {
            let arches: Vec<Arch> = policy.arches().collect();
            for (arch, call) in arches.iter().flat_map(|arch| checked().map(move |c| (*arch, c))) {
                let Some(number) = call.number(arch) else { continue };
                let subject = Subject::numbered("test", arch, number.cast_signed()).unwrap();
                policy.add_rule_for(subject, Rule::new(ALLOW, [])).unwrap();
            }
        }),
        ("the built-in policy, lifted", KILL, &ARCHES, |policy| {
            builtin::add_to(policy, NETWORK).unwrap();
            checked().for_each(|call| policy.allow(call.name()).unwrap());
        }),
    ];
    let wanted = built_in_on(NETWORK, &[Arch::X86_64]);
    let mut random = Random::new(5);
    for (source, default, arches, fill) in sources {
        let mut policy = Policy::covering(default, arches.iter().copied());
        fill(&mut policy);
        let before = policy.clone();
        harden(&mut policy, NETWORK).unwrap();
        for (arch, named) in arches.iter().flat_map(|arch| checked().map(move |c| (*arch, c))) {
            let Some(nr) = named.number(arch).map(u32::cast_signed) else { continue };
            if NARROW.iter().any(|narrow| narrow.is_for(named, arch)) {
                continue;
            }
            let there = named.number(Arch::X86_64).unwrap().cast_signed();
            for args in interesting_args(&wanted, there, Arch::X86_64, &mut random) {
                let asked = call(arch, nr, args);
                let taken = match NARROW_ARGUMENTS.contains(&arch) {
                    true => args.map(|arg| arg & u64::from(u32::MAX)),
                    false => args,
                };
                let said = evaluate(&wanted, &call(Arch::X86_64, there, taken));
                let expected = match (evaluate(&before, &asked), said) {
                    // What is fatal is EPERM where the default lets calls run.
                    (ALLOW, KILL) if default == ALLOW => EPERM,
                    (ALLOW, checked) => checked,
                    (before, _) => before,
                };
                assert_eq!(evaluate(&policy, &asked), expected, "{source}: {asked}");
            }
        }
        for arch in arches {
            let open = runs(&policy, *arch).unwrap();
            let open = open.iter().filter(|(call, how)| {
                *how == Runs::Always && checked_somewhere().any(|checked| checked == *call)
            });
            assert_eq!(open.count(), 0, "{source}, {arch}");
        }
    }
}

fn is(call: &str, index: u32, value: u64) -> Condition {
    Condition::new(call, index, Operator::Eq, Width::Bits64, value, 0).unwrap()
}

pub const NEWUSER: u64 = 0x1000_0000;

/// A filter on x86_64 that says something of clone and is hardened; a clone with a new namespace, and
/// one without.
#[test]
fn what_hardening_leaves_alone_and_what_comes_after_it() {
    type Say = fn(&mut Policy);
    let allow: Say = |p| p.allow("clone").unwrap();
    let nothing: Say = |_| ();
    let cases: [(&str, Say, Say, Action, Action); 13] = [
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
            KILL,
            KILL,
        ),
        (
            "and as a whole",
            |p| {
                p.add_rule("clone", Rule::new(ALLOW, [is("clone", 0, NEWUSER)])).unwrap();
                p.allow("clone").unwrap();
            },
            nothing,
            KILL,
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
            "soft rules of another call are not its own",
            |p| {
                p.add_rule("clone", Rule::soft(ALLOW, [])).unwrap();
                p.add_rule("read", Rule::soft(EPERM, [is("read", 0, 0)])).unwrap();
            },
            nothing,
            KILL,
            ALLOW,
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
        harden(&mut policy, NETWORK).unwrap();
        after(&mut policy);
        let verdict = |flags| evaluate(&policy, &call(Arch::X86_64, 56, [flags, 0, 0, 0, 0, 0]));
        assert_eq!(verdict(NEWUSER), with_namespace, "{why}: with a namespace");
        assert_eq!(verdict(0), without, "{why}: without");
    }
}

/// Rules that let calls run for some arguments: what is refused is taken out of them, and no more.
#[test]
fn what_is_checked_holds_within_a_rule_with_conditions() {
    const EAFNOSUPPORT: Action = Action::errno(97);
    let mut policy = Policy::covering(KILL, [Arch::X86_64]);
    policy.add_rule("mmap", Rule::new(ALLOW, [is("mmap", 3, 2)])).unwrap();
    let is_not =
        |value| Condition::new("socket", 2, Operator::Ne, Width::Bits32, value, 0).unwrap();
    policy.add_rule("socket", Rule::new(ALLOW, (1..=20).map(is_not))).unwrap();
    harden(&mut policy, NETWORK).unwrap();
    let (read, executable) = (1, 4);
    for (why, number, args, expected) in [
        ("memory to read", 9, [0, 4096, read, 2, 0, 0], ALLOW),
        ("memory to write and execute", 9, [0, 4096, 2 | executable, 2, 0, 0], Action::errno(13)),
        ("mapped otherwise", 9, [0, 4096, read, 1, 0, 0], KILL),
        ("a socket of this machine", 41, [1, 1, 0, 0, 0, 0], ALLOW),
        ("of a family that is refused", 41, [77, 1, 0, 0, 0, 0], EAFNOSUPPORT),
        ("with a protocol that is refused", 41, [1, 1, 20, 0, 0, 0], KILL),
    ] {
        assert_eq!(evaluate(&policy, &call(Arch::X86_64, number, args)), expected, "{why}");
    }
}

#[test]
fn the_report_has_one_line_for_a_call_with_several_rules() {
    let rule = || Rule::new(ALLOW, [is("clone", 1, 5)]);
    for (why, others, is_whole, lines) in [
        ("a rule with conditions", &[][..], false, 1),
        ("beside another call", &["keyctl"], false, 1),
        ("beside a rule for the whole call", &[], true, 1),
        ("all of that", &["keyctl"], true, 1),
    ] {
        let mut policy = Policy::covering(KILL, [Arch::X86_64]);
        policy.add_rule("clone", rule()).unwrap();
        others.iter().for_each(|call| policy.allow(call).unwrap());
        if is_whole {
            policy.allow("clone").unwrap();
        }
        let report = harden(&mut policy, NETWORK).unwrap();
        let of_clone = report.iter().filter(|line| line.to_string().starts_with("clone:"));
        assert_eq!(of_clone.count(), lines, "{why}: {report:?}");
    }
}

/// How many rules with conditions come of one that allows clone: none that no call could match.
#[test]
fn rules_that_ask_for_what_is_refused_are_not_added() {
    use Operator::{Eq, Ge, MaskedEq};
    use Width::{Bits32, Bits64};
    let of_flags = |operator, width, value, mask| {
        Condition::new("clone", 0, operator, width, value, mask).unwrap()
    };
    let cases = [
        ("all of the flags", of_flags(Eq, Bits64, NEWUSER, 0), 0),
        ("all that the kernel looks at", of_flags(Eq, Bits32, NEWUSER | 17, 0), 0),
        ("that flag", of_flags(MaskedEq, Bits64, NEWUSER, NEWUSER), 0),
        ("that flag and another", of_flags(MaskedEq, Bits32, NEWUSER | 17, NEWUSER | 17), 0),
        ("no flags", of_flags(Eq, Bits64, 0, 0), 1),
        ("other flags", of_flags(MaskedEq, Bits64, 17, 0xff), 1),
        ("all of these, or more", of_flags(Ge, Bits64, NEWUSER, 0), 1),
        ("the same of another argument", is("clone", 1, NEWUSER), 1),
    ];
    for (why, condition, expected) in cases {
        let mut policy = Policy::covering(KILL, [Arch::X86_64]);
        policy.add_rule("clone", Rule::new(ALLOW, [condition])).unwrap();
        harden(&mut policy, NETWORK).unwrap();
        let with_conditions: Vec<String> = policy
            .rules()
            .filter(|(_, rule)| !rule.conditions().is_empty())
            .map(|(_, rule)| rule.to_string())
            .collect();
        assert_eq!(with_conditions.len(), expected, "{why}: {with_conditions:?}");
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
        harden(&mut policy, NETWORK).unwrap().iter().map(ToString::to_string).collect();
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
        ("where errnos have other numbers", |p| p.add_arch(Arch::Mips).unwrap(), "mips"),
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
        let error = harden(&mut policy, NETWORK).unwrap_err();
        assert_eq!(error.kind(), error::Kind::Unsupported, "{why}");
        let message = error.to_string();
        assert!(message.starts_with("harden: ") && message.contains(says), "{why}: {message}");
        assert_eq!(policy, before, "{why}");
    }
}

#[test]
fn what_is_hardened_stays_with_its_architectures_and_modes() {
    let mut policy = Policy::covering(KILL, [Arch::X86_64, Arch::Aarch64]);
    policy.allow("clone").unwrap();
    harden(&mut policy, NETWORK).unwrap();
    let before = policy.clone();
    for arch in [Arch::Riscv64, Arch::X86, Arch::S390x] {
        let error = policy.add_arch(arch).unwrap_err().to_string();
        assert!(error.contains("hardened") && error.contains(arch.name()), "{error}");
    }
    policy.add_arch(Arch::Aarch64).unwrap();
    let error = harden(&mut policy, Modes { jit: true, ..NETWORK }).unwrap_err();
    assert_eq!(error.kind(), error::Kind::InvalidArgument, "{error}");
    assert_eq!(policy, before);
}

#[test]
fn the_modes_are_those_that_are_asked_for() {
    const NONE: Modes = Modes { network: false, strict: false, jit: false };
    let socket = |family, kind| ("socket", [family, kind, 0, 0, 0, 0]);
    let rwx = ("mmap", [0, 4096, 7, 0, 0, 0]);
    let cases = [
        ("no network", NONE, socket(2, 1), Action::errno(97)),
        ("but UNIX", NONE, socket(1, 1), ALLOW),
        ("network", NETWORK, socket(2, 1), ALLOW),
        ("no raw sockets", NETWORK, socket(2, 3), Action::errno(97)),
        ("no just-in-time compilers", NETWORK, rwx, Action::errno(13)),
        ("just-in-time compilers", Modes { jit: true, ..NONE }, rwx, ALLOW),
        ("strict", Modes { strict: true, ..NONE }, rwx, KILL),
        ("strict in all", Modes { strict: true, ..NONE }, ("clone3", [0; 6]), KILL),
    ];
    for (why, modes, (name, args), expected) in cases {
        let mut policy = Policy::covering(KILL, [Arch::X86_64]);
        // Lifted, and in the other mode: what is asked for counts.
        builtin::add_to(&mut policy, Modes { network: !modes.network, ..NONE }).unwrap();
        for name in ["socket", "mmap", "clone3"] {
            policy.remove_rules(name).unwrap();
            policy.allow(name).unwrap();
        }
        harden(&mut policy, modes).unwrap();
        let nr = Syscall::named("test", name).unwrap().number(Arch::X86_64).unwrap();
        let asked = call(Arch::X86_64, nr.cast_signed(), args);
        assert_eq!(evaluate(&policy, &asked), expected, "{why}");
    }
}
