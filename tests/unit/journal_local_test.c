/* The journal on disk: order, chain, keys beside it, and what a crash leaves. */
#include "broker/journal/journal.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct world {
    struct scratch *scratch;
    struct arena *arena;
    struct journal *journal;
};

static void open_journal(struct world *world)
{
    struct error err;
    if (!journal_open(&world->journal, scratch_path(world->scratch, "journal"), &err)) {
        fail_msg("%s", err.text);
    }
}

static int set_up(void **state)
{
    static struct world world;
    world.scratch = scratch_create();
    world.arena = arena_create(8 << 20);
    open_journal(&world);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    journal_close(&world->journal);
    arena_destroy(&world->arena);
    scratch_destroy(&world->scratch);
    return 0;
}

/* A batch with one fact that names a site. */
static struct bytes coded_batch(struct world *world, uint64_t number, uint32_t site)
{
    struct fact fact = {.kind = FACT_SITE_AWAY, .at_us = 5, .site = site};
    struct entry entry = {.cause = ENTRY_EXCHANGE, .site = site, .facts = &fact, .fact_count = 1};
    struct batch batch = {
        .number = number, .time_us = 1000 + (int64_t)number, .entries = &entry, .entry_count = 1};
    struct bytes coded;
    const struct journal_end end = journal_end(world->journal);
    memcpy(batch.previous, end.hash, sizeof(batch.previous));
    assert_true(fact_encode_batch(&batch, world->arena, &coded));
    return coded;
}

static struct journal_end
append(struct world *world, uint64_t number, const struct journal_key *key)
{
    struct error err;
    struct journal_end end;
    const struct journal_record record = {.number = number,
                                          .coded = coded_batch(world, number, (uint32_t)number),
                                          .keys = key,
                                          .key_count = key == NULL ? 0 : 1};
    assert_true(journal_begin(world->journal, &record, &err));
    assert_true(journal_finish(world->journal, &end, &err));
    return end;
}

struct seen {
    uint64_t numbers[8];
    uint32_t sites[8];
    size_t count;
};

static bool
note(void *at, const struct batch *batch, const uint8_t hash[FACT_HASH_BYTES], struct error *err)
{
    struct seen *seen = at;
    (void)hash;
    (void)err;
    seen->numbers[seen->count] = batch->number;
    seen->sites[seen->count] = batch->entries[0].facts[0].site;
    seen->count++;
    return true;
}

static void batches_come_back_in_order_after_a_reopen(void **state)
{
    struct world *world = *state;
    struct seen seen = {0};
    struct error err;

    assert_int_equal(journal_end(world->journal).number, 0);
    append(world, 1, NULL);
    append(world, 2, NULL);
    const struct journal_end end = append(world, 3, NULL);
    assert_int_equal(end.number, 3);
    journal_close(&world->journal);
    open_journal(world);
    assert_int_equal(journal_end(world->journal).number, 3);
    assert_memory_equal(journal_end(world->journal).hash, end.hash, FACT_HASH_BYTES);

    const struct journal_walk walk = {.arena = world->arena, .visit = note, .world = &seen};
    assert_true(journal_walk(world->journal, &walk, &err));
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.numbers[0], 1);
    assert_int_equal(seen.sites[2], 3);
}

static void a_walk_begins_where_the_state_stands(void **state)
{
    struct world *world = *state;
    struct seen seen = {0};
    struct error err;
    const struct journal_end first = append(world, 1, NULL);
    append(world, 2, NULL);

    struct journal_walk walk = {
        .after = first, .arena = world->arena, .visit = note, .world = &seen};
    assert_true(journal_walk(world->journal, &walk, &err));
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.numbers[0], 2);

    walk.after.hash[0] ^= 1;
    assert_false(journal_walk(world->journal, &walk, &err));
    assert_int_equal(err.code, ERROR_DATA);
    assert_non_null(strstr(err.text, "batch 2"));
}

static void an_append_that_was_not_finished_leaves_nothing(void **state)
{
    struct world *world = *state;
    struct error err;
    struct bytes coded;
    struct journal_key key;
    const struct id128 referral = {{7}};
    const struct journal_key sealed = {
        .referral = referral, .epoch = 1, .sealed = bytes_of_text("sealed")};
    const struct journal_record record = {
        .number = 1, .coded = coded_batch(world, 1, 1), .keys = &sealed, .key_count = 1};

    assert_true(journal_begin(world->journal, &record, &err));
    journal_close(&world->journal);
    open_journal(world);
    assert_int_equal(journal_end(world->journal).number, 0);
    assert_false(journal_read(world->journal, 1, world->arena, &coded, &err));
    assert_int_equal(err.code, ERROR_DATA);
    assert_false(journal_key(world->journal, &referral, world->arena, &key));
}

