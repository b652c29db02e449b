/* Many handles, and handles that are gone: thousands alive at once, each with work done on it between that on
 * others; thousands made and freed one after the other; freed ones that were set to NULL. What they took of
 * memory is given back.
 *
 *     handles [quick]      "quick" makes a few, for valgrind, which counts memory itself
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <unistd.h>

#include "builds.h"

static size_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* Not so with other allocators than glibc's, such as that of valgrind, or of a sanitizer. */
static bool is_counted(void)
{
    size_t before = in_use();
    void *volatile block = malloc(1 << 16);
    bool seen = in_use() >= before + (1 << 16);

    free(block);
    return seen;
}

/* What glibc keeps for each thread it counts as in use: here it is not to keep anything. Only who is started
 * can be told so. */
static void start_without_cache(char **argv)
{
    static const char NAME[] = "GLIBC_TUNABLES", WITHOUT[] = "glibc.malloc.tcache_count=0";
    const char *told = getenv(NAME);

    if (told != NULL && strcmp(told, WITHOUT) == 0)
        return;
    if (setenv(NAME, WITHOUT, 1) == 0)
        execv("/proc/self/exe", argv);
    perror("/proc/self/exe");
    exit(2);
}

/* To the byte. */
static void check_returned(const char *what, size_t before)
{
    size_t after = in_use();

    CHECK(after == before, "%s: %zu bytes are in use, before it were %zu", what, after, before);
}

/* ---- one after the other ---- */

/* Everything that makes memory for the caller to look at or to fill. */
static void look_at_all(nucleus_filter *filter)
{
    static char buffer[1 << 20];
    char fingerprint[NUCLEUS_FINGERPRINT_SIZE];
    const nucleus_program *program = nucleus_filter_program(filter);
    const nucleus_call call = call_of(NUCLEUS_ARCH_X86_64, 0);
    nucleus_stats stats = {.size = sizeof stats};
    nucleus_program *other = NULL;
    uint32_t word;
    size_t size;

    nucleus_filter_evaluate(filter, &call, &word);
    nucleus_program_evaluate(program, &call, &word);
    nucleus_filter_fingerprint(filter, fingerprint);
    nucleus_program_stats(program, NUCLEUS_ARCH_X86_64, &stats);
    nucleus_program_compare(program, program, &word, NULL, NULL);
    nucleus_filter_list(filter, NUCLEUS_ARCH_X86_64, NUCLEUS_LIST_ALWAYS, NULL, &size);
    size = sizeof buffer;
    nucleus_filter_export_oci_buffer(filter, buffer, &size);
    for (uint32_t format = NUCLEUS_EXPORT_JSON; format <= NUCLEUS_EXPORT_ZIG; format++) {
        size = sizeof buffer;
        nucleus_filter_export(filter, format, buffer, &size);
    }
    nucleus_program_from_bpf(nucleus_program_instructions(program),
                             nucleus_program_count(program) * sizeof(nucleus_instruction), &other);
    nucleus_program_free(other);
}

/* What ends in an error is built as well: the second has memory of the first when it fails. */
static void misspelt(nucleus_filter *f)
{
    nucleus_filter_allow(f, "wrtie");
    nucleus_filter_parse_oci(f, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{}]}", 51, 0);
}

/* Transactions that are open when the filter goes. */
static void unfinished(nucleus_filter *f)
{
    for (int i = 0; i < 3; i++) {
        nucleus_filter_begin(f);
        of_rules(f);
    }
}

static void used_again(nucleus_filter *f)
{
    of_a_profile(f);
    nucleus_filter_compile(f);
    nucleus_filter_reset(f, NUCLEUS_ERRNO(1));
    of_a_level(f);
    nucleus_filter_compile(f);
    nucleus_filter_audit(f);
}

static void build_and_free(void (*build)(nucleus_filter *f), size_t times)
{
    for (size_t i = 0; i < times; i++) {
        nucleus_filter *filter = NULL;

        nucleus_filter_new(NUCLEUS_KILL_PROCESS, &filter);
        build(filter);
        nucleus_filter_compile(filter);
        if (i % 16 == 0)
            look_at_all(filter);
        nucleus_filter_free(filter);
    }
}

static void check_one_after_the_other(size_t times)
{
    static const struct build others[] = {
        {"an error", misspelt}, {"open transactions", unfinished}, {"a reset", used_again},
    };

    for (size_t i = 0; i < COUNT(BUILDS) + COUNT(others); i++) {
        const struct build *kind = i < COUNT(BUILDS) ? &BUILDS[i] : &others[i - COUNT(BUILDS)];

        build_and_free(kind->build, 1); /* what is made once */
        size_t before = in_use();
        build_and_free(kind->build, times);
        check_returned(kind->what, before);
    }
    printf("handles: %zu filters of each of %zu kinds, one after the other\n", times,
           COUNT(BUILDS) + COUNT(others));
}

/* ---- all at once ---- */

struct handle {
    nucleus_filter *filter;
    nucleus_program *program; /* the filter's, taken anew from its bytes */
};

/* Each filter has a value of its own, that it answers with an errno of its own. */
static uint32_t own_value(size_t i) { return (uint32_t)i * 3 + 1; }
static uint32_t own_action(size_t i) { return NUCLEUS_ERRNO(i % 4095 + 1); }

static void make(struct handle *handle, size_t i)
{
    (void)i;
    handle->filter = filter_on(NUCLEUS_ALLOW, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);
}

