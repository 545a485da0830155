/* Situations of a policy: what makes the same rule at the same level say other norms or tell others.
 *
 *     a territory that has norms of its own, or lies below one      ×      the programmes whose gates let it pass
 *
 * Every referral is in exactly one. Only comparison*.c include this.
 */
#ifndef POLICY_COMPARISON_SITUATION_H
#define POLICY_COMPARISON_SITUATION_H

#include "policy/comparison_outcome.h"
#include "policy/proof_space.h"

struct comparison_situations {
    struct comparison_situation *list;
    struct solver_term *terms; /* beside it */
    size_t count;
};

/* In the space's arena. False: no memory, or too large a question. */
bool comparison_situation_list(struct proof_space *space,
                               const struct proof_space_rules *rules,
                               struct comparison_situations *out)
    __attribute__((warn_unused_result));

#endif
