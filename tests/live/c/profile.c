/* Profiles from files and from memory: what is taken, what is refused, and what is left as it was. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profiles.h"

static const char PROFILE[] =
    "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"listenerPath\":\"/run/agent\",\"syscalls\":["
    "{\"names\":[\"read\",\"initgroups\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"mo"
    "unt\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}},{\""
    "names\":[\"clone3\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":\"6.1"
    "\"}}]}";

static const char WRONG[] = "{\n  \"defaultAction\": 7\n}";
static const char BROKEN[] = "{\n  \"defaultAction\"\n}";

/* As sha256sum says of it. */
static const char SUM[] = "53d953168769ea92d265f8f953825d9fff1a7cb072fb6af554835176e9747239";
static const char UPPER_SUM[] = "53D953168769EA92D265F8F953825D9FFF1A7CB072FB6AF554835176E9747239";

static void make_files(void)
{
    static char large[NUCLEUS_PROFILE_LARGEST + 1];

    make_folder();
    write_file("profile.json", PROFILE, strlen(PROFILE));
    write_file("empty.json", "", 0);
    write_file("wrong.json", WRONG, strlen(WRONG));
    write_file("broken.json", BROKEN, strlen(BROKEN));
    memset(large, ' ', sizeof large);
    memcpy(large, PROFILE, strlen(PROFILE));
    write_file("largest.json", large, sizeof large - 1);
    write_file("large.json", large, sizeof large);
    if (mkdir(in_folder("folder"), 0700) != 0 || mkfifo(in_folder("pipe"), 0600) != 0 ||
        symlink("profile.json", in_folder("link.json")) != 0) {
        perror(path);
        exit(2);
    }
}

static void remove_files(void)
{
    static const char *const FILES[] = {"profile.json", "empty.json", "wrong.json", "broken.json",
                                        "largest.json", "large.json", "pipe", "link.json"};

    for (size_t i = 0; i < COUNT(FILES); i++)
        unlink(in_folder(FILES[i]));
    rmdir(in_folder("folder"));
    rmdir(folder);
}

/* What each file and sum comes to. */
static const struct row {
    const char *what, *file, *sum;
    uint32_t flags;
    nucleus_status expected;
    const char *says[3];
} ROWS[] = {
    {"a profile", "profile.json", NULL, 0, NUCLEUS_OK, {0}},
    {"as runc", "profile.json", NULL, NUCLEUS_OCI_AS_RUNC, NUCLEUS_OK, {0}},
    {"the one that is meant", "profile.json", SUM, 0, NUCLEUS_OK, {0}},
    {"its sum in capitals", "profile.json", UPPER_SUM, 0, NUCLEUS_OK, {0}},
    {"the largest", "largest.json", NULL, 0, NUCLEUS_OK, {0}},
    {"strictly", "profile.json", NULL, NUCLEUS_OCI_STRICT, NUCLEUS_ERR_PROFILE,
     {"load_oci: profile.json: syscalls[0].names[1]", "initgroups"}},
    {"another one", "wrong.json", SUM, 0, NUCLEUS_ERR_PROFILE, {"wrong.json", "SHA-256"}},
    {"a sum too short", "profile.json", SUM + 1, 0, INVALID, {"63", "64"}},
    {"no sum", "profile.json", "", 0, INVALID, {"has 0 characters"}},
    {"a sum of letters", "profile.json",
     "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", 0, INVALID,
     {"hexadecimal"}},
    {"unknown flags", "profile.json", NULL, 4, INVALID, {"load_oci", "0x4"}},
    {"all flags", "profile.json", NULL, UINT32_MAX, INVALID, {"0xfffffffc"}},
    {"nothing there", "none.json", NULL, 0, NUCLEUS_ERR_FILE, {"none.json", "No such file"}},
    {"an empty path", "", NULL, 0, NUCLEUS_ERR_FILE, {"load_oci: "}},
    {"no file", "folder", NULL, 0, NUCLEUS_ERR_FILE, {"folder", "no regular file"}},
    {"a pipe that nobody writes to", "pipe", NULL, 0, NUCLEUS_ERR_FILE, {"pipe", "regular"}},
    {"a link", "link.json", NULL, 0, NUCLEUS_ERR_FILE, {"link.json", "symbolic link"}},
    {"a link, with the right sum", "link.json", SUM, 0, NUCLEUS_ERR_FILE, {"symbolic link"}},
    {"a byte too many", "large.json", NULL, 0, NUCLEUS_ERR_FILE, {"1048577", "1048576"}},
    {"nothing in it", "empty.json", NULL, 0, NUCLEUS_ERR_PROFILE, {"empty.json", "line 1"}},
    {"no profile", "wrong.json", NULL, 0, NUCLEUS_ERR_PROFILE,
     {"load_oci: wrong.json: defaultAction: a string is wanted"}},
    {"no JSON", "broken.json", NULL, 0, NUCLEUS_ERR_PROFILE,
     {"load_oci: broken.json: it is no JSON: expected `:` at line 3 column 1"}},
};

