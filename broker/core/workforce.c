/* Absence, capacity and dismissals. */
#include "broker/core/workforce.h"

#include "broker/core/deputy.h"
#include "broker/core/offer.h"

#include <assert.h>

enum { DISMISSED_CASES_A_TURN = 64 };

enum candidate_reason workforce_absence(const struct turn *turn, const struct worker_record *record)
{
    if (record->dismissed) {
        return CANDIDATE_DISMISSED;
    }
    const bool begun =
        record->leave == FACT_LEAVE_PLANNED && record->leave_from_us <= turn->options.now_us;
    return begun || record->leave == FACT_LEAVE_BEGINS || record->leave == FACT_LEAVE_AWAY
               ? CANDIDATE_ON_LEAVE
               : CANDIDATE_UNSPECIFIED;
}

bool workforce_curates(const struct directory_worker *row)
{
    const uint32_t curators =
        (UINT32_C(1) << ROLE_CASE_CURATOR) | (UINT32_C(1) << ROLE_DUTY_CURATOR);
    return (row->roles & curators) != 0;
}

uint32_t workforce_capacity(const struct worker_record *record, const struct directory_worker *row)
{
    return record->capacity_set ? record->capacity : row->capacity;
}

uint32_t workforce_named(struct hearing *hearing)
{
    const struct directory *directory = hearing->turn->core->region->directory;
    const char *id = hearing->command->worker;
    const uint32_t worker = directory_find(directory, DIRECTORY_WORKER, id);
    if (worker == 0) {
        turn_refuse(hearing, REFUSAL_UNKNOWN_CODE, "command.worker", id);
        return 0;
    }
    if (!workforce_curates(directory_worker(directory, worker))) {
        turn_refuse(hearing, REFUSAL_BAD_FIELD, "command.worker", id);
        return 0;
    }
    if (store_worker(hearing->turn->store, worker).dismissed) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.worker", id);
        return 0;
    }
    return worker;
}

/* ---- dismissal ----------------------------------------------------------------------------------- */

static void pass_on(struct turn *turn, const struct id128 *case_id, uint32_t worker)
{
    const struct case_record record = turn_case(turn, case_id);
    if (!id128_is_none(&record.lead_assignment)) {
        deputy_lose_lead(turn, case_id, worker);
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
        if (!store_worker_case_after(turn->store, worker, &first, &case_id) &&
            !store_covered_case_after(turn->store, worker, &first, &case_id)) {
            const struct fact dismissed = {
                .kind = FACT_WORKER_DISMISSED, .worker = worker, .due_us = timer_due_us};
            turn_emit(turn, &dismissed);
            return;
        }
        pass_on(turn, &case_id, worker);
    }
}

/* ---- commands ------------------------------------------------------------------------------------- */

void workforce_set_capacity(struct hearing *hearing)
{
    const struct command *command = hearing->command;
    const uint32_t worker = workforce_named(hearing);
    if (worker == 0) {
        return;
    }
    const struct id128 none = {{0}};
    const struct worker_record record = store_worker(hearing->turn->store, worker);
    if ((record.capacity_set != 0) != command->as_directory && record.capacity == command->count) {
        hearing->reply.repeated = true;
        turn_stored(hearing, &none, &none);
        return;
    }
    const struct fact set = {.kind = FACT_CAPACITY_SET,
                             .worker = worker,
                             .count = command->count,
                             .flag = command->as_directory};
    turn_emit(hearing->turn, &set);
    turn_stored(hearing, &none, &none);
}

void workforce_order_dismissal(struct hearing *hearing)
{
    const uint32_t worker = workforce_named(hearing);
    if (worker == 0) {
        return;
    }
    const struct directory_worker *row =
        directory_worker(hearing->turn->core->region->directory, worker);
    const bool administers = (row->roles & (UINT32_C(1) << ROLE_ADMINISTRATOR)) != 0;
    if (worker == hearing->speaker.worker || administers) {
        /* Whoever administers leaves by the directory, whose check asks for another one. */
        turn_refuse(hearing, REFUSAL_NOT_ALLOWED, "command.worker", row->id);
        return;
    }
    const struct id128 none = {{0}};
    const struct fact ordered = {
        .kind = FACT_DISMISSAL_ORDERED, .worker = worker, .text = hearing->command->note};
    turn_emit(hearing->turn, &ordered);
    turn_stored(hearing, &none, &none);
}
