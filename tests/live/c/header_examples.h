/* What the examples of the header stand in: the headers that they need, what they use of the reader's own,
 * and running them, each in a child of its own, with a filter that knows nothing yet. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nucleus_seccomp.h>

/* A filter that is being made, another one, and a program. */
typedef void example(nucleus_filter *f, const nucleus_filter *baseline, const nucleus_program *p);

static const int report_fd = STDERR_FILENO;

static inline void to_stderr(void *payload, uint32_t level, const char *message)
{
    (void)level;
    fprintf(stderr, "%s: %s\n", (const char *)payload, message);
}

/* Says of each example what error it left on its filter, or "-". */
static inline void run_example(size_t number, example *run)
{
    nucleus_filter *f = NULL, *baseline = NULL;

    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (child == 0) {
        nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);
        nucleus_filter_new(NUCLEUS_KILL_PROCESS, &baseline);
        nucleus_filter_allow(baseline, "read");
        if (nucleus_filter_compile(baseline) != NUCLEUS_OK)
            errx(1, "%s", nucleus_filter_error(baseline));
        run(f, baseline, nucleus_filter_program(baseline));
        const char *error = nucleus_filter_error(f);
        printf("example %zu: %s\n", number, error == NULL ? "-" : error);
        exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child)
        err(1, "waitpid");
    if (status != 0)
        printf("example %zu: ended with %#x\n", number, (unsigned)status);
}
