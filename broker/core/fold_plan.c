/* Folds of plans. */
#include "broker/core/fold_part.h"

#include <assert.h>
#include <string.h>

static struct plan_record record_of(const struct fold *fold)
{
    struct plan_record record;
    memset(&record, 0, sizeof(record));
    const bool found = store_plan(fold->store, (uint32_t)fold->fact->number, &record);
    assert(found || store_failed(fold->store) != NULL);
    return record;
}

static void move_timer(const struct fold *fold, struct plan_record *record, int64_t timer_us)
{
    struct id128 entity;
    memset(&entity, 0, sizeof(entity));
    bytes_put_u32(entity.bytes + ID128_BYTES - 4, record->number);
    fold_move_timer(fold->store, TIMER_PLAN, &entity, record->timer_us, timer_us);
    record->timer_us = timer_us;
}

static uint32_t version_of(const struct fact *fact)
{
    return STORE_PLAN_VERSION + (uint32_t)fact->number;
}

void fold_plan_text(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    store_put_text(fold->store, version_of(fact), fact->count, fact->text, fact->blob);
}

void fold_plan_row(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    const enum directory_kind kind = (enum directory_kind)fact->code;
    struct row_change change = {.after = fact->blob};
    bool removed = false;
    assert(fact->code > DIRECTORY_UNSPECIFIED && fact->code < DIRECTORY_END);
    if (fact->count != 0) {
        struct bytes borrowed;
        const bool found = store_row(fold->store, kind, fact->count, &removed, &borrowed);
        assert(found && !removed);
        const void *copy = arena_copy(fold->arena, borrowed.data, borrowed.size);
        assert(copy != NULL);
        change.before = bytes_of(copy, borrowed.size);
    }
    if (fact->blob.size == 0) {
        change.after = bytes_of(NULL, 0);
    }
    store_put_row_change(fold->store, version_of(fact), kind, fact->code_2, &change);
}

/* As fold_configuration_adopted keeps a version's heading. */
static void put_heading(const struct fold *fold, struct bytes titles)
{
    uint8_t text[1024];
    const size_t prefix_bytes = strlen(fold->fact->text_2) + 1;
    assert(prefix_bytes + titles.size <= sizeof(text));
    memcpy(text, fold->fact->text_2, prefix_bytes);
    memcpy(text + prefix_bytes, titles.data, titles.size);
    store_put_text(fold->store,
                   version_of(fold->fact),
                   UINT32_MAX,
                   fold->fact->text,
                   bytes_of(text, prefix_bytes + titles.size));
}

static uint32_t count_rows(const struct fold *fold)
{
    enum directory_kind kind = DIRECTORY_UNSPECIFIED;
    uint32_t number = 0;
    uint32_t rows = 0;
    struct row_change change;
    while (store_row_change_after(fold->store, version_of(fold->fact), &kind, &number, &change)) {
        rows++;
    }
    return rows;
}

void fold_plan_made(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct meta_record *meta = store_meta(fold->store);
    struct plan_record record;
    const size_t digests = 2 * PLAN_DIGEST_BYTES;
    memset(&record, 0, sizeof(record));
    assert(fact->blob.size >= digests);
    record.id = fact->other;
    record.number = (uint32_t)fact->number;
    record.state = PLAN_WAITING;
    record.origin = (enum version_origin)fact->code;
    record.site = fact->site;
    record.worker = fact->worker;
    record.base = fact->version;
    record.returned_to = fact->count;
    record.made_us = fact->at_us;
    record.due_us = fact->due_us;
    record.rows = count_rows(fold);
    memcpy(record.digest, fact->blob.data, PLAN_DIGEST_BYTES);
    memcpy(record.follows, fact->blob.data + PLAN_DIGEST_BYTES, PLAN_DIGEST_BYTES);
    put_heading(fold, bytes_of(fact->blob.data + digests, fact->blob.size - digests));
    move_timer(fold, &record, fact->due_us);
    store_put_plan(fold->store, &record);
    meta->plans = record.number;
    meta->plans_waiting++;
}

void fold_plan_due(const struct fold *fold)
{
    struct plan_record record = record_of(fold);
    record.state = PLAN_DUE;
    move_timer(fold, &record, 0);
    store_put_plan(fold->store, &record);
}

void fold_plan_settled(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct plan_record record = record_of(fold);
    record.state = (enum plan_state)fact->code;
    record.version = fact->version;
    record.settled_us = fact->at_us;
    record.settled_by = fact->worker;
    move_timer(fold, &record, 0);
    store_put_reasons(fold->store, version_of(fact), fact->text_2, fact->text);
    store_clear_plan(fold->store, record.number);
    store_put_plan(fold->store, &record);
    assert(store_meta(fold->store)->plans_waiting > 0);
    store_meta(fold->store)->plans_waiting--;
}
