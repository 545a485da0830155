/* Choosing a curator: what the state knows about each worker; the rules are policy/choice.h. */
#include "broker/core/candidate.h"

#include "broker/core/family.h"
#include "broker/core/offer.h"
#include "broker/core/workforce.h"

enum { HOPS_LOOKED_AT = 64 };

/* Everything about the case that passes a worker over, gathered once a decision. */
struct exclusion {
    uint32_t refused[HOPS_LOOKED_AT];
    uint32_t silent[HOPS_LOOKED_AT];
    uint32_t referrers[HOPS_LOOKED_AT];
    uint32_t conflicts[FAMILY_CONFLICTS_MAX]; /* of this case and of others of the family */
    size_t refused_count;
    size_t silent_count;
    size_t referrer_count;
    size_t conflict_count;
};

/* The site that was looked at last: its workers follow each other in a pool. */
struct site_seen {
    uint32_t site; /* 0 none yet */
    enum candidate_reason bar;
};

struct choosing {
    const struct turn *turn;
    struct site_seen *seen;
    const struct case_record *record;
    struct exclusion exclusion;
};

static void gather_exclusion(struct choosing *choosing)
{
    struct store *store = choosing->turn->store;
    const struct case_record *record = choosing->record;
    struct exclusion *exclusion = &choosing->exclusion;
    exclusion->conflict_count = family_conflicts(choosing->turn, record, exclusion->conflicts);
    for (uint32_t i = 0; i < record->assignments && i < HOPS_LOOKED_AT; i++) {
        struct id128 id;
        struct assignment_record hop;
        const uint32_t newest_first = record->assignments - 1 - i;
        if (!store_case_assignment(store, &record->id, newest_first, &id) ||
            !store_assignment(store, &id, &hop)) {
            return;
        }
        if (hop.state == ASSIGNMENT_REFUSED) {
            exclusion->refused[exclusion->refused_count++] = hop.worker;
        } else if (hop.state == ASSIGNMENT_EXPIRED) {
            exclusion->silent[exclusion->silent_count++] = hop.worker;
        }
    }
    for (uint32_t i = 0; i < record->referrals && i < HOPS_LOOKED_AT; i++) {
        struct id128 id;
        struct referral_record referral;
        if (!store_case_referral(store, &record->id, i, &id) ||
            !store_referral(store, &id, &referral)) {
            return;
        }
        exclusion->referrers[exclusion->referrer_count++] = referral.worker;
    }
}

static bool among(const uint32_t *workers, size_t count, uint32_t worker)
{
    for (size_t i = 0; i < count; i++) {
        if (workers[i] == worker) {
            return true;
        }
    }
    return false;
}

static enum candidate_reason look_at_site(const struct turn *turn, uint32_t site)
{
    uint8_t sealing[KEYS_BYTES];
    if (!store_sealing_key(
            turn->store, turn->core->region->directory, site, turn->options.now_us, sealing)) {
        return CANDIDATE_SITE_NO_KEY;
    }
    return store_site(turn->store, site).away ? CANDIDATE_SITE_AWAY : CANDIDATE_UNSPECIFIED;
}

static enum candidate_reason site_bar(const struct choosing *choosing, uint32_t site)
{
    struct site_seen *seen = choosing->seen;
    if (seen->site != site) {
        seen->bar = look_at_site(choosing->turn, site);
        seen->site = site;
    }
    return seen->bar;
}

/* CANDIDATE_UNSPECIFIED: may be chosen. */
static enum candidate_reason why_not(const struct choosing *choosing,
                                     const struct directory_worker *row,
                                     const struct worker_record *record)
{
    const struct exclusion *exclusion = &choosing->exclusion;
    const enum candidate_reason absence = workforce_absence(choosing->turn, record);
    if (absence != CANDIDATE_UNSPECIFIED) {
        return absence;
    }
    if (among(exclusion->referrers, exclusion->referrer_count, row->number)) {
        return CANDIDATE_REFERRER;
    }
    if (among(exclusion->conflicts, exclusion->conflict_count, row->number)) {
        return CANDIDATE_CONFLICT;
    }
    if (among(exclusion->refused, exclusion->refused_count, row->number)) {
        return CANDIDATE_REFUSED;
    }
    if (among(exclusion->silent, exclusion->silent_count, row->number)) {
        return CANDIDATE_SILENT;
    }
    return site_bar(choosing, row->site);
}

static struct choice_worker look(const void *world, const struct directory_worker *row)
{
    const struct choosing *choosing = world;
    const struct worker_record record = store_worker(choosing->turn->store, row->number);
    const enum candidate_reason bar = why_not(choosing, row, &record);
    return (struct choice_worker){.load = record.load,
                                  .last_picked = record.last_picked,
                                  .bar = bar,
                                  .until_us = bar == CANDIDATE_ON_LEAVE ? record.leave_until_us : 0,
                                  .capacity_set = record.capacity_set != 0,
                                  .capacity = record.capacity};
}

void candidate_choose(const struct turn *turn,
                      const struct candidate_wish *wish,
                      struct fact_decision *decision)
{
    struct site_seen seen = {.site = 0};
    struct choosing choosing = {.turn = turn, .seen = &seen, .record = wish->record};
    gather_exclusion(&choosing);
    const struct choice choice = {.policy = wish->region->policy,
                                  .roster = wish->region->roster,
                                  .directory = turn->core->region->directory,
                                  .territory = wish->record->labels.territory,
                                  .risk = wish->record->labels.risk,
                                  .preferred = wish->preferred,
                                  .continuity = wish->continuity,
                                  .look = look,
                                  .world = &choosing};
    choice_make(&choice, decision);
}

/* Whether the rule that holds for the case now would let the worker lead it. */
static bool is_of_the_rule(struct turn *turn, const struct case_record *record, uint32_t worker)
{
    const struct region *region = turn->core->region;
    uint8_t pools[LIMIT_RULE_POOLS];
    const size_t pool_count = offer_rule_pools(turn, record, pools);
    for (size_t i = 0; i < pool_count; i++) {
        const uint32_t *workers = NULL;
        const size_t count =
            roster_members(region->roster, pools[i], record->labels.territory, &workers);
        if (among(workers, count, worker)) {
            return true;
        }
    }
    return false;
}

enum candidate_reason
candidate_deputy_bar(struct turn *turn, const struct case_record *record, uint32_t worker)
{
    const struct directory_worker *row = directory_worker(turn->core->region->directory, worker);
    struct site_seen seen = {.site = 0};
    struct choosing choosing = {.turn = turn, .seen = &seen, .record = record};
    if (row == NULL || row->removed) {
        return CANDIDATE_DISMISSED;
    }
    gather_exclusion(&choosing);
    const struct choice_worker looked = look(&choosing, row);
    /* Whoever refused or was silent was asked for good; a deputy stands in for a time. */
    const bool declined = looked.bar == CANDIDATE_REFUSED || looked.bar == CANDIDATE_SILENT;
    const enum candidate_reason bar = declined ? site_bar(&choosing, row->site) : looked.bar;
    if (bar != CANDIDATE_UNSPECIFIED) {
        return bar;
    }
    const bool by_hand = turn_assignment(turn, &record->lead_assignment).pool == UINT32_MAX;
    if (!by_hand && !is_of_the_rule(turn, record, worker)) {
        return CANDIDATE_OTHER_POOL;
    }
    return looked.load + choice_load(record->labels.risk) > choice_capacity(&looked, row)
               ? CANDIDATE_FULL
               : CANDIDATE_UNSPECIFIED;
}
