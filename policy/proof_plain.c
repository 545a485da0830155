/* Plain referrals: what a solver finds is made as short as it can be said; see proof_space.h. */
#include "policy/proof_space.h"

#include <assert.h>

static void read_point(const struct proof_space *space, struct proof_space_point *point);
static uint32_t lowest(uint32_t mask);
static uint32_t plain_codes(const struct proof_space *space, enum proof_box_field field);

/* What is still asked for while a plain referral is sought among terms. */
struct search {
    struct proof_space *space;
    struct solver_term terms[PROOF_SPACE_TERMS];
    size_t count;
    struct proof_space_point point;
};
static bool also_holds(struct search *search, struct solver_term term);
static void make_plain(struct search *search, enum proof_box_field field);
static void make_first(struct search *search, enum proof_box_field field);
static void make_first_territory(struct search *search);

/* The same while it is sought with the rules themselves. */
struct trial {
    const struct proof_space_rules *rules;
    size_t rule;
    bool taken; /* by the rule; else it is enough that its condition holds */
    const bool *marked;
};
static void make_plain_by_rules(const struct proof_space *space,
                                const struct trial *trial,
                                struct proof_space_point *point);
static bool try_value(const struct trial *trial,
                      struct proof_space_point *point,
                      enum proof_box_field field,
                      uint32_t value);
static bool fits(const struct trial *trial, const struct proof_space_point *point);

enum solver_answer proof_space_find(struct proof_space *space,
                                    const struct solver_term *terms,
                                    size_t count,
                                    struct proof_space_point *out)
{
    struct search search = {.space = space, .count = 1};

    search.terms[0] = solver_all(space->solver, terms, count);
    enum solver_answer answer = solver_ask(space->solver, search.terms, 1);
    if (answer != SOLVER_YES) {
        return answer;
    }
    read_point(space, &search.point);
    make_plain(&search, PROOF_BOX_FLAGS);
    make_plain(&search, PROOF_BOX_AGES);
    make_plain(&search, PROOF_BOX_NEEDS);
    for (enum proof_box_field field = 0; field < PROOF_BOX_TERRITORY; field++) {
        make_first(&search, field);
    }
    make_first_territory(&search);
    *out = search.point;
    return SOLVER_YES;
}

enum solver_answer proof_space_find_taken(struct proof_space *space,
                                          const struct proof_space_rules *rules,
                                          size_t rule,
                                          const bool *marked,
                                          struct proof_space_point *out)
{
    struct solver_term asked[] = {rules->decides[rule], proof_space_within(space, marked)};
    enum solver_answer answer = solver_ask(space->solver, asked, 2);

    if (answer != SOLVER_YES) {
        return answer;
    }
    const struct trial trial = {.rules = rules, .rule = rule, .taken = true, .marked = marked};
    read_point(space, out);
    make_plain_by_rules(space, &trial, out);
    return answer;
}

enum solver_answer proof_space_find_met(struct proof_space *space,
                                        const struct proof_space_rules *rules,
                                        size_t rule,
                                        struct proof_space_point *out)
{
    const struct trial trial = {.rules = rules, .rule = rule, .marked = rules->in_force};
    enum solver_answer answer = solver_ask(space->solver, &rules->when[rule], 1);

    if (answer == SOLVER_YES) {
        read_point(space, out);
        make_plain_by_rules(space, &trial, out);
    }
    return answer;
}

/* Of the solver's last assignment. */
static void read_point(const struct proof_space *space, struct proof_space_point *point)
{
    for (enum proof_box_field field = 0; field < PROOF_BOX_ONE_OF; field++) {
        point->fields[field] = solver_value(space->solver, space->codes[field]);
    }
    for (enum proof_box_field field = PROOF_BOX_ONE_OF; field < PROOF_BOX_FIELDS; field++) {
        point->fields[field] = 0;
        for (size_t code = 1; code < vocabulary_count(proof_box_list(field)); code++) {
            if (solver_holds(space->solver, space->present[field - PROOF_BOX_ONE_OF][code])) {
                point->fields[field] |= UINT32_C(1) << code;
            }
        }
    }
}

/* Keeps the term when a referral is left; an answer that is not known keeps what was found. */
static bool also_holds(struct search *search, struct solver_term term)
{
    assert(search->count < PROOF_SPACE_TERMS);
    search->terms[search->count] = term;
    if (solver_ask(search->space->solver, search->terms, search->count + 1) != SOLVER_YES) {
        return false;
    }
    search->count++;
    read_point(search->space, &search->point);
    return true;
}

