/* What policy.c tries, as data. */
#ifndef POLICY_TABLES_H
#define POLICY_TABLES_H

#include "filters.h"

/* Every attribute of a new filter whose default action is NUCLEUS_LOG, by its number. */
static const uint32_t INITIAL[ATTRIBUTES + 1] = {
    [NUCLEUS_ATTR_DEFAULT] = NUCLEUS_LOG,
    [NUCLEUS_ATTR_BAD_ARCH] = NUCLEUS_KILL_PROCESS,
    [NUCLEUS_ATTR_DENY] = NUCLEUS_UNSET,
    [NUCLEUS_ATTR_UNKNOWN] = NUCLEUS_UNSET,
    [NUCLEUS_ATTR_NEWEST] = NUCLEUS_NEWEST,
    [NUCLEUS_ATTR_LAYOUT] = NUCLEUS_LAYOUT_AUTO,
    [NUCLEUS_ATTR_NO_NEW_PRIVS] = 1,
};

/* Settings, to be read back. */
static const struct { const char *what; uint32_t attribute, value; } SETTINGS[] = {
    {"the action whose encoding is 0", NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_KILL_THREAD},
    {"the one with the top bit", NUCLEUS_ATTR_DENY, NUCLEUS_KILL_PROCESS},
    {"foreign calls run", NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ALLOW},
    {"an action with data", NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ERRNO(38)},
    {"the same to deny", NUCLEUS_ATTR_DENY, NUCLEUS_ERRNO(4095)},
    {"the same for unknown calls", NUCLEUS_ATTR_UNKNOWN, NUCLEUS_TRAP(65535)},
    {"denials unset once more", NUCLEUS_ATTR_DENY, NUCLEUS_UNSET},
    {"unknown calls unset once more", NUCLEUS_ATTR_UNKNOWN, NUCLEUS_UNSET},
    {"a number", NUCLEUS_ATTR_NEWEST, 450},
    {"the smallest number that can be said", NUCLEUS_ATTR_NEWEST, 1},
    {"the largest", NUCLEUS_ATTR_NEWEST, INT32_MAX},
    {"the first version", NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(5, 1)},
    {"a version that brought no calls", NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(5, 4)},
    {"a minor version of two digits", NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(6, 19)},
    {"a version that never was", NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(5, 255)},
    {"the last version", NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(7, 2)},
    {"a layout", NUCLEUS_ATTR_LAYOUT, NUCLEUS_LAYOUT_TREE},
    {"no_new_privs is left alone", NUCLEUS_ATTR_NO_NEW_PRIVS, 0},
    {"all threads", NUCLEUS_ATTR_TSYNC, 1},
    {"refusals are logged", NUCLEUS_ATTR_LOG, 1},
    {"speculation", NUCLEUS_ATTR_SPEC_ALLOW, 1},
    {"fatal signals alone", NUCLEUS_ATTR_WAIT_KILLABLE, 1},
};

#define MEANT_DEFAULT NUCLEUS_ERRNO(9)
#define X86_64(nr) NUCLEUS_ARCH_X86_64, (nr)

