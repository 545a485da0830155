/* Seeking: the policy's word, the candidates, the proposal or the desk. */
#include "broker/core/candidate.h"
#include "broker/core/desk.h"
#include "broker/core/disclosure.h"
#include "broker/core/offer.h"
#include "broker/core/shadow.h"

#include <assert.h>
#include <string.h>

/* Norms of a verdict that stay with the case, in the order of enum fact_norm. */
static const enum norm pinned_norms[FACT_NORM_END] = {
    [FACT_NORM_DELIVER] = NORM_DELIVER,
    [FACT_NORM_SEE] = NORM_SEE,
    [FACT_NORM_ANSWER] = NORM_ANSWER,
    [FACT_NORM_CURATOR] = NORM_CURATOR,
    [FACT_NORM_TRIAGE] = NORM_TRIAGE,
};

/* A hard ceiling for delivery, whatever the rule says. */
static const struct duration delivery_ceiling = {POLICY_DELIVER_HOURS_MAX, DURATION_HOURS};

static enum agency_kind referrer_kind(struct turn *turn, const struct case_record *record)
{
    const struct directory *directory = turn->core->region->directory;
    struct id128 first;
    if (!store_case_referral(turn->store, &record->id, 0, &first)) {
        return AGENCY_KIND_UNSPECIFIED;
    }
    const struct referral_record referral = turn_referral(turn, &first);
    const struct directory_site *site = directory_site(directory, referral.site);
    const struct directory_agency *agency =
        site == NULL ? NULL : directory_agency(directory, site->agency);
    return agency == NULL ? AGENCY_KIND_UNSPECIFIED : agency->kind;
}

static struct policy_facts facts_of(struct turn *turn, const struct case_record *record)
{
    return (struct policy_facts){.labels = record->labels,
                                 .referrer_kind = referrer_kind(turn, record),
                                 .at_us = turn->options.now_us};
}

/* The policy in force decides; its norms are pinned with the decision. */
static void ask_policy(struct turn *turn,
                       const struct case_record *record,
                       struct fact_decision *decision,
                       enum procedure *procedure)
{
    const struct region *region = turn->core->region;
    const struct policy_facts facts = facts_of(turn, record);
    struct policy_verdict verdict;
    policy_decide(region->policy, region->directory, &facts, &verdict);
    decision->policy_version = region->version;
    decision->rule = verdict.rule;
    decision->programmes = verdict.programmes;
    decision->pool_count = verdict.pool_count;
    memcpy(decision->pools, verdict.pools, sizeof(decision->pools));
    decision->failed_count = verdict.failed_count;
    memcpy(decision->failed, verdict.failed, verdict.failed_count * sizeof(decision->failed[0]));
    for (size_t i = 0; i < FACT_NORM_END; i++) {
        decision->norms[i].amount = verdict.norms[pinned_norms[i]].amount;
        decision->norms[i].unit = verdict.norms[pinned_norms[i]].unit;
    }
    *procedure = verdict.procedure;
    decision->desk_reason = choice_desk_reason(&facts, &verdict);
}

size_t offer_rule_pools(struct turn *turn,
                        const struct case_record *record,
                        uint8_t pools[LIMIT_RULE_POOLS])
{
    const struct region *region = turn->core->region;
    const struct policy_facts facts = facts_of(turn, record);
    struct policy_verdict verdict;
    policy_decide(region->policy, region->directory, &facts, &verdict);
    memcpy(pools, verdict.pools, sizeof(verdict.pools));
    return verdict.rule < 0 ? 0 : verdict.pool_count;
}

/* The rule, pools and norms of the case's newest decision. */
static bool
recall_decision(struct turn *turn, const struct case_record *record, struct fact_decision *decision)
{
    int64_t at_us = 0;
    struct bytes coded;
    struct fact_decision *last = arena_alloc(turn->arena, sizeof(*last));
    if (last == NULL || record->decisions == 0 ||
        !store_decision(turn->store, &record->id, record->decisions - 1, &at_us, &coded) ||
        !fact_decode_decision(coded, turn->arena, last)) {
        turn->failed = turn->failed || last == NULL;
        return false;
    }
    decision->policy_version = last->policy_version;
    decision->rule = last->rule;
    decision->programmes = last->programmes;
    decision->pool_count = last->pool_count;
    memcpy(decision->pools, last->pools, sizeof(decision->pools));
    memcpy(decision->norms, last->norms, sizeof(decision->norms));
    return last->rule >= 0 &&
           core_region(turn->core, last->policy_version)->version == last->policy_version;
}

