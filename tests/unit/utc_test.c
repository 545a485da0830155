/* Civil time: known dates, both ways, and what is refused. */
#include "base/utc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void utc_knows_dates_test(void **state)
{
    /* date -u -d ... +%s */
    static const struct {
        struct utc_civil civil;
        int64_t seconds;
    } rows[] = {
        {{1970, 1, 1, 0, 0, 0, 0}, 0},
        {{1969, 12, 31, 23, 59, 59, 0}, -1},
        {{2000, 2, 29, 12, 0, 0, 0}, 951825600},
        {{2026, 11, 22, 8, 15, 2, 0}, 1795335302},
        {{1900, 3, 1, 0, 0, 0, 0}, -2203891200},
        {{2100, 2, 28, 23, 59, 59, 0}, 4107542399},
        {{1, 1, 1, 0, 0, 0, 0}, -62135596800},
        {{9999, 12, 31, 23, 59, 59, 0}, 253402300799},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(utc_of_civil(&rows[i].civil) == rows[i].seconds * 1000000);
        struct utc_civil back = utc_to_civil(rows[i].seconds * 1000000);
        assert_memory_equal(&back, &rows[i].civil, sizeof(back));
    }
}

static void utc_every_day_follows_the_one_before_test(void **state)
{
    struct utc_civil last = utc_to_civil(-800000 * UTC_DAY_US); /* ends at the first year */

    (void)state;
    assert_int_equal(last.year, 1);
    last = utc_to_civil(-700001 * UTC_DAY_US);
    for (int64_t day = -700000; day < 700000; day++) {
        struct utc_civil civil = utc_to_civil(day * UTC_DAY_US + 1);
        assert_true(utc_is_valid(&civil));
        assert_true(utc_of_civil(&civil) == day * UTC_DAY_US + 1);
        assert_true(civil.day == last.day + 1 || (civil.day == 1 && last.day >= 28));
        last = civil;
    }
    assert_int_equal(utc_to_civil(INT64_MAX).year, 9999);
    assert_int_equal(utc_to_civil(INT64_MIN).year, 1);
}

static void utc_weekdays_begin_on_monday_test(void **state)
{
    (void)state;
    assert_int_equal(utc_weekday(0), 3);     /* 1970-01-01, a Thursday */
    assert_int_equal(utc_weekday(-4), 6);    /* a Sunday */
    assert_int_equal(utc_weekday(20779), 6); /* 2026-11-22, a Sunday */
    assert_int_equal(utc_day_of(-1), -1);
    assert_int_equal(utc_day_of(0), 0);
    assert_int_equal(utc_day_of(UTC_DAY_US), 1);
    assert_int_equal(utc_days_in_month(2024, 2), 29);
    assert_int_equal(utc_days_in_month(2100, 2), 28);
    assert_int_equal(utc_days_in_month(2000, 2), 29);
    assert_int_equal(utc_days_in_month(2026, 11), 30);
}

static void utc_formats_test(void **state)
{
    char text[UTC_TEXT_MAX];

    (void)state;
    assert_string_equal(utc_format(1795335302123456, UTC_SECONDS, text), "2026-11-22T08:15:02Z");
    assert_string_equal(utc_format(1795335302123456, UTC_MILLISECONDS, text),
                        "2026-11-22T08:15:02.123Z");
    assert_string_equal(utc_format(-1, UTC_MILLISECONDS, text), "1969-12-31T23:59:59.999Z");
    assert_string_equal(utc_format_date(1795335302123456, text), "2026-11-22");
}

static void utc_parses_dates_test(void **state)
{
    static const char *const wrong[] = {"",
                                        "2026-11-31",
                                        "2026-13-01",
                                        "2026-1-01",
                                        "2026-11-22 ",
                                        "22.11.26",
                                        "00.11.2026",
                                        "2026/11/22",
                                        "0000-01-01",
                                        "29.02.2025",
                                        "-026-11-22",
                                        "2026-11-22T",
                                        "２026-11-22"};
    struct utc_civil civil;

    (void)state;
    assert_true(utc_parse_date("2026-11-22", &civil));
    assert_true(civil.year == 2026 && civil.month == 11 && civil.day == 22 && civil.hour == 0);
    assert_true(utc_parse_date("03.04.2021", &civil));
    assert_true(civil.year == 2021 && civil.month == 4 && civil.day == 3);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(utc_parse_date(wrong[i], &civil));
    }
    assert_int_equal(civil.year, 2021);
}

