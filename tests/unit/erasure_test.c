/* Erasure: what goes, who is told, who has confirmed, and what the same family's next referral finds. */
#include "broker/core/erasure.h"

#include "broker/core/query.h"
#include "broker/core/view.h"
#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ADMINISTRATOR "administrator-region"

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

static void erase(struct district *district, const char *worker, const struct id128 *subject)
{
    const struct command command = {
        .kind = COMMAND_ERASE, .subject = *subject, .note = "withdrawn", .worker = ""};
    district_command(district, worker, &command);
}

static struct id128 sent_and_accepted(struct district *district)
{
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    district_accept(district, &referral);
    return referral;
}

static size_t listed(struct district *district, const struct id128 *subject, struct answer *out)
{
    const struct query query = {.id = 1,
                                .kind = QUERY_ERASURES,
                                .actor = ADMINISTRATOR,
                                .subject = *subject,
                                .cursor = "",
                                .text = ""};
    const struct directory_worker *administrator = directory_worker(
        district->world->core.region->directory, world_worker(district->world, ADMINISTRATOR));
    static const struct query_world world = {.program = ""};
    *out =
        query_answer(&district->world->core, district->arena, administrator->site, &query, &world);
    assert_int_equal(out->problem_count, 0);
    return out->erasure_count;
}

static struct erasure_row row_of(const struct answer *answer, const char *site)
{
    struct erasure_row row = {.site = ""};
    for (size_t i = 0; i < answer->erasure_count; i++) {
        if (strcmp(answer->erasures[i].site, site) == 0) {
            row = answer->erasures[i];
        }
    }
    assert_string_equal(row.site, site);
    return row;
}

static void acknowledge_all(struct district *district, const char *site)
{
    struct world_input input = {.kind = WORLD_ACKNOWLEDGE,
                                .site = world_site(district->world, site)};
    const struct site_record record = store_site(district->world->store, input.site);
    memcpy(input.lines, record.lines, sizeof(input.lines));
    district_apply(district, &input);
}

static void author_and_curator_are_told_and_confirm_test(void **state)
{
    struct district *district = *state;
    struct store *store = district->world->store;
    const struct id128 none = {{0}};
    const struct id128 referral = sent_and_accepted(district);
    const char *curator_site = "social-tatarsky-1";
    struct view_record view;
    struct answer answer;
    assert_true(store_view(
        store, world_site(district->world, curator_site), DELIVERY_DISCLOSURE, &referral, &view));
    acknowledge_all(district, curator_site);
    assert_int_equal(listed(district, &none, &answer), 0);

    erase(district, ADMINISTRATOR, &referral);
    assert_false(district->last.reply.refused);
    assert_false(district->last.reply.repeated);
    assert_int_equal(listed(district, &none, &answer), 2);
    const struct erasure_row author = row_of(&answer, "school-7-tatarsk");
    const struct erasure_row curator = row_of(&answer, curator_site);
    assert_true(author.author);
    assert_int_equal(author.shown_us, 0);
    assert_false(curator.author);
    assert_true(curator.shown_us != 0);
    assert_true(curator.sections > 0);
    assert_int_equal(curator.confirmed_us, 0);
    assert_string_equal(curator.reason, "withdrawn");
    assert_string_equal(curator.actor, ADMINISTRATOR);

    district->now_us += 60000000;
    acknowledge_all(district, curator_site);
    assert_int_equal(listed(district, &referral, &answer), 2);
    assert_true(row_of(&answer, curator_site).confirmed_us == district->now_us);
    assert_int_equal(row_of(&answer, "school-7-tatarsk").confirmed_us, 0);
    assert_false(store_view(
        store, world_site(district->world, curator_site), DELIVERY_DISCLOSURE, &referral, &view));
    /* The view stays, so that an old copy of the site's store is told again. */
    assert_true(store_view(
        store, world_site(district->world, curator_site), DELIVERY_ERASURE, &referral, &view));
}

static void a_case_takes_all_its_referrals_and_a_repeat_nothing_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral = sent_and_accepted(district);
    const struct id128 other = sent_and_accepted(district);
    const struct id128 case_id = district_case(district, &referral).id;
    struct answer answer;
    erase(district, ADMINISTRATOR, &case_id);
    assert_false(district->last.reply.refused);
    assert_int_equal(listed(district, &case_id, &answer), 2);
    assert_int_equal(listed(district, &other, &answer), 0);
    erase(district, ADMINISTRATOR, &referral);
    assert_false(district->last.reply.refused);
    assert_true(district->last.reply.repeated);
    assert_false(district->last.wrote);
}

static void only_an_administrator_erases_and_only_what_there_is_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral = sent_and_accepted(district);
    const struct id128 nothing = {{9, 9}};
    erase(district, "curator-tatarsky-1", &referral);
    assert_true(district->last.reply.refused);
    assert_int_equal(district->last.reply.problems[0].code, REFUSAL_NOT_ALLOWED);
    erase(district, ADMINISTRATOR, &nothing);
    assert_true(district->last.reply.refused);
    assert_int_equal(district->last.reply.problems[0].code, REFUSAL_NOT_FOUND);
    const struct command without_reason = {
        .kind = COMMAND_ERASE, .subject = referral, .note = "", .worker = ""};
    district_command(district, ADMINISTRATOR, &without_reason);
    assert_true(district->last.reply.refused);
    assert_string_equal(district->last.reply.problems[0].field, "command.erase.reason");
}

