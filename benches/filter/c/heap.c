/* Counts what a process asks of its heap: preloaded (LD_PRELOAD) into the benchmark, so that all of
 * the libraries there are counted by the same hand.
 *
 * glibc's own functions are called by their other names, which need no looking up. One thread. */
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static int64_t allocations, live, peak;

static void *taken(void *memory)
{
    if (memory != NULL) {
        allocations++;
        live += (int64_t)malloc_usable_size(memory);
        if (live > peak)
            peak = live;
    }
    return memory;
}

static void given_back(void *memory)
{
    if (memory != NULL)
        live -= (int64_t)malloc_usable_size(memory);
}

void *malloc(size_t size)
{
    return taken(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return taken(__libc_calloc(count, size));
}

void *realloc(void *memory, size_t size)
{
    int64_t before = memory == NULL ? 0 : (int64_t)malloc_usable_size(memory);
    void *moved = __libc_realloc(memory, size);

    if (moved != NULL || size == 0)
        live -= before;
    return taken(moved);
}

void *memalign(size_t alignment, size_t size)
{
    return taken(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return taken(__libc_memalign(alignment, size));
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    *out = taken(__libc_memalign(alignment, size));
    return *out == NULL ? 12 /* ENOMEM */ : 0;
}

void free(void *memory)
{
    given_back(memory);
    __libc_free(memory);
}

/* From here on. */
void heap_begin(void)
{
    allocations = live = peak = 0;
}

/* How many allocations since, and how many bytes were held at most. */
void heap_end(int64_t *count, int64_t *most)
{
    *count = allocations;
    *most = peak;
}
