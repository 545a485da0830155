/* The tables of the state: what is put is found, in order, and equal states have equal digests. */
#include "broker/store/store.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct scratch *scratch;
    struct store *store;
};

static struct store *opened(struct scratch *scratch, const char *name)
{
    struct store *store = NULL;
    struct error err;
    assert_true(store_open(&store, scratch_path(scratch, name), 0, &err));
    assert_true(store_begin(store, &err));
    return store;
}

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture.scratch = scratch_create();
    fixture.store = opened(fixture.scratch, "store");
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    store_close(&fixture->store);
    scratch_destroy(&fixture->scratch);
    return 0;
}

static struct id128 id(uint64_t low)
{
    return id128_of_position(7, low);
}

static void put_case(struct store *store, uint64_t low, uint32_t sequence)
{
    struct case_record record;
    memset(&record, 0, sizeof(record));
    record.id = id(low);
    record.year = 2026;
    record.sequence = sequence;
    store_put_case(store, &record);
}

static void cases_in_order_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    struct case_record found;
    const struct id128 none = {{0}};
    const struct id128 two = id(2);
    const struct id128 four = id(4);
    struct id128 numbered;
    put_case(store, 3, 12);
    put_case(store, 1, 11);
    assert_true(store_case_from(store, &none, &found));
    assert_int_equal(found.sequence, 11);
    assert_true(store_case_from(store, &two, &found));
    assert_int_equal(found.sequence, 12);
    assert_false(store_case_from(store, &four, &found));
    assert_false(store_case(store, &two, &found));
    assert_true(store_case_by_number(store, 2026, 12, &numbered));
    assert_true(id128_equal(&numbered, &(struct id128){.bytes = {[7] = 7, [15] = 3}}));
    assert_false(store_case_by_number(store, 2025, 12, &numbered));
}

static void keys_of_one_digest_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    const uint8_t mine[MATCHING_DIGEST_BYTES] = {1, 2, 3};
    const uint8_t other[MATCHING_DIGEST_BYTES] = {1, 2, 4};
    struct key_record record;
    struct id128 before = {{0}};
    memset(&record, 0, sizeof(record));
    record.strength = STRENGTH_STRONG;
    for (uint64_t i = 3; i > 0; i--) {
        record.referral = id(i);
        store_put_key(store, mine, &record);
    }
    record.referral = id(9);
    store_put_key(store, other, &record);
    for (uint8_t i = 3; i >= 1; i--) {
        assert_true(store_key_before(store, mine, &before, &record));
        assert_int_equal(record.referral.bytes[15], i);
        before = record.referral;
    }
    assert_false(store_key_before(store, mine, &before, &record));
}

static void cases_of_a_worker_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    const struct id128 one = id(1);
    const struct id128 two = id(2);
    struct id128 after = {{0}};
    store_put_worker_case(store, 5, &two, true);
    store_put_worker_case(store, 5, &one, true);
    store_put_worker_case(store, 6, &one, true);
    store_put_worker_case(store, 5, &one, false);
    assert_true(store_worker_case_after(store, 5, &after, &after));
    assert_true(id128_equal(&after, &two));
    assert_false(store_worker_case_after(store, 5, &after, &after));
    assert_int_equal(store_worker(store, 5).load, 0);
    store_put_worker(store, 5, &(struct worker_record){.load = 3});
    assert_int_equal(store_worker(store, 5).load, 3);
}

/* Workers are kept in memory: what a transaction took back must not stay there. */
static void workers_that_were_taken_back_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    struct error err;
    store_put_worker(store, 5, &(struct worker_record){.load = 3, .last_picked = 9});
    assert_true(store_commit(store, &err));
    assert_true(store_begin(store, &err));
    store_put_worker(store, 5, &(struct worker_record){.load = 7});
    store_put_worker(store, 5000, &(struct worker_record){.load = 8});
    assert_int_equal(store_worker(store, 5).load, 7);
    assert_int_equal(store_worker(store, 5000).load, 8);
    store_abort(store);
    assert_true(store_begin(store, &err));
    assert_int_equal(store_worker(store, 5).load, 3);
    assert_int_equal(store_worker(store, 5).last_picked, 9);
    assert_int_equal(store_worker(store, 5000).load, 0);
    store_clear(store);
    assert_int_equal(store_worker(store, 5).load, 0);
    assert_int_equal(store_worker(store, UINT32_MAX).load, 0);
}

