/* The journal in an LMDB environment of this machine; see journal.h.
 *
 * Table `batches`: number, big-endian -> encoded batch. Table `keys`: referral id -> epoch, big-endian, and the
 * sealed key. Table `marks`: "end" -> number and hash of the last batch (missing in journals of before), "generation"
 * -> how often keys were sealed anew. All change in one transaction.
 */
#include "broker/journal/journal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER_BYTES = 8,
    END_BYTES = NUMBER_BYTES + FACT_HASH_BYTES,
    EPOCH_BYTES = 4,
    MAP_BYTES_FIRST = 256 << 20,
    WALK_BATCHES = 64 /* read in one snapshot: an old snapshot makes the file grow */
};
static const uint64_t map_bytes_most = UINT64_C(1) << 40;

struct journal {
    struct kv *kv;
    kv_table batches;
    kv_table keys;
    kv_table marks;
    struct journal_end end;
    uint64_t generation;
    struct kv_txn *append; /* in flight */
    struct journal_end next;
};

static bool read_end(struct journal *journal, struct error *err);
static void put_end(struct journal *journal);
static void put_key(struct journal *journal, const struct journal_key *key);
static bool walk_some(struct journal *journal,
                      const struct journal_walk *walk,
                      struct journal_end *at,
                      struct error *err);

bool journal_open(struct journal **out, const char *folder, struct error *err)
{
    struct kv_options options = {
        .path = folder,
        .map_bytes = MAP_BYTES_FIRST,
        .map_bytes_max = (size_t)map_bytes_most,
        .durability = KV_DURABLE,
    };
    struct journal *journal = calloc(1, sizeof(*journal));
    if (journal == NULL) {
        return error_set(err, ERROR_OS, "no memory for the journal");
    }
    if (!kv_open(&journal->kv, &options, err) ||
        !kv_table_open(journal->kv, "batches", &journal->batches, err) ||
        !kv_table_open(journal->kv, "keys", &journal->keys, err) ||
        !kv_table_open(journal->kv, "marks", &journal->marks, err) || !read_end(journal, err)) {
        journal_close(&journal);
        return error_prepend(err, "open the journal");
    }
    *out = journal;
    return true;
}

void journal_close(struct journal **journal)
{
    if (*journal == NULL) {
        return;
    }
    kv_abort(&(*journal)->append);
    kv_close(&(*journal)->kv);
    free(*journal);
    *journal = NULL;
}

struct journal_end journal_end(const struct journal *journal)
{
    return journal->end;
}

bool journal_begin(struct journal *journal, const struct journal_record *record, struct error *err)
{
    uint8_t number[NUMBER_BYTES];

    assert(journal->append == NULL);
    assert(record->number == journal->end.number + 1);
    assert(record->coded.size > 0);
    if (!kv_begin_write(journal->kv, &journal->append, err)) {
        return error_prepend(err, "append to the journal");
    }
    bytes_put_u64(number, record->number);
    kv_append(journal->append, journal->batches, bytes_of(number, sizeof(number)), record->coded);
    for (size_t i = 0; i < record->key_count; i++) {
        put_key(journal, &record->keys[i]);
    }
    for (size_t i = 0; i < record->erased_count; i++) {
        (void)kv_delete(journal->append, journal->keys, id128_bytes(&record->erased[i]));
    }
    journal->next.number = record->number;
    fact_hash(record->coded, journal->next.hash);
    put_end(journal);
    return true;
}

bool journal_finish(struct journal *journal, struct journal_end *end, struct error *err)
{
    assert(journal->append != NULL);
    if (!kv_commit(&journal->append, err)) {
        return error_prepend(err, "append to the journal");
    }
    journal->end = journal->next;
    *end = journal->end;
    return true;
}

bool journal_read(struct journal *journal,
                  uint64_t number,
                  struct arena *arena,
                  struct bytes *coded,
                  struct error *err)
{
    struct kv_txn *txn = NULL;
    struct bytes value;
    uint8_t key[NUMBER_BYTES];

    if (!kv_begin_read(journal->kv, &txn, err)) {
        return error_prepend(err, "read the journal");
    }
    bytes_put_u64(key, number);
    bool found = kv_get(txn, journal->batches, bytes_of(key, sizeof(key)), &value);
    const void *copy = found ? arena_copy(arena, value.data, value.size) : NULL;
    kv_abort(&txn);
    if (!found) {
        return error_set(err, ERROR_DATA, "the journal has no batch %" PRIu64, number);
    }
    if (copy == NULL) {
        return error_set(err, ERROR_OS, "no memory for batch %" PRIu64, number);
    }
    *coded = bytes_of(copy, value.size);
    return true;
}

