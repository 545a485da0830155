/* Two policies over one space of referrals; see the header. */
#include "policy/comparison.h"

#include "policy/comparison_outcome.h"
#include "policy/comparison_situation.h"
#include "policy/proof_cover.h"

#include <stdlib.h>
#include <string.h>

enum { BOXES_MAX = 16, PAIRS_MAX = 4096, PAIRS_OF_ONE = 512, SPARE_BYTES = 4096 };

/* One policy on its side. */
struct side {
    struct comparison_outcomes outcomes;
    struct proof_space_rules rules;
    struct solver_term *terms; /* by outcome */
    const struct solver_term *situations;
};

/* Outcomes that some referral gets of the old and of the new policy. */
struct pair {
    size_t old;
    size_t new;
    size_t class;
};

struct comparing {
    struct arena *arena;
    struct proof_space space;
    struct side was;
    struct side now;
    struct pair *pairs;
    size_t pair_count;
    struct comparison_class *classes;
    size_t class_count;
    bool whole;
};

static bool begin(struct comparing *comparing,
                  const struct comparison_side *was,
                  const struct comparison_side *now,
                  struct error *err);
static bool
begin_side(struct comparing *comparing, const struct comparison_side *given, struct side *out);
static void add_terms(struct proof_space *space, struct side *side, size_t rule, enum risk risk);
static void find_pairs(struct comparing *comparing);
static void find_pairs_of(struct comparing *comparing, size_t old);
static size_t find_alike(const struct comparing *comparing, size_t old);
static struct solver_term pair_term(struct comparing *comparing, const struct pair *pair);
static size_t outcome_now(const struct comparing *comparing, const struct side *side);
static size_t decider_now(const struct comparing *comparing, const struct side *side);
static void add_to_class(struct comparing *comparing, struct pair *pair);
static bool tell_class(struct comparing *comparing, size_t at);
static int compare_classes(const void *a, const void *b);
static bool compare_waves(struct comparing *comparing, struct comparison *out)
    __attribute__((warn_unused_result));
static const char *first_day(const struct proof_space_rules *rules, uint32_t at);
static bool same_day(const char *a, const char *b);
static bool missing_from(const struct directory *directory,
                         const struct directory *other,
                         struct arena *arena,
                         const char *const **out,
                         size_t *count) __attribute__((warn_unused_result));

bool comparison_run(struct comparison *out,
                    const struct comparison_side *was,
                    const struct comparison_side *now,
                    struct arena *arena,
                    struct error *err)
{
    struct comparing comparing = {.arena = arena, .whole = true};

    *out = (struct comparison){.whole = true};
    bool good = begin(&comparing, was, now, err);
    if (good) {
        find_pairs(&comparing);
        for (size_t i = 0; i < comparing.class_count && good; i++) {
            good = tell_class(&comparing, i);
        }
        good = good && compare_waves(&comparing, out) &&
               missing_from(
                   was->directory, now->directory, arena, &out->only_old, &out->only_old_count) &&
               missing_from(
                   now->directory, was->directory, arena, &out->only_new, &out->only_new_count) &&
               arena_alloc(arena, SPARE_BYTES) != NULL;
        good = good || error_set(err, ERROR_OS, "comparison: out of memory");
    }
    proof_space_destroy(&comparing.space);
    qsort(comparing.classes, comparing.class_count, sizeof(comparing.classes[0]), compare_classes);
    out->classes = comparing.classes;
    out->class_count = comparing.class_count;
    out->whole = comparing.whole;
    return good;
}

static bool begin(struct comparing *comparing,
                  const struct comparison_side *was,
                  const struct comparison_side *now,
                  struct error *err)
{
    const struct proof_space_side sides[] = {{now->policy, now->directory},
                                             {was->policy, was->directory}};

    if (!proof_space_create(&comparing->space, &sides[0], &sides[1], comparing->arena, err)) {
        return false;
    }
    comparing->pairs = arena_array(comparing->arena, PAIRS_MAX, sizeof(struct pair));
    comparing->classes = arena_array(comparing->arena, PAIRS_MAX, sizeof(struct comparison_class));
    if (comparing->pairs == NULL || comparing->classes == NULL ||
        !begin_side(comparing, was, &comparing->was) ||
        !begin_side(comparing, now, &comparing->now)) {
        return error_set(err, ERROR_OS, "comparison: out of memory");
    }
    return true;
}

