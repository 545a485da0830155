/* Folding a journal: in order and unbroken, or not at all. */
#include "broker/core/fold.h"

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

static struct batch decoded(struct district *district, size_t index, uint8_t hash[FACT_HASH_BYTES])
{
    struct batch batch;
    const struct bytes coded = district->world->journal[index];
    assert_true(fact_decode_batch(coded, district->arena, &batch));
    fact_hash(coded, hash);
    return batch;
}

static void only_the_next_batch_test(void **state)
{
    struct district *district = *state;
    uint8_t hash[FACT_HASH_BYTES];
    struct world *other = world_create(scratch_path(district->scratch, "other"));
    (void)district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    (void)district_send(district, "specialist-school-7", "tatarsky", RISK_SOP);
    assert_int_equal(district->world->batch_count, 3);
    struct batch batch = decoded(district, 1, hash);
    assert_false(fold_batch(other->store, other->turn, &batch, hash)); /* a gap */
    batch = decoded(district, 0, hash);
    assert_true(fold_batch(other->store, other->turn, &batch, hash));
    assert_false(fold_batch(other->store, other->turn, &batch, hash)); /* the same again */
    batch = decoded(district, 1, hash);
    batch.previous[0] ^= 1;
    assert_false(fold_batch(other->store, other->turn, &batch, hash)); /* another chain */
    batch.previous[0] ^= 1;
    assert_true(fold_batch(other->store, other->turn, &batch, hash));
    assert_int_equal(store_meta(other->store)->position, 2);
    assert_memory_equal(store_meta(other->store)->hash, hash, sizeof(hash));
    assert_int_equal(store_meta(other->store)->time_us, batch.time_us);
    world_destroy(&other);
}

/* A command's place in its lane, and what was answered. */
static void replies_are_kept_test(void **state)
{
    struct district *district = *state;
    struct reply_record kept;
    const uint32_t site = world_site(district->world, "school-7-tatarsk");
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    assert_int_equal(store_site(district->world->store, site).commands[LANE_NORMAL], 1);
    assert_true(store_reply(district->world->store, site, LANE_NORMAL, 1, &kept));
    assert_true(id128_equal(&kept.subject, &referral));
    const struct case_record record = district_case(district, &referral);
    assert_true(id128_equal(&kept.case_id, &record.id));
    assert_int_equal(kept.position, 2);
    assert_false(kept.repeated);
}

static void a_new_spool_begins_anew_test(void **state)
{
    struct district *district = *state;
    struct reply_record kept;
    const uint32_t site = world_site(district->world, "school-7-tatarsk");
    (void)district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    struct world_input input = {.kind = WORLD_NEW_SPOOL, .site = site};
    input.incarnation = id128_of_position(4, 7);
    district_apply(district, &input);
    const struct site_record record = store_site(district->world->store, site);
    assert_true(record.known);
    assert_true(id128_equal(&record.incarnation, &input.incarnation));
    assert_int_equal(record.commands[LANE_NORMAL], 0);
    assert_false(store_reply(district->world->store, site, LANE_NORMAL, 1, &kept));
    assert_int_equal(record.lines[LANE_NORMAL], 2); /* deliveries go on: stored, then offered */
}

/* The twelve newest of many updates stay. */
static void updates_are_bounded_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "vengerovsky", RISK_TZS);
    struct referral_record record;
    enum { ROUNDS = 20 };
    for (int i = 0; i < ROUNDS; i++) {
        district->now_us += INT64_C(4) * 24 * 3600 * 1000000; /* a desk acts within a working day */
        district_deadlines(district);
    }
    assert_true(store_referral(district->world->store, &referral, &record));
    assert_int_equal(record.update_count, UPDATES_KEPT);
    for (uint32_t i = 1; i < UPDATES_KEPT; i++) {
        assert_true(record.updates[i].at_us >= record.updates[i - 1].at_us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_next_batch_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replies_are_kept_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_spool_begins_anew_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(updates_are_bounded_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
