/* Desks: where a case waits for people when no rule or nobody takes it. Never in silence: each desk has a due time,
 * an alarm, and a desk behind it: the supervisors of the agencies that the agency of the first desk escalates to, the nearest
 * first, then the territory's coordinator.
 *
 *      triage or supervisor ──late──► chain[0] ──late──► … chain[n-1] ──late──► coordinator ──late──┐
 *      (step 0)                       (step 1)           (step n)               (step n+1)  ▲───────┘
 */
#ifndef BROKER_CORE_DESK_H
#define BROKER_CORE_DESK_H

#include "broker/core/turn_part.h"

/* Put a case on the nearest desk of that kind for its territory. */
void desk_put(struct turn *turn,
              const struct id128 *case_id,
              enum desk desk,
              enum desk_reason reason);
void desk_take(struct turn *turn, const struct id128 *case_id);
/* Nobody there acted in time: an alarm and the next desk of the chain; from the coordinator's, again and again, that one. */
void desk_overdue(struct turn *turn, const struct id128 *case_id);

/* Commands. */
decide_function desk_assign;

#endif
