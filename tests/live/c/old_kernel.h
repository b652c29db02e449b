/* An older kernel, as a filter in front of this one plays it: seccomp(2) answers EINVAL to what it lacks. */
#ifndef OLD_KERNEL_H
#define OLD_KERNEL_H

#include <linux/seccomp.h>

#include "confine.h"

/* A kernel that lacks some flags of SECCOMP_SET_MODE_FILTER, and all operations above `newest`. */
static inline nucleus_filter *kernel_without(uint32_t flags, uint32_t newest)
{
    const nucleus_arg newer = {0, NUCLEUS_CMP_GT, 32, newest, 0};
    nucleus_filter *kernel = new_filter(NUCLEUS_ALLOW);

    nucleus_filter_add_rule(kernel, NUCLEUS_ERRNO(EINVAL), "seccomp", &newer, 1);
    for (uint32_t flag = 1; flag != 0; flag <<= 1) {
        const nucleus_arg with_flag[] = {
            {0, NUCLEUS_CMP_EQ, 32, SECCOMP_SET_MODE_FILTER, 0},
            {1, NUCLEUS_CMP_MASKED_EQ, 32, flag, flag},
        };
        if ((flags & flag) != 0)
            nucleus_filter_add_rule(kernel, NUCLEUS_ERRNO(EINVAL), "seccomp", with_flag, 2);
    }
    compiled("an old kernel", kernel);
    return kernel;
}

/* A kernel, or a filter that was loaded before, that answers a call with an errno, whatever is asked. */
static inline nucleus_filter *kernel_that_refuses(const char *call, int error)
{
    nucleus_filter *kernel = new_filter(NUCLEUS_ALLOW);

    nucleus_filter_add_rule(kernel, NUCLEUS_ERRNO(error), call, NULL, 0);
    compiled(call, kernel);
    return kernel;
}

/* Loads it. prctl(2) is as it was. */
static inline bool boot(nucleus_filter *kernel)
{
    nucleus_status status = nucleus_filter_apply(kernel, 0);

    nucleus_filter_free(kernel);
    return same_status("an old kernel", status, NUCLEUS_OK);
}

#endif
