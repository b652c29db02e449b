/* The machine itself: its clocks, its name, its kernel. Nothing here may change the machine that runs the
 * test: what is set is set to what it is, and what would be dangerous gets arguments that the kernel turns
 * down after it has checked the caller's rights. That it came to look at them is the effect. */
#include "attack.h"

#include <asm/ldt.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>

#define NOT_OPEN 9999

/* ---- into the kernel ---- */

static int make_bpf_map(const struct attack *self)
{
	(void)self;
	union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	return opened(ATTEMPT(SYS_bpf, BPF_MAP_CREATE, P(&attributes), sizeof attributes), "a map in the kernel");
}

static int make_perf_event(const struct attack *self)
{
	(void)self;
	struct perf_event_attr event = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof event, .config = PERF_COUNT_SW_CPU_CLOCK};
	return opened(ATTEMPT(SYS_perf_event_open, P(&event), 0, -1, -1, 0), "a counter in the kernel");
}

static int handle_page_faults(const struct attack *self)
{
	return opened(ATTEMPT(SYS_userfaultfd, self->flavour), "a say in page faults");
}

static int set_up_ring(const struct attack *self)
{
	(void)self;
	struct io_uring_params parameters = {0};
	return opened(ATTEMPT(SYS_io_uring_setup, 4, P(&parameters)), "a ring whose calls no filter sees");
}

static int enter_ring(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_io_uring_enter, NOT_OPEN, 1, 0, 0, 0, 0), EBADF);
}

static int register_ring(const struct attack *self)
{
	return reached(ATTEMPT(SYS_io_uring_register, NOT_OPEN, self->flavour, 0, 0), EBADF);
}

static int add_key(const struct attack *self)
{
	return did(ATTEMPT(SYS_add_key, P("user"), P("attack"), P("x"), 1, self->flavour), "a key in the kernel");
}

static int request_key(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_request_key, P("user"), P("attack: no such key"), 0, 0), ENOKEY);
}

/* Asks for the keyring of this process, and has one made if there is none. */
static int own_keyring(const struct attack *self)
{
	return did(ATTEMPT(SYS_keyctl, self->flavour, KEY_SPEC_PROCESS_KEYRING, 1), "a keyring");
}

/* A session of its own, as to keys, for this process alone. */
static int join_keyring(const struct attack *self)
{
	return did(ATTEMPT(SYS_keyctl, self->flavour, 0), "a session keyring");
}

/* Seventeen segments are one too many. */
static int load_kernel(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_kexec_load, 0, 17, 0, 0), EINVAL);
}

static int load_kernel_file(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_kexec_file_load, NOT_OPEN, NOT_OPEN, 0, 0, 0), EBADF);
}

static int load_module(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_init_module, 0, 0, P("")), ENOEXEC);
}

static int load_module_file(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_finit_module, NOT_OPEN, P(""), 0), EBADF);
}

static int unload_module(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_delete_module, P("no_such_module"), O_NONBLOCK), ENOENT);
}

/* ---- hardware ---- */

static int raise_io_level(const struct attack *self)
{
	return did(ATTEMPT(SYS_iopl, self->flavour), "every port is open");
}

static int open_port(const struct attack *self)
{
	return did(ATTEMPT(SYS_ioperm, self->flavour, 1, 1), "a port is open");
}

static int write_descriptor_table(const struct attack *self)
{
	struct user_desc segment = {.limit = 0xfff, .seg_32bit = 1};
	return did(ATTEMPT(SYS_modify_ldt, self->flavour, P(&segment), sizeof segment), "a segment of its own");
}

/* ---- power and swap ---- */

static int power(const struct attack *self)
{
	return reached(ATTEMPT(SYS_reboot, self->flavour, 0, 0, 0), EINVAL); /* the magic numbers are wrong */
}

static int add_swap(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_swapon, P("/no-such-file"), 0), ENOENT);
}

static int remove_swap(const struct attack *self)
{
	(void)self;
	return reached(ATTEMPT(SYS_swapoff, P("/no-such-file")), ENOENT);
}

/* ---- name and clock ---- */

static int set_host_name(const struct attack *self)
{
	(void)self;
	struct utsname now;
	uname(&now);
	return did(ATTEMPT(SYS_sethostname, P(now.nodename), (long)strlen(now.nodename)), "the host's name is set");
}

