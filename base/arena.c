/* A bump allocator over one reserved range: the system commits its pages when they are first used. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Under AddressSanitizer everything that is not handed out is poisoned, as if each allocation were
 * malloc's: an overrun into a neighbour's padding or a use after reset is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
enum { ARENA_GAP_BYTES = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(at, bytes)   ((void)(at), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
enum { ARENA_GAP_BYTES = 0 };
#endif

struct arena {
    uint8_t *memory;
    size_t bytes_max;
    size_t used;
    size_t dirty; /* what was ever handed out; above it the system's zeros still stand */
};

enum { MAPPED_BYTES = 64 << 10 };

/* Zeros. Large ranges are asked of the system: calloc may hand out a range that was used before, and touches all of it then. */
static void *reserve(size_t bytes)
{
    if (bytes < MAPPED_BYTES) {
        return calloc(1, bytes);
    }
    void *memory = mmap(
        NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void give_back(void *memory, size_t bytes)
{
    if (bytes < MAPPED_BYTES) {
        free(memory);
    } else {
        (void)munmap(memory, bytes);
    }
}

struct arena *arena_create(size_t bytes_max)
{
    struct arena *arena;

    assert(bytes_max > 0);
    arena = calloc(1, sizeof(*arena));
    if (arena == NULL) {
        return NULL;
    }
    arena->memory = reserve(bytes_max);
    if (arena->memory == NULL) {
        free(arena);
        return NULL;
    }
    arena->bytes_max = bytes_max;
    ASAN_POISON_MEMORY_REGION(arena->memory, bytes_max);
    return arena;
}

void arena_destroy(struct arena **arena)
{
    if (*arena == NULL) {
        return;
    }
    ASAN_UNPOISON_MEMORY_REGION((*arena)->memory, (*arena)->bytes_max);
    give_back((*arena)->memory, (*arena)->bytes_max);
    free(*arena);
    *arena = NULL;
}

void arena_reset(struct arena *arena)
{
    arena_release(arena, (struct arena_mark){.used = 0});
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    size_t align = _Alignof(max_align_t);
    size_t start = (arena->used + align - 1) / align * align;

    if (start > arena->bytes_max || bytes > arena->bytes_max - start) {
        return NULL;
    }
    uint8_t *at = arena->memory + start;
    size_t end = start + bytes;
    ASAN_UNPOISON_MEMORY_REGION(at, bytes);
    if (start < arena->dirty) {
        memset(at, 0, (end < arena->dirty ? end : arena->dirty) - start);
    }
    arena->dirty = end > arena->dirty ? end : arena->dirty;
    arena->used = end < arena->bytes_max - ARENA_GAP_BYTES ? end + ARENA_GAP_BYTES : end;
    return at;
}

void *arena_array(struct arena *arena, size_t count, size_t bytes_each)
{
    if (bytes_each != 0 && count > SIZE_MAX / bytes_each) {
        return NULL;
    }
    return arena_alloc(arena, count * bytes_each);
}

void *arena_copy(struct arena *arena, const void *data, size_t bytes)
{
    void *copy = arena_alloc(arena, bytes);

    if (copy != NULL && bytes > 0) {
        memcpy(copy, data, bytes);
    }
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text) + 1);
}

char *arena_text_of(struct arena *arena, struct bytes bytes)
{
    if (bytes.size == SIZE_MAX) {
        return NULL;
    }
    char *text = arena_alloc(arena, bytes.size + 1);
    if (text != NULL && bytes.size > 0) {
        memcpy(text, bytes.data, bytes.size);
    }
    return text;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int bytes = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (bytes < 0) {
        return NULL;
    }
    char *text = arena_alloc(arena, (size_t)bytes + 1);
    if (text == NULL) {
        return NULL;
    }
    va_start(args, format);
    (void)vsnprintf(text, (size_t)bytes + 1, format, args);
    va_end(args);
    return text;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){.used = arena->used};
}

void arena_release(struct arena *arena, struct arena_mark mark)
{
    assert(mark.used <= arena->used);
    ASAN_POISON_MEMORY_REGION(arena->memory + mark.used, arena->bytes_max - mark.used);
    arena->used = mark.used;
}
