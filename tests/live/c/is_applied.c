/* nucleus_filter_is_applied, in whoever asks: a process, its threads, its children. */
#define _GNU_SOURCE
#include <sched.h>

#include "old_kernel.h"

static bool applied(const nucleus_filter *filter) { return nucleus_filter_is_applied(filter) == 1; }

static nucleus_status apply(const nucleus_filter *filter) { return nucleus_filter_apply(filter, 0); }

static nucleus_filter *changed(const nucleus_filter *filter)
{
    return (nucleus_filter *)(uintptr_t)filter;
}

/* Each answers 0 when all is well, else where it went wrong. */

static int once_it_is_applied(const nucleus_filter *filter)
{
    if (applied(filter) || apply(filter) != NUCLEUS_OK)
        return 1;
    return applied(filter) && applied(filter) ? 0 : 2;
}

/* Also that of a program: it is the filter's. */
static int by_its_program(const nucleus_filter *filter)
{
    return nucleus_program_apply(nucleus_filter_program(filter), NULL, NULL) == NUCLEUS_OK &&
                   applied(filter) ? 0 : 1;
}

static int not_when_refused(const nucleus_filter *filter)
{
    if (!boot(kernel_that_refuses("seccomp", EPERM)))
        return 1;
    if (apply(filter) != NUCLEUS_ERR_KERNEL || applied(filter))
        return 2;
    if (nucleus_filter_apply(filter, NUCLEUS_APPLY_BEST_EFFORT) != NUCLEUS_NOT_APPLIED)
        return 3;
    return applied(filter) ? 4 : 0;
}

/* A filter that was changed is another one, even if it comes to the same. */
static int not_when_changed(const nucleus_filter *filter)
{
    if (apply(filter) != NUCLEUS_OK || nucleus_filter_allow(changed(filter), "read") != NUCLEUS_OK)
        return 1;
    if (applied(filter))
        return 2;
    if (nucleus_filter_compile(changed(filter)) != NUCLEUS_OK || applied(filter))
        return 3;
    return apply(filter) == NUCLEUS_OK && applied(filter) ? 0 : 4;
}

static int not_a_copy(const nucleus_filter *filter)
{
    nucleus_filter *copy = NULL;

    if (apply(filter) != NUCLEUS_OK || nucleus_filter_clone(filter, &copy) != NUCLEUS_OK)
        return 1;
    if (nucleus_filter_compile(copy) != NUCLEUS_OK || applied(copy))
        return 2;
    nucleus_filter_free(copy);
    return 0;
}

static void *apply_in_thread(void *filter)
{
    return apply(filter) == NUCLEUS_OK && applied(filter) ? NULL : filter;
}

/* It says so of the process; this thread is as it was, and can still be confined. */
static int by_another_thread(const nucleus_filter *filter)
{
    pthread_t thread;
    void *wrong;

    if (pthread_create(&thread, NULL, apply_in_thread, changed(filter)) != 0)
        return 1;
    pthread_join(thread, &wrong);
    if (wrong != NULL || !applied(filter) || probe() != 0)
        return 2;
    return apply(filter) == NUCLEUS_OK && probe() == 77 ? 0 : 3;
}

static int not_by_a_child(const nucleus_filter *filter)
{
    pid_t child = fork();

    if (child == 0)
        _exit(apply(filter) == NUCLEUS_OK && applied(filter) ? 0 : 1);
    return outcome_of(child) == 0 && !applied(filter) ? 0 : 2;
}

static int by_a_parent(const nucleus_filter *filter)
{
    if (apply(filter) != NUCLEUS_OK)
        return 1;
    pid_t child = fork();
    if (child == 0)
        _exit(applied(filter) && probe() == 77 ? 0 : 1);
    return outcome_of(child) == 0 ? 0 : 2;
}

/* The memory is the parent's, and there is nothing in it to tell who wrote there. */
static int in_common_memory(const nucleus_filter *filter)
{
    pid_t child = vfork();

    if (child == 0)
        _exit(apply(filter) == NUCLEUS_OK ? 0 : 1);
    if (outcome_of(child) != 0 || !applied(filter) || probe() != 0)
        return 2;
    return apply(filter) == NUCLEUS_OK && probe() == 77 ? 0 : 3;
}

int main(void)
{
    static const struct { const char *what; int (*body)(const nucleus_filter *); } rows[] = {
        {"once it is applied", once_it_is_applied},
        {"by its program", by_its_program},
        {"not when the kernel refused", not_when_refused},
        {"not when it was changed since", not_when_changed},
        {"not a copy of it", not_a_copy},
        {"by another thread", by_another_thread},
        {"not by a child", not_by_a_child},
        {"by a parent, before the fork", by_a_parent},
        {"by a child that shares the memory", in_common_memory},
    };
    nucleus_filter *uncompiled = new_filter(NUCLEUS_ALLOW);
    const nucleus_filter *filter = probe_fails_with(77);

    alarm(PATIENCE);
    for (size_t i = 0; i < COUNT(rows); i++)
        in_child(rows[i].what, rows[i].body, filter, 0);
    CHECK(nucleus_filter_is_applied(uncompiled) == 0, "a filter that is not compiled");
    nucleus_filter_free(uncompiled);
    release(filter);
    printf("is_applied: %zu questions\n", COUNT(rows) + 1);
    return report("is_applied");
}
