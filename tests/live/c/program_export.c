/* Programs out of the library: into memory, and to a descriptor. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "bytes.h"

static bool is_big_endian_here(void)
{
    const uint16_t one = 1;

    return *(const unsigned char *)&one == 0;
}

/* Which byte order the plain format is in: that of the machines that the program is for. */
static void check_formats(void)
{
    const bool here = is_big_endian_here();
    const struct { const char *what; uint32_t arch, other; bool big_endian; } rows[] = {
        {"little-endian alone", NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_AARCH64, false},
        {"big-endian alone", NUCLEUS_ARCH_S390X, NUCLEUS_ARCH_PPC64, true},
        {"both", NUCLEUS_ARCH_S390X, NUCLEUS_ARCH_X86_64, here},
    };
    static struct bytes plain, little, big, expected;

    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter = filter_on(NUCLEUS_ERRNO(1), rows[i].arch, rows[i].other);
        const nucleus_program *program = nucleus_filter_program(compiled(rows[i].what, filter));

        export_bytes(rows[i].what, &plain, program, NUCLEUS_EXPORT_BPF);
        export_bytes(rows[i].what, &little, program, NUCLEUS_EXPORT_BPF_LITTLE_ENDIAN);
        export_bytes(rows[i].what, &big, program, NUCLEUS_EXPORT_BPF_BIG_ENDIAN);
        CHECK(same_bytes(&plain, rows[i].big_endian ? &big : &little), "%s: byte order",
              rows[i].what);
        expected_bytes(&expected, program, false);
        CHECK(same_bytes(&little, &expected), "%s: little-endian", rows[i].what);
        expected_bytes(&expected, program, true);
        CHECK(same_bytes(&big, &expected), "%s: big-endian", rows[i].what);
        CHECK(memcmp(nucleus_program_instructions(program), (here ? big : little).at,
                     little.size) == 0, "%s: what a struct sock_fprog points to", rows[i].what);
        nucleus_filter_free(filter);
    }
}

/* All around the size that is needed. */
static void check_sizes(const nucleus_program *program)
{
    const size_t needed = nucleus_program_count(program) * INSTRUCTION;
    const struct { const char *what; size_t room; bool buffer; nucleus_status expected; } rows[] = {
        {"asked for", 0, false, NUCLEUS_OK},
        {"asked for, with room", 3, false, NUCLEUS_OK},
        {"asked for, with endless room", SIZE_MAX, false, NUCLEUS_OK},
        {"no room", 0, true, NUCLEUS_ERR_BUFFER},
        {"one byte too little", needed - 1, true, NUCLEUS_ERR_BUFFER},
        {"one instruction too little", needed - INSTRUCTION, true, NUCLEUS_ERR_BUFFER},
        {"just enough", needed, true, NUCLEUS_OK},
        {"more than enough", needed + 5, true, NUCLEUS_OK},
    };
    static struct bytes expected;
    enum { GUARD = 0xa5 };

    expected_bytes(&expected, program, false);
    for (size_t i = 0; i < COUNT(rows); i++) {
        /* Of just that size, so that valgrind sees a byte too many. */
        size_t room = rows[i].buffer ? rows[i].room : 0, size = rows[i].room, changed = 0;
        unsigned char *buffer = malloc(room == 0 ? 1 : room);
        bool written = rows[i].buffer && rows[i].expected == NUCLEUS_OK;

        if (buffer == NULL)
            exit(2);
        memset(buffer, GUARD, room);
        same_status(rows[i].what, nucleus_program_export(program, NUCLEUS_EXPORT_BPF_LITTLE_ENDIAN,
                                                         rows[i].buffer ? buffer : NULL, &size),
                    rows[i].expected);
        CHECK(size == (rows[i].expected == NUCLEUS_OK ? needed : rows[i].room), "%s: size %zu",
              rows[i].what, size);
        for (size_t at = written ? needed : 0; at < room; at++)
            changed += buffer[at] != GUARD;
        CHECK(changed == 0, "%s: %zu bytes too many", rows[i].what, changed);
        CHECK(!written || memcmp(buffer, expected.at, needed) == 0, "%s: other bytes",
              rows[i].what);
        free(buffer);
    }
}

