//! The opt-in list.

/// What nucleus_filter_allow_extra can add: of use to some programs, and not so dangerous that it
/// takes more than a line to ask for it. Names that the policy holds by now are accepted and change
/// nothing, so that lists written for its earlier forms keep working.
pub const EXTRA: &str = "\
    io_uring_setup io_uring_enter io_uring_register \
    msgget msgsnd msgrcv msgctl \
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr \
    timer_create timer_settime timer_gettime timer_getoverrun timer_delete \
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_init fanotify_mark \
    mincore mlockall munlockall membarrier process_madvise mbind set_mempolicy get_mempolicy \
    set_mempolicy_home_node pkey_mprotect pkey_alloc pkey_free cachestat remap_file_pages \
    sync syncfs sync_file_range readahead vmsplice \
    openat2 name_to_handle_at open_by_handle_at io_cancel io_pgetevents creat fchmodat2 \
    statmount listmount utimensat utimes utime futimesat \
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr \
    setxattrat getxattrat listxattrat removexattrat \
    recvmmsg sendmmsg \
    sched_setparam sched_setscheduler sched_get_priority_max sched_get_priority_min \
    sched_rr_get_interval sched_setattr sched_getattr setrlimit getpriority setpriority \
    ioprio_set ioprio_get \
    vfork pause alarm tkill sysinfo personality vhangup time \
    pidfd_open pidfd_send_signal pidfd_getfd \
    setuid setgid setreuid setregid setresuid getresuid setresgid getresgid setfsuid setfsgid \
    setgroups getsid capget rt_tgsigqueueinfo mknod mknodat syslog \
    clock_settime clock_adjtime adjtimex kcmp epoll_pwait2 \
    futex_waitv futex_wake futex_wait futex_requeue \
    seccomp add_key request_key keyctl";
