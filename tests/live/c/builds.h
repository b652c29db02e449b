/* Ways to build a filter, with a bit of everything. No status is looked at: the error is kept. */
#ifndef BUILDS_H
#define BUILDS_H

#include "filters.h"

static void of_rules(nucleus_filter *f)
{
    static const nucleus_arg arg = {.index = 1, .op = NUCLEUS_CMP_GE, .width = 64, .value = 1ull << 40};

    nucleus_filter_use_default(f, NUCLEUS_POLICY_NETWORK);
    nucleus_filter_add_arch(f, NUCLEUS_ARCH_AARCH64);
    nucleus_filter_deny(f, "uname");
    nucleus_filter_add_rule(f, NUCLEUS_ERRNO(9), "mmap", &arg, 1);
    nucleus_filter_set_priority(f, "read", 9);
}

static void of_a_level(nucleus_filter *f)
{
    nucleus_filter_use_level(f, NUCLEUS_LEVEL_NETWORK);
    nucleus_filter_harden(f, 0);
}

static void of_a_profile(nucleus_filter *f)
{
    static const char JSON[] =
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"syscalls\":[{\"names\":[\"rea"
        "d\",\"write\",\"nobody\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"clone\"],\"action\":\"S"
        "CMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MA"
        "SKED_EQ\"}]}]}";

    nucleus_filter_parse_oci(f, JSON, sizeof JSON - 1, 0);
}

static void of_filters(nucleus_filter *f)
{
    nucleus_filter *other = NULL, *copy = NULL;

    nucleus_filter_allow(f, "getpid");
    nucleus_filter_begin(f);
    nucleus_filter_allow(f, "uname");
    nucleus_filter_rollback(f);
    nucleus_filter_new(NUCLEUS_KILL_PROCESS, &other);
    nucleus_filter_allow(other, "getpid");
    nucleus_filter_deny(other, "getppid");
    nucleus_filter_clone(other, &copy);
    nucleus_filter_merge(f, copy);
    nucleus_filter_free(copy);
    nucleus_filter_free(other);
}

static const struct build {
    const char *what;
    void (*build)(nucleus_filter *f);
} BUILDS[] = {
    {"the built-in policy and rules", of_rules},
    {"a level, hardened", of_a_level},
    {"a profile", of_a_profile},
    {"other filters", of_filters},
};

#endif
