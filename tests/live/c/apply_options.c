/* nucleus_program_apply: every outcome of every option, with all that is told of it, on this kernel and on
 * older ones. Each check confines a child of its own. */
#define _GNU_SOURCE
#include <sys/prctl.h>

#include "old_kernel.h"

enum { TSYNC = NUCLEUS_APPLY_TSYNC, LOG = NUCLEUS_APPLY_LOG, SPEC_ALLOW = NUCLEUS_APPLY_SPEC_ALLOW };
enum { BEST_EFFORT = NUCLEUS_APPLY_BEST_EFFORT };

/* ---- what was asked for, and what came of it ---- */

struct outcome {
    nucleus_status status;
    uint32_t step, flags, missing, no_new_privs;
    int error;
    const char *sentence;
};

static void same_result(const char *what, const nucleus_apply_result *result,
                        const struct outcome *expected)
{
    char sentence[256];

    same_word(what, result->step, expected->step);
    same_word(what, result->flags, expected->flags);
    same_word(what, result->missing, expected->missing);
    same_word(what, result->no_new_privs, expected->no_new_privs);
    CHECK(result->error_number == expected->error, "%s: error %d, not %d", what, result->error_number,
          expected->error);
    nucleus_apply_message(result, sentence, sizeof sentence);
    CHECK(strcmp(sentence, expected->sentence) == 0, "%s: says\n  %s\nnot\n  %s", what, sentence,
          expected->sentence);
}

/* Applies, and sees whether all is as expected: what is told, errno, and the confinement itself. */
static void apply_and_compare(const char *what, const nucleus_filter *filter,
                              const nucleus_apply_options *options, const struct outcome *expected)
{
    nucleus_apply_result result;

    memset(&result, 0xff, sizeof result); /* whatever stands there */
    result.size = sizeof result;
    errno = 0;
    same_status(what, nucleus_program_apply(nucleus_filter_program(filter), options, &result),
                expected->status);
    if (expected->status != NUCLEUS_OK)
        CHECK(errno == expected->error, "%s: errno %d, not %d", what, errno, expected->error);
    same_result(what, &result, expected);
    CHECK(result.thread == 0, "%s: thread %d", what, result.thread);
    int probed = probe(), expected_probe = expected->status == NUCLEUS_OK ? 77 : 0;
    CHECK(probed == expected_probe, "%s: getppid: %d, not %d", what, probed, expected_probe);
    CHECK(nucleus_filter_is_applied(filter) == (expected->status == NUCLEUS_OK), "%s: is_applied", what);
}

#define THIS_THREAD "applied to this thread"
#define ALL_THREADS "applied to all threads"
#define WITHOUT ", without what this kernel lacks: "
#define TSYNC_NAMED "NUCLEUS_APPLY_TSYNC (Linux 3.17)"
#define LOG_NAMED "NUCLEUS_APPLY_LOG (Linux 4.14)"
#define SPEC_ALLOW_NAMED "NUCLEUS_APPLY_SPEC_ALLOW (Linux 4.17)"
#define LACKS(flags) \
    "this kernel lacks " flags ": ask for it as preferred, or not; nothing is confined by it"

#define DONE(flags, missing, sentence) {NUCLEUS_OK, NUCLEUS_STEP_DONE, flags, missing, 1, 0, sentence}
#define LACKING(status, missing, flags) \
    {status, NUCLEUS_STEP_FILTER, 0, missing, 1, EINVAL, LACKS(flags)}
#define FAILED NUCLEUS_ERR_KERNEL

