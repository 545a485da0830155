/* How a case ends: the lead proposes an outcome, a second person approves it.
 *
 *      PLANNING, ACTIVE, MONITORING ──propose (lead)──► waits on the supervisor's desk
 *                     ▲                                        │
 *                     └───────────────reject───────────────────┤
 *                                                              └──approve──► CLOSED
 */
#ifndef BROKER_CORE_CASEBOOK_H
#define BROKER_CORE_CASEBOOK_H

#include "broker/core/turn_part.h"

decide_function casebook_propose_outcome;
decide_function casebook_approve_outcome;
decide_function casebook_reject_outcome;

#endif