/* Calls on a filter of x86_64 that allows openat (257) and denies write (1) and fchmodat2 (452). */
static const struct meaning {
    const char *what;
    struct { uint32_t attribute, value; } set[2];
    uint32_t arch;
    int32_t nr;
    uint32_t expected;
} MEANINGS[] = {
    {"a foreign call", {{0, 0}}, NUCLEUS_ARCH_S390X, 3, NUCLEUS_KILL_PROCESS},
    {"a foreign call, with an action for it", {{NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ERRNO(1)}},
     NUCLEUS_ARCH_S390X, 3, NUCLEUS_ERRNO(1)},
    {"a foreign call by the number of one that is allowed",
     {{NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ERRNO(1)}}, NUCLEUS_ARCH_X86, 257, NUCLEUS_ERRNO(1)},
    {"an x32 call, foreign though it has the token", {{NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ERRNO(1)}},
     NUCLEUS_ARCH_X32, 0x40000101, NUCLEUS_ERRNO(1)},
    {"a token that is nobody's", {{NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ERRNO(1)}},
     UINT32_MAX, 257, NUCLEUS_ERRNO(1)},
    {"no such action for calls of its own", {{NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ERRNO(1)}},
     X86_64(2), MEANT_DEFAULT},

    {"a denied call gets a default that refuses", {{0, 0}}, X86_64(1), MEANT_DEFAULT},
    {"a denied call, with an action for it", {{NUCLEUS_ATTR_DENY, NUCLEUS_TRAP(3)}},
     X86_64(1), NUCLEUS_TRAP(3)},
    {"an action for denials is for them alone", {{NUCLEUS_ATTR_DENY, NUCLEUS_TRAP(3)}},
     X86_64(2), MEANT_DEFAULT},
    {"unset once more", {{NUCLEUS_ATTR_DENY, NUCLEUS_TRAP(3)}, {NUCLEUS_ATTR_DENY, NUCLEUS_UNSET}},
     X86_64(1), MEANT_DEFAULT},

    {"a new call, and nothing said of it", {{0, 0}}, X86_64(3000), MEANT_DEFAULT},
    {"a newest call, but no action", {{NUCLEUS_ATTR_NEWEST, 300}}, X86_64(3000), MEANT_DEFAULT},
    {"an action: newer than the tables", {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}},
     X86_64(472), NUCLEUS_ERRNO(38)},
    {"the last of the tables", {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}},
     X86_64(471), MEANT_DEFAULT},
    {"the first that the author did not know",
     {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}, {NUCLEUS_ATTR_NEWEST, 300}},
     X86_64(301), NUCLEUS_ERRNO(38)},
    {"the last known", {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}, {NUCLEUS_ATTR_NEWEST, 300}},
     X86_64(300), MEANT_DEFAULT},
    {"cachestat, which is Linux 6.5's, to one who knew 6.1",
     {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}, {NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(6, 1)}},
     X86_64(451), NUCLEUS_ERRNO(38)},
    {"the same to one who knew 6.5",
     {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}, {NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(6, 5)}},
     X86_64(451), MEANT_DEFAULT},
    {"set_mempolicy_home_node, which is 5.17's",
     {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}, {NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(6, 1)}},
     X86_64(450), MEANT_DEFAULT},
    {"a new call with a rule for it",
     {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}, {NUCLEUS_ATTR_NEWEST, 100}},
     X86_64(257), NUCLEUS_ALLOW},
    {"a new call that is denied",
     {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}, {NUCLEUS_ATTR_DENY, NUCLEUS_TRAP(3)}},
     X86_64(452), NUCLEUS_TRAP(3)},
    {"the largest number", {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}},
     X86_64(0x3fffffff), NUCLEUS_ERRNO(38)},
    {"a negative number", {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}},
     X86_64(INT32_MIN), NUCLEUS_ERRNO(38)},
    {"-1, which is no new call", {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)}},
     X86_64(-1), MEANT_DEFAULT},
};

/* Calls of others than x86_64, and what the author of a filter of theirs knew. */
static const struct { const char *what; uint32_t newest, arch; int32_t nr; bool known; } KNOWN[] = {
    {"the last where numbers start at 4000", 300, NUCLEUS_ARCH_MIPS, 4300, true},
    {"the number after", 300, NUCLEUS_ARCH_MIPS, 4301, false},
    {"the last of x32's own, which are as old as x32", NUCLEUS_LINUX(6, 1), NUCLEUS_ARCH_X32,
     0x40000000 | 547, true},
    {"the number after", NUCLEUS_LINUX(6, 1), NUCLEUS_ARCH_X32, 0x40000000 | 548, false},
    {"set_tls, a private call of ARM, which the tables have", NUCLEUS_NEWEST, NUCLEUS_ARCH_ARM,
     0xf0005, true},
};

