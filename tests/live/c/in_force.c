/* Attributes, the other doors into the kernel, and programs from elsewhere, on the real kernel:
 * each check confines a child of its own. */
#define _GNU_SOURCE
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "bpf_cases.h"
#include "confine.h"

/* What a child found, besides an errno of the call it made. */
enum { NOT_LOADED = 200, NOT_AS_ASKED };

static int apply_and_probe(const nucleus_filter *filter)
{
    return nucleus_filter_apply(filter, 0) == NUCLEUS_OK ? probe() : NOT_LOADED;
}

/* ---- no_new_privs ---- */

static struct privileges {
    const char *what;
    uint32_t attribute, flags;
    bool as_nobody, set_before;
    nucleus_status status;
    int error;              /* what errno says if the kernel refuses */
    uint64_t afterwards;    /* whether it is set then */
} privileges;

static int apply_with_privileges(const nucleus_filter *filter)
{
    if (privileges.as_nobody && !become_nobody())
        return 1;
    if (privileges.set_before && prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0)
        return 2;
    errno = 0;
    nucleus_status status = nucleus_filter_apply(filter, privileges.flags);
    if (status != privileges.status)
        return 3;
    if (status != NUCLEUS_OK && errno != privileges.error)
        return 4;
    if (probe() != (status == NUCLEUS_OK ? 77 : 0))
        return 5;
    return status_field("NoNewPrivs", privileges.afterwards) == privileges.afterwards ? 0 : 6;
}

static void check_no_new_privs(void)
{
    static const struct privileges rows[] = {
        {"set, as at first", 1, 0, false, false, NUCLEUS_OK, 0, 1},
        {"set, by nobody", 1, 0, true, false, NUCLEUS_OK, 0, 1},
        {"not set, with CAP_SYS_ADMIN", 0, 0, false, false, NUCLEUS_OK, 0, 0},
        {"not set, by nobody", 0, 0, true, false, NUCLEUS_ERR_KERNEL, EACCES, 0},
        {"not set, by nobody, who goes on", 0, NUCLEUS_APPLY_BEST_EFFORT, true, false,
         NUCLEUS_NOT_APPLIED, EACCES, 0},
        {"not set, but by somebody before", 0, 0, true, true, NUCLEUS_OK, 0, 1},
    };

    if (status_field("NoNewPrivs", 0) != 0) {
        printf("skipped: no_new_privs is set for this process already\n");
        return;
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

        privileges = rows[i];
        if (!is_admin() && !rows[i].as_nobody && rows[i].attribute == 0) {
            printf("skipped: %s, which this process has not\n", rows[i].what);
        } else {
            nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(77), "getppid", NULL, 0);
            nucleus_filter_set(filter, NUCLEUS_ATTR_NO_NEW_PRIVS, rows[i].attribute);
            in_child(rows[i].what, apply_with_privileges, compiled(rows[i].what, filter), 0);
        }
        nucleus_filter_free(filter);
    }
    printf("in_force: no_new_privs in %zu ways\n", COUNT(rows));
}

/* ---- attributes that decide ---- */