/* Forms for eyes: whole, the same each time, with what the filter knows beside. */
static void check_texts(const nucleus_filter *filter)
{
    const nucleus_program *program = nucleus_filter_program(filter);
    const struct { const char *what; uint32_t format; const char *says, *of_filter; } rows[] = {
        {"JSON", NUCLEUS_EXPORT_JSON, "{\"instructions\":", NULL},
        {"listing", NUCLEUS_EXPORT_LISTING, "ret #0x7fff0000", "rule 'allow'"},
        {"pseudo-code", NUCLEUS_EXPORT_PSEUDOCODE, "by the kernel's bitmap", "Fingerprint"},
        {"picture", NUCLEUS_EXPORT_DOT, "digraph filter {", "Fingerprint"},
        {"C", NUCLEUS_EXPORT_C, "struct sock_filter nucleus_program[", "Fingerprint"},
        {"Rust", NUCLEUS_EXPORT_RUST, "pub const NUCLEUS_PROGRAM", "Fingerprint"},
        {"Go", NUCLEUS_EXPORT_GO, "var NucleusProgram = [", "Fingerprint"},
        {"Zig", NUCLEUS_EXPORT_ZIG, "pub const nucleus_program = [", "Fingerprint"},
    };
    static char alone[1 << 20], again[1 << 20], known[1 << 20];

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t format = rows[i].format;
        size_t size = sizeof alone - 1, same = sizeof again - 1, more = sizeof known - 1, asked = 0;

        memset(alone, 0, sizeof alone);
        memset(known, 0, sizeof known);
        same_status(rows[i].what, nucleus_program_export(program, format, alone, &size), NUCLEUS_OK);
        same_status(rows[i].what, nucleus_program_export(program, format, again, &same), NUCLEUS_OK);
        same_status(rows[i].what, nucleus_filter_export(filter, format, known, &more), NUCLEUS_OK);
        same_status(rows[i].what, nucleus_filter_export(filter, format, NULL, &asked), NUCLEUS_OK);
        CHECK(size == same && memcmp(alone, again, size) == 0, "%s: twice the same", rows[i].what);
        CHECK(more == asked, "%s: %zu bytes, and %zu when asked", rows[i].what, more, asked);
        CHECK(strlen(alone) == size && alone[size - 1] == '\n', "%s: whole lines", rows[i].what);
        CHECK(strstr(alone, rows[i].says) != NULL, "%s: no '%s'", rows[i].what, rows[i].says);
        CHECK(strstr(known, rows[i].says) != NULL, "%s: no '%s'", rows[i].what, rows[i].says);
        if (rows[i].of_filter != NULL)
            CHECK(strstr(known, rows[i].of_filter) != NULL &&
                      strstr(alone, rows[i].of_filter) == NULL,
                  "%s: the filter alone knows '%s'", rows[i].what, rows[i].of_filter);
        asked = more - 1;
        same_status(rows[i].what, nucleus_filter_export(filter, format, known, &asked),
                    NUCLEUS_ERR_BUFFER);
        CHECK(asked == more - 1, "%s: the size is left alone", rows[i].what);
    }
}

static void check_bad_requests(const nucleus_filter *filter)
{
    const nucleus_program *program = nucleus_filter_program(filter);
    const uint32_t unknown[] = {3, 7, 16, 0xffff, UINT32_MAX};
    nucleus_filter *empty = NULL;
    char byte = 1;
    size_t size = 1;

    for (size_t i = 0; i < COUNT(unknown); i++) {
        same_status("format", nucleus_program_export(program, unknown[i], NULL, &size),
                    NUCLEUS_ERR_INVALID_ARGUMENT);
        same_status("format", nucleus_filter_export(filter, unknown[i], NULL, &size),
                    NUCLEUS_ERR_INVALID_ARGUMENT);
        same_status("format", nucleus_filter_export_fd(filter, unknown[i], 1),
                    NUCLEUS_ERR_INVALID_ARGUMENT);
    }
    same_status("NULL", nucleus_filter_export(NULL, NUCLEUS_EXPORT_C, &byte, &size),
                NUCLEUS_ERR_INVALID_ARGUMENT);
    same_status("NULL", nucleus_filter_export(filter, NUCLEUS_EXPORT_C, &byte, NULL),
                NUCLEUS_ERR_INVALID_ARGUMENT);
    same_status("NULL", nucleus_filter_export_fd(NULL, NUCLEUS_EXPORT_C, 1),
                NUCLEUS_ERR_INVALID_ARGUMENT);
    same_status("closed", nucleus_filter_export_fd(filter, NUCLEUS_EXPORT_DOT, -1),
                NUCLEUS_ERR_KERNEL);
    same_status("new", nucleus_filter_new(NUCLEUS_ALLOW, &empty), NUCLEUS_OK);
    same_status("not compiled", nucleus_filter_export(empty, NUCLEUS_EXPORT_C, &byte, &size),
                NUCLEUS_ERR_NOT_COMPILED);
    same_status("not compiled", nucleus_filter_export_fd(empty, NUCLEUS_EXPORT_C, 1),
                NUCLEUS_ERR_NOT_COMPILED);
    nucleus_filter_free(empty);
    CHECK(byte == 1 && size == 1, "nothing is written");
}

/* ---- to a descriptor ---- */

