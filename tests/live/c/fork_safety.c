/* Applying between fork, vfork or clone and exec, in a process whose threads allocate all the time: what
 * it needs of the kernel and of libc, which is two system calls and no more.
 *
 *     fork_safety            all checks
 *     fork_safety probe      exits with the errno that getppid fails with: what children exec
 */
#define _GNU_SOURCE
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "counted_malloc.h"

#include "confine.h"

enum { THREADS = 16, CHILDREN = 1000, EXEC_EVERY = 8 };

/* ---- applying, in each way ---- */

/* What a child ends with, if not with what it is asked for. */
enum { REFUSED = 200, ALLOCATED, NOT_FILLED, NO_SENTENCE, NOT_EXECUTED };

/* A filter that lets everything run but getppid, and its program. */
static const nucleus_filter *filter;
static const nucleus_program *program;

static int apply_filter(void)
{
    return nucleus_filter_apply(filter, 0) == NUCLEUS_OK ? 0 : REFUSED;
}

/* All that can be asked for, and all that is told. */
static int apply_program(void)
{
    const nucleus_apply_options options = {.size = sizeof options,
                                           .preferred = NUCLEUS_APPLY_LOG | NUCLEUS_APPLY_SPEC_ALLOW,
                                           .no_new_privs = NUCLEUS_NO_NEW_PRIVS_ON};
    nucleus_apply_result result = {.size = sizeof result};
    char sentence[256];

    nucleus_status status = nucleus_program_apply(program, &options, &result);
    if ((status == NUCLEUS_OK) != (result.step == NUCLEUS_STEP_DONE))
        return NOT_FILLED;
    size_t length = nucleus_apply_message(&result, sentence, sizeof sentence);
    if (length == 0 || length != strlen(sentence))
        return NO_SENTENCE;
    return status == NUCLEUS_OK ? 0 : REFUSED;
}

static const struct way {
    const char *what;
    int (*apply)(void);
} ways[] = {
    {"nucleus_filter_apply", apply_filter},
    {"nucleus_program_apply, and its sentence", apply_program},
};

/* Whether a child allocates is counted by its thread: after vfork other threads of the parent go on in
 * the same memory. */
static int apply_counted(const struct way *way)
{
    unsigned long before = allocator_calls;
    int wrong = way->apply();

    return allocator_calls != before ? ALLOCATED : wrong;
}

/* ---- a child, in each way ---- */

static char *const probe_program[] = {"fork_safety", "probe", NULL};

struct task {
    const struct way *way;
    bool exec;
};

/* Ends with what getppid fails with then. */
static void apply_and_end(const struct task *task)
{
    alarm(PATIENCE); /* a parent's is not inherited */
    int wrong = apply_counted(task->way);
    if (wrong == 0 && task->exec) {
        execv("/proc/self/exe", probe_program);
        wrong = NOT_EXECUTED;
    }
    _exit(wrong != 0 ? wrong : probe());
}

/* How many children were made while a thread was in the allocator. Shared with them. */
static unsigned *caught_inside;

static pid_t by_fork(const struct task *task)
{
    pid_t child = fork();

    if (child == 0) {
        *caught_inside += allocator_locked;
        apply_and_end(task);
    }
    return child;
}

/* The calling thread waits until the child execs or ends, and shares its memory with it; other threads
 * go on. */
static pid_t by_vfork(const struct task *task)
{
    pid_t child = vfork();

    if (child == 0)
        apply_and_end(task);
    return child;
}

static int cloned(void *task)
{
    apply_and_end(task);
    return NOT_EXECUTED;
}

static pid_t by_clone(const struct task *task)
{
    static unsigned char stack[256 * 1024] __attribute__((aligned(4096)));

    return clone(cloned, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD,
                 (void *)(uintptr_t)task);
}

static const struct door {
    const char *what;
    pid_t (*make)(const struct task *task);
} doors[] = {
    {"fork", by_fork},
    {"vfork", by_vfork},
    {"clone with CLONE_VM and CLONE_VFORK", by_clone},
};

/* ---- thousands of children of a busy process ---- */

static bool storm_is_over;

/* Allocates and frees, and sees whether what it wrote is still there. Answers NULL when all is well. */
static void *churn(void *argument)
{
    unsigned char mark = (unsigned char)(uintptr_t)&mark;
    size_t size = 1;

    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19); /* the thread that forks needs its turns */
    while (!__atomic_load_n(&storm_is_over, __ATOMIC_RELAXED)) {
        unsigned char *block = malloc(size);
        if (block == NULL)
            return argument;
        block[0] = block[size - 1] = mark;
        sched_yield();
        if (block[0] != mark || block[size - 1] != mark)
            return argument;
        free(block);
        size = size * 5 % 65521;
    }
    return NULL;
}

