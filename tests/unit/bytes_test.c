/* Slices: order, numbers, hexadecimal, UTF-8. */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool is_text(const char *text, size_t size)
{
    return bytes_is_text(bytes_of(text, size));
}

static void bytes_order_like_memcmp_then_length_test(void **state)
{
    (void)state;
    assert_true(bytes_compare(bytes_of_text("ab"), bytes_of_text("b")) < 0);
    assert_true(bytes_compare(bytes_of_text("ab"), bytes_of_text("a")) > 0);
    assert_true(bytes_compare(bytes_of_text(""), bytes_of_text("a")) < 0);
    assert_true(bytes_compare(bytes_of("\xFF", 1), bytes_of("\x01", 1)) > 0);
    assert_int_equal(bytes_compare(bytes_of(NULL, 0), bytes_of(NULL, 0)), 0);
    assert_true(bytes_equal(bytes_of(NULL, 0), bytes_of_text("")));
    assert_true(bytes_equal(bytes_of_text("abc"), bytes_of_text("abc")));
    assert_false(bytes_equal(bytes_of_text("abc"), bytes_of_text("abd")));
    assert_false(bytes_equal(bytes_of_text("abc"), bytes_of_text("ab")));
}

static void bytes_numbers_are_big_endian_test(void **state)
{
    uint8_t at[8];

    (void)state;
    bytes_put_u16(at, 0xFEDC);
    assert_memory_equal(at, "\xFE\xDC", 2);
    assert_int_equal(bytes_get_u16(at), 0xFEDC);
    bytes_put_u32(at, 0xFEDCBA98);
    assert_memory_equal(at, "\xFE\xDC\xBA\x98", 4);
    assert_true(bytes_get_u32(at) == 0xFEDCBA98);
    bytes_put_u64(at, UINT64_C(0xFEDCBA9876543210));
    assert_memory_equal(at, "\xFE\xDC\xBA\x98\x76\x54\x32\x10", 8);
    assert_true(bytes_get_u64(at) == UINT64_C(0xFEDCBA9876543210));
}

static void bytes_hex_goes_there_and_back_test(void **state)
{
    char text[9];
    uint8_t back[4] = {9, 9, 9, 9};

    (void)state;
    bytes_to_hex(bytes_of("\x00\xAB\x7F\xFF", 4), text);
    assert_string_equal(text, "00ab7fff");
    assert_true(bytes_from_hex("00AB7fff", back, 4));
    assert_memory_equal(back, "\x00\xAB\x7F\xFF", 4);
    assert_false(bytes_from_hex("00ab7ff", back, 4));
    assert_false(bytes_from_hex("00ab7fffa", back, 4));
    assert_false(bytes_from_hex("00ab7fgg", back, 4));
    assert_memory_equal(back, "\x00\xAB\x7F\xFF", 4);
    bytes_to_hex(bytes_of(NULL, 0), text);
    assert_string_equal(text, "");
}

static void bytes_is_text_keeps_rfc3629_test(void **state)
{
    (void)state;
    assert_true(is_text("", 0));
    assert_true(is_text("Ёлка, 狗, \xF0\x9F\x98\x80", 19));
    assert_true(is_text("\xF4\x8F\xBF\xBF", 4));  /* U+10FFFF */
    assert_true(is_text("\xED\x9F\xBF", 3));      /* U+D7FF */
    assert_false(is_text("a\0b", 3));             /* NUL */
    assert_false(is_text("\x80", 1));             /* a tail alone */
    assert_false(is_text("\xC0\x80", 2));         /* overlong */
    assert_false(is_text("\xC1\xBF", 2));         /* overlong */
    assert_false(is_text("\xE0\x9F\xBF", 3));     /* overlong */
    assert_false(is_text("\xF0\x8F\xBF\xBF", 4)); /* overlong */
    assert_false(is_text("\xED\xA0\x80", 3));     /* a surrogate */
    assert_false(is_text("\xF4\x90\x80\x80", 4)); /* beyond U+10FFFF */
    assert_false(is_text("\xF5\x80\x80\x80", 4));
    assert_false(is_text("\xD0", 1)); /* cut */
    assert_false(is_text("\xE2\x82", 2));
    assert_false(is_text("\xF0\x9F\x98", 3));
    assert_false(is_text("\xE2\x28\xA1", 3));
    assert_false(is_text("\xE2\x82\x28", 3));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_order_like_memcmp_then_length_test),
        cmocka_unit_test(bytes_numbers_are_big_endian_test),
        cmocka_unit_test(bytes_hex_goes_there_and_back_test),
        cmocka_unit_test(bytes_is_text_keeps_rfc3629_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
