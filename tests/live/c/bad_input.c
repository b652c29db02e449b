/* Hands every kind of bad input to the library: each must come to its status and, on a filter, to a
 * sentence, and leave the filter usable. The cases are in bad_input_tables.h.
 *
 *     bad_input [quick]      "quick" leaves out what takes minutes under valgrind
 */
#include "bad_input_tables.h"
#include "filters.h"

#define MIB ((size_t)1 << 20)

static char *long_name;

static const char *resolved(const char *name)
{
    return name == LONG_NAME ? long_name : name;
}

/* An array at an odd address, with real contents, should anybody look. */
static const void *misaligned(const void *array, size_t size)
{
    static union { unsigned char bytes[128]; uint64_t aligned; } space;

    memcpy(space.bytes + 1, array, size);
    return space.bytes + 1;
}

static nucleus_status do_call(nucleus_filter *filter, const struct row *row)
{
    const char *names[] = {"mincore", resolved(row->name)};
    const char *const *first = row->n == 2 ? names : names + 1;
    const nucleus_arg *args = &row->arg;

    if (row->array == NULL_ARRAY) {
        first = NULL;
        args = NULL;
    } else if (row->array == MISALIGNED) {
        if (row->call == EXTRA)
            first = misaligned(first, sizeof *first);
        else
            args = misaligned(args, sizeof *args);
    }
    switch (row->call) {
    case ALLOW_CALL: return nucleus_filter_allow(filter, names[1]);
    case DENY_CALL: return nucleus_filter_deny(filter, names[1]);
    case RULE: return nucleus_filter_add_rule(filter, row->word, names[1], args, row->n);
    case RULE_NUMBER:
        return nucleus_filter_add_rule_number(filter, row->word, row->value, row->nr, args, row->n);
    case REMOVE_RULES: return nucleus_filter_remove_rules(filter, names[1]);
    case DEFAULT: return nucleus_filter_use_default(filter, row->word);
    case EXTRA: return nucleus_filter_allow_extra(filter, first, row->n, row->word);
    case SET: return nucleus_filter_set(filter, row->word, row->value);
    case PRIORITY: return nucleus_filter_set_priority(filter, names[1], row->word);
    case ADD_ARCH: return nucleus_filter_add_arch(filter, row->word);
    case REMOVE_ARCH: return nucleus_filter_remove_arch(filter, row->word);
    case LEVEL: return nucleus_filter_use_level(filter, row->word);
    case COMMIT: return nucleus_filter_commit(filter);
    case ROLLBACK: return nucleus_filter_rollback(filter);
    case RESET: return nucleus_filter_reset(filter, row->word);
    case MERGE: return nucleus_filter_merge(filter, NULL);
    case INTERSECT: return nucleus_filter_intersect(filter, NULL);
    }
    return NUCLEUS_ERR_INTERNAL;
}

/* The life of a filter around one bad call: it says why, changes nothing, and can be mended. */
static void check_row(const struct row *row)
{
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);
    bool fails = row->expected != NUCLEUS_OK;

    same_status(row->what, nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    nucleus_filter *before = copy_of(filter);
    same_status(row->what, do_call(filter, row), row->expected);
    if (fails)
        check_sentence(row->what, nucleus_filter_error(filter), row->says, COUNT(row->says));
    else
        CHECK(nucleus_filter_error(filter) == NULL, "%s: %s", row->what,
              nucleus_filter_error(filter));

    bool refused = same_status(row->what, nucleus_filter_compile(filter), row->expected) && fails;
    if (refused) { /* else apply would confine the test itself */
        same_status(row->what, nucleus_filter_apply(filter, 0), NUCLEUS_ERR_NOT_COMPILED);
        same_status(row->what, nucleus_filter_clear_error(filter), NUCLEUS_OK);
        CHECK(nucleus_filter_error(filter) == NULL, "%s: not cleared", row->what);
        same_status(row->what, nucleus_filter_apply(filter, 0), NUCLEUS_ERR_NOT_COMPILED);
        same_filter(row->what, filter, before);
        same_status(row->what, nucleus_filter_compile(filter), NUCLEUS_OK);
    }
    same_status(row->what, nucleus_filter_deny(filter, "write"), NUCLEUS_OK);
    same_status(row->what, nucleus_filter_compile(filter), NUCLEUS_OK);
    nucleus_filter_free(before);
    nucleus_filter_free(filter);
}

/* What is no action for a new filter is none elsewhere, and what is one is; but a deny action has to
 * refuse, as the default has to for the built-in policy. */
