/* Labels as terms; see the header. */
#include "policy/proof_space.h"

#include <assert.h>

static void add_periods(struct proof_space *space, const struct policy *policy);
static void add_period(struct proof_space *space, int64_t begin_us, const char *day);
static struct solver_term dates_term(struct proof_space *space, const struct policy_dates *dates);
static bool count_territories(struct proof_space *space,
                              const struct directory *directory,
                              const struct directory *also);
static bool is_there(const struct directory *directory, const char *id);
static void add_domain(struct proof_space *space);
static struct solver_term node_term(struct proof_space *space,
                                    const struct proof_space_rules *rules,
                                    const struct policy_when *when,
                                    size_t at);
static struct solver_term leaf_term(struct proof_space *space,
                                    const struct proof_space_rules *rules,
                                    const struct policy_condition *leaf);
static struct solver_term territory_term(struct proof_space *space,
                                         const struct proof_space_rules *rules,
                                         const struct policy_condition *leaf);
static void find_wave(const struct proof_space_rules *rules, uint32_t at);
static bool name_those(struct proof_space *space, struct proof_box *box, bool in);
bool proof_space_create(struct proof_space *space,
                        const struct proof_space_side *side,
                        const struct proof_space_side *also,
                        struct arena *arena,
                        struct error *err)
{
    const struct directory *directory = side->directory;

    *space = (struct proof_space){.arena = arena, .period_count = 1};
    add_periods(space, side->policy);
    if (also != NULL) {
        add_periods(space, also->policy);
    }
    if (!count_territories(space, directory, also == NULL ? NULL : also->directory)) {
        return error_set(err, ERROR_OS, "proof: out of memory");
    }
    if (space->territory_count == 0) {
        return error_set(err, ERROR_CONFIG, "proof: there is no territory");
    }
    if (!solver_create(&space->solver, err)) {
        return false;
    }
    for (enum proof_box_field field = 0; field < PROOF_BOX_ONE_OF; field++) {
        enum vocabulary list = proof_box_list(field);
        space->codes[field] =
            solver_number(space->solver,
                          field == PROOF_BOX_PERIOD ? space->period_count
                          : list == VOCABULARY_END  ? space->territory_count
                                                    : (uint32_t)vocabulary_count(list));
    }
    for (enum proof_box_field field = PROOF_BOX_ONE_OF; field < PROOF_BOX_FIELDS; field++) {
        for (size_t code = 1; code < vocabulary_count(proof_box_list(field)); code++) {
            space->present[field - PROOF_BOX_ONE_OF][code] = solver_fact(space->solver);
        }
    }
    for (uint32_t i = 1; i <= directory_count(directory, DIRECTORY_SITE); i++) {
        const struct directory_site *site = directory_site(directory, i);
        const struct directory_agency *agency =
            site == NULL || site->removed ? NULL : directory_agency(directory, site->agency);
        space->referrers |= agency == NULL ? 0 : UINT32_C(1) << agency->kind;
    }
    add_domain(space);
    return true;
}

void proof_space_destroy(struct proof_space *space)
{
    solver_destroy(&space->solver);
}

bool proof_space_add_rules(struct proof_space *space,
                           const struct policy *policy,
                           const struct directory *directory,
                           struct proof_space_rules *out)
{
    struct solver *solver = space->solver;
    size_t count = policy->rule_count;

    *out = (struct proof_space_rules){.space = space, .policy = policy, .directory = directory};
    out->numbers = arena_array(space->arena, space->territory_count, sizeof(*out->numbers));
    out->waves = arena_array(space->arena, space->territory_count, sizeof(*out->waves));
    out->in_force = arena_array(space->arena, space->territory_count, sizeof(*out->in_force));
    out->when = arena_array(space->arena, count + 1, sizeof(*out->when));
    out->open = arena_array(space->arena, count + 1, sizeof(*out->open));
    out->decides = arena_array(space->arena, count + 1, sizeof(*out->decides));
    if (out->numbers == NULL || out->waves == NULL || out->in_force == NULL || out->when == NULL ||
        out->open == NULL || out->decides == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < space->territory_count; i++) {
        out->numbers[i] = directory_find(directory, DIRECTORY_TERRITORY, space->territories[i]);
        find_wave(out, i);
    }
    out->open[0] = solver_constant(solver, true);
    for (size_t i = 0; i < count; i++) {
        struct arena_mark mark = arena_mark(space->arena);
        out->when[i] = solver_name(solver, proof_space_when(space, out, &policy->rules[i].when));
        arena_release(space->arena, mark);
        struct solver_term here[] = {out->open[i], out->when[i]};
        struct solver_term past[] = {out->open[i], solver_not(solver, out->when[i])};
        out->decides[i] = solver_name(solver, solver_all(solver, here, 2));
        out->open[i + 1] = solver_name(solver, solver_all(solver, past, 2));
    }
    for (size_t i = 0; i < policy->programme_count; i++) {
        out->gates[i] =
            solver_name(solver, proof_space_when(space, out, &policy->programmes[i].gate));
    }
    return true;
}

