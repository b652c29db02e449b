/* Builds filters with libseccomp, for a test that compares them with ours.
 *
 * Reads lines, numbers as C writes them, actions and architectures as SCMP_ACT_* and SCMP_ARCH_*:
 *
 *     policy LEVEL DEFAULT BAD_ARCH ARCH...       a new one; LEVEL is SCMP_FLTATR_CTL_OPTIMIZE
 *     rule ACTION NAME [INDEX OPERATOR A B]...    with the fields of struct scmp_arg_cmp
 *     build                                       asks for its program
 *     number ARCH NAME                            asks for a number, negative where there is none
 *
 * and answers each question with a line:
 *
 *     program HEX             the bytes for the kernel
 *     error FUNCTION ERRNO    what libseccomp refused
 *     timeout                 it took more than its time
 *     killed SIGNAL           it crashed
 *     number NUMBER
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccomp.h>

enum { MOST_ARCHES = 32, MOST_RULES = 4000, MOST_CONDITIONS = 6 };

/* Of processor time: most filters take a millisecond of it, and a few would take for ever. */
static const struct itimerval TIME = {.it_value = {.tv_usec = 300000}};
static const struct rlimit MEMORY = {256 << 20, 256 << 20};

struct rule {
    uint32_t action;
    char name[64];
    unsigned conditions;
    struct scmp_arg_cmp condition[MOST_CONDITIONS];
};

static struct policy {
    uint32_t level, default_action, bad_arch;
    unsigned arches, rules;
    uint32_t arch[MOST_ARCHES];
    struct rule rule[MOST_RULES];
} policy;

/* ---- in the child ---- */

/* Not by exit, which would put back in place the input that both share. */
static void done(void)
{
    fflush(stdout);
    _exit(0);
}

static void must(const char *function, int result)
{
    if (result >= 0)
        return;
    printf("error %s %d\n", function, -result);
    done();
}

static void add_arches(scmp_filter_ctx filter)
{
    /* The native one is there already. Without it first, since all must have one byte order. */
    must("arch_remove", seccomp_arch_remove(filter, SCMP_ARCH_NATIVE));
    for (unsigned i = 0; i < policy.arches; i++)
        must("arch_add", seccomp_arch_add(filter, policy.arch[i]));
}

/* By name, which is where libseccomp finds the number on each architecture, or that it has none. */
static void add_rule(scmp_filter_ctx filter, const struct rule *rule)
{
    int number = seccomp_syscall_resolve_name(rule->name);

    if (number == __NR_SCMP_ERROR)
        must("resolve_name", -EINVAL);
    must("rule_add", seccomp_rule_add_array(filter, rule->action, number, rule->conditions,
                                            rule->condition));
}

static void print_program(scmp_filter_ctx filter)
{
    static unsigned char bytes[8 * 65536];
    int file = memfd_create("program", 0);

    must("export_bpf", seccomp_export_bpf(filter, file));
    ssize_t length = pread(file, bytes, sizeof bytes, 0);
    if (length < 0)
        err(1, "what libseccomp wrote");
    printf("program ");
    for (ssize_t i = 0; i < length; i++)
        printf("%02x", bytes[i]);
    putchar('\n');
}

static void build(void)
{
    scmp_filter_ctx filter = seccomp_init(policy.default_action);

    if (filter == NULL)
        must("init", -EINVAL);
    must("attr_set", seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, policy.level));
    must("attr_set", seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, policy.bad_arch));
    add_arches(filter);
    for (unsigned i = 0; i < policy.rules; i++)
        add_rule(filter, &policy.rule[i]);
    print_program(filter);
}

static void build_in_a_child(void)
{
    int status;

    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (child == 0) {
        if (setrlimit(RLIMIT_AS, &MEMORY) != 0 || setitimer(ITIMER_PROF, &TIME, NULL) != 0)
            err(1, "limits");
        build();
        done();
    }
    if (waitpid(child, &status, 0) != child)
        err(1, "waitpid");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
        puts("timeout");
    else if (WIFSIGNALED(status))
        printf("killed %d\n", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        errx(1, "a child failed");
}

/* ---- reading ---- */

static const char *word(void)
{
    const char *found = strtok(NULL, " \n");

    if (found == NULL)
        errx(1, "a line is too short");
    return found;
}

static uint64_t wide_number(void)
{
    return strtoull(word(), NULL, 0);
}

static uint32_t number(void)
{
    return (uint32_t)wide_number();
}

static void read_policy(void)
{
    const char *arch;

    policy.level = number();
    policy.default_action = number();
    policy.bad_arch = number();
    policy.arches = policy.rules = 0;
    while ((arch = strtok(NULL, " \n")) != NULL) {
        if (policy.arches == MOST_ARCHES)
            errx(1, "too many architectures");
        policy.arch[policy.arches++] = (uint32_t)strtoul(arch, NULL, 0);
    }
}

static enum scmp_compare operator(const char *name)
{
    static const char *const NAMES[] = {
        [SCMP_CMP_NE] = "ne", [SCMP_CMP_LT] = "lt", [SCMP_CMP_LE] = "le", [SCMP_CMP_EQ] = "eq",
        [SCMP_CMP_GE] = "ge", [SCMP_CMP_GT] = "gt", [SCMP_CMP_MASKED_EQ] = "maskedeq",
    };

    for (int i = SCMP_CMP_NE; i <= SCMP_CMP_MASKED_EQ; i++)
        if (strcmp(name, NAMES[i]) == 0)
            return (enum scmp_compare)i;
    errx(1, "no operator: %s", name);
}

static void read_rule(void)
{
    const char *index;

    if (policy.rules == MOST_RULES)
        errx(1, "too many rules");
    struct rule *rule = &policy.rule[policy.rules++];
    rule->action = number();
    snprintf(rule->name, sizeof rule->name, "%s", word());
    rule->conditions = 0;
    while ((index = strtok(NULL, " \n")) != NULL) {
        if (rule->conditions == MOST_CONDITIONS)
            errx(1, "too many conditions");
        struct scmp_arg_cmp *condition = &rule->condition[rule->conditions++];
        condition->arg = (unsigned)strtoul(index, NULL, 0);
        condition->op = operator(word());
        condition->datum_a = wide_number();
        condition->datum_b = wide_number();
    }
}

static void answer_number(void)
{
    uint32_t arch = number();

    printf("number %d\n", seccomp_syscall_resolve_name_arch(arch, word()));
}

int main(void)
{
    static char line[65536];

    /* All actions, whatever the kernel here knows: nothing is loaded. */
    if (seccomp_api_set(6) != 0)
        errx(1, "libseccomp is older than 2.5");
    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *verb = strtok(line, " \n");

        if (verb == NULL)
            continue;
        if (strcmp(verb, "policy") == 0)
            read_policy();
        else if (strcmp(verb, "rule") == 0)
            read_rule();
        else if (strcmp(verb, "build") == 0)
            build_in_a_child();
        else if (strcmp(verb, "number") == 0)
            answer_number();
        else
            errx(1, "no verb: %s", verb);
    }
    return 0;
}
