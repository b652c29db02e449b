/* What the C test programs share: making filters, and asking them.
 *
 * The programs must come to the same on every machine, so most filters here cover architectures
 * that are named, not the one that the test runs on. */
#ifndef FILTERS_H
#define FILTERS_H

#include <stdbool.h>
#include <stdlib.h>

#include "check.h"

#define INVALID NUCLEUS_ERR_INVALID_ARGUMENT
#define UNKNOWN NUCLEUS_ERR_UNKNOWN_SYSCALL
#define UNSUPPORTED NUCLEUS_ERR_UNSUPPORTED

/* Attributes are numbered from 1 on. */
enum { ATTRIBUTES = NUCLEUS_ATTR_WAIT_KILLABLE };

/* Every architecture: its constant, the token in its calls' data, its name, its byte order, and whether
 * its calls take the low halves of their arguments alone. */
static const struct arch {
    uint32_t constant, token;
    const char *name;
    bool big_endian, narrow;
} ARCHES[] = {
    {NUCLEUS_ARCH_X86_64, 0xc000003e, "x86_64", false, false},
    {NUCLEUS_ARCH_X86, 0x40000003, "x86", false, true},
    {NUCLEUS_ARCH_X32, 0xc000003e, "x32", false, false},
    {NUCLEUS_ARCH_AARCH64, 0xc00000b7, "aarch64", false, false},
    {NUCLEUS_ARCH_ARM, 0x40000028, "arm", false, true},
    {NUCLEUS_ARCH_RISCV64, 0xc00000f3, "riscv64", false, false},
    {NUCLEUS_ARCH_LOONGARCH64, 0xc0000102, "loongarch64", false, false},
    {NUCLEUS_ARCH_S390X, 0x80000016, "s390x", true, false},
    {NUCLEUS_ARCH_S390, 0x00000016, "s390", true, true},
    {NUCLEUS_ARCH_PPC64LE, 0xc0000015, "ppc64le", false, false},
    {NUCLEUS_ARCH_PPC64, 0x80000015, "ppc64", true, false},
    {NUCLEUS_ARCH_PPC, 0x00000014, "ppc", true, true},
    {NUCLEUS_ARCH_MIPS, 0x00000008, "mips", true, false},
    {NUCLEUS_ARCH_MIPSEL, 0x40000008, "mipsel", false, false},
    {NUCLEUS_ARCH_MIPS64, 0x80000008, "mips64", true, false},
    {NUCLEUS_ARCH_MIPSEL64, 0xc0000008, "mipsel64", false, false},
    {NUCLEUS_ARCH_MIPS64N32, 0xa0000008, "mips64n32", true, false},
    {NUCLEUS_ARCH_MIPSEL64N32, 0xe0000008, "mipsel64n32", false, false},
    {NUCLEUS_ARCH_M68K, 0x00000004, "m68k", true, true},
    {NUCLEUS_ARCH_SH, 0x4000002a, "sh", false, true},
    {NUCLEUS_ARCH_SHEB, 0x0000002a, "sheb", true, true},
    {NUCLEUS_ARCH_PARISC, 0x0000000f, "parisc", true, true},
    {NUCLEUS_ARCH_PARISC64, 0x8000000f, "parisc64", true, false},
};

/* A filter of this machine's architecture. */
static inline nucleus_filter *new_filter(uint32_t default_action)
{
    nucleus_filter *filter = NULL;

    if (!same_status("filter_new", nucleus_filter_new(default_action, &filter), NUCLEUS_OK))
        exit(2);
    return filter;
}

/* A filter of two architectures, or of one, given twice. */
static inline nucleus_filter *filter_on(uint32_t default_action, uint32_t arch, uint32_t other)
{
    nucleus_filter *filter = new_filter(default_action);

    if (nucleus_arch_native() != 0)
        same_status("remove_arch", nucleus_filter_remove_arch(filter, nucleus_arch_native()),
                    NUCLEUS_OK);
    same_status("add_arch", nucleus_filter_add_arch(filter, arch), NUCLEUS_OK);
    same_status("add_arch", nucleus_filter_add_arch(filter, other), NUCLEUS_OK);
    return filter;
}

