/* Tables in their order: what the layers have and hide, merged with what lies below; and the digest of it all. */
#include "broker/store/store_pack.h"
#include "broker/store/store_table.h"

#include <string.h>

/* The nearer of two places, the upper one when they have the same key. */
static void take_nearer(const struct store_layer_place *place,
                        enum store_walk_direction direction,
                        struct store_layer_place *nearest)
{
    if (nearest->key.data != NULL) {
        const int order = bytes_compare(place->key, nearest->key);
        if (order == 0 || (order > 0) == (direction == STORE_WALK_UP)) {
            return;
        }
    }
    *nearest = *place;
}

/* One step in a table: up at or above the key, down below it. */
static bool step(struct store *store,
                 enum store_table table,
                 enum store_walk_direction direction,
                 struct bytes key,
                 struct store_layer_place *out)
{
    struct store_layer *layers[] = {store->newer, store->older};
    const size_t count = store->commit.running ? 2 : 1; /* else the tables have the older one */
    struct store_layer_place place = {.gone = false};
    const bool up = direction == STORE_WALK_UP;

    *out = (struct store_layer_place){.gone = false};
    for (size_t i = 0; i < count; i++) {
        if (up ? store_layer_next(layers[i], table, key, &place)
               : store_layer_previous(layers[i], table, key, &place)) {
            take_nearer(&place, direction, out);
        }
    }
    const struct bytes above = out->key;
    place.gone = false;
    if (!store->cleared &&
        (up ? kv_seek(store->txn, store->tables[table], key, &place.key, &place.value)
            : kv_seek_before(store->txn, store->tables[table], key, &place.key, &place.value))) {
        take_nearer(&place, direction, out);
    }
    return out->key.data != above.data; /* found below the layers */
}

/* Steps over what is deleted. */
static bool walk(struct store *store,
                 enum store_table table,
                 enum store_walk_direction direction,
                 const struct store_key *from,
                 struct store_found *out)
{
    uint8_t after[STORE_KEY_BYTES + 1];
    struct bytes key = bytes_of(from->bytes, from->size);
    struct store_layer_place place;

    for (;;) {
        out->below = step(store, table, direction, key, &place);
        if (place.key.data == NULL) {
            return false;
        }
        if (!place.gone) {
            out->key = place.key;
            out->value = place.value;
            out->packed = out->below && store_is_packed(table);
            return true;
        }
        memcpy(after, place.key.data, place.key.size);
        after[place.key.size] = 0;
        key = bytes_of(after, place.key.size + (direction == STORE_WALK_UP ? 1 : 0));
    }
}

static bool has_prefix(struct bytes key, const struct store_key *of, size_t prefix_bytes)
{
    return key.size >= prefix_bytes && memcmp(key.data, of->bytes, prefix_bytes) == 0;
}

bool store_next(struct store *store,
                enum store_table table,
                const struct store_key *from,
                size_t prefix_bytes,
                struct store_found *out)
{
    struct store_found found;
    if (!walk(store, table, STORE_WALK_UP, from, &found) ||
        !has_prefix(found.key, from, prefix_bytes)) {
        return false;
    }
    *out = found;
    return true;
}

bool store_previous(struct store *store,
                    enum store_table table,
                    const struct store_key *before,
                    size_t prefix_bytes,
                    struct store_found *out)
{
    struct store_found found;
    if (!walk(store, table, STORE_WALK_DOWN, before, &found) ||
        !has_prefix(found.key, before, prefix_bytes)) {
        return false;
    }
    *out = found;
    return true;
}

/* ---- the digest ---------------------------------------------------------------------------------- */

/* The smallest key above this one with the same size. */
static void increment_key(struct store_key *key)
{
    for (size_t i = key->size; i > 0; i--) {
        if (++key->bytes[i - 1] != 0) {
            return;
        }
    }
    /* All ones: nothing of this size is above it; a longer key is. */
    memset(key->bytes, UINT8_MAX, key->size);
    store_key_add_u8(key, 0);
}

/* The entry at or above *from as it is stored, which becomes the smallest key behind it. words: room for it. */
static bool next_entry(struct store *store,
                       enum store_table table,
                       struct store_key *from,
                       struct store_found *out,
                       uint8_t words[static STORE_PACK_BYTES_MAX])
{
    if (!store_next(store, table, from, 0, out)) {
        return false;
    }
    if (store_is_packed(table) && !out->packed) {
        out->value = bytes_of(words, store_pack(out->value.data, out->value.size, words));
    }
    from->size = 0;
    store_key_add(from, out->key.data, out->key.size);
    increment_key(from);
    return true;
}

/* The meta record is digested from memory, the tables in their order, each entry with its lengths. */
void store_digest(struct store *store, uint8_t out[32])
{
    uint8_t running[FACT_HASH_BYTES];
    fact_hash(bytes_of(store_meta(store), sizeof(struct meta_record)), running);
    for (uint32_t table = TABLE_META + 1; table < TABLE_END; table++) {
        struct store_key from = {0};
        struct store_found found;
        uint8_t words[STORE_PACK_BYTES_MAX];
        while (next_entry(store, table, &from, &found, words)) {
            uint8_t joined[FACT_HASH_BYTES * 3 + 4];
            memcpy(joined, running, FACT_HASH_BYTES);
            fact_hash(found.key, joined + FACT_HASH_BYTES);
            fact_hash(found.value, joined + (size_t)FACT_HASH_BYTES * 2);
            bytes_put_u32(joined + (size_t)FACT_HASH_BYTES * 3, table);
            fact_hash(bytes_of(joined, sizeof(joined)), running);
        }
    }
    memcpy(out, running, FACT_HASH_BYTES);
}

static bool is_table_equal(struct store *a, struct store *b, enum store_table table)
{
    struct store_key from_a = {0};
    struct store_key from_b = {0};
    struct store_found in_a;
    struct store_found in_b;
    uint8_t words_a[STORE_PACK_BYTES_MAX];
    uint8_t words_b[STORE_PACK_BYTES_MAX];
    bool equal = true;
    while (equal && next_entry(a, table, &from_a, &in_a, words_a)) {
        equal = next_entry(b, table, &from_b, &in_b, words_b) && bytes_equal(in_a.key, in_b.key) &&
                bytes_equal(in_a.value, in_b.value);
    }
    return equal && !next_entry(b, table, &from_b, &in_b, words_b);
}

bool store_is_equal(struct store *a, struct store *b)
{
    bool equal = memcmp(store_meta(a), store_meta(b), sizeof(struct meta_record)) == 0;
    for (uint32_t table = TABLE_META + 1; equal && table < TABLE_END; table++) {
        equal = is_table_equal(a, b, table);
    }
    return equal;
}
