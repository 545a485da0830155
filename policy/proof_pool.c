/* Pools: is there a worker wherever a referral can come from? */
#include "policy/proof_claim.h"

#include <string.h>

enum place { PLACE_UNKNOWN, PLACE_REACHED, PLACE_NOT_REACHED };

/* The claims about pools while they are asked; by position. */
struct pools {
    struct proof_claim_run *run;
    uint32_t count;    /* of positions */
    uint32_t *classes; /* no rule tells two territories of one class apart */
    uint8_t *places;   /* can a referral from there come to the present rule? */
    bool *asked;
    bool *empty; /* the present pool has nobody */
    bool unknown;
};

static bool begin(struct pools *pools, struct proof_claim_run *run);
static void find_classes(struct pools *pools);
static void refine(struct pools *pools, const struct policy_condition *leaf, uint32_t *numbers);
static void ask_pool(struct pools *pools, size_t rule, size_t pool);
static size_t find_reached(struct pools *pools, size_t rule);
static void tell(struct pools *pools, size_t rule, size_t pool, size_t count);
static const char *first_day(const struct pools *pools);
static bool is_dead_end(const struct pools *pools, size_t rule, uint32_t at);

void proof_claim_pools(struct proof_claim_run *run)
{
    const struct policy *policy = run->rules.policy;
    struct pools pools;

    if (!begin(&pools, run)) {
        run->full = true;
        return;
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        memset(pools.places, PLACE_UNKNOWN, pools.count);
        for (size_t j = 0; j < policy->rules[i].pool_count && run->reached[i]; j++) {
            run->proof->asked[PROOF_POOLS]++;
            ask_pool(&pools, i, policy->rules[i].pools[j]);
        }
    }
}

static bool begin(struct pools *pools, struct proof_claim_run *run)
{
    size_t count = run->space.territory_count;

    *pools = (struct pools){.run = run, .count = run->space.territory_count};
    pools->classes = arena_array(run->arena, count, sizeof(*pools->classes));
    pools->places = arena_array(run->arena, count, sizeof(*pools->places));
    pools->asked = arena_array(run->arena, count, sizeof(*pools->asked));
    pools->empty = arena_array(run->arena, count, sizeof(*pools->empty));
    if (pools->classes == NULL || pools->places == NULL || pools->asked == NULL ||
        pools->empty == NULL) {
        return false;
    }
    find_classes(pools);
    return true;
}

/* Classes are split by each condition on territories; one question then serves a whole class. */
static void find_classes(struct pools *pools)
{
    const struct policy *policy = pools->run->rules.policy;
    struct arena_mark mark = arena_mark(pools->run->arena);
    uint32_t *numbers = arena_array(pools->run->arena, 2 * (size_t)pools->count, sizeof(*numbers));

    for (size_t i = 0; i < policy->rule_count && numbers != NULL; i++) {
        for (size_t at = 0; at < policy->rules[i].when.count; at++) {
            const struct policy_condition *node = &policy->rules[i].when.nodes[at];
            if (node->kind == CONDITION_TERRITORY) {
                refine(pools, node, numbers);
            }
        }
    }
    for (uint32_t at = 0; at < pools->count && numbers == NULL; at++) {
        pools->classes[at] = at; /* every territory for itself: slower, as right */
    }
    arena_release(pools->run->arena, mark);
}

/* numbers  new ones by old class and side, 0 as yet none: given out in the order of the territories */
static void refine(struct pools *pools, const struct policy_condition *leaf, uint32_t *numbers)
{
    const struct proof_space_rules *rules = &pools->run->rules;
    uint32_t used = 0;

    memset(numbers, 0, 2 * (size_t)pools->count * sizeof(*numbers));
    for (uint32_t at = 0; at < pools->count; at++) {
        bool within = policy_tree_lies_within(leaf, rules->directory, rules->numbers[at]);
        uint32_t *number = &numbers[2 * (size_t)pools->classes[at] + (within ? 1 : 0)];
        *number = *number == 0 ? ++used : *number;
        pools->classes[at] = *number - 1;
    }
}

