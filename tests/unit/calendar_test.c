/* Working time: expectations were counted on a paper calendar of 2026. */
#include "policy/calendar.h"

#include "base/utc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char regions[] =
    "zones:\n"
    "  - {id: novosibirsk, offsets: [{from: 1993-05-23, utc: \"+06:00\"}, {from: 2016-07-24, utc: "
    "\"+07:00\"}]}\n"
    "  - {id: komi, offsets: [{from: 2014-10-26, utc: \"+03:00\"}]}\n"
    "work: {days: [mon, tue, wed, thu, fri], from: \"09:00\", to: \"18:00\"}\n"
    "years:\n"
    "  - year: 2026\n"
    "    holidays: [2026-02-23, 2026-03-09, 2026-05-01, 2026-05-11, 2026-11-04, 2026-12-31]\n"
    "    workdays: [2026-11-07]\n"; /* a Saturday that is worked, for the test alone */

struct fixture {
    struct arena *arena;
    struct error_list errors;
    struct calendar *calendar;
};

static bool load(struct fixture *fixture, const char *text)
{
    struct yaml_file file;

    memset(&fixture->errors, 0, sizeof(fixture->errors));
    assert_true(yaml_tree_parse(
        "calendar.yaml", bytes_of_text(text), fixture->arena, &file, &fixture->errors));
    return calendar_create(&fixture->calendar, &file, &fixture->errors);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->arena = arena_create(1U << 22);
    assert_true(load(fixture, regions));
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    calendar_destroy(&fixture->calendar);
    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

/* "2026-11-20 17:30+07:00" */
static int64_t moment(const char *text)
{
    struct utc_civil civil;
    bool has_offset;
    int32_t offset_s;

    assert_true(utc_parse_time(text, &civil, &has_offset, &offset_s));
    assert_true(has_offset);
    return utc_of_civil(&civil) - offset_s * UTC_SECOND_US;
}

static void expect_due(void **state, const char *from, const char *norm, const char *due)
{
    struct fixture *fixture = *state;
    const char *zone = strstr(from, "+07:00") != NULL ? "novosibirsk" : "komi";
    struct duration duration;
    char got[UTC_TEXT_MAX];
    char want[UTC_TEXT_MAX];

    assert_true(calendar_parse_duration(norm, &duration));
    utc_format(calendar_due(fixture->calendar, zone, moment(from), duration), UTC_SECONDS, got);
    utc_format(moment(due), UTC_SECONDS, want);
    assert_string_equal(got, want);
}

static void hours_and_days_run_around_the_clock(void **state)
{
    expect_due(state, "2026-11-20 17:30+07:00", "5 min", "2026-11-20 17:35+07:00");
    expect_due(state, "2026-11-20 17:30+07:00", "4 h", "2026-11-20 21:30+07:00");
    expect_due(state, "2026-11-20 17:30+07:00", "2 d", "2026-11-22 17:30+07:00");
    expect_due(state, "2026-11-20 17:30+07:00", "2 w", "2026-12-04 17:30+07:00");
    expect_due(state, "2026-11-20 17:30+07:00", "1 mo", "2026-12-20 17:30+07:00");
}

static void working_hours_go_on_after_the_weekend(void **state)
{
    expect_due(state, "2026-11-20 17:30+07:00", "4 wh", "2026-11-23 12:30+07:00");
    expect_due(state, "2026-11-19 10:00+07:00", "4 wh", "2026-11-19 14:00+07:00");
    expect_due(state, "2026-11-19 16:00+07:00", "2 wh", "2026-11-19 18:00+07:00");
    expect_due(state, "2026-11-19 16:00+07:00", "11 wh", "2026-11-20 18:00+07:00");
    expect_due(state, "2026-11-19 16:00+07:00", "12 wh", "2026-11-23 10:00+07:00");
}

static void a_start_outside_of_working_time_waits_for_it(void **state)
{
    expect_due(state, "2026-11-21 11:00+07:00", "4 wh", "2026-11-23 13:00+07:00");
    expect_due(state, "2026-11-21 11:00+07:00", "1 wd", "2026-11-24 09:00+07:00");
    expect_due(state, "2026-11-19 07:00+07:00", "1 wh", "2026-11-19 10:00+07:00");
    expect_due(state, "2026-11-19 18:00+07:00", "1 wh", "2026-11-20 10:00+07:00");
    expect_due(state, "2026-11-20 23:59+07:00", "1 wh", "2026-11-23 10:00+07:00");
}

static void working_days_end_at_the_same_time_of_day(void **state)
{
    expect_due(state, "2026-11-19 10:15+07:00", "1 wd", "2026-11-20 10:15+07:00");
    expect_due(state, "2026-11-20 17:30+07:00", "1 wd", "2026-11-23 17:30+07:00");
    expect_due(state, "2026-11-18 09:00+07:00", "3 wd", "2026-11-23 09:00+07:00");
}

static void holidays_are_skipped(void **state)
{
    /* Wednesday 4 November is a holiday; Monday 23 February makes a long weekend. */
    expect_due(state, "2026-11-03 17:00+07:00", "2 wh", "2026-11-05 10:00+07:00");
    expect_due(state, "2026-11-03 10:00+07:00", "1 wd", "2026-11-05 10:00+07:00");
    expect_due(state, "2026-11-04 12:00+07:00", "1 wh", "2026-11-05 10:00+07:00");
    expect_due(state, "2026-02-20 17:00+07:00", "4 wh", "2026-02-24 12:00+07:00");
}

static void a_shifted_saturday_is_worked(void **state)
{
    expect_due(state, "2026-11-06 17:00+07:00", "4 wh", "2026-11-07 12:00+07:00");
    expect_due(state, "2026-11-06 17:00+07:00", "1 wd", "2026-11-07 17:00+07:00");
    expect_due(state, "2026-11-07 17:30+07:00", "1 wh", "2026-11-09 09:30+07:00");
}

static void years_without_dates_follow_the_week(void **state)
{
    /* Friday 1 January 2027 is no holiday in this calendar. */
    expect_due(state, "2026-12-30 17:00+07:00", "2 wh", "2027-01-01 10:00+07:00");
    expect_due(state, "2031-03-07 17:00+07:00", "2 wh", "2031-03-10 10:00+07:00");
}

static void each_zone_has_its_own_morning(void **state)
{
    /* 10:00 in Novosibirsk is 6:00 in Komi, where work has not begun. */
    expect_due(state, "2026-11-19 10:00+07:00", "1 wh", "2026-11-19 11:00+07:00");
    expect_due(state, "2026-11-19 06:00+03:00", "1 wh", "2026-11-19 10:00+03:00");
    /* Friday 22:00 in Novosibirsk is 18:00 in Komi. */
    expect_due(state, "2026-11-20 18:00+03:00", "1 wh", "2026-11-23 10:00+03:00");
}

static void offsets_change_by_date(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(
        calendar_offset_s(fixture->calendar, "novosibirsk", moment("2016-07-23T23:59:00+06:00")),
        6 * 3600);
    assert_int_equal(
        calendar_offset_s(fixture->calendar, "novosibirsk", moment("2016-07-24T00:00:00+06:00")),
        7 * 3600);
    assert_int_equal(
        calendar_offset_s(fixture->calendar, "novosibirsk", moment("1980-01-01T00:00:00+06:00")),
        6 * 3600);
    assert_true(calendar_has_zone(fixture->calendar, "komi"));
    assert_false(calendar_has_zone(fixture->calendar, "moscow"));
}

static void no_norm_has_no_end(void **state)
{
    struct fixture *fixture = *state;
    struct duration none = {.unit = DURATION_NONE};

    assert_true(calendar_due(fixture->calendar, "komi", 1, none) == 0);
}

static void durations_are_read_in_both_languages(void **state)
{
    static const struct {
        const char *text;
        uint32_t amount;
        enum duration_unit unit;
    } good[] = {{"30 min", 30, DURATION_MINUTES},
                {"30 мин", 30, DURATION_MINUTES},
                {"4h", 4, DURATION_HOURS},
                {"4 ч", 4, DURATION_HOURS},
                {"2 d", 2, DURATION_DAYS},
                {"2 д", 2, DURATION_DAYS},
                {"4 wh", 4, DURATION_WORK_HOURS},
                {"4 рч", 4, DURATION_WORK_HOURS},
                {"3 wd", 3, DURATION_WORK_DAYS},
                {"3 рд", 3, DURATION_WORK_DAYS},
                {"2 w", 14, DURATION_DAYS},
                {"2 нед", 14, DURATION_DAYS},
                {"3 mo", 90, DURATION_DAYS},
                {"3 мес", 90, DURATION_DAYS}};
    static const char *const bad[] = {
        "", "5", "min", "0 min", "-1 h", "1.5 h", "5  min", "5 minutes", "12345 h", "5 min "};
    struct duration got;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(calendar_parse_duration(good[i].text, &got));
        assert_int_equal(got.amount, good[i].amount);
        assert_int_equal(got.unit, good[i].unit);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(calendar_parse_duration(bad[i], &got));
    }
}

