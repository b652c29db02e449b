/* Files that are not files: devices, handles that walk around folders, programs without a name. */
#include "attack.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/wait.h>

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

/* ---- devices ---- */

#define DEVICE "attack-device"
#define NULL_DEVICE (1 << 8 | 3)
#define LOOP_DEVICE (7 << 8)

static int report_device(long result)
{
	struct stat made;
	if (result < 0)
		return refused();
	int there = stat(DEVICE, &made) == 0 && (S_ISCHR(made.st_mode) || S_ISBLK(made.st_mode));
	unlink(DEVICE);
	return there ? done("a device of its own") : no_effect("no device was made");
}

static int make_device(const struct attack *self)
{
	unlink(DEVICE);
	return report_device(ATTEMPT(SYS_mknod, P(DEVICE), self->flavour | 0600, self->extra));
}

static int make_device_at(const struct attack *self)
{
	unlink(DEVICE);
	return report_device(ATTEMPT(SYS_mknodat, AT_FDCWD, P(DEVICE), self->flavour | 0600, self->extra));
}

/* ---- handles: a file by its number, past every folder's permissions ---- */

struct handle {
	unsigned bytes;
	int type;
	unsigned char opaque[128];
};

static int handle_of_path(const struct attack *self)
{
	(void)self;
	struct handle handle = {.bytes = sizeof handle.opaque};
	int mount_id;
	return did(ATTEMPT(SYS_name_to_handle_at, AT_FDCWD, P("/"), P(&handle), P(&mount_id), 0), "a handle of the root");
}

/* The handle is forged: an inode number and a generation. A file system that has no such inode says
 * ESTALE, and says it only to those who have the right to ask. */
static int open_forged_handle(const struct attack *self)
{
	(void)self;
	struct handle handle = {.bytes = 8, .type = 1, .opaque = {2}};
	int folder = open("/", O_RDONLY | O_DIRECTORY);
	if (folder < 0)
		return unable("/");
	long result = ATTEMPT(SYS_open_by_handle_at, folder, P(&handle), O_RDONLY);
	return result < 0 ? reached(result, ESTALE) : opened(result, "a file by its number");
}

/* ---- programs without a name ---- */

static char *const nameless[] = {"attack", "--say", "ran a program without a name", NULL};
static char *const no_environment[] = {NULL};

static int execute_descriptor(int descriptor, long flags)
{
	ATTEMPT(SYS_execveat, descriptor, P(""), P(nameless), P(no_environment), flags);
	return refused();
}

static int execute_path_descriptor(const struct attack *self)
{
	int program = open("/proc/self/exe", O_PATH);
	return program < 0 ? unable("/proc/self/exe") : execute_descriptor(program, self->flavour);
}

static int execute_open_file(const struct attack *self)
{
	int program = open("/proc/self/exe", O_RDONLY);
	return program < 0 ? unable("/proc/self/exe") : execute_descriptor(program, self->flavour);
}

static int memory_file(const struct attack *self)
{
	return opened(ATTEMPT(SYS_memfd_create, P("attack"), self->flavour), "a file in memory");
}

/* The whole trick: copy a program to memory and run it, and no disk ever saw it. */
static int run_from_memory(const struct attack *self)
{
	char block[65536];
	ssize_t length;
	int program = open("/proc/self/exe", O_RDONLY);
	if (program < 0)
		return unable("/proc/self/exe");
	int memory = (int)ATTEMPT(SYS_memfd_create, P("attack"), self->flavour);
	if (memory < 0)
		return refused();
	while ((length = read(program, block, sizeof block)) > 0)
		if (write(memory, block, (size_t)length) != length)
			return unable("write");
	syscall(SYS_execveat, memory, "", nameless, no_environment, AT_EMPTY_PATH);
	return refused();
}

static int secret_memory_file(const struct attack *self)
{
	return opened(ATTEMPT(SYS_memfd_secret, self->flavour), "memory that the kernel itself cannot see");
}

/* ---- the rest ---- */

/* A filter cannot see what openat2 is asked to do: the flags are in memory. */
static int open_by_struct(const struct attack *self)
{
	(void)self;
	struct open_how how = {.flags = O_RDONLY};
	return opened(ATTEMPT(SYS_openat2, AT_FDCWD, P("/"), P(&how), sizeof how), "a folder");
}

static int watch_everything(const struct attack *self)
{
	(void)self;
	return opened(ATTEMPT(SYS_fanotify_init, FAN_CLASS_NOTIF | FAN_CLOEXEC, O_RDONLY), "a watch on whole file systems");
}

static int quota(const struct attack *self)
{
	(void)self;
	long command = (long)(0x800004u << 8); /* Q_GETFMT, of users */
	return reached(ATTEMPT(SYS_quotactl, command, P("/no-such-device"), 0, 0), ENOENT);
}

static int account(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_acct, P("/no-such-folder/file")), ENOENT);
}

/* A file that not even root can remove, until the mark is taken off again. */
static int make_immutable(const struct attack *self)
{
	int marks = FS_IMMUTABLE_FL, none = 0;
	int file = open("attack-immutable", O_RDWR | O_CREAT, 0600);
	if (file < 0)
		return unable("file");
	long result = ATTEMPT(SYS_ioctl, file, self->flavour, P(&marks));
	int outcome;
	if (result < 0)
		outcome = refused();
	else if (unlink("attack-immutable") == 0)
		return no_effect("the file could be removed");
	else
		outcome = done("a file that cannot be removed");
	syscall(SYS_ioctl, file, self->flavour, &none);
	unlink("attack-immutable");
	return outcome;
}

const struct attack filesystem_attacks[] = {
	{"mknod-character", make_device, S_IFCHR, NULL_DEVICE},
	{"mknod-block", make_device, S_IFBLK, LOOP_DEVICE},
	/* The mode is 16 bits wide in the kernel: what stands above is not looked at. */
	{"mknod-character-high-bits", make_device, 0xabcd0000 | S_IFCHR, NULL_DEVICE},
	{"mknodat-character", make_device_at, S_IFCHR, NULL_DEVICE},
	{"mknodat-block", make_device_at, S_IFBLK, LOOP_DEVICE},
	{"name_to_handle_at", handle_of_path, 0, 0},
	{"open_by_handle_at", open_forged_handle, 0, 0},
	{"execveat-empty-path", execute_path_descriptor, AT_EMPTY_PATH, 0},
	{"execveat-open-file", execute_open_file, AT_EMPTY_PATH, 0},
	{"execveat-high-bits", execute_path_descriptor, WITH_HIGH_BITS(AT_EMPTY_PATH), 0},
	{"memfd_create", memory_file, 0, 0},
	{"memfd-run", run_from_memory, 0, 0},
	{"memfd_secret", secret_memory_file, 0, 0},
	{"openat2", open_by_struct, 0, 0},
	{"fanotify_init", watch_everything, 0, 0},
	{"quotactl", quota, 0, 0},
	{"acct", account, 0, 0},
	{"ioctl-immutable", make_immutable, (long)FS_IOC_SETFLAGS, 0},
	{0, 0, 0, 0},
};
