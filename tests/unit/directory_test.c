/* The directory: numbers, names, coverage, desks, keys, and rows as bytes. */
#include "policy/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { ROWS = 20, SPECIALIST = 1 << ROLE_SPECIALIST, CURATOR = 1 << ROLE_CASE_CURATOR };
enum { INTAKE = 1 << ROLE_INTAKE_CURATOR, ADMINISTRATOR = 1 << ROLE_ADMINISTRATOR };

static const char *in_region[] = {"region"};
static const char *in_south[] = {"south"};
static const char *trained[] = {"case-work"};

/* region ─┬─ north        a desk of the region for all, south has its own triage desk
 *         └─ south ── village */
static const struct directory_row rows[ROWS] = {
    {.kind = DIRECTORY_TERRITORY, .number = 1, .id = "region", .zone = "nsk"},
    {.kind = DIRECTORY_TERRITORY, .number = 2, .id = "north", .parent = "region"},
    {.kind = DIRECTORY_TERRITORY, .number = 4, .id = "village", .parent = "south"},
    {.kind = DIRECTORY_TERRITORY, .number = 3, .id = "south", .parent = "region", .zone = "komi"},
    {.kind = DIRECTORY_AGENCY,
     .number = 1,
     .id = "ministry",
     .title_ru = "Министерство",
     .agency_kind = AGENCY_KIND_SOCIAL,
     .home_site = "ministry-1",
     .territories = in_region,
     .territory_count = 1},
    {.kind = DIRECTORY_AGENCY,
     .number = 2,
     .id = "centre",
     .agency_kind = AGENCY_KIND_SOCIAL,
     .home_site = "centre-1",
     .territories = in_south,
     .territory_count = 1},
    {.kind = DIRECTORY_SITE, .number = 1, .id = "ministry-1", .agency = "ministry"},
    {.kind = DIRECTORY_SITE, .number = 2, .id = "centre-1", .agency = "centre"},
    {.kind = DIRECTORY_WORKER,
     .number = 1,
     .id = "triage-1",
     .site = "ministry-1",
     .roles = INTAKE},
    {.kind = DIRECTORY_WORKER,
     .number = 2,
     .id = "curator-1",
     .site = "centre-1",
     .roles = CURATOR,
     .capacity = 40,
     .training = trained,
     .training_count = 1},
    {.kind = DIRECTORY_WORKER,
     .number = 3,
     .id = "triage-2",
     .site = "centre-1",
     .roles = INTAKE | SPECIALIST},
    {.kind = DIRECTORY_WORKER,
     .number = 4,
     .id = "administrator",
     .site = "ministry-1",
     .roles = ADMINISTRATOR},
    {.kind = DIRECTORY_WORKER,
     .number = 5,
     .id = "clerk",
     .site = "ministry-1",
     .roles = SPECIALIST},
    {.kind = DIRECTORY_SERVICE, .number = 1, .id = "flat", .agency = "centre", .capacity = 3},
    {.kind = DIRECTORY_DESK,
     .number = 1,
     .id = "triage/ministry/region",
     .desk = DESK_TRIAGE,
     .agency = "ministry",
     .territory = "region"},
    {.kind = DIRECTORY_DESK,
     .number = 2,
     .id = "triage/centre/south",
     .desk = DESK_TRIAGE,
     .agency = "centre",
     .territory = "south"},
    {.kind = DIRECTORY_DESK,
     .number = 3,
     .id = "supervisor/ministry/region",
     .desk = DESK_SUPERVISOR,
     .agency = "ministry",
     .territory = "region"},
    {.kind = DIRECTORY_KEY,
     .number = 1,
     .id = "a",
     .site = "centre-1",
     .curve = {1},
     .sealing = {11}},
    {.kind = DIRECTORY_KEY,
     .number = 2,
     .id = "b",
     .site = "centre-1",
     .curve = {2},
     .sealing = {22},
     .until_us = 1000},
    {.kind = DIRECTORY_KEY,
     .number = 3,
     .id = "c",
     .site = "ministry-1",
     .curve = {3},
     .sealing = {33},
     .revoked = true},
};

static int set_up(void **state)
{
    struct directory *directory = NULL;
    struct error err;

    assert_true(directory_create(&directory, rows, NULL, ROWS, &err));
    *state = directory;
    return 0;
}

static int tear_down(void **state)
{
    struct directory *directory = *state;

    directory_destroy(&directory);
    return 0;
}

