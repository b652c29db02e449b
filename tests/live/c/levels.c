/* Levels, on several architectures, and lists of what runs. */
#include "filters.h"

static const struct { uint32_t level; const char *name; } LEVELS[] = {
    {NUCLEUS_LEVEL_ESSENTIAL, "essential"},
    {NUCLEUS_LEVEL_MINIMAL, "minimal"},
    {NUCLEUS_LEVEL_IO_HEAVY, "io_heavy"},
    {NUCLEUS_LEVEL_COMPUTE, "compute"},
    {NUCLEUS_LEVEL_NETWORK, "network"},
    {NUCLEUS_LEVEL_UNRESTRICTED, "unrestricted"},
};

static nucleus_filter *at_level(uint32_t level, uint32_t arch)
{
    nucleus_filter *filter = filter_on(NUCLEUS_KILL_PROCESS, arch, arch);

    same_status("use_level", nucleus_filter_use_level(filter, level), NUCLEUS_OK);
    return filter;
}

static void check_names(void)
{
    static const char *const none[] = {"", "Essential", "io heavy", "essential ", "\xff"};

    for (size_t i = 0; i < COUNT(LEVELS); i++) {
        const char *name = nucleus_level_name(LEVELS[i].level);

        CHECK(name != NULL && strcmp(name, LEVELS[i].name) == 0, "level %zu is named %s", i + 1,
              name == NULL ? "NULL" : name);
        same_word(LEVELS[i].name, nucleus_level_named(LEVELS[i].name), LEVELS[i].level);
        check_sentence(LEVELS[i].name, nucleus_level_description(LEVELS[i].level), NULL, 0);
    }
    for (size_t i = 0; i < COUNT(none); i++)
        same_word("no level's name", nucleus_level_named(none[i]), 0);
    same_word("no name", nucleus_level_named(NULL), 0);
    static const uint32_t no_levels[] = {0, 7, UINT32_MAX};
    for (size_t i = 0; i < COUNT(no_levels); i++)
        CHECK(nucleus_level_name(no_levels[i]) == NULL &&
                  nucleus_level_description(no_levels[i]) == NULL,
              "%#x has a name", (unsigned)no_levels[i]);
}

/* What a call gets at a level; ABSENT where the architecture has no such call. */
enum { ABSENT = 1 };
static const struct meant {
    const char *what, *call;
    uint32_t level, arch, expected;
} MEANT[] = {
    {"essential starts programs", "execve", 1, NUCLEUS_ARCH_X86_64, NUCLEUS_ALLOW},
    {"and loads libraries", "pread64", 1, NUCLEUS_ARCH_X86_64, NUCLEUS_ALLOW},
    {"but no processes", "fork", 1, NUCLEUS_ARCH_X86_64, NUCLEUS_KILL_PROCESS},
    {"terminals are asked for in vain", "ioctl", 1, NUCLEUS_ARCH_X86_64, NUCLEUS_ERRNO(25)},
    {"until a level allows it", "ioctl", 2, NUCLEUS_ARCH_X86_64, NUCLEUS_ALLOW},
    {"sockets are refused", "socket", 4, NUCLEUS_ARCH_X86_64, NUCLEUS_ERRNO(13)},
    {"until network", "socket", 5, NUCLEUS_ARCH_X86_64, NUCLEUS_ALLOW},
    {"other names: mmap2", "mmap2", 1, NUCLEUS_ARCH_ARM, NUCLEUS_ALLOW},
    {"a name that is not there", "waitpid", 2, NUCLEUS_ARCH_X86_64, ABSENT},
    {"and is elsewhere", "waitpid", 2, NUCLEUS_ARCH_X86, NUCLEUS_ALLOW},
    {"a name with another number", "getsid", 2, NUCLEUS_ARCH_AARCH64, NUCLEUS_ALLOW},
    {"behind bit 30", "getsid", 2, NUCLEUS_ARCH_X32, NUCLEUS_ALLOW},
    {"above 4000", "setfsgid", 6, NUCLEUS_ARCH_MIPS, NUCLEUS_ALLOW},
    {"one level lower", "setfsgid", 5, NUCLEUS_ARCH_MIPS, NUCLEUS_KILL_PROCESS},
    {"no level is everything", "unshare", 6, NUCLEUS_ARCH_X86_64, NUCLEUS_KILL_PROCESS},
};

