/* What bad_input.c tries, as data. */
#ifndef BAD_INPUT_TABLES_H
#define BAD_INPUT_TABLES_H

#include <limits.h>
#include <stdint.h>

#include <nucleus_seccomp.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

#define INVALID NUCLEUS_ERR_INVALID_ARGUMENT
#define UNKNOWN NUCLEUS_ERR_UNKNOWN_SYSCALL
#define UNSUPPORTED NUCLEUS_ERR_UNSUPPORTED

#define NO_NAME NULL
/* Stands for a name that is too long to write down; the runner puts it in. */
static const char LONG_NAME[] = "(a name of 1 MiB)";

enum which { ALLOW_CALL, DENY_CALL, RULE, DEFAULT, EXTRA };

/* How an array is handed over. */
enum array { AS_IT_IS, NULL_ARRAY, MISALIGNED };

/* One call on a filter, and what must come of it. */
struct row {
    const char *what;
    enum which call;
    const char *name;       /* of a system call; of EXTRA the only element, or the last of two */
    uint32_t word;          /* action or flags */
    nucleus_arg arg;        /* RULE: the one condition */
    size_t n;               /* RULE, EXTRA: how many elements are said to be there */
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

static const struct { nucleus_status status; const char *name; } STATUSES[] = {
#define NAMED(status) {status, #status}
    NAMED(NUCLEUS_OK),
    NAMED(NUCLEUS_NOT_APPLIED),
    NAMED(NUCLEUS_ERR_INVALID_ARGUMENT),
    NAMED(NUCLEUS_ERR_UNKNOWN_SYSCALL),
    NAMED(NUCLEUS_ERR_UNSUPPORTED),
    NAMED(NUCLEUS_ERR_NOT_COMPILED),
    NAMED(NUCLEUS_ERR_TOO_LARGE),
    NAMED(NUCLEUS_ERR_UNPROVEN),
    NAMED(NUCLEUS_ERR_KERNEL),
    NAMED(NUCLEUS_ERR_INTERNAL),
#undef NAMED
    {2, "unknown status"},
    {-9, "unknown status"},
    {INT32_MAX, "unknown status"},
    {INT32_MIN, "unknown status"},
};

static const struct {
    uint32_t arch;
    const char *name;
    nucleus_status expected;
    int32_t number;
} NUMBERS[] = {
    {NUCLEUS_ARCH_X86_64, "read", NUCLEUS_OK, 0},
    {NUCLEUS_ARCH_AARCH64, "read", NUCLEUS_OK, 63},
    {NUCLEUS_ARCH_RISCV64, "riscv_hwprobe", NUCLEUS_OK, 258},
    {NUCLEUS_ARCH_X86_64, "riscv_hwprobe", UNSUPPORTED, 0},
    {NUCLEUS_ARCH_AARCH64, "fork", UNSUPPORTED, 0},
    {NUCLEUS_ARCH_X86_64, "wrtie", UNKNOWN, 0},
    {NUCLEUS_ARCH_X86_64, "", UNKNOWN, 0},
    {NUCLEUS_ARCH_X86_64, LONG_NAME, UNKNOWN, 0},
    {NUCLEUS_ARCH_X86_64, "\xff", INVALID, 0},
    {NUCLEUS_ARCH_X86_64, NULL, INVALID, 0},
    {0, "read", INVALID, 0},
    {UINT32_C(0x40000003), "read", INVALID, 0}, /* AUDIT_ARCH_I386 */
    {UINT32_MAX, "read", INVALID, 0},
};

static const struct { uint32_t arch; int32_t number; const char *name; } NAMES[] = {
    {NUCLEUS_ARCH_X86_64, 0, "read"},
    {NUCLEUS_ARCH_X86_64, 59, "execve"},
    {NUCLEUS_ARCH_AARCH64, 63, "read"},
    {NUCLEUS_ARCH_RISCV64, 258, "riscv_hwprobe"},
    {NUCLEUS_ARCH_X86_64, -1, NULL},
    {NUCLEUS_ARCH_X86_64, INT32_MIN, NULL},
    {NUCLEUS_ARCH_X86_64, INT32_MAX, NULL},
    {NUCLEUS_ARCH_X86_64, 0x40000000, NULL}, /* read as x32 has it */
    {NUCLEUS_ARCH_X86_64, 100000, NULL},
    {0, 0, NULL},
    {UINT32_C(0x40000003), 1, NULL},
    {UINT32_MAX, 0, NULL},
};

#endif
