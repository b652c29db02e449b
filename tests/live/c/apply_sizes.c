/* Options, results and features as callers of other versions have them: sizes that are none, bits that
 * nobody knows. What is refused leaves everything as it was. */
#define _GNU_SOURCE
#include <stddef.h>

#include "confine.h"

enum { OPTIONS = sizeof(nucleus_apply_options), RESULT = sizeof(nucleus_apply_result),
       FEATURES = sizeof(nucleus_features), PAGE = 4096 };

/* Structs of a caller whose header has one more field, and zeros for sizes that go beyond it. */
struct newer_options { nucleus_apply_options known; uint64_t field; char zeros[PAGE]; };
struct newer_result { nucleus_apply_result known; uint64_t field; char zeros[PAGE]; };
struct newer_features { nucleus_features known; uint64_t field; char zeros[PAGE]; };

/* ---- options ---- */

static const struct options_row {
    const char *what;
    size_t size;
    uint32_t flags, preferred, no_new_privs, reserved;
    uint64_t field; /* beyond what this version knows */
} bad_options[] = {
    {"no size", 0, 0, 0, 0, 0, 0},
    {"a size that is one too small", OPTIONS - 1, 0, 0, 0, 0, 0},
    {"a size that is one too large", PAGE + 1, 0, 0, 0, 0, 0},
    {"an endless size", SIZE_MAX, 0, 0, 0, 0, 0},
    {"a field that this version does not know", OPTIONS + sizeof(uint64_t), 0, 0, 0, 0, 1},
    {"the last byte of such a field", OPTIONS + sizeof(uint64_t), 0, 0, 0, 0, UINT64_C(1) << 56},
    {"the first byte of such a field", OPTIONS + 1, 0, 0, 0, 0, UINT64_C(0x0100000000000001)},
    {"the flag above the last", OPTIONS, NUCLEUS_APPLY_TRUSTED << 1, 0, 0, 0, 0},
    {"the highest flag", OPTIONS, UINT32_C(1) << 31, 0, 0, 0, 0},
    {"TSYNC, preferred", OPTIONS, 0, NUCLEUS_APPLY_TSYNC, 0, 0, 0},
    {"BEST_EFFORT, preferred", OPTIONS, 0, NUCLEUS_APPLY_BEST_EFFORT, 0, 0, 0},
    {"TRUSTED, preferred", OPTIONS, 0, NUCLEUS_APPLY_TRUSTED, 0, 0, 0},
    {"the highest flag, preferred", OPTIONS, 0, UINT32_C(1) << 31, 0, 0, 0},
    {"a no_new_privs above the last", OPTIONS, 0, 0, NUCLEUS_NO_NEW_PRIVS_OFF + 1, 0, 0},
    {"the highest no_new_privs", OPTIONS, 0, 0, UINT32_MAX, 0, 0},
    {"something reserved", OPTIONS, 0, 0, 0, 1, 0},
}, good_options[] = {
    {"the size of this version", OPTIONS, 0, 0, 0, 0, 0},
    {"of this version, and what lies behind it", OPTIONS, 0, 0, 0, 0, UINT64_MAX},
    {"a field that this version does not know, and 0", OPTIONS + sizeof(uint64_t), 0, 0, 0, 0, 0},
    {"the largest size", PAGE, 0, 0, 0, 0, 0},
};

static struct newer_options options_of(const struct options_row *row)
{
    const struct newer_options options = {
        {row->size, row->flags, row->preferred, row->no_new_privs, row->reserved}, row->field, {0}};

    return options;
}

/* Nothing is written, errno is as before, and nothing is confined. */
static void refuses_options(const nucleus_filter *filter)
{
    const nucleus_program *program = nucleus_filter_program(filter);
    uint64_t no_new_privs = status_field("NoNewPrivs", 0);
    nucleus_apply_result result, untouched;

    memset(&untouched, 0x55, sizeof untouched);
    untouched.size = sizeof untouched;
    for (size_t i = 0; i < COUNT(bad_options); i++) {
        const struct newer_options options = options_of(&bad_options[i]);
        const char *what = bad_options[i].what;

        result = untouched;
        errno = 123;
        same_status(what, nucleus_program_apply(program, &options.known, &result), INVALID);
        CHECK(errno == 123, "%s: errno %d", what, errno);
        CHECK(memcmp(&result, &untouched, sizeof result) == 0, "%s: a result was written", what);
    }
    CHECK(probe() == 0 && nucleus_filter_is_applied(filter) == 0, "confined");
    CHECK(status_field("NoNewPrivs", 0) == no_new_privs, "no_new_privs was set");
}

