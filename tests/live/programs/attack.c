/* attack NAME: make one attempt at something that a sandbox refuses, and report its effect.
 *
 *   done: <what was achieved>      exit 0   the attempt had its effect
 *   refused: EPERM                 exit 1   the kernel answered an error
 *   no effect: <what is missing>   exit 2   the call said success and nothing came of it
 *   unable: <what failed>          exit 3   the attempt could not even be prepared
 *
 * attack --list prints the names. Every attempt is harmless where it succeeds: it works on its own
 * children, its own terminal and files in the current folder, or sends the kernel arguments that it
 * turns down only after it has checked the caller's rights. */
#include "attack.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>

static const struct attack *const themes[] = {
	namespace_attacks, mount_attacks, memory_attacks, socket_attacks, option_attacks,
	process_attacks, resource_attacks, machine_attacks, filesystem_attacks, entry_attacks,
};

volatile int secret = OLD_SECRET;
char *own_arguments;

static void print_line(const char *kind, const char *format, va_list list)
{
	printf("%s: ", kind);
	vprintf(format, list);
	printf("\n");
	fflush(stdout);
}

int done(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	print_line("done", format, list);
	va_end(list);
	return 0;
}

int refused(void)
{
	const char *name = strerrorname_np(errno);
	if (name)
		printf("refused: %s\n", name);
	else
		printf("refused: errno %d\n", errno);
	fflush(stdout);
	return 1;
}

int no_effect(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	print_line("no effect", format, list);
	va_end(list);
	return 2;
}

int unable(const char *what)
{
	printf("unable: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	return 3;
}

int did(long result, const char *what)
{
	return result < 0 ? refused() : done("%s", what);
}

int opened(long result, const char *what)
{
	if (result < 0)
		return refused();
	if (fcntl((int)result, F_GETFD) < 0)
		return no_effect("%ld is no open descriptor", result);
	return done("%s, descriptor %ld", what, result);
}

int reached(long result, int looked)
{
	if (result >= 0)
		return done("the kernel accepted the call");
	return errno == looked ? done("reached the kernel (%s)", strerrorname_np(errno)) : refused();
}

static void mark(const char *text)
{
	int kept = errno;
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
	(void)ignored;
	errno = kept;
}

void mark_trying(long number)
{
	char text[32];
	snprintf(text, sizeof text, "trying %d\n", (int)number);
	mark(text);
}

void mark_answered(void)
{
	mark("answered\n");
}

long attempt(long number, const long a[6])
{
	mark_trying(number);
	long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	mark_answered();
	return result;
}

/* The victim waits on a pipe whose other end only its parent holds, so it cannot outlive the parent. */
int victim_start(struct victim *victim)
{
	int leash[2], ready[2];
	char byte = 0;
	if (pipe(leash) || pipe(ready))
		return -1;
	victim->pidfd = -1;
	/* CLONE_PIDFD gives a descriptor of the process without pidfd_open, which a sandbox may refuse. */
	victim->pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &victim->pidfd, 0, 0);
	if (victim->pid < 0)
		return -1;
	if (victim->pid == 0) {
		close(leash[1]);
		secret = CHILD_SECRET;
		ssize_t moved = write(ready[1], &byte, 1);
		moved += read(leash[0], &byte, 1);
		_exit(moved < 0);
	}
	close(leash[0]);
	return read(ready[0], &byte, 1) == 1 ? 0 : -1;
}

void victim_end(const struct victim *victim)
{
	kill(victim->pid, SIGKILL);
	waitpid(victim->pid, NULL, __WALL);
}

long status_number(pid_t pid, const char *key)
{
	char path[64], line[256];
	long value = -1;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *status = fopen(path, "r");
	if (!status)
		return -1;
	while (fgets(line, sizeof line, status))
		if (!strncmp(line, key, strlen(key)))
			value = strtol(line + strlen(key), NULL, 0);
	fclose(status);
	return value;
}

static const struct attack *find(const char *name)
{
	for (size_t theme = 0; theme < sizeof themes / sizeof *themes; theme++)
		for (const struct attack *attack = themes[theme]; attack->name; attack++)
			if (!strcmp(attack->name, name))
				return attack;
	return NULL;
}

static int list(void)
{
	for (size_t theme = 0; theme < sizeof themes / sizeof *themes; theme++)
		for (const struct attack *attack = themes[theme]; attack->name; attack++)
			puts(attack->name);
	return 0;
}

int main(int argc, char **argv)
{
	own_arguments = argv[0];
	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list();
	/* What the attempts that execute this program in a forbidden way make it do. */
	if (argc == 3 && !strcmp(argv[1], "--say"))
		return done("%s", argv[2]);
	const struct attack *attack = argc == 2 ? find(argv[1]) : NULL;
	if (!attack) {
		fprintf(stderr, "usage: attack NAME | --list\n");
		return 64;
	}
	/* No attempt may hang the test that runs it. */
	setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_sec = 10}, NULL);
	return attack->run(attack);
}
