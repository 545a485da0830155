/* One fact kind, one row, one function. */
#include "broker/core/fold.h"

#include "broker/core/fold_part.h"

#include <assert.h>
#include <string.h>

struct fold_row {
    fold_function *fold;
    bool timeline; /* stands in its case's timeline */
};

static void fold_nothing(const struct fold *fold)
{
    (void)fold;
}

static const struct fold_row fold_rows[FACT_END] = {
    [FACT_CONFIGURATION_ADOPTED] = {fold_configuration_adopted, false},
    [FACT_ROW_SET] = {fold_row_set, false},
    [FACT_ROW_REMOVED] = {fold_row_removed, false},
    [FACT_POLICY_TEXT] = {fold_policy_text, false},
    [FACT_REFERRAL_STORED] = {fold_referral_stored, false},
    [FACT_CASE_OPENED] = {fold_case_opened, true},
    [FACT_REFERRAL_JOINED] = {fold_referral_joined, true},
    [FACT_DUPLICATE_SUSPECTED] = {fold_duplicate_suspected, true},
    [FACT_DUPLICATE_REJECTED] = {fold_duplicate_rejected, true},
    [FACT_CASE_MERGED] = {fold_case_merged, true},
    [FACT_REFERRAL_DUE] = {fold_referral_due, false},
    [FACT_DECIDED] = {fold_decided, true},
    [FACT_CURATOR_PROPOSED] = {fold_curator_proposed, true},
    [FACT_OFFER_DELIVERED] = {fold_offer_delivered, true},
    [FACT_OFFER_SEEN] = {fold_offer_seen, true},
    [FACT_OFFER_ACCEPTED] = {fold_offer_accepted, true},
    [FACT_OFFER_REFUSED] = {fold_offer_refused, true},
    [FACT_OFFER_EXPIRED] = {fold_offer_expired, true},
    [FACT_OFFER_WITHDRAWN] = {fold_offer_withdrawn, true},
    [FACT_ASSIGNMENT_ENDED] = {fold_assignment_ended, true},
    [FACT_PUT_ON_DESK] = {fold_put_on_desk, true},
    [FACT_TAKEN_OFF_DESK] = {fold_taken_off_desk, true},
    [FACT_NOTICE_SENT] = {fold_notice_sent, true},
    [FACT_DISCLOSED] = {fold_disclosed, true},
    [FACT_DISCLOSURE_ENDED] = {fold_disclosure_ended, true},
    [FACT_ESCALATED] = {fold_escalated, true},
    [FACT_REFERRAL_DELIVERED] = {fold_referral_delivered, true},
    [FACT_REFERRAL_SEEN] = {fold_referral_seen, true},
    [FACT_RISK_RAISED] = {fold_risk_raised, true},
    [FACT_CURATOR_LOST] = {fold_curator_lost, true},
    [FACT_WORKER_DISMISSED] = {fold_worker_dismissed, false},
    [FACT_OUTCOME_PROPOSED] = {fold_outcome_proposed, true},
    [FACT_OUTCOME_REJECTED] = {fold_outcome_rejected, true},
    [FACT_CASE_CLOSED] = {fold_case_closed, true},
    [FACT_LANE_ACKNOWLEDGED] = {fold_lane_acknowledged, false},
    [FACT_LANE_STARTED] = {fold_lane_started, false},
    [FACT_SITE_AWAY] = {fold_site_away, false},
    [FACT_SITE_RESYNCED] = {fold_site_resynced, false},
    [FACT_CLOCK_ACCEPTED] = {fold_nothing, false},
    [FACT_SITE_RETURNED] = {fold_site_returned, false},
    [FACT_PROPOSAL_PART] = {fold_proposal_part, false},
    [FACT_PROPOSAL_MADE] = {fold_proposal_made, false},
    [FACT_PROPOSAL_SETTLED] = {fold_proposal_settled, false},
    [FACT_JOURNAL_RESTORED] = {fold_journal_restored, false},
    [FACT_PLAN_TEXT] = {fold_plan_text, false},
    [FACT_PLAN_ROW] = {fold_plan_row, false},
    [FACT_PLAN_MADE] = {fold_plan_made, false},
    [FACT_PLAN_DUE] = {fold_plan_due, false},
    [FACT_PLAN_SETTLED] = {fold_plan_settled, false},
    [FACT_SITE_KEY] = {fold_site_key, false},
    [FACT_REFERRAL_ERASED] = {fold_referral_erased, true},
    [FACT_ERASURE_CONFIRMED] = {fold_erasure_confirmed, false},
    [FACT_SHADOW_DECIDED] = {fold_shadow_decided, false},
    [FACT_PLAN_SIGNED] = {fold_plan_signed, false},
    [FACT_LEAVE_SET] = {fold_leave_set, false},
    [FACT_LEAVE_MOVED] = {fold_leave_moved, false},
    [FACT_LEAD_SUSPENDED] = {fold_lead_suspended, true},
    [FACT_DEPUTY_APPOINTED] = {fold_deputy_appointed, true},
    [FACT_DEPUTY_MISSING] = {fold_nothing, true},
    [FACT_LEAD_REVIVED] = {fold_lead_revived, true},
    [FACT_CAPACITY_SET] = {fold_capacity_set, false},
    [FACT_DISMISSAL_ORDERED] = {fold_dismissal_ordered, false},
    [FACT_COPIES_SUPPOSED] = {fold_copies_supposed, false},
};

