/* Disclosed facts whose right has ended are deleted 90 days later.
 *
 *     disclosure there, case open      kept, and shown to whom it was disclosed
 *     disclosure there, case closed    shown until 90 days after it was closed, then deleted
 *     disclosure gone                  shown to nobody from then on; deleted 90 days after that was noticed
 *     disclosure gone in a resync by a
 *     broker that came from a backup   deleted at once: it may not know any more who has what an erasure is to reach
 *     erasure                          deleted at once, by the mirror
 *
 * A right that comes back in time ends the wait. A pass looks at every record, a few a turn: at a start, after a resync,
 * and every hour; so an end is noticed up to an hour late.
 */
#ifndef AGENTS_STORE_EXPIRY_H
#define AGENTS_STORE_EXPIRY_H

#include "agents/store/agent_store.h"

enum { EXPIRY_DAYS = 90, EXPIRY_RECORDS_A_TURN = 64 };

/* Zeroed: a pass begins with the first step. */
struct expiry {
    bool running;
    bool begun;        /* at least once */
    int64_t begun_us;  /* boot clock */
    uint8_t after[33]; /* the key looked at last, and a byte; unless the pass is at its beginning */
    size_t after_bytes;
};

/* From the first record again. */
void expiry_begin(struct expiry *expiry, int64_t boot_us);
/* The next few records of a pass that is running or due. Returns how many were deleted. */
uint64_t expiry_step(struct expiry *expiry,
                     struct agent_store *store,
                     int64_t now_us,
                     int64_t boot_us,
                     struct arena *arena);
/* A resync has ended, by the broker of that life (a Welcome told it); one of another life has forgotten disclosures, and
 * hidden records are deleted: each is told. */
typedef void expiry_told(void *world, const struct id128 *case_id, const struct id128 *referral);
struct expiry_witness {
    expiry_told *tell;
    void *world;
};
void expiry_resynced(struct agent_store *store,
                     uint64_t life,
                     const struct expiry_witness *witness,
                     struct arena *arena);

#endif
