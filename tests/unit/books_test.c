/* Journal and state together: whatever was lost or left behind, a start ends with a state that is the journal's. */
#include "broker/daemon/books.h"

#include "base/kv.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SITE = 7 };

struct world {
    struct scratch *scratch;
    struct arena *arena;
    struct clock *clock;
    struct log *log;
    FILE *log_stream;
    struct books books;
};

static bool open_books(struct world *world, bool rebuild, struct error *err)
{
    const struct books_options options = {.folder = scratch_path(world->scratch, "store"),
                                          .clock = world->clock,
                                          .log = world->log,
                                          .rebuild = rebuild};
    return books_open(&world->books, &options, err);
}

static void reopen(struct world *world)
{
    struct error err;
    books_close(&world->books);
    if (!open_books(world, false, &err)) {
        fail_msg("%s", err.text);
    }
}

static int set_up(void **state)
{
    static struct world world;
    struct error err;
    memset(&world, 0, sizeof(world));
    world.scratch = scratch_create();
    world.arena = arena_create(64 << 20);
    world.clock = clock_create_manual(INT64_C(1700000000) * 1000000);
    world.log_stream = tmpfile();
    world.log = log_create(world.log_stream, world.clock, LOG_LEVEL_INFO);
    if (!open_books(&world, false, &err)) {
        fail_msg("%s", err.text);
    }
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    books_close(&world->books);
    log_destroy(&world->log);
    (void)fclose(world->log_stream);
    clock_destroy(&world->clock);
    arena_destroy(&world->arena);
    scratch_destroy(&world->scratch);
    return 0;
}

/* One turn that starts a lane: something small that stays visible in the state. */
static void run_turn(struct world *world, uint64_t first_command)
{
    struct error err;
    struct core core = {.store = world->books.store};
    const struct turn_options options = {.now_us = clock_wall_us(world->clock)};
    const struct id128 spool = {{(uint8_t)first_command}};

    arena_reset(world->arena);
    struct turn *turn = turn_begin(&core, world->arena, &options);
    turn_start_lane(turn, SITE, LANE_NORMAL, spool, first_command);
    if (!books_append(&world->books, turn, world->arena, &err)) {
        fail_msg("%s", err.text);
    }
}

static uint64_t position(const struct world *world)
{
    return store_meta(world->books.store)->position;
}

static uint64_t last_command(const struct world *world)
{
    return store_site(world->books.store, SITE).commands[LANE_NORMAL];
}

static void a_state_that_was_not_committed_is_folded_again(void **state)
{
    struct world *world = *state;
    struct error err;
    run_turn(world, 5);
    assert_true(books_tend(&world->books, true, &err));
    run_turn(world, 9);
    reopen(world);
    assert_int_equal(position(world), 2);
    assert_int_equal(last_command(world), 8);
    assert_int_equal(journal_end(world->books.journal).number, 2);
}

/* Its map is 256 MiB at first; from a third on it is doubled between turns, and nothing is refused. */
static void a_journals_map_is_doubled_long_before_it_is_full(void **state)
{
    struct world *world = *state;
    struct journal *journal = world->books.journal;
    const uint64_t first_bytes = journal_space(journal).map_bytes;
    struct journal_end end = journal_end(journal);
    struct error err;
    const size_t large_bytes = 8 << 20;
    uint8_t *large = arena_alloc(world->arena, large_bytes);

    assert_non_null(large);
    for (int i = 0; i < 12; i++) {
        const struct journal_record record = {.number = end.number + 1,
                                              .coded = bytes_of(large, large_bytes)};
        assert_int_equal(journal_space(journal).map_bytes, first_bytes);
        assert_true(journal_begin(journal, &record, &err));
        assert_true(journal_finish(journal, &end, &err));
    }
    assert_true(books_tend(&world->books, true, &err));
    assert_int_equal(journal_space(journal).map_bytes, first_bytes * 2);
    assert_false(world->books.disk_low);
    assert_int_equal(journal_end(journal).number, end.number);
}

static void a_lost_state_is_rebuilt(void **state)
{
    struct world *world = *state;
    struct error err;
    run_turn(world, 5);
    run_turn(world, 9);
    assert_true(books_tend(&world->books, true, &err));
    books_close(&world->books);
    static const char *const names[] = {
        "store/state/data.mdb", "store/state/lock.mdb", "store/state/owner.lock", "store/state"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(remove(scratch_path(world->scratch, names[i])), 0);
    }
    assert_true(open_books(world, false, &err));
    assert_int_equal(position(world), 2);
    assert_int_equal(last_command(world), 8);
}

static void a_state_of_another_journal_is_discarded(void **state)
{
    struct world *world = *state;
    struct error err;
    run_turn(world, 5);
    store_meta(world->books.store)->hash[3] ^= 1;
    assert_true(books_tend(&world->books, true, &err));
    reopen(world);
    assert_int_equal(position(world), 1);
    assert_int_equal(last_command(world), 4);
}

static void a_state_ahead_of_its_journal_is_discarded(void **state)
{
    struct world *world = *state;
    struct error err;
    run_turn(world, 5);
    store_meta(world->books.store)->position = 40;
    assert_true(books_tend(&world->books, true, &err));
    reopen(world);
    assert_int_equal(position(world), 1);
    assert_int_equal(last_command(world), 4);
}

