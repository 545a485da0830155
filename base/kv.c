/* Ordered tables over LMDB: stores, transactions, single keys. Cursors are in kv_seek.c. */
#include "base/kv.h"

#include "base/file.h"
#include "base/kv_txn.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAP_STEP_BYTES = 1 << 20, FREE_RECORDS_MAX = 256, READERS_MAX = 16 };

struct kv {
    MDB_env *env;
    int lock_fd;
    size_t map_bytes_max;
    char path[PATH_MAX];
    unsigned open_reads;
    bool open_write;
};

static bool make_store(const char *path, struct error *err);
static bool fill_folder(const char *path, struct error *err);
static bool store_exists(const char *path);
static bool lock_store(struct kv *kv, struct error *err);
static bool open_env(struct kv *kv, const struct kv_options *options, struct error *err);
static bool begin(struct kv *kv, bool write, struct kv_txn **out, struct error *err);
static void end(struct kv_txn **txn);
static unsigned flags_of(enum kv_durability durability);
static void close_cursors(struct kv_txn *txn);
static uint64_t count_free_pages(MDB_env *env);
static enum error_code code_of(int rc);

bool kv_open(struct kv **out, const struct kv_options *options, struct error *err)
{
    struct kv *kv = NULL;

    assert(options->map_bytes > 0 && options->map_bytes_max >= options->map_bytes);
    if (strlen(options->path) + 32 > sizeof(kv->path)) {
        return error_set(err, ERROR_CREATE, "the store's path is too long");
    }
    kv = calloc(1, sizeof(*kv));
    if (kv == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    kv->lock_fd = -1;
    kv->map_bytes_max = options->map_bytes_max;
    (void)snprintf(kv->path, sizeof(kv->path), "%s", options->path);
    if (!store_exists(kv->path) && !make_store(kv->path, err)) {
        goto fail;
    }
    if (!lock_store(kv, err) || !open_env(kv, options, err)) {
        goto fail;
    }
    *out = kv;
    return true;
fail:
    kv_close(&kv);
    return false;
}

void kv_close(struct kv **kv)
{
    if (*kv == NULL) {
        return;
    }
    assert(!(*kv)->open_write && (*kv)->open_reads == 0);
    if ((*kv)->env != NULL) {
        mdb_env_close((*kv)->env);
    }
    if ((*kv)->lock_fd >= 0) {
        (void)close((*kv)->lock_fd); /* after LMDB: closing is what unlocks */
    }
    free(*kv);
    *kv = NULL;
}

void kv_remove(const char *path)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "owner.lock"};
    char file[PATH_MAX + 16];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(file, sizeof(file), "%s/%s", path, names[i]);
        (void)unlink(file);
    }
    (void)rmdir(path);
}

bool kv_table_open(struct kv *kv, const char *name, kv_table *out, struct error *err)
{
    MDB_txn *txn = NULL;
    MDB_dbi dbi = 0;

    assert(!kv->open_write && kv->open_reads == 0);
    int rc = mdb_txn_begin(kv->env, NULL, 0, &txn);
    if (rc == 0) {
        rc = mdb_dbi_open(txn, name, MDB_CREATE, &dbi);
        if (rc == 0) {
            rc = mdb_txn_commit(txn);
        } else {
            mdb_txn_abort(txn);
        }
    }
    if (rc != 0) {
        return error_set(err,
                         code_of(rc),
                         "cannot open the table %s of %s: %s",
                         name,
                         kv->path,
                         mdb_strerror(rc));
    }
    assert(dbi < KV_TXN_CURSORS);
    *out = dbi;
    return true;
}

bool kv_begin_write(struct kv *kv, struct kv_txn **out, struct error *err)
{
    assert(!kv->open_write);
    return begin(kv, true, out, err);
}

bool kv_begin_read(struct kv *kv, struct kv_txn **out, struct error *err)
{
    return begin(kv, false, out, err);
}

