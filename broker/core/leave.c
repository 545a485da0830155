/* Leaves begin and end by commands and by their timers; see leave.h. */
#include "broker/core/leave.h"

#include "broker/core/deputy.h"
#include "broker/core/offer.h"
#include "broker/core/workforce.h"

#include <assert.h>

static void move(struct turn *turn, uint32_t worker, enum fact_leave leave, int64_t timer_us)
{
    const struct fact moved = {
        .kind = FACT_LEAVE_MOVED, .worker = worker, .code = leave, .due_us = timer_us};
    turn_emit(turn, &moved);
}

/* One case that the worker leads or is offered goes to somebody else. */
static void hand_over_next(struct turn *turn, uint32_t worker)
{
    const struct id128 first = {{0}};
    struct id128 case_id;
    if (!store_worker_case_after(turn->store, worker, &first, &case_id)) {
        move(turn, worker, FACT_LEAVE_AWAY, store_worker(turn->store, worker).leave_until_us);
        return;
    }
    const struct case_record record = turn_case(turn, &case_id);
    if (!id128_is_none(&record.lead_assignment) && record.lead == worker) {
        deputy_cover(turn, &case_id);
        return;
    }
    assert(!id128_is_none(&record.offer) || store_failed(turn->store) != NULL);
    offer_withdraw(turn, &case_id);
    offer_seek_next(turn, &case_id);
}

static void give_back_next(struct turn *turn, uint32_t worker)
{
    const struct id128 first = {{0}};
    struct id128 case_id;
    if (store_covered_case_after(turn->store, worker, &first, &case_id)) {
        deputy_give_back(turn, &case_id, worker);
        return;
    }
    move(turn, worker, FACT_LEAVE_NONE, 0);
}

void leave_due(struct turn *turn, uint32_t worker)
{
    const struct worker_record record = store_worker(turn->store, worker);
    switch (record.leave) {
    case FACT_LEAVE_PLANNED:
        move(turn, worker, FACT_LEAVE_BEGINS, record.leave_timer_us);
        return;
    case FACT_LEAVE_BEGINS:
        hand_over_next(turn, worker);
        return;
    case FACT_LEAVE_AWAY:
        move(turn, worker, FACT_LEAVE_ENDS, record.leave_timer_us);
        return;
    case FACT_LEAVE_ENDS:
        give_back_next(turn, worker);
        return;
    case FACT_LEAVE_NONE:
    case FACT_LEAVE_END:
        break;
    }
    assert(store_failed(turn->store) != NULL); /* nobody else has such a timer */
}

/* The deputy whom the command names; false: refused. */
static bool find_deputy(struct hearing *hearing, uint32_t worker, uint32_t *deputy)
{
    const struct directory *directory = hearing->turn->core->region->directory;
    const char *id = hearing->command->deputy;
    *deputy = 0;
    if (id == NULL || id[0] == '\0') {
        return true;
    }
    *deputy = directory_find(directory, DIRECTORY_WORKER, id);
    const struct directory_worker *row = directory_worker(directory, *deputy);
    if (row == NULL || store_worker(hearing->turn->store, *deputy).dismissed) {
        turn_refuse(hearing, REFUSAL_UNKNOWN_CODE, "command.leave.deputy", id);
        return false;
    }
    if (*deputy == worker || !workforce_curates(row) ||
        row->agency != directory_worker(directory, worker)->agency) {
        turn_refuse(hearing, REFUSAL_BAD_FIELD, "command.leave.deputy", id);
        return false;
    }
    return true;
}

void leave_set(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct command *command = hearing->command;
    const uint32_t worker = workforce_named(hearing);
    uint32_t deputy = 0;
    if (worker == 0 || !find_deputy(hearing, worker, &deputy)) {
        return;
    }
    const struct worker_record record = store_worker(turn->store, worker);
    if (record.leave == FACT_LEAVE_ENDS) {
        turn_refuse(hearing, REFUSAL_BUSY, "command.leave.worker", NULL);
        return;
    }
    const bool away = record.leave == FACT_LEAVE_BEGINS || record.leave == FACT_LEAVE_AWAY;
    if (away && command->at_us > turn->options.now_us) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.leave.from_us", NULL);
        return;
    }
    const struct id128 none = {{0}};
    const int64_t from_us = away ? record.leave_from_us : command->at_us;
    if (record.leave != FACT_LEAVE_NONE && record.leave_from_us == from_us &&
        record.leave_until_us == command->until_us && record.deputy == deputy) {
        hearing->reply.repeated = true;
        turn_stored(hearing, &none, &none);
        return;
    }
    const struct fact set = {.kind = FACT_LEAVE_SET,
                             .worker = worker,
                             .count = deputy,
                             .due_us = from_us,
                             .due_2_us = command->until_us,
                             .text = command->note};
    turn_emit(turn, &set);
    turn_stored(hearing, &none, &none);
}

void leave_end(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const uint32_t worker = workforce_named(hearing);
    if (worker == 0) {
        return;
    }
    const struct worker_record record = store_worker(turn->store, worker);
    const struct id128 none = {{0}};
    switch (record.leave) {
    case FACT_LEAVE_NONE:
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.end_leave.worker", NULL);
        return;
    case FACT_LEAVE_PLANNED:
        move(turn, worker, FACT_LEAVE_NONE, 0);
        break;
    case FACT_LEAVE_BEGINS:
    case FACT_LEAVE_AWAY:
        move(turn, worker, FACT_LEAVE_ENDS, turn->options.now_us);
        break;
    case FACT_LEAVE_ENDS:
    case FACT_LEAVE_END:
        hearing->reply.repeated = true;
        break;
    }
    turn_stored(hearing, &none, &none);
}
