/* Sites, kept replies, the outbox and what each site may see. */
#include "broker/store/store.h"

#include "broker/store/store_table.h"

#include <string.h>

static struct store_key key_of_lane(uint32_t site, enum lane lane)
{
    struct store_key key = {0};
    store_key_add_u32(&key, site);
    store_key_add_u8(&key, lane);
    return key;
}

struct site_record store_site(struct store *store, uint32_t site)
{
    struct store_key key = {0};
    store_key_add_u32(&key, site);
    struct site_record record;
    memset(&record, 0, sizeof(record));
    (void)store_record(store, TABLE_SITE, &key, &record, sizeof(record));
    return record;
}

void store_put_site(struct store *store, uint32_t site, const struct site_record *record)
{
    struct store_key key = {0};
    store_key_add_u32(&key, site);
    store_put_record(store, TABLE_SITE, &key, record, sizeof(*record));
}

static struct store_key key_of_reply(uint32_t site, enum lane lane, uint64_t number)
{
    struct store_key key = key_of_lane(site, lane);
    store_key_add_u32(&key, (uint32_t)(number % LIMIT_REPLIES_KEPT));
    return key;
}

bool store_reply(struct store *store,
                 uint32_t site,
                 enum lane lane,
                 uint64_t number,
                 struct reply_record *out)
{
    const struct store_key key = key_of_reply(site, lane, number);
    return store_record(store, TABLE_REPLY, &key, out, sizeof(*out)) && out->number == number;
}

void store_put_reply(struct store *store,
                     uint32_t site,
                     enum lane lane,
                     const struct reply_record *record)
{
    const struct store_key key = key_of_reply(site, lane, record->number);
    store_put_record(store, TABLE_REPLY, &key, record, sizeof(*record));
}

void store_clear_replies(struct store *store, uint32_t site, enum lane lane)
{
    for (uint64_t slot = 0; slot < LIMIT_REPLIES_KEPT; slot++) {
        const struct store_key key = key_of_reply(site, lane, slot);
        store_delete_record(store, TABLE_REPLY, &key);
    }
}

enum { LINES_ASKED = 8 }; /* numbers follow each other, but for lines that newer ones replaced */

static struct store_key key_of_line(uint32_t site, enum lane lane, uint64_t number)
{
    struct store_key key = key_of_lane(site, lane);
    store_key_add_u64(&key, number);
    return key;
}

bool store_line_after(struct store *store,
                      uint32_t site,
                      enum lane lane,
                      uint64_t after,
                      struct line_record *out)
{
    if (after == UINT64_MAX) {
        return false;
    }
    for (uint64_t i = 1; i <= LINES_ASKED && after <= UINT64_MAX - i; i++) {
        const struct store_key key = key_of_line(site, lane, after + i);
        if (store_record(store, TABLE_LINE, &key, out, sizeof(*out))) {
            return true;
        }
    }
    const struct store_key from = key_of_line(site, lane, after + 1);
    struct store_found found;
    if (!store_next(store, TABLE_LINE, &from, sizeof(uint32_t) + 1, &found)) {
        return false;
    }
    store_take(&found, out, sizeof(*out));
    return true;
}

void store_tell_lines(struct store *store, struct number_set *sites)
{
    store->lined = sites;
}

void store_put_line(struct store *store,
                    uint32_t site,
                    enum lane lane,
                    const struct line_record *record)
{
    const struct store_key key = key_of_line(site, lane, record->number);
    store_put_new_record(store, TABLE_LINE, &key, record, sizeof(*record));
    if (store->lined != NULL) {
        number_set_add(store->lined, site);
    }
}

void store_delete_line(struct store *store, uint32_t site, enum lane lane, uint64_t number)
{
    const struct store_key key = key_of_line(site, lane, number);
    store_delete_record(store, TABLE_LINE, &key);
}

static struct store_key
key_of_view(uint32_t site, enum delivery_kind kind, const struct id128 *entity)
{
    struct store_key key = {0};
    store_key_add_u32(&key, site);
    store_key_add_u8(&key, kind);
    store_key_add_id(&key, entity);
    return key;
}

bool store_view(struct store *store,
                uint32_t site,
                enum delivery_kind kind,
                const struct id128 *entity,
                struct view_record *out)
{
    const struct store_key key = key_of_view(site, kind, entity);
    return store_record(store, TABLE_VIEW, &key, out, sizeof(*out));
}

void store_put_view(struct store *store,
                    uint32_t site,
                    enum delivery_kind kind,
                    const struct id128 *entity,
                    const struct view_record *record)
{
    const struct store_key key = key_of_view(site, kind, entity);
    store_put_record(store, TABLE_VIEW, &key, record, sizeof(*record));
}

void store_delete_view(struct store *store,
                       uint32_t site,
                       enum delivery_kind kind,
                       const struct id128 *entity)
{
    const struct store_key key = key_of_view(site, kind, entity);
    store_delete_record(store, TABLE_VIEW, &key);
}

bool store_view_after(struct store *store,
                      uint32_t site,
                      enum delivery_kind *kind,
                      struct id128 *entity,
                      struct view_record *out)
{
    struct store_key from = key_of_view(site, *kind, entity);
    store_key_add_u8(&from, 0); /* just above the last */
    struct store_found found;
    if (!store_next(store, TABLE_VIEW, &from, sizeof(uint32_t), &found)) {
        return false;
    }
    *kind = (enum delivery_kind)found.key.data[sizeof(uint32_t)];
    memcpy(entity->bytes, found.key.data + sizeof(uint32_t) + 1, ID128_BYTES);
    store_take(&found, out, sizeof(*out));
    return true;
}
