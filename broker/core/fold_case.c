/* Folds of referrals, cases, desks and outcomes. */
#include "broker/core/fold_part.h"

#include "proto/wire.h"

#include <assert.h>
#include <string.h>

void fold_referral_stored(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct matching_key keys[LIMIT_MATCHING_KEYS];
    size_t key_count = 0;
    const bool readable = wire_decode_keys(fact->blob, fold->arena, keys, &key_count);
    assert(readable); /* the journal holds what this program coded */

    struct referral_record record;
    memset(&record, 0, sizeof(record));
    record.id = fact->referral;
    record.case_id = fact->case_id;
    memcpy(record.digest, fold->entry->digest, sizeof(record.digest));
    record.site = fact->site;
    record.worker = fact->worker;
    record.state = REFERRAL_SUBMITTED;
    record.labels = *fact->labels;
    record.receipts_us[RECEIPT_STORED] = fact->at_us;
    record.batch = fold->place->batch;
    record.entry = fold->place->entry;
    record.fact = fold->place->fact;
    store_put_referral(fold->store, &record);
    store_meta(fold->store)->referrals++;

    uint8_t digests[LIMIT_MATCHING_KEYS * MATCHING_DIGEST_BYTES];
    for (size_t i = 0; i < key_count; i++) {
        struct key_record key;
        memset(&key, 0, sizeof(key));
        key.referral = fact->referral;
        key.role = keys[i].role;
        key.strength = keys[i].strength;
        store_put_key(fold->store, keys[i].digest, &key);
        memcpy(digests + i * MATCHING_DIGEST_BYTES, keys[i].digest, MATCHING_DIGEST_BYTES);
    }
    store_put_referral_keys(
        fold->store, &fact->referral, bytes_of(digests, key_count * MATCHING_DIGEST_BYTES));
    const struct fold_line line = {.site = fact->site,
                                   .kind = DELIVERY_REFERRAL,
                                   .entity = fact->referral,
                                   .urgent = fact->labels->risk == RISK_CRITICAL};
    fold_put_line(fold->store, &line);
}

void fold_case_opened(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    const struct referral_record referral = fold_referral_by_id(fold->store, &fact->referral);
    struct case_record record;
    memset(&record, 0, sizeof(record));
    record.id = fact->case_id;
    record.year = fact->code;
    record.sequence = (uint32_t)fact->number;
    record.state = CASE_CURATOR_PENDING;
    record.labels = referral.labels;
    record.emergency = referral.labels.risk == RISK_CRITICAL;
    record.referrals = 1;
    record.rule = -1;
    record.opened_us = fact->at_us;
    store_put_case(fold->store, &record);
    store_put_case_referral(fold->store, &record.id, 0, &fact->referral);
    store_add_territory_cases(fold->store, record.labels.territory, 1);

    struct meta_record *meta = store_meta(fold->store);
    meta->cases_open++;
    meta->year = fact->code;
    meta->year_sequence = (uint32_t)fact->number;
}

/* Where a referral of a case without a lead stands, by what happens with the case. */
static enum referral_state pending_state(struct store *store, const struct case_record *record)
{
    if (!id128_is_none(&record->offer)) {
        const struct assignment_record offer = fold_assignment_by_id(store, &record->offer);
        return offer.state == ASSIGNMENT_OFFERED ? REFERRAL_DELIVERED : REFERRAL_ROUTED;
    }
    return record->desk != DESK_UNSPECIFIED ? REFERRAL_TRIAGE : REFERRAL_SUBMITTED;
}

void fold_referral_joined(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct case_record record = fold_case_of(fold);
    store_put_case_referral(fold->store, &record.id, record.referrals, &fact->referral);
    record.referrals++;
    record.labels = *fact->labels;
    store_put_case(fold->store, &record);

    struct referral_record referral = fold_referral_by_id(fold->store, &fact->referral);
    referral.joined = true;
    const bool has_lead = !id128_is_none(&record.lead_assignment);
    referral.state = has_lead ? REFERRAL_ROUTED : pending_state(fold->store, &record);
    fold_add_update(&referral, UPDATE_JOINED, fact->at_us, 0, 0);
    store_put_referral(fold->store, &referral);
    if (fact->flag) {
        fold_tell_author(fold->store, &record, &referral);
    } else {
        fold_tell_authors(fold->store, &record);
    }
    fold_tell_case(fold->store, &record);
}

