/* A table of open addressing over entries that are only ever added, until all is forgotten. */
#include "broker/store/store_cache.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/keys.h"
#include "broker/store/store_pack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Read entries may take this part of the room; the rest is for what is to be written. */
enum { FULL_SHARE = 2 };

struct entry {
    uint64_t hash;
    void *record; /* NULL: there is none */
    uint32_t record_bytes;
    uint8_t table;
    uint8_t key_bytes;
    bool dirty;
    bool stored; /* the table may have it */
    uint8_t key[STORE_CACHE_KEY_BYTES];
};

struct slot {
    uint32_t entry; /* 0: empty, else its index + 1 */
    uint32_t tag;   /* of its hash, so that most others need not be looked at */
};

struct store_cache {
    struct arena *arena; /* of the records */
    struct arena *room;  /* of the three arrays */
    struct entry *entries;
    struct entry **order; /* room for a flush */
    struct slot *slots;   /* never more than half full */
    uint32_t count;
    struct store_cache_size size;
    uint32_t dirty[STORE_CACHE_TABLES_MAX];
    uint8_t secret[HASH_SHORT_KEY_BYTES]; /* agents draw ids: they must not know where these fall */
};

static size_t slot_count(const struct store_cache *cache)
{
    return (size_t)cache->size.entries * 2;
}

struct store_cache *store_cache_create(const struct store_cache_size *size)
{
    const size_t entry_bytes =
        sizeof(struct entry) + sizeof(struct entry *) + 2 * sizeof(struct slot);
    struct store_cache *cache = calloc(1, sizeof(*cache));
    if (cache == NULL) {
        return NULL;
    }
    assert((size->entries & (size->entries - 1)) == 0);
    cache->size = *size;
    cache->arena = arena_create(size->record_bytes);
    cache->room = arena_create((size->entries + 1) * entry_bytes);
    if (cache->arena == NULL || cache->room == NULL) {
        store_cache_destroy(&cache);
        return NULL;
    }
    cache->entries = arena_array(cache->room, size->entries, sizeof(*cache->entries));
    cache->order = arena_array(cache->room, size->entries, sizeof(struct entry *));
    cache->slots = arena_array(cache->room, slot_count(cache), sizeof(*cache->slots));
    assert(cache->entries != NULL && cache->order != NULL && cache->slots != NULL);
    keys_random(cache->secret, sizeof(cache->secret));
    return cache;
}

void store_cache_destroy(struct store_cache **cache)
{
    struct store_cache *old = *cache;
    if (old == NULL) {
        return;
    }
    arena_destroy(&old->arena);
    arena_destroy(&old->room);
    free(old);
    *cache = NULL;
}

static uint64_t hash_of_name(const struct store_cache *cache, const struct store_cache_name *name)
{
    assert(name->table < STORE_CACHE_TABLES_MAX && name->key.size <= STORE_CACHE_KEY_BYTES);
    return hash_short(cache->secret, name->key) + name->table;
}

/* Where the name stands, or would stand. */
static struct slot *
slot_of(const struct store_cache *cache, const struct store_cache_name *name, uint64_t hash)
{
    for (uint64_t i = hash;; i++) {
        struct slot *slot = &cache->slots[i & (slot_count(cache) - 1)];
        if (slot->entry == 0) {
            return slot;
        }
        if (slot->tag != (uint32_t)(hash >> 32)) {
            continue;
        }
        const struct entry *entry = &cache->entries[slot->entry - 1];
        if (entry->hash == hash && entry->table == name->table &&
            bytes_equal(bytes_of(entry->key, entry->key_bytes), name->key)) {
            return slot;
        }
    }
}

enum store_cache_answer store_cache_get(const struct store_cache *cache,
                                        const struct store_cache_name *name,
                                        void *record,
                                        size_t record_bytes)
{
    const struct slot *slot = slot_of(cache, name, hash_of_name(cache, name));
    if (slot->entry == 0) {
        return STORE_CACHE_UNKNOWN;
    }
    const struct entry *entry = &cache->entries[slot->entry - 1];
    if (entry->record == NULL) {
        return STORE_CACHE_ABSENT;
    }
    assert(entry->record_bytes == record_bytes);
    memcpy(record, entry->record, record_bytes);
    return STORE_CACHE_FOUND;
}

