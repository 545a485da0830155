/* The mirror: what the broker lets this site see, one view per entity, as it was told last.
 *
 * Disclosed sections are opened on arrival with the site's sealing key and rest under the storage key;
 * they are shown as long as their disclosure is there (expiry.h says when they are deleted), and an erasure takes
 * whatever there is of a referral. During a resync the pages are kept aside until the last one.
 */
#ifndef AGENTS_STORE_MIRROR_H
#define AGENTS_STORE_MIRROR_H

#include "agents/store/agent_store.h"
#include "base/keys.h"
#include "proto/message.h"

enum { MIRROR_KEY_BYTES = 1 + ID128_BYTES, MIRROR_FACTS_MAX = 32 };

/* What an applied delivery changed; views live in the arena. */
struct mirror_change {
    bool had_old;
    struct delivery old;
    enum shut_reason shut; /* a disclosure of which nothing opened */
};

/* Apply one delivery. Own referrals that this store does not know yet are noted as such. */
void mirror_apply(struct agent_store *store,
                  const struct delivery *delivery,
                  const struct key32 *sealing,
                  struct arena *arena,
                  struct mirror_change *change);

bool mirror_get(struct agent_store *store,
                enum delivery_kind kind,
                const struct id128 *entity,
                struct arena *arena,
                struct delivery *out);

/* A place in the order (kind, entity); all zero is before the first. */
struct mirror_cursor {
    uint8_t key[MIRROR_KEY_BYTES];
};
/* The next view after the cursor, which moves there. A view that cannot be read is passed over. */
bool mirror_next(struct agent_store *store,
                 struct mirror_cursor *cursor,
                 struct arena *arena,
                 struct delivery *out);

/* Disclosed facts of a case that this worker may see, and what of them is shut: those disclosed to the worker, all for
 * its lead. Newest first. */
struct mirror_reader {
    const char *worker;
    bool leads;
};
void mirror_facts(struct agent_store *store,
                  const struct id128 *case_id,
                  const struct mirror_reader *reader,
                  struct arena *arena,
                  struct case_view *out);

/* The site has a right to see what it was disclosed of this referral in this case. */
bool mirror_may_show(struct agent_store *store,
                     const struct id128 *case_id,
                     const struct id128 *referral,
                     struct arena *arena);

/* The referral was erased: nothing of it may be kept. */
bool mirror_is_erased(struct agent_store *store, const struct id128 *referral);

/* A person opened the entity. */
void mirror_mark_seen(struct agent_store *store,
                      const struct id128 *entity,
                      int64_t now_us,
                      struct arena *arena);
bool mirror_is_seen(struct agent_store *store, enum delivery_kind kind, const struct id128 *entity);

/* Last delivery applied on a lane. */
uint64_t mirror_applied(struct agent_store *store, enum lane lane);
void mirror_set_applied(struct agent_store *store, enum lane lane, uint64_t number);
/* True once a whole view was received. */
bool mirror_is_complete(struct agent_store *store);
void mirror_set_complete(struct agent_store *store, bool complete);

/* Resync: clear, keep each page's deliveries, walk them with aside_next and apply each, then drop what
 * was not among them. */
void mirror_aside_clear(struct agent_store *store);
void mirror_aside_put(struct agent_store *store,
                      const struct delivery *delivery,
                      struct arena *arena);
bool mirror_aside_next(struct agent_store *store,
                       struct mirror_cursor *cursor,
                       struct arena *arena,
                       struct delivery *out);
void mirror_drop_missing(struct agent_store *store, struct arena *arena);

#endif
