/* Proposals as the core decides them: gathered, pending, settled, dropped; and earlier versions that come back. */
#include "broker/core/proposals.h"

#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const administrator = "administrator-region";
static const char *const newcomer =
    "workers:\n"
    "  - {id: newcomer, site: school-7-tatarsk, roles: [specialist],\n"
    "     title: {ru: новый, en: new}}\n";
static const int64_t hour_us = INT64_C(3600000000);

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

static struct id128 id_of(uint8_t last)
{
    struct id128 id = {{0x01, 0x90}};
    id.bytes[ID128_BYTES - 1] = last;
    return id;
}

static enum refusal
part(struct district *district, uint8_t id, uint32_t index, uint32_t count, const char *text)
{
    const struct command command = {.kind = COMMAND_POLICY_PART,
                                    .subject = id_of(id),
                                    .code = index,
                                    .count = count,
                                    .data = bytes_of_text(text)};
    district_command(district, administrator, &command);
    return district->last.reply.refused ? district->last.reply.problems[0].code
                                        : REFUSAL_UNSPECIFIED;
}

static enum refusal apply(struct district *district, uint8_t id, uint32_t count)
{
    const struct command command = {
        .kind = COMMAND_POLICY_APPLY, .subject = id_of(id), .count = count};
    district_command(district, administrator, &command);
    return district->last.reply.refused ? district->last.reply.problems[0].code
                                        : REFUSAL_UNSPECIFIED;
}

static enum refusal roll_back(struct district *district, uint8_t id, uint32_t version)
{
    const struct command command = {
        .kind = COMMAND_POLICY_ROLLBACK, .subject = id_of(id), .version = version};
    district_command(district, administrator, &command);
    return district->last.reply.refused ? district->last.reply.problems[0].code
                                        : REFUSAL_UNSPECIFIED;
}

static uint32_t site_of(const struct district *district)
{
    return directory_worker(district->world->core.region->directory,
                            world_worker(district->world, administrator))
        ->site;
}

static struct proposal_record record_of(const struct district *district)
{
    struct proposal_record record;
    assert_true(store_proposal(district->world->store, site_of(district), &record));
    return record;
}

static void parts_in_any_order_then_pending_test(void **state)
{
    struct district *district = *state;
    struct proposal_record pending;
    struct bytes found;
    assert_int_equal(part(district, 1, 1, 2, "world"), REFUSAL_UNSPECIFIED);
    assert_int_equal(record_of(district).state, PROPOSAL_GATHERING);
    assert_int_equal(apply(district, 1, 2), REFUSAL_NOT_FOUND);
    assert_int_equal(part(district, 1, 0, 2, "hello "), REFUSAL_UNSPECIFIED);
    assert_int_equal(apply(district, 1, 3), REFUSAL_NOT_FOUND);
    assert_false(store_proposal_pending(district->world->store, 0, &pending));
    assert_int_equal(apply(district, 1, 2), REFUSAL_UNSPECIFIED);
    assert_true(store_proposal_pending(district->world->store, 0, &pending));
    assert_int_equal(pending.origin, VERSION_APPLIED);
    assert_int_equal(pending.site, site_of(district));
    assert_int_equal(pending.worker, world_worker(district->world, administrator));
    assert_true(store_part(district->world->store, site_of(district), 1, &found));
    assert_memory_equal(found.data, "world", 5);
    assert_int_equal(apply(district, 1, 2), REFUSAL_UNSPECIFIED);
    assert_true(district->last.reply.repeated);
    assert_false(district->last.wrote);
}

static void twice_is_harmless_another_body_is_not_test(void **state)
{
    struct district *district = *state;
    assert_int_equal(part(district, 1, 0, 2, "hello"), REFUSAL_UNSPECIFIED);
    assert_int_equal(part(district, 1, 0, 2, "hello"), REFUSAL_UNSPECIFIED);
    assert_true(district->last.reply.repeated);
    assert_int_equal(part(district, 1, 0, 2, "other"), REFUSAL_ID_REUSED);
    assert_int_equal(part(district, 1, 1, 3, "other"), REFUSAL_ID_REUSED);
    assert_int_equal(part(district, 1, 2, 2, "other"), REFUSAL_BAD_FIELD);
    assert_int_equal(part(district, 1, 0, LIMIT_PROPOSAL_PARTS + 1, "x"), REFUSAL_BAD_FIELD);
    assert_int_equal(part(district, 1, 0, 1, ""), REFUSAL_BAD_FIELD);
}

