/* Deadlines: a bounded number a turn, the next one told, offers held after an outage. */
#include "broker/core/turn.h"

#include "base/utc.h"
#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    *state = district_create(NULL);
    return 0;
}

static int tear_down(void **state)
{
    struct district *district = *state;
    district_destroy(&district);
    return 0;
}

static void a_bounded_number_a_turn_test(void **state)
{
    struct district *district = *state;
    struct id128 referrals[3];
    int64_t next_us = 0;
    for (size_t i = 0; i < 3; i++) {
        referrals[i] = district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    }
    /* Four working hours for each delivery: all at 14:00. */
    const struct turn_options options = {.now_us = district->now_us + 4 * UTC_HOUR_US};
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    assert_int_equal(turn_deadlines(turn, 2, &next_us), 2);
    assert_int_equal(next_us, district->now_us + 4 * UTC_HOUR_US);
    assert_int_equal(turn_batch(turn)->entry_count, 2);
    assert_int_equal(turn_deadlines(turn, 2, &next_us), 1);
    /* The next offers are due at 18:00. */
    assert_int_equal(next_us, district->now_us + 8 * UTC_HOUR_US);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(district_case(district, &referrals[i]).hops_failed, 1);
    }
}

static void held_after_an_outage_test(void **state)
{
    struct district *district = *state;
    int64_t next_us = 0;
    (void)district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    const int64_t due_us = district->now_us + 4 * UTC_HOUR_US;
    struct turn_options options = {.now_us = due_us + UTC_MINUTE_US,
                                   .held_from_us = due_us - UTC_HOUR_US,
                                   .hold_until_us = due_us + 11 * UTC_MINUTE_US};
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    assert_int_equal(turn_deadlines(turn, 10, &next_us), 0);
    assert_int_equal(next_us, options.hold_until_us);
    assert_null(turn_batch(turn));
    options.now_us = options.hold_until_us;
    turn = turn_begin(&district->world->core, district->arena, &options);
    assert_int_equal(turn_deadlines(turn, 10, &next_us), 1);
    /* How late it was stays true. */
    const struct entry *entry = &turn_batch(turn)->entries[0];
    assert_int_equal(entry->facts[0].kind, FACT_OFFER_EXPIRED);
    assert_int_equal(entry->facts[0].due_us, 11 * UTC_MINUTE_US);
}

/* Desks do not wait for agents' spools. */
static void desks_are_not_held_test(void **state)
{
    struct district *district = *state;
    int64_t next_us = 0;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "vengerovsky", RISK_TZS);
    const int64_t due_us = district_case(district, &referral).desk_due_us;
    const struct turn_options options = {.now_us = due_us,
                                         .held_from_us = due_us - UTC_HOUR_US,
                                         .hold_until_us = due_us + 10 * UTC_MINUTE_US};
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    assert_int_equal(turn_deadlines(turn, 10, &next_us), 1);
    assert_int_equal(district_case(district, &referral).desk, DESK_COORDINATOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bounded_number_a_turn_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(held_after_an_outage_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(desks_are_not_held_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
