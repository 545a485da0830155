/* What record_preload.c writes and recording.c reads: one record after the other, in the order in which they happened.
 *
 *     struct record_head · name (names bytes) · data (bytes)
 *
 * Both are built together, so the layout may change freely.
 */
#ifndef TESTS_CRASH_RECORD_LAYOUT_H
#define TESTS_CRASH_RECORD_LAYOUT_H

#include <stdint.h>

enum record_kind {
    RECORD_START,    /* a process began to record */
    RECORD_CREATE,   /* name: file, a new file */
    RECORD_FOLDER,   /* name: a new folder */
    RECORD_RENAME,   /* name to data */
    RECORD_REMOVE,   /* name: a file or an empty folder */
    RECORD_WRITE,    /* file, offset, data */
    RECORD_WRITE_DS, /* likewise, on disk when the call returned (O_DSYNC) */
    RECORD_SIZE,     /* file has offset bytes now */
    RECORD_SYNC,     /* file */
    RECORD_SYNC_DIR, /* name: what the folder lists is on disk */
    RECORD_PART,     /* data: a part of a message that left, more follow */
    RECORD_FRAME,    /* data: the last part of a message that left: whoever gets it relies on it */
    RECORD_HEARD,    /* data: a part of a message that came */
    RECORD_TOLD, /* data: the event that a hook was run with; offset: its exit status (written by the hook) */
    RECORD_END
};

struct record_head {
    uint32_t kind;
    uint32_t names;
    uint64_t file; /* inode number; a created file may have one that was used before */
    uint64_t offset;
    uint64_t bytes;
};

#endif