static void ask_pool(struct pools *pools, size_t rule, size_t pool)
{
    struct proof_claim_run *run = pools->run;
    size_t empty_count = 0;

    for (uint32_t at = 0; at < pools->count; at++) {
        const uint32_t *workers;
        pools->empty[at] = run->rules.in_force[at] &&
                           roster_members(run->roster, pool, run->rules.numbers[at], &workers) == 0;
        empty_count += pools->empty[at] ? 1 : 0;
    }
    size_t count = empty_count == 0 ? 0 : find_reached(pools, rule);
    if (count > 0) {
        tell(pools, rule, pool, count);
    } else if (empty_count > 0 && pools->unknown) {
        struct proof_failure *failure = proof_claim_fail(run, PROOF_POOLS, PROOF_UNKNOWN);
        if (failure != NULL) {
            failure->rule = rule;
            failure->pool = pool;
        }
    } else {
        run->proof->held[PROOF_POOLS]++;
    }
}

/* Leaves in `empty` the places from which a referral comes to the rule; how many. */
static size_t find_reached(struct pools *pools, size_t rule)
{
    struct proof_space *space = &pools->run->space;
    enum solver_answer answer = SOLVER_YES;
    size_t count = 0;

    while (answer == SOLVER_YES) {
        size_t open = 0;
        for (uint32_t at = 0; at < pools->count; at++) {
            pools->asked[at] = pools->empty[at] && pools->places[at] == PLACE_UNKNOWN;
            open += pools->asked[at] ? 1 : 0;
        }
        struct solver_term asked[] = {pools->run->rules.decides[rule],
                                      proof_space_within(space, pools->asked)};
        answer = open == 0 ? SOLVER_NO : solver_ask(space->solver, asked, 2);
        uint32_t found = answer == SOLVER_YES
                             ? solver_value(space->solver, space->codes[PROOF_BOX_TERRITORY])
                             : 0;
        for (uint32_t at = 0; at < pools->count; at++) {
            if (answer == SOLVER_YES && pools->classes[at] == pools->classes[found]) {
                pools->places[at] = PLACE_REACHED;
            } else if (answer == SOLVER_NO && pools->asked[at]) {
                pools->places[at] = PLACE_NOT_REACHED;
            }
        }
    }
    pools->unknown = answer == SOLVER_UNKNOWN;
    for (uint32_t at = 0; at < pools->count; at++) {
        pools->empty[at] = pools->empty[at] && pools->places[at] == PLACE_REACHED;
        count += pools->empty[at] ? 1 : 0;
    }
    return count;
}

static void tell(struct pools *pools, size_t rule, size_t pool, size_t count)
{
    struct proof_claim_run *run = pools->run;
    struct proof_failure *failure = proof_claim_fail(run, PROOF_POOLS, PROOF_FAILS);
    uint32_t *territories = arena_array(run->arena, count, sizeof(*territories));
    struct proof_space_point point;

    if (failure == NULL || territories == NULL) {
        run->full = true;
        return;
    }
    failure->rule = rule;
    failure->pool = pool;
    failure->decided_by = (int32_t)rule;
    failure->others = territories;
    for (uint32_t at = 0; at < pools->count; at++) {
        if (pools->empty[at]) {
            territories[failure->other_count++] = run->rules.numbers[at];
        }
        failure->dead_end = failure->dead_end || (pools->empty[at] && is_dead_end(pools, rule, at));
    }
    for (uint32_t at = 0; at < pools->count && failure->dead_end; at++) {
        pools->empty[at] = pools->empty[at] && is_dead_end(pools, rule, at);
    }
    failure->from = first_day(pools);
    for (uint32_t at = 0; at < pools->count; at++) {
        pools->asked[at] =
            pools->empty[at] &&
            (failure->from == NULL || strcmp(run->rules.waves[at]->from, failure->from) == 0);
    }
    if (proof_space_find_taken(&run->space, &run->rules, rule, pools->asked, &point) ==
        SOLVER_YES) {
        proof_claim_show(run, &point, failure);
    }
}

static const char *first_day(const struct pools *pools)
{
    const struct policy_wave *first = NULL;

    for (uint32_t at = 0; at < pools->count; at++) {
        const struct policy_wave *wave = pools->empty[at] ? pools->run->rules.waves[at] : NULL;
        first = wave != NULL && (first == NULL || wave->from_us < first->from_us) ? wave : first;
    }
    return first == NULL ? NULL : first->from;
}

static bool is_dead_end(const struct pools *pools, size_t rule, uint32_t at)
{
    const struct proof_space_rules *rules = &pools->run->rules;
    const struct policy_rule *asked = &rules->policy->rules[rule];
    size_t members = 0;

    for (size_t i = 0; i < asked->pool_count; i++) {
        const uint32_t *workers;
        members +=
            roster_members(pools->run->roster, asked->pools[i], rules->numbers[at], &workers);
    }
    return members == 0;
}
