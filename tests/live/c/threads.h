/* Threads of a child that confines itself. */
#ifndef THREADS_H
#define THREADS_H

#include "confine.h"

static inline void start(pthread_t *threads, unsigned n, void *(*body)(void *), void *argument)
{
    for (unsigned i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, body, argument) != 0)
            exit(2);
}

/* The sum of what the threads answered; each answers 0 when all is well. */
static inline int join(const pthread_t *threads, unsigned n)
{
    int sum = 0;

    for (unsigned i = 0; i < n; i++) {
        void *answer;
        pthread_join(threads[i], &answer);
        sum += answer != NULL;
    }
    return sum;
}

#endif