static void a_new_one_takes_the_place_of_a_half_one_but_not_of_a_pending_one_test(void **state)
{
    struct district *district = *state;
    struct bytes found;
    assert_int_equal(part(district, 1, 1, 2, "old"), REFUSAL_UNSPECIFIED);
    assert_int_equal(part(district, 2, 0, 1, "new"), REFUSAL_UNSPECIFIED);
    assert_false(store_part(district->world->store, site_of(district), 1, &found));
    assert_int_equal(apply(district, 1, 2), REFUSAL_NOT_FOUND);
    assert_int_equal(apply(district, 2, 1), REFUSAL_UNSPECIFIED);
    assert_int_equal(part(district, 3, 0, 1, "newer"), REFUSAL_WRONG_STATE);
    assert_int_equal(roll_back(district, 3, 1), REFUSAL_WRONG_STATE);
}

static void what_never_becomes_whole_is_dropped_after_an_hour_test(void **state)
{
    struct district *district = *state;
    struct bytes found;
    assert_int_equal(part(district, 1, 0, 2, "half"), REFUSAL_UNSPECIFIED);
    district->now_us += hour_us - 1;
    district_deadlines(district);
    assert_int_equal(record_of(district).state, PROPOSAL_GATHERING);
    district->now_us += 1;
    district_deadlines(district);
    assert_int_equal(record_of(district).state, PROPOSAL_DROPPED);
    assert_false(store_part(district->world->store, site_of(district), 0, &found));
    assert_int_equal(apply(district, 1, 2), REFUSAL_NOT_FOUND);
    assert_int_equal(part(district, 2, 0, 1, "again"), REFUSAL_UNSPECIFIED);
}

static void a_version_says_who_proposed_it_test(void **state)
{
    struct district *district = *state;
    struct version_record version;
    assert_int_equal(part(district, 1, 0, 1, "whatever was checked"), REFUSAL_UNSPECIFIED);
    assert_int_equal(apply(district, 1, 1), REFUSAL_UNSPECIFIED);
    const struct proposal_record pending = record_of(district);
    district_configure(district, newcomer); /* a SIGHUP overtakes it */
    assert_int_equal(record_of(district).state, PROPOSAL_PENDING);
    struct world_input input = {.kind = WORLD_CONFIGURE, .proposal = &pending};
    input.region =
        world_region(scratch_path(district->scratch, "set-1"), district->arena, district->now_us);
    district_apply(district, &input);
    assert_null(district->last.problems);
    assert_int_equal(record_of(district).state, PROPOSAL_ADOPTED);
    assert_int_equal(record_of(district).version, 3);
    assert_true(store_version(district->world->store, 3, &version));
    assert_int_equal(version.origin, VERSION_APPLIED);
    assert_int_equal(version.worker, pending.worker);
    assert_int_equal(version.site, pending.site);
    assert_true(store_version(district->world->store, 2, &version));
    assert_int_equal(version.origin, VERSION_FROM_FILES);
    assert_int_equal(version.site, 0);
}

/* Rows that came, changed or went since are as they were; a row that comes back gets a new number. */
static void an_earlier_version_comes_back_test(void **state)
{
    struct district *district = *state;
    struct region_input input;
    struct version_record version;
    struct error err;
    district_configure(district, newcomer);
    const uint32_t number = world_worker(district->world, "newcomer");
    district_configure(district, NULL);
    assert_int_equal(roll_back(district, 1, 4), REFUSAL_NOT_FOUND);
    assert_int_equal(roll_back(district, 1, 2), REFUSAL_UNSPECIFIED);
    const struct proposal_record pending = record_of(district);
    assert_int_equal(pending.origin, VERSION_ROLLED_BACK);
    assert_int_equal(pending.version, 2);
    assert_true(regions_input(district->world->store, 2, district->arena, &input, &err));
    assert_string_equal(input.code, "novosibirsk");
    assert_int_equal(input.text_count, 2);
    struct world_input back = {.kind = WORLD_CONFIGURE, .proposal = &pending, .region = &input};
    district_apply(district, &back);
    assert_null(district->last.problems);
    assert_int_equal(world_worker(district->world, "newcomer"), number + 1);
    assert_true(store_version(district->world->store, 4, &version));
    assert_int_equal(version.origin, VERSION_ROLLED_BACK);
    assert_int_equal(version.returned_to, 2);
    assert_int_equal(version.rows_added, 1);
    assert_true(regions_input(district->world->store, 1, district->arena, &input, &err));
    back.region = &input;
    back.proposal = NULL;
    district_apply(district, &back);
    assert_true(store_version(district->world->store, 5, &version));
    assert_int_equal(version.rows_removed, 1);
    assert_int_equal(version.rows_changed, 0);
}

