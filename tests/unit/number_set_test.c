/* Sets of small numbers. */
#include "base/number_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ARENA_BYTES = 4096 };

static void numbers_come_in_order_and_once(void **state)
{
    struct number_set *set = number_set_create(*state, 300);
    number_set_add(set, 64);
    number_set_add(set, 299);
    number_set_add(set, 1);
    number_set_add(set, 63);
    number_set_add(set, 64);
    assert_int_equal(number_set_take(set, 0), 1);
    assert_int_equal(number_set_take(set, 1), 63);
    assert_int_equal(number_set_take(set, 63), 64);
    assert_int_equal(number_set_take(set, 64), 299);
    assert_int_equal(number_set_take(set, 299), 0);
    assert_int_equal(number_set_take(set, 0), 0);
}

static void what_is_added_behind_waits_for_the_next_round(void **state)
{
    struct number_set *set = number_set_create(*state, 300);
    number_set_add(set, 7);
    number_set_add(set, 130);
    assert_int_equal(number_set_take(set, 0), 7);
    number_set_add(set, 7);
    assert_int_equal(number_set_take(set, 7), 130);
    assert_int_equal(number_set_take(set, 130), 0);
    assert_int_equal(number_set_take(set, 0), 7);
}

static void what_is_no_member_is_not_added(void **state)
{
    struct number_set *set = number_set_create(*state, 128);
    number_set_add(set, 0);
    number_set_add(set, 128);
    number_set_add(set, UINT32_MAX);
    assert_int_equal(number_set_take(set, 0), 0);
    number_set_add(set, 127);
    assert_int_equal(number_set_take(set, 127), 0);
    assert_int_equal(number_set_take(set, UINT32_MAX), 0);
    assert_int_equal(number_set_take(set, 126), 127);
}

static void a_full_arena_is_told(void **state)
{
    assert_null(number_set_create(*state, 8 * ARENA_BYTES));
}

static int arena_up(void **state)
{
    *state = arena_create(ARENA_BYTES);
    return *state == NULL ? -1 : 0;
}

static int arena_down(void **state)
{
    struct arena *arena = *state;
    arena_destroy(&arena);
    return 0;
}

#define SET_TEST(claim) cmocka_unit_test_setup_teardown(claim, arena_up, arena_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SET_TEST(numbers_come_in_order_and_once),
        SET_TEST(what_is_added_behind_waits_for_the_next_round),
        SET_TEST(what_is_no_member_is_not_added),
        SET_TEST(a_full_arena_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
