/* threads: gives each thread a filter of its own, for what that thread does.
 *
 * Three threads try the same two things: one whose filter is for files, one whose filter is for sockets, and
 * one without. What came of it is printed.
 *
 * Threads share their memory: whoever takes one over can write into another's stack. Such filters are a
 * second line of defence, as virtual machine monitors have them; a process of its own is the first.
 */
#define _POSIX_C_SOURCE 200809L
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nucleus_seccomp.h>

/* What every thread does in libc, while it runs and as it ends. */
static const char *const any_thread[] = {
    "futex", "mmap", "munmap", "mprotect", "madvise", "brk", "rt_sigprocmask", "gettid", "exit", NULL,
};
static const char *const files[] = {"open", "openat", "read", "close", NULL};
static const char *const sockets[] = {"socket", "close", NULL};

static void allow_all(nucleus_filter *f, const char *const *names)
{
    for (; *names != NULL; names++)
        nucleus_filter_allow(f, *names);
}

/* Made and proven in the main thread, so that nothing can go wrong later but the kernel. */
static nucleus_filter *filter_of(const char *const *names)
{
    nucleus_filter *f = NULL;

    nucleus_filter_new(NUCLEUS_ERRNO(EPERM), &f);
    allow_all(f, any_thread);
    allow_all(f, names);
    nucleus_filter_harden(f, 0);
    if (nucleus_filter_compile(f) != NUCLEUS_OK)
        errx(1, "%s", nucleus_filter_error(f));
    return f;
}

struct role {
    const char *name;
    const nucleus_filter *filter; /* NULL: none */
    pthread_t thread;
    int refused;      /* 0, or why the thread is not confined and has tried nothing */
    int file, socket; /* 0, or what the attempt failed with */
};

static int attempted(int descriptor)
{
    if (descriptor == -1)
        return errno;
    close(descriptor);
    return 0;
}

static void *play(void *argument)
{
    struct role *role = (struct role *)argument;

    /* Without NUCLEUS_APPLY_TSYNC: this thread alone, and what it starts. */
    if (role->filter != NULL && nucleus_filter_apply(role->filter, 0) != NUCLEUS_OK) {
        role->refused = errno;
        return NULL;
    }
    role->file = attempted(open("/dev/null", O_RDONLY | O_CLOEXEC));
    role->socket = attempted(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return NULL;
}

/* 0, or 1 if the thread could not be confined. */
static int tell(const struct role *role)
{
    if (role->refused != 0)
        printf("%s: cannot confine: %s\n", role->name, strerror(role->refused));
    else {
        printf("%s: a file: %s; ", role->name, role->file == 0 ? "yes" : strerror(role->file));
        printf("a socket: %s\n", role->socket == 0 ? "yes" : strerror(role->socket));
    }
    return role->refused != 0;
}

int main(void)
{
    nucleus_filter *for_files = filter_of(files), *for_sockets = filter_of(sockets);
    struct role roles[] = {
        {"files", for_files, 0, 0, 0, 0},
        {"sockets", for_sockets, 0, 0, 0, 0},
        {"neither", NULL, 0, 0, 0, 0},
    };
    enum { ROLES = sizeof roles / sizeof *roles };
    int failed = 0;

    for (int i = 0; i < ROLES; i++) {
        int error = pthread_create(&roles[i].thread, NULL, play, &roles[i]);

        if (error != 0)
            errx(1, "%s: no thread: %s", roles[i].name, strerror(error));
    }
    for (int i = 0; i < ROLES; i++) {
        pthread_join(roles[i].thread, NULL);
        failed |= tell(&roles[i]);
    }
    nucleus_filter_free(for_files);
    nucleus_filter_free(for_sockets);
    return failed || fflush(stdout) == EOF;
}
