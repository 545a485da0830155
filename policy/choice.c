/* Ranking and counting candidates. */
#include "policy/choice.h"

#include <string.h>

/* The order among candidates: smaller first. */
struct rank {
    uint64_t first;  /* 0: before all others; else 1 + load per capacity, or 1 + last picked */
    uint64_t second; /* last picked, so that equals take turns */
};

struct choosing {
    const struct choice *choice;
    struct fact_decision *decision;
    struct rank ranks[LIMIT_CANDIDATES_KEPT]; /* beside decision->candidates */
    struct rank best_rank;
    struct fact_candidate best;
    bool found;
    bool full; /* somebody was passed over for capacity or reach only */
};

static enum candidate_reason bar_of(const struct choice *choice,
                                    const struct directory_worker *row,
                                    const struct choice_worker *seen);
static uint32_t
reserved_of(const struct choice *choice, const struct policy_pool_view *pool, uint32_t capacity);
static bool takes_reserve(const struct choice *choice,
                          const struct policy_pool_view *pool,
                          const struct directory_worker *row,
                          const struct choice_worker *seen);
static void consider_preferred(struct choosing *choosing);
static void
consider(struct choosing *choosing, const struct policy_pool_view *pool, uint32_t worker);
static void
keep(struct choosing *choosing, const struct fact_candidate *candidate, const struct rank *rank);
static bool goes_before(const struct rank *a, const struct rank *b);
static struct rank rank_of(const struct policy_pool_view *pool,
                           const struct directory_worker *row,
                           const struct choice_worker *seen);
static void mark_chosen(struct choosing *choosing);

uint32_t choice_load(enum risk risk)
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

enum desk_reason choice_desk_reason(const struct policy_facts *facts,
                                    const struct policy_verdict *verdict)
{
    if (facts->labels.basis == LEGAL_BASIS_UNSPECIFIED && facts->labels.risk != RISK_CRITICAL) {
        return DESK_REASON_NO_LEGAL_BASIS;
    }
    if (verdict->not_rolled_out) {
        return DESK_REASON_NOT_ROLLED_OUT;
    }
    return verdict->rule < 0 ? DESK_REASON_NO_RULE : DESK_REASON_UNSPECIFIED;
}

enum candidate_reason
choice_bar(const struct choice *choice, size_t pool, const struct directory_worker *row)
{
    const struct choice_worker seen = choice->look(choice->world, row);
    const struct policy_pool_view view = policy_pool(choice->policy, pool);
    const enum candidate_reason bar = bar_of(choice, row, &seen);
    return bar == CANDIDATE_UNSPECIFIED && takes_reserve(choice, &view, row, &seen) ? CANDIDATE_FULL
                                                                                    : bar;
}

uint32_t
choice_reserved(const struct choice *choice, size_t pool, const struct directory_worker *row)
{
    const struct policy_pool_view view = policy_pool(choice->policy, pool);
    const struct choice_worker seen = choice->look(choice->world, row);
    return reserved_of(choice, &view, choice_capacity(&seen, row));
}

uint32_t choice_capacity(const struct choice_worker *seen, const struct directory_worker *row)
{
    return seen->capacity_set ? seen->capacity : row->capacity;
}