static void add_rule(struct handle *handle, size_t i)
{
    const nucleus_arg arg = {.op = NUCLEUS_CMP_EQ, .width = 32, .value = own_value(i)};

    same_status("own rule", nucleus_filter_add_rule(handle->filter, own_action(i), "getpgid", &arg, 1),
                NUCLEUS_OK);
}

/* Every third fails once, and every fifth is tried out. */
static void go_on(struct handle *handle, size_t i)
{
    if (i % 3 == 0)
        same_status("misspelt", nucleus_filter_deny(handle->filter, "getpgdi"), UNKNOWN);
    if (i % 5 == 0) {
        same_status("begin", nucleus_filter_begin(handle->filter), NUCLEUS_OK);
        same_status("deny", nucleus_filter_deny(handle->filter, "getpgid"), NUCLEUS_OK);
    }
}

static void mend(struct handle *handle, size_t i)
{
    if (i % 5 == 0)
        same_status("rollback", nucleus_filter_rollback(handle->filter), NUCLEUS_OK);
    CHECK((nucleus_filter_error(handle->filter) != NULL) == (i % 3 == 0),
          "filter %zu has an error that is not its own, or has none", i);
    same_status("clear", nucleus_filter_clear_error(handle->filter), NUCLEUS_OK);
}

static void compile(struct handle *handle, size_t i)
{
    (void)i;
    const nucleus_program *program = nucleus_filter_program(compiled("own", handle->filter));
    size_t size = nucleus_program_count(program) * sizeof(nucleus_instruction);

    same_status("from_bpf", nucleus_program_from_bpf(nucleus_program_instructions(program), size,
                                                     &handle->program), NUCLEUS_OK);
}

/* Each answers for itself, though every other filter, or program, is gone. */
static void ask(struct handle *handle, size_t i)
{
    nucleus_call call = call_named(NUCLEUS_ARCH_X86_64, "getpgid");

    for (size_t other = i; other < i + 2; other++) {
        uint32_t expected = other == i ? own_action(i) : NUCLEUS_ALLOW;

        call.args[0] = own_value(other);
        if (handle->filter != NULL)
            same_action("own filter", handle->filter, call, expected);
        if (handle->program != NULL)
            same_word("own program", result_of("own program", handle->program, &call), expected);
    }
}

static void free_half(struct handle *handle, size_t i)
{
    if (i % 2 == 0) {
        nucleus_filter_free(handle->filter);
        handle->filter = NULL;
    } else {
        nucleus_program_free(handle->program);
        handle->program = NULL;
    }
}

static void free_rest(struct handle *handle, size_t i)
{
    free_half(handle, i);
    free_half(handle, i + 1);
}

/* A step of all before the next step of any, each time in another order: of every seventh, and so on. */
static void check_all_at_once(size_t n)
{
    static void (*const STEPS[])(struct handle *handle, size_t i) = {
        make, add_rule, go_on, mend, compile, ask, free_half, ask, free_rest,
    };
    static const size_t STRIDES[] = {1, 7, 3, 11, 9, 17, 13, 1, 19}; /* with no divisor of n */
    struct handle *handles = calloc(n, sizeof *handles);
    size_t most = 0;

    if (handles == NULL)
        exit(2);
    size_t before = in_use();
    for (size_t step = 0; step < COUNT(STEPS); step++) {
        for (size_t i = 0; i < n; i++) {
            size_t which = i * STRIDES[step] % n;

            STEPS[step](&handles[which], which);
        }
        if (in_use() > most)
            most = in_use();
    }
    check_returned("all at once", before);
    if (is_counted()) {
        CHECK(most > before + n * 1000, "%zu bytes for %zu filters are not all", most - before, n);
        printf("handles: %zu filters at once, %zu bytes each\n", n, (most - before) / n);
    } else {
        printf("handles: %zu filters at once; another allocator counts their memory\n", n);
    }
    free(handles);
}

/* ---- freed, and set to NULL ---- */

/* A caller who goes on with a handle that it freed and, as it should, forgot. (Every function is tried with
 * NULL in the program of its own part; a test sees to it that none is left out.) */
static void check_freed_and_forgotten(void)
{
    const nucleus_call call = call_of(NUCLEUS_ARCH_X86_64, 0);
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS), *copy = NULL;
    nucleus_program *program = NULL;
    uint32_t action = 0;

    compiled("a filter", filter);
    for (int twice = 0; twice < 2; twice++) {
        nucleus_filter_free(filter);
        nucleus_program_free(program);
        filter = NULL;
    }
    same_status("allow", nucleus_filter_allow(filter, "read"), INVALID);
    same_status("compile", nucleus_filter_compile(filter), INVALID);
    same_status("apply", nucleus_filter_apply(filter, 0), INVALID);
    same_status("best effort", nucleus_filter_apply(filter, NUCLEUS_APPLY_BEST_EFFORT), INVALID);
    same_status("its program", nucleus_program_apply(nucleus_filter_program(filter), NULL, NULL),
                INVALID);
    same_status("evaluate", nucleus_filter_evaluate(filter, &call, &action), INVALID);
    same_status("clone", nucleus_filter_clone(filter, &copy), INVALID);
    CHECK(action == 0 && copy == NULL, "something was written");
    CHECK(strstr(nucleus_filter_error(filter), "NULL") != NULL, "%s", nucleus_filter_error(filter));
}

int main(int argc, char **argv)
{
    const bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;

    if (!quick)
        start_without_cache(argv);
    check_freed_and_forgotten();
    check_one_after_the_other(quick ? 17 : 1000);
    check_all_at_once(quick ? 100 : 10000);
    return report("handles");
}
