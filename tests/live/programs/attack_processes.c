/* Reaching into another process. The other process is always an own child that holds a secret. */
#include "attack.h"

#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

/* ---- ptrace ---- */

static int be_traced(const struct attack *self)
{
	(void)self;
	if (ATTEMPT(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0) < 0)
		return refused();
	return status_number(getpid(), "TracerPid:") > 0 ? done("traced by the parent") : no_effect("nobody traces");
}

/* ---- with a victim ---- */

static int trace(const struct victim *victim, const struct attack *self)
{
	if (ATTEMPT(SYS_ptrace, self->flavour, victim->pid, 0, 0) < 0)
		return refused();
	return status_number(victim->pid, "TracerPid:") == getpid() ? done("traces another process")
	                                                            : no_effect("the process is not traced");
}

static long read_memory(const struct victim *victim, int *value)
{
	struct iovec here = {value, sizeof *value}, there = {(void *)&secret, sizeof secret};
	return syscall(SYS_process_vm_readv, victim->pid, &here, 1L, &there, 1L, 0L);
}

static int steal(const struct victim *victim, const struct attack *self)
{
	(void)self;
	int value = 0;
	struct iovec here = {&value, sizeof value}, there = {(void *)&secret, sizeof secret};
	if (ATTEMPT(SYS_process_vm_readv, victim->pid, P(&here), 1, P(&there), 1, 0) < 0)
		return refused();
	return value == CHILD_SECRET ? done("read a secret, %d", value) : no_effect("read %d", value);
}

static int overwrite(const struct victim *victim, const struct attack *self)
{
	(void)self;
	int value = 3333, found = 0;
	struct iovec here = {&value, sizeof value}, there = {(void *)&secret, sizeof secret};
	if (ATTEMPT(SYS_process_vm_writev, victim->pid, P(&here), 1, P(&there), 1, 0) < 0)
		return refused();
	read_memory(victim, &found);
	return found == value ? done("wrote into another process") : no_effect("found %d there", found);
}

static int advise(const struct victim *victim, const struct attack *self)
{
	/* Any page of the victim's will do: it has the same addresses as this process. */
	struct iovec there = {(void *)((unsigned long)&secret & ~4095UL), 4096};
	return did(ATTEMPT(SYS_process_madvise, victim->pidfd, P(&there), 1, self->flavour, 0),
	           "advised the kernel on another process's memory");
}

static int open_process(const struct victim *victim, const struct attack *self)
{
	(void)self;
	return opened(ATTEMPT(SYS_pidfd_open, victim->pid, 0), "another process");
}

static int steal_descriptor(const struct victim *victim, const struct attack *self)
{
	(void)self;
	return opened(ATTEMPT(SYS_pidfd_getfd, victim->pidfd, STDOUT_FILENO, 0), "another process's output");
}

static int signal_by_descriptor(const struct victim *victim, const struct attack *self)
{
	(void)self;
	int status = 0;
	if (ATTEMPT(SYS_pidfd_send_signal, victim->pidfd, SIGUSR1, 0, 0) < 0)
		return refused();
	waitpid(victim->pid, &status, 0);
	return WIFSIGNALED(status) ? done("signalled another process") : no_effect("no signal arrived");
}

static int compare(const struct victim *victim, const struct attack *self)
{
	long order = ATTEMPT(SYS_kcmp, getpid(), victim->pid, self->flavour, STDOUT_FILENO, STDOUT_FILENO);
	if (order < 0)
		return refused();
	return order == 0 ? done("learnt what two processes share") : no_effect("order %ld", order);
}

static int move_pages_of(const struct victim *victim, const struct attack *self)
{
	(void)self;
	void *page = (void *)((unsigned long)&secret & ~4095UL);
	int node = -1;
	if (ATTEMPT(SYS_move_pages, victim->pid, 1, P(&page), 0, P(&node), 0) < 0)
		return refused();
	return node >= 0 ? done("learnt where another process's page is") : no_effect("status %d", node);
}

static int migrate_pages_of(const struct victim *victim, const struct attack *self)
{
	(void)self;
	unsigned long nodes = 1;
	return did(ATTEMPT(SYS_migrate_pages, victim->pid, 2, P(&nodes), P(&nodes)), "moved another process's memory");
}