bool journal_walk(struct journal *journal, const struct journal_walk *walk, struct error *err)
{
    struct journal_end at = walk->after;

    while (at.number < journal->end.number) {
        if (!walk_some(journal, walk, &at, err)) {
            return error_prepend(err, "journal, batch %" PRIu64, at.number + 1);
        }
    }
    return true;
}

bool journal_hash(struct journal *journal, uint64_t number, uint8_t out[FACT_HASH_BYTES])
{
    struct kv_txn *txn = NULL;
    struct bytes value;
    uint8_t key[NUMBER_BYTES];
    struct error ignored;

    memset(out, 0, FACT_HASH_BYTES);
    if (number == 0) {
        return true;
    }
    if (!kv_begin_read(journal->kv, &txn, &ignored)) {
        return false;
    }
    bytes_put_u64(key, number);
    bool found = kv_get(txn, journal->batches, bytes_of(key, sizeof(key)), &value);
    if (found) {
        fact_hash(value, out);
    }
    kv_abort(&txn);
    return found;
}

/* False: the arena is full, or this is no key. */
static bool
copy_key(struct bytes key, struct bytes value, struct arena *arena, struct journal_key *out)
{
    if (value.size <= EPOCH_BYTES || !id128_of_bytes(key, &out->referral)) {
        return false;
    }
    const void *sealed = arena_copy(arena, value.data + EPOCH_BYTES, value.size - EPOCH_BYTES);
    out->epoch = bytes_get_u32(value.data);
    out->sealed = bytes_of(sealed, value.size - EPOCH_BYTES);
    return sealed != NULL;
}

bool journal_key(struct journal *journal,
                 const struct id128 *referral,
                 struct arena *arena,
                 struct journal_key *out)
{
    struct kv_txn *txn = NULL;
    struct bytes value;
    struct error ignored;

    if (!kv_begin_read(journal->kv, &txn, &ignored)) {
        return false;
    }
    const bool found = kv_get(txn, journal->keys, id128_bytes(referral), &value) &&
                       copy_key(id128_bytes(referral), value, arena, out);
    kv_abort(&txn);
    return found;
}

bool journal_keys_after(struct journal *journal,
                        const struct id128 *after,
                        struct arena *arena,
                        struct journal_keys *out,
                        struct error *err)
{
    uint8_t from[ID128_BYTES + 1] = {0}; /* with a byte more: behind it */
    struct kv_txn *txn = NULL;
    struct bytes key;
    struct bytes value;
    bool copied = true;

    out->count = 0;
    if (!kv_begin_read(journal->kv, &txn, err)) {
        return error_prepend(err, "read the journal");
    }
    memcpy(from, after->bytes, ID128_BYTES);
    while (copied && out->count < out->most &&
           kv_seek(txn, journal->keys, bytes_of(from, sizeof(from)), &key, &value)) {
        struct journal_key *found = &out->items[out->count];
        copied = copy_key(key, value, arena, found);
        memcpy(from, found->referral.bytes, ID128_BYTES);
        out->count += copied ? 1 : 0;
    }
    out->total = kv_count(txn, journal->keys);
    const struct error *failure = kv_failed(txn);
    if (failure != NULL) {
        *err = *failure;
    }
    const bool read = failure == NULL;
    kv_abort(&txn);
    return read && (copied || error_set(err, ERROR_OS, "no memory for keys of the journal"));
}

uint64_t journal_generation(const struct journal *journal)
{
    return journal->generation;
}

bool journal_add(struct journal *journal, const struct journal_page *page, struct error *err)
{
    uint8_t number[NUMBER_BYTES];

    assert(journal->append == NULL);
    if (!kv_begin_write(journal->kv, &journal->append, err)) {
        return error_prepend(err, "write the journal");
    }
    journal->next = journal->end;
    for (size_t i = 0; i < page->batch_count; i++) {
        bytes_put_u64(number, ++journal->next.number);
        fact_hash(page->batches[i], journal->next.hash);
        kv_append(
            journal->append, journal->batches, bytes_of(number, sizeof(number)), page->batches[i]);
    }
    for (size_t i = 0; i < page->key_count; i++) {
        put_key(journal, &page->keys[i]);
    }
    for (size_t i = 0; i < page->erased_count; i++) {
        (void)kv_delete(journal->append, journal->keys, id128_bytes(&page->erased[i]));
    }
    const uint64_t generation = page->generation == 0 ? journal->generation : page->generation;
    bytes_put_u64(number, generation);
    kv_put(journal->append,
           journal->marks,
           bytes_of_text("generation"),
           bytes_of(number, sizeof(number)));
    if (journal->next.number > 0) {
        put_end(journal);
    }
    if (!kv_commit(&journal->append, err)) {
        return error_prepend(err, "write the journal");
    }
    journal->end = journal->next;
    journal->generation = generation;
    return true;
}