static void rows_are_found_by_number_and_by_id(void **state)
{
    const struct directory *directory = *state;

    assert_int_equal(directory_find(directory, DIRECTORY_TERRITORY, "village"), 4);
    assert_int_equal(directory_find(directory, DIRECTORY_AGENCY, "village"), 0);
    assert_int_equal(directory_find(directory, DIRECTORY_WORKER, "curator-1"), 2);
    assert_int_equal(directory_count(directory, DIRECTORY_WORKER), 5);
    assert_string_equal(directory_worker(directory, 2)->id, "curator-1");
    assert_string_equal(directory_worker(directory, 2)->training[0], "case-work");
    assert_int_equal(directory_worker(directory, 2)->agency, 2);
    assert_string_equal(directory_agency(directory, 1)->title.ru, "Министерство");
    assert_int_equal(directory_agency(directory, 1)->home_site, 1);
    assert_null(directory_worker(directory, 0));
    assert_null(directory_worker(directory, 6));
    assert_null(directory_territory(directory, UINT32_MAX));
    assert_string_equal(directory_nearest(directory, DIRECTORY_TERRITORY, "vilage"), "village");
    assert_null(directory_nearest(directory, DIRECTORY_TERRITORY, "unlike-all"));
}

static void the_tree_knows_what_lies_below(void **state)
{
    const struct directory *directory = *state;

    assert_true(directory_within(directory, 4, 3));
    assert_true(directory_within(directory, 4, 1));
    assert_true(directory_within(directory, 4, 4));
    assert_false(directory_within(directory, 3, 4));
    assert_false(directory_within(directory, 4, 2));
    assert_false(directory_within(directory, 0, 1));
    assert_false(directory_within(directory, 4, 99));
    assert_string_equal(directory_territory(directory, 2)->zone, "nsk");
    assert_string_equal(directory_territory(directory, 4)->zone, "komi");
    assert_string_equal(directory_root_zone(directory), "nsk");
}

static void workers_cover_what_their_agency_covers(void **state)
{
    const struct directory *directory = *state;

    assert_true(directory_worker_covers(directory, 2, 4));
    assert_true(directory_worker_covers(directory, 2, 3));
    assert_false(directory_worker_covers(directory, 2, 2));
    assert_true(directory_worker_covers(directory, 1, 2));
    assert_true(directory_agency_covers(directory, 1, 4));
    assert_false(directory_agency_covers(directory, 2, 1));
    assert_false(directory_agency_covers(directory, 9, 1));
    assert_int_equal(directory_service(directory, 1)->territory_count, 1);
    assert_int_equal(directory_service(directory, 1)->territories[0], 3);
}

static void the_nearest_desk_serves(void **state)
{
    const struct directory *directory = *state;
    struct directory_desk desk;

    assert_true(directory_desk_for(directory, DESK_TRIAGE, 4, &desk));
    assert_int_equal(desk.agency, 2);
    assert_int_equal(desk.territory, 3);
    assert_int_equal(desk.worker_count, 1);
    assert_int_equal(desk.workers[0], 3);
    assert_true(directory_desk_for(directory, DESK_TRIAGE, 2, &desk));
    assert_int_equal(desk.agency, 1);
    assert_int_equal(desk.workers[0], 1);
    assert_false(directory_desk_for(directory, DESK_COORDINATOR, 2, &desk));
    assert_false(directory_desk_for(directory, DESK_TRIAGE, 99, &desk));

    assert_true(directory_at_desk(directory, 3, DESK_TRIAGE, 4));
    assert_false(directory_at_desk(directory, 3, DESK_TRIAGE, 2));
    assert_false(directory_at_desk(directory, 1, DESK_TRIAGE, 4));
}

static void a_desk_that_nobody_holds_stands_at_the_home_site(void **state)
{
    const struct directory *directory = *state;
    struct directory_desk desk;

    assert_true(directory_desk_for(directory, DESK_SUPERVISOR, 4, &desk));
    assert_int_equal(desk.worker_count, 0);
    assert_int_equal(desk.home_site, 1);
    assert_true(directory_at_desk(directory, 4, DESK_SUPERVISOR, 4));
    assert_true(directory_at_desk(directory, 1, DESK_SUPERVISOR, 4));
    assert_false(directory_at_desk(directory, 5, DESK_SUPERVISOR, 4)); /* a specialist there */
    assert_false(directory_at_desk(directory, 3, DESK_SUPERVISOR, 4)); /* another site */
}

