/* Taking more of the machine than one's share: time, memory, limits. All on this process itself. */
#include "attack.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define POLICY_INTERLEAVE 3
#define FUTEX2_32BIT 2
#define EVERY_WAITER 0xffffffffL
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_futex_wake
#define SYS_futex_wake 454
#define SYS_futex_wait 455
#define SYS_futex_requeue 456
#endif

/* `extra` is by how much the hard limit is to change. Raising it needs a right, lowering it does not. */
static struct rlimit wanted_limit(const struct attack *self)
{
	struct rlimit wanted = {0, 0};
	getrlimit((__rlimit_resource_t)self->flavour, &wanted);
	wanted.rlim_max += (rlim_t)self->extra;
	if (wanted.rlim_cur > wanted.rlim_max)
		wanted.rlim_cur = wanted.rlim_max;
	return wanted;
}

static int report_limit(const struct attack *self, long result, struct rlimit wanted)
{
	struct rlimit now;
	if (result < 0)
		return refused();
	getrlimit((__rlimit_resource_t)self->flavour, &now);
	return now.rlim_max == wanted.rlim_max ? done("another hard limit") : no_effect("the limit is as before");
}

static int set_limit(const struct attack *self)
{
	struct rlimit wanted = wanted_limit(self);
	return report_limit(self, ATTEMPT(SYS_setrlimit, self->flavour, P(&wanted)), wanted);
}

static int set_limit_by_prlimit(const struct attack *self)
{
	struct rlimit wanted = wanted_limit(self);
	return report_limit(self, ATTEMPT(SYS_prlimit64, 0, self->flavour, P(&wanted), 0), wanted);
}

/* `flavour` is the policy, as the kernel's int; what it is afterwards is asked back. */
static int schedule(const struct attack *self)
{
	struct sched_param priority = {.sched_priority = 1};
	if (ATTEMPT(SYS_sched_setscheduler, 0, self->flavour, P(&priority)) < 0)
		return refused();
	return sched_getscheduler(0) == (int)self->flavour ? done("before every other process")
	                                                   : no_effect("the scheduler is as before");
}

/* The policy stands in memory, where a filter cannot see it. */
static int schedule_by_attributes(const struct attack *self)
{
	struct {
		unsigned size, policy;
		unsigned long flags;
		int nice;
		unsigned priority;
		unsigned long runtime, deadline, period;
	} attributes = {.size = sizeof attributes, .policy = (unsigned)self->flavour};
	if (self->flavour == SCHED_FIFO)
		attributes.priority = 1;
	else
		attributes.runtime = 1000000, attributes.deadline = attributes.period = 100000000;
	if (ATTEMPT(SYS_sched_setattr, 0, P(&attributes), 0) < 0)
		return refused();
	return sched_getscheduler(0) == (int)self->flavour ? done("before every other process")
	                                                   : no_effect("the scheduler is as before");
}

static int schedule_parameter(const struct attack *self)
{
	(void)self;
	struct sched_param priority = {.sched_priority = 0};
	return did(ATTEMPT(SYS_sched_setparam, 0, P(&priority)), "a scheduling parameter is set");
}

static int lock_all(const struct attack *self)
{
	if (ATTEMPT(SYS_mlockall, self->flavour) < 0)
		return refused();
	return status_number(getpid(), "VmLck:") > 0 ? done("memory that is never swapped") : no_effect("nothing is locked");
}

static int bind_memory(const struct attack *self)
{
	unsigned long nodes = 1;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return unable("mmap");
	return did(ATTEMPT(SYS_mbind, P(page), 4096, self->flavour, P(&nodes), 2, 0), "memory bound to a node");
}

static int memory_policy(const struct attack *self)
{
	unsigned long nodes = 1;
	int mode = -1;
	if (ATTEMPT(SYS_set_mempolicy, self->flavour, P(&nodes), 2) < 0)
		return refused();
	syscall(SYS_get_mempolicy, &mode, 0, 0, 0, 0);
	return mode == self->flavour ? done("another memory policy") : no_effect("mode %d", mode);
}

static int read_memory_policy(const struct attack *self)
{
	(void)self;
	int mode = -1;
	return did(ATTEMPT(SYS_get_mempolicy, P(&mode), 0, 0, 0, 0), "the memory policy is read");
}

/* ---- newcomers: no attack in themselves, but unknown to the policy's author ---- */

static int wake_futex(const struct attack *self)
{
	static unsigned word;
	return did(ATTEMPT(SYS_futex_wake, P(&word), EVERY_WAITER, 1, self->flavour), "a futex is woken");
}

static int wait_futexes(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_futex_waitv, 0, 0, 0, 0, 0), EINVAL);
}

static int wait_futex(const struct attack *self)
{
	static unsigned word = 1; /* not the value waited for, so the call returns at once */
	return reached(ATTEMPT(SYS_futex_wait, P(&word), 0, EVERY_WAITER, self->flavour, 0, 0), EAGAIN);
}

static int requeue_futexes(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_futex_requeue, 0, 0, 0, 0), EINVAL);
}

const struct attack resource_attacks[] = {
	{"setrlimit-raise", set_limit, RLIMIT_SIGPENDING, 1},
	{"setrlimit-lower", set_limit, RLIMIT_SIGPENDING, -1},
	{"prlimit64-raise", set_limit_by_prlimit, RLIMIT_SIGPENDING, 1},
	{"prlimit64-lower", set_limit_by_prlimit, RLIMIT_SIGPENDING, -1},
	{"sched_setscheduler-fifo", schedule, SCHED_FIFO, 0},
	{"sched_setscheduler-round-robin", schedule, SCHED_RR, 0},
	{"sched_setscheduler-fifo-high-bits", schedule, WITH_HIGH_BITS(SCHED_FIFO), 0},
	{"sched_setscheduler-fifo-reset", schedule, SCHED_FIFO | SCHED_RESET_ON_FORK, 0},
	{"sched_setattr-fifo", schedule_by_attributes, SCHED_FIFO, 0},
	{"sched_setattr-deadline", schedule_by_attributes, 6 /* SCHED_DEADLINE */, 0},
	{"sched_setparam", schedule_parameter, 0, 0},
	{"mlockall", lock_all, MCL_CURRENT, 0},
	{"mbind", bind_memory, POLICY_INTERLEAVE, 0},
	{"set_mempolicy", memory_policy, POLICY_INTERLEAVE, 0},
	{"get_mempolicy", read_memory_policy, 0, 0},
	{"futex_wake", wake_futex, FUTEX2_32BIT, 0},
	{"futex_wait", wait_futex, FUTEX2_32BIT, 0},
	{"futex_waitv", wait_futexes, 0, 0},
	{"futex_requeue", requeue_futexes, 0, 0},
	{0, 0, 0, 0},
};
