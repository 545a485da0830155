/* Deputies: who leads a case while its curator is on leave.
 *
 * A deputy's assignment covers a suspended one; a deputy who goes on leave too is covered in turn, so that the lead
 * of a case stands on a chain:
 *
 *      case ──lead──► C, ACTIVE ──covers──► B, SUSPENDED ──covers──► A, SUSPENDED
 *
 * Only the lead has the load, the family's data and the right to act. Whoever comes back takes the place of all that
 * stand before him or her. When the case ends, or its lead is lost, everything beneath ends with it.
 */
#ifndef BROKER_CORE_DEPUTY_H
#define BROKER_CORE_DEPUTY_H

#include "broker/core/turn_part.h"

/* The lead of the case is on leave: his or her deputy leads it, or, when nobody may deputise, it is routed again. */
void deputy_cover(struct turn *turn, const struct id128 *case_id);
/* A worker is back from leave: leads the case again that a deputy led. */
void deputy_give_back(struct turn *turn, const struct id128 *case_id, uint32_t worker);
/* Whoever the lead stands in for does not come back to this case. */
void deputy_end_covered(struct turn *turn, const struct id128 *case_id);
/* A worker of the chain is gone, and everybody on it lets go: the case is routed again. */
void deputy_lose_lead(struct turn *turn, const struct id128 *case_id, uint32_t worker);
/* Whether the lead of the case stands in for the worker. */
bool deputy_stands_for(struct turn *turn, const struct case_record *record, uint32_t worker);

#endif