static inline nucleus_filter *copy_of(const nucleus_filter *filter)
{
    nucleus_filter *copy = NULL;

    if (!same_status("clone", nucleus_filter_clone(filter, &copy), NUCLEUS_OK))
        exit(2);
    return copy;
}

static inline const nucleus_filter *compiled(const char *what, nucleus_filter *filter)
{
    nucleus_status status = nucleus_filter_compile(filter);

    if (!CHECK(status == NUCLEUS_OK, "%s: %s", what, nucleus_filter_error(filter)))
        exit(2);
    return filter;
}

/* A call as a filter sees it; `arch` is NUCLEUS_ARCH_*. */
static inline nucleus_call call_of(uint32_t arch, int32_t nr)
{
    nucleus_call call;

    memset(&call, 0, sizeof call);
    call.nr = nr;
    call.arch = arch == NUCLEUS_ARCH_X32 ? NUCLEUS_ARCH_X86_64 : arch;
    return call;
}

static inline nucleus_call call_named(uint32_t arch, const char *name)
{
    int32_t nr = -1;

    same_status(name, nucleus_syscall_number(arch, name, &nr), NUCLEUS_OK);
    return call_of(arch, nr);
}

static inline uint32_t action_of(const char *what, const nucleus_filter *filter,
                                 const nucleus_call *call)
{
    uint32_t action = 0x0bad0bad;

    same_status(what, nucleus_filter_evaluate(filter, call, &action), NUCLEUS_OK);
    return action;
}

static inline uint32_t result_of(const char *what, const nucleus_program *program,
                                 const nucleus_call *call)
{
    uint32_t action = 0x0bad0bad;

    same_status(what, nucleus_program_evaluate(program, call, &action), NUCLEUS_OK);
    return action;
}

/* What the policy says of a call, and what its program makes of it. */
static inline void same_action(const char *what, nucleus_filter *filter, nucleus_call call,
                               uint32_t expected)
{
    same_word(what, action_of(what, filter, &call), expected);
    same_word(what, result_of(what, nucleus_filter_program(compiled(what, filter)), &call),
              expected);
}

static inline void same_order(const char *what, const nucleus_filter *a, const nucleus_filter *b,
                              uint32_t expected)
{
    uint32_t order = 0x0bad0bad;

    same_status(what, nucleus_filter_compare(a, b, &order, NULL, NULL), NUCLEUS_OK);
    same_word(what, order, expected);
}

static inline void read_attributes(const nucleus_filter *filter, uint32_t values[ATTRIBUTES + 1])
{
    values[0] = 0;
    for (uint32_t i = 1; i <= ATTRIBUTES; i++)
        same_status("get", nucleus_filter_get(filter, i, &values[i]), NUCLEUS_OK);
}

/* Compares say nothing of how a filter is loaded. */
static inline void same_attributes(const char *what, const nucleus_filter *a,
                                   const nucleus_filter *b)
{
    uint32_t ours[ATTRIBUTES + 1], theirs[ATTRIBUTES + 1];

    read_attributes(a, ours);
    read_attributes(b, theirs);
    for (uint32_t i = 1; i <= ATTRIBUTES; i++)
        CHECK(ours[i] == theirs[i], "%s: attribute %u is %#x here, %#x there", what, (unsigned)i,
              (unsigned)ours[i], (unsigned)theirs[i]);
}

/* Says the same of every call, in every way that can be asked for. */
static inline void same_filter(const char *what, const nucleus_filter *a, const nucleus_filter *b)
{
    same_order(what, a, b, NUCLEUS_EQUAL);
    same_attributes(what, a, b);
    for (size_t i = 0; i < COUNT(ARCHES); i++)
        CHECK(nucleus_filter_has_arch(a, ARCHES[i].constant) ==
                  nucleus_filter_has_arch(b, ARCHES[i].constant),
              "%s: one of the two alone covers %s", what, ARCHES[i].name);
}

#endif
