/* Pairs of filters: what compare.c compares, and algebra.c merges and intersects. */
#ifndef PAIRS_H
#define PAIRS_H

#include "filters.h"

/* A filter of x86_64: its default action, a denied call, and rules, up to one without a name. */
struct side {
    uint32_t otherwise;
    const char *denied;
    struct { uint32_t action; const char *name; nucleus_arg arg; } rules[3];
};

#define KILL NUCLEUS_KILL_PROCESS
#define ALLOW NUCLEUS_ALLOW
#define NOTHING .denied = NULL
#define RULES(...) .rules = {__VA_ARGS__}
/* A rule for a whole call, and one with a condition on its first argument. */
#define WHOLE(action, name) {(action), (name), {0, 0, 0, 0, 0}}
#define IF(action, name, op, width, value) \
    {(action), (name), {0, NUCLEUS_CMP_##op, (width), (value), 0}}
#define IF_MASKED(action, name, mask, value) \
    {(action), (name), {0, NUCLEUS_CMP_MASKED_EQ, 64, (value), (mask)}}

/* Two filters, and how the first stands to the second. */
static const struct pair { const char *what; struct side a, b; uint32_t order; } PAIRS[] = {
    {"nothing said", {KILL, NOTHING}, {KILL, NOTHING}, NUCLEUS_EQUAL},
    {"kill process is stricter than kill thread, whose encoding is smaller",
     {KILL, NOTHING}, {NUCLEUS_KILL_THREAD, NOTHING}, NUCLEUS_STRICTER},
    {"kill thread than a trap", {NUCLEUS_KILL_THREAD, NOTHING},
     {NUCLEUS_TRAP(0), NOTHING}, NUCLEUS_STRICTER},
    {"a trap than an errno", {NUCLEUS_TRAP(9), NOTHING}, {NUCLEUS_ERRNO(1), NOTHING},
     NUCLEUS_STRICTER},
    {"an errno than a listener", {NUCLEUS_ERRNO(4095), NOTHING},
     {NUCLEUS_NOTIFY, NOTHING}, NUCLEUS_STRICTER},
    {"a listener than a tracer", {NUCLEUS_NOTIFY, NOTHING},
     {NUCLEUS_TRACE(0), NOTHING}, NUCLEUS_STRICTER},
    {"a tracer than the log", {NUCLEUS_TRACE(9), NOTHING}, {NUCLEUS_LOG, NOTHING},
     NUCLEUS_STRICTER},
    {"the log than nothing", {NUCLEUS_LOG, NOTHING}, {ALLOW, NOTHING},
     NUCLEUS_STRICTER},
    {"of two errnos the smaller is the stricter", {NUCLEUS_ERRNO(2), NOTHING},
     {NUCLEUS_ERRNO(1), NOTHING}, NUCLEUS_LOOSER},

    {"one more call", {KILL, RULES(WHOLE(ALLOW, "read"))}, {KILL, NOTHING}, NUCLEUS_LOOSER},
    {"one call less", {KILL, NOTHING}, {KILL, RULES(WHOLE(NUCLEUS_LOG, "read"))},
     NUCLEUS_STRICTER},
    {"another call", {KILL, RULES(WHOLE(ALLOW, "read"))}, {KILL, RULES(WHOLE(ALLOW, "write"))},
     NUCLEUS_INCOMPARABLE},
    {"a rule that says what the default says", {KILL, RULES(WHOLE(KILL, "read"))},
     {KILL, NOTHING}, NUCLEUS_EQUAL},
    {"the same rules in another order", {KILL, RULES(WHOLE(ALLOW, "read"), WHOLE(ALLOW, "write"))},
     {KILL, RULES(WHOLE(ALLOW, "write"), WHOLE(ALLOW, "read"))}, NUCLEUS_EQUAL},
    {"a denial where nothing runs", {KILL, .denied = "read"}, {KILL, NOTHING},
     NUCLEUS_EQUAL},
    {"a denial where all runs, and a rule that says it", {ALLOW, .denied = "read"},
     {ALLOW, RULES(WHOLE(NUCLEUS_ERRNO(1), "read"))}, NUCLEUS_EQUAL},
    {"a denial of what is allowed", {KILL, .denied = "read", RULES(WHOLE(ALLOW, "read"))},
     {KILL, RULES(WHOLE(ALLOW, "read"))}, NUCLEUS_STRICTER},
    {"a call of another architecture", {KILL, RULES(WHOLE(ALLOW, "riscv_hwprobe"))},
     {KILL, NOTHING}, NUCLEUS_EQUAL},

    {"a condition", {KILL, RULES(IF(ALLOW, "lseek", EQ, 64, 1))},
     {KILL, RULES(WHOLE(ALLOW, "lseek"))}, NUCLEUS_STRICTER},
    {"32 bits leave the upper half open", {KILL, RULES(IF(ALLOW, "lseek", EQ, 32, 1))},
     {KILL, RULES(IF(ALLOW, "lseek", EQ, 64, 1))}, NUCLEUS_LOOSER},
    {"less than 5, and at most 4", {KILL, RULES(IF(ALLOW, "lseek", LT, 64, 5))},
     {KILL, RULES(IF(ALLOW, "lseek", LE, 64, 4))}, NUCLEUS_EQUAL},
    {"one value of 2^64 makes the difference",
     {KILL, RULES(IF(ALLOW, "lseek", LT, 64, UINT64_C(0x123456789abcdef)))},
     {KILL, RULES(IF(ALLOW, "lseek", LE, 64, UINT64_C(0x123456789abcdef)))}, NUCLEUS_STRICTER},
    {"unequal, and less or greater", {KILL, RULES(IF(ALLOW, "lseek", NE, 64, 7))},
     {KILL, RULES(IF(ALLOW, "lseek", LT, 64, 7), IF(ALLOW, "lseek", GT, 64, 7))}, NUCLEUS_EQUAL},
    {"a mask, and the two values under it",
     {KILL, RULES(IF_MASKED(ALLOW, "lseek", ~UINT64_C(1), 4))},
     {KILL, RULES(IF(ALLOW, "lseek", EQ, 64, 4), IF(ALLOW, "lseek", EQ, 64, 5))}, NUCLEUS_EQUAL},
    {"ranges that overlap", {KILL, RULES(IF(ALLOW, "lseek", LT, 64, 10))},
     {KILL, RULES(IF(ALLOW, "lseek", GT, 64, 5))}, NUCLEUS_INCOMPARABLE},
    {"what always holds, and no condition", {KILL, RULES(IF(ALLOW, "lseek", GE, 64, 0))},
     {KILL, RULES(WHOLE(ALLOW, "lseek"))}, NUCLEUS_EQUAL},
    {"what never holds, and no rule", {KILL, RULES(IF(ALLOW, "lseek", LT, 32, 0))},
     {KILL, NOTHING}, NUCLEUS_EQUAL},
    {"another errno under a condition",
     {ALLOW, RULES(IF(NUCLEUS_ERRNO(1), "lseek", EQ, 64, 1))},
     {ALLOW, RULES(IF(NUCLEUS_ERRNO(2), "lseek", EQ, 64, 1))}, NUCLEUS_STRICTER},
    {"stricter for one value, looser for another",
     {ALLOW, RULES(IF(KILL, "lseek", EQ, 64, 1))}, {ALLOW, RULES(IF(KILL, "lseek", EQ, 64, 2))},
     NUCLEUS_INCOMPARABLE},
};

static inline nucleus_filter *made_of(const struct side *side)
{
    nucleus_filter *filter = filter_on(side->otherwise, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);

    if (side->denied != NULL)
        same_status("deny", nucleus_filter_deny(filter, side->denied), NUCLEUS_OK);
    for (size_t i = 0; i < COUNT(side->rules) && side->rules[i].name != NULL; i++)
        same_status("rule", nucleus_filter_add_rule(filter, side->rules[i].action,
                                                    side->rules[i].name, &side->rules[i].arg,
                                                    side->rules[i].arg.op != 0), NUCLEUS_OK);
    return filter;
}

#endif
