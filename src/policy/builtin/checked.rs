//! What depends on the arguments.
//!
//! Arguments that the kernel takes as `int` or `unsigned` are compared by their low 32 bits, as the
//! kernel does: what a program leaves in the upper half must neither hide a value nor cause a
//! refusal.

use super::errno::{EACCES, EAFNOSUPPORT, EINVAL, ENOSYS, ENOTTY, EPERM};
use super::{Verdict, Width, call};
use crate::syscall::Syscall;

/// A call that is decided by its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Which.
    pub call: Syscall,
    /// Why it is checked, and for what.
    pub why: &'static str,
    /// What is decided by values.
    pub cases: &'static [Case],
    /// What holds for all other values.
    pub otherwise: Verdict,
}

/// Arguments that get a verdict.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// In which modes the case exists.
    pub when: When,
    /// What the call gets.
    pub verdict: Verdict,
    /// What must hold, all of it.
    pub all: &'static [Choice],
}

/// In which modes a case exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In all.
    Always,
    /// With network.
    Network,
    /// Without the permission for just-in-time compilers.
    NoJit,
}

/// An argument, and the values of which it must be one.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Which argument, 0 to 5.
    pub index: u32,
    /// How much of it is compared.
    pub width: Width,
    /// The bits compared, if not all.
    pub mask: Option<u64>,
    /// The values with their names.
    pub any_of: &'static [(u64, &'static str)],
}

pub(super) const fn one_of(index: u32, any_of: &'static [(u64, &'static str)]) -> Choice {
    Choice { index, width: Width::Bits32, mask: None, any_of }
}

pub(super) const fn masked(
    index: u32,
    mask: u64,
    any_of: &'static [(u64, &'static str)],
) -> Choice {
    Choice { index, width: Width::Bits32, mask: Some(mask), any_of }
}

const fn whole(index: u32, any_of: &'static [(u64, &'static str)]) -> Choice {
    Choice { index, width: Width::Bits64, mask: None, any_of }
}

const fn allow(all: &'static [Choice]) -> Case {
    Case { when: When::Always, verdict: Verdict::Allow, all }
}

pub(super) const fn soft(errno: u16, all: &'static [Choice]) -> Case {
    Case { when: When::Always, verdict: Verdict::Soft(errno), all }
}

const fn only(when: When, case: Case) -> Case {
    Case { when, ..case }
}

/// `PROT_WRITE | PROT_EXEC`, asked for together.
const WRITE_AND_EXEC: &[(u64, &str)] = &[(0x6, "PROT_WRITE|PROT_EXEC")];
const WX: u64 = 0x6;

/// W^X, for the three calls that set protections, all in argument 2.
pub(super) const NOT_WRITE_AND_EXEC: &[Case] =
    &[only(When::NoJit, soft(EACCES, &[masked(2, WX, WRITE_AND_EXEC)]))];

const UNIX: &[(u64, &str)] = &[(1, "AF_UNIX")];
const INTERNET: &[(u64, &str)] = &[(2, "AF_INET"), (10, "AF_INET6")];
/// The socket type shares its argument with SOCK_CLOEXEC and SOCK_NONBLOCK.
const SOCKET_TYPE: u64 = 0xf;

/// File types that need no capability to make. Bits of the mode besides S_IFMT are permissions.
const PLAIN_FILES: &[(u64, &str)] =
    &[(0, "none"), (0o100_000, "S_IFREG"), (0o010_000, "S_IFIFO"), (0o140_000, "S_IFSOCK")];
const FILE_TYPE: u64 = 0o170_000;

