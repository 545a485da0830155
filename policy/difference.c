/* What differs between two states of a row; see difference.h. */
#include "policy/difference.h"

#include "base/keys.h"
#include "base/utc.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { FIELDS_MAX = 24 };

struct field {
    const char *name;
    const char *text; /* "" not set */
};

struct fields {
    struct arena *arena;
    struct field items[FIELDS_MAX];
    size_t count;
    bool full; /* the arena */
};

static void add_all(struct fields *fields, const struct directory_row *row);
static const char *append(struct fields *fields, const char *text, const char *line);

const char *difference_kind_name(enum directory_kind kind)
{
    static const char *const names[DIRECTORY_END] = {
        [DIRECTORY_UNSPECIFIED] = "",
        [DIRECTORY_TERRITORY] = "territory",
        [DIRECTORY_AGENCY] = "agency",
        [DIRECTORY_SITE] = "site",
        [DIRECTORY_WORKER] = "worker",
        [DIRECTORY_SERVICE] = "service",
        [DIRECTORY_DESK] = "desk",
        [DIRECTORY_KEY] = "key",
    };
    assert(kind < DIRECTORY_END);
    return names[kind];
}

const char *difference_text(const struct directory_row *before,
                            const struct directory_row *after,
                            struct arena *arena)
{
    struct fields old = {.arena = arena};
    struct fields new = {.arena = arena};
    const char *text = "";

    assert(before != NULL || after != NULL);
    add_all(&old, before == NULL ? after : before);
    add_all(&new, after == NULL ? before : after);
    const bool both = before != NULL && after != NULL;
    for (size_t i = 0; i < new.count && !old.full && !new.full; i++) {
        const char *was = old.items[i].text;
        const char *is = new.items[i].text;
        const char *line = NULL;
        if (both && strcmp(was, is) == 0) {
            continue;
        }
        if (!both && is[0] == '\0') {
            continue;
        }
        line = both ? arena_format(arena,
                                   "%s: %s → %s",
                                   new.items[i].name,
                                   was[0] == '\0' ? "–" : was,
                                   is[0] == '\0' ? "–" : is)
                    : arena_format(arena, "%s: %s", new.items[i].name, is);
        text = append(&new, text, line);
    }
    return old.full || new.full ? NULL : text;
}

static const char *append(struct fields *fields, const char *text, const char *line)
{
    const char *longer =
        line == NULL
            ? NULL
            : arena_format(fields->arena, "%s%s%s", text, text[0] == '\0' ? "" : "\n", line);
    fields->full = fields->full || longer == NULL;
    return longer == NULL ? text : longer;
}

static void add(struct fields *fields, const char *name, const char *text)
{
    assert(fields->count < FIELDS_MAX);
    fields->full = fields->full || text == NULL;
    fields->items[fields->count++] = (struct field){name, text == NULL ? "" : text};
}

static void add_list(struct fields *fields, const char *name, const char **items, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count && text != NULL; i++) {
        text = arena_format(fields->arena, "%s%s%s", text, i == 0 ? "" : ", ", items[i]);
    }
    add(fields, name, text);
}

static void add_mask(struct fields *fields, const char *name, uint32_t mask, enum vocabulary list)
{
    const char *text = "";
    for (uint32_t i = 1; i < vocabulary_count(list) && text != NULL; i++) {
        if ((mask >> i & 1) != 0) {
            text = arena_format(fields->arena,
                                "%s%s%s",
                                text,
                                text[0] == '\0' ? "" : ", ",
                                vocabulary_code(list, i));
        }
    }
    add(fields, name, text);
}

static void add_code(struct fields *fields, const char *name, uint32_t code, enum vocabulary list)
{
    add(fields, name, code == 0 ? "" : vocabulary_code(list, code));
}

static void add_key(struct fields *fields, const char *name, const uint8_t key[KEYS_BYTES])
{
    static const uint8_t none[KEYS_BYTES] = {0};
    char text[KEYS_TEXT_MAX];
    if (memcmp(key, none, KEYS_BYTES) == 0) {
        add(fields, name, "");
        return;
    }
    keys_to_text(key, text);
    add(fields, name, arena_text(fields->arena, text));
}

/* The same fields in the same order for every row; those of other kinds are not set. */
static void add_all(struct fields *fields, const struct directory_row *row)
{
    char until[UTC_TEXT_MAX] = "";
    add(fields, "title.ru", row->title_ru);
    add(fields, "title.en", row->title_en);
    add(fields, "parent", row->parent);
    add(fields, "zone", row->zone);
    add(fields, "oktmo", row->oktmo);
    add_code(fields, "kind", row->agency_kind, VOCABULARY_AGENCY_KIND);
    add_code(fields, "ownership", row->ownership, VOCABULARY_OWNERSHIP);
    add(fields, "home-site", row->home_site);
    add(fields, "agency", row->agency);
    add(fields, "site", row->site);
    add(fields, "territory", row->territory);
    add_mask(fields, "roles", row->roles, VOCABULARY_ROLE);
    add(fields,
        "capacity",
        row->capacity == 0 ? "" : arena_format(fields->arena, "%u", (unsigned)row->capacity));
    add_code(fields, "role", row->desk, VOCABULARY_DESK);
    add_mask(fields, "needs", row->needs, VOCABULARY_NEED);
    add_mask(fields, "ages", row->ages, VOCABULARY_AGE);
    add_list(fields, "territories", row->territories, row->territory_count);
    add_list(fields, "training", row->training, row->training_count);
    add_list(fields, "languages", row->languages, row->language_count);
    add_list(fields, "escalate", row->escalate, row->escalate_count);
    add_key(fields, "curve", row->curve);
    add_key(fields, "sealing", row->sealing);
    add(fields,
        "until",
        row->until_us == 0 ? "" : arena_text(fields->arena, utc_format_date(row->until_us, until)));
    add(fields, "revoked", row->revoked ? "yes" : "");
}
