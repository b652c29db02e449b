/* Which of two filters is the stricter, and a call that shows it.
 *
 *     compare [quick]      "quick" leaves out what takes minutes under valgrind
 */
#include "compare.h"
#include "pairs.h"

#define ARCH NUCLEUS_ARCH_X86_64

static void check_pairs_compared(void)
{
    for (size_t i = 0; i < COUNT(PAIRS); i++) {
        nucleus_filter *a = made_of(&PAIRS[i].a), *b = made_of(&PAIRS[i].b);

        check_order(PAIRS[i].what, a, b, PAIRS[i].order);
        check_order(PAIRS[i].what, b, a, mirrored(PAIRS[i].order));
        check_order(PAIRS[i].what, a, a, NUCLEUS_EQUAL);
        nucleus_filter_free(a);
        nucleus_filter_free(b);
    }
    printf("compare: %zu pairs\n", COUNT(PAIRS));
}

/* Rules for one number, which make two filters differ there alone. */
static const struct { const char *what; uint32_t arch; int32_t nr; } LONE_NUMBERS[] = {
    {"a skipped call", NUCLEUS_ARCH_X86_64, -1},
    {"the last number", NUCLEUS_ARCH_X86_64, 0x3fffffff},
    {"the smallest", NUCLEUS_ARCH_X86_64, INT32_MIN},
    {"x32's first", NUCLEUS_ARCH_X32, 0x40000000},
    {"x32's last", NUCLEUS_ARCH_X32, -2},
    {"a number of a big-endian machine", NUCLEUS_ARCH_S390X, 4},
};

/* The one call on which they differ is found. */
static void check_lone_numbers(void)
{
    for (size_t i = 0; i < COUNT(LONE_NUMBERS); i++) {
        const char *what = LONE_NUMBERS[i].what;
        uint32_t arch = LONE_NUMBERS[i].arch, order;
        nucleus_filter *b = filter_on(KILL, ARCH, arch), *a = copy_of(b);
        nucleus_call expected = call_of(arch, LONE_NUMBERS[i].nr), found = call_of(0, 0);

        same_status(what, nucleus_filter_add_rule_number(a, ALLOW, arch, LONE_NUMBERS[i].nr, NULL,
                                                         0), NUCLEUS_OK);
        check_order(what, a, b, NUCLEUS_LOOSER);
        same_status(what, nucleus_filter_compare(a, b, &order, NULL, &found), NUCLEUS_OK);
        CHECK(found.nr == expected.nr && found.arch == expected.arch, "%s: call %d of %#x", what,
              (int)found.nr, (unsigned)found.arch);
        nucleus_filter_free(a);
        nucleus_filter_free(b);
    }
}

/* Whether two arguments have a bit in common takes more to compare than there is. */
static void check_tangled_arguments(void)
{
    static const char *const says[] = {"prove", "budget"};
    nucleus_filter *filter = filter_on(KILL, ARCH, ARCH), *other = filter_on(KILL, ARCH, ARCH);
    uint32_t order = 7;

    for (uint64_t bit = 1; bit <= UINT32_MAX; bit <<= 1) {
        const nucleus_arg args[] = {{0, NUCLEUS_CMP_MASKED_EQ, 32, bit, bit},
                                    {1, NUCLEUS_CMP_MASKED_EQ, 32, bit, bit}};
        same_status("rule", nucleus_filter_add_rule(filter, ALLOW, "lseek", args, 2), NUCLEUS_OK);
    }
    same_status("compare", nucleus_filter_compare(filter, other, &order, NULL, NULL),
                NUCLEUS_ERR_UNPROVEN);
    same_word("order", order, 7);
    same_status("compile", nucleus_filter_compile(filter), NUCLEUS_ERR_UNPROVEN);
    check_sentence("compile", nucleus_filter_error(filter), says, COUNT(says));
    nucleus_filter_free(filter);
    nucleus_filter_free(other);
}

int main(int argc, char **argv)
{
    check_pairs_compared();
    check_lone_numbers();
    if (argc < 2 || strcmp(argv[1], "quick") != 0)
        check_tangled_arguments();
    return report("compare");
}
