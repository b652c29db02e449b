/* What programs cost, in numbers and as JSON. That the numbers are right is in tests/meaning; that
 * the kernel does as they say, in cached.rs. */
#include "bytes.h"

enum { ARCH_COUNT = COUNT(ARCHES), FIRST_SIZE = sizeof(size_t) + 10 * sizeof(uint32_t) };

static struct { unsigned calls; char last[400]; } heard;

static void hear(void *payload, uint32_t level, const char *message)
{
    (void)payload;
    (void)level;
    heard.calls++;
    snprintf(heard.last, sizeof heard.last, "%s", message);
}

static nucleus_stats stats_of(const char *what, const nucleus_program *program, uint32_t arch)
{
    nucleus_stats stats = {.size = sizeof stats};

    same_status(what, nucleus_program_stats(program, arch, &stats), NUCLEUS_OK);
    CHECK(stats.size == sizeof stats, "%s: size became %zu", what, stats.size);
    return stats;
}

static nucleus_program *imported(const char *what, const nucleus_instruction *code, size_t n)
{
    static struct bytes bytes;

    bytes.size = 0;
    for (size_t i = 0; i < n; i++)
        append(&bytes, code[i].code, code[i].jt, code[i].jf, code[i].k, false);
    return import_bytes(what, &bytes);
}

/* Programs of which everybody can count what they cost; `calls` is told by the library. */
static const nucleus_instruction ALLOW_ALL[] = {{0x06, 0, 0, NUCLEUS_ALLOW}};
static const nucleus_instruction LOOK_FIRST[] = {{0x20, 0, 0, 16}, {0x06, 0, 0, NUCLEUS_ALLOW}};
static const nucleus_instruction BY_ARGUMENT[] = {
    {0x20, 0, 0, 16},
    {0x15, 1, 0, 5},
    {0x20, 0, 0, 0},
    {0x06, 0, 0, NUCLEUS_ALLOW},
};
static const nucleus_instruction ONE_ARCH[] = {
    {0x20, 0, 0, 4},
    {0x15, 0, 1, NUCLEUS_ARCH_X86_64},
    {0x06, 0, 0, NUCLEUS_ALLOW},
    {0x06, 0, 0, 0},
};

#define CODE(table) table, COUNT(table)

static const struct {
    const char *what;
    const nucleus_instruction *code;
    size_t n;
    uint32_t arch, told_apart;
    bool cached;
    uint32_t shortest, longest, mean, mean_uncached, steps;
} PROGRAMS[] = {
    {"allow all", CODE(ALLOW_ALL), NUCLEUS_ARCH_X86_64, 0, true, 1, 1, 1000, 0, 1},
    {"allow all on x32", CODE(ALLOW_ALL), NUCLEUS_ARCH_X32, 0, false, 1, 1, 1000, 1000, 0},
    {"allow all on mips", CODE(ALLOW_ALL), NUCLEUS_ARCH_MIPS, 0, false, 1, 1, 1000, 1000, 0},
    {"look first", CODE(LOOK_FIRST), NUCLEUS_ARCH_X86_64, 0, false, 2, 2, 2000, 2000, 1},
    {"by argument", CODE(BY_ARGUMENT), NUCLEUS_ARCH_S390X, 0, false, 3, 4, 4000, 4000, 1},
    {"one arch, that", CODE(ONE_ARCH), NUCLEUS_ARCH_X86_64, 1, true, 3, 3, 3000, 0, 3},
    {"one arch, x32", CODE(ONE_ARCH), NUCLEUS_ARCH_X32, 1, false, 3, 3, 3000, 3000, 0},
    {"one arch, another", CODE(ONE_ARCH), NUCLEUS_ARCH_AARCH64, 0, false, 3, 3, 3000, 3000, 3},
};