void fold_duplicate_suspected(const struct fold *fold)
{
    struct case_record record = fold_case_of(fold);
    record.possible_duplicate = fold->fact->other;
    record.labels.flags |= UINT32_C(1) << FLAG_POSSIBLE_DUPLICATE;
    store_put_case(fold->store, &record);
    fold_tell_case(fold->store, &record);
}

void fold_duplicate_rejected(const struct fold *fold)
{
    struct case_record record = fold_case_of(fold);
    memset(&record.possible_duplicate, 0, sizeof(record.possible_duplicate));
    record.labels.flags &= ~(UINT32_C(1) << FLAG_POSSIBLE_DUPLICATE);
    store_put_case(fold->store, &record);
    fold_tell_case(fold->store, &record);
}

static struct fold_wait curator_wait(const struct case_record *record)
{
    return (struct fold_wait){TIMER_CURATOR, record->id, record->policy_version};
}

static struct fold_wait desk_wait(const struct case_record *record)
{
    return (struct fold_wait){TIMER_DESK, record->id, record->policy_version};
}

/* An open case ends: its timers, its counters. */
static void end_case(const struct fold *fold, struct case_record *record, enum case_state state)
{
    const struct fold_wait wait = curator_wait(record);
    fold_move_wait(fold->store, &wait, record->curator_timer_us, 0);
    record->curator_timer_us = 0;
    record->state = state;
    record->ended_us = fold->fact->at_us;
    struct meta_record *meta = store_meta(fold->store);
    meta->cases_open--;
    meta->cases_ended++;
    store_add_territory_cases(fold->store, record->labels.territory, -1);
}

/* What a case is suspected to be now: cases that were merged lead on. */
static struct id128 merged_to(struct store *store, struct id128 id)
{
    enum { MERGES_MAX = 32 };
    struct case_record record;
    for (int i = 0; i < MERGES_MAX && !id128_is_none(&id) && store_case(store, &id, &record) &&
                    record.state == CASE_MERGED;
         i++) {
        id = record.merged_into;
    }
    return id;
}

static void set_question(struct case_record *record, const struct id128 *question)
{
    const uint32_t flag = UINT32_C(1) << FLAG_POSSIBLE_DUPLICATE;
    record->possible_duplicate = *question;
    record->labels.flags =
        id128_is_none(question) ? record->labels.flags & ~flag : record->labels.flags | flag;
}

/* Questions about third cases outlive a merge. That of the case that ends is asked of the third case from now on,
 * so that confirming the same duplicate twice does not confirm another one. */
static void
keep_questions(const struct fold *fold, struct case_record *into, const struct case_record *from)
{
    const struct id128 none = {{0}};
    struct id128 question = merged_to(fold->store, into->possible_duplicate);
    const bool answered = id128_equal(&question, &from->id) || id128_equal(&question, &into->id);
    set_question(into, answered ? &none : &question);

    question = merged_to(fold->store, from->possible_duplicate);
    struct case_record third;
    if (id128_is_none(&question) || id128_equal(&question, &into->id) ||
        id128_equal(&question, &from->id) || id128_equal(&question, &into->possible_duplicate) ||
        !store_case(fold->store, &question, &third) || third.ended_us != 0 ||
        !id128_is_none(&third.possible_duplicate)) {
        return;
    }
    set_question(&third, &into->id);
    store_put_case(fold->store, &third);
    fold_tell_case(fold->store, &third);
}

/* A conflict of interest is with the family: the case that goes on remembers it. */
static void keep_conflicts(const struct fold *fold,
                           struct case_record *into,
                           const struct id128 *from,
                           uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct id128 id;
        const bool found = store_case_assignment(fold->store, from, i, &id);
        assert(found);
        if (fold_assignment_by_id(fold->store, &id).declined == DECLINE_CONFLICT_OF_INTEREST) {
            store_put_case_assignment(fold->store, &into->id, into->assignments, &id);
            into->assignments++;
        }
    }
}

