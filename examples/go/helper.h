/* The arguments of this program when it is to confine itself and execute another: see helper.c. */

/* argv[0]. With a space, so that nobody types it. */
#define HELPER_NAME "nucleusseccomp helper"

enum {
    HELPER_REPORT = 1,   /* the descriptor to report failures to, or "-" for people on standard error */
    HELPER_FLAGS,        /* NUCLEUS_APPLY_* */
    HELPER_NO_NEW_PRIVS, /* NUCLEUS_NO_NEW_PRIVS_* */
    HELPER_PROGRAM,      /* the filter's instructions, in hexadecimal digits */
    HELPER_PATH,         /* what is executed */
    HELPER_ARGS          /* its arguments, from its own argv[0] on */
};