static void check_counts(void)
{
    for (size_t i = 0; i < COUNT(PROGRAMS); i++) {
        const char *what = PROGRAMS[i].what;
        nucleus_program *program = imported(what, PROGRAMS[i].code, PROGRAMS[i].n);
        nucleus_stats stats = stats_of(what, program, PROGRAMS[i].arch);

        same_word(what, stats.instructions, (uint32_t)PROGRAMS[i].n);
        same_word(what, stats.margin, MOST - (uint32_t)PROGRAMS[i].n);
        same_word(what, stats.told_apart, PROGRAMS[i].told_apart);
        same_word(what, stats.cached, PROGRAMS[i].cached ? stats.calls : 0);
        same_word(what, stats.shortest, PROGRAMS[i].shortest);
        same_word(what, stats.longest, PROGRAMS[i].longest);
        same_word(what, stats.mean, PROGRAMS[i].mean);
        same_word(what, stats.mean_uncached, PROGRAMS[i].mean_uncached);
        CHECK(stats.calls > 250 && stats.calls < 600, "%s: %u calls", what,
              (unsigned)stats.calls);
        /* One emulation for each number, of which some are no call's. */
        CHECK(PROGRAMS[i].steps == 0 ? stats.attach_steps == 0
                                     : stats.attach_steps % PROGRAMS[i].steps == 0 &&
                                           stats.attach_steps / PROGRAMS[i].steps > 440,
              "%s: %u steps", what, (unsigned)stats.attach_steps);
        nucleus_program_free(program);
    }
}

/* A struct of every size around this one, as headers older and newer than the library have it. */
static void check_sizes(const nucleus_program *program)
{
    const struct { const char *what; size_t size, dirty; nucleus_status expected; } rows[] = {
        {"no size", 0, 0, INVALID},
        {"one byte", 1, 0, INVALID},
        {"the size alone", sizeof(size_t), 0, INVALID},
        {"a byte too little", FIRST_SIZE - 1, 0, INVALID},
        {"the first version", FIRST_SIZE, 0, NUCLEUS_OK},
        {"this version", sizeof(nucleus_stats), 0, NUCLEUS_OK},
        {"a byte more", sizeof(nucleus_stats) + 1, 0, NUCLEUS_OK},
        {"a newer one", sizeof(nucleus_stats) + 16, 0, NUCLEUS_OK},
        {"a byte more, not 0", sizeof(nucleus_stats) + 1, sizeof(nucleus_stats), INVALID},
        {"a newer one that asks", sizeof(nucleus_stats) + 16, sizeof(nucleus_stats) + 15, INVALID},
        {"a page", 4096, 0, NUCLEUS_OK},
        {"a page that asks", 4096, 4095, INVALID},
        {"more than a page", 4097, 0, INVALID},
        {"endless", SIZE_MAX, 0, INVALID},
    };
    const char *const says[] = {"program_stats", "sizeof"};
    enum { GUARD = 0xa5 };

    for (size_t i = 0; i < COUNT(rows); i++) {
        /* Of just that size, so that valgrind sees a byte too many. */
        size_t size = rows[i].size, changed = 0;
        size_t room = size > 4097 ? 4097 : size < sizeof size ? sizeof size : size;
        unsigned char *place = malloc(room), *before = malloc(room);

        if (place == NULL || before == NULL)
            exit(2);
        memset(place, GUARD, room);
        if (room > sizeof(nucleus_stats))
            memset(place + sizeof(nucleus_stats), 0, room - sizeof(nucleus_stats));
        if (rows[i].dirty != 0)
            place[rows[i].dirty] = 1;
        memcpy(place, &size, sizeof size);
        memcpy(before, place, room);
        heard.calls = 0;
        same_status(rows[i].what, nucleus_program_stats(program, NUCLEUS_ARCH_X86_64,
                                                        (nucleus_stats *)(void *)place),
                    rows[i].expected);
        CHECK(memcmp(place, &size, sizeof size) == 0, "%s: the size was written", rows[i].what);
        for (size_t at = rows[i].expected == NUCLEUS_OK ? sizeof(nucleus_stats) : 0; at < room; at++)
            changed += place[at] != before[at];
        CHECK(changed == 0, "%s: %zu bytes were written", rows[i].what, changed);
        if (rows[i].expected == NUCLEUS_OK) {
            nucleus_stats expected = stats_of(rows[i].what, program, NUCLEUS_ARCH_X86_64);
            expected.size = size;
            CHECK(memcmp(place, &expected, FIRST_SIZE) == 0, "%s: other counts", rows[i].what);
        } else {
            CHECK(heard.calls == 1, "%s: %u reports", rows[i].what, heard.calls);
            check_sentence(rows[i].what, heard.last, says, COUNT(says));
        }
        free(place);
        free(before);
    }
}

