/* What the stores promise, over real LMDB folders; a model in memory tells what is right. */
#include "base/kv.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static struct kv *open_store(const char *path)
{
    struct kv_options options = {.path = path, .map_bytes = MIB, .map_bytes_max = 8 * MIB};
    struct kv *kv = NULL;
    struct error err;

    if (!kv_open(&kv, &options, &err)) {
        fail_msg("%s", err.text);
    }
    return kv;
}

static kv_table open_table(struct kv *kv, const char *name)
{
    struct error err;
    kv_table table = 0;

    assert_true(kv_table_open(kv, name, &table, &err));
    return table;
}

static struct kv_txn *begin_write(struct kv *kv)
{
    struct kv_txn *txn = NULL;
    struct error err;

    assert_true(kv_begin_write(kv, &txn, &err));
    return txn;
}

static struct kv_txn *begin_read(struct kv *kv)
{
    struct kv_txn *txn = NULL;
    struct error err;

    assert_true(kv_begin_read(kv, &txn, &err));
    return txn;
}

static void commit(struct kv_txn *txn)
{
    struct error err;

    if (!kv_commit(&txn, &err)) {
        fail_msg("%s", err.text);
    }
    assert_null(txn);
}

static struct bytes text(const char *value)
{
    return bytes_of_text(value);
}

static void check_value(struct kv_txn *txn, kv_table table, const char *key, const char *wanted)
{
    struct bytes value;

    bool found = kv_get(txn, table, text(key), &value);
    assert_true(found == (wanted != NULL));
    if (wanted != NULL) {
        assert_true(bytes_equal(value, text(wanted)));
    }
}

static void kv_keeps_what_was_committed_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct kv *kv = open_store(scratch_path(scratch, "deep/store"));
    kv_table a = open_table(kv, "a");
    kv_table b = open_table(kv, "b");

    (void)state;
    struct kv_txn *txn = begin_write(kv);
    kv_put(txn, a, text("key"), text("one"));
    kv_put(txn, b, text("key"), text("two"));
    kv_put(txn, a, text("empty"), bytes_of(NULL, 0));
    check_value(txn, a, "key", "one");
    kv_put(txn, a, text("key"), text("three"));
    assert_true(kv_delete(txn, b, text("key")));
    assert_false(kv_delete(txn, b, text("key")));
    assert_null(kv_failed(txn));
    commit(txn);
    kv_close(&kv);
    assert_null(kv);
    kv_close(&kv);

    kv = open_store(scratch_path(scratch, "deep/store"));
    a = open_table(kv, "a");
    b = open_table(kv, "b");
    txn = begin_read(kv);
    check_value(txn, a, "key", "three");
    check_value(txn, a, "empty", "");
    check_value(txn, b, "key", NULL);
    assert_int_equal(kv_count(txn, a), 2);
    assert_int_equal(kv_count(txn, b), 0);
    kv_abort(&txn);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

static void kv_abort_forgets_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct kv *kv = open_store(scratch_path(scratch, "s"));
    kv_table table = open_table(kv, "t");

    (void)state;
    struct kv_txn *txn = begin_write(kv);
    kv_put(txn, table, text("key"), text("value"));
    kv_abort(&txn);
    assert_null(txn);
    kv_abort(&txn);
    txn = begin_read(kv);
    check_value(txn, table, "key", NULL);
    commit(txn);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

