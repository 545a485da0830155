/* agents/ctl/excerpt: mistakes at their place, in one language. */
#include "agents/ctl/excerpt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_prints(const struct error *error, const char *content, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    struct screen screen = {.out = stream, .err = stream, .language = LANGUAGE_RU};

    assert_non_null(stream);
    excerpt_print(&screen, error, bytes_of_text(content));
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void the_caret_counts_letters_not_bytes_test(void **state)
{
    struct error error = {.code = ERROR_DATA, .text = "нет такого уровня / no such level"};

    (void)state;
    error.at = error_pos("форма.yaml", 2, 10);
    check_prints(&error,
                 "территория: tatarsky\nуровень: опасно\n",
                 "форма.yaml:2:10: нет такого уровня\n"
                 "    уровень: опасно\n"
                 "             ^\n");
}

static void a_tab_does_not_move_the_caret_test(void **state)
{
    struct error error = {.code = ERROR_DATA, .text = "x"};

    (void)state;
    error.at = error_pos("f", 1, 3);
    check_prints(&error, "a\tb", "f:1:3: x\n    a b\n      ^\n");
}

static void a_place_outside_of_the_text_has_no_excerpt_test(void **state)
{
    struct error error = {.code = ERROR_DATA, .text = "x"};

    (void)state;
    error.at = error_pos("f", 9, 1);
    check_prints(&error, "a\n", "f:9:1: x\n");
    error.at = error_pos("f", 0, 0);
    check_prints(&error, "a\n", "x\n");
}

static void a_form_is_shown_to_somebody_who_looks_and_to_no_log_test(void **state)
{
    struct screen screen = {.err_is_terminal = true};
    const struct bytes form = bytes_of_text("surname: x\n");

    (void)state;
    assert_int_equal(excerpt_of_form(&screen, form).size, form.size);
    screen.err_is_terminal = false;
    assert_int_equal(excerpt_of_form(&screen, form).size, 0);
}

static void control_characters_stay_out_of_the_terminal_test(void **state)
{
    struct error error = {.code = ERROR_DATA, .text = "x"};

    (void)state;
    error.at = error_pos("f", 1, 1);
    check_prints(&error, "a\033[2Jb", "f:1:1: x\n    a?[2Jb\n    ^\n");
}

static void halves_of_a_text_test(void **state)
{
    char half[EXCERPT_TEXT_MAX];

    (void)state;
    assert_string_equal(excerpt_half("нет / no", LANGUAGE_RU, half), "нет");
    assert_string_equal(excerpt_half("нет / no", LANGUAGE_EN, half), "no");
    assert_string_equal(excerpt_half("нет «a / b» / no “a / b”", LANGUAGE_EN, half), "no “a / b”");
    assert_string_equal(excerpt_half("нет «a / b» / no “a / b”", LANGUAGE_RU, half), "нет «a / b»");
    assert_string_equal(excerpt_half("no cut", LANGUAGE_RU, half), "no cut");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_caret_counts_letters_not_bytes_test),
        cmocka_unit_test(a_tab_does_not_move_the_caret_test),
        cmocka_unit_test(a_place_outside_of_the_text_has_no_excerpt_test),
        cmocka_unit_test(a_form_is_shown_to_somebody_who_looks_and_to_no_log_test),
        cmocka_unit_test(control_characters_stay_out_of_the_terminal_test),
        cmocka_unit_test(halves_of_a_text_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
