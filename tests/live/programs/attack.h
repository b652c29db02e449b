/* What the attacks share: one shape for an attempt, one way to make a raw system call, one line to report.
 *
 * An attempt makes its system call through ATTEMPT, which marks on stderr the moment before the call
 * ("trying" and its number) and the moment after ("answered"). A process that is killed between the two marks was killed
 * for the attempt itself, not for its preparation: the test that runs the attempts looks at this. */
#ifndef ATTACK_H
#define ATTACK_H

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* One attempt: its name, the function that makes it and says what came of it, and that function's data.
 * `flavour` and `extra` mean what the function says they mean: a namespace flag, a socket type. */
struct attack {
	const char *name;
	int (*run)(const struct attack *self);
	long flavour;
	long extra;
};

/* One table for each theme; an entry without a name ends it. */
extern const struct attack entry_attacks[];
extern const struct attack filesystem_attacks[];
extern const struct attack machine_attacks[];
extern const struct attack memory_attacks[];
extern const struct attack mount_attacks[];
extern const struct attack namespace_attacks[];
extern const struct attack option_attacks[];
extern const struct attack process_attacks[];
extern const struct attack resource_attacks[];
extern const struct attack socket_attacks[];

/* What an attempt returns, which is also the exit status of `attack`. Each prints the one line on stdout. */
int done(const char *format, ...) __attribute__((format(printf, 1, 2)));      /* 0: it had its effect */
int refused(void);                                                            /* 1: errno says the answer */
int no_effect(const char *format, ...) __attribute__((format(printf, 1, 2))); /* 2: success, but nothing came of it */
int unable(const char *what);                                                 /* 3: the preparation failed */

/* The usual endings. All of them report `refused` when the call answered an error that is not `looked`. */
int did(long result, const char *what);       /* a success is the effect */
int opened(long result, const char *what);    /* an open descriptor is the effect */
int reached(long result, int looked);         /* the error `looked`, which comes after every check of rights, is the effect */

/* A raw system call between the two marks. */
long attempt(long number, const long arguments[6]);
#define ATTEMPT(number, ...) attempt(number, (const long[6]){__VA_ARGS__})
#define P(pointer) ((long)(pointer))
void mark_trying(long number);
void mark_answered(void);

/* A register whose low half is `low` and whose high half is dirt that the kernel does not look at. */
#define WITH_HIGH_BITS(low) ((long)((1UL << 32) | (unsigned long)(unsigned int)(low)))

/* A child that sleeps, holds a secret, and dies with its parent. `pidfd` is -1 when the kernel gave none. */
struct victim {
	pid_t pid;
	int pidfd;
};
#define OLD_SECRET 1111
#define CHILD_SECRET 2222
extern volatile int secret; /* OLD_SECRET here, CHILD_SECRET in the victim */
int victim_start(struct victim *victim);
void victim_end(const struct victim *victim);

/* The number after `key` ("TracerPid:") in /proc/<pid>/status; -1 when it is not there. */
long status_number(pid_t pid, const char *key);

/* The program's own name as the kernel laid it out in memory; where `/proc/self/cmdline` begins. */
extern char *own_arguments;

#endif
