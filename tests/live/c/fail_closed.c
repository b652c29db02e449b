/* Whatever goes wrong, a process ends without our filter and with an error in hand, or with exactly the
 * filter that was asked for: never in between.
 *
 * The caller here is a careless one. Of all the statuses it looks at compile's and apply's alone, as the
 * header allows it to, and once not even at compile's. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>

#include "old_kernel.h"
#include "profiles.h"

/* What getppid is to fail with, if the filter is in force. */
enum { ASKED_FOR = 77 };

/* ---- mistakes while the filter is built ---- */

static void misspelt_name(nucleus_filter *f) { nucleus_filter_deny(f, "getpgidd"); }
static void null_name(nucleus_filter *f) { nucleus_filter_deny(f, NULL); }
static void unknown_action(nucleus_filter *f) { nucleus_filter_add_rule(f, 12, "kill", NULL, 0); }
static void errno_too_large(nucleus_filter *f)
{
    nucleus_filter_add_rule(f, NUCLEUS_ERRNO(4096), "kill", NULL, 0);
}
static void unknown_operator(nucleus_filter *f)
{
    const nucleus_arg arg = {.op = 99, .width = 64};
    nucleus_filter_add_rule(f, NUCLEUS_ERRNO(1), "kill", &arg, 1);
}
static void seven_arguments(nucleus_filter *f)
{
    const nucleus_arg arg = {.index = 6, .op = NUCLEUS_CMP_EQ, .width = 64};
    nucleus_filter_add_rule(f, NUCLEUS_ERRNO(1), "kill", &arg, 1);
}
static void unknown_flags(nucleus_filter *f) { nucleus_filter_harden(f, UINT32_C(1) << 31); }
static void unknown_attribute(nucleus_filter *f) { nucleus_filter_set(f, 999, 1); }
static void unknown_level(nucleus_filter *f) { nucleus_filter_use_level(f, 7); }
static void unknown_arch(nucleus_filter *f) { nucleus_filter_add_arch(f, 3); }
static void open_transaction(nucleus_filter *f) { nucleus_filter_begin(f); }
static void nothing_to_commit(nucleus_filter *f) { nucleus_filter_commit(f); }
static void other_filter_is_null(nucleus_filter *f) { nucleus_filter_intersect(f, NULL); }

/* What is merged is worth no more than the filter that it comes from. */
static void other_filter_has_failed(nucleus_filter *f)
{
    nucleus_filter *other = new_filter(NUCLEUS_KILL_PROCESS);
    nucleus_filter_deny(other, "getpgidd");
    nucleus_filter_intersect(f, other);
    nucleus_filter_free(other);
}

static void from_file(nucleus_filter *f, const char *file, const char *sha256)
{
    nucleus_filter_load_oci(f, in_folder(file), sha256, 0);
}
static void no_profile(nucleus_filter *f) { from_file(f, "nobody.json", NULL); }
static void linked_profile(nucleus_filter *f) { from_file(f, "link.json", NULL); }
static void broken_profile(nucleus_filter *f) { from_file(f, "broken.json", NULL); }
static void other_profile(nucleus_filter *f)
{
    from_file(f, "profile.json", "0000000000000000000000000000000000000000000000000000000000000000");
}
static void no_category(nucleus_filter *f)
{
    nucleus_filter_parse_firecracker(f, "{}", 2, "vcpu", 0);
}

/* 64-bit values that have nothing in common. */
static void too_many_values(nucleus_filter *f)
{
    for (uint64_t i = 0; i < 3000; i++) {
        const nucleus_arg arg = {.op = NUCLEUS_CMP_EQ, .width = 64, .value = i * 0x100000003};
        nucleus_filter_add_rule(f, NUCLEUS_ERRNO(1), "lseek", &arg, 1);
    }
}

/* Whether two arguments have a bit in common takes more to prove than there is. */
static void too_tangled(nucleus_filter *f)
{
    for (uint64_t bit = 1; bit <= UINT32_MAX; bit <<= 1) {
        const nucleus_arg args[] = {{0, NUCLEUS_CMP_MASKED_EQ, 32, bit, bit},
                                    {1, NUCLEUS_CMP_MASKED_EQ, 32, bit, bit}};
        nucleus_filter_add_rule(f, NUCLEUS_ERRNO(1), "lseek", args, 2);
    }
}

/* ---- and after it is compiled ---- */

