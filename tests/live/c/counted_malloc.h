/* An allocator in place of libc's, that counts its calls by thread.
 *
 * Its lock is one that no fork mends: glibc sees to its own in fork, which would hide what a child does
 * wrong. Here a child that allocates after another thread of its parent was in the allocator never ends. */
#ifndef COUNTED_MALLOC_H
#define COUNTED_MALLOC_H

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* How often this thread was in the allocator. Between vfork and exec a child has its parent's. Volatile, as
 * compilers take it for granted that malloc changes nothing that they can see. */
static __thread volatile unsigned long allocator_calls;

/* Blocks are powers of two, from 64 bytes to 16 MB. */
enum { SMALLEST = 6, LARGEST = 24, ALIGNMENT = 16 };

static unsigned char arena[64 << 20] __attribute__((aligned(4096)));
static size_t arena_used;
static void *idle_blocks[LARGEST + 1]; /* each is a list */
static bool allocator_locked;

/* What is to fail; see fail_allocations. */
static unsigned long allocation_to_fail, allocations_counted, allocations_refused;
static bool fails_for_good;

/* In front of what a caller gets. */
struct header {
    unsigned char *block;
    size_t power;
};

/* Stays a while once it has the lock, so that forks of other threads seldom miss it. */
static void lock_allocator(void)
{
    while (__atomic_test_and_set(&allocator_locked, __ATOMIC_ACQUIRE))
        sched_yield();
    sched_yield();
}

static void unlock_allocator(void)
{
    __atomic_clear(&allocator_locked, __ATOMIC_RELEASE);
}

/* From here on the n-th allocation fails, alone or with all that follow. 0: none does. */
static inline void fail_allocations(unsigned long n, bool for_good)
{
    allocation_to_fail = n;
    allocations_counted = allocations_refused = 0;
    fails_for_good = for_good;
}

/* Whether one has failed since. */
static inline bool allocations_failed(void) { return allocations_refused != 0; }

static bool is_to_fail(void)
{
    if (allocation_to_fail == 0)
        return false;
    allocations_counted++;
    bool fails = fails_for_good ? allocations_counted >= allocation_to_fail
                                : allocations_counted == allocation_to_fail;
    allocations_refused += fails;
    return fails;
}

static unsigned char *block_of(size_t power)
{
    size_t size = (size_t)1 << power;
    unsigned char *block = NULL;

    lock_allocator();
    if (idle_blocks[power] != NULL) {
        block = idle_blocks[power];
        memcpy(&idle_blocks[power], block, sizeof(void *));
    } else if (size <= sizeof arena - arena_used) {
        block = arena + arena_used;
        arena_used += size;
    }
    unlock_allocator();
    return block;
}

static void *allocate(size_t size, size_t alignment)
{
    size_t room = sizeof(struct header) + alignment + size, power = SMALLEST;
    unsigned char *block = NULL;

    allocator_calls++;
    while (power < LARGEST && (size_t)1 << power < room)
        power++;
    if (!is_to_fail() && size < sizeof arena && room <= (size_t)1 << power)
        block = block_of(power);
    if (block == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    uintptr_t place = ((uintptr_t)block + sizeof(struct header) + alignment - 1) & ~(alignment - 1);
    struct header *header = (struct header *)place - 1;
    header->block = block;
    header->power = power;
    return header + 1;
}

void *malloc(size_t size) { return allocate(size, ALIGNMENT); }
void *memalign(size_t alignment, size_t size)
{
    return allocate(size, alignment < ALIGNMENT ? ALIGNMENT : alignment);
}
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
void *valloc(size_t size) { return memalign(4096, size); }
void *pvalloc(size_t size) { return memalign(4096, size); }

int posix_memalign(void **out, size_t alignment, size_t size)
{
    *out = memalign(alignment, size);
    return *out == NULL ? ENOMEM : 0;
}

void *calloc(size_t n, size_t size)
{
    void *place = size != 0 && n > sizeof arena / size ? NULL : malloc(n * size);

    return place == NULL ? NULL : memset(place, 0, n * size);
}

void free(void *place)
{
    allocator_calls++;
    if (place == NULL)
        return;
    struct header header = ((struct header *)place)[-1];
    lock_allocator();
    memcpy(header.block, &idle_blocks[header.power], sizeof(void *));
    idle_blocks[header.power] = header.block;
    unlock_allocator();
}

size_t malloc_usable_size(void *place)
{
    if (place == NULL)
        return 0;
    const struct header *header = (const struct header *)place - 1;
    return (size_t)(header->block + ((size_t)1 << header->power) - (unsigned char *)place);
}

void *realloc(void *place, size_t size)
{
    size_t had = malloc_usable_size(place);
    void *other = malloc(size);

    if (other == NULL || place == NULL)
        return other;
    memcpy(other, place, had < size ? had : size);
    free(place);
    return other;
}

#endif