/* What becomes of getppid, which the row denies or not. */
static void check_attributes(void)
{
    static const struct {
        const char *what;
        bool denied;
        struct { uint32_t attribute, value; } set[2];
        int expected;
    } rows[] = {
        {"denied", true, {{0, 0}}, EPERM},
        {"denied, with an errno for it", true, {{NUCLEUS_ATTR_DENY, NUCLEUS_ERRNO(66)}}, 66},
        {"denied, and killed", true, {{NUCLEUS_ATTR_DENY, NUCLEUS_KILL_PROCESS}}, KILLED + SIGSYS},
        {"an errno for denials, and no denial", false,
         {{NUCLEUS_ATTR_DENY, NUCLEUS_ERRNO(66)}}, 0},
        {"newer than known", false, {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(66)},
                                     {NUCLEUS_ATTR_NEWEST, SYS_getppid - 1}}, 66},
        {"the newest known", false, {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(66)},
                                     {NUCLEUS_ATTR_NEWEST, SYS_getppid}}, 0},
        {"older than any version", false, {{NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(66)},
                                           {NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(5, 1)}}, 0},
        {"logged", true, {{NUCLEUS_ATTR_LOG, 1}}, EPERM},
        {"speculation allowed", true, {{NUCLEUS_ATTR_SPEC_ALLOW, 1}}, EPERM},
        {"both, and all threads", true, {{NUCLEUS_ATTR_LOG, 1}, {NUCLEUS_ATTR_TSYNC, 1}}, EPERM},
        {"a listener's wait", true, {{NUCLEUS_ATTR_WAIT_KILLABLE, 1}}, EPERM},
        {"a layout", true, {{NUCLEUS_ATTR_LAYOUT, NUCLEUS_LAYOUT_TREE}}, EPERM},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

        nucleus_filter_allow(filter, "exit_group"); /* is newer than getppid, by number */
        if (rows[i].denied)
            nucleus_filter_deny(filter, "getppid");
        for (size_t n = 0; n < COUNT(rows[i].set) && rows[i].set[n].attribute != 0; n++)
            nucleus_filter_set(filter, rows[i].set[n].attribute, rows[i].set[n].value);
        in_child(rows[i].what, apply_and_probe, compiled(rows[i].what, filter), rows[i].expected);
        nucleus_filter_free(filter);
    }
    printf("in_force: %zu settings\n", COUNT(rows));
}

/* ---- the other doors of x86 ---- */

#if defined __x86_64__

enum { X86_GETPPID = 64, X32_BIT = 0x40000000 };

/* getppid through the 32-bit door, by its number there. */
static int probe_by_int_0x80(void)
{
    long result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"((long)X86_GETPPID)
                     : "memory", "r8", "r9", "r10", "r11");
    return (int)result < 0 ? -(int)result : 0;
}

static int probe_32_bit_door(const nucleus_filter *filter)
{
    if (filter != NULL && nucleus_filter_apply(filter, 0) != NUCLEUS_OK)
        return NOT_LOADED;
    return probe_by_int_0x80();
}

static int probe_x32(const nucleus_filter *filter)
{
    if (nucleus_filter_apply(filter, 0) != NUCLEUS_OK)
        return NOT_LOADED;
    return syscall(X32_BIT | SYS_getppid) == -1 ? errno : 0;
}

/* getppid comes in through another door, of an architecture that is covered or not; on x86_64, its
 * number on x86 is semget. */
static void check_other_doors(void)
{
    static const struct {
        const char *what;
        uint32_t covered, bad_arch;
        const char *refused;
        int (*body)(const nucleus_filter *);
        int expected;
    } rows[] = {
        {"int 0x80: killed at first", 0, 0, NULL, probe_32_bit_door, KILLED + SIGSYS},
        {"int 0x80: an errno for bad architectures", 0, NUCLEUS_ERRNO(66), NULL, probe_32_bit_door,
         66},
        {"int 0x80: let through", 0, NUCLEUS_ALLOW, "getppid", probe_32_bit_door, 0},
        {"int 0x80: covered", NUCLEUS_ARCH_X86, 0, NULL, probe_32_bit_door, 0},
        {"int 0x80: covered, and refused by name", NUCLEUS_ARCH_X86, 0, "getppid",
         probe_32_bit_door, 77},
        {"int 0x80: covered, and another refused, which has that number on x86_64",
         NUCLEUS_ARCH_X86, 0, "semget", probe_32_bit_door, 0},
        {"x32: killed at first", 0, 0, NULL, probe_x32, KILLED + SIGSYS},
        {"x32: an errno for bad architectures", 0, NUCLEUS_ERRNO(66), NULL, probe_x32, 66},
        {"x32: covered, and refused by name", NUCLEUS_ARCH_X32, 0, "getppid", probe_x32, 77},
    };
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(probe_32_bit_door(NULL));
    bool has_32_bit_door = outcome_of(child) == 0;

    if (!has_32_bit_door)
        printf("skipped: int 0x80, which this kernel does not answer\n");
    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

        if (rows[i].covered != 0)
            nucleus_filter_add_arch(filter, rows[i].covered);
        if (rows[i].bad_arch != 0)
            nucleus_filter_set(filter, NUCLEUS_ATTR_BAD_ARCH, rows[i].bad_arch);
        if (rows[i].refused != NULL)
            nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(77), rows[i].refused, NULL, 0);
        if (rows[i].body == probe_x32 || has_32_bit_door)
            in_child(rows[i].what, rows[i].body, compiled(rows[i].what, filter), rows[i].expected);
        nucleus_filter_free(filter);
    }
    printf("in_force: %zu calls through other doors\n", COUNT(rows));
}

