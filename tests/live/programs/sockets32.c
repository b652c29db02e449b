/* A program as a 32-bit libc makes it: memory, threads, a child, a socket. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void *say(void *what)
{
    puts(what);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    char *large = malloc(1 << 24);

    if (sizeof(void *) != 4 || large == NULL)
        return 2;
    memset(large, 1, 1 << 24);
    if (pthread_create(&thread, NULL, say, "hello from a thread") != 0 || pthread_join(thread, NULL) != 0)
        return 3;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(7);
    int status = 0;
    if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 7)
        return 4;
    puts("hello from a child's parent");
    printf("socket: %s\n", socket(AF_UNIX, SOCK_STREAM, 0) == -1 ? strerror(errno) : "made");
    return 0;
}
