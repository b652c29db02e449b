/* Filters of Firecracker's from files and from memory: what is taken, what is refused, and what is left
 * as it was. How files are read is tested with profiles of the other format. */
#define _GNU_SOURCE
#include <unistd.h>

#include "profiles.h"

static const char THREADS[] =
    "{\"vmm\":{\"default_action\":\"trap\",\"filter_action\":\"allow\",\"filter\":[{\"syscall"
    "\":\"read\"},{\"syscall\":\"lseek\",\"args\":[{\"index\":0,\"type\":\"dword\",\"op\":\"eq\""
    ",\"val\":4294967297}]}]},\"api\":{\"default_action\":{\"errno\":1},\"filter_action\":\"log\""
    ",\"filter\":[]}}";

static const char WRONG[] =
    "{\"vmm\":{\"default_action\":\"trap\",\"filter_action\":\"allow\",\"filter\":[{\"syscall\":"
    "\"raed\"}]}}";

/* As sha256sum says of it. */
static const char SUM[] = "c6796ee7f8253ee7d35ba8b7f2000554c1295bffdb54fa1e644af874a764cd64";

enum { STRICT = NUCLEUS_FIRECRACKER_STRICT };

/* What each file and category comes to. */
static const struct row {
    const char *what, *file, *category, *sum;
    uint32_t flags;
    nucleus_status expected;
    const char *says[2];
} ROWS[] = {
    {"a category", "threads.json", "vmm", NULL, 0, NUCLEUS_OK, {0}},
    {"another one, strictly", "threads.json", "api", NULL, STRICT, NUCLEUS_OK, {0}},
    {"the file that is meant", "threads.json", "vmm", SUM, 0, NUCLEUS_OK, {0}},
    {"another one", "wrong.json", "vmm", SUM, 0, NUCLEUS_ERR_PROFILE, {"wrong.json", "SHA-256"}},
    {"a sum too short", "threads.json", "vmm", SUM + 1, 0, INVALID, {"63", "64"}},
    {"bits left out, strictly", "threads.json", "vmm", NULL, STRICT, NUCLEUS_ERR_PROFILE,
     {"load_firecracker: threads.json: vmm.filter[1].args[0].val: a dword has 32 bits"}},
    {"no such category", "threads.json", "vcpu", NULL, 0, NUCLEUS_ERR_PROFILE,
     {"load_firecracker: threads.json: unknown category \"vcpu\"; one of vmm, api"}},
    {"an empty one", "threads.json", "", NULL, 0, NUCLEUS_ERR_PROFILE, {"one of vmm, api"}},
    {"one that is no text", "threads.json", "\xff", NULL, 0, INVALID, {"UTF-8"}},
    {"an unknown call", "wrong.json", "vmm", NULL, 0, NUCLEUS_ERR_PROFILE,
     {"wrong.json: vmm.filter[0].syscall: no system call is named 'raed'", "'read'"}},
    {"unknown flags", "threads.json", "vmm", NULL, 2, INVALID, {"load_firecracker", "0x2"}},
    {"all flags", "threads.json", "vmm", NULL, UINT32_MAX, INVALID, {"0xfffffffe"}},
    {"nothing there", "none.json", "vmm", NULL, 0, NUCLEUS_ERR_FILE, {"none.json", "No such file"}},
    {"no file", ".", "vmm", NULL, 0, NUCLEUS_ERR_FILE, {"no regular file"}},
};

/* A filter of x86_64 alone, whatever machine this is. */
static nucleus_filter *new_x86_64(void)
{
    return filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);
}

static void check_row(const struct row *row)
{
    nucleus_filter *filter = new_x86_64();
    nucleus_filter *before = copy_of(filter);

    same_status(row->what,
                nucleus_filter_load_firecracker(filter, in_folder(row->file), row->category,
                                                row->sum, row->flags),
                row->expected);
    check_loaded(row->what, filter, before, row->expected, row->says, COUNT(row->says));
    nucleus_filter_free(before);
    nucleus_filter_free(filter);
}

