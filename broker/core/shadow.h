/* A shadow: a policy that decides beside the one in force, on the same cases at the same moments, and is obeyed by nobody.
 *
 * What it would have decided is a fact beside the decision, told in ids, so that a replay never decides it again and its
 * results can be told when the policy is long gone. It sees the state that the decision in force saw. Its cost is one more
 * decision for each that is made anew; the next hop of a case that it would have given to somebody else is not guessed at.
 */
#ifndef BROKER_CORE_SHADOW_H
#define BROKER_CORE_SHADOW_H

#include "broker/core/candidate.h"
#include "broker/core/turn_part.h"

/* Before the facts of the decision. NULL: no shadow decides, or the arena is full. */
struct shadow_choice;
struct shadow_choice *shadow_choose(struct turn *turn,
                                    const struct candidate_wish *wish,
                                    const struct policy_facts *facts);
/* Behind the facts of the decision; nothing for NULL. */
void shadow_tell(struct turn *turn,
                 const struct id128 *case_id,
                 const struct shadow_choice *shadow,
                 const struct fact_decision *decision);
/* A page: the pairs of rules first, then the newest differences. False: the arena is full. */
bool shadow_list(const struct core *core,
                 struct arena *arena,
                 const char *cursor,
                 struct answer *answer);

#endif
