/* Memory that is writable and executable at once. The effect is machine code, written and then run.
 *
 * Making memory executable after it was written (mprotect from read-write to read-execute) is no attack:
 * policies allow it, loaders need it. */
#include "attack.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>

#define PAGE 4096
#define ANSWER 42
#define RWX (PROT_READ | PROT_WRITE | PROT_EXEC)

/* mov eax, 42; ret */
static const unsigned char code[] = {0xb8, ANSWER, 0, 0, 0, 0xc3};

/* Write code where it may be written, run it where it may be run; here both are the same place. */
static int write_and_run(void *memory)
{
	int (*function)(void) = (int (*)(void))(uintptr_t)memory;
	memcpy(memory, code, sizeof code);
	__builtin___clear_cache((char *)memory, (char *)memory + sizeof code);
	int answer = function();
	return answer == ANSWER ? done("code written and run, it answered %d", answer)
	                        : no_effect("the code answered %d", answer);
}

/* A SIGSEGV here would say "not executable"; the test sees it as a death that nobody expected. */
static int run_mapping(long address)
{
	return address == -1 ? refused() : write_and_run((void *)address);
}

static void *writable_page(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return page == MAP_FAILED ? NULL : page;
}

static int map_anonymous(const struct attack *self)
{
	return run_mapping(ATTEMPT(SYS_mmap, 0, PAGE, self->flavour, self->extra | MAP_ANONYMOUS, -1, 0));
}

static int map_file(const struct attack *self)
{
	int file = open("wx-file", O_RDWR | O_CREAT | O_TRUNC, 0700);
	if (file < 0 || unlink("wx-file") || ftruncate(file, PAGE))
		return unable("file");
	return run_mapping(ATTEMPT(SYS_mmap, 0, PAGE, self->flavour, self->extra, file, 0));
}

static int protect_anonymous(const struct attack *self)
{
	void *page = writable_page();
	if (!page)
		return unable("mmap");
	if (ATTEMPT(SYS_mprotect, P(page), PAGE, self->flavour) < 0)
		return refused();
	return write_and_run(page);
}

/* The page that holds a function of this very program: the way to patch running code. */
__attribute__((noinline, aligned(PAGE))) static int patched(void)
{
	__asm__ volatile("");
	return 0;
}

static int protect_own_code(const struct attack *self)
{
	if (ATTEMPT(SYS_mprotect, P((uintptr_t)patched), PAGE, self->flavour) < 0)
		return refused();
	return write_and_run((void *)(uintptr_t)patched);
}

static int protect_stack(const struct attack *self)
{
	unsigned char local[sizeof code];
	uintptr_t page = (uintptr_t)local & ~(uintptr_t)(PAGE - 1);
	/* Not a page more: the stack may end with this one. */
	size_t length = (uintptr_t)local + sizeof local - page;
	if (ATTEMPT(SYS_mprotect, P(page), length, self->flavour) < 0)
		return refused();
	return write_and_run(local);
}

/* With key -1 this is mprotect by another name, on any processor. */
static int protect_with_key(const struct attack *self)
{
	void *page = writable_page();
	if (!page)
		return unable("mmap");
	if (ATTEMPT(SYS_pkey_mprotect, P(page), PAGE, self->flavour, -1) < 0)
		return refused();
	return write_and_run(page);
}

static int attach_shared(const struct attack *self)
{
	int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0700);
	/* Attached once and marked for removal, the segment goes with this process however it ends. */
	if (id < 0 || shmat(id, NULL, 0) == (void *)-1 || shmctl(id, IPC_RMID, NULL))
		return unable("shared memory");
	return run_mapping(ATTEMPT(SYS_shmat, id, 0, self->flavour));
}

/* Under this personality whatever may be read may be executed, so no later call has to say PROT_EXEC. */
static int read_implies_execute(const struct attack *self)
{
	if (ATTEMPT(SYS_personality, self->flavour) < 0)
		return refused();
	if (!(personality(0xffffffff) & READ_IMPLIES_EXEC))
		return no_effect("the personality did not change");
	void *page = writable_page();
	return page ? write_and_run(page) : unable("mmap");
}

static int change_personality(const struct attack *self)
{
	if (ATTEMPT(SYS_personality, self->flavour) < 0)
		return refused();
	return personality(0xffffffff) == (int)self->flavour ? done("a new personality")
	                                                     : no_effect("the personality did not change");
}

const struct attack memory_attacks[] = {
	{"wx-mmap", map_anonymous, RWX, MAP_PRIVATE},
	{"wx-mmap-shared", map_anonymous, RWX, MAP_SHARED},
	{"wx-mmap-not-readable", map_anonymous, PROT_WRITE | PROT_EXEC, MAP_PRIVATE},
	{"wx-mmap-high-bits", map_anonymous, WITH_HIGH_BITS(RWX), MAP_PRIVATE},
	{"wx-mmap-low-memory", map_anonymous, RWX, MAP_PRIVATE | MAP_32BIT},
	{"wx-mmap-file", map_file, RWX, MAP_PRIVATE},
	{"wx-mmap-file-shared", map_file, RWX, MAP_SHARED},
	{"wx-mprotect", protect_anonymous, RWX, 0},
	{"wx-mprotect-not-readable", protect_anonymous, PROT_WRITE | PROT_EXEC, 0},
	{"wx-mprotect-own-code", protect_own_code, RWX, 0},
	{"wx-mprotect-stack", protect_stack, RWX, 0},
	{"wx-pkey-mprotect", protect_with_key, RWX, 0},
	{"wx-shmat", attach_shared, SHM_EXEC, 0},
	{"wx-shmat-high-bits", attach_shared, WITH_HIGH_BITS(SHM_EXEC), 0},
	{"wx-personality", read_implies_execute, READ_IMPLIES_EXEC, 0},
	{"wx-personality-high-bits", read_implies_execute, WITH_HIGH_BITS(READ_IMPLIES_EXEC), 0},
	{"personality-fixed-addresses", change_personality, ADDR_NO_RANDOMIZE, 0},
	{"personality-page-at-zero", change_personality, MMAP_PAGE_ZERO, 0},
	{0, 0, 0, 0},
};