static void check_row(const struct row *row)
{
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);
    nucleus_filter *before = copy_of(filter);
    const char *file = row->file[0] == '\0' ? "" : in_folder(row->file);

    same_status(row->what, nucleus_filter_load_oci(filter, file, row->sum, row->flags),
                row->expected);
    check_loaded(row->what, filter, before, row->expected, row->says, COUNT(row->says));
    nucleus_filter_free(before);
    nucleus_filter_free(filter);
}

/* A file that has more in it than it had when it was opened. Those of /proc have no length. */
static void check_growing_file(void)
{
    static const char *const says[] = {"load_oci: status: it had 0 bytes", "when it was read"};
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);

    same_status("growing", nucleus_filter_load_oci(filter, "/proc/self/status", NULL, 0),
                NUCLEUS_ERR_FILE);
    check_sentence("growing", nucleus_filter_error(filter), says, COUNT(says));
    nucleus_filter_free(filter);
}

static void check_null(void)
{
    static const nucleus_oci_context context = {.size = sizeof context};
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);
    const char *file = in_folder("profile.json");

    same_status("no filter", nucleus_filter_load_oci(NULL, file, NULL, 0), INVALID);
    same_status("no filter", nucleus_filter_parse_oci(NULL, PROFILE, 1, 0), INVALID);
    same_status("no filter", nucleus_filter_set_oci_context(NULL, &context), INVALID);
    same_status("no path", nucleus_filter_load_oci(filter, NULL, NULL, 0), INVALID);
    same_status("no bytes", nucleus_filter_parse_oci(filter, NULL, 0, 0), INVALID);
    same_status("no bytes, some", nucleus_filter_parse_oci(filter, NULL, 9, 0), INVALID);
    same_status("endless", nucleus_filter_parse_oci(filter, PROFILE, SIZE_MAX, 0), INVALID);
    same_status("no context", nucleus_filter_set_oci_context(filter, NULL), INVALID);
    CHECK(nucleus_filter_profile_report(NULL) == NULL, "a report of nothing");
    CHECK(nucleus_filter_listener_path(NULL) == NULL, "a path of nothing");
    CHECK(nucleus_filter_listener_metadata(NULL) == NULL, "metadata of nothing");
    CHECK(nucleus_filter_profile_report(filter) == NULL, "a report without a profile");
    nucleus_filter_free(filter);
}