bool kv_commit(struct kv_txn **txn, struct error *err)
{
    struct error failure = (*txn)->failure;

    if (failure.code == ERROR_NONE && (*txn)->write) {
        close_cursors(*txn);
        int rc = mdb_txn_commit((*txn)->txn);
        (*txn)->txn = NULL; /* gone, however it went */
        if (rc != 0) {
            (void)error_set(&failure,
                            code_of(rc),
                            "cannot commit to %s: %s",
                            (*txn)->kv->path,
                            mdb_strerror(rc));
        }
    }
    end(txn);
    if (failure.code != ERROR_NONE) {
        *err = failure;
        return false;
    }
    return true;
}

bool kv_sync(struct kv *kv, struct error *err)
{
    assert(!kv->open_write && kv->open_reads == 0);
    const int rc = mdb_env_sync(kv->env, 1);
    return rc == 0 || error_set(err, code_of(rc), "cannot sync %s: %s", kv->path, mdb_strerror(rc));
}

void kv_abort(struct kv_txn **txn)
{
    if (*txn != NULL) {
        end(txn);
    }
}

const struct error *kv_failed(const struct kv_txn *txn)
{
    return txn->failure.code == ERROR_NONE ? NULL : &txn->failure;
}

bool kv_get(struct kv_txn *txn, kv_table table, struct bytes key, struct bytes *value)
{
    MDB_val found;

    if (txn->failure.code != ERROR_NONE) {
        return false;
    }
    MDB_val name = kv_txn_key(key);
    int rc = mdb_get(txn->txn, table, &name, &found);
    if (rc != 0) {
        kv_txn_failed(txn, rc == MDB_NOTFOUND ? 0 : rc, "read");
        return false;
    }
    *value = bytes_of(found.mv_data, found.mv_size);
    return true;
}

void kv_put(struct kv_txn *txn, kv_table table, struct bytes key, struct bytes value)
{
    assert(txn->write);
    if (txn->failure.code != ERROR_NONE) {
        return;
    }
    MDB_val name = kv_txn_key(key);
    MDB_val content = kv_txn_value(value);
    kv_txn_failed(txn, mdb_put(txn->txn, table, &name, &content, 0), "write");
}

void kv_append(struct kv_txn *txn, kv_table table, struct bytes key, struct bytes value)
{
    assert(txn->write);
    if (txn->failure.code != ERROR_NONE) {
        return;
    }
    MDB_val name = kv_txn_key(key);
    MDB_val content = kv_txn_value(value);
    int rc = mdb_put(txn->txn, table, &name, &content, MDB_APPEND);
    assert(rc != MDB_KEYEXIST); /* not above every key */
    kv_txn_failed(txn, rc, "append");
}

bool kv_delete(struct kv_txn *txn, kv_table table, struct bytes key)
{
    assert(txn->write);
    if (txn->failure.code != ERROR_NONE) {
        return false;
    }
    MDB_val name = kv_txn_key(key);
    int rc = mdb_del(txn->txn, table, &name, NULL);
    kv_txn_failed(txn, rc == MDB_NOTFOUND ? 0 : rc, "delete");
    return rc == 0;
}

struct kv_space kv_space(struct kv *kv)
{
    MDB_envinfo info;
    MDB_stat stat;

    int rc = mdb_env_info(kv->env, &info);
    assert(rc == 0);
    rc = mdb_env_stat(kv->env, &stat);
    assert(rc == 0);
    uint64_t pages = (uint64_t)info.me_last_pgno + 1;
    uint64_t free_pages = count_free_pages(kv->env);
    return (struct kv_space){
        .map_bytes = info.me_mapsize,
        .used_bytes = (pages - (free_pages < pages ? free_pages : pages)) * stat.ms_psize,
        .disk_free_bytes = file_system_free(kv->path),
    };
}

bool kv_grow(struct kv *kv, struct error *err)
{
    MDB_envinfo info;

    assert(!kv->open_write && kv->open_reads == 0);
    int rc = mdb_env_info(kv->env, &info);
    assert(rc == 0);
    if (info.me_mapsize >= kv->map_bytes_max) {
        return error_set(err,
                         ERROR_TEMPORARY,
                         "the store %s has its largest size, %zu MiB",
                         kv->path,
                         info.me_mapsize >> 20);
    }
    size_t larger =
        info.me_mapsize > kv->map_bytes_max / 2 ? kv->map_bytes_max : info.me_mapsize * 2;
    rc = mdb_env_set_mapsize(kv->env, larger);
    if (rc != 0) {
        return error_set(
            err, code_of(rc), "cannot make the store %s larger: %s", kv->path, mdb_strerror(rc));
    }
    return true;
}

