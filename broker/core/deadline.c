/* Deadlines: what happens when nobody does anything. One timer kind, one function. */
#include "broker/core/desk.h"
#include "broker/core/leave.h"
#include "broker/core/offer.h"
#include "broker/core/plans.h"
#include "broker/core/proposals.h"
#include "broker/core/turn_part.h"
#include "broker/core/workforce.h"

#include <assert.h>

typedef void deadline_function(struct turn *turn, const struct timer_record *timer);

static void offer_due(struct turn *turn, const struct timer_record *timer)
{
    offer_expire(turn, &timer->entity);
}

/* No curator within the norm: the supervisor is told, the seeking goes on. */
static void curator_due(struct turn *turn, const struct timer_record *timer)
{
    const struct case_record record = turn_case(turn, &timer->entity);
    const struct fact escalated = {.kind = FACT_ESCALATED,
                                   .case_id = record.id,
                                   .code = DESK_REASON_NORM_PASSED,
                                   .due_us = turn->options.now_us - timer->due_us};
    turn_emit(turn, &escalated);
    if (record.desk == DESK_UNSPECIFIED) {
        desk_put(turn, &record.id, DESK_SUPERVISOR, DESK_REASON_NORM_PASSED);
    } else {
        turn_alarm(turn, &record, DESK_REASON_NORM_PASSED);
    }
}

static void desk_due(struct turn *turn, const struct timer_record *timer)
{
    desk_overdue(turn, &timer->entity);
}

static void dismissal_due(struct turn *turn, const struct timer_record *timer)
{
    workforce_dismiss(turn, bytes_get_u32(timer->entity.bytes + ID128_BYTES - 4), timer->due_us);
}

static void leave_is_due(struct turn *turn, const struct timer_record *timer)
{
    leave_due(turn, bytes_get_u32(timer->entity.bytes + ID128_BYTES - 4));
}

static void proposal_due(struct turn *turn, const struct timer_record *timer)
{
    proposals_drop(turn, bytes_get_u32(timer->entity.bytes + ID128_BYTES - 4));
}

static void plan_due(struct turn *turn, const struct timer_record *timer)
{
    plans_due(turn, bytes_get_u32(timer->entity.bytes + ID128_BYTES - 4));
}

static deadline_function *const deadlines[TIMER_END] = {
    [TIMER_OFFER] = offer_due,
    [TIMER_CURATOR] = curator_due,
    [TIMER_DESK] = desk_due,
    [TIMER_DISMISSAL] = dismissal_due,
    [TIMER_PROPOSAL] = proposal_due,
    [TIMER_PLAN] = plan_due,
    [TIMER_LEAVE] = leave_is_due,
};

/* After an outage, answers that fell due in it may be on their way in the agents' spools: they wait. */
static bool is_held(const struct turn *turn, const struct timer_record *timer)
{
    const struct turn_options *options = &turn->options;
    return timer->kind == TIMER_OFFER && options->hold_until_us > options->now_us &&
           timer->due_us >= options->held_from_us && timer->due_us <= options->hold_until_us;
}

static bool next_due(const struct turn *turn, struct timer_record *timer, bool *held)
{
    bool found = store_first_timer(turn->store, timer);
    while (found && is_held(turn, timer)) {
        *held = true;
        const struct timer_record after = *timer;
        found = store_timer_after(turn->store, &after, timer);
    }
    return found;
}

size_t turn_deadlines(struct turn *turn, size_t most, int64_t *next_due_us)
{
    size_t done = 0;
    bool held = false;
    struct timer_record timer;
    *next_due_us = 0;
    if (turn->core->region == NULL) {
        return 0;
    }
    if (store_meta(turn->store)->overfull_site != 0) {
        turn_mark_away(turn, store_meta(turn->store)->overfull_site);
    }
    while (!turn->failed && next_due(turn, &timer, &held)) {
        if (timer.due_us > turn->options.now_us || done == most) {
            *next_due_us = timer.due_us;
            break;
        }
        const struct entry head = {.cause = ENTRY_DEADLINE};
        turn_open_entry(turn, &head);
        if (turn->failed) {
            break;
        }
        assert(timer.kind > TIMER_UNSPECIFIED && timer.kind < TIMER_END);
        deadlines[timer.kind](turn, &timer);
        (void)turn_close_entry(turn);
        done++;
    }
    const int64_t hold_us = turn->options.hold_until_us;
    if (held && (*next_due_us == 0 || *next_due_us > hold_us)) {
        *next_due_us = hold_us;
    }
    return done;
}
