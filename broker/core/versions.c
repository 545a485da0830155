/* Pages about versions; see versions.h. */
#include "broker/core/versions.h"

#include "broker/core/assent.h"

#include "policy/difference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VERSIONS_A_PAGE = 20,         /* each compares its texts with those of the one before */
    DIFFERENCES_BYTES = 96 << 10, /* of a page: the rest of the frame is room for the largest row */
    DECIMAL = 10
};

/* Where a page about one version begins. */
enum stage { STAGE_ROWS = 'r', STAGE_TEXTS = 't' };

struct place {
    enum stage stage;
    uint32_t first;  /* kind of the last row told, or index of the text */
    uint32_t second; /* number of that row, or offset in the text */
};

struct showing {
    const struct core *core;
    struct arena *arena;
    uint32_t version;
    struct answer *answer;
    struct place next; /* stage 0: this was the last page */
};

uint32_t versions_parse(const char *text)
{
    enum { DIGITS_MAX = 9 };
    const size_t digits = text == NULL ? 0 : strspn(text, "0123456789");
    return digits == 0 || digits > DIGITS_MAX || text[digits] != '\0'
               ? 0
               : (uint32_t)strtoul(text, NULL, DECIMAL);
}

bool versions_find(struct store *store, const char *text, struct version_record *out)
{
    struct plan_record plan;
    const bool planned = text != NULL && text[0] == 'p';
    const uint32_t number = versions_parse(planned ? text + 1 : text);
    if (number == 0 || !planned) {
        return number != 0 && store_version(store, number, out);
    }
    if (!store_plan(store, number, &plan) ||
        (plan.state != PLAN_WAITING && plan.state != PLAN_DUE && plan.state != PLAN_SHADOW &&
         plan.state != PLAN_UNSIGNED)) {
        return false;
    }
    memset(out, 0, sizeof(*out));
    out->version = STORE_PLAN_VERSION + number;
    return true;
}

/* ---- the list ----------------------------------------------------------------------------------------- */

static bool has_text(struct store *store, uint32_t version, const char *wanted, struct bytes text)
{
    const char *name = NULL;
    struct bytes other;
    for (uint32_t i = 0; store_text(store, version, i, &name, &other); i++) {
        if (strcmp(name, wanted) == 0) {
            return bytes_equal(text, other);
        }
    }
    return false;
}

const char *
versions_changed_texts(struct store *store, uint32_t version, uint32_t before, struct arena *arena)
{
    const char *list = "";
    const char *name = NULL;
    struct bytes text;
    for (uint32_t i = 0; list != NULL && store_text(store, version, i, &name, &text); i++) {
        if (!has_text(store, before, name, text)) {
            list = arena_format(arena, "%s%s%s", list, list[0] == '\0' ? "" : ", ", name);
        }
    }
    return list;
}

bool versions_digest(struct store *store,
                     uint32_t version,
                     struct arena *arena,
                     uint8_t out[REGION_DIGEST_BYTES])
{
    const char *code = NULL;
    struct bytes text;
    uint32_t count = 0;
    while (store_text(store, version, count, &code, &text)) {
        count++;
    }
    struct region_text *texts = arena_array(arena, (size_t)count + 1, sizeof(*texts));
    if (texts == NULL || !store_text(store, version, UINT32_MAX, &code, &text)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        (void)store_text(store, version, i, &texts[i].name, &texts[i].text);
    }
    region_digest(code, texts, count, out);
    return true;
}

