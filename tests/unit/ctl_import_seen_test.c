/* Rows that were met: as often as they were, and where first, however many there are. */
#include "agents/ctl/import_seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_row_is_counted_and_its_first_line_kept_test(void **state)
{
    struct import_seen *seen = import_seen_create();
    struct import_seen_row before;

    (void)state;
    assert_non_null(seen);
    assert_true(import_seen_add(seen, 17, 2, &before));
    assert_int_equal(before.times, 0);
    assert_true(import_seen_add(seen, 17 + 4096, 3, &before)); /* the same place in the table */
    assert_int_equal(before.times, 0);
    assert_true(import_seen_add(seen, 17, 9, &before));
    assert_int_equal(before.times, 1);
    assert_int_equal(before.line, 2);
    assert_true(import_seen_add(seen, 17, 12, &before));
    assert_int_equal(before.times, 2);
    assert_int_equal(before.line, 2);
    import_seen_destroy(&seen);
    assert_null(seen);
}

static void a_long_journal_is_known_whole_test(void **state)
{
    const uint32_t rows = 100000;
    struct import_seen *seen = import_seen_create();
    struct import_seen_row before;

    (void)state;
    assert_non_null(seen);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 1; i <= rows; i++) {
            assert_true(import_seen_add(seen, i * UINT64_C(0x9E3779B97F4A7C15), i, &before));
            assert_int_equal(before.times, round);
            assert_int_equal(before.line, i);
        }
    }
    import_seen_destroy(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_counted_and_its_first_line_kept_test),
        cmocka_unit_test(a_long_journal_is_known_whole_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
