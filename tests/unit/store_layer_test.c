/* What is put lies above the tables: the newest is read, in order too, and is what a closed layer writes. */
#include "broker/store/store_layer.h"

#include "base/hash.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

enum { TABLE_A, TABLE_B, TABLES };

struct stage {
    struct scratch *scratch;
    struct kv *kv;
    struct kv_txn *txn;
    kv_table tables[STORE_LAYER_TABLES_MAX];
    bool packed[STORE_LAYER_TABLES_MAX];
    struct store_layer *layer;
};

static int set_up(void **state)
{
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
    stage.layer = store_layer_create();
    assert_non_null(stage.layer);
    *state = &stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;

    store_layer_destroy(&stage->layer);
    kv_abort(&stage->txn);
    kv_close(&stage->kv);
    scratch_destroy(&stage->scratch);
    return 0;
}

static struct store_layer_name name_of(uint32_t table, const char *key)
{
    static const uint8_t secret[HASH_SHORT_KEY_BYTES] = {1};
    return (struct store_layer_name){.table = table,
                                     .key = bytes_of_text(key),
                                     .hash = hash_short(secret, bytes_of_text(key)) + table};
}

static void
change(struct stage *stage, enum store_layer_change how, const char *key, const char *value)
{
    const struct store_layer_name name = name_of(TABLE_A, key);
    const struct bytes bytes = value == NULL ? bytes_of(NULL, 0) : bytes_of_text(value);
    assert_true(store_layer_change(stage->layer, how, &name, bytes));
}

static void put(struct stage *stage, const char *key, const char *value)
{
    change(stage, STORE_LAYER_PUT, key, value);
}

/* The value, "-" when there is none, "?" when it is not known. */
static const char *get(struct stage *stage, uint32_t table, const char *key)
{
    static char text[64];
    const struct store_layer_name name = name_of(table, key);
    struct bytes value;
    switch (store_layer_get(stage->layer, &name, &value)) {
    case STORE_LAYER_UNKNOWN:
        return "?";
    case STORE_LAYER_ABSENT:
        return "-";
    case STORE_LAYER_FOUND:
        break;
    }
    (void)snprintf(text, sizeof(text), "%.*s", (int)value.size, (const char *)value.data);
    return text;
}

static void write_all(struct stage *stage)
{
    assert_true(store_layer_close(stage->layer));
    const struct store_layer_target target = {
        .txn = stage->txn, .tables = stage->tables, .packed = stage->packed};
    size_t next = 0;
    store_layer_arrange(stage->layer);
    do {
        next = store_layer_write(stage->layer, next, 7, &target);
    } while (next != 0);
    assert_null(kv_failed(stage->txn));
}

static const char *in_table(struct stage *stage, uint32_t table, const char *key)
{
    static char text[64];
    struct bytes value;
    if (!kv_get(stage->txn, stage->tables[table], bytes_of_text(key), &value)) {
        return "-";
    }
    (void)snprintf(text, sizeof(text), "%.*s", (int)value.size, (const char *)value.data);
    return text;
}

static void the_newest_value_is_read_and_written_test(void **state)
{
    struct stage *stage = *state;
    const struct store_layer_name other = name_of(TABLE_B, "one");

    assert_string_equal(get(stage, TABLE_A, "one"), "?");
    put(stage, "one", "1111");
    assert_true(store_layer_change(stage->layer, STORE_LAYER_PUT, &other, bytes_of_text("of b")));
    put(stage, "one", "a longer one");
    put(stage, "two", "2");
    put(stage, "one", "short");
    assert_string_equal(get(stage, TABLE_A, "one"), "short");
    assert_string_equal(get(stage, TABLE_B, "one"), "of b");
    assert_string_equal(in_table(stage, TABLE_A, "one"), "-"); /* not before it is written */
    write_all(stage);
    assert_string_equal(in_table(stage, TABLE_A, "one"), "short");
    assert_string_equal(in_table(stage, TABLE_A, "two"), "2");
    assert_string_equal(in_table(stage, TABLE_B, "one"), "of b");
    assert_string_equal(get(stage, TABLE_A, "one"), "short"); /* and is read as before */
    store_layer_forget(stage->layer);
    assert_string_equal(get(stage, TABLE_A, "one"), "?");
}

static void what_is_deleted_is_none_and_hides_what_is_below_test(void **state)
{
    struct stage *stage = *state;
    struct store_layer_place place;

    put(stage, "one", "1");
    write_all(stage);
    store_layer_forget(stage->layer);
    change(stage, STORE_LAYER_DELETE, "one", NULL);
    assert_string_equal(get(stage, TABLE_A, "one"), "-");
    assert_true(store_layer_next(stage->layer, TABLE_A, bytes_of_text("a"), &place));
    assert_true(place.gone);
    write_all(stage);
    assert_string_equal(in_table(stage, TABLE_A, "one"), "-");
    store_layer_forget(stage->layer);
    change(stage, STORE_LAYER_DELETE, "one", NULL);
    put(stage, "one", "again");
    assert_string_equal(get(stage, TABLE_A, "one"), "again");
    write_all(stage);
    assert_string_equal(in_table(stage, TABLE_A, "one"), "again");
}

