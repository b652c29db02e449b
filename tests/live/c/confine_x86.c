/* 32-bit calls on the real kernel, through int 0x80: the container profile, as it is and hardened.
 *
 * With the path of a program it runs that under the hardened profile, for programs that are 32-bit
 * themselves. */
#define _GNU_SOURCE
#include "confine.h"

#if defined __x86_64__

#include <sys/mman.h>

/* What a row of the table below needs of the low 4 GiB, where 32-bit pointers reach. */
struct low {
    uint32_t old_mmap[6];     /* addr, len, prot, flags, fd, offset */
    uint32_t socket[4];       /* family, type, protocol, the pair of descriptors */
    uint32_t address;         /* where ipc(SHMAT) writes to */
};

/* What an attempt may come to besides an errno. User namespaces are switched off on some machines. */
enum { DONE = 0, WHATEVER = -1, ERRORS_END = 4096 };

/* The numbers are those of x86, the flags the kernel's. */
static const struct attempt {
    const char *what;
    long nr;
    enum { PLAIN, OLD_MMAP, SOCKETCALL, SHMAT, MMAP2 } kind;
    uint64_t args[5];
    int before, hardened;     /* an errno, or DONE */
} ATTEMPTS[] = {
    {"getpid", 20, PLAIN, {0}, DONE, DONE},
    {"old mmap, W+X", 90, OLD_MMAP, {7}, DONE, ENOSYS},
    {"old mmap", 90, OLD_MMAP, {3}, DONE, ENOSYS},
    {"mmap2", 192, MMAP2, {3}, DONE, DONE},
    {"mmap2, W+X", 192, MMAP2, {7}, DONE, EACCES},
    {"mmap2, W+X, with an upper half", 192, MMAP2, {UINT64_C(0x500000007)}, DONE, EACCES},
    {"socketcall: socket", 102, SOCKETCALL, {1}, DONE, ENOSYS},
    {"socketcall: socket, with an upper half", 102, SOCKETCALL, {UINT64_C(0x500000001)}, DONE, ENOSYS},
    {"socketcall: socketpair", 102, SOCKETCALL, {8}, DONE, ENOSYS},
    {"socketcall: listen", 102, SOCKETCALL, {4}, EBADF, EBADF},
    {"socket", 359, PLAIN, {1, 1, 0}, DONE, DONE},
    {"ipc: shmat", 117, SHMAT, {21, 0}, DONE, DONE},
    {"ipc: shmat, SHM_EXEC", 117, SHMAT, {21, 0100000}, DONE, EACCES},
    {"ipc: shmat, SHM_EXEC, a version", 117, SHMAT, {0x20015, 0100000}, DONE, EACCES},
    {"shmat, SHM_EXEC", 397, SHMAT, {0, 0100000}, DONE, EACCES},
    {"clone3", 435, PLAIN, {0}, EINVAL, ENOSYS},
    {"clone", 120, PLAIN, {0x11}, DONE, DONE},
    {"clone, a user namespace", 120, PLAIN, {0x10000011}, WHATEVER, EPERM},
    {"ioctl, TIOCSTI", 54, PLAIN, {9, 0x5412, 0}, EBADF, ENOTTY},
    {"execveat of a descriptor", 358, PLAIN, {9, 0, 0, 0, 0x1000}, EFAULT, ENOSYS},
};

/* A call through the 32-bit entry point; the sixth argument is 0. All of the registers is handed over,
 * of which the kernel looks at the lower halves. */
static long call_x86(long nr, const uint64_t *args)
{
    long result;
    register uint64_t zero __asm__("r12") = 0;

    __asm__ volatile("xchg %%rbp, %[zero]\n\tint $0x80\n\txchg %%rbp, %[zero]"
                     : "=a"(result), [zero] "+r"(zero)
                     : "0"(nr), "b"(args[0]), "c"(args[1]), "d"(args[2]), "S"(args[3]), "D"(args[4])
                     : "memory", "r8", "r9", "r10", "r11", "cc");
    return (int32_t)result;
}

static uint64_t pointer(const void *to)
{
    return (uint64_t)(uintptr_t)to;
}

static long attempt(const struct attempt *row, struct low *low)
{
    const uint64_t *args = row->args;

    switch (row->kind) {
    case OLD_MMAP: {
        const uint32_t wanted[6] = {0, 4096, (uint32_t)args[0], MAP_PRIVATE | MAP_ANONYMOUS, UINT32_MAX, 0};

        memcpy(low->old_mmap, wanted, sizeof wanted);
        return call_x86(row->nr, (const uint64_t[]){pointer(low->old_mmap), 0, 0, 0, 0});
    }
    case MMAP2:
        return call_x86(row->nr, (const uint64_t[]){0, 4096, args[0], MAP_PRIVATE | MAP_ANONYMOUS,
                                                    UINT32_MAX});
    case SOCKETCALL: {
        const uint32_t wanted[4] = {1, 1, 0, (uint32_t)pointer(low)};

        memcpy(low->socket, wanted, sizeof wanted);
        if ((uint32_t)args[0] == 4)
            low->socket[0] = UINT32_MAX;
        return call_x86(row->nr, (const uint64_t[]){args[0], pointer(low->socket), 0, 0, 0});
    }
    case SHMAT: {
        long id = call_x86(117, (const uint64_t[]){23, 0, 4096, 0600, 0});
        long result = row->nr == 117
            ? call_x86(117, (const uint64_t[]){args[0], (uint64_t)id, args[1], pointer(&low->address), 0})
            : call_x86(397, (const uint64_t[]){(uint64_t)id, 0, args[1], 0, 0});

        call_x86(117, (const uint64_t[]){24, (uint64_t)id, 0, 0, 0}); /* IPC_RMID */
        return result;
    }
    default: return call_x86(row->nr, args);
    }
}

