/* Classes: one referral is widened as far as the set goes, until all of the set is told. */
#include "policy/proof_cover.h"

#include <assert.h>
#include <string.h>

/* One class while it grows. */
struct growth {
    struct proof_space *space;
    struct solver_term outside;
    struct proof_box box;
    size_t asked;
};

/* A class that needs more questions than this has no short description. */
enum { QUESTIONS_MAX = 1500 };

static const enum proof_box_field ways[][PROOF_BOX_FIELDS] = {
    {PROOF_BOX_CHANNEL,
     PROOF_BOX_BASIS,
     PROOF_BOX_REFERRER,
     PROOF_BOX_DIRECTION,
     PROOF_BOX_AGES,
     PROOF_BOX_NEEDS,
     PROOF_BOX_FLAGS,
     PROOF_BOX_TERRITORY,
     PROOF_BOX_PERIOD,
     PROOF_BOX_RISK},
    {PROOF_BOX_PERIOD,
     PROOF_BOX_RISK,
     PROOF_BOX_TERRITORY,
     PROOF_BOX_FLAGS,
     PROOF_BOX_NEEDS,
     PROOF_BOX_AGES,
     PROOF_BOX_DIRECTION,
     PROOF_BOX_REFERRER,
     PROOF_BOX_BASIS,
     PROOF_BOX_CHANNEL},
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static bool add_box(struct proof_space *space,
                    const struct proof_space_point *point,
                    struct solver_term outside,
                    struct proof_cover *cover,
                    size_t *asked);
static void forget_the_impossible(struct proof_box *box);
static bool start(struct growth *growth, const struct proof_space_point *point);
static void widen(struct growth *growth, enum proof_box_field field);
static void widen_one_of(struct growth *growth, enum proof_box_field field);
static void widen_several(struct growth *growth, enum proof_box_field field);
static void widen_some(struct growth *growth, enum proof_box_field field);
static void add_places(struct growth *growth, uint32_t least, uint32_t most);
static bool fits(struct growth *growth);
static struct solver_term term_of(struct proof_space *space, const struct proof_box *box);
static void
drop_needless(struct proof_space *space, struct solver_term inside, struct proof_cover *cover);

bool proof_cover_make(struct proof_space *space,
                      struct solver_term inside,
                      size_t room,
                      struct proof_cover *out)
{
    struct solver_term outside = solver_not(space->solver, inside);
    struct solver_term left = inside;
    enum solver_answer answer = SOLVER_YES;

    *out = (struct proof_cover){.boxes = arena_array(space->arena, room, sizeof(*out->boxes))};
    if (out->boxes == NULL) {
        return false;
    }
    size_t asked = 0;
    while (out->count < room && asked < QUESTIONS_MAX) {
        struct proof_space_point point;
        answer = proof_space_find(space, &left, 1, &point);
        if (answer != SOLVER_YES) {
            break;
        }
        if (!add_box(space, &point, outside, out, &asked)) {
            return false;
        }
        struct solver_term both[] = {
            left, solver_not(space->solver, term_of(space, &out->boxes[out->count - 1]))};
        left = solver_name(space->solver, solver_all(space->solver, both, 2));
    }
    answer = answer == SOLVER_YES ? solver_ask(space->solver, &left, 1) : answer;
    out->whole = answer == SOLVER_NO;
    if (out->whole) {
        drop_needless(space, inside, out);
    }
    return true;
}

/* In several ways; the one with the fewest words is taken. */
static bool add_box(struct proof_space *space,
                    const struct proof_space_point *point,
                    struct solver_term outside,
                    struct proof_cover *cover,
                    size_t *asked)
{
    struct proof_box *best = &cover->boxes[cover->count];
    bool found = false;

    for (size_t way = 0; way < WAYS; way++) {
        struct growth growth = {.space = space, .outside = outside};
        if (!start(&growth, point)) {
            return false;
        }
        for (size_t i = 0; i < PROOF_BOX_FIELDS; i++) {
            widen(&growth, ways[way][i]);
        }
        for (enum proof_box_field field = PROOF_BOX_NEEDS; field < PROOF_BOX_FIELDS; field++) {
            widen_some(&growth, field);
        }
        forget_the_impossible(&growth.box);
        *asked += growth.asked;
        if (!proof_space_name_places(space, &growth.box)) {
            return false;
        }
        if (!found || proof_box_words(&growth.box) < proof_box_words(best)) {
            *best = growth.box;
            found = true;
        }
    }
    cover->count++;
    return true;
}

/* "No basis" goes with the level critical alone; elsewhere it would only be a word too many. */
static void forget_the_impossible(struct proof_box *box)
{
    if ((box->one_of[PROOF_BOX_RISK] >> RISK_CRITICAL & 1) == 0 &&
        box->one_of[PROOF_BOX_BASIS] != proof_box_codes(PROOF_BOX_BASIS)) {
        box->one_of[PROOF_BOX_BASIS] &= ~UINT32_C(1);
    }
}

static bool start(struct growth *growth, const struct proof_space_point *point)
{
    struct proof_box *box = &growth->box;

    box->places =
        arena_array(growth->space->arena, growth->space->territory_count, sizeof(*box->places));
    if (box->places == NULL) {
        return false;
    }
    box->days = growth->space->days;
    box->period_count = growth->space->period_count;
    box->places[point->fields[PROOF_BOX_TERRITORY]] = true;
    for (enum proof_box_field field = 0; field < PROOF_BOX_TERRITORY; field++) {
        box->one_of[field] = UINT32_C(1) << point->fields[field];
    }
    for (enum proof_box_field field = PROOF_BOX_NEEDS; field < PROOF_BOX_FIELDS; field++) {
        struct proof_box_several *several = &box->several[field - PROOF_BOX_ONE_OF];
        several->none_of = proof_box_codes(field) & ~point->fields[field];
        for (uint32_t left = point->fields[field]; left != 0; left &= left - 1) {
            assert(several->some_count < PROOF_BOX_SOME);
            several->some_of[several->some_count++] = left & (~left + 1);
        }
    }
    return true;
}

static void widen(struct growth *growth, enum proof_box_field field)
{
    if (field >= PROOF_BOX_ONE_OF) {
        widen_several(growth, field);
    } else if (field != PROOF_BOX_TERRITORY) {
        widen_one_of(growth, field);
    } else {
        bool *places = growth->box.places;
        growth->box.places = NULL;
        if (!fits(growth)) {
            growth->box.places = places;
            add_places(growth, 0, growth->space->territory_count - 1);
        }
    }
}

static void widen_one_of(struct growth *growth, enum proof_box_field field)
{
    uint32_t *mask = &growth->box.one_of[field];
    uint32_t before = *mask;

    *mask = proof_box_codes(field);
    if (fits(growth)) {
        return;
    }
    *mask = before;
    for (uint32_t left = proof_box_codes(field) & ~before; left != 0; left &= left - 1) {
        uint32_t kept = *mask;
        *mask |= left & (~left + 1);
        if (!fits(growth)) {
            *mask = kept;
        }
    }
}

/* What must be absent is given up first, together and then one by one; then what must be present. */
static void widen_several(struct growth *growth, enum proof_box_field field)
{
    struct proof_box_several *several = &growth->box.several[field - PROOF_BOX_ONE_OF];
    uint32_t before = several->none_of;

    several->none_of = 0;
    if (!fits(growth)) {
        several->none_of = before;
        for (uint32_t left = before; left != 0; left &= left - 1) {
            uint32_t kept = several->none_of;
            several->none_of &= ~(left & (~left + 1));
            if (!fits(growth)) {
                several->none_of = kept;
            }
        }
    }
    for (size_t i = several->some_count; i > 0; i--) {
        uint32_t kept = several->some_of[i - 1];
        several->some_of[i - 1] = several->some_of[several->some_count - 1];
        several->some_count--;
        if (!fits(growth)) {
            several->some_count++;
            several->some_of[i - 1] = kept;
        }
    }
}

/* "food" becomes "food or housing" where either is enough. */
static void widen_some(struct growth *growth, enum proof_box_field field)
{
    struct proof_box_several *several = &growth->box.several[field - PROOF_BOX_ONE_OF];

    for (size_t i = 0; i < several->some_count; i++) {
        uint32_t others = proof_box_codes(field) & ~several->some_of[i] & ~several->none_of;
        for (uint32_t left = others; left != 0; left &= left - 1) {
            uint32_t kept = several->some_of[i];
            several->some_of[i] |= left & (~left + 1);
            if (!fits(growth)) {
                several->some_of[i] = kept;
            }
        }
    }
}

/* All of a run at once where that fits, else its halves. */
static void add_places(struct growth *growth, uint32_t least, uint32_t most)
{
    bool *places = growth->box.places;
    struct arena_mark mark = arena_mark(growth->space->arena);
    size_t bytes = ((size_t)most - least + 1) * sizeof(*places);
    bool *before = arena_copy(growth->space->arena, places + least, bytes);

    if (before == NULL) {
        return; /* the class stays as narrow as it is, which is still right */
    }
    memset(places + least, true, bytes);
    bool good = fits(growth);
    if (!good) {
        memcpy(places + least, before, bytes);
    }
    arena_release(growth->space->arena, mark);
    if (!good && least < most) {
        uint32_t middle = least + (most - least) / 2;
        add_places(growth, least, middle);
        add_places(growth, middle + 1, most);
    }
}

/* Is all of the class in the set? What is not known is not in it. */
static bool fits(struct growth *growth)
{
    struct solver_term asked[] = {term_of(growth->space, &growth->box), growth->outside};

    growth->asked++;
    return solver_ask(growth->space->solver, asked, 2) == SOLVER_NO;
}

static struct solver_term term_of(struct proof_space *space, const struct proof_box *box)
{
    struct solver_term terms[PROOF_BOX_FIELDS + PROOF_BOX_SEVERAL * PROOF_BOX_SOME];
    size_t count = 0;

    for (enum proof_box_field field = 0; field < PROOF_BOX_TERRITORY; field++) {
        if (box->one_of[field] != proof_box_codes(field)) {
            terms[count++] = proof_space_one_of(space, field, box->one_of[field]);
        }
    }
    if (box->places != NULL) {
        terms[count++] = proof_space_within(space, box->places);
    }
    for (enum proof_box_field field = PROOF_BOX_NEEDS; field < PROOF_BOX_FIELDS; field++) {
        const struct proof_box_several *several = &box->several[field - PROOF_BOX_ONE_OF];
        if (several->none_of != 0) {
            terms[count++] =
                solver_not(space->solver, proof_space_some(space, field, several->none_of));
        }
        for (size_t i = 0; i < several->some_count; i++) {
            terms[count++] = proof_space_some(space, field, several->some_of[i]);
        }
    }
    return solver_all(space->solver, terms, count);
}

/* A class that the others cover together; the first were found from the plainest referrals and stay. */
static void
drop_needless(struct proof_space *space, struct solver_term inside, struct proof_cover *cover)
{
    for (size_t i = cover->count; i > 0 && cover->count > 1; i--) {
        struct solver_term left = inside;
        for (size_t j = 0; j < cover->count; j++) {
            if (j != i - 1) {
                struct solver_term both[] = {
                    left, solver_not(space->solver, term_of(space, &cover->boxes[j]))};
                left = solver_all(space->solver, both, 2);
            }
        }
        if (solver_ask(space->solver, &left, 1) == SOLVER_NO) {
            memmove(&cover->boxes[i - 1],
                    &cover->boxes[i],
                    (cover->count - i) * sizeof(cover->boxes[0]));
            cover->count--;
        }
    }
}
