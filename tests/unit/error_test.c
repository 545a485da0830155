/* Errors: places, prefixes, cuts and exit statuses. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void error_set_formats_and_returns_false_test(void **state)
{
    struct error err;
    char text[600];

    (void)state;
    assert_false(error_set(&err, ERROR_DATA, "no agency \"%s\"", "hosing"));
    assert_int_equal(err.code, ERROR_DATA);
    assert_int_equal(err.at.line, 0);
    assert_string_equal(error_format(&err, text, sizeof(text)), "no agency \"hosing\"");
}

static void error_set_at_shows_the_place_test(void **state)
{
    struct text_pos at = error_pos("policy.yaml", 14, 9);
    struct error err;
    char text[600];

    (void)state;
    assert_false(error_set_at(&err, ERROR_CONFIG, &at, "unknown agency"));
    assert_string_equal(error_format(&err, text, sizeof(text)), "policy.yaml:14:9: unknown agency");
    assert_string_equal(error_format(&err, text, 12), "policy.yaml");
}

static void error_set_errno_names_the_reason_test(void **state)
{
    struct error err;

    (void)state;
    assert_false(error_set_errno(&err, ERROR_IO, ENOENT, "open %s", "x"));
    assert_string_equal(err.text, "open x: No such file or directory");
    assert_int_equal(err.reason, ENOENT);
    assert_false(error_prepend(&err, "start"));
    assert_int_equal(err.reason, ENOENT);
    assert_false(error_set(&err, ERROR_DATA, "no call failed"));
    assert_int_equal(err.reason, 0);
}

static void error_prepend_keeps_place_and_code_test(void **state)
{
    struct text_pos at = error_pos("p.yaml", 2, 3);
    struct error err;
    char text[600];

    (void)state;
    (void)error_set_at(&err, ERROR_CONFIG, &at, "bad");
    assert_false(error_prepend(&err, "load %s", "policy"));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_string_equal(error_format(&err, text, sizeof(text)), "p.yaml:2:3: load policy: bad");
}

static void error_may_quote_itself_test(void **state)
{
    struct error err;

    (void)state;
    (void)error_set(&err, ERROR_IO, "inner");
    (void)error_set(&err, ERROR_IO, "outer (%s)", err.text);
    assert_string_equal(err.text, "outer (inner)");
    (void)error_prepend(&err, "%s", err.text);
    assert_string_equal(err.text, "outer (inner): outer (inner)");
}

static void error_never_cuts_a_character_test(void **state)
{
    struct error err;
    char longest[1200] = "";

    (void)state;
    for (size_t i = 0; i < 599; i++) {
        memcpy(longest + 2 * i, "ж", 2);
    }
    (void)error_set(&err, ERROR_DATA, "%s", longest);
    assert_int_equal(strlen(err.text), 510); /* 511 bytes would end in half a letter */
    (void)error_prepend(&err, "x");
    assert_int_equal(strlen(err.text), 511); /* "x: " and 254 letters */
    assert_memory_equal(err.text, "x: ж", 5);
    (void)error_prepend(&err, "%s", longest);
    assert_int_equal(strlen(err.text), 510);
}

static void error_pos_shortens_long_names_in_front_test(void **state)
{
    struct text_pos at;
    char name[200];

    (void)state;
    memset(name, 'a', sizeof(name));
    memcpy(name + 190, "/end.yaml", 10);
    at = error_pos(name, 1, 1);
    assert_int_equal(strlen(at.file), 95);
    assert_memory_equal(at.file, "...aaa", 6);
    assert_string_equal(at.file + 86, "/end.yaml");
    for (size_t i = 0; i < 95; i++) {
        memcpy(name + 2 * i, "я", 2);
    }
    at = error_pos(name, 1, 1);
    assert_memory_equal(at.file, "...я", 5); /* 92 bytes of 199: the odd one is given up */
    assert_string_equal(error_pos(NULL, 5, 5).file, "");
    assert_int_equal(error_pos(NULL, 5, 5).line, 0);
}

static void error_list_counts_what_it_cannot_keep_test(void **state)
{
    static struct error_list list;
    struct text_pos at = error_pos("f", 3, 4);

    (void)state;
    for (int i = 0; i < 66; i++) {
        assert_false(error_list_add(&list, ERROR_DATA, i == 0 ? NULL : &at, "number %d", i));
    }
    assert_int_equal(list.count, 64);
    assert_int_equal(list.dropped, 2);
    assert_int_equal(list.items[0].at.line, 0);
    assert_int_equal(list.items[63].at.column, 4);
    assert_string_equal(list.items[63].text, "number 63");
}

static void error_exit_status_follows_sysexits_test(void **state)
{
    (void)state;
    assert_int_equal(error_exit_status(ERROR_NONE), 0);
    assert_int_equal(error_exit_status(ERROR_FINDINGS), 1);
    assert_int_equal(error_exit_status(ERROR_USAGE), 64);
    assert_int_equal(error_exit_status(ERROR_DATA), 65);
    assert_int_equal(error_exit_status(ERROR_NO_INPUT), 66);
    assert_int_equal(error_exit_status(ERROR_UNAVAILABLE), 69);
    assert_int_equal(error_exit_status(ERROR_INTERNAL), 70);
    assert_int_equal(error_exit_status(ERROR_OS), 71);
    assert_int_equal(error_exit_status(ERROR_CREATE), 73);
    assert_int_equal(error_exit_status(ERROR_IO), 74);
    assert_int_equal(error_exit_status(ERROR_TEMPORARY), 75);
    assert_int_equal(error_exit_status(ERROR_PROTOCOL), 76);
    assert_int_equal(error_exit_status(ERROR_PERMISSION), 77);
    assert_int_equal(error_exit_status(ERROR_CONFIG), 78);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_set_formats_and_returns_false_test),
        cmocka_unit_test(error_set_at_shows_the_place_test),
        cmocka_unit_test(error_set_errno_names_the_reason_test),
        cmocka_unit_test(error_prepend_keeps_place_and_code_test),
        cmocka_unit_test(error_may_quote_itself_test),
        cmocka_unit_test(error_never_cuts_a_character_test),
        cmocka_unit_test(error_pos_shortens_long_names_in_front_test),
        cmocka_unit_test(error_list_counts_what_it_cannot_keep_test),
        cmocka_unit_test(error_exit_status_follows_sysexits_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
