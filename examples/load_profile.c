/* load_profile: runs a program confined by a profile of the form that Docker, Podman and Kubernetes take.
 *
 *     load_profile FILE SHA256 PROGRAM ARGS
 *
 * SHA256 is what the file must have, or "-" for whatever it has. What of the profile was left out or made
 * stricter is said first. (launcher.c does this with more choices, and says what killed the program.)
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nucleus_seccomp.h>

enum { EXIT_OURS = 125, EXIT_NOT_RUN = 127 }; /* no program uses these, as with env(1) */

int main(int argc, char **argv)
{
    nucleus_filter *f = NULL;

    if (argc < 4)
        errx(EXIT_OURS, "usage: load_profile FILE SHA256|- PROGRAM ARGS");
    const char *file = argv[1], *sha256 = strcmp(argv[2], "-") != 0 ? argv[2] : NULL;
    char **program = argv + 3;

    nucleus_filter_new(NUCLEUS_KILL_PROCESS, &f); /* the profile has a default of its own */
    nucleus_filter_load_oci(f, file, sha256, 0);
    if (nucleus_filter_compile(f) != NUCLEUS_OK)
        errx(EXIT_OURS, "%s", nucleus_filter_error(f));
    fputs(nucleus_filter_profile_report(f), stderr);

    if (nucleus_filter_apply(f, 0) != NUCLEUS_OK)
        err(EXIT_OURS, "cannot confine");
    nucleus_filter_free(f);
    execvp(*program, program);
    err(EXIT_NOT_RUN, "%s", *program);
}