static void check_meanings(void)
{
    for (size_t i = 0; i < COUNT(MEANT); i++) {
        const struct meant *row = &MEANT[i];
        nucleus_filter *filter = at_level(row->level, row->arch);
        int32_t nr;

        if (row->expected == ABSENT)
            same_status(row->what, nucleus_syscall_number(row->arch, row->call, &nr), UNSUPPORTED);
        else
            same_action(row->what, filter, call_named(row->arch, row->call), row->expected);
        nucleus_filter_free(filter);
    }
    printf("levels: %zu calls at levels\n", COUNT(MEANT));
}

/* On top of a level, in either order; a level twice, and two levels. */
static void check_combinations(void)
{
    for (int denied_first = 0; denied_first < 2; denied_first++) {
        nucleus_filter *filter =
            filter_on(NUCLEUS_ERRNO(1), NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_S390X);

        if (denied_first)
            same_status("deny", nucleus_filter_deny(filter, "write"), NUCLEUS_OK);
        same_status("minimal", nucleus_filter_use_level(filter, NUCLEUS_LEVEL_MINIMAL), NUCLEUS_OK);
        same_status("allow", nucleus_filter_allow(filter, "unlink"), NUCLEUS_OK);
        if (!denied_first)
            same_status("deny", nucleus_filter_deny(filter, "write"), NUCLEUS_OK);
        for (int i = 0; i < 2; i++) {
            uint32_t arch = i == 0 ? NUCLEUS_ARCH_X86_64 : NUCLEUS_ARCH_S390X;

            same_action("denied", filter, call_named(arch, "write"), NUCLEUS_ERRNO(1));
            same_action("allowed", filter, call_named(arch, "unlink"), NUCLEUS_ALLOW);
            same_action("of the level", filter, call_named(arch, "read"), NUCLEUS_ALLOW);
            same_action("of none of these", filter, call_named(arch, "rmdir"), NUCLEUS_ERRNO(1));
        }
        nucleus_filter *before = copy_of(filter);
        same_status("twice", nucleus_filter_use_level(filter, NUCLEUS_LEVEL_MINIMAL), NUCLEUS_OK);
        same_status("lower", nucleus_filter_use_level(filter, NUCLEUS_LEVEL_ESSENTIAL), NUCLEUS_OK);
        same_filter("twice, and a lower one", filter, before);
        same_status("higher", nucleus_filter_use_level(filter, NUCLEUS_LEVEL_IO_HEAVY), NUCLEUS_OK);
        same_order("a higher one", filter, before, NUCLEUS_LOOSER);
        nucleus_filter_free(before);
        nucleus_filter_free(filter);
    }
}

static void check_defaults(void)
{
    static const struct { uint32_t action; nucleus_status expected; } rows[] = {
        {NUCLEUS_KILL_PROCESS, NUCLEUS_OK}, {NUCLEUS_ERRNO(1), NUCLEUS_OK},
        {NUCLEUS_TRAP(1), NUCLEUS_OK},      {NUCLEUS_NOTIFY, NUCLEUS_OK},
        {NUCLEUS_TRACE(1), NUCLEUS_OK},     {NUCLEUS_LOG, INVALID},
        {NUCLEUS_ALLOW, INVALID},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter = new_filter(rows[i].action);

        same_status("default", nucleus_filter_use_level(filter, NUCLEUS_LEVEL_NETWORK),
                    rows[i].expected);
        nucleus_filter_free(filter);
    }
}

/* ---- lists ---- */

/* The list of one kind, or of both, as the caller reads it; how many there are. */
static size_t list(const nucleus_filter *filter, uint32_t arch, uint32_t which, const char **names,
                   size_t room)
{
    size_t count = 0, again = room;

    same_status("count", nucleus_filter_list(filter, arch, which, NULL, &count), NUCLEUS_OK);
    if (!CHECK(count <= room, "%zu names are too many here", count))
        exit(2);
    same_status("list", nucleus_filter_list(filter, arch, which, names, &again), NUCLEUS_OK);
    CHECK(again == count, "%zu counted, %zu listed", count, again);
    for (size_t i = 1; i < count; i++)
        CHECK(strcmp(names[i - 1], names[i]) < 0, "%s before %s", names[i - 1], names[i]);
    return count;
}