struct solver_term proof_space_when(struct proof_space *space,
                                    const struct proof_space_rules *rules,
                                    const struct policy_when *when)
{
    return when->count == 0 ? solver_constant(space->solver, true)
                            : node_term(space, rules, when, 0);
}

struct solver_term
proof_space_one_of(struct proof_space *space, enum proof_box_field field, uint32_t mask)
{
    struct solver_term runs[32];
    size_t count = 0;

    assert(field < PROOF_BOX_TERRITORY);
    for (uint32_t code = 0; code < space->codes[field].count; code++) {
        uint32_t first = code;
        while (code < 32 && (mask >> code & 1) != 0) {
            code++;
        }
        if (code > first) {
            runs[count++] = solver_between(space->solver, space->codes[field], first, code - 1);
        }
    }
    return solver_any(space->solver, runs, count);
}

struct solver_term
proof_space_some(struct proof_space *space, enum proof_box_field field, uint32_t mask)
{
    struct solver_term terms[32];
    size_t count = 0;

    assert(field >= PROOF_BOX_ONE_OF);
    for (size_t code = 1; code < vocabulary_count(proof_box_list(field)); code++) {
        if ((mask >> code & 1) != 0) {
            terms[count++] = space->present[field - PROOF_BOX_ONE_OF][code];
        }
    }
    return solver_any(space->solver, terms, count);
}

struct solver_term proof_space_within(struct proof_space *space, const bool *marked)
{
    struct solver_number number = space->codes[PROOF_BOX_TERRITORY];
    struct solver_term within = solver_constant(space->solver, false);

    for (uint32_t at = 0; at < space->territory_count; at++) {
        uint32_t first = at;
        while (at < space->territory_count && marked[at]) {
            at++;
        }
        if (at > first) {
            struct solver_term either[] = {within,
                                           solver_between(space->solver, number, first, at - 1)};
            within = solver_any(space->solver, either, 2);
        }
    }
    return within;
}

bool proof_space_name_places(struct proof_space *space, struct proof_box *box)
{
    struct proof_box others = *box;

    if (box->places == NULL) {
        return true;
    }
    others.but = true;
    if (!name_those(space, box, true) || !name_those(space, &others, false)) {
        return false;
    }
    if (others.below_count + others.alone_count < box->below_count + box->alone_count) {
        *box = others;
    }
    return true;
}

/* Of the box's places, or of those that are not. */
static bool name_those(struct proof_space *space, struct proof_box *box, bool in)
{
    box->below = arena_array(space->arena, space->territory_count, sizeof(*box->below));
    box->alone = arena_array(space->arena, space->territory_count, sizeof(*box->alone));
    if (box->below == NULL || box->alone == NULL) {
        return false;
    }
    for (uint32_t at = 0; at < space->territory_count; at++) {
        uint32_t end = at;
        while (end < space->ends[at] && box->places[end] == in) {
            end++;
        }
        if (end == space->ends[at]) {
            box->below[box->below_count++] = space->territories[at];
            at = end - 1;
        } else if (box->places[at] == in) {
            box->alone[box->alone_count++] = space->territories[at];
        }
    }
    return true;
}

struct policy_facts proof_space_facts(const struct proof_space_rules *rules,
                                      const struct proof_space_point *point)
{
    const uint32_t *fields = point->fields;

    return (struct policy_facts){
        .labels = {.territory = rules->numbers[fields[PROOF_BOX_TERRITORY]],
                   .risk = (enum risk)fields[PROOF_BOX_RISK],
                   .direction = (enum direction)fields[PROOF_BOX_DIRECTION],
                   .channel = (enum channel)fields[PROOF_BOX_CHANNEL],
                   .basis = (enum legal_basis)fields[PROOF_BOX_BASIS],
                   .needs = fields[PROOF_BOX_NEEDS],
                   .ages = fields[PROOF_BOX_AGES],
                   .flags = fields[PROOF_BOX_FLAGS],
                   .children = 1},
        .referrer_kind = (enum agency_kind)fields[PROOF_BOX_REFERRER],
        .at_us = rules->space->period_us[fields[PROOF_BOX_PERIOD]]};
}

