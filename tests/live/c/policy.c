/* What a policy can say besides "allow" and "deny", and that its program means the same:
 * attributes, rules for numbers, several architectures, priorities, rules to be forgotten, and what
 * compile remarks. The cases are in policy_tables.h. */
#include "policy_tables.h"

/* ---- attributes ---- */

static void check_initial_attributes(void)
{
    nucleus_filter *filter = new_filter(NUCLEUS_LOG);
    uint32_t values[ATTRIBUTES + 1];

    read_attributes(filter, values);
    for (uint32_t i = 1; i <= ATTRIBUTES; i++)
        CHECK(values[i] == INITIAL[i], "attribute %u is %#x at first", (unsigned)i,
              (unsigned)values[i]);
    nucleus_filter_free(filter);
}

/* Each is read back as it was set, and no other has changed. */
static void check_settings(void)
{
    for (size_t i = 0; i < COUNT(SETTINGS); i++) {
        nucleus_filter *filter = new_filter(NUCLEUS_LOG);
        uint32_t values[ATTRIBUTES + 1];

        same_status(SETTINGS[i].what,
                    nucleus_filter_set(filter, SETTINGS[i].attribute, SETTINGS[i].value),
                    NUCLEUS_OK);
        read_attributes(filter, values);
        for (uint32_t n = 1; n <= ATTRIBUTES; n++)
            same_word(SETTINGS[i].what, values[n],
                      n == SETTINGS[i].attribute ? SETTINGS[i].value : INITIAL[n]);
        same_status(SETTINGS[i].what,
                    nucleus_filter_set(filter, SETTINGS[i].attribute,
                                       INITIAL[SETTINGS[i].attribute]), NUCLEUS_OK);
        read_attributes(filter, values);
        same_word(SETTINGS[i].what, values[SETTINGS[i].attribute],
                  INITIAL[SETTINGS[i].attribute]);
        nucleus_filter_free(filter);
    }
    printf("policy: %zu settings read back\n", COUNT(SETTINGS));
}

static void check_meanings(void)
{
    for (size_t i = 0; i < COUNT(MEANINGS); i++) {
        const struct meaning *row = &MEANINGS[i];
        nucleus_filter *filter =
            filter_on(MEANT_DEFAULT, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);

        same_status(row->what, nucleus_filter_deny(filter, "write"), NUCLEUS_OK);
        same_status(row->what, nucleus_filter_deny(filter, "fchmodat2"), NUCLEUS_OK);
        for (size_t n = 0; n < COUNT(row->set) && row->set[n].attribute != 0; n++)
            same_status(row->what, nucleus_filter_set(filter, row->set[n].attribute,
                                                      row->set[n].value), NUCLEUS_OK);
        same_status(row->what, nucleus_filter_allow(filter, "openat"), NUCLEUS_OK);
        same_action(row->what, filter, call_of(row->arch, row->nr), row->expected);
        nucleus_filter_free(filter);
    }
    printf("policy: %zu calls, decided by attributes\n", COUNT(MEANINGS));
}

static void check_known_calls(void)
{
    for (size_t i = 0; i < COUNT(KNOWN); i++) {
        nucleus_filter *filter = filter_on(MEANT_DEFAULT, KNOWN[i].arch, KNOWN[i].arch);

        same_status("set", nucleus_filter_set(filter, NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(38)),
                    NUCLEUS_OK);
        same_status("set", nucleus_filter_set(filter, NUCLEUS_ATTR_NEWEST, KNOWN[i].newest),
                    NUCLEUS_OK);
        same_action(KNOWN[i].what, filter, call_of(KNOWN[i].arch, KNOWN[i].nr),
                    KNOWN[i].known ? MEANT_DEFAULT : NUCLEUS_ERRNO(38));
        nucleus_filter_free(filter);
    }
}

/* The built-in policy sets one attribute, and leaves alone what was set before it. */
static void check_attributes_of_the_built_in_policy(void)
{
    static const struct { uint32_t flags, unknown; } rows[] = {
        {0, NUCLEUS_ERRNO(38)},
        {NUCLEUS_POLICY_NETWORK | NUCLEUS_POLICY_JIT, NUCLEUS_ERRNO(38)},
        {NUCLEUS_POLICY_STRICT, NUCLEUS_UNSET},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter =
            filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);
        uint32_t values[ATTRIBUTES + 1];

        same_status("set", nucleus_filter_set(filter, NUCLEUS_ATTR_DENY, NUCLEUS_ERRNO(7)),
                    NUCLEUS_OK);
        same_status("use_default", nucleus_filter_use_default(filter, rows[i].flags), NUCLEUS_OK);
        read_attributes(filter, values);
        same_word("unknown calls", values[NUCLEUS_ATTR_UNKNOWN], rows[i].unknown);
        same_word("denied calls", values[NUCLEUS_ATTR_DENY], NUCLEUS_ERRNO(7));
        nucleus_filter_free(filter);
    }
}