/// The calls that the arguments decide.
pub const CHECKED: &[Check] = &[
    Check {
        call: call!("clone"),
        why: "Threads and processes, but no new namespaces: CLONE_NEWUSER, NEWNS, NEWNET, NEWIPC, \
              NEWUTS, NEWPID, NEWCGROUP, NEWTIME. Fatal as unshare is.",
        cases: &[allow(&[masked(0, 0x7e02_0080, &[(0, "no CLONE_NEW*")])])],
        otherwise: Verdict::Fatal,
    },
    Check {
        call: call!("mmap"),
        why: "Never writable and executable at once: else mprotect's check is worth nothing. EACCES \
              is SELinux's and PR_SET_MDWE's answer; grep -P, php and git live with it.",
        cases: NOT_WRITE_AND_EXEC,
        otherwise: Verdict::Allow,
    },
    Check {
        call: call!("mprotect"),
        why: "Never writable and executable at once.",
        cases: NOT_WRITE_AND_EXEC,
        otherwise: Verdict::Allow,
    },
    Check {
        call: call!("pkey_mprotect"),
        why: "mprotect by another name.",
        cases: NOT_WRITE_AND_EXEC,
        otherwise: Verdict::Allow,
    },
    Check {
        call: call!("shmat"),
        why: "Shared memory is writable, so SHM_EXEC would make it both; nobody needs it, a \
              just-in-time compiler neither.",
        cases: &[soft(EACCES, &[masked(2, 0o100_000, &[(0o100_000, "SHM_EXEC")])])],
        otherwise: Verdict::Allow,
    },
    Check {
        call: call!("personality"),
        why: "Asking, and the personalities of Linux itself. READ_IMPLIES_EXEC would undo W^X, \
              ADDR_NO_RANDOMIZE the layout's randomness.",
        cases: &[allow(&[one_of(
            0,
            &[(0xffff_ffff, "query"), (0, "PER_LINUX"), (8, "PER_LINUX32")],
        )])],
        otherwise: Verdict::Soft(EPERM),
    },
    Check {
        call: call!("execveat"),
        why: "By path. On a bare descriptor it runs what may have no name any more; ENOSYS sends \
              fexecve to /proc/self/fd, where the kernel asks the file system.",
        cases: &[soft(ENOSYS, &[masked(4, 0x1000, &[(0x1000, "AT_EMPTY_PATH")])])],
        otherwise: Verdict::Allow,
    },
    Check {
        call: call!("socket"),
        why: "AF_UNIX; with network AF_INET and AF_INET6, streams and datagrams of the usual \
              protocols. Raw sockets read others' packets, and type 10 turns into AF_PACKET. The \
              rest of the families and protocols is where the kernel's holes are; EAFNOSUPPORT is \
              what a kernel without them says, and resolvers that try AF_NETLINK go on.",
        cases: &[
            allow(&[one_of(0, UNIX)]),
            only(
                When::Network,
                allow(&[
                    one_of(0, INTERNET),
                    masked(1, SOCKET_TYPE, &[(1, "SOCK_STREAM")]),
                    one_of(2, &[(0, "default"), (6, "IPPROTO_TCP"), (262, "IPPROTO_MPTCP")]),
                ]),
            ),
            only(
                When::Network,
                allow(&[
                    one_of(0, INTERNET),
                    masked(1, SOCKET_TYPE, &[(2, "SOCK_DGRAM")]),
                    one_of(
                        2,
                        &[
                            (0, "default"),
                            (1, "IPPROTO_ICMP"),
                            (17, "IPPROTO_UDP"),
                            (58, "IPPROTO_ICMPV6"),
                        ],
                    ),
                ]),
            ),
        ],
        otherwise: Verdict::Soft(EAFNOSUPPORT),
    },
    Check {
        call: call!("socketpair"),
        why: "AF_UNIX: the other families that have pairs are as far from use as from review.",
        cases: &[allow(&[one_of(0, UNIX)])],
        otherwise: Verdict::Soft(EAFNOSUPPORT),
    },
    Check {
        call: call!("ioctl"),
        why: "Terminals (but not TIOCSTI and TIOCLINUX, which type into them), pseudo-terminals, \
              descriptors, copies by reference, and reading network interfaces. ENOTTY is what a \
              device without the request says.",
        cases: &[
            allow(&[one_of(1, IOCTLS)]),
            // With 1, root takes the terminal of another session.
            allow(&[one_of(1, &[(0x540e, "TIOCSCTTY")]), one_of(2, &[(0, "0")])]),
        ],
        otherwise: Verdict::Soft(ENOTTY),
    },
    Check {
        call: call!("prctl"),
        why: "What concerns the process alone and gives it nothing; PR_CAPBSET_DROP and \
              PR_SET_SECUREBITS are absent on purpose, PR_SET_SECCOMP as seccomp is. EINVAL is what \
              a kernel without the option says.",
        cases: &[
            allow(&[one_of(0, PRCTLS)]),
            allow(&[
                one_of(0, &[(0x5356_4d41, "PR_SET_VMA")]),
                whole(1, &[(0, "PR_SET_VMA_ANON_NAME")]),
            ]),
            allow(&[one_of(0, &[(4, "PR_SET_DUMPABLE")]), whole(1, &[(0, "SUID_DUMP_DISABLE")])]),
        ],
        otherwise: Verdict::Soft(EINVAL),
    },
    Check {
        call: call!("prlimit64"),
        why: "Reading, where the new limit is NULL, and whether the process itself dumps core, which \
              gpg and the address sanitizer insist on turning off. Runtimes that try to raise other \
              limits go on with what they have.",
        cases: &[
            allow(&[whole(2, &[(0, "NULL")])]),
            allow(&[one_of(0, &[(0, "self")]), one_of(1, &[(4, "RLIMIT_CORE")])]),
        ],
        otherwise: Verdict::Soft(EPERM),
    },
    Check {
        call: call!("mknod"),
        why: "Files, FIFOs and sockets; devices need CAP_MKNOD, and this is what the kernel says \
              without.",
        cases: &[allow(&[masked(1, FILE_TYPE, PLAIN_FILES)])],
        otherwise: Verdict::Soft(EPERM),
    },
    Check {
        call: call!("mknodat"),
        why: "As mknod.",
        cases: &[allow(&[masked(2, FILE_TYPE, PLAIN_FILES)])],
        otherwise: Verdict::Soft(EPERM),
    },
    Check {
        call: call!("sched_setscheduler"),
        why: "The ordinary policies, with SCHED_RESET_ON_FORK or without. A real-time thread of \
              root's can keep a processor for itself. The thread is not checked: pthreads name \
              theirs by id.",
        cases: &[allow(&[masked(
            1,
            0xbfff_ffff,
            &[(0, "SCHED_OTHER"), (3, "SCHED_BATCH"), (5, "SCHED_IDLE")],
        )])],
        otherwise: Verdict::Soft(EPERM),
    },
    Check {
        call: call!("setpriority"),
        why: "The caller's own niceness; as root it could starve others.",
        cases: &[allow(&[one_of(0, &[(0, "PRIO_PROCESS")]), one_of(1, &[(0, "self")])])],
        otherwise: Verdict::Soft(EPERM),
    },
    Check {
        call: call!("ioprio_set"),
        why: "The caller's own, likewise.",
        cases: &[allow(&[one_of(0, &[(1, "IOPRIO_WHO_PROCESS")]), one_of(1, &[(0, "self")])])],
        otherwise: Verdict::Soft(EPERM),
    },
    Check {
        call: call!("keyctl"),
        why: "Fatal, but for the question with which PAM (su, runuser, login) finds out whether \
              there are keys: ENOSYS says no, and it goes on.",
        cases: &[soft(ENOSYS, &[one_of(0, &[(0, "KEYCTL_GET_KEYRING_ID")])])],
        otherwise: Verdict::Fatal,
    },
];

