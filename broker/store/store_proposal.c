/* Proposals of a configuration, their parts, and why they were refused. */
#include "broker/store/store.h"

#include "broker/store/store_table.h"

#include <assert.h>
#include <string.h>

static struct store_key key_of_site(uint32_t site)
{
    struct store_key key = {0};
    store_key_add_u32(&key, site);
    return key;
}

static struct store_key key_of_part(uint32_t site, uint32_t index)
{
    struct store_key key = key_of_site(site);
    store_key_add_u32(&key, index);
    return key;
}

bool store_proposal(struct store *store, uint32_t site, struct proposal_record *out)
{
    const struct store_key key = key_of_site(site);
    return store_record(store, TABLE_PROPOSAL, &key, out, sizeof(*out));
}

void store_put_proposal(struct store *store, const struct proposal_record *record)
{
    const struct store_key key = key_of_site(record->site);
    store_put_record(store, TABLE_PROPOSAL, &key, record, sizeof(*record));
}

bool store_proposal_pending(struct store *store, uint32_t after_site, struct proposal_record *out)
{
    struct store_found found;
    struct store_key from = key_of_site(after_site + 1);
    while (store_next(store, TABLE_PROPOSAL, &from, 0, &found)) {
        assert(found.value.size == sizeof(*out));
        memcpy(out, found.value.data, sizeof(*out));
        if (out->state == PROPOSAL_PENDING) {
            return true;
        }
        from = key_of_site(out->site + 1);
    }
    return false;
}

bool store_part(struct store *store, uint32_t site, uint32_t index, struct bytes *out)
{
    const struct store_key key = key_of_part(site, index);
    return store_value(store, TABLE_PART, &key, out);
}

void store_put_part(struct store *store, uint32_t site, uint32_t index, struct bytes part)
{
    const struct store_key key = key_of_part(site, index);
    store_put_record(store, TABLE_PART, &key, part.data, part.size);
}

void store_clear_parts(struct store *store, uint32_t site)
{
    struct store_found found;
    const struct store_key from = key_of_site(site);
    while (store_next(store, TABLE_PART, &from, from.size, &found)) {
        struct store_key key = {0};
        store_key_add(&key, found.key.data, found.key.size);
        store_delete_record(store, TABLE_PART, &key);
    }
}

void store_put_reasons(struct store *store, uint32_t site, const char *ru, const char *en)
{
    uint8_t value[2 * (LIMIT_REASON_BYTES + 1)];
    const size_t ru_bytes = strlen(ru) + 1;
    const size_t en_bytes = strlen(en) + 1;
    const struct store_key key = key_of_site(site);
    assert(ru_bytes + en_bytes <= sizeof(value));
    memcpy(value, ru, ru_bytes);
    memcpy(value + ru_bytes, en, en_bytes);
    store_put_record(store, TABLE_REASONS, &key, value, ru_bytes + en_bytes);
}

bool store_reasons(struct store *store, uint32_t site, const char **ru, const char **en)
{
    struct bytes value;
    const struct store_key key = key_of_site(site);
    if (!store_value(store, TABLE_REASONS, &key, &value)) {
        return false;
    }
    *ru = (const char *)value.data;
    *en = *ru + strlen(*ru) + 1;
    assert((size_t)(*en - *ru) < value.size);
    return true;
}