/* The last codes go first, so that the first ones of a list are kept; each absent code is then asked for in the end. */
static void make_plain(struct search *search, enum proof_box_field field)
{
    struct proof_space *space = search->space;
    uint32_t all = vocabulary_mask_all(proof_box_list(field));
    uint32_t absent = 0;
    size_t count = search->count;

    for (uint32_t code = 31; code > 0; code--) {
        uint32_t bit = UINT32_C(1) << code;
        if ((all & bit) == 0) {
            continue;
        }
        struct solver_term none =
            solver_not(space->solver, proof_space_some(space, field, absent | bit));
        search->count = count;
        if ((search->point.fields[field] & bit) == 0 || also_holds(search, none)) {
            absent |= bit;
        }
        search->count = count;
        search->terms[search->count++] =
            solver_not(space->solver, proof_space_some(space, field, absent));
    }
}

/* Codes in their order; no value at all comes last. */
static void make_first(struct search *search, enum proof_box_field field)
{
    struct proof_space *space = search->space;
    uint32_t possible = plain_codes(space, field);
    uint32_t found = search->point.fields[field];

    if (field == PROOF_BOX_REFERRER &&
        also_holds(search, proof_space_one_of(space, field, space->referrers))) {
        possible &= space->referrers;
        found = search->point.fields[field];
    }
    for (uint32_t left = possible; left != 0; left &= left - 1) {
        uint32_t code = lowest(left);
        if (code == found ||
            also_holds(search, proof_space_one_of(space, field, UINT32_C(1) << code))) {
            break;
        }
    }
    search->terms[search->count++] =
        proof_space_one_of(space, field, UINT32_C(1) << search->point.fields[field]);
}

/* Of periods the first is a value like the others. */
static uint32_t plain_codes(const struct proof_space *space, enum proof_box_field field)
{
    return field == PROOF_BOX_PERIOD ? (uint32_t)((UINT64_C(1) << space->period_count) - 1)
                                     : proof_box_codes(field) & ~UINT32_C(1);
}

static void make_first_territory(struct search *search)
{
    struct solver *solver = search->space->solver;
    struct solver_number number = search->space->codes[PROOF_BOX_TERRITORY];
    const uint32_t *found = &search->point.fields[PROOF_BOX_TERRITORY];
    uint32_t least = 0;

    while (least < *found) {
        uint32_t middle = least + (*found - least) / 2;
        size_t count = search->count;
        if (!also_holds(search, solver_between(solver, number, least, middle))) {
            least = middle + 1;
        }
        search->count = count;
    }
}

static uint32_t lowest(uint32_t mask)
{
    uint32_t number = 0;

    while (number < 31 && (mask >> number & 1) == 0) {
        number++;
    }
    return number;
}

static void make_plain_by_rules(const struct proof_space *space,
                                const struct trial *trial,
                                struct proof_space_point *point)
{
    for (enum proof_box_field field = PROOF_BOX_FIELDS; field-- > PROOF_BOX_ONE_OF;) {
        for (uint32_t code = 32; code-- > 1;) {
            (void)try_value(trial, point, field, point->fields[field] & ~(UINT32_C(1) << code));
        }
    }
    for (enum proof_box_field field = 0; field < PROOF_BOX_TERRITORY; field++) {
        uint32_t possible = plain_codes(space, field);
        bool tried = false;
        for (uint32_t left = field == PROOF_BOX_REFERRER ? space->referrers : 0;
             left != 0 && !tried;
             left &= left - 1) {
            tried = try_value(trial, point, field, lowest(left));
        }
        for (; possible != 0 && !tried; possible &= possible - 1) {
            tried = try_value(trial, point, field, lowest(possible));
        }
    }
    for (uint32_t at = 0; at < point->fields[PROOF_BOX_TERRITORY]; at++) {
        if (trial->marked[at] && try_value(trial, point, PROOF_BOX_TERRITORY, at)) {
            break;
        }
    }
}

/* Keeps the value when there can be such a referral and it is still what is sought. */
static bool try_value(const struct trial *trial,
                      struct proof_space_point *point,
                      enum proof_box_field field,
                      uint32_t value)
{
    uint32_t kept = point->fields[field];

    point->fields[field] = value;
    bool can_be = point->fields[PROOF_BOX_NEEDS] != 0 &&
                  (point->fields[PROOF_BOX_BASIS] != LEGAL_BASIS_UNSPECIFIED ||
                   point->fields[PROOF_BOX_RISK] == RISK_CRITICAL);
    if (kept == value || (can_be && fits(trial, point))) {
        return true;
    }
    point->fields[field] = kept;
    return false;
}

static bool fits(const struct trial *trial, const struct proof_space_point *point)
{
    return trial->taken ? proof_space_decider(trial->rules, point) == (int32_t)trial->rule
                        : proof_space_holds(trial->rules, trial->rule, point);
}