static void check_action_takers(void)
{
    char what[80];

    for (size_t i = 0; i < COUNT(DEFAULT_ACTIONS) * COUNT(ACTION_TAKERS); i++) {
        uint32_t action = DEFAULT_ACTIONS[i / COUNT(ACTION_TAKERS)].action;
        nucleus_status expected = DEFAULT_ACTIONS[i / COUNT(ACTION_TAKERS)].made;
        struct row row = ACTION_TAKERS[i % COUNT(ACTION_TAKERS)];
        nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);

        if (row.call == SET && row.word == NUCLEUS_ATTR_DENY && expected == NUCLEUS_OK)
            expected = DEFAULT_ACTIONS[i / COUNT(ACTION_TAKERS)].with_policy;
        snprintf(what, sizeof what, "%s, %#010x", row.what, (unsigned)action);
        *(row.call == SET ? &row.value : &row.word) = action;
        bool unsets = row.call == SET && row.word != NUCLEUS_ATTR_BAD_ARCH;
        if (action != NUCLEUS_UNSET || !unsets)
            same_status(what, do_call(filter, &row), expected);
        nucleus_filter_free(filter);
    }
}

static void check_default_actions(void)
{
    char untouched;
    char what[40];

    for (size_t i = 0; i < COUNT(DEFAULT_ACTIONS); i++) {
        nucleus_filter *const before = (nucleus_filter *)(void *)&untouched;
        nucleus_filter *filter = before;
        uint32_t action = DEFAULT_ACTIONS[i].action;

        snprintf(what, sizeof what, "default action %#010x", (unsigned)action);
        same_status(what, nucleus_filter_new(action, &filter), DEFAULT_ACTIONS[i].made);
        if (DEFAULT_ACTIONS[i].made != NUCLEUS_OK) {
            CHECK(filter == before, "%s: *out was written", what);
            continue;
        }
        for (int twice = 0; twice < 2; twice++) /* adding the policy twice is fine */
            same_status(what, nucleus_filter_use_default(filter, 0),
                        DEFAULT_ACTIONS[i].with_policy);
        same_status(what, nucleus_filter_compile(filter), DEFAULT_ACTIONS[i].with_policy);
        if (DEFAULT_ACTIONS[i].with_policy != NUCLEUS_OK)
            CHECK(strstr(nucleus_filter_error(filter), "default action") != NULL, "%s: %s", what,
                  nucleus_filter_error(filter));
        nucleus_filter_free(filter);
    }
}

