/* Mounts and roots. What could disturb the machine gets arguments that the kernel turns down after it has
 * checked the right to mount: a place that is no mount point, a descriptor that is not open. */
#include "attack.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

#define PLACE "attack-mount"
#define NOT_OPEN 9999
#define TMPFS 0x01021994

static int make_place(void)
{
	return mkdir(PLACE, 0700) && errno != EEXIST ? -1 : 0;
}

static int mount_tmpfs(const struct attack *self)
{
	(void)self;
	struct statfs found;
	if (make_place())
		return unable(PLACE);
	if (ATTEMPT(SYS_mount, P("none"), P(PLACE), P("tmpfs"), 0, 0) < 0)
		return refused();
	int there = statfs(PLACE, &found) == 0 && found.f_type == TMPFS;
	syscall(SYS_umount2, PLACE, 2 /* MNT_DETACH */);
	return there ? done("a file system of its own") : no_effect("nothing is mounted");
}

static int unmount(const struct attack *self)
{
	(void)self;
	return make_place() ? unable(PLACE) : reached(ATTEMPT(SYS_umount2, P(PLACE), 0), EINVAL);
}

static int swap_root(const struct attack *self)
{
	(void)self;
	if (make_place())
		return unable(PLACE);
	/* EBUSY where the place is on the root's own mount, EINVAL elsewhere. */
	long result = ATTEMPT(SYS_pivot_root, P(PLACE), P(PLACE));
	return reached(result, errno == EBUSY ? EBUSY : EINVAL);
}

static int move(const struct attack *self)
{
	(void)self;
	long flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
	return reached(ATTEMPT(SYS_move_mount, NOT_OPEN, P(""), NOT_OPEN, P(""), flags), EBADF);
}

static int copy_tree(const struct attack *self)
{
	(void)self;
	return opened(ATTEMPT(SYS_open_tree, AT_FDCWD, P("/"), OPEN_TREE_CLONE), "a copy of the root's mount");
}

static int copy_tree_with_attributes(const struct attack *self)
{
	(void)self;
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NODEV};
	return opened(ATTEMPT(SYS_open_tree_attr, AT_FDCWD, P("/"), OPEN_TREE_CLONE, P(&attributes), sizeof attributes),
	              "a copy of the root's mount with other attributes");
}

static int new_file_system(const struct attack *self)
{
	(void)self;
	return opened(ATTEMPT(SYS_fsopen, P("tmpfs"), 0), "a file system to configure");
}

static int configure(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_fsconfig, NOT_OPEN, 6 /* FSCONFIG_CMD_CREATE */, 0, 0, 0), EBADF);
}

static int mount_configured(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_fsmount, NOT_OPEN, 0, 0), EBADF);
}

static int pick(const struct attack *self)
{
	(void)self;
	return opened(ATTEMPT(SYS_fspick, AT_FDCWD, P("/"), 0), "the root's file system, to configure");
}

static int set_attributes(const struct attack *self)
{
	(void)self;
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOSUID};
	if (make_place())
		return unable(PLACE);
	return reached(ATTEMPT(SYS_mount_setattr, AT_FDCWD, P(PLACE), 0, P(&attributes), sizeof attributes), EINVAL);
}

static int change_root(const struct attack *self)
{
	(void)self;
	struct stat before, after;
	if (make_place() || stat("/", &before))
		return unable(PLACE);
	if (ATTEMPT(SYS_chroot, P(PLACE)) < 0)
		return refused();
	if (stat("/", &after))
		return unable("stat");
	return before.st_ino == after.st_ino ? no_effect("the root is where it was") : done("another root");
}

const struct attack mount_attacks[] = {
	{"mount", mount_tmpfs, 0, 0},
	{"umount2", unmount, 0, 0},
	{"pivot_root", swap_root, 0, 0},
	{"move_mount", move, 0, 0},
	{"open_tree", copy_tree, 0, 0},
	{"open_tree_attr", copy_tree_with_attributes, 0, 0},
	{"fsopen", new_file_system, 0, 0},
	{"fsconfig", configure, 0, 0},
	{"fsmount", mount_configured, 0, 0},
	{"fspick", pick, 0, 0},
	{"mount_setattr", set_attributes, 0, 0},
	{"chroot", change_root, 0, 0},
	{0, 0, 0, 0},
};
