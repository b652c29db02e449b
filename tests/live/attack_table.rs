//! What every attack must come to, as data: one row, one attempt under one set of the launcher's flags.
//!
//! A row says what the policy does with the attempt, what the attempt does where there is no filter (so that
//! no row can pass by being harmless), and why anyone would try, or why the answer is this one.

use crate::stage::{CHECKED, PROFILE};

/// What the policy does with an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The process dies of SIGSYS in the attempt itself.
    Killed,
    /// The call answers this error, which is the filter's.
    Refused(&'static str),
    /// The call is let through, and gains nothing.
    InVain,
}

/// What the attempt does where there is no filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unconfined {
    /// It has its effect.
    Works,
    /// It says success and changes nothing, on every kernel.
    HasNoEffect,
    /// It has its effect, unless this kernel was built or set up without the feature, or this machine's
    /// root has not the right: then it answers one of these errors.
    MayLack(&'static [&'static str]),
}

pub struct Row {
    pub name: &'static str,
    pub flags: &'static [&'static str],
    pub expected: Expected,
    pub unconfined: Unconfined,
    pub why: &'static str,
}

const fn row(
    name: &'static str,
    flags: &'static [&'static str],
    expected: Expected,
    unconfined: Unconfined,
    why: &'static str,
) -> Row {
    Row { name, flags, expected, unconfined, why }
}

const fn refused(errno: &'static str) -> Expected {
    Expected::Refused(errno)
}

const fn lacks(errnos: &'static [&'static str]) -> Unconfined {
    Unconfined::MayLack(errnos)
}

const KILLED: Expected = Expected::Killed;
const IN_VAIN: Expected = Expected::InVain;
const WORKS: Unconfined = Unconfined::Works;
const NOTHING: Unconfined = Unconfined::HasNoEffect;

const DEFAULT: &[&str] = &[];
const NETWORK: &[&str] = &["--network"];
const JIT: &[&str] = &["--jit"];
const STRICT: &[&str] = &["--strict"];
const LOOSE: &[&str] = &["--network", "--jit", "--log", "--best-effort"];
/// The program sets itself an alarm before the attempt, and waits for children through a pipe.
const ESSENTIAL: &[&str] = &["--level", "essential", "--allow", "setitimer", "--allow", "pipe2"];
const MINIMAL: &[&str] = &["--level", "minimal"];
const COMPUTE: &[&str] = &["--level", "compute"];
const NETWORKED: &[&str] = &["--level", "network"];
const UNRESTRICTED: &[&str] = &["--level", "unrestricted"];
const HARDENED: &[&str] = &["--level", "network", "--harden"];
const FILTERS: &[&str] = &["--allow", "seccomp", "--allow", "prctl"];