static void utc_parses_clocks_and_offsets_test(void **state)
{
    int32_t seconds = -1;

    (void)state;
    assert_true(utc_parse_clock("09:00", &seconds));
    assert_int_equal(seconds, 32400);
    assert_true(utc_parse_clock("24:00", &seconds));
    assert_int_equal(seconds, 86400);
    assert_false(utc_parse_clock("24:01", &seconds));
    assert_false(utc_parse_clock("9:00", &seconds));
    assert_false(utc_parse_clock("09:60", &seconds));
    assert_false(utc_parse_clock("09:00:", &seconds));
    assert_true(utc_parse_offset("+07:00", &seconds));
    assert_int_equal(seconds, 25200);
    assert_true(utc_parse_offset("-03:30", &seconds));
    assert_int_equal(seconds, -12600);
    assert_true(utc_parse_offset("Z", &seconds));
    assert_int_equal(seconds, 0);
    assert_false(utc_parse_offset("07:00", &seconds));
    assert_false(utc_parse_offset("+19:00", &seconds));
    assert_false(utc_parse_offset("+7", &seconds));
    assert_false(utc_parse_offset("", &seconds));
}

static void utc_parses_times_test(void **state)
{
    struct utc_civil civil;
    bool has_offset = true;
    int32_t offset = 9;

    (void)state;
    assert_true(utc_parse_time("2026-11-20T14:30", &civil, &has_offset, &offset));
    assert_true(civil.hour == 14 && civil.minute == 30 && !has_offset);
    assert_true(utc_parse_time("20.11.2026 14:30:05+07:00", &civil, &has_offset, &offset));
    assert_true(civil.day == 20 && civil.second == 5 && has_offset && offset == 25200);
    assert_true(utc_parse_time("2026-11-20", &civil, &has_offset, &offset));
    assert_true(civil.hour == 0 && !has_offset);
    assert_true(utc_parse_time("2026-11-20T14:30Z", &civil, &has_offset, &offset));
    assert_true(has_offset && offset == 0);
    assert_false(utc_parse_time("2026-11-20T24:00", &civil, &has_offset, &offset));
    assert_false(utc_parse_time("2026-11-20T", &civil, &has_offset, &offset));
    assert_false(utc_parse_time("2026-11-20Z", &civil, &has_offset, &offset));
    assert_false(utc_parse_time("yesterday", &civil, &has_offset, &offset));
}

static void utc_validity_test(void **state)
{
    struct utc_civil civil = {2026, 2, 28, 23, 59, 59, 999999};

    (void)state;
    assert_true(utc_is_valid(&civil));
    civil.day = 29;
    assert_false(utc_is_valid(&civil));
    civil = (struct utc_civil){2026, 2, 28, 24, 0, 0, 0};
    assert_false(utc_is_valid(&civil));
    civil = (struct utc_civil){2026, 2, 28, 0, 0, 0, 1000000};
    assert_false(utc_is_valid(&civil));
    civil = (struct utc_civil){10000, 2, 28, 0, 0, 0, 0};
    assert_false(utc_is_valid(&civil));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(utc_knows_dates_test),
        cmocka_unit_test(utc_every_day_follows_the_one_before_test),
        cmocka_unit_test(utc_weekdays_begin_on_monday_test),
        cmocka_unit_test(utc_formats_test),
        cmocka_unit_test(utc_parses_dates_test),
        cmocka_unit_test(utc_parses_clocks_and_offsets_test),
        cmocka_unit_test(utc_parses_times_test),
        cmocka_unit_test(utc_validity_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
