/* Configurations compiled out of the state: the one in force, and those to which open cases are pinned. */
#include "broker/regions.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct world {
    struct scratch *scratch;
    struct arena *arena;
    struct store *store;
    struct regions regions;
};

static const char calendar[] =
    "zones:\n  - {id: z, offsets: [{from: 2016-07-24, utc: \"+07:00\"}]}\n"
    "work: {days: [mon, tue, wed, thu, fri], from: \"09:00\", to: \"18:00\"}\n"
    "years:\n  - {year: 2026, holidays: [], workdays: [], short: []}\n";

static void put_row(struct world *world, struct directory_row row)
{
    struct bytes coded;
    const char **texts[] = {&row.title_ru,
                            &row.title_en,
                            &row.parent,
                            &row.zone,
                            &row.oktmo,
                            &row.home_site,
                            &row.agency,
                            &row.site,
                            &row.territory};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i] = *texts[i] == NULL ? "" : *texts[i];
    }
    assert_true(directory_encode_row(&row, world->arena, &coded));
    store_put_row(world->store, row.kind, row.number, false, coded);
    store_meta(world->store)->row_numbers[row.kind] = row.number;
}

static void put_version(struct world *world, uint32_t version, const char *rule)
{
    static const char heading[] = "NR\0Север\0North";
    char policy[1024];
    (void)snprintf(policy,
                   sizeof(policy),
                   "policy: north\n"
                   "title: {ru: Север, en: North}\n"
                   "pools:\n"
                   "  all: {workers: {role: case-curator}, pick: least-loaded}\n"
                   "rules:\n"
                   "  - {id: %s, title: {ru: Все, en: All}, curator: [all]}\n"
                   "norms: {}\n"
                   "disclose: {curator: [identity]}\n",
                   rule);
    store_put_text(world->store, version, 0, "calendar.yaml", bytes_of_text(calendar));
    store_put_text(world->store, version, 1, "policy.yaml", bytes_of_text(policy));
    store_put_text(
        world->store, version, UINT32_MAX, "north", bytes_of(heading, sizeof(heading) - 1));
    store_meta(world->store)->version = version;
}

static int set_up(void **state)
{
    static struct world world;
    struct error err;
    static const char *home[] = {"north"};
    memset(&world, 0, sizeof(world));
    world.scratch = scratch_create();
    world.arena = arena_create(8 << 20);
    if (!store_open(&world.store, scratch_path(world.scratch, "state"), 64 << 20, &err) ||
        !store_begin(world.store, &err)) {
        fail_msg("%s", err.text);
    }
    put_row(&world,
            (struct directory_row){
                .kind = DIRECTORY_TERRITORY, .number = 1, .id = "north", .zone = "z"});
    put_row(&world,
            (struct directory_row){.kind = DIRECTORY_AGENCY,
                                   .number = 1,
                                   .id = "social",
                                   .agency_kind = AGENCY_KIND_SOCIAL,
                                   .ownership = OWNERSHIP_STATE,
                                   .home_site = "social-1",
                                   .territories = home,
                                   .territory_count = 1});
    put_row(&world,
            (struct directory_row){
                .kind = DIRECTORY_SITE, .number = 1, .id = "social-1", .agency = "social"});
    put_row(&world,
            (struct directory_row){.kind = DIRECTORY_WORKER,
                                   .number = 1,
                                   .id = "curator-1",
                                   .site = "social-1",
                                   .roles = 1U << ROLE_CASE_CURATOR,
                                   .capacity = 10});
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    regions_release(&world->regions);
    store_close(&world->store);
    arena_destroy(&world->arena);
    scratch_destroy(&world->scratch);
    return 0;
}

static void load(struct world *world)
{
    struct error err;
    if (!regions_load(&world->regions, world->store, &err)) {
        fail_msg("%s", err.text);
    }
}

static void nothing_was_configured_yet(void **state)
{
    struct world *world = *state;
    load(world);
    assert_null(world->regions.current);
}

static void the_version_in_force_is_compiled(void **state)
{
    struct world *world = *state;
    put_version(world, 1, "everything");
    load(world);
    assert_non_null(world->regions.current);
    assert_int_equal(world->regions.current->version, 1);
    assert_string_equal(world->regions.current->code, "north");
    assert_string_equal(world->regions.current->number_prefix, "NR");
    assert_string_equal(world->regions.current->title.ru, "Север");
    assert_string_equal(world->regions.current->title.en, "North");
    assert_string_equal(policy_rule(world->regions.current->policy, 0).id, "everything");
    assert_int_equal(
        directory_find(world->regions.current->directory, DIRECTORY_WORKER, "curator-1"), 1);
    assert_null(world->regions.older[0]);
}

