/* Disclosed facts: shown while there is a right to them, deleted 90 days after it ended, at once when erased. */
#include "agents/store/expiry.h"

#include "agents/store/mirror.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DAY  INT64_C(86400000000)
#define HOUR INT64_C(3600000000)

static const int64_t start_us = INT64_C(1795000000000000);

struct bench {
    struct scratch *scratch;
    struct arena *arena;
    struct agent_store *store;
    struct expiry expiry;
    int64_t now_us;
    int64_t boot_us;
};

static void open_store(struct bench *bench)
{
    static const struct key32 storage = {.bytes = {1}};
    const struct agent_store_options options = {.path = scratch_path(bench->scratch, "store"),
                                                .storage = &storage};
    struct error err;
    if (!agent_store_open(&bench->store, &options, &err) ||
        !agent_store_begin(bench->store, &err)) {
        fail_msg("%s", err.text);
    }
}

static int set_up(void **state)
{
    static struct bench bench;
    struct error err;
    memset(&bench, 0, sizeof bench);
    assert_true(keys_start(&err));
    bench.scratch = scratch_create();
    bench.arena = arena_create(64 << 20);
    bench.now_us = start_us;
    bench.boot_us = HOUR;
    open_store(&bench);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    agent_store_close(&bench->store);
    arena_destroy(&bench->arena);
    scratch_destroy(&bench->scratch);
    return 0;
}

static void restart(struct bench *bench)
{
    struct error err;
    assert_true(agent_store_commit(bench->store, &err));
    agent_store_close(&bench->store);
    memset(&bench->expiry, 0, sizeof bench->expiry);
    bench->boot_us = 1;
    open_store(bench);
}

static void apply(struct bench *bench, const struct delivery *delivery)
{
    static const struct key32 sealing = {.bytes = {3}};
    struct mirror_change change;
    mirror_apply(bench->store, delivery, &sealing, bench->arena, &change);
}

static void disclose(struct bench *bench, uint8_t referral, bool gone)
{
    struct delivery delivery = {
        .kind = DELIVERY_DISCLOSURE, .entity = {{9, referral}}, .gone = gone};
    delivery.view.disclosure = (struct disclosure){.referral = {{9, referral}},
                                                   .case_id = {{20}},
                                                   .case_number = "NSO-1",
                                                   .worker = "curator-1",
                                                   .at_us = start_us};
    apply(bench, &delivery);
}

static void tell_case(struct bench *bench, int64_t closed_us)
{
    struct delivery delivery = {.kind = DELIVERY_CASE, .entity = {{20}}};
    delivery.view.case_ = (struct case_view){.id = {{20}},
                                             .number = "NSO-1",
                                             .state = closed_us == 0 ? CASE_ACTIVE : CASE_CLOSED,
                                             .labels = {.territory = "north"},
                                             .lead = "curator-1",
                                             .lead_title = {"", ""},
                                             .desk_agency = "",
                                             .opened_us = start_us,
                                             .closed_us = closed_us,
                                             .proposed_by = "",
                                             .rule = "",
                                             .possible_duplicate = "",
                                             .merged_into = ""};
    apply(bench, &delivery);
}

/* A whole pass, an hour or more after the one before. -> how many were deleted */
static uint64_t pass_after(struct bench *bench, int64_t us)
{
    uint64_t deleted = 0;
    bench->now_us += us;
    bench->boot_us += us;
    do {
        deleted +=
            expiry_step(&bench->expiry, bench->store, bench->now_us, bench->boot_us, bench->arena);
        arena_reset(bench->arena);
    } while (bench->expiry.running);
    return deleted;
}

static size_t shown(struct bench *bench)
{
    const struct id128 case_id = {{20}};
    const struct mirror_reader reader = {.worker = "curator-1", .leads = true};
    struct case_view view;
    mirror_facts(bench->store, &case_id, &reader, bench->arena, &view);
    return view.facts_count;
}

static uint64_t held(struct bench *bench)
{
    return agent_store_count(bench->store, AGENT_STORE_FACTS);
}

static void facts_with_a_right_stay(void **state)
{
    struct bench *bench = *state;
    tell_case(bench, 0);
    disclose(bench, 1, false);
    for (int month = 0; month < 12; month++) {
        assert_int_equal(pass_after(bench, 30 * DAY), 0);
    }
    assert_int_equal(shown(bench), 1);
}

static void facts_are_hidden_when_the_right_ends_and_deleted_ninety_days_later(void **state)
{
    struct bench *bench = *state;
    disclose(bench, 1, false);
    disclose(bench, 2, false);
    assert_int_equal(shown(bench), 2);
    disclose(bench, 1, true);
    assert_int_equal(shown(bench), 1);
    assert_int_equal(held(bench), 2);
    assert_int_equal(pass_after(bench, HOUR), 0); /* noticed here */
    restart(bench);
    assert_int_equal(pass_after(bench, 90 * DAY - HOUR), 0);
    assert_int_equal(held(bench), 2);
    assert_int_equal(pass_after(bench, HOUR), 1);
    assert_int_equal(held(bench), 1);
    assert_int_equal(agent_store_count(bench->store, AGENT_STORE_ENDED), 0);
    assert_int_equal(shown(bench), 1);
}

