/* Keys of sites: the directory's, and what was said of them and beside them since. */
#include "broker/store/store_table.h"

#include <string.h>

static struct store_key key_of_curve(const uint8_t curve[KEYS_BYTES])
{
    struct store_key key = {0};
    store_key_add(&key, curve, KEYS_BYTES);
    return key;
}

static struct store_key key_of(uint32_t site, const uint8_t curve[KEYS_BYTES])
{
    struct store_key key = {0};
    store_key_add_u32(&key, site);
    store_key_add(&key, curve, KEYS_BYTES);
    return key;
}

bool store_site_key(struct store *store,
                    const uint8_t curve[KEYS_BYTES],
                    uint32_t *site,
                    struct site_key_record *out)
{
    if (store_meta(store)->site_keys == 0) {
        return false; /* asked for every frame */
    }
    const struct store_key by_curve = key_of_curve(curve);
    if (!store_record(store, TABLE_KEY_SITE, &by_curve, site, sizeof(*site))) {
        return false;
    }
    const struct store_key key = key_of(*site, curve);
    return store_record(store, TABLE_SITE_KEY, &key, out, sizeof(*out));
}

void store_put_site_key(struct store *store, uint32_t site, const struct site_key_record *record)
{
    struct site_key_record before;
    uint32_t of = 0;
    const struct store_key by_curve = key_of_curve(record->curve);
    const struct store_key key = key_of(site, record->curve);
    if (!store_site_key(store, record->curve, &of, &before)) {
        store_meta(store)->site_keys++;
    }
    store_put_record(store, TABLE_KEY_SITE, &by_curve, &site, sizeof(site));
    store_put_record(store, TABLE_SITE_KEY, &key, record, sizeof(*record));
}

bool store_site_key_after(struct store *store,
                          uint32_t site,
                          const uint8_t *curve,
                          struct site_key_record *out)
{
    struct store_key from = {0};
    struct store_found found;
    store_key_add_u32(&from, site);
    if (curve != NULL) {
        store_key_add(&from, curve, KEYS_BYTES);
        store_key_add_u8(&from, 0);
    }
    if (store_meta(store)->site_keys == 0 ||
        !store_next(store, TABLE_SITE_KEY, &from, sizeof(site), &found)) {
        return false;
    }
    memcpy(out, found.value.data, sizeof(*out));
    return true;
}

static bool is_valid(const struct site_key_record *record, int64_t now_us)
{
    return !record->revoked && (record->until_us == 0 || now_us < record->until_us);
}

uint32_t store_site_of_key(struct store *store,
                           const struct directory *directory,
                           const uint8_t curve[KEYS_BYTES],
                           int64_t now_us)
{
    struct site_key_record record;
    uint32_t site = 0;
    if (store_site_key(store, curve, &site, &record)) {
        if (!is_valid(&record, now_us)) {
            return 0;
        }
        const struct directory_site *row = directory_site(directory, site);
        if (record.own) {
            return row == NULL || row->removed ? 0 : site;
        }
    }
    return directory_site_of_key(directory, curve, now_us);
}

bool store_sealing_key(struct store *store,
                       const struct directory *directory,
                       uint32_t site,
                       int64_t now_us,
                       uint8_t out[KEYS_BYTES])
{
    struct site_key_record record;
    struct site_key_record best = {.since_us = -1};
    const struct directory_site *row = directory_site(directory, site);
    for (bool more = store_site_key_after(store, site, NULL, &record); more;
         more = store_site_key_after(store, site, record.curve, &record)) {
        if (record.own && is_valid(&record, now_us) && record.since_us > best.since_us) {
            best = record;
        }
    }
    if (best.since_us >= 0 && row != NULL && !row->removed) {
        memcpy(out, best.sealing, KEYS_BYTES);
        return true;
    }
    struct directory_pair pair;
    for (size_t i = 0; directory_pair(directory, site, i, now_us, &pair); i++) {
        uint32_t of = 0;
        if (!store_site_key(store, pair.curve, &of, &record) || is_valid(&record, now_us)) {
            memcpy(out, pair.sealing, KEYS_BYTES);
            return true;
        }
    }
    return false;
}
