/* The state's environment: opening, transactions, the meta record, digests, and keys. */
#include "broker/store/store.h"

#include "base/keys.h"
#include "broker/store/store_pack.h"
#include "broker/store/store_table.h"
#include "proto/fact.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAP_BYTES_FIRST = 64 << 20,
    MAP_BYTES_BULK = 1 << 30,
    BULK_PART = 1 << 15 /* records a transaction: each may change a page */
};
static const struct store_cache_size cache_size = {1 << 15, (size_t)8 << 20};
static const struct store_cache_size cache_size_bulk = {1 << 20, (size_t)256 << 20};
static const uint64_t map_bytes_most = UINT64_C(256) << 30;

static const char *const table_names[TABLE_END] = {
    [TABLE_META] = "meta",
    [TABLE_CASE] = "case",
    [TABLE_CASE_NUMBER] = "case-number",
    [TABLE_CASE_REFERRAL] = "case-referral",
    [TABLE_REFERRAL] = "referral",
    [TABLE_KEY] = "key",
    [TABLE_ASSIGNMENT] = "assignment",
    [TABLE_CASE_ASSIGNMENT] = "case-assignment",
    [TABLE_WORKER] = "worker",
    [TABLE_WORKER_CASE] = "worker-case",
    [TABLE_COVERED_CASE] = "covered-case",
    [TABLE_SITE] = "site",
    [TABLE_REPLY] = "reply",
    [TABLE_LINE] = "line",
    [TABLE_VIEW] = "view",
    [TABLE_TIMER] = "timer",
    [TABLE_DECISION] = "decision",
    [TABLE_TIMELINE] = "timeline",
    [TABLE_TERRITORY] = "territory",
    [TABLE_PIN] = "pin",
    [TABLE_ROW] = "row",
    [TABLE_TEXT] = "text",
    [TABLE_VERSION] = "version",
    [TABLE_PLAN] = "plan",
    [TABLE_SHADOW_COUNT] = "shadow-count",
    [TABLE_SHADOW] = "shadow",
    [TABLE_PROPOSAL] = "proposal",
    [TABLE_PART] = "proposal-part",
    [TABLE_REASONS] = "reasons",
    [TABLE_SITE_KEY] = "site-key",
    [TABLE_KEY_SITE] = "key-site",
    [TABLE_REFERRAL_KEY] = "referral-key",
    [TABLE_SHOWN] = "shown",
    [TABLE_ERASURE] = "erasure",
    [TABLE_ROW_CHANGE] = "row-change",
};

/* Tables whose records are asked for by their whole key again and again; the others are walked in order, or written once. */
static const bool is_cached[TABLE_END] = {
    [TABLE_CASE] = true,
    [TABLE_CASE_NUMBER] = true,
    [TABLE_CASE_REFERRAL] = true,
    [TABLE_REFERRAL] = true,
    [TABLE_ASSIGNMENT] = true,
    [TABLE_CASE_ASSIGNMENT] = true,
    [TABLE_WORKER] = true,
    [TABLE_SITE] = true,
    [TABLE_REPLY] = true,
    [TABLE_VIEW] = true,
    [TABLE_TERRITORY] = true,
    [TABLE_PIN] = true,
};

/* Those that a fold only puts into or deletes from: in bulk they are held back, too. */
static const bool is_cached_bulk[TABLE_END] = {
    [TABLE_KEY] = true,
    [TABLE_WORKER_CASE] = true,
    [TABLE_LINE] = true,
    [TABLE_TIMER] = true,
    [TABLE_TIMELINE] = true,
    [TABLE_REFERRAL_KEY] = true,
};

/* Whoever puts a key that is new puts it for the first time. */
static const bool is_fresh[TABLE_END] = {
    [TABLE_LINE] = true,
    [TABLE_TIMER] = true,
};

/* Tables of records of which most words are zero; they are stored without those. */
static const bool is_packed[TABLE_END] = {
    [TABLE_CASE] = true,
    [TABLE_REFERRAL] = true,
    [TABLE_KEY] = true,
    [TABLE_ASSIGNMENT] = true,
    [TABLE_REPLY] = true,
    [TABLE_LINE] = true,
    [TABLE_VIEW] = true,
    [TABLE_TIMELINE] = true,
};