static const struct attempt *current;

/* 0 or the errno of the current attempt, under the filter if there is one. */
static int try_it(const nucleus_filter *filter)
{
    struct low *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    if (low == MAP_FAILED || (filter != NULL && nucleus_filter_apply(filter, 0) != NUCLEUS_OK))
        return 255;
    long result = attempt(current, low);
    return result < 0 && result > -ERRORS_END ? (int)-result : DONE;
}

/* The profile for a container with CAP_SYS_ADMIN, so that it says nothing of clone's arguments. */
static nucleus_filter *container(bool hardened)
{
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);
    const nucleus_oci_context context = {.size = sizeof context, .given = NUCLEUS_OCI_CAPABILITIES,
                                         .capabilities = UINT64_C(1) << 21};

    same_status("set_oci_context", nucleus_filter_set_oci_context(filter, &context), NUCLEUS_OK);
    same_status("load_oci",
                nucleus_filter_load_oci(filter, "tests/data/profiles/container.json", NULL, 0),
                NUCLEUS_OK);
    if (hardened)
        same_status("harden", nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK), NUCLEUS_OK);
    same_status("compile", nucleus_filter_compile(filter), NUCLEUS_OK);
    return filter;
}

/* A signal is what a kernel without the entry point has for who uses it. */
static bool kernel_has_it(void)
{
    current = ATTEMPTS;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(try_it(NULL));
    return outcome_of(child) == 0;
}

static void check_attempts(void)
{
    nucleus_filter *before = container(false), *hardened = container(true);

    for (current = ATTEMPTS; current < ATTEMPTS + COUNT(ATTEMPTS); current++) {
        if (current->before != WHATEVER)
            in_child(current->what, try_it, before, current->before);
        in_child(current->what, try_it, hardened, current->hardened);
    }
    nucleus_filter_free(before);
    nucleus_filter_free(hardened);
}

/* getpgid, with something above the 32 bits that it takes. */
static int ask_with_upper_half(const nucleus_filter *filter)
{
    enum { X86_GETPGID = 132 };

    if (nucleus_filter_apply(filter, 0) != NUCLEUS_OK)
        return 255;
    long result = call_x86(X86_GETPGID, (const uint64_t[]){UINT64_C(1) << 32, 0, 0, 0, 0});
    return result < 0 ? (int)-result : DONE;
}

/* The filter sees what the call does not take: no rule looks at it, whatever its width is. */
static void check_upper_halves(void)
{
    static const struct { const char *what; uint32_t op, width; uint64_t value; int expected; } rows[] = {
        {"getpgid(0) refused, by 32 bits", NUCLEUS_CMP_EQ, 32, 0, 66},
        {"getpgid(0) refused, by 64 bits", NUCLEUS_CMP_EQ, 64, 0, 66},
        {"up to 5 refused, by 64 bits", NUCLEUS_CMP_LE, 64, 5, 66},
        {"all but 0 refused, by 64 bits", NUCLEUS_CMP_NE, 64, 0, DONE},
        {"more than 5 refused, by 64 bits", NUCLEUS_CMP_GT, 64, 5, DONE},
        {"getpgid(2^32) refused, which is none", NUCLEUS_CMP_EQ, 64, UINT64_C(1) << 32, DONE},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const nucleus_arg arg = {.op = rows[i].op, .width = rows[i].width, .value = rows[i].value};
        nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

        nucleus_filter_add_arch(filter, NUCLEUS_ARCH_X86);
        nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(66), "getpgid", &arg, 1);
        in_child(rows[i].what, ask_with_upper_half, compiled(rows[i].what, filter),
                 rows[i].expected);
        nucleus_filter_free(filter);
    }
}

static int run_hardened(char **argv)
{
    nucleus_filter *filter = container(true);

    if (checks_failed == 0 && nucleus_filter_apply(filter, 0) == NUCLEUS_OK)
        execv(argv[1], argv + 1);
    perror(argv[1]);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return run_hardened(argv);
    if (kernel_has_it()) {
        check_attempts();
        check_upper_halves();
    } else {
        puts("skipped: this kernel has no 32-bit entry point");
    }
    return report("confine_x86");
}

#else

int main(void)
{
    puts("skipped: for x86_64 alone");
    return report("confine_x86");
}

#endif
