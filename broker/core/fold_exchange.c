/* Folds of configuration and of the exchange with sites. */
#include "broker/core/fold_part.h"

#include <assert.h>
#include <string.h>

/* The version whose rows are being changed: the fact that adopts it comes after them. */
static struct version_record next_version(struct store *store)
{
    const uint32_t version = store_meta(store)->version + 1;
    struct version_record record;
    if (!store_version(store, version, &record)) {
        memset(&record, 0, sizeof(record));
        record.version = version;
    }
    return record;
}

void fold_configuration_adopted(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct version_record record = next_version(fold->store);
    record.version = fact->version;
    record.origin = fact->code == 0 ? VERSION_FROM_FILES : (enum version_origin)fact->code;
    record.at_us = fact->at_us;
    record.site = fold->entry->site;
    record.worker = fold->entry->worker;
    record.returned_to = (uint32_t)fact->number;
    record.plan = fact->code_2;
    store_put_version(fold->store, &record);
    store_meta(fold->store)->version = fact->version;
    uint8_t text[1024];
    const size_t prefix_bytes = strlen(fact->text_2) + 1;
    assert(prefix_bytes + fact->blob.size <= sizeof(text));
    memcpy(text, fact->text_2, prefix_bytes);
    memcpy(text + prefix_bytes, fact->blob.data, fact->blob.size);
    store_put_text(fold->store,
                   fact->version,
                   UINT32_MAX,
                   fact->text,
                   bytes_of(text, prefix_bytes + fact->blob.size));
}

/* What the store lends is gone with its next write. */
static struct bytes copied(const struct fold *fold, struct bytes borrowed)
{
    void *copy = arena_copy(fold->arena, borrowed.data, borrowed.size);
    assert(copy != NULL);
    return bytes_of(copy, borrowed.size);
}

void fold_row_set(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    assert(fact->code > DIRECTORY_UNSPECIFIED && fact->code < DIRECTORY_END);
    const enum directory_kind kind = (enum directory_kind)fact->code;
    const uint32_t number = (uint32_t)fact->number;
    struct version_record version = next_version(fold->store);
    struct row_change change = {.after = fact->blob};
    bool removed = false;
    if (store_row(fold->store, kind, number, &removed, &change.before) && !removed) {
        change.before = copied(fold, change.before);
        version.rows_changed++;
    } else {
        change.before = bytes_of(NULL, 0);
        version.rows_added++;
    }
    store_put_row_change(fold->store, version.version, kind, number, &change);
    store_put_version(fold->store, &version);
    store_put_row(fold->store, kind, number, false, fact->blob);
    struct meta_record *meta = store_meta(fold->store);
    if (number > meta->row_numbers[fact->code]) {
        meta->row_numbers[fact->code] = number;
    }
}

void fold_row_removed(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    const enum directory_kind kind = (enum directory_kind)fact->code;
    const uint32_t number = (uint32_t)fact->number;
    bool removed = false;
    struct bytes borrowed;
    const bool found = store_row(fold->store, kind, number, &removed, &borrowed);
    assert(found && !removed);
    const struct row_change change = {.before = copied(fold, borrowed)};
    struct version_record version = next_version(fold->store);
    version.rows_removed++;
    store_put_row_change(fold->store, version.version, kind, number, &change);
    store_put_version(fold->store, &version);
    store_put_row(fold->store, kind, number, true, change.before);
    if (kind == DIRECTORY_WORKER) {
        fold_begin_dismissal(fold, number);
    }
}

void fold_policy_text(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    store_put_text(fold->store, fact->version, fact->count, fact->text, fact->blob);
}

/* ---- lanes ---------------------------------------------------------------------------------------- */

/* A line is durable at the site, or is made unnecessary by a resync. */
static void
settle_line(struct store *store, uint32_t site, enum lane lane, const struct line_record *line)
{
    struct view_record view;
    const bool known = store_view(store, site, line->kind, &line->entity, &view);
    assert(known && view.number == line->number && view.lane == lane);
    if (view.gone) {
        store_delete_view(store, site, line->kind, &line->entity);
    } else {
        view.number = 0;
        store_put_view(store, site, line->kind, &line->entity, &view);
    }
    store_delete_line(store, site, lane, line->number);
}

static void settle_lines(struct store *store, uint32_t site, enum lane lane, uint64_t up_to)
{
    struct site_record record = store_site(store, site);
    struct line_record line = {.number = record.acknowledged[lane]};
    while (line.number < up_to && store_line_after(store, site, lane, line.number, &line) &&
           line.number <= up_to) {
        settle_line(store, site, lane, &line);
        assert(record.waiting > 0);
        record.waiting--;
    }
    if (up_to > record.acknowledged[lane]) {
        record.acknowledged[lane] = up_to;
    }
    store_put_site(store, site, &record);
}

void fold_lane_acknowledged(const struct fold *fold)
{
    settle_lines(fold->store, fold->fact->site, (enum lane)fold->fact->code, fold->fact->number);
}

void fold_lane_started(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct site_record site = store_site(fold->store, fact->site);
    if (!site.known && store_meta(fold->store)->life != 0) {
        site.stale = true; /* it may have been heard in what is lost */
    }
    site.known = true;
    site.incarnation = fact->other;
    site.commands[fact->code] = fact->number - 1;
    store_put_site(fold->store, fact->site, &site);
    store_clear_replies(fold->store, fact->site, (enum lane)fact->code);
}

void fold_site_away(const struct fold *fold)
{
    const uint32_t number = fold->fact->site;
    for (int lane = LANE_NORMAL; lane < LANE_END; lane++) {
        settle_lines(fold->store, number, (enum lane)lane, UINT64_MAX - 1);
    }
    struct site_record site = store_site(fold->store, number);
    for (int lane = LANE_NORMAL; lane < LANE_END; lane++) {
        site.acknowledged[lane] = site.lines[lane];
    }
    site.away = true;
    store_put_site(fold->store, number, &site);
    struct meta_record *meta = store_meta(fold->store);
    meta->sites_away++;
    if (meta->overfull_site == number) {
        meta->overfull_site = 0;
    }
}

void fold_site_returned(const struct fold *fold)
{
    struct site_record site = store_site(fold->store, fold->fact->site);
    if (site.away) {
        site.away = false;
        site.stale =
            true; /* until the view is durable there: nothing else would tell what came of the lines */
        store_put_site(fold->store, fold->fact->site, &site);
        store_meta(fold->store)->sites_away--;
    }
}

void fold_site_resynced(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    settle_lines(fold->store, fact->site, (enum lane)fact->code, fact->number);
    fold_site_returned(fold); /* in journals from before that fact */
    struct site_record site = store_site(fold->store, fact->site);
    if (site.stale) {
        site.stale = false;
        store_put_site(fold->store, fact->site, &site);
    }
}

/* Sites know more than this journal: none of what their lanes say can be relied on before they have a new view. */
void fold_journal_restored(const struct fold *fold)
{
    struct meta_record *meta = store_meta(fold->store);

    meta->life = fold->fact->number;
    meta->year_sequence =
        (meta->year == fold->fact->code ? meta->year_sequence : 0) + fold->fact->count;
    meta->year = fold->fact->code;
    for (uint32_t number = 1; number <= meta->row_numbers[DIRECTORY_SITE]; number++) {
        struct site_record site = store_site(fold->store, number);
        if (site.known) {
            site.stale = true;
            store_put_site(fold->store, number, &site);
        }
    }
}