static int set_domain_name(const struct attack *self)
{
	(void)self;
	struct utsname now;
	uname(&now);
	return did(ATTEMPT(SYS_setdomainname, P(now.domainname), (long)strlen(now.domainname)), "the domain's name is set");
}

/* Without a time and a zone the kernel checks the right to set them, and then sets nothing. */
static int set_time_of_day(const struct attack *self)
{
	(void)self;
	return did(ATTEMPT(SYS_settimeofday, 0, 0), "the right to set the clock");
}

static int set_clock(const struct attack *self)
{
	struct timespec now;
	clock_gettime((clockid_t)self->flavour, &now);
	return did(ATTEMPT(SYS_clock_settime, self->flavour, P(&now)), "the clock is set");
}

/* An offset of nothing: needs the right to set the clock, and moves it by zero. */
static int adjust_clock(const struct attack *self)
{
	struct timex change = {.modes = (unsigned)self->flavour};
	return did(ATTEMPT(SYS_adjtimex, P(&change)), "the clock is adjusted");
}

static int adjust_one_clock(const struct attack *self)
{
	struct timex change = {.modes = (unsigned)self->flavour};
	return did(ATTEMPT(SYS_clock_adjtime, CLOCK_REALTIME, P(&change)), "the clock is adjusted");
}

/* ---- what the kernel knows ---- */

static int read_kernel_log(const struct attack *self)
{
	char text[512];
	long length = ATTEMPT(SYS_syslog, self->flavour, P(text), sizeof text);
	if (length < 0)
		return refused();
	return length ? done("read %ld bytes of the kernel's log", length) : no_effect("the log is empty");
}

static int look_up_cookie(const struct attack *self)
{
	char path[64];
	return reached(ATTEMPT(SYS_lookup_dcookie, self->flavour, P(path), sizeof path), EINVAL);
}

/* In a session of its own, so that no one's terminal is hung up. */
static int hang_up(const struct attack *self)
{
	(void)self;
	if (setsid() < 0)
		return unable("setsid");
	return did(ATTEMPT(SYS_vhangup, 0), "the terminal is hung up");
}

const struct attack machine_attacks[] = {
	{"bpf", make_bpf_map, 0, 0},
	{"perf_event_open", make_perf_event, 0, 0},
	{"userfaultfd", handle_page_faults, 0, 0},
	{"userfaultfd-user-mode", handle_page_faults, 1 /* UFFD_USER_MODE_ONLY */, 0},
	{"io_uring_setup", set_up_ring, 0, 0},
	{"io_uring_enter", enter_ring, 0, 0},
	{"io_uring_register", register_ring, IORING_REGISTER_PROBE, 0},
	{"add_key", add_key, KEY_SPEC_PROCESS_KEYRING, 0},
	{"request_key", request_key, 0, 0},
	{"keyctl-get", own_keyring, KEYCTL_GET_KEYRING_ID, 0},
	{"keyctl-join", join_keyring, KEYCTL_JOIN_SESSION_KEYRING, 0},
	{"keyctl-join-high-bits", join_keyring, WITH_HIGH_BITS(KEYCTL_JOIN_SESSION_KEYRING), 0},
	{"kexec_load", load_kernel, 0, 0},
	{"kexec_file_load", load_kernel_file, 0, 0},
	{"init_module", load_module, 0, 0},
	{"finit_module", load_module_file, 0, 0},
	{"delete_module", unload_module, 0, 0},
	{"iopl", raise_io_level, 3, 0},
	{"ioperm", open_port, 0x80, 0},
	{"modify_ldt", write_descriptor_table, 1, 0},
	{"reboot", power, 0, 0},
	{"swapon", add_swap, 0, 0},
	{"swapoff", remove_swap, 0, 0},
	{"sethostname", set_host_name, 0, 0},
	{"setdomainname", set_domain_name, 0, 0},
	{"settimeofday", set_time_of_day, 0, 0},
	{"clock_settime", set_clock, CLOCK_REALTIME, 0},
	{"adjtimex", adjust_clock, ADJ_SETOFFSET, 0},
	{"clock_adjtime", adjust_one_clock, ADJ_SETOFFSET, 0},
	{"syslog", read_kernel_log, 3 /* SYSLOG_ACTION_READ_ALL */, 0},
	{"lookup_dcookie", look_up_cookie, 0, 0},
	{"vhangup", hang_up, 0, 0},
	{0, 0, 0, 0},
};