static void territory_counts_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    assert_int_equal(store_territory_cases(store, 4), 0);
    store_add_territory_cases(store, 4, 1);
    store_add_territory_cases(store, 4, 1);
    store_add_territory_cases(store, 4, -1);
    assert_int_equal(store_territory_cases(store, 4), 1);
    assert_int_equal(store_territory_cases(store, 5), 0);
}

static void replies_of_a_lane_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    struct reply_record reply;
    memset(&reply, 0, sizeof(reply));
    for (uint64_t number = 1; number <= LIMIT_REPLIES_KEPT + 1; number++) {
        reply.number = number;
        reply.position = number * 10;
        store_put_reply(store, 2, LANE_NORMAL, &reply);
    }
    assert_false(store_reply(store, 2, LANE_NORMAL, 1, &reply)); /* its place was taken */
    assert_true(store_reply(store, 2, LANE_NORMAL, 2, &reply));
    assert_int_equal(reply.position, 20);
    assert_true(store_reply(store, 2, LANE_NORMAL, 65, &reply));
    assert_false(store_reply(store, 2, LANE_URGENT, 65, &reply));
    assert_false(store_reply(store, 3, LANE_NORMAL, 65, &reply));
    store_clear_replies(store, 2, LANE_NORMAL);
    assert_false(store_reply(store, 2, LANE_NORMAL, 65, &reply));
}

static void put_line(struct store *store, uint32_t site, enum lane lane, uint64_t number)
{
    struct line_record line;
    memset(&line, 0, sizeof(line));
    line.number = number;
    line.kind = DELIVERY_CASE;
    line.entity = id(number);
    store_put_line(store, site, lane, &line);
}

static void lines_of_a_site_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    struct line_record line;
    put_line(store, 1, LANE_NORMAL, 300);
    put_line(store, 1, LANE_NORMAL, 2);
    put_line(store, 1, LANE_URGENT, 1);
    put_line(store, 2, LANE_NORMAL, 1);
    assert_true(store_line_after(store, 1, LANE_NORMAL, 0, &line));
    assert_int_equal(line.number, 2);
    assert_true(store_line_after(store, 1, LANE_NORMAL, 2, &line));
    assert_int_equal(line.number, 300);
    assert_false(store_line_after(store, 1, LANE_NORMAL, 300, &line));
    assert_false(store_line_after(store, 1, LANE_NORMAL, UINT64_MAX, &line));
    store_delete_line(store, 1, LANE_NORMAL, 2);
    assert_true(store_line_after(store, 1, LANE_NORMAL, 0, &line));
    assert_int_equal(line.number, 300);
}

static void fill_for_bulk(struct store *store)
{
    struct site_record site = store_site(store, 1);
    struct timeline_record event;
    memset(&event, 0, sizeof(event));
    const struct id128 one = id(1);
    site.lines[LANE_NORMAL] = 4;
    store_put_site(store, 1, &site);
    put_line(store, 1, LANE_NORMAL, 1);
    put_line(store, 1, LANE_NORMAL, 2);
    put_line(store, 1, LANE_NORMAL, 4);
    const struct timer_record timer = {1000, TIMER_OFFER, id(1)};
    store_put_timer(store, &timer);
    store_put_timeline(store, &one, 3, 1, &event);
    store_put_worker_case(store, 7, &one, true);
}

