/* Files and folders, bounded and durable: whole reads with a limit, atomic writes. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Read a whole regular file of at most bytes_max into the arena (a NUL follows it, uncounted).
 * path "-" reads standard input. Errors: NO_INPUT, DATA (too long), IO, OS (arena full). */
bool file_read(const char *path,
               size_t bytes_max,
               struct arena *arena,
               struct bytes *out,
               struct error *err) __attribute__((warn_unused_result));
/* Write beside the target, sync, rename, sync the folder. mode as for open(2). */
bool file_write(const char *path, struct bytes content, unsigned mode, struct error *err)
    __attribute__((warn_unused_result));
/* Rename and sync both folders. */
bool file_move(const char *from, const char *to, struct error *err)
    __attribute__((warn_unused_result));
/* What the folder lists is on disk: a new file is only safe when it, and the folder that names it, are synced. */
bool file_sync_folder(const char *folder, struct error *err) __attribute__((warn_unused_result));
/* mkdir -p with this mode for what is created. */
bool file_make_folder(const char *path, unsigned mode, struct error *err)
    __attribute__((warn_unused_result));
/* Names (no dots first) in a folder whose name ends in suffix ("" = all), in byte order. */
struct file_names {
    char **items;
    size_t count;
};
bool file_list(const char *folder,
               const char *suffix,
               struct arena *arena,
               struct file_names *out,
               struct error *err) __attribute__((warn_unused_result));
/* "folder of base_file" joined with path unless path is absolute; NULL when the arena is full. */
char *file_beside(struct arena *arena, const char *base_file, const char *path);
/* Free bytes of the file system that holds path; UINT64_MAX when unknown. */
uint64_t file_system_free(const char *path);
/* False when the file can be read or written by group or others. */
bool file_is_private(const char *path, struct error *err) __attribute__((warn_unused_result));

#endif