static bool fill_row(const struct core *core,
                     struct arena *arena,
                     const struct version_record *record,
                     struct version_row *row)
{
    const struct directory *directory = core->region->directory;
    const struct directory_worker *worker = directory_worker(directory, record->worker);
    const struct directory_site *site = directory_site(directory, record->site);
    struct plan_record plan;
    const bool planned = record->plan != 0 && store_plan(core->store, record->plan, &plan);
    *row = (struct version_row){
        .version = record->version,
        .at_us = record->at_us,
        .origin = record->origin,
        .actor = worker == NULL ? "" : worker->id,
        .site = site == NULL ? "" : site->id,
        .returned_to = record->returned_to,
        .rows_added = record->rows_added,
        .rows_changed = record->rows_changed,
        .rows_removed = record->rows_removed,
        .texts = versions_changed_texts(core->store, record->version, record->version - 1, arena),
        .plan = record->plan,
        .signed_by = planned ? assent_signers(core, arena, &plan) : "",
        .in_force = record->version == store_meta(core->store)->version,
    };
    return row->texts != NULL && row->signed_by != NULL;
}

bool versions_list(const struct core *core,
                   struct arena *arena,
                   const char *cursor,
                   struct answer *answer)
{
    uint32_t version = cursor == NULL || cursor[0] == '\0' ? store_meta(core->store)->version
                                                           : versions_parse(cursor);
    struct version_record record;
    answer->versions = arena_array(arena, VERSIONS_A_PAGE, sizeof(*answer->versions));
    if (answer->versions == NULL) {
        return false;
    }
    for (; version > 0 && store_version(core->store, version, &record); version--) {
        if (answer->version_count == VERSIONS_A_PAGE) {
            answer->cursor = arena_format(arena, "%u", (unsigned)version);
            return answer->cursor != NULL;
        }
        if (!fill_row(core, arena, &record, &answer->versions[answer->version_count++])) {
            return false;
        }
    }
    return true;
}

/* ---- one version ---------------------------------------------------------------------------------------- */

static struct place parse_place(const char *cursor)
{
    struct place place = {.stage = STAGE_ROWS};
    if (cursor == NULL || (cursor[0] != STAGE_ROWS && cursor[0] != STAGE_TEXTS)) {
        return place;
    }
    char *end = NULL;
    place.stage = (enum stage)cursor[0];
    place.first = (uint32_t)strtoul(cursor + 1, &end, DECIMAL);
    place.second = *end == ':' ? (uint32_t)strtoul(end + 1, NULL, DECIMAL) : 0;
    return place;
}

static bool decode(struct arena *arena, struct bytes coded, struct directory_row **out)
{
    *out = NULL;
    if (coded.data == NULL) {
        return true;
    }
    const void *copy = arena_copy(arena, coded.data, coded.size);
    *out = arena_alloc(arena, sizeof(**out));
    return copy != NULL && *out != NULL &&
           directory_decode_row(bytes_of(copy, coded.size), arena, *out);
}

static bool fill_difference(struct arena *arena,
                            const struct row_change *change,
                            struct version_difference *out)
{
    struct directory_row *before = NULL;
    struct directory_row *after = NULL;
    if (!decode(arena, change->before, &before) || !decode(arena, change->after, &after)) {
        return false;
    }
    const struct directory_row *row = after == NULL ? before : after;
    out->kind = difference_kind_name(row->kind);
    out->id = row->id;
    out->change = before == NULL  ? VERSION_ADDED
                  : after == NULL ? VERSION_REMOVED
                                  : VERSION_CHANGED;
    out->fields = difference_text(before, after, arena);
    return out->fields != NULL;
}

static bool show_rows(struct showing *showing, struct place from)
{
    struct answer *answer = showing->answer;
    enum directory_kind kind =
        from.first < DIRECTORY_END ? (enum directory_kind)from.first : DIRECTORY_END;
    uint32_t number = from.second;
    struct row_change change;
    size_t bytes = 0;
    answer->differences =
        arena_array(showing->arena, LIMIT_PAGE_ROWS, sizeof(*answer->differences));
    if (answer->differences == NULL) {
        return false;
    }
    while (
        store_row_change_after(showing->core->store, showing->version, &kind, &number, &change)) {
        struct version_difference *row = &answer->differences[answer->difference_count++];
        if (!fill_difference(showing->arena, &change, row)) {
            return false;
        }
        bytes += strlen(row->fields);
        if (answer->difference_count == LIMIT_PAGE_ROWS || bytes > DIFFERENCES_BYTES) {
            showing->next = (struct place){STAGE_ROWS, kind, number};
            return true;
        }
    }
    showing->next = (struct place){.stage = STAGE_TEXTS};
    return true;
}