static void
tell_others(struct turn *turn, const struct id128 *case_id, const struct fact_decision *decision)
{
    const struct region *region = turn->core->region;
    const struct case_record record = turn_case(turn, case_id);
    uint32_t sites[LIMIT_NOTICE_SITES];
    const struct policy_ground ground = {.rule = (size_t)decision->rule,
                                         .programmes = decision->programmes,
                                         .territory = record.labels.territory};
    const size_t count = policy_notice_sites(region->policy, region->directory, &ground, sites);
    for (size_t i = 0; i < count; i++) {
        struct view_record view;
        if (store_view(turn->store, sites[i], DELIVERY_NOTICE, case_id, &view)) {
            continue;
        }
        const struct fact notice = {
            .kind = FACT_NOTICE_SENT, .case_id = *case_id, .site = sites[i]};
        turn_emit(turn, &notice);
    }
}

static uint32_t duplicate_lead(struct turn *turn, const struct case_record *record)
{
    if (id128_is_none(&record->possible_duplicate)) {
        return 0;
    }
    const struct case_record other = turn_case(turn, &record->possible_duplicate);
    return id128_is_none(&other.lead_assignment) ? 0 : other.lead;
}

static void
set_due(struct turn *turn, const struct case_record *record, const struct offer_wish *wish)
{
    for (uint32_t i = 0; i < record->referrals; i++) {
        struct id128 id;
        const bool found = store_case_referral(turn->store, &record->id, i, &id);
        assert(found || store_failed(turn->store) != NULL);
        const int64_t arrived_us = turn_referral(turn, &id).receipts_us[RECEIPT_STORED];
        const int64_t from_us = arrived_us > wish->from_us ? arrived_us : wish->from_us;
        const struct fact due = {.kind = FACT_REFERRAL_DUE,
                                 .referral = id,
                                 .due_us = turn_due(turn, record, FACT_NORM_DELIVER, from_us),
                                 .due_2_us = turn_due(turn, record, FACT_NORM_SEE, from_us)};
        turn_emit(turn, &due);
    }
}

/* To the chosen, or to the desk. */
static void
hand_on(struct turn *turn, const struct id128 *case_id, const struct fact_decision *decision)
{
    if (decision->chosen == 0) {
        desk_put(turn, case_id, DESK_TRIAGE, decision->desk_reason);
        return;
    }
    const struct region *region = core_region(turn->core, decision->policy_version);
    const bool from_pool = decision->pool >= 0;
    const struct offer_proposal proposal = {
        .worker = decision->chosen,
        .pool = from_pool ? (uint32_t)decision->pool : UINT32_MAX,
        .why = decision->candidates[0].reason,
        .policy_version = decision->policy_version,
        .auto_accept =
            from_pool && policy_pool(region->policy, (size_t)decision->pool).auto_accept};
    offer_propose(turn, case_id, &proposal);
}

void offer_seek(struct turn *turn, const struct id128 *case_id, const struct offer_wish *wish)
{
    struct fact_decision *decision = arena_alloc(turn->arena, sizeof(*decision));
    if (decision == NULL) {
        turn->failed = true;
        return;
    }
    struct case_record record = turn_case(turn, case_id);
    assert(id128_is_none(&record.offer) && id128_is_none(&record.lead_assignment));
    enum procedure procedure = record.procedure;
    const bool anew = wish->anew || !recall_decision(turn, &record, decision);
    if (anew) {
        memset(decision, 0, sizeof(*decision));
        ask_policy(turn, &record, decision, &procedure);
    }
    const struct region *region = core_region(turn->core, decision->policy_version);
    decision->pool = -1;
    const struct candidate_wish seeking = {.record = &record,
                                           .region = region,
                                           .preferred = duplicate_lead(turn, &record),
                                           .continuity = wish->continuity};
    if (decision->desk_reason == DESK_REASON_UNSPECIFIED) {
        candidate_choose(turn, &seeking, decision);
    }
    const struct policy_facts facts = facts_of(turn, &record);
    const struct shadow_choice *shadow = anew ? shadow_choose(turn, &seeking, &facts) : NULL;
    struct fact decided = {.kind = FACT_DECIDED,
                           .case_id = *case_id,
                           .worker = decision->chosen,
                           .code = procedure,
                           .code_2 = decision->desk_reason,
                           .decision = decision};
    if (anew) {
        memcpy(record.norms, decision->norms, sizeof(record.norms));
        decided.due_us = turn_due(turn, &record, FACT_NORM_CURATOR, wish->from_us);
    }
    turn_emit(turn, &decided);
    if (anew) {
        set_due(turn, &record, wish);
    }
    if (anew && decision->rule >= 0) {
        tell_others(turn, case_id, decision);
    }
    hand_on(turn, case_id, decision);
    shadow_tell(turn, case_id, shadow, decision);
}

void offer_seek_next(struct turn *turn, const struct id128 *case_id)
{
    const struct case_record record = turn_case(turn, case_id);
    if (record.hops_failed >= LIMIT_OFFERS_BEFORE_DESK) {
        desk_put(turn, case_id, DESK_SUPERVISOR, DESK_REASON_OFFERS_EXHAUSTED);
        return;
    }
    const struct offer_wish wish = {.from_us = record.opened_us};
    offer_seek(turn, case_id, &wish);
}

