//! Small profiles, and the verdicts that calls get.

use super::{AS_RUNC, CONTAINER, USUAL, read, with_rules};
use crate::cases::call;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::policy::evaluate;
use nucleus_seccomp::syscall::Syscall;

const ALLOW: Action = Action::ALLOW;
const EPERM: Action = Action::errno(1);
const ENOSYS: Action = Action::errno(38);
const KILL: Action = Action::KILL_PROCESS;
const THREAD: Action = Action::KILL_THREAD;

/// A call by name, its first arguments, and the verdict: the usual one, and that of runc.
type Asked = (Arch, &'static str, &'static [u64], Action, Action);

/// A call by its name or number.
pub fn made(arch: Arch, name: &str, args: &[u64]) -> Call {
    let number = match name.parse::<i32>() {
        Ok(number) => number,
        Err(_) => Syscall::named("test", name).unwrap().number(arch).unwrap().cast_signed(),
    };
    let mut all = [0; 6];
    all[..args.len()].copy_from_slice(args);
    call(arch, number, all)
}

fn check(why: &str, json: &str, asked: &[Asked]) {
    for (mode, is_runc) in [(USUAL, false), (AS_RUNC, true)] {
        let (policy, _) = read(json, &CONTAINER, mode).unwrap_or_else(|e| panic!("{why}: {e}"));
        for (arch, name, args, usual, runc) in asked {
            let call = made(*arch, name, args);
            let expected = if is_runc { *runc } else { *usual };
            assert_eq!(
                evaluate(&policy, &call),
                expected,
                "{why}: {name} {args:?} on {arch}, {mode:?}"
            );
        }
    }
}

use Arch::{Arm, S390x, X32, X86, X86_64};

