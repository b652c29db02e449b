/* spawn: starts confined programs from a process with threads.
 *
 *     spawn PROGRAM ARGS
 *
 * Four threads start PROGRAM (a path) at the same time, under the built-in policy without network, and tell
 * how it ended.
 *
 * The filter is made and proven once, before. Between fork and exec, where other threads may have left
 * locks behind for ever, a child may only do what is safe in signal handlers: here it applies the filter,
 * execs, and if one of the two fails, writes the reason into a pipe.
 */
#ifndef _GNU_SOURCE /* C++ has it */
#define _GNU_SOURCE /* pipe2 */
#endif
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nucleus_seccomp.h>

enum { THREADS = 4 };

/* Why there is no program, from the child. */
struct reason {
    nucleus_apply_result apply;
    int exec_error; /* 0: it is apply that failed */
};

/* The child. A filter that lets exec run and not write would end it by a signal, if exec fails. */
static void confine_and_exec(const nucleus_program *filter, char *const *argv, int parent)
{
    struct reason reason;

    reason.apply.size = sizeof reason.apply;
    reason.exec_error = 0;
    if (nucleus_program_apply(filter, NULL, &reason.apply) == NUCLEUS_OK) {
        execv(argv[0], argv);
        reason.exec_error = errno;
    }
    _exit(write(parent, &reason, sizeof reason) == sizeof reason ? 127 : 126);
}

static void explain(const char *name, const struct reason *reason)
{
    char sentence[256];

    if (reason->exec_error != 0) {
        warnx("%s: %s", name, strerror(reason->exec_error));
    } else {
        nucleus_apply_message(&reason->apply, sentence, sizeof sentence);
        warnx("%s: cannot confine: %s", name, sentence);
    }
}

static int wait_for(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            return -1;
    return status;
}

/* Starts a program, under a filter. Returns its process id when it is running; -1, having said why, if it
 * could not be started. */
static pid_t spawn(const nucleus_program *filter, char *const *argv)
{
    struct reason reason;
    ssize_t got;
    int ends[2];

    /* Closed by exec, also by that of a child which another thread forks meanwhile. */
    if (pipe2(ends, O_CLOEXEC) == -1) {
        warn("pipe");
        return -1;
    }
    pid_t child = fork();
    if (child == 0)
        confine_and_exec(filter, argv, ends[1]);
    if (child == -1)
        warn("fork");
    close(ends[1]);
    do
        got = read(ends[0], &reason, sizeof reason);
    while (got == -1 && errno == EINTR);
    close(ends[0]);
    if (got != (ssize_t)sizeof reason)
        return child; /* exec has closed the pipe */
    wait_for(child);
    explain(argv[0], &reason);
    return -1;
}

struct job {
    pthread_t thread;
    const nucleus_program *filter;
    char *const *argv;
    int status; /* as waitpid has it, or -1 */
};

static void *run(void *argument)
{
    struct job *job = (struct job *)argument;
    pid_t child = spawn(job->filter, job->argv);

    job->status = child == -1 ? -1 : wait_for(child);
    return NULL;
}

int main(int argc, char **argv)
{
    struct job jobs[THREADS];
    nucleus_filter *f = NULL;
    int failed = 0;

    if (argc < 2)
        errx(1, "usage: spawn PROGRAM ARGS");
    nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);
    nucleus_filter_use_default(f, 0);
    if (nucleus_filter_compile(f) != NUCLEUS_OK)
        errx(1, "%s", nucleus_filter_error(f));

    for (int i = 0; i < THREADS; i++) {
        jobs[i].filter = nucleus_filter_program(f);
        jobs[i].argv = argv + 1;
        int error = pthread_create(&jobs[i].thread, NULL, run, &jobs[i]);
        if (error != 0)
            errx(1, "no thread: %s", strerror(error));
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(jobs[i].thread, NULL);
        int status = jobs[i].status;
        if (status == -1)
            failed = 1;
        else if (WIFSIGNALED(status))
            printf("ended by a signal: %s\n", strsignal(WTERMSIG(status)));
        else
            printf("ended with status %d\n", WEXITSTATUS(status));
    }
    nucleus_filter_free(f);
    return failed || fflush(stdout) == EOF;
}
