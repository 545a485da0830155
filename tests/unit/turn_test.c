/* A turn: what is gathered, what is refused before anything is decided, and that many commands fit into one. */
#include "broker/core/turn.h"

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

static struct referral *referral_of(struct district *district, uint8_t number)
{
    struct referral *referral = arena_alloc(district->arena, sizeof(*referral));
    const uint8_t drawn[10] = {number};
    *referral = (struct referral){.id = id128_uuid7(1795000000000, drawn),
                                  .purpose = PURPOSE_CASE,
                                  .labels = {.territory = "tatarsky",
                                             .risk = RISK_TZS,
                                             .direction = DIRECTION_EARLY_DETECTION,
                                             .channel = CHANNEL_SPECIALIST,
                                             .basis = LEGAL_BASIS_LEGAL_DUTY,
                                             .needs = UINT32_C(1) << NEED_HOUSEHOLD}};
    return referral;
}

static struct reply submit(struct turn *turn, struct district *district, struct referral *referral)
{
    struct command *command = arena_alloc(district->arena, sizeof(*command));
    *command = (struct command){.kind = COMMAND_SUBMIT,
                                .actor = "specialist-school-7",
                                .number = ++district->commands,
                                .referral = referral};
    return turn_command(turn, world_site(district->world, "school-7-tatarsk"), command);
}

static void nothing_decided_writes_nothing_test(void **state)
{
    struct district *district = *state;
    const struct turn_options options = {.now_us = district->now_us};
    int64_t next_us = 0;
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    assert_int_equal(turn_deadlines(turn, 10, &next_us), 0);
    assert_null(turn_batch(turn));
    assert_int_equal(next_us, 0);
}

static void time_does_not_go_back_test(void **state)
{
    struct district *district = *state;
    const struct turn_options options = {.now_us = district->now_us - 1000};
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    assert_false(submit(turn, district, referral_of(district, 1)).refused);
    assert_int_equal(turn_batch(turn)->time_us, district->now_us);
}

/* A reply names a batch that there is: a repeat alone writes none. */
static void what_changes_nothing_rests_on_the_last_batch_test(void **state)
{
    struct district *district = *state;
    struct world *world = district->world;
    const struct turn_options options = {.now_us = district->now_us};
    struct turn *turn = turn_begin(&world->core, world->turn, &options);
    struct referral *first = referral_of(district, 1);
    assert_int_equal(submit(turn, district, first).position, 2);
    const uint8_t hash[FACT_HASH_BYTES] = {1};
    turn_settle(turn, hash);

    turn = turn_begin(&world->core, world->turn, &options);
    const struct reply again = submit(turn, district, first);
    assert_true(again.repeated);
    assert_int_equal(again.position, 2);
    assert_null(turn_batch(turn));
}

/* The site sends again what is stored, as after a restored backup; who wrote it has left since. */
static void what_is_stored_is_not_refused_for_its_author_test(void **state)
{
    struct district *district = *state;
    const struct turn_options options = {.now_us = district->now_us};
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    struct referral *first = referral_of(district, 1);
    assert_false(submit(turn, district, first).refused);
    struct store *store = district->world->store;
    const uint32_t author = world_worker(district->world, "specialist-school-7");
    struct worker_record record = store_worker(store, author);
    record.dismissed = true;
    store_put_worker(store, author, &record);
    assert_true(submit(turn, district, first).repeated);
    assert_true(submit(turn, district, referral_of(district, 2)).refused);
}

/* Commands of one turn see what those before them did; each has an entry of its own. */
static void many_commands_in_one_turn_test(void **state)
{
    struct district *district = *state;
    struct world *world = district->world;
    const struct turn_options options = {.now_us = district->now_us};
    struct turn *turn = turn_begin(&world->core, world->turn, &options);
    struct referral *first = referral_of(district, 1);
    assert_false(submit(turn, district, first).refused);
    assert_false(submit(turn, district, referral_of(district, 2)).refused);
    assert_true(submit(turn, district, first).repeated);
    struct referral *changed = referral_of(district, 1);
    changed->labels.risk = RISK_SOP;
    const struct reply refused = submit(turn, district, changed);
    assert_true(refused.refused);
    assert_int_equal(refused.problems[0].code, REFUSAL_ID_REUSED);

    const struct batch *batch = turn_batch(turn);
    assert_int_equal(batch->number, 2); /* the first adopted the configuration */
    assert_int_equal(batch->entry_count, 2);
    assert_false(id128_equal(&batch->entries[0].reply_case, &batch->entries[1].reply_case));
    const struct assignment_record one = district_offer(district, &first->id);
    const struct id128 second_id = referral_of(district, 2)->id;
    const struct assignment_record two = district_offer(district, &second_id);
    assert_int_not_equal(one.worker, two.worker);

    struct bytes coded;
    uint8_t hash[FACT_HASH_BYTES];
    assert_true(fact_encode_batch(batch, world->kept, &coded));
    fact_hash(coded, hash);
    turn_settle(turn, hash);
    world->journal[world->batch_count++] = coded;
    struct world *other = world_create(scratch_path(district->scratch, "other"));
    world_fold(other, world->journal, world->batch_count);
    uint8_t was[FACT_HASH_BYTES];
    uint8_t is[FACT_HASH_BYTES];
    store_digest(world->store, was);
    store_digest(other->store, is);
    assert_memory_equal(was, is, sizeof(is));
    world_destroy(&other);
}

