/* Memory runs out, at each allocation of a build in turn, for once or for good: the process is aborted (as
 * Rust's allocations do), or has an error in hand, or the program that was asked for. Never another. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counted_malloc.h"

#include "builds.h"

/* The status that compile comes to; the filter is never freed. */
static nucleus_status build(const struct build *what, const nucleus_program **program)
{
    nucleus_filter *f = NULL;

    nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f);
    what->build(f);
    nucleus_status status = nucleus_filter_compile(f);
    *program = nucleus_filter_program(f);
    return status;
}

static bool same_program(const nucleus_program *a, const nucleus_program *b)
{
    size_t count = nucleus_program_count(a);

    return count == nucleus_program_count(b) &&
           memcmp(nucleus_program_instructions(a), nucleus_program_instructions(b),
                  count * sizeof(nucleus_instruction)) == 0;
}

/* ---- each allocation in turn ---- */

enum { AS_ASKED, AN_ERROR, ABORTED, ANOTHER, OUTCOMES };

/* Whether the build came to an end without needing allocation n. */
static bool *enough;

static int with_failure(const struct build *what, const nucleus_program *asked,
                        unsigned long n, bool for_good)
{
    const nucleus_program *program;

    fail_allocations(n, for_good);
    nucleus_status status = build(what, &program);
    *enough = !allocations_failed();
    fail_allocations(0, false);
    if (status != NUCLEUS_OK)
        return program == NULL ? AN_ERROR : ANOTHER;
    return same_program(program, asked) ? AS_ASKED : ANOTHER;
}

static int outcome_of_child(const struct build *what, const nucleus_program *asked,
                            unsigned long n, bool for_good)
{
    int status;

    *enough = false;
    pid_t child = fork();
    if (child == 0) {
        /* Rust says on standard error what it could not allocate; and nobody wants its core. */
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(open("/dev/null", O_WRONLY), 2);
        _exit(with_failure(what, asked, n, for_good));
    }
    if (child == -1 || waitpid(child, &status, 0) != child)
        return ANOTHER;
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGABRT ? ABORTED : ANOTHER;
    return WEXITSTATUS(status);
}

static void check(const struct build *what, bool for_good)
{
    unsigned long outcomes[OUTCOMES] = {0}, n = 0;
    const nucleus_program *asked = NULL;

    if (!same_status(what->what, build(what, &asked), NUCLEUS_OK))
        return;
    do {
        int outcome = outcome_of_child(what, asked, ++n, for_good);
        CHECK(outcome >= 0 && outcome < ANOTHER, "%s: without allocation %lu%s: outcome %d",
              what->what, n, for_good ? " and all that follow" : "", outcome);
        outcomes[outcome >= 0 && outcome < OUTCOMES ? outcome : ANOTHER]++;
    } while (!*enough && n < 1000000);
    CHECK(outcomes[AS_ASKED] >= 1, "%s: the last was to have all that it needs", what->what);
    CHECK(outcomes[ABORTED] + outcomes[AN_ERROR] > 10, "%s: nothing was ever short", what->what);
    printf("out_of_memory: %s, %s: %lu times aborted, %lu an error, %lu as asked\n", what->what,
           for_good ? "for good" : "once", outcomes[ABORTED], outcomes[AN_ERROR],
           outcomes[AS_ASKED]);
}

int main(void)
{
    enough = mmap(NULL, sizeof *enough, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    /* A backtrace for each abort would take more time than all the rest. */
    if (enough == MAP_FAILED || setenv("RUST_BACKTRACE", "0", 1) != 0)
        return 2;
    for (size_t i = 0; i < COUNT(BUILDS); i++) {
        check(&BUILDS[i], false);
        check(&BUILDS[i], true);
    }
    return report("out_of_memory");
}
