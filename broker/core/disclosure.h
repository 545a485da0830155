/* Disclosure: who may see the sealed sections of a case's referrals. Each permission is a fact. */
#ifndef BROKER_CORE_DISCLOSURE_H
#define BROKER_CORE_DISCLOSURE_H

#include "broker/core/turn_part.h"

/* Sections that a worker may see by the policy in force; 0 for nobody. */
uint32_t disclosure_sections(const struct region *region, uint32_t worker);
/* Every referral of the case that the lead's site was not shown yet, as far as the policy's `disclose` allows.
 * Nothing when the case has no lead. */
void disclosure_to_lead(struct turn *turn, const struct id128 *case_id);
/* The same for a worker who is offered an emergency: disclosed at once. */
void disclosure_to_worker(struct turn *turn, const struct id128 *case_id, uint32_t worker);
/* The site no longer has a reason to see them. */
void disclosure_end(struct turn *turn, const struct id128 *case_id, uint32_t site);

#endif
