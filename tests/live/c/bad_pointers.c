/* NULL for every pointer that is needed, and what else makes a call fail that keeps no error: each
 * must come to its status and write nothing to any of its outputs. */
#include "filters.h"

/* Everything that a call could write to. */
static struct outputs {
    uint32_t word;
    int32_t number;
    size_t size;
    nucleus_filter *filter;
    nucleus_program *program;
    nucleus_call stricter, looser;
    const char *names[8];
    unsigned char buffer[64];
} out;

enum { UNTOUCHED = 0xa5 };

static void check_failure(const char *call, nucleus_status got, nucleus_status expected)
{
    const unsigned char *bytes = (const unsigned char *)&out;
    size_t written = 0;

    same_status(call, got, expected);
    for (size_t i = 0; i < sizeof out; i++)
        written += bytes[i] != UNTOUCHED;
    CHECK(written == 0, "%s: %zu bytes of outputs were written", call, written);
}

/* The call is made after the outputs were filled. */
#define FAILS(expected, call) \
    (memset(&out, UNTOUCHED, sizeof out), check_failure(#call, call, expected))

static nucleus_filter *filter;
static const nucleus_program *program;
static const nucleus_call call;

static void check_making_and_changing(void)
{
    static const char *const names[] = {"read"};
    static const nucleus_arg arg = {.op = NUCLEUS_CMP_EQ};

    FAILS(INVALID, nucleus_filter_new(NUCLEUS_ALLOW, NULL));
    FAILS(INVALID, nucleus_filter_new(NUCLEUS_ERRNO(4096), &out.filter));
    FAILS(INVALID, nucleus_filter_clear_error(NULL));
    FAILS(INVALID, nucleus_filter_add_arch(NULL, NUCLEUS_ARCH_X86_64));
    FAILS(INVALID, nucleus_filter_remove_arch(NULL, NUCLEUS_ARCH_X86_64));
    FAILS(INVALID, nucleus_filter_allow(NULL, "read"));
    FAILS(INVALID, nucleus_filter_allow(NULL, NULL));
    FAILS(INVALID, nucleus_filter_deny(NULL, "read"));
    FAILS(INVALID, nucleus_filter_add_rule(NULL, NUCLEUS_ALLOW, "read", &arg, 1));
    FAILS(INVALID, nucleus_filter_add_rule(NULL, 3, NULL, NULL, SIZE_MAX));
    FAILS(INVALID, nucleus_filter_add_rule_number(NULL, NUCLEUS_ALLOW, NUCLEUS_ARCH_X86_64, 0,
                                                  &arg, 1));
    FAILS(INVALID, nucleus_filter_add_rule_number(NULL, 3, 0, -1, NULL, SIZE_MAX));
    FAILS(INVALID, nucleus_filter_remove_rules(NULL, "read"));
    FAILS(INVALID, nucleus_filter_use_default(NULL, 0));
    FAILS(INVALID, nucleus_filter_allow_extra(NULL, names, 1, 0));
    FAILS(INVALID, nucleus_filter_use_level(NULL, NUCLEUS_LEVEL_MINIMAL));
    FAILS(INVALID, nucleus_filter_harden(NULL, 0));
    FAILS(INVALID, nucleus_filter_audit(NULL));
    FAILS(INVALID, nucleus_filter_set(NULL, NUCLEUS_ATTR_TSYNC, 1));
    FAILS(INVALID, nucleus_filter_set_priority(NULL, "read", 1));
    FAILS(INVALID, nucleus_filter_begin(NULL));
    FAILS(INVALID, nucleus_filter_commit(NULL));
    FAILS(INVALID, nucleus_filter_rollback(NULL));
    FAILS(INVALID, nucleus_filter_reset(NULL, NUCLEUS_ALLOW));
    FAILS(INVALID, nucleus_filter_clone(NULL, &out.filter));
    FAILS(INVALID, nucleus_filter_clone(filter, NULL));
    FAILS(INVALID, nucleus_filter_compile(NULL));
    FAILS(INVALID, nucleus_filter_merge(NULL, filter));
    FAILS(INVALID, nucleus_filter_merge(NULL, NULL));
    FAILS(INVALID, nucleus_filter_intersect(NULL, filter));
    FAILS(INVALID, nucleus_filter_intersect(NULL, NULL));
}

static void check_asking_filters(void)
{
    nucleus_filter *spoiled = copy_of(filter);

    same_status("spoil", nucleus_filter_allow(spoiled, "wrtie"), UNKNOWN);
    FAILS(INVALID, nucleus_filter_has_arch(NULL, NUCLEUS_ARCH_X86_64));
    FAILS(INVALID, nucleus_filter_has_arch(filter, 0));
    FAILS(INVALID, nucleus_filter_has_arch(filter, UINT32_MAX));
    FAILS(INVALID, nucleus_filter_get(NULL, NUCLEUS_ATTR_TSYNC, &out.word));
    FAILS(INVALID, nucleus_filter_get(filter, NUCLEUS_ATTR_TSYNC, NULL));
    FAILS(INVALID, nucleus_filter_get(filter, 0, &out.word));
    FAILS(INVALID, nucleus_filter_get(filter, ATTRIBUTES + 1, &out.word));
    FAILS(INVALID, nucleus_filter_get(filter, UINT32_MAX, &out.word));
    FAILS(INVALID, nucleus_filter_get_priority(NULL, "read", &out.word));
    FAILS(INVALID, nucleus_filter_get_priority(filter, NULL, &out.word));
    FAILS(INVALID, nucleus_filter_get_priority(filter, "read", NULL));
    FAILS(INVALID, nucleus_filter_get_priority(filter, "\xff", &out.word));
    FAILS(UNKNOWN, nucleus_filter_get_priority(filter, "raed", &out.word));
    FAILS(UNKNOWN, nucleus_filter_get_priority(filter, "", &out.word));
    FAILS(INVALID, nucleus_filter_evaluate(NULL, &call, &out.word));
    FAILS(INVALID, nucleus_filter_evaluate(filter, NULL, &out.word));
    FAILS(INVALID, nucleus_filter_evaluate(filter, &call, NULL));
    FAILS(INVALID, nucleus_filter_compare(NULL, filter, &out.word, &out.stricter, &out.looser));
    FAILS(INVALID, nucleus_filter_compare(filter, NULL, &out.word, &out.stricter, &out.looser));
    FAILS(INVALID, nucleus_filter_compare(filter, filter, NULL, &out.stricter, &out.looser));
    FAILS(UNKNOWN, nucleus_filter_compare(spoiled, filter, &out.word, &out.stricter, &out.looser));
    FAILS(UNKNOWN, nucleus_filter_compare(filter, spoiled, &out.word, &out.stricter, &out.looser));
    FAILS(INVALID, nucleus_filter_list(NULL, NUCLEUS_ARCH_X86_64, 3, out.names, &out.size));
    FAILS(INVALID, nucleus_filter_list(filter, NUCLEUS_ARCH_X86_64, 3, out.names, NULL));
    FAILS(INVALID, nucleus_filter_list(filter, 0, 3, out.names, &out.size));
    FAILS(INVALID, nucleus_filter_list(filter, NUCLEUS_ARCH_X86_64, 0, out.names, &out.size));
    FAILS(INVALID, nucleus_filter_list(filter, NUCLEUS_ARCH_X86_64, 4, NULL, &out.size));
    FAILS(INVALID, nucleus_filter_list(filter, NUCLEUS_ARCH_X86_64, UINT32_MAX, NULL, &out.size));
    const char **odd = (const char **)(void *)((unsigned char *)out.names + 1);
    FAILS(INVALID, nucleus_filter_list(filter, NUCLEUS_ARCH_X86_64, 3, odd, &out.size));
    FAILS(UNKNOWN, nucleus_filter_list(spoiled, NUCLEUS_ARCH_X86_64, 3, out.names, &out.size));
    CHECK(nucleus_filter_error(filter) == NULL, "a const filter keeps an error: %s",
          nucleus_filter_error(filter));
    nucleus_filter_free(spoiled);
}

static void check_programs(void)
{
    static const unsigned char bytes[16];
    const nucleus_apply_options options = {.size = sizeof options};
    nucleus_apply_result result = {.size = sizeof result};

    FAILS(INVALID, nucleus_program_from_bpf(NULL, 8, &out.program));
    FAILS(INVALID, nucleus_program_from_bpf(NULL, 0, &out.program));
    FAILS(INVALID, nucleus_program_from_bpf(bytes, 8, NULL));
    FAILS(INVALID, nucleus_program_from_bpf(bytes, sizeof bytes, &out.program));
    FAILS(INVALID, nucleus_program_from_bpf(bytes, SIZE_MAX, &out.program));
    FAILS(INVALID, nucleus_program_export(NULL, NUCLEUS_EXPORT_BPF, out.buffer, &out.size));
    FAILS(INVALID, nucleus_program_export(program, NUCLEUS_EXPORT_BPF, out.buffer, NULL));
    FAILS(INVALID, nucleus_program_export(program, NUCLEUS_EXPORT_BPF, NULL, NULL));
    FAILS(INVALID, nucleus_program_export(program, 3, out.buffer, &out.size));
    FAILS(INVALID, nucleus_program_export(program, 3, NULL, &out.size));
    FAILS(INVALID, nucleus_program_export(program, UINT32_MAX, out.buffer, &out.size));
    FAILS(INVALID, nucleus_program_export_fd(NULL, NUCLEUS_EXPORT_BPF, 1));
    FAILS(INVALID, nucleus_program_export_fd(program, 3, 1));
    FAILS(INVALID, nucleus_program_evaluate(NULL, &call, &out.word));
    FAILS(INVALID, nucleus_program_evaluate(program, NULL, &out.word));
    FAILS(INVALID, nucleus_program_evaluate(program, &call, NULL));
    FAILS(INVALID, nucleus_program_compare(NULL, program, &out.word, &out.stricter, &out.looser));
    FAILS(INVALID, nucleus_program_compare(program, NULL, &out.word, &out.stricter, &out.looser));
    FAILS(INVALID, nucleus_program_compare(program, program, NULL, &out.stricter, &out.looser));
    FAILS(INVALID, nucleus_program_apply(NULL, NULL, NULL));
    FAILS(INVALID, nucleus_program_apply(NULL, &options, &result));
    FAILS(INVALID, nucleus_kernel_features(NULL));
    FAILS(INVALID, nucleus_filter_apply(NULL, 0));
    FAILS(INVALID, nucleus_filter_apply(NULL, NUCLEUS_APPLY_BEST_EFFORT));
}

/* NULL in, NULL or nothing out. */
static void check_what_returns_no_status(void)
{
    static const char *const says[] = {"NULL", "nucleus_filter_new"};

    check_sentence("error(NULL)", nucleus_filter_error(NULL), says, COUNT(says));
    CHECK(nucleus_filter_report(NULL) == NULL, "report(NULL)");
    CHECK(nucleus_filter_program(NULL) == NULL, "program(NULL)");
    CHECK(nucleus_filter_hardened(NULL) == NULL, "hardened(NULL)");
    CHECK(nucleus_program_count(NULL) == 0, "count(NULL)");
    CHECK(nucleus_program_instructions(NULL) == NULL, "instructions(NULL)");
    CHECK(nucleus_filter_is_applied(NULL) == 0, "is_applied(NULL)");
    CHECK(nucleus_apply_message(NULL, NULL, 64) != 0, "apply_message(NULL)");
    nucleus_filter_free(NULL);
    nucleus_program_free(NULL);
}

int main(void)
{
    filter = filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);
    program = nucleus_filter_program(compiled("filter", filter));
    check_making_and_changing();
    check_asking_filters();
    check_programs();
    check_what_returns_no_status();
    CHECK(nucleus_filter_program(filter) == program, "a call that asks has undone the compile");
    nucleus_filter_free(filter);
    return report("bad_pointers");
}
