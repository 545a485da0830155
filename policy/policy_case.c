/* Sets of referrals: testing and splitting them by a condition. */
#include "policy/policy_case.h"

#include <assert.h>
#include <string.h>

static enum policy_truth test_node(const struct policy_case *set,
                                   const struct directory *directory,
                                   const struct policy_when *when,
                                   size_t at,
                                   const struct policy_condition **open);
static enum policy_truth test_leaf(const struct policy_case *set,
                                   const struct directory *directory,
                                   const struct policy_condition *leaf);
static enum policy_truth test_territories(const struct policy_case *set,
                                          const struct directory *directory,
                                          const struct policy_condition *leaf);
static enum policy_truth test_several(const struct policy_case_several *several, uint32_t mask);
static bool is_within(const struct directory *directory,
                      const struct policy_condition *leaf,
                      uint32_t territory);
static const uint32_t *single_field(const struct policy_case *set, enum policy_condition_kind kind);
static const struct policy_case_several *several_field(const struct policy_case *set,
                                                       enum policy_condition_kind kind);
static enum policy_split
split_several(struct policy_case_several *several, uint32_t mask, bool holds);
static uint32_t pick(const struct policy_case_several *several);
static uint32_t lowest(uint32_t mask);

bool policy_case_begin(struct policy_case *everything,
                       const struct directory *directory,
                       struct arena *arena)
{
    *everything =
        (struct policy_case){.risk = vocabulary_mask_all(VOCABULARY_RISK),
                             .direction = vocabulary_mask_all(VOCABULARY_DIRECTION),
                             .channel = vocabulary_mask_all(VOCABULARY_CHANNEL),
                             .basis = vocabulary_mask_all(VOCABULARY_LEGAL_BASIS),
                             .referrer = vocabulary_mask_all(VOCABULARY_AGENCY_KIND),
                             .territory_count = directory_count(directory, DIRECTORY_TERRITORY)};
    everything->needs.any_of[0] = vocabulary_mask_all(VOCABULARY_NEED);
    everything->needs.any_count = 1;
    everything->territories = arena_alloc(arena, (size_t)everything->territory_count + 1);
    for (uint32_t i = 1; everything->territories != NULL && i <= everything->territory_count; i++) {
        const struct directory_territory *row = directory_territory(directory, i);
        everything->territories[i] = row != NULL && !row->removed ? 1 : 0;
    }
    return everything->territories != NULL;
}

enum policy_truth policy_case_test(const struct policy_case *set,
                                   const struct directory *directory,
                                   const struct policy_when *when,
                                   const struct policy_condition **open)
{
    return when->count == 0 ? TRUTH_YES : test_node(set, directory, when, 0, open);
}

/* out->territories must be a buffer of its own. */
enum policy_split policy_case_split(const struct policy_case *set,
                                    const struct policy_condition *node,
                                    bool holds,
                                    const struct directory *directory,
                                    struct policy_case *out)
{
    uint8_t *territories = out->territories;

    *out = *set;
    out->territories = territories;
    memcpy(territories, set->territories, (size_t)set->territory_count + 1);
    if (node->kind == CONDITION_TERRITORY) {
        bool any = false;
        for (uint32_t i = 1; i <= set->territory_count; i++) {
            if (territories[i] != 0 && is_within(directory, node, i) != holds) {
                territories[i] = 0;
            }
            any = any || territories[i] != 0;
        }
        return any ? SPLIT_DONE : SPLIT_EMPTY;
    }
    const struct policy_case_several *several = several_field(set, node->kind);
    if (several != NULL) {
        struct policy_case_several *changed = several == &set->needs  ? &out->needs
                                              : several == &set->ages ? &out->ages
                                                                      : &out->flags;
        return split_several(changed, node->mask, holds);
    }
    const uint32_t *single = single_field(set, node->kind);
    uint32_t left = holds ? *single & node->mask : *single & ~node->mask;
    uint32_t *changed = single == &set->risk        ? &out->risk
                        : single == &set->direction ? &out->direction
                        : single == &set->channel   ? &out->channel
                        : single == &set->basis     ? &out->basis
                                                    : &out->referrer;
    *changed = left;
    return left == 0 ? SPLIT_EMPTY : SPLIT_DONE;
}

struct policy_facts policy_case_example(const struct policy_case *set, uint32_t territory)
{
    return (struct policy_facts){.labels = {.territory = territory,
                                            .risk = (enum risk)lowest(set->risk),
                                            .direction = (enum direction)lowest(set->direction),
                                            .channel = (enum channel)lowest(set->channel),
                                            .basis = (enum legal_basis)lowest(set->basis),
                                            .needs = pick(&set->needs),
                                            .ages = pick(&set->ages),
                                            .flags = pick(&set->flags),
                                            .children = 1},
                                 .referrer_kind = (enum agency_kind)lowest(set->referrer)};
}