static const struct flags_row {
    const char *what;
    uint32_t lacking;   /* what the kernel answers EINVAL to */
    uint32_t attribute; /* one that is 1 */
    uint32_t flags, preferred;
    struct outcome outcome;
} flags_rows[] = {
    {"nothing asked for", 0, 0, 0, 0, DONE(0, 0, THIS_THREAD)},
    {"nothing asked for, in an old kernel", TSYNC | LOG | SPEC_ALLOW, 0, 0, 0, DONE(0, 0, THIS_THREAD)},
    {"each flag", 0, 0, TSYNC, 0, DONE(TSYNC, 0, ALL_THREADS)},
    {"each flag", 0, 0, LOG, 0, DONE(LOG, 0, THIS_THREAD)},
    {"each flag", 0, 0, SPEC_ALLOW, 0, DONE(SPEC_ALLOW, 0, THIS_THREAD)},
    {"all flags", 0, 0, TSYNC | LOG | SPEC_ALLOW, 0, DONE(TSYNC | LOG | SPEC_ALLOW, 0, ALL_THREADS)},
    {"flags of this library are no kernel's", 0, 0, BEST_EFFORT | NUCLEUS_APPLY_TRUSTED, 0,
     DONE(0, 0, THIS_THREAD)},

    {"LOG is done without", LOG, 0, LOG, 0, DONE(0, LOG, THIS_THREAD WITHOUT LOG_NAMED)},
    {"LOG alone is done without", LOG, 0, TSYNC | LOG | SPEC_ALLOW, 0,
     DONE(TSYNC | SPEC_ALLOW, LOG, ALL_THREADS WITHOUT LOG_NAMED)},
    {"LOG as an attribute is done without", LOG, NUCLEUS_ATTR_LOG, 0, 0,
     DONE(0, LOG, THIS_THREAD WITHOUT LOG_NAMED)},
    {"LOG stays where another is lacking", SPEC_ALLOW, 0, LOG, SPEC_ALLOW,
     DONE(LOG, SPEC_ALLOW, THIS_THREAD WITHOUT SPEC_ALLOW_NAMED)},

    {"SPEC_ALLOW is needed", SPEC_ALLOW, 0, SPEC_ALLOW, 0, LACKING(FAILED, SPEC_ALLOW, SPEC_ALLOW_NAMED)},
    {"SPEC_ALLOW as an attribute is needed", SPEC_ALLOW, NUCLEUS_ATTR_SPEC_ALLOW, 0, 0,
     LACKING(FAILED, SPEC_ALLOW, SPEC_ALLOW_NAMED)},
    {"needed and preferred is needed", SPEC_ALLOW, 0, SPEC_ALLOW, SPEC_ALLOW,
     LACKING(FAILED, SPEC_ALLOW, SPEC_ALLOW_NAMED)},
    {"needed by the filter and preferred is needed", SPEC_ALLOW, NUCLEUS_ATTR_SPEC_ALLOW, 0, SPEC_ALLOW,
     LACKING(FAILED, SPEC_ALLOW, SPEC_ALLOW_NAMED)},
    {"needed, under best effort", SPEC_ALLOW, 0, SPEC_ALLOW | BEST_EFFORT, 0,
     LACKING(NUCLEUS_NOT_APPLIED, SPEC_ALLOW, SPEC_ALLOW_NAMED)},
    {"needed, and LOG is lacking, too", LOG | SPEC_ALLOW, 0, LOG | SPEC_ALLOW, 0,
     LACKING(FAILED, LOG | SPEC_ALLOW, LOG_NAMED " and " SPEC_ALLOW_NAMED)},
    {"TSYNC is needed", TSYNC, 0, TSYNC, 0, LACKING(FAILED, TSYNC, TSYNC_NAMED)},
    {"TSYNC as an attribute is needed", TSYNC, NUCLEUS_ATTR_TSYNC, 0, 0, LACKING(FAILED, TSYNC, TSYNC_NAMED)},

    {"preferred, and there", 0, 0, 0, LOG | SPEC_ALLOW, DONE(LOG | SPEC_ALLOW, 0, THIS_THREAD)},
    {"preferred, and half there", LOG, 0, TSYNC, LOG | SPEC_ALLOW,
     DONE(TSYNC | SPEC_ALLOW, LOG, ALL_THREADS WITHOUT LOG_NAMED)},
    {"preferred, and not there", LOG | SPEC_ALLOW, 0, 0, LOG | SPEC_ALLOW,
     DONE(0, LOG | SPEC_ALLOW, THIS_THREAD WITHOUT LOG_NAMED " and " SPEC_ALLOW_NAMED)},
};

static const struct flags_row *flags_row;

static void apply_with_flags(const nucleus_filter *filter)
{
    const nucleus_apply_options options = {.size = sizeof options, .flags = flags_row->flags,
                                           .preferred = flags_row->preferred};

    if (!boot(kernel_without(flags_row->lacking, UINT32_MAX)))
        return;
    apply_and_compare(flags_row->what, filter, &options, &flags_row->outcome);
}