/* What apply refuses before it asks the kernel. */
static void check_apply(void)
{
    static const uint32_t unknown[] = {ONE_BIT_ABOVE(NUCLEUS_APPLY_TRUSTED), TOP_BIT,
                                       UINT32_MAX};
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);

    same_status("before compile", nucleus_filter_apply(filter, 0), NUCLEUS_ERR_NOT_COMPILED);
    same_status("best effort is for the kernel's refusals alone",
                nucleus_filter_apply(filter, NUCLEUS_APPLY_BEST_EFFORT), NUCLEUS_ERR_NOT_COMPILED);
    same_status("compile", nucleus_filter_compile(filter), NUCLEUS_OK);
    for (size_t i = 0; i < COUNT(unknown); i++)
        same_status("unknown flags", nucleus_filter_apply(filter, unknown[i]), INVALID);
    CHECK(nucleus_filter_error(filter) == NULL, "apply wrote to its const filter");

    same_status("a change", nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    same_status("after it", nucleus_filter_apply(filter, 0), NUCLEUS_ERR_NOT_COMPILED);
    same_status("again", nucleus_filter_compile(filter), NUCLEUS_OK);
    same_status("a change that fails", nucleus_filter_deny(filter, "wrtie"), UNKNOWN);
    same_status("after it", nucleus_filter_apply(filter, 0), NUCLEUS_ERR_NOT_COMPILED);
    same_status("its error cleared", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("after that", nucleus_filter_apply(filter, 0), NUCLEUS_ERR_NOT_COMPILED);
    nucleus_filter_free(filter);
}

static void check_first_error_is_kept(void)
{
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);
    char first[400] = "";

    same_status("the first", nucleus_filter_allow(filter, "wrtie"), UNKNOWN);
    const char *kept = nucleus_filter_error(filter);
    snprintf(first, sizeof first, "%s", kept == NULL ? "" : kept);
    same_status("the second", nucleus_filter_add_rule(filter, 3, "read", NULL, 0), INVALID);
    same_status("the third", nucleus_filter_use_default(filter, TOP_BIT), INVALID);
    same_status("a success", nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    same_status("compile", nucleus_filter_compile(filter), UNKNOWN);
    same_status("compile again", nucleus_filter_compile(filter), UNKNOWN);
    CHECK(nucleus_filter_error(filter) == kept && strcmp(first, kept) == 0,
          "the sentence has moved or changed: %s", nucleus_filter_error(filter));
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("clear what is clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("the next is kept", nucleus_filter_use_default(filter, TOP_BIT), INVALID);
    same_status("and refuses", nucleus_filter_compile(filter), INVALID);
    nucleus_filter_free(filter);
}

/* `n` rules on one call, with 64-bit values far apart, compiled. */
static nucleus_status compile_values(unsigned n, uint64_t step, bool sentence)
{
    nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

    for (unsigned i = 0; i < n; i++) {
        nucleus_arg arg = {.op = NUCLEUS_CMP_EQ, .width = 64, .value = i * step};
        if (nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(1), "lseek", &arg, 1) != NUCLEUS_OK)
            CHECK(false, "rule %u: %s", i, nucleus_filter_error(filter));
    }
    nucleus_status status = nucleus_filter_compile(filter);
    if (sentence && status == NUCLEUS_ERR_TOO_LARGE) {
        const char *said = nucleus_filter_error(filter);
        static const char *const says[] = {"4096", "instructions", "lseek"};
        check_sentence("too large", said, says, COUNT(says));
        same_status("too large, compiled again", nucleus_filter_compile(filter), status);
        same_status("too large, applied", nucleus_filter_apply(filter, 0),
                    NUCLEUS_ERR_NOT_COMPILED);
        same_status("too large, cleared", nucleus_filter_clear_error(filter), NUCLEUS_OK);
        same_status("but still too large", nucleus_filter_compile(filter), status);
    }
    nucleus_filter_free(filter);
    return status;
}

/* Where 4096 instructions are exceeded is the compiler's affair. That one rule less compiles, and
 * that nothing lies between the two statuses, is not. */
static void check_largest_program(bool quick)
{
    const uint64_t step = UINT64_C(1) << 44, scattered = UINT64_C(0x9e3779b97f4a7c15);
    unsigned fits = 400, exceeds = 5000;

    same_status("few values", compile_values(fits, step, true), NUCLEUS_OK);
    same_status("many values", compile_values(exceeds, step, true), NUCLEUS_ERR_TOO_LARGE);
    while (exceeds - fits > 1) {
        unsigned middle = fits + (exceeds - fits) / 2;
        nucleus_status status = compile_values(middle, step, false);

        if (status == NUCLEUS_OK)
            fits = middle;
        else if (same_status("between", status, NUCLEUS_ERR_TOO_LARGE))
            exceeds = middle;
        else
            break;
    }
    printf("bad_input: %u rules fit into a program, %u do not\n", fits, exceeds);
    if (!quick) {
        /* No bit of these is like another's, which is hard on the proof. */
        same_status("1000 values all over", compile_values(1000, scattered, true), NUCLEUS_OK);
        same_status("20000", compile_values(20000, scattered, true), NUCLEUS_ERR_TOO_LARGE);
    }
}

struct heard {
    unsigned calls;
    uint32_t level;
    char all[1000];
};

static void hear(void *payload, uint32_t level, const char *message)
{
    struct heard *heard = payload;
    size_t end = strlen(heard->all);

    heard->calls++;
    heard->level = level;
    snprintf(heard->all + end, sizeof heard->all - end, "%s\n", message);
}

/* Hands four names to the opt-in list, of which two can't be added and one is there already. */
static struct heard heard_of_names(nucleus_log_callback callback, uint32_t level,
                                   nucleus_status expected)
{
    static const char *const names[] = {"wrtie\n", "ptrace", "mincore", "read"};
    struct heard heard = {0, 0, ""};
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);

    same_status("set_log", nucleus_set_log(callback, &heard, level), expected);
    same_status("not strict", nucleus_filter_allow_extra(filter, names, 4, 0), NUCLEUS_OK);
    same_status("compile", nucleus_filter_compile(filter), NUCLEUS_OK);
    same_status("set_log off", nucleus_set_log(NULL, NULL, NUCLEUS_LOG_OFF), NUCLEUS_OK);
    nucleus_filter_free(filter);
    return heard;
}

/* Calls the library from the callback: it must answer, and not wait for itself. */
static void call_back(void *payload, uint32_t level, const char *message)
{
    static const char *const names[] = {"ptrace"};
    struct heard *heard = payload;
    nucleus_filter *other = new_filter(NUCLEUS_KILL_PROCESS);

    (void)level;
    (void)message;
    heard->calls++;
    same_status("set_log in the callback", nucleus_set_log(NULL, NULL, 0), INVALID);
    same_status("not strict", nucleus_filter_allow_extra(other, names, 1, 0), NUCLEUS_OK);
    nucleus_filter_free(other);
}

