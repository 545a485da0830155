/* Ids: RFC 9562, order, text. */
#include "base/id128.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void id128_uuid7_matches_the_example_of_rfc9562_test(void **state)
{
    /* RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC, rand_a CC3, rand_b 18C4DC0C0C07398F */
    static const uint8_t random[10] = {0xFC, 0xC3, 0xD8, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};
    char text[ID128_TEXT_MAX];

    (void)state;
    struct id128 id = id128_uuid7(UINT64_C(0x017F22E279B0), random);
    assert_string_equal(id128_format(&id, text), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

static void id128_of_position_orders_like_positions_test(void **state)
{
    char text[ID128_TEXT_MAX];

    (void)state;
    struct id128 a = id128_of_position(1, UINT64_MAX);
    struct id128 b = id128_of_position(2, 0);
    struct id128 c = id128_of_position(256, 0);
    assert_true(id128_compare(&a, &b) < 0);
    assert_true(id128_compare(&c, &b) > 0);
    assert_string_equal(id128_format(&a, text), "00000000-0000-0001-ffff-ffffffffffff");
    assert_false(id128_equal(&a, &b));
    assert_true(id128_equal(&a, &a));
}

static void id128_none_is_all_zero_test(void **state)
{
    struct id128 none = id128_of_position(0, 0);
    struct id128 some = id128_of_position(0, 1);

    (void)state;
    assert_true(id128_is_none(&none));
    assert_false(id128_is_none(&some));
}

static void id128_parses_only_its_own_form_test(void **state)
{
    struct id128 id = id128_of_position(0, 5);

    (void)state;
    assert_false(id128_parse("", &id));
    assert_false(id128_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398", &id));
    assert_false(id128_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398fa", &id));
    assert_false(id128_parse("017f22e2079b0-7cc3-98c4-dc0c0c07398f", &id));
    assert_false(id128_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398g", &id));
    assert_int_equal(bytes_get_u64(id.bytes + 8), 5);
    assert_true(id128_parse("017F22E2-79b0-7cc3-98c4-dc0c0c07398f", &id));
    assert_int_equal(id.bytes[15], 0x8F);
}

static void id128_of_bytes_wants_sixteen_test(void **state)
{
    struct id128 id;

    (void)state;
    assert_false(id128_of_bytes(bytes_of_text("0123456789abcde"), &id));
    assert_true(id128_of_bytes(bytes_of_text("0123456789abcdef"), &id));
    assert_true(bytes_equal(id128_bytes(&id), bytes_of_text("0123456789abcdef")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(id128_uuid7_matches_the_example_of_rfc9562_test),
        cmocka_unit_test(id128_of_position_orders_like_positions_test),
        cmocka_unit_test(id128_none_is_all_zero_test),
        cmocka_unit_test(id128_parses_only_its_own_form_test),
        cmocka_unit_test(id128_of_bytes_wants_sixteen_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
