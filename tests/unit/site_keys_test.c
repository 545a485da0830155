/* Keys that change by command: who is let in, what is sealed to, and for how long. */
#include "broker/core/site_keys.h"

#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SITE "social-tatarsky-1"
static const int64_t day_us = INT64_C(86400000000);

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

/* The pair that the directory's files give the site. */
static struct directory_pair first_pair(struct district *district)
{
    struct directory_pair pair = {NULL, NULL};
    assert_true(directory_pair(district->world->core.region->directory,
                               world_site(district->world, SITE),
                               0,
                               district->now_us,
                               &pair));
    return pair;
}

static void rotate(struct district *district, uint8_t mark)
{
    uint8_t *keys = arena_alloc(district->arena, 2 * KEYS_BYTES);
    assert_non_null(keys);
    memset(keys, mark, KEYS_BYTES);
    memset(keys + KEYS_BYTES, mark + 1, KEYS_BYTES);
    const struct command command = {.kind = COMMAND_SITE_ROTATE,
                                    .data = bytes_of(keys, 2 * KEYS_BYTES),
                                    .worker = "",
                                    .note = ""};
    district_command(district, "curator-tatarsky-1", &command);
}

static void revoke(struct district *district, const char *worker, const char *site)
{
    const struct command command = {
        .kind = COMMAND_SITE_REVOKE, .worker = site, .note = "a stolen computer"};
    district_command(district, worker, &command);
}

static uint32_t site_of(struct district *district, const uint8_t *curve, int64_t later_us)
{
    return store_site_of_key(district->world->store,
                             district->world->core.region->directory,
                             curve,
                             district->now_us + later_us);
}

static uint32_t site_of_mark(struct district *district, uint8_t mark, int64_t later_us)
{
    uint8_t curve[KEYS_BYTES];
    memset(curve, mark, sizeof(curve));
    return site_of(district, curve, later_us);
}

/* The first byte of the key that is sealed to; -1: there is none. */
static int sealed_to(struct district *district, int64_t later_us)
{
    uint8_t sealing[KEYS_BYTES];
    return store_sealing_key(district->world->store,
                             district->world->core.region->directory,
                             world_site(district->world, SITE),
                             district->now_us + later_us,
                             sealing)
               ? sealing[0]
               : -1;
}

static void two_generations_are_valid_for_fourteen_days_test(void **state)
{
    struct district *district = *state;
    const uint32_t site = world_site(district->world, SITE);
    uint8_t old[KEYS_BYTES];
    memcpy(old, first_pair(district).curve, sizeof(old));
    rotate(district, 70);
    assert_false(district->last.reply.refused);
    assert_int_equal(site_of(district, old, 0), site);
    assert_int_equal(site_of(district, old, 14 * day_us - 1), site);
    assert_int_equal(site_of(district, old, 14 * day_us), 0);
    assert_int_equal(site_of_mark(district, 70, 0), site);
    assert_int_equal(site_of_mark(district, 70, 1000 * day_us), site);
    assert_int_equal(sealed_to(district, 0), 71);

    rotate(district, 70); /* said again */
    assert_true(district->last.reply.repeated);
    assert_false(district->last.wrote);

    district->now_us += day_us;
    rotate(district, 80);
    assert_int_equal(site_of(district, old, 0), 0); /* of three generations the oldest ends */
    assert_int_equal(site_of_mark(district, 70, 14 * day_us - 1), site);
    assert_int_equal(site_of_mark(district, 70, 14 * day_us), 0);
    assert_int_equal(sealed_to(district, 0), 81);
}

static void a_revoked_site_stays_out_whatever_the_files_say_test(void **state)
{
    struct district *district = *state;
    uint8_t old[KEYS_BYTES];
    memcpy(old, first_pair(district).curve, sizeof(old));
    rotate(district, 70);
    revoke(district, "administrator-region", SITE);
    assert_false(district->last.reply.refused);
    assert_int_equal(site_of(district, old, 0), 0);
    assert_int_equal(site_of_mark(district, 70, 0), 0);
    assert_int_equal(sealed_to(district, 0), -1);
    district_configure(district, "# nothing new\n");
    assert_int_equal(site_of(district, old, 0), 0);
    rotate(district, 70); /* over a session that should not be there */
    assert_true(district->last.reply.refused);
    revoke(district, "administrator-region", SITE);
    assert_true(district->last.reply.repeated);
}

static void only_an_administrator_of_another_site_revokes_test(void **state)
{
    struct district *district = *state;
    revoke(district, "curator-tatarsky-1", "school-7-tatarsk");
    assert_int_equal(district->last.reply.problems[0].code, REFUSAL_NOT_ALLOWED);
    revoke(district, "administrator-region", "social-region-1");
    assert_int_equal(district->last.reply.problems[0].code, REFUSAL_WRONG_STATE);
    revoke(district, "administrator-region", "atlantis-1");
    assert_int_equal(district->last.reply.problems[0].code, REFUSAL_UNKNOWN_CODE);
}

static void a_key_that_another_site_has_is_not_taken_test(void **state)
{
    struct district *district = *state;
    struct directory_pair pair;
    uint8_t keys[2 * KEYS_BYTES] = {1};
    assert_true(directory_pair(district->world->core.region->directory,
                               world_site(district->world, "school-7-tatarsk"),
                               0,
                               district->now_us,
                               &pair));
    memcpy(keys, pair.curve, KEYS_BYTES);
    const struct command command = {.kind = COMMAND_SITE_ROTATE,
                                    .data = bytes_of(keys, sizeof(keys)),
                                    .worker = "",
                                    .note = ""};
    district_command(district, "curator-tatarsky-1", &command);
    assert_int_equal(district->last.reply.problems[0].code, REFUSAL_ID_REUSED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(two_generations_are_valid_for_fourteen_days_test),
        TEST(a_revoked_site_stays_out_whatever_the_files_say_test),
        TEST(only_an_administrator_of_another_site_revokes_test),
        TEST(a_key_that_another_site_has_is_not_taken_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