/// `asm-generic/ioctls.h`, `linux/fs.h`, `linux/sockios.h`.
const IOCTLS: &[(u64, &str)] = &[
    (0x5401, "TCGETS"),
    (0x5402, "TCSETS"),
    (0x5403, "TCSETSW"),
    (0x5404, "TCSETSF"),
    (0x802c_542a, "TCGETS2"),
    (0x402c_542b, "TCSETS2"),
    (0x402c_542c, "TCSETSW2"),
    (0x402c_542d, "TCSETSF2"),
    (0x5409, "TCSBRK"),
    (0x540a, "TCXONC"),
    (0x540b, "TCFLSH"),
    (0x540c, "TIOCEXCL"),
    (0x540d, "TIOCNXCL"),
    (0x540f, "TIOCGPGRP"),
    (0x5410, "TIOCSPGRP"),
    (0x5411, "TIOCOUTQ"),
    (0x5413, "TIOCGWINSZ"),
    (0x5414, "TIOCSWINSZ"),
    (0x541b, "FIONREAD"),
    (0x5420, "TIOCPKT"),
    (0x5421, "FIONBIO"),
    (0x5422, "TIOCNOTTY"),
    (0x5425, "TCSBRKP"),
    (0x5429, "TIOCGSID"),
    (0x8004_5430, "TIOCGPTN"),
    (0x4004_5431, "TIOCSPTLCK"),
    (0x5441, "TIOCGPTPEER"),
    (0x5450, "FIONCLEX"),
    (0x5451, "FIOCLEX"),
    (0x5452, "FIOASYNC"),
    (0x5460, "FIOQSIZE"),
    (0x8008_6601, "FS_IOC_GETFLAGS"),
    (0xc020_660b, "FS_IOC_FIEMAP"),
    (0x4004_9409, "FICLONE"),
    (0x4020_940d, "FICLONERANGE"),
    (0x8910, "SIOCGIFNAME"),
    (0x8912, "SIOCGIFCONF"),
    (0x8913, "SIOCGIFFLAGS"),
    (0x8915, "SIOCGIFADDR"),
    (0x8919, "SIOCGIFBRDADDR"),
    (0x891b, "SIOCGIFNETMASK"),
    (0x8921, "SIOCGIFMTU"),
    (0x8927, "SIOCGIFHWADDR"),
    (0x8933, "SIOCGIFINDEX"),
];

/// `linux/prctl.h`.
const PRCTLS: &[(u64, &str)] = &[
    (1, "PR_SET_PDEATHSIG"),
    (2, "PR_GET_PDEATHSIG"),
    (3, "PR_GET_DUMPABLE"),
    (7, "PR_GET_KEEPCAPS"),
    (8, "PR_SET_KEEPCAPS"),
    (15, "PR_SET_NAME"),
    (16, "PR_GET_NAME"),
    (21, "PR_GET_SECCOMP"),
    (23, "PR_CAPBSET_READ"),
    (27, "PR_GET_SECUREBITS"),
    (29, "PR_SET_TIMERSLACK"),
    (30, "PR_GET_TIMERSLACK"),
    (36, "PR_SET_CHILD_SUBREAPER"),
    (37, "PR_GET_CHILD_SUBREAPER"),
    (38, "PR_SET_NO_NEW_PRIVS"),
    (39, "PR_GET_NO_NEW_PRIVS"),
    (40, "PR_GET_TID_ADDRESS"),
    (41, "PR_SET_THP_DISABLE"),
    (42, "PR_GET_THP_DISABLE"),
    (47, "PR_CAP_AMBIENT"),
    (52, "PR_GET_SPECULATION_CTRL"),
    (65, "PR_SET_MDWE"),
    (66, "PR_GET_MDWE"),
    (0x4155_5856, "PR_GET_AUXV"),
];
