/* Threads the way a C daemon uses them: a pool behind a condition variable, a barrier, thread-local
 * storage, cancellation, a robust mutex whose owner dies, affinity and scheduling questions. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #x, errno); exit(1); } } while (0)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_mutex_t robust;
static int queued, done;
static __thread int mine;

static void *worker(void *arg)
{
    mine = *(int *)arg;
    pthread_barrier_wait(&barrier);
    for (;;) {
        pthread_mutex_lock(&lock);
        while (queued == 0)
            pthread_cond_wait(&more, &lock);
        queued--;
        int finished = ++done >= 400;
        pthread_mutex_unlock(&lock);
        if (finished) {
            /* the others wait for work that never comes: hand each a last token */
            pthread_mutex_lock(&lock);
            queued += 8;
            pthread_cond_broadcast(&more);
            pthread_mutex_unlock(&lock);
            return NULL;
        }
    }
}

static void *dies_holding(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&robust);
    return NULL;
}

static void *sleeps(void *arg)
{
    (void)arg;
    sleep(60);
    return NULL;
}

int main(void)
{
    pthread_t t[4];
    int id[4] = {0, 1, 2, 3};

    CHECK(pthread_barrier_init(&barrier, NULL, 5) == 0);
    for (int i = 0; i < 4; i++)
        CHECK(pthread_create(&t[i], NULL, worker, &id[i]) == 0);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 400; i++) {
        pthread_mutex_lock(&lock);
        queued++;
        pthread_cond_signal(&more);
        pthread_mutex_unlock(&lock);
    }
    for (int i = 0; i < 4; i++)
        CHECK(pthread_join(t[i], NULL) == 0);

    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    CHECK(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) == 0);
    pthread_mutex_init(&robust, &attr);
    CHECK(pthread_create(&t[0], NULL, dies_holding, NULL) == 0);
    CHECK(pthread_join(t[0], NULL) == 0);
    CHECK(pthread_mutex_lock(&robust) == EOWNERDEAD);

    CHECK(pthread_create(&t[0], NULL, sleeps, NULL) == 0);
    CHECK(pthread_setname_np(t[0], "sleeper") == 0);
    CHECK(pthread_cancel(t[0]) == 0);
    CHECK(pthread_join(t[0], NULL) == 0);

    pthread_attr_t big;
    pthread_attr_init(&big);
    pthread_attr_setstacksize(&big, 4 << 20);
    pthread_mutex_unlock(&robust);
    CHECK(pthread_create(&t[0], &big, sleeps, NULL) == 0);
    CHECK(pthread_cancel(t[0]) == 0 && pthread_join(t[0], NULL) == 0);

    cpu_set_t cpus;
    CHECK(sched_getaffinity(0, sizeof cpus, &cpus) == 0);
    CHECK(sched_setaffinity(0, sizeof cpus, &cpus) == 0);
    struct sched_param param;
    int policy;
    CHECK(pthread_getschedparam(pthread_self(), &policy, &param) == 0);
    CHECK(sysconf(_SC_NPROCESSORS_ONLN) > 0);
    sched_yield();
    puts("threads ok");
    return 0;
}
