/* Languages: which one the environment asks for. */
#include "base/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

static enum language with(const char *language, const char *all, const char *lang)
{
    (void)setenv("LANGUAGE", language, 1);
    (void)setenv("LC_ALL", all, 1);
    (void)setenv("LC_MESSAGES", "", 1);
    (void)setenv("LANG", lang, 1);
    return phrase_language_of_environment();
}

static void phrase_environment_defaults_to_russian_test(void **state)
{
    (void)state;
    assert_int_equal(with("", "", ""), LANGUAGE_RU);
    assert_int_equal(with("", "", "C.UTF-8"), LANGUAGE_RU);
    assert_int_equal(with("", "", "ru_RU.UTF-8"), LANGUAGE_RU);
    assert_int_equal(with("", "", "en_GB.UTF-8"), LANGUAGE_EN);
    assert_int_equal(with("", "", "C"), LANGUAGE_EN);
    assert_int_equal(with("", "POSIX", "ru_RU"), LANGUAGE_EN);
    assert_int_equal(with("", "C.UTF-8", "en_US"), LANGUAGE_EN);
    assert_int_equal(with("ru:en", "en_US.UTF-8", "en_US"), LANGUAGE_RU);
    assert_int_equal(with("en", "ru_RU", "ru_RU"), LANGUAGE_EN);
}

static void phrase_parse_knows_two_codes_test(void **state)
{
    enum language language = LANGUAGE_EN;

    (void)state;
    assert_true(phrase_language_parse("ru", &language));
    assert_int_equal(language, LANGUAGE_RU);
    assert_true(phrase_language_parse("en", &language));
    assert_int_equal(language, LANGUAGE_EN);
    assert_false(phrase_language_parse("EN", &language));
    assert_false(phrase_language_parse("", &language));
}

static void phrase_in_picks_test(void **state)
{
    struct phrase yes = {.ru = "да", .en = "yes"};

    (void)state;
    assert_string_equal(phrase_in(yes, LANGUAGE_RU), "да");
    assert_string_equal(phrase_in(yes, LANGUAGE_EN), "yes");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrase_environment_defaults_to_russian_test),
        cmocka_unit_test(phrase_parse_knows_two_codes_test),
        cmocka_unit_test(phrase_in_picks_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