static bool
begin_side(struct comparing *comparing, const struct comparison_side *given, struct side *out)
{
    struct proof_space *space = &comparing->space;
    size_t rules = given->policy->rule_count;
    struct comparison_situations situations;

    out->outcomes = (struct comparison_outcomes){.side = given, .arena = comparing->arena};
    if (!proof_space_add_rules(space, given->policy, given->directory, &out->rules) ||
        !comparison_situation_list(space, &out->rules, &situations)) {
        return false;
    }
    out->outcomes.situations = situations.list;
    out->outcomes.situation_count = situations.count;
    out->situations = situations.terms;
    if (!comparison_outcome_collect(&out->outcomes)) {
        return false;
    }
    out->terms = arena_array(comparing->arena, out->outcomes.count + 1, sizeof(*out->terms));
    if (out->terms == NULL) {
        return false;
    }
    for (size_t i = 0; i < out->outcomes.count; i++) {
        out->terms[i] = solver_constant(space->solver, false);
    }
    for (size_t rule = 0; rule <= rules; rule++) {
        for (uint32_t risk = RISK_NORM; risk < RISK_END; risk++) {
            add_terms(space, out, rule, (enum risk)risk);
        }
    }
    for (size_t i = 0; i < out->outcomes.count; i++) {
        out->terms[i] = solver_name(space->solver, out->terms[i]);
    }
    return true;
}

/* What comes of a rule at a level: one outcome, or one for each situation. */
static void add_terms(struct proof_space *space, struct side *side, size_t rule, enum risk risk)
{
    const struct comparison_outcomes *outcomes = &side->outcomes;
    bool none = rule == side->rules.policy->rule_count;
    struct solver_term here[] = {none ? side->rules.open[rule] : side->rules.decides[rule],
                                 proof_space_one_of(space, PROOF_BOX_RISK, UINT32_C(1) << risk),
                                 solver_constant(space->solver, true)};
    bool alike = true;

    for (size_t i = 1; i < outcomes->situation_count; i++) {
        alike = alike && comparison_outcome_of(outcomes, rule, risk, i) ==
                             comparison_outcome_of(outcomes, rule, risk, 0);
    }
    for (size_t i = 0; i < (alike ? 1 : outcomes->situation_count); i++) {
        here[2] = alike ? here[2] : side->situations[i];
        struct solver_term *term = &side->terms[comparison_outcome_of(outcomes, rule, risk, i)];
        struct solver_term either[] = {*term, solver_all(space->solver, here, alike ? 2 : 3)};
        *term = solver_any(space->solver, either, 2);
    }
}

/* Outcome by outcome of the old policy, because what follows from one of them is quickly found out; what follows from any
 * of a thousand is not. */
static void find_pairs(struct comparing *comparing)
{
    for (size_t old = 0; old < comparing->was.outcomes.count; old++) {
        find_pairs_of(comparing, old);
    }
}

/* As long as some referral with that outcome is decided otherwise and its pair of outcomes is not known, there is a new
 * pair. */
static void find_pairs_of(struct comparing *comparing, size_t old)
{
    struct solver *solver = comparing->space.solver;
    const size_t alike = find_alike(comparing, old);
    struct solver_term left[1 + PAIRS_OF_ONE] = {comparing->was.terms[old]};
    size_t count = 1;

    if (alike < comparing->now.outcomes.count) {
        left[count++] = solver_not(solver, comparing->now.terms[alike]);
    }
    enum solver_answer answer = solver_ask(solver, left, count);
    while (answer == SOLVER_YES && comparing->pair_count < PAIRS_MAX && count <= PAIRS_OF_ONE) {
        struct pair *pair = &comparing->pairs[comparing->pair_count++];
        *pair = (struct pair){.old = old, .new = outcome_now(comparing, &comparing->now)};
        add_to_class(comparing, pair);
        left[count++] = solver_not(solver, comparing->now.terms[pair->new]);
        answer = solver_ask(solver, left, count);
    }
    comparing->whole = comparing->whole && answer == SOLVER_NO;
}

/* Outcomes of one policy differ from each other, so at most one is alike; none: how many there are. */
static size_t find_alike(const struct comparing *comparing, size_t old)
{
    const struct comparison_outcomes *was = &comparing->was.outcomes;
    const struct comparison_outcomes *now = &comparing->now.outcomes;
    size_t new = 0;

    while (new < now->count && strcmp(was->list[old].key, now->list[new].key) != 0) {
        new ++;
    }
    return new;
}

static struct solver_term pair_term(struct comparing *comparing, const struct pair *pair)
{
    struct solver_term both[] = {comparing->was.terms[pair->old], comparing->now.terms[pair->new]};

    return solver_all(comparing->space.solver, both, 2);
}

/* Of the solver's last assignment. */
static size_t outcome_now(const struct comparing *comparing, const struct side *side)
{
    uint32_t risk = solver_value(comparing->space.solver, comparing->space.codes[PROOF_BOX_RISK]);

    size_t situation = 0;
    while (situation + 1 < side->outcomes.situation_count &&
           !solver_holds(comparing->space.solver, side->situations[situation])) {
        situation++;
    }
    return comparison_outcome_of(
        &side->outcomes, decider_now(comparing, side), (enum risk)risk, situation);
}

static size_t decider_now(const struct comparing *comparing, const struct side *side)
{
    size_t rule = 0;

    while (rule < side->rules.policy->rule_count &&
           !solver_holds(comparing->space.solver, side->rules.decides[rule])) {
        rule++;
    }
    return rule;
}

