/* New namespaces, through every call that makes or enters one, and the calls around mounts.
 * The effect of a new namespace is that the link in /proc/<pid>/ns points elsewhere. */
#include "attack.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct namespace {
	long flag;
	const char *link;
};

static const struct namespace namespaces[] = {
	{CLONE_NEWUSER, "user"},
	{CLONE_NEWNS, "mnt"},
	{CLONE_NEWNET, "net"},
	{CLONE_NEWIPC, "ipc"},
	{CLONE_NEWUTS, "uts"},
	{CLONE_NEWPID, "pid"},
	{CLONE_NEWCGROUP, "cgroup"},
	{CLONE_NEWTIME, "time"},
	{0, "user"},
};

static const struct namespace *namespace_of(long flag)
{
	const struct namespace *namespace = namespaces;
	while (namespace->flag && !(flag & namespace->flag))
		namespace++;
	return namespace;
}

static void read_link(pid_t pid, const char *kind, char text[64])
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, kind);
	ssize_t length = readlink(path, text, 63);
	text[length < 0 ? 0 : length] = 0;
}

/* What came of a call that forked: `child` is 0 in the child, which lives until its parent has looked. */
static int report_birth(long child, int leash[2], const char *kind, const char *own)
{
	if (child < 0)
		return refused();
	if (child == 0) {
		char byte;
		close(leash[1]);
		_exit(read(leash[0], &byte, 1) < 0);
	}
	char childs[64];
	read_link((pid_t)child, kind, childs);
	kill((pid_t)child, SIGKILL);
	waitpid((pid_t)child, NULL, __WALL);
	if (!*childs || !strcmp(own, childs))
		return no_effect("the child is in its parent's %s namespace", kind);
	return done("a child in a new %s namespace, %s", kind, childs);
}

static int clone_namespace(const struct attack *self)
{
	const char *kind = namespace_of(self->flavour)->link;
	char own[64];
	int leash[2];
	if (pipe(leash))
		return unable("pipe");
	read_link(getpid(), kind, own);
	long child = ATTEMPT(SYS_clone, self->flavour | SIGCHLD, 0, 0, 0, 0);
	return report_birth(child, leash, kind, own);
}

static int clone3_namespace(const struct attack *self)
{
	struct clone_args arguments = {.flags = (unsigned long)self->flavour, .exit_signal = SIGCHLD};
	const char *kind = namespace_of(self->flavour)->link;
	char own[64];
	int leash[2];
	if (pipe(leash))
		return unable("pipe");
	read_link(getpid(), kind, own);
	long child = ATTEMPT(SYS_clone3, P(&arguments), sizeof arguments);
	return report_birth(child, leash, kind, own);
}

/* Without any flag clone3 is a fork; but a filter cannot see the flags, so it must not answer even that. */
static int clone3_plain(const struct attack *self)
{
	(void)self;
	struct clone_args arguments = {.exit_signal = SIGCHLD};
	long child = ATTEMPT(SYS_clone3, P(&arguments), sizeof arguments);
	if (child == 0)
		_exit(0);
	if (child > 0)
		waitpid((pid_t)child, NULL, 0);
	return did(child, "clone3 made a child");
}

/* Two kinds hold only for the children of the one who asked, so it is always a child that is looked at. */
static int unshare_namespace(const struct attack *self)
{
	const char *kind = namespace_of(self->flavour)->link;
	char own[64];
	int leash[2];
	if (pipe(leash))
		return unable("pipe");
	read_link(getpid(), kind, own);
	if (ATTEMPT(SYS_unshare, self->flavour) < 0)
		return refused();
	return report_birth(fork(), leash, kind, own);
}

/* A user namespace is worth having for this: all capabilities in it, and a say in who is who. */
static int unshare_and_map_root(const struct attack *self)
{
	(void)self;
	char map[64];
	int length = snprintf(map, sizeof map, "0 %d 1\n", (int)geteuid());
	if (ATTEMPT(SYS_unshare, CLONE_NEWUSER) < 0)
		return refused();
	int file = open("/proc/self/uid_map", O_WRONLY);
	if (file < 0 || write(file, map, (size_t)length) != length)
		return no_effect("the user map cannot be written");
	return done("root of an own user namespace");
}

static int unshare_files(const struct attack *self)
{
	(void)self;
	return did(ATTEMPT(SYS_unshare, CLONE_FILES), "an own table of descriptors");
}

static int setns_by_file(const struct attack *self)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/ns/%s", namespace_of(self->flavour)->link);
	int file = open(path, O_RDONLY);
	if (file < 0)
		return unable(path);
	return did(ATTEMPT(SYS_setns, file, self->flavour), "joined a namespace by its file");
}

static int setns_by_process(const struct attack *self)
{
	struct victim victim;
	if (victim_start(&victim))
		return unable("child");
	int outcome = did(ATTEMPT(SYS_setns, victim.pidfd, self->flavour), "joined a process's namespace");
	victim_end(&victim);
	return outcome;
}

#define THREE_WAYS(kind, flag) \
	{"clone-" kind, clone_namespace, flag, 0}, \
	{"clone3-" kind, clone3_namespace, flag, 0}, \
	{"unshare-" kind, unshare_namespace, flag, 0}

const struct attack namespace_attacks[] = {
	THREE_WAYS("user", CLONE_NEWUSER),
	THREE_WAYS("mount", CLONE_NEWNS),
	THREE_WAYS("net", CLONE_NEWNET),
	THREE_WAYS("ipc", CLONE_NEWIPC),
	THREE_WAYS("uts", CLONE_NEWUTS),
	THREE_WAYS("pid", CLONE_NEWPID),
	THREE_WAYS("cgroup", CLONE_NEWCGROUP),
	THREE_WAYS("time", CLONE_NEWTIME),
	{"clone-user-high-bits", clone_namespace, WITH_HIGH_BITS(CLONE_NEWUSER), 0},
	{"clone-user-among-others", clone_namespace, CLONE_NEWUSER | CLONE_UNTRACED | CLONE_IO, 0},
	{"clone3-plain", clone3_plain, 0, 0},
	{"unshare-user-map-root", unshare_and_map_root, 0, 0},
	{"unshare-files", unshare_files, 0, 0},
	{"setns-uts", setns_by_file, CLONE_NEWUTS, 0},
	{"setns-net", setns_by_file, CLONE_NEWNET, 0},
	{"setns-mount", setns_by_file, CLONE_NEWNS, 0},
	{"setns-process", setns_by_process, CLONE_NEWUTS, 0},
	{0, 0, 0, 0},
};