struct kv_space journal_space(struct journal *journal)
{
    return kv_space(journal->kv);
}

bool journal_grow(struct journal *journal, struct error *err)
{
    assert(journal->append == NULL);
    return kv_grow(journal->kv, err);
}

/* Does the end that was noted with the last batch say what stands there? */
static bool
is_noted_end(const struct journal *journal, struct kv_txn *txn, const struct journal_end *end)
{
    struct bytes noted;

    if (!kv_get(txn, journal->marks, bytes_of_text("end"), &noted)) {
        return kv_failed(txn) == NULL; /* written before there was such a note */
    }
    return noted.size == END_BYTES && bytes_get_u64(noted.data) == end->number &&
           memcmp(noted.data + NUMBER_BYTES, end->hash, FACT_HASH_BYTES) == 0;
}

static bool read_end(struct journal *journal, struct error *err)
{
    struct kv_txn *txn = NULL;
    struct bytes key;
    struct bytes value;

    if (!kv_begin_read(journal->kv, &txn, err)) {
        return false;
    }
    const char *wrong = NULL;
    if (kv_seek_before(txn, journal->batches, bytes_of(NULL, 0), &key, &value)) {
        const bool whole = key.size == NUMBER_BYTES;
        journal->end.number = whole ? bytes_get_u64(key.data) : 0;
        fact_hash(value, journal->end.hash);
        wrong = journal->end.number != kv_count(txn, journal->batches) ? "its numbers have a gap"
                : !is_noted_end(journal, txn, &journal->end)
                    ? "its last batch is not what was written"
                    : NULL;
    }
    if (kv_get(txn, journal->marks, bytes_of_text("generation"), &value) &&
        value.size == NUMBER_BYTES) {
        journal->generation = bytes_get_u64(value.data);
    }
    const struct error *failure = kv_failed(txn);
    if (failure != NULL) {
        *err = *failure;
    }
    const bool read = failure == NULL;
    kv_abort(&txn);
    return read && (wrong == NULL || error_set(err, ERROR_DATA, "%s", wrong));
}

static void put_end(struct journal *journal)
{
    uint8_t end[END_BYTES];

    bytes_put_u64(end, journal->next.number);
    memcpy(end + NUMBER_BYTES, journal->next.hash, FACT_HASH_BYTES);
    kv_put(journal->append, journal->marks, bytes_of_text("end"), bytes_of(end, sizeof(end)));
}

static void put_key(struct journal *journal, const struct journal_key *key)
{
    uint8_t value[512];

    assert(key->sealed.size > 0 && key->sealed.size <= sizeof(value) - EPOCH_BYTES);
    bytes_put_u32(value, key->epoch);
    memcpy(value + EPOCH_BYTES, key->sealed.data, key->sealed.size);
    kv_put(journal->append,
           journal->keys,
           id128_bytes(&key->referral),
           bytes_of(value, EPOCH_BYTES + key->sealed.size));
}

static bool visit_one(const struct journal_walk *walk,
                      struct bytes coded,
                      struct journal_end *at,
                      struct error *err)
{
    struct batch batch;
    uint8_t hash[FACT_HASH_BYTES];

    arena_reset(walk->arena);
    if (!fact_decode_batch(coded, walk->arena, &batch)) {
        return error_set(err, ERROR_DATA, "cannot be decoded");
    }
    if (batch.number != at->number + 1 ||
        memcmp(batch.previous, at->hash, sizeof(batch.previous)) != 0) {
        return error_set(err, ERROR_DATA, "does not follow the batch before it");
    }
    fact_hash(coded, hash);
    if (!walk->visit(walk->world, &batch, hash, err)) {
        return false;
    }
    at->number = batch.number;
    memcpy(at->hash, hash, sizeof(at->hash));
    return true;
}

/* One snapshot's worth; *at moves on with each batch. */
static bool walk_some(struct journal *journal,
                      const struct journal_walk *walk,
                      struct journal_end *at,
                      struct error *err)
{
    struct kv_txn *txn = NULL;
    struct bytes value;
    uint8_t key[NUMBER_BYTES];

    if (!kv_begin_read(journal->kv, &txn, err)) {
        return false;
    }
    bool ok = true;
    for (int i = 0; ok && i < WALK_BATCHES && at->number < journal->end.number; i++) {
        bytes_put_u64(key, at->number + 1);
        if (kv_get(txn, journal->batches, bytes_of(key, sizeof(key)), &value)) {
            ok = visit_one(walk, value, at, err);
        } else {
            const struct error *failure = kv_failed(txn);
            ok = error_set(err, ERROR_IO, "%s", failure == NULL ? "is missing" : failure->text);
        }
    }
    kv_abort(&txn);
    return ok;
}
