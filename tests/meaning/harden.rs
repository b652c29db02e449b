//! The built-in policy's checks in the place of unconditional allows, and audits.

use crate::cases::{
    Random, built_in_on, call, interesting_args, random_policy_on, random_rule, random_subject,
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
use nucleus_seccomp::profile::oci::{self, Context};
use nucleus_seccomp::prove::{Order, Runs, compare_policies, prove, runs};
use nucleus_seccomp::syscall::Syscall;

const KILL: Action = Action::KILL_PROCESS;
const EPERM: Action = Action::errno(1);
const ALLOW: Action = Action::ALLOW;
const NETWORK: Modes = Modes { network: true, strict: false, jit: false };

/// What is checked on every architecture.
fn checked() -> impl Iterator<Item = Syscall> {
    CHECKED.iter().map(|check| check.call).chain(PAST_CHECKS.iter().copied())
}

/// And what is checked on some.
fn checked_somewhere() -> impl Iterator<Item = Syscall> {
    checked().chain(NARROW.iter().map(|narrow| narrow.check.call))
}

/// A policy that says much of the calls that are checked, by name and by number.
fn about_checked_calls(random: &mut Random) -> Policy {
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
                let said = evaluate(&wanted, &call(Arch::X86_64, there, args));
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

// ---- 32-bit entry points ----

const ENOSYS: Action = Action::errno(38);
const EACCES: Action = Action::errno(13);

/// Numbers from the kernel's tables, not from ours.
#[rustfmt::skip]
const ON_NARROW: [(&str, Arch, i32, [u64; 3], Action); 48] = [
    ("old mmap, whatever it points to",        Arch::X86,    90, [0x1000, 0, 0],          ENOSYS),
    ("old mmap that looks harmless",           Arch::X86,    90, [0x1000, 0, 1],          ENOSYS),
    ("old mmap that looks like W+X",           Arch::X86,    90, [0x1000, 0, 7],          ENOSYS),
    ("mmap2 to read and write",                Arch::X86,   192, [0, 4096, 3],            ALLOW),
    ("mmap2 to read and run",                  Arch::X86,   192, [0, 4096, 5],            ALLOW),
    ("mmap2, W+X",                             Arch::X86,   192, [0, 4096, 6],            EACCES),
    ("mmap2, all three, behind a high half",   Arch::X86,   192, [0, 4096, 1 << 40 | 7],  EACCES),
    ("mmap2 on arm to read and write",         Arch::Arm,   192, [0, 4096, 3],            ALLOW),
    ("mmap2 on arm, W+X",                      Arch::Arm,   192, [0, 4096, 7],            EACCES),
    ("mprotect, W+X",                          Arch::X86,   125, [0, 4096, 7],            EACCES),
    ("mprotect on arm, W+X",                   Arch::Arm,   125, [0, 4096, 7],            EACCES),
    ("mmap on x32",                            Arch::X32,  X32 + 9, [0, 4096, 3],         ALLOW),
    ("mmap on x32, W+X",                       Arch::X32,  X32 + 9, [0, 4096, 7],         EACCES),
    ("mprotect on x32, W+X",                   Arch::X32, X32 + 10, [0, 4096, 7],         EACCES),
    ("socketcall: socket",                     Arch::X86,   102, [1, 0x1000, 0],          ENOSYS),
    ("socketcall: socket, a high half",        Arch::X86,   102, [1 << 32 | 1, 0, 0],     ENOSYS),
    ("socketcall: socketpair",                 Arch::X86,   102, [8, 0x1000, 0],          ENOSYS),
    ("socketcall: bind",                       Arch::X86,   102, [2, 0x1000, 0],          ALLOW),
    ("socketcall: connect",                    Arch::X86,   102, [3, 0x1000, 0],          ALLOW),
    ("socketcall has no version above",        Arch::X86,   102, [0x1_0001, 0x1000, 0],   ALLOW),
    ("socket, UNIX",                           Arch::X86,   359, [1, 1, 0],               ALLOW),
    ("socket, packet",                         Arch::X86,   359, [17, 3, 0],              Action::errno(97)),
    ("socketpair, netlink",                    Arch::X86,   360, [16, 3, 0],              Action::errno(97)),
    ("socket on arm, UNIX",                    Arch::Arm,   281, [1, 1, 0],               ALLOW),
    ("socket on arm, packet",                  Arch::Arm,   281, [17, 3, 0],              Action::errno(97)),
    ("ipc: shmat",                             Arch::X86,   117, [21, 7, 0],              ALLOW),
    ("ipc: shmat, read only",                  Arch::X86,   117, [21, 7, 0o10_000],       ALLOW),
    ("ipc: shmat, SHM_EXEC",                   Arch::X86,   117, [21, 7, 0o100_000],      EACCES),
    ("ipc: shmat, SHM_EXEC among others",      Arch::X86,   117, [21, 7, 0o110_000],      EACCES),
    ("ipc: shmat, SHM_EXEC, version 1",        Arch::X86,   117, [0x1_0015, 7, 0o100_000], EACCES),
    ("ipc: shmat, SHM_EXEC, version 0xffff",   Arch::X86,   117, [0xffff_0015, 7, 0o100_000], EACCES),
    ("ipc: shmget with that bit",              Arch::X86,   117, [23, 7, 0o100_000],      ALLOW),
    ("shmat, SHM_EXEC",                        Arch::X86,   397, [7, 0, 0o100_000],       EACCES),
    ("shmat on arm, SHM_EXEC",                 Arch::Arm,   305, [7, 0, 0o100_000],       EACCES),
    ("a thread",                               Arch::X86,   120, [0x3d_0f00, 0, 0],       ALLOW),
    ("clone, a user namespace",                Arch::X86,   120, [NEWUSER | 17, 0, 0],    KILL),
    ("a thread on arm",                        Arch::Arm,   120, [0x3d_0f00, 0, 0],       ALLOW),
    ("clone on arm, a user namespace",         Arch::Arm,   120, [NEWUSER | 17, 0, 0],    KILL),
    ("clone on x32, a user namespace",         Arch::X32, X32 + 56, [NEWUSER | 17, 0, 0], KILL),
    ("clone3",                                 Arch::X86,   435, [0, 0, 0],               ENOSYS),
    ("clone3 on x32",                          Arch::X32, X32 + 435, [0, 0, 0],           ENOSYS),
    ("uselib",                                 Arch::X86,    86, [0x1000, 0, 0],          ENOSYS),
    ("uselib on arm",                          Arch::Arm,    86, [0x1000, 0, 0],          ENOSYS),
    ("uselib on x86_64",                       Arch::X86_64, 134, [0x1000, 0, 0],         ENOSYS),
    ("ioctl, TIOCSTI",                         Arch::X86,    54, [0, 0x5412, 0],          Action::errno(25)),
    ("ioctl on x32 has its own number",        Arch::X32, X32 + 514, [0, 0x5412, 0],      Action::errno(25)),
    ("ioctl on x32, TCGETS",                   Arch::X32, X32 + 514, [0, 0x5401, 0],      ALLOW),
    ("mmap on x86_64, beside all these",       Arch::X86_64,  9, [0, 4096, 7],            EACCES),
];
const X32: i32 = 0x4000_0000;

fn check_on_narrow(source: &str, policy: &Policy) {
    for (why, arch, nr, [a, b, c], expected) in ON_NARROW {
        let asked = call(arch, nr, [a, b, c, 0, 0, 0]);
        assert_eq!(evaluate(policy, &asked), expected, "{source}: {why}: {asked}");
    }
    // As execveat's flags are its fifth argument.
    for (arch, nr) in [(Arch::X86, 358), (Arch::X32, X32 + 545), (Arch::Arm, 387)] {
        let by_descriptor = call(arch, nr, [3, 0x1000, 0, 0, 0x1000, 0]);
        assert_eq!(evaluate(policy, &by_descriptor), ENOSYS, "{source}: {arch}");
    }
}

#[test]
fn calls_on_32_bit_entry_points() {
    let mut policy = Policy::covering(KILL, HARDENED);
    let more = ["mmap2", "socketcall", "ipc", "uselib", "clone3"]
        .map(|name| Syscall::named("test", name).unwrap());
    for named in checked_somewhere().chain(more) {
        policy.allow(named.name()).unwrap();
    }
    harden(&mut policy, NETWORK).unwrap();
    check_on_narrow("by name", &policy);
    prove(&policy, compile(&policy).unwrap()).unwrap();
}

/// Conditions that say which call is made through another, or that look at a pointer, don't keep the
/// check out; and nothing gets an errno that was killed.
#[test]
fn rules_with_conditions_about_what_is_in_memory() {
    let part = |which, width| Condition::new("test", 0, Operator::Eq, width, which, 0).unwrap();
    let narrow = |which| part(which, Width::Bits32);
    let cases = [
        ("a part that is refused", "socketcall", narrow(1), [1, 0, 0], ENOSYS),
        ("a part that stays", "socketcall", narrow(2), [2, 0, 0], ALLOW),
        ("another part is killed as before", "socketcall", narrow(2), [1, 0, 0], KILL),
        ("shmat", "ipc", narrow(21), [21, 0, 0], ALLOW),
        ("shmat, SHM_EXEC", "ipc", narrow(21), [21, 0, 0o100_000], EACCES),
        ("a version that was killed", "ipc", narrow(21), [0x1_0015, 0, 0o100_000], KILL),
        ("a version that ran", "ipc", narrow(0x1_0015), [0x1_0015, 0, 0o100_000], EACCES),
        ("all 64 bits", "ipc", part(21, Width::Bits64), [21, 0, 0o100_000], EACCES),
        ("a pointer", "mmap", narrow(0x1000), [0x1000, 0, 0], ENOSYS),
        ("another pointer", "mmap", narrow(0x1000), [0x2000, 0, 0], KILL),
        ("mmap2's conditions, and the check's", "mmap2", narrow(0), [0, 4096, 7], EACCES),
        ("mmap2's conditions alone", "mmap2", narrow(0), [0, 4096, 3], ALLOW),
    ];
    for (why, name, condition, [a, b, c], expected) in cases {
        for soft in [false, true] {
            let mut policy = Policy::covering(KILL, [Arch::X86_64, Arch::X86]);
            let rule = if soft { Rule::soft } else { Rule::new };
            policy.add_rule(name, rule(ALLOW, [condition])).unwrap();
            let before = policy.clone();
            let report = harden(&mut policy, NETWORK).unwrap();
            assert_eq!(compare_policies(&policy, &before).unwrap().looser, None, "{why}");
            let nr = Syscall::named("test", name).unwrap().number(Arch::X86).unwrap();
            let asked = call(Arch::X86, nr.cast_signed(), [a, b, c, 0, 0, 0]);
            assert_eq!(evaluate(&policy, &asked), expected, "{why}: {report:?}");
            policy.deny(name).unwrap();
            let denied = policy.clone();
            assert_eq!(harden(&mut policy, NETWORK).unwrap(), [], "{why}: denied");
            assert_eq!(policy, denied, "{why}: denied");
        }
    }
}

/// What a filter compares by 64 bits could be hidden behind an upper half that `int 0x80` does not look
/// at: so that only allows may be.
#[test]
fn refusals_are_by_32_bits() {
    let checks = CHECKED.iter().chain(NARROW.iter().map(|narrow| &narrow.check));
    for (check, case) in checks.flat_map(|check| check.cases.iter().map(move |case| (check, case)))
    {
        let narrow = case.all.iter().all(|choice| choice.width == Width::Bits32);
        assert!(narrow || case.verdict == builtin::Verdict::Allow, "{}", check.call.name());
    }
}

#[test]
fn a_container_profile_is_hardened() {
    let json = include_bytes!("../data/profiles/container.json");
    let machines = [
        (Arch::X86_64, [Arch::X86_64, Arch::X86, Arch::X32].as_slice()),
        (Arch::Aarch64, &[Arch::Aarch64, Arch::Arm]),
    ];
    // Rules with conditions on clone and socket, and nothing on uselib: there the default refuses.
    let said_otherwise =
        ["clone, a", "clone on", "socket, packet", "socket on arm, packet", "uselib"];
    for (machine, arches) in machines {
        let context = Context { capabilities: 0, kernel: (6, 1), arch: Some(machine) };
        let mut policy = Policy::new(KILL);
        oci::set(&mut policy, "test", json, None, &context, oci::Mode::default()).unwrap();
        let before = policy.clone();
        assert!(policy.arches().eq(arches.iter().copied()), "{machine}");
        harden(&mut policy, NETWORK).unwrap();
        assert_eq!(compare_policies(&policy, &before).unwrap().order(), Order::Stricter);
        prove(&policy, compile(&policy).unwrap()).unwrap();
        let mut asked_for = 0;
        for (why, arch, nr, [a, b, c], expected) in ON_NARROW {
            if !arches.contains(&arch) {
                continue;
            }
            let asked = call(arch, nr, [a, b, c, 0, 0, 0]);
            let verdict = evaluate(&policy, &asked);
            match said_otherwise.iter().any(|what| why.starts_with(what)) {
                true => assert_eq!(verdict == ALLOW, expected == ALLOW, "{machine}: {why}"),
                false => assert_eq!(verdict, expected, "{machine}: {why}"),
            }
            asked_for += 1;
        }
        assert!(asked_for > 8, "{machine}: {asked_for}");
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
