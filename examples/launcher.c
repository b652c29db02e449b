/* launcher: runs a program confined.
 *
 *     launcher [--network] [--jit] [--strict] [OPTION]... -- PROGRAM ARGS    the built-in policy
 *     launcher --level NAME [OPTION]... -- PROGRAM ARGS
 *     launcher --profile FILE [--sha256 HEX] [--capabilities HEX] [OPTION]... -- PROGRAM ARGS
 *
 * The filter is built and proven here, in the parent; the child applies it as the last thing before
 * exec. Signals are passed on, the program's exit status is returned, and when the filter killed the
 * program, the launcher says which system call it was.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nucleus_seccomp.h>

#include "profile.h"

enum {
    EXIT_LAUNCHER = 125, /* the launcher itself failed; as env(1) and timeout(1) have it */
    EXIT_CANNOT_RUN = 126,
    EXIT_NOT_FOUND = 127,
    EXIT_SIGNAL = 128, /* plus the signal, as in a shell */
};

static void fail(const char *doing, const char *why)
{
    fprintf(stderr, "launcher: %s: %s\n", doing, why);
    exit(EXIT_LAUNCHER);
}

static void usage(int status)
{
    FILE *out = status ? stderr : stdout;

    fputs("usage: launcher [OPTION]... [--] PROGRAM [ARG]...\n"
          "Run PROGRAM under a system call policy.\n\n"
          "The policy, one of:\n"
          "  the built-in one, if no other is named; with\n"
          "    --network    allow AF_INET and AF_INET6 sockets\n"
          "    --jit        allow memory that is writable and executable at once\n"
          "    --strict     kill where the policy would answer with an errno\n"
          "  --level NAME   the calls of a level\n"
          "  --profile FILE a profile in the form of Docker, Podman and Kubernetes; with\n"
          "    --sha256 HEX the SHA-256 that FILE must have\n"
          "    --capabilities HEX\n"
          "                 read it for a process with these, such as Docker's a80425fb, and not for\n"
          "                 one with those of this process (CapPrm in /proc/self/status)\n"
          "    --quiet      don't say what of it is left out or made stricter\n\n"
          "On top of it:\n"
          "  --allow NAME   allow the system call NAME, whatever its arguments; what a profile has a\n"
          "                 rule of its own against stays refused\n"
          "  --deny NAME    refuse the system call NAME, whatever else is said\n"
          "  --harden       add the argument checks of the built-in policy\n"
          "  --audit        CONFINE NOTHING: let the kernel log what would be refused\n"
          "  --log          let the kernel log what is refused\n"
          "  --best-effort  run PROGRAM unconfined if the kernel refuses the filter\n\n"
          "Levels, each with what the one before it allows:\n", out);
    for (uint32_t level = 1; nucleus_level_name(level) != NULL; level++)
        fprintf(out, "  %-13s  %s\n", nucleus_level_name(level), nucleus_level_description(level));
    exit(status);
}

/* What is said of a single call. */
struct single {
    nucleus_status (*say)(nucleus_filter *, const char *name);
    const char *name;
};

struct options {
    uint32_t policy;
    uint32_t level; /* 0: none */
    struct profile profile;
    struct single *singles; /* ends with one that says nothing */
    bool quiet, harden, audit;
    uint32_t apply;
    char **program;
};

/* Of two levels the wider one, as in the library. */
static uint32_t level_named(const char *name, uint32_t other)
{
    uint32_t level = nucleus_level_named(name);

    if (level == 0)
        fail("--level", "no such level; launcher --help names them");
    return level > other ? level : other;
}

/* One source of policy, and nothing that belongs to another. */
static void check_source(const struct options *options)
{
    bool has_profile = options->profile.path != NULL, has_level = options->level != 0;

    if (options->policy != 0 && (has_level || has_profile))
        fail("--network, --jit, --strict", "for the built-in policy, not for levels and profiles");
    if (has_level && has_profile)
        fail("--level, --profile", "two policies; one can be given");
    if ((options->profile.sha256 != NULL || options->profile.has_capabilities) && !has_profile)
        fail("--sha256, --capabilities", "for profiles, and there is no --profile");
}

