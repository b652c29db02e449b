/* One filter on top of another until the kernel has had enough: its refusal in words, and what was loaded
 * before holds. */
#define _GNU_SOURCE
#include "confine.h"

/* MAX_INSNS_PER_PATH of kernel/seccomp.c, which counts 4 for each filter besides its instructions. They
 * are those of the kernel's own language, to which a program is translated: never fewer than ours. */
enum { MOST_INSTRUCTIONS = 32768, PENALTY = 4 };

/* getppid fails, and of as many processes as asked for getpgid. */
static const nucleus_filter *filter_of(uint32_t values)
{
    nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

    nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(77), "getppid", NULL, 0);
    for (uint32_t i = 0; i < values; i++) {
        const nucleus_arg arg = {.op = NUCLEUS_CMP_EQ, .width = 32, .value = 3 * i};

        nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(66), "getpgid", &arg, 1);
    }
    return compiled("stacked", filter);
}

static bool says_why(const nucleus_apply_result *result)
{
    char sentence[256];
    size_t length = nucleus_apply_message(result, sentence, sizeof sentence);

    return length < sizeof sentence && strstr(sentence, "ENOMEM") != NULL &&
           strstr(sentence, "32768 instructions") != NULL;
}

/* Every way of applying says the same, as often as it is tried. */
static int refused_in_all_ways(const nucleus_filter *filter)
{
    errno = 0;
    if (nucleus_filter_apply(filter, 0) != NUCLEUS_ERR_KERNEL || errno != ENOMEM)
        return 10;
    errno = 0;
    if (nucleus_filter_apply(filter, NUCLEUS_APPLY_BEST_EFFORT) != NUCLEUS_NOT_APPLIED ||
        errno != ENOMEM)
        return 11;
    if (nucleus_filter_apply(filter, NUCLEUS_APPLY_TSYNC) != NUCLEUS_ERR_KERNEL || errno != ENOMEM)
        return 12;
    return probe() == 77 ? 0 : 13;
}

/* Applies until that is refused; how often it was done, or -1 if something was wrong. */
static int apply_till_refused(const nucleus_filter *filter)
{
    const nucleus_program *program = nucleus_filter_program(filter);
    const int each = (int)nucleus_program_count(program) + PENALTY;
    nucleus_apply_result result = {.size = sizeof result};
    int times = 0;

    while (nucleus_program_apply(program, NULL, &result) == NUCLEUS_OK)
        if (probe() != 77 || ++times > MOST_INSTRUCTIONS / each)
            return -1;
    printf("stacking: %d times a filter of %d instructions\n", times, each - PENALTY);
    bool as_said = result.step == NUCLEUS_STEP_FILTER && result.error_number == ENOMEM &&
                   result.flags == 0 && says_why(&result);
    return as_said ? times : -1;
}

static const nucleus_filter *small;

/* After a large one is refused there is room for small ones, and then for none. */
static int stack(const nucleus_filter *large)
{
    int wrong = 0;

    if (apply_till_refused(large) <= 0)
        wrong = 1;
    else if (nucleus_filter_is_applied(small) != 0 || apply_till_refused(small) <= 0)
        wrong = 2;
    else if (apply_till_refused(small) != 0)
        wrong = 3;
    else
        wrong = refused_in_all_ways(large) + refused_in_all_ways(small);
    fflush(stdout);
    return wrong;
}

int main(void)
{
    static const uint32_t values[] = {100, 1000, 3900};

    alarm(PATIENCE);
    small = filter_of(0);
    for (size_t i = 0; i < COUNT(values); i++) {
        const nucleus_filter *large = filter_of(values[i]);

        in_child("stacked", stack, large, 0);
        release(large);
    }
    CHECK(probe() == 0, "a child's filters confine its parent");
    release(small);
    return report("stacking");
}
