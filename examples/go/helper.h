/* The arguments of this program when it is to confine itself and execute another: see helper.c. */

/* argv[0]. With a space, so that nobody types it. */
#define HELPER_NAME "nucleusseccomp helper"

/* What the helper reports first: that it is the helper. Nothing behind it means that the program was executed. */
#define HELPER_READY "+"

/* The first character of each variable of the program's environment, where there is a descriptor to report to. The
 * helper's loader must not act on them: what the program may be told to load would be run before the filter. */
#define HELPER_MARK '\1'

enum {
    HELPER_REPORT = 1,   /* the descriptor to report failures to, or "-" for people on standard error */
    HELPER_FLAGS,        /* NUCLEUS_APPLY_* */
    HELPER_NO_NEW_PRIVS, /* NUCLEUS_NO_NEW_PRIVS_* */
    HELPER_PROGRAM,      /* the filter's instructions, in hexadecimal digits */
    HELPER_PATH,         /* what is executed */
    HELPER_ARGS          /* its arguments, from its own argv[0] on */
};
