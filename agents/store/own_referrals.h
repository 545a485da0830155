/* Referrals that this site submitted: waiting in the spool, refused, or stored by the broker.
 *
 * Kept by id (UUIDv7, so in the order of submitting) with a digest of what was submitted, so that
 * submitting again is harmless. What the broker tells about them later stands in the mirror.
 */
#ifndef AGENTS_STORE_OWN_REFERRALS_H
#define AGENTS_STORE_OWN_REFERRALS_H

#include "agents/store/agent_store.h"
#include "proto/message.h"

enum { OWN_REFERRALS_DIGEST_BYTES = 16 };

enum own_referrals_state { OWN_REFERRALS_WAITING, OWN_REFERRALS_STORED, OWN_REFERRALS_REFUSED };

struct own_referral {
    struct id128 id;
    uint8_t digest[OWN_REFERRALS_DIGEST_BYTES]; /* all zero: not submitted through this store */
    int64_t submitted_us;
    enum own_referrals_state state;
    struct referral_view view;
    struct problem *problems; /* REFUSED */
    size_t problem_count;
};

/* reply  the refusal to keep with it, or NULL */
void own_referrals_put(struct agent_store *store,
                       const struct own_referral *referral,
                       const struct reply *reply,
                       struct arena *arena);
bool own_referrals_get(struct agent_store *store,
                       const struct id128 *id,
                       struct arena *arena,
                       struct own_referral *out);
/* Not submitted through this store: the broker told of it, after a store before was lost. */
bool own_referrals_is_told(const struct own_referral *referral);
/* The broker answered. now_us is told as the receipt "stored" until the broker tells its own. */
void own_referrals_settle(struct agent_store *store,
                          const struct id128 *id,
                          const struct reply *reply,
                          int64_t now_us,
                          struct arena *arena);
/* The broker shows it no longer. One that waits in the spool stays, and one that will be offered again (kept.h). */
void own_referrals_drop(struct agent_store *store, const struct id128 *id, struct arena *arena);
/* The newest one older than before (none: the newest). */
bool own_referrals_before(struct agent_store *store,
                          const struct id128 *before,
                          struct arena *arena,
                          struct own_referral *out);

#endif
