/* See profile.h. */
#define _GNU_SOURCE
#include "profile.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool profile_for_capabilities(struct profile *profile, const char *hex)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    size_t length = strlen(hex);

    if (length == 0 || length > 16 || strspn(hex, digits) != length)
        return false;
    profile->has_capabilities = sscanf(hex, "%" SCNx64, &profile->capabilities) == 1;
    return profile->has_capabilities;
}

/* All that a program started from here can ever have: apply sets no_new_privs, and with that exec adds
 * nothing. Of the bounding set, which the library asks for by itself, most is out of reach for who is
 * not root; but with it a profile would allow mount and unshare. */
static uint64_t permitted(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};

    if (syscall(SYS_capget, &header, halves) != 0)
        return 0; /* under a filter that refuses the question */
    return halves[0].permitted | (uint64_t)halves[1].permitted << 32;
}

bool profile_load(const struct profile *profile, nucleus_filter *filter)
{
    nucleus_oci_context context = {
        .size = sizeof context,
        .given = NUCLEUS_OCI_CAPABILITIES,
        .capabilities = profile->has_capabilities ? profile->capabilities : permitted(),
    };

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
