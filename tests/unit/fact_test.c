/* Facts: every field to bytes and back; bytes that stand in old journals; broken ones. */
#include "proto/fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    *state = arena_create(4 << 20);
    return *state == NULL;
}

static int tear_down(void **state)
{
    struct arena *arena = *state;
    arena_destroy(&arena);
    return 0;
}

static struct id128 id_of(uint8_t last)
{
    struct id128 id = {{0}};
    id.bytes[15] = last;
    return id;
}

static const struct fact_labels labels = {.territory = 31,
                                          .risk = RISK_SOP,
                                          .direction = DIRECTION_PREVENTION,
                                          .channel = CHANNEL_COURT,
                                          .basis = LEGAL_BASIS_CONSENT,
                                          .needs = 6,
                                          .ages = 4,
                                          .flags = 2,
                                          .children = 3};

static struct fact_decision decision(void)
{
    struct fact_decision d = {
        .policy_version = 5,
        .rule = -1,
        .pools = {9, 0, 7},
        .pool_count = 3,
        .pool = -1,
        .chosen = 41,
        .desk_reason = DESK_REASON_NO_CAPACITY,
        .failed = {{0, 2}, {255, 1}},
        .failed_count = 2,
        .candidates = {{11, 12, 13, CANDIDATE_FULL}, {14, 0, 16, CANDIDATE_CHOSEN}},
        .candidate_count = 2};
    d.counts[CANDIDATE_REFUSED] = 17;
    d.counts[CANDIDATE_SITE_NO_KEY] = 18;
    for (uint32_t i = 0; i < FACT_NORM_END; i++) {
        d.norms[i].amount = 20 + i;
        d.norms[i].unit = 1 + i % 3;
    }
    return d;
}

static void expect_decision(const struct fact_decision *d)
{
    assert_int_equal(d->policy_version, 5);
    assert_int_equal(d->rule, -1);
    assert_int_equal(d->pool_count, 3);
    assert_memory_equal(d->pools, ((uint8_t[]){9, 0, 7}), 3);
    assert_int_equal(d->pool, -1);
    assert_int_equal(d->chosen, 41);
    assert_int_equal(d->desk_reason, DESK_REASON_NO_CAPACITY);
    assert_int_equal(d->failed_count, 2);
    assert_int_equal(d->failed[0].condition, 2);
    assert_int_equal(d->failed[1].rule, 255);
    assert_int_equal(d->candidate_count, 2);
    assert_int_equal(d->candidates[0].worker, 11);
    assert_int_equal(d->candidates[0].load, 12);
    assert_int_equal(d->candidates[1].capacity, 16);
    assert_int_equal(d->candidates[1].reason, CANDIDATE_CHOSEN);
    assert_int_equal(d->counts[CANDIDATE_REFUSED], 17);
    assert_int_equal(d->counts[CANDIDATE_SITE_NO_KEY], 18);
    assert_int_equal(d->counts[CANDIDATE_CHOSEN], 0);
    for (uint32_t i = 0; i < FACT_NORM_END; i++) {
        assert_int_equal(d->norms[i].amount, 20 + i);
        assert_int_equal(d->norms[i].unit, 1 + i % 3);
    }
}

static void expect_fact(const struct fact *fact)
{
    assert_int_equal(fact->kind, FACT_DECIDED);
    assert_int_equal(fact->at_us, 1001);
    assert_int_equal(fact->case_id.bytes[15], 1);
    assert_int_equal(fact->referral.bytes[15], 2);
    assert_int_equal(fact->assignment.bytes[15], 3);
    assert_int_equal(fact->other.bytes[15], 4);
    assert_int_equal(fact->site, 5);
    assert_int_equal(fact->worker, 6);
    assert_int_equal(fact->territory, 7);
    assert_int_equal(fact->version, 8);
    assert_int_equal(fact->code, 0xFFFFFFFF);
    assert_int_equal(fact->code_2, 10);
    assert_int_equal(fact->count, 11);
    assert_int_equal(fact->mask, 12);
    assert_true(fact->flag);
    assert_true(fact->number == UINT64_MAX);
    assert_int_equal(fact->due_us, -14);
    assert_int_equal(fact->due_2_us, 15);
    assert_string_equal(fact->text, "шестнадцать");
    assert_string_equal(fact->text_2, "17");
    assert_true(bytes_equal(fact->blob, bytes_of("ru\0en", 5)));
    assert_int_equal(fact->labels->territory, 31);
    assert_int_equal(fact->labels->risk, RISK_SOP);
    assert_int_equal(fact->labels->direction, DIRECTION_PREVENTION);
    assert_int_equal(fact->labels->channel, CHANNEL_COURT);
    assert_int_equal(fact->labels->basis, LEGAL_BASIS_CONSENT);
    assert_int_equal(fact->labels->needs, 6);
    assert_int_equal(fact->labels->ages, 4);
    assert_int_equal(fact->labels->flags, 2);
    assert_int_equal(fact->labels->children, 3);
    expect_decision(fact->decision);
}