static int limit(const struct victim *victim, const struct attack *self)
{
	struct rlimit now, wanted;
	if (syscall(SYS_prlimit64, victim->pid, self->flavour, 0, &wanted))
		return unable("prlimit64");
	wanted.rlim_cur -= 1;
	if (ATTEMPT(SYS_prlimit64, victim->pid, self->flavour, P(&wanted), 0) < 0)
		return refused();
	syscall(SYS_prlimit64, victim->pid, self->flavour, 0, &now);
	return now.rlim_cur == wanted.rlim_cur ? done("limited another process") : no_effect("the limit is as before");
}

static long nice_of(pid_t pid)
{
	errno = 0;
	return getpriority(PRIO_PROCESS, (id_t)pid);
}

static int hurry(const struct victim *victim, const struct attack *self)
{
	if (ATTEMPT(SYS_setpriority, PRIO_PROCESS, victim->pid, self->flavour) < 0)
		return refused();
	return nice_of(victim->pid) == self->flavour ? done("another process's priority changed")
	                                             : no_effect("nice %ld", nice_of(victim->pid));
}

#define IO_REALTIME ((1L << 13) | 4)

static int hurry_disk(const struct victim *victim, const struct attack *self)
{
	(void)self;
	if (ATTEMPT(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, victim->pid, IO_REALTIME) < 0)
		return refused();
	long found = syscall(SYS_ioprio_get, 1L, (long)victim->pid);
	return found == IO_REALTIME ? done("another process reads and writes first") : no_effect("priority %ld", found);
}

/* Which act on the victim an attack's `extra` names; the victim is made and ended around it. */
static int (*const acts[])(const struct victim *, const struct attack *) = {
	trace, steal, overwrite, advise, open_process, steal_descriptor, signal_by_descriptor,
	compare, move_pages_of, migrate_pages_of, limit, hurry, hurry_disk,
};
enum act {
	TRACE, STEAL, OVERWRITE, ADVISE, OPEN_PROCESS, STEAL_DESCRIPTOR, SIGNAL_BY_DESCRIPTOR,
	COMPARE, MOVE_PAGES, MIGRATE_PAGES, LIMIT, HURRY, HURRY_DISK,
};

static int on_victim(const struct attack *self)
{
	struct victim victim;
	if (victim_start(&victim))
		return unable("child");
	int outcome = acts[self->extra](&victim, self);
	victim_end(&victim);
	return outcome;
}

/* PRIO_USER with 0 means every process of the caller's user. As a user that nobody is, that is only the
 * caller and its child. */
static int slow_user(const struct attack *self)
{
	struct victim victim;
	if (setuid(64321))
		return refused();
	if (victim_start(&victim))
		return unable("child");
	long result = ATTEMPT(SYS_setpriority, PRIO_USER, 0, self->flavour);
	int outcome = result < 0 ? refused()
	              : nice_of(victim.pid) == self->flavour ? done("every process of a user is slower")
	                                                     : no_effect("nice %ld", nice_of(victim.pid));
	victim_end(&victim);
	return outcome;
}

const struct attack process_attacks[] = {
	{"ptrace-traceme", be_traced, 0, 0},
	{"ptrace-attach", on_victim, PTRACE_ATTACH, TRACE},
	{"ptrace-seize", on_victim, PTRACE_SEIZE, TRACE},
	{"process_vm_readv", on_victim, 0, STEAL},
	{"process_vm_writev", on_victim, 0, OVERWRITE},
	{"process_madvise", on_victim, MADV_COLD, ADVISE},
	{"pidfd_open", on_victim, 0, OPEN_PROCESS},
	{"pidfd_getfd", on_victim, 0, STEAL_DESCRIPTOR},
	{"pidfd_send_signal", on_victim, 0, SIGNAL_BY_DESCRIPTOR},
	{"kcmp", on_victim, KCMP_FILE, COMPARE},
	{"move_pages", on_victim, 0, MOVE_PAGES},
	{"migrate_pages", on_victim, 0, MIGRATE_PAGES},
	{"prlimit64-other", on_victim, RLIMIT_NOFILE, LIMIT},
	{"setpriority-other", on_victim, -20, HURRY},
	{"setpriority-user", slow_user, 5, 0},
	{"ioprio_set-other", on_victim, 0, HURRY_DISK},
	{0, 0, 0, 0},
};
