/* Folds of plans. */
#include "broker/core/fold_part.h"

#include <assert.h>
#include <stdio.h>
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
    record.state = fact->flag ? PLAN_SHADOW : fact->code_2 == 0 ? PLAN_WAITING : PLAN_UNSIGNED;
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
    move_timer(fold, &record, record.state == PLAN_UNSIGNED ? 0 : fact->due_us);
    store_put_plan(fold->store, &record);
    meta->plans = record.number;
    meta->plans_waiting++;
    if (fact->flag) {
        store_clear_shadow(fold->store);
        meta->shadow = record.number;
        meta->shadow_pairs = 0;
        meta->shadow_cases = 0;
    }
}

/* Its results stay until the next one begins. */
static void end_shadow(const struct fold *fold, uint32_t number)
{
    struct meta_record *meta = store_meta(fold->store);
    if (meta->shadow == number) {
        meta->shadow = 0;
    }
}

void fold_plan_signed(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct plan_record record = record_of(fold);
    assert(record.signature_count < LIMIT_SIGNERS && fact->blob.size == PLAN_SIGNATURE_BYTES);
    struct plan_signature *signature = &record.signatures[record.signature_count++];
    signature->agency = fact->count;
    signature->worker = fact->worker;
    signature->at_us = fact->at_us;
    memcpy(signature->signature, fact->blob.data, PLAN_SIGNATURE_BYTES);
    if (fact->flag && record.state == PLAN_UNSIGNED) {
        record.state = PLAN_WAITING;
        move_timer(fold, &record, record.due_us);
    }
    store_put_plan(fold->store, &record);
}

void fold_plan_due(const struct fold *fold)
{
    struct plan_record record = record_of(fold);
    record.state = PLAN_DUE;
    end_shadow(fold, record.number);
    move_timer(fold, &record, 0);
    store_put_plan(fold->store, &record);
}

void fold_plan_settled(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct plan_record record = record_of(fold);
    record.state = (enum plan_state)fact->code;
    end_shadow(fold, record.number);
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

/* ---- the shadow ---------------------------------------------------------------------------------------- */

/* The pair's index: found, or a new one while there is room; 0 holds what found none. */
static uint32_t find_pair(const struct fold *fold, struct shadow_count *count)
{
    const struct fact *fact = fold->fact;
    struct meta_record *meta = store_meta(fold->store);
    for (uint32_t i = 1; i <= meta->shadow_pairs; i++) {
        if (store_shadow_count(fold->store, i, count) && strcmp(count->active, fact->text) == 0 &&
            strcmp(count->shadow, fact->text_2) == 0) {
            return i;
        }
    }
    if (meta->shadow_pairs < LIMIT_SHADOW_PAIRS - 1) {
        memset(count, 0, sizeof(*count));
        (void)snprintf(count->active, sizeof(count->active), "%s", fact->text);
        (void)snprintf(count->shadow, sizeof(count->shadow), "%s", fact->text_2);
        return ++meta->shadow_pairs;
    }
    if (!store_shadow_count(fold->store, 0, count)) {
        memset(count, 0, sizeof(*count));
        (void)snprintf(count->active, sizeof(count->active), "…");
        (void)snprintf(count->shadow, sizeof(count->shadow), "…");
    }
    return 0;
}

/* The next of the blob's texts; each has a NUL. */
static const char *next_text(const char *text)
{
    return text + strlen(text) + 1;
}

static void keep_difference(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct shadow_record record;
    const char *pool = (const char *)fact->blob.data;
    const char *other = next_text(pool);
    memset(&record, 0, sizeof(record));
    record.at_us = fact->at_us;
    record.case_id = fact->case_id;
    (void)snprintf(record.rules[0], sizeof(record.rules[0]), "%s", fact->text);
    (void)snprintf(record.rules[1], sizeof(record.rules[1]), "%s", fact->text_2);
    (void)snprintf(record.pools[0], sizeof(record.pools[0]), "%s", pool);
    (void)snprintf(record.pools[1], sizeof(record.pools[1]), "%s", other);
    (void)snprintf(record.notified, sizeof(record.notified), "%s", next_text(other));
    record.chosen[0] = fact->count;
    record.chosen[1] = fact->worker;
    record.desks[0] = (enum desk_reason)fact->code;
    record.desks[1] = (enum desk_reason)fact->code_2;
    store_put_shadow_record(fold->store, ++store_meta(fold->store)->shadow_cases, &record);
}

void fold_shadow_decided(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct shadow_count count;
    const uint32_t index = find_pair(fold, &count);
    count.decided++;
    count.pool += (fact->mask & SHADOW_POOL) != 0 ? 1 : 0;
    count.curator += (fact->mask & SHADOW_CURATOR) != 0 ? 1 : 0;
    count.notified += (fact->mask & SHADOW_NOTIFIED) != 0 ? 1 : 0;
    store_put_shadow_count(fold->store, index, &count);
    if (fact->mask != 0) {
        keep_difference(fold);
    }
}