bool proof_space_holds(const struct proof_space_rules *rules,
                       size_t rule,
                       const struct proof_space_point *point)
{
    const struct policy_when *when = &rules->policy->rules[rule].when;
    struct policy_facts facts = proof_space_facts(rules, point);

    return when->count == 0 || policy_tree_holds(when, 0, rules->directory, &facts);
}

int32_t proof_space_decider(const struct proof_space_rules *rules,
                            const struct proof_space_point *point)
{
    for (size_t i = 0; i < rules->policy->rule_count; i++) {
        if (proof_space_holds(rules, i, point)) {
            return (int32_t)i;
        }
    }
    return -1;
}

static void add_periods(struct proof_space *space, const struct policy *policy)
{
    for (size_t i = 0; i < policy->programme_count; i++) {
        const struct policy_dates *dates = &policy->programmes[i].dates;
        if (dates->from != NULL) {
            add_period(space, dates->from_us, dates->from);
        }
        if (dates->behind != NULL) {
            add_period(space, dates->until_us, dates->behind);
        }
    }
}

/* In their order, each once. */
static void add_period(struct proof_space *space, int64_t begin_us, const char *day)
{
    uint32_t at = space->period_count;

    if (begin_us <= space->period_us[0]) {
        space->period_us[0] = begin_us - 1;
    }
    while (at > 1 && space->period_us[at - 1] >= begin_us) {
        at--;
    }
    if (at < space->period_count && space->period_us[at] == begin_us) {
        return;
    }
    assert(space->period_count < PROOF_SPACE_PERIODS);
    for (uint32_t i = space->period_count++; i > at; i--) {
        space->period_us[i] = space->period_us[i - 1];
        space->days[i - 1] = space->days[i - 2];
    }
    space->period_us[at] = begin_us;
    space->days[at - 1] = day;
}

/* Parents before children, a subtree in a row. A territory whose parent is gone stands as a root. */
static bool count_territories(struct proof_space *space,
                              const struct directory *directory,
                              const struct directory *also)
{
    uint32_t rows = directory_count(directory, DIRECTORY_TERRITORY);
    uint32_t *stack = arena_array(space->arena, (size_t)rows + 1, sizeof(*stack));
    uint32_t *next = arena_array(space->arena, (size_t)rows + 1, sizeof(*next));
    uint32_t *first = arena_array(space->arena, (size_t)rows + 1, sizeof(*first));
    uint32_t *begun = arena_array(space->arena, (size_t)rows + 1, sizeof(*begun));
    size_t depth = 0;

    space->ends = arena_array(space->arena, (size_t)rows + 1, sizeof(*space->ends));
    space->territories = arena_array(space->arena, (size_t)rows + 1, sizeof(*space->territories));
    if (stack == NULL || next == NULL || first == NULL || begun == NULL || space->ends == NULL ||
        space->territories == NULL) {
        return false;
    }
    for (uint32_t i = rows; i > 0; i--) {
        const struct directory_territory *row = directory_territory(directory, i);
        uint32_t parent = row == NULL || row->parent > rows ? 0 : row->parent;
        next[i] = first[parent];
        first[parent] = i;
    }
    for (uint32_t at = first[0]; at != 0 || depth > 0;) {
        if (at == 0) {
            at = stack[--depth];
            if (begun[at] < space->territory_count && space->ends[begun[at]] == 0) {
                space->ends[begun[at]] = space->territory_count;
            }
            at = next[at];
            continue;
        }
        begun[at] = space->territory_count;
        const struct directory_territory *row = directory_territory(directory, at);
        if (row != NULL && !row->removed && (also == NULL || is_there(also, row->id))) {
            space->territories[space->territory_count++] = row->id;
        }
        stack[depth++] = at;
        at = first[at];
    }
    return true;
}

static bool is_there(const struct directory *directory, const char *id)
{
    return directory_find(directory, DIRECTORY_TERRITORY, id) != 0;
}

static void add_domain(struct proof_space *space)
{
    for (enum proof_box_field field = 0; field < PROOF_BOX_TERRITORY; field++) {
        solver_assert(space->solver, proof_space_one_of(space, field, proof_box_codes(field)));
    }
    solver_assert(space->solver,
                  proof_space_some(space, PROOF_BOX_NEEDS, vocabulary_mask_all(VOCABULARY_NEED)));
    struct solver_term known[] = {
        proof_space_one_of(space, PROOF_BOX_BASIS, vocabulary_mask_all(VOCABULARY_LEGAL_BASIS)),
        proof_space_one_of(space, PROOF_BOX_RISK, UINT32_C(1) << RISK_CRITICAL)};
    solver_assert(space->solver, solver_any(space->solver, known, 2));
}

