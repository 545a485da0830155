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
    if (!store_value(store, TABLE_ROW, &key, &value)) {
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
    if (!store_value(store, TABLE_TEXT, &key, &value)) {
        return false;
    }
    const uint8_t *end = memchr(value.data, 0, value.size);
    assert(end != NULL);
    *name = (const char *)value.data;
    const size_t name_bytes = (size_t)(end - value.data) + 1;
    *text = bytes_of(value.data + name_bytes, value.size - name_bytes);
    return true;
}

/* ---- versions ----------------------------------------------------------------------------------------- */

static struct store_key key_of_version(uint32_t version)
{
    struct store_key key = {0};
    store_key_add_u32(&key, version);
    return key;
}

void store_put_version(struct store *store, const struct version_record *record)
{
    const struct store_key key = key_of_version(record->version);
    store_put_record(store, TABLE_VERSION, &key, record, sizeof(*record));
}

bool store_version(struct store *store, uint32_t version, struct version_record *out)
{
    const struct store_key key = key_of_version(version);
    return store_record(store, TABLE_VERSION, &key, out, sizeof(*out));
}

enum { CHANGE_HEAD_BYTES = 5, CHANGE_HAS_BEFORE = 1, CHANGE_HAS_AFTER = 2 };

void store_put_row_change(struct store *store,
                          uint32_t version,
                          enum directory_kind kind,
                          uint32_t number,
                          const struct row_change *change)
{
    uint8_t value[CHANGE_HEAD_BYTES + 2 * ROW_BYTES_MAX];
    const struct bytes before = change->before;
    const struct bytes after = change->after;
    assert(before.size <= ROW_BYTES_MAX && after.size <= ROW_BYTES_MAX);
    value[0] = (uint8_t)((before.data == NULL ? 0 : CHANGE_HAS_BEFORE) |
                         (after.data == NULL ? 0 : CHANGE_HAS_AFTER));
    bytes_put_u32(value + 1, (uint32_t)before.size);
    if (before.size > 0) {
        memcpy(value + CHANGE_HEAD_BYTES, before.data, before.size);
    }
    if (after.size > 0) {
        memcpy(value + CHANGE_HEAD_BYTES + before.size, after.data, after.size);
    }
    struct store_key key = key_of_version(version);
    store_key_add_u8(&key, kind);
    store_key_add_u32(&key, number);
    store_put_record(
        store, TABLE_ROW_CHANGE, &key, value, CHANGE_HEAD_BYTES + before.size + after.size);
}

bool store_row_change_after(struct store *store,
                            uint32_t version,
                            enum directory_kind *kind,
                            uint32_t *number,
                            struct row_change *out)
{
    struct store_key from = key_of_version(version);
    struct store_found found;
    store_key_add_u8(&from, *kind);
    store_key_add_u32(&from, *number);
    store_key_add_u8(&from, 0);
    if (!store_next(store, TABLE_ROW_CHANGE, &from, sizeof(version), &found)) {
        return false;
    }
    assert(found.key.size == sizeof(version) + 1 + sizeof(*number));
    assert(found.value.size >= CHANGE_HEAD_BYTES);
    *kind = (enum directory_kind)found.key.data[sizeof(version)];
    *number = bytes_get_u32(found.key.data + sizeof(version) + 1);
    const uint8_t *value = found.value.data;
    const size_t before_bytes = bytes_get_u32(value + 1);
    const size_t after_bytes = found.value.size - CHANGE_HEAD_BYTES - before_bytes;
    const uint8_t *before = value + CHANGE_HEAD_BYTES;
    *out = (struct row_change){
        .before = bytes_of((value[0] & CHANGE_HAS_BEFORE) != 0 ? before : NULL, before_bytes),
        .after = bytes_of((value[0] & CHANGE_HAS_AFTER) != 0 ? before + before_bytes : NULL,
                          after_bytes)};
    return true;
}