/* The key's digest as district_send makes it. */
static void matching_keys_leave_the_state_test(void **state)
{
    struct district *district = *state;
    struct store *store = district->world->store;
    const struct id128 none = {{0}};
    const struct id128 referral = sent_and_accepted(district);
    uint8_t digest[MATCHING_DIGEST_BYTES] = {0};
    struct key_record key;
    struct bytes digests;
    bytes_put_u32(digest, 1);
    assert_true(store_key_before(store, digest, &none, &key));
    erase(district, ADMINISTRATOR, &referral);
    assert_false(store_key_before(store, digest, &none, &key));
    assert_false(store_referral_keys(store, &referral, &digests));
}

/* Whoever gets the case later is shown nothing of it, and the journal folds to the same. */
static void nobody_is_shown_it_any_more_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    erase(district, ADMINISTRATOR, &referral);
    district_accept(district, &referral);
    struct view_record view;
    assert_false(store_view(district->world->store,
                            world_site(district->world, "social-tatarsky-1"),
                            DELIVERY_DISCLOSURE,
                            &referral,
                            &view));
    struct world *again = world_create(scratch_path(district->scratch, "again"));
    uint8_t here[32];
    uint8_t there[32];
    world_fold(again, district->world->journal, district->world->batch_count);
    store_digest(district->world->store, here);
    store_digest(again->store, there);
    assert_memory_equal(here, there, sizeof(here));
    world_destroy(&again);
}

static void hello(struct district *district, const char *site)
{
    struct world_input input = {
        .kind = WORLD_NEW_SPOOL, .site = world_site(district->world, site), .incarnation = {{1}}};
    district_apply(district, &input);
}

/* Nobody knows whether it was shown anything in what is lost; it is told, named, and confirms when it comes. */
static void a_site_that_did_not_come_since_a_restore_may_have_a_copy_test(void **state)
{
    struct district *district = *state;
    const char *author = "school-7-tatarsk";
    const char *forgotten = "police-region-1";
    struct answer answer;
    hello(district, author);
    hello(district, forgotten);
    hello(district, "social-tatarsky-1");
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    district_restore(district);
    struct world_input back = {.kind = WORLD_RESYNCED,
                               .site = world_site(district->world, "social-tatarsky-1")};
    memcpy(back.lines, store_site(district->world->store, back.site).lines, sizeof(back.lines));
    district_apply(district, &back); /* whatever this one had is gone already */

    erase(district, ADMINISTRATOR, &referral);
    assert_int_equal(listed(district, &referral, &answer), 2);
    assert_true(row_of(&answer, author).author);
    const struct erasure_row supposed = row_of(&answer, forgotten);
    assert_false(supposed.author);
    assert_int_equal(supposed.shown_us, 0);
    assert_int_equal(supposed.sections, 0);
    assert_int_equal(supposed.confirmed_us, 0);

    back.site = world_site(district->world, forgotten);
    memcpy(back.lines, store_site(district->world->store, back.site).lines, sizeof(back.lines));
    district_apply(district, &back);
    (void)listed(district, &referral, &answer);
    assert_true(row_of(&answer, forgotten).confirmed_us == district->now_us);
}

/* One referral has more rows than a page. */
static void an_act_of_many_sites_is_told_in_pages_test(void **state)
{
    enum { SITES = 230 };
    struct district *district = *state;
    const struct id128 first = sent_and_accepted(district);
    const struct id128 second = sent_and_accepted(district);
    const struct shown_record shown = {.shown_us = 1, .mask = 1};
    for (uint32_t site = 1000; site < 1000 + SITES - 2; site++) {
        store_put_shown(district->world->store, &first, site, &shown);
    }
    erase(district, ADMINISTRATOR, &first);
    erase(district, ADMINISTRATOR, &second);
    size_t rows = 0;
    size_t pages = 0;
    struct query query = {
        .id = 1, .kind = QUERY_ERASURES, .actor = ADMINISTRATOR, .cursor = "", .text = ""};
    do {
        struct answer answer;
        memset(&answer, 0, sizeof(answer));
        assert_true(erasure_list(&district->world->core, district->arena, &query, &answer));
        rows += answer.erasure_count;
        query.cursor = answer.cursor;
        pages++;
    } while (query.cursor != NULL && query.cursor[0] != '\0' && pages < 9);
    assert_int_equal(rows, SITES + 2);
    assert_int_equal(pages, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(author_and_curator_are_told_and_confirm_test),
        TEST(a_case_takes_all_its_referrals_and_a_repeat_nothing_test),
        TEST(only_an_administrator_erases_and_only_what_there_is_test),
        TEST(matching_keys_leave_the_state_test),
        TEST(nobody_is_shown_it_any_more_test),
        TEST(a_site_that_did_not_come_since_a_restore_may_have_a_copy_test),
        TEST(an_act_of_many_sites_is_told_in_pages_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
