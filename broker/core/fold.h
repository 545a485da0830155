/* Fold: one fact kind, one row, one function that writes the state. Knows no policy, no calendar, no choice.
 *
 * Replaying the journal through here gives the same state as deciding did. */
#ifndef BROKER_CORE_FOLD_H
#define BROKER_CORE_FOLD_H

#include "base/arena.h"
#include "broker/store/store.h"

/* Where a fact stands in the journal. */
struct fold_place {
    uint64_t batch;
    uint32_t entry;
    uint32_t fact;  /* index in its entry */
    uint32_t index; /* index in its batch, over all entries */
};

void fold_fact(struct store *store,
               struct arena *arena,
               const struct entry *entry,
               const struct fact *fact,
               const struct fold_place *place);
/* What an entry itself changes: the lane's position and the kept reply. After its facts. */
void fold_entry(struct store *store, const struct entry *entry, uint64_t batch);
/* A whole batch from the journal, with meta's position, hash and time. False: it is not the next one. The
 * arena is scratch: reset it between batches. */
bool fold_batch(struct store *store,
                struct arena *arena,
                const struct batch *batch,
                const uint8_t hash[FACT_HASH_BYTES]) __attribute__((warn_unused_result));

#endif