static void one_more_rule(nucleus_filter *f) { nucleus_filter_deny(f, "getpgid"); }
static void a_failed_rule(nucleus_filter *f) { nucleus_filter_deny(f, "getpgidd"); }
static void a_transaction(nucleus_filter *f)
{
    nucleus_filter_begin(f);
    nucleus_filter_deny(f, "getpgid");
    nucleus_filter_rollback(f);
}

static const struct row {
    const char *what;
    /* What is done to a new filter, to one that has its rule, and to one that is compiled. */
    void (*load)(nucleus_filter *f), (*build)(nucleus_filter *f), (*meddle)(nucleus_filter *f);
    /* What the kernel refuses, and how. */
    const char *call;
    int error;
    uint32_t flags;
    /* The last status that was looked at, and what the sentence says. */
    nucleus_status expected;
    const char *says;
} ROWS[] = {
    {.what = "nothing goes wrong"},
    {"nothing, for all threads", .flags = NUCLEUS_APPLY_TSYNC},
    {"a misspelt name", .build = misspelt_name, .expected = UNKNOWN,
     .says = "did you mean 'getpgid'"},
    {"no name", .build = null_name, .expected = INVALID, .says = "NULL"},
    {"an unknown action", .build = unknown_action, .expected = INVALID, .says = "12"},
    {"an errno that would be cut", .build = errno_too_large, .expected = INVALID, .says = "4095"},
    {"an unknown operator", .build = unknown_operator, .expected = INVALID, .says = "99"},
    {"an argument that calls do not have", .build = seven_arguments, .expected = INVALID,
     .says = "6"},
    {"unknown flags", .build = unknown_flags, .expected = INVALID, .says = "0x80000000"},
    {"an unknown attribute", .build = unknown_attribute, .expected = INVALID, .says = "999"},
    {"an unknown level", .build = unknown_level, .expected = INVALID, .says = "7"},
    {"an unknown architecture", .build = unknown_arch, .expected = INVALID, .says = "0x00000003"},
    {"a transaction that is open", .build = open_transaction, .expected = INVALID,
     .says = "open"},
    {"none to commit", .build = nothing_to_commit, .expected = INVALID, .says = "no transaction"},
    {"no other filter", .build = other_filter_is_null, .expected = INVALID, .says = "NULL"},
    {"a failed other filter", .build = other_filter_has_failed, .expected = INVALID,
     .says = "getpgidd"},
    {"no profile", .load = no_profile, .expected = NUCLEUS_ERR_FILE, .says = "nobody.json"},
    {"a profile by a link", .load = linked_profile, .expected = NUCLEUS_ERR_FILE,
     .says = "symbolic link"},
    {"a broken profile", .load = broken_profile, .expected = NUCLEUS_ERR_PROFILE, .says = "line"},
    {"another profile", .load = other_profile, .expected = NUCLEUS_ERR_PROFILE,
     .says = "SHA-256"},
    {"no such category", .load = no_category, .expected = NUCLEUS_ERR_PROFILE, .says = "vcpu"},
    {"a program that is too long", .build = too_many_values, .expected = NUCLEUS_ERR_TOO_LARGE,
     .says = "4096"},
    {"a proof beyond its budget", .build = too_tangled, .expected = NUCLEUS_ERR_UNPROVEN,
     .says = "budget"},
    {"a rule after compile", .meddle = one_more_rule, .expected = NUCLEUS_ERR_NOT_COMPILED},
    {"a failed one", .meddle = a_failed_rule, .expected = NUCLEUS_ERR_NOT_COMPILED,
     .says = "getpgidd"},
    {"one that was taken back", .meddle = a_transaction, .expected = NUCLEUS_ERR_NOT_COMPILED},
    {"unknown flags of apply", .flags = UINT32_C(1) << 30, .expected = INVALID},
    {"seccomp is forbidden", .call = "seccomp", .error = EPERM, .expected = NUCLEUS_ERR_KERNEL,
     .says = "EPERM"},
    {"there is none", .call = "seccomp", .error = ENOSYS, .expected = NUCLEUS_ERR_KERNEL,
     .says = "ENOSYS"},
    {"it has no filters", .call = "seccomp", .error = EINVAL, .expected = NUCLEUS_ERR_KERNEL,
     .says = "EINVAL"},
    {"memory is short", .call = "seccomp", .error = ENOMEM, .expected = NUCLEUS_ERR_KERNEL,
     .says = "ENOMEM"},
    {"it wants privileges", .call = "seccomp", .error = EACCES, .expected = NUCLEUS_ERR_KERNEL,
     .says = "EACCES"},
    {"it says what nobody knows", .call = "seccomp", .error = 4095,
     .expected = NUCLEUS_ERR_KERNEL, .says = "4095"},
    {"no_new_privs is forbidden", .call = "prctl", .error = EPERM,
     .expected = NUCLEUS_ERR_KERNEL, .says = "no_new_privs"},
    {"EINVAL, with all flags", .call = "seccomp", .error = EINVAL,
     .flags = NUCLEUS_APPLY_TSYNC | NUCLEUS_APPLY_LOG | NUCLEUS_APPLY_SPEC_ALLOW,
     .expected = NUCLEUS_ERR_KERNEL, .says = "EINVAL"},
    {"forbidden, best effort", .call = "seccomp", .error = EPERM,
     .flags = NUCLEUS_APPLY_BEST_EFFORT, .expected = NUCLEUS_NOT_APPLIED,
     .says = "nothing is confined"},
};

