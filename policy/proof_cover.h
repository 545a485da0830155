/* A set of referrals told in few classes; only proof*.c and comparison*.c include this.
 *
 * The classes lie in the set and together are the set, no limit of one can be left out or loosened, and no class
 * can be left out. (The fewest words of all would be a search without an end; of several ways the shortest is taken.)
 */
#ifndef POLICY_PROOF_COVER_H
#define POLICY_PROOF_COVER_H

#include "policy/proof_space.h"

struct proof_cover {
    struct proof_box *boxes;
    size_t count;
    bool whole; /* false: more classes than room, or too large a question; what is there is right */
};

/* inside  the set, a fact (solver_name). room: most classes. False: no memory. */
bool proof_cover_make(struct proof_space *space,
                      struct solver_term inside,
                      size_t room,
                      struct proof_cover *out) __attribute__((warn_unused_result));

/* How many combinations of labels the classes hold together, each counted once. */
uint64_t proof_cover_count(const struct proof_space *space, const struct proof_cover *cover);

#endif
