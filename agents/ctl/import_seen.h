/* Which rows of a journal were met already: by the number of the record, or where there is none by what stands in them.
 *
 * 16 bytes a row, twice that while it grows: 32 MiB for a million rows. Rows are told by 64 bits of a hash; that two of a million
 * different rows share them happens in one of 30 million journals. */
#ifndef CTL_IMPORT_SEEN_H
#define CTL_IMPORT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMPORT_SEEN_ROWS_MAX = 4000000 };

struct import_seen;

struct import_seen_row {
    uint32_t times; /* it was met before this one */
    uint32_t line;  /* where it was met first */
};

/* NULL: no memory. */
struct import_seen *import_seen_create(void);
void import_seen_destroy(struct import_seen **seen);
/* Notes a row. False: IMPORT_SEEN_ROWS_MAX different rows are known, or memory is out. */
bool import_seen_add(struct import_seen *seen,
                     uint64_t hash,
                     uint32_t line,
                     struct import_seen_row *before) __attribute__((warn_unused_result));

#endif