/* The lead goes on; whoever the rule in force names is told. */
static void tell_whom_the_rule_names(struct turn *turn, const struct case_record *record)
{
    struct fact_decision *decision = arena_alloc(turn->arena, sizeof(*decision));
    enum procedure procedure = PROCEDURE_UNSPECIFIED;
    if (decision == NULL) {
        turn->failed = true;
        return;
    }
    ask_policy(turn, record, decision, &procedure);
    if (decision->rule >= 0) {
        tell_others(turn, &record->id, decision);
    }
}

static void seek_anew(struct turn *turn, const struct case_record *record, int64_t from_us)
{
    if (!id128_is_none(&record->offer)) {
        offer_withdraw(turn, &record->id);
    }
    if (record->desk != DESK_UNSPECIFIED) {
        desk_take(turn, &record->id);
    }
    const struct offer_wish wish = {.anew = true, .from_us = from_us};
    offer_seek(turn, &record->id, &wish);
}

void offer_raise(struct turn *turn, const struct id128 *case_id)
{
    const struct fact raised = {.kind = FACT_RISK_RAISED, .case_id = *case_id};
    turn_emit(turn, &raised);
    const struct case_record record = turn_case(turn, case_id);
    if (!id128_is_none(&record.lead_assignment)) {
        tell_whom_the_rule_names(turn, &record);
        return;
    }
    seek_anew(turn, &record, turn->options.now_us);
}

/* Whether other rules or programmes hold since the labels changed, under the version that the case is pinned to; a legal basis that
 * was missing counts too. */
static bool is_another_matter(struct turn *turn, const struct case_record *record)
{
    if (record->desk_reason == DESK_REASON_NO_LEGAL_BASIS) {
        return record->labels.basis != LEGAL_BASIS_UNSPECIFIED;
    }
    const struct region *region = core_region(turn->core, record->policy_version);
    const struct policy_facts facts = facts_of(turn, record);
    struct policy_verdict verdict;
    policy_decide(region->policy, turn->core->region->directory, &facts, &verdict);
    return region->version != record->policy_version || verdict.rule != record->rule ||
           (record->rule >= 0 && verdict.programmes != record->programmes);
}

static bool is_assigned_by_hand(struct turn *turn, const struct case_record *record)
{
    return !id128_is_none(&record->offer) &&
           turn_assignment(turn, &record->offer).pool == UINT32_MAX;
}

void offer_reconsider(struct turn *turn, const struct id128 *case_id)
{
    const struct case_record record = turn_case(turn, case_id);
    if (!is_another_matter(turn, &record) || is_assigned_by_hand(turn, &record)) {
        return;
    }
    if (!id128_is_none(&record.lead_assignment)) {
        tell_whom_the_rule_names(turn, &record);
        return;
    }
    seek_anew(turn, &record, record.opened_us); /* the family waits since then */
}

void offer_propose(struct turn *turn,
                   const struct id128 *case_id,
                   const struct offer_proposal *proposal)
{
    const struct case_record record = turn_case(turn, case_id);
    const struct region *region = turn->core->region;
    const struct directory_worker *row = directory_worker(region->directory, proposal->worker);
    const int64_t now_us = turn->options.now_us;
    const char *zone = region_zone(region, record.labels.territory);
    const int64_t ceiling_us = calendar_due(region->calendar, zone, now_us, delivery_ceiling);
    int64_t due_us = turn_due(turn, &record, FACT_NORM_DELIVER, now_us);
    if (due_us == 0 || due_us > ceiling_us) {
        due_us = ceiling_us;
    }
    const struct fact proposed = {.kind = FACT_CURATOR_PROPOSED,
                                  .assignment = turn_new_id(turn),
                                  .case_id = *case_id,
                                  .worker = proposal->worker,
                                  .site = row->site,
                                  .number = record.token + 1,
                                  .code = proposal->pool,
                                  .code_2 = proposal->why,
                                  .version = proposal->policy_version,
                                  .due_us = due_us,
                                  .flag = proposal->auto_accept,
                                  .count = choice_load(record.labels.risk)};
    turn_emit(turn, &proposed);
    if (record.emergency) {
        disclosure_to_worker(turn, case_id, proposal->worker);
    }
}

void offer_withdraw(struct turn *turn, const struct id128 *case_id)
{
    const struct case_record record = turn_case(turn, case_id);
    const struct assignment_record offer = turn_assignment(turn, &record.offer);
    const struct fact withdrawn = {.kind = FACT_OFFER_WITHDRAWN,
                                   .assignment = offer.id,
                                   .case_id = *case_id,
                                   .worker = offer.worker};
    turn_emit(turn, &withdrawn);
    disclosure_end(turn, case_id, offer.site);
}
