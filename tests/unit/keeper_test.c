/* The keeper: what an agent sealed reaches the site that may see it, those sections and no others. */
#include "broker/keeper.h"

#include "proto/sealing.h"
#include "proto/wire.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SITE = 1, WORKER = 1 };

struct world {
    struct scratch *scratch;
    struct arena *arena;
    struct journal *journal;
    struct store *store;
    struct directory *directory;
    struct keeper *keeper;
    struct key32 disclosure;   /* secret */
    struct key32 site_sealing; /* secret */
    uint32_t permitted;
};

static const struct id128 referral_id = {{0x01, 0x92}};
static const struct id128 case_id = {{0x77}};

static void make_directory(struct world *world)
{
    struct key32 public_key;
    struct error err;
    static const char *home[] = {"north"};
    struct directory_row rows[] = {
        {.kind = DIRECTORY_TERRITORY, .number = 1, .id = "north", .zone = "z"},
        {.kind = DIRECTORY_AGENCY,
         .number = 1,
         .id = "social",
         .agency_kind = AGENCY_KIND_SOCIAL,
         .ownership = OWNERSHIP_STATE,
         .home_site = "social-1",
         .territories = home,
         .territory_count = 1},
        {.kind = DIRECTORY_SITE, .number = SITE, .id = "social-1", .agency = "social"},
        {.kind = DIRECTORY_WORKER,
         .number = WORKER,
         .id = "curator-1",
         .site = "social-1",
         .roles = 1U << ROLE_CASE_CURATOR,
         .capacity = 10},
        {.kind = DIRECTORY_KEY, .number = 1, .id = "social-1/key", .site = "social-1"},
    };
    const bool removed[5] = {false};
    for (size_t i = 0; i < 5; i++) {
        const char **texts[] = {&rows[i].title_ru,
                                &rows[i].title_en,
                                &rows[i].parent,
                                &rows[i].zone,
                                &rows[i].oktmo,
                                &rows[i].home_site,
                                &rows[i].agency,
                                &rows[i].site,
                                &rows[i].territory};
        for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++) {
            *texts[j] = *texts[j] == NULL ? "" : *texts[j];
        }
    }
    keys_generate(KEYS_SEALING_SECRET, 0, &world->site_sealing);
    keys_public_of(&world->site_sealing, &public_key);
    memcpy(rows[4].sealing, public_key.bytes, KEYS_BYTES);
    memset(rows[4].curve, 5, KEYS_BYTES);
    if (!directory_create(&world->directory, rows, removed, 5, &err)) {
        fail_msg("%s", err.text);
    }
}

/* A referral as an agent seals it, in batch 1 of the journal and in the state. */
static void make_referral(struct world *world)
{
    struct person child = {.role = PERSON_CHILD,
                           .surname = "Примерова-17",
                           .name = "Аня",
                           .patronymic = "Тестовна",
                           .born = "2021-04-03",
                           .document = ""};
    struct facts facts = {.persons = &child,
                          .person_count = 1,
                          .address = "Татарск, улица Примерная, 1",
                          .phone = "",
                          .note = "",
                          .circumstances = "В доме холодно.",
                          .health = "",
                          .law = ""};
    struct key32 disclosure_public;
    struct error err;
    struct journal_end end;
    struct referral referral = {
        .id = referral_id,
        .purpose = PURPOSE_CASE,
        .labels = {.territory = "north",
                   .risk = RISK_SOP,
                   .direction = DIRECTION_PREVENTION,
                   .channel = CHANNEL_SPECIALIST,
                   .basis = LEGAL_BASIS_CONSENT,
                   .needs = 2},
    };
    keys_public_of(&world->disclosure, &disclosure_public);
    disclosure_public.epoch = world->disclosure.epoch;
    assert_true(sealing_seal(&facts, &disclosure_public, world->arena, &referral));
    const struct journal_key key = {
        .referral = referral_id, .epoch = referral.disclosure_epoch, .sealed = referral.sealed_key};
    referral.sealed_key = bytes_of(NULL, 0);

    struct fact fact = {.kind = FACT_REFERRAL_STORED, .referral = referral_id, .case_id = case_id};
    struct entry entry = {.cause = ENTRY_COMMAND, .site = 2, .facts = &fact, .fact_count = 1};
    struct batch batch = {.number = 1, .time_us = 1, .entries = &entry, .entry_count = 1};
    struct journal_record record = {.number = 1, .keys = &key, .key_count = 1};
    assert_true(wire_encode_referral(&referral, world->arena, &fact.blob));
    assert_true(fact_encode_batch(&batch, world->arena, &record.coded));
    assert_true(journal_begin(world->journal, &record, &err));
    assert_true(journal_finish(world->journal, &end, &err));

    const struct referral_record stored = {.id = referral_id, .case_id = case_id, .batch = 1};
    store_put_referral(world->store, &stored);
}