/* A key that the files named once more for a site; k: which one. */
#define SCHOOL_KEY(k)                                                                              \
    "keys:\n"                                                                                      \
    "  - {site: school-7-tatarsk, curve: '000000000000000000000000000000000000000" k "',\n"        \
    "     sealing: '2:1a<ZE7NI{jR@Si<!iW}nKHbQu?iPuJtT:p*3e#'}\n"

static uint32_t site_of_key(const struct district *district, const char *text)
{
    uint8_t curve[KEYS_BYTES];
    assert_true(keys_of_text(text, curve));
    const struct directory *directory = district->world->core.region->directory;
    return directory_site_of_key(directory, curve, district->now_us);
}

/* What was withdrawn opens no door again, what was added closes none. */
static void a_rollback_leaves_the_keys_of_sites_as_they_are_test(void **state)
{
    static const char *const old = "0000000000000000000000000000000000000001";
    static const char *const new = "0000000000000000000000000000000000000002";
    struct district *district = *state;
    struct region_input input;
    struct error err;
    district_configure(district, SCHOOL_KEY("1"));
    assert_int_not_equal(site_of_key(district, old), 0);
    district_configure(district, SCHOOL_KEY("2"));
    assert_int_equal(site_of_key(district, old), 0);
    assert_int_equal(roll_back(district, 1, 2), REFUSAL_UNSPECIFIED);
    const struct proposal_record pending = record_of(district);
    assert_true(regions_input(district->world->store, 2, district->arena, &input, &err));
    struct world_input back = {.kind = WORLD_CONFIGURE, .proposal = &pending, .region = &input};
    district_apply(district, &back);
    assert_null(district->last.problems);
    assert_int_equal(site_of_key(district, old), 0);
    assert_int_not_equal(site_of_key(district, new), 0);
}

/* A site that is taken out by a rollback takes its key along; one that comes back has none. */
static void a_site_comes_and_goes_without_its_key_test(void **state)
{
    static const char *const site =
        "sites:\n"
        "  - {id: library-9, agency: school-7, title: {ru: библиотека, en: library}}\n"
        "keys:\n"
        "  - {site: library-9, curve: '0000000000000000000000000000000000000001',\n"
        "     sealing: '2:1a<ZE7NI{jR@Si<!iW}nKHbQu?iPuJtT:p*3e#'}\n";
    struct district *district = *state;
    struct region_input input;
    struct error err;
    district_configure(district, site);
    assert_true(regions_input(district->world->store, 1, district->arena, &input, &err));
    for (size_t i = 0; i < input.row_count; i++) {
        assert_false(input.rows[i].kind == DIRECTORY_KEY &&
                     strcmp(input.rows[i].site, "library-9") == 0);
    }
    district_configure(district, NULL);
    assert_true(regions_input(district->world->store, 2, district->arena, &input, &err));
    bool stands = false;
    for (size_t i = 0; i < input.row_count; i++) {
        stands = stands || strcmp(input.rows[i].id, "library-9") == 0;
        assert_false(input.rows[i].kind == DIRECTORY_KEY &&
                     strcmp(input.rows[i].site, "library-9") == 0);
    }
    assert_true(stands);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_in_any_order_then_pending_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            twice_is_harmless_another_body_is_not_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_new_one_takes_the_place_of_a_half_one_but_not_of_a_pending_one_test,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            what_never_becomes_whole_is_dropped_after_an_hour_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_version_says_who_proposed_it_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_earlier_version_comes_back_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_rollback_leaves_the_keys_of_sites_as_they_are_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_site_comes_and_goes_without_its_key_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
