/* The keeper: holds the region's disclosure secret, and re-seals to a site the sections that a fact says it may
 * see. The only place of the broker in which a referral's key is open, for the time of one call.
 *
 * The batch that was read last stays decoded in memory of the keeper's own: what arrived together is often sent
 * together, and the caller's arena holds one referral only.
 *
 * While the region's disclosure key is being rotated it holds two secrets, that of the present epoch and that of the
 * one before, in the file beside it that ends in `.old`; agents are told the present one only.
 *
 * A module behind a header, so that it can become a process on another host: nothing else reads the secret.
 */
#ifndef BROKER_KEEPER_H
#define BROKER_KEEPER_H

#include "base/arena.h"
#include "base/keys.h"
#include "broker/journal/journal.h"
#include "broker/store/store.h"
#include "policy/directory.h"
#include "proto/message.h"

#include <stdbool.h>

struct keeper;

/* path     file of the disclosure secret; borrowed as long as the keeper lives
 * journal  borrowed as long as the keeper lives: bodies and sealed keys of referrals */
bool keeper_open(struct keeper **out, const char *path, struct journal *journal, struct error *err)
    __attribute__((warn_unused_result));
void keeper_close(struct keeper **keeper);
/* Is its secret in memory that is never swapped? Without, it is wiped at the end all the same. */
bool keeper_is_locked(const struct keeper *keeper);
/* Read the key files again: a rotation began, or the old secret is destroyed. False: everything is as it was; the files
 * cannot be read, or hold an epoch that is over. */
bool keeper_reload(struct keeper *keeper, struct error *err) __attribute__((warn_unused_result));
/* What agents seal to, with its epoch. Valid until close. */
const struct key32 *keeper_public(const struct keeper *keeper);
/* The epoch before, as long as its secret is held; 0: only one is. */
uint32_t keeper_old_epoch(const struct keeper *keeper);
/* Can what is sealed to that epoch be opened? */
bool keeper_holds(const struct keeper *keeper, uint32_t epoch);

enum keeper_renewal {
    KEEPER_RENEWED, /* sealed to the present epoch now */
    KEEPER_PRESENT, /* it was before */
    KEEPER_SHUT     /* it opens with no secret that is held; as it was */
};
/* Seal a referral's key to the present epoch; the new box lives in the arena, which must have room. */
enum keeper_renewal
keeper_renew(const struct keeper *keeper, struct arena *arena, struct journal_key *key);

struct keeper_request {
    struct store *store; /* in a transaction */
    const struct directory *directory;
    uint32_t site;
    struct id128 referral;
    uint32_t permitted; /* sections that the policy in force lets the view's worker see */
    int64_t now_us;
};

enum keeper_verdict {
    KEEPER_MADE,
    KEEPER_GONE, /* out is `gone`: the site may not, or no longer, see it; or it was erased */
    KEEPER_UNOPENED, /* out says so and has no sections: what the agent sealed opens with no secret that is held */
    KEEPER_FULL /* the arena is full; out is nothing */
};

/* Fills kind, entity and view of a DELIVERY_DISCLOSURE. The case's number is left empty, lane and numbers zero. */
enum keeper_verdict keeper_disclose(struct keeper *keeper,
                                    const struct keeper_request *request,
                                    struct arena *arena,
                                    struct delivery *out);

#endif
