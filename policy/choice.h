/* The choice of a curator: who of a rule's pools takes a case, out of what is known about each worker.
 *
 * Pools are tried in the rule's order; the first with somebody eligible decides. Everybody looked at is counted with
 * a reason, the best LIMIT_CANDIDATES_KEPT are kept by name. Pure; what changes from day to day (load, whose turn,
 * who refused, who is away) the asker tells about each worker. The broker asks with its state, refctl with an empty
 * one.
 */
#ifndef POLICY_CHOICE_H
#define POLICY_CHOICE_H

#include "policy/region.h"

/* What the asker knows about a worker. */
struct choice_worker {
    uint32_t load;
    uint64_t last_picked;      /* larger is later; 0 never */
    enum candidate_reason bar; /* UNSPECIFIED: nothing but capacity stands in the way */
    int64_t until_us;          /* ON_LEAVE: until when */
    bool capacity_set;         /* capacity counts in place of the directory's */
    uint32_t capacity;
};

struct choice {
    const struct policy *policy; /* the version whose pools are meant, and its roster */
    const struct roster *roster;
    const struct directory *directory; /* the present one */
    uint32_t territory;
    enum risk risk;
    uint32_t preferred;  /* first of all, when eligible and in any of the pools; 0 nobody */
    uint32_t continuity; /* first within a pool that asks for continuity; 0 nobody */
    struct choice_worker (*look)(const void *world, const struct directory_worker *row);
    const void *world;
};

/* Load units that a case of this level takes [default of the programme: norm and early 1, tzs 2, sop 3,
 * critical 4]. */
uint32_t choice_load(enum risk risk);
/* Why a referral goes to the triage desk before anybody is looked for; UNSPECIFIED: it does not. */
enum desk_reason choice_desk_reason(const struct policy_facts *facts,
                                    const struct policy_verdict *verdict);
/* Why a worker cannot be chosen out of a pool; UNSPECIFIED: can. */
enum candidate_reason
choice_bar(const struct choice *choice, size_t pool, const struct directory_worker *row);
/* Units that a worker can take at present. */
uint32_t choice_capacity(const struct choice_worker *seen, const struct directory_worker *row);
/* Load units of a worker that a pool keeps free for critical cases; 0 when the case is one. */
uint32_t
choice_reserved(const struct choice *choice, size_t pool, const struct directory_worker *row);
/* In: decision->pools. Out: chosen, pool, candidates, counts, desk_reason when there is nobody. */
void choice_make(const struct choice *choice, struct fact_decision *decision);

#endif
