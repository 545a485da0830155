/* The agent's sealed store, and the records in it: spool, own referrals, mirror, queue of hooks. */
#include "agents/store/agent_store.h"

#include "agents/store/hook_queue.h"
#include "agents/store/kept.h"
#include "agents/store/mirror.h"
#include "agents/store/own_referrals.h"
#include "agents/store/spool.h"
#include "base/file.h"
#include "proto/sealing.h"
#include "proto/wire.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct bench {
    struct scratch *scratch;
    struct arena *arena;
    struct agent_store *store;
    struct key32 storage;
    struct error err;
};

static const struct id128 INCARNATION = {{1, 2, 3}};

static void open_store(struct bench *bench)
{
    struct agent_store_options options = {.path = scratch_path(bench->scratch, "store"),
                                          .storage = &bench->storage};
    assert_true(agent_store_open(&bench->store, &options, &bench->err));
    assert_true(agent_store_begin(bench->store, &bench->err));
}

/* As after a crash: what was committed is there, nothing else. */
static void commit_and_open_again(struct bench *bench)
{
    assert_true(agent_store_commit(bench->store, &bench->err));
    agent_store_close(&bench->store);
    open_store(bench);
}

static int set_up(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    assert_true(keys_start(&bench.err));
    bench.scratch = scratch_create();
    bench.arena = arena_create(64 << 20);
    memset(bench.storage.bytes, 9, sizeof bench.storage.bytes);
    open_store(&bench);
    spool_renew(bench.store, &INCARNATION, bench.arena);
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

static struct command a_command(enum lane lane, uint8_t subject)
{
    return (struct command){.lane = lane,
                            .actor = "specialist-1",
                            .kind = COMMAND_SEE,
                            .subject = {{subject}},
                            .worker = "",
                            .note = ""};
}

static void add_command(struct bench *bench, enum lane lane, uint8_t subject)
{
    struct command command = a_command(lane, subject);
    assert_int_equal(spool_append(bench->store, &command, 100, 50 + subject, bench->arena),
                     SPOOL_STORED);
}

static bool folder_holds(struct bench *bench, const char *secret)
{
    struct bytes content;
    const char *path = scratch_path(bench->scratch, "store/data.mdb");
    assert_true(file_read(path, (size_t)64 << 20, bench->arena, &content, &bench->err));
    size_t bytes = strlen(secret);
    for (size_t i = 0; i + bytes <= content.size; i++) {
        if (memcmp(content.data + i, secret, bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- spool ----------------------------------------------------------------------------------- */

static void spool_keeps_order_after_crash(void **state)
{
    struct bench *bench = *state;
    struct spool_state spool;
    struct command command;
    add_command(bench, LANE_NORMAL, 1);
    add_command(bench, LANE_NORMAL, 2);
    add_command(bench, LANE_URGENT, 3);
    commit_and_open_again(bench);
    spool_state(bench->store, bench->arena, &spool);
    assert_memory_equal(&spool.incarnation, &INCARNATION, sizeof INCARNATION);
    assert_int_equal(spool.lanes[LANE_NORMAL].first, 1);
    assert_int_equal(spool.lanes[LANE_NORMAL].next, 3);
    assert_int_equal(spool.lanes[LANE_URGENT].first, 1);
    assert_int_equal(spool.lanes[LANE_URGENT].next, 2);
    assert_int_equal(spool.waiting, 3);
    assert_int_equal(spool.oldest_us, 51);
    assert_true(spool_command(bench->store, LANE_NORMAL, 2, bench->arena, &command));
    assert_int_equal(command.subject.bytes[0], 2);
    assert_int_equal(command.number, 2);
    assert_string_equal(command.actor, "specialist-1");
    assert_false(spool_command(bench->store, LANE_NORMAL, 3, bench->arena, &command));
}

static void settled_numbers_are_never_used_again(void **state)
{
    struct bench *bench = *state;
    struct spool_state spool;
    add_command(bench, LANE_NORMAL, 1);
    spool_settle(bench->store, LANE_NORMAL, 1);
    commit_and_open_again(bench);
    spool_state(bench->store, bench->arena, &spool);
    assert_int_equal(spool.lanes[LANE_NORMAL].first, 2);
    assert_int_equal(spool.lanes[LANE_NORMAL].next, 2);
    assert_int_equal(spool.oldest_us, 0);
    add_command(bench, LANE_NORMAL, 2);
    struct bytes frame;
    assert_true(spool_frame(bench->store, LANE_NORMAL, 2, bench->arena, &frame));
}

static void full_spool_refuses_new_work(void **state)
{
    struct bench *bench = *state;
    struct command command = a_command(LANE_NORMAL, 1);
    add_command(bench, LANE_NORMAL, 1);
    assert_int_equal(spool_append(bench->store, &command, 1, 0, bench->arena), SPOOL_FULL);
}

static void renewal_reaches_what_waits(void **state)
{
    struct bench *bench = *state;
    struct command command;
    struct id128 newer = {{77}};
    add_command(bench, LANE_NORMAL, 1);
    spool_renew(bench->store, &newer, bench->arena);
    assert_true(spool_command(bench->store, LANE_NORMAL, 1, bench->arena, &command));
    assert_int_equal(command.incarnation.bytes[0], 77);
}

static void refusal_is_kept_until_looked_at(void **state)
{
    struct bench *bench = *state;
    struct problem problem = {
        .code = REFUSAL_STALE_HOP, .field = "", .text = {.ru = "поздно", .en = "late"}};
    struct reply reply = {
        .number = 4, .refused = true, .case_number = "", .problems = &problem, .problem_count = 1};
    struct spool_refusal refusal = {
        .kind = COMMAND_ACCEPT, .subject = {{5}}, .actor = "curator-1", .at_us = 99};
    struct agent_store_key key;
    spool_note_refusal(bench->store, &refusal, &reply, bench->arena);
    commit_and_open_again(bench);
    assert_true(spool_refusal(bench->store, bytes_of(NULL, 0), bench->arena, &key, &refusal));
    assert_string_equal(refusal.actor, "curator-1");
    assert_int_equal(refusal.problems[0].code, REFUSAL_STALE_HOP);
    assert_string_equal(refusal.problems[0].text.ru, "поздно");
    spool_forget_refusal(bench->store, &key);
    assert_false(spool_refusal(bench->store, bytes_of(NULL, 0), bench->arena, &key, &refusal));
}

/* ---- store ----------------------------------------------------------------------------------- */

static void values_rest_sealed_and_open_with_their_key_only(void **state)
{
    struct bench *bench = *state;
    struct command command = a_command(LANE_NORMAL, 1);
    command.note = "тайна-примера-91";
    assert_int_equal(spool_append(bench->store, &command, 9, 0, bench->arena), SPOOL_STORED);
    commit_and_open_again(bench);
    assert_false(folder_holds(bench, "тайна-примера-91"));
    assert_false(folder_holds(bench, "specialist-1"));
    agent_store_close(&bench->store);
    struct key32 other = bench->storage;
    other.bytes[0] ^= 1;
    struct agent_store_options options = {.path = scratch_path(bench->scratch, "store"),
                                          .storage = &other};
    assert_false(agent_store_open(&bench->store, &options, &bench->err));
    assert_int_equal(bench->err.code, ERROR_CONFIG);
}

/* Pages of a resync as fast as one turn takes them, disclosures of the longest kind: a store that cannot keep them
 * would fail again after every restart. */
static void one_turn_s_worth_of_pages_fits_a_new_store(void **state)
{
    enum { VALUES = 1200, VALUE_BYTES = LIMIT_SECTIONS_BYTES + 1024 };
    struct bench *bench = *state;
    const uint8_t *plain = arena_alloc(bench->arena, VALUE_BYTES);
    assert_true(agent_store_commit(bench->store, &bench->err));
    assert_true(agent_store_begin(bench->store, &bench->err));
    for (uint64_t i = 0; i < VALUES; i++) {
        const struct arena_mark mark = arena_mark(bench->arena);
        uint8_t key[8];
        bytes_put_u64(key, i);
        agent_store_put(bench->store,
                        AGENT_STORE_ASIDE,
                        bytes_of(key, sizeof key),
                        bytes_of(plain, VALUE_BYTES),
                        bench->arena);
        arena_release(bench->arena, mark);
    }
    commit_and_open_again(bench);
    assert_int_equal(agent_store_count(bench->store, AGENT_STORE_ASIDE), VALUES);
}

static void newest_disclosure_key_is_kept(void **state)
{
    struct bench *bench = *state;
    struct key32 key = {.bytes = {5}, .epoch = 3};
    struct key32 back;
    agent_store_disclosure_key(bench->store, &back);
    assert_int_equal(back.epoch, 0);
    agent_store_set_disclosure_key(bench->store, &key);
    commit_and_open_again(bench);
    agent_store_disclosure_key(bench->store, &back);
    assert_int_equal(back.epoch, 3);
    assert_int_equal(back.bytes[0], 5);
}

/* ---- own referrals --------------------------------------------------------------------------- */

static struct own_referral own_named(uint8_t id)
{
    struct own_referral own = {.id = {{id}}, .digest = {id}, .submitted_us = 10};
    own.view = (struct referral_view){.id = {{id}},
                                      .case_number = "",
                                      .author = "specialist-1",
                                      .labels = {.territory = "tatarsky", .risk = RISK_SOP},
                                      .state = REFERRAL_SUBMITTED,
                                      .curator = "",
                                      .curator_title = {"", ""}};
    return own;
}

static void own_referral_goes_from_waiting_to_stored(void **state)
{
    struct bench *bench = *state;
    struct own_referral own = own_named(4);
    struct reply reply = {.case_number = "NSO-2026-000001-1", .position = 7};
    own_referrals_put(bench->store, &own, NULL, bench->arena);
    own_referrals_settle(bench->store, &own.id, &reply, 77, bench->arena);
    commit_and_open_again(bench);
    assert_true(own_referrals_get(bench->store, &own.id, bench->arena, &own));
    assert_int_equal(own.state, OWN_REFERRALS_STORED);
    assert_int_equal(own.view.receipts_us[RECEIPT_STORED], 77);
    assert_string_equal(own.view.case_number, "NSO-2026-000001-1");
    assert_int_equal(own.view.labels.risk, RISK_SOP);
    assert_int_equal(own.digest[0], 4);
}

static struct bytes kept_frame(struct bench *bench, uint8_t number)
{
    struct bytes frame;
    struct command command = a_command(LANE_NORMAL, number);
    assert_int_equal(spool_append(bench->store, &command, 100, 5, bench->arena), SPOOL_STORED);
    assert_true(spool_frame(bench->store, LANE_NORMAL, command.number, bench->arena, &frame));
    return frame;
}

/* A broker that came back from a backup shows less; what it does not know will be offered to it again. */
static void own_referral_stays_as_long_as_it_is_kept(void **state)
{
    struct bench *bench = *state;
    struct own_referral own = own_named(6);
    own.state = OWN_REFERRALS_STORED;
    own_referrals_put(bench->store, &own, NULL, bench->arena);
    kept_add(bench->store, &own.id, kept_frame(bench, 1), 100, bench->arena);
    own_referrals_drop(bench->store, &own.id, bench->arena);
    assert_true(own_referrals_get(bench->store, &own.id, bench->arena, &own));
    kept_drop(bench->store, &own.id);
    own_referrals_drop(bench->store, &own.id, bench->arena);
    assert_false(own_referrals_get(bench->store, &own.id, bench->arena, &own));
}

static void stored_referrals_are_kept_for_thirty_days_in_order(void **state)
{
    struct bench *bench = *state;
    const int64_t day_us = INT64_C(86400000000);
    const struct id128 ids[] = {{{7}}, {{1}}, {{5}}};
    struct command command;
    for (uint8_t i = 0; i < 3; i++) {
        kept_add(bench->store, &ids[i], kept_frame(bench, i + 1), 100 * day_us + i, bench->arena);
    }
    commit_and_open_again(bench);
    assert_false(kept_prune(bench->store, 130 * day_us));
    assert_true(kept_prune(bench->store, 130 * day_us + 1)); /* the first of them */
    assert_false(kept_prune(bench->store, 130 * day_us + 1));
    kept_drop(bench->store, &ids[2]);
    assert_false(kept_take(bench->store, 100 * day_us, bench->arena, &command));
    assert_true(kept_take(bench->store, 101 * day_us, bench->arena, &command));
    assert_int_equal(command.subject.bytes[0], 2);
    assert_false(kept_take(bench->store, 101 * day_us, bench->arena, &command));
}

static void referral_on_its_way_again_is_not_dropped_from_the_site_s_own(void **state)
{
    struct bench *bench = *state;
    struct own_referral own = {.id = {{8}}, .state = OWN_REFERRALS_WAITING, .submitted_us = 40};
    own.view = (struct referral_view){
        .id = own.id, .case_number = "", .author = "specialist-1", .curator = ""};
    own_referrals_put(bench->store, &own, NULL, bench->arena);
    own_referrals_drop(bench->store, &own.id, bench->arena);
    assert_true(own_referrals_get(bench->store, &own.id, bench->arena, &own));
    own.state = OWN_REFERRALS_STORED;
    own_referrals_put(bench->store, &own, NULL, bench->arena);
    own_referrals_drop(bench->store, &own.id, bench->arena);
    assert_false(own_referrals_get(bench->store, &own.id, bench->arena, &own));
}

static void own_referrals_are_walked_from_the_newest(void **state)
{
    struct bench *bench = *state;
    struct own_referral own;
    struct id128 cursor = {{0}};
    for (uint8_t i = 1; i <= 3; i++) {
        own = own_named(i);
        own_referrals_put(bench->store, &own, NULL, bench->arena);
    }
    for (uint8_t i = 3; i >= 1; i--) {
        assert_true(own_referrals_before(bench->store, &cursor, bench->arena, &own));
        assert_int_equal(own.id.bytes[0], i);
        cursor = own.id;
    }
    assert_false(own_referrals_before(bench->store, &cursor, bench->arena, &own));
}

/* ---- mirror ---------------------------------------------------------------------------------- */

static struct delivery notice(uint8_t entity, const char *number)
{
    struct delivery delivery = {.number = 1, .kind = DELIVERY_NOTICE, .entity = {{entity}}};
    delivery.view.notice = (struct notice_view){.case_id = {{entity}},
                                                .case_number = number,
                                                .labels = {.territory = "tatarsky"},
                                                .rule = "",
                                                .rule_title = {"", ""}};
    return delivery;
}

static void view_is_replaced_and_dropped(void **state)
{
    struct bench *bench = *state;
    struct mirror_change change;
    struct delivery found;
    struct key32 sealing = {.bytes = {1}};
    struct delivery first = notice(4, "NSO-1");
    struct delivery second = notice(4, "NSO-2");
    mirror_apply(bench->store, &first, &sealing, bench->arena, &change);
    assert_false(change.had_old);
    mirror_apply(bench->store, &second, &sealing, bench->arena, &change);
    assert_true(change.had_old);
    assert_string_equal(change.old.view.notice.case_number, "NSO-1");
    mirror_mark_seen(bench->store, &first.entity, 5, bench->arena);
    assert_true(mirror_is_seen(bench->store, DELIVERY_NOTICE, &first.entity));
    commit_and_open_again(bench);
    assert_true(mirror_get(bench->store, DELIVERY_NOTICE, &first.entity, bench->arena, &found));
    assert_string_equal(found.view.notice.case_number, "NSO-2");
    second.gone = true;
    mirror_apply(bench->store, &second, &sealing, bench->arena, &change);
    assert_false(mirror_get(bench->store, DELIVERY_NOTICE, &first.entity, bench->arena, &found));
    assert_false(mirror_is_seen(bench->store, DELIVERY_NOTICE, &first.entity));
}

/* What the broker's keeper does: seal a form's facts, then re-seal them to the site. */
static struct delivery disclose(struct bench *bench, const struct key32 *site_public)
{
    struct key32 region;
    struct key32 region_public;
    struct person child = {.role = PERSON_CHILD,
                           .surname = "Примерова-17",
                           .name = "Аня",
                           .patronymic = "",
                           .born = "",
                           .document = ""};
    struct facts facts = {.persons = &child,
                          .person_count = 1,
                          .address = "улица Примерная, 1",
                          .phone = "",
                          .note = "",
                          .circumstances = "",
                          .health = "",
                          .law = ""};
    struct referral referral = {.id = {{8}}};
    struct delivery delivery = {.number = 1, .kind = DELIVERY_DISCLOSURE, .entity = {{30}}};
    struct disclosure *out = &delivery.view.disclosure;
    keys_generate(KEYS_DISCLOSURE_SECRET, 1, &region);
    keys_public_of(&region, &region_public);
    region_public.epoch = 1;
    assert_true(sealing_seal(&facts, &region_public, bench->arena, &referral));
    *out = (struct disclosure){
        .referral = {{8}}, .case_id = {{20}}, .case_number = "NSO-1", .worker = "curator-1"};
    struct sealing_permit permit = {.sealed_key = referral.sealed_key,
                                    .disclosure_secret = &region,
                                    .site_sealing_public = site_public->bytes,
                                    .mask = 1u << SECTION_IDENTITY | 1u << SECTION_CONTACT};
    assert_true(
        sealing_reseal(&referral, &permit, bench->arena, &out->sections, &out->section_count));
    return delivery;
}

static void disclosed_facts_are_for_whom_they_were_disclosed(void **state)
{
    struct bench *bench = *state;
    struct key32 site;
    struct key32 site_public;
    struct mirror_change change;
    struct case_view view;
    struct id128 case_id = {{20}};
    keys_generate(KEYS_SEALING_SECRET, 0, &site);
    keys_public_of(&site, &site_public);
    struct delivery delivery = disclose(bench, &site_public);
    mirror_apply(bench->store, &delivery, &site, bench->arena, &change);
    assert_int_equal(change.shut, SHUT_UNSPECIFIED);
    commit_and_open_again(bench);
    mirror_facts(bench->store,
                 &case_id,
                 &(struct mirror_reader){.worker = "curator-1"},
                 bench->arena,
                 &view);
    assert_int_equal(view.facts_count, 1);
    assert_string_equal(view.facts[0].persons[0].surname, "Примерова-17");
    assert_string_equal(view.facts[0].address, "улица Примерная, 1");
    mirror_facts(bench->store,
                 &case_id,
                 &(struct mirror_reader){.worker = "curator-2"},
                 bench->arena,
                 &view);
    assert_int_equal(view.facts_count, 0);
    assert_false(folder_holds(bench, "Примерова-17"));
    delivery.gone = true;
    mirror_apply(bench->store, &delivery, &site, bench->arena, &change);
    mirror_facts(bench->store,
                 &case_id,
                 &(struct mirror_reader){.worker = "x", .leads = true},
                 bench->arena,
                 &view);
    assert_int_equal(view.facts_count, 0);
}

static void disclosure_to_another_key_stays_shut(void **state)
{
    struct bench *bench = *state;
    struct key32 site;
    struct key32 other_public;
    struct key32 other;
    struct mirror_change change;
    keys_generate(KEYS_SEALING_SECRET, 0, &site);
    keys_generate(KEYS_SEALING_SECRET, 0, &other);
    keys_public_of(&other, &other_public);
    struct delivery delivery = disclose(bench, &other_public);
    mirror_apply(bench->store, &delivery, &site, bench->arena, &change);
    assert_int_equal(change.shut, SHUT_TO_SITE);
    /* the lead is told that there is something, and which */
    const struct mirror_reader lead = {.worker = "curator-1", .leads = true};
    const struct id128 case_id = {{20}};
    struct case_view view;
    mirror_facts(bench->store, &case_id, &lead, bench->arena, &view);
    assert_int_equal(view.facts_count, 0);
    assert_int_equal(view.shut_count, 1);
    assert_int_equal(view.shut[0].reason, SHUT_TO_SITE);
    assert_int_equal(view.shut[0].sections, 1u << SECTION_IDENTITY | 1u << SECTION_CONTACT);
    assert_int_equal(view.shut[0].referral.bytes[0], 8);
    mirror_apply(bench->store, &delivery, &other, bench->arena, &change);
    mirror_facts(bench->store, &case_id, &lead, bench->arena, &view);
    assert_int_equal(view.facts_count, 1);
    assert_int_equal(view.shut_count, 0);
}

static void what_the_broker_cannot_open_is_not_an_empty_family(void **state)
{
    struct bench *bench = *state;
    struct key32 site;
    struct mirror_change change;
    struct case_view view;
    keys_generate(KEYS_SEALING_SECRET, 0, &site);
    struct delivery delivery = {.number = 1, .kind = DELIVERY_DISCLOSURE, .entity = {{30}}};
    delivery.view.disclosure = (struct disclosure){.referral = {{8}},
                                                   .case_id = {{20}},
                                                   .case_number = "NSO-1",
                                                   .worker = "curator-1",
                                                   .unopened = true};
    mirror_apply(bench->store, &delivery, &site, bench->arena, &change);
    assert_int_equal(change.shut, SHUT_BY_BROKER);
    mirror_facts(bench->store,
                 &delivery.view.disclosure.case_id,
                 &(struct mirror_reader){.worker = "curator-1"},
                 bench->arena,
                 &view);
    assert_int_equal(view.facts_count, 0);
    assert_int_equal(view.shut_count, 1);
    assert_int_equal(view.shut[0].reason, SHUT_BY_BROKER);
    assert_int_equal(view.shut[0].sections, 0);
}

static void resync_replaces_the_view(void **state)
{
    struct bench *bench = *state;
    struct key32 sealing = {.bytes = {1}};
    struct mirror_change change;
    struct mirror_cursor cursor = {{0}};
    struct delivery found;
    struct delivery stays = notice(2, "NSO-2");
    struct delivery goes = notice(3, "NSO-3");
    struct delivery comes = notice(4, "NSO-4");
    mirror_apply(bench->store, &stays, &sealing, bench->arena, &change);
    mirror_apply(bench->store, &goes, &sealing, bench->arena, &change);
    mirror_aside_clear(bench->store);
    mirror_aside_put(bench->store, &stays, bench->arena);
    mirror_aside_put(bench->store, &comes, bench->arena);
    assert_true(mirror_get(bench->store, DELIVERY_NOTICE, &goes.entity, bench->arena, &found));
    while (mirror_aside_next(bench->store, &cursor, bench->arena, &found)) {
        mirror_apply(bench->store, &found, &sealing, bench->arena, &change);
    }
    mirror_drop_missing(bench->store, bench->arena);
    assert_false(mirror_get(bench->store, DELIVERY_NOTICE, &goes.entity, bench->arena, &found));
    assert_true(mirror_get(bench->store, DELIVERY_NOTICE, &stays.entity, bench->arena, &found));
    assert_true(mirror_get(bench->store, DELIVERY_NOTICE, &comes.entity, bench->arena, &found));
}

/* ---- hooks ----------------------------------------------------------------------------------- */

static void hook_queue_keeps_order_and_attempts(void **state)
{
    struct bench *bench = *state;
    struct hook_queue_entry entry = {.run = "/bin/a", .body = "{\"n\":1}"};
    assert_true(hook_queue_add(bench->store, &entry, bench->arena));
    entry.body = "{\"n\":2}";
    assert_true(hook_queue_add(bench->store, &entry, bench->arena));
    commit_and_open_again(bench);
    assert_true(hook_queue_next(bench->store, 0, bench->arena, &entry));
    assert_string_equal(entry.body, "{\"n\":1}");
    entry.attempts = 2;
    entry.due_us = 500;
    hook_queue_update(bench->store, &entry, bench->arena);
    assert_true(hook_queue_next(bench->store, 0, bench->arena, &entry));
    assert_int_equal(entry.attempts, 2);
    assert_int_equal(entry.due_us, 500);
    hook_queue_remove(bench->store, entry.number);
    assert_true(hook_queue_next(bench->store, 0, bench->arena, &entry));
    assert_string_equal(entry.body, "{\"n\":2}");
    assert_false(hook_queue_next(bench->store, entry.number + 1, bench->arena, &entry));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(spool_keeps_order_after_crash),
        TEST(settled_numbers_are_never_used_again),
        TEST(full_spool_refuses_new_work),
        TEST(renewal_reaches_what_waits),
        TEST(refusal_is_kept_until_looked_at),
        TEST(values_rest_sealed_and_open_with_their_key_only),
        TEST(one_turn_s_worth_of_pages_fits_a_new_store),
        TEST(newest_disclosure_key_is_kept),
        TEST(own_referral_goes_from_waiting_to_stored),
        TEST(own_referrals_are_walked_from_the_newest),
        TEST(own_referral_stays_as_long_as_it_is_kept),
        TEST(stored_referrals_are_kept_for_thirty_days_in_order),
        TEST(referral_on_its_way_again_is_not_dropped_from_the_site_s_own),
        TEST(view_is_replaced_and_dropped),
        TEST(disclosed_facts_are_for_whom_they_were_disclosed),
        TEST(disclosure_to_another_key_stays_shut),
        TEST(what_the_broker_cannot_open_is_not_an_empty_family),
        TEST(resync_replaces_the_view),
        TEST(hook_queue_keeps_order_and_attempts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