static bool show_text(struct showing *showing, struct place from)
{
    struct store *store = showing->core->store;
    const char *name = NULL;
    struct bytes text;
    if (!store_text(store, showing->version, from.first, &name, &text)) {
        return true; /* that was the last one */
    }
    const size_t offset = from.second < text.size ? from.second : text.size;
    const size_t left = text.size - offset;
    const size_t bytes = left < LIMIT_PART_BYTES ? left : LIMIT_PART_BYTES;
    const void *piece = arena_copy(showing->arena, text.data + offset, bytes);
    struct version_text *out = arena_alloc(showing->arena, sizeof(*out));
    if (piece == NULL || out == NULL) {
        return false;
    }
    *out = (struct version_text){.name = arena_text(showing->arena, name),
                                 .offset = (uint32_t)offset,
                                 .size = (uint32_t)text.size,
                                 .piece = bytes_of(piece, bytes)};
    showing->answer->texts = out;
    showing->answer->text_count = 1;
    showing->next = left > bytes
                        ? (struct place){STAGE_TEXTS, from.first, (uint32_t)(offset + bytes)}
                        : (struct place){STAGE_TEXTS, from.first + 1, 0};
    return out->name != NULL;
}

bool versions_show(const struct core *core,
                   struct arena *arena,
                   const struct version_record *record,
                   const char *cursor,
                   struct answer *answer)
{
    struct showing showing = {
        .core = core, .arena = arena, .version = record->version, .answer = answer};
    const struct place from = parse_place(cursor);
    if (cursor == NULL || cursor[0] == '\0') {
        answer->versions = arena_alloc(arena, sizeof(*answer->versions));
        if (answer->versions == NULL || !fill_row(core, arena, record, answer->versions)) {
            return false;
        }
        answer->version_count =
            record->version > STORE_PLAN_VERSION ? 0 : 1; /* a plan has no row */
    }
    if (!(from.stage == STAGE_ROWS ? show_rows(&showing, from) : show_text(&showing, from))) {
        return false;
    }
    if (showing.next.stage != 0) {
        answer->cursor = arena_format(arena,
                                      "%c%u:%u",
                                      (char)showing.next.stage,
                                      (unsigned)showing.next.first,
                                      (unsigned)showing.next.second);
    }
    return answer->cursor != NULL;
}

/* ---- proposals ------------------------------------------------------------------------------------------ */

bool versions_proposal(const struct core *core,
                       struct arena *arena,
                       const struct proposal_record *record,
                       struct answer *answer)
{
    const struct directory_worker *worker =
        directory_worker(core->region->directory, record->worker);
    struct proposal_row *row = arena_alloc(arena, sizeof(*row));
    const char *ru = "";
    const char *en = "";
    (void)store_reasons(core->store, record->site, &ru, &en);
    if (row == NULL) {
        return false;
    }
    *row = (struct proposal_row){.id = record->id,
                                 .state = record->state,
                                 .origin = record->origin,
                                 .actor = worker == NULL ? "" : worker->id,
                                 .at_us = record->at_us,
                                 .settled_us = record->settled_us,
                                 .version = record->version,
                                 .plan = record->state == PROPOSAL_PLANNED ? record->plan : 0,
                                 .reason_ru = arena_text(arena, ru),
                                 .reason_en = arena_text(arena, en)};
    answer->proposals = row;
    answer->proposal_count = 1;
    return row->reason_ru != NULL && row->reason_en != NULL;
}