/* Lines, timers and the like are held back there, and read as everywhere. */
static void a_bulk_store_says_the_same_test(void **state)
{
    struct fixture *fixture = *state;
    struct store *bulk = NULL;
    struct error err;
    struct line_record line;
    const struct timer_record timer = {1000, TIMER_OFFER, id(1)};
    assert_true(store_open_bulk(&bulk, scratch_path(fixture->scratch, "bulk"), &err));
    assert_true(store_begin(bulk, &err));
    fill_for_bulk(bulk);
    fill_for_bulk(fixture->store);
    assert_true(store_line_after(bulk, 1, LANE_NORMAL, 0, &line));
    assert_int_equal(line.number, 1);
    store_delete_line(bulk, 1, LANE_NORMAL, 1);
    store_delete_line(fixture->store, 1, LANE_NORMAL, 1);
    assert_true(store_commit(bulk, &err));
    assert_true(store_begin(bulk, &err));
    assert_true(store_line_after(bulk, 1, LANE_NORMAL, 2, &line));
    assert_int_equal(line.number, 4);
    assert_false(store_line_after(bulk, 1, LANE_NORMAL, 4, &line));
    store_delete_line(bulk, 1, LANE_NORMAL, 2); /* it stands in the table now */
    store_delete_timer(bulk, &timer);
    assert_false(store_is_equal(bulk, fixture->store));
    store_delete_line(fixture->store, 1, LANE_NORMAL, 2);
    store_delete_timer(fixture->store, &timer);
    *store_meta(bulk) = *store_meta(fixture->store);
    assert_true(store_is_equal(bulk, fixture->store));
    put_line(bulk, 1, LANE_NORMAL, 5);
    assert_false(store_is_equal(bulk, fixture->store)); /* one more at the end, on either side */
    assert_false(store_is_equal(fixture->store, bulk));
    assert_true(store_commit(bulk, &err));
    assert_true(store_sync(bulk, &err));
    store_close(&bulk);
}

static void lines_are_told_by_site_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    struct arena *arena = arena_create(4096);
    struct number_set *sites = number_set_create(arena, 128);
    put_line(store, 9, LANE_NORMAL, 1); /* nobody listens yet */
    store_tell_lines(store, sites);
    put_line(store, 2, LANE_NORMAL, 1);
    put_line(store, 2, LANE_URGENT, 1);
    put_line(store, 77, LANE_NORMAL, 5);
    assert_int_equal(number_set_take(sites, 0), 2);
    assert_int_equal(number_set_take(sites, 2), 77);
    assert_int_equal(number_set_take(sites, 77), 0);
    store_tell_lines(store, NULL);
    put_line(store, 3, LANE_NORMAL, 1);
    assert_int_equal(number_set_take(sites, 0), 0);
    arena_destroy(&arena);
}

static void views_of_a_site_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    const struct id128 one = id(1);
    const struct id128 two = id(2);
    struct view_record view;
    enum delivery_kind kind = DELIVERY_UNSPECIFIED;
    struct id128 entity = {{0}};
    memset(&view, 0, sizeof(view));
    store_put_view(store, 1, DELIVERY_TASK, &one, &view);
    store_put_view(store, 1, DELIVERY_OFFER, &two, &view);
    store_put_view(store, 1, DELIVERY_OFFER, &one, &view);
    store_put_view(store, 2, DELIVERY_OFFER, &one, &view);
    assert_true(store_view_after(store, 1, &kind, &entity, &view));
    assert_true(kind == DELIVERY_OFFER && id128_equal(&entity, &one));
    assert_true(store_view_after(store, 1, &kind, &entity, &view));
    assert_true(kind == DELIVERY_OFFER && id128_equal(&entity, &two));
    assert_true(store_view_after(store, 1, &kind, &entity, &view));
    assert_true(kind == DELIVERY_TASK && id128_equal(&entity, &one));
    assert_false(store_view_after(store, 1, &kind, &entity, &view));
    store_delete_view(store, 2, DELIVERY_OFFER, &one);
    assert_false(store_view(store, 2, DELIVERY_OFFER, &one, &view));
}

