/* Invariants: that breaches are noticed, one by one. */
#include "broker/core/invariants.h"

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

static struct error_list breaches_of(struct district *district)
{
    struct error_list breaches;
    memset(&breaches, 0, sizeof(breaches));
    const bool held = invariants_hold(district->world->store, &breaches);
    assert_int_equal(held, breaches.count == 0);
    return breaches;
}

static void assert_breach(struct district *district, const char *text)
{
    const struct error_list breaches = breaches_of(district);
    for (size_t i = 0; i < breaches.count; i++) {
        if (strstr(breaches.items[i].text, text) != NULL) {
            return;
        }
    }
    fail_msg("not noticed: %s", text);
}

static struct id128 offered(struct district *district)
{
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    assert_int_equal(breaches_of(district).count, 0);
    return referral;
}

static void a_load_that_does_not_add_up_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral = offered(district);
    const uint32_t worker = district_offer(district, &referral).worker;
    struct worker_record record = store_worker(district->world->store, worker);
    record.load++;
    store_put_worker(district->world->store, worker, &record);
    assert_breach(district, "load of worker");
}

static void silence_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral = offered(district);
    struct case_record record = district_case(district, &referral);
    memset(&record.offer, 0, sizeof(record.offer));
    store_put_case(district->world->store, &record);
    assert_breach(district, "waits in silence");
    assert_breach(district, "pending hops");
    assert_breach(district, "open offers");
}

static void a_lead_too_few_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral = offered(district);
    district_accept(district, &referral);
    struct case_record record = district_case(district, &referral);
    const struct id128 lead = record.lead_assignment;
    memset(&record.lead_assignment, 0, sizeof(record.lead_assignment));
    store_put_case(district->world->store, &record);
    assert_breach(district, "past CURATOR_PENDING without a lead");
    record.lead_assignment = lead;
    record.state = CASE_CURATOR_PENDING;
    store_put_case(district->world->store, &record);
    assert_breach(district, "still CURATOR_PENDING");
    record.state = CASE_CLOSED;
    store_put_case(district->world->store, &record);
    assert_breach(district, "somebody still holds it");
    assert_breach(district, "closed without an outcome");
    assert_breach(district, "not told the outcome");
}

static void an_outcome_without_a_desk_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral = offered(district);
    district_accept(district, &referral);
    struct case_record record = district_case(district, &referral);
    record.proposed_outcome = CASE_OUTCOME_KEPT_IN_FAMILY;
    store_put_case(district->world->store, &record);
    assert_breach(district, "an outcome waits on no desk");
}

static void timers_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral = offered(district);
    const struct assignment_record offer = district_offer(district, &referral);
    const struct case_record record = district_case(district, &referral);
    const struct timer_record timer = {offer.due_us, TIMER_OFFER, offer.id};
    store_delete_timer(district->world->store, &timer);
    assert_breach(district, "an offer waits without a timer");
    store_put_timer(district->world->store, &timer);
    assert_int_equal(breaches_of(district).count, 0);
    const struct timer_record stray = {offer.due_us + 1, TIMER_DESK, record.id};
    store_put_timer(district->world->store, &stray);
    assert_breach(district, "timers");
}

static void a_version_that_something_waits_by_test(void **state)
{
    struct district *district = *state;
    struct store *store = district->world->store;
    const struct id128 referral = offered(district);
    assert_int_equal(store_pins(store, 1), 2); /* the offer, and the norm for the curator */
    store_add_pins(store, 1, 1);
    assert_breach(district, "timers that wait by a version");
    store_add_pins(store, 1, -1);
    assert_int_equal(breaches_of(district).count, 0);
    district_accept(district, &referral);
    assert_int_equal(store_pins(store, 1), 0);
    assert_int_equal(breaches_of(district).count, 0);
}

static void leaves_test(void **state)
{
    struct district *district = *state;
    struct store *store = district->world->store;
    const struct id128 referral = offered(district);
    const uint32_t worker = district_offer(district, &referral).worker;
    district_accept(district, &referral);
    const struct directory *directory = district->world->core.region->directory;
    const char *id = directory_worker(directory, worker)->id;
    const bool first = strcmp(id, "curator-tatarsky-2") != 0;
    const struct command leave = {.kind = COMMAND_LEAVE,
                                  .worker = id,
                                  .deputy = first ? "curator-tatarsky-2" : "curator-tatarsky-1",
                                  .at_us = district->now_us,
                                  .until_us = district->now_us + INT64_C(86400000000)};
    district_command(district, id, &leave);
    district_deadlines(district);
    assert_int_equal(breaches_of(district).count, 0);

    const struct case_record of = district_case(district, &referral);
    struct assignment_record lead;
    assert_true(store_assignment(store, &of.lead_assignment, &lead));
    assert_int_not_equal(lead.worker, worker);
    /* The deputy stands in for nobody. */
    struct assignment_record wrong = lead;
    memset(&wrong.covers, 0, sizeof(wrong.covers));
    store_put_assignment(store, &wrong);
    assert_breach(district, "a suspended curator whom nobody covers");
    store_put_assignment(store, &lead);
    /* The load stayed with the curator. */
    const struct worker_record away = store_worker(store, worker);
    struct worker_record loaded = away;
    loaded.load = lead.load;
    store_put_worker(store, worker, &loaded);
    assert_breach(district, "load of worker");
    assert_breach(district, "load on leave of worker");
    /* A leave without an end. */
    struct worker_record endless = away;
    endless.leave_timer_us = 0;
    store_put_worker(store, worker, &endless);
    assert_breach(district, "timer of the leave of worker");
    /* Back, and the cases with the deputy for ever. */
    struct worker_record back = away;
    back.leave = FACT_LEAVE_NONE;
    store_put_worker(store, worker, &back);
    assert_breach(district, "covered cases of worker");
    store_put_worker(store, worker, &away);
    assert_int_equal(breaches_of(district).count, 0);
}

static void outboxes_test(void **state)
{
    struct district *district = *state;
    (void)offered(district);
    const uint32_t site = world_site(district->world, "social-tatarsky-1");
    store_delete_line(district->world->store, site, LANE_NORMAL, 1);
    assert_breach(district, "lines of site");
}

static void missing_referrals_test(void **state)
{
    struct district *district = *state;
    (void)offered(district);
    store_meta(district->world->store)->referrals++;
    assert_breach(district, "referrals");
    store_meta(district->world->store)->referrals--;
    store_meta(district->world->store)->cases_open++;
    assert_breach(district, "open cases");
}

static void receipts_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral = offered(district);
    struct referral_record record;
    assert_true(store_referral(district->world->store, &referral, &record));
    record.receipts_us[RECEIPT_SEEN] = record.receipts_us[RECEIPT_STORED] - 1;
    store_put_referral(district->world->store, &record);
    assert_breach(district, "a receipt went backward");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_load_that_does_not_add_up_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(silence_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lead_too_few_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_outcome_without_a_desk_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timers_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_version_that_something_waits_by_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(outboxes_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_referrals_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(receipts_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
