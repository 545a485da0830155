/* Choosing a curator. */
#include "broker/core/candidate.h"

#include <string.h>

enum { HOPS_LOOKED_AT = 64 };

/* Everything about the case that passes a worker over, gathered once a decision. */
struct exclusion {
    uint32_t refused[HOPS_LOOKED_AT];
    uint32_t silent[HOPS_LOOKED_AT];
    uint32_t referrers[HOPS_LOOKED_AT];
    size_t refused_count;
    size_t silent_count;
    size_t referrer_count;
};

/* The order among candidates: smaller first. */
struct rank {
    uint64_t first;  /* 0: before all others; else 1 + load per capacity, or 1 + last picked */
    uint64_t second; /* last picked, so that equals take turns */
};

struct choosing {
    const struct turn *turn;
    const struct candidate_wish *wish;
    struct exclusion exclusion;
    struct fact_decision *decision;
    struct rank ranks[LIMIT_CANDIDATES_KEPT]; /* beside decision->candidates */
    struct rank best_rank;
    struct fact_candidate best;
    bool found;
    bool full; /* somebody was passed over for capacity or reach only */
};

uint32_t candidate_load(enum risk risk)
{
    static const uint8_t units[RISK_END] = {
        [RISK_UNSPECIFIED] = 1,
        [RISK_NORM] = 1,
        [RISK_EARLY] = 1,
        [RISK_TZS] = 2,
        [RISK_SOP] = 3,
        [RISK_CRITICAL] = 4,
    };
    return units[risk];
}