/* The entry of the name with this record; NULL: no room. */
static struct entry *
hold(struct store_cache *cache, const struct store_cache_name *name, struct bytes record)
{
    const uint64_t hash = hash_of_name(cache, name);
    struct slot *slot = slot_of(cache, name, hash);
    struct entry *entry = slot->entry == 0 ? NULL : &cache->entries[slot->entry - 1];
    const bool fits = entry != NULL && entry->record != NULL && entry->record_bytes == record.size;
    void *copy = NULL;

    if (entry == NULL && cache->count == cache->size.entries) {
        return NULL;
    }
    if (record.size > 0) {
        copy = fits ? entry->record : arena_alloc(cache->arena, record.size);
        if (copy == NULL) {
            return NULL;
        }
        memcpy(copy, record.data, record.size);
    }
    if (entry == NULL) {
        entry = &cache->entries[cache->count++];
        *slot = (struct slot){cache->count, (uint32_t)(hash >> 32)};
        entry->hash = hash;
        entry->table = (uint8_t)name->table;
        entry->key_bytes = (uint8_t)name->key.size;
        entry->dirty = false;
        entry->stored = !name->fresh || record.size == 0;
        memcpy(entry->key, name->key.data, name->key.size);
    }
    entry->record = copy;
    entry->record_bytes = (uint32_t)record.size;
    return entry;
}

void store_cache_learn(struct store_cache *cache,
                       const struct store_cache_name *name,
                       struct bytes record)
{
    struct entry *entry = store_cache_is_full(cache) ? NULL : hold(cache, name, record);
    if (entry != NULL) {
        entry->stored = record.size > 0;
    }
}

bool store_cache_put(struct store_cache *cache,
                     const struct store_cache_name *name,
                     struct bytes record)
{
    struct entry *entry = hold(cache, name, record);
    if (entry == NULL) {
        return false;
    }
    const bool dirty = record.size > 0 || entry->stored; /* else it came and went */
    cache->dirty[name->table] += (dirty ? 1U : 0U) - (entry->dirty ? 1U : 0U);
    entry->dirty = dirty;
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct entry *first = *(struct entry *const *)a;
    const struct entry *second = *(struct entry *const *)b;
    if (first->table != second->table) {
        return first->table < second->table ? -1 : 1;
    }
    return bytes_compare(bytes_of(first->key, first->key_bytes),
                         bytes_of(second->key, second->key_bytes));
}

size_t store_cache_order(struct store_cache *cache, uint32_t table)
{
    const bool all = table == STORE_CACHE_TABLES_MAX;
    size_t count = 0;

    if (!all && cache->dirty[table] == 0) {
        return 0;
    }
    for (uint32_t i = 0; i < cache->count; i++) {
        struct entry *entry = &cache->entries[i];
        if (entry->dirty && (all || entry->table == table)) {
            cache->order[count++] = entry;
        }
    }
    qsort(cache->order, count, sizeof(struct entry *), by_key);
    return count;
}

static void
write_entry(const struct entry *entry, const struct store_cache_part *part, struct kv_txn *txn)
{
    const struct bytes key = bytes_of(entry->key, entry->key_bytes);
    const kv_table table = part->tables[entry->table];

    if (entry->record == NULL) {
        (void)kv_delete(txn, table, key);
    } else if (part->packed[entry->table]) {
        uint8_t words[STORE_PACK_BYTES_MAX];
        const size_t bytes = store_pack(entry->record, entry->record_bytes, words);
        kv_put_near(txn, table, key, bytes_of(words, bytes));
    } else {
        kv_put_near(txn, table, key, bytes_of(entry->record, entry->record_bytes));
    }
}

void store_cache_write(struct store_cache *cache,
                       const struct store_cache_part *part,
                       struct kv_txn *txn)
{
    for (size_t i = part->from; i < part->to; i++) {
        struct entry *entry = cache->order[i];
        write_entry(entry, part, txn);
        entry->dirty = false;
        entry->stored = entry->record != NULL;
        cache->dirty[entry->table]--;
    }
}

void store_cache_forget(struct store_cache *cache)
{
    if (cache->count == 0) {
        return;
    }
    arena_reset(cache->arena);
    memset(cache->slots, 0, slot_count(cache) * sizeof(*cache->slots));
    memset(cache->dirty, 0, sizeof(cache->dirty));
    cache->count = 0;
}

bool store_cache_is_full(const struct store_cache *cache)
{
    return cache->count > cache->size.entries / FULL_SHARE ||
           arena_used(cache->arena) > cache->size.record_bytes / FULL_SHARE;
}