static void versions_of_waiting_cases_are_kept_newest_first(void **state)
{
    struct world *world = *state;
    put_version(world, 1, "first");
    put_version(world, 2, "second");
    put_version(world, 3, "third");
    put_version(world, 4, "fourth");
    store_add_pins(world->store, 1, 2);
    store_add_pins(world->store, 2, 1);
    store_add_pins(world->store, 2, -1); /* nothing waits by it any more */
    store_add_pins(world->store, 3, 1);
    store_add_pins(world->store, 4, 1);
    load(world);
    assert_int_equal(world->regions.current->version, 4);
    assert_int_equal(world->regions.older[0]->version, 3);
    assert_int_equal(world->regions.older[1]->version, 1);
    assert_null(world->regions.older[2]);
    assert_string_equal(policy_rule(world->regions.older[1]->policy, 0).id, "first");
    assert_int_equal(world->regions.left_out_count, 0);
}

static void a_pinned_version_that_no_longer_compiles_is_left_out(void **state)
{
    struct world *world = *state;
    put_version(world, 1, "first");
    store_put_text(world->store, 1, 1, "policy.yaml", bytes_of_text("policy: [broken"));
    put_version(world, 2, "second");
    store_add_pins(world->store, 1, 1);
    load(world);
    assert_int_equal(world->regions.current->version, 2);
    assert_null(world->regions.older[0]);
    assert_int_equal(world->regions.left_out_count, 1);
    assert_int_equal(world->regions.left_out[0], 1);
}

/* Nothing is wrong with the oldest of many: they are only not kept alive. */
static void more_versions_than_live_are_no_mistake(void **state)
{
    struct world *world = *state;
    const uint32_t newest = LIMIT_POLICY_VERSIONS_LIVE + 2;
    for (uint32_t version = 1; version <= newest; version++) {
        put_version(world, version, "rule");
        store_add_pins(world->store, version, 1);
    }
    load(world);
    assert_int_equal(world->regions.older[0]->version, newest - 1);
    assert_int_equal(world->regions.older[LIMIT_POLICY_VERSIONS_LIVE - 2]->version, 3);
    assert_null(world->regions.older[LIMIT_POLICY_VERSIONS_LIVE - 1]);
    assert_int_equal(world->regions.left_out_count, 0);
}

static void a_broken_version_in_force_is_an_error(void **state)
{
    struct world *world = *state;
    struct error err;
    put_version(world, 1, "first");
    store_put_text(world->store, 1, 1, "policy.yaml", bytes_of_text("policy: [broken"));
    assert_false(regions_load(&world->regions, world->store, &err));
    assert_non_null(strstr(err.text, "version 1"));
    assert_null(world->regions.current);
}

/* What a version decided is told for ever, also after what its rules name has gone. */
static void any_version_is_compiled_again_to_be_told_about(void **state)
{
    static const char *const rules[] = {"first", "second", "third", "fourth", "fifth", "sixth"};
    struct world *world = *state;
    for (uint32_t version = 1; version <= 6; version++) {
        put_version(world, version, rules[version - 1]);
    }
    store_meta(world->store)->version = 6;
    load(world);
    assert_null(world->regions.older[0]);
    for (int round = 0; round < 2; round++) {
        for (uint32_t version = 1; version <= 6; version++) {
            const struct region *told = regions_recall(&world->regions, world->store, version);
            assert_non_null(told);
            assert_int_equal(told->version, version);
            assert_string_equal(policy_rule(told->policy, 0).id, rules[version - 1]);
            assert_int_equal(directory_find(told->directory, DIRECTORY_AGENCY, "social"), 1);
            assert_int_equal(directory_count(told->directory, DIRECTORY_WORKER), 0);
            assert_ptr_equal(told, regions_recall(&world->regions, world->store, version));
        }
    }
    assert_null(regions_recall(&world->regions, world->store, 7));
    assert_null(regions_recall(&world->regions, world->store, 0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(nothing_was_configured_yet),
        TEST(the_version_in_force_is_compiled),
        TEST(versions_of_waiting_cases_are_kept_newest_first),
        TEST(a_pinned_version_that_no_longer_compiles_is_left_out),
        TEST(more_versions_than_live_are_no_mistake),
        TEST(a_broken_version_in_force_is_an_error),
        TEST(any_version_is_compiled_again_to_be_told_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
