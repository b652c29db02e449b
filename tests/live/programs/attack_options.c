/* The calls with many doors of which most are shut: ioctl, prctl and their likes. */
#include "attack.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

/* ---- terminals ---- */

/* A fresh terminal's master end: what is pushed into it can be read back, and no one else sees it. */
static int own_terminal(void)
{
	return open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
}

/* Typing on another's behalf: with the terminal of a shell this runs commands outside the sandbox. */
static int push_character(const struct attack *self)
{
	char typed = 'x', seen = 0;
	int terminal = own_terminal();
	if (terminal < 0)
		return unable("/dev/ptmx");
	if (ATTEMPT(SYS_ioctl, terminal, self->flavour, P(&typed)) < 0)
		return refused();
	if (read(terminal, &seen, 1) != 1 || seen != typed)
		return no_effect("nothing to read");
	return done("typed a character that nobody typed");
}

/* The same for virtual consoles, where it can also select and paste. Subcommand 6 only reads the state of
 * the shift keys. Where there is no console that may be opened, any terminal shows the filter's answer. */
static int console_command(const struct attack *self)
{
	char command = 6;
	int terminal = open("/dev/tty1", O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (terminal < 0)
		terminal = own_terminal();
	if (terminal < 0)
		return unable("/dev/ptmx");
	return did(ATTEMPT(SYS_ioctl, terminal, self->flavour, P(&command)), "the console obeys");
}

/* Every line discipline is another driver, and several had holes. This one does nothing. */
static int change_discipline(const struct attack *self)
{
	const int wanted = 27; /* N_NULL */
	int found = -1, terminal = own_terminal();
	if (terminal < 0)
		return unable("/dev/ptmx");
	if (ATTEMPT(SYS_ioctl, terminal, self->flavour, P(&wanted)) < 0)
		return refused();
	ioctl(terminal, TIOCGETD, &found);
	return found == wanted ? done("another driver behind the terminal") : no_effect("discipline %d", found);
}

/* ---- prctl ---- */

static int drop_bounding_capability(const struct attack *self)
{
	const int capability = CAP_WAKE_ALARM;
	if (ATTEMPT(SYS_prctl, self->flavour, capability, 0, 0, 0) < 0)
		return refused();
	return prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 0 ? done("the bounding set changed")
	                                                        : no_effect("the bounding set is as before");
}

static int set_secure_bits(const struct attack *self)
{
	if (ATTEMPT(SYS_prctl, self->flavour, SECBIT_NOROOT, 0, 0, 0) < 0)
		return refused();
	return prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) == SECBIT_NOROOT ? done("the secure bits changed")
	                                                             : no_effect("the secure bits are as before");
}

static char first_of_command_line(void)
{
	char first = 0;
	int file = open("/proc/self/cmdline", O_RDONLY);
	ssize_t length = read(file, &first, 1);
	close(file);
	return length == 1 ? first : 0;
}

/* Moves the place where the kernel looks for this process's command line: by one byte. */
static int change_memory_map(const struct attack *self)
{
	char before = first_of_command_line();
	if (ATTEMPT(SYS_prctl, self->flavour, PR_SET_MM_ARG_START, P(own_arguments + 1), 0, 0) < 0)
		return refused();
	return first_of_command_line() == before ? no_effect("the command line is as before")
	                                         : done("the process shows another command line");
}

static int set_dumpable(const struct attack *self)
{
	if (ATTEMPT(SYS_prctl, self->flavour, 1, 0, 0, 0) < 0)
		return refused();
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1 ? done("others may look into this process")
	                                               : no_effect("not dumpable");
}

static int refuse_own_clock(const struct attack *self)
{
	int mode = 0;
	if (ATTEMPT(SYS_prctl, self->flavour, PR_TSC_SIGSEGV, 0, 0, 0) < 0)
		return refused();
	prctl(PR_GET_TSC, &mode, 0, 0, 0);
	return mode == PR_TSC_SIGSEGV ? done("the time stamp counter faults") : no_effect("nothing changed");
}

/* Options whose success is the whole effect. */
static int set_option(const struct attack *self)
{
	return did(ATTEMPT(SYS_prctl, self->flavour, self->extra, 0, 0, 0), "the option is set");
}

/* ---- capabilities ---- */

/* Inheritable capabilities survive exec where permitted ones do not. */
static int raise_inheritable(const struct attack *self)
{
	(void)self;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2];
	if (syscall(SYS_capget, &header, sets))
		return unable("capget");
	sets[0].inheritable |= 1u << CAP_CHOWN;
	if (ATTEMPT(SYS_capset, P(&header), P(sets)) < 0)
		return refused();
	syscall(SYS_capget, &header, sets);
	return sets[0].inheritable ? done("capabilities that survive exec") : no_effect("nothing is inheritable");
}

const struct attack option_attacks[] = {
	{"ioctl-TIOCSTI", push_character, TIOCSTI, 0},
	{"ioctl-TIOCSTI-high-bits", push_character, WITH_HIGH_BITS(TIOCSTI), 0},
	{"ioctl-TIOCSETD", change_discipline, TIOCSETD, 0},
	{"ioctl-TIOCLINUX", console_command, TIOCLINUX, 0},
	{"ioctl-TIOCLINUX-high-bits", console_command, WITH_HIGH_BITS(TIOCLINUX), 0},
	{"prctl-CAPBSET_DROP", drop_bounding_capability, PR_CAPBSET_DROP, 0},
	{"prctl-CAPBSET_DROP-high-bits", drop_bounding_capability, WITH_HIGH_BITS(PR_CAPBSET_DROP), 0},
	{"prctl-SET_SECUREBITS", set_secure_bits, PR_SET_SECUREBITS, 0},
	{"prctl-SET_MM", change_memory_map, PR_SET_MM, 0},
	{"prctl-SET_DUMPABLE", set_dumpable, PR_SET_DUMPABLE, 0},
	{"prctl-SET_TSC", refuse_own_clock, PR_SET_TSC, 0},
	{"prctl-SET_PTRACER", set_option, PR_SET_PTRACER, -1},
	{"prctl-SET_IO_FLUSHER", set_option, PR_SET_IO_FLUSHER, 1},
	{"prctl-SYSCALL_USER_DISPATCH", set_option, PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF},
	{"capset", raise_inheritable, 0, 0},
	{0, 0, 0, 0},
};
