/* The inside of a transaction, shared by kv.c and kv_seek.c only. */
#ifndef BASE_KV_TXN_H
#define BASE_KV_TXN_H

#include "base/kv.h"

#include <lmdb.h>

/* LMDB counts its two tables of its own first. */
enum { KV_TXN_CURSORS = KV_TABLES_MAX + 2 };

struct kv_txn {
    struct kv *kv;
    MDB_txn *txn;
    bool write;
    struct error failure;                /* sticks; ERROR_NONE while all went well */
    MDB_cursor *cursors[KV_TXN_CURSORS]; /* one a table, opened at its first use */
};

/* As LMDB wants it; the key is checked. */
MDB_val kv_txn_key(struct bytes key);
MDB_val kv_txn_value(struct bytes value);
/* Keep the first failure; rc 0 is none. */
void kv_txn_failed(struct kv_txn *txn, int rc, const char *what);

#endif
