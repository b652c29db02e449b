/* Filters made of filters: merged, and intersected. */
#include "compare.h"
#include "pairs.h"

#define ARCH NUCLEUS_ARCH_X86_64

/* A filter that says little, but something in each respect. */
static nucleus_filter *plain_filter(void)
{
    nucleus_filter *filter = filter_on(KILL, ARCH, ARCH);

    same_status("allow", nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    same_status("deny", nucleus_filter_deny(filter, "write"), NUCLEUS_OK);
    return filter;
}

/* ---- merging ---- */

/* The sentence of a refusal, and that the filter is as before. */
static void check_refusal(const char *what, nucleus_filter *filter, const nucleus_filter *before,
                          const char *const *says, size_t n)
{
    check_sentence(what, nucleus_filter_error(filter), says, n);
    same_status(what, nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_filter(what, filter, before);
}

static void check_pairs_merged(void)
{
    static const char *const says[] = {"merge", "default action"};

    for (size_t i = 0; i < COUNT(PAIRS); i++) {
        const char *what = PAIRS[i].what;
        nucleus_filter *a = made_of(&PAIRS[i].a), *b = made_of(&PAIRS[i].b);
        nucleus_filter *ab = copy_of(a), *ba = copy_of(b);
        bool alike = PAIRS[i].a.otherwise == PAIRS[i].b.otherwise;

        same_status(what, nucleus_filter_merge(ab, b), alike ? NUCLEUS_OK : INVALID);
        same_status(what, nucleus_filter_merge(ba, a), alike ? NUCLEUS_OK : INVALID);
        if (alike) {
            same_filter(what, ab, ba);
            same_status("twice", nucleus_filter_merge(ab, b), NUCLEUS_OK);
            check_order(what, ab, ba, NUCLEUS_EQUAL);
        } else {
            check_refusal(what, ab, a, says, COUNT(says));
        }
        nucleus_filter_free(a);
        nucleus_filter_free(b);
        nucleus_filter_free(ab);
        nucleus_filter_free(ba);
    }
}

/* Settings that a filter (of x86_64, which kills, and denies write) has and another has not: how
 * the first stands to the second, and what a merge says of it. */
static const struct setting {
    uint32_t attribute, value, order;
    const char *says[3];
} SETTINGS[] = {
    {NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ERRNO(1), NUCLEUS_LOOSER,
     {"bad-architecture action", "errno 1", "kill process"}},
    {NUCLEUS_ATTR_DENY, NUCLEUS_ERRNO(2), NUCLEUS_LOOSER, {"deny action", "errno 2", "not set"}},
    {NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38), NUCLEUS_LOOSER,
     {"unknown-call action", "errno 38", "not set"}},
    {NUCLEUS_ATTR_NEWEST, 450, NUCLEUS_EQUAL, {"newest known call", "450"}},
    {NUCLEUS_ATTR_NEWEST, NUCLEUS_LINUX(6, 1), NUCLEUS_EQUAL, {"newest known call", "6", "1"}},
    {NUCLEUS_ATTR_LAYOUT, NUCLEUS_LAYOUT_TREE, NUCLEUS_EQUAL, {"layout", "tree", "auto"}},
    {NUCLEUS_ATTR_NO_NEW_PRIVS, 0, NUCLEUS_EQUAL, {"no_new_privs", "off", "on"}},
    {NUCLEUS_ATTR_TSYNC, 1, NUCLEUS_EQUAL, {"tsync", "on", "off"}},
    {NUCLEUS_ATTR_LOG, 1, NUCLEUS_EQUAL, {"log", "on", "off"}},
    {NUCLEUS_ATTR_SPEC_ALLOW, 1, NUCLEUS_EQUAL, {"spec_allow", "on", "off"}},
    {NUCLEUS_ATTR_WAIT_KILLABLE, 1, NUCLEUS_EQUAL, {"wait_killable", "on", "off"}},
};

static nucleus_filter *with_setting(const struct setting *setting)
{
    nucleus_filter *filter = plain_filter();

    same_status("set", nucleus_filter_set(filter, setting->attribute, setting->value), NUCLEUS_OK);
    return filter;
}

/* Each attribute in which two filters differ is named by a merge, and by an intersection if it
 * decides no action; none is forgotten. */
static void check_differing_attributes(void)
{
    unsigned seen = 1u << NUCLEUS_ATTR_DEFAULT; /* which check_pairs_merged has */

    for (size_t i = 0; i < COUNT(SETTINGS); i++) {
        const struct setting *row = &SETTINGS[i];
        bool decides = row->attribute <= NUCLEUS_ATTR_NEWEST;
        nucleus_filter *without = plain_filter(), *with = with_setting(row);
        nucleus_filter *here = copy_of(without), *there = copy_of(with), *both = copy_of(with);

        seen |= 1u << row->attribute;
        check_order(row->says[0], with, without, row->order);
        same_status(row->says[0], nucleus_filter_merge(here, with), INVALID);
        check_refusal(row->says[0], here, without, row->says, COUNT(row->says));
        same_status(row->says[0], nucleus_filter_merge(there, without), INVALID);
        check_refusal(row->says[0], there, with, row->says, COUNT(row->says));
        same_status("set alike", nucleus_filter_merge(both, with), NUCLEUS_OK);

        same_status(row->says[0], nucleus_filter_intersect(here, with),
                    decides ? NUCLEUS_OK : INVALID);
        if (decides)
            check_order("intersected", here, without, NUCLEUS_EQUAL);
        else
            check_refusal(row->says[0], here, without, row->says, COUNT(row->says));
        nucleus_filter_free(without);
        nucleus_filter_free(with);
        nucleus_filter_free(here);
        nucleus_filter_free(there);
        nucleus_filter_free(both);
    }
    for (unsigned i = 1; i <= ATTRIBUTES; i++)
        CHECK((seen & 1u << i) != 0, "attribute %u is in no row", i);
    printf("algebra: %zu attributes that differ\n", COUNT(SETTINGS));
}

/* Where the architectures differ, each filter's rules stay with its own. */
static void check_merged_arches(void)
{
    const uint32_t ours = NUCLEUS_ARCH_X86_64, theirs = NUCLEUS_ARCH_S390X,
                   later = NUCLEUS_ARCH_RISCV64;
    const struct { uint32_t arch; const char *name; uint32_t expected; } rows[] = {
        {ours, "read", ALLOW}, {theirs, "read", KILL},
        {ours, "lseek", NUCLEUS_ERRNO(1)}, {theirs, "lseek", ALLOW},
        {ours, "openat", KILL}, {theirs, "openat", ALLOW},
        {ours, "close", ALLOW}, {theirs, "close", ALLOW}, {later, "close", KILL},
    };

    static const char *const merged_says = "merged";

    for (int swapped = 0; swapped <= 1; swapped++) {
        nucleus_filter *a = filter_on(KILL, ours, ours), *b = filter_on(KILL, theirs, theirs);

        same_status("allow", nucleus_filter_allow(a, "read"), NUCLEUS_OK);
        same_status("rule", nucleus_filter_add_rule(a, NUCLEUS_ERRNO(1), "lseek", NULL, 0),
                    NUCLEUS_OK);
        same_status("deny", nucleus_filter_deny(a, "openat"), NUCLEUS_OK);
        same_status("allow", nucleus_filter_allow(b, "lseek"), NUCLEUS_OK);
        same_status("allow", nucleus_filter_allow(b, "openat"), NUCLEUS_OK);
        nucleus_filter *merged = swapped ? b : a, *other = swapped ? a : b;
        same_status("merge", nucleus_filter_merge(merged, other), NUCLEUS_OK);
        same_status("a third", nucleus_filter_add_arch(merged, later), NUCLEUS_ERR_UNSUPPORTED);
        check_sentence("a third", nucleus_filter_error(merged), &merged_says, 1);
        same_status("without it", nucleus_filter_clear_error(merged), NUCLEUS_OK);
        same_status("one of both", nucleus_filter_add_arch(merged, theirs), NUCLEUS_OK);
        same_status("for all", nucleus_filter_allow(merged, "close"), NUCLEUS_OK);
        for (size_t i = 0; i < COUNT(rows); i++)
            same_action(rows[i].name, merged, call_named(rows[i].arch, rows[i].name),
                        rows[i].expected);
        nucleus_filter_free(a);
        nucleus_filter_free(b);
    }
}

static void check_merged_priorities(void)
{
    nucleus_filter *a = plain_filter(), *b = plain_filter();
    uint32_t read = 0, write = 0;

    same_status("set", nucleus_filter_set_priority(a, "read", 10), NUCLEUS_OK);
    same_status("set", nucleus_filter_set_priority(b, "read", 20), NUCLEUS_OK);
    same_status("set", nucleus_filter_set_priority(b, "write", 30), NUCLEUS_OK);
    same_status("merge", nucleus_filter_merge(a, b), NUCLEUS_OK);
    same_status("get", nucleus_filter_get_priority(a, "read", &read), NUCLEUS_OK);
    same_status("get", nucleus_filter_get_priority(a, "write", &write), NUCLEUS_OK);
    same_word("of two", read, 20);
    same_word("of one", write, 30);
    nucleus_filter_free(a);
    nucleus_filter_free(b);
}

/* The built-in policy may be in one of them, or in both with the same flags. */
static void check_merged_built_in_policy(void)
{
    static const char *const says[] = {"merge", "built-in policy", "flags"};
    nucleus_filter *with = plain_filter(), *other = plain_filter(), *without = plain_filter();

    same_status("use_default", nucleus_filter_use_default(with, 0), NUCLEUS_OK);
    same_status("use_default", nucleus_filter_use_default(other, NUCLEUS_POLICY_JIT), NUCLEUS_OK);
    same_status("set", nucleus_filter_set(without, NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)),
                NUCLEUS_OK);
    nucleus_filter *before = copy_of(with);
    same_status("other flags", nucleus_filter_merge(with, other), INVALID);
    check_refusal("other flags", with, before, says, COUNT(says));
    same_status("with itself", nucleus_filter_merge(with, before), NUCLEUS_OK);
    same_filter("with itself", with, before);
    same_status("with one that has none", nucleus_filter_merge(with, without), NUCLEUS_OK);
    same_filter("with one that has none", with, before);
    same_status("the other way round", nucleus_filter_merge(without, before), NUCLEUS_OK);
    same_filter("the other way round", without, before);
    same_status("now it has it, too", nucleus_filter_use_default(without, NUCLEUS_POLICY_JIT),
                INVALID);
    nucleus_filter_free(with);
    nucleus_filter_free(other);
    nucleus_filter_free(without);
    nucleus_filter_free(before);
}

