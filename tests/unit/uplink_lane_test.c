/* One lane: window, settling out of order, holding back, rewinding. */
#include "agents/core/uplink_lane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void window_bounds_what_is_in_flight(void **state)
{
    (void)state;
    struct uplink_lane lane = {.first = 5, .sent = 5, .next = 9};
    assert_int_equal(uplink_lane_take(&lane, 3, 0), 5);
    assert_int_equal(uplink_lane_take(&lane, 3, 0), 6);
    assert_int_equal(uplink_lane_take(&lane, 3, 0), 7);
    assert_int_equal(uplink_lane_take(&lane, 3, 0), 0);
    uplink_lane_settle(&lane, 5);
    assert_int_equal(uplink_lane_take(&lane, 3, 0), 8);
    assert_int_equal(uplink_lane_take(&lane, 3, 0), 0);
}

static void settling_out_of_order_moves_first_later(void **state)
{
    (void)state;
    struct uplink_lane lane = {.first = 1, .sent = 4, .next = 4};
    uplink_lane_settle(&lane, 2);
    assert_int_equal(lane.first, 1);
    assert_true(uplink_lane_is_settled(&lane, 2));
    assert_false(uplink_lane_waits(&lane, 2));
    assert_true(uplink_lane_waits(&lane, 3));
    uplink_lane_settle(&lane, 1);
    assert_int_equal(lane.first, 3);
    uplink_lane_settle(&lane, 3);
    assert_int_equal(lane.first, 4);
    assert_false(uplink_lane_waits(&lane, 4)); /* there is no such command yet */
}

static void held_lane_sends_nothing_until_its_time(void **state)
{
    (void)state;
    struct uplink_lane lane = {.first = 1, .sent = 4, .next = 4};
    uplink_lane_hold(&lane, 2, 0, 1023, 1000);
    assert_int_equal(lane.hold_until_us, 1000 + 1000000);
    assert_int_equal(uplink_lane_take(&lane, 64, 500000), 0);
    assert_int_equal(uplink_lane_take(&lane, 64, 1001000), 2);
    assert_int_equal(uplink_lane_take(&lane, 64, 1001000), 3);
    uplink_lane_hold(&lane, 2, 0, 1023, 2000000); /* the second time twice as long */
    assert_int_equal(lane.hold_until_us, 2000000 + 2000000);
    uplink_lane_settle(&lane, 2);
    assert_int_equal(lane.retries, 0);
}

static void held_lane_waits_as_long_as_it_was_told(void **state)
{
    (void)state;
    struct uplink_lane lane = {.first = 1, .sent = 4, .next = 4};
    uplink_lane_hold(&lane, 2, 5000, 1023, 1000);
    assert_int_equal(lane.hold_until_us, 1000 + 5000000);
    lane.hold_until_us = 0;
    uplink_lane_hold(&lane, 2, 4000000000u, 1023, 1000); /* but not for ever */
    assert_int_equal(lane.hold_until_us, 1000 + 60000000);
}

static void refusals_of_one_round_are_one_try(void **state)
{
    (void)state;
    struct uplink_lane lane = {.first = 1, .sent = 4, .next = 4};
    uplink_lane_hold(&lane, 2, 0, 1023, 1000);
    uplink_lane_hold(&lane, 3, 0, 1023, 1001);
    assert_int_equal(lane.hold_until_us, 1000 + 1000000);
    assert_int_equal(lane.retries, 1);
    uplink_lane_hold(&lane, 1, 0, 1023, 1002); /* but the oldest one is sent again first */
    assert_int_equal(uplink_lane_take(&lane, 64, 1001000), 1);
}

static void refused_for_days_is_tried_each_minute(void **state)
{
    (void)state;
    struct uplink_lane lane = {.first = 1, .sent = 4, .next = 4};
    int64_t now_us = 0;
    for (int round = 0; round < 3000; round++) {
        uplink_lane_hold(&lane, 2, 0, 1023, now_us);
        assert_true(lane.hold_until_us - now_us <= 60000000);
        now_us = lane.hold_until_us;
    }
    uplink_lane_hold(&lane, 2, 0, 1023, now_us);
    assert_int_equal(lane.hold_until_us - now_us, 60000000);
}

