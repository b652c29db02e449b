//! The checks of `nucleus_filter_harden` on 32-bit entry points.

use crate::cases::call;
use crate::harden::{ALLOW, KILL, NETWORK, NEWUSER, checked_somewhere};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::{self, CHECKED, HARDENED, NARROW, harden};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width, evaluate};
use nucleus_seccomp::profile::oci::{self, Context};
use nucleus_seccomp::prove::{Order, compare_policies, prove};
use nucleus_seccomp::syscall::Syscall;

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

/// What the kernel takes for an int, and a filter compares by 64 bits, could be hidden behind an upper half:
/// so that only allows may be.
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
    // A rule with conditions on clone, and nothing on uselib: there the default refuses. (There is one on
    // socket, too, but families can be told to get the check's errno.)
    let said_otherwise = ["clone, a", "clone on", "uselib"];
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