/* Pairs that differ in the same words are one class. */
static void add_to_class(struct comparing *comparing, struct pair *pair)
{
    struct comparison_class *new = &comparing->classes[comparing->class_count];

    new->change_count = comparison_outcome_compare(
        &comparing->was.outcomes, pair->old, &comparing->now.outcomes, pair->new, new->changes);
    for (size_t i = 0; i < comparing->class_count; i++) {
        const struct comparison_class *class = &comparing->classes[i];
        bool same = class->change_count == new->change_count;
        for (size_t j = 0; j < class->change_count && same; j++) {
            same = class->changes[j].aspect ==
                       new->changes[j].aspect &&strcmp(class->changes[j].was,
                                                       new->changes[j].was) == 0 &&
                   strcmp(class->changes[j].now, new->changes[j].now) == 0;
        }
        if (same) {
            pair->class = i;
            return;
        }
    }
    pair->class = comparing->class_count++;
}

static bool tell_class(struct comparing *comparing, size_t at)
{
    struct comparison_class *class = &comparing->classes[at];
    struct proof_space *space = &comparing->space;
    struct solver_term inside = solver_constant(space->solver, false);
    struct proof_space_point point;
    struct proof_cover cover;

    for (size_t i = 0; i < comparing->pair_count; i++) {
        if (comparing->pairs[i].class == at) {
            struct solver_term either[] = {inside, pair_term(comparing, &comparing->pairs[i])};
            inside = solver_any(space->solver, either, 2);
        }
    }
    inside = solver_name(space->solver, inside);
    if (proof_space_find(space, &inside, 1, &point) != SOLVER_YES) {
        comparing->whole = false;
        return true;
    }
    class->example = proof_space_facts(&comparing->now.rules, &point);
    class->rule_was = proof_space_decider(&comparing->was.rules, &point);
    class->rule_now = proof_space_decider(&comparing->now.rules, &point);
    if (!proof_cover_make(space, inside, BOXES_MAX, &cover)) {
        return false;
    }
    class->boxes = cover.boxes;
    class->box_count = cover.count;
    class->whole = cover.whole;
    class->combinations = cover.whole ? proof_cover_count(space, &cover) : 0;
    return true;
}

static int compare_classes(const void *a, const void *b)
{
    const struct comparison_class *one = a;
    const struct comparison_class *other = b;

    if (one->combinations != other->combinations) {
        return one->combinations > other->combinations ? -1 : 1;
    }
    int order = strcmp(one->changes[0].was, other->changes[0].was);
    return order != 0 ? order : strcmp(one->changes[0].now, other->changes[0].now);
}

/* A territory is told when it is not as the nearest one above it that was told; above all of them nothing differs. */
static bool compare_waves(struct comparing *comparing, struct comparison *out)
{
    const struct proof_space *space = &comparing->space;
    size_t count = space->territory_count;
    struct comparison_wave *waves = arena_array(comparing->arena, count, sizeof(*waves));
    uint32_t *ends = arena_array(comparing->arena, count, sizeof(*ends));

    if (waves == NULL || ends == NULL) {
        return false;
    }
    for (uint32_t at = 0; at < space->territory_count; at++) {
        struct comparison_wave wave = {.territory = space->territories[at],
                                       .was = first_day(&comparing->was.rules, at),
                                       .now = first_day(&comparing->now.rules, at)};
        size_t above = out->wave_count;
        while (above > 0 && ends[above - 1] <= at) {
            above--;
        }
        bool told = above > 0 ? same_day(waves[above - 1].was, wave.was) &&
                                    same_day(waves[above - 1].now, wave.now)
                              : same_day(wave.was, wave.now);
        if (!told) {
            ends[out->wave_count] = space->ends[at];
            waves[out->wave_count++] = wave;
        }
    }
    out->waves = waves;
    return true;
}

static const char *first_day(const struct proof_space_rules *rules, uint32_t at)
{
    if (!rules->policy->has_waves) {
        return "";
    }
    return rules->waves[at] == NULL ? NULL : rules->waves[at]->from;
}

static bool same_day(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool missing_from(const struct directory *directory,
                         const struct directory *other,
                         struct arena *arena,
                         const char *const **out,
                         size_t *count)
{
    uint32_t rows = directory_count(directory, DIRECTORY_TERRITORY);
    const char **ids = arena_array(arena, (size_t)rows + 1, sizeof(*ids));

    for (uint32_t i = 1; ids != NULL && i <= rows; i++) {
        const struct directory_territory *row = directory_territory(directory, i);
        if (row != NULL && !row->removed &&
            directory_find(other, DIRECTORY_TERRITORY, row->id) == 0) {
            ids[(*count)++] = row->id;
        }
    }
    *out = ids;
    return ids != NULL;
}
