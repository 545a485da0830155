/* The agent's store: see agent_store.h. */
#include "agents/store/agent_store.h"

#include "base/kv.h"
#include "proto/sealing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCRATCH_BYTES = 4 << 20,   /* for small values that no caller's arena holds */
    DISK_LOW_BYTES = 64 << 20, /* under it new work is refused */
    VALUE_NUMBER_BYTES = 8
};

/* Address space, not disk. A turn writes at most what its frames and forms bring, some 130 MiB; the turn of a resync's
 * last page writes the whole view once more. So the map has room for as much again, twice. */
static const size_t MAP_BYTES = (size_t)512 << 20;
static const size_t MAP_BYTES_MAX = (size_t)16 << 30;

static const char *const TABLE_NAMES[AGENT_STORE_TABLE_END] = {
    [AGENT_STORE_META] = "meta",
    [AGENT_STORE_SPOOL] = "spool",
    [AGENT_STORE_REFUSED] = "refused",
    [AGENT_STORE_OWN] = "own",
    [AGENT_STORE_VIEWS] = "views",
    [AGENT_STORE_ASIDE] = "aside",
    [AGENT_STORE_FACTS] = "facts",
    [AGENT_STORE_SEEN] = "seen",
    [AGENT_STORE_HOOKS] = "hooks",
    [AGENT_STORE_KEPT] = "kept",
    [AGENT_STORE_ENDED] = "ended",
};

struct agent_store {
    struct kv *kv;
    struct kv_txn *txn;
    kv_table tables[AGENT_STORE_TABLE_END];
    struct key32 storage;
    struct arena *scratch; /* reset at every use */
    struct error trouble;  /* a value that did not open, memory out; reported by commit */
};

static void stick(struct agent_store *store, enum error_code code, const char *text)
{
    if (store->trouble.code == ERROR_NONE) {
        error_set(&store->trouble, code, "%s", text);
    }
}

/* Additional data of a sealed value: it opens only where it was put. */
static struct bytes context_of(enum agent_store_table table, struct bytes key, uint8_t *buffer)
{
    assert(key.size > 0 && key.size <= AGENT_STORE_KEY_BYTES_MAX);
    buffer[0] = (uint8_t)table;
    memcpy(buffer + 1, key.data, key.size);
    return bytes_of(buffer, key.size + 1);
}

static bool open_tables(struct agent_store *store, const char *path, struct error *err)
{
    struct kv_options options = {.path = path,
                                 .map_bytes = MAP_BYTES,
                                 .map_bytes_max = MAP_BYTES_MAX,
                                 .durability = KV_DURABLE};
    if (!kv_open(&store->kv, &options, err)) {
        return false;
    }
    for (int i = 0; i < AGENT_STORE_TABLE_END; i++) {
        if (!kv_table_open(store->kv, TABLE_NAMES[i], &store->tables[i], err)) {
            return false;
        }
    }
    return true;
}

/* A mark that only the right storage key opens; written by the first open. */
static bool prove_key(struct agent_store *store, struct error *err)
{
    if (!agent_store_begin(store, err)) {
        return false;
    }
    if (agent_store_number(store, "format") == 0) {
        agent_store_set_number(store, "format", 1);
    }
    return agent_store_commit(store, err);
}

bool agent_store_open(struct agent_store **out,
                      const struct agent_store_options *options,
                      struct error *err)
{
    struct agent_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return error_set(err, ERROR_OS, "no memory for the store");
    }
    store->storage = *options->storage;
    store->scratch = arena_create(SCRATCH_BYTES);
    bool fine = store->scratch != NULL || error_set(err, ERROR_OS, "no memory for the store");
    if (!fine || !open_tables(store, options->path, err) || !prove_key(store, err)) {
        error_prepend(err, "store %s", options->path);
        agent_store_close(&store);
        return false;
    }
    *out = store;
    return true;
}

void agent_store_close(struct agent_store **store)
{
    if (*store == NULL) {
        return;
    }
    kv_abort(&(*store)->txn);
    kv_close(&(*store)->kv);
    arena_destroy(&(*store)->scratch);
    keys_wipe(&(*store)->storage, sizeof(*store)->storage);
    free(*store);
    *store = NULL;
}

bool agent_store_begin(struct agent_store *store, struct error *err)
{
    assert(store->txn == NULL);
    struct kv_space space = kv_space(store->kv);
    if (space.used_bytes > space.map_bytes / 3 && space.map_bytes < MAP_BYTES_MAX &&
        !kv_grow(store->kv, err)) {
        return false;
    }
    return kv_begin_write(store->kv, &store->txn, err);
}

bool agent_store_commit(struct agent_store *store, struct error *err)
{
    if (store->trouble.code != ERROR_NONE) {
        kv_abort(&store->txn);
        *err = store->trouble;
        return false;
    }
    return kv_commit(&store->txn, err);
}

bool agent_store_has_room(struct agent_store *store)
{
    struct kv_space space = kv_space(store->kv);
    return space.disk_free_bytes >= DISK_LOW_BYTES &&
           (space.map_bytes < MAP_BYTES_MAX || space.used_bytes < space.map_bytes / 5 * 4);
}

uint64_t agent_store_disk_free(struct agent_store *store)
{
    return kv_space(store->kv).disk_free_bytes;
}

