/* Clocks: the manual one turns by hand only. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void clock_manual_stands_still_test(void **state)
{
    struct clock *clock = clock_create_manual(1000);

    (void)state;
    int64_t boot = clock_boot_us(clock);
    assert_int_equal(clock_wall_us(clock), 1000);
    clock_advance(clock, 500);
    assert_int_equal(clock_wall_us(clock), 1500);
    assert_int_equal(clock_boot_us(clock), boot + 500);
    clock_set_wall(clock, 7);
    assert_int_equal(clock_wall_us(clock), 7);
    assert_int_equal(clock_boot_us(clock), boot + 500);
    clock_destroy(&clock);
    assert_null(clock);
    clock_destroy(&clock);
}

static void clock_real_goes_on_test(void **state)
{
    struct clock *clock = clock_create_real();

    (void)state;
    int64_t boot = clock_boot_us(clock);
    assert_true(clock_wall_us(clock) > INT64_C(1700000000000000)); /* after 2023 */
    while (clock_boot_us(clock) == boot) {
    }
    assert_true(clock_boot_us(clock) > boot);
    clock_destroy(&clock);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_manual_stands_still_test),
        cmocka_unit_test(clock_real_goes_on_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
