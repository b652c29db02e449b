/* Filters and threads: each check confines a child of its own. What children do between fork and exec is in
 * fork_safety.c.
 *
 *     confine_threads [sanitized]      "sanitized" leaves out the thread that the kernel kills: a thread
 *                                      sanitizer never hears of its end, and waits for it
 */
#define _GNU_SOURCE
#include "threads.h"

enum { THREADS = 8 };

/* ---- all threads at once ---- */

struct meeting {
    const nucleus_filter *filter;
    pthread_barrier_t before, after;
    int expected;
};

static void *wait_and_probe(void *argument)
{
    struct meeting *meeting = argument;

    pthread_barrier_wait(&meeting->before);
    pthread_barrier_wait(&meeting->after);
    return probe() == meeting->expected ? NULL : meeting;
}

static int apply_while_threads_run(const nucleus_filter *filter, uint32_t flags, int expected)
{
    struct meeting meeting = {.filter = filter, .expected = expected};
    pthread_t threads[THREADS];

    pthread_barrier_init(&meeting.before, NULL, THREADS + 1);
    pthread_barrier_init(&meeting.after, NULL, THREADS + 1);
    start(threads, THREADS, wait_and_probe, &meeting);
    pthread_barrier_wait(&meeting.before);
    nucleus_status status = nucleus_filter_apply(filter, flags);
    pthread_barrier_wait(&meeting.after);
    return join(threads, THREADS) + (status == NUCLEUS_OK ? 0 : 100) + (probe() == 77 ? 0 : 50);
}

static int tsync_confines_all(const nucleus_filter *filter)
{
    return apply_while_threads_run(filter, NUCLEUS_APPLY_TSYNC, 77);
}

/* The same without the flag, for a filter that always asks for it. */
static int tsync_as_an_attribute(const nucleus_filter *unused)
{
    nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

    (void)unused;
    nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(77), "getppid", NULL, 0);
    nucleus_filter_set(filter, NUCLEUS_ATTR_TSYNC, 1);
    return apply_while_threads_run(compiled("tsync", filter), 0, 77);
}

static int without_tsync_one_alone(const nucleus_filter *filter)
{
    return apply_while_threads_run(filter, 0, 0);
}

static void *apply_and_wait(void *argument)
{
    struct meeting *meeting = argument;
    nucleus_status status = nucleus_filter_apply(meeting->filter, 0);

    pthread_barrier_wait(&meeting->before);
    pthread_barrier_wait(&meeting->after);
    return status == NUCLEUS_OK && probe() == 77 ? NULL : meeting;
}

/* A thread with a filter of its own can't follow: none is confined, and errno says why. */
static int tsync_or_nobody(const nucleus_filter *filter)
{
    struct meeting meeting = {.filter = filter};
    pthread_t other;
    int wrong = 0;

    pthread_barrier_init(&meeting.before, NULL, 2);
    pthread_barrier_init(&meeting.after, NULL, 2);
    start(&other, 1, apply_and_wait, &meeting);
    pthread_barrier_wait(&meeting.before);
    errno = 0;
    if (nucleus_filter_apply(filter, NUCLEUS_APPLY_TSYNC) != NUCLEUS_ERR_KERNEL || errno != ESRCH)
        wrong += 2;
    errno = 0;
    if (nucleus_filter_apply(filter, NUCLEUS_APPLY_TSYNC | NUCLEUS_APPLY_BEST_EFFORT) !=
            NUCLEUS_NOT_APPLIED || errno != ESRCH)
        wrong += 4;
    if (probe() != 0)
        wrong += 8;
    pthread_barrier_wait(&meeting.after);
    return wrong + join(&other, 1);
}

/* ---- many threads, one filter or many ---- */

static void *apply_shared(void *argument)
{
    const nucleus_filter *filter = argument;

    if (probe() != 0 || nucleus_filter_apply(filter, 0) != NUCLEUS_OK || probe() != 77)
        return argument;
    return NULL;
}

