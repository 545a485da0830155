/* The token bucket. */
#include "broker/session/quota.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_burst_passes_and_then_one_at_a_time(void **state)
{
    (void)state;
    const struct quota_rate rate = {.burst = 3, .each_us = 1000};
    struct quota quota = {0};
    assert_true(quota_take(&quota, &rate, 50000));
    assert_true(quota_take(&quota, &rate, 50000));
    assert_true(quota_take(&quota, &rate, 50000));
    assert_false(quota_take(&quota, &rate, 50000));
    assert_false(quota_take(&quota, &rate, 50999));
    assert_true(quota_take(&quota, &rate, 51000));
    assert_false(quota_take(&quota, &rate, 51000));
}

static void rest_fills_the_bucket_and_no_further(void **state)
{
    (void)state;
    const struct quota_rate rate = {.burst = 2, .each_us = 1000};
    struct quota quota = {0};
    assert_true(quota_take(&quota, &rate, 0));
    assert_true(quota_take(&quota, &rate, 0));
    assert_true(quota_take(&quota, &rate, 900000));
    assert_true(quota_take(&quota, &rate, 900000));
    assert_false(quota_take(&quota, &rate, 900000));
}

static void an_empty_bucket_says_how_long(void **state)
{
    (void)state;
    const struct quota_rate rate = {.burst = 3, .each_us = 1000};
    struct quota quota = {0};
    assert_int_equal(quota_wait_us(&quota, &rate, 3, 50000), 0);
    assert_true(quota_take(&quota, &rate, 50000));
    assert_int_equal(quota_wait_us(&quota, &rate, 2, 50000), 0);
    assert_int_equal(quota_wait_us(&quota, &rate, 3, 50000), 1000);
    assert_true(quota_take(&quota, &rate, 50000));
    assert_true(quota_take(&quota, &rate, 50000));
    assert_int_equal(quota_wait_us(&quota, &rate, 1, 50400), 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_passes_and_then_one_at_a_time),
        cmocka_unit_test(rest_fills_the_bucket_and_no_further),
        cmocka_unit_test(an_empty_bucket_says_how_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