static void kv_second_open_is_refused_in_and_outside_the_process_test(void **state)
{
    struct scratch *scratch = scratch_create();
    const char *path = scratch_path(scratch, "s");
    struct kv_options options = {.path = path, .map_bytes = MIB, .map_bytes_max = MIB};
    struct kv *kv = open_store(path);
    struct kv *second = NULL;
    struct error err;
    int status = 0;

    (void)state;
    assert_false(kv_open(&second, &options, &err));
    assert_int_equal(err.code, ERROR_TEMPORARY);
    assert_non_null(strstr(err.text, "is in use"));
    assert_null(second);
    kv_table table = open_table(kv, "t"); /* the refusal did no harm */
    struct kv_txn *txn = begin_write(kv);
    kv_put(txn, table, text("k"), text("v"));
    commit(txn);
    pid_t child = fork();
    if (child == 0) {
        bool opened = kv_open(&second, &options, &err);
        _exit(opened || err.code != ERROR_TEMPORARY ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    kv_close(&kv);
    kv = open_store(path);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

static void kv_open_takes_an_empty_folder_and_no_other_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct kv_options options = {.map_bytes = MIB, .map_bytes_max = MIB};
    struct kv *kv = NULL;
    struct error err;
    struct stat status;

    (void)state;
    options.path = scratch_path(scratch, "empty");
    assert_int_equal(mkdir(options.path, 0700), 0);
    assert_true(kv_open(&kv, &options, &err));
    kv_close(&kv);
    assert_int_equal(stat(scratch_path(scratch, "empty/data.mdb"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    (void)scratch_write(scratch, "other/file", "x");
    options.path = scratch_path(scratch, "other");
    assert_false(kv_open(&kv, &options, &err));
    assert_int_equal(err.code, ERROR_CREATE);
    assert_int_not_equal(stat(scratch_path(scratch, "other/data.mdb"), &status), 0);
    options.path = scratch_path(scratch, "other/file");
    assert_false(kv_open(&kv, &options, &err));
    (void)scratch_write(scratch, "broken/data.mdb", "this is no environment of LMDB");
    options.path = scratch_path(scratch, "broken");
    assert_false(kv_open(&kv, &options, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_null(kv);
    scratch_destroy(&scratch);
}

static void kv_readers_see_their_snapshot_beside_the_writer_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct kv *kv = open_store(scratch_path(scratch, "s"));
    kv_table table = open_table(kv, "t");

    (void)state;
    struct kv_txn *writer = begin_write(kv);
    kv_put(writer, table, text("k"), text("1"));
    struct kv_txn *reader = begin_read(kv);
    check_value(reader, table, "k", NULL);
    commit(writer);
    check_value(reader, table, "k", NULL);
    struct kv_txn *later = begin_read(kv);
    check_value(later, table, "k", "1");
    kv_abort(&later);
    kv_abort(&reader);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

static void kv_seek_finds_neighbours_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct kv *kv = open_store(scratch_path(scratch, "s"));
    kv_table table = open_table(kv, "t");
    struct bytes none = {.data = NULL};
    struct bytes key;
    struct bytes value;

    (void)state;
    struct kv_txn *txn = begin_write(kv);
    assert_false(kv_seek(txn, table, none, &key, &value));
    assert_false(kv_seek_before(txn, table, none, &key, &value));
    assert_false(kv_seek_before(txn, table, text("x"), &key, &value));
    kv_append(txn, table, text("b"), text("1"));
    kv_append(txn, table, text("d"), text("2"));
    kv_append(txn, table, text("dd"), text("3"));
    assert_true(kv_seek(txn, table, none, &key, &value) && bytes_equal(key, text("b")));
    assert_true(kv_seek(txn, table, text("b"), &key, &value) && bytes_equal(key, text("b")));
    assert_true(kv_seek(txn, table, text("c"), &key, &value) && bytes_equal(value, text("2")));
    assert_true(kv_seek(txn, table, text("d0"), &key, &value) && bytes_equal(key, text("dd")));
    assert_false(kv_seek(txn, table, text("e"), &key, &value));
    assert_true(kv_seek_before(txn, table, none, &key, &value) && bytes_equal(key, text("dd")));
    assert_true(kv_seek_before(txn, table, text("z"), &key, &value) &&
                bytes_equal(key, text("dd")));
    assert_true(kv_seek_before(txn, table, text("dd"), &key, &value) &&
                bytes_equal(key, text("d")));
    assert_true(kv_seek_before(txn, table, text("c"), &key, &value) &&
                bytes_equal(value, text("1")));
    assert_false(kv_seek_before(txn, table, text("b"), &key, &value));
    assert_false(kv_seek_before(txn, table, text("a"), &key, &value));
    kv_clear(txn, table);
    assert_false(kv_seek(txn, table, none, &key, &value));
    assert_int_equal(kv_count(txn, table), 0);
    kv_append(txn, table, text("a"), text("4"));
    assert_true(kv_seek(txn, table, none, &key, &value) && bytes_equal(value, text("4")));
    commit(txn);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

/* The model: whether each of MODEL_KEYS keys is there, and its value. */
enum { MODEL_KEYS = 400, MODEL_STEPS = 40000 };

static struct bytes model_key(unsigned number, uint8_t buffer[2])
{
    bytes_put_u16(buffer, (uint16_t)number);
    return bytes_of(buffer, 2);
}

static void check_neighbours(struct kv_txn *txn, kv_table table, unsigned at, const uint32_t *model)
{
    uint8_t buffer[2];
    unsigned above = at;
    unsigned below = at;
    struct bytes key;
    struct bytes value;

    while (above < MODEL_KEYS && model[above] == 0) {
        above++;
    }
    assert_true(kv_seek(txn, table, model_key(at, buffer), &key, &value) == (above < MODEL_KEYS));
    if (above < MODEL_KEYS) {
        assert_int_equal(bytes_get_u16(key.data), above);
        assert_int_equal(bytes_get_u32(value.data), model[above]);
    }
    while (below > 0 && model[below - 1] == 0) {
        below--;
    }
    assert_true(kv_seek_before(txn, table, model_key(at, buffer), &key, &value) == (below > 0));
    if (below > 0) {
        assert_int_equal(bytes_get_u16(key.data), below - 1);
        assert_int_equal(bytes_get_u32(value.data), model[below - 1]);
    }
}

static void kv_cursors_survive_writes_in_between_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct kv *kv = open_store(scratch_path(scratch, "s"));
    kv_table table = open_table(kv, "t");
    uint32_t model[MODEL_KEYS] = {0};
    uint64_t random = 20261122; /* the seed of this walk */
    uint8_t content[600] = {0};
    uint8_t buffer[2];

    (void)state;
    struct kv_txn *txn = begin_write(kv);
    for (uint32_t step = 1; step <= MODEL_STEPS; step++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        unsigned at = (unsigned)(random >> 33) % MODEL_KEYS;
        unsigned choice = (unsigned)(random >> 45) % 8;
        if (choice < 3) {
            bytes_put_u32(content, step);
            kv_put(txn, table, model_key(at, buffer), bytes_of(content, 4 + step % 596));
            model[at] = step;
        } else if (choice < 5) {
            assert_true(kv_delete(txn, table, model_key(at, buffer)) == (model[at] != 0));
            model[at] = 0;
        } else {
            check_neighbours(txn, table, at, model);
        }
        if (random >> 54 == 0) {
            commit(txn);
            txn = begin_write(kv);
        }
    }
    commit(txn);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

static void kv_failures_stick_until_the_commit_test(void **state)
{
    static uint8_t large[400000];
    struct scratch *scratch = scratch_create();
    struct kv *kv = open_store(scratch_path(scratch, "s"));
    kv_table table = open_table(kv, "t");
    struct bytes key;
    struct bytes value;
    struct error err;

    (void)state;
    struct kv_txn *txn = begin_write(kv);
    kv_put(txn, table, text("before"), text("1"));
    commit(txn);
    txn = begin_write(kv);
    kv_put(txn, table, text("in"), text("2"));
    for (int i = 0; i < 4 && kv_failed(txn) == NULL; i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "k%d", i);
        kv_put(txn, table, text(name), bytes_of(large, sizeof(large)));
    }
    assert_non_null(kv_failed(txn));
    assert_int_equal(kv_failed(txn)->code, ERROR_IO);
    assert_false(kv_get(txn, table, text("before"), &value));
    assert_false(kv_seek(txn, table, text("a"), &key, &value));
    assert_false(kv_seek_before(txn, table, text("z"), &key, &value));
    assert_false(kv_delete(txn, table, text("before")));
    assert_int_equal(kv_count(txn, table), 0);
    kv_put(txn, table, text("x"), text("3"));
    kv_append(txn, table, text("z"), text("3"));
    kv_clear(txn, table);
    assert_false(kv_commit(&txn, &err));
    assert_null(txn);
    assert_int_equal(err.code, ERROR_IO); /* the process ends with 74, as after any failed commit */
    txn = begin_read(kv);
    check_value(txn, table, "before", "1");
    assert_int_equal(kv_count(txn, table), 1);
    kv_abort(&txn);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

static void kv_grows_to_its_maximum_and_stays_so_test(void **state)
{
    static uint8_t large[700000];
    struct scratch *scratch = scratch_create();
    const char *path = scratch_path(scratch, "s");
    struct kv *kv = open_store(path);
    kv_table table = open_table(kv, "t");
    struct error err;

    (void)state;
    struct kv_space space = kv_space(kv);
    assert_int_equal(space.map_bytes, MIB);
    assert_true(space.used_bytes > 0 && space.used_bytes < 100000);
    assert_true(space.disk_free_bytes > 0);
    assert_true(kv_grow(kv, &err));
    assert_int_equal(kv_space(kv).map_bytes, 2 * MIB);
    struct kv_txn *txn = begin_write(kv);
    kv_put(txn, table, text("a"), bytes_of(large, sizeof(large)));
    kv_put(txn, table, text("b"), bytes_of(large, sizeof(large)));
    commit(txn);
    assert_true(kv_space(kv).used_bytes > 2 * sizeof(large));
    kv_close(&kv);

    kv = open_store(path); /* asks for 1 MiB, gets what it had */
    assert_int_equal(kv_space(kv).map_bytes, 2 * MIB);
    table = open_table(kv, "t");
    txn = begin_write(kv);
    assert_true(kv_delete(txn, table, text("a")));
    assert_true(kv_delete(txn, table, text("b")));
    commit(txn);
    assert_true(kv_space(kv).used_bytes < 200000); /* free pages are room */
    assert_true(kv_grow(kv, &err));
    assert_true(kv_grow(kv, &err));
    assert_false(kv_grow(kv, &err));
    assert_int_equal(err.code, ERROR_TEMPORARY);
    assert_int_equal(kv_space(kv).map_bytes, 8 * MIB);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

static void kv_commit_is_there_after_a_kill_test(void **state)
{
    struct scratch *scratch = scratch_create();
    const char *path = scratch_path(scratch, "s");
    int status = 0;

    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct kv *kv = open_store(path);
        kv_table table = open_table(kv, "t");
        struct kv_txn *txn = begin_write(kv);
        kv_put(txn, table, text("kept"), text("1"));
        commit(txn);
        txn = begin_write(kv);
        kv_put(txn, table, text("lost"), text("2"));
        _exit(7); /* with the transaction open */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 7);
    struct kv *kv = open_store(path);
    kv_table table = open_table(kv, "t");
    struct kv_txn *txn = begin_write(kv);
    check_value(txn, table, "kept", "1");
    check_value(txn, table, "lost", NULL);
    commit(txn);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

static void kv_view_durability_commits_too_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct kv_options options = {.path = scratch_path(scratch, "s"),
                                 .map_bytes = MIB,
                                 .map_bytes_max = MIB,
                                 .durability = KV_VIEW};
    struct kv *kv = NULL;
    struct error err;

    (void)state;
    assert_true(kv_open(&kv, &options, &err));
    kv_table table = open_table(kv, "t");
    struct kv_txn *txn = begin_write(kv);
    kv_put(txn, table, text("k"), text("v"));
    commit(txn);
    kv_close(&kv);
    assert_true(kv_open(&kv, &options, &err));
    table = open_table(kv, "t");
    txn = begin_read(kv);
    check_value(txn, table, "k", "v");
    kv_abort(&txn);
    kv_close(&kv);
    scratch_destroy(&scratch);
}

static void kv_opens_as_many_tables_as_it_says_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct kv *kv = open_store(scratch_path(scratch, "s"));
    char name[16];
    struct bytes key;
    struct bytes value;
    kv_table table = 0;
    struct error err;

    (void)state;
    for (int i = 0; i < KV_TABLES_MAX; i++) {
        (void)snprintf(name, sizeof(name), "table-%d", i);
        table = open_table(kv, name);
    }
    struct kv_txn *txn = begin_write(kv);
    assert_false(kv_seek(txn, table, text("x"), &key, &value));
    commit(txn);
    assert_false(kv_table_open(kv, "one-more", &table, &err));
    kv_close(&kv);
    scratch_destroy(&scratch);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(kv_keeps_what_was_committed_test),
        cmocka_unit_test(kv_abort_forgets_test),
        cmocka_unit_test(kv_second_open_is_refused_in_and_outside_the_process_test),
        cmocka_unit_test(kv_open_takes_an_empty_folder_and_no_other_test),
        cmocka_unit_test(kv_readers_see_their_snapshot_beside_the_writer_test),
        cmocka_unit_test(kv_seek_finds_neighbours_test),
        cmocka_unit_test(kv_cursors_survive_writes_in_between_test),
        cmocka_unit_test(kv_failures_stick_until_the_commit_test),
        cmocka_unit_test(kv_grows_to_its_maximum_and_stays_so_test),
        cmocka_unit_test(kv_commit_is_there_after_a_kill_test),
        cmocka_unit_test(kv_view_durability_commits_too_test),
        cmocka_unit_test(kv_opens_as_many_tables_as_it_says_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