static void permit(struct world *world, uint32_t mask, bool gone)
{
    const struct view_record view = {.mask = mask, .worker = WORKER, .gone = gone, .at_us = 99};
    store_put_view(world->store, SITE, DELIVERY_DISCLOSURE, &referral_id, &view);
}

static int set_up(void **state)
{
    static struct world world;
    struct error err;
    memset(&world, 0, sizeof(world));
    assert_true(keys_start(&err));
    world.scratch = scratch_create();
    world.arena = arena_create(32 << 20);
    keys_generate(KEYS_DISCLOSURE_SECRET, 4, &world.disclosure);
    const char *path = scratch_path(world.scratch, "disclosure.key");
    if (!keys_write(path, KEYS_DISCLOSURE_SECRET, &world.disclosure, NULL, &err) ||
        !journal_open(&world.journal, scratch_path(world.scratch, "journal"), &err) ||
        !store_open(&world.store, scratch_path(world.scratch, "state"), 64 << 20, &err) ||
        !store_begin(world.store, &err) || !keeper_open(&world.keeper, path, world.journal, &err)) {
        fail_msg("%s", err.text);
    }
    world.permitted = UINT32_MAX;
    make_directory(&world);
    make_referral(&world);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    keeper_close(&world->keeper);
    store_close(&world->store);
    journal_close(&world->journal);
    directory_destroy(&world->directory);
    arena_destroy(&world->arena);
    scratch_destroy(&world->scratch);
    return 0;
}

static enum keeper_verdict disclose(struct world *world, struct delivery *out)
{
    const struct keeper_request request = {.store = world->store,
                                           .directory = world->directory,
                                           .site = SITE,
                                           .referral = referral_id,
                                           .permitted = world->permitted,
                                           .now_us = 1};
    return keeper_disclose(world->keeper, &request, world->arena, out);
}

static void a_site_opens_the_sections_it_may_see_and_no_others(void **state)
{
    struct world *world = *state;
    struct delivery delivery;
    struct facts facts;
    struct shut_sections shut;
    permit(world, 1U << SECTION_IDENTITY | 1U << SECTION_HEALTH, false);
    assert_int_equal(disclose(world, &delivery), KEEPER_MADE);
    assert_int_equal(delivery.kind, DELIVERY_DISCLOSURE);
    assert_false(delivery.gone);
    assert_string_equal(delivery.view.disclosure.worker, "curator-1");
    assert_true(id128_equal(&delivery.view.disclosure.case_id, &case_id));
    assert_int_equal(delivery.view.disclosure.at_us, 99);
    assert_int_equal(delivery.view.disclosure.section_count, 1); /* there is no health section */
    memset(&facts, 0, sizeof(facts));
    assert_true(
        sealing_open(&delivery.view.disclosure, &world->site_sealing, world->arena, &facts, &shut));
    assert_int_equal(facts.person_count, 1);
    assert_string_equal(facts.persons[0].surname, "Примерова-17");
    assert_true(facts.circumstances == NULL || facts.circumstances[0] == '\0');
    assert_true(facts.address == NULL || facts.address[0] == '\0');
}

static void what_a_site_may_not_see_is_gone(void **state)
{
    struct world *world = *state;
    struct delivery delivery;
    assert_int_equal(disclose(world, &delivery), KEEPER_GONE);
    assert_true(delivery.gone);
    assert_true(id128_equal(&delivery.entity, &referral_id));
    permit(world, 1U << SECTION_IDENTITY, true);
    assert_int_equal(disclose(world, &delivery), KEEPER_GONE);
}

