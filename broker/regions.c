/* Compiled configurations out of the state; see regions.h. */
#include "broker/regions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* 27 000 workers decoded, and eight versions' texts. */
static const size_t scratch_bytes = (size_t)256 << 20;

/* What a compilation reads; lives in the scratch arena. */
struct loading {
    struct store *store;
    struct arena *arena;
    struct directory_row *rows;
    bool *removed;
    size_t row_count;
};

static bool load_rows(struct loading *loading, struct error *err);
static bool load_version(const struct loading *loading,
                         uint32_t version,
                         struct region **out,
                         struct error *err);
static void load_older(const struct loading *loading, struct regions *made);

bool regions_load(struct regions *out, struct store *store, struct error *err)
{
    struct regions made;
    const uint32_t version = store_meta(store)->version;

    memset(&made, 0, sizeof(made));
    if (version == 0) {
        *out = made;
        return true;
    }
    struct loading loading = {.store = store, .arena = arena_create(scratch_bytes)};
    if (loading.arena == NULL) {
        return error_set(err, ERROR_OS, "no memory to compile the configuration");
    }
    bool ok = load_rows(&loading, err) && load_version(&loading, version, &made.current, err);
    if (ok) {
        load_older(&loading, &made);
        *out = made;
    }
    arena_destroy(&loading.arena);
    return ok || error_prepend(err, "configuration version %u", version);
}

void regions_release(struct regions *regions)
{
    region_destroy(&regions->current);
    region_destroy(&regions->shadow);
    for (size_t i = 0; i < LIMIT_POLICY_VERSIONS_LIVE; i++) {
        region_destroy(&regions->older[i]);
    }
    for (size_t i = 0; i < LIMIT_POLICY_VERSIONS_RECALLED; i++) {
        region_destroy(&regions->recalled[i]);
    }
    memset(regions, 0, sizeof(*regions));
}

static bool load_row(struct loading *loading, enum directory_kind kind, uint32_t number)
{
    struct bytes coded;
    bool removed = false;

    if (!store_row(loading->store, kind, number, &removed, &coded)) {
        return true; /* a number that a refused set had been given */
    }
    loading->removed[loading->row_count] = removed;
    return directory_decode_row(coded, loading->arena, &loading->rows[loading->row_count]) &&
           ++loading->row_count > 0;
}

static bool load_rows(struct loading *loading, struct error *err)
{
    const struct meta_record *meta = store_meta(loading->store);
    size_t most = 0;

    for (int kind = DIRECTORY_UNSPECIFIED + 1; kind < DIRECTORY_END; kind++) {
        most += meta->row_numbers[kind];
    }
    loading->rows = arena_array(loading->arena, most + 1, sizeof(*loading->rows));
    loading->removed = arena_array(loading->arena, most + 1, sizeof(*loading->removed));
    if (loading->rows == NULL || loading->removed == NULL) {
        return error_set(err, ERROR_OS, "no memory for the directory");
    }
    for (int kind = DIRECTORY_UNSPECIFIED + 1; kind < DIRECTORY_END; kind++) {
        for (uint32_t number = 1; number <= meta->row_numbers[kind]; number++) {
            if (!load_row(loading, (enum directory_kind)kind, number)) {
                return error_set(err, ERROR_DATA, "directory row %u of kind %d", number, kind);
            }
        }
    }
    return true;
}

/* "NSO\0title ru\0title en" into the input. */
static bool load_heading(const struct loading *loading, struct region_input *input)
{
    const char *code = NULL;
    const char *parts[3];
    struct bytes text;

    if (!store_text(loading->store, input->version, UINT32_MAX, &code, &text)) {
        return false;
    }
    const char *copy = arena_text_of(loading->arena, text); /* with a NUL behind it */
    input->code = arena_text(loading->arena, code);
    if (copy == NULL || input->code == NULL) {
        return false;
    }
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        parts[i] = at <= text.size ? copy + at : "";
        at += strlen(parts[i]) + 1;
    }
    input->number_prefix = parts[0];
    input->title = (struct phrase){.ru = parts[1], .en = parts[2]};
    return true;
}

static bool load_texts(const struct loading *loading, struct region_input *input)
{
    const char *name = NULL;
    struct bytes text;
    uint32_t count = 0;

    while (store_text(loading->store, input->version, count, &name, &text)) {
        count++;
    }
    struct region_text *texts = arena_array(loading->arena, (size_t)count + 1, sizeof(*texts));
    for (uint32_t i = 0; texts != NULL && i < count; i++) {
        const bool found = store_text(loading->store, input->version, i, &name, &text);
        assert(found);
        texts[i].name = arena_text(loading->arena, name);
        texts[i].text = bytes_of(arena_text_of(loading->arena, text), text.size);
        if (texts[i].name == NULL || texts[i].text.data == NULL) {
            return false;
        }
    }
    input->texts = texts;
    input->text_count = count;
    return texts != NULL;
}