static const uint8_t meta_key_bytes[] = {'m'};

static bool open_store(struct store **out, const struct kv_options *options, struct error *err);
static bool read_meta(struct store *store, struct error *err);
static bool flush_in_parts(struct store *store, struct error *err);
static void flush(struct store *store, uint32_t table);

bool store_open(struct store **out, const char *folder, uint64_t map_bytes_max, struct error *err)
{
    struct kv_options options = {
        .path = folder,
        .map_bytes = MAP_BYTES_FIRST,
        .map_bytes_max = (size_t)(map_bytes_max == 0 ? map_bytes_most : map_bytes_max),
        .durability = KV_VIEW,
    };
    if (options.map_bytes > options.map_bytes_max) {
        options.map_bytes = options.map_bytes_max;
    }
    return open_store(out, &options, err);
}

bool store_open_bulk(struct store **out, const char *folder, struct error *err)
{
    const struct kv_options options = {
        .path = folder,
        .map_bytes = MAP_BYTES_BULK,
        .map_bytes_max = (size_t)map_bytes_most,
        .durability = KV_SCRATCH,
    };
    return open_store(out, &options, err);
}

static bool open_store(struct store **out, const struct kv_options *options, struct error *err)
{
    struct store *store = calloc(1, sizeof(*store));
    if (store == NULL) {
        return error_set(err, ERROR_OS, "no memory for the state");
    }
    store->bulk = options->durability == KV_SCRATCH;
    store->cache = store_cache_create(store->bulk ? &cache_size_bulk : &cache_size);
    bool ok = store->cache == NULL ? error_set(err, ERROR_OS, "no memory for the state")
                                   : kv_open(&store->kv, options, err);
    for (size_t i = 0; ok && i < TABLE_END; i++) {
        ok = kv_table_open(store->kv, table_names[i], &store->tables[i], err);
    }
    ok = ok && read_meta(store, err);
    if (!ok) {
        store_close(&store);
        return false;
    }
    *out = store;
    return true;
}

static bool read_meta(struct store *store, struct error *err)
{
    if (!store_begin(store, err)) {
        return false;
    }
    struct bytes value;
    const struct bytes key = bytes_of(meta_key_bytes, sizeof(meta_key_bytes));
    bool ours = kv_get(store->txn, store->tables[TABLE_META], key, &value) &&
                value.size == sizeof(store->meta);
    if (ours) {
        memcpy(&store->meta, value.data, sizeof(store->meta));
        ours = store->meta.layout == STORE_LAYOUT;
    }
    if (!ours) {
        store_clear(store);
    }
    return store_commit(store, err);
}

void store_close(struct store **store)
{
    if (*store == NULL) {
        return;
    }
    store_abort(*store);
    store_forget_workers(*store);
    kv_close(&(*store)->kv);
    store_cache_destroy(&(*store)->cache);
    free(*store);
    *store = NULL;
}

bool store_begin(struct store *store, struct error *err)
{
    assert(store->txn == NULL);
    return kv_begin_write(store->kv, &store->txn, err);
}

bool store_commit(struct store *store, struct error *err)
{
    assert(store->txn != NULL);
    if (store->bulk && !flush_in_parts(store, err)) {
        return false;
    }
    flush(store, TABLE_END);
    if (store_cache_is_full(store->cache)) {
        store_cache_forget(store->cache);
    }
    store->meta.layout = STORE_LAYOUT;
    kv_put(store->txn,
           store->tables[TABLE_META],
           bytes_of(meta_key_bytes, sizeof(meta_key_bytes)),
           bytes_of(&store->meta, sizeof(store->meta)));
    return kv_commit(&store->txn, err);
}

bool store_is_full(const struct store *store)
{
    return store_cache_is_full(store->cache);
}

bool store_sync(struct store *store, struct error *err)
{
    assert(store->txn == NULL);
    return kv_sync(store->kv, err);
}

void store_abort(struct store *store)
{
    if (store->txn != NULL) {
        store_cache_forget(store->cache);
        store_forget_workers(store);
        kv_abort(&store->txn);
    }
}

