//! Whom a rule is for.

use super::verdicts::made;
use super::{CONTAINER, Context, DOCKER, SYS_ADMIN, USUAL, read, with_rules};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::evaluate;

/// Includes and excludes: what `rule` allows `uname` for, in which context.
#[test]
fn rules_hold_for_whom_they_are_meant() {
    let in_kernel = |major, minor| Context { kernel: (major, minor), ..CONTAINER };
    let with = |capabilities| Context { capabilities, ..CONTAINER };
    let on = |arch| Context { arch: Some(arch), ..CONTAINER };
    let both = DOCKER | SYS_ADMIN;
    let cases = [
        ("nothing", "", CONTAINER, true),
        ("empty", r#""includes": {}, "excludes": {}"#, CONTAINER, true),
        ("empty lists", r#""includes": {"caps": [], "arches": []}"#, CONTAINER, true),
        ("a capability", r#""includes": {"caps": ["CAP_SYS_ADMIN"]}"#, with(both), true),
        ("that is not there", r#""includes": {"caps": ["CAP_SYS_ADMIN"]}"#, CONTAINER, false),
        (
            "all of them",
            r#""includes": {"caps": ["CAP_SYS_ADMIN", "CAP_CHOWN"]}"#,
            with(SYS_ADMIN),
            false,
        ),
        ("one that nobody knows", r#""includes": {"caps": ["CAP_FOO"]}"#, with(u64::MAX), false),
        ("but for one", r#""excludes": {"caps": ["CAP_SYS_ADMIN", "CAP_FOO"]}"#, with(both), false),
        (
            "which is not there",
            r#""excludes": {"caps": ["CAP_SYS_ADMIN", "CAP_FOO"]}"#,
            CONTAINER,
            true,
        ),
        ("an architecture", r#""includes": {"arches": ["amd64", "x32"]}"#, CONTAINER, true),
        ("of others", r#""includes": {"arches": ["arm64", "s390x"]}"#, CONTAINER, false),
        ("that nobody knows", r#""includes": {"arches": ["SCMP_ARCH_X86_64"]}"#, CONTAINER, false),
        ("not here", r#""excludes": {"arches": ["amd64"]}"#, CONTAINER, false),
        ("not there", r#""excludes": {"arches": ["amd64"]}"#, on(Arch::Aarch64), true),
        ("a kernel", r#""includes": {"minKernel": "4.8"}"#, in_kernel(4, 8), true),
        ("with three numbers", r#""includes": {"minKernel": "4.8.0"}"#, in_kernel(4, 8), true),
        ("an older one", r#""includes": {"minKernel": "4.8"}"#, in_kernel(4, 7), false),
        ("compared by numbers", r#""includes": {"minKernel": "4.18"}"#, in_kernel(4, 9), false),
        ("a newer one", r#""includes": {"minKernel": "4.18"}"#, in_kernel(5, 0), true),
        ("until a kernel", r#""excludes": {"minKernel": "6.0"}"#, in_kernel(6, 1), false),
        ("before it", r#""excludes": {"minKernel": "6.0"}"#, in_kernel(5, 19), true),
        (
            "out comes before in",
            r#""includes": {"arches": ["amd64"]}, "excludes": {"caps": ["CAP_CHOWN"]}"#,
            CONTAINER,
            false,
        ),
    ];
    for (why, filters, context, holds) in cases {
        let comma = if filters.is_empty() { "" } else { ", " };
        let rule = format!(r#"{{"names": ["uname"], "action": "SCMP_ACT_ALLOW"{comma}{filters}}}"#);
        let json =
            with_rules(&format!(r#"{{"names": ["mseal"], "action": "SCMP_ACT_ERRNO"}}, {rule}"#));
        let (policy, _) = read(&json, &context, USUAL).unwrap();
        let arch = context.arch.unwrap();
        let expected = if holds { Action::ALLOW } else { Action::errno(1) };
        assert_eq!(evaluate(&policy, &made(arch, "uname", &[])), expected, "{why}");
    }
}
