/* Offers: seeking a curator for a case, hop by hop, until somebody takes it or a desk must.
 *
 *                 ┌──────────────── next candidate, next pool ◄───────────────┐
 *      seek ──► PROPOSED ──delivered──► OFFERED ──accept / by itself──► ACTIVE │
 *       │          └── delivery norm ──┐   ├── refuse ──► REFUSED ────────────┤
 *       │                              └─► EXPIRED ◄── answer norm ───────────┘
 *       └── nobody, or three hops failed ──► a desk, with an alarm
 *
 * A hop has a fencing token; an answer with an old token is honoured only while nobody else has accepted.
 */
#ifndef BROKER_CORE_OFFER_H
#define BROKER_CORE_OFFER_H

#include "broker/core/turn_part.h"

struct offer_wish {
    bool anew;           /* ask the policy again; otherwise the pinned rule goes on */
    uint32_t continuity; /* see candidate.h */
    int64_t from_us;     /* norms run from here (arrival) */
};

/* Decide on a curator for a case without a lead and without an open offer. */
void offer_seek(struct turn *turn, const struct id128 *case_id, const struct offer_wish *wish);
/* The next hop of the pinned rule. */
void offer_seek_next(struct turn *turn, const struct id128 *case_id);
/* The case became critical: emergency, the policy is asked anew, an open offer is withdrawn. */
void offer_raise(struct turn *turn, const struct id128 *case_id);
/* The labels changed, because a referral joined or a case was merged: where other rules hold now, the policy is asked
 * anew. A lead goes on, and whoever the rule names is told; an appointment by hand stands. */
void offer_reconsider(struct turn *turn, const struct id128 *case_id);
/* Pools of the rule that the policy in force has for the case now; none when no rule matches. Returns how many. */
size_t offer_rule_pools(struct turn *turn,
                        const struct case_record *record,
                        uint8_t pools[LIMIT_RULE_POOLS]);
/* Give a case to a worker by name (pool and reason by the caller). */
struct offer_proposal {
    uint32_t worker;
    uint32_t pool; /* UINT32_MAX by hand */
    enum candidate_reason why;
    uint32_t policy_version;
    bool auto_accept;
};
void offer_propose(struct turn *turn,
                   const struct id128 *case_id,
                   const struct offer_proposal *proposal);
/* Withdraw the open offer of a case. */
void offer_withdraw(struct turn *turn, const struct id128 *case_id);
/* The offer is durable at the curator's site. */
void offer_delivered(struct turn *turn, const struct id128 *assignment);
/* Its norm passed. */
void offer_expire(struct turn *turn, const struct id128 *assignment);

/* Commands. */
decide_function offer_see;
decide_function offer_accept;
decide_function offer_refuse;

#endif