static void sealed_keys_come_with_their_batch_and_can_be_erased(void **state)
{
    struct world *world = *state;
    struct error err;
    struct journal_key key;
    struct bytes coded;
    const struct id128 referral = {{9}};
    const struct journal_key sealed = {
        .referral = referral, .epoch = 42, .sealed = bytes_of_text("forty bytes, not so many")};

    (void)append(world, 1, &sealed);
    assert_true(journal_key(world->journal, &referral, world->arena, &key));
    assert_int_equal(key.epoch, 42);
    assert_int_equal(key.sealed.size, 24);
    assert_memory_equal(key.sealed.data, "forty bytes, not so many", 24);

    const struct journal_record erasure = {
        .number = 2, .coded = coded_batch(world, 2, 2), .erased = &referral, .erased_count = 1};
    struct journal_end end;
    assert_true(journal_begin(world->journal, &erasure, &err));
    assert_true(journal_key(world->journal, &referral, world->arena, &key)); /* not yet */
    assert_true(journal_finish(world->journal, &end, &err));
    assert_false(journal_key(world->journal, &referral, world->arena, &key));
    const struct journal_page again = {.erased = &referral, .erased_count = 1};
    assert_true(journal_add(world->journal, &again, &err));
    assert_memory_equal(journal_end(world->journal).hash, end.hash, FACT_HASH_BYTES);
    assert_true(journal_read(world->journal, 1, world->arena, &coded, &err));
}

static void keys_are_walked_in_order_and_a_copy_knows_when_they_were_sealed_anew(void **state)
{
    struct world *world = *state;
    struct error err;
    const struct id128 none = {{0}};
    const struct journal_key keys[] = {
        {.referral = {{9}}, .epoch = 1, .sealed = bytes_of_text("nine")},
        {.referral = {{3}}, .epoch = 1, .sealed = bytes_of_text("three")},
        {.referral = {{5}}, .epoch = 2, .sealed = bytes_of_text("five")}};
    const struct journal_page page = {.keys = keys, .key_count = 3, .generation = 7};
    struct journal_key found[2];
    struct journal_keys walk = {.items = found, .most = 2};

    assert_int_equal(journal_generation(world->journal), 0);
    assert_true(journal_add(world->journal, &page, &err));
    journal_close(&world->journal);
    open_journal(world);
    assert_int_equal(journal_generation(world->journal), 7);
    assert_true(journal_keys_after(world->journal, &none, world->arena, &walk, &err));
    assert_int_equal(walk.count, 2);
    assert_int_equal(walk.total, 3);
    assert_int_equal(found[0].referral.bytes[0], 3);
    assert_int_equal(found[1].referral.bytes[0], 5);
    assert_int_equal(found[1].epoch, 2);
    assert_memory_equal(found[1].sealed.data, "five", 4);
    const struct id128 last = found[1].referral;
    assert_true(journal_keys_after(world->journal, &last, world->arena, &walk, &err));
    assert_int_equal(walk.count, 1);
    assert_int_equal(found[0].referral.bytes[0], 9);
}

static void hashes_of_positions_can_be_asked(void **state)
{
    struct world *world = *state;
    uint8_t hash[FACT_HASH_BYTES];
    static const uint8_t zero[FACT_HASH_BYTES];
    const struct journal_end end = append(world, 1, NULL);

    assert_true(journal_hash(world->journal, 1, hash));
    assert_memory_equal(hash, end.hash, sizeof(hash));
    assert_true(journal_hash(world->journal, 0, hash));
    assert_memory_equal(hash, zero, sizeof(hash));
    assert_false(journal_hash(world->journal, 2, hash));
}

static void a_second_process_is_refused(void **state)
{
    struct world *world = *state;
    struct journal *other = NULL;
    struct error err;

    assert_false(journal_open(&other, scratch_path(world->scratch, "journal"), &err));
    assert_int_equal(err.code, ERROR_TEMPORARY);
    assert_null(other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(batches_come_back_in_order_after_a_reopen),
        TEST(a_walk_begins_where_the_state_stands),
        TEST(an_append_that_was_not_finished_leaves_nothing),
        TEST(sealed_keys_come_with_their_batch_and_can_be_erased),
        TEST(keys_are_walked_in_order_and_a_copy_knows_when_they_were_sealed_anew),
        TEST(hashes_of_positions_can_be_asked),
        TEST(a_second_process_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