static void takes_options(const nucleus_filter *filter)
{
    const nucleus_program *program = nucleus_filter_program(filter);

    for (size_t i = 0; i < COUNT(good_options); i++) {
        const struct newer_options options = options_of(&good_options[i]);
        same_status(good_options[i].what, nucleus_program_apply(program, &options.known, NULL), NUCLEUS_OK);
    }
    same_status("none", nucleus_program_apply(program, NULL, NULL), NUCLEUS_OK);
    CHECK(probe() == 77, "not confined");
}

/* ---- what is filled ---- */

static const struct size_row {
    const char *what;
    size_t size; /* of this version's, more or less */
    long more;
    uint64_t field;
    nucleus_status status;
} size_rows[] = {
    {"no size", 0, 0, 0, INVALID},
    {"a size that is one too small", 1, -1, 0, INVALID},
    {"a size that is one too large", 0, PAGE + 1, 0, INVALID},
    {"a field that this version does not know", 1, sizeof(uint64_t), 1, INVALID},
    {"such a field, and 0", 1, sizeof(uint64_t), 0, NUCLEUS_OK},
    {"the largest size", 0, PAGE, 0, NUCLEUS_OK},
    {"the size of this version", 1, 0, 0, NUCLEUS_OK},
    {"of this version, and what lies behind it", 1, 0, UINT64_MAX, NUCLEUS_OK},
};

static size_t size_of(const struct size_row *row, size_t known)
{
    return row->size * known + (size_t)row->more;
}

/* Nothing is applied where the result has no place. */
static void fills_results(const nucleus_filter *filter)
{
    const nucleus_program *program = nucleus_filter_program(filter);

    for (size_t i = 0; i < COUNT(size_rows); i++) {
        const struct size_row *row = &size_rows[i];
        struct newer_result result = {.known = {.step = 99}, .field = row->field};
        bool good = row->status == NUCLEUS_OK;

        result.known.size = size_of(row, RESULT);
        same_status(row->what, nucleus_program_apply(program, NULL, &result.known), row->status);
        same_word(row->what, result.known.step, good ? NUCLEUS_STEP_DONE : 99);
        CHECK(result.known.size == size_of(row, RESULT), "%s: the size was written", row->what);
        CHECK(result.field == row->field, "%s: what lies behind was written", row->what);
        CHECK(probe() == (good ? 77 : 0), "%s: confined or not", row->what);
    }
}

static void check_features(void)
{
    for (size_t i = 0; i < COUNT(size_rows); i++) {
        const struct size_row *row = &size_rows[i];
        struct newer_features features = {.known = {.data_size = 99}, .field = row->field};

        features.known.size = size_of(row, FEATURES);
        errno = 123;
        same_status(row->what, nucleus_kernel_features(&features.known), row->status);
        CHECK((features.known.data_size == 99) == (row->status != NUCLEUS_OK), "%s: filled or not",
              row->what);
        CHECK(errno == 123 || row->status == NUCLEUS_OK, "%s: errno %d", row->what, errno);
        CHECK(features.known.size == size_of(row, FEATURES), "%s: the size was written", row->what);
        CHECK(features.field == row->field, "%s: what lies behind was written", row->what);
    }
}

int main(void)
{
    const nucleus_filter *filter = probe_fails_with(77);

    alarm(PATIENCE);
    checked_in_child("options that are none", refuses_options, filter);
    checked_in_child("options of other versions", takes_options, filter);
    checked_in_child("results of other versions", fills_results, filter);
    check_features();
    release(filter);
    printf("apply_sizes: %zu options, %zu sizes of what is filled\n",
           COUNT(bad_options) + COUNT(good_options), COUNT(size_rows));
    return report("apply_sizes");
}