static void who_supervises_what_is_handed_up(void **state)
{
    const struct directory *directory = *state;

    /* Nobody is a supervisor in the first agency: those at its home site who may stand in for one. */
    assert_true(directory_supervises(directory, 4, 1, 4));
    assert_true(directory_supervises(directory, 1, 1, 4));
    assert_false(directory_supervises(directory, 5, 1, 4)); /* a specialist there */
    assert_false(directory_supervises(directory, 3, 1, 4)); /* of another site */
    assert_false(directory_supervises(directory, 3, 2, 1)); /* beyond the agency's territories */
    assert_false(directory_supervises(directory, 99, 1, 4));
    assert_false(directory_supervises(directory, 4, 99, 4));
}

static void keys_count_while_they_are_valid(void **state)
{
    const struct directory *directory = *state;
    const uint8_t first[KEYS_BYTES] = {1};
    const uint8_t second[KEYS_BYTES] = {2};
    const uint8_t revoked[KEYS_BYTES] = {3};
    const uint8_t strange[KEYS_BYTES] = {4};

    assert_int_equal(directory_site_of_key(directory, first, 5000), 2);
    assert_int_equal(directory_site_of_key(directory, second, 999), 2);
    assert_int_equal(directory_site_of_key(directory, second, 1000), 0);
    assert_int_equal(directory_site_of_key(directory, revoked, 0), 0);
    assert_int_equal(directory_site_of_key(directory, strange, 0), 0);
    assert_int_equal(directory_sealing_key(directory, 2, 999)[0], 22);
    assert_int_equal(directory_sealing_key(directory, 2, 1000)[0], 11);
    assert_null(directory_sealing_key(directory, 1, 0));
}

static void removed_rows_stay_readable_and_give_their_id_away(void **state)
{
    const struct directory_row set[] = {
        {.kind = DIRECTORY_TERRITORY, .number = 1, .id = "region", .zone = "nsk"},
        {.kind = DIRECTORY_AGENCY,
         .number = 1,
         .id = "centre",
         .title_ru = "Старый центр",
         .home_site = "gone",
         .territories = in_region,
         .territory_count = 1},
        {.kind = DIRECTORY_AGENCY,
         .number = 2,
         .id = "centre",
         .title_ru = "Новый центр",
         .home_site = "centre-1",
         .territories = in_region,
         .territory_count = 1},
        {.kind = DIRECTORY_SITE, .number = 1, .id = "centre-1", .agency = "centre"},
        {.kind = DIRECTORY_WORKER, .number = 1, .id = "old", .site = "gone", .roles = CURATOR},
    };
    const bool removed[] = {false, true, false, false, true};
    struct directory *directory = NULL;
    struct error err;

    (void)state;
    assert_true(directory_create(&directory, set, removed, 5, &err));
    assert_int_equal(directory_find(directory, DIRECTORY_AGENCY, "centre"), 2);
    assert_string_equal(directory_agency(directory, 1)->title.ru, "Старый центр");
    assert_true(directory_agency(directory, 1)->removed);
    assert_int_equal(directory_site(directory, 1)->agency, 2);
    assert_int_equal(directory_find(directory, DIRECTORY_WORKER, "old"), 0);
    assert_string_equal(directory_worker(directory, 1)->id, "old");
    assert_null(directory_nearest(directory, DIRECTORY_WORKER, "old"));
    directory_destroy(&directory);
    assert_null(directory);
}

static void a_row_that_names_nothing_is_refused_by_name(void **state)
{
    const struct directory_row site = {
        .kind = DIRECTORY_SITE, .number = 1, .id = "lonely", .agency = "nobody"};
    struct directory *directory = NULL;
    struct error err;

    (void)state;
    assert_false(directory_create(&directory, &site, NULL, 1, &err));
    assert_string_equal(err.text, "directory: lonely: \"nobody\" is not in the directory");
    directory = directory_create_draft(&site, 1);
    assert_non_null(directory);
    assert_int_equal(directory_site(directory, 1)->agency, 0);
    directory_destroy(&directory);
}

static void a_cycle_of_territories_is_refused_and_cut_in_a_draft(void **state)
{
    const struct directory_row circle[] = {
        {.kind = DIRECTORY_TERRITORY, .number = 1, .id = "a", .parent = "b"},
        {.kind = DIRECTORY_TERRITORY, .number = 2, .id = "b", .parent = "a"},
    };
    struct directory *directory = NULL;
    struct error err;

    (void)state;
    assert_false(directory_create(&directory, circle, NULL, 2, &err));
    assert_string_equal(err.text, "directory: the parents of territory \"a\" form a cycle");
    directory = directory_create_draft(circle, 2);
    assert_non_null(directory);
    assert_true(directory_within(directory, 1, 1));
    directory_destroy(&directory);
}