static bool load_version(const struct loading *loading,
                         uint32_t version,
                         struct region **out,
                         struct error *err)
{
    struct region_input input = {.version = version,
                                 .rows = loading->rows,
                                 .removed = loading->removed,
                                 .row_count = loading->row_count};

    if (!load_heading(loading, &input) || !load_texts(loading, &input)) {
        return error_set(err, ERROR_DATA, "its texts are missing");
    }
    struct error_list *errors = calloc(1, sizeof(*errors));
    if (errors == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    bool made = region_create(out, &input, errors);
    if (!made) {
        *err = errors->items[0];
        if (errors->count == 0) {
            (void)error_set(err, ERROR_DATA, "does not compile");
        }
    }
    free(errors);
    return made;
}

/* The newest of those by which something waits, and the shadow. */
static void load_older(const struct loading *loading, struct regions *made)
{
    const struct meta_record *meta = store_meta(loading->store);
    uint32_t version = store_pinned_before(loading->store, meta->version);
    struct error ignored;
    size_t count = 0;

    for (size_t i = 0;
         version != 0 && i < LIMIT_POLICY_VERSIONS_LIVE && count < LIMIT_POLICY_VERSIONS_LIVE - 1;
         i++) {
        if (load_version(loading, version, &made->older[count], &ignored)) {
            count++;
        } else {
            made->left_out[made->left_out_count++] = version;
        }
        version = store_pinned_before(loading->store, version);
    }
    if (meta->shadow != 0) {
        (void)!load_version(loading, STORE_PLAN_VERSION + meta->shadow, &made->shadow, &ignored);
    }
}

/* ---- an earlier version ----------------------------------------------------------------------------- */

/* Every row by kind and number; data NULL: not in force. */
struct earlier {
    struct bytes *rows[DIRECTORY_END];
    uint32_t counts[DIRECTORY_END];
};

static bool take_present(struct store *store, struct arena *arena, struct earlier *earlier)
{
    for (int kind = DIRECTORY_UNSPECIFIED + 1; kind < DIRECTORY_END; kind++) {
        const uint32_t count = store_meta(store)->row_numbers[kind];
        earlier->counts[kind] = count;
        earlier->rows[kind] = arena_array(arena, (size_t)count + 1, sizeof(struct bytes));
        if (earlier->rows[kind] == NULL) {
            return false;
        }
        for (uint32_t number = 1; number <= count; number++) {
            struct bytes coded;
            bool removed = false;
            if (store_row(store, (enum directory_kind)kind, number, &removed, &coded) && !removed) {
                earlier->rows[kind][number] = coded;
            }
        }
    }
    return true;
}

/* Newest first, what each version after the wanted one did is undone; keys of sites stay as they are: what was
 * withdrawn since opens no door again. */
static void undo(struct store *store, uint32_t wanted, struct earlier *earlier)
{
    for (uint32_t version = store_meta(store)->version; version > wanted; version--) {
        enum directory_kind kind = DIRECTORY_UNSPECIFIED;
        uint32_t number = 0;
        struct row_change change;
        while (store_row_change_after(store, version, &kind, &number, &change)) {
            assert(number <= earlier->counts[kind]);
            if (kind != DIRECTORY_KEY) {
                earlier->rows[kind][number] = change.before;
            }
        }
    }
}

static bool
decode_all(const struct earlier *earlier, struct arena *arena, struct region_input *input)
{
    size_t most = 1;
    for (int kind = DIRECTORY_UNSPECIFIED + 1; kind < DIRECTORY_END; kind++) {
        most += earlier->counts[kind];
    }
    struct directory_row *rows = arena_array(arena, most, sizeof(*rows));
    for (int kind = DIRECTORY_UNSPECIFIED + 1; rows != NULL && kind < DIRECTORY_END; kind++) {
        for (uint32_t number = 1; number <= earlier->counts[kind]; number++) {
            const struct bytes coded = earlier->rows[kind][number];
            if (coded.data == NULL) {
                continue;
            }
            if (!directory_decode_row(coded, arena, &rows[input->row_count])) {
                return false;
            }
            rows[input->row_count++].number = 0;
        }
    }
    input->rows = rows;
    return rows != NULL;
}

static bool has_site(const struct region_input *input, const char *id)
{
    for (size_t i = 0; i < input->row_count; i++) {
        if (input->rows[i].kind == DIRECTORY_SITE && strcmp(input->rows[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* Keys of sites that the earlier version did not have go with their sites. */
static bool drop_stray_keys(struct arena *arena, struct region_input *input)
{
    struct directory_row *rows = arena_array(arena, input->row_count + 1, sizeof(*rows));
    size_t kept = 0;
    for (size_t i = 0; i < input->row_count && rows != NULL; i++) {
        const struct directory_row *row = &input->rows[i];
        if (row->kind != DIRECTORY_KEY || has_site(input, row->site)) {
            rows[kept++] = *row;
        }
    }
    input->rows = rows;
    input->row_count = kept;
    return rows != NULL;
}

bool regions_input(struct store *store,
                   uint32_t version,
                   struct arena *arena,
                   struct region_input *out,
                   struct error *err)
{
    const struct loading loading = {.store = store, .arena = arena};
    struct region_input input = {.version = version};
    struct earlier earlier;
    memset(&earlier, 0, sizeof(earlier));
    if (!load_heading(&loading, &input) || !load_texts(&loading, &input)) {
        return error_set(err, ERROR_DATA, "the texts of version %u are missing", version);
    }
    if (!take_present(store, arena, &earlier)) {
        return error_set(err, ERROR_OS, "no memory for the directory");
    }
    undo(store, version, &earlier);
    if (!decode_all(&earlier, arena, &input) || !drop_stray_keys(arena, &input)) {
        return error_set(err, ERROR_DATA, "the directory of version %u does not decode", version);
    }
    input.version = 0;
    *out = input;
    return true;
}

/* ---- a version that is told about -------------------------------------------------------------------- */

/* What rules and their titles may name: people decide nothing here, and there may be 27 000 of them. */
static bool is_told(enum directory_kind kind)
{
    return kind == DIRECTORY_TERRITORY || kind == DIRECTORY_AGENCY || kind == DIRECTORY_SITE ||
           kind == DIRECTORY_SERVICE;
}

static bool
decode_told(const struct earlier *earlier, struct loading *loading, struct region_input *input)
{
    size_t most = 1;
    for (int kind = DIRECTORY_UNSPECIFIED + 1; kind < DIRECTORY_END; kind++) {
        most += is_told((enum directory_kind)kind) ? earlier->counts[kind] : 0;
    }
    loading->rows = arena_array(loading->arena, most, sizeof(*loading->rows));
    for (int kind = DIRECTORY_UNSPECIFIED + 1; loading->rows != NULL && kind < DIRECTORY_END;
         kind++) {
        const uint32_t count = is_told((enum directory_kind)kind) ? earlier->counts[kind] : 0;
        for (uint32_t number = 1; number <= count; number++) {
            const struct bytes coded = earlier->rows[kind][number];
            if (coded.data != NULL &&
                !directory_decode_row(coded, loading->arena, &loading->rows[input->row_count++])) {
                return false;
            }
        }
    }
    input->rows = loading->rows;
    return loading->rows != NULL;
}

static struct region *compile_told(struct store *store, uint32_t version)
{
    struct loading loading = {.store = store, .arena = arena_create(scratch_bytes)};
    struct region_input input = {.version = version};
    struct region *made = NULL;
    struct earlier earlier;
    struct error_list *errors = calloc(1, sizeof(*errors));
    memset(&earlier, 0, sizeof(earlier));
    if (loading.arena != NULL && errors != NULL && load_heading(&loading, &input) &&
        load_texts(&loading, &input) && take_present(store, loading.arena, &earlier)) {
        undo(store, version, &earlier);
        if (!decode_told(&earlier, &loading, &input) || !region_create(&made, &input, errors)) {
            made = NULL;
        }
    }
    free(errors);
    arena_destroy(&loading.arena);
    return made;
}

const struct region *regions_recall(struct regions *regions, struct store *store, uint32_t version)
{
    enum { LAST = LIMIT_POLICY_VERSIONS_RECALLED - 1 };
    size_t at = 0;
    while (at < LAST && regions->recalled[at] != NULL &&
           regions->recalled[at]->version != version) {
        at++;
    }
    struct region *found = regions->recalled[at];
    if (found == NULL || found->version != version) {
        found = version == 0 || version > store_meta(store)->version ? NULL
                                                                     : compile_told(store, version);
        if (found == NULL) {
            return NULL;
        }
        region_destroy(&regions->recalled[at]);
    }
    memmove(&regions->recalled[1], &regions->recalled[0], at * sizeof(found));
    regions->recalled[0] = found;
    return found;
}

/* ---- a plan over what is in force ------------------------------------------------------------------- */

struct laying {
    struct store *store;
    const struct regions_plan *plan;
    struct earlier present;
    struct directory_row *added;
    size_t added_count;
};

/* False: the arena is full. */
static bool clash(const struct laying *laying, const char *field, struct phrase made)
{
    struct problems *problems = laying->plan->problems;
    if (made.ru == NULL || made.en == NULL) {
        return false;
    }
    const size_t before = problems->count;
    checks_add(problems, REFUSAL_WRONG_STATE, field, NULL);
    if (problems->count > before) {
        problems->items[before].text = made;
    }
    return true;
}

/* Its texts follow certain others: a policy that somebody changed in between is not undone without a word. */
static bool lay_texts(const struct laying *laying, struct region_input *input)
{
    const struct plan_record *record = laying->plan->record;
    const struct loading loading = {.store = laying->store, .arena = laying->plan->arena};
    struct region_input now = {.version = store_meta(laying->store)->version};
    uint8_t digest[REGION_DIGEST_BYTES];
    if (!load_heading(&loading, &now) || !load_texts(&loading, &now)) {
        return false;
    }
    region_digest(now.code, now.texts, now.text_count, digest);
    if (memcmp(record->digest, record->follows, sizeof(digest)) == 0) {
        input->texts = now.texts; /* the plan changes none */
        input->text_count = now.text_count;
        return true;
    }
    if (memcmp(digest, record->follows, sizeof(digest)) == 0 ||
        memcmp(digest, record->digest, sizeof(digest)) == 0) {
        return true;
    }
    return clash(laying,
                 "policy",
                 (struct phrase){"политика или календарь изменены после того, как план был принят",
                                 "policy or calendar were changed after the plan was accepted"});
}

/* What the plan does to one row: *place is the row in force, or data NULL. */
static bool
lay_row(struct laying *laying, const struct row_change *change, struct directory_row *row)
{
    const enum directory_kind kind = row->kind;
    struct bytes *place = row->number == 0 ? NULL : &laying->present.rows[kind][row->number];
    struct bytes wanted = change->after;
    const bool is_new = change->before.data == NULL;
    if (is_new) {
        row->number = directory_find(laying->plan->directory, kind, row->id);
        if (row->number == 0) {
            laying->added[laying->added_count++] = *row;
            return true;
        }
        place = &laying->present.rows[kind][row->number];
        if (!directory_encode_row(row, laying->plan->arena, &wanted)) {
            return false;
        }
    }
    const bool same = place->data == NULL ? wanted.data == NULL : bytes_equal(*place, wanted);
    const bool untouched = !is_new && place->data != NULL && bytes_equal(*place, change->before);
    if (same || untouched) {
        *place = wanted;
        return true;
    }
    struct arena *arena = laying->plan->arena;
    const struct phrase text = {
        arena_format(arena, "запись «%s» изменена после того, как план был принят", row->id),
        arena_format(arena, "the row \"%s\" was changed after the plan was accepted", row->id)};
    return clash(laying, "directory", text);
}

static bool lay_rows(struct laying *laying)
{
    const uint32_t version = STORE_PLAN_VERSION + laying->plan->record->number;
    enum directory_kind kind = DIRECTORY_UNSPECIFIED;
    uint32_t index = 0;
    struct row_change change;
    laying->added = arena_array(
        laying->plan->arena, (size_t)laying->plan->record->rows + 1, sizeof(*laying->added));
    if (laying->added == NULL) {
        return false;
    }
    while (store_row_change_after(laying->store, version, &kind, &index, &change)) {
        struct directory_row row;
        const struct bytes told = change.after.data == NULL ? change.before : change.after;
        if (!directory_decode_row(told, laying->plan->arena, &row) ||
            !lay_row(laying, &change, &row)) {
            return false;
        }
    }
    return true;
}

/* The rows in force as they are now, then those that are new. */
static bool take_rows(const struct laying *laying, struct region_input *input)
{
    struct arena *arena = laying->plan->arena;
    if (!decode_all(&laying->present, arena, input)) {
        return false;
    }
    struct directory_row *rows =
        arena_array(arena, input->row_count + laying->added_count + 1, sizeof(*rows));
    if (rows == NULL) {
        return false;
    }
    memcpy(rows, input->rows, input->row_count * sizeof(*rows));
    for (size_t i = 0; i < laying->added_count; i++) {
        rows[input->row_count++] = laying->added[i];
    }
    input->rows = rows;
    return true;
}

bool regions_plan_input(struct store *store,
                        const struct regions_plan *plan,
                        struct region_input *out,
                        struct error *err)
{
    const struct loading loading = {.store = store, .arena = plan->arena};
    struct region_input input = {.version = STORE_PLAN_VERSION + plan->record->number};
    struct laying laying = {.store = store, .plan = plan};
    if (!load_heading(&loading, &input) || !load_texts(&loading, &input)) {
        return error_set(err, ERROR_DATA, "the texts of plan %u are missing", plan->record->number);
    }
    input.version = 0;
    if (!lay_texts(&laying, &input) || !take_present(store, plan->arena, &laying.present) ||
        !lay_rows(&laying) || !take_rows(&laying, &input)) {
        return error_set(err, ERROR_OS, "no memory to lay plan %u", plan->record->number);
    }
    *out = input;
    return true;
}
