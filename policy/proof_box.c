/* Limits of a class and their sentence. */
#include "policy/proof_box.h"

#include <assert.h>

static size_t bits(uint32_t mask);
static void add_one_of(const struct proof_box *box,
                       enum proof_box_field field,
                       struct arena *arena,
                       struct phrase *text);
static void add_periods(const struct proof_box *box, struct arena *arena, struct phrase *text);
static void add_places(const struct proof_box *box,
                       const struct directory *directory,
                       struct arena *arena,
                       struct phrase *text);
static void add_several(const struct proof_box *box,
                        enum proof_box_field field,
                        struct arena *arena,
                        struct phrase *text);
static struct phrase titles(enum vocabulary list, uint32_t mask, struct arena *arena);
static void
add(struct phrase *text, struct arena *arena, struct phrase between, struct phrase more);
static struct phrase
joined(struct arena *arena, struct phrase first, struct phrase second, struct phrase third);

static const struct phrase next_limit = {"; ", "; "};
static const struct phrase next_word = {", ", ", "};

enum vocabulary proof_box_list(enum proof_box_field field)
{
    static const enum vocabulary lists[PROOF_BOX_FIELDS] = {
        [PROOF_BOX_RISK] = VOCABULARY_RISK,
        [PROOF_BOX_DIRECTION] = VOCABULARY_DIRECTION,
        [PROOF_BOX_CHANNEL] = VOCABULARY_CHANNEL,
        [PROOF_BOX_BASIS] = VOCABULARY_LEGAL_BASIS,
        [PROOF_BOX_REFERRER] = VOCABULARY_AGENCY_KIND,
        [PROOF_BOX_PERIOD] = VOCABULARY_END,
        [PROOF_BOX_TERRITORY] = VOCABULARY_END,
        [PROOF_BOX_NEEDS] = VOCABULARY_NEED,
        [PROOF_BOX_AGES] = VOCABULARY_AGE,
        [PROOF_BOX_FLAGS] = VOCABULARY_FLAG,
    };

    assert(field < PROOF_BOX_FIELDS);
    return lists[field];
}

uint32_t proof_box_codes(enum proof_box_field field)
{
    assert(field != PROOF_BOX_TERRITORY);
    if (field == PROOF_BOX_PERIOD) {
        return UINT32_MAX;
    }
    return vocabulary_mask_all(proof_box_list(field)) | (field == PROOF_BOX_BASIS ? 1 : 0);
}

size_t proof_box_words(const struct proof_box *box)
{
    size_t words = box->below_count + box->alone_count;

    for (enum proof_box_field field = 0; field < PROOF_BOX_TERRITORY; field++) {
        size_t named = bits(box->one_of[field]);
        size_t others = bits(proof_box_codes(field)) - named;
        words += named < others ? named : others;
    }
    for (size_t i = 0; i < PROOF_BOX_SEVERAL; i++) {
        words += bits(box->several[i].none_of);
        for (size_t j = 0; j < box->several[i].some_count; j++) {
            words += bits(box->several[i].some_of[j]);
        }
    }
    return words;
}

struct phrase
proof_box_text(const struct proof_box *box, const struct directory *directory, struct arena *arena)
{
    struct phrase text = {"", ""};

    for (enum proof_box_field field = 0; field < PROOF_BOX_PERIOD; field++) {
        add_one_of(box, field, arena, &text);
    }
    add_periods(box, arena, &text);
    add_several(box, PROOF_BOX_FLAGS, arena, &text);
    add_several(box, PROOF_BOX_NEEDS, arena, &text);
    add_several(box, PROOF_BOX_AGES, arena, &text);
    add_places(box, directory, arena, &text);
    return text.en[0] == '\0' ? (struct phrase){"все обращения", "all referrals"} : text;
}

static size_t bits(uint32_t mask)
{
    size_t count = 0;

    for (; mask != 0; mask &= mask - 1) {
        count++;
    }
    return count;
}

static struct phrase field_name(enum proof_box_field field)
{
    return field == PROOF_BOX_REFERRER
               ? (struct phrase){"вид направившего ведомства", "kind of the referring agency"}
               : vocabulary_name(proof_box_list(field));
}

/* Whichever is shorter: the codes that it has or those that it has not. */
static void add_one_of(const struct proof_box *box,
                       enum proof_box_field field,
                       struct arena *arena,
                       struct phrase *text)
{
    uint32_t mask = box->one_of[field];
    uint32_t others = proof_box_codes(field) & ~mask;

    if (field == PROOF_BOX_BASIS && (box->one_of[PROOF_BOX_RISK] >> RISK_CRITICAL & 1) == 0) {
        others &= ~UINT32_C(1); /* goes without saying */
    }
    if (others == 0) {
        return;
    }
    bool listed = bits(mask) <= bits(others);
    struct phrase codes = titles(proof_box_list(field), listed ? mask : others, arena);
    add(text,
        arena,
        next_limit,
        joined(arena,
               field_name(field),
               listed ? (struct phrase){": ", ": "} : (struct phrase){", кроме: ", ", all but: "},
               codes));
}

