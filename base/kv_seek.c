/* Ordered access: one cursor a table, kept until the transaction ends. */
#include "base/kv.h"

#include "base/kv_txn.h"

#include <assert.h>

static MDB_cursor *cursor_of(struct kv_txn *txn, kv_table table);
static bool take(struct kv_txn *txn, int rc, const MDB_val *at, struct bytes *key);

bool kv_seek(struct kv_txn *txn,
             kv_table table,
             struct bytes from,
             struct bytes *key,
             struct bytes *value)
{
    MDB_cursor *cursor = cursor_of(txn, table);
    MDB_val at = {.mv_size = 0};
    MDB_val content;

    if (cursor == NULL) {
        return false;
    }
    if (from.size > 0) {
        at = kv_txn_key(from);
    }
    int rc = mdb_cursor_get(cursor, &at, &content, from.size > 0 ? MDB_SET_RANGE : MDB_FIRST);
    if (!take(txn, rc, &at, key)) {
        return false;
    }
    *value = bytes_of(content.mv_data, content.mv_size);
    return true;
}

bool kv_seek_before(struct kv_txn *txn,
                    kv_table table,
                    struct bytes before,
                    struct bytes *key,
                    struct bytes *value)
{
    MDB_cursor *cursor = cursor_of(txn, table);
    MDB_cursor_op step = MDB_LAST;
    MDB_val at = {.mv_size = 0};
    MDB_val content;
    int rc = 0;

    if (cursor == NULL) {
        return false;
    }
    if (before.size > 0) {
        at = kv_txn_key(before);
        rc = mdb_cursor_get(cursor, &at, &content, MDB_SET_RANGE);
        step = rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV;
    }
    if (rc == 0 || rc == MDB_NOTFOUND) {
        rc = mdb_cursor_get(cursor, &at, &content, step);
    }
    if (!take(txn, rc, &at, key)) {
        return false;
    }
    *value = bytes_of(content.mv_data, content.mv_size);
    return true;
}

void kv_put_near(struct kv_txn *txn, kv_table table, struct bytes key, struct bytes value)
{
    MDB_cursor *cursor = cursor_of(txn, table);

    assert(txn->write);
    if (cursor != NULL) {
        MDB_val name = kv_txn_key(key);
        MDB_val content = kv_txn_value(value);
        kv_txn_failed(txn, mdb_cursor_put(cursor, &name, &content, 0), "write");
    }
}

uint64_t kv_count(struct kv_txn *txn, kv_table table)
{
    MDB_stat stat;

    if (txn->failure.code != ERROR_NONE) {
        return 0;
    }
    int rc = mdb_stat(txn->txn, table, &stat);
    kv_txn_failed(txn, rc, "count");
    return rc == 0 ? stat.ms_entries : 0;
}

void kv_clear(struct kv_txn *txn, kv_table table)
{
    assert(txn->write);
    if (txn->failure.code != ERROR_NONE) {
        return;
    }
    assert(table < KV_TXN_CURSORS);
    if (txn->cursors[table] != NULL) { /* it would point into pages that are given back */
        mdb_cursor_close(txn->cursors[table]);
        txn->cursors[table] = NULL;
    }
    kv_txn_failed(txn, mdb_drop(txn->txn, table, 0), "clear a table");
}

static MDB_cursor *cursor_of(struct kv_txn *txn, kv_table table)
{
    assert(table < KV_TXN_CURSORS);
    if (txn->failure.code != ERROR_NONE) {
        return NULL;
    }
    if (txn->cursors[table] == NULL) {
        int rc = mdb_cursor_open(txn->txn, table, &txn->cursors[table]);
        if (rc != 0) {
            txn->cursors[table] = NULL;
            kv_txn_failed(txn, rc, "open a cursor");
        }
    }
    return txn->cursors[table];
}

static bool take(struct kv_txn *txn, int rc, const MDB_val *at, struct bytes *key)
{
    if (rc != 0) {
        kv_txn_failed(txn, rc == MDB_NOTFOUND ? 0 : rc, "seek");
        return false;
    }
    *key = bytes_of(at->mv_data, at->mv_size);
    return true;
}
