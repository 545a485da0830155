/* Desks: where a case waits for people when no rule or nobody takes it. Never in silence: each desk has a due time,
 * an alarm, and the coordinator's desk behind it. */
#ifndef BROKER_CORE_DESK_H
#define BROKER_CORE_DESK_H

#include "broker/core/turn_part.h"

/* Put a case on the nearest desk of that kind for its territory. */
void desk_put(struct turn *turn,
              const struct id128 *case_id,
              enum desk desk,
              enum desk_reason reason);
void desk_take(struct turn *turn, const struct id128 *case_id);
/* Nobody there acted in time: the coordinator's desk, again and again. */
void desk_overdue(struct turn *turn, const struct id128 *case_id);

/* Commands. */
decide_function desk_assign;

#endif
