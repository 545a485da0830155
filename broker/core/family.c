/* Matching, and what people decide about possible duplicates. */
#include "broker/core/family.h"

#include "broker/core/deputy.h"
#include "broker/core/disclosure.h"
#include "broker/core/offer.h"

#include <string.h>

static const int64_t repeat_within_us = INT64_C(365) * 24 * 3600 * 1000000;

/* Beyond them a case is looked at again, which costs time only. */
enum { NOTED_MAX = 16 };

static bool is_open(const struct case_record *record)
{
    return record->state >= CASE_SIGNAL && record->state <= CASE_MONITORING;
}

/* A merged case leads to what it was merged into (chains are short: each merge is a person's decision; the bound
 * only guards against a damaged state). */
static bool follow_merges(struct store *store, struct case_record *record)
{
    enum { MERGES_MAX = 32 };
    for (int i = 0; i < MERGES_MAX && record->state == CASE_MERGED; i++) {
        const struct id128 next = record->merged_into;
        if (!store_case(store, &next, record)) {
            return false;
        }
    }
    return true;
}

static bool case_of(struct store *store, const struct id128 *referral, struct case_record *out)
{
    struct referral_record record;
    return store_referral(store, referral, &record) && store_case(store, &record.case_id, out) &&
           follow_merges(store, out);
}

static bool is_older(const struct id128 *a, const struct id128 *than)
{
    return id128_is_none(than) || id128_compare(a, than) < 0;
}

static void
note_strong(const struct turn *turn, const struct case_record *record, struct family_match *match)
{
    if (!is_open(record)) {
        if (record->state == CASE_CLOSED && record->lead != 0) {
            if (record->ended_us >= match->continuity_us) {
                match->continuity = record->lead;
                match->continuity_us = record->ended_us;
            }
            const bool recent = turn->options.now_us - record->ended_us < repeat_within_us;
            match->repeated = match->repeated || recent;
        }
        return;
    }
    if (id128_equal(&record->id, &match->open_case)) {
        return;
    }
    if (is_older(&record->id, &match->open_case)) {
        match->second_case = match->open_case;
        match->open_case = record->id;
    } else if (is_older(&record->id, &match->second_case)) {
        match->second_case = record->id;
    }
}

/* Referrals whose case a strong key led to: further keys of theirs say nothing new, for a weak hit does not count beside
 * a strong one. */
struct noted {
    struct id128 referrals[NOTED_MAX];
    size_t count;
};

static bool is_noted(const struct noted *noted, const struct id128 *referral)
{
    for (size_t i = 0; i < noted->count; i++) {
        if (id128_equal(&noted->referrals[i], referral)) {
            return true;
        }
    }
    return false;
}

static void look_up(const struct turn *turn,
                    const struct matching_key *key,
                    struct noted *noted,
                    struct family_match *match)
{
    struct key_record entry;
    memset(&entry, 0, sizeof(entry));
    for (int i = 0; i < FAMILY_ENTRIES_MAX; i++) {
        const struct id128 before = entry.referral;
        struct case_record record;
        if (!store_key_before(turn->store, key->digest, &before, &entry)) {
            return;
        }
        if (is_noted(noted, &entry.referral) || !case_of(turn->store, &entry.referral, &record)) {
            continue;
        }
        if (key->strength == STRENGTH_STRONG && entry.strength == STRENGTH_STRONG) {
            note_strong(turn, &record, match);
            if (noted->count < NOTED_MAX) {
                noted->referrals[noted->count++] = entry.referral;
            }
        } else if (is_open(&record) && is_older(&record.id, &match->weak_case)) {
            match->weak_case = record.id;
        }
    }
}

void family_match(const struct turn *turn,
                  const struct referral *referral,
                  struct family_match *out)
{
    struct noted noted;
    noted.count = 0;
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < referral->key_count; i++) {
        look_up(turn, &referral->keys[i], &noted, out);
    }
    if (!id128_is_none(&out->open_case)) {
        memset(&out->weak_case, 0, sizeof(out->weak_case));
    }
}

/* ---- conflicts of interest ----------------------------------------------------------------------- */

enum { CASES_SEEN_MAX = 32, DIGESTS_SEEN_MAX = 64 };

/* What was looked at already; beyond these it is looked at again, which costs time only. */
struct kin {
    struct store *store;
    uint32_t *workers;
    size_t worker_count;
    struct id128 cases[CASES_SEEN_MAX];
    size_t case_count;
    const uint8_t *digests[DIGESTS_SEEN_MAX];
    size_t digest_count;
};

static void add_conflict(struct kin *kin, uint32_t worker)
{
    for (size_t i = 0; i < kin->worker_count; i++) {
        if (kin->workers[i] == worker) {
            return;
        }
    }
    if (kin->worker_count < FAMILY_CONFLICTS_MAX) {
        kin->workers[kin->worker_count++] = worker;
    }
}

static void look_at_hops(struct kin *kin, const struct case_record *record)
{
    for (size_t i = 0; i < kin->case_count; i++) {
        if (id128_equal(&kin->cases[i], &record->id)) {
            return;
        }
    }
    if (kin->case_count < CASES_SEEN_MAX) {
        kin->cases[kin->case_count++] = record->id;
    }
    for (uint32_t i = 0; i < record->assignments; i++) {
        struct id128 id;
        struct assignment_record hop;
        if (store_case_assignment(kin->store, &record->id, i, &id) &&
            store_assignment(kin->store, &id, &hop) && hop.state == ASSIGNMENT_REFUSED &&
            hop.declined == DECLINE_CONFLICT_OF_INTEREST) {
            add_conflict(kin, hop.worker);
        }
    }
}