/* From where the descriptor stands, and no further. */
static void check_file(const nucleus_program *program)
{
    static struct bytes expected, found;
    FILE *file = tmpfile();

    if (file == NULL)
        exit(2);
    int fd = fileno(file);
    CHECK(write(fd, "before", 6) == 6, "write");
    expected_bytes(&expected, program, true);
    same_status("to a file", nucleus_program_export_fd(program, NUCLEUS_EXPORT_BPF_BIG_ENDIAN, fd),
                NUCLEUS_OK);
    CHECK(lseek(fd, 0, SEEK_CUR) == (off_t)(6 + expected.size), "where it stands now");
    found.size = expected.size;
    CHECK(pread(fd, found.at, expected.size, 6) == (ssize_t)expected.size, "read back");
    CHECK(same_bytes(&found, &expected), "a file has other bytes");
    fclose(file);
}

/* What write(2) refuses comes back as errno. */
static void check_bad_descriptors(const nucleus_program *program)
{
    int closed = open("/dev/null", O_WRONLY), reads = open("/dev/null", O_RDONLY);
    int full = open("/dev/full", O_WRONLY), ends[2];

    CHECK(full != -1 && reads != -1 && pipe2(ends, O_NONBLOCK) == 0, "descriptors");
    CHECK(fcntl(ends[1], F_SETPIPE_SZ, 4096) != -1, "a small pipe");
    close(closed);
    const struct { const char *what; int fd, error; } rows[] = {
        {"a full device", full, ENOSPC},
        {"a closed descriptor", closed, EBADF},
        {"a descriptor for reading", reads, EBADF},
        {"no descriptor", -1, EBADF},
        {"the smallest number", INT32_MIN, EBADF},
        {"a pipe that nobody reads", ends[1], EAGAIN},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        errno = 0;
        same_status(rows[i].what, nucleus_program_export_fd(program, NUCLEUS_EXPORT_BPF,
                                                            rows[i].fd), NUCLEUS_ERR_KERNEL);
        CHECK(errno == rows[i].error, "%s: errno %d, not %d", rows[i].what, errno, rows[i].error);
    }
    close(full);
    close(reads);
    close(ends[0]);
    close(ends[1]);
}

static void *read_late(void *argument)
{
    const int *fd = argument;
    size_t *total = malloc(sizeof *total);
    char buffer[1000];
    ssize_t got;

    if (total == NULL)
        return NULL;
    *total = 0;
    while (usleep(20000), (got = read(*fd, buffer, sizeof buffer)) > 0)
        *total += (size_t)got;
    return total;
}

static void ignore(int number)
{
    (void)number;
}

/* All of it, though signals cut the writes short: a pipe holds half, and its reader is slow. */
static void check_interrupted_writes(const nucleus_program *program)
{
    const struct itimerval often = {{0, 7000}, {0, 7000}}, never = {{0, 0}, {0, 0}};
    const size_t needed = nucleus_program_count(program) * INSTRUCTION;
    struct sigaction action;
    pthread_t reader;
    sigset_t alarms;
    int ends[2];
    void *total;

    memset(&action, 0, sizeof action);
    action.sa_handler = ignore; /* without SA_RESTART */
    sigaction(SIGALRM, &action, NULL);
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    CHECK(pipe(ends) == 0 && fcntl(ends[1], F_SETPIPE_SZ, 4096) != -1, "a small pipe");
    CHECK(needed > 4096, "the program fits into the pipe: %zu bytes", needed);
    pthread_sigmask(SIG_BLOCK, &alarms, NULL); /* the writer alone gets them */
    if (pthread_create(&reader, NULL, read_late, &ends[0]) != 0)
        exit(2);
    pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    same_status("interrupted", nucleus_program_export_fd(program, NUCLEUS_EXPORT_BPF, ends[1]),
                NUCLEUS_OK);
    setitimer(ITIMER_REAL, &never, NULL);
    close(ends[1]);
    pthread_join(reader, &total);
    CHECK(total != NULL && *(size_t *)total == needed, "%zu bytes arrived", *(size_t *)total);
    free(total);
    close(ends[0]);
}

/* Rules enough that a pipe of one page can't hold the program. */
static nucleus_filter *large_filter(void)
{
    nucleus_filter *filter =
        filter_on(NUCLEUS_ALLOW, NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);

    for (uint64_t i = 0; i < 900; i++) {
        nucleus_arg arg = {0, NUCLEUS_CMP_EQ, 64, i << 40 | i, 0};
        same_status("rule", nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(1), "lseek", &arg, 1),
                    NUCLEUS_OK);
    }
    compiled("a large filter", filter);
    return filter;
}

int main(void)
{
    nucleus_filter *filter = policy_filter(), *large = large_filter();

    check_formats();
    check_sizes(nucleus_filter_program(filter));
    check_texts(filter);
    check_bad_requests(filter);
    check_file(nucleus_filter_program(filter));
    check_bad_descriptors(nucleus_filter_program(large));
    check_interrupted_writes(nucleus_filter_program(large));
    nucleus_filter_free(filter);
    nucleus_filter_free(large);
    return report("program_export");
}
