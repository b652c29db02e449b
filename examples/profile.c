/* See profile.h. */
#include "profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool profile_for_capabilities(struct profile *profile, const char *hex)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    size_t length = strlen(hex);

    if (length == 0 || length > 16 || strspn(hex, digits) != length)
        return false;
    profile->has_capabilities = sscanf(hex, "%" SCNx64, &profile->capabilities) == 1;
    return profile->has_capabilities;
}

bool profile_load(const struct profile *profile, nucleus_filter *filter)
{
    nucleus_oci_context context = {
        .size = sizeof context,
        .given = NUCLEUS_OCI_CAPABILITIES,
        .capabilities = profile->capabilities,
    };

    if (profile->has_capabilities)
        nucleus_filter_set_oci_context(filter, &context);
    return nucleus_filter_load_oci(filter, profile->path, profile->sha256, 0) == NUCLEUS_OK;
}

void profile_print_report(const nucleus_filter *filter, const char *program)
{
    const char *line = nucleus_filter_profile_report(filter);

    while (line != NULL && *line != '\0') {
        size_t length = strcspn(line, "\n");

        fprintf(stderr, "%s: profile: %.*s\n", program, (int)length, line);
        line += length + (line[length] == '\n');
    }
}
