/* The state's environment: opening, transactions, the meta record, records by their keys. */
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
    BULK_PART = 1 << 15, /* records a transaction: each may change a page */
    BULK_BYTES = 64 << 20
};
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

/* Tables whose records are asked for by their whole key again and again: what was found below is remembered above. */
static const bool is_asked_again[TABLE_END] = {
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

bool store_is_packed(enum store_table table)
{
    return is_packed[table];
}

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
    keys_random(store->secret, sizeof(store->secret));
    store->newer = store_layer_create();
    store->older = store_layer_create();
    bool ok = store->newer == NULL || store->older == NULL
                  ? error_set(err, ERROR_OS, "no memory for the state")
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
    if ((*store)->worker != NULL) {
        worker_stop(&(*store)->worker);
    }
    kv_abort(&(*store)->txn);
    store_forget_workers(*store);
    kv_close(&(*store)->kv);
    store_layer_destroy(&(*store)->newer);
    store_layer_destroy(&(*store)->older);
    free(*store);
    *store = NULL;
}

bool store_use_worker(struct store *store, struct error *err)
{
    assert(store->worker == NULL && !store->commit.running);
    return worker_start(&store->worker, err);
}

/* ---- transactions -------------------------------------------------------------------------------- */

bool store_begin(struct store *store, struct error *err)
{
    assert(store->txn == NULL);
    return kv_begin_read(store->kv, &store->txn, err);
}

/* In one transaction, or in parts: nobody reads half a bulk store, and nobody has a snapshot of one that is written. */
static bool write_parts(struct store *store, struct kv_txn **txn, struct error *err)
{
    const size_t most = store->bulk ? (size_t)BULK_PART : SIZE_MAX;
    size_t next = 0;

    store_layer_arrange(store->older);
    for (;;) {
        const struct store_layer_target target = {
            .txn = *txn, .tables = store->tables, .packed = is_packed};
        next = store_layer_write(store->older, next, most, &target);
        if (next == 0) {
            return true;
        }
        if (!kv_commit(txn, err)) {
            return false;
        }
        const struct kv_space space = kv_space(store->kv);
        if ((space.used_bytes > space.map_bytes / 3 && !kv_grow(store->kv, err)) ||
            !kv_begin_write(store->kv, txn, err)) {
            return false;
        }
    }
}

/* The worker's: everything that was put into the older layer, and the meta record of that moment. */
static void write_older(void *world)
{
    struct store *store = world;
    struct store_commit *commit = &store->commit;
    struct kv_txn *txn = NULL;

    commit->ok = kv_begin_write(store->kv, &txn, &commit->err);
    if (!commit->ok) {
        return;
    }
    for (size_t i = 0; commit->clear && i < TABLE_END; i++) {
        kv_clear(txn, store->tables[i]);
    }
    commit->ok = write_parts(store, &txn, &commit->err);
    if (!commit->ok) {
        return;
    }
    kv_put(txn,
           store->tables[TABLE_META],
           bytes_of(meta_key_bytes, sizeof(meta_key_bytes)),
           bytes_of(&commit->meta, sizeof(commit->meta)));
    commit->ok = kv_commit(&txn, &commit->err);
}

bool store_commit_start(struct store *store, struct error *err)
{
    struct store_commit *commit = &store->commit;
    struct store_layer *closed = store->newer;

    assert(!commit->running);
    const struct error *failure = store_failed(store);
    if (failure != NULL) {
        *err = *failure;
        return false;
    }
    if (!store_layer_close(closed)) {
        return error_set(err, ERROR_OS, "no memory for the state");
    }
    store->newer = store->older;
    store->older = closed;
    store_layer_forget(store->newer);
    store->meta.layout = STORE_LAYOUT;
    commit->meta = store->meta;
    commit->clear = store->cleared;
    commit->running = true;
    if (store->worker != NULL) {
        worker_give(store->worker, write_older, store);
    }
    return true;
}

bool store_commit_runs(const struct store *store)
{
    return store->commit.running;
}

bool store_commit_is_done(const struct store *store)
{
    return store->commit.running && (store->worker == NULL || !worker_is_busy(store->worker));
}

bool store_commit_finish(struct store *store, struct error *err)
{
    assert(store->commit.running);
    if (store->worker != NULL) {
        worker_wait(store->worker);
    } else {
        write_older(store);
    }
    store->commit.running = false;
    if (!store->commit.ok) {
        *err = store->commit.err;
        return false;
    }
    store->cleared = store->cleared && !store->commit.clear;
    if (store->txn == NULL) {
        return true;
    }
    kv_abort(&store->txn); /* the next snapshot has what was written */
    return store_begin(store, err);
}

size_t store_uncommitted_bytes(const struct store *store)
{
    return store_layer_bytes(store->newer);
}

bool store_commit(struct store *store, struct error *err)
{
    assert(store->txn != NULL);
    bool ok = (!store->commit.running || store_commit_finish(store, err)) &&
              store_commit_start(store, err);
    kv_abort(&store->txn);
    return ok && store_commit_finish(store, err);
}

