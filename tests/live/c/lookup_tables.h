/* What lookups.c looks up, as data. */
#ifndef LOOKUP_TABLES_H
#define LOOKUP_TABLES_H

#include "filters.h"

/* Stands for a name that is too long to write down; the runner puts it in. */
static const char LONG_NAME[] = "(a name of 1 MiB)";

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
    NAMED(NUCLEUS_ERR_BUFFER),
    NAMED(NUCLEUS_ERR_FILE),
    NAMED(NUCLEUS_ERR_PROFILE),
#undef NAMED
    {2, "unknown status"},
    {-12, "unknown status"},
    {INT32_MAX, "unknown status"},
    {INT32_MIN, "unknown status"},
};

static const struct {
    const char *what;
    uint32_t arch;
    const char *name;
    nucleus_status expected;
    int32_t number;
} NUMBERS[] = {
    {"the first of all", NUCLEUS_ARCH_X86_64, "read", NUCLEUS_OK, 0},
    {"the numbers of asm-generic", NUCLEUS_ARCH_AARCH64, "read", NUCLEUS_OK, 63},
    {"a call of one architecture", NUCLEUS_ARCH_RISCV64, "riscv_hwprobe", NUCLEUS_OK, 258},
    {"a 32-bit table", NUCLEUS_ARCH_X86, "read", NUCLEUS_OK, 3},
    {"x32, with its bit", NUCLEUS_ARCH_X32, "read", NUCLEUS_OK, 0x40000000},
    {"one of x32's own", NUCLEUS_ARCH_X32, "rt_sigaction", NUCLEUS_OK, 0x40000200},
    {"a table that starts at 4000", NUCLEUS_ARCH_MIPS, "read", NUCLEUS_OK, 4003},
    {"a table that starts at 6000", NUCLEUS_ARCH_MIPSEL64N32, "read", NUCLEUS_OK, 6000},
    {"a private call of ARM", NUCLEUS_ARCH_ARM, "cacheflush", NUCLEUS_OK, 0xf0002},
    {"a big-endian machine", NUCLEUS_ARCH_S390X, "read", NUCLEUS_OK, 3},
    {"a call of another", NUCLEUS_ARCH_X86_64, "riscv_hwprobe", UNSUPPORTED, 0},
    {"a call that asm-generic left out", NUCLEUS_ARCH_AARCH64, "fork", UNSUPPORTED, 0},
    {"a misspelt name", NUCLEUS_ARCH_X86_64, "wrtie", UNKNOWN, 0},
    {"an empty name", NUCLEUS_ARCH_X86_64, "", UNKNOWN, 0},
    {"a name of 1 MiB", NUCLEUS_ARCH_X86_64, LONG_NAME, UNKNOWN, 0},
    {"bytes that are not UTF-8", NUCLEUS_ARCH_X86_64, "\xff", INVALID, 0},
    {"no name", NUCLEUS_ARCH_X86_64, NULL, INVALID, 0},
    {"no architecture", 0, "read", INVALID, 0},
    {"SPARC, which is real", UINT32_C(0x8000002b), "read", INVALID, 0},
    {"all bits set", UINT32_MAX, "read", INVALID, 0},
};

static const struct { uint32_t arch; int32_t number; const char *name; } NAMES[] = {
    {NUCLEUS_ARCH_X86_64, 0, "read"},
    {NUCLEUS_ARCH_X86_64, 59, "execve"},
    {NUCLEUS_ARCH_AARCH64, 63, "read"},
    {NUCLEUS_ARCH_RISCV64, 258, "riscv_hwprobe"},
    {NUCLEUS_ARCH_X86, 1, "exit"},
    {NUCLEUS_ARCH_X32, 0x40000000, "read"},
    {NUCLEUS_ARCH_X32, 0, NULL},
    {NUCLEUS_ARCH_MIPS, 4003, "read"},
    {NUCLEUS_ARCH_MIPS, 3, NULL},
    {NUCLEUS_ARCH_MIPS64, 4003, NULL}, /* read as o32 has it */
    {NUCLEUS_ARCH_ARM, 0xf0002, "cacheflush"},
    {NUCLEUS_ARCH_X86_64, 0xf0002, NULL},
    {NUCLEUS_ARCH_X86_64, -1, NULL},
    {NUCLEUS_ARCH_X86_64, INT32_MIN, NULL},
    {NUCLEUS_ARCH_X86_64, INT32_MAX, NULL},
    {NUCLEUS_ARCH_X86_64, 0x40000000, NULL}, /* read as x32 has it */
    {NUCLEUS_ARCH_X86_64, 100000, NULL},
    {0, 0, NULL},
    {UINT32_C(0x8000002b), 1, NULL}, /* SPARC */
    {UINT32_MAX, 0, NULL},
};

static const uint32_t NO_ARCHES[] = {
    0,
    1,
    UINT32_C(0x8000002b), /* SPARC: real, but not here */
    UINT32_C(0x0000003e), /* x86_64 without the bits that make it 64-bit and little-endian */
    UINT32_C(0xc0000003),
    UINT32_MAX,
};

static const char *const NO_ARCH_NAMES[] = {NULL, "", "X86_64", "x86_64 ", "x86-64", "amd64",
                                            "AUDIT_ARCH_X86_64", "\xff"};

/* Actions, and what is none, in words. */
static const struct { uint32_t action; const char *text; } ACTION_TEXTS[] = {
    {NUCLEUS_KILL_PROCESS, "kill process"},
    {NUCLEUS_KILL_THREAD, "kill thread"},
    {NUCLEUS_NOTIFY, "notify"},
    {NUCLEUS_LOG, "log"},
    {NUCLEUS_ALLOW, "allow"},
    {NUCLEUS_ERRNO(0), "errno 0"},
    {NUCLEUS_ERRNO(4095), "errno 4095"},
    {NUCLEUS_ERRNO(4096), "0x0005ffff"},
    {NUCLEUS_TRAP(65535), "trap 65535"},
    {NUCLEUS_TRAP(65536), "0xfffffffe"},
    {NUCLEUS_TRACE(65535), "trace 65535"},
    {NUCLEUS_ALLOW | 1, "0x7fff0001"},
    {1, "0x00000001"},
    {UINT32_MAX, "0xffffffff"},
};

#endif