void fold_case_merged(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct case_record from = fold_case_of(fold);
    struct case_record into = fold_case_by_id(fold->store, &fact->other);
    const bool has_lead = !id128_is_none(&into.lead_assignment);
    for (uint32_t i = 0; i < from.referrals; i++) {
        struct id128 id;
        const bool found = store_case_referral(fold->store, &from.id, i, &id);
        assert(found);
        struct referral_record referral = fold_referral_by_id(fold->store, &id);
        referral.case_id = into.id;
        referral.joined = true;
        if (referral.state != REFERRAL_COMPLETED) {
            referral.state = has_lead ? REFERRAL_ROUTED : pending_state(fold->store, &into);
        }
        fold_add_update(&referral, UPDATE_MERGED, fact->at_us, 0, 0);
        store_put_referral(fold->store, &referral);
        store_put_case_referral(fold->store, &into.id, into.referrals, &id);
        into.referrals++;
    }
    into.labels = *fact->labels;
    keep_conflicts(fold, &into, &from.id, from.assignments);
    keep_questions(fold, &into, &from);
    store_put_case(fold->store, &into);
    end_case(fold, &from, CASE_MERGED);
    from.merged_into = into.id;
    from.referrals = 0;
    store_put_case(fold->store, &from);
    fold_tell_authors(fold->store, &into);
    fold_tell_case(fold->store, &into);
    fold_tell_case(fold->store, &from);
}

void fold_referral_due(const struct fold *fold)
{
    struct referral_record record = fold_referral_by_id(fold->store, &fold->fact->referral);
    record.due_us[RECEIPT_DELIVERED] = fold->fact->due_us;
    record.due_us[RECEIPT_SEEN] = fold->fact->due_2_us;
    store_put_referral(fold->store, &record);
}

/* The case waits by another version from now on. */
static void pin_to(const struct fold *fold, struct case_record *record, uint32_t version)
{
    const int64_t timers = (record->curator_timer_us != 0) + (record->desk_due_us != 0);
    store_add_pins(fold->store, record->policy_version, -timers);
    store_add_pins(fold->store, version, timers);
    record->policy_version = version;
}

void fold_decided(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct case_record record = fold_case_of(fold);
    struct bytes coded;
    const bool fits = fact_encode_decision(fact->decision, fold->arena, &coded);
    assert(fits); /* the arena is sized for a whole turn */
    store_put_decision(fold->store, &record.id, record.decisions, fact->at_us, coded);
    record.decisions++;
    pin_to(fold, &record, fact->decision->policy_version);
    record.rule = fact->decision->rule;
    record.programmes = fact->decision->programmes;
    record.procedure = (enum procedure)fact->code;
    for (size_t i = 0; i < FACT_NORM_END; i++) {
        record.norms[i].amount = fact->decision->norms[i].amount;
        record.norms[i].unit = fact->decision->norms[i].unit;
    }
    if (fact->due_us != 0) {
        const struct fold_wait wait = curator_wait(&record);
        fold_move_wait(fold->store, &wait, record.curator_timer_us, fact->due_us);
        record.curator_due_us = fact->due_us;
        record.curator_timer_us = fact->due_us;
    }
    store_put_case(fold->store, &record);
}

void fold_risk_raised(const struct fold *fold)
{
    struct case_record record = fold_case_of(fold);
    record.emergency = true;
    store_put_case(fold->store, &record);
    fold_tell_authors(fold->store, &record);
    fold_tell_case(fold->store, &record);
}

void fold_escalated(const struct fold *fold)
{
    struct case_record record = fold_case_of(fold);
    if (fold->fact->code == DESK_REASON_NORM_PASSED && record.curator_timer_us != 0) {
        const struct fold_wait wait = curator_wait(&record);
        fold_move_wait(fold->store, &wait, record.curator_timer_us, 0);
        record.curator_timer_us = 0;
    }
    record.escalated_us = fold->fact->at_us;
    store_put_case(fold->store, &record);
}

/* ---- desks -------------------------------------------------------------------------------------- */

