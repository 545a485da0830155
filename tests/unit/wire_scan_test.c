/* A look at bytes before they are decoded: what is no text is named, and nothing is found where bytes are cut off. */
#include "proto/wire_scan.h"

#include "proto/directory.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ROW       (&referral__v1__directory_row__descriptor)
#define OF(bytes) bytes_of((bytes), sizeof(bytes) - 1)

/* territories are field 20, training is field 21 */
static void broken_text_of_a_list_is_named_with_its_place_test(void **state)
{
    struct wire_part_fault fault = {.field_bytes = 0};
    (void)state;
    assert_int_equal(wire_scan(ROW,
                               OF("\xaa\x01\x01"
                                  "a"
                                  "\xaa\x01\x01"
                                  "b"),
                               &fault),
                     WIRE_SCAN_GOOD);
    assert_int_equal(wire_scan(ROW,
                               OF("\xaa\x01\x01"
                                  "a"
                                  "\xaa\x01\x01"
                                  "\xff"),
                               &fault),
                     WIRE_SCAN_BAD_TEXT);
    assert_string_equal(fault.field, "training[1]");
}

static void occurrences_of_a_field_are_found_in_their_order_test(void **state)
{
    const struct bytes row = OF("\xaa\x01\x01"
                                "a"
                                "\x40\x05"
                                "\xaa\x01\x02"
                                "bc");
    struct bytes found;
    (void)state;
    assert_true(wire_scan_find(ROW, "training", 0, row, &found));
    assert_true(bytes_equal(found, OF("a")));
    assert_true(wire_scan_find(ROW, "training", 1, row, &found));
    assert_true(bytes_equal(found, OF("bc")));
    assert_false(wire_scan_find(ROW, "training", 2, row, &found));
    assert_false(wire_scan_find(ROW, "territories", 0, row, &found));
}

/* A journal that was cut off: what stands behind its end is not read. */
static void nothing_is_found_behind_the_end_of_the_bytes_test(void **state)
{
    struct bytes found;
    (void)state;
    assert_false(wire_scan_find(ROW, "training", 0, OF("\xaa"), &found));
    assert_false(wire_scan_find(ROW, "training", 0, OF("\xaa\x01"), &found));
    assert_false(wire_scan_find(ROW,
                                "training",
                                0,
                                OF("\xaa\x01\x02"
                                   "b"),
                                &found));
    assert_false(wire_scan_find(ROW,
                                "training",
                                1,
                                OF("\xaa\x01\x01"
                                   "a"
                                   "\xaa\x01\x7f"),
                                &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_text_of_a_list_is_named_with_its_place_test),
        cmocka_unit_test(occurrences_of_a_field_are_found_in_their_order_test),
        cmocka_unit_test(nothing_is_found_behind_the_end_of_the_bytes_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
