/* Folds of offers and assignments: load is reserved when proposed and released when the hop ends. */
#include "broker/core/fold_part.h"

#include <assert.h>
#include <string.h>

void fold_reserve(struct store *store, const struct assignment_record *assignment)
{
    struct worker_record worker = store_worker(store, assignment->worker);
    worker.load += assignment->load;
    store_put_worker(store, assignment->worker, &worker);
    store_put_worker_case(store, assignment->worker, &assignment->case_id, true);
}

void fold_release(struct store *store, const struct assignment_record *assignment)
{
    struct worker_record worker = store_worker(store, assignment->worker);
    assert(worker.load >= assignment->load);
    worker.load -= assignment->load;
    store_put_worker(store, assignment->worker, &worker);
    store_put_worker_case(store, assignment->worker, &assignment->case_id, false);
}

static void move_answer(struct store *store, struct assignment_record *assignment, int64_t due_us)
{
    const struct fold_wait wait = {TIMER_OFFER, assignment->id, assignment->policy_version};
    fold_move_wait(store, &wait, assignment->due_us, due_us);
    assignment->due_us = due_us;
}

static void count_offers(struct store *store, uint32_t worker, int by)
{
    struct worker_record record = store_worker(store, worker);
    record.open_offers += (uint32_t)by;
    store_put_worker(store, worker, &record);
    store_meta(store)->offers_open += (uint64_t)(int64_t)by;
}

static void referral_offered(const struct fold *fold,
                             const struct case_record *record,
                             struct referral_record *referral)
{
    (void)record;
    if (referral->state == REFERRAL_COMPLETED) {
        return;
    }
    referral->state = REFERRAL_ROUTED;
    fold_add_update(referral, UPDATE_OFFERED, fold->fact->at_us, 0, fold->fact->worker);
}

void fold_curator_proposed(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct assignment_record assignment;
    memset(&assignment, 0, sizeof(assignment));
    assignment.id = fact->assignment;
    assignment.case_id = fact->case_id;
    assignment.worker = fact->worker;
    assignment.site = fact->site;
    assignment.token = fact->number;
    assignment.state = ASSIGNMENT_PROPOSED;
    assignment.pool = fact->code;
    assignment.policy_version = fact->version;
    assignment.why = (enum candidate_reason)fact->code_2;
    assignment.load = fact->count;
    assignment.auto_accept = fact->flag;
    assignment.proposed_us = fact->at_us;
    move_answer(fold->store, &assignment, fact->due_us);
    store_put_assignment(fold->store, &assignment);

    struct case_record record = fold_case_of(fold);
    store_put_case_assignment(fold->store, &record.id, record.assignments, &assignment.id);
    record.assignments++;
    record.offer = assignment.id;
    record.token = assignment.token;
    store_put_case(fold->store, &record);

    fold_reserve(fold->store, &assignment);
    count_offers(fold->store, assignment.worker, 1);
    struct worker_record worker = store_worker(fold->store, assignment.worker);
    worker.last_picked = ++store_meta(fold->store)->pick_sequence;
    store_put_worker(fold->store, assignment.worker, &worker);

    fold_each_referral(fold, &record, referral_offered);
    fold_tell_authors(fold->store, &record);
    fold_tell_case(fold->store, &record);
}

static void referral_delivered(const struct fold *fold,
                               const struct case_record *record,
                               struct referral_record *referral)
{
    (void)record;
    fold_give_receipt(referral, RECEIPT_DELIVERED, fold->fact->at_us);
    if (referral->state == REFERRAL_ROUTED) {
        referral->state = REFERRAL_DELIVERED;
    }
}

void fold_offer_delivered(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct assignment_record assignment = fold_assignment_by_id(fold->store, &fact->assignment);
    move_answer(fold->store, &assignment, fact->due_us);
    assignment.state = ASSIGNMENT_OFFERED;
    assignment.delivered_us = fact->at_us;
    store_put_assignment(fold->store, &assignment);
    const struct case_record record = fold_case_of(fold);
    fold_each_referral(fold, &record, referral_delivered);
    fold_tell_authors(fold->store, &record);
    fold_tell_case(fold->store, &record); /* the answer's due time is known now */
}

static void referral_seen(const struct fold *fold,
                          const struct case_record *record,
                          struct referral_record *referral)
{
    referral_delivered(fold, record, referral); /* one that joined after the offer was delivered */
    fold_give_receipt(referral, RECEIPT_SEEN, fold->fact->at_us);
}