static enum policy_truth test_node(const struct policy_case *set,
                                   const struct directory *directory,
                                   const struct policy_when *when,
                                   size_t at,
                                   const struct policy_condition **open)
{
    const struct policy_condition *node = &when->nodes[at];
    const struct policy_condition *first_open = NULL;
    size_t end = at + node->span;

    if (node->kind > CONDITION_NOT) {
        *open = node;
        return test_leaf(set, directory, node);
    }
    if (node->kind == CONDITION_NOT) {
        enum policy_truth truth = test_node(set, directory, when, at + 1, open);
        return truth == TRUTH_OPEN ? truth : truth == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
    }
    enum policy_truth decisive = node->kind == CONDITION_ALL ? TRUTH_NO : TRUTH_YES;
    for (size_t child = at + 1; child < end; child += when->nodes[child].span) {
        const struct policy_condition *child_open = NULL;
        enum policy_truth truth = test_node(set, directory, when, child, &child_open);

        if (truth == decisive) {
            return truth;
        }
        if (truth == TRUTH_OPEN && first_open == NULL) {
            first_open = child_open;
        }
    }
    *open = first_open;
    return first_open != NULL ? TRUTH_OPEN : decisive == TRUTH_NO ? TRUTH_YES : TRUTH_NO;
}

static enum policy_truth test_leaf(const struct policy_case *set,
                                   const struct directory *directory,
                                   const struct policy_condition *leaf)
{
    if (leaf->kind == CONDITION_TERRITORY) {
        return test_territories(set, directory, leaf);
    }
    const struct policy_case_several *several = several_field(set, leaf->kind);
    if (several != NULL) {
        return test_several(several, leaf->mask);
    }
    uint32_t possible = *single_field(set, leaf->kind);
    if ((possible & leaf->mask) == 0) {
        return TRUTH_NO;
    }
    return (possible & ~leaf->mask) == 0 ? TRUTH_YES : TRUTH_OPEN;
}

static enum policy_truth test_territories(const struct policy_case *set,
                                          const struct directory *directory,
                                          const struct policy_condition *leaf)
{
    bool some_in = false;
    bool some_out = false;

    for (uint32_t i = 1; i <= set->territory_count && !(some_in && some_out); i++) {
        if (set->territories[i] != 0) {
            bool within = is_within(directory, leaf, i);
            some_in = some_in || within;
            some_out = some_out || !within;
        }
    }
    return some_in && some_out ? TRUTH_OPEN : some_in ? TRUTH_YES : TRUTH_NO;
}

static enum policy_truth test_several(const struct policy_case_several *several, uint32_t mask)
{
    if ((mask & ~several->absent) == 0) {
        return TRUTH_NO;
    }
    for (size_t i = 0; i < several->any_count; i++) {
        if ((several->any_of[i] & ~several->absent & ~mask) == 0) {
            return TRUTH_YES;
        }
    }
    return TRUTH_OPEN;
}

static bool is_within(const struct directory *directory,
                      const struct policy_condition *leaf,
                      uint32_t territory)
{
    for (size_t i = 0; i < leaf->number_count; i++) {
        if (directory_within(directory, territory, leaf->numbers[i])) {
            return true;
        }
    }
    return false;
}

static const uint32_t *single_field(const struct policy_case *set, enum policy_condition_kind kind)
{
    switch (kind) {
    case CONDITION_RISK:
    case CONDITION_RISK_AT_LEAST:
    case CONDITION_RISK_BELOW:
        return &set->risk;
    case CONDITION_DIRECTION:
        return &set->direction;
    case CONDITION_CHANNEL:
        return &set->channel;
    case CONDITION_BASIS:
        return &set->basis;
    case CONDITION_REFERRER_KIND:
        return &set->referrer;
    case CONDITION_ALL:
    case CONDITION_ANY:
    case CONDITION_NOT:
    case CONDITION_NEED:
    case CONDITION_AGE:
    case CONDITION_FLAG:
    case CONDITION_TERRITORY:
    case CONDITION_CURATOR_FROM:
    case CONDITION_NOTIFIED:
    case CONDITION_NOTIFIED_KIND:
    case CONDITION_PROCEDURE:
    case CONDITION_END:
        break;
    }
    assert(!"a field with one value");
    return &set->risk;
}

/* NULL for fields of another nature. */
static const struct policy_case_several *several_field(const struct policy_case *set,
                                                       enum policy_condition_kind kind)
{
    return kind == CONDITION_NEED   ? &set->needs
           : kind == CONDITION_AGE  ? &set->ages
           : kind == CONDITION_FLAG ? &set->flags
                                    : NULL;
}

static enum policy_split
split_several(struct policy_case_several *several, uint32_t mask, bool holds)
{
    if (holds) {
        if (several->any_count == POLICY_CASE_ASSUMPTIONS) {
            return SPLIT_FAILED;
        }
        several->any_of[several->any_count++] = mask;
        return (mask & ~several->absent) == 0 ? SPLIT_EMPTY : SPLIT_DONE;
    }
    several->absent |= mask;
    for (size_t i = 0; i < several->any_count; i++) {
        if ((several->any_of[i] & ~several->absent) == 0) {
            return SPLIT_EMPTY;
        }
    }
    return SPLIT_DONE;
}

/* One code for each assumption, the lowest. */
static uint32_t pick(const struct policy_case_several *several)
{
    uint32_t codes = 0;

    for (size_t i = several->any_count; i > 0; i--) { /* the narrow ones came last */
        uint32_t possible = several->any_of[i - 1] & ~several->absent;
        if ((possible & codes) == 0) {
            codes |= UINT32_C(1) << lowest(possible);
        }
    }
    return codes;
}

static uint32_t lowest(uint32_t mask)
{
    uint32_t number = 0;

    while (number < 31 && (mask & (UINT32_C(1) << number)) == 0) {
        number++;
    }
    return number;
}