/* From memory, with a 0 behind it or not; and what a profile is not loaded over. */
static void check_memory(void)
{
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);
    const size_t length = strlen(PROFILE);

    same_status("cut off", nucleus_filter_parse_oci(filter, PROFILE, length - 1, 0),
                NUCLEUS_ERR_PROFILE);
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("with its 0", nucleus_filter_parse_oci(filter, PROFILE, length + 1, 0),
                NUCLEUS_ERR_PROFILE);
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("flags", nucleus_filter_parse_oci(filter, PROFILE, length, 8), INVALID);
    same_status("clear", nucleus_filter_clear_error(filter), NUCLEUS_OK);
    same_status("whole", nucleus_filter_parse_oci(filter, PROFILE, length, 0), NUCLEUS_OK);
    compiled("whole", filter);
    same_status("twice", nucleus_filter_parse_oci(filter, PROFILE, length, 0), INVALID);
    CHECK(nucleus_filter_program(filter) == NULL, "what was compiled is still there");
    same_status("kept", nucleus_filter_compile(filter), INVALID);
    same_status("reset", nucleus_filter_reset(filter, NUCLEUS_KILL_PROCESS), NUCLEUS_OK);
    CHECK(nucleus_filter_profile_report(filter) == NULL, "a report after a reset");
    same_status("a denial", nucleus_filter_deny(filter, "ptrace"), NUCLEUS_OK);
    same_status("over it", nucleus_filter_parse_oci(filter, PROFILE, length, 0), INVALID);
    nucleus_filter_free(filter);
}

/* What a profile brings, and what can be added to it and taken back. */
static void check_what_is_loaded(void)
{
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);
    uint32_t value = 0;

    same_status("set", nucleus_filter_set(filter, NUCLEUS_ATTR_LOG, 1), NUCLEUS_OK);
    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    same_status("load", nucleus_filter_load_oci(filter, in_folder("profile.json"), SUM, 0),
                NUCLEUS_OK);
    same_status("rollback", nucleus_filter_rollback(filter), NUCLEUS_OK);
    CHECK(nucleus_filter_profile_report(filter) == NULL, "a report after a rollback");
    same_status("load", nucleus_filter_load_oci(filter, path, SUM, 0), NUCLEUS_OK);
    same_status("get", nucleus_filter_get(filter, NUCLEUS_ATTR_DEFAULT, &value), NUCLEUS_OK);
    same_word("the default is the profile's", value, NUCLEUS_ERRNO(1));
    same_status("get", nucleus_filter_get(filter, NUCLEUS_ATTR_LOG, &value), NUCLEUS_OK);
    same_word("what was set stays", value, 1);
    same_status("get", nucleus_filter_get(filter, NUCLEUS_ATTR_UNKNOWN, &value), NUCLEUS_OK);
    same_word("newer calls", value, NUCLEUS_ERRNO(38));

    nucleus_filter *copy = copy_of(filter);
    const char *said = nucleus_filter_profile_report(copy);
    CHECK(said != NULL && strcmp(said, "syscalls[0].names[1]: no system call is named "
                                       "\"initgroups\"; skipped\n") == 0, "report: %s", said);
    CHECK(strcmp(nucleus_filter_listener_path(copy), "/run/agent") == 0, "listener: %s",
          nucleus_filter_listener_path(copy));
    CHECK(nucleus_filter_listener_metadata(copy) == NULL, "metadata from nowhere");
    same_status("on top", nucleus_filter_allow(copy, "write"), NUCLEUS_OK);
    same_status("on top", nucleus_filter_deny(copy, "read"), NUCLEUS_OK);
    nucleus_call read = call_named(nucleus_arch_native(), "read");
    nucleus_call write = call_named(nucleus_arch_native(), "write");
    same_action("denied", copy, read, NUCLEUS_ERRNO(1));
    same_action("allowed", copy, write, NUCLEUS_ALLOW);
    same_action("allowed by the profile", filter, read, NUCLEUS_ALLOW);
    same_action("not in it", filter, write, NUCLEUS_ERRNO(1));
    same_status("no architecture more", nucleus_filter_add_arch(copy, NUCLEUS_ARCH_SHEB),
                UNSUPPORTED);
    nucleus_filter_free(copy);
    nucleus_filter_free(filter);
}

/* Loads the profile for a context, and asks it. */
static void check_context(const char *what, const nucleus_oci_context *context, uint32_t mount,
                          uint32_t clone3)
{
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);
    uint32_t arch = NUCLEUS_ARCH_AARCH64;

    same_status(what, nucleus_filter_set_oci_context(filter, context), NUCLEUS_OK);
    same_status(what, nucleus_filter_parse_oci(filter, PROFILE, strlen(PROFILE), 0), NUCLEUS_OK);
    CHECK(nucleus_filter_has_arch(filter, arch) == 1, "%s: the architecture", what);
    same_action(what, filter, call_named(arch, "mount"), mount);
    same_action(what, filter, call_named(arch, "clone3"), clone3);
    nucleus_filter_free(filter);
}