static void timers_in_order_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    const struct timer_record late = {1000, TIMER_OFFER, id(1)};
    const struct timer_record desk = {500, TIMER_DESK, id(1)};
    const struct timer_record offer = {500, TIMER_OFFER, id(2)};
    struct timer_record found;
    assert_false(store_first_timer(store, &found));
    store_put_timer(store, &late);
    store_put_timer(store, &desk);
    store_put_timer(store, &offer);
    assert_true(store_first_timer(store, &found));
    assert_true(found.due_us == 500 && found.kind == TIMER_OFFER);
    assert_true(store_timer_after(store, &offer, &found));
    assert_true(found.due_us == 500 && found.kind == TIMER_DESK);
    assert_true(store_timer_after(store, &desk, &found));
    assert_int_equal(found.due_us, 1000);
    assert_true(id128_equal(&found.entity, &late.entity));
    assert_false(store_timer_after(store, &late, &found));
    store_delete_timer(store, &offer);
    assert_true(store_first_timer(store, &found));
    assert_int_equal(found.kind, TIMER_DESK);
}

/* The largest decision that a policy can lead to fits. */
static void largest_decision_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    struct arena *arena = arena_create((size_t)1 << 20);
    struct fact_decision *decision = arena_alloc(arena, sizeof(*decision));
    struct fact_decision *found = arena_alloc(arena, sizeof(*found));
    const struct id128 case_id = id(1);
    struct bytes coded;
    int64_t at_us = 0;
    memset(decision, 0xff, sizeof(*decision));
    decision->rule = INT32_MAX;
    decision->pool = INT32_MAX;
    decision->pool_count = LIMIT_RULE_POOLS;
    decision->failed_count = LIMIT_RULES;
    decision->candidate_count = LIMIT_CANDIDATES_KEPT;
    decision->desk_reason = DESK_REASON_END - 1;
    for (size_t i = 0; i < LIMIT_CANDIDATES_KEPT; i++) {
        decision->candidates[i].reason = CANDIDATE_END - 1;
    }
    assert_true(fact_encode_decision(decision, arena, &coded));
    store_put_decision(store, &case_id, 0, 42, coded);
    assert_true(store_decision(store, &case_id, 0, &at_us, &coded));
    assert_int_equal(at_us, 42);
    assert_true(fact_decode_decision(coded, arena, found));
    assert_int_equal(found->failed_count, LIMIT_RULES);
    assert_int_equal(found->failed[LIMIT_RULES - 1].condition, 255);
    assert_int_equal(found->candidates[LIMIT_CANDIDATES_KEPT - 1].worker, UINT32_MAX);
    assert_false(store_decision(store, &case_id, 1, &at_us, &coded));
    arena_destroy(&arena);
}

static void timeline_in_order_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    const struct id128 one = id(1);
    const struct id128 two = id(2);
    struct timeline_record record;
    uint64_t batch = 0;
    uint32_t index = 0;
    memset(&record, 0, sizeof(record));
    record.code = 3;
    store_put_timeline(store, &one, 2, 0, &record);
    record.code = 2;
    store_put_timeline(store, &one, 1, 9, &record);
    record.code = 1;
    store_put_timeline(store, &one, 1, 0, &record);
    store_put_timeline(store, &two, 1, 1, &record);
    for (uint32_t i = 1; i <= 3; i++) {
        assert_true(store_timeline_after(store, &one, &batch, &index, &record));
        assert_int_equal(record.code, i);
    }
    assert_false(store_timeline_after(store, &one, &batch, &index, &record));
}

static void rows_and_texts_test(void **state)
{
    struct store *store = ((struct fixture *)*state)->store;
    const char *name = NULL;
    struct bytes text;
    bool removed = false;
    store_put_row(store, DIRECTORY_SITE, 3, false, bytes_of_text("row"));
    assert_true(store_row(store, DIRECTORY_SITE, 3, &removed, &text));
    assert_false(removed);
    assert_true(bytes_equal(text, bytes_of_text("row")));
    store_put_row(store, DIRECTORY_SITE, 3, true, bytes_of_text("row"));
    assert_true(store_row(store, DIRECTORY_SITE, 3, &removed, &text));
    assert_true(removed);
    assert_false(store_row(store, DIRECTORY_AGENCY, 3, &removed, &text));
    store_put_text(store, 2, 0, "policy.yaml", bytes_of_text("policy: p"));
    store_put_text(store, 2, 1, "empty.yaml", bytes_of(NULL, 0));
    assert_true(store_text(store, 2, 0, &name, &text));
    assert_string_equal(name, "policy.yaml");
    assert_true(bytes_equal(text, bytes_of_text("policy: p")));
    assert_true(store_text(store, 2, 1, &name, &text));
    assert_int_equal(text.size, 0);
    assert_false(store_text(store, 1, 0, &name, &text));
}

