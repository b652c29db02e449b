//! Whole profiles, in the forms that people have them in.

use super::{AS_RUNC, CONTAINER, DOCKER, STRICT, SYS_ADMIN, USUAL, read};
use crate::cases::call;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::{Policy, evaluate};
use nucleus_seccomp::profile::oci::Context;
use nucleus_seccomp::prove::prove;
use nucleus_seccomp::syscall::Syscall;

/// As container engines ship it: some 400 names, rules by capability, architecture and kernel.
pub const CONTAINER_JSON: &str = include_str!("../../data/profiles/container.json");
/// A deny list, with lines as Windows ends them and words for people.
pub const DENY_JSON: &str = include_str!("../../data/profiles/deny.json");
/// With a `name` a rule, `args: null`, some keys in capitals, and a name of libc's.
pub const OLD_JSON: &str = include_str!("../../data/profiles/old.json");
/// A flat list of architectures.
pub const FLAT_JSON: &str = include_str!("../../../benches/filter/container.json");

fn verdict(policy: &Policy, arch: Arch, name: &str, first: u64) -> Action {
    let number = Syscall::named("test", name).unwrap().number(arch).unwrap();
    evaluate(policy, &call(arch, number.cast_signed(), [first, 0, 0, 0, 0, 0]))
}

#[test]
fn they_load_in_all_modes_and_compile() {
    let files = [
        ("container", CONTAINER_JSON, 2, 1),
        ("deny", DENY_JSON, 2, 0),
        ("old", OLD_JSON, 1, 1),
        ("flat", FLAT_JSON, 2, 0),
    ];
    for (name, json, lines, left_out) in files {
        for mode in [USUAL, AS_RUNC] {
            let (policy, profile) = read(json, &CONTAINER, mode).unwrap();
            assert_eq!(profile.report.lines().count(), lines, "{name}: {}", profile.report);
            prove(&policy, compile(&policy).unwrap()).unwrap();
        }
        let strict = read(json, &CONTAINER, STRICT);
        assert_eq!(strict.is_err(), left_out > 0 && name == "old", "{name}: {strict:?}");
    }
}

#[test]
fn the_container_profile_is_for_whom_it_is_read() {
    let admin = Context { capabilities: DOCKER | SYS_ADMIN, ..CONTAINER };
    let old_kernel = Context { kernel: (4, 7), ..CONTAINER };
    let s390 = Context { arch: Some(Arch::S390x), ..CONTAINER };
    let arm = Context { arch: Some(Arch::Aarch64), ..CONTAINER };
    let (allow, eperm, enosys) = (Action::ALLOW, Action::errno(1), Action::errno(38));
    let new_user = 0x1000_0000;
    let cases = [
        (CONTAINER, Arch::X86_64, "read", 0, allow),
        (CONTAINER, Arch::X86_64, "mount", 0, eperm),
        (admin, Arch::X86_64, "mount", 0, allow),
        (CONTAINER, Arch::X86_64, "clone", 0x11, allow),
        (CONTAINER, Arch::X86_64, "clone", new_user, eperm),
        (CONTAINER, Arch::X86, "clone", new_user, eperm),
        (CONTAINER, Arch::X32, "clone", new_user | 1 << 40, eperm),
        (admin, Arch::X86_64, "clone", new_user, allow),
        (CONTAINER, Arch::X86_64, "clone3", 0, enosys),
        (admin, Arch::X86_64, "clone3", 0, allow),
        (CONTAINER, Arch::X86_64, "ptrace", 0, allow),
        (old_kernel, Arch::X86_64, "ptrace", 0, eperm),
        (CONTAINER, Arch::X86_64, "chroot", 0, allow),
        (CONTAINER, Arch::X86_64, "reboot", 0, eperm),
        (CONTAINER, Arch::X86_64, "socket", 2, allow),
        (CONTAINER, Arch::X86_64, "socket", 40, eperm),
        (CONTAINER, Arch::X86_64, "personality", 8, allow),
        (CONTAINER, Arch::X86_64, "personality", 9, eperm),
        (CONTAINER, Arch::X86_64, "arch_prctl", 9, allow),
        (CONTAINER, Arch::Aarch64, "read", 0, Action::KILL_PROCESS),
        (s390, Arch::S390x, "clone", new_user, allow),
        (s390, Arch::S390, "read", 0, allow),
        (s390, Arch::X86_64, "read", 0, Action::KILL_PROCESS),
        (arm, Arch::Arm, "arm_fadvise64_64", 0, allow),
        (arm, Arch::Arm, "cacheflush", 0, allow),
        (arm, Arch::Aarch64, "read", 0, allow),
    ];
    for (context, arch, name, first, expected) in cases {
        let (policy, _) = read(CONTAINER_JSON, &context, USUAL).unwrap();
        let found = verdict(&policy, arch, name, first);
        assert_eq!(found, expected, "{name} {first:#x} on {arch}, {context:?}");
    }
}

#[test]
fn what_the_newest_is_can_be_read_back() {
    use nucleus_seccomp::syscall::Newest;
    let newest = |json| read(json, &CONTAINER, USUAL).unwrap().0.attributes().newest;
    assert!(matches!(newest(CONTAINER_JSON), Newest::Number(471)), "{:?}", newest(CONTAINER_JSON));
    assert_eq!(newest(DENY_JSON), Newest::Tables, "of a deny list nothing is new");
    let Newest::Number(257) = newest(OLD_JSON) else { panic!("{:?}", newest(OLD_JSON)) };
    let each = r#"{"defaultAction": "SCMP_ACT_KILL", "architectures": ["SCMP_ARCH_X86"],
                   "syscalls": [{"names": ["openat"], "action": "SCMP_ACT_ALLOW"}]}"#;
    let Newest::Each(known) = newest(each) else { panic!("{:?}", newest(each)) };
    assert_eq!((known.on(Arch::X86_64), known.on(Arch::X86)), (257, 295));
    assert_eq!(format!("{known:?}"), "x86_64 0x101, x86 0x127");
}
