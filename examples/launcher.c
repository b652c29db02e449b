/* launcher: runs a program confined.
 *
 *     launcher [--network] [--jit] [--strict] [--allow NAME]... [--deny NAME]...
 *              [--log] [--best-effort] -- PROGRAM ARGS
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
    fputs("usage: launcher [OPTION]... [--] PROGRAM [ARG]...\n"
          "Run PROGRAM under the built-in system call policy.\n\n"
          "  --network      allow AF_INET and AF_INET6 sockets\n"
          "  --jit          allow memory that is writable and executable at once\n"
          "  --strict       kill where the policy would answer with an errno\n"
          "  --allow NAME   allow the system call NAME, whatever its arguments\n"
          "  --deny NAME    refuse the system call NAME, whatever else is said\n"
          "  --log          let the kernel log what is refused\n"
          "  --best-effort  run PROGRAM unconfined if the kernel refuses the filter\n",
          status ? stderr : stdout);
    exit(status);
}

struct options {
    uint32_t policy;
    uint32_t apply;
    char **program;
};

/* Reads the command line; what it says of single calls goes to the filter at once, because the
 * order of calls on a filter makes no difference. */
static struct options parse(int argc, char **argv, nucleus_filter *filter)
{
    enum { NETWORK = 1, JIT, STRICT, ALLOW, DENY, LOG, BEST_EFFORT, HELP };
    static const struct option known[] = {
        {"network", no_argument, NULL, NETWORK},
        {"jit", no_argument, NULL, JIT},
        {"strict", no_argument, NULL, STRICT},
        {"allow", required_argument, NULL, ALLOW},
        {"deny", required_argument, NULL, DENY},
        {"log", no_argument, NULL, LOG},
        {"best-effort", no_argument, NULL, BEST_EFFORT},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options options = {0, 0, NULL};
    int option;

    /* "+": what follows PROGRAM is its own. */
    while ((option = getopt_long(argc, argv, "+", known, NULL)) != -1) {
        switch (option) {
        case NETWORK: options.policy |= NUCLEUS_POLICY_NETWORK; break;
        case JIT: options.policy |= NUCLEUS_POLICY_JIT; break;
        case STRICT: options.policy |= NUCLEUS_POLICY_STRICT; break;
        case ALLOW: nucleus_filter_allow(filter, optarg); break;
        case DENY: nucleus_filter_deny(filter, optarg); break;
        case LOG: options.apply |= NUCLEUS_APPLY_LOG; break;
        case BEST_EFFORT: options.apply |= NUCLEUS_APPLY_BEST_EFFORT; break;
        case HELP: usage(0); break;
        default: usage(EXIT_LAUNCHER);
        }
    }
    options.program = argv + optind;
    if (*options.program == NULL)
        usage(EXIT_LAUNCHER);
    return options;
}

/* In the child, between fork and exec. */
static void confine_and_run(const nucleus_filter *filter, const struct options *options)
{
    switch (nucleus_filter_apply(filter, options->apply)) {
    case NUCLEUS_OK: break;
    case NUCLEUS_NOT_APPLIED: perror("launcher: warning: running UNCONFINED"); break;
    default: perror("launcher: cannot confine"); _exit(EXIT_LAUNCHER);
    }
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
            bool from_terminal = info.si_code > 0;
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

/* Finds the last such record since the log was opened, of process `pid` if there is one. Each read
 * from /dev/kmsg gives one record. Reading it may need CAP_SYSLOG; false when there is nothing. */
static bool read_record(int log, pid_t pid, struct record *found)
{
    char line[2048];
    ssize_t length;
    bool any = false;

    if (log == -1)
        return false;
    /* EPIPE: records were overwritten before they could be read; go on with the next. */
    while ((length = read(log, line, sizeof line - 1)) > 0 || (length == -1 && errno == EPIPE)) {
        struct record record = {0, 0, -1, ""};
        const char *at;

        if (length <= 0)
            continue;
        line[length] = '\0';
        if (strstr(line, "type=1326") == NULL || strstr(line, " sig=31 ") == NULL)
            continue;
        if ((at = strstr(line, " pid=")) == NULL || sscanf(at, " pid=%ld", &record.pid) != 1 ||
            (at = strstr(line, " arch=")) == NULL ||
            sscanf(at, " arch=%" SCNx32 " syscall=%" SCNd32, &record.arch, &record.number) != 2)
            continue;
        if ((at = strstr(line, " comm=\"")) != NULL)
            sscanf(at, " comm=\"%31[^\"]", record.name);
        *found = record;
        any = true;
        if (record.pid == pid)
            break;
    }
    return any;
}

/* Says which call was fatal. */
static void explain(const char *program, pid_t child, int log)
{
    struct record record;

    usleep(20000); /* the record is written after the process is gone */
    if (!read_record(log, child, &record)) {
        fprintf(stderr,
                "launcher: %s was killed by the filter; the kernel's log, which would say by which "
                "system call, %s\n",
                program,
                log == -1 ? "can't be read from here (dmesg | grep type=1326)"
                          : "has no record of it (it keeps a few a second)");
        return;
    }
    if (record.pid == (long)child)
        fprintf(stderr, "launcher: %s was killed by the filter: ", program);
    else /* whose child it was is gone with it */
        fprintf(stderr, "launcher: a process under %s, probably %s (%ld), was killed by the filter: ",
                program, record.name, record.pid);
    const char *name = nucleus_syscall_name(record.arch, record.number);
    if (name != NULL)
        fprintf(stderr, "system call %s (%" PRId32 ")\n", name, record.number);
    else if (record.arch != nucleus_arch_native())
        fprintf(stderr, "system call %" PRId32 " of another architecture (%#" PRIx32 ")\n",
                record.number, record.arch);
    else
        fprintf(stderr, "system call %" PRId32 "\n", record.number);
}

int main(int argc, char **argv)
{
    nucleus_filter *filter = NULL;
    sigset_t set = waited_for(), inherited;

    if (nucleus_filter_new(NUCLEUS_KILL_PROCESS, &filter) != NUCLEUS_OK)
        fail("filter", nucleus_filter_error(filter));
    struct options options = parse(argc, argv, filter);
    nucleus_filter_use_default(filter, options.policy);
    if (nucleus_filter_compile(filter) != NUCLEUS_OK) /* says so if any of the above failed */
        fail("policy", nucleus_filter_error(filter));

    /* Opened before the child runs, so that only what comes later is read. */
    int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (log != -1)
        lseek(log, 0, SEEK_END);

    sigprocmask(SIG_BLOCK, &set, &inherited);
    fflush(NULL);
    pid_t child = fork();
    if (child == -1)
        fail("fork", strerror(errno));
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &inherited, NULL);
        confine_and_run(filter, &options);
    }

    int status = wait_for(child, &set);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    /* A shell whose child was killed reports it in its exit status. */
    bool below = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SIGNAL + SIGSYS;
    if (killed || below)
        explain(*options.program, child, log);
    nucleus_filter_free(filter);
    return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}