static void what_comes_and_goes_is_never_written_test(void **state)
{
    struct stage *stage = *state;
    struct store_layer_place place;

    change(stage, STORE_LAYER_PUT_NEW, "line 1", "1");
    change(stage, STORE_LAYER_PUT_NEW, "line 2", "2");
    change(stage, STORE_LAYER_PUT_NEW, "line 3", "3");
    change(stage, STORE_LAYER_DELETE, "line 2", NULL);
    assert_string_equal(get(stage, TABLE_A, "line 2"), "-");
    assert_true(store_layer_next(stage->layer, TABLE_A, bytes_of_text("line 2"), &place));
    assert_true(bytes_equal(place.key, bytes_of_text("line 3")));
    change(stage, STORE_LAYER_DELETE, "line 1", NULL);
    change(stage, STORE_LAYER_DELETE, "line 3", NULL);
    assert_false(store_layer_next(stage->layer, TABLE_A, bytes_of(NULL, 0), &place));
    put(stage, "line 2", "once more");
    write_all(stage);
    assert_string_equal(in_table(stage, TABLE_A, "line 1"), "-");
    assert_string_equal(in_table(stage, TABLE_A, "line 2"), "once more");
    assert_int_equal(kv_count(stage->txn, stage->tables[TABLE_A]), 1);
}

static void what_a_table_answered_is_not_written_test(void **state)
{
    struct stage *stage = *state;
    const struct store_layer_name one = name_of(TABLE_A, "one");
    const struct store_layer_name two = name_of(TABLE_A, "two");

    store_layer_learn(stage->layer, &one, bytes_of_text("1111"));
    store_layer_learn(stage->layer, &two, bytes_of(NULL, 0));
    assert_string_equal(get(stage, TABLE_A, "one"), "1111");
    assert_string_equal(get(stage, TABLE_A, "two"), "-");
    write_all(stage);
    assert_string_equal(in_table(stage, TABLE_A, "one"), "-");
}

/* Keys of two lengths, put in no order, a few at a time and many at once. */
static void a_walk_goes_by_the_order_of_the_keys_test(void **state)
{
    struct stage *stage = *state;
    struct store_layer_place place;
    char key[40];

    for (uint32_t i = 0; i < 5000; i++) {
        const uint32_t number = i * 2741 % 5003; /* each once */
        (void)snprintf(key,
                       sizeof(key),
                       number % 3 == 0 ? "the same beginning %05u" : "the same beginning %05u+",
                       number);
        put(stage, key, "x");
        if (i % 7 == 0 || i > 4000) {
            assert_true(store_layer_next(stage->layer, TABLE_A, bytes_of_text(key), &place));
            assert_true(bytes_equal(place.key, bytes_of_text(key)));
        }
    }
    struct bytes from = bytes_of(NULL, 0);
    uint8_t last[41] = {0};
    uint32_t count = 0;
    for (; store_layer_next(stage->layer, TABLE_A, from, &place); count++) {
        assert_true(bytes_compare(from, place.key) < 0 || count == 0);
        memcpy(last, place.key.data, place.key.size);
        last[place.key.size] = 0;
        from = bytes_of(last, place.key.size + 1);
    }
    assert_int_equal(count, 5000);
    from = bytes_of(NULL, 0);
    for (count = 0; store_layer_previous(stage->layer, TABLE_A, from, &place); count++) {
        assert_true(bytes_compare(place.key, from) < 0 || count == 0);
        memcpy(last, place.key.data, place.key.size);
        from = bytes_of(last, place.key.size);
    }
    assert_int_equal(count, 5000);
    assert_true(
        store_layer_next(stage->layer, TABLE_A, bytes_of_text("the same beginning 00002"), &place));
    assert_true(bytes_equal(place.key, bytes_of_text("the same beginning 00002+")));
    write_all(stage);
    assert_int_equal(kv_count(stage->txn, stage->tables[TABLE_A]), 5000);
}

/* More than the first blocks and slots hold, then small again. */
static void a_large_layer_loses_nothing_test(void **state)
{
    struct stage *stage = *state;
    static char value[20000];
    char key[40];

    memset(value, 'v', sizeof(value) - 1);
    for (uint32_t i = 0; i < 1500; i++) {
        (void)snprintf(key, sizeof(key), "%u", i);
        put(stage, key, value);
    }
    assert_true(store_layer_bytes(stage->layer) > 1500 * 20000 - 20000);
    write_all(stage);
    assert_int_equal(kv_count(stage->txn, stage->tables[TABLE_A]), 1500);
    store_layer_forget(stage->layer);
    assert_int_equal(store_layer_bytes(stage->layer), 0);
    put(stage, "1", "small");
    assert_string_equal(get(stage, TABLE_A, "1"), "small");
    assert_string_equal(get(stage, TABLE_A, "2"), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_newest_value_is_read_and_written_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_deleted_is_none_and_hides_what_is_below_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_comes_and_goes_is_never_written_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_a_table_answered_is_not_written_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_walk_goes_by_the_order_of_the_keys_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_large_layer_loses_nothing_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