/* The policy may say less now than when the sections were disclosed. */
static void a_policy_that_permits_less_now_counts(void **state)
{
    struct world *world = *state;
    struct delivery delivery;
    permit(world, 1U << SECTION_IDENTITY | 1U << SECTION_CIRCUMSTANCES, false);
    world->permitted = 1U << SECTION_CIRCUMSTANCES | 1U << SECTION_CONTACT;
    assert_int_equal(disclose(world, &delivery), KEEPER_MADE);
    assert_int_equal(delivery.view.disclosure.section_count, 1);
    assert_int_equal(delivery.view.disclosure.sections[0].section, SECTION_CIRCUMSTANCES);
    world->permitted = 1U << SECTION_CONTACT;
    assert_int_equal(disclose(world, &delivery), KEEPER_GONE);
    assert_true(delivery.gone);
}

/* Thousands of referrals may arrive in one batch: what is sent of one must not cost as much as all. */
static void a_long_batch_costs_no_more_than_its_referral(void **state)
{
    enum { OTHERS = 60, OTHER_BYTES = 60000, PAGE = 64 };
    struct world *world = *state;
    struct delivery delivery;
    struct error err;
    struct journal_end end;
    struct bytes coded;
    struct batch batch;
    struct entry entries[OTHERS + 1];
    struct fact others[OTHERS];
    memset(others, 0, sizeof(others));
    assert_true(journal_read(world->journal, 1, world->arena, &coded, &err));
    assert_true(fact_decode_batch(coded, world->arena, &batch));
    entries[0] = batch.entries[0];
    for (size_t i = 0; i < OTHERS; i++) {
        entries[i + 1] =
            (struct entry){.cause = ENTRY_COMMAND, .site = 2, .facts = &others[i], .fact_count = 1};
        others[i].kind = FACT_REFERRAL_STORED;
        others[i].blob = bytes_of(arena_alloc(world->arena, OTHER_BYTES), OTHER_BYTES);
    }
    fact_hash(coded, batch.previous);
    batch.number = 2;
    batch.entries = entries;
    batch.entry_count = OTHERS + 1;
    struct journal_record record = {.number = 2};
    assert_true(fact_encode_batch(&batch, world->arena, &record.coded));
    assert_true(journal_begin(world->journal, &record, &err));
    assert_true(journal_finish(world->journal, &end, &err));
    const struct referral_record stored = {.id = referral_id, .case_id = case_id, .batch = 2};
    store_put_referral(world->store, &stored);
    permit(world, 1U << SECTION_IDENTITY, false);

    arena_reset(world->arena);
    for (int i = 0; i < PAGE; i++) {
        assert_int_equal(disclose(world, &delivery), KEEPER_MADE);
        assert_int_equal(delivery.view.disclosure.section_count, 1);
    }
    assert_true(arena_used(world->arena) < (1 << 20));
}

static void an_erased_referral_cannot_be_disclosed(void **state)
{
    struct world *world = *state;
    struct delivery delivery;
    struct error err;
    permit(world, 1U << SECTION_IDENTITY, false);
    const struct journal_page erased = {.erased = &referral_id, .erased_count = 1};
    assert_true(journal_add(world->journal, &erased, &err));
    assert_int_equal(disclose(world, &delivery), KEEPER_GONE);
    assert_true(delivery.gone);
}

static void a_public_key_is_told_with_its_epoch(void **state)
{
    struct world *world = *state;
    struct key32 expected;
    keys_public_of(&world->disclosure, &expected);
    assert_int_equal(keeper_public(world->keeper)->epoch, 4);
    assert_memory_equal(keeper_public(world->keeper)->bytes, expected.bytes, KEYS_BYTES);
}

/* The key file of the epoch after, as `refbrokerd rotate` leaves it: the old one beside it. */
static void rotate_to(struct world *world, uint32_t epoch)
{
    const char *path = scratch_path(world->scratch, "disclosure.key");
    const char *old = scratch_path(world->scratch, "disclosure.key.old");
    struct key32 secret;
    struct error err;
    keys_generate(KEYS_DISCLOSURE_SECRET, epoch, &secret);
    assert_int_equal(rename(path, old), 0);
    assert_true(keys_write(path, KEYS_DISCLOSURE_SECRET, &secret, NULL, &err));
}

static struct journal_key sealed_key(struct world *world)
{
    struct journal_key key;
    assert_true(journal_key(world->journal, &referral_id, world->arena, &key));
    return key;
}