static void put_timeline(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct timeline_record record;
    memset(&record, 0, sizeof(record));
    record.at_us = fact->at_us;
    record.kind = fact->kind;
    record.actor = fold->entry->worker;
    record.actor_site = fold->entry->site;
    record.worker = fact->worker;
    record.policy_version = fold->entry->policy_version;
    record.code = fact->kind == FACT_NOTICE_SENT ? fact->site : fact->code;
    record.code_2 = fact->code_2;
    record.flag = fact->flag;
    if (fact->kind == FACT_PUT_ON_DESK) {
        record.agency = (uint32_t)fact->number;
        record.flag = fact->count > 0;
    }
    record.late_by_us =
        fact->kind == FACT_OFFER_EXPIRED || fact->kind == FACT_ESCALATED ? fact->due_us : 0;
    record.other = id128_is_none(&fact->referral) ? fact->other : fact->referral;
    store_put_timeline(
        fold->store, &fact->case_id, fold->place->batch, fold->place->index, &record);
}

void fold_fact(struct store *store,
               struct arena *arena,
               const struct entry *entry,
               const struct fact *fact,
               const struct fold_place *place)
{
    assert(fact->kind > FACT_UNSPECIFIED && fact->kind < FACT_END);
    const struct fold_row *row = &fold_rows[fact->kind];
    assert(row->fold != NULL);
    const struct fold fold = {
        .store = store, .arena = arena, .entry = entry, .fact = fact, .place = place};
    row->fold(&fold);
    if (row->timeline && !id128_is_none(&fact->case_id)) {
        put_timeline(&fold);
    }
}

void fold_entry(struct store *store, const struct entry *entry, uint64_t batch)
{
    if (entry->cause != ENTRY_COMMAND) {
        return;
    }
    struct site_record site = store_site(store, entry->site);
    if (entry->number > site.commands[entry->lane]) {
        site.commands[entry->lane] = entry->number;
        store_put_site(store, entry->site, &site);
    }
    struct reply_record reply;
    memset(&reply, 0, sizeof(reply));
    reply.number = entry->number;
    memcpy(reply.digest, entry->digest, sizeof(reply.digest));
    reply.subject = entry->reply_subject;
    reply.case_id = entry->reply_case;
    reply.position = batch;
    reply.repeated = entry->reply_repeated;
    store_put_reply(store, entry->site, entry->lane, &reply);
}

bool fold_batch(struct store *store,
                struct arena *arena,
                const struct batch *batch,
                const uint8_t hash[FACT_HASH_BYTES])
{
    struct meta_record *meta = store_meta(store);
    if (batch->number != meta->position + 1 ||
        memcmp(batch->previous, meta->hash, FACT_HASH_BYTES) != 0) {
        return false;
    }
    struct fold_place place = {.batch = batch->number};
    for (size_t i = 0; i < batch->entry_count; i++) {
        const struct entry *entry = &batch->entries[i];
        place.entry = (uint32_t)i;
        for (size_t j = 0; j < entry->fact_count; j++) {
            place.fact = (uint32_t)j;
            fold_fact(store, arena, entry, &entry->facts[j], &place);
            place.index++;
        }
        fold_entry(store, entry, batch->number);
    }
    meta->position = batch->number;
    meta->time_us = batch->time_us;
    memcpy(meta->hash, hash, FACT_HASH_BYTES);
    return true;
}
