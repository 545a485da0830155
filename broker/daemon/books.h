/* The journal and the state together: opened, brought to the same position, appended to, committed.
 *
 *     journal  ───────────────────────────────●  durable at once, before anything is sent
 *     state    ──────────────────●·············  folded at once, committed every 100 ms or 8 MiB
 *                                └ after a crash the rest is folded again
 *
 * A commit is written by a thread beside the turns; one at a time, and a turn waits only when another 8 MiB have come.
 *
 * A state that is ahead of the journal, or has another hash at its position, is emptied and rebuilt.
 */
#ifndef BROKER_DAEMON_BOOKS_H
#define BROKER_DAEMON_BOOKS_H

#include "base/clock.h"
#include "base/log.h"
#include "broker/core/turn.h"
#include "broker/journal/journal.h"
#include "broker/keeper.h"
#include "broker/store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum { BOOKS_COMMIT_MS = 100, BOOKS_COMMIT_BYTES = 8 << 20 };

struct books {
    struct journal *journal;
    struct store *store;         /* always in a transaction between open and close */
    const struct keeper *keeper; /* what is sealed to an old epoch is sealed anew; NULL: as it is */
    const struct clock *clock;
    struct log *log;
    int64_t dirty_since_us; /* boot clock; 0: nothing to commit */
    bool disk_low;
    uint64_t disk_free_bytes;
    int64_t space_read_us; /* boot clock */
    const char *folder;
};

struct books_options {
    const char *folder; /* journal/ and state/ are in it; borrowed */
    const struct clock *clock;
    struct log *log;
    bool rebuild; /* throw the state away first, however damaged it is */
};

/* Errors  TEMPORARY: in use by another process; DATA: the journal's chain is broken */
bool books_open(struct books *out, const struct books_options *options, struct error *err)
    __attribute__((warn_unused_result));
/* Without a commit. */
void books_close(struct books *books);

/* What a turn decided becomes durable; the state's position follows. A turn without facts does nothing. After
 * false the process must end, as the state is ahead of the journal. */
bool books_append(struct books *books, struct turn *turn, struct arena *arena, struct error *err)
    __attribute__((warn_unused_result));
/* Between turns: begins a commit when it is time to (or anyway, and then waits until it is durable), ends the one before,
 * makes maps larger, reads the space left once a second. */
bool books_tend(struct books *books, bool anyway, struct error *err)
    __attribute__((warn_unused_result));
/* Drop what is not committed. Only for a turn that was tried after books_tend(…, true, …) and not appended. */
bool books_undo(struct books *books, const struct meta_record *before, struct error *err)
    __attribute__((warn_unused_result));
/* Milliseconds until a commit is due; -1: none. */
int64_t books_commit_in_ms(const struct books *books);

/* A sign of life on disk, so that a later start knows when this process ended. */
bool books_mark_alive(const struct books *books, int64_t now_us, struct error *err)
    __attribute__((warn_unused_result));
/* The later of the last batch's time and the last sign of life; 0: neither. */
int64_t books_last_alive_us(const struct books *books);

#endif
