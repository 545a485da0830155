/* Dismissals. */
#include "broker/core/workforce.h"

#include "broker/core/desk.h"
#include "broker/core/disclosure.h"
#include "broker/core/offer.h"

#include <assert.h>

enum { DISMISSED_CASES_A_TURN = 64 };

static void lose_lead(struct turn *turn, const struct case_record *record)
{
    const struct assignment_record lead = turn_assignment(turn, &record->lead_assignment);
    disclosure_end(turn, &record->id, lead.site);
    const struct fact ended = {.kind = FACT_ASSIGNMENT_ENDED,
                               .case_id = record->id,
                               .assignment = lead.id,
                               .worker = lead.worker};
    turn_emit(turn, &ended);
    const struct fact lost = {.kind = FACT_CURATOR_LOST,
                              .case_id = record->id,
                              .assignment = lead.id,
                              .worker = lead.worker,
                              .code = CASE_CURATOR_PENDING};
    turn_emit(turn, &lost);
    if (record->proposed_outcome != CASE_OUTCOME_UNSPECIFIED) {
        const struct fact dropped = {.kind = FACT_OUTCOME_REJECTED, .case_id = record->id};
        turn_emit(turn, &dropped);
    }
    if (record->desk != DESK_UNSPECIFIED) {
        desk_take(turn, &record->id);
    }
    const struct offer_wish wish = {.anew = true, .from_us = turn->options.now_us};
    offer_seek(turn, &record->id, &wish);
}

static void pass_on(struct turn *turn, const struct id128 *case_id, uint32_t worker)
{
    const struct case_record record = turn_case(turn, case_id);
    if (!id128_is_none(&record.lead_assignment) && record.lead == worker) {
        lose_lead(turn, &record);
        return;
    }
    assert(!id128_is_none(&record.offer) || store_failed(turn->store) != NULL);
    offer_withdraw(turn, case_id);
    offer_seek_next(turn, case_id);
}

void workforce_dismiss(struct turn *turn, uint32_t worker, int64_t timer_due_us)
{
    const struct id128 first = {{0}};
    struct id128 case_id;
    for (int i = 0; i < DISMISSED_CASES_A_TURN; i++) {
        if (!store_worker_case_after(turn->store, worker, &first, &case_id)) {
            const struct fact dismissed = {
                .kind = FACT_WORKER_DISMISSED, .worker = worker, .due_us = timer_due_us};
            turn_emit(turn, &dismissed);
            return;
        }
        pass_on(turn, &case_id, worker);
    }
}