static void check_flags(void)
{
    for (size_t i = 0; i < COUNT(flags_rows); i++) {
        nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

        flags_row = &flags_rows[i];
        nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(77), "getppid", NULL, 0);
        if (flags_row->attribute != 0)
            nucleus_filter_set(filter, flags_row->attribute, 1);
        checked_in_child(flags_row->what, apply_with_flags, compiled(flags_row->what, filter));
        CHECK(nucleus_filter_is_applied(filter) == 0, "%s: in the parent", flags_row->what);
        nucleus_filter_free(filter);
    }
    printf("apply_options: %zu rows of flags, in kernels that have them or not\n", COUNT(flags_rows));
}

/* ---- what the kernel may say ---- */

#define SAYS(error, sentence) \
    {FAILED, NUCLEUS_STEP_FILTER, 0, 0, 1, error, "seccomp(2) says " sentence "; nothing is confined by it"}

static const struct refusal_row {
    const char *call;
    struct outcome outcome;
} refusal_rows[] = {
    {"prctl", {FAILED, NUCLEUS_STEP_NO_NEW_PRIVS, 0, 0, 0, EPERM,
               "prctl(2) does not set no_new_privs (errno 1): an earlier filter refuses it; let that one "
               "allow it; nothing is confined by it"}},
    {"seccomp", SAYS(EPERM, "EPERM: an earlier filter refuses seccomp(2); let that one allow it")},
    {"seccomp", SAYS(ENOSYS, "ENOSYS: the kernel has no seccomp(2), or an earlier filter refuses it; let "
                             "that one allow it")},
    {"seccomp", SAYS(EINVAL, "EINVAL: the kernel has no filters, or won't take this program")},
    {"seccomp", SAYS(EBUSY, "EBUSY: a filter of this thread has a listener already")},
    {"seccomp", SAYS(ENOMEM, "ENOMEM: all filters of the thread are too long together (32768 "
                             "instructions as the kernel translates them, and 4 more for each filter), "
                             "or memory is short; merge filters before they are applied")},
    {"seccomp", SAYS(EACCES, "EACCES: the thread has neither no_new_privs nor CAP_SYS_ADMIN; leave "
                             "no_new_privs on")},
    {"seccomp", SAYS(ENOTTY, "errno 25")},
};

static const struct refusal_row *refusal_row;

static void apply_refused(const nucleus_filter *filter)
{
    struct outcome outcome = refusal_row->outcome;
    nucleus_apply_options options = {.size = sizeof options, .flags = LOG, .preferred = SPEC_ALLOW};

    if (!boot(kernel_that_refuses(refusal_row->call, outcome.error)))
        return;
    apply_and_compare(refusal_row->call, filter, &options, &outcome);
    options.flags = BEST_EFFORT;
    outcome.status = NUCLEUS_NOT_APPLIED;
    apply_and_compare(refusal_row->call, filter, &options, &outcome);
}

static void check_refusals(const nucleus_filter *filter)
{
    for (size_t i = 0; i < COUNT(refusal_rows); i++) {
        refusal_row = &refusal_rows[i];
        checked_in_child(refusal_row->outcome.sentence, apply_refused, filter);
    }
    printf("apply_options: %zu refusals\n", COUNT(refusal_rows));
}

/* A thread with a filter of its own can't follow, and is named. */
struct loner {
    const nucleus_filter *filter;
    pthread_barrier_t confined, done;
    long id;
};

static void *confine_alone(void *argument)
{
    struct loner *loner = argument;

    loner->id = syscall(SYS_gettid);
    same_status("alone", nucleus_filter_apply(loner->filter, 0), NUCLEUS_OK);
    pthread_barrier_wait(&loner->confined);
    pthread_barrier_wait(&loner->done);
    return NULL;
}

