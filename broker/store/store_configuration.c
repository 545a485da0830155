/* The configuration as the journal brought it: coded directory rows and the texts of each version. */
#include "broker/store/store.h"

#include "broker/store/store_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct store_key key_of_row(enum directory_kind kind, uint32_t number)
{
    struct store_key key = {0};
    store_key_add_u8(&key, kind);
    store_key_add_u32(&key, number);
    return key;
}

enum { ROW_BYTES_MAX = 16384, TEXT_NAME_BYTES_MAX = 128 };

void store_put_row(struct store *store,
                   enum directory_kind kind,
                   uint32_t number,
                   bool removed,
                   struct bytes coded)
{
    uint8_t value[ROW_BYTES_MAX];
    assert(coded.size + 1 <= sizeof(value));
    value[0] = removed ? 1 : 0;
    memcpy(value + 1, coded.data, coded.size);
    const struct store_key key = key_of_row(kind, number);
    store_put_record(store, TABLE_ROW, &key, value, coded.size + 1);
}

bool store_row(struct store *store,
               enum directory_kind kind,
               uint32_t number,
               bool *removed,
               struct bytes *coded)
{
    const struct store_key key = key_of_row(kind, number);
    struct bytes value;
    if (!kv_get(store->txn, store->tables[TABLE_ROW], bytes_of(key.bytes, key.size), &value)) {
        return false;
    }
    assert(value.size >= 1);
    *removed = value.data[0] != 0;
    *coded = bytes_of(value.data + 1, value.size - 1);
    return true;
}

static struct store_key key_of_text(uint32_t version, uint32_t index)
{
    struct store_key key = {0};
    store_key_add_u32(&key, version);
    store_key_add_u32(&key, index);
    return key;
}

void store_put_text(struct store *store,
                    uint32_t version,
                    uint32_t index,
                    const char *name,
                    struct bytes text)
{
    const size_t name_bytes = strlen(name) + 1;
    assert(name_bytes <= TEXT_NAME_BYTES_MAX && text.size <= LIMIT_POLICY_BYTES);
    uint8_t value[TEXT_NAME_BYTES_MAX + LIMIT_POLICY_BYTES];
    memcpy(value, name, name_bytes);
    if (text.size > 0) {
        memcpy(value + name_bytes, text.data, text.size);
    }
    const struct store_key key = key_of_text(version, index);
    store_put_record(store, TABLE_TEXT, &key, value, name_bytes + text.size);
}

bool store_text(struct store *store,
                uint32_t version,
                uint32_t index,
                const char **name,
                struct bytes *text)
{
    const struct store_key key = key_of_text(version, index);
    struct bytes value;
    if (!kv_get(store->txn, store->tables[TABLE_TEXT], bytes_of(key.bytes, key.size), &value)) {
        return false;
    }
    const uint8_t *end = memchr(value.data, 0, value.size);
    assert(end != NULL);
    *name = (const char *)value.data;
    const size_t name_bytes = (size_t)(end - value.data) + 1;
    *text = bytes_of(value.data + name_bytes, value.size - name_bytes);
    return true;
}
