/* Timers, decisions and timelines. */
#include "broker/store/store.h"

#include "broker/store/store_table.h"

#include <assert.h>
#include <string.h>

enum { TIMER_KEY_BYTES = 8 + 1 + ID128_BYTES };

static struct store_key key_of_timer(const struct timer_record *timer)
{
    assert(timer->due_us > 0);
    struct store_key key = {0};
    store_key_add_u64(&key, (uint64_t)timer->due_us);
    store_key_add_u8(&key, timer->kind);
    store_key_add_id(&key, &timer->entity);
    return key;
}

void store_put_timer(struct store *store, const struct timer_record *timer)
{
    const struct store_key key = key_of_timer(timer);
    store_put_record(store, TABLE_TIMER, &key, "", 1);
}

void store_delete_timer(struct store *store, const struct timer_record *timer)
{
    const struct store_key key = key_of_timer(timer);
    store_delete_record(store, TABLE_TIMER, &key);
}

static bool timer_from(struct store *store, const struct store_key *from, struct timer_record *out)
{
    struct store_found found;
    if (!store_next(store, TABLE_TIMER, from, 0, &found)) {
        return false;
    }
    assert(found.key.size == TIMER_KEY_BYTES);
    memset(out, 0, sizeof(*out));
    out->due_us = (int64_t)bytes_get_u64(found.key.data);
    out->kind = (enum timer_kind)found.key.data[8];
    memcpy(out->entity.bytes, found.key.data + 9, ID128_BYTES);
    return true;
}

bool store_first_timer(struct store *store, struct timer_record *out)
{
    const struct store_key first = {0};
    return timer_from(store, &first, out);
}

bool store_timer_after(struct store *store,
                       const struct timer_record *after,
                       struct timer_record *out)
{
    struct store_key from = key_of_timer(after);
    store_key_add_u8(&from, 0);
    return timer_from(store, &from, out);
}

static struct store_key key_of_decision(const struct id128 *case_id, uint32_t index)
{
    struct store_key key = {0};
    store_key_add_id(&key, case_id);
    store_key_add_u32(&key, index);
    return key;
}

enum { DECISION_BYTES_MAX = 4096 };

void store_put_decision(struct store *store,
                        const struct id128 *case_id,
                        uint32_t index,
                        int64_t at_us,
                        struct bytes coded)
{
    uint8_t value[DECISION_BYTES_MAX];
    assert(coded.size + 8 <= sizeof(value));
    bytes_put_u64(value, (uint64_t)at_us);
    memcpy(value + 8, coded.data, coded.size);
    const struct store_key key = key_of_decision(case_id, index);
    store_put_record(store, TABLE_DECISION, &key, value, coded.size + 8);
}

bool store_decision(struct store *store,
                    const struct id128 *case_id,
                    uint32_t index,
                    int64_t *at_us,
                    struct bytes *coded)
{
    const struct store_key key = key_of_decision(case_id, index);
    struct bytes value;
    if (!store_value(store, TABLE_DECISION, &key, &value)) {
        return false;
    }
    assert(value.size >= 8);
    *at_us = (int64_t)bytes_get_u64(value.data);
    *coded = bytes_of(value.data + 8, value.size - 8);
    return true;
}

static struct store_key key_of_timeline(const struct id128 *case_id, uint64_t batch, uint32_t index)
{
    struct store_key key = {0};
    store_key_add_id(&key, case_id);
    store_key_add_u64(&key, batch);
    store_key_add_u32(&key, index);
    return key;
}

void store_put_timeline(struct store *store,
                        const struct id128 *case_id,
                        uint64_t batch,
                        uint32_t index,
                        const struct timeline_record *record)
{
    const struct store_key key = key_of_timeline(case_id, batch, index);
    store_put_record(store, TABLE_TIMELINE, &key, record, sizeof(*record));
}

bool store_timeline_after(struct store *store,
                          const struct id128 *case_id,
                          uint64_t *batch,
                          uint32_t *index,
                          struct timeline_record *out)
{
    struct store_key from = key_of_timeline(case_id, *batch, *index);
    store_key_add_u8(&from, 0);
    struct store_found found;
    if (!store_next(store, TABLE_TIMELINE, &from, ID128_BYTES, &found)) {
        return false;
    }
    *batch = bytes_get_u64(found.key.data + ID128_BYTES);
    *index = bytes_get_u32(found.key.data + ID128_BYTES + 8);
    store_take(&found, out, sizeof(*out));
    return true;
}