/* Allows one call of the built-in policy, before adding it or after; returns how often it was said
 * that this lifts the policy's checks. */
static unsigned warned_of(const char *name, int before)
{
    struct heard heard = {0, 0, ""};
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);

    same_status("set_log", nucleus_set_log(hear, &heard, NUCLEUS_LOG_WARN), NUCLEUS_OK);
    if (before)
        same_status(name, nucleus_filter_allow(filter, name), NUCLEUS_OK);
    same_status("use_default", nucleus_filter_use_default(filter, 0), NUCLEUS_OK);
    if (!before)
        same_status(name, nucleus_filter_allow(filter, name), NUCLEUS_OK);
    same_status("again", nucleus_filter_allow(filter, name), NUCLEUS_OK);
    same_status("set_log off", nucleus_set_log(NULL, NULL, NUCLEUS_LOG_OFF), NUCLEUS_OK);
    nucleus_filter_free(filter);
    CHECK(heard.calls == 0 || strstr(heard.all, name) != NULL, "%s: %s", name, heard.all);
    return heard.calls;
}

static void check_warnings(void)
{
    for (int before = 0; before <= 1; before++) {
        CHECK(warned_of("clone", before) == 1, "clone: flags are not checked any more");
        CHECK(warned_of("ioctl", before) == 1, "ioctl: said once, not for each request");
        CHECK(warned_of("read", before) == 0, "read was allowed anyway");
        CHECK(warned_of("openat2", before) == 0, "openat2 was refused whatever its arguments");
        CHECK(warned_of("mmap", before) == 0, "mmap: W^X stays");
    }
}

static void check_log(void)
{
    check_warnings();
    struct heard nested = heard_of_names(call_back, NUCLEUS_LOG_WARN, NUCLEUS_OK);
    CHECK(nested.calls == 2, "%u reports; those from the callback are dropped", nested.calls);

    struct heard heard = heard_of_names(hear, NUCLEUS_LOG_WARN, NUCLEUS_OK);
    CHECK(heard.calls == 2 && heard.level == NUCLEUS_LOG_WARN, "%u reports:\n%s", heard.calls,
          heard.all);
    CHECK(strstr(heard.all, "'wrtie\\n'") && strstr(heard.all, "'ptrace'"), "%s", heard.all);

    heard = heard_of_names(hear, NUCLEUS_LOG_TRACE, NUCLEUS_OK);
    CHECK(heard.calls > 2 && strstr(heard.all, "'read'"), "%u reports:\n%s", heard.calls,
          heard.all);

    heard = heard_of_names(hear, NUCLEUS_LOG_ERROR, NUCLEUS_OK);
    CHECK(heard.calls == 0, "%u reports of errors:\n%s", heard.calls, heard.all);
    heard = heard_of_names(hear, NUCLEUS_LOG_OFF, NUCLEUS_OK);
    CHECK(heard.calls == 0, "%u reports, switched off", heard.calls);
    heard = heard_of_names(NULL, NUCLEUS_LOG_TRACE, NUCLEUS_OK);
    heard = heard_of_names(hear, NUCLEUS_LOG_TRACE + 1, INVALID);
    CHECK(heard.calls == 0, "%u reports at an unknown level", heard.calls);
    heard = heard_of_names(hear, UINT32_MAX, INVALID);

    /* A level that does not exist changes nothing: the callback before stays. */
    static const char *const names[] = {"ptrace"};
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);
    struct heard before = {0, 0, ""};
    same_status("set_log", nucleus_set_log(hear, &before, NUCLEUS_LOG_WARN), NUCLEUS_OK);
    same_status("level 6", nucleus_set_log(NULL, NULL, 6), INVALID);
    same_status("not strict", nucleus_filter_allow_extra(filter, names, 1, 0), NUCLEUS_OK);
    CHECK(before.calls == 1, "%u reports to the callback before", before.calls);
    same_status("set_log off", nucleus_set_log(NULL, NULL, 0), NUCLEUS_OK);
    nucleus_filter_free(filter);
}

int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;

    long_name = malloc(MIB + 1);
    if (long_name == NULL)
        return 2;
    memset(long_name, 'a', MIB);
    long_name[MIB] = '\0';

    for (size_t i = 0; i < COUNT(ROWS); i++)
        check_row(&ROWS[i]);
    printf("bad_input: %zu calls with bad or borderline input\n", COUNT(ROWS));
    check_default_actions();
    check_action_takers();
    check_apply();
    check_first_error_is_kept();
    check_largest_program(quick);
    check_log();
    free(long_name);
    return report("bad_input");
}