void fold_offer_seen(const struct fold *fold)
{
    struct assignment_record assignment =
        fold_assignment_by_id(fold->store, &fold->fact->assignment);
    assignment.seen_us = fold->fact->at_us;
    store_put_assignment(fold->store, &assignment);
    const struct case_record record = fold_case_of(fold);
    fold_each_referral(fold, &record, referral_seen);
    fold_tell_authors(fold->store, &record);
}

static void referral_appointed(const struct fold *fold,
                               const struct case_record *record,
                               struct referral_record *referral)
{
    (void)record;
    fold_give_receipt(referral, RECEIPT_DELIVERED, fold->fact->at_us);
    if (!fold->fact->flag) {
        fold_give_receipt(referral, RECEIPT_SEEN, fold->fact->at_us);
    }
    if (referral->state != REFERRAL_COMPLETED) {
        referral->state = REFERRAL_COMPLETED;
        referral->outcome =
            referral->joined ? REFERRAL_OUTCOME_CASE_JOINED : REFERRAL_OUTCOME_CASE_OPENED;
    }
    fold_add_update(referral, UPDATE_CURATOR_APPOINTED, fold->fact->at_us, 0, fold->fact->worker);
}

/* Hops of this case that ran out of time can no longer be accepted late. */
static void forget_expired(const struct fold *fold, const struct case_record *record)
{
    for (uint32_t i = 0; i < record->assignments; i++) {
        struct id128 id;
        const bool found = store_case_assignment(fold->store, &record->id, i, &id);
        assert(found);
        const struct assignment_record hop = fold_assignment_by_id(fold->store, &id);
        if (hop.state == ASSIGNMENT_EXPIRED) {
            const struct fold_line line = {
                .site = hop.site, .kind = DELIVERY_OFFER, .entity = id, .gone = true};
            fold_put_line(fold->store, &line);
        }
    }
}

void fold_offer_accepted(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct assignment_record assignment = fold_assignment_by_id(fold->store, &fact->assignment);
    const bool late = assignment.state == ASSIGNMENT_EXPIRED;
    move_answer(fold->store, &assignment, 0);
    assignment.state = ASSIGNMENT_ACTIVE;
    assignment.answered_us = fact->at_us;
    assignment.by_itself = fact->flag;
    store_put_assignment(fold->store, &assignment);
    if (late) {
        fold_reserve(fold->store, &assignment);
    } else {
        count_offers(fold->store, assignment.worker, -1);
    }
    struct worker_record worker = store_worker(fold->store, assignment.worker);
    worker.cases++;
    store_put_worker(fold->store, assignment.worker, &worker);

    struct case_record record = fold_case_of(fold);
    const struct fold_wait wait = {TIMER_CURATOR, record.id, record.policy_version};
    fold_move_wait(fold->store, &wait, record.curator_timer_us, 0);
    record.curator_timer_us = 0;
    memset(&record.offer, 0, sizeof(record.offer));
    record.lead_assignment = assignment.id;
    record.lead = assignment.worker;
    record.state = (enum case_state)fact->code;
    record.appointed_us = fact->at_us;
    record.hops_failed = 0;
    store_put_case(fold->store, &record);
    store_meta(fold->store)->cases_with_lead++;

    fold_each_referral(fold, &record, referral_appointed);
    forget_expired(fold, &record);
    const struct fold_line line = {.site = assignment.site,
                                   .kind = DELIVERY_OFFER,
                                   .entity = assignment.id,
                                   .urgent = record.emergency};
    fold_put_line(fold->store, &line);
    fold_tell_authors(fold->store, &record);
    fold_tell_case(fold->store, &record);
}

/* A hop ends without an appointment. */
static struct case_record end_hop(const struct fold *fold, enum assignment_state state)
{
    struct assignment_record assignment =
        fold_assignment_by_id(fold->store, &fold->fact->assignment);
    move_answer(fold->store, &assignment, 0);
    assignment.state = state;
    assignment.answered_us = fold->fact->at_us;
    if (state == ASSIGNMENT_REFUSED) {
        assignment.declined = (enum decline_reason)fold->fact->code;
    }
    store_put_assignment(fold->store, &assignment);
    fold_release(fold->store, &assignment);
    count_offers(fold->store, assignment.worker, -1);