static const struct row *row;

enum { NOT_AS_ASKED = 1, NOT_UNFILTERED, OTHER_STATUS, NO_SENTENCE };

static nucleus_status build_and_apply(char *why, size_t room)
{
    const nucleus_apply_options options = {.size = sizeof options, .flags = row->flags};
    nucleus_apply_result result = {.size = sizeof result};
    nucleus_filter *f = NULL;

    nucleus_filter_new(NUCLEUS_ALLOW, &f);
    if (row->load != NULL)
        row->load(f);
    nucleus_filter_add_rule(f, NUCLEUS_ERRNO(ASKED_FOR), "getppid", NULL, 0);
    if (row->build != NULL)
        row->build(f);
    nucleus_status status = nucleus_filter_compile(f);
    if (status != NUCLEUS_OK) {
        snprintf(why, room, "%s", nucleus_filter_error(f));
        /* One who does not even look at this is no weaker off. */
        return nucleus_filter_apply(f, 0) == NUCLEUS_ERR_NOT_COMPILED ? status : NUCLEUS_OK;
    }
    if (row->meddle != NULL) {
        row->meddle(f);
        const char *error = nucleus_filter_error(f);
        snprintf(why, room, "%s", error != NULL ? error : "");
        return nucleus_filter_apply(f, row->flags);
    }
    status = nucleus_program_apply(nucleus_filter_program(f), &options, &result);
    nucleus_apply_message(&result, why, room);
    return status;
}

static int go_wrong(const nucleus_filter *unused)
{
    char why[512] = "";

    (void)unused;
    if (row->call != NULL && !boot(kernel_that_refuses(row->call, row->error)))
        return OTHER_STATUS;
    /* Not by prctl(2), which may be what is refused. */
    const uint64_t filters = status_field("Seccomp_filters", 0);
    nucleus_status status = build_and_apply(why, sizeof why);
    const uint64_t more = status_field("Seccomp_filters", 0) - filters;
    if (status != row->expected) {
        printf("%s: %s, %s\n", row->what, nucleus_status_name(status), why);
        fflush(stdout);
        return OTHER_STATUS;
    }
    if (status == NUCLEUS_OK)
        return probe() == ASKED_FOR && more <= 1 ? 0 : NOT_AS_ASKED;
    if (probe() != 0 || more != 0)
        return NOT_UNFILTERED;
    if (row->says != NULL && strstr(why, row->says) == NULL) {
        printf("%s: %s\n", row->what, why);
        fflush(stdout);
        return NO_SENTENCE;
    }
    return 0;
}

int main(void)
{
    static const char PROFILE[] = "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}";

    make_folder();
    write_file("profile.json", PROFILE, strlen(PROFILE));
    write_file("broken.json", PROFILE, strlen(PROFILE) - 1);
    CHECK(symlink("profile.json", in_folder("link.json")) == 0, "link.json: %s", strerror(errno));
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        row = &ROWS[i];
        in_child(row->what, go_wrong, NULL, 0);
    }
    static const char *const FILES[] = {"profile.json", "broken.json", "link.json"};
    for (size_t i = 0; i < COUNT(FILES); i++)
        unlink(in_folder(FILES[i]));
    rmdir(folder);
    return report("fail_closed");
}
