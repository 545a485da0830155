/* Dismissals and leaves of many cases go on over several turns, each of a bounded size. */
#include "broker/core/workforce.h"

#include "broker/core/invariants.h"
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

/* The largest entry of a turn: what is decided at a stretch. */
static size_t most_facts(const struct district *district, uint64_t from_batch)
{
    size_t most = 0;
    struct batch batch;
    for (uint64_t i = from_batch; i < district->world->batch_count; i++) {
        assert_true(fact_decode_batch(district->world->journal[i], district->arena, &batch));
        for (size_t j = 0; j < batch.entry_count; j++) {
            most = batch.entries[j].fact_count > most ? batch.entries[j].fact_count : most;
        }
    }
    return most;
}

static void leave_of_many_cases_test(void **state)
{
    enum { CASES = 100, FACTS_OF_A_CASE = 12 };
    struct district *district = district_create(two_more);
    struct store *store = district->world->store;
    const uint32_t leaving = world_worker(district->world, "leaving");
    const uint32_t staying = world_worker(district->world, "staying");
    (void)state;
    for (int i = 0; i < CASES; i++) {
        const struct id128 referral =
            district_send(district, "specialist-clinic", "kuybyshevsky", RISK_EARLY);
        district_accept(district, &referral);
    }
    const struct worker_record before = store_worker(store, leaving);
    const uint32_t stayed = store_worker(store, staying).load;
    assert_in_range(before.cases, 65, CASES);
    assert_in_range(stayed, 1, 100 - before.cases); /* room for all of them */

    const uint64_t batches = district->world->batch_count;
    const struct command leave = {.kind = COMMAND_LEAVE,
                                  .worker = "leaving",
                                  .deputy = "staying",
                                  .at_us = district->now_us,
                                  .until_us = district->now_us + INT64_C(86400000000)};
    district_command(district, "leaving", &leave);
    assert_false(district->last.reply.refused);
    district_deadlines(district);
    /* One case an entry, never the whole list. */
    assert_in_range(most_facts(district, batches), 3, FACTS_OF_A_CASE);
    const struct worker_record away = store_worker(store, leaving);
    assert_int_equal(away.leave, FACT_LEAVE_AWAY);
    assert_int_equal(away.load, 0);
    assert_int_equal(away.cases, 0);
    assert_int_equal(away.suspended, before.cases);
    assert_int_equal(store_worker(store, staying).load, stayed + before.load);
    assert_int_equal(store_meta(store)->cases_with_lead, CASES);

    district->now_us += INT64_C(86400000000);
    district_deadlines(district);
    const struct worker_record back = store_worker(store, leaving);
    assert_int_equal(back.leave, FACT_LEAVE_NONE);
    assert_int_equal(back.load, before.load);
    assert_int_equal(back.cases, before.cases);
    assert_int_equal(back.suspended, 0);
    assert_int_equal(store_worker(store, staying).load, stayed);
    assert_int_equal(store_meta(store)->cases_with_lead, CASES);
    struct error_list breaches = {.count = 0};
    assert_true(invariants_hold(store, &breaches));
    district_destroy(&district);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_cases_test),
                                       cmocka_unit_test(leave_of_many_cases_test)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
