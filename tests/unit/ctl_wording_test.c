/* agents/ctl/wording: lists, workload bars, codes that a person typed. */
#include "agents/ctl/wording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_mask_becomes_a_list_of_titles_test(void **state)
{
    char text[WORDING_TEXT_MAX];

    (void)state;
    assert_string_equal(
        wording_mask(VOCABULARY_AGE, 1U << AGE_0_1 | 1U << AGE_7_13, LANGUAGE_EN, text),
        "under 1 year, 7 to 13 years");
    assert_string_equal(wording_mask(VOCABULARY_NEED, 1U << NEED_HOUSEHOLD, LANGUAGE_RU, text),
                        "быт");
    assert_string_equal(wording_mask(VOCABULARY_NEED, 0, LANGUAGE_RU, text), "—");
}

static void a_bar_shows_the_load_test(void **state)
{
    char text[WORDING_BAR_BYTES];

    (void)state;
    assert_string_equal(wording_bar(24, 40, text), "██████░░░░ 24/40");
    assert_string_equal(wording_bar(0, 40, text), "░░░░░░░░░░ 0/40");
    assert_string_equal(wording_bar(1, 40, text), "█░░░░░░░░░ 1/40");
    assert_string_equal(wording_bar(39, 40, text), "██████████ 39/40");
    assert_string_equal(wording_bar(50, 40, text), "██████████ 50/40");
    assert_string_equal(wording_bar(0, 0, text), "██████████ 0/0");
}

static void codes_titles_and_short_forms_are_found_test(void **state)
{
    struct screen screen = {.language = LANGUAGE_EN};
    struct error err;
    uint32_t number = 0;

    (void)state;
    assert_true(wording_find(&screen, VOCABULARY_DECLINE_REASON, "no-capacity", &number, &err));
    assert_int_equal(number, DECLINE_NO_CAPACITY);
    assert_true(wording_find(&screen, VOCABULARY_RISK, "СОП", &number, &err));
    assert_int_equal(number, RISK_SOP);
}

static void a_wrong_code_gets_the_nearest_or_all_test(void **state)
{
    struct screen screen = {.language = LANGUAGE_EN};
    struct error err;
    uint32_t number = 0;

    (void)state;
    assert_false(wording_find(&screen, VOCABULARY_DECLINE_REASON, "no-capasity", &number, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_non_null(strstr(err.text, "Perhaps “no-capacity”?"));
    assert_false(wording_find(&screen, VOCABULARY_PURPOSE, "", &number, &err));
    assert_non_null(strstr(err.text, "There are: case, service"));
    assert_int_equal(number, 0);
}

static void colours_only_where_they_are_wanted_test(void **state)
{
    struct screen plain = {.language = LANGUAGE_EN, .now_us = 10000000};
    char text[WORDING_TEXT_MAX];

    (void)state;
    assert_string_equal(wording_due(&plain, 5000000, text), "less than a minute overdue");
    assert_string_equal(wording_late(&plain, 7200000000, 1, text), ", 1 h 59 min late");
    assert_string_equal(wording_late(&plain, 5, 0, text), "");
    assert_string_equal(wording_late(&plain, 5, 5, text), "");
}

static void a_field_keeps_its_lines_together_test(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    struct screen screen = {.out = stream, .err = stream, .language = LANGUAGE_RU, .color = true};

    (void)state;
    assert_non_null(stream);
    screen_field(&screen, "Адрес", "%s", "ул. Примерная\nдом 1\033[31m");
    screen_print(&screen,
                 "%sжирно%s\n",
                 screen_color(&screen, SCREEN_BOLD),
                 screen_color(&screen, SCREEN_PLAIN));
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text,
                        "  Адрес:              ул. Примерная\n"
                        "                      дом 1?[31m\n"
                        "\033[1mжирно\033[0m\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mask_becomes_a_list_of_titles_test),
        cmocka_unit_test(a_bar_shows_the_load_test),
        cmocka_unit_test(codes_titles_and_short_forms_are_found_test),
        cmocka_unit_test(a_wrong_code_gets_the_nearest_or_all_test),
        cmocka_unit_test(colours_only_where_they_are_wanted_test),
        cmocka_unit_test(a_field_keeps_its_lines_together_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
