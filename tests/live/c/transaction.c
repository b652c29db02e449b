/* Trying changes and taking them back, starting anew, and copies. */
#include "filters.h"

static nucleus_filter *some_filter(void)
{
    nucleus_filter *filter =
        filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);

    same_status("allow", nucleus_filter_allow(filter, "openat"), NUCLEUS_OK);
    same_status("allow", nucleus_filter_allow(filter, "lseek"), NUCLEUS_OK);
    return filter;
}

/* ---- transactions ---- */

/* Steps of a script, one letter each. */
static nucleus_status step(nucleus_filter *filter, char letter)
{
    switch (letter) {
    case '(': return nucleus_filter_begin(filter);
    case ')': return nucleus_filter_commit(filter);
    case '<': return nucleus_filter_rollback(filter);
    case 'r': return nucleus_filter_allow(filter, "read");
    case 'w': return nucleus_filter_allow(filter, "write");
    case 'e': return nucleus_filter_allow(filter, "wrtie");
    case 'k': return nucleus_filter_compile(filter);
    case 'c': return nucleus_filter_clear_error(filter);
    case 'n': return nucleus_filter_reset(filter, NUCLEUS_KILL_PROCESS);
    default: return NUCLEUS_ERR_INTERNAL;
    }
}

/* What a script leaves behind: which of the two calls are allowed, and what compile says. */
static const struct { const char *what, *script, *allowed; nucleus_status compiles; } SCRIPTS[] = {
    {"committed", "(r)", "r", NUCLEUS_OK},
    {"taken back", "(r<", "", NUCLEUS_OK},
    {"empty", "()", "", NUCLEUS_OK},
    {"empty, taken back", "r(<", "r", NUCLEUS_OK},
    {"what was said before stays", "w(r<", "w", NUCLEUS_OK},
    {"what is said after, too", "(r<w", "w", NUCLEUS_OK},
    {"the inner one taken back", "(r(w<)", "r", NUCLEUS_OK},
    {"the outer one taken back", "(r(w)<", "", NUCLEUS_OK},
    {"both committed", "(r(w))", "rw", NUCLEUS_OK},
    {"both taken back", "(r(w<<", "", NUCLEUS_OK},
    {"one after the other", "(r)(w<", "r", NUCLEUS_OK},
    {"twenty deep", "((((((((((((((((((((r))))))))))))))))))))", "r", NUCLEUS_OK},
    {"twenty deep, the outermost taken back", "((((((((((((((((((((r)))))))))))))))))))<", "",
     NUCLEUS_OK},

    {"still open", "(r", "r", INVALID},
    {"one of two still open", "((r)", "r", INVALID},
    {"compiled while open, and then closed: the error sticks", "(rk)", "r", INVALID},
    {"compiled while open, and taken back: no error", "(rk<", "", NUCLEUS_OK},
    {"compiled while open, closed, cleared", "(rk)c", "r", NUCLEUS_OK},

    {"an error committed", "(re)", "r", UNKNOWN},
    {"an error taken back", "(re<", "", NUCLEUS_OK},
    {"an error of the inner one taken back", "(r(e<)", "r", NUCLEUS_OK},
    {"an error of the inner one committed, the outer one taken back", "(r(e)<", "", NUCLEUS_OK},
    {"an error before stays", "e(r<", "", UNKNOWN},
    {"an error before, cleared within, is back", "e(rc<", "", UNKNOWN},
    {"an error before, cleared within, committed", "e(rc)", "r", NUCLEUS_OK},
    {"an error before is the first", "e(rk<", "", UNKNOWN},

    {"a commit of nothing", "r)", "r", INVALID},
    {"a rollback of nothing", "r<", "r", INVALID},
    {"a commit too many", "(r))", "r", INVALID},
    {"a rollback too many", "r(w<<", "r", INVALID},
    {"a commit of nothing, cleared", "r)c", "r", NUCLEUS_OK},
    {"a commit of nothing, within a transaction after it", ")(r<", "", INVALID},

    {"anew", "rwn", "", NUCLEUS_OK},
    {"anew within: no transaction is left", "(rn", "", NUCLEUS_OK},
    {"anew within: nothing to commit", "(rn)", "", INVALID},
    {"anew after an error", "ren", "", NUCLEUS_OK},
    {"anew, and then used", "rnw", "w", NUCLEUS_OK},
};

