//! What is refused with an errno that programs know how to live with.
//!
//! ENOSYS where a kernel may be too old or built without, because libc and runtimes fall back
//! from it; EPERM where the same kernel would say it to somebody without the capability.

use super::errno::{ENOSYS, EPERM};
use super::{Row, Verdict, calls};
use crate::syscall::Syscall;

const fn row(errno: u16, why: &'static str, calls: &'static [Syscall]) -> Row {
    Row { verdict: Verdict::Soft(errno), why, calls }
}

/// The calls that fail, whatever their arguments.
pub const SOFT: &[Row] = &[
    row(
        ENOSYS,
        "Flags behind a pointer, where no filter sees them: clone3(CLONE_NEWUSER) gives anybody a \
         namespace with all capabilities. libc falls back to clone, whose flags are checked.",
        calls!("clone3"),
    ),
    row(
        ENOSYS,
        "Operations behind shared memory, past every filter, and a rich source of holes. Users fall \
         back to epoll and threads.",
        calls!("io_uring_setup io_uring_enter io_uring_register"),
    ),
    row(
        ENOSYS,
        "Flags behind a pointer; libc and runtimes fall back to openat.",
        calls!("openat2"),
    ),
    row(
        ENOSYS,
        "Descriptors for other processes; pidfd_getfd takes files out of them. Go and Python try one \
         and fall back to process ids.",
        calls!("pidfd_open pidfd_send_signal pidfd_getfd process_madvise process_mrelease kcmp"),
    ),
    row(
        ENOSYS,
        "Files without a name, the way to run what no file system ever held. libffi and others fall \
         back to temporary files.",
        calls!("memfd_create memfd_secret"),
    ),
    row(
        ENOSYS,
        "The newer futexes: young code in the kernel, and libc works without.",
        calls!("futex_waitv futex_wait futex_wake futex_requeue"),
    ),
    row(
        ENOSYS,
        "Filters of the program's own. They can't weaken this one, but a listener or a trap in them \
         answers calls in the program's name. Sandboxes inside a sandbox (man-db) go on without.",
        calls!("seccomp"),
    ),
    row(
        ENOSYS,
        "Memory on nodes of the machine, some of it other processes'. libnuma takes ENOSYS for a \
         kernel without, and works.",
        calls!(
            "get_mempolicy set_mempolicy mbind set_mempolicy_home_node migrate_pages move_pages"
        ),
    ),
    row(
        ENOSYS,
        "Newcomers with a fallback in libc or coreutils.",
        calls!(
            "getxattrat setxattrat listxattrat removexattrat file_getattr file_setattr statmount \
         listmount listns cachestat map_shadow_stack lsm_get_self_attr lsm_set_self_attr \
         lsm_list_modules"
        ),
    ),
    row(
        ENOSYS,
        "Relics: gone from the kernel, or compiled out of most; only very old programs ask.",
        calls!(
            "remap_file_pages modify_ldt _sysctl sysfs ustat uselib lookup_dcookie nfsservctl \
         create_module query_module get_kernel_syms afs_syscall tuxcall security vserver getpmsg \
         putpmsg get_thread_area set_thread_area epoll_ctl_old epoll_wait_old"
        ),
    ),
    row(
        EPERM,
        "Half of opening a file past its path. EPERM is what user space expects where handles are \
         not for it.",
        calls!("name_to_handle_at"),
    ),
    row(
        EPERM,
        "What an administrator does to the machine, and a service at times tries: the kernel's own \
         answer without the capability.",
        calls!(
            "sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex syslog vhangup \
         acct quotactl quotactl_fd fanotify_init fanotify_mark"
        ),
    ),
    row(EPERM, "Another root directory, from which root walks out again.", calls!("chroot")),
    row(
        EPERM,
        "Setting capabilities: those who only drop some hear that they can't, and must not believe \
         that they did.",
        calls!("capset"),
    ),
    row(
        EPERM,
        "Taking more of the machine than others get. prlimit64 and sched_setscheduler are checked.",
        calls!("setrlimit mlockall sched_setparam sched_setattr"),
    ),
];