static bool is_new_digest(struct kin *kin, const uint8_t *digest)
{
    for (size_t i = 0; i < kin->digest_count; i++) {
        if (memcmp(kin->digests[i], digest, MATCHING_DIGEST_BYTES) == 0) {
            return false;
        }
    }
    if (kin->digest_count < DIGESTS_SEEN_MAX) {
        kin->digests[kin->digest_count++] = digest;
    }
    return true;
}

/* Cases of the other referrals that brought the same strong key. */
static void look_at_kin(struct kin *kin, const uint8_t *digest, const struct id128 *own)
{
    struct key_record entry;
    memset(&entry, 0, sizeof(entry));
    for (int i = 0; i < FAMILY_ENTRIES_MAX; i++) {
        const struct id128 before = entry.referral;
        struct case_record record;
        if (!store_key_before(kin->store, digest, &before, &entry)) {
            return;
        }
        if (entry.strength == STRENGTH_STRONG && !id128_equal(&entry.referral, own) &&
            case_of(kin->store, &entry.referral, &record)) {
            look_at_hops(kin, &record);
        }
    }
}

size_t family_conflicts(const struct turn *turn,
                        const struct case_record *record,
                        uint32_t workers[FAMILY_CONFLICTS_MAX])
{
    struct kin kin = {.store = turn->store, .workers = workers};
    look_at_hops(&kin, record);
    for (uint32_t i = 0; i < record->referrals; i++) {
        struct id128 id;
        struct bytes digests;
        if (!store_case_referral(turn->store, &record->id, i, &id) ||
            !store_referral_keys(turn->store, &id, &digests)) {
            continue;
        }
        for (size_t at = 0; at + MATCHING_DIGEST_BYTES <= digests.size;
             at += MATCHING_DIGEST_BYTES) {
            if (is_new_digest(&kin, digests.data + at)) {
                look_at_kin(&kin, digests.data + at, &id);
            }
        }
    }
    return kin.worker_count;
}

struct fact_labels family_joined_labels(const struct fact_labels *a, const struct fact_labels *b)
{
    struct fact_labels joined = *a;
    if (b->risk > joined.risk) {
        joined.risk = b->risk;
    }
    if (joined.basis == LEGAL_BASIS_UNSPECIFIED) {
        joined.basis = b->basis;
    }
    joined.needs |= b->needs;
    joined.ages |= b->ages;
    joined.flags |= b->flags;
    if (b->children > joined.children) {
        joined.children = b->children;
    }
    return joined;
}

/* ---- possible duplicates ------------------------------------------------------------------------- */

/* The case that goes on: the one with a lead; with two or none, the older. */
static void choose_survivor(struct case_record *from, struct case_record *into)
{
    const bool from_led = !id128_is_none(&from->lead_assignment);
    const bool into_led = !id128_is_none(&into->lead_assignment);
    const bool from_older = id128_compare(&from->id, &into->id) < 0;
    if (from_led == into_led ? from_older : from_led) {
        const struct case_record other = *from;
        *from = *into;
        *into = other;
    }
}

/* What the ending case holds is given back before it is merged. */
static void give_back(struct turn *turn, const struct case_record *from)
{
    if (!id128_is_none(&from->offer)) {
        offer_withdraw(turn, &from->id);
    }
    if (from->desk != DESK_UNSPECIFIED) {
        const struct fact off = {.kind = FACT_TAKEN_OFF_DESK, .case_id = from->id};
        turn_emit(turn, &off);
    }
    if (!id128_is_none(&from->lead_assignment)) {
        const struct assignment_record lead = turn_assignment(turn, &from->lead_assignment);
        deputy_end_covered(turn, &from->id);
        disclosure_end(turn, &from->id, lead.site);
        const struct fact ended = {.kind = FACT_ASSIGNMENT_ENDED,
                                   .case_id = from->id,
                                   .assignment = from->lead_assignment,
                                   .worker = from->lead};
        turn_emit(turn, &ended);
    }
}

void family_confirm_duplicate(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    struct case_record from = turn_case(turn, &hearing->command->subject);
    if (!is_open(&from) || id128_is_none(&from.possible_duplicate)) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.subject", NULL);
        return;
    }
    struct case_record into = turn_case(turn, &from.possible_duplicate);
    if (!follow_merges(turn->store, &into) || !is_open(&into) || id128_equal(&into.id, &from.id)) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.subject", NULL);
        return;
    }
    choose_survivor(&from, &into);
    give_back(turn, &from);
    const struct fact_labels labels = family_joined_labels(&into.labels, &from.labels);
    const struct fact merged = {.kind = FACT_CASE_MERGED,
                                .case_id = from.id,
                                .other = into.id,
                                .worker = hearing->speaker.worker,
                                .labels = &labels};
    turn_emit(turn, &merged);
    disclosure_to_lead(turn, &into.id);
    if (labels.risk == RISK_CRITICAL && !into.emergency) {
        offer_raise(turn, &into.id);
    } else {
        offer_reconsider(turn, &into.id);
    }
    turn_stored(hearing, &into.id, &into.id);
}

void family_reject_duplicate(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct case_record record = turn_case(turn, &hearing->command->subject);
    if (!is_open(&record) || id128_is_none(&record.possible_duplicate)) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.subject", NULL);
        return;
    }
    const struct fact rejected = {.kind = FACT_DUPLICATE_REJECTED,
                                  .case_id = record.id,
                                  .other = record.possible_duplicate,
                                  .worker = hearing->speaker.worker};
    turn_emit(turn, &rejected);
    turn_stored(hearing, &record.id, &record.id);
}