/* ---- rules for numbers, and rules to be forgotten ---- */

static void check_numbers(void)
{
    for (size_t i = 0; i < COUNT(NUMBERED); i++) {
        const struct numbered *row = &NUMBERED[i];
        nucleus_filter *filter = filter_on(NUCLEUS_ERRNO(9), row->covered, row->covered);

        same_status(row->what,
                    nucleus_filter_add_rule_number(filter, NUCLEUS_ALLOW, row->arch, row->nr, NULL,
                                                   0), NUCLEUS_OK);
        same_action(row->what, filter, call_of(row->asked, row->asked_nr), row->expected);
        nucleus_filter_free(filter);
    }
    printf("policy: %zu rules for numbers\n", COUNT(NUMBERED));
}

/* Rules for a call's name and for its number are rules of one call: the strictest decides, and
 * those with conditions come first. All of them are forgotten together. */
static void check_rules_side_by_side(void)
{
    const uint32_t arch = NUCLEUS_ARCH_X86_64, elsewhere = NUCLEUS_ARCH_AARCH64;
    const nucleus_arg is_3 = {0, NUCLEUS_CMP_EQ, 32, 3, 0};
    nucleus_filter *filter = filter_on(NUCLEUS_KILL_PROCESS, arch, elsewhere);
    nucleus_call on_3 = call_named(arch, "lseek"), on_4 = on_3;
    nucleus_call there = call_named(elsewhere, "lseek");

    on_3.args[0] = 3;
    on_4.args[0] = 4;
    nucleus_filter *empty = copy_of(filter);
    same_status("by name", nucleus_filter_allow(filter, "lseek"), NUCLEUS_OK);
    same_status("by number", nucleus_filter_add_rule_number(filter, NUCLEUS_ERRNO(29), arch,
                                                            on_3.nr, NULL, 0), NUCLEUS_OK);
    same_status("with a condition", nucleus_filter_add_rule_number(filter, NUCLEUS_LOG, arch,
                                                                   on_3.nr, &is_3, 1), NUCLEUS_OK);
    same_action("a condition comes first", filter, on_3, NUCLEUS_LOG);
    same_action("the stricter of two without", filter, on_4, NUCLEUS_ERRNO(29));
    same_action("a number is one architecture's", filter, there, NUCLEUS_ALLOW);
    same_status("deny", nucleus_filter_deny(filter, "lseek"), NUCLEUS_OK);
    same_action("a denial beats numbers, too", filter, on_3, NUCLEUS_KILL_PROCESS);

    same_status("another", nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    same_status("another", nucleus_filter_allow(empty, "read"), NUCLEUS_OK);
    for (int twice = 0; twice < 2; twice++)
        same_status("forgotten", nucleus_filter_remove_rules(filter, "lseek"), NUCLEUS_OK);
    same_filter("nothing is left of it", filter, empty);
    same_status("anew", nucleus_filter_allow(filter, "lseek"), NUCLEUS_OK);
    same_action("said anew", filter, on_4, NUCLEUS_ALLOW);
    nucleus_filter_free(empty);
    nucleus_filter_free(filter);
}

/* ---- architectures ---- */

static void check_arguments(const struct arch *arch, nucleus_filter *filter, const char *name)
{
    for (size_t i = 0; i < COUNT(ARGUMENTS); i++) {
        const uint32_t expected = arch->narrow ? ARGUMENTS[i].narrow : ARGUMENTS[i].wide;
        nucleus_call call = call_named(arch->constant, name);

        call.args[0] = ARGUMENTS[i].first;
        call.args[1] = ARGUMENTS[i].second;
        same_word(arch->name, call.arch, arch->token);
        same_word(arch->name, action_of(arch->name, filter, &call), expected);
        same_word(arch->name, result_of(arch->name, nucleus_filter_program(filter), &call), expected);
    }
}

/* One filter for all: each architecture has its numbers, and its order of an argument's halves. */
static void check_all_arches(void)
{
    const nucleus_arg args[] = {{0, NUCLEUS_CMP_EQ, 32, FIRST, 0},
                                {1, NUCLEUS_CMP_GT, 64, SECOND, 0}};
    const nucleus_arg others[] = {{0, NUCLEUS_CMP_EQ, 32, OTHER, 0},
                                  {1, NUCLEUS_CMP_EQ, 64, SMALL, 0}};
    nucleus_filter *filter = new_filter(NUCLEUS_ERRNO(9));

    for (size_t i = 0; i < COUNT(ARCHES); i++) {
        same_status(ARCHES[i].name, nucleus_filter_has_arch(filter, ARCHES[i].constant),
                    ARCHES[i].constant == nucleus_arch_native());
        same_status(ARCHES[i].name, nucleus_filter_add_arch(filter, ARCHES[i].constant),
                    NUCLEUS_OK);
        same_status(ARCHES[i].name, nucleus_filter_has_arch(filter, ARCHES[i].constant), 1);
    }
    same_status("rule", nucleus_filter_add_rule(filter, MATCHED, "openat", args, 2), NUCLEUS_OK);
    same_status("rule", nucleus_filter_add_rule(filter, MATCHED, "openat", others, 2), NUCLEUS_OK);
    compiled("all architectures", filter);
    for (size_t i = 0; i < COUNT(ARCHES); i++)
        check_arguments(&ARCHES[i], filter, "openat");
    for (size_t i = 0; i < COUNT(ARCHES); i++) {
        nucleus_call call = call_named(ARCHES[i].constant, "openat");

        same_status(ARCHES[i].name, nucleus_filter_remove_arch(filter, ARCHES[i].constant),
                    NUCLEUS_OK);
        same_status(ARCHES[i].name, nucleus_filter_has_arch(filter, ARCHES[i].constant), 0);
        same_word(ARCHES[i].name, action_of(ARCHES[i].name, filter, &call), NUCLEUS_KILL_PROCESS);
    }
    same_status("nothing covered", nucleus_filter_compile(filter), UNSUPPORTED);
    static const char *const says[] = {"architecture", "nucleus_filter_add_arch"};
    check_sentence("nothing covered", nucleus_filter_error(filter), says, COUNT(says));
    nucleus_filter_free(filter);
    printf("policy: %zu architectures in one filter\n", COUNT(ARCHES));
}

/* The built-in policy is not written for every architecture, whichever comes first. */
static void check_arches_of_the_built_in_policy(void)
{
    static const char *const says[] = {"s390x", "built-in policy"};

    for (int policy_first = 0; policy_first <= 1; policy_first++) {
        nucleus_filter *filter =
            filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_AARCH64);
        nucleus_status first = policy_first
                                   ? nucleus_filter_use_default(filter, 0)
                                   : nucleus_filter_add_arch(filter, NUCLEUS_ARCH_S390X);
        nucleus_status second = policy_first ? nucleus_filter_add_arch(filter, NUCLEUS_ARCH_S390X)
                                             : nucleus_filter_use_default(filter, 0);

        same_status("the first", first, NUCLEUS_OK);
        same_status("what does not go with it", second, UNSUPPORTED);
        check_sentence("what does not go with it", nucleus_filter_error(filter), says, COUNT(says));
        same_status("compile", nucleus_filter_compile(filter), UNSUPPORTED);
        same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
        same_status("left out", nucleus_filter_has_arch(filter, NUCLEUS_ARCH_S390X), !policy_first);
        same_status("one that goes", nucleus_filter_add_arch(filter, NUCLEUS_ARCH_RISCV64),
                    NUCLEUS_OK);
        same_status("compile", nucleus_filter_compile(filter), NUCLEUS_OK);
        nucleus_filter_free(filter);
    }
}

