/* What the tests of profiles share: files in a folder of their own, and what loading comes to. */
#ifndef PROFILES_H
#define PROFILES_H

#include "filters.h"

static char folder[] = "/tmp/nucleus-profile-XXXXXX";
static char path[sizeof folder + 300];

static inline void make_folder(void)
{
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        exit(2);
    }
}

/* A path in the test's folder. */
static inline const char *in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline void write_file(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(in_folder(name), "wb");

    if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) {
        perror(path);
        exit(2);
    }
}

/* After loading a profile: it is there and compiles, or nothing is, but an error that says so. */
static inline void check_loaded(const char *what, nucleus_filter *filter,
                                const nucleus_filter *before, nucleus_status expected,
                                const char *const *says, size_t count)
{
    if (expected == NUCLEUS_OK) {
        CHECK(nucleus_filter_error(filter) == NULL, "%s: %s", what, nucleus_filter_error(filter));
        CHECK(nucleus_filter_profile_report(filter) != NULL, "%s: no report", what);
        compiled(what, filter);
        return;
    }
    check_sentence(what, nucleus_filter_error(filter), says, count);
    same_status(what, nucleus_filter_compile(filter), expected);
    same_status(what, nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_filter(what, filter, before);
    CHECK(nucleus_filter_profile_report(filter) == NULL, "%s: a report", what);
}

#endif