static bool is_in(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void check_lists(void)
{
    static const nucleus_arg is_unix = {.op = NUCLEUS_CMP_EQ, .width = 32, .value = 1};
    const char *always[600], *sometimes[600], *both[600], *elsewhere[600];
    nucleus_filter *filter =
        filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86);

    same_status("level", nucleus_filter_use_level(filter, NUCLEUS_LEVEL_ESSENTIAL), NUCLEUS_OK);
    same_status("deny", nucleus_filter_deny(filter, "close"), NUCLEUS_OK);
    same_status("rule", nucleus_filter_add_rule(filter, NUCLEUS_ALLOW, "socket", &is_unix, 1),
                NUCLEUS_OK);
    same_status("rule", nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(1), "read", &is_unix, 1),
                NUCLEUS_OK);
    same_status("rule", nucleus_filter_add_rule(filter, NUCLEUS_LOG, "write", &is_unix, 1),
                NUCLEUS_OK);
    size_t n = list(filter, NUCLEUS_ARCH_X86_64, NUCLEUS_LIST_ALWAYS, always, COUNT(always));
    size_t m = list(filter, NUCLEUS_ARCH_X86_64, NUCLEUS_LIST_SOMETIMES, sometimes, COUNT(sometimes));
    size_t all = list(filter, NUCLEUS_ARCH_X86_64, NUCLEUS_LIST_ALWAYS | NUCLEUS_LIST_SOMETIMES,
                      both, COUNT(both));
    CHECK(all == n + m, "%zu and %zu are %zu", n, m, all);
    CHECK(m == 2 && is_in("socket", sometimes, m) && is_in("read", sometimes, m), "%zu", m);
    CHECK(is_in("write", always, n), "write is logged, or allowed");
    CHECK(is_in("arch_prctl", always, n) && !is_in("mmap2", always, n), "x86_64's own");
    CHECK(!is_in("close", both, all) && !is_in("ioctl", both, all), "what is refused");
    size_t x86 = list(filter, NUCLEUS_ARCH_X86, NUCLEUS_LIST_ALWAYS, elsewhere, COUNT(elsewhere));
    CHECK(is_in("mmap2", elsewhere, x86) && is_in("set_thread_area", elsewhere, x86), "x86's own");
    CHECK(list(filter, NUCLEUS_ARCH_AARCH64, NUCLEUS_LIST_ALWAYS, both, COUNT(both)) == 0,
          "an architecture that is not covered");

    /* Too little room by one, and just enough. */
    memset(both, 0, sizeof both);
    size_t room = n - 1;
    same_status("too little", nucleus_filter_list(filter, NUCLEUS_ARCH_X86_64, NUCLEUS_LIST_ALWAYS,
                                                  both, &room), NUCLEUS_ERR_BUFFER);
    CHECK(room == n - 1 && both[0] == NULL, "something was written");
    room = n;
    same_status("enough", nucleus_filter_list(filter, NUCLEUS_ARCH_X86_64, NUCLEUS_LIST_ALWAYS,
                                              both, &room), NUCLEUS_OK);
    CHECK(room == n && both[n - 1] != NULL && both[n] == NULL, "%zu of %zu", room, n);

    /* What limits it, and what is undone. */
    nucleus_filter *limit =
        filter_on(NUCLEUS_KILL_PROCESS, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);
    same_status("limit", nucleus_filter_allow(limit, "write"), NUCLEUS_OK);
    same_status("intersect", nucleus_filter_intersect(filter, limit), NUCLEUS_OK);
    CHECK(list(filter, NUCLEUS_ARCH_X86_64, 3, both, COUNT(both)) == 1 &&
              strcmp(both[0], "write") == 0, "write alone is left");
    nucleus_filter_free(limit);
    nucleus_filter_free(filter);
    printf("levels: %zu calls listed always, %zu at times\n", n, m);
}

int main(void)
{
    check_names();
    check_meanings();
    check_combinations();
    check_defaults();
    check_lists();
    return report("levels");
}