/* ---- priorities ---- */

/* A priority changes how soon, never what. */
static void check_priorities(void)
{
    static const uint32_t priorities[] = {255, 1, 0};
    nucleus_filter *filter =
        filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);
    uint32_t order, priority = 7;

    same_status("use_default", nucleus_filter_use_default(filter, 0), NUCLEUS_OK);
    nucleus_filter *without = copy_of(filter);
    const nucleus_program *plain = nucleus_filter_program(compiled("without", without));
    for (size_t i = 0; i < COUNT(priorities); i++) {
        same_status("set", nucleus_filter_set_priority(filter, "socket", priorities[i]),
                    NUCLEUS_OK);
        same_status("get", nucleus_filter_get_priority(filter, "socket", &priority), NUCLEUS_OK);
        same_word("what was set", priority, priorities[i]);
        same_status("get", nucleus_filter_get_priority(filter, "read", &priority), NUCLEUS_OK);
        same_word("of another", priority, 0);
        const nucleus_program *program = nucleus_filter_program(compiled("with", filter));
        same_status("compare", nucleus_program_compare(program, plain, &order, NULL, NULL),
                    NUCLEUS_OK);
        same_word("the meaning", order, NUCLEUS_EQUAL);
    }
    nucleus_filter_free(without);
    nucleus_filter_free(filter);
}

