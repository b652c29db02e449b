/* inspect: shows a filter as text, as a picture, as source code, in numbers.
 *
 *     inspect [--network] [--jit] [--strict] [--arch NAME]... [FORMAT]...     the built-in policy
 *     inspect --level NAME [--arch NAME]... [--harden] [FORMAT]...     the calls of a level
 *     inspect --profile FILE [--sha256 HEX] [--capabilities HEX] [--harden] [FORMAT]...
 *     inspect --firecracker FILE --category NAME [--arch NAME] [FORMAT]...    a filter of theirs
 *     inspect --program FILE [FORMAT]...       instructions from elsewhere; - is standard input
 *     inspect --fd NUMBER [FORMAT]...          the same from a descriptor that is open
 *
 * Shows the pseudo-code if no format is named.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nucleus_seccomp.h>

#include "profile.h"

enum { EXIT_USAGE = 2 };

static void fail(const char *doing, const char *why)
{
    fprintf(stderr, "inspect: %s: %s\n", doing, why);
    exit(EXIT_FAILURE);
}

/* Not of a program, but of what a filter says: stands beside NUCLEUS_EXPORT_*. */
enum { OCI = 1000 };

/* What can be shown. */
static const struct format {
    const char *name;
    uint32_t number;
    const char *what;
} formats[] = {
    {"pseudo-code", NUCLEUS_EXPORT_PSEUDOCODE, "what becomes of each call, for who reviews it"},
    {"listing", NUCLEUS_EXPORT_LISTING, "every instruction, and the rules behind each return"},
    {"dot", NUCLEUS_EXPORT_DOT, "a picture, for dot -Tsvg"},
    {"c", NUCLEUS_EXPORT_C, "C source that needs no library"},
    {"rust", NUCLEUS_EXPORT_RUST, "the same in Rust"},
    {"go", NUCLEUS_EXPORT_GO, "the same in Go"},
    {"zig", NUCLEUS_EXPORT_ZIG, "the same in Zig"},
    {"oci", OCI, "a profile for Docker, Podman or Kubernetes"},
    {"statistics", NUCLEUS_EXPORT_JSON, "what it costs, as JSON"},
    {"bpf", NUCLEUS_EXPORT_BPF, "the instructions, in the byte order that it is for"},
    {"bpf-le", NUCLEUS_EXPORT_BPF_LITTLE_ENDIAN, "the same, little-endian"},
    {"bpf-be", NUCLEUS_EXPORT_BPF_BIG_ENDIAN, "the same, big-endian"},
};
enum { FORMATS = sizeof formats / sizeof *formats };

static void usage(int status)
{
    FILE *out = status ? stderr : stdout;

    fputs("usage: inspect [SOURCE] [--FORMAT]...\n"
          "Show a system call filter.\n\n"
          "SOURCE, one of:\n"
          "  --built-in     the built-in policy; assumed if there is no other, with\n"
          "    --network, --jit, --strict   its modes\n"
          "  --level NAME   the calls of a level\n"
          "    --arch NAME  of both: for this architecture, such as x86_64; may be repeated\n"
          "  --profile FILE a profile in the form of Docker, Podman and Kubernetes; with\n"
          "    --sha256 HEX the SHA-256 that it must have\n"
          "    --capabilities HEX   those that it is read for, if not this process's\n"
          "    --harden     of levels and profiles: with the checks of the built-in policy\n"
          "  --firecracker FILE   a filter of Firecracker's, in JSON for seccompiler, with\n"
          "    --category NAME    the threads that it is for\n"
          "    --arch NAME        another architecture than this one\n"
          "  --program FILE a program from elsewhere, of either byte order; - is standard input\n"
          "  --fd NUMBER    the same from a descriptor that is open\n\n"
          "FORMAT, in the order given, --pseudo-code if there is none:\n", out);
    for (size_t i = 0; i < FORMATS; i++)
        fprintf(out, "  --%-12s %s\n", formats[i].name, formats[i].what);
    exit(status);
}

/* ---- sources ---- */

/* What goes with some sources only. */
enum { MODES = 1, ARCHES = 2, CHECKS = 4, PINS = 8, CATEGORY = 16 };

struct options {
    unsigned given; /* MODES, ARCHES, ... */
    uint32_t policy;
    uint32_t arches[32];
    size_t n_arches;
    bool harden;
    struct profile profile; /* all but its path */
    const char *argument;   /* of the source */
    const char *category;   /* or NULL */
};

/* What is shown: a filter, or a program that came without one. */
struct subject {
    nucleus_filter *filter;
    nucleus_program *program;
};

