/* What an event loop waits on: epoll, eventfd, signalfd, timerfd, inotify, POSIX timers (signal and
 * thread), interval timers, ppoll, pselect, clocks, an alternate signal stack. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #x, errno); exit(1); } } while (0)

static atomic_int fired;
static sigjmp_buf back;

static void on_thread(union sigval value) { (void)value; fired++; }
static void on_alarm(int signal) { (void)signal; fired++; }
static void on_fault(int signal) { (void)signal; siglongjmp(back, 1); }

static void descriptors(void)
{
    char buffer[4096];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    int watch = inotify_init1(IN_CLOEXEC);
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    int signals = signalfd(-1, &usr1, SFD_CLOEXEC);
    CHECK(epoll >= 0 && event >= 0 && timer >= 0 && watch >= 0 && signals >= 0);
    CHECK(inotify_add_watch(watch, ".", IN_CREATE) >= 0);

    int all[4] = {event, timer, watch, signals};
    for (int i = 0; i < 4; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.fd = all[i]};
        CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, all[i], &e) == 0);
    }
    struct itimerspec soon = {.it_value = {0, 1000000}};
    CHECK(timerfd_settime(timer, 0, &soon, NULL) == 0);
    CHECK(eventfd_write(event, 1) == 0 && kill(getpid(), SIGUSR1) == 0);
    close(open("created-by-events", O_CREAT | O_WRONLY, 0600));
    for (int seen = 0; seen < 4;) {
        struct epoll_event ready;
        CHECK(epoll_wait(epoll, &ready, 1, 5000) == 1);
        CHECK(read(ready.data.fd, buffer, sizeof buffer) > 0);
        CHECK(epoll_ctl(epoll, EPOLL_CTL_DEL, ready.data.fd, NULL) == 0);
        seen++;
    }
    struct timespec none = {0, 0};
    struct pollfd p = {event, POLLIN, 0};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(event, &set);
    CHECK(ppoll(&p, 1, &none, NULL) == 0);
    CHECK(pselect(event + 1, &set, NULL, NULL, &none, NULL) == 0);
}

static void timers(void)
{
    struct sigevent by_thread = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_thread};
    struct itimerspec soon = {.it_value = {0, 1000000}};
    timer_t timer;
    CHECK(timer_create(CLOCK_MONOTONIC, &by_thread, &timer) == 0);
    CHECK(timer_settime(timer, 0, &soon, NULL) == 0);
    while (fired == 0)
        usleep(1000);
    CHECK(timer_gettime(timer, &soon) == 0 && timer_getoverrun(timer) >= 0 && timer_delete(timer) == 0);

    signal(SIGALRM, on_alarm);
    struct itimerval once = {.it_value = {0, 1000}};
    CHECK(setitimer(ITIMER_REAL, &once, NULL) == 0);
    while (fired == 1)
        pause();
    alarm(0);
    struct timespec now, nap = {0, 1000};
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0 && clock_getres(CLOCK_REALTIME, &now) == 0);
    CHECK(clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL) == 0);
}

static void fault_on_own_stack(void)
{
    static char stack[65536];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK};
    CHECK(sigaltstack(&alternate, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
    if (sigsetjmp(back, 1) == 0)
        *(volatile int *)8 = 1;
}

int main(void)
{
    descriptors();
    timers();
    fault_on_own_stack();
    puts("events ok");
    return 0;
}