static void add_several(const struct proof_box *box,
                        enum proof_box_field field,
                        struct arena *arena,
                        struct phrase *text)
{
    const struct proof_box_several *several = &box->several[field - PROOF_BOX_ONE_OF];
    enum vocabulary list = proof_box_list(field);

    for (size_t i = 0; i < several->some_count; i++) {
        bool one = bits(several->some_of[i]) == 1;
        add(text,
            arena,
            next_limit,
            joined(arena,
                   field_name(field),
                   one ? (struct phrase){": ", ": "}
                       : (struct phrase){", хотя бы одно из: ", ", at least one of: "},
                   titles(list, several->some_of[i], arena)));
    }
    if (several->none_of != 0) {
        add(text,
            arena,
            next_limit,
            joined(arena,
                   field_name(field),
                   (struct phrase){", ни одного из: ", ", none of: "},
                   titles(list, several->none_of, arena)));
    }
}

/* "arrival: from 2026-01-01 before 2027-01-01" */
static void add_periods(const struct proof_box *box, struct arena *arena, struct phrase *text)
{
    uint32_t mask = box->one_of[PROOF_BOX_PERIOD];
    struct phrase runs = {"", ""};

    for (uint32_t at = 0; at < box->period_count; at++) {
        uint32_t first = at;
        while (at < box->period_count && (mask >> at & 1) != 0) {
            at++;
        }
        if (at == first || (first == 0 && at == box->period_count)) {
            continue;
        }
        const char *from = first == 0 ? "" : box->days[first - 1];
        const char *behind = at == box->period_count ? "" : box->days[at - 1];
        struct phrase begin = joined(
            arena,
            first == 0 ? (struct phrase){"", ""} : (struct phrase){"с ", "from "},
            (struct phrase){from, from},
            first == 0 || behind[0] == '\0' ? (struct phrase){"", ""} : (struct phrase){" ", " "});
        struct phrase end =
            joined(arena,
                   behind[0] == '\0' ? (struct phrase){"", ""} : (struct phrase){"до ", "before "},
                   (struct phrase){behind, behind},
                   (struct phrase){"", ""});
        add(&runs, arena, next_word, joined(arena, begin, end, (struct phrase){"", ""}));
    }
    if (runs.en[0] != '\0') {
        add(text,
            arena,
            next_limit,
            joined(
                arena, (struct phrase){"поступило", "arrived"}, (struct phrase){": ", ": "}, runs));
    }
}

static void add_places(const struct proof_box *box,
                       const struct directory *directory,
                       struct arena *arena,
                       struct phrase *text)
{
    struct phrase places = {"", ""};

    for (size_t i = 0; i < box->below_count + box->alone_count; i++) {
        bool alone = i >= box->below_count;
        const char *id = alone ? box->alone[i - box->below_count] : box->below[i];
        const struct directory_territory *row =
            directory_territory(directory, directory_find(directory, DIRECTORY_TERRITORY, id));
        struct phrase title = row == NULL ? (struct phrase){id, id} : row->title;
        add(&places,
            arena,
            next_word,
            alone ? joined(arena,
                           title,
                           (struct phrase){" (без территорий ниже)", " (not those below it)"},
                           (struct phrase){"", ""})
                  : title);
    }
    if (places.en[0] != '\0') {
        add(text,
            arena,
            next_limit,
            joined(arena,
                   (struct phrase){"территория", "territory"},
                   box->but ? (struct phrase){", кроме: ", ", all but: "}
                            : (struct phrase){": ", ": "},
                   places));
    }
}

static struct phrase titles(enum vocabulary list, uint32_t mask, struct arena *arena)
{
    struct phrase text = {"", ""};

    for (uint32_t code = 0; code < vocabulary_count(list); code++) {
        if ((mask >> code & 1) != 0) {
            add(&text,
                arena,
                next_word,
                code == 0 ? (struct phrase){"нет", "none"} : vocabulary_title(list, code));
        }
    }
    return text;
}

/* Without memory the text stays as it was. */
static void add(struct phrase *text, struct arena *arena, struct phrase between, struct phrase more)
{
    static const struct phrase nothing = {"", ""};

    *text = joined(arena, *text, text->en[0] == '\0' ? nothing : between, more);
}

static struct phrase
joined(struct arena *arena, struct phrase first, struct phrase second, struct phrase third)
{
    const char *ru = arena_format(arena, "%s%s%s", first.ru, second.ru, third.ru);
    const char *en = arena_format(arena, "%s%s%s", first.en, second.en, third.en);

    return ru == NULL || en == NULL ? first : (struct phrase){ru, en};
}
