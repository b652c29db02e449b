/* What bad_input.c tries, as data. */
#ifndef BAD_INPUT_TABLES_H
#define BAD_INPUT_TABLES_H

#include "filters.h"

#define NO_NAME NULL
/* Stands for a name that is too long to write down; the runner puts it in. */
static const char LONG_NAME[] = "(a name of 1 MiB)";

enum which {
    ALLOW_CALL, DENY_CALL, RULE, RULE_NUMBER, REMOVE_RULES, DEFAULT, EXTRA, SET, PRIORITY, ADD_ARCH,
    REMOVE_ARCH, LEVEL, COMMIT, ROLLBACK, RESET, MERGE, INTERSECT
};

/* How an array is handed over. */
enum array { AS_IT_IS, NULL_ARRAY, MISALIGNED };

/* One call on a filter, and what must come of it. */
struct row {
    const char *what;
    enum which call;
    const char *name;       /* of a system call; of EXTRA the only element, or the last of two */
    uint32_t word;          /* action, flags, attribute, priority or architecture */
    uint32_t value;         /* SET: of the attribute; RULE_NUMBER: the architecture */
    int32_t nr;             /* RULE_NUMBER */
    nucleus_arg arg;        /* RULE, RULE_NUMBER: the one condition */
    size_t n;               /* RULE, RULE_NUMBER, EXTRA: how many elements are said to be there */
    enum array array;
    nucleus_status expected;
    const char *says[3];    /* the sentence has these, if it fails */
};

#define ALLOWED(given) .call = ALLOW_CALL, .name = (given)
#define DENIED(given) .call = DENY_CALL, .name = (given)
#define ACTION(given) .call = RULE, .name = "read", .word = (given)
#define CONDITIONS(count, ...) \
    .call = RULE, .name = "socket", .word = NUCLEUS_ALLOW, .n = (count), .arg = {__VA_ARGS__}
#define CONDITION(...) CONDITIONS(1, __VA_ARGS__)
#define DEFAULT_WITH(flags) .call = DEFAULT, .word = (flags)
#define EXTRAS(count, flags, given) \
    .call = EXTRA, .n = (count), .word = (flags), .name = (given)
#define EXTRA_WITH(flags, given) EXTRAS(1, flags, given)

#define NUMBER(arch, number) \
    .call = RULE_NUMBER, .word = NUCLEUS_ALLOW, .value = (arch), .nr = (number)
#define NUMBER_IF(count, ...) \
    NUMBER(NUCLEUS_ARCH_X86_64, 1000), .n = (count), .arg = {__VA_ARGS__}
#define SETS(attribute, given) .call = SET, .word = (attribute), .value = (given)
#define PRIORITY_OF(given, priority) .call = PRIORITY, .name = (given), .word = (priority)

#define ONE_BIT_ABOVE(last) ((uint32_t)(last) << 1)
#define TOP_BIT (UINT32_C(1) << 31)
#define FITS_32 UINT64_C(0xffffffff)
#define ABOVE_32 UINT64_C(0x100000000)

