//! What is said of profiles that are taken.

use super::{AS_RUNC, CONTAINER, USUAL, read, with_rules};

/// Rules, what is said of them, and what is said of them as runc reads them.
const REPORTS: [(&str, &[&str], &[&str]); 13] = [
    (r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": []}"#, &[], &[]),
    (
        r#"{"names": ["read", "initgroups"], "action": "SCMP_ACT_ALLOW"}"#,
        &["syscalls[0].names[1]: no system call is named \"initgroups\"; skipped"],
        &["syscalls[0].names[1]: no system call is named \"initgroups\"; skipped"],
    ),
    (
        r#"{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5, "errno": "EPERM"}"#,
        &[
            "syscalls[0].errno: it says 1, where errnoRet says 5; this counts",
            "syscalls[0].action: its action is the default's: it only counts where another rule for the whole call lets more through",
        ],
        &[
            "syscalls[0].errno: it says 1, where errnoRet says 5; this counts",
            "syscalls[0].action: its action is the default's: it is skipped",
        ],
    ),
    (
        r#"{"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_NE"}]},
           {"names": ["lseek"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            "syscalls[1].action: its action is the default's: it only counts where another rule lets more through",
            "lseek: syscalls[0] (allow) and syscalls[1] (errno 1) may match one call; the stricter one holds, where libseccomp's order would decide",
        ],
        &[
            "syscalls[1].action: its action is the default's: it is skipped",
            "lseek: syscalls[0] (allow) and syscalls[1] (errno 1) may match one call; the one that libseccomp asks first decides",
        ],
    ),
    (
        r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            "syscalls[0].args: an argument stands here twice, so that, as in runc, each condition is a rule of its own: one of them is enough",
        ],
        &[
            "syscalls[0].args: an argument stands here twice, so that, as in runc, each condition is a rule of its own: one of them is enough",
        ],
    ),
    (
        r#"{"names": ["setns"], "action": "SCMP_ACT_ALLOW"}, {"names": ["setns"], "action": "SCMP_ACT_TRAP"}"#,
        &[
            "setns: syscalls[0] (allow) and syscalls[1] (trap 0) are both for the whole call; the stricter one holds, where runc takes the first",
        ],
        &[
            "setns: syscalls[0] (allow) and syscalls[1] (trap 0) are both for the whole call; the first holds",
        ],
    ),
    (
        r#"{"names": ["lseek"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["lseek"], "action": "SCMP_ACT_TRAP", "args": [{"index": 0, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            "lseek: syscalls[1] (trap 0) is an exception from syscalls[0] (allow); it holds, where runc drops it",
        ],
        &["lseek: syscalls[1] (trap 0) is an exception from syscalls[0] (allow); it is dropped"],
    ),
    (
        r#"{"names": ["lseek"], "action": "SCMP_ACT_TRAP"},
           {"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            "lseek: syscalls[1] (allow) has no effect beside syscalls[0] (trap 0), which is for the whole call",
        ],
        &[
            "lseek: syscalls[1] (allow) has no effect beside syscalls[0] (trap 0), which is for the whole call",
        ],
    ),
    (
        r#"{"names": ["lseek"], "action": "SCMP_ACT_TRAP", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
           {"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]},
           {"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            "lseek: syscalls[0] (trap 0) and syscalls[2] (allow) may match one call; the stricter one holds, where libseccomp's order would decide",
        ],
        &[
            "lseek: syscalls[0] (trap 0) and syscalls[2] (allow) may match one call; the one that libseccomp asks first decides",
        ],
    ),
    (
        r#"{"names": ["socket", "shmget"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
           {"names": ["ipc"], "action": "SCMP_ACT_ALLOW"}"#,
        &[
            "socket: it can be called through socketcall, too: there its conditions can't be checked, so what they would allow is refused",
            "shmget: it can be called through ipc, too: its conditions are not checked there, since the profile allows that as a whole",
        ],
        &[
            "socket: it can be called through socketcall, too: conditions on its first argument are not checked there",
            "shmget: it can be called through ipc, too: conditions on its first argument are not checked there",
        ],
    ),
    (
        r#"{"names": ["socketcall"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["bind", "listen"], "action": "SCMP_ACT_TRAP"}"#,
        &[
            "socketcall: syscalls[1] (trap 0) is an exception from syscalls[0] (allow); it holds, where runc drops it",
        ],
        &[
            "socketcall: syscalls[1] (trap 0) is an exception from syscalls[0] (allow); it is dropped",
        ],
    ),
    (
        r#"{"names": ["socketcall"], "action": "SCMP_ACT_ERRNO"},
           {"names": ["bind", "listen"], "action": "SCMP_ACT_ALLOW"}"#,
        &[
            "syscalls[0].action: its action is the default's: it only counts where another rule for the whole call lets more through",
            "socketcall: syscalls[1] (allow) has no effect beside syscalls[0] (errno 1), which is for the whole call",
        ],
        &["syscalls[0].action: its action is the default's: it is skipped"],
    ),
    (
        r#"{"names": ["ipc"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["shmget"], "action": "SCMP_ACT_TRACE", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            "shmget: it can be called through ipc, too: there its conditions can't be checked, so what they would allow is refused",
            "ipc: syscalls[1] (trace 1) is an exception from syscalls[0] (allow); it holds, where runc drops it",
        ],
        &[
            "shmget: it can be called through ipc, too: conditions on its first argument are not checked there",
            "ipc: syscalls[1] (trace 1) is an exception from syscalls[0] (allow); it is dropped",
        ],
    ),
];

#[test]
fn reports_say_what_was_made_of_a_profile() {
    for (rules, usual, runc) in REPORTS {
        for (mode, expected) in [(USUAL, usual), (AS_RUNC, runc)] {
            let (_, profile) = read(&with_rules(rules), &CONTAINER, mode).unwrap();
            let lines: Vec<&str> = profile.report.lines().collect();
            assert_eq!(lines, expected, "{rules} {mode:?}");
        }
    }
}

#[test]
fn what_is_said_besides_rules_is_kept() {
    let json = r#"{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"], "baseProfileName": "x",
        "listenerPath": "/run/agent.sock", "listenerMetadata": "two\nlines", "flags": ["SECCOMP_FILTER_FLAG_LOG",
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"]}"#;
    let (policy, profile) = read(json, &CONTAINER, USUAL).unwrap();
    assert_eq!(profile.listener_path.as_deref(), Some("/run/agent.sock"));
    assert_eq!(profile.listener_metadata.as_deref(), Some("two\nlines"));
    let lines = "the key \"baseProfileName\" is unknown and ignored\n\
                 architectures: x86_64 is not listed, and covered all the same\n";
    assert_eq!(profile.report, lines);
    let attributes = policy.attributes();
    assert!(
        attributes.log && attributes.wait_killable && attributes.tsync && attributes.spec_allow
    );
}

/// runc asks for SPEC_ALLOW where nothing is said of flags.
#[test]
fn mitigations_are_given_up_by_who_says_so() {
    let cases = [
        ("", false, true),
        (r#", "flags": null"#, false, true),
        (r#", "flags": []"#, false, false),
    ];
    for (flags, usual, runc) in cases {
        let json = format!(r#"{{"defaultAction": "SCMP_ACT_ALLOW"{flags}}}"#);
        for (mode, expected) in [(USUAL, usual), (AS_RUNC, runc)] {
            let (policy, profile) = read(&json, &CONTAINER, mode).unwrap();
            assert_eq!(policy.attributes().spec_allow, expected, "{flags} {mode:?}");
            assert_eq!((profile.listener_path, profile.listener_metadata), (None, None));
        }
    }
}
