/* The solver: answers, assignments and blame, typed by hand. */
#include "base/solver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int set_up(void **state)
{
    struct solver *solver = NULL;
    struct error err;

    assert_true(solver_create(&solver, &err));
    *state = solver;
    return 0;
}

static int tear_down(void **state)
{
    struct solver *solver = *state;

    solver_destroy(&solver);
    assert_null(solver);
    solver_destroy(&solver);
    return 0;
}

static enum solver_answer ask(struct solver *solver, struct solver_term term)
{
    return solver_ask(solver, &term, 1);
}

static void facts_are_free_until_asserted(void **state)
{
    struct solver *solver = *state;
    struct solver_term rain = solver_fact(solver);
    struct solver_term wet = solver_fact(solver);
    struct solver_term either[] = {solver_not(solver, rain), wet};
    struct solver_term dry_rain[] = {rain, solver_not(solver, wet)};

    assert_int_equal(solver_ask(solver, dry_rain, 2), SOLVER_YES);
    assert_true(solver_holds(solver, rain));
    assert_false(solver_holds(solver, wet));
    solver_assert(solver, solver_any(solver, either, 2));
    assert_int_equal(solver_ask(solver, dry_rain, 2), SOLVER_NO);
    assert_int_equal(ask(solver, rain), SOLVER_YES);
    assert_true(solver_holds(solver, wet));
}

static void a_question_leaves_nothing_behind(void **state)
{
    struct solver *solver = *state;
    struct solver_term fact = solver_fact(solver);

    assert_int_equal(ask(solver, fact), SOLVER_YES);
    assert_int_equal(ask(solver, solver_not(solver, fact)), SOLVER_YES);
    assert_int_equal(solver_ask(solver, NULL, 0), SOLVER_YES);
}

static void groups_of_nothing_and_of_one(void **state)
{
    struct solver *solver = *state;
    struct solver_term fact = solver_fact(solver);

    assert_int_equal(ask(solver, solver_all(solver, NULL, 0)), SOLVER_YES);
    assert_int_equal(ask(solver, solver_any(solver, NULL, 0)), SOLVER_NO);
    assert_int_equal(ask(solver, solver_constant(solver, false)), SOLVER_NO);
    assert_int_equal(ask(solver, solver_all(solver, &fact, 1)), SOLVER_YES);
    assert_true(solver_holds(solver, fact));
}

static void numbers_stay_in_their_range(void **state)
{
    struct solver *solver = *state;
    struct solver_number level = solver_number(solver, 6);
    struct solver_number single = solver_number(solver, 1);

    assert_int_equal(ask(solver, solver_between(solver, level, 5, 5)), SOLVER_YES);
    assert_int_equal(solver_value(solver, level), 5);
    assert_int_equal(solver_value(solver, single), 0);
    assert_int_equal(ask(solver, solver_between(solver, level, 6, 9)), SOLVER_NO);
    assert_int_equal(ask(solver, solver_between(solver, level, 4, 2)), SOLVER_NO);
    struct solver_term both[] = {solver_between(solver, level, 1, 3),
                                 solver_between(solver, level, 3, 9)};
    assert_int_equal(solver_ask(solver, both, 2), SOLVER_YES);
    assert_int_equal(solver_value(solver, level), 3);
    assert_int_equal(ask(solver, solver_not(solver, solver_between(solver, level, 0, 9))),
                     SOLVER_NO);
}

static void a_name_is_its_term(void **state)
{
    struct solver *solver = *state;
    struct solver_number level = solver_number(solver, 4);
    struct solver_term low = solver_name(solver, solver_between(solver, level, 0, 1));

    assert_int_equal(ask(solver, low), SOLVER_YES);
    assert_true(solver_value(solver, level) <= 1);
    assert_int_equal(ask(solver, solver_not(solver, low)), SOLVER_YES);
    assert_true(solver_value(solver, level) >= 2);
}

static void blame_falls_on_what_contradicts(void **state)
{
    struct solver *solver = *state;
    struct solver_number level = solver_number(solver, 4);
    struct solver_term low = solver_name(solver, solver_between(solver, level, 0, 1));
    struct solver_term high = solver_name(solver, solver_between(solver, level, 2, 3));
    struct solver_term other = solver_fact(solver);
    struct solver_term terms[] = {other, solver_not(solver, low), solver_not(solver, high)};
    bool needed[3];

    assert_int_equal(solver_blame(solver, terms, 3, needed), SOLVER_NO);
    assert_false(needed[0]);
    assert_true(needed[1]);
    assert_true(needed[2]);
    assert_int_equal(solver_blame(solver, terms, 2, needed), SOLVER_YES);
    assert_false(needed[1]);
}

static void many_terms_in_a_row(void **state)
{
    struct solver *solver = *state;
    struct solver_term terms[200];

    for (size_t i = 0; i < 200; i++) {
        terms[i] = solver_not(solver, solver_fact(solver));
    }
    assert_int_equal(ask(solver, solver_any(solver, terms, 200)), SOLVER_YES);
    assert_int_equal(ask(solver, solver_all(solver, terms, 200)), SOLVER_YES);
    assert_true(solver_holds(solver, terms[199]));
}

static void who_gave_up_knows_nothing(void **state)
{
    struct solver *solver = *state;

    solver_give_up(solver);
    assert_int_equal(solver_ask(solver, NULL, 0), SOLVER_UNKNOWN);
}

/* Sixteen pigeons do not fit into fifteen holes, which takes such a procedure for ever. */
static void a_question_too_hard_has_no_answer(void **state)
{
    struct solver *solver = *state;
    struct solver_term in[16][15];

    for (size_t pigeon = 0; pigeon < 16; pigeon++) {
        for (size_t hole = 0; hole < 15; hole++) {
            in[pigeon][hole] = solver_fact(solver);
        }
        solver_assert(solver, solver_any(solver, in[pigeon], 15));
    }
    for (size_t hole = 0; hole < 15; hole++) {
        for (size_t i = 0; i < 16 * 16; i++) {
            struct solver_term apart[] = {solver_not(solver, in[i / 16][hole]),
                                          solver_not(solver, in[i % 16][hole])};
            if (i / 16 < i % 16) {
                solver_assert(solver, solver_any(solver, apart, 2));
            }
        }
    }
    assert_int_equal(solver_ask(solver, NULL, 0), SOLVER_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(facts_are_free_until_asserted),
        TEST(a_question_leaves_nothing_behind),
        TEST(groups_of_nothing_and_of_one),
        TEST(numbers_stay_in_their_range),
        TEST(a_name_is_its_term),
        TEST(blame_falls_on_what_contradicts),
        TEST(many_terms_in_a_row),
        TEST(who_gave_up_knows_nothing),
        TEST(a_question_too_hard_has_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
