/* A disk that keeps what was synced, and of the rest whatever it likes.
 *
 * Fed with a record, it knows for each file what a sync has made safe and which sectors were written since, in order;
 * for each folder likewise which entries. A power cut keeps, of what is not safe, nothing, or a choice: each write
 * whole, not at all or torn between sectors, a later one with or without an earlier one, a file's entry with or
 * without the file's content. Safe means: fsync or fdatasync of the file for its content, fsync of the folder for
 * its entries (POSIX promises no more), a write to a file opened with O_DSYNC for the sectors it touched.
 *
 * For tests only: what it cannot do ends the program with a message. */
#ifndef TESTS_CRASH_DISK_H
#define TESTS_CRASH_DISK_H

#include "tests/crash/recording.h"

enum { DISK_SECTOR_BYTES = 512 };

enum disk_loss {
    DISK_KEEPS_ALL,  /* only the process died */
    DISK_KEEPS_SAFE, /* nothing but what is safe */
    DISK_KEEPS_SOME  /* by the seed */
};

struct disk;

struct disk *disk_create(void);
void disk_destroy(struct disk **disk);
/* True when the record changed or secured something: a power cut before it is another than the one after it. */
bool disk_feed(struct disk *disk, const struct record *record);
/* Makes the folder and all that a cut leaves in it. */
void disk_cut(const struct disk *disk, const char *folder, enum disk_loss loss, uint64_t seed);

#endif
