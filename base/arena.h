/* A bounded bump allocator with one lifetime: everything is given back at once.
 *
 * The turn's working memory, and the allocator of protobuf-c: the arena, not the size of a frame,
 * bounds what a hostile message can make us reserve. A full arena yields NULL, never a crash.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/bytes.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* bytes_max  hard limit; the address range is reserved, its pages are taken as they are used
 * Returns    NULL when the system has no memory
 */
struct arena *arena_create(size_t bytes_max);
void arena_destroy(struct arena **arena);
void arena_reset(struct arena *arena);
size_t arena_used(const struct arena *arena);

/* Zeroed, aligned for any type; NULL when the limit is reached. Valid until reset or destroy. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* count * bytes_each, checked against overflow. */
void *arena_array(struct arena *arena, size_t count, size_t bytes_each);
void *arena_copy(struct arena *arena, const void *data, size_t bytes);
/* NUL-terminated copies; NULL when full. */
char *arena_text(struct arena *arena, const char *text);
char *arena_text_of(struct arena *arena, struct bytes bytes);
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A mark to go back to: what was allocated after it is given back. */
struct arena_mark {
    size_t used;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_release(struct arena *arena, struct arena_mark mark);

#endif
