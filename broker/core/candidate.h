/* Candidates: who of the rule's pools may become this case's curator, and who of them it will be.
 *
 * Pools are tried in the rule's order; the first with somebody eligible decides. Everybody looked at is counted with
 * a reason, the best LIMIT_CANDIDATES_KEPT are kept by name, so that the choice can be explained for ever.
 */
#ifndef BROKER_CORE_CANDIDATE_H
#define BROKER_CORE_CANDIDATE_H

#include "broker/core/turn_part.h"

struct candidate_wish {
    const struct case_record *record;
    const struct region
        *region;         /* the version whose pools are meant; its directory is the present one */
    uint32_t preferred;  /* chosen before any pool when eligible: leads the case that this one may
                                    duplicate; 0 nobody */
    uint32_t continuity; /* first within a pool that asks for continuity; 0 nobody */
};

/* In: decision->pools. Out: chosen, pool, candidates, counts, desk_reason when there is nobody. */
void candidate_choose(const struct turn *turn,
                      const struct candidate_wish *wish,
                      struct fact_decision *decision);

/* Load units that a case of this level takes [default of the programme: norm and early 1, tzs 2, sop 3,
 * critical 4]. */
uint32_t candidate_load(enum risk risk);

#endif
