/* What the two programs that confine themselves share: children, filters, and the call they probe.
 *
 * The call is getppid: it has no arguments, can't fail, and nothing needs it. */
#ifndef CONFINE_H
#define CONFINE_H

#include <errno.h>
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

#endif