static void check_null(void)
{
    nucleus_filter *filter = new_x86_64();
    const char *file = in_folder("threads.json");

    same_status("no filter", nucleus_filter_load_firecracker(NULL, file, "vmm", NULL, 0), INVALID);
    same_status("no filter", nucleus_filter_parse_firecracker(NULL, THREADS, 1, "vmm", 0), INVALID);
    same_status("no path", nucleus_filter_load_firecracker(filter, NULL, "vmm", NULL, 0), INVALID);
    same_status("no category", nucleus_filter_load_firecracker(filter, file, NULL, NULL, 0),
                INVALID);
    same_status("no category", nucleus_filter_parse_firecracker(filter, THREADS, 1, NULL, 0),
                INVALID);
    same_status("no bytes", nucleus_filter_parse_firecracker(filter, NULL, 0, "vmm", 0), INVALID);
    same_status("no bytes, some", nucleus_filter_parse_firecracker(filter, NULL, 9, "vmm", 0),
                INVALID);
    same_status("endless", nucleus_filter_parse_firecracker(filter, THREADS, SIZE_MAX, "vmm", 0),
                INVALID);
    same_status("flags", nucleus_filter_parse_firecracker(filter, THREADS, 1, "vmm", 2), INVALID);
    nucleus_filter_free(filter);
}

/* The architectures that a file is for, and the one that it is read for. */
static void check_arches(void)
{
    static const struct { uint32_t one, other; nucleus_status expected; } CASES[] = {
        {NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64, NUCLEUS_OK},
        {NUCLEUS_ARCH_AARCH64, NUCLEUS_ARCH_AARCH64, NUCLEUS_OK},
        {NUCLEUS_ARCH_RISCV64, NUCLEUS_ARCH_RISCV64, NUCLEUS_OK},
        {NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X32, UNSUPPORTED},
        {NUCLEUS_ARCH_X86, NUCLEUS_ARCH_X86, UNSUPPORTED},
    };
    static const char *const says[] = {"x86_64, aarch64 and riscv64", "nucleus_filter_add_arch"};

    for (size_t i = 0; i < COUNT(CASES); i++) {
        nucleus_filter *filter = filter_on(NUCLEUS_KILL_PROCESS, CASES[i].one, CASES[i].other);

        same_status("arches",
                    nucleus_filter_parse_firecracker(filter, THREADS, strlen(THREADS), "vmm", 0),
                    CASES[i].expected);
        if (CASES[i].expected == NUCLEUS_OK)
            same_action("read", filter, call_named(CASES[i].one, "read"), NUCLEUS_ALLOW);
        else
            check_sentence("arches", nucleus_filter_error(filter), says, COUNT(says));
        nucleus_filter_free(filter);
    }
}

/* What a filter brings, and what can be added to it and taken back. */
static void check_what_is_loaded(void)
{
    nucleus_filter *filter = new_x86_64();
    const size_t length = strlen(THREADS);
    nucleus_call lseek = call_named(NUCLEUS_ARCH_X86_64, "lseek");
    uint32_t value = 0;

    same_status("begin", nucleus_filter_begin(filter), NUCLEUS_OK);
    same_status("load", nucleus_filter_parse_firecracker(filter, THREADS, length, "vmm", 0),
                NUCLEUS_OK);
    same_status("rollback", nucleus_filter_rollback(filter), NUCLEUS_OK);
    CHECK(nucleus_filter_profile_report(filter) == NULL, "a report after a rollback");
    same_status("load", nucleus_filter_parse_firecracker(filter, THREADS, length, "vmm", 0),
                NUCLEUS_OK);
    same_status("get", nucleus_filter_get(filter, NUCLEUS_ATTR_DEFAULT, &value), NUCLEUS_OK);
    same_word("the default is the file's", value, NUCLEUS_TRAP(0));
    const char *said = nucleus_filter_profile_report(filter);
    CHECK(said != NULL && strcmp(said, "vmm.filter[1].args[0].val: a dword has 32 bits; those "
                                       "above are left out\n") == 0, "report: %s", said);
    same_action("no match", filter, lseek, NUCLEUS_TRAP(0));
    lseek.args[0] = UINT64_C(0x700000001);
    same_action("a match", filter, lseek, NUCLEUS_ALLOW);
    same_status("on top", nucleus_filter_allow(filter, "write"), NUCLEUS_OK);
    same_status("on top", nucleus_filter_deny(filter, "lseek"), NUCLEUS_OK);
    same_action("allowed", filter, call_named(NUCLEUS_ARCH_X86_64, "write"), NUCLEUS_ALLOW);
    same_action("denied", filter, lseek, NUCLEUS_TRAP(0));
    same_status("twice", nucleus_filter_parse_firecracker(filter, THREADS, length, "vmm", 0),
                INVALID);
    nucleus_filter_free(filter);
}

int main(void)
{
    make_folder();
    write_file("threads.json", THREADS, strlen(THREADS));
    write_file("wrong.json", WRONG, strlen(WRONG));
    for (size_t i = 0; i < COUNT(ROWS); i++)
        check_row(&ROWS[i]);
    check_null();
    check_arches();
    check_what_is_loaded();
    unlink(in_folder("threads.json"));
    unlink(in_folder("wrong.json"));
    rmdir(folder);
    return report("firecracker");
}
