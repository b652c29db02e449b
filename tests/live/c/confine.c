/* What a filter does on the real kernel: each check confines a child of its own. Threads are in
 * confine_threads.c, the calls between fork and exec in fork_safety.c. */
#define _GNU_SOURCE
#include "confine.h"

/* ---- single verdicts ---- */

static int sigsys_data;

static void on_sigsys(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    sigsys_data = info->si_errno;
}

static int apply_and_probe(const nucleus_filter *filter)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_sigsys;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSYS, &action, NULL);
    if (nucleus_filter_apply(filter, 0) != NUCLEUS_OK)
        return 200;
    int error = probe();
    return sigsys_data != 0 ? sigsys_data : error;
}

/* What becomes of a child that calls getppid: an exit status is its errno, or a trap's data. */
static void check_actions(void)
{
    static const struct { const char *what; uint32_t action; int expected; } rows[] = {
        {"allow", NUCLEUS_ALLOW, 0},
        {"log", NUCLEUS_LOG, 0},
        {"errno 0", NUCLEUS_ERRNO(0), 0},
        {"errno 1", NUCLEUS_ERRNO(1), 1},
        {"errno 133", NUCLEUS_ERRNO(133), 133},
        {"errno 4095", NUCLEUS_ERRNO(4095), 4095 & 0xff},
        {"trap 9", NUCLEUS_TRAP(9), 9},
        {"trace without a tracer", NUCLEUS_TRACE(9), ENOSYS},
        {"notify without a listener", NUCLEUS_NOTIFY, ENOSYS},
        {"kill thread", NUCLEUS_KILL_THREAD, KILLED + SIGSYS},
        {"kill process", NUCLEUS_KILL_PROCESS, KILLED + SIGSYS},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);
        nucleus_filter_add_rule(filter, rows[i].action, "getppid", NULL, 0);
        in_child(rows[i].what, apply_and_probe, compiled(rows[i].what, filter), rows[i].expected);
        nucleus_filter_free(filter);
    }
    printf("confine: %zu actions\n", COUNT(rows));
}

/* ---- conditions ---- */

/* A table can't be handed through in_child. */
static uint64_t argument;

static int apply_and_seek(const nucleus_filter *filter)
{
    if (nucleus_filter_apply(filter, 0) != NUCLEUS_OK)
        return 200;
    errno = 0;
    syscall(SYS_lseek, -1L, argument, 0L);
    return errno;
}

/* lseek on no file, with a rule on its second argument: 77 where the rule matches, else EBADF. */
static void check_conditions(void)
{
    enum { MATCHED = 77, NOT = EBADF };
    enum { NE = 1, LT, LE, EQ, GE, GT, MASKED };
    static const struct { uint32_t op, width; uint64_t value, mask, argument; int expected; }
    rows[] = {
        /* 32 bits: what stands in the upper half is nothing to the rule. */
        {EQ, 32, 1, 0, 1, MATCHED},
        {EQ, 32, 1, 0, UINT64_C(0xdeadbeef00000001), MATCHED},
        {EQ, 32, 1, 0, UINT64_C(0x0000000100000000), NOT},
        {NE, 32, 1, 0, UINT64_C(0xdeadbeef00000001), NOT},
        {LT, 32, 5, 0, UINT64_C(0xffffffff00000004), MATCHED},
        {LT, 32, 5, 0, 5, NOT},
        {GE, 32, UINT64_C(0x80000000), 0, UINT64_C(0x80000000), MATCHED},
        {GT, 32, UINT64_C(0xfffffffe), 0, UINT64_MAX, MATCHED},
        {MASKED, 32, 2, 6, UINT64_C(0xffffffff00000003), MATCHED},
        {MASKED, 32, 2, 6, 6, NOT},
        {MASKED, 32, 0, 6, 0xf9, MATCHED},
        /* 64 bits: both halves, compared as one number without a sign. */
        {EQ, 64, 1, 0, UINT64_C(0xdeadbeef00000001), NOT},
        {EQ, 0, 1, 0, UINT64_C(0x100000001), NOT},
        {EQ, 64, UINT64_C(0x123456789a), 0, UINT64_C(0x123456789a), MATCHED},
        {EQ, 64, UINT64_C(0x123456789a), 0, UINT64_C(0x133456789a), NOT},
        {NE, 64, UINT64_C(0x123456789a), 0, UINT64_C(0x123456789b), MATCHED},
        {LT, 64, UINT64_C(0x100000000), 0, UINT64_C(0xffffffff), MATCHED},
        {LT, 64, UINT64_C(0x100000000), 0, UINT64_C(0x100000000), NOT},
        {LT, 64, UINT64_C(0x200000001), 0, UINT64_C(0x1ffffffff), MATCHED},
        {LE, 64, UINT64_C(0x200000001), 0, UINT64_C(0x200000001), MATCHED},
        {LE, 64, UINT64_C(0x200000001), 0, UINT64_C(0x200000002), NOT},
        {GE, 64, UINT64_C(0x100000005), 0, UINT64_C(0x200000000), MATCHED},
        {GE, 64, UINT64_C(0x100000005), 0, UINT64_C(0x100000004), NOT},
        {GT, 64, UINT64_C(0x100000005), 0, UINT64_C(0x0ffffffff), NOT},
        {GT, 64, UINT64_C(0x7fffffffffffffff), 0, UINT64_MAX, MATCHED},
        {MASKED, 64, UINT64_C(1) << 40, UINT64_C(3) << 40, UINT64_C(0x10000000005), MATCHED},
        {MASKED, 64, UINT64_C(1) << 40, UINT64_C(3) << 40, UINT64_C(0x30000000005), NOT},
        {MASKED, 64, UINT64_C(0x100000001), UINT64_C(0x100000001), UINT64_MAX, MATCHED},
        {MASKED, 64, UINT64_C(0x100000001), UINT64_C(0x100000001), 1, NOT},
    };
    char what[80];

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_arg arg = {1, rows[i].op, rows[i].width, rows[i].value, rows[i].mask};
        nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);
        nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(MATCHED), "lseek", &arg, 1);
        argument = rows[i].argument;
        snprintf(what, sizeof what, "condition %zu, argument %#llx", i,
                 (unsigned long long)argument);
        in_child(what, apply_and_seek, compiled(what, filter), rows[i].expected);
        nucleus_filter_free(filter);
    }
    printf("confine: %zu conditions\n", COUNT(rows));
}