#[rustfmt::skip] // one row, one line
pub const ROWS: &[Row] = &[
    // Namespaces.
    row("clone-user",                         DEFAULT,  KILLED,                  WORKS,                                 "all capabilities, for anyone"),
    row("clone3-user",                        DEFAULT,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-user",                       DEFAULT,  KILLED,                  WORKS,                                 "all capabilities, for anyone"),
    row("clone-mount",                        DEFAULT,  KILLED,                  WORKS,                                 "an own view of the files"),
    row("clone3-mount",                       DEFAULT,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-mount",                      DEFAULT,  KILLED,                  WORKS,                                 "an own view of the files"),
    row("clone-net",                          DEFAULT,  KILLED,                  WORKS,                                 "an own network"),
    row("clone3-net",                         DEFAULT,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-net",                        DEFAULT,  KILLED,                  WORKS,                                 "an own network"),
    row("clone-ipc",                          DEFAULT,  KILLED,                  WORKS,                                 "an own set of queues"),
    row("clone3-ipc",                         DEFAULT,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-ipc",                        DEFAULT,  KILLED,                  WORKS,                                 "an own set of queues"),
    row("clone-uts",                          DEFAULT,  KILLED,                  WORKS,                                 "an own host name"),
    row("clone3-uts",                         DEFAULT,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-uts",                        DEFAULT,  KILLED,                  WORKS,                                 "an own host name"),
    row("clone-pid",                          DEFAULT,  KILLED,                  WORKS,                                 "be process 1"),
    row("clone3-pid",                         DEFAULT,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-pid",                        DEFAULT,  KILLED,                  WORKS,                                 "be process 1"),
    row("clone-cgroup",                       DEFAULT,  KILLED,                  WORKS,                                 "an own view of the limits"),
    row("clone3-cgroup",                      DEFAULT,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-cgroup",                     DEFAULT,  KILLED,                  WORKS,                                 "an own view of the limits"),
    row("clone-time",                         DEFAULT,  KILLED,                  NOTHING,                               "in clone the bit is part of the exit signal: harmless, refused all the same"),
    row("clone3-time",                        DEFAULT,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-time",                       DEFAULT,  KILLED,                  WORKS,                                 "an own clock"),
    row("clone-user-high-bits",               DEFAULT,  KILLED,                  WORKS,                                 "the kernel looks at the low half only"),
    row("clone-user-among-others",            DEFAULT,  KILLED,                  WORKS,                                 "the flag hides among harmless ones"),
    row("clone3-plain",                       DEFAULT,  refused("ENOSYS"),       WORKS,                                 "even a harmless one cannot be told apart"),
    row("unshare-user-map-root",              DEFAULT,  KILLED,                  WORKS,                                 "root of an own user namespace"),
    row("unshare-files",                      DEFAULT,  KILLED,                  WORKS,                                 "no program needs any of unshare"),
    row("setns-uts",                          DEFAULT,  KILLED,                  WORKS,                                 "into a namespace that is there already"),
    row("setns-net",                          DEFAULT,  KILLED,                  WORKS,                                 "into a namespace that is there already"),
    row("setns-mount",                        DEFAULT,  KILLED,                  WORKS,                                 "into a namespace that is there already"),
    row("setns-process",                      DEFAULT,  KILLED,                  WORKS,                                 "into all of another process's at once"),

    // Mounts.
    row("mount",                              DEFAULT,  KILLED,                  WORKS,                                 "puts files where others look for theirs"),
    row("umount2",                            DEFAULT,  KILLED,                  WORKS,                                 "uncovers what was hidden"),
    row("pivot_root",                         DEFAULT,  KILLED,                  WORKS,                                 "leaves the given root"),
    row("move_mount",                         DEFAULT,  KILLED,                  WORKS,                                 "the new way to mount"),
    row("open_tree",                          DEFAULT,  KILLED,                  WORKS,                                 "a copy of any mount"),
    row("open_tree_attr",                     DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "the same with other attributes"),
    row("fsopen",                             DEFAULT,  KILLED,                  WORKS,                                 "the new way to mount, step 1"),
    row("fsconfig",                           DEFAULT,  KILLED,                  WORKS,                                 "step 2"),
    row("fsmount",                            DEFAULT,  KILLED,                  WORKS,                                 "step 3"),
    row("fspick",                             DEFAULT,  KILLED,                  WORKS,                                 "reconfigures what is mounted"),
    row("mount_setattr",                      DEFAULT,  KILLED,                  WORKS,                                 "makes read-only writable"),
    row("chroot",                             DEFAULT,  refused("EPERM"),        WORKS,                                 "the way out of a chroot; daemons try it and go on"),

    // Writable and executable at once.
    row("wx-mmap",                            DEFAULT,  refused("EACCES"),       WORKS,                                 "code that nobody shipped"),
    row("wx-mmap-shared",                     DEFAULT,  refused("EACCES"),       WORKS,                                 "shared is no different"),
    row("wx-mmap-not-readable",               DEFAULT,  refused("EACCES"),       WORKS,                                 "the processor reads what may be written"),
    row("wx-mmap-high-bits",                  DEFAULT,  refused("EACCES"),       WORKS,                                 "the kernel ignores bits that it does not know"),
    row("wx-mmap-low-memory",                 DEFAULT,  refused("EACCES"),       WORKS,                                 "other flags change nothing"),
    row("wx-mmap-file",                       DEFAULT,  refused("EACCES"),       WORKS,                                 "a file's copy"),
    row("wx-mmap-file-shared",                DEFAULT,  refused("EACCES"),       WORKS,                                 "the file itself"),
    row("wx-mprotect",                        DEFAULT,  refused("EACCES"),       WORKS,                                 "the same one call later"),
    row("wx-mprotect-not-readable",           DEFAULT,  refused("EACCES"),       WORKS,                                 "the same without PROT_READ"),
    row("wx-mprotect-own-code",               DEFAULT,  refused("EACCES"),       WORKS,                                 "patches the running program"),
    row("wx-mprotect-stack",                  DEFAULT,  refused("EACCES"),       WORKS,                                 "code from an overflow"),
    row("wx-pkey-mprotect",                   DEFAULT,  refused("EACCES"),       WORKS,                                 "mprotect by another name"),
    row("wx-shmat",                           DEFAULT,  refused("EACCES"),       WORKS,                                 "shared memory, executable"),
    row("wx-shmat-high-bits",                 DEFAULT,  refused("EACCES"),       WORKS,                                 "the flags are an int"),
    row("wx-personality",                     DEFAULT,  refused("EPERM"),        WORKS,                                 "afterwards PROT_READ means PROT_EXEC"),
    row("wx-personality-high-bits",           DEFAULT,  refused("EPERM"),        WORKS,                                 "the personality is an unsigned int"),
    row("personality-fixed-addresses",        DEFAULT,  refused("EPERM"),        WORKS,                                 "turns off address randomisation"),
    row("personality-page-at-zero",           DEFAULT,  refused("EPERM"),        WORKS,                                 "maps the page at address zero"),

    // Sockets without the network.
    row("socket-packet",                      DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "sees all packets"),
    row("socket-packet-high-bits",            DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "the family is an int"),
    row("socket-netlink",                     DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "configures the network"),
    row("socket-alg",                         DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "a large, seldom used piece of the kernel"),
    row("socket-vsock",                       DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "talks to the host"),
    row("socket-key",                         DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "IPsec keys"),
    row("socket-xdp",                         DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "raw packets by shared memory"),
    row("socket-bluetooth",                   DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "hardware"),
    row("socket-can",                         DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "hardware"),
    row("socket-rds",                         DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "a module with a history of holes"),
    row("socket-tipc",                        DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "a module with a history of holes"),
    row("socketpair-tipc",                    DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "a pair is a socket too"),
    row("socketpair-inet",                    DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["EOPNOTSUPP"]),                "a pair is a socket too"),
    row("socket-inet",                        DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "no network was asked for"),
    row("socket-inet-datagram",               DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "no network was asked for"),
    row("socket-inet-high-bits",              DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "the family is an int"),
    row("socket-inet6",                       DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "no network was asked for"),
    row("socket-inet-old-packet",             DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "the kernel turns it into AF_PACKET"),
    row("socket-inet-old-packet-flags",       DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "the same with flags on top"),
    row("socket-inet-old-packet-high-bits",   DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "the same with dirt on top"),
    row("socket-inet-raw",                    DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "forges packets"),
    row("socket-inet-raw-flags",              DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "the same with flags on top"),
    row("socket-inet6-raw",                   DEFAULT,  refused("EAFNOSUPPORT"), WORKS,                                 "forges packets"),
    row("socket-inet-seqpacket",              DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["ESOCKTNOSUPPORT"]),           "SCTP: a module with a history of holes"),
    row("socket-inet-dccp",                   DEFAULT,  refused("EAFNOSUPPORT"), lacks(&["ESOCKTNOSUPPORT"]),           "a module with a history of holes"),
    row("ioctl-interface-flags",              DEFAULT,  refused("ENOTTY"),       WORKS,                                 "any socket is a handle on the interfaces"),

    // Sockets with the network: the internet, and nothing else.
    row("socket-packet",                      NETWORK,  refused("EAFNOSUPPORT"), WORKS,                                 "sees all packets"),
    row("socket-packet-high-bits",            NETWORK,  refused("EAFNOSUPPORT"), WORKS,                                 "the family is an int"),
    row("socket-netlink",                     NETWORK,  refused("EAFNOSUPPORT"), WORKS,                                 "configures the network"),
    row("socket-alg",                         NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "a large, seldom used piece of the kernel"),
    row("socket-vsock",                       NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "talks to the host"),
    row("socket-key",                         NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "IPsec keys"),
    row("socket-xdp",                         NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "raw packets by shared memory"),
    row("socket-bluetooth",                   NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "hardware"),
    row("socket-can",                         NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "hardware"),
    row("socket-rds",                         NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "a module with a history of holes"),
    row("socket-tipc",                        NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "a module with a history of holes"),
    row("socketpair-tipc",                    NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EAFNOSUPPORT"]),              "a pair is a socket too"),
    row("socketpair-inet",                    NETWORK,  refused("EAFNOSUPPORT"), lacks(&["EOPNOTSUPP"]),                "a pair is a socket too"),
    row("socket-inet-old-packet",             NETWORK,  refused("EAFNOSUPPORT"), WORKS,                                 "the kernel turns it into AF_PACKET"),
    row("socket-inet-old-packet-flags",       NETWORK,  refused("EAFNOSUPPORT"), WORKS,                                 "the same with flags on top"),
    row("socket-inet-old-packet-high-bits",   NETWORK,  refused("EAFNOSUPPORT"), WORKS,                                 "the same with dirt on top"),
    row("socket-inet-raw",                    NETWORK,  refused("EAFNOSUPPORT"), WORKS,                                 "forges packets"),
    row("socket-inet-raw-flags",              NETWORK,  refused("EAFNOSUPPORT"), WORKS,                                 "the same with flags on top"),
    row("socket-inet6-raw",                   NETWORK,  refused("EAFNOSUPPORT"), WORKS,                                 "forges packets"),
    row("socket-inet-seqpacket",              NETWORK,  refused("EAFNOSUPPORT"), lacks(&["ESOCKTNOSUPPORT"]),           "SCTP: a module with a history of holes"),
    row("socket-inet-dccp",                   NETWORK,  refused("EAFNOSUPPORT"), lacks(&["ESOCKTNOSUPPORT"]),           "a module with a history of holes"),
    row("ioctl-interface-flags",              NETWORK,  refused("ENOTTY"),       WORKS,                                 "any socket is a handle on the interfaces"),

    // Terminals, prctl, capabilities.
    row("ioctl-TIOCSTI",                      DEFAULT,  refused("ENOTTY"),       lacks(&["EIO"]),                       "types commands into the shell outside"),
    row("ioctl-TIOCSTI-high-bits",            DEFAULT,  refused("ENOTTY"),       lacks(&["EIO"]),                       "the request is an unsigned int"),
    row("ioctl-TIOCSETD",                     DEFAULT,  refused("ENOTTY"),       lacks(&["EINVAL"]),                    "another driver, and its holes"),
    row("ioctl-TIOCLINUX",                    DEFAULT,  refused("ENOTTY"),       lacks(&["ENOTTY"]),                    "selects and pastes on a console"),
    row("ioctl-TIOCLINUX-high-bits",          DEFAULT,  refused("ENOTTY"),       lacks(&["ENOTTY"]),                    "the request is an unsigned int"),
    row("ioctl-immutable",                    DEFAULT,  refused("ENOTTY"),       lacks(&["ENOTTY", "EPERM", "EOPNOTSUPP"]), "a file that cannot be removed"),
    row("prctl-CAPBSET_DROP",                 DEFAULT,  refused("EINVAL"),       WORKS,                                 "a process's rights are its launcher's business"),
    row("prctl-CAPBSET_DROP-high-bits",       DEFAULT,  refused("EINVAL"),       WORKS,                                 "the option is an int"),
    row("prctl-SET_SECUREBITS",               DEFAULT,  refused("EINVAL"),       WORKS,                                 "changes what root means"),
    row("prctl-SET_MM",                       DEFAULT,  refused("EINVAL"),       lacks(&["EPERM"]),                     "hides what the process is"),
    row("prctl-SET_DUMPABLE",                 DEFAULT,  refused("EINVAL"),       WORKS,                                 "lets others look into the process"),
    row("prctl-SET_TSC",                      DEFAULT,  refused("EINVAL"),       WORKS,                                 "nothing needs it"),
    row("prctl-SET_PTRACER",                  DEFAULT,  refused("EINVAL"),       lacks(&["EINVAL"]),                    "opens the process to a tracer"),
    row("prctl-SET_IO_FLUSHER",               DEFAULT,  refused("EINVAL"),       lacks(&["EPERM", "EINVAL"]),           "takes from the memory reserve"),
    row("prctl-SYSCALL_USER_DISPATCH",        DEFAULT,  refused("EINVAL"),       lacks(&["EINVAL"]),                    "another way to catch calls"),
    row("capset",                             DEFAULT,  refused("EPERM"),        WORKS,                                 "capabilities that survive exec"),

    // Other processes.
    row("ptrace-traceme",                     DEFAULT,  KILLED,                  WORKS,                                 "the parent may do anything to it"),
    row("ptrace-attach",                      DEFAULT,  KILLED,                  WORKS,                                 "does anything to another process"),
    row("ptrace-seize",                       DEFAULT,  KILLED,                  WORKS,                                 "the same, quietly"),
    row("process_vm_readv",                   DEFAULT,  KILLED,                  WORKS,                                 "reads another's secrets"),
    row("process_vm_writev",                  DEFAULT,  KILLED,                  WORKS,                                 "writes into another process"),
    row("process_madvise",                    DEFAULT,  refused("ENOSYS"),       lacks(&["EPERM"]),                     "another's memory; programs fall back"),
    row("pidfd_open",                         DEFAULT,  refused("ENOSYS"),       WORKS,                                 "a handle on a process; programs fall back to pids"),
    row("pidfd_getfd",                        DEFAULT,  refused("ENOSYS"),       WORKS,                                 "another's files"),
    row("pidfd_send_signal",                  DEFAULT,  refused("ENOSYS"),       WORKS,                                 "programs fall back to kill"),
    row("kcmp",                               DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "looks across processes"),
    row("move_pages",                         DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "another's memory"),
    row("migrate_pages",                      DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "another's memory"),
    row("prlimit64-other",                    DEFAULT,  refused("EPERM"),        WORKS,                                 "another's limits"),
    row("setpriority-other",                  DEFAULT,  refused("EPERM"),        WORKS,                                 "another's priority"),
    row("setpriority-user",                   DEFAULT,  refused("EPERM"),        WORKS,                                 "the priority of all of a user's processes"),
    row("ioprio_set-other",                   DEFAULT,  refused("EPERM"),        WORKS,                                 "another's disk time"),

    // More than one's share.
    row("setrlimit-raise",                    DEFAULT,  refused("EPERM"),        lacks(&["EPERM"]),                     "limits are there to hold"),
    row("setrlimit-lower",                    DEFAULT,  refused("EPERM"),        WORKS,                                 "programs ask and go on without"),
    row("prlimit64-raise",                    DEFAULT,  refused("EPERM"),        lacks(&["EPERM"]),                     "setrlimit by another name"),
    row("prlimit64-lower",                    DEFAULT,  refused("EPERM"),        WORKS,                                 "programs ask and go on without"),
    row("sched_setscheduler-fifo",            DEFAULT,  refused("EPERM"),        lacks(&["EPERM"]),                     "stands before every other process"),
    row("sched_setscheduler-round-robin",     DEFAULT,  refused("EPERM"),        lacks(&["EPERM"]),                     "stands before every other process"),
    row("sched_setscheduler-fifo-high-bits",  DEFAULT,  refused("EPERM"),        lacks(&["EPERM"]),                     "the policy is an int"),
    row("sched_setscheduler-fifo-reset",      DEFAULT,  refused("EPERM"),        lacks(&["EPERM"]),                     "a flag rides on the policy"),
    row("sched_setattr-fifo",                 DEFAULT,  refused("EPERM"),        lacks(&["EPERM"]),                     "the policy is in memory"),
    row("sched_setattr-deadline",             DEFAULT,  refused("EPERM"),        lacks(&["EPERM", "EBUSY"]),            "the policy is in memory"),
    row("sched_setparam",                     DEFAULT,  refused("EPERM"),        WORKS,                                 "raises a real-time priority"),
    row("mlockall",                           DEFAULT,  refused("EPERM"),        WORKS,                                 "memory that others lack"),
    row("mbind",                              DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "no need; programs fall back"),
    row("set_mempolicy",                      DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "no need; programs fall back"),
    row("get_mempolicy",                      DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "no need; programs fall back"),
    row("futex_wake",                         DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "too new: libc falls back to futex"),
    row("futex_wait",                         DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "too new: libc falls back to futex"),
    row("futex_waitv",                        DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "too new: libc falls back to futex"),
    row("futex_requeue",                      DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "too new: libc falls back to futex"),

    // The machine and its kernel.
    row("bpf",                                DEFAULT,  KILLED,                  WORKS,                                 "programs in the kernel"),
    row("perf_event_open",                    DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "watches the whole machine; many holes"),
    row("userfaultfd",                        DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "stops the kernel where an exploit likes it"),
    row("userfaultfd-user-mode",              DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "the unprivileged half of it"),
    row("io_uring_setup",                     DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS", "EPERM"]),           "calls that no filter sees"),
    row("io_uring_enter",                     DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS", "EPERM"]),           "calls that no filter sees"),
    row("io_uring_register",                  DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS", "EPERM"]),           "calls that no filter sees"),
    row("add_key",                            DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "keys are not namespaced"),
    row("request_key",                        DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "keys are not namespaced"),
    row("keyctl-get",                         DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "PAM asks it to learn whether there are keys"),
    row("keyctl-join",                        DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "keys are not namespaced"),
    row("keyctl-join-high-bits",              DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "the operation is an int"),
    row("kexec_load",                         DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "another kernel"),
    row("kexec_file_load",                    DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "another kernel"),
    row("init_module",                        DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "code in the kernel"),
    row("finit_module",                       DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "code in the kernel"),
    row("delete_module",                      DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "takes the kernel apart"),
    row("iopl",                               DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "the hardware"),
    row("ioperm",                             DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "the hardware"),
    row("modify_ldt",                         DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "old, and a source of holes"),
    row("reboot",                             DEFAULT,  KILLED,                  WORKS,                                 "the machine is not ours"),
    row("swapon",                             DEFAULT,  KILLED,                  WORKS,                                 "the machine is not ours"),
    row("swapoff",                            DEFAULT,  KILLED,                  WORKS,                                 "the machine is not ours"),
    row("sethostname",                        DEFAULT,  refused("EPERM"),        WORKS,                                 "what the kernel says to those without the right"),
    row("setdomainname",                      DEFAULT,  refused("EPERM"),        WORKS,                                 "what the kernel says to those without the right"),
    row("settimeofday",                       DEFAULT,  refused("EPERM"),        WORKS,                                 "what the kernel says to those without the right"),
    row("clock_settime",                      DEFAULT,  refused("EPERM"),        WORKS,                                 "what the kernel says to those without the right"),
    row("adjtimex",                           DEFAULT,  refused("EPERM"),        WORKS,                                 "what the kernel says to those without the right"),
    row("clock_adjtime",                      DEFAULT,  refused("EPERM"),        WORKS,                                 "what the kernel says to those without the right"),
    row("syslog",                             DEFAULT,  refused("EPERM"),        WORKS,                                 "what the kernel says to those without the right"),
    row("lookup_dcookie",                     DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "gone from new kernels"),
    row("vhangup",                            DEFAULT,  refused("EPERM"),        WORKS,                                 "what the kernel says to those without the right"),

    // Files that are more than files.
    row("mknod-character",                    DEFAULT,  refused("EPERM"),        WORKS,                                 "the hardware by an own name"),
    row("mknod-block",                        DEFAULT,  refused("EPERM"),        WORKS,                                 "a disk by an own name"),
    row("mknod-character-high-bits",          DEFAULT,  refused("EPERM"),        WORKS,                                 "the mode has 16 bits"),
    row("mknodat-character",                  DEFAULT,  refused("EPERM"),        WORKS,                                 "the same from a folder"),
    row("mknodat-block",                      DEFAULT,  refused("EPERM"),        WORKS,                                 "the same from a folder"),
    row("name_to_handle_at",                  DEFAULT,  refused("EPERM"),        lacks(&["EOPNOTSUPP"]),                "half of the way past the folders"),
    row("open_by_handle_at",                  DEFAULT,  KILLED,                  lacks(&["EOPNOTSUPP"]),                "past every folder: how a container was left"),
    row("execveat-empty-path",                DEFAULT,  refused("ENOSYS"),       WORKS,                                 "a program without a name"),
    row("execveat-open-file",                 DEFAULT,  refused("ENOSYS"),       WORKS,                                 "a program without a name"),
    row("execveat-high-bits",                 DEFAULT,  refused("ENOSYS"),       WORKS,                                 "the flags are an int"),
    row("memfd_create",                       DEFAULT,  refused("ENOSYS"),       WORKS,                                 "a program that no disk saw"),
    row("memfd-run",                          DEFAULT,  refused("ENOSYS"),       WORKS,                                 "a program that no disk saw"),
    row("memfd_secret",                       DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "memory that nobody can inspect"),
    row("openat2",                            DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "the flags are in memory; programs fall back"),
    row("fanotify_init",                      DEFAULT,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "sees what everyone opens"),
    row("quotactl",                           DEFAULT,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "others' quotas"),
    row("acct",                               DEFAULT,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "writes where it likes"),

    // Around the filter.
    row("x32-getpid",                         DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "the same numbers with bit 30 set"),
    row("x32-unshare",                        DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "the same numbers with bit 30 set"),
    row("int80-getpid",                       DEFAULT,  KILLED,                  WORKS,                                 "other numbers, other registers"),
    row("int80-unshare",                      DEFAULT,  KILLED,                  WORKS,                                 "a forbidden call by its other number"),
    row("int80-mount",                        DEFAULT,  KILLED,                  WORKS,                                 "21 is access on one side and mount on the other"),
    row("number-minus-one",                   DEFAULT,  KILLED,                  lacks(&["ENOSYS"]),                    "what a tracer writes to skip a call"),
    row("number-600",                         DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "newer than the policy"),
    row("number-1000",                        DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "newer than the policy"),
    row("number-below-x32",                   DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "the last number below bit 30"),
    row("number-above-x32",                   DEFAULT,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "a number that is negative to the kernel"),
    row("second-filter",                      DEFAULT,  refused("ENOSYS"),       WORKS,                                 "it could only narrow, but why should it"),
    row("second-filter-listener",             DEFAULT,  refused("ENOSYS"),       WORKS,                                 "another process decides"),
    row("second-filter-prctl",                DEFAULT,  refused("EINVAL"),       WORKS,                                 "the old way"),
    row("second-filter-prctl-high-bits",      DEFAULT,  refused("EINVAL"),       WORKS,                                 "the option is an int"),

    // With a just-in-time compiler allowed, all the rest holds.
    row("wx-shmat",                           JIT,      refused("EACCES"),       WORKS,                                 "no compiler puts code into shared memory"),
    row("wx-shmat-high-bits",                 JIT,      refused("EACCES"),       WORKS,                                 "the flags are an int"),
    row("wx-personality",                     JIT,      refused("EPERM"),        WORKS,                                 "a compiler says PROT_EXEC where it means it"),
    row("wx-personality-high-bits",           JIT,      refused("EPERM"),        WORKS,                                 "the personality is an unsigned int"),
    row("unshare-user",                       JIT,      KILLED,                  WORKS,                                 "nothing to do with code"),
    row("clone-user",                         JIT,      KILLED,                  WORKS,                                 "nothing to do with code"),
    row("clone3-user",                        JIT,      refused("ENOSYS"),       WORKS,                                 "nothing to do with code"),
    row("ptrace-traceme",                     JIT,      KILLED,                  WORKS,                                 "nothing to do with code"),
    row("socket-netlink",                     JIT,      refused("EAFNOSUPPORT"), WORKS,                                 "nothing to do with code"),
    row("execveat-empty-path",                JIT,      refused("ENOSYS"),       WORKS,                                 "nothing to do with code"),
    row("int80-getpid",                       JIT,      KILLED,                  WORKS,                                 "nothing to do with code"),

    // Strict: what is otherwise refused softly is fatal.
    row("clone3-user",                        STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("clone3-plain",                       STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("wx-mmap",                            STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("wx-mprotect",                        STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("wx-pkey-mprotect",                   STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("wx-shmat",                           STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("wx-personality",                     STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("socket-netlink",                     STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("socket-packet",                      STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("socket-inet",                        STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("socketpair-inet",                    STRICT,   KILLED,                  lacks(&["EOPNOTSUPP"]),                "no second chance"),
    row("ioctl-TIOCSTI",                      STRICT,   KILLED,                  lacks(&["EIO"]),                       "no second chance"),
    row("prctl-CAPBSET_DROP",                 STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("prctl-SET_SECUREBITS",               STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("capset",                             STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("chroot",                             STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("io_uring_setup",                     STRICT,   KILLED,                  lacks(&["ENOSYS", "EPERM"]),           "no second chance"),
    row("pidfd_open",                         STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("openat2",                            STRICT,   KILLED,                  lacks(&["ENOSYS"]),                    "no second chance"),
    row("futex_waitv",                        STRICT,   KILLED,                  lacks(&["ENOSYS"]),                    "no second chance"),
    row("memfd_create",                       STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("execveat-empty-path",                STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("mknod-character",                    STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("mknodat-block",                      STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("setrlimit-lower",                    STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("prlimit64-lower",                    STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("sched_setscheduler-fifo",            STRICT,   KILLED,                  lacks(&["EPERM"]),                     "no second chance"),
    row("setpriority-other",                  STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("sethostname",                        STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("clock_settime",                      STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("syslog",                             STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("second-filter",                      STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("second-filter-prctl",                STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("unshare-user",                       STRICT,   KILLED,                  WORKS,                                 "no second chance"),
    row("number-600",                         STRICT,   KILLED,                  lacks(&["ENOSYS"]),                    "no second chance"),

    // All flags that loosen anything at once.
    row("clone-user",                         LOOSE,    KILLED,                  WORKS,                                 "the other flags open nothing here"),
    row("clone3-user",                        LOOSE,    refused("ENOSYS"),       WORKS,                                 "the other flags open nothing here"),
    row("unshare-user",                       LOOSE,    KILLED,                  WORKS,                                 "the other flags open nothing here"),
    row("ptrace-attach",                      LOOSE,    KILLED,                  WORKS,                                 "the other flags open nothing here"),
    row("mount",                              LOOSE,    KILLED,                  WORKS,                                 "the other flags open nothing here"),
    row("bpf",                                LOOSE,    KILLED,                  WORKS,                                 "the other flags open nothing here"),
    row("socket-netlink",                     LOOSE,    refused("EAFNOSUPPORT"), WORKS,                                 "the other flags open nothing here"),
    row("socket-inet-old-packet",             LOOSE,    refused("EAFNOSUPPORT"), WORKS,                                 "the other flags open nothing here"),
    row("wx-shmat",                           LOOSE,    refused("EACCES"),       WORKS,                                 "the other flags open nothing here"),
    row("ioctl-TIOCSTI",                      LOOSE,    refused("ENOTTY"),       lacks(&["EIO"]),                       "the other flags open nothing here"),
    row("prctl-SET_SECUREBITS",               LOOSE,    refused("EINVAL"),       WORKS,                                 "the other flags open nothing here"),
    row("memfd-run",                          LOOSE,    refused("ENOSYS"),       WORKS,                                 "the other flags open nothing here"),
    row("io_uring_setup",                     LOOSE,    refused("ENOSYS"),       lacks(&["ENOSYS", "EPERM"]),           "the other flags open nothing here"),
    row("second-filter",                      LOOSE,    refused("ENOSYS"),       WORKS,                                 "the other flags open nothing here"),
    row("int80-mount",                        LOOSE,    KILLED,                  WORKS,                                 "the other flags open nothing here"),

    // Levels: what is on no list, or on the list of a wider one.
    row("clone-user",                         ESSENTIAL, KILLED,                 WORKS,                                 "no processes at all, so no namespaces"),
    row("clone3-user",                        ESSENTIAL, KILLED,                 WORKS,                                 "no processes at all, so no namespaces"),
    row("ioctl-TIOCSTI",                      ESSENTIAL, refused("ENOTTY"),      lacks(&["EIO"]),                       "no request of any driver"),
    row("socket-inet",                        ESSENTIAL, refused("EACCES"),      WORKS,                                 "sockets begin with network"),
    row("unshare-user",                       MINIMAL,  KILLED,                  WORKS,                                 "on no list"),
    row("mount",                              COMPUTE,  KILLED,                  WORKS,                                 "mounting is for unrestricted"),
    row("sched_setscheduler-fifo",            MINIMAL,  KILLED,                  lacks(&["EPERM"]),                     "scheduling begins with compute"),
    row("socket-inet",                        COMPUTE,  refused("EACCES"),       WORKS,                                 "sockets begin with network"),
    row("socket-netlink",                     COMPUTE,  refused("EACCES"),       WORKS,                                 "sockets begin with network"),
    row("socketpair-inet",                    COMPUTE,  KILLED,                  lacks(&["EOPNOTSUPP"]),                "sockets begin with network"),
    row("mknod-character",                    COMPUTE,  refused("EPERM"),        WORKS,                                 "no devices at any level"),
    row("ptrace-attach",                      NETWORKED, KILLED,                 WORKS,                                 "tracing is for unrestricted"),
    row("bpf",                                NETWORKED, KILLED,                 WORKS,                                 "code in the kernel is for unrestricted"),
    row("second-filter",                      NETWORKED, KILLED,                 WORKS,                                 "filters of its own are for unrestricted"),
    row("io_uring_setup",                     UNRESTRICTED, KILLED,              lacks(&["ENOSYS", "EPERM"]),           "past every filter, and on no list"),
    row("unshare-user",                       UNRESTRICTED, KILLED,              WORKS,                                 "on no list"),
    row("open_by_handle_at",                  UNRESTRICTED, KILLED,              lacks(&["EOPNOTSUPP"]),                "on no list"),
    row("int80-mount",                        UNRESTRICTED, KILLED,              WORKS,                                 "another architecture, whatever the level"),
    row("x32-unshare",                        UNRESTRICTED, KILLED,              lacks(&["ENOSYS"]),                    "another architecture, whatever the level"),

    // Hardened: what a level allows as a whole.
    row("clone-user",                         HARDENED, KILLED,                  WORKS,                                 "all capabilities, for anyone"),
    row("clone3-user",                        HARDENED, refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("clone-mount",                        HARDENED, KILLED,                  WORKS,                                 "an own view of the files"),
    row("wx-mmap",                            HARDENED, refused("EACCES"),       WORKS,                                 "memory to write and run"),
    row("wx-mprotect",                        HARDENED, refused("EACCES"),       WORKS,                                 "memory to write and run"),
    row("wx-pkey-mprotect",                   HARDENED, refused("EACCES"),       WORKS,                                 "memory to write and run"),
    row("socket-packet",                      HARDENED, refused("EAFNOSUPPORT"), WORKS,                                 "others' packets"),
    row("socket-inet-old-packet",             HARDENED, refused("EAFNOSUPPORT"), WORKS,                                 "others' packets, by the old way"),
    row("socket-netlink",                     HARDENED, refused("EAFNOSUPPORT"), WORKS,                                 "the kernel's own protocols"),
    row("ioctl-TIOCSTI",                      HARDENED, refused("ENOTTY"),       lacks(&["EIO"]),                       "types for the user"),
    row("prctl-SET_SECUREBITS",               HARDENED, refused("EINVAL"),       WORKS,                                 "the rules of capabilities"),
    row("second-filter-prctl",                HARDENED, refused("EINVAL"),       WORKS,                                 "filters by the old way"),
    row("execveat-empty-path",                HARDENED, refused("ENOSYS"),       WORKS,                                 "a program without a name"),
    row("prlimit64-lower",                    HARDENED, refused("EPERM"),        WORKS,                                 "others' limits"),
    row("sched_setscheduler-fifo",            HARDENED, refused("EPERM"),        lacks(&["EPERM"]),                     "a processor for itself"),

    // A container engine's profile, read as for its containers: it answers where the built-in policy kills.
    row("clone-user",                         PROFILE,  refused("EPERM"),        WORKS,                                 "takes CAP_SYS_ADMIN, says the profile; the kernel does not"),
    row("clone3-user",                        PROFILE,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-user",                       PROFILE,  refused("EPERM"),        WORKS,                                 "takes CAP_SYS_ADMIN, says the profile; the kernel does not"),
    row("clone-mount",                        PROFILE,  refused("EPERM"),        WORKS,                                 "takes CAP_SYS_ADMIN, says the profile; the kernel does not"),
    row("clone3-mount",                       PROFILE,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-mount",                      PROFILE,  refused("EPERM"),        WORKS,                                 "takes CAP_SYS_ADMIN, says the profile; the kernel does not"),
    row("clone-net",                          PROFILE,  refused("EPERM"),        WORKS,                                 "takes CAP_SYS_ADMIN, says the profile; the kernel does not"),
    row("clone3-net",                         PROFILE,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("unshare-net",                        PROFILE,  refused("EPERM"),        WORKS,                                 "takes CAP_SYS_ADMIN, says the profile; the kernel does not"),
    row("clone-user-high-bits",               PROFILE,  refused("EPERM"),        WORKS,                                 "the mask is of the low half"),
    row("clone-user-among-others",            PROFILE,  refused("EPERM"),        WORKS,                                 "the flag hides among harmless ones"),
    row("unshare-user-map-root",              PROFILE,  refused("EPERM"),        WORKS,                                 "root of an own user namespace"),
    row("setns-net",                          PROFILE,  refused("EPERM"),        WORKS,                                 "into a namespace that is there already"),
    row("mount",                              PROFILE,  refused("EPERM"),        WORKS,                                 "puts files where others look for theirs"),
    row("umount2",                            PROFILE,  refused("EPERM"),        WORKS,                                 "uncovers what was hidden"),
    row("pivot_root",                         PROFILE,  refused("EPERM"),        WORKS,                                 "leaves the given root"),
    row("move_mount",                         PROFILE,  refused("EPERM"),        WORKS,                                 "the new way to mount"),
    row("open_tree",                          PROFILE,  refused("EPERM"),        WORKS,                                 "a copy of any mount"),
    row("fsopen",                             PROFILE,  refused("EPERM"),        WORKS,                                 "the new way to mount, step 1"),
    row("mount_setattr",                      PROFILE,  refused("EPERM"),        WORKS,                                 "makes read-only writable"),
    row("socket-alg",                         PROFILE,  refused("EPERM"),        lacks(&["EAFNOSUPPORT"]),              "a large, seldom used piece of the kernel"),
    row("socket-vsock",                       PROFILE,  refused("EPERM"),        lacks(&["EAFNOSUPPORT"]),              "talks to the host"),
    row("bpf",                                PROFILE,  refused("EPERM"),        WORKS,                                 "code in the kernel"),
    row("perf_event_open",                    PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "watches the whole machine; many holes"),
    row("userfaultfd",                        PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "stops the kernel where an exploit likes it"),
    row("io_uring_setup",                     PROFILE,  refused("EPERM"),        lacks(&["ENOSYS", "EPERM"]),           "calls that no filter sees"),
    row("add_key",                            PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "keys are not namespaced"),
    row("request_key",                        PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "keys are not namespaced"),
    row("keyctl-join",                        PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "keys are not namespaced"),
    row("kexec_load",                         PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "another kernel"),
    row("init_module",                        PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "code in the kernel"),
    row("iopl",                               PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "the hardware"),
    row("kcmp",                               PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "looks across processes"),
    row("open_by_handle_at",                  PROFILE,  refused("EPERM"),        lacks(&["EOPNOTSUPP"]),                "past every folder: how a container was left"),
    row("quotactl",                           PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "others' quotas"),
    row("acct",                               PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "writes where it likes"),
    row("pidfd_getfd",                        PROFILE,  refused("EPERM"),        WORKS,                                 "another's files"),
    row("reboot",                             PROFILE,  refused("EPERM"),        WORKS,                                 "takes CAP_SYS_BOOT"),
    row("swapon",                             PROFILE,  refused("EPERM"),        WORKS,                                 "the host's memory"),
    row("sethostname",                        PROFILE,  refused("EPERM"),        WORKS,                                 "the host's name"),
    row("clock_settime",                      PROFILE,  refused("EPERM"),        WORKS,                                 "the host's time"),
    row("syslog",                             PROFILE,  refused("EPERM"),        WORKS,                                 "the host's secrets"),
    row("personality-fixed-addresses",        PROFILE,  refused("EPERM"),        WORKS,                                 "turns off address randomisation"),
    row("wx-personality",                     PROFILE,  refused("EPERM"),        WORKS,                                 "afterwards PROT_READ means PROT_EXEC"),
    row("int80-unshare",                      PROFILE,  refused("EPERM"),        WORKS,                                 "the profile covers x86 as well, in the same words"),
    row("int80-mount",                        PROFILE,  refused("EPERM"),        WORKS,                                 "the profile covers x86 as well, in the same words"),
    row("x32-unshare",                        PROFILE,  refused("EPERM"),        lacks(&["ENOSYS"]),                    "and x32"),
    row("number-600",                         PROFILE,  refused("ENOSYS"),       lacks(&["ENOSYS"]),                    "newer than the profile: libc falls back"),

    // The same, for one architecture, with our checks in it.
    row("clone-user",                         CHECKED,  refused("EPERM"),        WORKS,                                 "the profile's own check stays"),
    row("clone3-user",                        CHECKED,  refused("ENOSYS"),       WORKS,                                 "the flags are in memory; libc falls back to clone"),
    row("int80-mount",                        CHECKED,  refused("EPERM"),        WORKS,                                 "another architecture"),
    row("wx-mmap",                            CHECKED,  refused("EACCES"),       WORKS,                                 "memory to write and run"),
    row("wx-mprotect",                        CHECKED,  refused("EACCES"),       WORKS,                                 "memory to write and run"),
    row("wx-shmat",                           CHECKED,  refused("EACCES"),       WORKS,                                 "shared memory, executable"),
    row("ioctl-TIOCSTI",                      CHECKED,  refused("ENOTTY"),       lacks(&["EIO"]),                       "types for the user"),
    row("prctl-SET_SECUREBITS",               CHECKED,  refused("EINVAL"),       WORKS,                                 "the rules of capabilities"),
    row("second-filter-prctl",                CHECKED,  refused("EINVAL"),       WORKS,                                 "filters by the old way"),
    row("execveat-empty-path",                CHECKED,  refused("ENOSYS"),       WORKS,                                 "a program without a name"),
    row("prlimit64-lower",                    CHECKED,  refused("EPERM"),        WORKS,                                 "others' limits"),

    // A weaker filter that is let in: the stricter of the two still decides.
    row("second-filter",                      FILTERS,  IN_VAIN,                 WORKS,                                 "a filter cannot take another's place"),
    row("second-filter-prctl",                FILTERS,  IN_VAIN,                 WORKS,                                 "a filter cannot take another's place"),
];
