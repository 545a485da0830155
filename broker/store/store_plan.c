/* Accepted configurations that wait. */
#include "broker/store/store.h"

#include "broker/store/store_table.h"

#include <assert.h>
#include <string.h>

static struct store_key key_of(uint32_t number)
{
    struct store_key key = {0};
    store_key_add_u32(&key, number);
    return key;
}

bool store_plan(struct store *store, uint32_t number, struct plan_record *out)
{
    const struct store_key key = key_of(number);
    return store_record(store, TABLE_PLAN, &key, out, sizeof(*out));
}

void store_put_plan(struct store *store, const struct plan_record *record)
{
    const struct store_key key = key_of(record->number);
    store_put_record(store, TABLE_PLAN, &key, record, sizeof(*record));
}

bool store_plan_after(struct store *store,
                      uint32_t number,
                      enum plan_state state,
                      struct plan_record *out)
{
    const uint32_t last = store_meta(store)->plans;
    for (uint32_t next = number + 1; next <= last; next++) {
        if (store_plan(store, next, out) && out->state == state) {
            return true;
        }
    }
    return false;
}

/* Every record whose key begins so. */
static void clear(struct store *store, enum store_table table, const struct store_key *from)
{
    struct store_found found;
    while (store_next(store, table, from, from->size, &found)) {
        struct store_key key = {0};
        store_key_add(&key, found.key.data, found.key.size);
        store_delete_record(store, table, &key);
    }
}

void store_clear_plan(struct store *store, uint32_t number)
{
    const struct store_key from = key_of(STORE_PLAN_VERSION + number);
    clear(store, TABLE_TEXT, &from);
    clear(store, TABLE_ROW_CHANGE, &from);
}

/* ---- the shadow ---------------------------------------------------------------------------------------- */

void store_put_shadow_count(struct store *store, uint32_t index, const struct shadow_count *count)
{
    const struct store_key key = key_of(index);
    store_put_record(store, TABLE_SHADOW_COUNT, &key, count, sizeof(*count));
}

bool store_shadow_count(struct store *store, uint32_t index, struct shadow_count *out)
{
    const struct store_key key = key_of(index);
    return store_record(store, TABLE_SHADOW_COUNT, &key, out, sizeof(*out));
}

static struct store_key key_of_record(uint64_t number)
{
    return key_of((uint32_t)(number % LIMIT_SHADOW_CASES));
}

void store_put_shadow_record(struct store *store,
                             uint64_t number,
                             const struct shadow_record *record)
{
    const struct store_key key = key_of_record(number);
    store_put_record(store, TABLE_SHADOW, &key, record, sizeof(*record));
}

bool store_shadow_record(struct store *store, uint64_t number, struct shadow_record *out)
{
    const uint64_t last = store_meta(store)->shadow_cases;
    const struct store_key key = key_of_record(number);
    return number != 0 && number <= last && last - number < LIMIT_SHADOW_CASES &&
           store_record(store, TABLE_SHADOW, &key, out, sizeof(*out));
}

void store_clear_shadow(struct store *store)
{
    const struct store_key all = {0};
    clear(store, TABLE_SHADOW_COUNT, &all);
    clear(store, TABLE_SHADOW, &all);
}
