/* Cases change hands while a curator is on leave; see deputy.h. */
#include "broker/core/deputy.h"

#include "broker/core/candidate.h"
#include "broker/core/desk.h"
#include "broker/core/disclosure.h"
#include "broker/core/offer.h"

#include <assert.h>

/* The next assignment down the chain; false: there is none. */
static bool
beneath(struct turn *turn, const struct assignment_record *above, struct assignment_record *out)
{
    const struct id128 covers = above->covers; /* above and out may be one */
    return !id128_is_none(&covers) && store_assignment(turn->store, &covers, out);
}

static void
end(struct turn *turn, const struct id128 *case_id, const struct assignment_record *assignment)
{
    const struct fact ended = {.kind = FACT_ASSIGNMENT_ENDED,
                               .case_id = *case_id,
                               .assignment = assignment->id,
                               .worker = assignment->worker};
    turn_emit(turn, &ended);
}

static struct assignment_record lead_of(struct turn *turn, const struct id128 *case_id)
{
    const struct case_record record = turn_case(turn, case_id);
    assert(!id128_is_none(&record.lead_assignment) || store_failed(turn->store) != NULL);
    return turn_assignment(turn, &record.lead_assignment);
}

bool deputy_stands_for(struct turn *turn, const struct case_record *record, uint32_t worker)
{
    struct assignment_record at;
    bool more = store_assignment(turn->store, &record->lead_assignment, &at);
    while (more && beneath(turn, &at, &at)) {
        if (at.state == ASSIGNMENT_SUSPENDED && at.worker == worker) {
            return true;
        }
    }
    return false;
}

void deputy_end_covered(struct turn *turn, const struct id128 *case_id)
{
    struct assignment_record at = lead_of(turn, case_id);
    while (beneath(turn, &at, &at)) {
        if (at.state == ASSIGNMENT_SUSPENDED) {
            end(turn, case_id, &at);
        }
    }
}

void deputy_lose_lead(struct turn *turn, const struct id128 *case_id, uint32_t worker)
{
    const struct case_record record = turn_case(turn, case_id);
    const struct assignment_record lead = turn_assignment(turn, &record.lead_assignment);
    deputy_end_covered(turn, case_id);
    disclosure_end(turn, case_id, lead.site);
    end(turn, case_id, &lead);
    const struct fact lost = {.kind = FACT_CURATOR_LOST,
                              .case_id = *case_id,
                              .assignment = lead.id,
                              .worker = worker,
                              .code = CASE_CURATOR_PENDING};
    turn_emit(turn, &lost);
    if (record.proposed_outcome != CASE_OUTCOME_UNSPECIFIED) {
        const struct fact dropped = {.kind = FACT_OUTCOME_REJECTED, .case_id = *case_id};
        turn_emit(turn, &dropped);
    }
    if (record.desk != DESK_UNSPECIFIED) {
        desk_take(turn, case_id);
    }
    /* A deputy whose curator does not come back is asked first: nobody knows the family better now. */
    const struct offer_wish wish = {.anew = true,
                                    .continuity = lead.worker == worker ? 0 : lead.worker,
                                    .from_us = turn->options.now_us};
    offer_seek(turn, case_id, &wish);
}

static void appoint(struct turn *turn,
                    const struct case_record *record,
                    const struct assignment_record *covered,
                    uint32_t deputy)
{
    const struct directory_worker *row = directory_worker(turn->core->region->directory, deputy);
    if (row->site != covered->site) {
        disclosure_end(turn, &record->id, covered->site);
    }
    const struct fact suspended = {.kind = FACT_LEAD_SUSPENDED,
                                   .case_id = record->id,
                                   .assignment = covered->id,
                                   .worker = covered->worker};
    turn_emit(turn, &suspended);
    const struct fact appointed = {.kind = FACT_DEPUTY_APPOINTED,
                                   .case_id = record->id,
                                   .assignment = turn_new_id(turn),
                                   .worker = deputy,
                                   .site = row->site,
                                   .other = covered->id,
                                   .number = record->token + 1,
                                   .count = choice_load(record->labels.risk),
                                   .version = covered->policy_version};
    turn_emit(turn, &appointed);
    disclosure_to_lead(turn, &record->id);
}

void deputy_cover(struct turn *turn, const struct id128 *case_id)
{
    const struct case_record record = turn_case(turn, case_id);
    const struct assignment_record lead = turn_assignment(turn, &record.lead_assignment);
    const uint32_t deputy = store_worker(turn->store, lead.worker).deputy;
    const enum candidate_reason bar =
        deputy == 0 ? CANDIDATE_UNSPECIFIED : candidate_deputy_bar(turn, &record, deputy);
    if (deputy != 0 && bar == CANDIDATE_UNSPECIFIED) {
        appoint(turn, &record, &lead, deputy);
        return;
    }
    const struct fact missing = {
        .kind = FACT_DEPUTY_MISSING, .case_id = *case_id, .worker = deputy, .code = bar};
    turn_emit(turn, &missing);
    deputy_lose_lead(turn, case_id, lead.worker);
}

void deputy_give_back(struct turn *turn, const struct id128 *case_id, uint32_t worker)
{
    const struct directory_worker *row = directory_worker(turn->core->region->directory, worker);
    const struct assignment_record lead = lead_of(turn, case_id);
    struct assignment_record at = lead;
    if (lead.site != row->site) {
        disclosure_end(turn, case_id, lead.site);
    }
    end(turn, case_id, &lead);
    while (beneath(turn, &at, &at) && (at.worker != worker || at.state != ASSIGNMENT_SUSPENDED)) {
        if (at.state == ASSIGNMENT_SUSPENDED) {
            end(turn, case_id, &at);
        }
    }
    assert(at.worker == worker || store_failed(turn->store) != NULL);
    const struct fact revived = {.kind = FACT_LEAD_REVIVED,
                                 .case_id = *case_id,
                                 .assignment = at.id,
                                 .worker = worker,
                                 .site = row->site,
                                 .other = lead.id};
    turn_emit(turn, &revived);
    disclosure_to_lead(turn, case_id);
}
