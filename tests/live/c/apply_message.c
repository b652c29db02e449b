/* nucleus_apply_message: as snprintf, in whatever room, of whatever result. What it says of results that
 * kernels lead to is in apply_options.c. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "check.h"

enum { ROOM = 256 }; /* what the header promises to be enough */

#define NOTHING_TRIED "not applied, as nothing was tried; nothing is confined by it"

static const struct row {
    const char *what;
    nucleus_apply_result result;
    const char *sentence; /* NULL: any */
} rows[] = {
#define RESULT(...) {.size = sizeof(nucleus_apply_result), __VA_ARGS__}
    {"nothing was tried", RESULT(.step = NUCLEUS_STEP_NONE), NOTHING_TRIED},
    {"no step", RESULT(.step = NUCLEUS_STEP_DONE + 1), NOTHING_TRIED},
    {"no step at all", RESULT(.step = UINT32_MAX), NOTHING_TRIED},
    {"no size", {.step = NUCLEUS_STEP_DONE}, NOTHING_TRIED},
    {"a size that is one too small",
     {.size = sizeof(nucleus_apply_result) - 1, .step = NUCLEUS_STEP_DONE}, NOTHING_TRIED},
    {"done", RESULT(.step = NUCLEUS_STEP_DONE), "applied to this thread"},
    {"flags that nobody knows", RESULT(.step = NUCLEUS_STEP_DONE, .flags = ~UINT32_C(7),
                                       .missing = ~UINT32_C(7)), "applied to this thread"},
    {"all flags missing", RESULT(.step = NUCLEUS_STEP_DONE, .flags = 7, .missing = UINT32_MAX), NULL},
    {"all flags missing, refused", RESULT(.step = NUCLEUS_STEP_FILTER, .missing = 7, .error_number = EINVAL), NULL},
    {"a thread of many digits", RESULT(.step = NUCLEUS_STEP_FILTER, .thread = INT_MIN), NULL},
    {"the highest thread", RESULT(.step = NUCLEUS_STEP_FILTER, .thread = INT_MAX), NULL},
    {"an errno of many digits", RESULT(.step = NUCLEUS_STEP_NO_NEW_PRIVS, .error_number = INT_MIN), NULL},
    {"the longest of seccomp's", RESULT(.step = NUCLEUS_STEP_FILTER, .error_number = ENOMEM), NULL},
    {"no errno", RESULT(.step = NUCLEUS_STEP_FILTER),
     "seccomp(2) says errno 0; nothing is confined by it"},
};

/* Writes into rooms of every length, with marks on both sides. */
static void check_rooms(const char *what, const nucleus_apply_result *result, const char *sentence)
{
    enum { MARK = 0x55 };
    size_t length = strlen(sentence);
    char place[ROOM + 8];

    for (size_t room = 0; room <= length + 2; room++) {
        memset(place, MARK, sizeof place);
        size_t said = nucleus_apply_message(result, place + 1, room);
        size_t written = room == 0 ? 0 : room <= length ? room - 1 : length;

        CHECK(said == length, "%s, room %zu: length %zu, not %zu", what, room, said, length);
        CHECK(memcmp(place + 1, sentence, written) == 0, "%s, room %zu: other text", what, room);
        CHECK(room == 0 || place[1 + written] == '\0', "%s, room %zu: no end", what, room);
        size_t end = 1 + written + (room != 0);
        CHECK(place[0] == MARK, "%s, room %zu: written in front", what, room);
        for (size_t at = end; at < sizeof place; at++)
            if (!CHECK(place[at] == MARK, "%s, room %zu: written behind", what, room))
                return;
    }
    /* In a block of its own, so that valgrind sees a byte too many. */
    char *exact = malloc(length + 1);
    if (exact == NULL)
        exit(2);
    nucleus_apply_message(result, exact, length + 1);
    CHECK(strcmp(exact, sentence) == 0, "%s: other text in exact room", what);
    free(exact);
}

static void check_row(const struct row *row, const nucleus_apply_result *result)
{
    char sentence[ROOM];
    size_t length = nucleus_apply_message(result, sentence, sizeof sentence);

    if (!CHECK(length < sizeof sentence, "%s: %zu bytes", row->what, length))
        return;
    check_sentence(row->what, sentence, NULL, 0);
    if (row->sentence != NULL)
        CHECK(strcmp(sentence, row->sentence) == 0, "%s: %s", row->what, sentence);
    CHECK(nucleus_apply_message(result, NULL, sizeof sentence) == length, "%s: no buffer", row->what);
    check_rooms(row->what, result, sentence);
}

int main(void)
{
    static const struct row none = {"no result", {0}, NOTHING_TRIED};

    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i], &rows[i].result);
    check_row(&none, NULL);
    printf("apply_message: %zu results, in every room\n", COUNT(rows) + 1);
    return report("apply_message");
}
