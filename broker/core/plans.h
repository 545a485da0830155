/* Plans: accepted configurations that wait for the time that their proposal named.
 *
 *     proposal, checked ─ turn_plan ─► WAITING ─ timer ─► DUE ─ checked again outside of the core ─► ACTIVATED | FAILED
 *                  │                     └────────── withdrawn ──┴──► WITHDRAWN
 *                  └─ or SHADOW: decides beside the version in force (shadow.h), until it is promoted (DUE) or withdrawn
 *
 * A plan is its texts and the rows that it changes. When its time comes they are laid over what is in force then
 * (regions_plan_input), so that a change of other rows in between stays; the whole is checked as any proposal is.
 */
#ifndef BROKER_CORE_PLANS_H
#define BROKER_CORE_PLANS_H

#include "broker/core/turn_part.h"

decide_function plans_withdraw, plans_promote;

/* Its time has come. */
void plans_due(struct turn *turn, uint32_t number);
/* In an open entry; by: the worker who withdrew it, 0 nobody. */
void plans_settle(struct turn *turn,
                  uint32_t number,
                  enum plan_state state,
                  uint32_t by,
                  struct phrase reasons);
/* The plan as the proposal that comes into force, for turn_configure. */
struct proposal_record plans_proposal(const struct plan_record *plan);
/* A page of plans, newest first. False: the arena is full. */
bool plans_list(const struct core *core,
                struct arena *arena,
                const char *cursor,
                struct answer *answer);

#endif