static void digests_test(void **state)
{
    struct fixture *fixture = *state;
    struct store *other = opened(fixture->scratch, "other");
    uint8_t one[FACT_HASH_BYTES];
    uint8_t two[FACT_HASH_BYTES];
    /* In another order, and with a record that came and went. */
    put_case(fixture->store, 1, 1);
    put_case(fixture->store, 2, 2);
    put_case(other, 2, 2);
    put_line(other, 1, LANE_NORMAL, 1);
    store_delete_line(other, 1, LANE_NORMAL, 1);
    put_case(other, 1, 1);
    store_digest(fixture->store, one);
    store_digest(other, two);
    assert_memory_equal(one, two, sizeof(one));
    store_meta(other)->cases_open++;
    store_digest(other, two);
    assert_memory_not_equal(one, two, sizeof(one));
    store_meta(other)->cases_open--;
    put_case(other, 2, 3);
    store_digest(other, two);
    assert_memory_not_equal(one, two, sizeof(one));
    store_close(&other);
}

/* The lines of site 1, as numbers one after another. */
static void assert_lines(struct store *store, const char *expected)
{
    char text[128] = "";
    struct line_record line = {.number = 0};
    while (store_line_after(store, 1, LANE_NORMAL, line.number, &line)) {
        char number[24];
        (void)snprintf(number, sizeof(number), "%llu ", (unsigned long long)line.number);
        (void)strncat(text, number, sizeof(text) - strlen(text) - 1);
    }
    assert_string_equal(text, expected);
}

static void reads_go_on_while_a_commit_runs(struct fixture *fixture, bool by_worker)
{
    struct store *store = fixture->store;
    struct error err;
    struct case_record found;
    uint8_t before[32];
    uint8_t after[32];
    const struct id128 one = id(1);
    const struct id128 two = id(2);

    assert_true(!by_worker || store_use_worker(store, &err));
    put_case(store, 1, 1);
    put_line(store, 1, LANE_NORMAL, 1);
    put_line(store, 1, LANE_NORMAL, 2);
    put_line(store, 1, LANE_NORMAL, 4);
    assert_true(store_commit(store, &err)); /* these are in the tables */
    assert_true(store_begin(store, &err));
    store_delete_line(store, 1, LANE_NORMAL, 2);
    put_line(store, 1, LANE_NORMAL, 5);
    put_line(store, 1, LANE_NORMAL, 6);
    store_meta(store)->position = 7;
    assert_true(store_commit_start(store, &err)); /* these on their way */
    assert_true(store_commit_runs(store));
    put_case(store, 2, 2);
    put_line(store, 1, LANE_NORMAL, 7);
    store_delete_line(store, 1, LANE_NORMAL, 5);
    store_meta(store)->position = 8;
    assert_lines(store, "1 4 6 7 ");
    assert_true(store_case(store, &one, &found));
    assert_true(store_case(store, &two, &found));
    store_digest(store, before);
    assert_true(store_commit_finish(store, &err));
    assert_false(store_commit_runs(store));
    store_digest(store, after);
    assert_memory_equal(before, after, sizeof(before));
    assert_lines(store, "1 4 6 7 ");
    store_delete_line(store, 1, LANE_NORMAL, 1);
    assert_lines(store, "4 6 7 ");
    store_close(&fixture->store);
    fixture->store = opened(fixture->scratch, "store");
    assert_int_equal(store_meta(fixture->store)->position, 7);
    assert_lines(fixture->store, "1 4 5 6 ");
    assert_false(store_case(fixture->store, &two, &found));
}

