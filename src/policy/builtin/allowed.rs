//! What every program may do.

use super::{Row, Verdict, calls};
use crate::syscall::Syscall;

const fn row(why: &'static str, calls: &'static [Syscall]) -> Row {
    Row { verdict: Verdict::Allow, why, calls }
}

/// The calls that run whatever their arguments.
pub const ALLOWED: &[Row] = &[
    row(
        "Reading and writing what is open.",
        calls!(
            "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close \
         close_range dup dup2 dup3 fcntl flock pipe pipe2 sendfile splice tee vmsplice \
         copy_file_range fadvise64 readahead"
        ),
    ),
    row(
        "Opening and looking at files: the file system's own permissions decide, and a filter can't \
         see a path.",
        calls!(
            "open openat creat stat lstat fstat newfstatat statx access faccessat faccessat2 readlink \
         readlinkat getdents getdents64 statfs fstatfs getcwd chdir fchdir umask"
        ),
    ),
    row(
        "Changing files: likewise. The newer and older forms of one call stand together, since libc \
         may use either.",
        calls!(
            "mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat \
         chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat truncate ftruncate fallocate \
         utime utimes futimesat utimensat fsync fdatasync sync syncfs sync_file_range"
        ),
    ),
    row(
        "Extended attributes: cp, tar and install copy them. What they may hold is for the file \
         system and the capabilities to decide; under no_new_privs file capabilities give nothing.",
        calls!(
            "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr \
         removexattr lremovexattr fremovexattr"
        ),
    ),
    row(
        "Memory without a say on what is executable; mseal only takes rights away, and mincore shows \
         of others' files nothing since Linux 5.2.",
        calls!(
            "munmap brk mremap madvise msync mlock munlock mlock2 munlockall mincore mseal pkey_alloc \
         pkey_free membarrier"
        ),
    ),
    row(
        "Waiting for descriptors and events.",
        calls!(
            "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait \
         epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime \
         timerfd_gettime inotify_init inotify_init1 inotify_add_watch inotify_rm_watch"
        ),
    ),
    row(
        "Asynchronous reads and writes of the older kind (nginx, databases): files only, with the \
         same checks as read and write.",
        calls!("io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents"),
    ),
    row(
        "Processes. fork and vfork take no flags, so they can't do what clone is checked for; \
         without them gcc, dash and every program with musl fail.",
        calls!(
            "fork vfork execve wait4 waitid exit exit_group kill tkill tgkill getpid getppid gettid \
         setpgid getpgid getpgrp setsid getsid"
        ),
    ),
    row(
        "Signals.",
        calls!(
            "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigpending \
         rt_sigqueueinfo rt_tgsigqueueinfo sigaltstack restart_syscall pause"
        ),
    ),
    row(
        "Threads. rseq is registered by libc at start-up, rseq_slice_yield goes with it.",
        calls!(
            "futex set_tid_address set_robust_list get_robust_list rseq rseq_slice_yield arch_prctl \
         sched_yield getcpu"
        ),
    ),
    row(
        "Time, read only, and a process's own timers.",
        calls!(
            "clock_gettime clock_getres clock_nanosleep gettimeofday nanosleep time times alarm setitimer \
         getitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete"
        ),
    ),
    row(
        "Who the process is, and giving up what it is: servers that start as root become somebody \
         else. Nothing is gained this way that CAP_SETUID did not grant already.",
        calls!(
            "getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid \
         setresuid setresgid setfsuid setfsgid setgroups capget"
        ),
    ),
    row(
        "The machine, as /proc shows it anyway. sysinfo sizes the heaps of node, java and gcc.",
        calls!("uname sysinfo getrusage getrlimit getrandom"),
    ),
    row(
        "How the process is scheduled: asking, and binding its own threads to processors.",
        calls!(
            "sched_getaffinity sched_setaffinity sched_getparam sched_getscheduler sched_getattr \
         sched_get_priority_max sched_get_priority_min sched_rr_get_interval getpriority ioprio_get"
        ),
    ),
    row(
        "Sockets that exist. What can be opened is decided at socket(2), by family; then connect, \
         bind and the others have nothing to add, and UNIX sockets and inherited ones work in every \
         mode.",
        calls!(
            "connect bind listen accept accept4 shutdown sendto sendmsg sendmmsg recvfrom recvmsg \
         recvmmsg getsockname getpeername getsockopt setsockopt"
        ),
    ),
    row(
        "System V and POSIX interprocess communication, by permissions of its own. shmat is checked.",
        calls!(
            "shmget shmdt shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open \
         mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr"
        ),
    ),
    row(
        "Landlock: takes rights away from the caller, and nothing else.",
        calls!("landlock_create_ruleset landlock_add_rule landlock_restrict_self"),
    ),
    row(
        "What the kernel itself makes a traced function call; it does nothing for anybody else, and \
         newer kernels let it pass every filter.",
        calls!("uretprobe uprobe"),
    ),
    row(
        "RISC-V: what the processor can do, and flushing its instruction cache.",
        calls!("riscv_hwprobe riscv_flush_icache"),
    ),
];