    struct case_record record = fold_case_of(fold);
    memset(&record.offer, 0, sizeof(record.offer));
    /* An expired hop stays in sight: it may still be accepted while nobody else has. */
    const struct fold_line line = {.site = assignment.site,
                                   .kind = DELIVERY_OFFER,
                                   .entity = assignment.id,
                                   .urgent = record.emergency,
                                   .gone = state != ASSIGNMENT_EXPIRED};
    fold_put_line(fold->store, &line);
    return record;
}

static void referral_refused(const struct fold *fold,
                             const struct case_record *record,
                             struct referral_record *referral)
{
    (void)record;
    if (referral->state == REFERRAL_COMPLETED) {
        return;
    }
    const bool refused = fold->fact->kind == FACT_OFFER_REFUSED;
    referral->state = REFERRAL_SUBMITTED;
    if (refused) {
        fold_give_receipt(referral, RECEIPT_SEEN, fold->fact->at_us);
    }
    fold_add_update(referral,
                    refused ? UPDATE_REFUSED : UPDATE_EXPIRED,
                    fold->fact->at_us,
                    fold->fact->code,
                    fold->fact->worker);
}

void fold_offer_refused(const struct fold *fold)
{
    struct case_record record = end_hop(fold, ASSIGNMENT_REFUSED);
    record.hops_failed++;
    store_put_case(fold->store, &record);
    fold_each_referral(fold, &record, referral_refused);
    fold_tell_authors(fold->store, &record);
}

void fold_offer_expired(const struct fold *fold)
{
    struct case_record record = end_hop(fold, ASSIGNMENT_EXPIRED);
    record.hops_failed++;
    store_put_case(fold->store, &record);
    fold_each_referral(fold, &record, referral_refused);
    fold_tell_authors(fold->store, &record);
}

void fold_offer_withdrawn(const struct fold *fold)
{
    const struct case_record record = end_hop(fold, ASSIGNMENT_ENDED);
    store_put_case(fold->store, &record);
}

void fold_assignment_ended(const struct fold *fold)
{
    struct assignment_record assignment =
        fold_assignment_by_id(fold->store, &fold->fact->assignment);
    const bool suspended = assignment.state == ASSIGNMENT_SUSPENDED;
    assignment.state = ASSIGNMENT_ENDED;
    assignment.ended_us = fold->fact->at_us;
    store_put_assignment(fold->store, &assignment);
    if (suspended) { /* its load, its lines and the lead went to the deputy */
        fold_count_suspended(fold->store, &assignment, false);
        return;
    }
    fold_release(fold->store, &assignment);
    struct worker_record worker = store_worker(fold->store, assignment.worker);
    worker.cases--;
    store_put_worker(fold->store, assignment.worker, &worker);
    const struct fold_line line = {
        .site = assignment.site, .kind = DELIVERY_OFFER, .entity = assignment.id, .gone = true};
    fold_put_line(fold->store, &line);
    /* The lead's site keeps seeing how the case ended; a lost curator's site does not. */
    struct case_record record = fold_case_of(fold);
    memset(&record.lead_assignment, 0, sizeof(record.lead_assignment));
    store_put_case(fold->store, &record);
    store_meta(fold->store)->cases_with_lead--;
    const struct fold_line last = {.site = assignment.site,
                                   .kind = DELIVERY_CASE,
                                   .entity = record.id,
                                   .urgent = record.emergency};
    fold_put_line(fold->store, &last);
}

void fold_curator_lost(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    const struct assignment_record assignment =
        fold_assignment_by_id(fold->store, &fact->assignment);
    struct case_record record = fold_case_of(fold);
    record.state = (enum case_state)fact->code;
    record.appointed_us = 0;
    record.curator_due_us = 0; /* that norm was kept; a new one begins with the next decision */
    store_put_case(fold->store, &record);
    const struct fold_line gone = {
        .site = assignment.site, .kind = DELIVERY_CASE, .entity = record.id, .gone = true};
    fold_put_line(fold->store, &gone);
    fold_tell_authors(fold->store, &record);
}

void fold_worker_dismissed(const struct fold *fold)
{
    const struct id128 entity = fold_worker_entity(fold->fact->worker);
    fold_move_timer(fold->store, TIMER_DISMISSAL, &entity, fold->fact->due_us, 0);
}
