/* Ways around the filter itself: the other doors into the kernel, numbers that nobody knows, and a second
 * filter that would be weaker than the first. */
#include "attack.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/vfs.h>

#define X32_BIT 0x40000000L
#define I386_GETPID 20
#define I386_MOUNT 21
#define I386_UNSHARE 310

/* ---- other doors ---- */

/* The answer must be one that only the asked-for call can give. */
static int x32_getpid(const struct attack *self)
{
	(void)self;
	long pid = ATTEMPT(X32_BIT | SYS_getpid, 0);
	if (pid < 0)
		return refused();
	return pid == getpid() ? done("an x32 call was answered") : no_effect("the answer was %ld", pid);
}

static int x32_unshare(const struct attack *self)
{
	return did(ATTEMPT(X32_BIT | SYS_unshare, self->flavour), "a new namespace through x32");
}

/* The 32-bit door takes its arguments in other registers, and reads only their low halves. */
static long enter_32bit(long number, long a, long b, long c, long d)
{
	long result;
	mark_trying(number);
	__asm__ volatile("int $0x80"
	                 : "=a"(result)
	                 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(0L)
	                 : "memory", "r8", "r9", "r10", "r11");
	mark_answered();
	if ((int)result < 0 && (int)result > -4096) {
		errno = -(int)result;
		return -1;
	}
	return result;
}

static int int80_getpid(const struct attack *self)
{
	(void)self;
	long pid = enter_32bit(I386_GETPID, 0, 0, 0, 0);
	if (pid < 0)
		return refused();
	return pid == getpid() ? done("a 32-bit call was answered") : no_effect("the answer was %ld", pid);
}

static int int80_unshare(const struct attack *self)
{
	return did(enter_32bit(I386_UNSHARE, self->flavour, 0, 0, 0), "a new namespace through the 32-bit door");
}

static int int80_mount(const struct attack *self)
{
	(void)self;
	struct statfs found;
	/* The 32-bit door needs its strings in the low four gigabytes. */
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		return unable("mmap");
	char *place = strcpy(low, "attack-mount-32bit"), *kind = strcpy(low + 64, "tmpfs");
	syscall(SYS_mkdirat, AT_FDCWD, place, 0700);
	if (enter_32bit(I386_MOUNT, P(kind), P(place), P(kind), 0) < 0)
		return refused();
	int there = statfs(place, &found) == 0 && found.f_type == 0x01021994;
	syscall(SYS_umount2, place, 2 /* MNT_DETACH */);
	return there ? done("a file system mounted through the 32-bit door") : no_effect("nothing is mounted");
}

/* ---- numbers ---- */

static int call_number(const struct attack *self)
{
	return did(ATTEMPT(self->flavour, 0), "a number that nobody knows was answered");
}

/* ---- a second filter ---- */

static struct sock_filter allow_all[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
static const struct sock_fprog allow_all_program = {.len = 1, .filter = allow_all};

/* Whatever became of the second filter, a call that the first one refuses must still be refused. */
static int report_filter(long result, long filters_before)
{
	int kept = errno;
	long filters = status_number(getpid(), "Seccomp_filters:");
	if (result < 0) {
		errno = kept;
		return refused();
	}
	if (filters <= filters_before)
		return no_effect("no filter was installed");
	int confined = filters_before > 0;
	long file = syscall(SYS_memfd_create, "attack", 0);
	if (confined && file < 0)
		return no_effect("the second filter weakens nothing");
	return done("a second filter, %ld in all", filters);
}

static int second_filter(const struct attack *self)
{
	long before = status_number(getpid(), "Seccomp_filters:");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return unable("no_new_privs");
	return report_filter(ATTEMPT(SYS_seccomp, SECCOMP_SET_MODE_FILTER, self->flavour, P(&allow_all_program)), before);
}

static int second_filter_by_prctl(const struct attack *self)
{
	long before = status_number(getpid(), "Seccomp_filters:");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return unable("no_new_privs");
	return report_filter(ATTEMPT(SYS_prctl, self->flavour, SECCOMP_MODE_FILTER, P(&allow_all_program), 0, 0), before);
}

const struct attack entry_attacks[] = {
	{"x32-getpid", x32_getpid, 0, 0},
	{"x32-unshare", x32_unshare, 0x10000000 /* CLONE_NEWUSER */, 0},
	{"int80-getpid", int80_getpid, 0, 0},
	{"int80-unshare", int80_unshare, 0x10000000 /* CLONE_NEWUSER */, 0},
	{"int80-mount", int80_mount, 0, 0},
	{"number-minus-one", call_number, -1, 0},
	{"number-600", call_number, 600, 0},
	{"number-1000", call_number, 1000, 0},
	{"number-below-x32", call_number, X32_BIT - 1, 0},
	{"number-above-x32", call_number, 0x80000000L, 0},
	{"second-filter", second_filter, 0, 0},
	{"second-filter-listener", second_filter, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0},
	{"second-filter-prctl", second_filter_by_prctl, PR_SET_SECCOMP, 0},
	{"second-filter-prctl-high-bits", second_filter_by_prctl, WITH_HIGH_BITS(PR_SET_SECCOMP), 0},
	{0, 0, 0, 0},
};