/* The sealed key goes beside the chain, never into it. */
static void sealed_keys_stand_aside_test(void **state)
{
    struct district *district = *state;
    uint8_t sealed[80];
    const struct turn_key *keys = NULL;
    struct bytes coded;
    struct referral *referral = referral_of(district, 1);
    memset(sealed, 0xA7, sizeof(sealed));
    referral->sealed_key = bytes_of(sealed, sizeof(sealed));
    referral->disclosure_epoch = 3;
    const struct turn_options options = {.now_us = district->now_us};
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    assert_false(submit(turn, district, referral).refused);
    assert_int_equal(turn_keys(turn, &keys), 1);
    assert_true(id128_equal(&keys[0].referral, &referral->id));
    assert_int_equal(keys[0].epoch, 3);
    assert_true(bytes_equal(keys[0].sealed_key, referral->sealed_key));
    assert_true(fact_encode_batch(turn_batch(turn), district->arena, &coded));
    for (size_t i = 0; i + 8 <= coded.size; i++) {
        assert_memory_not_equal(coded.data + i, sealed, 8);
    }
}

static void alarms_are_told_test(void **state)
{
    struct district *district = *state;
    const struct turn_alarm *alarms = NULL;
    struct referral *referral = referral_of(district, 1);
    referral->labels.territory = "vengerovsky";
    const struct turn_options options = {.now_us = district->now_us};
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    assert_false(submit(turn, district, referral).refused);
    assert_int_equal(turn_alarms(turn, &alarms), 1);
    assert_int_equal(alarms[0].reason, DESK_REASON_NO_CANDIDATE);
    assert_string_equal(alarms[0].case_number, "NSO-2026-000001-1");
}

/* An arena that runs out in the middle fails the turn; it never half-succeeds. */
static void a_full_arena_fails_the_turn_test(void **state)
{
    struct district *district = *state;
    const struct turn_options options = {.now_us = district->now_us};
    struct arena *small = arena_create(128 * 1024);
    struct turn *turn = turn_begin(&district->world->core, small, &options);
    assert_non_null(turn);
    for (uint8_t i = 0; i < 200 && !turn_failed(turn); i++) {
        (void)submit(turn, district, referral_of(district, i));
    }
    assert_true(turn_failed(turn));
    assert_null(turn_batch(turn));
    arena_destroy(&small);
    small = arena_create(64);
    assert_null(turn_begin(&district->world->core, small, &options));
    arena_destroy(&small);
}

static void what_is_no_command_of_the_broker_test(void **state)
{
    struct district *district = *state;
    const uint32_t site = world_site(district->world, "school-7-tatarsk");
    const struct turn_options options = {.now_us = district->now_us};
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    struct command command = {.kind = COMMAND_FORM, .actor = "specialist-school-7"};
    struct reply reply = turn_command(turn, site, &command);
    assert_true(reply.refused);
    assert_int_equal(reply.problems[0].code, REFUSAL_OPEN_FACTS);
    command.kind = COMMAND_UNSPECIFIED;
    reply = turn_command(turn, site, &command);
    assert_int_equal(reply.problems[0].code, REFUSAL_UNKNOWN_KIND);
    command.kind = COMMAND_SEE;
    reply = turn_command(turn, site, &command);
    assert_int_equal(reply.problems[0].code, REFUSAL_MISSING_FIELD);
    assert_null(turn_batch(turn));
}

static void before_the_first_configuration_test(void **state)
{
    struct district *district = *state;
    const struct region *region = district->world->core.region;
    const struct command command = {.kind = COMMAND_SEE, .actor = "specialist-school-7"};
    const struct turn_options options = {.now_us = district->now_us};
    district->world->core.region = NULL;
    struct turn *turn = turn_begin(&district->world->core, district->arena, &options);
    const struct reply reply = turn_command(turn, 1, &command);
    assert_true(reply.refused);
    assert_int_equal(reply.problems[0].code, REFUSAL_BUSY);
    assert_true(reply.problems[0].retryable);
    district->world->core.region = region;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_decided_writes_nothing_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_changes_nothing_rests_on_the_last_batch_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_does_not_go_back_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_stored_is_not_refused_for_its_author_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_commands_in_one_turn_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sealed_keys_stand_aside_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(alarms_are_told_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_arena_fails_the_turn_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_command_of_the_broker_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(before_the_first_configuration_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
