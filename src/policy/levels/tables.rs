//! What each level allows, and why.
//!
//! The lists are those that were published; what today's libc and kernels need besides stands apart,
//! each row with its reason.

use std::ffi::CStr;

use crate::policy::builtin::errno::{EACCES, EINVAL, ENOTTY, EPERM};
use crate::policy::builtin::{Row, Verdict};
use crate::policy::names::calls;
use crate::syscall::Syscall;

/// What a level has besides those before it.
#[derive(Clone, Copy, Debug)]
pub struct Contents {
    /// Its name.
    pub name: &'static CStr,
    /// What programs it is for.
    pub description: &'static CStr,
    /// What it does not protect from.
    pub leaves_open: &'static str,
    /// What was published.
    pub published: &'static [Syscall],
    /// What was added.
    pub added: &'static [Row],
}

const fn add(why: &'static str, calls: &'static [Syscall]) -> Row {
    Row { verdict: Verdict::Allow, why, calls }
}

const fn soft(errno: u16, why: &'static str, calls: &'static [Syscall]) -> Row {
    Row { verdict: Verdict::Soft(errno), why, calls }
}

/// Why a call stands under several names.
const OTHER_NAMES: &str = "The same calls under the names that they have on some architectures: with \
                           pointers, file sizes, ids or times of other widths, or by an older number.";

/// What libc and shells try at every start, and do without: answered with an errno, at the levels that
/// don't allow it, where the default may kill. Of the errnos that are the same on all architectures.
pub const REFUSED: &[Row] = &[
    soft(
        ENOTTY,
        "Standard streams, musl's and glibc's, ask whether they write to a terminal, and take this for \
         no. ioctl(2) is the door to every driver, which is too much for a question.",
        calls!("ioctl"),
    ),
    soft(
        EACCES,
        "glibc looks for a name service on a UNIX socket whenever it looks up a user (bash at its start, \
         ls -l), and reads /etc/passwd then.",
        calls!("socket"),
    ),
    soft(
        EPERM,
        "mkfifo, cp -a and valgrind make FIFOs by it, and make does since 4.4, which goes on without. For \
         root it makes devices as well, so no level has it; this is what the kernel says of devices to \
         others.",
        calls!("mknod mknodat"),
    ),
    soft(
        EINVAL,
        "bash asks at its start whether a network shell has started it.",
        calls!("getpeername"),
    ),
];