/// Why, the rules of `with_rules`, and what is asked.
const RULES: [(&str, &str, &[Asked]); 31] = [
    (
        "a call as a whole",
        r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW"}"#,
        &[
            (X86_64, "read", &[], ALLOW, ALLOW),
            (X86, "read", &[], ALLOW, ALLOW),
            (X86_64, "write", &[], EPERM, ENOSYS),
            (X32, "read", &[], KILL, THREAD),
            (Arm, "read", &[], KILL, THREAD),
        ],
    ),
    (
        "every action",
        r#"{"names": ["read"], "action": "SCMP_ACT_KILL"},
           {"names": ["write"], "action": "SCMP_ACT_KILL_THREAD"},
           {"names": ["open"], "action": "SCMP_ACT_KILL_PROCESS"},
           {"names": ["close"], "action": "SCMP_ACT_TRAP"},
           {"names": ["stat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4094},
           {"names": ["fstat"], "action": "SCMP_ACT_TRACE"},
           {"names": ["lstat"], "action": "SCMP_ACT_TRACE", "errnoRet": 65535},
           {"names": ["poll"], "action": "SCMP_ACT_LOG"},
           {"names": ["lseek"], "action": "SCMP_ACT_NOTIFY"},
           {"names": ["mmap"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0}"#,
        &[
            (X86_64, "read", &[], THREAD, THREAD),
            (X86_64, "write", &[], THREAD, THREAD),
            (X86_64, "open", &[], KILL, KILL),
            (X86_64, "close", &[], Action::trap(0), Action::trap(0)),
            (X86_64, "stat", &[], Action::errno(4094), Action::errno(4094)),
            (X86_64, "fstat", &[], Action::trace(1), Action::trace(1)),
            (X86_64, "lstat", &[], Action::trace(65535), Action::trace(65535)),
            (X86_64, "poll", &[], Action::LOG, Action::LOG),
            (X86_64, "lseek", &[], Action::NOTIFY, Action::NOTIFY),
            (X86_64, "mmap", &[], Action::errno(0), Action::errno(0)),
        ],
    ),
    (
        "every comparison, with what is missing taken for 0",
        r#"{"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_NE"},
                {"index": 1, "value": 5, "op": "SCMP_CMP_LT"}, {"index": 2, "value": 5, "op": "SCMP_CMP_LE"},
                {"index": 3, "value": 5, "op": "SCMP_CMP_GE"}, {"index": 4, "value": 5, "op": "SCMP_CMP_GT"}]},
           {"names": ["close"], "action": "SCMP_ACT_ALLOW", "args": [{"op": "SCMP_CMP_EQ"}]}"#,
        &[
            (X86_64, "lseek", &[4, 4, 5, 5, 6], ALLOW, ALLOW),
            (X86_64, "lseek", &[5, 4, 5, 5, 6], EPERM, EPERM),
            (X86_64, "lseek", &[4, 5, 5, 5, 6], EPERM, EPERM),
            (X86_64, "lseek", &[4, 4, 6, 5, 6], EPERM, EPERM),
            (X86_64, "lseek", &[4, 4, 5, 4, 6], EPERM, EPERM),
            (X86_64, "lseek", &[4, 4, 5, 5, 5], EPERM, EPERM),
            (X86_64, "close", &[0], ALLOW, ALLOW),
            (X86_64, "close", &[1], EPERM, EPERM),
        ],
    ),
    (
        "of a masked comparison the value is the mask, and bits outside it don't count",
        r#"{"names": ["clone"], "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 6, "valueTwo": 3, "op": "SCMP_CMP_MASKED_EQ"}]}"#,
        &[
            (X86_64, "clone", &[2], ALLOW, ALLOW),
            (X86_64, "clone", &[0xfb], ALLOW, ALLOW),
            (X86_64, "clone", &[0], EPERM, EPERM),
            (X86_64, "clone", &[6], EPERM, EPERM),
        ],
    ),
    (
        "a mask of 0 asks nothing, so that the rule is for the whole call",
        r#"{"names": ["clone"], "action": "SCMP_ACT_ERRNO", "errnoRet": 2,
            "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_MASKED_EQ"}]},
           {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}"#,
        &[(X86_64, "clone", &[1], Action::errno(2), Action::errno(2))],
    ),
    (
        "all 64 bits are compared where words have them, else the low 32",
        r#"{"names": ["personality"], "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 4294967295, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            (X86_64, "personality", &[0xffff_ffff], ALLOW, ALLOW),
            (X86_64, "personality", &[u64::MAX], EPERM, EPERM),
            (X86, "personality", &[u64::MAX], ALLOW, ALLOW),
        ],
    ),
    (
        "an argument twice makes a rule of each condition",
        r#"{"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"},
                {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 9, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            (X86_64, "lseek", &[1, 0], ALLOW, ALLOW),
            (X86_64, "lseek", &[2, 0], ALLOW, ALLOW),
            (X86_64, "lseek", &[0, 9], ALLOW, ALLOW),
            (X86_64, "lseek", &[0, 0], EPERM, EPERM),
        ],
    ),
    (
        "two rules for the whole call",
        r#"{"names": ["setns"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["setns"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}"#,
        &[(X86_64, "setns", &[], Action::errno(13), ALLOW)],
    ),
    (
        "the other way round",
        r#"{"names": ["setns"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13},
           {"names": ["setns"], "action": "SCMP_ACT_ALLOW"}"#,
        &[(X86_64, "setns", &[], Action::errno(13), Action::errno(13))],
    ),
    (
        "a refusal that is the default's, for the whole call",
        r#"{"names": ["setns"], "action": "SCMP_ACT_ALLOW"}, {"names": ["setns"], "action": "SCMP_ACT_ERRNO"}"#,
        &[(X86_64, "setns", &[], EPERM, ALLOW)],
    ),
    (
        "a refusal for some arguments, which runc takes for nothing",
        r#"{"names": ["clone"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["clone"], "action": "SCMP_ACT_ERRNO",
            "args": [{"index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ"}]}"#,
        &[
            (X86_64, "clone", &[0x1000_0000], EPERM, ALLOW),
            (X86_64, "clone", &[0x1000_0011], EPERM, ALLOW),
            (X86, "clone", &[0x1000_0011], EPERM, ALLOW),
            (X86_64, "clone", &[0x11], ALLOW, ALLOW),
        ],
    ),
    (
        "a refusal for some arguments, which libseccomp drops",
        r#"{"names": ["clone"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13,
            "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
           {"names": ["clone"], "action": "SCMP_ACT_ALLOW"}"#,
        &[(X86_64, "clone", &[1], Action::errno(13), ALLOW), (X86_64, "clone", &[2], ALLOW, ALLOW)],
    ),
    (
        "a rule for the whole call that refuses is no default with exceptions",
        r#"{"names": ["lseek"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13},
           {"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}"#,
        &[(X86_64, "lseek", &[1], Action::errno(13), Action::errno(13))],
    ),
    (
        "unless it refuses as the default does, which says nothing",
        r#"{"names": ["lseek"], "action": "SCMP_ACT_ERRNO"},
           {"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}"#,
        &[(X86_64, "lseek", &[1], ALLOW, ALLOW), (X86_64, "lseek", &[2], EPERM, EPERM)],
    ),
    (
        "two conditions of which libseccomp asks the larger value first",
        r#"{"names": ["lseek"], "action": "SCMP_ACT_ERRNO", "errnoRet": 97,
            "args": [{"index": 0, "value": 38, "op": "SCMP_CMP_EQ"}]},
           {"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}]}"#,
        &[
            (X86_64, "lseek", &[38], Action::errno(97), ALLOW),
            (X86_64, "lseek", &[40], EPERM, EPERM),
            (X86_64, "lseek", &[2], ALLOW, ALLOW),
        ],
    ),
    (
        "the same with a value above",
        r#"{"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}]},
           {"names": ["lseek"], "action": "SCMP_ACT_ERRNO", "errnoRet": 97,
            "args": [{"index": 0, "value": 41, "op": "SCMP_CMP_EQ"}]}"#,
        &[(X86_64, "lseek", &[41], Action::errno(97), Action::errno(97))],
    ),
    (
        "of conditions on two arguments libseccomp asks the later one first",
        r#"{"names": ["lseek"], "action": "SCMP_ACT_TRAP", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
           {"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            (X86_64, "lseek", &[1, 2], Action::trap(0), ALLOW),
            (X86_64, "lseek", &[1, 0], Action::trap(0), Action::trap(0)),
            (X86_64, "lseek", &[0, 2], ALLOW, ALLOW),
        ],
    ),
    (
        "a mask that libseccomp asks first",
        r#"{"names": ["lseek"], "action": "SCMP_ACT_TRAP",
            "args": [{"index": 0, "value": 1, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"}]},
           {"names": ["lseek"], "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 6, "valueTwo": 6, "op": "SCMP_CMP_MASKED_EQ"}]}"#,
        &[
            (X86_64, "lseek", &[7], Action::trap(0), ALLOW),
            (X86_64, "lseek", &[5], Action::trap(0), Action::trap(0)),
            (X86_64, "lseek", &[6], ALLOW, ALLOW),
            (X86_64, "lseek", &[4], EPERM, EPERM),
        ],
    ),
    (
        "a call that x86 has through socketcall, too",
        r#"{"names": ["socket", "accept"], "action": "SCMP_ACT_ALLOW"}"#,
        &[
            (X86, "socket", &[], ALLOW, ALLOW),
            (X86, "socketcall", &[1], ALLOW, ALLOW),
            (X86, "socketcall", &[5], ALLOW, ALLOW),
            (X86, "socketcall", &[2], EPERM, EPERM),
        ],
    ),
    (
        "with a condition, of which libseccomp loses the one on the first argument",
        r#"{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
           {"names": ["shmget"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 9, "op": "SCMP_CMP_LT"}]}"#,
        &[
            (X86, "socket", &[1], ALLOW, ALLOW),
            (X86, "socketcall", &[1], EPERM, ALLOW),
            (X86, "ipc", &[23, 8], EPERM, ALLOW),
            (X86, "ipc", &[23, 9], EPERM, EPERM),
        ],
    ),
    (
        "with a refusal, which stands where nothing can be checked",
        r#"{"names": ["socket", "shmat"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["socket", "shmat"], "action": "SCMP_ACT_KILL_PROCESS",
            "args": [{"index": 1, "value": 40, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            (X86, "socket", &[1], ALLOW, ALLOW),
            (X86, "socket", &[1, 40], KILL, ALLOW),
            (X86, "socketcall", &[1], KILL, ALLOW),
            (X86, "ipc", &[21], KILL, ALLOW),
            (X86, "ipc", &[0x1_0015], KILL, EPERM),
        ],
    ),
    (
        "a refusal that is the default's, where the multiplexer is allowed by its name",
        r#"{"names": ["ipc", "shmat"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["shmat"], "action": "SCMP_ACT_ERRNO",
            "args": [{"index": 0, "value": 7, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            (X86, "ipc", &[21], EPERM, ALLOW),
            (X86, "ipc", &[0x1_0015], EPERM, ALLOW),
            (X86, "ipc", &[22], ALLOW, ALLOW),
        ],
    ),
    (
        "the same for the whole call",
        r#"{"names": ["ipc"], "action": "SCMP_ACT_ALLOW"}, {"names": ["shmat"], "action": "SCMP_ACT_ERRNO"}"#,
        &[
            (X86, "ipc", &[21], EPERM, ALLOW),
            (X86, "ipc", &[0x1_0015], EPERM, ALLOW),
            (X86, "ipc", &[22], ALLOW, ALLOW),
        ],
    ),
    (
        "or for some arguments, with nothing let through beside them",
        r#"{"names": ["ipc"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["shmat"], "action": "SCMP_ACT_ERRNO",
            "args": [{"index": 0, "value": 7, "op": "SCMP_CMP_EQ"}]}"#,
        &[(X86, "ipc", &[21], EPERM, ALLOW), (X86, "ipc", &[22], ALLOW, ALLOW)],
    ),
    (
        "a refusal that is looser than the default's, on whatever the kernel takes for the call",
        r#"{"names": ["ipc"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["shmat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13},
           {"names": ["shmdt"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13,
            "args": [{"index": 0, "value": 7, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            (X86, "ipc", &[21], Action::errno(13), ALLOW),
            (X86, "ipc", &[0x1_0015], Action::errno(13), ALLOW),
            (X86, "ipc", &[22], Action::errno(13), ALLOW),
            (X86, "ipc", &[23], ALLOW, ALLOW),
        ],
    ),
    (
        "a call for a tracer, where the multiplexer is allowed for some arguments",
        r#"{"names": ["socketcall"], "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_GE"}]},
           {"names": ["accept4"], "action": "SCMP_ACT_TRACE",
            "args": [{"index": 2, "value": 5, "op": "SCMP_CMP_EQ"}]}"#,
        &[
            (X86, "socketcall", &[18, 0, 5], Action::trace(1), Action::trace(1)),
            (X86, "socketcall", &[18, 0, 0], Action::trace(1), ALLOW),
            (X86, "socketcall", &[17, 0, 5], ALLOW, ALLOW),
            (X86, "socketcall", &[1, 0, 5], EPERM, EPERM),
        ],
    ),
    (
        "a multiplexer that is refused by its name, though that is the default",
        r#"{"names": ["socketcall"], "action": "SCMP_ACT_ERRNO"},
           {"names": ["bind"], "action": "SCMP_ACT_ALLOW"}"#,
        &[(X86, "socketcall", &[2], EPERM, ALLOW), (X86, "bind", &[], ALLOW, ALLOW)],
    ),
    (
        "the same with exceptions under its own name, which say nothing of others",
        r#"{"names": ["ipc"], "action": "SCMP_ACT_ERRNO"},
           {"names": ["ipc"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 22, "op": "SCMP_CMP_EQ"}]},
           {"names": ["shmat"], "action": "SCMP_ACT_ALLOW"}"#,
        &[(X86, "ipc", &[22], ALLOW, ALLOW), (X86, "ipc", &[21], EPERM, ALLOW)],
    ),
    (
        "and socketcall by its name",
        r#"{"names": ["socketcall"], "action": "SCMP_ACT_ALLOW"},
           {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
           {"names": ["bind"], "action": "SCMP_ACT_TRAP"}"#,
        &[
            (X86, "socketcall", &[1], ALLOW, ALLOW),
            (X86, "socketcall", &[2], Action::trap(0), ALLOW),
            (X86, "bind", &[], Action::trap(0), Action::trap(0)),
            (X86, "socketcall", &[3], ALLOW, ALLOW),
        ],
    ),
    (
        "what is above the newest call named is unknown, on each architecture for itself",
        r#"{"names": ["read", "mmap", "time"], "action": "SCMP_ACT_ALLOW"}"#,
        &[
            (X86_64, "201", &[], ALLOW, ALLOW),
            (X86_64, "200", &[], EPERM, EPERM),
            (X86_64, "202", &[], ENOSYS, ENOSYS),
            (X86, "90", &[], ALLOW, ALLOW),
            (X86, "91", &[], ENOSYS, ENOSYS),
            (X86_64, "-1", &[], EPERM, EPERM),
        ],
    ),
    (
        "also if what names it has the default's verdict",
        r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW"}, {"names": ["mseal"], "action": "SCMP_ACT_ERRNO"}"#,
        &[(X86_64, "462", &[], EPERM, EPERM), (X86_64, "463", &[], ENOSYS, ENOSYS)],
    ),
];

#[test]
fn rules_come_to_their_verdicts() {
    for (why, rules, asked) in RULES {
        // What is above the newest call named is not what these are about.
        let about_newest = why.starts_with("what is above") || why.starts_with("also if");
        let top =
            if about_newest { "" } else { r#"{"names": ["mseal"], "action": "SCMP_ACT_ERRNO"},"# };
        let enosys_is_eperm = |action: Action| match action == ENOSYS && !about_newest {
            true => EPERM,
            false => action,
        };
        let asked: Vec<Asked> = asked
            .iter()
            .map(|(arch, name, args, usual, runc)| {
                (*arch, *name, *args, enosys_is_eperm(*usual), enosys_is_eperm(*runc))
            })
            .collect();
        check(why, &with_rules(&format!("{top}{rules}")), &asked);
    }
}

#[test]
fn whole_profiles_come_to_their_verdicts() {
    let cases: [(&str, &str, &[Asked]); 12] = [
        (
            "nothing but a default",
            r#"{"defaultAction": "SCMP_ACT_KILL"}"#,
            &[
                (X86_64, "read", &[], THREAD, THREAD),
                (X86_64, "471", &[], THREAD, THREAD),
                (X86, "read", &[], KILL, THREAD),
            ],
        ),
        (
            "an errno by number",
            r#"{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 13}"#,
            &[(X86_64, "read", &[], Action::errno(13), Action::errno(13))],
        ),
        (
            "an errno by name, which comes before the number",
            r#"{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 13, "defaultErrno": "ENOSYS"}"#,
            &[(X86_64, "read", &[], ENOSYS, ENOSYS)],
        ),
        (
            "or in quotes",
            r#"{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrno": "7"}"#,
            &[(X86_64, "read", &[], Action::errno(7), Action::errno(7))],
        ),
        (
            "nobody is told that a call is new where calls run",
            r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ERRNO"}]}"#,
            &[
                (X86_64, "mount", &[], EPERM, EPERM),
                (X86_64, "463", &[], ALLOW, ALLOW),
                (X86_64, "9999", &[], ALLOW, ALLOW),
            ],
        ),
        (
            "or are logged",
            r#"{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}"#,
            &[(X86_64, "463", &[], Action::LOG, Action::LOG)],
        ),
        (
            "a deny list holds for socketcall and ipc as well, on whatever the kernel takes for them",
            r#"{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_S390X"],
                "syscalls": [{"names": ["socket", "shmat"], "action": "SCMP_ACT_ERRNO",
                              "args": [{"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]}]}"#,
            &[
                (X86_64, "socket", &[0, 2], EPERM, EPERM),
                (X86_64, "socket", &[0, 3], ALLOW, ALLOW),
                (X86, "socketcall", &[1, 2], EPERM, EPERM),
                (X86, "socketcall", &[1, 3], EPERM, ALLOW),
                (S390x, "socketcall", &[0x7_0000_0001, 2], EPERM, ALLOW),
                (X86, "ipc", &[0x2_0015, 2], EPERM, ALLOW),
                (X86, "ipc", &[22, 2], ALLOW, ALLOW),
            ],
        ),
        (
            "x32 where it is listed, with words of 32 bits",
            r#"{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X32"], "syscalls": [
                {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
                 "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]}]}"#,
            &[
                (X32, "personality", &[0x7_0000_0008], ALLOW, ALLOW),
                (X86_64, "personality", &[0x7_0000_0008], EPERM, EPERM),
                (X86_64, "personality", &[8], ALLOW, ALLOW),
                (X86, "personality", &[8], KILL, THREAD),
            ],
        ),
        (
            "of a map what stands under this architecture",
            r#"{"defaultAction": "SCMP_ACT_ERRNO", "archMap": [
                {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]},
                {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]},
                {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X32"]}],
                "syscalls": [{"names": ["read", "mseal"], "action": "SCMP_ACT_ALLOW"}]}"#,
            &[
                (X86_64, "read", &[], ALLOW, ALLOW),
                (X86, "read", &[], ALLOW, ALLOW),
                (X32, "read", &[], KILL, THREAD),
                (Arm, "read", &[], KILL, THREAD),
            ],
        ),
        (
            "0 on s390 is no call but the way to large numbers",
            r#"{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_S390X"], "syscalls": [
                {"names": ["read", "mseal"], "action": "SCMP_ACT_ALLOW"}]}"#,
            &[(S390x, "0", &[], ENOSYS, ENOSYS), (S390x, "1", &[], EPERM, EPERM)],
        ),
        (
            "the private calls of 32-bit ARM are above its others",
            r#"{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_ARM"], "syscalls": [
                {"names": ["read", "cacheflush"], "action": "SCMP_ACT_ALLOW"}]}"#,
            &[
                (Arm, "983042", &[], ALLOW, ALLOW),
                (Arm, "983041", &[], EPERM, EPERM),
                (Arm, "983043", &[], ENOSYS, ENOSYS),
                (Arm, "983047", &[], ENOSYS, ENOSYS),
                (Arm, "471", &[], EPERM, EPERM),
            ],
        ),
        (
            "keys in another case, nulls and words for people",
            r#"{"DefaultAction": "SCMP_ACT_ERRNO", "ARCHITECTURES": null, "flags": null, "listenerPath": null,
                "comment": ["a", "b"], "_x": {"y": 1.5}, "syscalls": [
                {"Names": ["read", "mseal"], "action": "SCMP_ACT_ALLOW", "args": null, "includes": null,
                 "excludes": {"caps": null, "arches": null, "minKernel": null}, "errnoRet": null}]}"#,
            &[(X86_64, "read", &[], ALLOW, ALLOW), (X86_64, "write", &[], EPERM, EPERM)],
        ),
    ];
    for (why, json, asked) in cases {
        check(why, json, asked);
    }
}
