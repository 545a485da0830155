/* Proposals of a configuration by administrators: gathered from parts, or an earlier version to come back.
 *
 *     ─ part ─► GATHERING ─ all parts, apply ─► PENDING ─ checked outside of the core ─► ADOPTED | SAME | REFUSED
 *                   └─ an hour without the rest ─► DROPPED      ▲
 *     ─ rollback ───────────────────────────────────────────────┘
 *
 * One a site: a new one takes the place of what is not pending. What a check outside of the core found comes back as
 * a turn of its own, so that deciding stays repeatable.
 */
#ifndef BROKER_CORE_PROPOSALS_H
#define BROKER_CORE_PROPOSALS_H

#include "broker/core/turn_part.h"

decide_function proposals_take_part, proposals_apply, proposals_roll_back;

/* The time for its parts is over. */
void proposals_drop(struct turn *turn, uint32_t site);
/* In an open entry. */
void proposals_settle(struct turn *turn,
                      const struct proposal_record *proposal,
                      enum proposal_state state,
                      struct phrase reasons);

#endif