/* A new filter, for the architectures that were asked for. */
static nucleus_filter *begin(const struct options *options)
{
    nucleus_filter *filter = NULL;
    nucleus_status made = nucleus_filter_new(NUCLEUS_KILL_PROCESS, &filter);

    if (made != NUCLEUS_OK)
        fail("filter", nucleus_status_message(made));
    /* A new filter is for this machine. */
    if (options->n_arches > 0)
        nucleus_filter_remove_arch(filter, nucleus_arch_native());
    for (size_t i = 0; i < options->n_arches; i++)
        nucleus_filter_add_arch(filter, options->arches[i]);
    return filter;
}

static void finish(nucleus_filter *filter, const struct options *options, struct subject *subject)
{
    if (options->harden)
        nucleus_filter_harden(filter, NUCLEUS_POLICY_NETWORK);
    if (nucleus_filter_compile(filter) != NUCLEUS_OK) /* says so if anything failed before */
        fail("policy", nucleus_filter_error(filter));
    subject->filter = filter;
}

static void from_built_in(const struct options *options, struct subject *subject)
{
    nucleus_filter *filter = begin(options);

    nucleus_filter_use_default(filter, options->policy);
    finish(filter, options, subject);
}

static void from_level(const struct options *options, struct subject *subject)
{
    nucleus_filter *filter = begin(options);
    uint32_t level = nucleus_level_named(options->argument);

    if (level == 0)
        fail(options->argument, "no such level");
    nucleus_filter_use_level(filter, level);
    finish(filter, options, subject);
}

static void from_profile(const struct options *options, struct subject *subject)
{
    nucleus_filter *filter = begin(options);
    struct profile profile = options->profile;

    profile.path = options->argument;
    if (profile_load(&profile, filter))
        profile_print_report(filter, "inspect");
    finish(filter, options, subject);
}

static void from_firecracker(const struct options *options, struct subject *subject)
{
    nucleus_filter *filter = begin(options);
    /* With none named, the error lists those that there are. */
    const char *category = options->category != NULL ? options->category : "";

    nucleus_filter_load_firecracker(filter, options->argument, category, NULL, 0);
    finish(filter, options, subject);
    fputs(nucleus_filter_profile_report(filter), stderr);
}

/* The sentence that belongs to a status. */
static void keep_sentence(void *payload, uint32_t level, const char *message)
{
    (void)level;
    snprintf(payload, 400, "%s", message);
}

/* Reads a program, and a byte more than the longest has: that is an error then, and no endless read. */
static void read_program(int fd, const char *name, struct subject *subject)
{
    static unsigned char bytes[4096 * sizeof(nucleus_instruction) + 1];
    char sentence[400] = "";
    size_t size = 0;
    ssize_t got;

    do {
        got = read(fd, bytes + size, sizeof bytes - size);
        if (got > 0)
            size += (size_t)got;
    } while ((got > 0 && size < sizeof bytes) || (got == -1 && errno == EINTR));
    if (got == -1)
        fail(name, strerror(errno));
    if (size == sizeof bytes)
        fail(name, "longer than 4096 instructions of 8 bytes");
    nucleus_set_log(keep_sentence, sentence, NUCLEUS_LOG_ERROR);
    nucleus_status status = nucleus_program_from_bpf(bytes, size, &subject->program);
    nucleus_set_log(NULL, NULL, NUCLEUS_LOG_OFF);
    if (status != NUCLEUS_OK)
        fail(name, *sentence ? sentence : nucleus_status_message(status));
}

static void from_file(const struct options *options, struct subject *subject)
{
    bool is_input = strcmp(options->argument, "-") == 0;
    int fd = is_input ? STDIN_FILENO : open(options->argument, O_RDONLY | O_CLOEXEC);

    if (fd == -1)
        fail(options->argument, strerror(errno));
    read_program(fd, options->argument, subject);
    if (!is_input)
        close(fd);
}

static void from_descriptor(const struct options *options, struct subject *subject)
{
    char *end;
    long fd = strtol(options->argument, &end, 10);

    if (end == options->argument || *end != '\0' || fd < 0 || fd > INT_MAX)
        fail(options->argument, "no number of a descriptor");
    read_program((int)fd, options->argument, subject);
}

/* Where filters come from: another kind is another line. */
static const struct source {
    const char *name;
    int has_arg;
    void (*take)(const struct options *, struct subject *);
    unsigned goes_with;
} sources[] = {
    {"built-in", no_argument, from_built_in, MODES | ARCHES},
    {"level", required_argument, from_level, ARCHES | CHECKS},
    {"profile", required_argument, from_profile, CHECKS | PINS},
    {"firecracker", required_argument, from_firecracker, ARCHES | CATEGORY},
    {"program", required_argument, from_file, 0},
    {"fd", required_argument, from_descriptor, 0},
};
enum { SOURCES = sizeof sources / sizeof *sources };

/* ---- showing ---- */

