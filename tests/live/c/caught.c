/* Mistakes that a sanitizer has to notice, one each time, so that its silence about the other programs says
 * something. Several are made in C and happen in the library, which shows that it is instrumented.
 *
 *     caught MISTAKE
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nucleus_seccomp.h>

static nucleus_filter *new_filter(void)
{
    nucleus_filter *filter = NULL;

    if (nucleus_filter_new(NUCLEUS_KILL_PROCESS, &filter) != NUCLEUS_OK)
        exit(2);
    return filter;
}

static void overflow(void)
{
    volatile int largest = INT_MAX;

    largest = largest + 1;
}

static void leak(void)
{
    nucleus_filter *filter = new_filter();

    nucleus_filter_use_default(filter, 0);
}

static void use_after_free(void)
{
    nucleus_filter *filter = new_filter();

    nucleus_filter_free(filter);
    nucleus_filter_allow(filter, "read");
}

static void free_twice(void)
{
    nucleus_filter *filter = new_filter();

    nucleus_filter_free(filter);
    nucleus_filter_free(filter);
}

/* The program of a filter, asked after a change has undone it. */
static void borrow_too_long(void)
{
    nucleus_filter *filter = new_filter();

    nucleus_filter_compile(filter);
    const nucleus_instruction *first =
        nucleus_program_instructions(nucleus_filter_program(filter));
    nucleus_filter_allow(filter, "read");
    printf("%u\n", (unsigned)first->code);
    nucleus_filter_free(filter);
}

static void say_too_large_a_size(void)
{
    nucleus_filter *filter = new_filter();
    size_t size = 4096;
    char small[16];

    nucleus_filter_use_default(filter, 0);
    nucleus_filter_compile(filter);
    nucleus_filter_export(filter, NUCLEUS_EXPORT_JSON, small, &size);
    nucleus_filter_free(filter);
}

static void *change(void *filter)
{
    nucleus_filter_allow(filter, "read");
    return NULL;
}

/* One filter, changed by two threads at once. */
static void share(void)
{
    nucleus_filter *filter = new_filter();
    pthread_t other;

    if (pthread_create(&other, NULL, change, filter) == 0) {
        change(filter);
        pthread_join(other, NULL);
    }
    nucleus_filter_free(filter);
}

int main(int argc, char **argv)
{
    static const struct { const char *name; void (*make)(void); } MISTAKES[] = {
        {"overflow", overflow},
        {"leak", leak},
        {"use-after-free", use_after_free},
        {"free-twice", free_twice},
        {"borrow-too-long", borrow_too_long},
        {"say-too-large-a-size", say_too_large_a_size},
        {"share", share},
    };

    for (size_t i = 0; i < sizeof MISTAKES / sizeof *MISTAKES; i++)
        if (argc == 2 && strcmp(argv[1], MISTAKES[i].name) == 0) {
            MISTAKES[i].make();
            return 0;
        }
    return 2;
}