static void check_scripts(void)
{
    const uint32_t arch = NUCLEUS_ARCH_X86_64;

    for (size_t i = 0; i < COUNT(SCRIPTS); i++) {
        const char *what = SCRIPTS[i].what;
        nucleus_filter *filter = filter_on(NUCLEUS_KILL_PROCESS, arch, arch);
        nucleus_call read = call_named(arch, "read"), write = call_named(arch, "write");

        for (const char *letter = SCRIPTS[i].script; *letter != '\0'; letter++)
            CHECK(step(filter, *letter) != NUCLEUS_ERR_INTERNAL, "%s: %c", what, *letter);
        /* reset covers this machine, whatever the filter covered */
        same_status(what, nucleus_filter_add_arch(filter, arch), NUCLEUS_OK);
        same_word(what, action_of(what, filter, &read),
                  strchr(SCRIPTS[i].allowed, 'r') ? NUCLEUS_ALLOW : NUCLEUS_KILL_PROCESS);
        same_word(what, action_of(what, filter, &write),
                  strchr(SCRIPTS[i].allowed, 'w') ? NUCLEUS_ALLOW : NUCLEUS_KILL_PROCESS);
        same_status(what, nucleus_filter_compile(filter), SCRIPTS[i].compiles);
        CHECK((nucleus_filter_error(filter) != NULL) == (SCRIPTS[i].compiles != NUCLEUS_OK),
              "%s: %s", what, nucleus_filter_error(filter));
        CHECK((nucleus_filter_program(filter) != NULL) == (SCRIPTS[i].compiles == NUCLEUS_OK),
              "%s: a program", what);
        nucleus_filter_free(filter);
    }
    printf("transaction: %zu scripts\n", COUNT(SCRIPTS));
}

static void check_sentence_of_an_open_transaction(void)
{
    static const char *const says[] = {"compile", "transaction", "nucleus_filter_commit",
                                       "nucleus_filter_rollback"};
    nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    same_status("compile", nucleus_filter_compile(filter), INVALID);
    check_sentence("compile", nucleus_filter_error(filter), says, COUNT(says));
    nucleus_filter_free(filter); /* with the transaction open */
}

/* Changes all that can be changed. */
static void change_everything(nucleus_filter *filter)
{
    static const struct { uint32_t attribute, value; } settings[] = {
        {NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_ERRNO(1)}, {NUCLEUS_ATTR_DENY, NUCLEUS_ERRNO(2)},
        {NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(3)}, {NUCLEUS_ATTR_NEWEST, 4},
        {NUCLEUS_ATTR_LAYOUT, NUCLEUS_LAYOUT_TREE}, {NUCLEUS_ATTR_NO_NEW_PRIVS, 0},
        {NUCLEUS_ATTR_TSYNC, 1}, {NUCLEUS_ATTR_LOG, 1}, {NUCLEUS_ATTR_SPEC_ALLOW, 1},
        {NUCLEUS_ATTR_WAIT_KILLABLE, 1},
    };
    nucleus_filter *other = some_filter();

    same_status("deny", nucleus_filter_deny(other, "lseek"), NUCLEUS_OK);
    same_status("intersect", nucleus_filter_intersect(filter, other), NUCLEUS_OK);
    nucleus_filter_free(other);
    for (size_t i = 0; i < COUNT(settings); i++)
        same_status("set", nucleus_filter_set(filter, settings[i].attribute, settings[i].value),
                    NUCLEUS_OK);
    same_status("add_arch", nucleus_filter_add_arch(filter, NUCLEUS_ARCH_S390X), NUCLEUS_OK);
    same_status("remove_arch", nucleus_filter_remove_arch(filter, NUCLEUS_ARCH_X86_64), NUCLEUS_OK);
    same_status("priority", nucleus_filter_set_priority(filter, "read", 9), NUCLEUS_OK);
    same_status("allow", nucleus_filter_allow(filter, "write"), NUCLEUS_OK);
    same_status("deny", nucleus_filter_deny(filter, "read"), NUCLEUS_OK);
    same_status("number", nucleus_filter_add_rule_number(filter, NUCLEUS_LOG, NUCLEUS_ARCH_X86_64,
                                                         1000, NULL, 0), NUCLEUS_OK);
    same_status("remove", nucleus_filter_remove_rules(filter, "openat"), NUCLEUS_OK);
}