static void what_was_answered_while_on_its_way_back_is_not_sent_again(void **state)
{
    (void)state;
    struct uplink_lane lane = {.first = 1, .sent = 4, .next = 4};
    assert_int_equal(uplink_lane_rewind(&lane, 1, 0), UPLINK_LANE_REWOUND);
    uplink_lane_settle(&lane, 1);
    uplink_lane_settle(&lane, 2);
    assert_int_equal(uplink_lane_take(&lane, 64, 0), 3);
    assert_int_equal(uplink_lane_take(&lane, 64, 0), 0);
}

static void numbers_outside_of_what_is_in_flight(void **state)
{
    (void)state;
    const struct uplink_lane lane = {.first = 10, .sent = 10, .next = 200, .settled = 2};
    assert_true(uplink_lane_is_settled(&lane, 9)); /* long ago */
    assert_false(uplink_lane_waits(&lane, 9));
    assert_true(uplink_lane_is_settled(&lane, 11));
    assert_false(uplink_lane_is_settled(&lane, 75)); /* 64 further than 11 */
    assert_true(uplink_lane_waits(&lane, 73));
    assert_false(uplink_lane_waits(&lane, 74)); /* a window holds no more than 64 */
}

static void old_reply_rewinds_nothing(void **state)
{
    (void)state;
    struct uplink_lane lane = {.first = 3, .sent = 5, .next = 10};
    assert_int_equal(uplink_lane_rewind(&lane, 5, 0), UPLINK_LANE_REWOUND);
    assert_int_equal(lane.sent, 5);
    assert_int_equal(uplink_lane_rewind(&lane, 7, 0), UPLINK_LANE_REWOUND);
    assert_int_equal(lane.sent, 5);
}

static void many_replies_about_one_gap_rewind_once(void **state)
{
    (void)state;
    struct uplink_lane lane = {.first = 3, .sent = 10, .next = 10};
    assert_int_equal(uplink_lane_rewind(&lane, 4, 0), UPLINK_LANE_REWOUND);
    assert_int_equal(lane.sent, 4);
    lane.sent = 10;
    assert_int_equal(uplink_lane_rewind(&lane, 4, 999999), UPLINK_LANE_REWOUND);
    assert_int_equal(lane.sent, 10);
    assert_int_equal(uplink_lane_rewind(&lane, 4, 1000000), UPLINK_LANE_REWOUND);
    assert_int_equal(lane.sent, 4);
    lane.sent = 10;
    assert_int_equal(uplink_lane_rewind(&lane, 2, 5000000), UPLINK_LANE_BEHIND);
}

static void backoff_doubles_within_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(uplink_lane_backoff_us(0, 200, 60000, 0), 100000);
    assert_int_equal(uplink_lane_backoff_us(0, 200, 60000, 1023), 200000);
    assert_int_equal(uplink_lane_backoff_us(3, 200, 60000, 1023), 1600000);
    assert_int_equal(uplink_lane_backoff_us(30, 200, 60000, 1023), 60000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(window_bounds_what_is_in_flight),
        cmocka_unit_test(settling_out_of_order_moves_first_later),
        cmocka_unit_test(held_lane_sends_nothing_until_its_time),
        cmocka_unit_test(held_lane_waits_as_long_as_it_was_told),
        cmocka_unit_test(refusals_of_one_round_are_one_try),
        cmocka_unit_test(refused_for_days_is_tried_each_minute),
        cmocka_unit_test(what_was_answered_while_on_its_way_back_is_not_sent_again),
        cmocka_unit_test(numbers_outside_of_what_is_in_flight),
        cmocka_unit_test(old_reply_rewinds_nothing),
        cmocka_unit_test(many_replies_about_one_gap_rewind_once),
        cmocka_unit_test(backoff_doubles_within_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