MDB_val kv_txn_key(struct bytes key)
{
    assert(key.size > 0 && key.size <= KV_KEY_BYTES_MAX);
    return kv_txn_value(key);
}

void kv_txn_failed(struct kv_txn *txn, int rc, const char *what)
{
    if (rc != 0 && txn->failure.code == ERROR_NONE) {
        (void)error_set(&txn->failure,
                        code_of(rc),
                        "cannot %s in %s: %s",
                        what,
                        txn->kv->path,
                        mdb_strerror(rc));
    }
}

/* Under another name first: a crash half-way leaves no half store behind that name. */
static bool make_store(const char *path, struct error *err)
{
    char fresh[PATH_MAX];
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');

    if (slash != NULL && slash != path) {
        (void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
        if (!file_make_folder(parent, 0700, err)) {
            return false;
        }
    }
    int bytes = snprintf(fresh, sizeof(fresh), "%s.new-%ld", path, (long)getpid());
    assert(bytes > 0 && (size_t)bytes < sizeof(fresh));
    kv_remove(fresh); /* of a crashed process that had this number */
    if (mkdir(fresh, 0700) != 0) {
        return error_set_errno(err, ERROR_CREATE, errno, "cannot create the store %s", path);
    }
    if (!fill_folder(fresh, err) || !file_sync_folder(fresh, err)) {
        kv_remove(fresh);
        return error_prepend(err, "create the store %s", path);
    }
    if (!file_move(fresh, path, err)) {
        kv_remove(fresh);
        if (!store_exists(path)) { /* else another process was faster, and the lock decides */
            return error_prepend(err, "%s is not a store, and not an empty folder", path);
        }
    }
    return true;
}

static bool fill_folder(const char *path, struct error *err)
{
    MDB_env *env = NULL;

    int rc = mdb_env_create(&env);
    if (rc == 0) {
        rc = mdb_env_open(env, path, 0, 0600);
        rc = rc == 0 ? mdb_env_sync(env, 1) : rc;
        mdb_env_close(env);
    }
    if (rc != 0) {
        return error_set(err, code_of(rc), "%s", mdb_strerror(rc));
    }
    return true;
}

static bool store_exists(const char *path)
{
    char file[PATH_MAX + 16];
    struct stat status;

    (void)snprintf(file, sizeof(file), "%s/data.mdb", path);
    return stat(file, &status) == 0;
}

/* A file of our own: LMDB allows a second process, and corrupts a second open in one process. flock
 * belongs to the open file, so that a second open in this process is refused like any other. */
static bool lock_store(struct kv *kv, struct error *err)
{
    char file[PATH_MAX + 16];

    (void)snprintf(file, sizeof(file), "%s/owner.lock", kv->path);
    kv->lock_fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (kv->lock_fd < 0) {
        return error_set_errno(err, ERROR_CREATE, errno, "cannot open %s", file);
    }
    if (flock(kv->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return error_set(err, ERROR_TEMPORARY, "the store %s is in use", kv->path);
        }
        return error_set_errno(err, ERROR_IO, errno, "cannot lock %s", file);
    }
    return true;
}

static bool open_env(struct kv *kv, const struct kv_options *options, struct error *err)
{
    const unsigned flags = MDB_NOTLS | flags_of(options->durability);
    size_t map_bytes =
        (options->map_bytes + MAP_STEP_BYTES - 1) / MAP_STEP_BYTES * (size_t)MAP_STEP_BYTES;
    MDB_envinfo info;
    int dead = 0;

    int rc = mdb_env_create(&kv->env);
    if (rc != 0) {
        kv->env = NULL;
        return error_set(err, code_of(rc), "cannot open %s: %s", kv->path, mdb_strerror(rc));
    }
    rc = mdb_env_set_maxdbs(kv->env, KV_TABLES_MAX);
    rc = rc == 0 ? mdb_env_set_maxreaders(kv->env, READERS_MAX) : rc;
    /* without a map size, so that a store that grew is opened with the size it had */
    rc = rc == 0 ? mdb_env_open(kv->env, kv->path, flags, 0600) : rc;
    rc = rc == 0 ? mdb_reader_check(kv->env, &dead) : rc;
    rc = rc == 0 ? mdb_env_info(kv->env, &info) : rc;
    if (rc == 0 && info.me_mapsize < map_bytes) {
        rc = mdb_env_set_mapsize(kv->env, map_bytes);
    }
    if (rc != 0) {
        return error_set(
            err, code_of(rc), "cannot open the store %s: %s", kv->path, mdb_strerror(rc));
    }
    assert(mdb_env_get_maxkeysize(kv->env) >= KV_KEY_BYTES_MAX);
    return true;
}

static unsigned flags_of(enum kv_durability durability)
{
    return durability == KV_SCRATCH ? MDB_NOSYNC : durability == KV_VIEW ? MDB_NOMETASYNC : 0;
}

static bool begin(struct kv *kv, bool write, struct kv_txn **out, struct error *err)
{
    struct kv_txn *txn = calloc(1, sizeof(*txn));

    if (txn == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    int rc = mdb_txn_begin(kv->env, NULL, write ? 0 : MDB_RDONLY, &txn->txn);
    if (rc != 0) {
        free(txn);
        return error_set(
            err, code_of(rc), "cannot begin in the store %s: %s", kv->path, mdb_strerror(rc));
    }
    txn->kv = kv;
    txn->write = write;
    if (write) {
        kv->open_write = true;
    } else {
        kv->open_reads++;
    }
    *out = txn;
    return true;
}

static void end(struct kv_txn **txn)
{
    struct kv *kv = (*txn)->kv;

    close_cursors(*txn);
    if ((*txn)->txn != NULL) {
        mdb_txn_abort((*txn)->txn);
    }
    if ((*txn)->write) {
        kv->open_write = false;
    } else {
        assert(kv->open_reads > 0);
        kv->open_reads--;
    }
    free(*txn);
    *txn = NULL;
}

MDB_val kv_txn_value(struct bytes bytes)
{
    /* LMDB only reads what mv_data points to, its type says otherwise */
    union {
        const void *given;
        void *wanted;
    } pointer = {.given = bytes.data};

    if (bytes.size == 0) {
        pointer.given = "";
    }
    return (MDB_val){.mv_size = bytes.size, .mv_data = pointer.wanted};
}

static void close_cursors(struct kv_txn *txn)
{
    for (size_t i = 0; i < KV_TXN_CURSORS; i++) {
        if (txn->cursors[i] != NULL) {
            mdb_cursor_close(txn->cursors[i]);
            txn->cursors[i] = NULL;
        }
    }
}

/* LMDB's free list is its table 0: lists of page numbers, their count first. A long list is counted in
 * part only, which says less is free than there is. */
static uint64_t count_free_pages(MDB_env *env)
{
    MDB_cursor *cursor = NULL;
    MDB_txn *txn = NULL;
    MDB_val key;
    MDB_val list;
    uint64_t pages = 0;

    if (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0) {
        return 0;
    }
    if (mdb_cursor_open(txn, 0, &cursor) == 0) {
        for (unsigned i = 0; i < FREE_RECORDS_MAX; i++) {
            size_t count;
            if (mdb_cursor_get(cursor, &key, &list, MDB_NEXT) != 0 ||
                list.mv_size < sizeof(count)) {
                break;
            }
            memcpy(&count, list.mv_data, sizeof(count));
            pages += count;
        }
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    return pages;
}

static enum error_code code_of(int rc)
{
    switch (rc) {
    case ENOMEM:
        return ERROR_OS;
    case EACCES:
    case EROFS:
        return ERROR_CREATE;
    default:
        return ERROR_IO;
    }
}
