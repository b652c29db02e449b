/* What the programs that confine themselves share: children, filters, and the call they probe.
 *
 * The call is getppid: it has no arguments, can't fail, and nothing needs it. */
#ifndef CONFINE_H
#define CONFINE_H

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filters.h"

/* Longer than any machine needs; a hang ends in SIGALRM, which fails the test. */
enum { PATIENCE = 100 };

/* How a child ended: its exit status, or 1000 and the signal that killed it. */
enum { KILLED = 1000 };

static int outcome_of(pid_t child)
{
    int status;

    if (child == -1 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFSIGNALED(status) ? KILLED + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Runs `body` in a child of its own, as confinement is for good. It answers 0 when all is well,
 * else a number that says where it went wrong. */
static inline void in_child(const char *what, int (*body)(const nucleus_filter *),
                     const nucleus_filter *filter, int expected)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(PATIENCE);
        /* Not _exit, which may be confined in other ways than this call. */
        syscall(SYS_exit_group, body(filter));
    }
    int outcome = outcome_of(child);
    CHECK(outcome == expected, "%s: outcome %d, not %d", what, outcome, expected);
}

/* Runs a body that makes checks of its own in such a child: what fails there fails here. */
static inline void checked_in_child(const char *what, void (*body)(const nucleus_filter *),
                                    const nucleus_filter *filter)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(PATIENCE);
        checks_failed = 0;
        body(filter);
        fflush(stdout);
        syscall(SYS_exit_group, checks_failed != 0);
    }
    int outcome = outcome_of(child);
    CHECK(outcome == 0, "%s: a check failed in a child, or the child: outcome %d", what, outcome);
}

/* The errno that getppid fails with now, or 0. */
static inline int probe(void)
{
    errno = 0;
    return syscall(SYS_getppid) == -1 ? errno : 0;
}

static inline void release(const nucleus_filter *filter)
{
    nucleus_filter_free((nucleus_filter *)(uintptr_t)filter);
}

/* A filter that lets everything run but getppid. */
static inline const nucleus_filter *probe_fails_with(int error)
{
    nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

    same_status("add_rule",
                nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(error), "getppid", NULL, 0),
                NUCLEUS_OK);
    return compiled("getppid", filter);
}

/* A field of /proc/self/status, in base 16, or `otherwise` on a kernel without. */
static inline uint64_t status_field(const char *name, uint64_t otherwise)
{
    FILE *file = fopen("/proc/self/status", "r");
    size_t length = strlen(name);
    char line[256];

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            otherwise = strtoull(line + length + 1, NULL, 16);
    if (file != NULL)
        fclose(file);
    return otherwise;
}

/* Whether it may load filters without no_new_privs. */
static inline bool is_admin(void)
{
    const uint64_t admin = UINT64_C(1) << 21; /* CAP_SYS_ADMIN */

    return (status_field("CapEff", 0) & admin) != 0;
}

/* Without privileges from now on, if it had any. */
static inline bool become_nobody(void)
{
    enum { NOBODY = 65534 };

    return geteuid() != 0 ||
           (setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
            setresuid(NOBODY, NOBODY, NOBODY) == 0);
}

#endif