/* ---- whole filters ---- */

static int write_but_not_probe(const nucleus_filter *filter)
{
    int ends[2];

    if (pipe(ends) != 0 || nucleus_filter_apply(filter, 0) != NUCLEUS_OK)
        return 1;
    if (syscall(SYS_write, ends[1], "x", 1L) != 1)
        return 2;
    if (syscall(SYS_close, ends[0]) != -1 || errno != EPERM)
        return 3;
    return probe() == EPERM ? 0 : 4;
}

static void check_allow_list(void)
{
    static const char *const names[] = {"read", "write", "exit", "exit_group", "rt_sigreturn",
                                        "riscv_hwprobe"};
    nucleus_filter *filter = new_filter(NUCLEUS_ERRNO(EPERM));

    for (size_t i = 0; i < COUNT(names); i++)
        same_status(names[i], nucleus_filter_allow(filter, names[i]), NUCLEUS_OK);
    in_child("an allow list", write_but_not_probe, compiled("an allow list", filter), 0);
    nucleus_filter_free(filter);
}

/* A denied call gets the default action if that refuses, else EPERM, whatever else is said. */
static void check_deny(void)
{
    static const struct { uint32_t default_action; int expected; } rows[] = {
        {NUCLEUS_ALLOW, EPERM},
        {NUCLEUS_LOG, EPERM},
        {NUCLEUS_ERRNO(55), 55},
        {NUCLEUS_KILL_PROCESS, KILLED + SIGSYS},
    };
    const nucleus_arg always = {0, NUCLEUS_CMP_GE, 64, 0, 0};
    static const char *const needed[] = {"exit_group", "rt_sigreturn"};

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter = new_filter(rows[i].default_action);
        for (size_t n = 0; n < COUNT(needed); n++)
            nucleus_filter_allow(filter, needed[n]);
        nucleus_filter_allow(filter, "getppid");
        nucleus_filter_deny(filter, "getppid");
        nucleus_filter_allow(filter, "getppid");
        nucleus_filter_add_rule(filter, NUCLEUS_ALLOW, "getppid", &always, 1);
        nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(66), "getppid", NULL, 0);
        in_child("deny", apply_and_probe, compiled("deny", filter), rows[i].expected);
        nucleus_filter_free(filter);
    }
}

/* ---- applying ---- */

static int apply_twice(const nucleus_filter *filter)
{
    for (int i = 0; i < 2; i++)
        if (nucleus_filter_apply(filter, 0) != NUCLEUS_OK || probe() != 77)
            return 1;
    return 0;
}

static int apply_with_all_flags(const nucleus_filter *filter)
{
    uint32_t all = NUCLEUS_APPLY_TSYNC | NUCLEUS_APPLY_LOG | NUCLEUS_APPLY_SPEC_ALLOW |
                   NUCLEUS_APPLY_BEST_EFFORT;

    return nucleus_filter_apply(filter, all) == NUCLEUS_OK && probe() == 77 ? 0 : 1;
}