static void gather_exclusion(struct choosing *choosing)
{
    struct store *store = choosing->turn->store;
    const struct case_record *record = choosing->wish->record;
    struct exclusion *exclusion = &choosing->exclusion;
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

/* CANDIDATE_UNSPECIFIED: may be chosen. */
static enum candidate_reason why_not(const struct choosing *choosing,
                                     const struct directory_worker *row,
                                     const struct worker_record *load)
{
    const struct exclusion *exclusion = &choosing->exclusion;
    const struct turn *turn = choosing->turn;
    if (among(exclusion->referrers, exclusion->referrer_count, row->number)) {
        return CANDIDATE_REFERRER;
    }
    if (among(exclusion->refused, exclusion->refused_count, row->number)) {
        return CANDIDATE_REFUSED;
    }
    if (among(exclusion->silent, exclusion->silent_count, row->number)) {
        return CANDIDATE_SILENT;
    }
    if (directory_sealing_key(turn->core->region->directory, row->site, turn->options.now_us) ==
        NULL) {
        return CANDIDATE_SITE_NO_KEY;
    }
    if (store_site(turn->store, row->site).away) {
        return CANDIDATE_SITE_AWAY;
    }
    if (load->load + candidate_load(choosing->wish->record->labels.risk) > row->capacity) {
        return CANDIDATE_FULL;
    }
    return CANDIDATE_UNSPECIFIED;
}

static bool goes_before(const struct rank *a, const struct rank *b)
{
    return a->first != b->first ? a->first < b->first : a->second < b->second;
}

/* Keep the best by rank; whoever falls out is counted by reason. Passed-over ones rank behind all. */
static void
keep(struct choosing *choosing, const struct fact_candidate *candidate, const struct rank *rank)
{
    struct fact_decision *decision = choosing->decision;
    size_t at = decision->candidate_count;
    while (at > 0 && goes_before(rank, &choosing->ranks[at - 1])) {
        at--;
    }
    if (at == LIMIT_CANDIDATES_KEPT) {
        decision->counts[candidate->reason]++;
        return;
    }
    if (decision->candidate_count == LIMIT_CANDIDATES_KEPT) {
        decision->counts[decision->candidates[LIMIT_CANDIDATES_KEPT - 1].reason]++;
    } else {
        decision->candidate_count++;
    }
    const size_t behind = decision->candidate_count - 1 - at;
    memmove(&decision->candidates[at + 1],
            &decision->candidates[at],
            behind * sizeof(decision->candidates[0]));
    memmove(&choosing->ranks[at + 1], &choosing->ranks[at], behind * sizeof(choosing->ranks[0]));
    decision->candidates[at] = *candidate;
    choosing->ranks[at] = *rank;
}

static struct rank rank_of(const struct policy_pool_view *pool,
                           const struct directory_worker *row,
                           const struct worker_record *load)
{
    const uint32_t capacity = row->capacity == 0 ? 1 : row->capacity;
    const uint64_t ratio = (uint64_t)load->load * 1000000 / capacity;
    return pool->pick == POOL_PICK_ROUND_ROBIN
               ? (struct rank){.first = load->last_picked + 1, .second = ratio}
               : (struct rank){.first = ratio + 1, .second = load->last_picked};
}

static void
consider(struct choosing *choosing, const struct policy_pool_view *pool, uint32_t worker)
{
    const struct turn *turn = choosing->turn;
    const struct directory_worker *row = directory_worker(turn->core->region->directory, worker);
    const struct worker_record load = store_worker(turn->store, worker);
    struct fact_candidate candidate = {
        .worker = worker, .load = load.load, .capacity = row->capacity};
    candidate.reason = why_not(choosing, row, &load);
    struct rank rank = rank_of(pool, row, &load);
    if (candidate.reason != CANDIDATE_UNSPECIFIED) {
        choosing->full = choosing->full || candidate.reason == CANDIDATE_FULL ||
                         candidate.reason == CANDIDATE_SITE_AWAY;
        rank.first = UINT64_MAX;
        keep(choosing, &candidate, &rank);
        return;
    }
    const bool continues = pool->continuity && worker == choosing->wish->continuity;
    if (continues) {
        rank.first = 0;
        rank.second = 0;
    }
    candidate.reason =
        pool->pick == POOL_PICK_ROUND_ROBIN ? CANDIDATE_LATER_IN_TURN : CANDIDATE_HIGHER_LOAD;
    const bool better = !choosing->found || continues ||
                        (choosing->best.reason != CANDIDATE_CHOSEN_CONTINUITY &&
                         goes_before(&rank, &choosing->best_rank));
    keep(choosing, &candidate, &rank);
    if (better) {
        choosing->found = true;
        choosing->best = candidate;
        choosing->best.reason = continues ? CANDIDATE_CHOSEN_CONTINUITY : CANDIDATE_CHOSEN;
        choosing->best_rank = rank;
    }
}

/* The curator of the case that this one may duplicate knows best whether it is the same family. */
static void consider_preferred(struct choosing *choosing)
{
    const uint32_t worker = choosing->wish->preferred;
    const struct directory_worker *row =
        worker == 0 ? NULL : directory_worker(choosing->turn->core->region->directory, worker);
    if (row == NULL || row->removed) {
        return;
    }
    const struct worker_record load = store_worker(choosing->turn->store, worker);
    if (why_not(choosing, row, &load) != CANDIDATE_UNSPECIFIED) {
        return;
    }
    const struct rank first = {0, 0};
    choosing->found = true;
    choosing->best = (struct fact_candidate){.worker = worker,
                                             .load = load.load,
                                             .capacity = row->capacity,
                                             .reason = CANDIDATE_CHOSEN_DUPLICATE};
    keep(choosing, &choosing->best, &first);
    choosing->decision->pool = -1;
}

static void mark_chosen(struct choosing *choosing)
{
    struct fact_decision *decision = choosing->decision;
    decision->chosen = choosing->best.worker;
    for (size_t i = 0; i < decision->candidate_count; i++) {
        if (decision->candidates[i].worker == choosing->best.worker) {
            decision->candidates[i].reason = choosing->best.reason;
            return;
        }
    }
}

void candidate_choose(const struct turn *turn,
                      const struct candidate_wish *wish,
                      struct fact_decision *decision)
{
    struct choosing choosing = {.turn = turn, .wish = wish, .decision = decision};
    gather_exclusion(&choosing);
    decision->pool = -1;
    consider_preferred(&choosing);
    for (size_t i = 0; i < decision->pool_count && !choosing.found; i++) {
        const size_t pool = decision->pools[i];
        if (pool >= policy_pool_count(wish->region->policy)) {
            continue; /* pinned to a version that is no longer compiled */
        }
        const struct policy_pool_view view = policy_pool(wish->region->policy, pool);
        const uint32_t *workers = NULL;
        const size_t count =
            roster_members(wish->region->roster, pool, wish->record->labels.territory, &workers);
        for (size_t j = 0; j < count; j++) {
            consider(&choosing, &view, workers[j]);
        }
        decision->pool = choosing.found ? (int32_t)pool : -1;
    }
    if (choosing.found) {
        mark_chosen(&choosing);
        return;
    }
    decision->desk_reason = choosing.full ? DESK_REASON_NO_CAPACITY : DESK_REASON_NO_CANDIDATE;
}