static void check_everything_is_taken_back(void)
{
    nucleus_filter *filter = some_filter(), *before = copy_of(filter);
    uint32_t priority = 1;

    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    change_everything(filter);
    same_status("rollback", nucleus_filter_rollback(filter), NUCLEUS_OK);
    same_status("get", nucleus_filter_get_priority(filter, "read", &priority), NUCLEUS_OK);
    same_word("priority", priority, 0);
    same_filter("taken back", filter, before);
    /* An intersected filter could not be merged. */
    same_status("merge", nucleus_filter_merge(filter, before), NUCLEUS_OK);
    nucleus_filter_free(before);
    nucleus_filter_free(filter);
}

/* The built-in policy, taken back, can be added with other flags. */
static void check_built_in_policy_is_taken_back(void)
{
    nucleus_filter *filter = some_filter(), *before = copy_of(filter);

    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    same_status("use_default", nucleus_filter_use_default(filter, 0), NUCLEUS_OK);
    same_status("rollback", nucleus_filter_rollback(filter), NUCLEUS_OK);
    same_filter("taken back", filter, before);
    same_status("use_default", nucleus_filter_use_default(filter, NUCLEUS_POLICY_JIT), NUCLEUS_OK);
    same_status("compile", nucleus_filter_compile(filter), NUCLEUS_OK);
    nucleus_filter_free(before);
    nucleus_filter_free(filter);
}

/* ---- what undoes a compile ---- */

static void check_undone(const char *call, nucleus_filter *filter, nucleus_status got,
                         nucleus_status expected)
{
    same_status(call, got, expected);
    CHECK(nucleus_filter_program(filter) == NULL, "%s: the program is still there", call);
    CHECK(nucleus_filter_report(filter) == NULL, "%s: the report is still there", call);
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
}