const struct error *store_failed(const struct store *store)
{
    return store->txn == NULL ? NULL : kv_failed(store->txn);
}

void store_clear(struct store *store)
{
    store_cache_forget(store->cache);
    for (size_t i = 0; i < TABLE_END; i++) {
        kv_clear(store->txn, store->tables[i]);
    }
    memset(&store->meta, 0, sizeof(store->meta));
    store_forget_workers(store);
}

struct kv_space store_space(struct store *store)
{
    return kv_space(store->kv);
}

bool store_grow(struct store *store, struct error *err)
{
    return kv_grow(store->kv, err);
}

struct meta_record *store_meta(struct store *store)
{
    return &store->meta;
}

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

/* The entry at or above *from, which becomes the smallest key behind it. */
static bool
next_entry(struct store *store, uint32_t table, struct store_key *from, struct store_found *out)
{
    if (!kv_seek(store->txn,
                 store->tables[table],
                 bytes_of(from->bytes, from->size),
                 &out->key,
                 &out->value)) {
        return false;
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
    flush(store, TABLE_END);
    fact_hash(bytes_of(&store->meta, sizeof(store->meta)), running);
    for (uint32_t table = TABLE_META + 1; table < TABLE_END; table++) {
        struct store_key from = {0};
        struct store_found found;
        while (next_entry(store, table, &from, &found)) {
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

static bool is_table_equal(struct store *a, struct store *b, uint32_t table)
{
    struct store_key from_a = {0};
    struct store_key from_b = {0};
    struct store_found in_a;
    struct store_found in_b;
    bool equal = true;
    while (equal && next_entry(a, table, &from_a, &in_a)) {
        equal = next_entry(b, table, &from_b, &in_b) && bytes_equal(in_a.key, in_b.key) &&
                bytes_equal(in_a.value, in_b.value);
    }
    return equal && !next_entry(b, table, &from_b, &in_b);
}

bool store_is_equal(struct store *a, struct store *b)
{
    bool equal = memcmp(&a->meta, &b->meta, sizeof(a->meta)) == 0;
    flush(a, TABLE_END);
    flush(b, TABLE_END);
    for (uint32_t table = TABLE_META + 1; equal && table < TABLE_END; table++) {
        equal = is_table_equal(a, b, table);
    }
    return equal;
}

void store_key_add(struct store_key *key, const void *part, size_t bytes)
{
    assert(key->size + bytes <= STORE_KEY_BYTES);
    memcpy(key->bytes + key->size, part, bytes);
    key->size += bytes;
}

void store_key_add_u8(struct store_key *key, uint32_t value)
{
    assert(value <= UINT8_MAX);
    const uint8_t byte = (uint8_t)value;
    store_key_add(key, &byte, 1);
}

void store_key_add_u32(struct store_key *key, uint32_t value)
{
    uint8_t part[4];
    bytes_put_u32(part, value);
    store_key_add(key, part, sizeof(part));
}

void store_key_add_u64(struct store_key *key, uint64_t value)
{
    uint8_t part[8];
    bytes_put_u64(part, value);
    store_key_add(key, part, sizeof(part));
}

void store_key_add_id(struct store_key *key, const struct id128 *id)
{
    store_key_add(key, id->bytes, ID128_BYTES);
}

/* Into the open transaction; TABLE_END: all tables. */
static void flush(struct store *store, uint32_t table)
{
    const uint32_t wanted = table == TABLE_END ? (uint32_t)STORE_CACHE_TABLES_MAX : table;
    const struct store_cache_part part = {.to = store_cache_order(store->cache, wanted),
                                          .tables = store->tables,
                                          .packed = is_packed};
    store_cache_write(store->cache, &part, store->txn);
}

/* All but the last part, with commits between them: nobody reads a half state of a bulk store. */
static bool flush_in_parts(struct store *store, struct error *err)
{
    const size_t count = store_cache_order(store->cache, STORE_CACHE_TABLES_MAX);
    struct store_cache_part part = {.tables = store->tables, .packed = is_packed};
    for (; part.from + BULK_PART < count; part.from = part.to) {
        part.to = part.from + BULK_PART;
        store_cache_write(store->cache, &part, store->txn);
        if (!kv_commit(&store->txn, err)) {
            return false;
        }
        const struct kv_space space = kv_space(store->kv);
        if (space.used_bytes > space.map_bytes / 3 && !kv_grow(store->kv, err)) {
            return false;
        }
        if (!kv_begin_write(store->kv, &store->txn, err)) {
            return false;
        }
    }
    return true;
}

static bool is_held(const struct store *store, enum store_table table)
{
    return is_cached[table] || (store->bulk && is_cached_bulk[table]);
}

static struct store_cache_name name_of(enum store_table table, const struct store_key *key)
{
    return (struct store_cache_name){
        .table = table, .key = bytes_of(key->bytes, key->size), .fresh = is_fresh[table]};
}

void store_take(enum store_table table, struct bytes value, void *record, size_t record_bytes)
{
    if (is_packed[table]) {
        store_unpack(value, record, record_bytes);
    } else {
        assert(value.size == record_bytes);
        memcpy(record, value.data, record_bytes);
    }
}

bool store_record(struct store *store,
                  enum store_table table,
                  const struct store_key *key,
                  void *record,
                  size_t record_bytes)
{
    const struct store_cache_name name = name_of(table, key);
    struct bytes value;

    if (is_held(store, table)) {
        const enum store_cache_answer answer =
            store_cache_get(store->cache, &name, record, record_bytes);
        if (answer != STORE_CACHE_UNKNOWN) {
            return answer == STORE_CACHE_FOUND;
        }
    }
    const bool found = kv_get(store->txn, store->tables[table], name.key, &value);
    if (found) {
        store_take(table, value, record, record_bytes);
    }
    if (is_held(store, table) && kv_failed(store->txn) == NULL) {
        store_cache_learn(store->cache, &name, bytes_of(record, found ? record_bytes : 0));
    }
    return found;
}

/* An empty record: deleted. */
static void
put_cached(struct store *store, const struct store_cache_name *name, struct bytes record)
{
    if (store_cache_put(store->cache, name, record)) {
        return;
    }
    flush(store, TABLE_END);
    store_cache_forget(store->cache);
    const bool kept = store_cache_put(store->cache, name, record);
    assert(kept);
}

void store_put_record(struct store *store,
                      enum store_table table,
                      const struct store_key *key,
                      const void *record,
                      size_t record_bytes)
{
    const struct store_cache_name name = name_of(table, key);
    if (is_held(store, table) && record_bytes > 0) {
        put_cached(store, &name, bytes_of(record, record_bytes));
    } else if (is_packed[table]) {
        uint8_t packed[STORE_PACK_BYTES_MAX];
        const size_t bytes = store_pack(record, record_bytes, packed);
        kv_put(store->txn, store->tables[table], name.key, bytes_of(packed, bytes));
    } else {
        kv_put(store->txn, store->tables[table], name.key, bytes_of(record, record_bytes));
    }
}

void store_delete_record(struct store *store, enum store_table table, const struct store_key *key)
{
    const struct store_cache_name name = name_of(table, key);
    if (is_held(store, table)) {
        put_cached(store, &name, bytes_of(NULL, 0));
    } else {
        (void)kv_delete(store->txn, store->tables[table], name.key);
    }
}

bool store_next(struct store *store,
                enum store_table table,
                const struct store_key *from,
                size_t prefix_bytes,
                struct store_found *out)
{
    struct store_found found;
    flush(store, table);
    if (!kv_seek(store->txn,
                 store->tables[table],
                 bytes_of(from->bytes, from->size),
                 &found.key,
                 &found.value)) {
        return false;
    }
    if (found.key.size < prefix_bytes || memcmp(found.key.data, from->bytes, prefix_bytes) != 0) {
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
    flush(store, table);
    if (!kv_seek_before(store->txn,
                        store->tables[table],
                        bytes_of(before->bytes, before->size),
                        &found.key,
                        &found.value)) {
        return false;
    }
    if (found.key.size < prefix_bytes || memcmp(found.key.data, before->bytes, prefix_bytes) != 0) {
        return false;
    }
    *out = found;
    return true;
}