/* ---- intersecting ---- */

/* Arguments of which the pairs' conditions tell some from others. */
static const uint64_t FIRST_ARGUMENTS[] = {0, 1, 2, 4, 5, 6, 7, 10, UINT64_C(0x100000001),
                                           UINT64_C(0x123456789abcdef), UINT64_MAX};

static uint32_t stricter_of(uint32_t x, uint32_t y)
{
    return looseness(x) < looseness(y) ? x : y;
}

static void check_stricter_of_both(const char *what, const nucleus_filter *both,
                                   const nucleus_filter *a, const nucleus_filter *b)
{
    static const char *const names[] = {"read", "write", "lseek", "openat"};

    for (size_t i = 0; i < COUNT(names) * COUNT(FIRST_ARGUMENTS); i++) {
        nucleus_call call = call_named(ARCH, names[i / COUNT(FIRST_ARGUMENTS)]);

        call.args[0] = FIRST_ARGUMENTS[i % COUNT(FIRST_ARGUMENTS)];
        same_word(what, action_of(what, both, &call),
                  stricter_of(action_of(what, a, &call), action_of(what, b, &call)));
    }
}

static void check_pairs_intersected(void)
{
    for (size_t i = 0; i < COUNT(PAIRS); i++) {
        const char *what = PAIRS[i].what;
        uint32_t order = PAIRS[i].order;
        nucleus_filter *a = made_of(&PAIRS[i].a), *b = made_of(&PAIRS[i].b);
        nucleus_filter *ab = copy_of(a), *ba = copy_of(b);

        same_status(what, nucleus_filter_intersect(ab, b), NUCLEUS_OK);
        same_status(what, nucleus_filter_intersect(ba, a), NUCLEUS_OK);
        check_order(what, ab, ba, NUCLEUS_EQUAL);
        check_stricter_of_both(what, ab, a, b);
        check_order(what, ab, a, order == NUCLEUS_EQUAL || order == NUCLEUS_STRICTER
                                     ? NUCLEUS_EQUAL : NUCLEUS_STRICTER);
        check_order(what, ab, b, order == NUCLEUS_EQUAL || order == NUCLEUS_LOOSER
                                     ? NUCLEUS_EQUAL : NUCLEUS_STRICTER);
        nucleus_filter_free(a);
        nucleus_filter_free(b);
        nucleus_filter_free(ab);
        nucleus_filter_free(ba);
    }
    printf("algebra: %zu pairs merged and intersected\n", COUNT(PAIRS));
}

