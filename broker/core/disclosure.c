/* Who may see what. */
#include "broker/core/disclosure.h"

#include <assert.h>

uint32_t disclosure_sections(const struct region *region, uint32_t worker)
{
    const struct directory_worker *row = directory_worker(region->directory, worker);
    if (row == NULL) {
        return 0;
    }
    const struct directory_agency *agency = directory_agency(region->directory, row->agency);
    return policy_sections(region->policy, row->roles, agency->kind);
}

void disclosure_to_worker(struct turn *turn, const struct id128 *case_id, uint32_t worker)
{
    const struct region *region = turn->core->region;
    const struct directory_worker *row = directory_worker(region->directory, worker);
    const uint32_t mask = disclosure_sections(region, worker);
    if (mask == 0) {
        return;
    }
    const struct case_record record = turn_case(turn, case_id);
    for (uint32_t i = 0; i < record.referrals; i++) {
        struct id128 referral;
        struct view_record view;
        const bool found = store_case_referral(turn->store, case_id, i, &referral);
        assert(found || store_failed(turn->store) != NULL);
        const bool shown =
            store_view(turn->store, row->site, DELIVERY_DISCLOSURE, &referral, &view);
        if ((shown && !view.gone && view.worker == worker && view.mask == mask) ||
            turn_referral(turn, &referral).erased) {
            continue;
        }
        const struct fact disclosed = {.kind = FACT_DISCLOSED,
                                       .referral = referral,
                                       .case_id = *case_id,
                                       .site = row->site,
                                       .worker = worker,
                                       .mask = mask};
        turn_emit(turn, &disclosed);
    }
}

void disclosure_to_lead(struct turn *turn, const struct id128 *case_id)
{
    const struct case_record record = turn_case(turn, case_id);
    if (!id128_is_none(&record.lead_assignment)) {
        disclosure_to_worker(turn, case_id, record.lead);
    }
}

void disclosure_end(struct turn *turn, const struct id128 *case_id, uint32_t site)
{
    const struct case_record record = turn_case(turn, case_id);
    for (uint32_t i = 0; i < record.referrals; i++) {
        struct id128 referral;
        struct view_record view;
        const bool found = store_case_referral(turn->store, case_id, i, &referral);
        assert(found || store_failed(turn->store) != NULL);
        if (store_view(turn->store, site, DELIVERY_DISCLOSURE, &referral, &view) && !view.gone) {
            const struct fact ended = {.kind = FACT_DISCLOSURE_ENDED,
                                       .referral = referral,
                                       .case_id = *case_id,
                                       .site = site};
            turn_emit(turn, &ended);
        }
    }
}
