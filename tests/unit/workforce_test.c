/* Dismissals of many cases go on over several turns, each of a bounded size. */
#include "broker/core/workforce.h"

#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const two_more =
    "workers:\n"
    "  - {id: leaving, site: social-kuybyshevsky-1, roles: [case-curator], capacity: 500,\n"
    "     title: {ru: уходящий, en: leaving}}\n"
    "  - {id: staying, site: social-kuybyshevsky-1, roles: [case-curator], capacity: 100,\n"
    "     title: {ru: остающийся, en: staying}}\n";
static const char *const one_more =
    "workers:\n"
    "  - {id: staying, site: social-kuybyshevsky-1, roles: [case-curator], capacity: 100,\n"
    "     title: {ru: остающийся, en: staying}}\n";

static void many_cases_test(void **state)
{
    enum { CASES = 100 };
    struct district *district = district_create(two_more);
    struct store *store = district->world->store;
    const uint32_t leaving = world_worker(district->world, "leaving");
    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct id128 referral =
            district_send(district, "specialist-clinic", "kuybyshevsky", RISK_EARLY);
        if (i % 2 == 0 && district_offer(district, &referral).worker == leaving) {
            district_accept(district, &referral);
        }
    }
    assert_in_range(store_worker(store, leaving).load, 65, CASES);
    district_configure(district, one_more);
    assert_true(district->last.wrote);
    struct world_input input = {.kind = WORLD_DEADLINES};
    district_apply(district, &input);
    /* The first turn left some to the next ones. */
    assert_int_equal(store_worker(store, leaving).load, 0);
    assert_true(district->last.done > 1);
    const struct world *world = district->world;
    struct batch batch;
    assert_true(fact_decode_batch(world->journal[world->batch_count - 1], district->arena, &batch));
    assert_true(batch.entry_count > 1);
    struct id128 after = {{0}};
    assert_false(store_worker_case_after(store, leaving, &after, &after));
    assert_int_equal(store_meta(store)->cases_open, CASES);
    assert_int_equal(store_meta(store)->cases_with_lead, 0);
    assert_int_equal(store_meta(store)->cases_on_desks + store_meta(store)->offers_open, CASES);
    struct timer_record timer;
    bool more = store_first_timer(store, &timer);
    while (more) {
        assert_int_not_equal(timer.kind, TIMER_DISMISSAL);
        const struct timer_record last = timer;
        more = store_timer_after(store, &last, &timer);
    }
    district_destroy(&district);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_cases_test)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