/* ---- what compile remarks ---- */

static void check_remarks(void)
{
    for (size_t i = 0; i < COUNT(REMARKS); i++) {
        const struct remark *row = &REMARKS[i];
        nucleus_filter *filter =
            filter_on(NUCLEUS_ERRNO(9), NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_S390X);
        nucleus_filter *without = copy_of(filter);

        CHECK(nucleus_filter_report(filter) == NULL, "%s: a report of nothing", row->what);
        same_status(row->what, nucleus_filter_add_rule(filter, NUCLEUS_ALLOW, "lseek", row->args,
                                                       row->n), NUCLEUS_OK);
        const char *remark = nucleus_filter_report(compiled(row->what, filter));
        if (row->says[0] == NULL) {
            CHECK(remark != NULL && *remark == '\0', "%s: %s", row->what, remark);
        } else if (CHECK(remark != NULL && *remark != '\0', "%s: no remark", row->what)) {
            const char *line_feed = strchr(remark, '\n');
            CHECK(line_feed != NULL && line_feed[1] == '\0', "%s: not one line: %s", row->what,
                  remark);
            for (size_t n = 0; n < COUNT(row->says) && row->says[n] != NULL; n++)
                CHECK(strstr(remark, row->says[n]) != NULL, "%s: no \"%s\" in %s", row->what,
                      row->says[n], remark);
            same_order(row->what, filter, without, NUCLEUS_EQUAL);
        }
        same_status(row->what, nucleus_filter_deny(filter, "write"), NUCLEUS_OK);
        CHECK(nucleus_filter_report(filter) == NULL, "%s: an old report", row->what);
        nucleus_filter_free(without);
        nucleus_filter_free(filter);
    }
}

/* `n` rules on a call, no value of which is like another's. */
static void add_costly_rules(nucleus_filter *filter, const char *name, uint64_t n)
{
    for (uint64_t i = 1; i <= n; i++) {
        nucleus_arg arg = {1, NUCLEUS_CMP_EQ, 64, i * UINT64_C(0x100010003), 0};
        if (nucleus_filter_add_rule(filter, NUCLEUS_ALLOW, name, &arg, 1) != NUCLEUS_OK)
            CHECK(false, "rule %u: %s", (unsigned)i, nucleus_filter_error(filter));
    }
}

/* A policy that is too large is told where it is. */
static void check_costly_calls(void)
{
    static const char *const says[] = {"4096", "ioctl", "lseek", "fcntl"};
    nucleus_filter *filter =
        filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);

    add_costly_rules(filter, "read", 2);
    add_costly_rules(filter, "fcntl", 500);
    add_costly_rules(filter, "ioctl", 900);
    add_costly_rules(filter, "lseek", 700);
    if (!same_status("compile", nucleus_filter_compile(filter), NUCLEUS_ERR_TOO_LARGE))
        exit(report("policy"));
    const char *sentence = nucleus_filter_error(filter);
    check_sentence("too large", sentence, says, COUNT(says));
    CHECK(strstr(sentence, "ioctl") < strstr(sentence, "lseek") &&
              strstr(sentence, "lseek") < strstr(sentence, "fcntl"),
          "not in the order of cost: %s", sentence);
    CHECK(strstr(sentence, "read") == NULL, "a cheap call is named: %s", sentence);
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("without the worst", nucleus_filter_remove_rules(filter, "ioctl"), NUCLEUS_OK);
    same_status("and the next", nucleus_filter_remove_rules(filter, "lseek"), NUCLEUS_OK);
    same_status("compile", nucleus_filter_compile(filter), NUCLEUS_OK);
    nucleus_filter_free(filter);
}

int main(void)
{
    check_initial_attributes();
    check_settings();
    check_meanings();
    check_known_calls();
    check_attributes_of_the_built_in_policy();
    check_numbers();
    check_rules_side_by_side();
    check_all_arches();
    check_arches_of_the_built_in_policy();
    check_priorities();
    check_remarks();
    check_costly_calls();
    return report("policy");
}
