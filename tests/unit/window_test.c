/* The window of deliveries: at most 64 in flight, numbers with gaps, cumulative acknowledgement. */
#include "broker/session/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void acknowledging_is_cumulative_over_gaps(void **state)
{
    (void)state;
    struct window window;
    window_open(&window, 5);
    window_send(&window, 7);
    window_send(&window, 9);
    window_send(&window, 14);
    assert_int_equal(window_acknowledge(&window, 5), WINDOW_OLD);
    assert_int_equal(window_acknowledge(&window, 9), WINDOW_MOVED);
    assert_int_equal(window.count, 1);
    assert_int_equal(window_acknowledge(&window, 7), WINDOW_OLD);
    assert_int_equal(window_acknowledge(&window, 12), WINDOW_MOVED);
    assert_int_equal(window.count, 1);
    assert_int_equal(window_acknowledge(&window, 14), WINDOW_MOVED);
    assert_int_equal(window.count, 0);
}

static void what_was_not_sent_cannot_be_acknowledged(void **state)
{
    (void)state;
    struct window window;
    window_open(&window, 5);
    assert_int_equal(window_acknowledge(&window, 6), WINDOW_NOT_SENT);
    window_send(&window, 7);
    assert_int_equal(window_acknowledge(&window, 8), WINDOW_NOT_SENT);
    assert_int_equal(window.acknowledged, 5);
}

static void sixty_four_are_in_flight_at_most(void **state)
{
    (void)state;
    struct window window;
    window_open(&window, 0);
    for (uint64_t number = 1; number <= 64; number++) {
        assert_true(window_room(&window) > 0);
        window_send(&window, number);
    }
    assert_int_equal(window_room(&window), 0);
    assert_int_equal(window_acknowledge(&window, 3), WINDOW_MOVED);
    assert_true(window_room(&window) > 0);
    window_send(&window, 65);
    window_send(&window, 66);
    window_send(&window, 67);
    assert_int_equal(window_room(&window), 0);
    assert_int_equal(window_acknowledge(&window, 67), WINDOW_MOVED);
    assert_int_equal(window.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledging_is_cumulative_over_gaps),
        cmocka_unit_test(what_was_not_sent_cannot_be_acknowledged),
        cmocka_unit_test(sixty_four_are_in_flight_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
