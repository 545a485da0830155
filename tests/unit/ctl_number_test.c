/* agents/ctl/number: case numbers as people type them. */
#include "agents/ctl/number.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char full[] = "NSO-2026-000123-7";

static void check_means(const char *typed, bool expected)
{
    struct number number;

    if (!number_parse(typed, &number)) {
        fail_msg("%s is no number", typed);
    }
    if (number_matches(&number, full) != expected) {
        fail_msg("%s: expected %s", typed, expected ? "a match" : "no match");
    }
}

static void spellings_of_one_number_match_test(void **state)
{
    static const char *const spellings[] = {
        "NSO-2026-000123-7", "nso-2026-000123-7", "NSO2026000123-7",   "nso20260001237",
        "NSO 2026 000123 7", "№ NSO-2026-123-7",  "NSO–2026–000123–7", "НСО-2026-000123-7",
        "нсо 2026 000123 7", "2026-000123-7",     "NSO-2026-000123",   "2026-000123",
        "000123-7",          "0001237",           "NSO-2026-OOO123-7", "20260001237",
        "nso.2026.000123.7", "nso/2026/123/7",    "NSO-2026-0001237",  "123",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        check_means(spellings[i], true);
    }
}

static void other_numbers_do_not_match_test(void **state)
{
    static const char *const others[] = {
        "NSO-2026-000124-7",
        "NSO-2025-000123-7",
        "KOM-2026-000123-7",
        "NSO-2026-000123-8",
        "000123-8",
        "124",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        check_means(others[i], false);
    }
}

static void what_cannot_be_a_number_is_refused_test(void **state)
{
    static const char *const wrong[] = {
        "",
        "-",
        "NSO",
        "NSO-2026-abc-7",
        "1999-000123-7",
        "NSO-2026-000123-77",
        "1-2-3-4-5-6",
        "NSO-2026-000123-7-7",
        "семья",
        "2026-000123-7;",
        "99999999999999999999",
    };
    struct number number;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (number_parse(wrong[i], &number)) {
            fail_msg("%s is taken for a number", wrong[i]);
        }
    }
}

static void a_letter_may_be_the_check_character_test(void **state)
{
    struct number number;

    (void)state;
    assert_true(number_parse("kom-2026-000042-к", &number)); /* Cyrillic */
    assert_true(number_matches(&number, "KOM-2026-000042-K"));
    assert_true(number_parse("KOM-2026-000042-0", &number));
    assert_true(number_matches(&number, "KOM-2026-000042-O"));
}

static void readings_are_by_shape_and_by_sound_test(void **state)
{
    char readings[NUMBER_READINGS][LIMIT_SPEAKABLE_BYTES];
    struct number number;

    (void)state;
    assert_true(number_parse("нсо-2026-123-7", &number));
    assert_int_equal(number_readings(&number, readings), 2);
    assert_string_equal(readings[0], "HCO-2026-000123-7");
    assert_string_equal(readings[1], "NSO-2026-000123-7");

    assert_true(number_parse("nso20260001237", &number));
    assert_int_equal(number_readings(&number, readings), 1);
    assert_string_equal(readings[0], "NSO-2026-000123-7");

    assert_true(number_parse("2026-000123-7", &number));
    assert_int_equal(number_readings(&number, readings), 0);
    assert_true(
        number_parse("НЗО 2026 123 7", &number)); /* З looks like 3, and no prefix has digits */
    assert_int_equal(number_readings(&number, readings), 1);
    assert_string_equal(readings[0], "NZO-2026-000123-7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_of_one_number_match_test),
        cmocka_unit_test(other_numbers_do_not_match_test),
        cmocka_unit_test(what_cannot_be_a_number_is_refused_test),
        cmocka_unit_test(a_letter_may_be_the_check_character_test),
        cmocka_unit_test(readings_are_by_shape_and_by_sound_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