static void durations_are_written_for_machines_and_for_people(void **state)
{
    struct duration days = {3, DURATION_WORK_DAYS};
    struct duration hours = {21, DURATION_HOURS};
    struct duration many = {12, DURATION_WORK_HOURS};
    struct duration none = {0, DURATION_NONE};
    char text[64];

    (void)state;
    assert_string_equal(calendar_format_duration(days, text, sizeof(text)), "3 wd");
    assert_string_equal(calendar_format_duration(none, text, sizeof(text)), "-");
    assert_string_equal(calendar_spell_duration(days, LANGUAGE_RU, text, sizeof(text)),
                        "3 рабочих дня");
    assert_string_equal(calendar_spell_duration(days, LANGUAGE_EN, text, sizeof(text)),
                        "3 working days");
    assert_string_equal(calendar_spell_duration(hours, LANGUAGE_RU, text, sizeof(text)), "21 час");
    assert_string_equal(calendar_spell_duration(many, LANGUAGE_RU, text, sizeof(text)),
                        "12 рабочих часов");
    assert_string_equal(calendar_spell_duration(none, LANGUAGE_RU, text, sizeof(text)),
                        "без срока");
}

static void all_mistakes_of_a_calendar_are_reported(void **state)
{
    struct fixture *fixture = *state;

    calendar_destroy(&fixture->calendar);
    assert_false(load(fixture,
                      "zones:\n"
                      "  - {id: a, offsets: [{from: 2020-01-01, utc: \"+25:00\"}]}\n"
                      "work: {days: [], from: \"18:00\", to: \"09:00\"}\n"
                      "years:\n"
                      "  - {year: 2026, holidays: [2025-01-01, 2026-02-30]}\n"
                      "zonez: 1\n"));
    assert_int_equal(fixture->errors.count, 6);
    assert_string_equal(fixture->errors.items[0].text,
                        "P063: a date and an offset, as 2016-07-24 and \"+07:00\"");
    assert_int_equal(fixture->errors.items[0].at.line, 2);
    assert_string_equal(fixture->errors.items[1].text, "P067: at least one working day is needed");
    assert_string_equal(fixture->errors.items[2].text,
                        "P065: a working day must end after it begins");
    assert_string_equal(fixture->errors.items[3].text,
                        "P071: the day \"2025-01-01\" is of another year");
    assert_int_equal(fixture->errors.items[3].at.column, 29);
    assert_string_equal(fixture->errors.items[4].text,
                        "P033: \"2026-02-30\" is no date as 2026-01-31");
    assert_string_equal(fixture->errors.items[5].text,
                        "P022: unknown key \"zonez\"; did you mean \"zones\"?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hours_and_days_run_around_the_clock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(working_hours_go_on_after_the_weekend, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_start_outside_of_working_time_waits_for_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            working_days_end_at_the_same_time_of_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(holidays_are_skipped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_shifted_saturday_is_worked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(years_without_dates_follow_the_week, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_zone_has_its_own_morning, set_up, tear_down),
        cmocka_unit_test_setup_teardown(offsets_change_by_date, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_norm_has_no_end, set_up, tear_down),
        cmocka_unit_test(durations_are_read_in_both_languages),
        cmocka_unit_test(durations_are_written_for_machines_and_for_people),
        cmocka_unit_test_setup_teardown(all_mistakes_of_a_calendar_are_reported, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