/* Each thread that applies is confined, though others did before it. */
static int one_filter_in_many_threads(const nucleus_filter *filter)
{
    pthread_t threads[THREADS];

    start(threads, THREADS, apply_shared, (void *)(uintptr_t)filter);
    int wrong = join(threads, THREADS);
    return wrong + (probe() == 0 ? 0 : 50);
}

static pthread_mutex_t heard_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long heard;

static void hear(void *payload, uint32_t level, const char *message)
{
    (void)payload;
    (void)level;
    pthread_mutex_lock(&heard_lock);
    heard += strstr(message, "ptrace") != NULL;
    pthread_mutex_unlock(&heard_lock);
}

/* Builds, spoils, mends and compiles filters that no other thread knows of. */
static void *build_filters(void *argument)
{
    static const char *const names[] = {"mincore", "ptrace"};
    nucleus_filter *last = NULL;

    for (uint32_t i = 0; i < 20; i++) {
        nucleus_filter *filter = NULL;
        if (nucleus_filter_new(NUCLEUS_ERRNO(1), &filter) != NUCLEUS_OK ||
            nucleus_filter_use_default(filter, i % 8) != NUCLEUS_OK ||
            nucleus_filter_allow_extra(filter, names, 2, 0) != NUCLEUS_OK ||
            nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(77), "getppid", NULL, 0) != NUCLEUS_OK ||
            nucleus_filter_allow(filter, "wrtie") != NUCLEUS_ERR_UNKNOWN_SYSCALL ||
            strstr(nucleus_filter_error(filter), "'write'") == NULL ||
            nucleus_filter_clear_error(filter) != NUCLEUS_OK ||
            nucleus_filter_compile(filter) != NUCLEUS_OK)
            return argument;
        nucleus_filter_free(last);
        last = filter;
    }
    bool confined = nucleus_filter_apply(last, 0) == NUCLEUS_OK && probe() == 77;
    nucleus_filter_free(last);
    return confined ? NULL : argument;
}

static int many_filters_in_many_threads(const nucleus_filter *filter)
{
    pthread_t threads[THREADS];

    start(threads, THREADS, build_filters, (void *)(uintptr_t)filter);
    /* The log is for the whole process, and may be set at any time. */
    for (int i = 0; i < 200; i++) {
        nucleus_set_log(i % 2 ? hear : NULL, NULL, NUCLEUS_LOG_WARN);
        usleep(1000);
    }
    return join(threads, THREADS);
}

/* A thread killed alone leaves the others running. */
static void *apply_and_die(void *argument)
{
    nucleus_filter_apply(argument, 0);
    probe();
    return NULL;
}

static int kill_one_thread(const nucleus_filter *unused)
{
    nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);
    pthread_t other;

    (void)unused;
    nucleus_filter_add_rule(filter, NUCLEUS_KILL_THREAD, "getppid", NULL, 0);
    nucleus_filter_compile(filter);
    start(&other, 1, apply_and_die, filter);
    pthread_join(other, NULL); /* the kernel tells waiters even so */
    return probe() == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const struct { const char *what; int (*body)(const nucleus_filter *); } rows[] = {
        {"TSYNC confines all threads", tsync_confines_all},
        {"TSYNC as an attribute", tsync_as_an_attribute},
        {"without TSYNC one alone", without_tsync_one_alone},
        {"TSYNC confines all or none", tsync_or_nobody},
        {"one filter in many threads", one_filter_in_many_threads},
        {"many filters in many threads", many_filters_in_many_threads},
        {"one thread killed", kill_one_thread},
    };
    const nucleus_filter *filter = probe_fails_with(77);

    const bool sanitized = argc > 1 && strcmp(argv[1], "sanitized") == 0;

    alarm(PATIENCE);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (sanitized && rows[i].body == kill_one_thread)
            continue;
        in_child(rows[i].what, rows[i].body, filter, 0);
        printf("confine_threads: %s\n", rows[i].what);
    }
    release(filter);
    return report("confine_threads");
}
