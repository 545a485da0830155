/* Requirements: what holds for every referral is proven, what does not gets a counterexample. */
#include "policy/policy.h"

#include "tests/support/small_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                       \
    "policy: test\n"                                                                               \
    "pools:\n"                                                                                     \
    "  regional: {workers: {agency: social, role: case-curator}}\n"                                \
    "  local: {workers: {role: case-curator, territory: covers-case}}\n"                           \
    "  duty: {workers: {role: duty-curator}}\n"

struct fixture {
    struct arena *arena;
    struct directory *directory;
    struct finding_list findings;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->arena = arena_create(8U << 20);
    fixture->directory = small_region_directory();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    directory_destroy(&fixture->directory);
    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

/* The English finding of the proof, "" when all is proven. */
static const char *prove(void **state, const char *text)
{
    struct fixture *fixture = *state;

    assert_true(finding_list_begin(&fixture->findings, fixture->arena));
    struct policy *policy =
        small_region_policy(text, fixture->directory, fixture->arena, &fixture->findings);
    assert_non_null(policy);
    policy_prove(policy, fixture->directory, &fixture->findings);
    policy_destroy(&policy);
    assert_true(fixture->findings.count <= 1);
    return fixture->findings.count == 0 ? "" : fixture->findings.items[0].text.en;
}

static void what_holds_is_proven(void **state)
{
    assert_string_equal(
        prove(state,
              HEAD "rules:\n"
                   "  - {id: a, title: {ru: А, en: A}, when: {risk: critical}, curator: duty}\n"
                   "  - {id: b, title: {ru: Б, en: B}, when: {flag: placement-risk},\n"
                   "     curator: regional}\n"
                   "  - {id: c, title: {ru: В, en: C}, curator: local}\n"
                   "require:\n"
                   "  - {id: x, when: {flag: placement-risk, risk-below: critical},\n"
                   "     then: {curator-from: [regional]}}\n"
                   "  - {id: y, then: {curator-from: [regional, local, duty]}}\n"
                   "  - {id: z, when: {not: {flag: placement-risk}, risk: sop},\n"
                   "     then: {curator-from: local, procedure: direct}}\n"),
        "");
}

static void an_earlier_rule_that_takes_the_case_is_found(void **state)
{
    const char *text = prove(
        state,
        HEAD "rules:\n"
             "  - {id: a, title: {ru: А, en: A}, when: {need: [food, housing]}, curator: local}\n"
             "  - {id: b, title: {ru: Б, en: B}, when: {flag: placement-risk}, curator: regional}\n"
             "require: [{id: x, when: {flag: placement-risk}, then: {curator-from: regional}}]\n");

    assert_non_null(strstr(text, "requirement \"x\" is broken, for example by {territory: region"));
    assert_non_null(strstr(text, "need: [housing]"));
    assert_non_null(strstr(text, "flag: [placement-risk]"));
    assert_non_null(strstr(text, "rule \"a\""));
}

static void a_referral_that_no_rule_matches_is_found(void **state)
{
    const char *text =
        prove(state,
              HEAD "rules: [{id: a, title: {ru: А, en: A}, when: {risk-at-least: early},\n"
                   "         curator: local}]\n"
                   "require: [{id: x, then: {curator-from: [local]}}]\n");

    assert_non_null(strstr(text, "requirement \"x\" is broken: no rule matches"));
    assert_non_null(strstr(text, "risk: norm"));
}

static void one_need_at_least_is_known(void **state)
{
    static const char all_needs[] = HEAD
        "rules: [{id: a, title: {ru: А, en: A}, when: {need: [household, material, housing,\n"
        "  food, documents, employment, childcare, early-development, disability, health,\n"
        "  mental-health, addiction, violence, parenting, conflict-mediation, school,\n"
        "  leisure-culture, leisure-sport, legal, behaviour, crisis-shelter, reintegration]},\n"
        "  curator: local}]\n"
        "require: [{id: x, then: {curator-from: local}}]\n";

    assert_string_equal(prove(state, all_needs), "");
}

static void notices_depend_on_the_territory(void **state)
{
    const char *text = prove(state,
                             HEAD "rules: [{id: a, title: {ru: А, en: A}, curator: local,\n"
                                  "  notify: [{agency-kind: police, territory: covers-case}]}]\n"
                                  "require: [{id: x, when: {territory: [north, village]},\n"
                                  "  then: {notified: police-north}}]\n");

    assert_non_null(strstr(text, "{territory: village"));
    assert_string_equal(
        prove(state,
              HEAD "rules: [{id: a, title: {ru: А, en: A}, curator: local,\n"
                   "  notify: [{agency-kind: police, territory: covers-case}]}]\n"
                   "require: [{id: x, when: {territory: north}, then: {all: [{notified: "
                   "[ngo, police-north]}, {notified-kind: police}, {not: {notified: ngo}}]}}]\n"),
        "");
}

static void groups_are_split_as_they_stand(void **state)
{
    assert_string_equal(
        prove(state,
              HEAD
              "rules:\n"
              "  - {id: a, title: {ru: А, en: A}, curator: duty,\n"
              "     when: {any: [{risk: critical, age: 0-1}, {not: {flag: anonymous}}]}}\n"
              "  - {id: b, title: {ru: Б, en: B}, curator: local}\n"
              "require:\n"
              "  - {id: x, when: {risk: critical, age: 0-1}, then: {curator-from: duty}}\n"
              "  - {id: y, when: {flag: anonymous, risk: sop}, then: {curator-from: local}}\n"),
        "");
    assert_non_null(strstr(
        prove(state,
              HEAD "rules:\n"
                   "  - {id: a, title: {ru: А, en: A}, curator: duty,\n"
                   "     when: {any: [{risk: critical, age: 0-1}, {not: {flag: anonymous}}]}}\n"
                   "require: [{id: x, when: {age: 0-1}, then: {curator-from: duty}}]\n"),
        "flag: [anonymous]"));
}

/* Sixteen independent flags and needs: 2 to the power of 16 combinations, few of them asked. */
static void many_rules_stay_cheap(void **state)
{
    static const char *const needs[] = {"household",
                                        "material",
                                        "housing",
                                        "food",
                                        "documents",
                                        "school",
                                        "childcare",
                                        "disability",
                                        "health",
                                        "addiction",
                                        "violence",
                                        "parenting"};
    char text[4096];
    size_t bytes = (size_t)snprintf(text, sizeof(text), "%srules:\n", HEAD);

    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        bytes += (size_t)snprintf(text + bytes,
                                  sizeof(text) - bytes,
                                  "  - {id: r%zu, title: {ru: р, en: r}, when: {need: %s, age: "
                                  "0-1}, curator: local}\n",
                                  i,
                                  needs[i]);
    }
    (void)snprintf(text + bytes,
                   sizeof(text) - bytes,
                   "  - {id: last, title: {ru: п, en: l}, curator: regional}\n"
                   "require: [{id: x, then: {curator-from: [local, regional]}}]\n");
    assert_string_equal(prove(state, text), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_holds_is_proven, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_earlier_rule_that_takes_the_case_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_referral_that_no_rule_matches_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_need_at_least_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notices_depend_on_the_territory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(groups_are_split_as_they_stand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_rules_stay_cheap, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