/* As deep as the groups of the file. */
static struct solver_term node_term(struct proof_space *space,
                                    const struct proof_space_rules *rules,
                                    const struct policy_when *when,
                                    size_t at)
{
    const struct policy_condition *node = &when->nodes[at];
    struct solver_term terms[POLICY_TREE_CONDITIONS];
    size_t count = 0;

    if (node->kind > CONDITION_NOT) {
        return leaf_term(space, rules, node);
    }
    for (size_t child = at + 1; child < at + node->span; child += when->nodes[child].span) {
        terms[count++] = node_term(space, rules, when, child);
    }
    if (node->kind == CONDITION_NOT) {
        assert(count == 1);
        return solver_not(space->solver, terms[0]);
    }
    return node->kind == CONDITION_ALL ? solver_all(space->solver, terms, count)
                                       : solver_any(space->solver, terms, count);
}

static struct solver_term leaf_term(struct proof_space *space,
                                    const struct proof_space_rules *rules,
                                    const struct policy_condition *leaf)
{
    switch (leaf->kind) {
    case CONDITION_RISK:
    case CONDITION_RISK_AT_LEAST:
    case CONDITION_RISK_BELOW:
        return proof_space_one_of(space, PROOF_BOX_RISK, leaf->mask);
    case CONDITION_DIRECTION:
        return proof_space_one_of(space, PROOF_BOX_DIRECTION, leaf->mask);
    case CONDITION_CHANNEL:
        return proof_space_one_of(space, PROOF_BOX_CHANNEL, leaf->mask);
    case CONDITION_BASIS:
        return proof_space_one_of(space, PROOF_BOX_BASIS, leaf->mask);
    case CONDITION_REFERRER_KIND:
        return proof_space_one_of(space, PROOF_BOX_REFERRER, leaf->mask);
    case CONDITION_NEED:
        return proof_space_some(space, PROOF_BOX_NEEDS, leaf->mask);
    case CONDITION_AGE:
        return proof_space_some(space, PROOF_BOX_AGES, leaf->mask);
    case CONDITION_FLAG:
        return proof_space_some(space, PROOF_BOX_FLAGS, leaf->mask);
    case CONDITION_TERRITORY:
        return territory_term(space, rules, leaf);
    case CONDITION_DATES:
        return dates_term(space, leaf->dates);
    case CONDITION_ALL:
    case CONDITION_ANY:
    case CONDITION_NOT:
    case CONDITION_CURATOR_FROM:
    case CONDITION_NOTIFIED:
    case CONDITION_NOTIFIED_KIND:
    case CONDITION_PROCEDURE:
    case CONDITION_END:
        break;
    }
    assert(!"a condition on a referral");
    return solver_constant(space->solver, false);
}

/* No memory for the marks: the solver says so with the next question, because nothing can be added to it. */
static struct solver_term territory_term(struct proof_space *space,
                                         const struct proof_space_rules *rules,
                                         const struct policy_condition *leaf)
{
    bool *marked = arena_array(space->arena, space->territory_count, sizeof(*marked));

    if (marked == NULL) {
        solver_give_up(space->solver);
        return solver_constant(space->solver, false);
    }
    for (uint32_t at = 0; at < space->territory_count; at++) {
        marked[at] = policy_tree_lies_within(leaf, rules->directory, rules->numbers[at]);
    }
    return proof_space_within(space, marked);
}

/* Waves stand in the order of their days, so the first is the earliest. */
static void find_wave(const struct proof_space_rules *rules, uint32_t at)
{
    const struct policy *policy = rules->policy;

    for (size_t i = 0; i < policy->wave_count && rules->waves[at] == NULL; i++) {
        const struct policy_wave *wave = &policy->waves[i];
        for (size_t j = 0; j < wave->territory_count && rules->waves[at] == NULL; j++) {
            if (directory_within(rules->directory, rules->numbers[at], wave->territories[j])) {
                rules->waves[at] = wave;
            }
        }
    }
    rules->in_force[at] = !policy->has_waves || rules->waves[at] != NULL;
}

static struct solver_term dates_term(struct proof_space *space, const struct policy_dates *dates)
{
    uint32_t mask = 0;

    for (uint32_t i = 0; i < space->period_count; i++) {
        int64_t begin_us = i == 0 ? INT64_MIN : space->period_us[i];
        bool within = dates->from_us <= begin_us && begin_us < dates->until_us;
        mask |= within ? UINT32_C(1) << i : 0;
    }
    return proof_space_one_of(space, PROOF_BOX_PERIOD, mask);
}
