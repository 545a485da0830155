/* Which disclosure epoch the oldest of what still has to be sent is sealed to: the broker keeps that epoch's secret until
 * every site is past it.
 *
 *     note: the spool may hold such referrals up to here ──► they are settled ──► nothing is old any more
 */
#ifndef AGENTS_STORE_OLD_EPOCH_H
#define AGENTS_STORE_OLD_EPOCH_H

#include "agents/store/agent_store.h"

/* From now on forms are sealed to this epoch; what waits in the spool may be sealed to the one that was used before. */
void old_epoch_use(struct agent_store *store, uint32_t epoch, struct arena *arena);
/* What is in the spool now may be sealed to this epoch. */
void old_epoch_note(struct agent_store *store, uint32_t epoch, struct arena *arena);
/* The oldest epoch of what waits; the one in use when nothing older can be there. */
uint32_t old_epoch_oldest(struct agent_store *store, struct arena *arena);

#endif