static bool unseal(struct agent_store *store,
                   struct bytes context,
                   struct bytes sealed,
                   struct arena *arena,
                   struct bytes *plain)
{
    if (!sealing_load(&store->storage, context, sealed, arena, plain)) {
        stick(store, ERROR_CONFIG, "the storage key does not open the store, or memory is out");
        return false;
    }
    return true;
}

bool agent_store_get(struct agent_store *store,
                     enum agent_store_table table,
                     struct bytes key,
                     struct arena *arena,
                     struct bytes *plain)
{
    uint8_t buffer[AGENT_STORE_KEY_BYTES_MAX + 1];
    struct bytes sealed;
    return kv_get(store->txn, store->tables[table], key, &sealed) &&
           unseal(store, context_of(table, key, buffer), sealed, arena, plain);
}

bool agent_store_has(struct agent_store *store, enum agent_store_table table, struct bytes key)
{
    struct bytes sealed;
    return kv_get(store->txn, store->tables[table], key, &sealed);
}

void agent_store_put(struct agent_store *store,
                     enum agent_store_table table,
                     struct bytes key,
                     struct bytes plain,
                     struct arena *arena)
{
    uint8_t buffer[AGENT_STORE_KEY_BYTES_MAX + 1];
    struct bytes sealed;
    if (!sealing_store(&store->storage, context_of(table, key, buffer), plain, arena, &sealed)) {
        stick(store, ERROR_OS, "no memory to seal a record of the store");
        return;
    }
    kv_put(store->txn, store->tables[table], key, sealed);
}

bool agent_store_delete(struct agent_store *store, enum agent_store_table table, struct bytes key)
{
    return kv_delete(store->txn, store->tables[table], key);
}

bool agent_store_seek(struct agent_store *store,
                      enum agent_store_table table,
                      struct bytes from,
                      struct arena *arena,
                      struct agent_store_row *row)
{
    struct bytes key;
    struct bytes sealed;
    if (!kv_seek(store->txn, store->tables[table], from, &key, &sealed)) {
        return false;
    }
    uint8_t buffer[AGENT_STORE_KEY_BYTES_MAX + 1];
    row->key = bytes_of(arena_copy(arena, key.data, key.size), key.size);
    if (row->key.data == NULL) {
        stick(store, ERROR_OS, "no memory to read the store");
        return false;
    }
    return unseal(store, context_of(table, key, buffer), sealed, arena, &row->plain);
}

static bool copy_key(struct bytes found, struct agent_store_key *key)
{
    assert(found.size <= sizeof key->data);
    memcpy(key->data, found.data, found.size);
    key->size = found.size;
    return true;
}

bool agent_store_seek_key(struct agent_store *store,
                          enum agent_store_table table,
                          struct bytes from,
                          struct agent_store_key *key)
{
    struct bytes found;
    struct bytes sealed;
    return kv_seek(store->txn, store->tables[table], from, &found, &sealed) && copy_key(found, key);
}

bool agent_store_seek_key_before(struct agent_store *store,
                                 enum agent_store_table table,
                                 struct bytes before,
                                 struct agent_store_key *key)
{
    struct bytes found;
    struct bytes sealed;
    return kv_seek_before(store->txn, store->tables[table], before, &found, &sealed) &&
           copy_key(found, key);
}

uint64_t agent_store_count(struct agent_store *store, enum agent_store_table table)
{
    return kv_count(store->txn, store->tables[table]);
}

void agent_store_clear(struct agent_store *store, enum agent_store_table table)
{
    kv_clear(store->txn, store->tables[table]);
}

uint64_t agent_store_number(struct agent_store *store, const char *name)
{
    struct bytes plain;
    arena_reset(store->scratch);
    if (!agent_store_get(store, AGENT_STORE_META, bytes_of_text(name), store->scratch, &plain) ||
        plain.size != VALUE_NUMBER_BYTES) {
        return 0;
    }
    return bytes_get_u64(plain.data);
}

void agent_store_set_number(struct agent_store *store, const char *name, uint64_t value)
{
    uint8_t plain[VALUE_NUMBER_BYTES];
    bytes_put_u64(plain, value);
    arena_reset(store->scratch);
    agent_store_put(store,
                    AGENT_STORE_META,
                    bytes_of_text(name),
                    bytes_of(plain, sizeof plain),
                    store->scratch);
}

void agent_store_disclosure_key(struct agent_store *store, struct key32 *out)
{
    struct bytes plain;
    memset(out, 0, sizeof *out);
    arena_reset(store->scratch);
    if (agent_store_get(
            store, AGENT_STORE_META, bytes_of_text("disclosure"), store->scratch, &plain) &&
        plain.size == 4 + KEYS_BYTES) {
        out->epoch = bytes_get_u32(plain.data);
        memcpy(out->bytes, plain.data + 4, KEYS_BYTES);
    }
}

void agent_store_set_disclosure_key(struct agent_store *store, const struct key32 *key)
{
    uint8_t plain[4 + KEYS_BYTES];
    bytes_put_u32(plain, key->epoch);
    memcpy(plain + 4, key->bytes, KEYS_BYTES);
    arena_reset(store->scratch);
    agent_store_put(store,
                    AGENT_STORE_META,
                    bytes_of_text("disclosure"),
                    bytes_of(plain, sizeof plain),
                    store->scratch);
}