/* The kernel has its own copy. */
static int free_after_apply(const nucleus_filter *filter)
{
    if (nucleus_filter_apply(filter, 0) != NUCLEUS_OK)
        return 1;
    release(filter);
    return probe() == 77 ? 0 : 2;
}

/* Under the built-in policy, which answers seccomp with ENOSYS, no further filter can be loaded. */
static int apply_when_confined(const nucleus_filter *filter)
{
    if (nucleus_filter_apply(filter, 0) != NUCLEUS_OK)
        return 1;
    errno = 0;
    if (nucleus_filter_apply(filter, 0) != NUCLEUS_ERR_KERNEL || errno != ENOSYS)
        return 2;
    errno = 0;
    if (nucleus_filter_apply(filter, NUCLEUS_APPLY_BEST_EFFORT) != NUCLEUS_NOT_APPLIED ||
        errno != ENOSYS)
        return 3;
    return probe() == 0 ? 0 : 4; /* the policy allows it, and nothing came on top */
}

/* Of a strict opt-in list that fails nothing is added, not even what stands before the bad name. */
static int set_up_io_uring(const nucleus_filter *filter)
{
    if (nucleus_filter_apply(filter, 0) != NUCLEUS_OK)
        return 200;
    errno = 0;
    syscall(SYS_io_uring_setup, 0L, NULL);
    return errno;
}

static void check_extra(void)
{
    static const char *const names[] = {"io_uring_setup", "ptrace"};
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);

    nucleus_filter_use_default(filter, 0);
    same_status("strict", nucleus_filter_allow_extra(filter, names, 2, NUCLEUS_EXTRA_STRICT),
                NUCLEUS_ERR_UNSUPPORTED);
    nucleus_filter_clear_error(filter);
    in_child("nothing added", set_up_io_uring, compiled("extra", filter), ENOSYS);
    same_status("strict", nucleus_filter_allow_extra(filter, names, 1, NUCLEUS_EXTRA_STRICT),
                NUCLEUS_OK);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        syscall(SYS_exit_group, set_up_io_uring(compiled("extra", filter)));
    int outcome = outcome_of(child);
    /* What the kernel itself says of zero entries, or of io_uring switched off by a sysctl. */
    CHECK(outcome == EINVAL || outcome == EPERM || outcome == EFAULT, "added: outcome %d", outcome);
    nucleus_filter_free(filter);
}

static void never(void *payload, uint32_t level, const char *message)
{
    (void)level;
    *(bool *)payload = true;
    printf("heard: %s\n", message);
}

/* apply reports nothing, and a callback that was switched off hears nothing. */
static bool heard;

static int apply_in_silence(const nucleus_filter *filter)
{
    if (nucleus_set_log(never, &heard, NUCLEUS_LOG_TRACE) != NUCLEUS_OK)
        return 1;
    heard = false;
    return nucleus_filter_apply(filter, 0) == NUCLEUS_OK && !heard && probe() == 77 ? 0 : 2;
}

static int switch_log_off(const nucleus_filter *filter)
{
    static const char *const names[] = {"wrtie"};
    nucleus_filter *other = new_filter(NUCLEUS_ALLOW);

    (void)filter;
    nucleus_set_log(never, &heard, NUCLEUS_LOG_ERROR);
    nucleus_set_log(never, &heard, NUCLEUS_LOG_OFF);
    nucleus_filter_allow_extra(other, names, 1, 0);
    nucleus_set_log(NULL, NULL, NUCLEUS_LOG_TRACE);
    nucleus_filter_allow_extra(other, names, 1, 0);
    nucleus_filter_free(other);
    return heard ? 1 : 0;
}

int main(void)
{
    const nucleus_filter *filter = probe_fails_with(77);
    nucleus_filter *policy = new_filter(NUCLEUS_KILL_PROCESS);

    alarm(PATIENCE);
    check_actions();
    check_conditions();
    check_allow_list();
    check_deny();
    check_extra();
    in_child("applied twice", apply_twice, filter, 0);
    in_child("all flags", apply_with_all_flags, filter, 0);
    in_child("freed", free_after_apply, filter, 0);
    in_child("silence", apply_in_silence, filter, 0);
    in_child("log off", switch_log_off, filter, 0);
    nucleus_filter_use_default(policy, 0);
    in_child("confined already", apply_when_confined, compiled("built-in policy", policy), 0);
    CHECK(probe() == 0, "a child's filter confines its parent");
    release(filter);
    nucleus_filter_free(policy);
    return report("confine");
}
