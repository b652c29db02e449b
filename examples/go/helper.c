/* What this program does instead of starting, when Command started it: confine itself, and execute another
 * program. See Command for why.
 *
 * A constructor runs when the dynamic loader is done: before Go's runtime has made threads, raised limits
 * or handled signals, and before the init functions of whatever other packages there are. So nothing of
 * that reaches the program, and the filter need not allow what Go does at start and at exec. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <nucleus_seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "helper.h"

#ifndef __GLIBC__
#error "only glibc hands arguments to constructors"
#endif

/* Says what went wrong, in the form that Cmd.Start reads, or to people; and ends. */
static _Noreturn void fail(int report, nucleus_status status, int error, const char *sentence)
{
    if (report >= 0)
        dprintf(report, "%d %d %s", (int)status, error, sentence);
    else
        dprintf(STDERR_FILENO, "nucleusseccomp: %s\n", sentence);
    _exit(127);
}

/* A number of decimal digits, as strconv.Itoa writes them. */
static int number(const char *text, uint32_t *value)
{
    char *end;
    errno = 0;
    const unsigned long long parsed = strtoull(text, &end, 10);
    *value = (uint32_t)parsed;
    return text[0] >= '0' && text[0] <= '9' && *end == 0 && errno == 0 && parsed <= INT32_MAX;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The environment of the program, in place: its variables come marked, the others are the helper's own. */
static void unmark(char **envp)
{
    char **kept = envp;
    for (; *envp; envp++)
        if (**envp == HELPER_MARK)
            *kept++ = *envp + 1;
    *kept = NULL;
}

/* The length of what the digits stand for, or 0. Written over them. */
static size_t from_hex(char *text)
{
    size_t length = 0;
    for (const char *c = text; *c; c += 2) {
        const int high = digit(c[0]), low = high < 0 ? -1 : digit(c[1]);
        if (low < 0)
            return 0;
        text[length++] = (char)(high << 4 | low);
    }
    return length;
}

__attribute__((constructor)) static void confine_and_execute(int argc, char **argv, char **envp)
{
    if (argc < 1 || strcmp(argv[0], HELPER_NAME) != 0)
        return;
    /* With more privileges than whoever started it has, it would execute anything for anybody. */
    if (getauxval(AT_SECURE))
        fail(-1, 0, 0, "a program that runs with privileges confines no others: see Command");

    uint32_t report = 0;
    const int is_reported = argc > HELPER_REPORT && number(argv[HELPER_REPORT], &report);
    const int to = is_reported ? (int)report : -1;
    if (is_reported && fcntl(to, F_SETFD, FD_CLOEXEC) != 0)
        fail(-1, 0, 0, "there is no descriptor to report to: use the methods of Cmd");
    if (is_reported && write(to, HELPER_READY, sizeof HELPER_READY - 1) != sizeof HELPER_READY - 1)
        fail(-1, 0, 0, "nobody hears what would be reported");
    if (is_reported)
        unmark(envp);

    nucleus_apply_options options = { .size = sizeof options };
    if (argc <= HELPER_ARGS || !number(argv[HELPER_FLAGS], &options.flags)
        || !number(argv[HELPER_NO_NEW_PRIVS], &options.no_new_privs))
        fail(to, NUCLEUS_ERR_INVALID_ARGUMENT, 0, "the arguments are not those of Command");
    options.flags |= NUCLEUS_APPLY_TRUSTED; /* it was proven where it was compiled */

    nucleus_program *program = NULL;
    const size_t length = from_hex(argv[HELPER_PROGRAM]);
    nucleus_status status = nucleus_program_from_bpf(argv[HELPER_PROGRAM], length, &program);
    if (status != NUCLEUS_OK)
        fail(to, status, 0, "the filter among the arguments is none");

    nucleus_apply_result result = { .size = sizeof result };
    status = nucleus_program_apply(program, &options, &result);
    if (status != NUCLEUS_OK) {
        char why[256];
        nucleus_apply_message(&result, why, sizeof why);
        fail(to, status, result.error_number, why);
    }
    execve(argv[HELPER_PATH], argv + HELPER_ARGS, envp);
    const int error = errno;
    fail(to, NUCLEUS_OK, error, strerror(error));
}
