/* Candidates: who of the rule's pools may become this case's curator, and who of them it will be.
 *
 * The order and the reasons are policy/choice.h's; here stands what the state knows of the case and the workers: who
 * referred the family, who refused or was silent, whose site is away or without a key, and everybody's load.
 */
#ifndef BROKER_CORE_CANDIDATE_H
#define BROKER_CORE_CANDIDATE_H

#include "broker/core/turn_part.h"
#include "policy/choice.h"

struct candidate_wish {
    const struct case_record *record;
    const struct region
        *region; /* the version whose pools are meant; its directory is the present one */
    uint32_t
        preferred; /* first of all when in any pool and eligible: leads the case that this one may
                                    duplicate; 0 nobody */
    uint32_t continuity; /* first within a pool that asks for continuity; 0 nobody */
};

/* In: decision->pools. Out: chosen, pool, candidates, counts, desk_reason when there is nobody. */
void candidate_choose(const struct turn *turn,
                      const struct candidate_wish *wish,
                      struct fact_decision *decision);

/* Why somebody named as deputy cannot take a led case over from its lead; CANDIDATE_UNSPECIFIED: can. A deputy stands in
 * only where the rule that holds for the case now would let him or her lead it, so that what a policy was proven to
 * promise holds during leaves too; where the lead was appointed by hand, anybody may. */
enum candidate_reason
candidate_deputy_bar(struct turn *turn, const struct case_record *record, uint32_t worker);

#endif
