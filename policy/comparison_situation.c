/* Situations; see the header. */
#include "policy/comparison_situation.h"

/* Territories with norms of their own, each once; the first is none of them. */
struct zones {
    uint32_t *territories;
    size_t count;
};

static bool
find_zones(struct proof_space *space, const struct proof_space_rules *rules, struct zones *out);
static void add_places(struct zones *zones, const struct policy_places *places);
static bool find_subsets(struct proof_space *space,
                         const struct proof_space_rules *rules,
                         uint32_t subsets[UINT32_C(1) << LIMIT_PROGRAMMES],
                         size_t *count);
static uint32_t programmes_that_add(const struct policy *policy);
static struct solver_term
subset_term(struct proof_space *space, const struct proof_space_rules *rules, uint32_t subset);
static struct solver_term zone_term(struct proof_space *space,
                                    const struct proof_space_rules *rules,
                                    const struct zones *zones,
                                    uint32_t territory);
static uint32_t
zone_of(const struct directory *directory, const struct zones *zones, uint32_t territory);

bool comparison_situation_list(struct proof_space *space,
                               const struct proof_space_rules *rules,
                               struct comparison_situations *out)
{
    struct solver *solver = space->solver;
    uint32_t subsets[UINT32_C(1) << LIMIT_PROGRAMMES];
    size_t subset_count;
    struct zones zones;

    *out = (struct comparison_situations){.count = 0};
    if (!find_zones(space, rules, &zones) || !find_subsets(space, rules, subsets, &subset_count)) {
        return false;
    }
    out->list = arena_array(space->arena, zones.count * subset_count, sizeof(*out->list));
    out->terms = arena_array(space->arena, zones.count * subset_count, sizeof(*out->terms));
    if (out->list == NULL || out->terms == NULL) {
        return false;
    }
    for (size_t i = 0; i < zones.count; i++) {
        struct solver_term zone =
            zones.count == 1
                ? solver_constant(solver, true)
                : solver_name(solver, zone_term(space, rules, &zones, zones.territories[i]));
        for (size_t j = 0; j < subset_count; j++) {
            struct solver_term both[] = {zone, subset_term(space, rules, subsets[j])};
            out->list[out->count] = (struct comparison_situation){zones.territories[i], subsets[j]};
            out->terms[out->count++] = solver_name(solver, solver_all(solver, both, 2));
        }
    }
    return true;
}

static bool
find_zones(struct proof_space *space, const struct proof_space_rules *rules, struct zones *out)
{
    const struct policy *policy = rules->policy;
    size_t most = directory_count(rules->directory, DIRECTORY_TERRITORY);

    *out = (struct zones){
        .territories = arena_array(space->arena, most + 1, sizeof(*out->territories)), .count = 1};
    if (out->territories == NULL) {
        return false;
    }
    add_places(out, &policy->places);
    for (size_t i = 0; i < policy->rule_count; i++) {
        add_places(out, &policy->rules[i].places);
    }
    return true;
}

static void add_places(struct zones *zones, const struct policy_places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        size_t at = 0;
        while (at < zones->count && zones->territories[at] != places->list[i].territory) {
            at++;
        }
        if (at == zones->count) {
            zones->territories[zones->count++] = places->list[i].territory;
        }
    }
}

/* Which of the programmes that add something can apply together, and nothing else. */
static bool find_subsets(struct proof_space *space,
                         const struct proof_space_rules *rules,
                         uint32_t subsets[UINT32_C(1) << LIMIT_PROGRAMMES],
                         size_t *count)
{
    struct solver *solver = space->solver;
    uint32_t all = programmes_that_add(rules->policy);
    struct solver_term left = solver_constant(solver, true);
    enum solver_answer answer = SOLVER_NO;

    *count = 0;
    if (all == 0) {
        subsets[(*count)++] = 0;
        return true;
    }
    while ((answer = solver_ask(solver, &left, 1)) == SOLVER_YES) {
        uint32_t subset = 0;
        for (size_t i = 0; i < rules->policy->programme_count; i++) {
            bool applies = (all >> i & 1) != 0 && solver_holds(solver, rules->gates[i]);
            subset |= applies ? UINT32_C(1) << i : 0;
        }
        subsets[(*count)++] = subset;
        struct solver_term both[] = {left, solver_not(solver, subset_term(space, rules, subset))};
        left = solver_name(solver, solver_all(solver, both, 2));
    }
    return answer == SOLVER_NO;
}

static uint32_t programmes_that_add(const struct policy *policy)
{
    uint32_t mask = 0;

    for (size_t i = 0; i < policy->programme_count; i++) {
        const struct policy_programme *programme = &policy->programmes[i];
        bool adds = programme->notice_count > 0;
        for (size_t j = 0; j < (size_t)RISK_END * NORM_END; j++) {
            adds = adds || programme->norms[j / NORM_END][j % NORM_END].unit != DURATION_NONE;
        }
        mask |= adds ? UINT32_C(1) << i : 0;
    }
    return mask;
}

static struct solver_term
subset_term(struct proof_space *space, const struct proof_space_rules *rules, uint32_t subset)
{
    struct solver *solver = space->solver;
    uint32_t all = programmes_that_add(rules->policy);
    struct solver_term terms[LIMIT_PROGRAMMES];
    size_t count = 0;

    for (size_t i = 0; i < rules->policy->programme_count; i++) {
        if ((all >> i & 1) != 0) {
            terms[count++] =
                (subset >> i & 1) != 0 ? rules->gates[i] : solver_not(solver, rules->gates[i]);
        }
    }
    return solver_all(solver, terms, count);
}

static struct solver_term zone_term(struct proof_space *space,
                                    const struct proof_space_rules *rules,
                                    const struct zones *zones,
                                    uint32_t territory)
{
    bool *marked = arena_array(space->arena, space->territory_count, sizeof(*marked));

    if (marked == NULL) {
        solver_give_up(space->solver);
        return solver_constant(space->solver, false);
    }
    for (uint32_t at = 0; at < space->territory_count; at++) {
        marked[at] = zone_of(rules->directory, zones, rules->numbers[at]) == territory;
    }
    return proof_space_within(space, marked);
}

/* The nearest, going up. */
static uint32_t
zone_of(const struct directory *directory, const struct zones *zones, uint32_t territory)
{
    while (territory != 0) {
        for (size_t i = 1; i < zones->count; i++) {
            if (zones->territories[i] == territory) {
                return territory;
            }
        }
        const struct directory_territory *row = directory_territory(directory, territory);
        territory = row == NULL ? 0 : row->parent;
    }
    return 0;
}