/* What is added later stays within what the other said; rules can't be united across that. */
static void check_intersected_is_a_limit(void)
{
    static const char *const says[] = {"merge", "intersected"};
    nucleus_filter *filter = plain_filter(), *limit = plain_filter(), *other = plain_filter();

    same_status("allow", nucleus_filter_allow(limit, "lseek"), NUCLEUS_OK);
    same_status("intersect", nucleus_filter_intersect(filter, limit), NUCLEUS_OK);
    nucleus_filter_free(limit); /* nothing of it is borrowed */
    same_status("allow", nucleus_filter_allow(filter, "lseek"), NUCLEUS_OK);
    same_status("allow", nucleus_filter_allow(filter, "openat"), NUCLEUS_OK);
    same_action("within", filter, call_named(ARCH, "lseek"), ALLOW);
    same_action("without", filter, call_named(ARCH, "openat"), KILL);
    same_status("forgotten", nucleus_filter_remove_rules(filter, "read"), NUCLEUS_OK);
    same_status("allow", nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    same_action("the limit forgets nothing", filter, call_named(ARCH, "read"), ALLOW);
    same_status("another machine", nucleus_filter_add_arch(filter, NUCLEUS_ARCH_S390X), NUCLEUS_OK);
    same_action("the limit does not cover it", filter, call_named(NUCLEUS_ARCH_S390X, "read"),
                KILL);

    nucleus_filter *before = copy_of(filter), *plain = copy_of(other);
    same_status("merge", nucleus_filter_merge(filter, other), UNSUPPORTED);
    check_refusal("merge", filter, before, says, COUNT(says));
    same_status("merge", nucleus_filter_merge(other, filter), UNSUPPORTED);
    check_refusal("merge", other, plain, says, COUNT(says));
    nucleus_filter_free(before);
    nucleus_filter_free(plain);
    nucleus_filter_free(other);
    nucleus_filter_free(filter);
}

/* ---- a filter with itself, and with one that is not in order ---- */

static void check_with_itself(void)
{
    nucleus_filter *filter = plain_filter(), *before = copy_of(filter);

    for (int twice = 0; twice < 2; twice++) {
        same_status("merge", nucleus_filter_merge(filter, filter), NUCLEUS_OK);
        same_filter("merge", filter, before);
    }
    for (int twice = 0; twice < 2; twice++) {
        same_status("intersect", nucleus_filter_intersect(filter, filter), NUCLEUS_OK);
        same_filter("intersect", filter, before);
    }
    check_order("compare", filter, filter, NUCLEUS_EQUAL);
    nucleus_filter_free(before);
    nucleus_filter_free(filter);
}

static void check_others_out_of_order(void)
{
    static const char *const error[] = {"other filter", "'wrtie'"}, *const open[] = {"transaction"};
    static nucleus_status (*const combine[])(nucleus_filter *, const nucleus_filter *) = {
        nucleus_filter_merge, nucleus_filter_intersect};

    for (size_t i = 0; i < COUNT(combine); i++) {
        nucleus_filter *filter = plain_filter(), *before = copy_of(filter);
        nucleus_filter *spoilt = plain_filter(), *opened = plain_filter();

        same_status("spoil", nucleus_filter_allow(spoilt, "wrtie"), UNKNOWN);
        same_status("open", nucleus_filter_begin(opened), NUCLEUS_OK);
        same_status("one with an error", combine[i](filter, spoilt), INVALID);
        check_refusal("one with an error", filter, before, error, COUNT(error));
        same_status("one with a transaction", combine[i](filter, opened), INVALID);
        check_refusal("one with a transaction", filter, before, open, COUNT(open));
        same_status("itself, with an error", combine[i](spoilt, spoilt), INVALID);
        same_status("the first is kept", nucleus_filter_compile(spoilt), UNKNOWN);

        /* What the filter itself has is no hindrance, and stays. */
        same_status("into one with an error", combine[i](spoilt, filter), NUCLEUS_OK);
        same_status("which is kept", nucleus_filter_compile(spoilt), UNKNOWN);
        same_status("into one with a transaction", combine[i](opened, filter), NUCLEUS_OK);
        same_status("which takes it back", nucleus_filter_rollback(opened), NUCLEUS_OK);
        same_filter("taken back", opened, before);
        nucleus_filter_free(filter);
        nucleus_filter_free(before);
        nucleus_filter_free(spoilt);
        nucleus_filter_free(opened);
    }
}

int main(void)
{
    check_pairs_merged();
    check_differing_attributes();
    check_merged_arches();
    check_merged_priorities();
    check_merged_built_in_policy();
    check_pairs_intersected();
    check_intersected_is_a_limit();
    check_with_itself();
    check_others_out_of_order();
    return report("algebra");
}