static void reads_go_on_while_a_commit_waits_test(void **state)
{
    reads_go_on_while_a_commit_runs(*state, false);
}

static void reads_go_on_while_a_worker_commits_test(void **state)
{
    reads_go_on_while_a_commit_runs(*state, true);
}

static void a_commit_that_was_not_finished_is_lost_whole_test(void **state)
{
    struct fixture *fixture = *state;
    struct error err;

    put_line(fixture->store, 1, LANE_NORMAL, 1);
    store_meta(fixture->store)->position = 5;
    assert_true(store_commit(fixture->store, &err));
    assert_true(store_begin(fixture->store, &err));
    store_clear(fixture->store);
    assert_lines(fixture->store, "");
    put_line(fixture->store, 1, LANE_NORMAL, 2);
    assert_true(store_commit_start(fixture->store, &err));
    assert_lines(fixture->store, "2 ");
    store_close(&fixture->store);
    fixture->store = opened(fixture->scratch, "store");
    assert_int_equal(store_meta(fixture->store)->position, 5);
    assert_lines(fixture->store, "1 ");
    store_clear(fixture->store);
    put_line(fixture->store, 1, LANE_NORMAL, 3);
    assert_true(store_commit(fixture->store, &err));
    assert_true(store_begin(fixture->store, &err));
    assert_lines(fixture->store, "3 ");
}

static void survives_and_is_aborted_test(void **state)
{
    struct fixture *fixture = *state;
    struct error err;
    struct case_record found;
    const struct id128 one = id(1);
    const struct id128 two = id(2);
    put_case(fixture->store, 1, 1);
    store_meta(fixture->store)->position = 5;
    assert_true(store_commit(fixture->store, &err));
    assert_true(store_begin(fixture->store, &err));
    put_case(fixture->store, 2, 2);
    store_close(&fixture->store); /* the open transaction goes with it */
    fixture->store = opened(fixture->scratch, "store");
    assert_int_equal(store_meta(fixture->store)->position, 5);
    assert_true(store_case(fixture->store, &one, &found));
    assert_false(store_case(fixture->store, &two, &found));
    store_clear(fixture->store);
    assert_false(store_case(fixture->store, &one, &found));
    assert_int_equal(store_meta(fixture->store)->position, 0);
}

/* A state of another layout is emptied: the journal rebuilds it. */
static void another_layout_test(void **state)
{
    struct fixture *fixture = *state;
    struct error err;
    struct case_record found;
    const struct id128 one = id(1);
    struct kv *kv = NULL;
    struct kv_txn *txn = NULL;
    kv_table meta = 0;
    put_case(fixture->store, 1, 1);
    assert_true(store_commit(fixture->store, &err));
    store_close(&fixture->store);
    const struct kv_options options = {.path = scratch_path(fixture->scratch, "store"),
                                       .map_bytes = (size_t)64 << 20,
                                       .map_bytes_max = (size_t)64 << 20,
                                       .durability = KV_VIEW};
    assert_true(kv_open(&kv, &options, &err));
    assert_true(kv_table_open(kv, "meta", &meta, &err));
    assert_true(kv_begin_write(kv, &txn, &err));
    kv_put(txn, meta, bytes_of("m", 1), bytes_of_text("an older program's record"));
    assert_true(kv_commit(&txn, &err));
    kv_close(&kv);
    fixture->store = opened(fixture->scratch, "store");
    assert_int_equal(store_meta(fixture->store)->position, 0);
    assert_false(store_case(fixture->store, &one, &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cases_in_order_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_of_one_digest_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cases_of_a_worker_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(workers_that_were_taken_back_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(territory_counts_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replies_of_a_lane_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_of_a_site_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bulk_store_says_the_same_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_are_told_by_site_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(views_of_a_site_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timers_in_order_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(largest_decision_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timeline_in_order_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_and_texts_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(digests_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_go_on_while_a_commit_waits_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_go_on_while_a_worker_commits_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_commit_that_was_not_finished_is_lost_whole_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_and_is_aborted_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_layout_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
