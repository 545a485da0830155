/* Who had something of a referral, what was erased, and which keys a referral brought. */
#include "broker/store/store_table.h"

#include <assert.h>
#include <string.h>

static struct store_key key_of(const struct id128 *referral)
{
    struct store_key key = {0};
    store_key_add_id(&key, referral);
    return key;
}

static struct store_key key_at(const struct id128 *referral, uint32_t site)
{
    struct store_key key = key_of(referral);
    store_key_add_u32(&key, site);
    return key;
}

/* ---- matching keys --------------------------------------------------------------------------------- */

bool store_referral_keys(struct store *store, const struct id128 *referral, struct bytes *digests)
{
    const struct store_key from = key_of(referral);
    struct store_found found;
    if (!store_next(store, TABLE_REFERRAL_KEY, &from, ID128_BYTES, &found)) {
        return false;
    }
    *digests = found.value;
    return true;
}

void store_put_referral_keys(struct store *store,
                             const struct id128 *referral,
                             struct bytes digests)
{
    const struct store_key key = key_of(referral);
    if (digests.size > 0) {
        store_put_record(store, TABLE_REFERRAL_KEY, &key, digests.data, digests.size);
    }
}

void store_forget_keys(struct store *store, const struct id128 *referral)
{
    uint8_t copy[LIMIT_MATCHING_KEYS * MATCHING_DIGEST_BYTES];
    struct bytes digests;
    if (!store_referral_keys(store, referral, &digests)) {
        return;
    }
    assert(digests.size <= sizeof(copy));
    const size_t size = digests.size;
    memcpy(copy, digests.data, size);
    for (size_t at = 0; at + MATCHING_DIGEST_BYTES <= size; at += MATCHING_DIGEST_BYTES) {
        struct store_key key = {0};
        store_key_add(&key, copy + at, MATCHING_DIGEST_BYTES);
        store_key_add_id(&key, referral);
        store_delete_record(store, TABLE_KEY, &key);
    }
    const struct store_key key = key_of(referral);
    store_delete_record(store, TABLE_REFERRAL_KEY, &key);
}

/* ---- who was shown what ---------------------------------------------------------------------------- */

bool store_shown(struct store *store,
                 const struct id128 *referral,
                 uint32_t site,
                 struct shown_record *out)
{
    const struct store_key key = key_at(referral, site);
    return store_record(store, TABLE_SHOWN, &key, out, sizeof(*out));
}

void store_put_shown(struct store *store,
                     const struct id128 *referral,
                     uint32_t site,
                     const struct shown_record *record)
{
    const struct store_key key = key_at(referral, site);
    store_put_record(store, TABLE_SHOWN, &key, record, sizeof(*record));
}

bool store_shown_after(struct store *store,
                       const struct id128 *referral,
                       uint32_t *site,
                       struct shown_record *out)
{
    const struct store_key from = key_at(referral, *site + 1);
    struct store_found found;
    if (!store_next(store, TABLE_SHOWN, &from, ID128_BYTES, &found)) {
        return false;
    }
    *site = bytes_get_u32(found.key.data + ID128_BYTES);
    memcpy(out, found.value.data, sizeof(*out));
    return true;
}

/* ---- erasures -------------------------------------------------------------------------------------- */

bool store_erasure(struct store *store, const struct id128 *referral, struct erasure_record *out)
{
    const struct store_key key = key_of(referral);
    return store_record(store, TABLE_ERASURE, &key, out, sizeof(*out));
}

void store_put_erasure(struct store *store,
                       const struct id128 *referral,
                       const struct erasure_record *record)
{
    const struct store_key key = key_of(referral);
    store_put_record(store, TABLE_ERASURE, &key, record, sizeof(*record));
}

bool store_erasure_after(struct store *store, struct id128 *referral, struct erasure_record *out)
{
    struct store_key from = key_of(referral);
    struct store_found found;
    if (!id128_is_none(referral)) {
        store_key_add_u8(&from, 0);
    }
    if (!store_next(store, TABLE_ERASURE, &from, 0, &found)) {
        return false;
    }
    memcpy(referral->bytes, found.key.data, ID128_BYTES);
    memcpy(out, found.value.data, sizeof(*out));
    return true;
}
