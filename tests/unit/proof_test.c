/* What is proven of a policy, and the referrals that show what is not; typed by hand. The random policies are in
 * proof_random_test.c. */
#include "policy/proof.h"

#include "policy/proof_box.h"
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
    "  centre: {workers: {agency: centre, role: case-curator, territory: covers-case}}\n"          \
    "  duty: {workers: {role: duty-curator}}\n"
#define TITLE "title: {ru: П, en: R}"

struct fixture {
    struct arena *arena;
    struct directory *directory;
    struct finding_list findings;
    struct policy *policy;
    struct proof proof;
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

    policy_destroy(&fixture->policy);
    directory_destroy(&fixture->directory);
    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

/* How many claims fail. */
static size_t prove(struct fixture *fixture, const char *text)
{
    struct error err;

    policy_destroy(&fixture->policy);
    assert_true(finding_list_begin(&fixture->findings, fixture->arena));
    fixture->policy =
        small_region_policy(text, fixture->directory, fixture->arena, &fixture->findings);
    assert_non_null(fixture->policy);
    assert_true(
        proof_run(&fixture->proof, fixture->policy, fixture->directory, fixture->arena, &err));
    return fixture->proof.failure_count;
}

static void a_policy_without_flaws(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(
        prove(fixture,
              HEAD "rules:\n"
                   "  - {id: a, " TITLE ", when: {risk: critical}, curator: duty}\n"
                   "  - {id: b, " TITLE ", when: {territory: south}, curator: [centre, regional]}\n"
                   "  - {id: c, " TITLE ", curator: [regional, duty]}\n"
                   "require: [{id: x, when: {risk: critical}, then: {curator-from: duty}}]\n"),
        0);
    static const size_t asked[PROOF_CLAIMS] = {1, 3, 1, 5};
    assert_memory_equal(fixture->proof.asked, asked, sizeof(asked));
    assert_memory_equal(fixture->proof.held, asked, sizeof(asked));
}

static void nothing_falls_through_in_silence(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(prove(fixture,
                           HEAD "rules:\n"
                                "  - {id: a, " TITLE
                                ", when: {risk-at-least: early}, curator: duty}\n"
                                "  - {id: b, " TITLE ", when: {need: food}, curator: duty}\n"
                                "  - {id: c, " TITLE ", when: {not: {age: 0-1}}, curator: duty}\n"),
                     1);
    const struct proof_failure *failure = &fixture->proof.failures[0];
    assert_int_equal(failure->claim, PROOF_NO_FALL_THROUGH);
    assert_int_equal(failure->example.labels.risk, RISK_NORM);
    assert_int_equal(failure->example.labels.ages, 1 << AGE_0_1);
    assert_int_equal(failure->example.labels.needs, 1 << NEED_HOUSEHOLD);
    assert_int_equal(failure->example.labels.flags, 0);
    assert_int_equal(failure->example.labels.territory, 1);
    assert_int_equal(failure->example.labels.basis, LEGAL_BASIS_CONSENT);
    assert_int_equal(failure->example.referrer_kind, AGENCY_KIND_SOCIAL);
}

static void a_referral_without_a_basis_is_critical(void **state)
{
    struct fixture *fixture = *state;
    const char *bases = "[consent, legal-duty, social-service, vital-interest, court]";
    char text[2048];

    (void)snprintf(text,
                   sizeof(text),
                   HEAD "rules: [{id: a, " TITLE ", when: {any: [{basis: %s}, {risk: %s}]},\n"
                        "         curator: duty}]\n",
                   bases,
                   "critical");
    assert_int_equal(prove(fixture, text), 0);
    (void)snprintf(text,
                   sizeof(text),
                   HEAD "rules: [{id: a, " TITLE ", when: {basis: %s}, curator: duty}]\n",
                   bases);
    assert_int_equal(prove(fixture, text), 1);
    assert_int_equal(fixture->proof.failures[0].example.labels.basis, LEGAL_BASIS_UNSPECIFIED);
    assert_int_equal(fixture->proof.failures[0].example.labels.risk, RISK_CRITICAL);
}

static void shadows_are_the_rules_without_which_it_would_be_reached(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(
        prove(fixture,
              HEAD "rules:\n"
                   "  - {id: a, " TITLE ", when: {flag: anonymous}, curator: duty}\n"
                   "  - {id: b, " TITLE
                   ", when: {risk: [sop, critical], need: food}, curator: duty}\n"
                   "  - {id: c, " TITLE ", when: {risk: [sop, tzs]}, curator: duty}\n"
                   "  - {id: d, " TITLE ", when: {risk-at-least: sop, need: food}, curator: duty}\n"
                   "  - {id: e, " TITLE ", when: {risk-at-least: tzs, need: food}, curator: duty}\n"
                   "  - {id: f, " TITLE ", when: {risk: sop, not: {risk: sop}}, curator: duty}\n"
                   "  - {id: g, " TITLE ", curator: duty}\n"),
        3);
    const struct proof_failure *failures = fixture->proof.failures;
    assert_int_equal(failures[0].claim, PROOF_REACH);
    assert_int_equal(failures[0].rule, 3);
    assert_int_equal(failures[0].other_count, 1);
    assert_int_equal(failures[0].others[0], 1);
    assert_int_equal(failures[1].rule, 4);
    assert_int_equal(failures[1].other_count, 2);
    assert_int_equal(failures[1].others[0], 1);
    assert_int_equal(failures[1].others[1], 2);
    assert_true(failures[1].has_example); /* meant for "e", taken by "b" */
    assert_int_equal(failures[1].example.labels.risk, RISK_TZS);
    assert_int_equal(failures[1].example.labels.needs, 1 << NEED_FOOD);
    assert_int_equal(failures[1].decided_by, 2);
    assert_int_equal(failures[2].rule, 5);
    assert_int_equal(failures[2].other_count, 0);
    assert_false(failures[2].has_example);
}

static void of_a_territory_without_a_wave_no_rule_takes_a_referral(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(prove(fixture,
                           HEAD "rules:\n"
                                "  - {id: a, " TITLE ", when: {territory: south}, curator: duty}\n"
                                "  - {id: b, " TITLE
                                ", when: {territory: north}, curator: regional}\n"
                                "require: [{id: x, then: {curator-from: duty}}]\n"
                                "rollout: [{from: 2021-09-03, territories: [south]}]\n"),
                     1);
    assert_int_equal(fixture->proof.failures[0].claim, PROOF_REACH);
    assert_int_equal(fixture->proof.failures[0].rule, 1);
    assert_int_equal(fixture->proof.failures[0].other_count, 0);
}

static void a_broken_requirement_has_an_example_and_its_rule(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(
        prove(fixture,
              HEAD
              "rules:\n"
              "  - {id: a, " TITLE ", when: {need: [food, housing]}, curator: duty}\n"
              "  - {id: b, " TITLE ", curator: regional,\n"
              "     notify: [{agency-kind: police, territory: covers-case}]}\n"
              "require:\n"
              "  - {id: x, when: {flag: placement-risk}, then: {curator-from: regional}}\n"
              "  - {id: y, when: {territory: north, need: legal}, then: {any: [{notified: "
              "police-north}, {curator-from: duty}]}}\n"
              "  - {id: z, when: {not: {need: [food, housing]}}, then: {notified-kind: police}}\n"),
        2);
    const struct proof_failure *failures = fixture->proof.failures;
    assert_int_equal(failures[0].require, 0);
    assert_string_equal(proof_requirement(fixture->policy, 0).id, "x");
    assert_int_equal(failures[0].decided_by, 0);
    assert_int_equal(failures[0].example.labels.needs, 1 << NEED_HOUSING);
    assert_int_equal(failures[0].example.labels.flags, 1 << FLAG_PLACEMENT_RISK);
    assert_int_equal(failures[1].require, 2);
    assert_int_equal(failures[1].decided_by, 1);
    assert_int_equal(failures[1].example.labels.territory, 1);
}

static void pools_are_asked_where_referrals_come_from(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(prove(fixture,
                           HEAD "rules:\n"
                                "  - {id: a, " TITLE
                                ", when: {territory: north, risk: sop}, curator: regional}\n"
                                "  - {id: b, " TITLE ", when: {risk: sop}, curator: centre}\n"
                                "  - {id: c, " TITLE ", curator: [centre, duty]}\n"),
                     2);
    const struct proof_failure *failures = fixture->proof.failures;
    assert_int_equal(failures[0].claim, PROOF_POOLS);
    assert_int_equal(failures[0].rule, 1);
    assert_int_equal(failures[0].pool, 1);
    assert_int_equal(failures[0].other_count, 1); /* region; north never comes here */
    assert_int_equal(failures[0].others[0], 1);
    assert_null(failures[0].from);
    assert_true(failures[0].dead_end);
    assert_int_equal(failures[1].rule, 2);
    assert_false(failures[1].dead_end); /* the duty curators */
    assert_int_equal(failures[1].other_count, 2);
    assert_int_equal(failures[1].others[1], 2);
    assert_int_equal(failures[1].example.labels.territory, 1);
    assert_int_equal(failures[1].example.labels.risk, RISK_NORM);
}

static void waves_say_when_a_pool_is_missed(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(prove(fixture,
                           HEAD "rules: [{id: c, " TITLE ", curator: centre}]\n"
                                "rollout:\n"
                                "  - {from: 2021-09-03, territories: [south]}\n"
                                "  - {from: 2022-01-01, territories: [north]}\n"
                                "  - {from: 2022-07-01, territories: [region]}\n"),
                     1);
    assert_string_equal(fixture->proof.failures[0].from, "2022-01-01");
    assert_int_equal(fixture->proof.failures[0].other_count, 2);
    assert_int_equal(fixture->proof.failures[0].example.labels.territory, 2);
    assert_int_equal(prove(fixture,
                           HEAD "rules: [{id: c, " TITLE ", curator: centre}]\n"
                                "rollout: [{from: 2021-09-03, territories: [south]}]\n"),
                     0);
}

static void a_policy_without_rules(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(prove(fixture, HEAD), 1);
    assert_int_equal(fixture->proof.failures[0].claim, PROOF_NO_FALL_THROUGH);
}

static void classes_are_told_in_words(void **state)
{
    struct fixture *fixture = *state;
    const char *below[] = {"south"};
    const char *alone[] = {"region"};
    struct proof_box box = {.below = below, .alone = alone};

    for (enum proof_box_field field = 0; field < PROOF_BOX_TERRITORY; field++) {
        box.one_of[field] = proof_box_codes(field);
    }
    assert_string_equal(proof_box_text(&box, fixture->directory, fixture->arena).ru,
                        "все обращения");
    assert_int_equal(proof_box_words(&box), 0);
    box.one_of[PROOF_BOX_RISK] = 1 << RISK_SOP;
    box.one_of[PROOF_BOX_BASIS] &= ~(UINT32_C(1) << LEGAL_BASIS_COURT);
    box.several[0].some_of[0] = 1 << NEED_FOOD | 1 << NEED_HOUSING;
    box.several[0].some_count = 1;
    box.several[2].none_of = 1 << FLAG_ANONYMOUS;
    box.below_count = 1;
    box.alone_count = 1;
    assert_int_equal(proof_box_words(&box), 7);
    struct phrase text = proof_box_text(&box, fixture->directory, fixture->arena);
    assert_string_equal(text.ru,
                        "уровень: социально опасное положение; основание, кроме: решение суда; "
                        "признак, ни одного из: анонимное обращение; потребность, хотя бы одно "
                        "из: жильё, продукты питания; территория: Юг, Область (без территорий "
                        "ниже)");
    assert_string_equal(text.en,
                        "level: socially dangerous position; legal basis, all but: court "
                        "decision; flag, none of: anonymous; need, at least one of: housing, food; "
                        "territory: South, Region (not those below it)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_policy_without_flaws),
        TEST(nothing_falls_through_in_silence),
        TEST(a_referral_without_a_basis_is_critical),
        TEST(shadows_are_the_rules_without_which_it_would_be_reached),
        TEST(a_broken_requirement_has_an_example_and_its_rule),
        TEST(pools_are_asked_where_referrals_come_from),
        TEST(waves_say_when_a_pool_is_missed),
        TEST(of_a_territory_without_a_wave_no_rule_takes_a_referral),
        TEST(a_policy_without_rules),
        TEST(classes_are_told_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
