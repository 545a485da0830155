/* The history of the configuration, as the broker tells it. */
#include "broker/core/versions.h"

#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const newcomer =
    "workers:\n"
    "  - {id: newcomer, site: school-7-tatarsk, roles: [specialist],\n"
    "     title: {ru: новый, en: new}}\n";
static const char *const promoted =
    "workers:\n"
    "  - {id: newcomer, site: school-7-tatarsk, roles: [observer],\n"
    "     title: {ru: новый, en: new}}\n";

static int set_up(void **state)
{
    struct district *district = district_create(NULL);
    district_configure(district, newcomer); /* version 2 */
    district_configure(district, promoted); /* version 3 */
    district_configure(district, NULL);     /* version 4 */
    *state = district;
    return 0;
}

static int tear_down(void **state)
{
    struct district *district = *state;
    district_destroy(&district);
    return 0;
}

static struct answer list(struct district *district, const char *cursor)
{
    struct answer answer = {.cursor = ""};
    assert_true(versions_list(&district->world->core, district->arena, cursor, &answer));
    return answer;
}

static struct answer show(struct district *district, uint32_t version, const char *cursor)
{
    struct answer answer = {.cursor = ""};
    struct version_record record;
    assert_true(store_version(district->world->store, version, &record));
    assert_true(versions_show(&district->world->core, district->arena, &record, cursor, &answer));
    return answer;
}

static void newest_first_test(void **state)
{
    const struct answer answer = list(*state, "");
    assert_int_equal(answer.version_count, 4);
    assert_string_equal(answer.cursor, "");
    assert_int_equal(answer.versions[0].version, 4);
    assert_true(answer.versions[0].in_force);
    assert_int_equal(answer.versions[0].rows_removed, 1);
    assert_int_equal(answer.versions[1].rows_changed, 1);
    assert_int_equal(answer.versions[1].rows_added, 0);
    assert_false(answer.versions[1].in_force);
    assert_int_equal(answer.versions[2].rows_added, 1);
    assert_int_equal(answer.versions[2].origin, VERSION_FROM_FILES);
    assert_string_equal(answer.versions[2].texts, "");
    assert_int_equal(answer.versions[3].version, 1);
    assert_true(answer.versions[3].rows_added > 20);
    assert_string_equal(answer.versions[3].texts, "calendar.yaml, policy.yaml");
}

static void a_page_ends_with_a_cursor_test(void **state)
{
    struct district *district = *state;
    for (int i = 0; i < 20; i++) {
        district_configure(district, i % 2 == 0 ? newcomer : NULL);
    }
    struct answer answer = list(district, "");
    assert_int_equal(answer.version_count, 20);
    assert_string_equal(answer.cursor, "4");
    answer = list(district, answer.cursor);
    assert_int_equal(answer.version_count, 4);
    assert_int_equal(answer.versions[0].version, 4);
    assert_string_equal(answer.cursor, "");
}

static void what_a_version_changed_test(void **state)
{
    struct district *district = *state;
    struct answer answer = show(district, 3, "");
    assert_int_equal(answer.version_count, 1);
    assert_int_equal(answer.difference_count, 1);
    assert_string_equal(answer.differences[0].kind, "worker");
    assert_string_equal(answer.differences[0].id, "newcomer");
    assert_int_equal(answer.differences[0].change, VERSION_CHANGED);
    assert_string_equal(answer.differences[0].fields, "roles: specialist → observer");
    answer = show(district, 4, "");
    assert_int_equal(answer.differences[0].change, VERSION_REMOVED);
    answer = show(district, 2, "");
    assert_int_equal(answer.differences[0].change, VERSION_ADDED);
}

static void texts_come_after_the_rows_test(void **state)
{
    struct answer answer = show(*state, 2, "");
    assert_string_equal(answer.cursor, "t0:0");
    answer = show(*state, 2, answer.cursor);
    assert_int_equal(answer.version_count, 0);
    assert_int_equal(answer.text_count, 1);
    assert_string_equal(answer.texts[0].name, "calendar.yaml");
    assert_int_equal(answer.texts[0].piece.size, answer.texts[0].size);
    answer = show(*state, 2, answer.cursor);
    assert_string_equal(answer.texts[0].name, "policy.yaml");
    answer = show(*state, 2, answer.cursor);
    assert_int_equal(answer.text_count, 0);
    assert_string_equal(answer.cursor, "");
}

static void a_cursor_that_nobody_gave_test(void **state)
{
    struct answer answer = show(*state, 2, "r4294967295:7");
    assert_int_equal(answer.difference_count, 0);
    answer = show(*state, 2, "t77:1");
    assert_int_equal(answer.text_count, 0);
    answer = list(*state, "nonsense");
    assert_int_equal(answer.version_count, 0);
    assert_int_equal(versions_parse("12"), 12);
    assert_int_equal(versions_parse("12a"), 0);
    assert_int_equal(versions_parse("9999999999"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(newest_first_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_page_ends_with_a_cursor_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_version_changed_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_come_after_the_rows_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cursor_that_nobody_gave_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
