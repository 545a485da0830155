/* Referrals that the broker has stored, kept for a while as they were sent: a broker that comes back from a backup may
 * not know them any more, and they are offered again then.
 *
 * So is one that the broker told of after this store was lost, when it is submitted once more: it was sealed anew, so a broker
 * that knows it takes it for another one under that id, which then means that it has it.
 *
 *     settled ─► kept ─► 30 days ─► gone
 *                  └──── another life of the broker ─► spool ─► settled …
 */
#ifndef AGENTS_STORE_KEPT_H
#define AGENTS_STORE_KEPT_H

#include "agents/store/agent_store.h"
#include "proto/message.h"

enum { KEPT_DAYS = 30 };

/* frame  of the command, as the spool had it */
void kept_add(struct agent_store *store,
              const struct id128 *referral,
              struct bytes frame,
              int64_t now_us,
              struct arena *arena);
/* The oldest that was kept until then; it is kept no longer. False: there is none. */
bool kept_take(struct agent_store *store,
               int64_t until_us,
               struct arena *arena,
               struct command *out);
/* Drops one that is older than KEPT_DAYS. False: there is none. */
bool kept_prune(struct agent_store *store, int64_t now_us);
/* Is it kept, so that it can be offered again? */
bool kept_has(struct agent_store *store, const struct id128 *referral);
/* A referral was erased. */
void kept_drop(struct agent_store *store, const struct id128 *referral);

#endif