/* A rule that allows number `nr` of `arch`, in a filter that covers `covered` and gives everything
 * else errno 9; and a call that is asked about. */
static const struct numbered {
    const char *what;
    uint32_t covered;
    uint32_t arch;
    int32_t nr;
    uint32_t asked;
    int32_t asked_nr;
    uint32_t expected;
} NUMBERED[] = {
#define ON(arch, nr) NUCLEUS_ARCH_##arch, (nr)
#define COVERS(arch) NUCLEUS_ARCH_##arch
    {"a number that no call has", COVERS(X86_64), ON(X86_64, 4000), ON(X86_64, 4000),
     NUCLEUS_ALLOW},
    {"its neighbour", COVERS(X86_64), ON(X86_64, 4000), ON(X86_64, 4001), NUCLEUS_ERRNO(9)},
    {"a number that a call has", COVERS(X86_64), ON(X86_64, 0), ON(X86_64, 0), NUCLEUS_ALLOW},
    {"an architecture that is not covered", COVERS(X86_64), ON(AARCH64, 63), ON(AARCH64, 63),
     NUCLEUS_KILL_PROCESS},
    {"the same number of another", COVERS(X86_64), ON(AARCH64, 63), ON(X86_64, 63),
     NUCLEUS_ERRNO(9)},
    {"covered alone", COVERS(AARCH64), ON(AARCH64, 63), ON(AARCH64, 63), NUCLEUS_ALLOW},
    {"a skipped call", COVERS(X86_64), ON(X86_64, -1), ON(X86_64, -1), NUCLEUS_ALLOW},
    {"a skipped call without a rule", COVERS(X86_64), ON(X86_64, 0), ON(X86_64, -1),
     NUCLEUS_ERRNO(9)},
    {"a skipped call elsewhere", COVERS(S390X), ON(S390X, -1), ON(S390X, -1), NUCLEUS_ALLOW},
    {"the largest of x86_64", COVERS(X86_64), ON(X86_64, 0x3fffffff), ON(X86_64, 0x3fffffff),
     NUCLEUS_ALLOW},
    {"the smallest", COVERS(X86_64), ON(X86_64, INT32_MIN), ON(X86_64, INT32_MIN), NUCLEUS_ALLOW},
    {"x32's first", COVERS(X32), ON(X32, 0x40000000), ON(X32, 0x40000000), NUCLEUS_ALLOW},
    {"the same without the bit", COVERS(X32), ON(X32, 0x40000000), ON(X86_64, 0),
     NUCLEUS_KILL_PROCESS},
    {"x86_64's first with the bit", COVERS(X86_64), ON(X86_64, 0), ON(X32, 0x40000000),
     NUCLEUS_KILL_PROCESS},
    {"x32's largest", COVERS(X32), ON(X32, INT32_MAX), ON(X32, INT32_MAX), NUCLEUS_ALLOW},
    {"a negative number of x32", COVERS(X32), ON(X32, -2), ON(X32, -2), NUCLEUS_ALLOW},
    {"a skipped call where x32 alone is covered", COVERS(X32), ON(X32, -2), ON(X86_64, -1),
     NUCLEUS_KILL_PROCESS},
    {"a table that starts at 4000", COVERS(MIPS), ON(MIPS, 4003), ON(MIPS, 4003), NUCLEUS_ALLOW},
    {"below its start", COVERS(MIPS), ON(MIPS, 3), ON(MIPS, 3), NUCLEUS_ALLOW},
    {"mips of the other byte order", COVERS(MIPSEL), ON(MIPS, 4003), ON(MIPSEL, 4003),
     NUCLEUS_ERRNO(9)},
    {"a private call of ARM", COVERS(ARM), ON(ARM, 0xf0002), ON(ARM, 0xf0002), NUCLEUS_ALLOW},
#undef ON
#undef COVERS
};