#else

static void check_other_doors(void)
{
}

#endif

/* ---- programs ---- */

static nucleus_status apply_with(const nucleus_program *program, uint32_t flags)
{
    const nucleus_apply_options options = {.size = sizeof options, .flags = flags};

    return nucleus_program_apply(program, &options, NULL);
}

static nucleus_program *imported_from(const nucleus_filter *filter)
{
    const nucleus_program *program = nucleus_filter_program(filter);
    static unsigned char bytes[4096 * sizeof(nucleus_instruction)];
    size_t size = sizeof bytes;
    nucleus_program *imported = NULL;

    same_status("export", nucleus_program_export(program, NUCLEUS_EXPORT_BPF, bytes, &size),
                NUCLEUS_OK);
    same_status("import", nucleus_program_from_bpf(bytes, size, &imported), NUCLEUS_OK);
    return imported;
}

static nucleus_program *imported;

/* Nobody has proven anything of it, so somebody must vouch for it. */
static int apply_imported(const nucleus_filter *filter)
{
    static const uint32_t without[] = {0, NUCLEUS_APPLY_TSYNC, NUCLEUS_APPLY_BEST_EFFORT};
    const uint64_t before = status_field("NoNewPrivs", 0);

    (void)filter;
    for (size_t i = 0; i < COUNT(without); i++)
        if (apply_with(imported, without[i]) != NUCLEUS_ERR_UNPROVEN || probe() != 0)
            return 1;
    if (apply_with(imported, NUCLEUS_APPLY_TRUSTED << 1) != INVALID || probe() != 0)
        return 2;
    if (status_field("NoNewPrivs", before) != before)
        return 3;
    if (apply_with(imported, NUCLEUS_APPLY_TRUSTED) != NUCLEUS_OK)
        return NOT_LOADED;
    nucleus_program_free(imported);
    return probe() == 77 ? 0 : NOT_AS_ASKED;
}

static int apply_imported_everywhere(const nucleus_filter *filter)
{
    uint32_t all = NUCLEUS_APPLY_TSYNC | NUCLEUS_APPLY_LOG | NUCLEUS_APPLY_SPEC_ALLOW |
                   NUCLEUS_APPLY_BEST_EFFORT | NUCLEUS_APPLY_TRUSTED;

    (void)filter;
    return apply_with(imported, all) == NUCLEUS_OK && probe() == 77 ? 0 : NOT_AS_ASKED;
}

/* A filter's own program is proven, whoever vouches for it or not. */
static int apply_own_program(const nucleus_filter *filter)
{
    const nucleus_program *program = nucleus_filter_program(filter);

    if (apply_with(program, 0) != NUCLEUS_OK)
        return NOT_LOADED;
    if (apply_with(program, NUCLEUS_APPLY_TRUSTED) != NUCLEUS_OK)
        return NOT_LOADED;
    return probe() == 77 ? 0 : NOT_AS_ASKED;
}

