/* What is told of two policies that differ; typed by hand. The random pairs are in proof_random_test.c. */
#include "policy/comparison.h"

#include "tests/support/small_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#define POOLS                                                                                      \
    "  regional: {workers: {agency: social, role: case-curator}}\n"                                \
    "  duty: {workers: {role: duty-curator}}\n"
#define TITLE "title: {ru: П, en: R}"
#define RULES                                                                                      \
    "rules:\n"                                                                                     \
    "  - {id: a, " TITLE ", when: {risk: critical}, curator: duty}\n"                              \
    "  - {id: b, " TITLE ", curator: regional}\n"

struct fixture {
    struct arena *arena;
    struct directory *directory;
    struct policy *was; /* of the last comparison, which points into them */
    struct policy *now;
    struct comparison difference;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->arena = arena_create(64U << 20);
    fixture->directory = small_region_directory();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    policy_destroy(&fixture->was);
    policy_destroy(&fixture->now);
    directory_destroy(&fixture->directory);
    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

static struct policy *compile(struct fixture *fixture, const char *text)
{
    struct finding_list findings;

    assert_true(finding_list_begin(&findings, fixture->arena));
    struct policy *policy =
        small_region_policy(text, fixture->directory, fixture->arena, &findings);
    assert_non_null(policy);
    return policy;
}

/* How many classes of referrals are decided otherwise. */
static size_t compare(struct fixture *fixture, const char *was, const char *now)
{
    policy_destroy(&fixture->was);
    policy_destroy(&fixture->now);
    fixture->was = compile(fixture, was);
    fixture->now = compile(fixture, now);
    const struct comparison_side sides[] = {{fixture->was, fixture->directory},
                                            {fixture->now, fixture->directory}};
    struct error err;

    assert_true(comparison_run(&fixture->difference, &sides[0], &sides[1], fixture->arena, &err));
    assert_true(fixture->difference.whole);
    return fixture->difference.class_count;
}

static void names_and_order_of_rules_that_decide_alike_are_no_difference(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(compare(fixture,
                             "policy: x\npools:\n" POOLS RULES,
                             "policy: x\npools:\n" POOLS "rules:\n"
                             "  - {id: c, " TITLE
                             ", when: {risk-below: critical}, curator: regional}\n"
                             "  - {id: d, " TITLE ", curator: duty}\n"),
                     0);
}

static void a_curator_is_told_with_his_class(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(compare(fixture,
                             "policy: x\npools:\n" POOLS RULES,
                             "policy: x\npools:\n" POOLS "rules:\n"
                             "  - {id: a, " TITLE ", when: {risk: critical}, curator: duty}\n"
                             "  - {id: n, " TITLE
                             ", when: {territory: north, need: food}, curator: [duty, regional]}\n"
                             "  - {id: b, " TITLE ", curator: regional}\n"),
                     1);
    const struct comparison_class *class = &fixture->difference.classes[0];
    assert_int_equal(class->change_count, 1);
    assert_int_equal(class->changes[0].aspect, COMPARISON_CURATOR);
    assert_string_equal(class->changes[0].was, "regional");
    assert_string_equal(class->changes[0].now, "duty, regional");
    assert_int_equal(class->box_count, 1);
    assert_string_equal(proof_box_text(&class->boxes[0], fixture->directory, fixture->arena).en,
                        "level, all but: threat to life and health; need: food; territory: North");
    assert_int_equal(class->rule_was, 1);
    assert_int_equal(class->rule_now, 1);
}

/* Every key of a pool: a change of what it selects, or how, changes who gets the case. */
static void whatever_changes_in_a_pool_is_told(void **state)
{
    static const char *const pools[] = {
        "  regional: {workers: {agency: centre, role: case-curator}}\n",
        "  regional: {workers: {agency: social, role: duty-curator}}\n",
        "  regional: {workers: {agency: social, role: case-curator, training: [case-work]}}\n",
        "  regional: {workers: {agency: social, role: case-curator, territory: covers-case}}\n",
        "  regional: {workers: {agency: social, role: case-curator, territory: north}}\n",
        "  regional: {workers: {agency: social, role: case-curator}, pick: round-robin}\n",
        "  regional: {workers: {agency: social, role: case-curator}, continuity: yes}\n",
        "  regional: {workers: {agency: social, role: case-curator}, auto-accept: yes}\n",
        "  regional: {workers: {agency: social, role: case-curator}, reserve: 20 %}\n",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
        const char *now =
            arena_format(fixture->arena,
                         "policy: x\npools:\n%s  duty: {workers: {role: duty-curator}}\n" RULES,
                         pools[i]);
        print_message("%s", pools[i]);
        assert_int_equal(compare(fixture, "policy: x\npools:\n" POOLS RULES, now), 1);
        assert_int_equal(fixture->difference.classes[0].change_count, 1);
        assert_int_equal(fixture->difference.classes[0].changes[0].aspect, COMPARISON_POOLS);
    }
}

static void norms_are_told_by_level(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(compare(fixture,
                             "policy: x\npools:\n" POOLS RULES,
                             "policy: x\npools:\n" POOLS RULES "norms: {sop: {answer: 3 wh}}\n"),
                     1);
    const struct comparison_class *class = &fixture->difference.classes[0];
    assert_int_equal(class->changes[0].aspect, COMPARISON_NORMS);
    assert_string_equal(class->changes[0].was, "answer: 4 wh");
    assert_string_equal(class->changes[0].now, "answer: 3 wh");
    assert_int_equal(class->boxes[0].one_of[PROOF_BOX_RISK], 1 << RISK_SOP);
}

static void waves_are_told_apart(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(compare(fixture,
                             "policy: x\npools:\n" POOLS RULES
                             "rollout: [{from: 2021-09-03, territories: [south]}]\n",
                             "policy: x\npools:\n" POOLS RULES
                             "rollout: [{from: 2021-09-03, territories: [village]},\n"
                             "          {from: 2022-01-01, territories: [region]}]\n"),
                     0);
    assert_int_equal(fixture->difference.wave_count, 3);
    assert_string_equal(fixture->difference.waves[0].territory, "region");
    assert_null(fixture->difference.waves[0].was);
    assert_string_equal(fixture->difference.waves[0].now, "2022-01-01");
    assert_string_equal(fixture->difference.waves[1].territory, "south");
    assert_string_equal(fixture->difference.waves[1].was, "2021-09-03");
    assert_string_equal(fixture->difference.waves[2].territory, "village");
    assert_string_equal(fixture->difference.waves[2].now, "2021-09-03");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_and_order_of_rules_that_decide_alike_are_no_difference),
        TEST(a_curator_is_told_with_his_class),
        TEST(whatever_changes_in_a_pool_is_told),
        TEST(norms_are_told_by_level),
        TEST(waves_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