static void apply_to_a_loner(const nucleus_filter *filter)
{
    const nucleus_apply_options options = {.size = sizeof options, .flags = TSYNC | LOG};
    nucleus_apply_result result = {.size = sizeof result};
    struct loner loner = {.filter = filter};
    char sentence[200];
    pthread_t thread;

    pthread_barrier_init(&loner.confined, NULL, 2);
    pthread_barrier_init(&loner.done, NULL, 2);
    if (!CHECK(pthread_create(&thread, NULL, confine_alone, &loner) == 0, "no thread"))
        return;
    pthread_barrier_wait(&loner.confined);
    same_status("a loner", nucleus_program_apply(nucleus_filter_program(filter), &options, &result), FAILED);
    CHECK(result.thread == loner.id, "thread %d, not %ld", result.thread, loner.id);
    snprintf(sentence, sizeof sentence,
             "thread %ld has filters of its own and can't follow (ESRCH): apply before they are, or without "
             "NUCLEUS_APPLY_TSYNC; nothing is confined by it", loner.id);
    const struct outcome outcome = {FAILED, NUCLEUS_STEP_FILTER, 0, 0, 1, ESRCH, sentence};
    same_result("a loner", &result, &outcome);
    CHECK(probe() == 0, "confined, though another thread could not follow");
    pthread_barrier_wait(&loner.done);
    pthread_join(thread, NULL);
}

/* ---- no_new_privs ---- */

#define NEEDS_PRIVILEGES SAYS(EACCES, "EACCES: the thread has neither no_new_privs nor CAP_SYS_ADMIN; leave " \
                                      "no_new_privs on")

static const struct privileges_row {
    const char *what;
    uint32_t attribute, option;
    bool nobody, set; /* by whom; whether it is set in the end */
} privileges_rows[] = {
    {"as the filter says: on", 1, NUCLEUS_NO_NEW_PRIVS_AS_FILTER, false, true},
    {"as the filter says: off", 0, NUCLEUS_NO_NEW_PRIVS_AS_FILTER, false, false},
    {"on, whatever the filter says", 0, NUCLEUS_NO_NEW_PRIVS_ON, false, true},
    {"off, whatever the filter says", 1, NUCLEUS_NO_NEW_PRIVS_OFF, false, false},
    {"on, by nobody", 0, NUCLEUS_NO_NEW_PRIVS_ON, true, true},
    {"off, by nobody", 1, NUCLEUS_NO_NEW_PRIVS_OFF, true, false},
    {"as the filter says, by nobody: off", 0, NUCLEUS_NO_NEW_PRIVS_AS_FILTER, true, false},
};

static const struct privileges_row *privileges_row;

static void apply_with_privileges(const nucleus_filter *filter)
{
    const struct privileges_row *row = privileges_row;
    const nucleus_apply_options options = {.size = sizeof options, .no_new_privs = row->option};
    struct outcome outcome = DONE(0, 0, THIS_THREAD);
    const struct outcome refused = NEEDS_PRIVILEGES;

    if (row->nobody && !CHECK(become_nobody(), "%s: not nobody", row->what))
        return;
    if (row->nobody && !row->set)
        outcome = refused;
    outcome.no_new_privs = row->set;
    apply_and_compare(row->what, filter, &options, &outcome);
    CHECK(status_field("NoNewPrivs", row->set) == row->set, "%s: no_new_privs", row->what);
}

static void check_no_new_privs(void)
{
    if (status_field("NoNewPrivs", 0) != 0) {
        printf("skipped: no_new_privs is set for this process already\n");
        return;
    }
    for (size_t i = 0; i < COUNT(privileges_rows); i++) {
        nucleus_filter *filter = new_filter(NUCLEUS_ALLOW);

        privileges_row = &privileges_rows[i];
        nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(77), "getppid", NULL, 0);
        nucleus_filter_set(filter, NUCLEUS_ATTR_NO_NEW_PRIVS, privileges_row->attribute);
        if (privileges_row->set || privileges_row->nobody || is_admin())
            checked_in_child(privileges_row->what, apply_with_privileges, compiled("privileges", filter));
        nucleus_filter_free(filter);
    }
    printf("apply_options: no_new_privs in %zu ways\n", COUNT(privileges_rows));
}

int main(void)
{
    const nucleus_filter *filter = probe_fails_with(77);

    alarm(PATIENCE);
    check_flags();
    check_refusals(filter);
    checked_in_child("a thread that can't follow", apply_to_a_loner, filter);
    check_no_new_privs();
    release(filter);
    return report("apply_options");
}
