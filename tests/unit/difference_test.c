/* What administrators read about rows that a version changed. */
#include "policy/difference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int set_up(void **state)
{
    *state = arena_create((size_t)1 << 20);
    return *state == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct arena *arena = *state;
    arena_destroy(&arena);
    return 0;
}

static struct directory_row worker(void)
{
    static const char *territories[] = {"tatarsky", "kuybyshevsky"};
    return (struct directory_row){.kind = DIRECTORY_WORKER,
                                  .number = 4,
                                  .id = "curator-1",
                                  .title_ru = "куратор",
                                  .title_en = "curator",
                                  .parent = "",
                                  .zone = "",
                                  .oktmo = "",
                                  .home_site = "",
                                  .agency = "",
                                  .site = "social-1",
                                  .territory = "",
                                  .roles = 1U << ROLE_CASE_CURATOR,
                                  .capacity = 40,
                                  .territories = territories,
                                  .territory_count = 2};
}

static void only_what_differs_is_told_test(void **state)
{
    const struct directory_row before = worker();
    struct directory_row after = before;
    after.capacity = 45;
    after.roles |= 1U << ROLE_SUPERVISOR;
    after.territory_count = 0;
    assert_string_equal(difference_text(&before, &after, *state),
                        "roles: case-curator → case-curator, supervisor\n"
                        "capacity: 40 → 45\n"
                        "territories: tatarsky, kuybyshevsky → –");
}

static void a_new_row_is_told_whole_test(void **state)
{
    const struct directory_row row = worker();
    static const char *const text = "title.ru: куратор\n"
                                    "title.en: curator\n"
                                    "site: social-1\n"
                                    "roles: case-curator\n"
                                    "capacity: 40\n"
                                    "territories: tatarsky, kuybyshevsky";
    assert_string_equal(difference_text(NULL, &row, *state), text);
    assert_string_equal(difference_text(&row, NULL, *state), text);
}

static void a_key_that_is_revoked_test(void **state)
{
    struct directory_row before = {.kind = DIRECTORY_KEY, .id = "a/b", .site = "a"};
    before.title_ru = before.title_en = before.parent = before.zone = before.oktmo = "";
    before.home_site = before.agency = before.territory = "";
    struct directory_row after = before;
    after.revoked = true;
    assert_string_equal(difference_text(&before, &after, *state), "revoked: – → yes");
    assert_string_equal(difference_kind_name(DIRECTORY_KEY), "key");
}

static void an_arena_that_is_full_test(void **state)
{
    const struct directory_row row = worker();
    struct arena *small = arena_create(64);
    (void)state;
    while (arena_alloc(small, 8) != NULL) {
    }
    assert_null(difference_text(NULL, &row, small));
    arena_destroy(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_what_differs_is_told_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_row_is_told_whole_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_that_is_revoked_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_arena_that_is_full_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
