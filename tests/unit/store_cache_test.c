/* Records between the core and the tables: what was put is what is read, and what a flush writes. */
#include "broker/store/store_cache.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { TABLE_A, TABLE_B, TABLES, ALL = STORE_CACHE_TABLES_MAX };

struct stage {
    struct scratch *scratch;
    struct kv *kv;
    struct kv_txn *txn;
    kv_table tables[TABLES];
    bool packed[TABLES];
    struct store_cache *cache;
};

static int set_up(void **state)
{
    static const struct store_cache_size size = {1 << 10, 1 << 16};
    static struct stage stage;
    struct error err;

    stage.scratch = scratch_create();
    const struct kv_options options = {.path = scratch_path(stage.scratch, "kv"),
                                       .map_bytes = 64 << 20,
                                       .map_bytes_max = 64 << 20,
                                       .durability = KV_VIEW};
    assert_true(kv_open(&stage.kv, &options, &err));
    assert_true(kv_table_open(stage.kv, "a", &stage.tables[TABLE_A], &err));
    assert_true(kv_table_open(stage.kv, "b", &stage.tables[TABLE_B], &err));
    assert_true(kv_begin_write(stage.kv, &stage.txn, &err));
    stage.cache = store_cache_create(&size);
    assert_non_null(stage.cache);
    *state = &stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;

    store_cache_destroy(&stage->cache);
    kv_abort(&stage->txn);
    kv_close(&stage->kv);
    scratch_destroy(&stage->scratch);
    return 0;
}

static struct store_cache_name name_of(uint32_t table, const char *key)
{
    return (struct store_cache_name){.table = table, .key = bytes_of_text(key)};
}

static void put(struct stage *stage, uint32_t table, const char *key, const char *record)
{
    const struct store_cache_name name = name_of(table, key);
    assert_true(store_cache_put(stage->cache, &name, bytes_of_text(record)));
}

static void flush(struct stage *stage, uint32_t table)
{
    const struct store_cache_part part = {.to = store_cache_order(stage->cache, table),
                                          .tables = stage->tables,
                                          .packed = stage->packed};
    store_cache_write(stage->cache, &part, stage->txn);
}

static enum store_cache_answer
get(struct stage *stage, uint32_t table, const char *key, char out[5])
{
    const struct store_cache_name name = name_of(table, key);
    out[4] = '\0';
    return store_cache_get(stage->cache, &name, out, 4);
}

static void
assert_in_table(struct stage *stage, uint32_t table, const char *key, const char *record)
{
    struct bytes value;
    if (record == NULL) {
        assert_false(kv_get(stage->txn, stage->tables[table], bytes_of_text(key), &value));
        return;
    }
    assert_true(kv_get(stage->txn, stage->tables[table], bytes_of_text(key), &value));
    assert_true(bytes_equal(value, bytes_of_text(record)));
}

static void the_newest_record_is_read_and_written_test(void **state)
{
    struct stage *stage = *state;
    char record[5];

    assert_int_equal(get(stage, TABLE_A, "one", record), STORE_CACHE_UNKNOWN);
    put(stage, TABLE_A, "one", "1111");
    put(stage, TABLE_B, "one", "2222");
    put(stage, TABLE_A, "one", "3333");
    assert_int_equal(get(stage, TABLE_A, "one", record), STORE_CACHE_FOUND);
    assert_string_equal(record, "3333");
    assert_in_table(stage, TABLE_A, "one", NULL); /* not before a flush */
    flush(stage, TABLE_A);
    assert_in_table(stage, TABLE_A, "one", "3333");
    assert_in_table(stage, TABLE_B, "one", NULL); /* that was another table's */
    flush(stage, ALL);
    assert_in_table(stage, TABLE_B, "one", "2222");
    assert_int_equal(get(stage, TABLE_B, "one", record), STORE_CACHE_FOUND);
}

static void a_deleted_record_is_none_test(void **state)
{
    struct stage *stage = *state;
    const struct store_cache_name name = name_of(TABLE_A, "one");
    char record[5];

    put(stage, TABLE_A, "one", "1111");
    flush(stage, ALL);
    assert_true(store_cache_put(stage->cache, &name, bytes_of(NULL, 0)));
    assert_int_equal(get(stage, TABLE_A, "one", record), STORE_CACHE_ABSENT);
    flush(stage, ALL);
    assert_in_table(stage, TABLE_A, "one", NULL);
    put(stage, TABLE_A, "one", "4444");
    flush(stage, ALL);
    assert_in_table(stage, TABLE_A, "one", "4444");
}

