/* Folds of leaves, deputies and what else commands say of workers. The load follows the lead. */
#include "broker/core/fold_part.h"

#include <string.h>

struct id128 fold_worker_entity(uint32_t worker)
{
    struct id128 entity;
    memset(&entity, 0, sizeof(entity));
    bytes_put_u32(entity.bytes + ID128_BYTES - 4, worker);
    return entity;
}

static void
put_leave(struct store *store, uint32_t worker, struct worker_record *record, int64_t timer_us)
{
    const struct id128 entity = fold_worker_entity(worker);
    fold_move_timer(store, TIMER_LEAVE, &entity, record->leave_timer_us, timer_us);
    record->leave_timer_us = timer_us;
    if (record->leave == FACT_LEAVE_NONE) {
        record->leave_from_us = 0;
        record->leave_until_us = 0;
        record->deputy = 0;
    }
    store_put_worker(store, worker, record);
}

void fold_begin_dismissal(const struct fold *fold, uint32_t worker)
{
    const struct id128 entity = fold_worker_entity(worker);
    struct worker_record record = store_worker(fold->store, worker);
    record.dismissed = 1;
    record.leave = FACT_LEAVE_NONE;
    put_leave(fold->store, worker, &record, 0);
    fold_move_timer(fold->store, TIMER_DISMISSAL, &entity, 0, fold->fact->at_us);
}

void fold_leave_set(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct worker_record record = store_worker(fold->store, fact->worker);
    int64_t timer_us = record.leave_timer_us;
    if (record.leave == FACT_LEAVE_NONE || record.leave == FACT_LEAVE_PLANNED) {
        record.leave = FACT_LEAVE_PLANNED;
        timer_us = fact->due_us;
    } else if (record.leave == FACT_LEAVE_AWAY) {
        timer_us = fact->due_2_us;
    }
    record.leave_from_us = fact->due_us;
    record.leave_until_us = fact->due_2_us;
    record.deputy = fact->count;
    put_leave(fold->store, fact->worker, &record, timer_us);
}

void fold_leave_moved(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct worker_record record = store_worker(fold->store, fact->worker);
    record.leave = (enum fact_leave)fact->code;
    put_leave(fold->store, fact->worker, &record, fact->due_us);
}

void fold_count_suspended(struct store *store,
                          const struct assignment_record *assignment,
                          bool suspended)
{
    struct worker_record record = store_worker(store, assignment->worker);
    record.suspended += suspended ? 1 : UINT32_MAX;
    store_put_worker(store, assignment->worker, &record);
    store_put_covered_case(store, assignment->worker, &assignment->case_id, suspended);
}

/* Who leads changes: what the lead's site is shown goes along. */
static void tell_lead(const struct fold *fold, const struct assignment_record *lead)
{
    const struct case_record record = fold_case_by_id(fold->store, &lead->case_id);
    const struct fold_line line = {
        .site = lead->site, .kind = DELIVERY_OFFER, .entity = lead->id, .urgent = record.emergency};
    fold_put_line(fold->store, &line);
    fold_tell_authors(fold->store, &record);
    fold_tell_case(fold->store, &record);
}

static void take_from_site(const struct fold *fold, const struct assignment_record *assignment)
{
    struct fold_line line = {
        .site = assignment->site, .kind = DELIVERY_OFFER, .entity = assignment->id, .gone = true};
    fold_put_line(fold->store, &line);
    line.kind = DELIVERY_CASE;
    line.entity = assignment->case_id;
    fold_put_line(fold->store, &line);
}

static void begin_lead(const struct fold *fold, const struct assignment_record *assignment)
{
    fold_reserve(fold->store, assignment);
    struct worker_record worker = store_worker(fold->store, assignment->worker);
    worker.cases++;
    store_put_worker(fold->store, assignment->worker, &worker);
    struct case_record record = fold_case_of(fold);
    record.lead_assignment = assignment->id;
    record.lead = assignment->worker;
    store_put_case(fold->store, &record);
    store_meta(fold->store)->cases_with_lead++;
}

void fold_lead_suspended(const struct fold *fold)
{
    struct assignment_record assignment =
        fold_assignment_by_id(fold->store, &fold->fact->assignment);
    assignment.state = ASSIGNMENT_SUSPENDED;
    store_put_assignment(fold->store, &assignment);
    fold_release(fold->store, &assignment);
    struct worker_record worker = store_worker(fold->store, assignment.worker);
    worker.cases--;
    store_put_worker(fold->store, assignment.worker, &worker);
    fold_count_suspended(fold->store, &assignment, true);
    struct case_record record = fold_case_of(fold);
    memset(&record.lead_assignment, 0, sizeof(record.lead_assignment));
    store_put_case(fold->store, &record);
    store_meta(fold->store)->cases_with_lead--;
    take_from_site(fold, &assignment);
}

static void referral_covered(const struct fold *fold,
                             const struct case_record *record,
                             struct referral_record *referral)
{
    (void)record;
    const bool back = fold->fact->kind == FACT_LEAD_REVIVED;
    fold_add_update(referral,
                    back ? UPDATE_CURATOR_BACK : UPDATE_DEPUTY,
                    fold->fact->at_us,
                    0,
                    fold->fact->worker);
}

void fold_deputy_appointed(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    const struct assignment_record covered = fold_assignment_by_id(fold->store, &fact->other);
    struct assignment_record assignment;
    memset(&assignment, 0, sizeof(assignment));
    assignment.id = fact->assignment;
    assignment.case_id = fact->case_id;
    assignment.worker = fact->worker;
    assignment.site = fact->site;
    assignment.token = fact->number;
    assignment.state = ASSIGNMENT_ACTIVE;
    assignment.pool = covered.pool;
    assignment.policy_version = fact->version;
    assignment.why = CANDIDATE_CHOSEN_DEPUTY;
    assignment.load = fact->count;
    assignment.by_itself = true;
    assignment.proposed_us = fact->at_us;
    assignment.answered_us = fact->at_us;
    assignment.covers = covered.id;
    store_put_assignment(fold->store, &assignment);

    struct case_record record = fold_case_of(fold);
    store_put_case_assignment(fold->store, &record.id, record.assignments, &assignment.id);
    record.assignments++;
    record.token = assignment.token;
    store_put_case(fold->store, &record);
    begin_lead(fold, &assignment);
    fold_each_referral(fold, &record, referral_covered);
    tell_lead(fold, &assignment);
}

void fold_lead_revived(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct assignment_record assignment = fold_assignment_by_id(fold->store, &fact->assignment);
    const struct assignment_record deputy = fold_assignment_by_id(fold->store, &fact->other);
    fold_count_suspended(fold->store, &assignment, false);
    assignment.state = ASSIGNMENT_ACTIVE;
    assignment.site = fact->site; /* the directory may have moved the worker meanwhile */
    store_put_assignment(fold->store, &assignment);
    begin_lead(fold, &assignment);
    take_from_site(fold, &deputy);
    const struct case_record record = fold_case_of(fold);
    fold_each_referral(fold, &record, referral_covered);
    tell_lead(fold, &assignment);
}

void fold_capacity_set(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct worker_record record = store_worker(fold->store, fact->worker);
    record.capacity_set = fact->flag ? 0 : 1;
    record.capacity = fact->flag ? 0 : fact->count;
    store_put_worker(fold->store, fact->worker, &record);
}

void fold_dismissal_ordered(const struct fold *fold)
{
    fold_begin_dismissal(fold, fold->fact->worker);
}