/* Takes the value of an option that can be given once: of two files, or two sums, neither is meant. */
static const char *once(const char *option, const char *before)
{
    if (before != NULL)
        fail(option, "it was given twice");
    return optarg;
}

static struct options parse(int argc, char **argv)
{
    enum {
        NETWORK = 1, JIT, STRICT, LEVEL, PROFILE, SHA256, CAPABILITIES, QUIET,
        ALLOW, DENY, HARDEN, AUDIT, LOG, BEST_EFFORT, HELP,
    };
    static const struct option known[] = {
        {"network", no_argument, NULL, NETWORK},
        {"jit", no_argument, NULL, JIT},
        {"strict", no_argument, NULL, STRICT},
        {"level", required_argument, NULL, LEVEL},
        {"profile", required_argument, NULL, PROFILE},
        {"sha256", required_argument, NULL, SHA256},
        {"capabilities", required_argument, NULL, CAPABILITIES},
        {"quiet", no_argument, NULL, QUIET},
        {"allow", required_argument, NULL, ALLOW},
        {"deny", required_argument, NULL, DENY},
        {"harden", no_argument, NULL, HARDEN},
        {"audit", no_argument, NULL, AUDIT},
        {"log", no_argument, NULL, LOG},
        {"best-effort", no_argument, NULL, BEST_EFFORT},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options options = {0};
    struct single *single = options.singles = calloc((size_t)argc + 1, sizeof *single);
    int option;

    if (single == NULL)
        fail("options", strerror(errno));
    /* "+": what follows PROGRAM is its own. */
    while ((option = getopt_long(argc, argv, "+", known, NULL)) != -1) {
        switch (option) {
        case NETWORK: options.policy |= NUCLEUS_POLICY_NETWORK; break;
        case JIT: options.policy |= NUCLEUS_POLICY_JIT; break;
        case STRICT: options.policy |= NUCLEUS_POLICY_STRICT; break;
        case LEVEL: options.level = level_named(optarg, options.level); break;
        case PROFILE: options.profile.path = once("--profile", options.profile.path); break;
        case SHA256: options.profile.sha256 = once("--sha256", options.profile.sha256); break;
        case CAPABILITIES:
            if (!profile_for_capabilities(&options.profile, optarg))
                fail("--capabilities", "no mask of up to 16 hexadecimal digits");
            break;
        case QUIET: options.quiet = true; break;
        case ALLOW: *single++ = (struct single){nucleus_filter_allow, optarg}; break;
        case DENY: *single++ = (struct single){nucleus_filter_deny, optarg}; break;
        case HARDEN: options.harden = true; break;
        case AUDIT: options.audit = true; break;
        case LOG: options.apply |= NUCLEUS_APPLY_LOG; break;
        case BEST_EFFORT: options.apply |= NUCLEUS_APPLY_BEST_EFFORT; break;
        case HELP: usage(0); break;
        default: usage(EXIT_LAUNCHER);
        }
    }
    options.program = argv + optind;
    if (*options.program == NULL)
        usage(EXIT_LAUNCHER);
    check_source(&options);
    return options;
}

static void take_profile(nucleus_filter *filter, const struct options *options)
{
    if (!profile_load(&options->profile, filter))
        return; /* compiling will say why */
    if (!options->quiet)
        profile_print_report(filter, "launcher");
    if (nucleus_filter_listener_path(filter) != NULL)
        fputs("launcher: warning: nobody listens for the profile's notifications: such calls fail with "
              "ENOSYS\n", stderr);
}

/* A profile comes into a new filter. Of the rest the order makes no difference, but that checks are put
 * where calls are allowed by then, and that an audit is of all that was said: so these two come last. */
static void build(nucleus_filter *filter, const struct options *options)
{
    if (options->profile.path != NULL)
        take_profile(filter, options);
    else if (options->level != 0)
        nucleus_filter_use_level(filter, options->level);
    else
        nucleus_filter_use_default(filter, options->policy);
    for (const struct single *single = options->singles; single->name != NULL; single++)
        single->say(filter, single->name);
    /* Levels and profiles say themselves whether there are sockets. */
    if (options->harden)
        nucleus_filter_harden(filter, options->level != 0 || options->profile.path != NULL
                                          ? NUCLEUS_POLICY_NETWORK
                                          : options->policy);
    if (options->audit) {
        nucleus_filter_audit(filter);
        fputs("launcher: warning: audit: running UNCONFINED; what the policy refuses goes to the "
              "kernel's log (dmesg | grep type=1326)\n", stderr);
    }
}

/* In the child, between fork and exec. */
static void confine_and_run(const nucleus_filter *filter, const struct options *options)
{
    const nucleus_apply_options how = {.size = sizeof how, .flags = options->apply};
    nucleus_apply_result result = {.size = sizeof result};
    nucleus_status status = nucleus_program_apply(nucleus_filter_program(filter), &how, &result);

    if (status != NUCLEUS_OK || result.missing != 0) {
        char what[256];
        nucleus_apply_message(&result, what, sizeof what);
        fprintf(stderr, "launcher: %s: %s\n",
                status == NUCLEUS_OK            ? "warning"
                : status == NUCLEUS_NOT_APPLIED ? "warning: running UNCONFINED"
                                                : "cannot confine", what);
    }
    if (status < 0)
        _exit(EXIT_LAUNCHER);
    execvp(*options->program, options->program);
    int error = errno;
    fprintf(stderr, "launcher: %s: %s\n", *options->program, strerror(error));
    _exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

/* The signals that are passed on. Those that a terminal sends reach the child by themselves, as it
 * is in the same process group. */
static const int passed_on[] = {
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCONT, SIGWINCH,
};

static sigset_t waited_for(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
        sigaddset(&set, passed_on[i]);
    return set;
}

/* Waits for the child to end, passing signals on; returns its wait status. */
static int wait_for(pid_t child, const sigset_t *set)
{
    for (;;) {
        siginfo_t info;
        int status;
        int number = sigwaitinfo(set, &info);

        if (number == -1)
            continue; /* EINTR: stopped and continued */
        if (number != SIGCHLD) {
            /* A hang-up goes to the session's leader alone. */
            bool from_terminal = info.si_code > 0 && number != SIGHUP;
            if (!from_terminal)
                kill(child, number);
            continue;
        }
        /* One SIGCHLD may stand for several changes. */
        while (waitpid(child, &status, WNOHANG | WUNTRACED) == child) {
            if (!WIFSTOPPED(status))
                return status;
            raise(SIGSTOP); /* the shell that started us should see it, too */
            kill(child, SIGCONT);
        }
    }
}

/* What the kernel's log says of a process that a filter killed. */
struct record {
    long pid;
    uint32_t arch;
    int32_t number;
    char name[32];
};

static bool parse_record(const char *line, struct record *record)
{
    const char *pid = strstr(line, " pid="), *arch = strstr(line, " arch=");
    const char *name = strstr(line, " comm=\"");

    record->name[0] = '\0';
    if (name != NULL)
        sscanf(name, " comm=\"%31[^\"]", record->name);
    return strstr(line, "type=1326") != NULL && strstr(line, " sig=31 ") != NULL && pid != NULL &&
           arch != NULL && sscanf(pid, " pid=%ld", &record->pid) == 1 &&
           sscanf(arch, " arch=%" SCNx32 " syscall=%" SCNd32, &record->arch, &record->number) == 2;
}

/* Finds the record of process `pid` among those since the log was opened, or with `pid` -1 the last
 * of any process. The kernel writes it when the process is gone already, so a quarter of a second is
 * spent waiting for it. */
static bool find_record(int log, pid_t pid, struct record *found)
{
    bool any = false;

    for (int tries = 0; tries < 25 && !any; tries++) {
        char line[2048];
        ssize_t length;

        usleep(10000);
        /* Each read gives one record. EPIPE: some were overwritten before they could be read. */
        while ((length = read(log, line, sizeof line - 1)) > 0 || (length < 0 && errno == EPIPE)) {
            struct record record;

            line[length > 0 ? length : 0] = '\0';
            if (parse_record(line, &record) && (pid == -1 || record.pid == pid)) {
                *found = record;
                any = true;
            }
        }
    }
    return any;
}

static void print_call(const struct record *record)
{
    const char *name = nucleus_syscall_name(record->arch, record->number);

    fputs("system call ", stderr);
    if (name != NULL)
        fprintf(stderr, "%s (%" PRId32 ")\n", name, record->number);
    else if (record->arch != nucleus_arch_native())
        fprintf(stderr, "%" PRId32 " of another architecture (%#" PRIx32 ")\n", record->number,
                record->arch);
    else
        fprintf(stderr, "%" PRId32 "\n", record->number);
}

/* Says which call was fatal to the program. Reading the log may need CAP_SYSLOG, and the kernel
 * keeps a few records a second. */
static void explain(const char *program, pid_t child, int log)
{
    struct record record;

    fprintf(stderr, "launcher: %s was killed by the filter: ", program);
    if (log == -1)
        fputs("the system call stands in the kernel's log (dmesg | grep type=1326)\n", stderr);
    else if (!find_record(log, child, &record))
        fputs("the kernel's log has no record of the system call\n", stderr);
    else
        print_call(&record);
}

/* The same where the program ended with the status with which a shell reports that a command of its
 * own died of SIGSYS. Whose child that was is gone with it, so this is a guess, and says so. */
static void explain_below(const char *program, int log)
{
    struct record record;

    if (log == -1 || !find_record(log, -1, &record)) {
        fprintf(stderr,
                "launcher: %s ended as if a command of its was killed by the filter; "
                "the kernel's log would say by which system call\n",
                program);
        return;
    }
    fprintf(stderr, "launcher: a process under %s, probably %s (%ld), was killed by the filter: ",
            program, record.name, record.pid);
    print_call(&record);
}

int main(int argc, char **argv)
{
    nucleus_filter *filter = NULL;
    struct options options = parse(argc, argv);
    sigset_t set = waited_for(), inherited;

    nucleus_status made = nucleus_filter_new(NUCLEUS_KILL_PROCESS, &filter);
    if (made != NUCLEUS_OK)
        fail("filter", nucleus_status_message(made));
    build(filter, &options);
    if (nucleus_filter_compile(filter) != NUCLEUS_OK) /* says so if any of the above failed */
        fail("policy", nucleus_filter_error(filter));

    /* Opened before the child runs, so that only what comes later is read. */
    int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (log != -1)
        lseek(log, 0, SEEK_END);

    void (*on_child)(int) = signal(SIGCHLD, SIG_DFL); /* ignored, it would never come */
    sigprocmask(SIG_BLOCK, &set, &inherited);
    fflush(NULL);
    pid_t child = fork();
    if (child == -1)
        fail("fork", strerror(errno));
    if (child == 0) {
        signal(SIGCHLD, on_child);
        sigprocmask(SIG_SETMASK, &inherited, NULL);
        confine_and_run(filter, &options);
    }

    int status = wait_for(child, &set);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        explain(*options.program, child, log);
    else if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SIGNAL + SIGSYS)
        explain_below(*options.program, log);
    free(options.singles);
    nucleus_filter_free(filter);
    return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}