static void a_rebuild_gives_the_same_state(void **state)
{
    struct world *world = *state;
    struct error err;
    uint8_t before[32];
    uint8_t after[32];
    run_turn(world, 5);
    run_turn(world, 9);
    assert_true(books_tend(&world->books, true, &err));
    store_digest(world->books.store, before);
    books_close(&world->books);
    assert_true(open_books(world, true, &err));
    store_digest(world->books.store, after);
    assert_memory_equal(before, after, sizeof(before));
}

/* A state that LMDB cannot open, nor anybody read. */
static void a_rebuild_needs_nothing_of_the_state(void **state)
{
    struct world *world = *state;
    struct error err;
    uint8_t before[32];
    uint8_t after[32];
    run_turn(world, 5);
    assert_true(books_tend(&world->books, true, &err));
    store_digest(world->books.store, before);
    books_close(&world->books);
    const char *path = scratch_write(world->scratch, "store/state/data.mdb", "no pages at all");
    assert_non_null(path);
    assert_false(open_books(world, false, &err));
    assert_true(open_books(world, true, &err));
    store_digest(world->books.store, after);
    assert_memory_equal(before, after, sizeof(before));
}

/* Killed half-way, or between the old state's end and the new one's name. */
static void a_rebuild_that_was_killed_is_begun_anew(void **state)
{
    struct world *world = *state;
    struct error err;
    uint8_t before[32];
    uint8_t after[32];
    run_turn(world, 5);
    assert_true(books_tend(&world->books, true, &err));
    store_digest(world->books.store, before);
    books_close(&world->books);
    kv_remove(scratch_path(world->scratch, "store/state"));
    assert_int_equal(mkdir(scratch_path(world->scratch, "store/state.new"), 0700), 0);
    (void)scratch_write(world->scratch, "store/state.new/data.mdb", "half a state");
    assert_true(open_books(world, false, &err));
    store_digest(world->books.store, after);
    assert_memory_equal(before, after, sizeof(before));
    assert_int_equal(access(scratch_path(world->scratch, "store/state.new"), F_OK), -1);
    run_turn(world, 6);
    reopen(world);
    assert_int_equal(last_command(world), 5);
}

static void a_tried_turn_can_be_undone(void **state)
{
    struct world *world = *state;
    struct error err;
    struct core core = {.store = world->books.store};
    const struct turn_options options = {.now_us = clock_wall_us(world->clock)};
    const struct id128 spool = {{3}};
    run_turn(world, 5);
    assert_true(books_tend(&world->books, true, &err));
    const struct meta_record before = *store_meta(world->books.store);
    arena_reset(world->arena);
    struct turn *turn = turn_begin(&core, world->arena, &options);
    turn_start_lane(turn, SITE, LANE_NORMAL, spool, 77);
    assert_int_equal(last_command(world), 76);
    assert_true(books_undo(&world->books, &before, &err));
    assert_int_equal(last_command(world), 4);
    assert_int_equal(position(world), 1);
    run_turn(world, 9);
    assert_int_equal(position(world), 2);
}

static void a_commit_is_due_a_tenth_of_a_second_after_the_first_change(void **state)
{
    struct world *world = *state;
    struct error err;
    assert_int_equal(books_commit_in_ms(&world->books), -1);
    clock_advance(world->clock, 1000000);
    run_turn(world, 5);
    assert_int_equal(books_commit_in_ms(&world->books), 100);
    clock_advance(world->clock, 99000);
    assert_true(books_tend(&world->books, false, &err));
    assert_int_equal(books_commit_in_ms(&world->books), 1);
    clock_advance(world->clock, 1000);
    assert_true(books_tend(&world->books, false, &err));
    assert_int_equal(books_commit_in_ms(&world->books), -1);
}

static void the_last_sign_of_life_is_the_later_of_two(void **state)
{
    struct world *world = *state;
    struct error err;
    assert_int_equal(books_last_alive_us(&world->books), 0);
    run_turn(world, 5);
    assert_int_equal(books_last_alive_us(&world->books), INT64_C(1700000000) * 1000000);
    assert_true(books_mark_alive(&world->books, INT64_C(1700000600) * 1000000, &err));
    assert_int_equal(books_last_alive_us(&world->books), INT64_C(1700000600) * 1000000);
    assert_true(books_mark_alive(&world->books, INT64_C(1600000000) * 1000000, &err));
    assert_int_equal(books_last_alive_us(&world->books), INT64_C(1700000000) * 1000000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_state_that_was_not_committed_is_folded_again),
        TEST(a_journals_map_is_doubled_long_before_it_is_full),
        TEST(a_lost_state_is_rebuilt),
        TEST(a_state_of_another_journal_is_discarded),
        TEST(a_state_ahead_of_its_journal_is_discarded),
        TEST(a_rebuild_gives_the_same_state),
        TEST(a_rebuild_needs_nothing_of_the_state),
        TEST(a_rebuild_that_was_killed_is_begun_anew),
        TEST(a_tried_turn_can_be_undone),
        TEST(a_commit_is_due_a_tenth_of_a_second_after_the_first_change),
        TEST(the_last_sign_of_life_is_the_later_of_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