static const struct row ROWS[] = {
    /* Names. */
    {"a name", ALLOWED("write"), .expected = NUCLEUS_OK},
    {"no name", ALLOWED(NO_NAME), .expected = INVALID, .says = {"allow", "name", "NULL"}},
    {"no name to deny", DENIED(NO_NAME), .expected = INVALID, .says = {"deny", "name", "NULL"}},
    {"no name in a rule", .call = RULE, .expected = INVALID, .says = {"add_rule", "name", "NULL"}},
    {"an empty name", ALLOWED(""), .expected = UNKNOWN, .says = {"allow", "empty", "'read'"}},
    {"an empty name to deny", DENIED(""), .expected = UNKNOWN, .says = {"deny", "empty"}},
    {"a misspelt name", ALLOWED("wrtie"), .expected = UNKNOWN,
     .says = {"'wrtie'", "did you mean", "'write'"}},
    {"a misspelt name to deny", DENIED("chmdo"), .expected = UNKNOWN,
     .says = {"'chmdo'", "did you mean", "'chmod'"}},
    {"a misspelt name in a rule", .call = RULE, .name = "soket", .expected = UNKNOWN,
     .says = {"'soket'", "did you mean", "'socket'"}},
    {"a name from a kernel header", ALLOWED("__NR_openat"), .expected = UNKNOWN,
     .says = {"'__NR_openat'", "'openat'"}},
    {"a name with a blank behind", ALLOWED("read "), .expected = UNKNOWN,
     .says = {"'read '", "'read'"}},
    {"a name in capitals", ALLOWED("READ"), .expected = UNKNOWN, .says = {"'READ'", "'read'"}},
    {"a name like no other", ALLOWED("qqqqqqqqqqqq"), .expected = UNKNOWN,
     .says = {"'qqqqqqqqqqqq'"}},
    {"bytes that are not UTF-8", ALLOWED("re\xff" "ad"), .expected = INVALID, .says = {"UTF-8"}},
    {"UTF-8 cut off", DENIED("read\xe2\x80"), .expected = INVALID, .says = {"UTF-8"}},
    {"a surrogate", ALLOWED("\xed\xa0\x80"), .expected = INVALID, .says = {"UTF-8"}},
    {"a name of 1 MiB", ALLOWED(LONG_NAME), .expected = UNKNOWN, .says = {"'aaaa"}},
    {"control characters", ALLOWED("a\n\x1b[2Jb\x7f\t"), .expected = UNKNOWN,
     .says = {"a\\n\\u{1b}[2Jb"}},
    {"a C1 control character", ALLOWED("\xc2\x9b" "31m"), .expected = UNKNOWN,
     .says = {"\\u{9b}31m"}},
    {"an override of the writing direction", ALLOWED("\xe2\x80\xae" "daer"), .expected = UNKNOWN,
     .says = {"\\u{202e}"}},
    {"a conversion of printf's", ALLOWED("%s%n"), .expected = UNKNOWN, .says = {"'%s%n'"}},
    {"a name of another architecture alone", ALLOWED("riscv_hwprobe"), .expected = NUCLEUS_OK},
    {"the same to deny", DENIED("riscv_hwprobe"), .expected = NUCLEUS_OK},
    {"a name of x86-64 alone", DENIED("arch_prctl"), .expected = NUCLEUS_OK},

    /* Actions. */
    {"the largest errno", ACTION(NUCLEUS_ERRNO(4095)), .expected = NUCLEUS_OK},
    {"errno 0", ACTION(NUCLEUS_ERRNO(0)), .expected = NUCLEUS_OK},
    {"errno 4096", ACTION(NUCLEUS_ERRNO(4096)), .expected = INVALID, .says = {"errno", "4095"}},
    {"errno 4096 without the macro", ACTION(UINT32_C(0x00051000)), .expected = INVALID,
     .says = {"errno", "4095", "4096"}},
    {"errno -1", ACTION(NUCLEUS_ERRNO(-1)), .expected = INVALID, .says = {"errno", "4095"}},
    {"errno 2^32-1", ACTION(NUCLEUS_ERRNO(UINT32_MAX)), .expected = INVALID, .says = {"errno"}},
    {"the largest trap", ACTION(NUCLEUS_TRAP(65535)), .expected = NUCLEUS_OK},
    {"trap 65536", ACTION(NUCLEUS_TRAP(65536)), .expected = INVALID, .says = {"action"}},
    {"the largest trace", ACTION(NUCLEUS_TRACE(65535)), .expected = NUCLEUS_OK},
    {"trace -1", ACTION(NUCLEUS_TRACE(-1)), .expected = INVALID, .says = {"action"}},
    {"no action at all", ACTION(UINT32_C(0x12345678)), .expected = INVALID,
     .says = {"0x12345678", "NUCLEUS_ALLOW"}},
    {"kill with data", ACTION(NUCLEUS_KILL_PROCESS | 1), .expected = INVALID,
     .says = {"kill process", "1"}},
    {"kill thread with data", ACTION(UINT32_C(1)), .expected = INVALID, .says = {"kill thread"}},
    {"allow with data", ACTION(NUCLEUS_ALLOW | 1), .expected = INVALID, .says = {"allow", "1"}},
    {"log with data", ACTION(NUCLEUS_LOG | 0xffff), .expected = INVALID, .says = {"log", "65535"}},

    /* Conditions. */
    {"no conditions", CONDITIONS(0, 0), .array = NULL_ARRAY, .expected = NUCLEUS_OK},
    {"conditions at NULL", CONDITION(.op = 4), .array = NULL_ARRAY, .expected = INVALID,
     .says = {"add_rule", "args", "NULL"}},
    {"SIZE_MAX conditions", CONDITIONS(SIZE_MAX, .op = 4), .expected = INVALID,
     .says = {"add_rule", "args"}},
    {"conditions that no memory can hold",
     CONDITIONS(SIZE_MAX / 2 / sizeof(nucleus_arg) + 1, .op = 4), .expected = INVALID,
     .says = {"args"}},
    {"conditions out of line", CONDITION(.op = 4), .array = MISALIGNED, .expected = INVALID,
     .says = {"add_rule", "args", "alignment"}},
    {"argument 5", CONDITION(.index = 5, .op = 4), .expected = NUCLEUS_OK},
    {"argument 6", CONDITION(.index = 6, .op = 4), .expected = INVALID,
     .says = {"socket", "6", "0 to 5"}},
    {"argument 256", CONDITION(.index = 256, .op = 4), .expected = INVALID, .says = {"256"}},
    {"argument 2^32-1", CONDITION(.index = UINT32_MAX, .op = 4), .expected = INVALID,
     .says = {"4294967295", "0 to 5"}},
    {"comparison 0", CONDITION(.op = 0), .expected = INVALID, .says = {"socket", "comparison 0"}},
    {"comparison 8", CONDITION(.op = 8), .expected = INVALID, .says = {"comparison 8", "_EQ"}},
    {"comparison 2^32-1", CONDITION(.op = UINT32_MAX), .expected = INVALID, .says = {"4294967295"}},
    {"width 0", CONDITION(.op = 4, .width = 0, .value = UINT64_MAX), .expected = NUCLEUS_OK},
    {"width 1", CONDITION(.op = 4, .width = 1), .expected = INVALID, .says = {"1 bit", "32 or 64"}},
    {"width 16", CONDITION(.op = 4, .width = 16), .expected = INVALID, .says = {"16", "32 or 64"}},
    {"width 33", CONDITION(.op = 4, .width = 33), .expected = INVALID, .says = {"33", "32 or 64"}},
    {"width 128", CONDITION(.op = 4, .width = 128), .expected = INVALID, .says = {"128"}},
    {"the largest value of 32 bits", CONDITION(.op = 4, .width = 32, .value = FITS_32),
     .expected = NUCLEUS_OK},
    {"a value above 32 bits", CONDITION(.op = 4, .width = 32, .value = ABOVE_32),
     .expected = INVALID, .says = {"value 0x100000000", "32 bits", "width 64"}},
    {"a negative int as value", CONDITION(.op = 4, .width = 32, .value = (uint64_t)-1),
     .expected = INVALID, .says = {"value 0xffffffffffffffff", "32 bits"}},
    {"a mask above 32 bits", CONDITION(.op = 7, .width = 32, .mask = ABOVE_32),
     .expected = INVALID, .says = {"mask 0x100000000", "32 bits"}},
    {"a mask with ==", CONDITION(.op = 4, .value = 1, .mask = 1), .expected = INVALID,
     .says = {"mask 0x1", "MASKED_EQ"}},
    {"a mask with <", CONDITION(.op = 2, .value = 1, .mask = ABOVE_32), .expected = INVALID,
     .says = {"mask 0x100000000", "MASKED_EQ"}},
    {"a value within the mask", CONDITION(.op = 7, .value = 2, .mask = 3), .expected = NUCLEUS_OK},
    {"a value outside the mask", CONDITION(.op = 7, .value = 4, .mask = 3), .expected = INVALID,
     .says = {"value 0x4", "mask 0x3"}},
    {"masked == without a mask", CONDITION(.op = 7, .value = 1), .expected = INVALID,
     .says = {"value 0x1", "mask 0x0"}},

    /* Flags. */
    {"the built-in policy", DEFAULT_WITH(0), .expected = NUCLEUS_OK},
    {"all its flags", DEFAULT_WITH(NUCLEUS_POLICY_NETWORK | NUCLEUS_POLICY_STRICT |
                                   NUCLEUS_POLICY_JIT), .expected = NUCLEUS_OK},
    {"its lowest unknown flag", DEFAULT_WITH(ONE_BIT_ABOVE(NUCLEUS_POLICY_JIT)),
     .expected = INVALID, .says = {"use_default", "0x8"}},
    {"its highest flag bit", DEFAULT_WITH(TOP_BIT | NUCLEUS_POLICY_JIT), .expected = INVALID,
     .says = {"use_default", "0x80000000"}},
    {"the lowest unknown flag of the opt-in list",
     EXTRA_WITH(ONE_BIT_ABOVE(NUCLEUS_EXTRA_STRICT), "mincore"), .expected = INVALID,
     .says = {"allow_extra", "0x2"}},
    {"its highest flag bit", EXTRA_WITH(TOP_BIT, "mincore"), .expected = INVALID,
     .says = {"allow_extra", "0x80000000"}},

    /* The opt-in list. */
    {"a name on the list", EXTRA_WITH(NUCLEUS_EXTRA_STRICT, "io_uring_setup"),
     .expected = NUCLEUS_OK},
    {"a name that is allowed anyway", EXTRA_WITH(NUCLEUS_EXTRA_STRICT, "read"),
     .expected = NUCLEUS_OK},
    {"a name not on the list", EXTRA_WITH(NUCLEUS_EXTRA_STRICT, "ptrace"),
     .expected = UNSUPPORTED, .says = {"allow_extra", "'ptrace'", "nucleus_filter_allow"}},
    {"a good name, and one not on the list", EXTRAS(2, NUCLEUS_EXTRA_STRICT, "ptrace"),
     .expected = UNSUPPORTED, .says = {"'ptrace'"}},
    {"an unknown name", EXTRA_WITH(NUCLEUS_EXTRA_STRICT, "mincoer"), .expected = UNKNOWN,
     .says = {"allow_extra", "'mincoer'", "'mincore'"}},
    {"an empty name", EXTRA_WITH(NUCLEUS_EXTRA_STRICT, ""), .expected = UNKNOWN,
     .says = {"allow_extra", "empty"}},
    {"an unknown name, not strict", EXTRA_WITH(0, "mincoer"), .expected = NUCLEUS_OK},
    {"a name not on the list, not strict", EXTRA_WITH(0, "ptrace"), .expected = NUCLEUS_OK},
    {"no names", EXTRAS(0, NUCLEUS_EXTRA_STRICT, "mincore"), .array = NULL_ARRAY,
     .expected = NUCLEUS_OK},
    {"names at NULL", EXTRA_WITH(0, "mincore"), .array = NULL_ARRAY, .expected = INVALID,
     .says = {"allow_extra", "names", "NULL"}},
    {"a NULL among the names", EXTRA_WITH(0, NO_NAME), .expected = INVALID,
     .says = {"allow_extra", "NULL"}},
    {"a good name, and a NULL", EXTRAS(2, 0, NO_NAME), .expected = INVALID,
     .says = {"allow_extra", "NULL"}},
    {"bytes that are not UTF-8", EXTRA_WITH(0, "\xff"), .expected = INVALID, .says = {"UTF-8"}},
    {"SIZE_MAX names", EXTRAS(SIZE_MAX, 0, "mincore"), .expected = INVALID,
     .says = {"allow_extra", "names"}},
    {"names out of line", EXTRA_WITH(0, "mincore"), .array = MISALIGNED, .expected = INVALID,
     .says = {"allow_extra", "names", "alignment"}},

    /* Architectures. */
    {"another architecture", .call = ADD_ARCH, .word = NUCLEUS_ARCH_S390X, .expected = NUCLEUS_OK},
    {"the same twice", .call = ADD_ARCH, .word = NUCLEUS_ARCH_X86_64, .expected = NUCLEUS_OK},
    {"architecture 0", .call = ADD_ARCH, .word = 0, .expected = INVALID,
     .says = {"0x00000000", "NUCLEUS_ARCH_"}},
    {"SPARC, which is real", .call = ADD_ARCH, .word = UINT32_C(0x8000002b), .expected = INVALID,
     .says = {"0x8000002b"}},
    {"all bits set", .call = ADD_ARCH, .word = UINT32_MAX, .expected = INVALID,
     .says = {"0xffffffff"}},
    {"one that is not covered", .call = REMOVE_ARCH, .word = NUCLEUS_ARCH_PARISC64,
     .expected = NUCLEUS_OK},
    {"architecture 0 to remove", .call = REMOVE_ARCH, .word = 0, .expected = INVALID,
     .says = {"0x00000000"}},

    /* Rules for numbers. */
    {"a number that no call has", NUMBER(NUCLEUS_ARCH_X86_64, 1000), .expected = NUCLEUS_OK},
    {"a skipped call", NUMBER(NUCLEUS_ARCH_X86_64, -1), .expected = NUCLEUS_OK},
    {"a skipped call of x32, which is none", NUMBER(NUCLEUS_ARCH_X32, -1), .expected = INVALID,
     .says = {"add_rule_number", "x32"}},
    {"the last number below bit 30", NUMBER(NUCLEUS_ARCH_X86_64, 0x3fffffff),
     .expected = NUCLEUS_OK},
    {"x32's first as one of x86_64", NUMBER(NUCLEUS_ARCH_X86_64, 0x40000000), .expected = INVALID,
     .says = {"0x40000000", "x86_64", "NUCLEUS_ARCH_X32"}},
    {"x86_64's last as one of x32", NUMBER(NUCLEUS_ARCH_X32, 0x3fffffff), .expected = INVALID,
     .says = {"0x3fffffff", "x32", "NUCLEUS_ARCH_X86_64"}},
    {"x32's numbers without their bit", NUMBER(NUCLEUS_ARCH_X32, 0), .expected = INVALID,
     .says = {"bit 30"}},
    {"x32's first", NUMBER(NUCLEUS_ARCH_X32, 0x40000000), .expected = NUCLEUS_OK},
    {"-2, which has bit 30 set", NUMBER(NUCLEUS_ARCH_X86_64, -2), .expected = INVALID,
     .says = {"0xfffffffe"}},
    {"the same of x32", NUMBER(NUCLEUS_ARCH_X32, -2), .expected = NUCLEUS_OK},
    {"the smallest number", NUMBER(NUCLEUS_ARCH_AARCH64, INT32_MIN), .expected = NUCLEUS_OK},
    {"of no architecture", NUMBER(0, 0), .expected = INVALID, .says = {"0x00000000"}},
    {"conditions at NULL", NUMBER_IF(1, .op = 4), .array = NULL_ARRAY, .expected = INVALID,
     .says = {"add_rule_number", "args", "NULL"}},
    {"conditions out of line", NUMBER_IF(1, .op = 4), .array = MISALIGNED, .expected = INVALID,
     .says = {"add_rule_number", "alignment"}},
    {"SIZE_MAX conditions", NUMBER_IF(SIZE_MAX, .op = 4), .expected = INVALID, .says = {"args"}},
    {"argument 6", NUMBER_IF(1, .index = 6, .op = 4), .expected = INVALID,
     .says = {"call 1000 on x86_64", "0 to 5"}},
    {"a value above 32 bits", NUMBER_IF(1, .op = 4, .width = 32, .value = ABOVE_32),
     .expected = INVALID, .says = {"call 1000 on x86_64", "0x100000000", "32 bits"}},

    /* Levels. */
    {"the lowest level", .call = LEVEL, .word = 1, .expected = NUCLEUS_OK},
    {"the highest level", .call = LEVEL, .word = 6, .expected = NUCLEUS_OK},
    {"level 0", .call = LEVEL, .word = 0, .expected = INVALID,
     .says = {"use_level", "level 0", "NUCLEUS_LEVEL_ESSENTIAL"}},
    {"level 7", .call = LEVEL, .word = 7, .expected = INVALID, .says = {"use_level", "level 7"}},
    {"level 2^32-1", .call = LEVEL, .word = UINT32_MAX, .expected = INVALID,
     .says = {"4294967295", "NUCLEUS_LEVEL_UNRESTRICTED"}},

    /* Rules to be forgotten. */
    {"a call of which nothing was said", .call = REMOVE_RULES, .name = "lseek",
     .expected = NUCLEUS_OK},
    {"no name", .call = REMOVE_RULES, .expected = INVALID, .says = {"remove_rules", "NULL"}},
    {"an empty name", .call = REMOVE_RULES, .name = "", .expected = UNKNOWN,
     .says = {"remove_rules", "empty"}},
    {"a misspelt name", .call = REMOVE_RULES, .name = "raed", .expected = UNKNOWN,
     .says = {"remove_rules", "'raed'", "'read'"}},
    {"bytes that are not UTF-8", .call = REMOVE_RULES, .name = "\xff", .expected = INVALID,
     .says = {"remove_rules", "UTF-8"}},

    /* Attributes. */
    {"attribute 0", SETS(0, 0), .expected = INVALID, .says = {"attribute 0", "NUCLEUS_ATTR_"}},
    {"attribute 12", SETS(12, 0), .expected = INVALID, .says = {"attribute 12"}},
    {"attribute 2^32-1", SETS(UINT32_MAX, 0), .expected = INVALID, .says = {"4294967295"}},
    {"the default action", SETS(NUCLEUS_ATTR_DEFAULT, NUCLEUS_ALLOW), .expected = INVALID,
     .says = {"default", "nucleus_filter_reset"}},
    {"the same, to what it is", SETS(NUCLEUS_ATTR_DEFAULT, NUCLEUS_KILL_PROCESS),
     .expected = INVALID, .says = {"default"}},
    {"no_new_privs 2", SETS(NUCLEUS_ATTR_NO_NEW_PRIVS, 2), .expected = INVALID,
     .says = {"0 or 1", "2"}},
    {"tsync 2", SETS(NUCLEUS_ATTR_TSYNC, 2), .expected = INVALID, .says = {"0 or 1", "2"}},
    {"log 2^32-1", SETS(NUCLEUS_ATTR_LOG, UINT32_MAX), .expected = INVALID,
     .says = {"0 or 1", "4294967295"}},
    {"spec_allow 2", SETS(NUCLEUS_ATTR_SPEC_ALLOW, 2), .expected = INVALID, .says = {"0 or 1"}},
    {"wait_killable 256", SETS(NUCLEUS_ATTR_WAIT_KILLABLE, 256), .expected = INVALID,
     .says = {"0 or 1", "256"}},
    {"layout 3", SETS(NUCLEUS_ATTR_LAYOUT, 3), .expected = INVALID,
     .says = {"layout 3", "NUCLEUS_LAYOUT_"}},
    {"a bad-architecture action that is not set", SETS(NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_UNSET),
     .expected = INVALID, .says = {"0xffffffff"}},
    {"a deny action out of range is not one that is unset",
     SETS(NUCLEUS_ATTR_DENY, NUCLEUS_TRAP(65536)), .expected = INVALID, .says = {"action"}},
    {"nor is an unknown-call action", SETS(NUCLEUS_ATTR_UNKNOWN, NUCLEUS_TRACE(-1)),
     .expected = INVALID, .says = {"action"}},
    {"before versions had numbers alike", SETS(NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(5, 0)),
     .expected = INVALID, .says = {"Linux 5.0", "5.1 to 7.2"}},
    {"the first that had", SETS(NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(5, 1)), .expected = NUCLEUS_OK},
    {"the version of the tables", SETS(NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(7, 2)),
     .expected = NUCLEUS_OK},
    {"the version after", SETS(NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(7, 3)), .expected = INVALID,
     .says = {"Linux 7.3", "5.1 to 7.2"}},
    {"version 0", SETS(NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(0, 0)), .expected = INVALID,
     .says = {"Linux 0.0"}},
    {"version 255.255", SETS(NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(255, 255)), .expected = INVALID,
     .says = {"Linux 255.255"}},
    {"version 256", SETS(NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(256, 0)), .expected = INVALID,
     .says = {"0xfffffffe", "NUCLEUS_LINUX"}},
    {"a minor version of 256", SETS(NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(6, 256)),
     .expected = INVALID, .says = {"NUCLEUS_LINUX"}},
    {"version -1", SETS(NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(-1, 0)), .expected = INVALID,
     .says = {"NUCLEUS_LINUX"}},
    {"the largest number", SETS(NUCLEUS_ATTR_NEWEST, INT32_MAX), .expected = NUCLEUS_OK},
    {"a version with a bit too many", SETS(NUCLEUS_ATTR_NEWEST, UINT32_C(0x80010601)),
     .expected = INVALID, .says = {"0x80010601"}},

    /* Priorities. */
    {"the highest", PRIORITY_OF("read", 255), .expected = NUCLEUS_OK},
    {"one above", PRIORITY_OF("read", 256), .expected = INVALID, .says = {"0 to 255", "256"}},
    {"2^32-1", PRIORITY_OF("read", UINT32_MAX), .expected = INVALID, .says = {"4294967295"}},
    {"of no name", PRIORITY_OF(NO_NAME, 1), .expected = INVALID, .says = {"set_priority", "NULL"}},
    {"of an empty name", PRIORITY_OF("", 1), .expected = UNKNOWN, .says = {"set_priority"}},
    {"of a misspelt name", PRIORITY_OF("raed", 1), .expected = UNKNOWN,
     .says = {"set_priority", "'raed'", "'read'"}},
    {"of bytes that are not UTF-8", PRIORITY_OF("\xff", 1), .expected = INVALID,
     .says = {"set_priority", "UTF-8"}},

    /* What there is only in pairs. */
    {"a commit without a transaction", .call = COMMIT, .expected = INVALID,
     .says = {"commit", "nucleus_filter_begin"}},
    {"a rollback without one", .call = ROLLBACK, .expected = INVALID,
     .says = {"rollback", "nucleus_filter_begin"}},
    {"a merge with NULL", .call = MERGE, .expected = INVALID, .says = {"merge", "other", "NULL"}},
    {"an intersection with NULL", .call = INTERSECT, .expected = INVALID,
     .says = {"intersect", "other", "NULL"}},
    {"a reset", .call = RESET, .word = NUCLEUS_KILL_PROCESS, .expected = NUCLEUS_OK},
    {"a reset to no action", .call = RESET, .word = 3, .expected = INVALID,
     .says = {"action", "3"}},
};