/* Its instructions are what seccomp(2) takes. */
static int load_by_hand(const nucleus_filter *filter)
{
    const nucleus_program *program = nucleus_filter_program(filter);
    struct sock_fprog by_hand;

    by_hand.len = (unsigned short)nucleus_program_count(program);
    by_hand.filter = (struct sock_filter *)(uintptr_t)nucleus_program_instructions(program);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0L, &by_hand) != 0)
        return NOT_LOADED;
    return probe() == 77 ? 0 : NOT_AS_ASKED;
}

/* What nucleus_program_from_bpf takes, the kernel takes; what it refuses, the kernel refuses. */
static const struct bpf_case *bpf_case;

static int load_bpf_case(const nucleus_filter *filter)
{
    struct sock_filter code[COUNT(bpf_case->code)];
    struct sock_fprog program = {bpf_case->n, code};

    (void)filter;
    memcpy(code, bpf_case->code, sizeof code);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0)
        return NOT_LOADED;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0L, &program) == 0 ? 0 : errno;
}

static void check_kernels_opinion(const nucleus_filter *filter)
{
    for (size_t i = 0; i < COUNT(BPF_CASES); i++) {
        bpf_case = &BPF_CASES[i];
        in_child(bpf_case->what, load_bpf_case, filter, bpf_case->refused == NULL ? 0 : EINVAL);
    }
    printf("in_force: the kernel agrees on %zu programs\n", COUNT(BPF_CASES));
}

/* ---- one filter for two ---- */

static const nucleus_filter *second;

/* A digit for each of some calls: what became of it. */
static int digits(void)
{
    static const long numbers[] = {SYS_getppid, SYS_getuid, SYS_geteuid};
    int all = 0;

    for (size_t i = 0; i < COUNT(numbers); i++) {
        errno = 0;
        all = all * 5 + (syscall(numbers[i]) == -1 ? errno : 0);
    }
    return all;
}

static int apply_one_or_both(const nucleus_filter *filter)
{
    if (nucleus_filter_apply(filter, 0) != NUCLEUS_OK ||
        (second != NULL && nucleus_filter_apply(second, 0) != NUCLEUS_OK))
        return NOT_LOADED;
    return digits();
}

/* An intersection does what both filters do that are loaded one after the other. */
static void check_intersection(void)
{
    enum { EXPECTED = (1 * 5 + 2) * 5 + 0 };
    nucleus_filter *a = new_filter(NUCLEUS_ALLOW), *b = new_filter(NUCLEUS_ALLOW), *both = NULL;

    nucleus_filter_add_rule(a, NUCLEUS_ERRNO(1), "getppid", NULL, 0);
    nucleus_filter_add_rule(b, NUCLEUS_ERRNO(2), "getuid", NULL, 0);
    nucleus_filter_add_rule(b, NUCLEUS_LOG, "getppid", NULL, 0);
    nucleus_filter_clone(a, &both);
    same_status("intersect", nucleus_filter_intersect(both, b), NUCLEUS_OK);
    second = compiled("b", b);
    in_child("two filters", apply_one_or_both, compiled("a", a), EXPECTED);
    second = NULL;
    in_child("their intersection", apply_one_or_both, compiled("both", both), EXPECTED);
    nucleus_filter_free(a);
    nucleus_filter_free(b);
    nucleus_filter_free(both);
}

int main(void)
{
    const nucleus_filter *filter = probe_fails_with(77);

    alarm(PATIENCE);
    check_no_new_privs();
    check_attributes();
    check_other_doors();
    imported = imported_from(filter);
    in_child("an imported program", apply_imported, filter, 0);
    in_child("an imported program, with all flags", apply_imported_everywhere, filter, 0);
    in_child("a filter's program", apply_own_program, filter, 0);
    in_child("instructions, loaded by hand", load_by_hand, filter, 0);
    nucleus_program_free(imported);
    check_kernels_opinion(filter);
    check_intersection();
    CHECK(probe() == 0, "a child's filter confines its parent");
    release(filter);
    return report("in_force");
}
