/* Which disclosure epoch the oldest of what waits in a spool is sealed to. */
#include "agents/store/old_epoch.h"

#include "agents/store/spool.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    struct scratch *scratch;
    struct arena *arena;
    struct agent_store *store;
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
    const struct id128 incarnation = {{5}};
    memset(&bench, 0, sizeof bench);
    assert_true(keys_start(&err));
    bench.scratch = scratch_create();
    bench.arena = arena_create(16 << 20);
    open_store(&bench);
    spool_renew(bench.store, &incarnation, bench.arena);
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

static uint64_t spooled(struct bench *bench, enum lane lane)
{
    struct command command = {
        .lane = lane, .actor = "specialist-1", .kind = COMMAND_SEE, .worker = "", .note = ""};
    assert_int_equal(spool_append(bench->store, &command, 100, 1, bench->arena), SPOOL_STORED);
    return command.number;
}

static uint32_t oldest(struct bench *bench)
{
    return old_epoch_oldest(bench->store, bench->arena);
}

static void nothing_waits_so_the_new_epoch_counts_at_once(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(oldest(bench), 0);
    old_epoch_use(bench->store, 1, bench->arena);
    assert_int_equal(oldest(bench), 1);
    spool_settle(bench->store, LANE_NORMAL, spooled(bench, LANE_NORMAL));
    old_epoch_use(bench->store, 2, bench->arena);
    assert_int_equal(oldest(bench), 2);
}

static void what_waited_when_the_epoch_changed_is_old_until_it_is_settled(void **state)
{
    struct bench *bench = *state;
    struct error err;
    old_epoch_use(bench->store, 1, bench->arena);
    const uint64_t normal = spooled(bench, LANE_NORMAL);
    const uint64_t urgent = spooled(bench, LANE_URGENT);
    old_epoch_use(bench->store, 2, bench->arena);
    (void)spooled(bench, LANE_NORMAL); /* sealed to 2 */
    assert_int_equal(oldest(bench), 1);
    spool_settle(bench->store, LANE_NORMAL, normal);
    assert_int_equal(oldest(bench), 1);
    old_epoch_use(bench->store, 3, bench->arena); /* twice while it was away */
    assert_true(agent_store_commit(bench->store, &err));
    agent_store_close(&bench->store);
    open_store(bench); /* a restart forgets nothing of it */
    old_epoch_use(bench->store, 3, bench->arena);
    assert_int_equal(oldest(bench), 1);
    spool_settle(bench->store, LANE_URGENT, urgent);
    spool_settle(bench->store, LANE_NORMAL, normal + 1);
    assert_int_equal(oldest(bench), 3);
}

static void what_is_offered_again_may_be_older(void **state)
{
    struct bench *bench = *state;
    old_epoch_use(bench->store, 4, bench->arena);
    const uint64_t number = spooled(bench, LANE_NORMAL);
    old_epoch_note(bench->store, 2, bench->arena);
    old_epoch_note(bench->store, 3, bench->arena);
    assert_int_equal(oldest(bench), 2);
    spool_settle(bench->store, LANE_NORMAL, number);
    assert_int_equal(oldest(bench), 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(nothing_waits_so_the_new_epoch_counts_at_once),
        TEST(what_waited_when_the_epoch_changed_is_old_until_it_is_settled),
        TEST(what_is_offered_again_may_be_older),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