static void show_profile(const struct subject *subject)
{
    if (subject->filter == NULL)
        fail("oci", "a program is no profile; it has no names of calls");
    if (nucleus_filter_export_oci(subject->filter, STDOUT_FILENO) == NUCLEUS_OK)
        return;
    const char *sentence = nucleus_filter_error(subject->filter);
    fail("oci", sentence != NULL ? sentence : strerror(errno));
}

static void show(const struct subject *subject, const struct format *format)
{
    if (format->number == OCI) {
        show_profile(subject);
        return;
    }
    nucleus_status status =
        subject->filter != NULL
            ? nucleus_filter_export_fd(subject->filter, format->number, STDOUT_FILENO)
            : nucleus_program_export_fd(subject->program, format->number, STDOUT_FILENO);

    if (status == NUCLEUS_ERR_KERNEL)
        fail(format->name, strerror(errno));
    if (status != NUCLEUS_OK)
        fail(format->name, nucleus_status_message(status));
}

/* ---- the command line ---- */

static void set_mode(struct options *options, uint32_t mode)
{
    options->policy |= mode;
    options->given |= MODES;
}

/* Adds the architecture of that name. */
static void add_arch(struct options *options, const char *name)
{
    uint32_t arch = nucleus_arch_named(name);

    if (arch == 0)
        fail(name, "no architecture of that name; those of uname -m are known");
    if (options->n_arches == sizeof options->arches / sizeof *options->arches)
        fail(name, "too many architectures");
    options->arches[options->n_arches++] = arch;
    options->given |= ARCHES;
}

static void set_capabilities(struct options *options, const char *hex)
{
    if (!profile_for_capabilities(&options->profile, hex))
        fail(hex, "no mask of up to 16 hexadecimal digits");
    options->given |= PINS;
}

static void set_sha256(struct options *options, const char *hex)
{
    if (options->profile.sha256 != NULL)
        usage(EXIT_USAGE);
    options->profile.sha256 = hex;
    options->given |= PINS;
}

int main(int argc, char **argv)
{
    enum {
        NETWORK = 1, JIT, STRICT, ARCH, HARDEN, SHA256, CAPABILITIES, OF_THREADS, HELP,
        FIRST_SOURCE = 100, FIRST_FORMAT = 200,
    };
    struct option known[SOURCES + FORMATS + 10] = {
        {"network", no_argument, NULL, NETWORK},
        {"jit", no_argument, NULL, JIT},
        {"strict", no_argument, NULL, STRICT},
        {"arch", required_argument, NULL, ARCH},
        {"harden", no_argument, NULL, HARDEN},
        {"sha256", required_argument, NULL, SHA256},
        {"capabilities", required_argument, NULL, CAPABILITIES},
        {"category", required_argument, NULL, OF_THREADS},
        {"help", no_argument, NULL, HELP},
    };
    size_t filled = 9, n_shown = 0;
    const struct format *shown[64] = {&formats[0]};
    const struct source *source = NULL;
    struct options options = {0};
    struct subject subject = {NULL, NULL};
    int option;

    for (size_t i = 0; i < SOURCES; i++)
        known[filled++] =
            (struct option){sources[i].name, sources[i].has_arg, NULL, FIRST_SOURCE + (int)i};
    for (size_t i = 0; i < FORMATS; i++)
        known[filled++] =
            (struct option){formats[i].name, no_argument, NULL, FIRST_FORMAT + (int)i};

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case NETWORK: set_mode(&options, NUCLEUS_POLICY_NETWORK); break;
        case JIT: set_mode(&options, NUCLEUS_POLICY_JIT); break;
        case STRICT: set_mode(&options, NUCLEUS_POLICY_STRICT); break;
        case ARCH: add_arch(&options, optarg); break;
        case HARDEN: options.harden = true; options.given |= CHECKS; break;
        case SHA256: set_sha256(&options, optarg); break;
        case CAPABILITIES: set_capabilities(&options, optarg); break;
        case OF_THREADS: options.category = optarg; options.given |= CATEGORY; break;
        case HELP: usage(0); break;
        case '?': usage(EXIT_USAGE); break;
        default:
            if (option >= FIRST_FORMAT && n_shown < sizeof shown / sizeof *shown) {
                shown[n_shown++] = &formats[option - FIRST_FORMAT];
            } else if (option < FIRST_FORMAT && source == NULL) {
                source = &sources[option - FIRST_SOURCE];
                options.argument = optarg;
            } else {
                usage(EXIT_USAGE); /* two sources, or no end of formats */
            }
        }
    }
    if (source == NULL)
        source = &sources[0]; /* --built-in */
    if (optind != argc || (options.given & ~source->goes_with) != 0)
        usage(EXIT_USAGE);

    source->take(&options, &subject);
    for (size_t i = 0; i < (n_shown ? n_shown : 1); i++)
        show(&subject, shown[i]);
    nucleus_filter_free(subject.filter);
    nucleus_program_free(subject.program);
    return EXIT_SUCCESS;
}