static void expect_entry(const struct entry *entry)
{
    assert_int_equal(entry->cause, ENTRY_COMMAND);
    assert_int_equal(entry->site, 51);
    assert_int_equal(entry->worker, 52);
    assert_int_equal(entry->policy_version, 53);
    assert_int_equal(entry->command, COMMAND_ACCEPT);
    assert_int_equal(entry->lane, LANE_URGENT);
    assert_int_equal(entry->number, 54);
    assert_int_equal(entry->incarnation.bytes[15], 55);
    assert_memory_equal(entry->digest, ((uint8_t[16]){56, 57}), 16);
    assert_int_equal(entry->reply_subject.bytes[15], 58);
    assert_int_equal(entry->reply_case.bytes[15], 59);
    assert_true(entry->reply_repeated);
}

static void fact_batch_keeps_every_field_test(void **state)
{
    const struct fact_decision made = decision();
    struct fact facts[] = {{.kind = FACT_DECIDED,
                            .at_us = 1001,
                            .case_id = id_of(1),
                            .referral = id_of(2),
                            .assignment = id_of(3),
                            .other = id_of(4),
                            .site = 5,
                            .worker = 6,
                            .territory = 7,
                            .version = 8,
                            .code = 0xFFFFFFFF,
                            .code_2 = 10,
                            .count = 11,
                            .mask = 12,
                            .flag = true,
                            .number = UINT64_MAX,
                            .due_us = -14,
                            .due_2_us = 15,
                            .text = "шестнадцать",
                            .text_2 = "17",
                            .blob = bytes_of("ru\0en", 5),
                            .labels = &labels,
                            .decision = &made},
                           {.kind = FACT_SITE_AWAY, .site = 9}};
    struct entry entries[] = {{.cause = ENTRY_COMMAND,
                               .site = 51,
                               .worker = 52,
                               .policy_version = 53,
                               .command = COMMAND_ACCEPT,
                               .lane = LANE_URGENT,
                               .number = 54,
                               .incarnation = id_of(55),
                               .digest = {56, 57},
                               .reply_subject = id_of(58),
                               .reply_case = id_of(59),
                               .reply_repeated = true,
                               .facts = facts,
                               .fact_count = 2},
                              {.cause = ENTRY_DEADLINE}};
    const struct batch batch = {
        .number = 61, .time_us = 62, .previous = {63, 64}, .entries = entries, .entry_count = 2};
    struct bytes bytes;
    struct batch read;

    assert_true(fact_encode_batch(&batch, *state, &bytes));
    assert_true(fact_decode_batch(bytes, *state, &read));
    assert_int_equal(read.number, 61);
    assert_int_equal(read.time_us, 62);
    assert_memory_equal(read.previous, batch.previous, FACT_HASH_BYTES);
    assert_int_equal(read.entry_count, 2);
    const struct entry *entry = &read.entries[0];
    expect_entry(entry);
    assert_int_equal(entry->fact_count, 2);
    expect_fact(&entry->facts[0]);
    assert_int_equal(entry->facts[1].kind, FACT_SITE_AWAY);
    assert_string_equal(entry->facts[1].text, "");
    assert_null(entry->facts[1].labels);
    assert_null(entry->facts[1].decision);
    assert_int_equal(read.entries[1].cause, ENTRY_DEADLINE);
    assert_int_equal(read.entries[1].fact_count, 0);
}

static void fact_decision_is_kept_alone_test(void **state)
{
    const struct fact_decision made = decision();
    struct fact_decision read;
    struct bytes bytes;

    assert_true(fact_encode_decision(&made, *state, &bytes));
    assert_true(fact_decode_decision(bytes, *state, &read));
    expect_decision(&read);
}

/* Typed by hand from fact.proto: batch 1 at time 5 with one entry: a deadline, one fact: site 3 is away. Old
 * journals look like this for ever. */
static void fact_old_journals_are_read_test(void **state)
{
    static const uint8_t old[] = {
        0x08, 0x01, 0x10, 0x05, 0x22, 0x08, 0x08, 0x02, 0x6a, 0x04, 0x10, 0x05, 0x38, 0x03};
    struct batch read;

    assert_true(fact_decode_batch(bytes_of(old, sizeof(old)), *state, &read));
    assert_int_equal(read.number, 1);
    assert_int_equal(read.time_us, 5);
    assert_int_equal(read.entries[0].cause, ENTRY_DEADLINE);
    assert_int_equal(read.entries[0].facts[0].at_us, 5);
    assert_int_equal(read.entries[0].facts[0].site, 3);
}

static void fact_of_a_later_program_is_refused_test(void **state)
{
    /* fact kind 127 */
    static const uint8_t later[] = {0x22, 0x04, 0x6a, 0x02, 0x08, 0x7f};
    struct batch read;

    assert_true(FACT_END <= 127);
    assert_false(fact_decode_batch(bytes_of(later, sizeof(later)), *state, &read));
    assert_false(fact_decode_batch(bytes_of("\x22\x10", 2), *state, &read));
}