bool store_is_full(const struct store *store)
{
    return store_layer_bytes(store->newer) >= BULK_BYTES;
}

bool store_sync(struct store *store, struct error *err)
{
    assert(store->txn == NULL);
    return kv_sync(store->kv, err);
}

void store_abort(struct store *store)
{
    assert(!store->commit.running);
    store_layer_forget(store->newer);
    store_forget_workers(store);
    store->failed = false;
    store->cleared = false;
    kv_abort(&store->txn);
}

const struct error *store_failed(const struct store *store)
{
    static const struct error no_memory = {.code = ERROR_OS, .text = "no memory for the state"};
    if (store->failed) {
        return &no_memory;
    }
    return store->txn == NULL ? NULL : kv_failed(store->txn);
}

void store_clear(struct store *store)
{
    assert(!store->commit.running);
    store_layer_forget(store->newer);
    store_layer_forget(store->older);
    store->cleared = true;
    memset(&store->meta, 0, sizeof(store->meta));
    store_forget_workers(store);
}

struct kv_space store_space(struct store *store)
{
    return kv_space(store->kv);
}

bool store_grow(struct store *store, struct error *err)
{
    assert(!store->commit.running);
    const bool open = store->txn != NULL;
    kv_abort(&store->txn);
    const bool grown = kv_grow(store->kv, err);
    struct error ignored;
    return (!open || store_begin(store, grown ? err : &ignored)) && grown;
}

struct meta_record *store_meta(struct store *store)
{
    return &store->meta;
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

/* ---- records ------------------------------------------------------------------------------------- */

static struct store_layer_name
name_of(const struct store *store, enum store_table table, const struct store_key *key)
{
    const struct bytes bytes = bytes_of(key->bytes, key->size);
    return (struct store_layer_name){
        .table = table, .key = bytes, .hash = hash_short(store->secret, bytes) + table};
}

static void change(struct store *store,
                   enum store_layer_change how,
                   const struct store_layer_name *name,
                   struct bytes value)
{
    if (!store->failed && !store_layer_change(store->newer, how, name, value)) {
        store->failed = true;
    }
}

/* Of the layers; else of the table, where it may lie without its zeros. */
static bool find(struct store *store, const struct store_layer_name *name, struct store_found *out)
{
    const struct store_layer *layers[] = {store->newer, store->older};

    out->packed = false;
    for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
        switch (store_layer_get(layers[i], name, &out->value)) {
        case STORE_LAYER_FOUND:
            return true;
        case STORE_LAYER_ABSENT:
            return false;
        case STORE_LAYER_UNKNOWN:
            break;
        }
    }
    out->packed = is_packed[name->table];
    out->below = true;
    return !store->cleared &&
           kv_get(store->txn, store->tables[name->table], name->key, &out->value);
}

bool store_value(struct store *store,
                 enum store_table table,
                 const struct store_key *key,
                 struct bytes *out)
{
    const struct store_layer_name name = name_of(store, table, key);
    struct store_found found = {.below = false};

    assert(!is_packed[table]);
    if (!find(store, &name, &found)) {
        return false;
    }
    *out = found.value;
    return true;
}

void store_take(const struct store_found *found, void *record, size_t record_bytes)
{
    if (found->packed) {
        store_unpack(found->value, record, record_bytes);
    } else {
        assert(found->value.size == record_bytes);
        memcpy(record, found->value.data, record_bytes);
    }
}

bool store_record(struct store *store,
                  enum store_table table,
                  const struct store_key *key,
                  void *record,
                  size_t record_bytes)
{
    const struct store_layer_name name = name_of(store, table, key);
    struct store_found found = {.below = false};

    const bool there = find(store, &name, &found);
    if (there) {
        store_take(&found, record, record_bytes);
    }
    if (found.below && is_asked_again[table] && kv_failed(store->txn) == NULL) {
        store_layer_learn(
            store->newer, &name, there ? bytes_of(record, record_bytes) : bytes_of(NULL, 0));
    }
    return there;
}

void store_put_record(struct store *store,
                      enum store_table table,
                      const struct store_key *key,
                      const void *record,
                      size_t record_bytes)
{
    const struct store_layer_name name = name_of(store, table, key);
    change(store, STORE_LAYER_PUT, &name, bytes_of(record, record_bytes));
}

void store_put_new_record(struct store *store,
                          enum store_table table,
                          const struct store_key *key,
                          const void *record,
                          size_t record_bytes)
{
    const struct store_layer_name name = name_of(store, table, key);
    change(store, STORE_LAYER_PUT_NEW, &name, bytes_of(record, record_bytes));
}

void store_delete_record(struct store *store, enum store_table table, const struct store_key *key)
{
    const struct store_layer_name name = name_of(store, table, key);
    change(store, STORE_LAYER_DELETE, &name, bytes_of(NULL, 0));
}
