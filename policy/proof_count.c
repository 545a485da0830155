/* How many combinations of labels some classes hold, each counted once: what the first have is cut from the next. */
#include "policy/proof_cover.h"

#include <string.h>

enum { CLAUSES = 48, STEPS_MAX = 200000 };

/* A class with room for the limits of those that are cut from it. */
struct part {
    uint32_t one_of[PROOF_BOX_TERRITORY];
    bool *places;
    struct {
        uint32_t none_of;
        uint32_t some_of[CLAUSES];
        size_t some_count;
    } several[PROOF_BOX_SEVERAL];
};

struct counting {
    const struct proof_space *space;
    const struct proof_cover *cover;
    size_t steps;
    bool gave_up;
};

static uint64_t count_without(struct counting *counting, struct part *part, size_t before);
static uint64_t
cut_one_of(struct counting *counting, struct part *part, size_t at, enum proof_box_field field);
static uint64_t cut_places(struct counting *counting, struct part *part, size_t at);
static uint64_t cut_several(struct counting *counting, struct part *part, size_t at, size_t which);
static bool add_some(struct counting *counting, struct part *part, size_t which, uint32_t mask);
static uint64_t size_of(const struct counting *counting, const struct part *part);
static uint64_t subsets(const uint32_t *some_of, size_t count, uint32_t absent, uint32_t all);
static uint64_t bits(uint32_t mask);

uint64_t proof_cover_count(const struct proof_space *space, const struct proof_cover *cover)
{
    struct counting counting = {.space = space, .cover = cover};
    uint64_t count = 0;

    for (size_t i = 0; i < cover->count && !counting.gave_up; i++) {
        const struct proof_box *box = &cover->boxes[i];
        struct arena_mark mark = arena_mark(space->arena);
        struct part part = {
            .places = arena_array(space->arena, space->territory_count, sizeof(*part.places))};
        if (part.places == NULL) {
            return 0;
        }
        memcpy(part.one_of, box->one_of, sizeof(part.one_of));
        for (uint32_t at = 0; at < space->territory_count; at++) {
            part.places[at] = box->places == NULL || box->places[at];
        }
        for (size_t which = 0; which < PROOF_BOX_SEVERAL; which++) {
            const struct proof_box_several *several = &box->several[which];
            part.several[which].none_of = several->none_of;
            for (size_t j = 0; j < several->some_count; j++) {
                (void)add_some(&counting, &part, which, several->some_of[j]);
            }
        }
        (void)add_some(&counting, &part, 0, proof_box_codes(PROOF_BOX_NEEDS));
        count += count_without(&counting, &part, i);
        arena_release(space->arena, mark);
    }
    return counting.gave_up ? 0 : count;
}

/* Of the part, what none of the classes 0 .. before - 1 holds: cut the last of them limit by limit. */
static uint64_t count_without(struct counting *counting, struct part *part, size_t before)
{
    uint64_t size = size_of(counting, part);
    uint64_t count = 0;

    counting->gave_up = counting->gave_up || counting->steps++ > STEPS_MAX;
    if (before == 0 || size == 0 || counting->gave_up) {
        return size;
    }
    struct arena_mark mark = arena_mark(counting->space->arena);
    struct part rest = *part;
    size_t bytes = counting->space->territory_count * sizeof(*rest.places);
    rest.places = arena_copy(counting->space->arena, part->places, bytes);
    if (rest.places == NULL) {
        counting->gave_up = true;
        return 0;
    }
    for (enum proof_box_field field = 0; field < PROOF_BOX_TERRITORY; field++) {
        count += cut_one_of(counting, &rest, before - 1, field);
    }
    count += cut_places(counting, &rest, before - 1);
    for (size_t which = 0; which < PROOF_BOX_SEVERAL; which++) {
        count += cut_several(counting, &rest, before - 1, which);
    }
    arena_release(counting->space->arena, mark);
    return count;
}

/* The part loses what is beyond the limit, and that is counted; so with each limit in turn. */
static uint64_t
cut_one_of(struct counting *counting, struct part *part, size_t at, enum proof_box_field field)
{
    uint32_t inside = part->one_of[field] & counting->cover->boxes[at].one_of[field];

    part->one_of[field] &= ~inside;
    uint64_t count = part->one_of[field] == 0 ? 0 : count_without(counting, part, at);
    part->one_of[field] = inside;
    return count;
}

