/* Inside broker/store only: what was put since a moment, in memory, above the tables on the disk.
 *
 * The store has two layers. The newer one takes what is put; when it is to become durable it is closed, lies below a new
 * empty one, and is written by a thread of its own (store_layer_write) while both are read. Reading asks the newer layer,
 * the older one, then the tables:
 *
 *      store_layer  newer      puts, deletions, and what was asked of the tables
 *      store_layer  older      closed: being written, or written already
 *      LMDB                    a snapshot
 *
 * A record that changes ten times within a layer is written once, in the order of its key; one that comes and goes
 * within it is never written. A layer takes what it is given until there is no memory: whoever fills it closes it soon. */
#ifndef BROKER_STORE_STORE_LAYER_H
#define BROKER_STORE_STORE_LAYER_H

#include "base/kv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STORE_LAYER_TABLES_MAX = KV_TABLES_MAX, STORE_LAYER_KEY_BYTES = 40 };

struct store_layer;

/* NULL: no memory. */
struct store_layer *store_layer_create(void);
void store_layer_destroy(struct store_layer **layer);
/* Empty again. */
void store_layer_forget(struct store_layer *layer);

/* What a record is called: table is the caller's number of it, below STORE_LAYER_TABLES_MAX. */
struct store_layer_name {
    uint32_t table;
    struct bytes key; /* at most STORE_LAYER_KEY_BYTES */
    uint64_t
        hash; /* of both; agents draw ids, and must not know where these fall: keyed, the same in all layers */
};

enum store_layer_answer {
    STORE_LAYER_UNKNOWN, /* ask below */
    STORE_LAYER_FOUND,   /* *value is filled, borrowed until the layer's next change */
    STORE_LAYER_ABSENT   /* there is none */
};
enum store_layer_answer store_layer_get(const struct store_layer *layer,
                                        const struct store_layer_name *name,
                                        struct bytes *value);
/* What was found below under an unknown name; value.data NULL: nothing. Only remembered, never written. */
void store_layer_learn(struct store_layer *layer,
                       const struct store_layer_name *name,
                       struct bytes value);

enum store_layer_change {
    STORE_LAYER_PUT,
    STORE_LAYER_PUT_NEW, /* no layer and no table has the name */
    STORE_LAYER_DELETE
};
/* False: no memory; the layer is not to be written any more. */
bool store_layer_change(struct store_layer *layer,
                        enum store_layer_change change,
                        const struct store_layer_name *name,
                        struct bytes value) __attribute__((warn_unused_result));

/* A place in a table's order. */
struct store_layer_place {
    struct bytes key;
    struct bytes value;
    bool gone; /* deleted: hides what is below */
};
/* The first change at or above a key. */
bool store_layer_next(struct store_layer *layer,
                      uint32_t table,
                      struct bytes from,
                      struct store_layer_place *out);
/* The last change below a key; empty: of the table. */
bool store_layer_previous(struct store_layer *layer,
                          uint32_t table,
                          struct bytes before,
                          struct store_layer_place *out);

/* Nothing changes any more until it is forgotten; what is to be written is put aside for the writer. False: no memory. */
bool store_layer_close(struct store_layer *layer) __attribute__((warn_unused_result));
/* Where a layer is written to; tables by the caller's numbers. */
struct store_layer_target {
    struct kv_txn *txn;
    const kv_table *tables;
    const bool *packed; /* whose records are stored without their zeros (store_pack.h) */
};
/* What was put aside, for the writer, who may be another thread than the one that reads the layer: put into order, then
 * written in parts, from one record on and at most so many.
 * Returns where the next part begins; 0: that was the last */
void store_layer_arrange(struct store_layer *layer);
size_t store_layer_write(const struct store_layer *layer,
                         size_t from,
                         size_t most,
                         const struct store_layer_target *to);

/* Bytes held: when it is time to close it, and to stop learning. */
size_t store_layer_bytes(const struct store_layer *layer);

#endif
