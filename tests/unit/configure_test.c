/* A new configuration: what is refused, and that rows keep their numbers. */
#include "broker/core/turn.h"

#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

static const struct region_input *present(struct district *district)
{
    return world_region(
        scratch_path(district->scratch, "set-1"), district->arena, district->now_us);
}

static void apply(struct district *district, const struct region_input *region)
{
    struct world_input input = {.kind = WORLD_CONFIGURE, .region = region};
    district_apply(district, &input);
}

static void the_same_set_changes_nothing_test(void **state)
{
    struct district *district = *state;
    apply(district, present(district));
    assert_null(district->last.problems);
    assert_false(district->last.wrote);
    assert_int_equal(store_meta(district->world->store)->version, 1);
}

static void another_region_is_refused_test(void **state)
{
    struct district *district = *state;
    struct region_input input = *present(district);
    input.code = "komi";
    apply(district, &input);
    assert_non_null(district->last.problems);
    assert_string_equal(district->last.problems->items[0].field, "region");
    assert_false(district->last.wrote);
}

/* Nobody could mend the configuration after this one. */
static void no_administrator_is_refused_test(void **state)
{
    struct district *district = *state;
    struct region_input input = *present(district);
    struct directory_row *rows =
        arena_copy(district->arena, input.rows, input.row_count * sizeof(*rows));
    for (size_t i = 0; i < input.row_count; i++) {
        rows[i].roles &= ~(UINT32_C(1) << ROLE_ADMINISTRATOR);
    }
    input.rows = rows;
    apply(district, &input);
    assert_non_null(district->last.problems);
    assert_string_equal(district->last.problems->items[0].field, "directory.workers");
}

static void an_administrator_without_a_key_is_refused_test(void **state)
{
    struct district *district = *state;
    struct region_input input = *present(district);
    struct directory_row *rows =
        arena_copy(district->arena, input.rows, input.row_count * sizeof(*rows));
    for (size_t i = 0; i < input.row_count; i++) {
        if (rows[i].kind == DIRECTORY_KEY && strcmp(rows[i].site, "social-region-1") == 0) {
            rows[i].revoked = true;
        }
    }
    input.rows = rows;
    apply(district, &input);
    assert_non_null(district->last.problems);
    assert_string_equal(district->last.problems->items[0].field, "directory.keys");
    assert_string_equal(district->last.problems->items[0].text.en,
                        "no administrator could connect: make keys for a site of theirs, "
                        "refctl keygen --site social-region-1");
}

static void numbers_are_never_reused_test(void **state)
{
    struct district *district = *state;
    const uint32_t curator = world_worker(district->world, "curator-tatarsky-1");
    district_configure(district,
                       "workers:\n"
                       "  - {id: newcomer, site: school-7-tatarsk, roles: [specialist],\n"
                       "     title: {ru: новый, en: new}}\n");
    assert_true(district->last.wrote);
    const uint32_t newcomer = world_worker(district->world, "newcomer");
    assert_int_equal(world_worker(district->world, "curator-tatarsky-1"), curator);
    district_configure(district,
                       "workers:\n"
                       "  - {id: another, site: school-7-tatarsk, roles: [specialist],\n"
                       "     title: {ru: другой, en: another}}\n");
    assert_int_equal(world_worker(district->world, "another"), newcomer + 1);
    assert_int_equal(store_meta(district->world->store)->version, 3);
    const struct directory_worker *old =
        directory_worker(district->world->core.region->directory, newcomer);
    assert_true(old->removed);
    assert_string_equal(old->id, "newcomer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_set_changes_nothing_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_region_is_refused_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_administrator_is_refused_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_administrator_without_a_key_is_refused_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_are_never_reused_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
