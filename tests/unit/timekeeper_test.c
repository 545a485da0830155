/* Core time: it never goes back, follows small corrections, and doubts jumps until a person accepts them. */
#include "broker/core/timekeeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

static int64_t read_at(struct timekeeper *keeper, int64_t wall_s, int64_t boot_s)
{
    const struct timekeeper_reading reading = {.wall_us = wall_s * SECOND,
                                               .boot_us = boot_s * SECOND};
    return timekeeper_read(keeper, &reading) / SECOND;
}

static struct timekeeper started(int64_t last_s, int64_t wall_s)
{
    struct timekeeper keeper;
    const struct timekeeper_reading reading = {.wall_us = wall_s * SECOND, .boot_us = 0};
    timekeeper_start(&keeper, last_s * SECOND, &reading);
    return keeper;
}

static void first_start_believes_the_wall(void **state)
{
    (void)state;
    struct timekeeper keeper = started(0, 1000);
    assert_int_equal(keeper.now_us / SECOND, 1000);
    assert_false(keeper.doubted);
    assert_int_equal(keeper.hold_until_us, 0);
    assert_int_equal(read_at(&keeper, 1001, 1), 1001);
}

static void small_corrections_are_followed_but_never_back(void **state)
{
    (void)state;
    struct timekeeper keeper = started(0, 1000);
    assert_int_equal(read_at(&keeper, 1060, 1), 1060); /* 59 s ahead of what was expected */
    assert_int_equal(read_at(&keeper, 1050, 2), 1060); /* behind: stands still */
    assert_int_equal(read_at(&keeper, 1059, 11), 1060);
    assert_int_equal(read_at(&keeper, 1061, 13), 1061);
    assert_false(keeper.doubted);
}

static void a_forward_jump_is_doubted_until_it_is_accepted(void **state)
{
    (void)state;
    struct timekeeper keeper = started(0, 1000);
    assert_int_equal(read_at(&keeper, 1062, 1), 1001); /* 61 s too far */
    assert_true(keeper.doubted);
    assert_int_equal(read_at(&keeper, 1063, 2), 1002); /* runs on with the boot clock */
    const struct timekeeper_reading reading = {.wall_us = 1064 * SECOND, .boot_us = 3 * SECOND};
    timekeeper_accept(&keeper, &reading);
    assert_int_equal(keeper.now_us / SECOND, 1064);
    assert_int_equal(read_at(&keeper, 1065, 4), 1065);
    assert_false(keeper.doubted);
}

static void doubt_ends_when_the_wall_comes_back(void **state)
{
    (void)state;
    struct timekeeper keeper = started(0, 1000);
    assert_int_equal(read_at(&keeper, 9000, 10), 1010);
    assert_true(keeper.doubted);
    assert_int_equal(read_at(&keeper, 1020, 20), 1020);
    assert_false(keeper.doubted);
}

static void a_backward_jump_is_doubted_and_time_runs_on(void **state)
{
    (void)state;
    struct timekeeper keeper = started(0, 10000);
    assert_int_equal(read_at(&keeper, 9000, 10), 10010);
    assert_true(keeper.doubted);
    const struct timekeeper_reading reading = {.wall_us = 9010 * SECOND, .boot_us = 20 * SECOND};
    timekeeper_accept(&keeper, &reading);
    assert_int_equal(read_at(&keeper, 9020, 30), 10010); /* waits for the accepted wall */
    assert_false(keeper.doubted);
    assert_int_equal(read_at(&keeper, 10011, 1021), 10011);
    assert_int_equal(read_at(&keeper, 10012, 1022), 10012);
}

static void a_stop_of_a_month_is_believed_and_a_longer_one_is_not(void **state)
{
    (void)state;
    struct timekeeper keeper = started(1000, 1000 + 30 * 86400);
    assert_false(keeper.doubted);
    assert_int_equal(keeper.now_us / SECOND, 1000 + 30 * 86400);
    keeper = started(1000, 1001 + 30 * 86400);
    assert_true(keeper.doubted);
    assert_int_equal(keeper.now_us / SECOND, 1000);
    assert_int_equal(read_at(&keeper, 1011 + 30 * 86400, 10), 1010);
    assert_true(keeper.doubted);
}

static void a_wall_behind_the_journal_is_doubted(void **state)
{
    (void)state;
    struct timekeeper keeper = started(1000, 950);
    assert_false(keeper.doubted);
    assert_int_equal(keeper.now_us / SECOND, 1000);
    keeper = started(1000, 939);
    assert_true(keeper.doubted);
    assert_int_equal(keeper.now_us / SECOND, 1000);
}

static void timers_wait_as_long_as_the_outage_was_but_ten_minutes_at_most(void **state)
{
    (void)state;
    struct timekeeper keeper = started(1000, 1300);
    assert_int_equal(keeper.hold_until_us, 0); /* five minutes are none */
    keeper = started(1000, 1360);
    assert_int_equal(keeper.held_from_us / SECOND, 1000);
    assert_int_equal(keeper.hold_until_us / SECOND, 1720);
    keeper = started(1000, 1000 + 7200);
    assert_int_equal(keeper.hold_until_us / SECOND, 8200 + 600);
    (void)read_at(&keeper, 8400, 200);
    (void)read_at(&keeper, 8600, 400);
    (void)read_at(&keeper, 8799, 599);
    assert_int_equal(keeper.held_from_us / SECOND, 1000);
    (void)read_at(&keeper, 8800, 600);
    assert_int_equal(keeper.held_from_us, 0);
    assert_int_equal(keeper.hold_until_us, 0);
}

static void a_suspended_machine_is_an_outage_too(void **state)
{
    (void)state;
    struct timekeeper keeper = started(0, 1000);
    assert_int_equal(read_at(&keeper, 1400, 400), 1400);
    assert_false(keeper.doubted);
    assert_int_equal(keeper.held_from_us / SECOND, 1000);
    assert_int_equal(keeper.hold_until_us / SECOND, 1800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_start_believes_the_wall),
        cmocka_unit_test(small_corrections_are_followed_but_never_back),
        cmocka_unit_test(a_forward_jump_is_doubted_until_it_is_accepted),
        cmocka_unit_test(doubt_ends_when_the_wall_comes_back),
        cmocka_unit_test(a_backward_jump_is_doubted_and_time_runs_on),
        cmocka_unit_test(a_stop_of_a_month_is_believed_and_a_longer_one_is_not),
        cmocka_unit_test(a_wall_behind_the_journal_is_doubted),
        cmocka_unit_test(timers_wait_as_long_as_the_outage_was_but_ten_minutes_at_most),
        cmocka_unit_test(a_suspended_machine_is_an_outage_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