/* The rules for openat, on every architecture: (u32)arg0 == FIRST and arg1 > SECOND, whose values would
 * match otherwise if halves were mixed up; and (u32)arg0 == OTHER and arg1 == SMALL. */
#define FIRST 5
#define SECOND UINT64_C(0x100000002)
#define OTHER 6
#define SMALL 2
#define MATCHED NUCLEUS_ERRNO(77)
#define MISSED NUCLEUS_ERRNO(9)

/* Expected: where calls take all of an argument, and where its low half. */
static const struct { uint64_t first, second; uint32_t wide, narrow; } ARGUMENTS[] = {
    {5, UINT64_C(0x100000003), MATCHED, MISSED},
    {5, UINT64_C(0x100000002), MISSED, MISSED},
    {5, UINT64_C(0x200000000), MATCHED, MISSED},   /* the high half decides */
    {5, UINT64_C(0x000000002), MISSED, MISSED},
    {5, UINT64_C(0x200000001), MATCHED, MISSED},   /* not with the halves swapped */
    {5, UINT64_C(0x0ffffffff), MISSED, MISSED},    /* the same */
    {UINT64_C(0xdeadbeef00000005), UINT64_MAX, MATCHED, MISSED},
    {UINT64_C(0x0000000500000000), UINT64_MAX, MISSED, MISSED},
    {6, UINT64_MAX, MISSED, MISSED},
    {6, 2, MATCHED, MATCHED},
    {6, UINT64_C(0x700000002), MISSED, MATCHED},
    {6, UINT64_C(0x200000000), MISSED, MISSED},
};

/* Rules that allow lseek, and what compile says of them: nothing, or that no call can match. */
static const struct remark {
    const char *what;
    nucleus_arg args[3];
    size_t n;
    const char *says[4];
} REMARKS[] = {
    {"two values at once", {{0, NUCLEUS_CMP_EQ, 64, 1, 0}, {0, NUCLEUS_CMP_EQ, 64, 2, 0}}, 2,
     {"lseek", "arg0 == 0x1", "arg0 == 0x2", "allow"}},
    {"less than nothing", {{1, NUCLEUS_CMP_LT, 32, 0, 0}}, 1, {"lseek", "arg1 < 0x0"}},
    {"more than everything", {{1, NUCLEUS_CMP_GT, 64, UINT64_MAX, 0}}, 1, {"lseek", "arg1 >"}},
    {"more than 32 bits can hold", {{1, NUCLEUS_CMP_GT, 32, UINT32_MAX, 0}}, 1,
     {"lseek", "arg1 >"}},
    {"a range that is empty", {{2, NUCLEUS_CMP_GT, 64, 9, 0}, {2, NUCLEUS_CMP_LT, 64, 10, 0}}, 2,
     {"lseek", "arg2 > 0x9", "arg2 < 0xa"}},
    {"a bit that is set and clear",
     {{2, NUCLEUS_CMP_MASKED_EQ, 64, 4, 4}, {2, NUCLEUS_CMP_MASKED_EQ, 64, 0, 6}}, 2,
     {"lseek", "(arg2 & 0x4) == 0x4", "(arg2 & 0x6) == 0x0"}},
    {"a low half against the whole",
     {{0, NUCLEUS_CMP_EQ, 32, 1, 0}, {0, NUCLEUS_CMP_EQ, 64, 2, 0}}, 2, {"lseek", "(u32)arg0"}},
    {"a range of one", {{2, NUCLEUS_CMP_GE, 64, 9, 0}, {2, NUCLEUS_CMP_LE, 64, 9, 0}}, 2, {NULL}},
    {"the same value of two arguments",
     {{0, NUCLEUS_CMP_EQ, 64, 1, 0}, {1, NUCLEUS_CMP_EQ, 64, 2, 0}}, 2, {NULL}},
    {"what always holds", {{0, NUCLEUS_CMP_GE, 64, 0, 0}}, 1, {NULL}},
    {"no conditions", {{0, 0, 0, 0, 0}}, 0, {NULL}},
};

#endif