static void a_rotation_serves_both_epochs_until_the_old_one_is_destroyed(void **state)
{
    struct world *world = *state;
    struct delivery delivery;
    struct error err;
    permit(world, 1U << SECTION_IDENTITY, false);
    rotate_to(world, 5);
    assert_int_equal(keeper_old_epoch(world->keeper), 0); /* it has not looked yet */
    assert_true(keeper_reload(world->keeper, &err));
    assert_int_equal(keeper_public(world->keeper)->epoch, 5);
    assert_int_equal(keeper_old_epoch(world->keeper), 4);
    assert_true(keeper_holds(world->keeper, 4));
    assert_false(keeper_holds(world->keeper, 3));
    assert_false(keeper_holds(world->keeper, 0));
    assert_int_equal(disclose(world, &delivery), KEEPER_MADE); /* sealed to 4 */

    struct journal_key key = sealed_key(world);
    const struct journal_key as_it_was = key;
    assert_int_equal(keeper_renew(world->keeper, world->arena, &key), KEEPER_RENEWED);
    assert_int_equal(key.epoch, 5);
    assert_memory_not_equal(key.sealed.data, as_it_was.sealed.data, key.sealed.size);
    assert_int_equal(keeper_renew(world->keeper, world->arena, &key), KEEPER_PRESENT);
    const struct journal_page page = {.keys = &key, .key_count = 1};
    assert_true(journal_add(world->journal, &page, &err));

    assert_int_equal(unlink(scratch_path(world->scratch, "disclosure.key.old")), 0);
    assert_true(keeper_reload(world->keeper, &err));
    assert_int_equal(keeper_old_epoch(world->keeper), 0);
    assert_int_equal(disclose(world, &delivery), KEEPER_MADE); /* sealed to 5 */
    assert_int_equal(delivery.view.disclosure.section_count, 1);
    key = as_it_was; /* of an old backup */
    assert_int_equal(keeper_renew(world->keeper, world->arena, &key), KEEPER_SHUT);
    assert_int_equal(key.epoch, 4);
    const struct journal_page backup = {.keys = &key, .key_count = 1};
    assert_true(journal_add(world->journal, &backup, &err));
    assert_int_equal(disclose(world, &delivery), KEEPER_UNOPENED);
    assert_int_equal(delivery.view.disclosure.section_count, 0);
}

static void a_box_that_does_not_open_stays_as_it_is(void **state)
{
    struct world *world = *state;
    struct error err;
    uint8_t nonsense[80] = {7};
    rotate_to(world, 5);
    assert_true(keeper_reload(world->keeper, &err));
    struct journal_key key = {
        .referral = referral_id, .epoch = 4, .sealed = bytes_of(nonsense, sizeof(nonsense))};
    assert_int_equal(keeper_renew(world->keeper, world->arena, &key), KEEPER_SHUT);
    assert_ptr_equal(key.sealed.data, nonsense);
    assert_int_equal(key.epoch, 4);
}

static void key_files_that_go_back_are_refused(void **state)
{
    struct world *world = *state;
    struct error err;
    rotate_to(world, 3); /* 3, and 4 as the old one */
    assert_false(keeper_reload(world->keeper, &err));
    assert_non_null(strstr(err.text, "epoch 4"));
    assert_int_equal(unlink(scratch_path(world->scratch, "disclosure.key.old")), 0);
    assert_false(keeper_reload(world->keeper, &err));
    assert_non_null(strstr(err.text, "is of epoch 3, which is over"));
    assert_int_equal(keeper_public(world->keeper)->epoch, 4);
    assert_true(keeper_holds(world->keeper, 4));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_site_opens_the_sections_it_may_see_and_no_others),
        TEST(what_a_site_may_not_see_is_gone),
        TEST(a_policy_that_permits_less_now_counts),
        TEST(a_long_batch_costs_no_more_than_its_referral),
        TEST(an_erased_referral_cannot_be_disclosed),
        TEST(a_public_key_is_told_with_its_epoch),
        TEST(a_rotation_serves_both_epochs_until_the_old_one_is_destroyed),
        TEST(a_box_that_does_not_open_stays_as_it_is),
        TEST(key_files_that_go_back_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