/// The levels, from the narrowest to the widest.
pub const CONTENTS: [Contents; 6] = [
    Contents {
        name: c"essential",
        description:
            c"one process of one thread that reads and writes files, and ends: hello world, cat, \
                       sha256sum, linked statically or dynamically",
        leaves_open: "It reads and writes every file that its user may, makes new ones by open, and runs other \
                      programs in its own place. Memory may be writable and executable at once; prctl and \
                      fcntl take any argument.",
        published: calls!(
            "exit exit_group execve execveat brk mmap munmap mprotect madvise openat open read write \
             close close_range fstat stat lstat newfstatat statx access faccessat faccessat2 lseek \
             readlink readlinkat arch_prctl set_tid_address set_robust_list futex getrandom rseq \
             prlimit64 prctl getcwd getpid gettid getuid geteuid getgid getegid fcntl"
        ),
        added: &[
            add(
                "glibc's loader reads the headers of shared libraries with it: without, no \
                 dynamically linked program starts.",
                calls!("pread64"),
            ),
            add("musl's standard streams read and write by these alone.", calls!("readv writev")),
            add(
                "Says how a file will be read: cat and most of coreutils do. Advice changes nothing \
                 that a program could see.",
                calls!("fadvise64 fadvise64_64 arm_fadvise64_64"),
            ),
            add(
                "cat copies with it from file to file. It reads and writes what is open.",
                calls!("copy_file_range"),
            ),
            add(
                "Opens what openat opens, and may refuse paths that lead elsewhere: rsync of Debian's \
                 security updates opens files so.",
                calls!("openat2"),
            ),
            add(
                "The kernel has the program make it, after a stop and a continue in the middle of a \
                 wait.",
                calls!("restart_syscall"),
            ),
            add(
                "A loader may seal what it has mapped. It only takes rights away.",
                calls!("mseal"),
            ),
            add(
                "glibc's loader asks by it how large the stack may be, on 32-bit x86.",
                calls!("ugetrlimit"),
            ),
            add("glibc asks at start-up which extensions RISC-V has.", calls!("riscv_hwprobe")),
            add(
                "The pointer to a thread's own variables, where it takes a call to set it: 32-bit x86 \
                 and ARM, MIPS, m68k.",
                calls!("set_thread_area get_thread_area set_tls get_tls"),
            ),
            add(
                "What the kernel itself makes a traced function call; it does nothing for anybody \
                 else, and newer kernels let it pass every filter.",
                calls!("uretprobe uprobe"),
            ),
            add(
                OTHER_NAMES,
                calls!(
                    "creat mmap2 stat64 lstat64 fstat64 fstatat64 _llseek fcntl64 getuid32 geteuid32 \
                     getgid32 getegid32 futex_time64"
                ),
            ),
        ],
    },
    Contents {
        name: c"minimal",
        description:
            c"processes, threads, signals, pipes, timers and waiting: shells, interpreters, \
                       small tools that read files and write what they have to say",
        leaves_open: "All that essential leaves open, processes and memory without end, and signals to all \
                      processes of its user. New namespaces by clone and clone3: in a user namespace of its \
                      own a process has all capabilities, and with them reaches parts of the kernel that \
                      only root could. Every request of every driver by ioctl, for what can be opened; on a \
                      terminal that it shares, TIOCSTI and TIOCLINUX type for the user.",
        published: calls!(
            "rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigreturn \
             sigaltstack kill tkill tgkill clone clone3 fork vfork wait4 waitpid waitid readv writev \
             pread64 pwrite64 ioctl flock dup dup2 dup3 pipe pipe2 eventfd2 clock_gettime clock_getres \
             gettimeofday time nanosleep clock_nanosleep timer_create timer_settime timer_gettime \
             timer_getoverrun timer_delete getppid getresuid getresgid uname umask sysinfo getpgrp \
             getpgid setpgid getsid setsid sched_getaffinity sched_yield getrlimit setrlimit getrusage \
             pselect6 ppoll epoll_create1 epoll_ctl epoll_wait poll select chdir fchdir getdents \
             getdents64 mremap mlock munlock mlockall munlockall memfd_create get_robust_list"
        ),
        added: &[
            add(
                "Waiting for signals and setting alarms: dash and busybox wait for their children by \
                 the first, perl and python have functions for the others.",
                calls!("rt_sigsuspend pause alarm setitimer getitimer rt_tgsigqueueinfo"),
            ),
            add(
                "Waiting for descriptors: epoll_wait is not on every architecture, and glibc makes it \
                 this one there; node, Go and redis use these forms.",
                calls!("epoll_pwait epoll_pwait2 epoll_create eventfd"),
            ),
            add(
                "Signals, timers and changes of files as descriptors that can be waited for: event \
                 loops, tail -f.",
                calls!(
                    "signalfd signalfd4 timerfd timerfd_create timerfd_settime timerfd_gettime \
                     inotify_init inotify_init1 inotify_add_watch inotify_rm_watch"
                ),
            ),
            add(
                "Handles to processes, to be waited for and signalled as by number: Go and python try \
                 them first. Not pidfd_getfd, which takes files out of others.",
                calls!("pidfd_open pidfd_send_signal"),
            ),
            add(
                "musl, linked dynamically, registers for it when the first thread is made.",
                calls!("membarrier"),
            ),
            add(
                "Questions: the shells' times, gawk's groups, node's capabilities (whether it was \
                 made more than its user), a thread's processor and niceness.",
                calls!("times getgroups capget getcpu getpriority"),
            ),
            add(
                "libselinux asks, when it is loaded, whether its file system is there: ls, sed, find, \
                 tar and more are linked with it.",
                calls!("statfs fstatfs"),
            ),
            add(
                "ls -l asks every file for its access list.",
                calls!("getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr"),
            ),
            add("busybox copies with it. It reads and writes what is open.", calls!("sendfile")),
            add(
                "V8 asks for a protection key at start. mprotect, which is allowed, can do as much.",
                calls!("pkey_alloc pkey_free pkey_mprotect"),
            ),
            add(
                "The processor's instruction cache, after code was written: libffi.",
                calls!("riscv_flush_icache cacheflush cachectl"),
            ),
            add(
                OTHER_NAMES,
                calls!(
                    "nice _newselect clock_gettime64 clock_getres_time64 \
                     clock_nanosleep_time64 timer_settime64 timer_gettime64 timerfd_settime64 \
                     timerfd_gettime64 pselect6_time64 ppoll_time64 rt_sigtimedwait_time64 sigaction \
                     sigprocmask sigpending sigsuspend sigreturn signal getgroups32 getresuid32 \
                     getresgid32 statfs64 fstatfs64 sendfile64 mlock2"
                ),
            ),
        ],
    },
    Contents {
        name: c"io_heavy",
        description:
            c"files and folders made, copied, changed and removed: file tools, archivers, \
                       compilers, databases in files",
        leaves_open: "All that minimal leaves open, and every file that its user may change or remove. FIFOs can't be made.",
        published: calls!(
            "mkdir mkdirat rmdir unlink unlinkat rename renameat link linkat symlink symlinkat chmod \
             fchmod fchmodat chown fchown fchownat lchown utimes futimesat utime utimensat truncate \
             ftruncate fallocate sendfile splice tee vmsplice statfs fstatfs fsync fdatasync"
        ),
        added: &[
            add(
                "mv and, on architectures that have no other, rename() use the first, chmod() of \
                 newer glibc the second.",
                calls!("renameat2 fchmodat2"),
            ),
            add(
                "Extended attributes: cp -a, install, vim and tar write them back. What they may hold \
                 is for the file system and the capabilities to decide.",
                calls!("setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr"),
            ),
            add(
                "Reading and writing several places at once, and getting it to disk: databases.",
                calls!(
                    "preadv pwritev preadv2 pwritev2 msync sync syncfs sync_file_range readahead"
                ),
            ),
            add(
                OTHER_NAMES,
                calls!(
                    "truncate64 ftruncate64 chown32 fchown32 lchown32 utimensat_time64 \
                     sync_file_range2 arm_sync_file_range"
                ),
            ),
        ],
    },
    Contents {
        name: c"compute",
        description:
            c"a say on where and when threads run, and where their memory lies: numerical \
                       programs, pools of workers",
        leaves_open: "All that io_heavy leaves open. For root: a thread of real-time priority keeps a \
                      processor for itself, and the memory of other processes can be moved.",
        published: calls!(
            "sched_getscheduler sched_setscheduler sched_getparam sched_setparam sched_get_priority_max \
             sched_get_priority_min sched_rr_get_interval sched_setaffinity mbind get_mempolicy \
             set_mempolicy migrate_pages move_pages membarrier"
        ),
        added: &[
            add(
                "Scheduling, by the newer calls, and niceness: chrt, nice, ionice.",
                calls!("sched_setattr sched_getattr setpriority ioprio_set ioprio_get"),
            ),
            add(
                "libnuma's newest way to say where memory lies.",
                calls!("set_mempolicy_home_node"),
            ),
            add(OTHER_NAMES, calls!("sched_rr_get_interval_time64")),
        ],
    },
    Contents {
        name: c"network",
        description: c"sockets of every kind: clients, servers, resolvers",
        leaves_open: "All that compute leaves open, and every family of sockets: raw and packet sockets for \
                      who has the capability, be it in a user namespace of its own, netlink, and the seldom \
                      used families in which many of the kernel's holes were. Where programs connect to is \
                      out of a filter's sight.",
        published: calls!(
            "socket socketpair bind listen accept accept4 connect shutdown sendto recvfrom sendmsg \
             recvmsg sendmmsg recvmmsg setsockopt getsockopt getsockname getpeername"
        ),
        added: &[
            add(OTHER_NAMES, calls!("send recv recvmmsg_time64")),
            add(
                "The one call through which older programs reach all of the above on some 32-bit \
                 architectures and on s390. Which of them it is stands in an argument of its own, so \
                 that a denial of bind, say, does not reach this way: deny socketcall as well.",
                calls!("socketcall"),
            ),
        ],
    },
    Contents {
        name: c"unrestricted",
        description:
            c"tracing, mounting and becoming other users: strace, debuggers, mount, su, servers \
                       that give up root",
        leaves_open: "Nearly everything that its user may do, and for root the machine: mount, bpf, and \
                      ptrace of every process. Still refused is what no level lists: modules, kexec, \
                      reboot, swap, io_uring, keys, chroot, unshare and setns.",
        published: calls!(
            "ptrace process_vm_readv process_vm_writev perf_event_open bpf seccomp mount umount2 \
             pivot_root capget capset setuid setgid setreuid setregid setresuid setresgid getgroups \
             setgroups setfsgid setfsuid"
        ),
        added: &[
            add(
                "mount(8) mounts by these since util-linux 2.39.",
                calls!("fsopen fsconfig fsmount fspick move_mount open_tree mount_setattr umount"),
            ),
            add("gdb and setarch turn off the randomness of addresses.", calls!("personality")),
            add(
                OTHER_NAMES,
                calls!(
                    "setuid32 setgid32 setreuid32 setregid32 setresuid32 setresgid32 setgroups32 \
                     setfsuid32 setfsgid32"
                ),
            ),
        ],
    },
];
