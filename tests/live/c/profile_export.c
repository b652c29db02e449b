/* Filters out of the library as profiles, and in again. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "filters.h"

enum { ROOM = 1 << 20 };

static char text[ROOM], again[ROOM];

/* A filter that a profile can say. */
static nucleus_filter *sayable(void)
{
    nucleus_filter *filter =
        filter_on(NUCLEUS_ERRNO(EPERM), NUCLEUS_ARCH_X86_64, NUCLEUS_ARCH_X86_64);
    nucleus_arg arg = {0, NUCLEUS_CMP_MASKED_EQ, 64, 0, 0x10000000};

    same_status("unknown", nucleus_filter_set(filter, NUCLEUS_ATTR_UNKNOWN, NUCLEUS_ERRNO(ENOSYS)),
                NUCLEUS_OK);
    same_status("allow", nucleus_filter_allow(filter, "read"), NUCLEUS_OK);
    same_status("rule", nucleus_filter_add_rule(filter, NUCLEUS_ALLOW, "clone", &arg, 1),
                NUCLEUS_OK);
    return filter;
}

/* The profile of a filter, with a 0 behind it. */
static size_t profile_of(const char *what, nucleus_filter *filter, char *buffer)
{
    size_t size = ROOM - 1;

    memset(buffer, 0, ROOM);
    if (!same_status(what, nucleus_filter_export_oci_buffer(filter, buffer, &size), NUCLEUS_OK))
        printf("  %s\n", nucleus_filter_error(filter));
    CHECK(strlen(buffer) == size, "%s: %zu bytes", what, size);
    return size;
}

/* What is written, read again, compares equal, and is written so again. */
static void check_there_and_back(void)
{
    nucleus_filter *filter = sayable(), *found = new_filter(NUCLEUS_KILL_PROCESS);
    nucleus_oci_context context = {sizeof context, NUCLEUS_OCI_ARCH, NUCLEUS_ARCH_X86_64, 0, 0, 0};
    size_t size = profile_of("there", filter, text);
    uint32_t order = 99;

    CHECK(strstr(text, "SCMP_CMP_MASKED_EQ") != NULL && text[size - 1] == '\n', "%s", text);
    same_status("context", nucleus_filter_set_oci_context(found, &context), NUCLEUS_OK);
    same_status("back", nucleus_filter_parse_oci(found, text, size, NUCLEUS_OCI_STRICT),
                NUCLEUS_OK);
    same_status("compare", nucleus_filter_compare(filter, found, &order, NULL, NULL), NUCLEUS_OK);
    CHECK(order == NUCLEUS_EQUAL, "order %u", order);
    profile_of("again", found, again);
    CHECK(strcmp(text, again) == 0, "the same text:\n%s", again);
    same_status("compiled is fine, too", nucleus_filter_compile(filter), NUCLEUS_OK);
    profile_of("compiled", filter, again);
    CHECK(strcmp(text, again) == 0, "compiled or not: the same text");
    CHECK(nucleus_filter_program(filter) != NULL, "it is still compiled");
    nucleus_filter_free(filter);
    nucleus_filter_free(found);
}

static void check_sizes(void)
{
    nucleus_filter *filter = sayable();
    const size_t needed = profile_of("needed", filter, text);
    const struct { const char *what; size_t room; bool buffer; nucleus_status expected; } rows[] = {
        {"asked for", 0, false, NUCLEUS_OK},
        {"asked for, with endless room", SIZE_MAX, false, NUCLEUS_OK},
        {"no room", 0, true, NUCLEUS_ERR_BUFFER},
        {"one byte too little", needed - 1, true, NUCLEUS_ERR_BUFFER},
        {"just enough", needed, true, NUCLEUS_OK},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t room = rows[i].buffer ? rows[i].room : 0, size = rows[i].room;
        char *buffer = malloc(room == 0 ? 1 : room);

        if (buffer == NULL)
            exit(2);
        same_status(rows[i].what,
                    nucleus_filter_export_oci_buffer(filter, rows[i].buffer ? buffer : NULL, &size),
                    rows[i].expected);
        CHECK(size == (rows[i].expected == NUCLEUS_OK ? needed : rows[i].room), "%s: size %zu",
              rows[i].what, size);
        CHECK(room < needed || memcmp(buffer, text, needed) == 0, "%s: other bytes", rows[i].what);
        free(buffer);
    }
    CHECK(nucleus_filter_error(filter) == NULL, "too little room leaves no sentence");
    nucleus_filter_free(filter);
}