void choice_make(const struct choice *choice, struct fact_decision *decision)
{
    struct choosing choosing = {.choice = choice, .decision = decision};
    decision->pool = -1;
    consider_preferred(&choosing);
    for (size_t i = 0; i < decision->pool_count && !choosing.found; i++) {
        const size_t pool = decision->pools[i];
        if (pool >= policy_pool_count(choice->policy)) {
            continue; /* pinned to a version that is no longer compiled */
        }
        const struct policy_pool_view view = policy_pool(choice->policy, pool);
        const uint32_t *workers = NULL;
        const size_t count = roster_members(choice->roster, pool, choice->territory, &workers);
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

static enum candidate_reason bar_of(const struct choice *choice,
                                    const struct directory_worker *row,
                                    const struct choice_worker *seen)
{
    if (seen->bar != CANDIDATE_UNSPECIFIED) {
        return seen->bar;
    }
    return seen->load + choice_load(choice->risk) > choice_capacity(seen, row)
               ? CANDIDATE_FULL
               : CANDIDATE_UNSPECIFIED;
}

/* The first of the rule's pools that the worker is in; -1: none. */
static int32_t pool_of(const struct choosing *choosing, uint32_t worker)
{
    const struct choice *choice = choosing->choice;
    for (size_t i = 0; i < choosing->decision->pool_count; i++) {
        const size_t pool = choosing->decision->pools[i];
        if (pool >= policy_pool_count(choice->policy)) {
            continue;
        }
        const uint32_t *workers = NULL;
        const size_t count = roster_members(choice->roster, pool, choice->territory, &workers);
        for (size_t j = 0; j < count; j++) {
            if (workers[j] == worker) {
                return (int32_t)pool;
            }
        }
    }
    return -1;
}

/* A share of a unit is a unit. */
static uint32_t
reserved_of(const struct choice *choice, const struct policy_pool_view *pool, uint32_t capacity)
{
    return choice->risk == RISK_CRITICAL ? 0 : (capacity * pool->reserve + 99) / 100;
}

/* What a pool keeps free for critical cases. */
static bool takes_reserve(const struct choice *choice,
                          const struct policy_pool_view *pool,
                          const struct directory_worker *row,
                          const struct choice_worker *seen)
{
    const uint32_t capacity = choice_capacity(seen, row);
    const uint32_t reserved = reserved_of(choice, pool, capacity);
    return reserved > 0 && seen->load + choice_load(choice->risk) + reserved > capacity;
}

/* The curator of the case that this one may duplicate knows best whether it is the same family; but what a policy
 * was proven to promise holds for possible duplicates too, so only its pools may be chosen from. */
static void consider_preferred(struct choosing *choosing)
{
    const struct choice *choice = choosing->choice;
    const int32_t pool = choice->preferred == 0 ? -1 : pool_of(choosing, choice->preferred);
    const struct directory_worker *row =
        pool < 0 ? NULL : directory_worker(choice->directory, choice->preferred);
    if (row == NULL || row->removed) {
        return;
    }
    const struct choice_worker seen = choice->look(choice->world, row);
    if (bar_of(choice, row, &seen) != CANDIDATE_UNSPECIFIED) {
        return;
    }
    const struct rank first = {0, 0};
    choosing->found = true;
    choosing->best = (struct fact_candidate){.worker = choice->preferred,
                                             .load = seen.load,
                                             .capacity = choice_capacity(&seen, row),
                                             .reason = CANDIDATE_CHOSEN_DUPLICATE};
    keep(choosing, &choosing->best, &first);
    choosing->decision->pool = pool;
}

static void
consider(struct choosing *choosing, const struct policy_pool_view *pool, uint32_t worker)
{
    const struct choice *choice = choosing->choice;
    const struct directory_worker *row = directory_worker(choice->directory, worker);
    const struct choice_worker seen = choice->look(choice->world, row);
    struct fact_candidate candidate = {.worker = worker,
                                       .load = seen.load,
                                       .capacity = choice_capacity(&seen, row),
                                       .until_us = seen.until_us};
    candidate.reason = bar_of(choice, row, &seen);
    if (candidate.reason == CANDIDATE_UNSPECIFIED && takes_reserve(choice, pool, row, &seen)) {
        candidate.reason = CANDIDATE_FULL;
    }
    struct rank rank = rank_of(pool, row, &seen);
    if (candidate.reason != CANDIDATE_UNSPECIFIED) {
        choosing->full = choosing->full || candidate.reason == CANDIDATE_FULL ||
                         candidate.reason == CANDIDATE_ON_LEAVE ||
                         candidate.reason == CANDIDATE_SITE_AWAY;
        rank.first = UINT64_MAX;
        keep(choosing, &candidate, &rank);
        return;
    }
    const bool continues = pool->continuity && worker == choice->continuity;
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

static bool goes_before(const struct rank *a, const struct rank *b)
{
    return a->first != b->first ? a->first < b->first : a->second < b->second;
}

static struct rank rank_of(const struct policy_pool_view *pool,
                           const struct directory_worker *row,
                           const struct choice_worker *seen)
{
    const uint32_t units = choice_capacity(seen, row);
    const uint32_t capacity = units == 0 ? 1 : units;
    const uint64_t ratio = (uint64_t)seen->load * 1000000 / capacity;
    return pool->pick == POOL_PICK_ROUND_ROBIN
               ? (struct rank){.first = seen->last_picked + 1, .second = ratio}
               : (struct rank){.first = ratio + 1, .second = seen->last_picked};
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
