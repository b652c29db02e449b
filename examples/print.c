/* print: shows what a filter does, which is read out of the program that will run.
 *
 *     print              a filter of three calls, as pseudo-code
 *     print LEVEL        the filter of a level, such as "minimal"
 *
 * (inspect.c shows any filter, in all forms.)
 */
#include <err.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nucleus_seccomp.h>

/* Reads and writes what is open, and makes AF_UNIX sockets. */
static void allow_three_calls(nucleus_filter *f)
{
    /* In the order of the fields: C++17 has no names for them here. */
    const nucleus_arg family = {0, NUCLEUS_CMP_EQ, 32, AF_UNIX, 0};

    nucleus_filter_allow(f, "read");
    nucleus_filter_allow(f, "write");
    nucleus_filter_add_rule(f, NUCLEUS_ALLOW, "socket", &family, 1);
}

int main(int argc, char **argv)
{
    nucleus_filter *f = NULL;
    nucleus_stats stats;

    nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);
    if (argc > 1)
        nucleus_filter_use_level(f, nucleus_level_named(argv[1]));
    else
        allow_three_calls(f);
    if (nucleus_filter_compile(f) != NUCLEUS_OK)
        errx(1, "%s", nucleus_filter_error(f));

    if (nucleus_filter_export_fd(f, NUCLEUS_EXPORT_PSEUDOCODE, STDOUT_FILENO) != NUCLEUS_OK)
        err(1, "standard output");
    stats.size = sizeof stats;
    nucleus_status counted = nucleus_program_stats(nucleus_filter_program(f), nucleus_arch_native(), &stats);
    if (counted != NUCLEUS_OK)
        errx(1, "%s", nucleus_status_message(counted));
    printf("\n%u instructions; %u of %u calls never run them\n", stats.instructions, stats.cached,
           stats.calls);
    nucleus_filter_free(f);
    return fflush(stdout) == EOF;
}
