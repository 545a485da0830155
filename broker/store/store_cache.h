/* Inside broker/store only: records between the core and the tables, so that one that changes ten times between two
 * commits is written once, in the order of its key, and one that is asked for again costs no walk down a tree.
 *
 * Holds records of fixed size by (table, key): those read, and those written since the last flush. Reading never writes;
 * a put that finds no room says so, and the caller flushes. Bounded by its entries and their bytes. Only a
 * copy on top of the open transaction: whoever walks a table's order must flush that table first.
 */
#ifndef BROKER_STORE_STORE_CACHE_H
#define BROKER_STORE_STORE_CACHE_H

#include "base/kv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STORE_CACHE_TABLES_MAX = KV_TABLES_MAX, STORE_CACHE_KEY_BYTES = 40 };

struct store_cache;

struct store_cache_size {
    uint32_t entries; /* a power of two; 92 bytes each */
    size_t record_bytes;
};

/* NULL: no memory. */
struct store_cache *store_cache_create(const struct store_cache_size *size);
void store_cache_destroy(struct store_cache **cache);

/* What a record is called: table is the caller's number of it, below STORE_CACHE_TABLES_MAX. */
struct store_cache_name {
    uint32_t table;
    struct bytes key; /* at most STORE_CACHE_KEY_BYTES */
    bool fresh;       /* when put: if it is not held here, the table does not have it either */
};

enum store_cache_answer {
    STORE_CACHE_UNKNOWN, /* ask the table */
    STORE_CACHE_FOUND,   /* *record is filled */
    STORE_CACHE_ABSENT   /* there is none */
};
enum store_cache_answer store_cache_get(const struct store_cache *cache,
                                        const struct store_cache_name *name,
                                        void *record,
                                        size_t record_bytes);
/* What the table answered to an unknown name; an empty record: none. Not kept when there is no room. */
void store_cache_learn(struct store_cache *cache,
                       const struct store_cache_name *name,
                       struct bytes record);
/* To be written; an empty record: to be deleted. False: no room, nothing changed; forget after a flush makes room. */
bool store_cache_put(struct store_cache *cache,
                     const struct store_cache_name *name,
                     struct bytes record) __attribute__((warn_unused_result));

/* Put what is to be written of one table, or of all (table = STORE_CACHE_TABLES_MAX), in order; returns how many. */
size_t store_cache_order(struct store_cache *cache, uint32_t table);
/* Write those from `from` to before `to` of that order into the transaction; nothing may be put in between.
 * tables  the environment's, by the caller's numbers
 * packed  tables whose records are stored without their zeros (store_pack.h), by the same numbers */
struct store_cache_part {
    size_t from;
    size_t to;
    const kv_table *tables;
    const bool *packed;
};
void store_cache_write(struct store_cache *cache,
                       const struct store_cache_part *part,
                       struct kv_txn *txn);
/* Hold nothing any more; what was not flushed is lost. */
void store_cache_forget(struct store_cache *cache);
/* Whether so much is held that it is better forgotten after the next flush. */
bool store_cache_is_full(const struct store_cache *cache);

#endif
