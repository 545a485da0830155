/* What sites hold: acknowledgements, sites that are away, and lines beyond the bound. */
#include "broker/core/turn_part.h"

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

static struct world_input acknowledge(struct district *district, const char *site, uint64_t number)
{
    return (struct world_input){.kind = WORLD_ACKNOWLEDGE,
                                .site = world_site(district->world, site),
                                .lines = {[LANE_NORMAL] = number}};
}

static void acknowledged_once_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    /* More than was ever sent is no acknowledgement. */
    struct world_input input = acknowledge(district, "social-tatarsky-1", 2);
    district_apply(district, &input);
    assert_false(district->last.wrote);
    assert_int_equal(district_offer(district, &referral).state, ASSIGNMENT_PROPOSED);
    input = acknowledge(district, "social-tatarsky-1", 1);
    district_apply(district, &input);
    assert_true(district->last.wrote);
    assert_int_equal(district_offer(district, &referral).state, ASSIGNMENT_OFFERED);
    input = acknowledge(district, "social-tatarsky-1", 1);
    district_apply(district, &input);
    assert_false(district->last.wrote);
}

/* The offer changed while its first line was on the way: the newer line is still owed. */
static void a_newer_line_is_still_owed_test(void **state)
{
    struct district *district = *state;
    (void)district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    const uint32_t site = world_site(district->world, "social-tatarsky-1");
    struct world_input input = acknowledge(district, "social-tatarsky-1", 1);
    district_apply(district, &input);
    const struct site_record record = store_site(district->world->store, site);
    assert_int_equal(record.acknowledged[LANE_NORMAL], 1);
    assert_int_equal(record.lines[LANE_NORMAL], 2); /* with the time to answer by */
    assert_int_equal(record.waiting, 1);
}

static void
send_notices(struct district *district, struct turn *turn, uint32_t site, uint32_t count)
{
    const struct entry entry = {.cause = ENTRY_EXCHANGE};
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    struct case_record record = district_case(district, &referral);
    turn_open_entry(turn, &entry);
    for (uint32_t i = 0; i < count; i++) {
        record.id = id128_of_position(UINT64_MAX, i + 1);
        record.sequence = 1000 + i;
        store_put_case(district->world->store, &record);
        const struct fact notice = {.kind = FACT_NOTICE_SENT, .case_id = record.id, .site = site};
        turn_emit(turn, &notice);
    }
    (void)turn_close_entry(turn);
}

static void too_many_lines_test(void **state)
{
    struct district *district = *state;
    struct store *store = district->world->store;
    const uint32_t site = world_site(district->world, "police-region-1");
    const struct turn_options options = {.now_us = district->now_us};
    struct arena *arena = arena_create((size_t)128 << 20);
    struct turn *turn = turn_begin(&district->world->core, arena, &options);
    send_notices(district, turn, site, LIMIT_OUTBOX_LINES);
    turn_mark_away(turn, site);
    assert_false(store_site(store, site).away);
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_CRITICAL);
    (void)referral; /* its notice is one line more */
    turn = turn_begin(&district->world->core, arena, &options);
    int64_t next_due_us = 0;
    (void)turn_deadlines(turn, 0, &next_due_us); /* minds full outboxes before any deadline */
    assert_true(store_site(store, site).away);
    assert_int_equal(store_site(store, site).waiting, 0);
    assert_int_equal(store_meta(store)->sites_away, 1);
    turn_mark_away(turn, site); /* once is enough */
    assert_int_equal(turn_batch(turn)->entry_count, 1);
    arena_destroy(&arena);
}

/* The view of a site that was away takes a while to get there; what changes meanwhile must not be lost. */
static void what_changes_while_the_view_is_on_its_way_is_still_owed_test(void **state)
{
    struct district *district = *state;
    struct store *store = district->world->store;
    const uint32_t site = world_site(district->world, "social-tatarsky-1");
    struct world_input input = {.kind = WORLD_AWAY, .site = site};
    district_apply(district, &input);
    input.kind = WORLD_RETURNED;
    district_apply(district, &input);
    assert_false(store_site(store, site).away);
    assert_true(
        store_site(store, site).stale); /* its lines went: whatever it says, it is owed a view */
    assert_int_equal(store_meta(store)->sites_away, 0);
    district_apply(district, &input);
    assert_false(district->last.wrote); /* it is back already */

    input.kind = WORLD_RESYNCED;
    memcpy(input.lines, store_site(store, site).lines, sizeof(input.lines));
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    assert_int_equal(district_offer(district, &referral).site, site);
    district_apply(district, &input);
    assert_false(store_site(store, site).stale);
    assert_int_equal(store_site(store, site).waiting, 1);
    assert_int_equal(store_site(store, site).lines[LANE_NORMAL], 1);
    assert_int_equal(district_offer(district, &referral).state, ASSIGNMENT_PROPOSED);
}

/* It may hold lines of numbers that are given out again. */
static void a_site_that_first_speaks_after_a_restore_is_owed_a_view_test(void **state)
{
    struct district *district = *state;
    struct store *store = district->world->store;
    const uint32_t before = world_site(district->world, "social-tatarsky-1");
    const uint32_t after = world_site(district->world, "police-region-1");
    struct world_input input = {.kind = WORLD_NEW_SPOOL, .site = before, .incarnation = {{1}}};
    district_apply(district, &input);
    assert_false(store_site(store, before).stale);
    district_restore(district);
    assert_true(store_site(store, before).stale);
    input.site = after;
    district_apply(district, &input);
    assert_true(store_site(store, after).stale);

    input.kind = WORLD_RESYNCED;
    district_apply(district, &input);
    assert_false(store_site(store, after).stale);
    input.kind = WORLD_NEW_SPOOL;
    input.incarnation.bytes[0] = 2;
    district_apply(district, &input);
    assert_false(store_site(store, after).stale); /* such an agent asks for a view itself */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(acknowledged_once_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_line_is_still_owed_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_lines_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_changes_while_the_view_is_on_its_way_is_still_owed_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_site_that_first_speaks_after_a_restore_is_owed_a_view_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
