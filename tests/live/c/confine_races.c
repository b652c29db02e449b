/* TSYNC against threads that do something of their own at that moment: many rounds, each in a child of its
 * own. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "threads.h"

enum { ROUNDS = 200, CREATORS = 4, BORN_BEFORE = 24, BORN_AFTER = 4 };

/* What the rounds came to, in memory that children share with their parent. */
static struct { atomic_uint before, after, first, second; } *seen;

static unsigned round_number;

/* ---- threads that are made meanwhile ---- */

static atomic_uint born;
static atomic_bool confined;

static void *wait_and_probe(void *argument)
{
    atomic_fetch_add(&born, 1);
    while (!atomic_load(&confined))
        sched_yield();
    return probe() == 77 ? NULL : argument;
}

/* Makes threads until some were made for certain after the filter was in force. */
static void *create(void *argument)
{
    pthread_t threads[BORN_BEFORE + BORN_AFTER];
    unsigned n = 0;

    while (n < BORN_BEFORE && !atomic_load(&confined))
        start(&threads[n++], 1, wait_and_probe, argument);
    atomic_fetch_add(&seen->before, n);
    while (!atomic_load(&confined))
        sched_yield();
    for (unsigned i = 0; i < BORN_AFTER; i++)
        start(&threads[n++], 1, wait_and_probe, argument);
    atomic_fetch_add(&seen->after, BORN_AFTER);
    return join(threads, n) == 0 ? NULL : argument;
}

/* The filter comes after more and more threads, round by round, while the rest is being made. */
static int sync_while_threads_are_made(const nucleus_filter *filter)
{
    pthread_t creators[CREATORS];

    start(creators, CREATORS, create, (void *)(uintptr_t)filter);
    while (atomic_load(&born) < round_number % (CREATORS * BORN_BEFORE / 2))
        ;
    nucleus_status status = nucleus_filter_apply(filter, NUCLEUS_APPLY_TSYNC);
    atomic_store(&confined, true);
    return join(creators, CREATORS) + (status == NUCLEUS_OK ? 0 : 50) + (probe() == 77 ? 0 : 99);
}

/* ---- a thread that confines itself meanwhile, or all of them ---- */

static pthread_barrier_t together;
static atomic_int confined_itself;

static void *apply_alone(void *argument)
{
    pthread_barrier_wait(&together);
    nucleus_status status = nucleus_filter_apply(argument, 0);
    atomic_store(&confined_itself, status == NUCLEUS_OK && probe() == 77 ? gettid() : -1);
    pthread_barrier_wait(&together);
    return NULL;
}

/* Either all are confined, and the thread has a filter more, or the thread was first, and is named. */
static int sync_while_one_confines_itself(const nucleus_filter *filter)
{
    nucleus_apply_options options = {.size = sizeof options, .flags = NUCLEUS_APPLY_TSYNC};
    nucleus_apply_result result = {.size = sizeof result};
    pthread_t other;

    pthread_barrier_init(&together, NULL, 2);
    start(&other, 1, apply_alone, (void *)(uintptr_t)filter);
    pthread_barrier_wait(&together);
    if (round_number % 2 == 0)
        sched_yield(); /* else this thread wins nearly always */
    nucleus_status status =
        nucleus_program_apply(nucleus_filter_program(filter), &options, &result);
    pthread_barrier_wait(&together);
    int thread = atomic_load(&confined_itself);
    pthread_join(other, NULL);
    if (thread <= 0)
        return 1;
    if (status == NUCLEUS_OK) {
        atomic_fetch_add(&seen->first, 1);
        return probe() == 77 && result.thread == 0 ? 0 : 2;
    }
    atomic_fetch_add(&seen->second, 1);
    return status == NUCLEUS_ERR_KERNEL && result.error_number == ESRCH && result.thread == thread &&
           probe() == 0 ? 0 : 3;
}

static void *sync_all(void *argument)
{
    pthread_barrier_wait(&together);
    return nucleus_filter_apply(argument, NUCLEUS_APPLY_TSYNC) == NUCLEUS_OK && probe() == 77
        ? NULL : argument;
}

/* What one of them brought to all is below what the next brings: none is refused. */
static int sync_from_all(const nucleus_filter *filter)
{
    pthread_t threads[CREATORS];

    pthread_barrier_init(&together, NULL, CREATORS);
    start(threads, CREATORS, sync_all, (void *)(uintptr_t)filter);
    return join(threads, CREATORS) + (probe() == 77 ? 0 : 50);
}

int main(void)
{
    static const struct { const char *what; int (*body)(const nucleus_filter *); } rows[] = {
        {"while threads are made", sync_while_threads_are_made},
        {"while one confines itself", sync_while_one_confines_itself},
        {"from all at once", sync_from_all},
    };
    const nucleus_filter *filter = probe_fails_with(77);

    alarm(PATIENCE);
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (seen == MAP_FAILED)
        return 2;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (round_number = 0; round_number < ROUNDS; round_number++)
            in_child(rows[i].what, rows[i].body, filter, 0);
        printf("confine_races: TSYNC %s, %d rounds\n", rows[i].what, ROUNDS);
    }
    printf("confine_races: %u threads began before or meanwhile, %u after; all threads were confined "
           "first %u times, one by itself %u times\n", atomic_load(&seen->before),
           atomic_load(&seen->after), atomic_load(&seen->first), atomic_load(&seen->second));
    CHECK(probe() == 0, "a child's filter confines its parent");
    release(filter);
    return report("confine_races");
}