static uint64_t cut_places(struct counting *counting, struct part *part, size_t at)
{
    const bool *limit = counting->cover->boxes[at].places;
    uint32_t places = counting->space->territory_count;
    uint64_t count = 0;

    if (limit == NULL) {
        return 0;
    }
    struct arena_mark mark = arena_mark(counting->space->arena);
    bool *all = arena_copy(counting->space->arena, part->places, places * sizeof(*all));
    if (all == NULL) {
        counting->gave_up = true;
        return 0;
    }
    for (uint32_t i = 0; i < places; i++) {
        part->places[i] = all[i] && !limit[i];
    }
    count = count_without(counting, part, at);
    for (uint32_t i = 0; i < places; i++) {
        part->places[i] = all[i] && limit[i];
    }
    arena_release(counting->space->arena, mark);
    return count;
}

static uint64_t cut_several(struct counting *counting, struct part *part, size_t at, size_t which)
{
    const struct proof_box_several *limits = &counting->cover->boxes[at].several[which];
    uint64_t count = 0;

    for (size_t i = 0; i < limits->some_count; i++) {
        uint32_t none_of = part->several[which].none_of;
        part->several[which].none_of |= limits->some_of[i];
        count += count_without(counting, part, at);
        part->several[which].none_of = none_of;
        if (!add_some(counting, part, which, limits->some_of[i])) {
            return 0;
        }
    }
    if (limits->none_of != 0 && add_some(counting, part, which, limits->none_of)) {
        count += count_without(counting, part, at);
        part->several[which].some_count--;
        part->several[which].none_of |= limits->none_of;
    }
    return count;
}

static bool add_some(struct counting *counting, struct part *part, size_t which, uint32_t mask)
{
    if (part->several[which].some_count == CLAUSES) {
        counting->gave_up = true;
        return false;
    }
    part->several[which].some_of[part->several[which].some_count++] = mask;
    return true;
}

/* No basis goes with the level critical alone. */
static uint64_t size_of(const struct counting *counting, const struct part *part)
{
    const uint32_t *one_of = part->one_of;
    uint64_t count = bits(one_of[PROOF_BOX_RISK]) * bits(one_of[PROOF_BOX_BASIS] & ~UINT32_C(1));
    uint64_t places = 0;

    if ((one_of[PROOF_BOX_BASIS] & 1) != 0 && (one_of[PROOF_BOX_RISK] >> RISK_CRITICAL & 1) != 0) {
        count++;
    }
    count *= bits(one_of[PROOF_BOX_DIRECTION]) * bits(one_of[PROOF_BOX_CHANNEL]) *
             bits(one_of[PROOF_BOX_REFERRER]);
    for (uint32_t at = 0; at < counting->space->territory_count; at++) {
        places += part->places[at] ? 1 : 0;
    }
    count *= bits(one_of[PROOF_BOX_PERIOD] &
                  (uint32_t)((UINT64_C(1) << counting->space->period_count) - 1));
    count *= places;
    for (size_t which = 0; which < PROOF_BOX_SEVERAL && count > 0; which++) {
        count *= subsets(part->several[which].some_of,
                         part->several[which].some_count,
                         part->several[which].none_of,
                         proof_box_codes(PROOF_BOX_ONE_OF + which));
    }
    return count;
}

/* Subsets of the codes that are not absent, with at least one of each: all, less those that miss the last. */
static uint64_t subsets(const uint32_t *some_of, size_t count, uint32_t absent, uint32_t all)
{
    if (count == 0) {
        return UINT64_C(1) << bits(all & ~absent);
    }
    uint32_t last = some_of[count - 1] & ~absent;
    if (last == 0) {
        return 0;
    }
    uint64_t any = subsets(some_of, count - 1, absent, all);
    return any == 0 ? 0 : any - subsets(some_of, count - 1, absent | last, all);
}

static uint64_t bits(uint32_t mask)
{
    uint64_t count = 0;

    for (; mask != 0; mask &= mask - 1) {
        count++;
    }
    return count;
}