/* Such a deletion would ask the table for nothing. */
static void what_came_and_went_is_not_written_test(void **state)
{
    struct stage *stage = *state;
    struct store_cache_name name = name_of(TABLE_A, "one");
    char record[5];

    name.fresh = true;
    assert_true(store_cache_put(stage->cache, &name, bytes_of_text("1111")));
    assert_true(store_cache_put(stage->cache, &name, bytes_of(NULL, 0)));
    assert_int_equal(get(stage, TABLE_A, "one", record), STORE_CACHE_ABSENT);
    assert_int_equal(store_cache_order(stage->cache, ALL), 0);
    assert_true(store_cache_put(stage->cache, &name, bytes_of_text("2222")));
    flush(stage, ALL);
    assert_in_table(stage, TABLE_A, "one", "2222");
    assert_true(store_cache_put(stage->cache, &name, bytes_of(NULL, 0)));
    flush(stage, ALL);
    assert_in_table(stage, TABLE_A, "one", NULL);
}

static void what_is_not_held_may_be_in_the_table_test(void **state)
{
    struct stage *stage = *state;
    struct store_cache_name name = name_of(TABLE_A, "one");

    put(stage, TABLE_A, "one", "1111");
    flush(stage, ALL);
    store_cache_forget(stage->cache);
    name.fresh = true;
    assert_true(store_cache_put(stage->cache, &name, bytes_of(NULL, 0)));
    flush(stage, ALL);
    assert_in_table(stage, TABLE_A, "one", NULL);
}

static void a_part_is_written_in_order_test(void **state)
{
    struct stage *stage = *state;
    put(stage, TABLE_B, "two", "2222");
    put(stage, TABLE_A, "two", "1111");
    put(stage, TABLE_B, "one", "3333");
    assert_int_equal(store_cache_order(stage->cache, ALL), 3);
    struct store_cache_part part = {.to = 2, .tables = stage->tables, .packed = stage->packed};
    store_cache_write(stage->cache, &part, stage->txn);
    assert_in_table(stage, TABLE_A, "two", "1111");
    assert_in_table(stage, TABLE_B, "one", "3333");
    assert_in_table(stage, TABLE_B, "two", NULL);
    part = (struct store_cache_part){2, 3, stage->tables, stage->packed};
    store_cache_write(stage->cache, &part, stage->txn);
    assert_in_table(stage, TABLE_B, "two", "2222");
    assert_int_equal(store_cache_order(stage->cache, ALL), 0);
}

static void what_a_table_answered_is_not_written_test(void **state)
{
    struct stage *stage = *state;
    const struct store_cache_name one = name_of(TABLE_A, "one");
    const struct store_cache_name two = name_of(TABLE_A, "two");
    char record[5];

    store_cache_learn(stage->cache, &one, bytes_of_text("1111"));
    store_cache_learn(stage->cache, &two, bytes_of(NULL, 0));
    assert_int_equal(get(stage, TABLE_A, "one", record), STORE_CACHE_FOUND);
    assert_int_equal(get(stage, TABLE_A, "two", record), STORE_CACHE_ABSENT);
    flush(stage, ALL);
    assert_in_table(stage, TABLE_A, "one", NULL);
    store_cache_forget(stage->cache);
    assert_int_equal(get(stage, TABLE_A, "one", record), STORE_CACHE_UNKNOWN);
}

/* As many as there is room for are kept and written, each under its own key. */
static void a_full_cache_says_so_and_loses_nothing_test(void **state)
{
    struct stage *stage = *state;
    uint32_t count = 0;
    char record[5];

    for (;; count++) {
        uint8_t key[4];
        bytes_put_u32(key, count);
        const struct store_cache_name name = {.table = TABLE_A, .key = bytes_of(key, 4)};
        if (!store_cache_put(stage->cache, &name, bytes_of(key, 4))) {
            break;
        }
        assert_true(count < 1000000);
    }
    assert_true(store_cache_is_full(stage->cache));
    assert_int_equal(get(stage, TABLE_B, "one", record), STORE_CACHE_UNKNOWN);
    flush(stage, ALL);
    assert_true(kv_count(stage->txn, stage->tables[TABLE_A]) == count);
    store_cache_forget(stage->cache);
    assert_false(store_cache_is_full(stage->cache));
    put(stage, TABLE_B, "one", "1111");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_newest_record_is_read_and_written_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_deleted_record_is_none_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_came_and_went_is_not_written_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_not_held_may_be_in_the_table_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_part_is_written_in_order_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_a_table_answered_is_not_written_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_full_cache_says_so_and_loses_nothing_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
