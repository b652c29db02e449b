/* nucleus_kernel_features, beside what seccomp(2) itself answers: on this kernel, and on older ones. */
#define _GNU_SOURCE
#include <sys/utsname.h>

#include "old_kernel.h"

static long seccomp(unsigned operation, unsigned flags, void *argument)
{
    return syscall(SYS_seccomp, operation, flags, argument);
}

static const struct { const char *what; uint32_t feature, action; bool always; } actions[] = {
    {"kill process", NUCLEUS_FEATURE_KILL_PROCESS, NUCLEUS_KILL_PROCESS, false},
    {"kill thread", NUCLEUS_FEATURE_KILL_THREAD, NUCLEUS_KILL_THREAD, true},
    {"trap", NUCLEUS_FEATURE_TRAP, NUCLEUS_TRAP(0), true},
    {"errno", NUCLEUS_FEATURE_ERRNO, NUCLEUS_ERRNO(0), true},
    {"notify", NUCLEUS_FEATURE_NOTIFY, NUCLEUS_NOTIFY, false},
    {"trace", NUCLEUS_FEATURE_TRACE, NUCLEUS_TRACE(0), true},
    {"log", NUCLEUS_FEATURE_LOG, NUCLEUS_LOG, false},
    {"allow", NUCLEUS_FEATURE_ALLOW, NUCLEUS_ALLOW, true},
};

/* The kernel looks for a program once it knows all flags, and finds none. */
static bool takes_flags(unsigned flags)
{
    return seccomp(SECCOMP_SET_MODE_FILTER, flags, NULL) == -1 && errno == EFAULT;
}

/* Before 5.11, or on an architecture without. */
static bool has_bitmap(void)
{
    struct utsname names;
    unsigned major = 0, minor = 0;

    uname(&names);
    sscanf(names.release, "%u.%u", &major, &minor);
    return strncmp(names.machine, "mips", 4) != 0 && major * 1000 + minor >= 5011;
}

static nucleus_features asked(const char *what)
{
    nucleus_features features = {.size = sizeof features};

    same_status(what, nucleus_kernel_features(&features), NUCLEUS_OK);
    return features;
}

/* All as the kernel, or what stands in its place, says when it is asked here. */
static void compare_with_kernel(const char *what)
{
    enum { WAIT_KILLABLE_RECV = 1 << 5 }; /* good only for a new listener */
    struct seccomp_notif_sizes sizes = {0, 0, 0};
    const nucleus_features features = asked(what);
    uint32_t all = 0, known = 0;

    for (size_t i = 0; i < COUNT(actions); i++) {
        uint32_t action = actions[i].action;
        if (seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
            known |= actions[i].feature;
    }
    for (size_t i = 0; i < COUNT(actions) && known == 0; i++)
        all |= actions[i].always ? actions[i].feature : 0; /* a kernel that can't be asked */
    same_word(what, features.actions, known | all);

    for (uint32_t bit = 0; bit < 32; bit++) {
        uint32_t flag = UINT32_C(1) << bit;
        uint32_t with = flag == WAIT_KILLABLE_RECV ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
        /* A flag that is newer than this library may be there, and not be told. */
        if ((features.flags & flag) != 0 || flag <= WAIT_KILLABLE_RECV)
            CHECK(takes_flags(flag | with) == ((features.flags & flag) != 0), "%s: flag %#x", what,
                  (unsigned)flag);
    }
    seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
    same_word(what, features.notification_size, sizes.seccomp_notif);
    same_word(what, features.response_size, sizes.seccomp_notif_resp);
    same_word(what, features.data_size, sizes.seccomp_data);
    same_word(what, features.constant_allow, has_bitmap());
}

/* ---- older kernels ---- */

static const struct kernel {
    const char *what;
    uint32_t lacking, newest; /* flags, and the last operation that there is */
    uint32_t actions, flags;  /* of those that it may have */
    bool notifies;
} kernels[] = {
    {"before 4.14", ~UINT32_C(1), SECCOMP_SET_MODE_FILTER,
     NUCLEUS_FEATURE_KILL_THREAD | NUCLEUS_FEATURE_TRAP | NUCLEUS_FEATURE_ERRNO |
         NUCLEUS_FEATURE_TRACE | NUCLEUS_FEATURE_ALLOW,
     1, false},
    {"before 5.0", ~UINT32_C(7), SECCOMP_GET_ACTION_AVAIL, UINT32_MAX, 7, false},
    {"without speculation", 4, UINT32_MAX, UINT32_MAX, ~UINT32_C(4), true},
    {"without a flag that only listeners have", 1 << 5, UINT32_MAX, UINT32_MAX, 31, true},
};

static const struct kernel *kernel;

static void ask_old_kernel(const nucleus_filter *unused)
{
    const nucleus_features here = asked("this kernel");

    (void)unused;
    if (!boot(kernel_without(kernel->lacking, kernel->newest)))
        return;
    const nucleus_features there = asked(kernel->what);
    same_word(kernel->what, there.actions, here.actions & kernel->actions);
    same_word(kernel->what, there.flags, here.flags & kernel->flags);
    same_word(kernel->what, there.data_size, kernel->notifies ? here.data_size : 0);
    compare_with_kernel(kernel->what);
}

/* ---- no answer ---- */

static int refusal;

static void ask_in_vain(const nucleus_filter *unused)
{
    nucleus_features features = {.size = sizeof features, .data_size = 99};

    (void)unused;
    if (!boot(kernel_that_refuses("seccomp", refusal)))
        return;
    errno = 0;
    same_status("refused", nucleus_kernel_features(&features), NUCLEUS_ERR_KERNEL);
    CHECK(errno == refusal, "errno %d, not %d", errno, refusal);
    CHECK(features.data_size == 99, "an output is written on success alone");
}

int main(void)
{
    static const int refusals[] = {ENOSYS, EPERM, EINVAL};

    alarm(PATIENCE);
    compare_with_kernel("this kernel");
    for (size_t i = 0; i < COUNT(kernels); i++) {
        kernel = &kernels[i];
        checked_in_child(kernel->what, ask_old_kernel, NULL);
    }
    for (size_t i = 0; i < COUNT(refusals); i++) {
        refusal = refusals[i];
        checked_in_child("a kernel that refuses", ask_in_vain, NULL);
    }
    CHECK(probe() == 0, "asking confines");
    printf("kernel_features: this kernel, %zu older ones, %zu that refuse\n", COUNT(kernels),
           COUNT(refusals));
    return report("kernel_features");
}
