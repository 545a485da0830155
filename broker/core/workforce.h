/* The workforce: what becomes of the open work of somebody who left. */
#ifndef BROKER_CORE_WORKFORCE_H
#define BROKER_CORE_WORKFORCE_H

#include "broker/core/turn_part.h"

/* Cases that a dismissed worker led or was offered go on to others, a bounded number a call; when none is left, the timer
 * that asked for it ends. */
void workforce_dismiss(struct turn *turn, uint32_t worker, int64_t timer_due_us);

#endif
