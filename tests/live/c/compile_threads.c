/* Filters compiled in many threads at once have the programs that they have when they are compiled alone.
 *
 *     compile_threads [quick]      "quick" compiles some hundred, for valgrind, instead of thousands
 */
#include <pthread.h>

#include "bytes.h"

enum { THREADS = 8, KINDS = 64 };

/* A few calls of every architecture, with little in common. */
static const char *const NAMES[] = {"read", "openat", "socket", "ioctl", "clone", "mmap", "prctl"};

/* The bits of a number say what kind of a filter it is. Nothing is checked here but by the result, as
 * checks are for one thread. */
static nucleus_filter *filter_of_kind(uint32_t kind)
{
    nucleus_filter *filter = NULL;
    const nucleus_arg arg = {.index = kind % 6, .op = 1 + kind % 6, .width = 32u << (kind & 1),
                             .value = kind * 7};

    if (nucleus_filter_new(NUCLEUS_ERRNO(1), &filter) != NUCLEUS_OK ||
        nucleus_filter_add_arch(filter, NUCLEUS_ARCH_X86_64) != NUCLEUS_OK ||
        nucleus_filter_add_arch(filter, NUCLEUS_ARCH_AARCH64) != NUCLEUS_OK ||
        nucleus_filter_set(filter, NUCLEUS_ATTR_LAYOUT,
                           kind & 8 ? NUCLEUS_LAYOUT_BITMAP : NUCLEUS_LAYOUT_TREE) != NUCLEUS_OK)
        return NULL;
    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(i + kind), NAMES[i], &arg, 1) !=
            NUCLEUS_OK)
            return NULL;
    nucleus_status status = kind & 16 ? nucleus_filter_use_level(filter, 1 + kind % 6)
                                      : nucleus_filter_use_default(filter, kind & 7);
    return status == NUCLEUS_OK && nucleus_filter_compile(filter) == NUCLEUS_OK ? filter : NULL;
}

static const nucleus_filter *alone[KINDS];

static bool same_program(const nucleus_filter *a, const nucleus_filter *b)
{
    const nucleus_program *ours = nucleus_filter_program(a), *theirs = nucleus_filter_program(b);
    const size_t count = nucleus_program_count(ours);

    return count == nucleus_program_count(theirs) &&
           memcmp(nucleus_program_instructions(ours), nucleus_program_instructions(theirs),
                  count * sizeof(nucleus_instruction)) == 0;
}

/* Compiles one from its rules, and one that is a copy of what all threads look at. */
static bool compile_one(uint32_t kind)
{
    nucleus_filter *own = filter_of_kind(kind), *copy = NULL;
    char ours[NUCLEUS_FINGERPRINT_SIZE], theirs[NUCLEUS_FINGERPRINT_SIZE];

    bool same = own != NULL && same_program(own, alone[kind]) &&
                nucleus_filter_clone(alone[kind], &copy) == NUCLEUS_OK &&
                nucleus_filter_compile(copy) == NUCLEUS_OK && same_program(copy, alone[kind]) &&
                nucleus_filter_fingerprint(own, ours) == NUCLEUS_OK &&
                nucleus_filter_fingerprint(alone[kind], theirs) == NUCLEUS_OK &&
                strcmp(ours, theirs) == 0;
    nucleus_filter_free(own);
    nucleus_filter_free(copy);
    return same;
}

struct work { pthread_t thread; uint32_t number, filters, same; };

/* Each thread takes the kinds in another order. */
static void *compile_many(void *argument)
{
    struct work *work = argument;

    for (uint32_t i = 0; i < work->filters; i++)
        work->same += compile_one((i * (2 * work->number + 1) + work->number) % KINDS);
    return NULL;
}

int main(int argc, char **argv)
{
    const uint32_t filters = argc > 1 && strcmp(argv[1], "quick") == 0 ? 8 : 320;
    struct work work[THREADS];
    size_t different = 0;

    for (uint32_t kind = 0; kind < KINDS; kind++) {
        nucleus_filter *filter = filter_of_kind(kind);

        if (!CHECK(filter != NULL, "kind %u is not compiled", (unsigned)kind))
            return report("compile_threads");
        alone[kind] = filter;
        different += kind != 0 && !same_program(filter, alone[kind - 1]);
    }
    CHECK(different == KINDS - 1, "of %d kinds %zu differ from the one before", KINDS, different);
    for (uint32_t i = 0; i < THREADS; i++) {
        work[i] = (struct work){.number = i, .filters = filters};
        if (pthread_create(&work[i].thread, NULL, compile_many, &work[i]) != 0)
            return 2;
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        pthread_join(work[i].thread, NULL);
        CHECK(work[i].same == filters, "thread %u: %u of %u filters as alone", (unsigned)i,
              (unsigned)work[i].same, (unsigned)filters);
    }
    for (uint32_t kind = 0; kind < KINDS; kind++)
        nucleus_filter_free((nucleus_filter *)(uintptr_t)alone[kind]);
    printf("compile_threads: %u filters in %d threads\n", (unsigned)filters * 2 * THREADS, THREADS);
    return report("compile_threads");
}