static void check_bad_arguments(const nucleus_program *program)
{
    static const uint32_t no_arches[] = {0, 1, 0x3e, 0xc000003f, UINT32_MAX};
    static unsigned char room[2 * sizeof(nucleus_stats)];
    const size_t size = sizeof(nucleus_stats);
    nucleus_stats stats, before;

    memset(&before, 0xa5, sizeof before);
    before.size = sizeof before;
    stats = before;
    same_status("no program", nucleus_program_stats(NULL, NUCLEUS_ARCH_X86_64, &stats), INVALID);
    same_status("nowhere", nucleus_program_stats(program, NUCLEUS_ARCH_X86_64, NULL), INVALID);
    same_status("nothing", nucleus_program_stats(NULL, 0, NULL), INVALID);
    for (size_t i = 0; i < COUNT(no_arches); i++) {
        heard.calls = 0;
        same_status("no architecture", nucleus_program_stats(program, no_arches[i], &stats),
                    INVALID);
        CHECK(heard.calls == 1, "%u reports", heard.calls);
    }
    CHECK(memcmp(&stats, &before, sizeof stats) == 0, "counts were written");
    memcpy(room + 1, &size, sizeof size);
    same_status("between words",
                nucleus_program_stats(program, NUCLEUS_ARCH_X86_64,
                                      (nucleus_stats *)(void *)(room + 1)), NUCLEUS_OK);
    before = stats_of("between words", program, NUCLEUS_ARCH_X86_64);
    CHECK(memcmp(room + 1, &before, sizeof before) == 0, "between words: other counts");
}

/* What the library writes, written here once more. */
static void check_json_of(const char *what, const nucleus_program *program)
{
    static struct bytes json;
    char expected[8192];
    size_t length;
    const char *separator = "";

    json.size = sizeof json.at;
    same_status(what, nucleus_program_export(program, NUCLEUS_EXPORT_JSON, json.at, &json.size),
                NUCLEUS_OK);
    length = (size_t)snprintf(expected, sizeof expected,
                              "{\"instructions\":%zu,\"margin\":%zu,\"architectures\":[",
                              nucleus_program_count(program),
                              MOST - nucleus_program_count(program));
    for (size_t i = 0; i < ARCH_COUNT; i++) {
        nucleus_stats stats = stats_of(what, program, ARCHES[i].constant);

        if (!stats.told_apart)
            continue;
        length += (size_t)snprintf(
            expected + length, sizeof expected - length,
            "%s{\"arch\":\"%s\",\"calls\":%u,\"cached\":%u,\"shortest\":%u,\"longest\":%u,"
            "\"mean\":%u.%03u,\"mean_uncached\":%u.%03u,\"attach_steps\":%u}",
            separator, ARCHES[i].name, (unsigned)stats.calls, (unsigned)stats.cached,
            (unsigned)stats.shortest, (unsigned)stats.longest, (unsigned)stats.mean / 1000,
            (unsigned)stats.mean % 1000, (unsigned)stats.mean_uncached / 1000,
            (unsigned)stats.mean_uncached % 1000, (unsigned)stats.attach_steps);
        separator = ",";
    }
    length += (size_t)snprintf(expected + length, sizeof expected - length, "]}\n");
    CHECK(json.size == length && memcmp(json.at, expected, length) == 0, "%s: %.*s, not %s", what,
          (int)json.size, (const char *)json.at, expected);
}

static void check_json(const nucleus_program *built_in)
{
    for (size_t i = 0; i < COUNT(PROGRAMS); i++) {
        nucleus_program *program =
            imported(PROGRAMS[i].what, PROGRAMS[i].code, PROGRAMS[i].n);
        check_json_of(PROGRAMS[i].what, program);
        nucleus_program_free(program);
    }
    check_json_of("the built-in policy", built_in);
    for (size_t i = 0; i < ARCH_COUNT; i++) {
        nucleus_stats stats = stats_of(ARCHES[i].name, built_in, ARCHES[i].constant);
        bool covered = ARCHES[i].constant == NUCLEUS_ARCH_X86_64 ||
                       ARCHES[i].constant == NUCLEUS_ARCH_AARCH64;
        CHECK(stats.told_apart == covered, "%s: told apart %u", ARCHES[i].name,
              (unsigned)stats.told_apart);
    }
}

int main(void)
{
    nucleus_filter *filter = policy_filter();
    const nucleus_program *program = nucleus_filter_program(filter);

    same_status("set_log", nucleus_set_log(hear, NULL, NUCLEUS_LOG_ERROR), NUCLEUS_OK);
    check_counts();
    check_sizes(program);
    check_bad_arguments(program);
    check_json(program);
    nucleus_filter_free(filter);
    return report("statistics");
}