static void a_right_that_comes_back_begins_anew(void **state)
{
    struct bench *bench = *state;
    disclose(bench, 1, false);
    disclose(bench, 1, true);
    (void)pass_after(bench, HOUR);
    (void)pass_after(bench, 80 * DAY);
    disclose(bench, 1, false);
    assert_int_equal(shown(bench), 1);
    assert_int_equal(pass_after(bench, 80 * DAY), 0);
    disclose(bench, 1, true);
    (void)pass_after(bench, HOUR);
    assert_int_equal(pass_after(bench, 89 * DAY), 0);
    assert_int_equal(held(bench), 1);
    assert_int_equal(pass_after(bench, DAY), 1);
    assert_int_equal(held(bench), 0);
}

static void facts_of_a_closed_case_are_shown_for_ninety_days(void **state)
{
    struct bench *bench = *state;
    disclose(bench, 1, false);
    tell_case(bench, start_us);
    assert_int_equal(pass_after(bench, 89 * DAY), 0);
    assert_int_equal(shown(bench), 1);
    assert_int_equal(pass_after(bench, DAY), 1);
    assert_int_equal(held(bench), 0);
    disclose(bench, 1, false); /* a mirror that was lost is sent everything again */
    expiry_begin(&bench->expiry, bench->boot_us);
    assert_int_equal(pass_after(bench, 0), 1);
    assert_int_equal(held(bench), 0);
}

static void an_erasure_does_not_wait(void **state)
{
    struct bench *bench = *state;
    struct delivery erasure = {.kind = DELIVERY_ERASURE, .entity = {{9, 1}}};
    erasure.view.erasure = (struct erasure){.referral = {{9, 1}}, .at_us = start_us};
    disclose(bench, 1, false);
    disclose(bench, 2, false);
    disclose(bench, 1, true);
    (void)pass_after(bench, HOUR);
    assert_int_equal(agent_store_count(bench->store, AGENT_STORE_ENDED), 1);
    apply(bench, &erasure);
    assert_int_equal(held(bench), 1);
    assert_int_equal(agent_store_count(bench->store, AGENT_STORE_ENDED), 0);
}

struct told {
    size_t count;
    struct id128 case_id;
    struct id128 referral;
};

static void tell(void *world, const struct id128 *case_id, const struct id128 *referral)
{
    struct told *told = world;
    told->count++;
    told->case_id = *case_id;
    told->referral = *referral;
}

static void a_broker_from_a_backup_cannot_erase_what_it_forgot_so_it_is_not_kept(void **state)
{
    enum { FIRST_LIFE = 0, SECOND_LIFE = 77 };
    struct bench *bench = *state;
    struct told told = {.count = 0};
    const struct expiry_witness witness = {tell, &told};
    disclose(bench, 1, false);
    disclose(bench, 2, false);
    disclose(bench, 1, true);
    (void)pass_after(bench, HOUR);
    expiry_resynced(bench->store, FIRST_LIFE, &witness, bench->arena);
    assert_int_equal(told.count, 0);
    assert_int_equal(held(bench), 2);
    expiry_resynced(bench->store, SECOND_LIFE, &witness, bench->arena);
    assert_int_equal(told.count, 1);
    assert_memory_equal(told.referral.bytes, ((struct id128){{9, 1}}).bytes, ID128_BYTES);
    assert_int_equal(held(bench), 1);
    assert_int_equal(shown(bench), 1);
    assert_int_equal(agent_store_count(bench->store, AGENT_STORE_ENDED), 0);
    disclose(bench, 2, true); /* this broker knows what it takes back */
    expiry_resynced(bench->store, SECOND_LIFE, &witness, bench->arena);
    assert_int_equal(told.count, 1);
    assert_int_equal(held(bench), 1);
}

static void a_pass_is_a_bounded_piece_of_work_a_turn_and_comes_once_an_hour(void **state)
{
    enum { RECORDS = 150 };
    struct bench *bench = *state;
    tell_case(bench, start_us - 91 * DAY);
    for (uint8_t i = 0; i < RECORDS; i++) {
        disclose(bench, i, false);
    }
    const int64_t now_us = bench->now_us;
    const int64_t boot_us = bench->boot_us;
    uint64_t steps[3];
    for (size_t i = 0; i < 3; i++) {
        steps[i] = expiry_step(&bench->expiry, bench->store, now_us, boot_us, bench->arena);
    }
    assert_int_equal(steps[0], 64);
    assert_int_equal(steps[1], 64);
    assert_int_equal(steps[2], 22);
    assert_false(bench->expiry.running);
    disclose(bench, 1, false);
    assert_int_equal(
        expiry_step(&bench->expiry, bench->store, now_us, boot_us + HOUR - 1, bench->arena), 0);
    assert_int_equal(
        expiry_step(&bench->expiry, bench->store, now_us, boot_us + HOUR, bench->arena), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(facts_with_a_right_stay),
        TEST(facts_are_hidden_when_the_right_ends_and_deleted_ninety_days_later),
        TEST(a_right_that_comes_back_begins_anew),
        TEST(facts_of_a_closed_case_are_shown_for_ninety_days),
        TEST(an_erasure_does_not_wait),
        TEST(a_broker_from_a_backup_cannot_erase_what_it_forgot_so_it_is_not_kept),
        TEST(a_pass_is_a_bounded_piece_of_work_a_turn_and_comes_once_an_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
