/* The workforce: who can be asked at present, for how much, and what becomes of the open work of somebody who left.
 *
 * What stands here is said by commands and outlives every configuration: leave and deputy (leave.h), present capacity,
 * dismissal. */
#ifndef BROKER_CORE_WORKFORCE_H
#define BROKER_CORE_WORKFORCE_H

#include "broker/core/turn_part.h"

/* ON_LEAVE or DISMISSED; UNSPECIFIED: neither. From the moment that the leave begins, before all cases have changed
 * hands. */
enum candidate_reason workforce_absence(const struct turn *turn,
                                        const struct worker_record *record);
/* A case curator or duty curator. */
bool workforce_curates(const struct directory_worker *row);
/* Load units that a worker can take at present. */
uint32_t workforce_capacity(const struct worker_record *record, const struct directory_worker *row);
/* The curator whom a command is about; 0: refused. */
uint32_t workforce_named(struct hearing *hearing);

/* Cases that a dismissed worker led, was offered or would have come back to go on to others, a bounded number a call; when
 * none is left, the timer that asked for it ends. */
void workforce_dismiss(struct turn *turn, uint32_t worker, int64_t timer_due_us);

/* Commands. */
decide_function workforce_set_capacity;
decide_function workforce_order_dismissal;

#endif