static void leave_desk(const struct fold *fold, struct case_record *record)
{
    uint32_t lead_site = 0;
    if (!id128_is_none(&record->lead_assignment)) {
        lead_site = fold_assignment_by_id(fold->store, &record->lead_assignment).site;
    }
    const size_t most = sizeof(record->desk_sites) / sizeof(record->desk_sites[0]);
    for (size_t i = 0; i < most && record->desk_sites[i] != 0; i++) {
        struct fold_line line = {.site = record->desk_sites[i],
                                 .kind = DELIVERY_TASK,
                                 .entity = record->id,
                                 .urgent = record->emergency,
                                 .gone = true};
        fold_put_line(fold->store, &line);
        line.kind = DELIVERY_CASE;
        if (line.site != lead_site) {
            fold_put_line(fold->store, &line);
        }
    }
    const struct fold_wait wait = desk_wait(record);
    fold_move_wait(fold->store, &wait, record->desk_due_us, 0);
    record->desk = DESK_UNSPECIFIED;
    record->desk_reason = DESK_REASON_UNSPECIFIED;
    record->desk_agency = 0;
    record->desk_origin = 0;
    record->desk_step = 0;
    record->desk_since_us = 0;
    record->desk_due_us = 0;
    memset(record->desk_sites, 0, sizeof(record->desk_sites));
    store_meta(fold->store)->cases_on_desks--;
}

static void referral_on_desk(const struct fold *fold,
                             const struct case_record *record,
                             struct referral_record *referral)
{
    if (referral->state == REFERRAL_COMPLETED) {
        return;
    }
    referral->state = pending_state(fold->store, record);
    fold_add_update(referral, UPDATE_ON_DESK, fold->fact->at_us, (uint32_t)record->desk_reason, 0);
}

void fold_put_on_desk(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct case_record record = fold_case_of(fold);
    const uint32_t origin = record.desk_origin;
    if (record.desk != DESK_UNSPECIFIED) {
        leave_desk(fold, &record);
    }
    record.desk = (enum desk)fact->code;
    record.desk_reason = (enum desk_reason)fact->code_2;
    record.desk_agency = (uint32_t)fact->number;
    record.desk_step = fact->count;
    record.desk_origin = fact->count > 0 ? origin : record.desk_agency;
    record.desk_since_us = fact->at_us;
    record.desk_due_us = fact->due_us;
    const size_t most = sizeof(record.desk_sites) / sizeof(record.desk_sites[0]);
    for (size_t i = 0; i < most && (i + 1) * 4 <= fact->blob.size; i++) {
        record.desk_sites[i] = bytes_get_u32(fact->blob.data + i * 4);
    }
    const struct fold_wait wait = desk_wait(&record);
    fold_move_wait(fold->store, &wait, 0, record.desk_due_us);
    store_put_case(fold->store, &record);
    store_meta(fold->store)->cases_on_desks++;
    if (id128_is_none(&record.lead_assignment)) {
        fold_each_referral(fold, &record, referral_on_desk);
        fold_tell_authors(fold->store, &record);
    }
    fold_tell_case(fold->store, &record);
}

void fold_taken_off_desk(const struct fold *fold)
{
    struct case_record record = fold_case_of(fold);
    leave_desk(fold, &record);
    record.hops_failed = 0;
    store_put_case(fold->store, &record);
}

void fold_notice_sent(const struct fold *fold)
{
    const struct case_record record = fold_case_of(fold);
    const struct fold_line line = {.site = fold->fact->site,
                                   .kind = DELIVERY_NOTICE,
                                   .entity = record.id,
                                   .urgent = record.emergency};
    fold_put_line(fold->store, &line);
}

/* ---- disclosure --------------------------------------------------------------------------------- */

void fold_disclosed(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct view_record view;
    memset(&view, 0, sizeof(view));
    (void)store_view(fold->store, fact->site, DELIVERY_DISCLOSURE, &fact->referral, &view);
    view.mask = fact->mask;
    view.worker = fact->worker;
    view.at_us = fact->at_us;
    store_put_view(fold->store, fact->site, DELIVERY_DISCLOSURE, &fact->referral, &view);
    struct shown_record shown;
    memset(&shown, 0, sizeof(shown));
    if (!store_shown(fold->store, &fact->referral, fact->site, &shown)) {
        shown.shown_us = fact->at_us;
    }
    shown.mask |= fact->mask;
    store_put_shown(fold->store, &fact->referral, fact->site, &shown);
    const struct case_record record = fold_case_of(fold);
    const struct fold_line line = {.site = fact->site,
                                   .kind = DELIVERY_DISCLOSURE,
                                   .entity = fact->referral,
                                   .urgent = record.emergency};
    fold_put_line(fold->store, &line);
}

