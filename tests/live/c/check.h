/* What the C test programs share: a check that counts, and says where and what. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <nucleus_seccomp.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static unsigned checks_done, checks_failed;

/* Notes one check; the text says what was expected of what. */
#define CHECK(holds, ...) check_(holds, __LINE__, __VA_ARGS__)

#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
static int check_(int holds, int line, const char *what, ...);

#include <stdarg.h>

static int check_(int holds, int line, const char *what, ...)
{
    va_list rest;

    checks_done++;
    if (holds)
        return 1;
    checks_failed++;
    printf("FAILED (line %d): ", line);
    va_start(rest, what);
    vprintf(what, rest);
    va_end(rest);
    putchar('\n');
    return 0;
}

static inline int same_status(const char *what, nucleus_status got, nucleus_status expected)
{
    return CHECK(got == expected, "%s: %s, not %s", what, nucleus_status_name(got),
                 nucleus_status_name(expected));
}

static inline int same_word(const char *what, uint32_t got, uint32_t expected)
{
    return CHECK(got == expected, "%s: %#x, not %#x", what, (unsigned)got, (unsigned)expected);
}

/* A sentence for a log: not empty, not endless, nothing in it that a terminal would obey, and all
 * of `says` (up to a NULL) in it. */
static inline void check_sentence(const char *what, const char *sentence, const char *const *says,
                                  size_t n)
{
    if (!CHECK(sentence != NULL, "%s: no sentence", what))
        return;
    CHECK(strlen(sentence) > 20 && strlen(sentence) < 400, "%s: %zu bytes: %s", what,
          strlen(sentence), sentence);
    for (const char *at = sentence; *at != '\0'; at++)
        if (!CHECK((unsigned char)*at >= ' ' && *at != '\x7f', "%s: a control character %#x",
                   what, (unsigned)*at))
            break;
    for (size_t i = 0; i < n && says[i] != NULL; i++)
        CHECK(strstr(sentence, says[i]) != NULL, "%s: no \"%s\" in: %s", what, says[i], sentence);
}

/* The last line of every test program: what it did, and its exit status. */
static int report(const char *program)
{
    printf("%s: %u checks, %u failed\n", program, checks_done, checks_failed);
    return checks_failed != 0;
}

#endif