/* What write(2) refuses comes back as errno, and leaves no sentence. */
static void check_descriptors(void)
{
    nucleus_filter *filter = sayable();
    int full = open("/dev/full", O_WRONLY), reads = open("/dev/null", O_RDONLY), closed = dup(full);
    FILE *file = tmpfile();
    size_t needed = profile_of("needed", filter, text);

    CHECK(full != -1 && reads != -1 && file != NULL, "descriptors");
    close(closed);
    const struct { const char *what; int fd, error; } rows[] = {
        {"a full device", full, ENOSPC},
        {"a closed descriptor", closed, EBADF},
        {"a descriptor for reading", reads, EBADF},
        {"no descriptor", -1, EBADF},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        errno = 0;
        same_status(rows[i].what, nucleus_filter_export_oci(filter, rows[i].fd),
                    NUCLEUS_ERR_KERNEL);
        CHECK(errno == rows[i].error, "%s: errno %d", rows[i].what, errno);
        CHECK(nucleus_filter_error(filter) == NULL, "%s: no sentence", rows[i].what);
    }
    same_status("to a file", nucleus_filter_export_oci(filter, fileno(file)), NUCLEUS_OK);
    memset(again, 0, sizeof again);
    CHECK(pread(fileno(file), again, sizeof again, 0) == (ssize_t)needed, "read back");
    CHECK(memcmp(again, text, needed) == 0, "a file has other bytes");
    fclose(file);
    close(full);
    close(reads);
    nucleus_filter_free(filter);
}

static void killing_newer(nucleus_filter *filter)
{
    nucleus_filter_set(filter, NUCLEUS_ATTR_UNKNOWN, NUCLEUS_KILL_PROCESS);
}

static void errno_too_large(nucleus_filter *filter)
{
    nucleus_filter_add_rule(filter, NUCLEUS_ERRNO(4095), "bind", NULL, 0);
}

static void typing_mistake(nucleus_filter *filter)
{
    nucleus_filter_allow(filter, "wrtie");
}

static void open_transaction(nucleus_filter *filter)
{
    nucleus_filter_begin(filter);
}

/* What can't be written: nothing is, and the filter keeps why. */
static void check_refusals(void)
{
    const struct {
        const char *what;
        void (*change)(nucleus_filter *);
        nucleus_status expected;
        const char *says;
    } rows[] = {
        {"newer calls", killing_newer, UNSUPPORTED, "NUCLEUS_ATTR_UNKNOWN"},
        {"an errno", errno_too_large, UNSUPPORTED, "bind: errno 4095"},
        {"an earlier failure", typing_mistake, UNKNOWN, "'wrtie'"},
        {"a transaction", open_transaction, INVALID, "transaction"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        nucleus_filter *filter = sayable();
        char byte = 1;
        size_t size = 1;

        rows[i].change(filter);
        same_status(rows[i].what, nucleus_filter_export_oci_buffer(filter, &byte, &size),
                    rows[i].expected);
        same_status(rows[i].what, nucleus_filter_export_oci(filter, -1), rows[i].expected);
        CHECK(byte == 1 && size == 1, "%s: nothing is written", rows[i].what);
        const char *sentence = nucleus_filter_error(filter);
        CHECK(sentence != NULL && strstr(sentence, rows[i].says) != NULL, "%s: %s", rows[i].what,
              sentence);
        same_status(rows[i].what, nucleus_filter_compile(filter), rows[i].expected);
        nucleus_filter_free(filter);
    }
}

static void check_null(void)
{
    nucleus_filter *filter = sayable();
    size_t size = 7;

    same_status("NULL", nucleus_filter_export_oci(NULL, 1), INVALID);
    same_status("NULL", nucleus_filter_export_oci_buffer(NULL, text, &size), INVALID);
    same_status("NULL", nucleus_filter_export_oci_buffer(filter, text, NULL), INVALID);
    CHECK(size == 7, "nothing is written");
    CHECK(nucleus_filter_error(filter) == NULL, "NULL for the size leaves no sentence");
    nucleus_filter_free(filter);
}

int main(void)
{
    check_there_and_back();
    check_sizes();
    check_descriptors();
    check_refusals();
    check_null();
    return report("profile_export");
}
