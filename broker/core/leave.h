/* Leave: when a curator may not be asked, and what becomes of the open work meanwhile.
 *
 *      NONE ──leave──► PLANNED ──from──► BEGINS ──nothing open──► AWAY ──until──► ENDS ──all given back──► NONE
 *
 * BEGINS and ENDS go on for as many deadlines as there are cases, one case each, so that a turn stays bounded however
 * many cases a curator has; nobody is offered anything from the moment that the leave begins.
 */
#ifndef BROKER_CORE_LEAVE_H
#define BROKER_CORE_LEAVE_H

#include "broker/core/turn_part.h"

/* The worker's timer is due: the leave begins or ends, or one more case changes hands. */
void leave_due(struct turn *turn, uint32_t worker);

/* Commands. */
decide_function leave_set;
decide_function leave_end;

#endif