/* Every way to hand over an action, which goes where the 0 stands. */
static const struct row ACTION_TAKERS[] = {
    {"add_rule", ACTION(0)},
    {"add_rule_number", .call = RULE_NUMBER, .word = 0, .value = NUCLEUS_ARCH_X86_64, .nr = 1},
    {"reset", .call = RESET, .word = 0},
    {"the bad-architecture action", SETS(NUCLEUS_ATTR_BAD_ARCH, 0)},
    {"the deny action", SETS(NUCLEUS_ATTR_DENY, 0)},
    {"the unknown-call action", SETS(NUCLEUS_ATTR_UNKNOWN, 0)},
};

/* nucleus_filter_new: whether it takes the action, and whether such a filter takes the built-in
 * policy (only if the calls that no rule speaks of don't run). */
static const struct { uint32_t action; nucleus_status made, with_policy; } DEFAULT_ACTIONS[] = {
    {NUCLEUS_KILL_PROCESS, NUCLEUS_OK, NUCLEUS_OK},
    {NUCLEUS_KILL_THREAD, NUCLEUS_OK, NUCLEUS_OK},
    {NUCLEUS_ERRNO(1), NUCLEUS_OK, NUCLEUS_OK},
    {NUCLEUS_ERRNO(4095), NUCLEUS_OK, NUCLEUS_OK},
    {NUCLEUS_TRAP(7), NUCLEUS_OK, NUCLEUS_OK},
    {NUCLEUS_TRACE(7), NUCLEUS_OK, INVALID},
    {NUCLEUS_NOTIFY, NUCLEUS_OK, INVALID},
    {NUCLEUS_LOG, NUCLEUS_OK, INVALID},
    {NUCLEUS_ALLOW, NUCLEUS_OK, INVALID},
    {UINT32_C(0x12345678), INVALID, 0},
    {UINT32_MAX, INVALID, 0},
    {UINT32_C(0x7ffe0000), INVALID, 0},
    {NUCLEUS_ERRNO(4096), INVALID, 0},
    {NUCLEUS_ERRNO(-1), INVALID, 0},
    {NUCLEUS_TRAP(65536), INVALID, 0},
    {NUCLEUS_TRACE(-1), INVALID, 0},
    {NUCLEUS_KILL_PROCESS | 1, INVALID, 0},
    {NUCLEUS_KILL_THREAD | 1, INVALID, 0},
    {NUCLEUS_NOTIFY | 1, INVALID, 0},
    {NUCLEUS_LOG | 1, INVALID, 0},
    {NUCLEUS_ALLOW | 1, INVALID, 0},
};

#endif