/* After the call there is no program until the next compile. */
#define UNDOES(call, expected) \
    do { \
        same_status("compile", nucleus_filter_compile(filter), NUCLEUS_OK); \
        check_undone(#call, filter, call, expected); \
    } while (0)

static void check_what_undoes_a_compile(void)
{
    nucleus_filter *filter = some_filter(), *other = some_filter();

    UNDOES(nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    UNDOES(nucleus_filter_allow(filter, "raed"), UNKNOWN);
    UNDOES(nucleus_filter_deny(filter, "read"), NUCLEUS_OK);
    UNDOES(nucleus_filter_add_rule(filter, NUCLEUS_LOG, "read", NULL, 0), NUCLEUS_OK);
    UNDOES(nucleus_filter_add_rule_number(filter, NUCLEUS_LOG, NUCLEUS_ARCH_ARM, 1, NULL, 0),
           NUCLEUS_OK);
    UNDOES(nucleus_filter_add_rule_number(filter, NUCLEUS_LOG, 0, 1, NULL, 0), INVALID);
    UNDOES(nucleus_filter_remove_rules(filter, "read"), NUCLEUS_OK);
    UNDOES(nucleus_filter_set(filter, NUCLEUS_ATTR_TSYNC, 1), NUCLEUS_OK);
    UNDOES(nucleus_filter_set(filter, NUCLEUS_ATTR_TSYNC, 2), INVALID);
    UNDOES(nucleus_filter_set(filter, NUCLEUS_ATTR_TSYNC, 0), NUCLEUS_OK);
    UNDOES(nucleus_filter_set_priority(filter, "read", 1), NUCLEUS_OK);
    UNDOES(nucleus_filter_add_arch(filter, NUCLEUS_ARCH_AARCH64), NUCLEUS_OK);
    UNDOES(nucleus_filter_remove_arch(filter, NUCLEUS_ARCH_AARCH64), NUCLEUS_OK);
    UNDOES(nucleus_filter_merge(filter, other), NUCLEUS_OK);
    UNDOES(nucleus_filter_merge(filter, NULL), INVALID);
    UNDOES(nucleus_filter_intersect(filter, other), NUCLEUS_OK);
    UNDOES(nucleus_filter_use_default(filter, 0), NUCLEUS_OK);
    UNDOES(nucleus_filter_reset(filter, NUCLEUS_ALLOW), NUCLEUS_OK);
    UNDOES((nucleus_filter_begin(filter), nucleus_filter_rollback(filter)), NUCLEUS_OK);
    nucleus_filter_free(other);
    nucleus_filter_free(filter);
}

/* ---- starting anew ---- */

static void check_reset(void)
{
    nucleus_filter *filter = some_filter(), *fresh = new_filter(NUCLEUS_ERRNO(5));
    uint32_t action = 0;

    change_everything(filter);
    same_status("spoilt", nucleus_filter_allow(filter, "wrtie"), UNKNOWN);
    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    same_status("reset", nucleus_filter_reset(filter, NUCLEUS_ERRNO(5)), NUCLEUS_OK);
    CHECK(nucleus_filter_error(filter) == NULL, "anew: %s", nucleus_filter_error(filter));
    same_filter("anew", filter, fresh);
    same_status("get", nucleus_filter_get(filter, NUCLEUS_ATTR_DEFAULT, &action), NUCLEUS_OK);
    same_word("the default action", action, NUCLEUS_ERRNO(5));
    same_status("compile", nucleus_filter_compile(filter), nucleus_arch_native() ? NUCLEUS_OK
                                                                                 : UNSUPPORTED);
    nucleus_filter_free(fresh);
    nucleus_filter_free(filter);
}

/* ---- copies ---- */

static void check_copies(void)
{
    nucleus_filter *filter = some_filter();

    change_everything(filter);
    compiled("the original", filter);
    nucleus_filter *copy = copy_of(filter);
    CHECK(nucleus_filter_program(copy) == NULL, "a copy is compiled");
    CHECK(nucleus_filter_report(copy) == NULL, "a copy has a report");
    same_status("apply", nucleus_filter_apply(copy, 0), NUCLEUS_ERR_NOT_COMPILED);
    CHECK(nucleus_filter_program(filter) != NULL, "copying has undone the compile");
    same_filter("a copy", copy, filter);

    same_status("changed", nucleus_filter_set(copy, NUCLEUS_ATTR_BAD_ARCH, NUCLEUS_KILL_PROCESS),
                NUCLEUS_OK);
    same_order("the original has not", copy, filter, NUCLEUS_STRICTER);
    CHECK(nucleus_filter_program(filter) != NULL, "changing a copy has undone the compile");
    nucleus_filter_free(filter);
    same_status("a copy outlives it", nucleus_filter_compile(copy), NUCLEUS_OK);
    nucleus_filter_free(copy);
}

static void check_copy_of_an_error(void)
{
    nucleus_filter *filter = some_filter();

    same_status("spoilt", nucleus_filter_allow(filter, "wrtie"), UNKNOWN);
    nucleus_filter *copy = copy_of(filter);
    const char *ours = nucleus_filter_error(filter), *theirs = nucleus_filter_error(copy);
    if (!CHECK(ours != NULL && theirs != NULL, "an error is not kept"))
        exit(report("transaction"));
    CHECK(theirs != ours && strcmp(ours, theirs) == 0, "a copy's error: %s", theirs);
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("compile", nucleus_filter_compile(filter), NUCLEUS_OK);
    same_status("compile the copy", nucleus_filter_compile(copy), UNKNOWN);
    nucleus_filter_free(filter);
    CHECK(strstr(theirs, "'wrtie'") != NULL, "a copy's sentence is its own");
    nucleus_filter_free(copy);
}

/* Each closes its transactions by itself. */
static void check_copy_of_transactions(void)
{
    nucleus_filter *filter = some_filter(), *before = copy_of(filter);

    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    same_status("allow", nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    nucleus_filter *copy = copy_of(filter);
    same_status("commit", nucleus_filter_commit(filter), NUCLEUS_OK);
    same_status("compile the copy", nucleus_filter_compile(copy), INVALID);
    same_status("rollback of the copy", nucleus_filter_rollback(copy), NUCLEUS_OK);
    same_filter("the copy", copy, before);
    same_order("the original", filter, before, NUCLEUS_LOOSER);
    same_status("one too many", nucleus_filter_rollback(copy), INVALID);
    nucleus_filter_free(before);
    nucleus_filter_free(copy);
    nucleus_filter_free(filter);
}

int main(void)
{
    check_scripts();
    check_sentence_of_an_open_transaction();
    check_everything_is_taken_back();
    check_built_in_policy_is_taken_back();
    check_what_undoes_a_compile();
    check_reset();
    check_copies();
    check_copy_of_an_error();
    check_copy_of_transactions();
    return report("transaction");
}