static void fact_of_a_damaged_journal_is_refused_test(void **state)
{
    struct batch read;
    struct fact_decision made;
    /* an entry with a fact of text "a", and one that is no text */
    assert_true(fact_decode_batch(bytes_of("\x22\x06\x6a\x04\x9a\x01\x01\x61", 8), *state, &read));
    assert_string_equal(read.entries[0].facts[0].text, "a");
    assert_false(fact_decode_batch(bytes_of("\x22\x06\x6a\x04\x9a\x01\x01\xff", 8), *state, &read));
    /* a decision in which a rule failed at condition 3, and one where the condition is cut off */
    assert_true(fact_decode_decision(bytes_of("\x3a\x02\x00\x03", 4), *state, &made));
    assert_int_equal(made.failed[0].condition, 3);
    assert_false(fact_decode_decision(bytes_of("\x3a\x01\x00", 3), *state, &made));
    /* counts of candidates for reason 1, for none, and for one that there is not */
    assert_true(fact_decode_decision(bytes_of("\x4a\x04\x08\x01\x10\x05", 6), *state, &made));
    assert_int_equal(made.counts[1], 5);
    assert_false(fact_decode_decision(bytes_of("\x4a\x02\x10\x05", 4), *state, &made));
    assert_false(fact_decode_decision(bytes_of("\x4a\x04\x08\x7f\x10\x05", 6), *state, &made));
}

/* The keeper takes what a referral sealed out of the journal without reading the rest. */
static void fact_blob_is_found_where_it_is_said_to_be_test(void **state)
{
    struct fact facts[] = {{.kind = FACT_SITE_AWAY, .site = 9},
                           {.kind = FACT_REFERRAL_STORED, .blob = bytes_of("sealed", 6)}};
    struct entry entries[] = {{.cause = ENTRY_DEADLINE},
                              {.cause = ENTRY_COMMAND, .facts = facts, .fact_count = 2}};
    const struct batch batch = {.number = 1, .entries = entries, .entry_count = 2};
    struct bytes bytes;
    struct bytes blob;
    assert_true(fact_encode_batch(&batch, *state, &bytes));
    assert_true(fact_find_blob(bytes, 1, 1, &blob));
    assert_true(bytes_equal(blob, bytes_of("sealed", 6)));
    assert_false(fact_find_blob(bytes, 2, 0, &blob)); /* no such entry */
    assert_false(fact_find_blob(bytes, 1, 2, &blob)); /* no such fact */
    assert_false(fact_find_blob(bytes, 1, 0, &blob)); /* without one */
    assert_false(fact_find_blob(bytes_of(bytes.data, bytes.size - 1), 1, 1, &blob)); /* cut off */
}

static void fact_needs_room_test(void **state)
{
    const struct fact_decision made = decision();
    struct bytes bytes;
    struct arena *small = arena_create(256);

    (void)state;
    assert_false(fact_encode_decision(&made, small, &bytes));
    arena_destroy(&small);
}

static void fact_is_read_whole_or_not_test(void **state)
{
    const struct fact_decision made = decision();
    struct fact facts[] = {{.kind = FACT_DECIDED, .labels = &labels, .decision = &made}};
    struct entry entry = {.cause = ENTRY_DEADLINE, .facts = facts, .fact_count = 1};
    const struct batch batch = {.number = 1, .entries = &entry, .entry_count = 1};
    struct bytes bytes;
    bool fits = false;
    assert_true(fact_encode_batch(&batch, *state, &bytes));
    for (size_t room = 64; room <= 65536; room += 64) {
        struct arena *small = arena_create(room);
        struct batch read;
        if (fact_decode_batch(bytes, small, &read)) {
            fits = true;
            expect_decision(read.entries[0].facts[0].decision);
        } else {
            assert_false(fits);
        }
        arena_destroy(&small);
    }
    assert_true(fits);
}

static void fact_kinds_have_names_test(void **state)
{
    (void)state;
    assert_string_equal(fact_kind_name(FACT_CURATOR_PROPOSED), "curator-proposed");
    assert_string_equal(fact_kind_name(FACT_CASE_CLOSED), "case-closed");
    for (enum fact_kind kind = 1; kind < FACT_END; kind++) {
        assert_true(strspn(fact_kind_name(kind), "abcdefghijklmnopqrstuvwxyz-") > 3);
    }
    assert_string_equal(fact_kind_name(FACT_END), "?");
}

static void fact_hash_is_blake2b_256_test(void **state)
{
    uint8_t hash[FACT_HASH_BYTES];
    char hex[65];

    (void)state;
    fact_hash(bytes_of_text("abc"), hash);
    bytes_to_hex(bytes_of(hash, sizeof(hash)), hex);
    assert_string_equal(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

#define FACT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT_TEST(fact_batch_keeps_every_field_test),
        FACT_TEST(fact_decision_is_kept_alone_test),
        FACT_TEST(fact_old_journals_are_read_test),
        FACT_TEST(fact_of_a_later_program_is_refused_test),
        FACT_TEST(fact_of_a_damaged_journal_is_refused_test),
        FACT_TEST(fact_blob_is_found_where_it_is_said_to_be_test),
        FACT_TEST(fact_needs_room_test),
        FACT_TEST(fact_is_read_whole_or_not_test),
        FACT_TEST(fact_kinds_have_names_test),
        FACT_TEST(fact_hash_is_blake2b_256_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
