/* Who stands in a pool for a territory. */
#include "policy/roster.h"

#include "tests/support/small_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void pools_list_their_workers_by_territory(void **state)
{
    static const char text[] =
        "policy: test\n"
        "pools:\n"
        "  anywhere: {workers: {agency: centre, role: case-curator}}\n"
        "  local: {workers: {role: case-curator, territory: covers-case}}\n"
        "  nobody: {workers: {agency: ngo, role: case-curator, territory: covers-case}}\n";
    struct arena *arena = arena_create(8U << 20);
    struct directory *directory = small_region_directory();
    struct finding_list findings;
    struct roster *roster = NULL;
    struct error err;
    const uint32_t *workers;

    (void)state;
    assert_true(finding_list_begin(&findings, arena));
    struct policy *policy = small_region_policy(text, directory, arena, &findings);
    assert_non_null(policy);
    assert_true(roster_create(&roster, policy, directory, &err));

    assert_int_equal(roster_members(roster, 0, 2, &workers), 2); /* north: whatever they cover */
    assert_int_equal(workers[0], 2);
    assert_int_equal(workers[1], 4);
    assert_int_equal(roster_members(roster, 1, 2, &workers), 1);
    assert_int_equal(workers[0], 1);
    assert_int_equal(roster_members(roster, 1, 4, &workers), 3); /* village */
    assert_int_equal(workers[0], 1);
    assert_int_equal(workers[1], 2);
    assert_int_equal(workers[2], 4);
    assert_int_equal(roster_members(roster, 2, 4, &workers), 0);
    assert_int_equal(roster_members(roster, 1, 0, &workers), 0);
    assert_int_equal(roster_members(roster, 1, 99, &workers), 0);

    roster_destroy(&roster);
    assert_null(roster);
    roster_destroy(&roster);
    policy_destroy(&policy);
    directory_destroy(&directory);
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pools_list_their_workers_by_territory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
