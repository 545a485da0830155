/* A rule taken apart against a referral: each condition with its line, what was wanted and what there was. */
#include "policy/policy.h"

#include "tests/support/small_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char policy_text[] =
    "policy: test\n"
    "pools: {all: {workers: {role: case-curator}}}\n"
    "rules:\n"
    "  - id: nested\n"
    "    title: {ru: Вложенное, en: Nested}\n"
    "    when:\n"
    "      risk-at-least: sop\n"
    "      any:\n"
    "        - {need: food}\n"
    "        - {territory: south, not: {flag: anonymous}}\n"
    "    curator: all\n"
    "  - {id: single, title: {ru: Одно, en: Single}, when: {flag: child-alone}, curator: all}\n"
    "  - {id: rest, title: {ru: Всё, en: All}, curator: all}\n";

struct fixture {
    struct arena *arena;
    struct directory *directory;
    struct policy *policy;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct finding_list findings;

    fixture.arena = arena_create(8U << 20);
    fixture.directory = small_region_directory();
    if (!finding_list_begin(&findings, fixture.arena)) {
        return 1;
    }
    fixture.policy = small_region_policy(policy_text, fixture.directory, fixture.arena, &findings);
    *state = &fixture;
    return fixture.policy == NULL ? 1 : 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    policy_destroy(&fixture->policy);
    directory_destroy(&fixture->directory);
    arena_destroy(&fixture->arena);
    return 0;
}

static void a_rule_is_taken_apart_in_the_order_of_the_file(void **state)
{
    static const struct {
        size_t depth;
        bool holds;
        bool group;
        uint32_t line;
        uint32_t column;
        const char *ru;
        const char *en;
    } expected[] = {
        {0, true, true, 6, 5, "всё из перечисленного:", "all of these:"},
        {0,
         true,
         false,
         7,
         7,
         "уровень: требуется не ниже «социально опасное положение», в обращении «угроза "
         "жизни и здоровью»",
         NULL},
        {0, true, true, 8, 7, "хотя бы одно:", "at least one of these:"},
        {1,
         false,
         false,
         9,
         12,
         "потребность: требуется «продукты питания», в обращении «жильё»",
         NULL},
        {1, true, true, 10, 11, "всё из перечисленного:", NULL},
        {2,
         true,
         false,
         10,
         12,
         "территория: требуется «Юг», в обращении «Село»",
         "territory: must be in \"South\", the referral says \"Village\""},
        {2, true, true, 10, 30, "не должно быть:", "must not hold:"},
        {3, false, false, 10, 36, NULL, "flag: must be \"anonymous\", the referral says nothing"},
    };
    struct fixture *fixture = *state;
    const struct policy_facts facts = {
        .labels = {.territory = 4, .risk = RISK_CRITICAL, .needs = 1U << NEED_HOUSING}};

    struct policy_trace trace =
        policy_trace(fixture->policy, fixture->directory, 0, &facts, fixture->arena);
    assert_int_equal(trace.count, 8);
    assert_non_null(trace.rows);
    for (size_t i = 0; i < trace.count; i++) {
        assert_int_equal(trace.rows[i].depth, expected[i].depth);
        assert_int_equal(trace.rows[i].holds, expected[i].holds);
        assert_int_equal(trace.rows[i].group, expected[i].group);
        assert_int_equal(trace.rows[i].line, expected[i].line);
        assert_int_equal(trace.rows[i].column, expected[i].column);
        if (expected[i].ru != NULL) {
            assert_string_equal(trace.rows[i].text.ru, expected[i].ru);
        }
        if (expected[i].en != NULL) {
            assert_string_equal(trace.rows[i].text.en, expected[i].en);
        }
    }
}

static void a_single_condition_and_none_at_all(void **state)
{
    struct fixture *fixture = *state;
    const struct policy_facts facts = {.labels = {.flags = 1U << FLAG_CHILD_ALONE}};

    struct policy_trace trace =
        policy_trace(fixture->policy, fixture->directory, 1, &facts, fixture->arena);
    assert_int_equal(trace.count, 1);
    assert_true(trace.rows[0].holds);
    assert_false(trace.rows[0].group);
    assert_int_equal(trace.rows[0].line, 12);
    trace = policy_trace(fixture->policy, fixture->directory, 2, &facts, fixture->arena);
    assert_int_equal(trace.count, 0);
}

static void norms_have_keys_and_titles(void **state)
{
    (void)state;
    assert_string_equal(policy_norm_key(NORM_PLACEMENT_REVIEW), "placement-review");
    assert_string_equal(policy_norm_title(NORM_ANSWER).ru, "принято или отклонено");
    assert_string_equal(policy_norm_title(NORM_TRIAGE).en, "decided at the triage desk");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_rule_is_taken_apart_in_the_order_of_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_single_condition_and_none_at_all, set_up, tear_down),
        cmocka_unit_test(norms_have_keys_and_titles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