static void make_children(const struct way *way, const struct door *door)
{
    for (int i = 0; i < CHILDREN; i++) {
        const struct task task = {.way = way, .exec = i % EXEC_EVERY == 0};
        int outcome = outcome_of(door->make(&task));
        if (!CHECK(outcome == 77, "%s after %s, the %dth child: outcome %d, not 77", way->what,
                   door->what, i, outcome))
            return;
    }
    printf("fork_safety: %s after %s, %d times\n", way->what, door->what, CHILDREN);
}

static void check_children_of_a_busy_process(void)
{
    pthread_t threads[THREADS];

    caught_inside = mmap(NULL, sizeof *caught_inside, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, churn, threads) != 0)
            exit(2);
    for (size_t w = 0; w < COUNT(ways); w++)
        for (size_t d = 0; d < COUNT(doors); d++)
            make_children(&ways[w], &doors[d]);
    __atomic_store_n(&storm_is_over, true, __ATOMIC_RELAXED);
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        CHECK(wrong == NULL, "what a thread has written is gone");
    }
    unsigned long before = allocator_calls;
    void *volatile block = malloc(1); /* else compilers leave both out */
    free(block);
    CHECK(allocator_calls == before + 2, "the allocator counts");
    /* Else nothing was shown: a child could have allocated and not been caught. */
    CHECK(*caught_inside > CHILDREN, "few children were made while a thread was in the allocator");
    printf("fork_safety: %u children were made while a thread was in the allocator\n", *caught_inside);
    CHECK(probe() == 0, "a child's filter confines its parent");
}

/* ---- under a filter that lets two system calls run ---- */

/* What earlier filters say of the two, if they are made as apply makes them; exit_group ends the child, and
 * all else is fatal. */
static const struct outer {
    const char *what;
    uint32_t prctl, seccomp;
    int outcome;
} outers[] = {
    {"the two are enough", NUCLEUS_ALLOW, NUCLEUS_ALLOW, 0},
    {"without prctl", NUCLEUS_KILL_PROCESS, NUCLEUS_ALLOW, KILLED + SIGSYS},
    {"without seccomp", NUCLEUS_ALLOW, NUCLEUS_KILL_PROCESS, KILLED + SIGSYS},
    {"prctl refused", NUCLEUS_ERRNO(EPERM), NUCLEUS_ALLOW, REFUSED},
    {"seccomp refused", NUCLEUS_ALLOW, NUCLEUS_ERRNO(EPERM), REFUSED},
};

static nucleus_filter *filter_of(const struct outer *outer)
{
    const nucleus_arg no_new_privs[] = {
        {0, NUCLEUS_CMP_EQ, 32, PR_SET_NO_NEW_PRIVS, 0},
        {1, NUCLEUS_CMP_EQ, 64, 1, 0},
        {2, NUCLEUS_CMP_EQ, 64, 0, 0},
        {3, NUCLEUS_CMP_EQ, 64, 0, 0},
        {4, NUCLEUS_CMP_EQ, 64, 0, 0},
    };
    const nucleus_arg a_filter[] = {
        {0, NUCLEUS_CMP_EQ, 32, SECCOMP_SET_MODE_FILTER, 0},
        {2, NUCLEUS_CMP_NE, 64, 0, 0},
    };
    nucleus_filter *made = new_filter(NUCLEUS_KILL_PROCESS);

    nucleus_filter_allow(made, "exit_group");
    nucleus_filter_add_rule(made, outer->prctl, "prctl", no_new_privs, COUNT(no_new_privs));
    nucleus_filter_add_rule(made, outer->seccomp, "seccomp", a_filter, COUNT(a_filter));
    compiled(outer->what, made);
    return made;
}

static void check_two_system_calls(void)
{
    char what[120];

    for (size_t i = 0; i < COUNT(outers); i++) {
        nucleus_filter *outer = filter_of(&outers[i]);
        for (size_t w = 0; w < COUNT(ways); w++) {
            pid_t child = fork();
            if (child == 0)
                _exit(nucleus_filter_apply(outer, 0) == NUCLEUS_OK ? apply_counted(&ways[w]) : 1);
            int outcome = outcome_of(child);
            snprintf(what, sizeof what, "%s, %s", outers[i].what, ways[w].what);
            CHECK(outcome == outers[i].outcome, "%s: outcome %d, not %d", what, outcome,
                  outers[i].outcome);
        }
        nucleus_filter_free(outer);
    }
    printf("fork_safety: %zu ways to apply under %zu filters\n", COUNT(ways), COUNT(outers));
}

static void check_features_allocate_nothing(void)
{
    nucleus_features features = {.size = sizeof features};
    unsigned long before = allocator_calls;
    nucleus_status status = nucleus_kernel_features(&features);

    CHECK(allocator_calls == before, "nucleus_kernel_features allocates");
    same_status("kernel_features", status, NUCLEUS_OK);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "probe") == 0)
        return probe();

    alarm(PATIENCE);
    filter = probe_fails_with(77);
    program = nucleus_filter_program(filter);
    check_children_of_a_busy_process();
    check_two_system_calls();
    check_features_allocate_nothing();
    release(filter);
    return report("fork_safety");
}
