/* Comparing two filters in every way there is. */
#ifndef COMPARE_H
#define COMPARE_H

#include "filters.h"

/* An action's place in the kernel's order, which compares kinds as signed numbers. */
static inline int64_t looseness(uint32_t action)
{
    int64_t kind = (int32_t)(action & UINT32_C(0xffff0000));

    return kind * 0x10000 + (action & 0xffff);
}

static inline uint32_t mirrored(uint32_t order)
{
    return order == NUCLEUS_STRICTER ? NUCLEUS_LOOSER
           : order == NUCLEUS_LOOSER ? NUCLEUS_STRICTER
                                     : order;
}

/* The answers of a comparison, each of filters and of their programs. */
struct answers { uint32_t order; nucleus_call stricter, looser; };

static inline bool untouched(const nucleus_call *call)
{
    const unsigned char *bytes = (const unsigned char *)call;

    for (size_t i = 0; i < sizeof *call; i++)
        if (bytes[i] != 0xa5)
            return false;
    return true;
}

/* A call is named for each direction in which they differ, and for no other; it shows it. */
static inline void check_witnesses(const char *what, const struct answers *answers,
                                   const nucleus_filter *a, const nucleus_filter *b)
{
    bool stricter = answers->order == NUCLEUS_STRICTER || answers->order == NUCLEUS_INCOMPARABLE;
    bool looser = answers->order == NUCLEUS_LOOSER || answers->order == NUCLEUS_INCOMPARABLE;

    CHECK(untouched(&answers->stricter) == !stricter, "%s: a stricter call", what);
    CHECK(untouched(&answers->looser) == !looser, "%s: a looser call", what);
    if (stricter)
        CHECK(looseness(action_of(what, a, &answers->stricter)) <
                  looseness(action_of(what, b, &answers->stricter)),
              "%s: call %d is not stricter", what, (int)answers->stricter.nr);
    if (looser)
        CHECK(looseness(action_of(what, a, &answers->looser)) >
                  looseness(action_of(what, b, &answers->looser)),
              "%s: call %d is not looser", what, (int)answers->looser.nr);
}

static inline void check_order(const char *what, nucleus_filter *a, nucleus_filter *b,
                               uint32_t expected)
{
    struct answers ours, theirs;
    const nucleus_program *program_of_a = nucleus_filter_program(compiled(what, a));
    const nucleus_program *program_of_b = nucleus_filter_program(compiled(what, b));

    memset(&ours, 0xa5, sizeof ours);
    memset(&theirs, 0xa5, sizeof theirs);
    same_status(what, nucleus_filter_compare(a, b, &ours.order, &ours.stricter, &ours.looser),
                NUCLEUS_OK);
    same_status(what, nucleus_program_compare(program_of_a, program_of_b, &theirs.order,
                                              &theirs.stricter, &theirs.looser), NUCLEUS_OK);
    same_word(what, ours.order, expected);
    same_word(what, theirs.order, expected);
    check_witnesses(what, &ours, a, b);
    check_witnesses(what, &theirs, a, b);
    same_order(what, a, b, expected); /* without asking for calls */
}

#endif