static void check_contexts(void)
{
    enum { ALL = NUCLEUS_OCI_CAPABILITIES | NUCLEUS_OCI_KERNEL | NUCLEUS_OCI_ARCH };
    nucleus_oci_context context = {.size = sizeof context, .given = ALL,
                                   .arch = NUCLEUS_ARCH_AARCH64, .kernel_major = 6};
    nucleus_filter *filter = new_filter(NUCLEUS_KILL_PROCESS);

    check_context("nothing", &context, NUCLEUS_ERRNO(1), NUCLEUS_ERRNO(38));
    context.capabilities = UINT64_C(1) << 21;
    context.kernel_minor = 1;
    check_context("CAP_SYS_ADMIN on 6.1", &context, NUCLEUS_ALLOW, NUCLEUS_ALLOW);
    context.capabilities = ~context.capabilities;
    context.kernel_major = 5;
    check_context("all but that on 5.1", &context, NUCLEUS_ERRNO(1), NUCLEUS_ERRNO(38));

    static const struct { const char *what; nucleus_oci_context context; const char *says[1]; } BAD[] = {
        {"no size", {0}, {"0 bytes"}},
        {"a short one", {.size = sizeof context - 1}, {"bytes"}},
        {"an endless one", {.size = SIZE_MAX}, {"bytes"}},
        {"unknown bits", {.size = sizeof context, .given = 8}, {"0x8"}},
        {"no architecture", {.size = sizeof context, .given = NUCLEUS_OCI_ARCH}, {"architecture"}},
        {"capabilities not given", {.size = sizeof context, .capabilities = 1}, {"capabilities"}},
        {"a version not given", {.size = sizeof context, .kernel_minor = 1}, {"kernel"}},
    };
    for (size_t i = 0; i < COUNT(BAD); i++) {
        same_status(BAD[i].what, nucleus_filter_set_oci_context(filter, &BAD[i].context), INVALID);
        check_sentence(BAD[i].what, nucleus_filter_error(filter), BAD[i].says, 1);
        same_status(BAD[i].what, nucleus_filter_clear_error(filter), NUCLEUS_OK);
    }
    /* Whom profiles are for is taken back with all else: nobody has CAP_SYS_ADMIN again. */
    context = (nucleus_oci_context){.size = sizeof context, .given = NUCLEUS_OCI_CAPABILITIES};
    same_status("nobody", nucleus_filter_set_oci_context(filter, &context), NUCLEUS_OK);
    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    context.capabilities = UINT64_MAX;
    same_status("everybody", nucleus_filter_set_oci_context(filter, &context), NUCLEUS_OK);
    same_status("rollback", nucleus_filter_rollback(filter), NUCLEUS_OK);
    same_status("load", nucleus_filter_parse_oci(filter, PROFILE, strlen(PROFILE), 0), NUCLEUS_OK);
    nucleus_call mount = call_named(nucleus_arch_native(), "mount");
    same_action("for nobody again", filter, mount, NUCLEUS_ERRNO(1));
    nucleus_filter_free(filter);

    filter = new_filter(NUCLEUS_KILL_PROCESS);
    struct { nucleus_oci_context context; uint64_t more; } newer;
    memset(&newer, 0, sizeof newer);
    newer.context.size = sizeof newer;
    same_status("a newer caller", nucleus_filter_set_oci_context(filter, &newer.context),
                NUCLEUS_OK);
    newer.more = 1;
    same_status("that wants more", nucleus_filter_set_oci_context(filter, &newer.context),
                INVALID);
    nucleus_filter_free(filter);
}

int main(void)
{
    make_files();
    for (size_t i = 0; i < COUNT(ROWS); i++)
        check_row(&ROWS[i]);
    check_growing_file();
    check_null();
    check_memory();
    check_what_is_loaded();
    check_contexts();
    remove_files();
    return report("profile");
}
