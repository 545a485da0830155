/* agents/ctl/moment: times and spans in words, in the terminal's zone. */
#include "agents/ctl/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* 2026-11-22T08:02:00Z, 15:02 in Novosibirsk; computed by hand from date(1). */
#define NOW_US INT64_C(1795334520000000)
#define MINUTE INT64_C(60000000)
#define HOUR   INT64_C(3600000000)

static int novosibirsk(void **state)
{
    (void)state;
    return setenv("TZ", "NOVT-7", 1);
}

static void near_days_have_names_test(void **state)
{
    char text[MOMENT_TEXT_MAX];

    (void)state;
    assert_string_equal(moment_format(NOW_US, NOW_US, LANGUAGE_RU, text), "сегодня 15:02");
    assert_string_equal(moment_format(NOW_US, NOW_US, LANGUAGE_EN, text), "today 15:02");
    assert_string_equal(moment_format(NOW_US + 18 * HOUR, NOW_US, LANGUAGE_RU, text),
                        "завтра 09:02");
    assert_string_equal(moment_format(NOW_US - 16 * HOUR, NOW_US, LANGUAGE_RU, text),
                        "вчера 23:02");
}

static void far_days_have_dates_test(void **state)
{
    char text[MOMENT_TEXT_MAX];

    (void)state;
    assert_string_equal(moment_format(NOW_US + 72 * HOUR, NOW_US, LANGUAGE_RU, text),
                        "25.11.2026 15:02");
    assert_string_equal(moment_format(NOW_US + 72 * HOUR, NOW_US, LANGUAGE_EN, text),
                        "2026-11-25 15:02");
    assert_string_equal(moment_format(0, NOW_US, LANGUAGE_RU, text), "—");
}

static void the_local_offset_is_the_terminals_test(void **state)
{
    (void)state;
    assert_int_equal(moment_offset_seconds(NOW_US), 7 * 3600);
    assert_int_equal(moment_local(NOW_US).hour, 15);
    assert_int_equal(moment_local(-1).year, 1970);
}

static void spans_are_short_words_test(void **state)
{
    char text[MOMENT_TEXT_MAX];

    (void)state;
    assert_string_equal(moment_span(130 * MINUTE, LANGUAGE_RU, text), "2 ч 10 мин");
    assert_string_equal(moment_span(130 * MINUTE, LANGUAGE_EN, text), "2 h 10 min");
    assert_string_equal(moment_span(5 * MINUTE, LANGUAGE_RU, text), "5 мин");
    assert_string_equal(moment_span(3 * HOUR, LANGUAGE_RU, text), "3 ч");
    assert_string_equal(moment_span(76 * HOUR, LANGUAGE_RU, text), "3 д 4 ч");
    assert_string_equal(moment_span(20 * 24 * HOUR + 5 * HOUR, LANGUAGE_EN, text), "20 d");
    assert_string_equal(moment_span(59999999, LANGUAGE_RU, text), "меньше минуты");
}

static void a_due_time_says_what_is_left_or_how_late_test(void **state)
{
    char text[MOMENT_TEXT_MAX];

    (void)state;
    assert_string_equal(moment_due(NOW_US + 130 * MINUTE, NOW_US, LANGUAGE_RU, text),
                        "ещё 2 ч 10 мин");
    assert_string_equal(moment_due(NOW_US + 130 * MINUTE, NOW_US, LANGUAGE_EN, text),
                        "2 h 10 min left");
    assert_string_equal(moment_due(NOW_US - 3 * HOUR, NOW_US, LANGUAGE_RU, text),
                        "просрочено на 3 ч");
    assert_string_equal(moment_due(NOW_US - 3 * HOUR, NOW_US, LANGUAGE_EN, text), "3 h overdue");
    assert_string_equal(moment_due(0, NOW_US, LANGUAGE_EN, text), "—");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_days_have_names_test),
        cmocka_unit_test(far_days_have_dates_test),
        cmocka_unit_test(the_local_offset_is_the_terminals_test),
        cmocka_unit_test(spans_are_short_words_test),
        cmocka_unit_test(a_due_time_says_what_is_left_or_how_late_test),
    };

    return cmocka_run_group_tests(tests, novosibirsk, NULL);
}