void fold_disclosure_ended(const struct fold *fold)
{
    const struct fold_line line = {.site = fold->fact->site,
                                   .kind = DELIVERY_DISCLOSURE,
                                   .entity = fold->fact->referral,
                                   .gone = true};
    fold_put_line(fold->store, &line);
}

void fold_referral_delivered(const struct fold *fold)
{
    struct referral_record referral = fold_referral_by_id(fold->store, &fold->fact->referral);
    fold_give_receipt(&referral, RECEIPT_DELIVERED, fold->fact->at_us);
    if (referral.state == REFERRAL_ROUTED) {
        referral.state = REFERRAL_DELIVERED;
    }
    store_put_referral(fold->store, &referral);
    const struct fold_line line = {
        .site = referral.site, .kind = DELIVERY_REFERRAL, .entity = referral.id};
    fold_put_line(fold->store, &line);
}

void fold_referral_seen(const struct fold *fold)
{
    struct referral_record referral = fold_referral_by_id(fold->store, &fold->fact->referral);
    fold_give_receipt(&referral, RECEIPT_DELIVERED, fold->fact->at_us);
    fold_give_receipt(&referral, RECEIPT_SEEN, fold->fact->at_us);
    /* An emergency's first referral is completed before anybody looks. */
    if (referral.state != REFERRAL_COMPLETED) {
        referral.state = REFERRAL_COMPLETED;
        referral.outcome = REFERRAL_OUTCOME_CASE_JOINED;
    }
    store_put_referral(fold->store, &referral);
    const struct fold_line line = {
        .site = referral.site, .kind = DELIVERY_REFERRAL, .entity = referral.id};
    fold_put_line(fold->store, &line);
}

/* ---- outcomes ----------------------------------------------------------------------------------- */

static void referral_outcome_proposed(const struct fold *fold,
                                      const struct case_record *record,
                                      struct referral_record *referral)
{
    (void)record;
    fold_add_update(referral, UPDATE_OUTCOME_PROPOSED, fold->fact->at_us, 0, 0);
}

void fold_outcome_proposed(const struct fold *fold)
{
    struct case_record record = fold_case_of(fold);
    record.proposed_outcome = (enum case_outcome)fold->fact->code;
    record.proposed_by = fold->fact->worker;
    store_put_case(fold->store, &record);
    fold_each_referral(fold, &record, referral_outcome_proposed);
    fold_tell_authors(fold->store, &record);
    fold_tell_case(fold->store, &record);
}

void fold_outcome_rejected(const struct fold *fold)
{
    struct case_record record = fold_case_of(fold);
    record.proposed_outcome = CASE_OUTCOME_UNSPECIFIED;
    record.proposed_by = 0;
    store_put_case(fold->store, &record);
    fold_tell_case(fold->store, &record);
}

static void referral_outcome(const struct fold *fold,
                             const struct case_record *record,
                             struct referral_record *referral)
{
    fold_give_receipt(referral, RECEIPT_OUTCOME, fold->fact->at_us);
    if (referral->state != REFERRAL_COMPLETED) {
        referral->state = REFERRAL_COMPLETED;
        referral->outcome = REFERRAL_OUTCOME_CASE_JOINED;
    }
    fold_add_update(referral, UPDATE_CLOSED, fold->fact->at_us, (uint32_t)record->outcome, 0);
}

void fold_case_closed(const struct fold *fold)
{
    struct case_record record = fold_case_of(fold);
    record.outcome = (enum case_outcome)fold->fact->code;
    end_case(fold, &record, CASE_CLOSED);
    store_put_case(fold->store, &record);
    fold_each_referral(fold, &record, referral_outcome);
    fold_tell_authors(fold->store, &record);
}