static void an_empty_directory_compiles(void **state)
{
    struct directory *directory = NULL;
    struct error err;

    (void)state;
    assert_true(directory_create(&directory, NULL, NULL, 0, &err));
    assert_int_equal(directory_count(directory, DIRECTORY_SITE), 0);
    assert_string_equal(directory_root_zone(directory), "");
    directory_destroy(&directory);
}

static void a_row_survives_coding(void **state)
{
    const char *places[] = {"north", "south"};
    const struct directory_row row = {.kind = DIRECTORY_KEY,
                                      .number = 70000,
                                      .id = "centre-1/key",
                                      .title_ru = "Ключ",
                                      .title_en = "Key",
                                      .site = "centre-1",
                                      .roles = CURATOR,
                                      .capacity = 40,
                                      .territories = places,
                                      .territory_count = 2,
                                      .curve = {1, 2, 3},
                                      .sealing = {9, 8, 7},
                                      .until_us = -5,
                                      .revoked = true};
    struct arena *arena = arena_create(1U << 20);
    struct directory_row back;
    struct bytes bytes;

    (void)state;
    assert_true(directory_encode_row(&row, arena, &bytes));
    assert_true(directory_decode_row(bytes, arena, &back));
    assert_int_equal(back.kind, DIRECTORY_KEY);
    assert_int_equal(back.number, 70000);
    assert_string_equal(back.id, "centre-1/key");
    assert_string_equal(back.title_ru, "Ключ");
    assert_string_equal(back.title_en, "Key");
    assert_string_equal(back.site, "centre-1");
    assert_string_equal(back.parent, "");
    assert_int_equal(back.roles, CURATOR);
    assert_int_equal(back.capacity, 40);
    assert_int_equal(back.territory_count, 2);
    assert_string_equal(back.territories[1], "south");
    assert_memory_equal(back.curve, row.curve, KEYS_BYTES);
    assert_memory_equal(back.sealing, row.sealing, KEYS_BYTES);
    assert_true(back.until_us == -5);
    assert_true(back.revoked);
    arena_destroy(&arena);
}

static void broken_bytes_are_no_row(void **state)
{
    /* kind 4 (worker), id "a"; then without a kind, an unknown kind, an id that is no UTF-8. */
    const uint8_t good[] = {0x08, 4, 0x1a, 1, 'a'};
    const uint8_t no_kind[] = {0x1a, 1, 'a'};
    const uint8_t bad_kind[] = {0x08, 99, 0x1a, 1, 'a'};
    const uint8_t bad_text[] = {0x08, 4, 0x1a, 1, 0xff};
    const uint8_t cut[] = {0x08, 4, 0x1a, 9, 'a'};
    struct arena *arena = arena_create(1U << 20);
    struct directory_row row;

    (void)state;
    assert_true(directory_decode_row(bytes_of(good, sizeof(good)), arena, &row));
    assert_int_equal(row.kind, DIRECTORY_WORKER);
    assert_false(directory_decode_row(bytes_of(no_kind, sizeof(no_kind)), arena, &row));
    assert_false(directory_decode_row(bytes_of(bad_kind, sizeof(bad_kind)), arena, &row));
    assert_false(directory_decode_row(bytes_of(bad_text, sizeof(bad_text)), arena, &row));
    assert_false(directory_decode_row(bytes_of(cut, sizeof(cut)), arena, &row));
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_found_by_number_and_by_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_tree_knows_what_lies_below, set_up, tear_down),
        cmocka_unit_test_setup_teardown(workers_cover_what_their_agency_covers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_nearest_desk_serves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_desk_that_nobody_holds_stands_at_the_home_site, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_supervises_what_is_handed_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_count_while_they_are_valid, set_up, tear_down),
        cmocka_unit_test(removed_rows_stay_readable_and_give_their_id_away),
        cmocka_unit_test(a_row_that_names_nothing_is_refused_by_name),
        cmocka_unit_test(a_cycle_of_territories_is_refused_and_cut_in_a_draft),
        cmocka_unit_test(an_empty_directory_compiles),
        cmocka_unit_test(a_row_survives_coding),
        cmocka_unit_test(broken_bytes_are_no_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
