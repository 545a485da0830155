/* Erasure: what a family told is destroyed everywhere, for good.
 *
 *     erase ─ fact, and the referral's sealed key goes with its batch: nobody can open the sections any more
 *        └─► every site that was ever shown any, and the author's ─ acknowledged ─ fact: confirmed
 *
 * A broker that came back from a backup does not know whom it showed what after it: sites that have not come since are
 * told, too, and stand in the act as sites that may have had a copy, until they confirm.
 *
 * The referral, its labels and what was decided stay; its matching keys leave the state. Views of erasures stay for
 * ever, so that a site that comes back with an old copy of its store erases again.
 */
#ifndef BROKER_CORE_ERASURE_H
#define BROKER_CORE_ERASURE_H

#include "broker/core/turn_part.h"

/* Command. */
decide_function erasure_erase;
/* The site holds everything up to the line that told it. Inside an open entry. */
void erasure_delivered(struct turn *turn, uint32_t site, const struct id128 *referral);

/* Rows about one referral, about all of a case, or (none) about all; whole referrals a page. False: the arena is
 * full or the cursor is none of ours. */
bool erasure_list(const struct core *core,
                  struct arena *arena,
                  const struct query *query,
                  struct answer *answer) __attribute__((warn_unused_result));

#endif
