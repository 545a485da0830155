/* Ordered tables on disk: the one place that knows LMDB, and hides its quirks.
 *
 * - A store is a folder. It is created under a temporary name and renamed; it is locked with flock, and
 *   a second open (even in one process, which LMDB would let pass) is refused.
 * - One write transaction at a time; values it hands out are borrowed until its next write or its end.
 * - Failures inside a transaction stick: after one, gets find nothing, puts do nothing, and
 *   kv_failed and kv_commit say what happened. The caller checks once, at the end. After a failed
 *   commit the process must end: memory may be ahead of the disk.
 * - Default durability syncs at commit. KV_VIEW (for a state that a journal can rebuild) skips the
 *   meta page's sync. KV_SCRATCH syncs nothing before kv_sync: a power cut leaves garbage, so such a store has
 *   a name that nobody opens after one, and is renamed when it is whole. Nothing here ever uses WRITEMAP or NOLOCK.
 */
#ifndef BASE_KV_H
#define BASE_KV_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KV_KEY_BYTES_MAX = 511, KV_TABLES_MAX = 48 };

struct kv;
struct kv_txn;
typedef uint32_t kv_table;

enum kv_durability { KV_DURABLE, KV_VIEW, KV_SCRATCH };

struct kv_options {
    const char *path;
    size_t map_bytes;     /* first size of the map; doubled by kv_grow */
    size_t map_bytes_max; /* never beyond */
    enum kv_durability durability;
};

/* Opens the store in the folder, or makes it when the folder is missing or empty.
 * Errors  TEMPORARY somebody has it open (a forked child counts until it ends or execs) ·
 *         CREATE · IO */
bool kv_open(struct kv **out, const struct kv_options *options, struct error *err)
    __attribute__((warn_unused_result));
void kv_close(struct kv **kv);
/* Removes a store's files and its folder, as far as they are there. Nobody may have it open. */
void kv_remove(const char *path);

/* Open a table, creating it when missing; only while no transaction is open. */
bool kv_table_open(struct kv *kv, const char *name, kv_table *out, struct error *err)
    __attribute__((warn_unused_result));

bool kv_begin_write(struct kv *kv, struct kv_txn **out, struct error *err)
    __attribute__((warn_unused_result));
/* A snapshot; at most 200 ms, as an old snapshot makes the file grow. */
bool kv_begin_read(struct kv *kv, struct kv_txn **out, struct error *err)
    __attribute__((warn_unused_result));
/* Ends the transaction either way and nulls it. After a failure in it nothing is written, and the
 * error is that failure. */
bool kv_commit(struct kv_txn **txn, struct error *err) __attribute__((warn_unused_result));
void kv_abort(struct kv_txn **txn);
/* All that was committed is on the disk; only while no transaction is open. */
bool kv_sync(struct kv *kv, struct error *err) __attribute__((warn_unused_result));
/* NULL while all went well. */
const struct error *kv_failed(const struct kv_txn *txn);

/* Empty keys and keys over KV_KEY_BYTES_MAX are our bugs (asserted). */
bool kv_get(struct kv_txn *txn, kv_table table, struct bytes key, struct bytes *value);
void kv_put(struct kv_txn *txn, kv_table table, struct bytes key, struct bytes value);
/* The same; cheaper when the last one of this table was put near this key. */
void kv_put_near(struct kv_txn *txn, kv_table table, struct bytes key, struct bytes value);
/* A key above every key of the table; cheaper than put. */
void kv_append(struct kv_txn *txn, kv_table table, struct bytes key, struct bytes value);
/* False when there was none. */
bool kv_delete(struct kv_txn *txn, kv_table table, struct bytes key);
/* Smallest key >= from (from may be empty: the first). */
bool kv_seek(struct kv_txn *txn,
             kv_table table,
             struct bytes from,
             struct bytes *key,
             struct bytes *value);
/* Largest key < before (before empty: the last of the table). */
bool kv_seek_before(struct kv_txn *txn,
                    kv_table table,
                    struct bytes before,
                    struct bytes *key,
                    struct bytes *value);
uint64_t kv_count(struct kv_txn *txn, kv_table table);
/* Empty a table. */
void kv_clear(struct kv_txn *txn, kv_table table);

struct kv_space {
    uint64_t map_bytes;
    uint64_t used_bytes; /* as of the last commit; pages that LMDB can use again do not count */
    uint64_t disk_free_bytes;
};
struct kv_space kv_space(struct kv *kv);
/* Double the map (up to its maximum); only while no transaction is open. */
bool kv_grow(struct kv *kv, struct error *err) __attribute__((warn_unused_result));

#endif
