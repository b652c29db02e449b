/* profile: a policy in the form that container engines have them in, as the launcher and inspect take it
 * from their command lines.
 */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include <nucleus_seccomp.h>

struct profile {
    const char *path;
    const char *sha256; /* or NULL: of any contents */
    /* Some rules hold only with certain capabilities: these, or those that this process has. */
    uint64_t capabilities;
    bool has_capabilities;
};

/* Takes a mask as /proc/PID/status writes it; whether it is one. */
bool profile_for_capabilities(struct profile *profile, const char *hex);

/* Loads it into a new filter, which keeps what is wrong with it; whether nothing is. */
bool profile_load(const struct profile *profile, nucleus_filter *filter);

/* Prints what was left out or made stricter to standard error, a line each. */
void profile_print_report(const nucleus_filter *filter, const char *program);

#endif
