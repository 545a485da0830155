/* Rules decide: each kind of condition, groups, norms, waves, disclosure, pools and notices. */
#include "policy/policy.h"

#include "base/utc.h"
#include "tests/support/small_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NORTH = 2, SOUTH = 3, VILLAGE = 4 };

#define HEAD                                                                                       \
    "policy: test\n"                                                                               \
    "pools:\n"                                                                                     \
    "  anywhere: {workers: {agency: social, role: case-curator, training: [case-work]}}\n"         \
    "  local: {workers: {role: case-curator, territory: covers-case}, pick: round-robin}\n"        \
    "  duty: {workers: {role: duty-curator}, continuity: yes, auto-accept: yes}\n"                 \
    "  southern: {workers: {agency-kind: social, role: case-curator, territory: village}}\n"

struct fixture {
    struct arena *arena;
    struct directory *directory;
    struct finding_list findings;
    struct policy *policy;
    struct policy_facts facts;
    struct policy_verdict verdict;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->arena = arena_create(8U << 20);
    fixture->directory = small_region_directory();
    assert_true(finding_list_begin(&fixture->findings, fixture->arena));
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

static void load(struct fixture *fixture, const char *text)
{
    policy_destroy(&fixture->policy);
    fixture->policy =
        small_region_policy(text, fixture->directory, fixture->arena, &fixture->findings);
    if (fixture->policy == NULL) {
        print_error("%s\n", fixture->findings.items[0].text.en);
    }
    assert_non_null(fixture->policy);
    fixture->facts = (struct policy_facts){.labels = {.territory = VILLAGE,
                                                      .risk = RISK_TZS,
                                                      .direction = DIRECTION_EARLY_DETECTION,
                                                      .channel = CHANNEL_SPECIALIST,
                                                      .basis = LEGAL_BASIS_CONSENT,
                                                      .needs = 1U << NEED_FOOD | 1U << NEED_SCHOOL,
                                                      .ages = 1U << AGE_1_3,
                                                      .flags = 1U << FLAG_CHILD_ALONE},
                                           .referrer_kind = AGENCY_KIND_EDUCATION,
                                           .at_us = UTC_DAY_US * 20000};
}

/* One rule with that condition: does it match the facts above? */
static bool matches(struct fixture *fixture, const char *when)
{
    char text[2000];

    snprintf(text,
             sizeof(text),
             HEAD "rules:\n  - {id: one, title: {ru: р, en: r}, when: %s, curator: local}\n",
             when);
    load(fixture, text);
    policy_decide(fixture->policy, fixture->directory, &fixture->facts, &fixture->verdict);
    return fixture->verdict.rule == 0;
}

static size_t notice_sites(const struct fixture *fixture,
                           size_t rule,
                           uint32_t territory,
                           uint32_t sites[LIMIT_NOTICE_SITES])
{
    const struct policy_ground ground = {.rule = rule, .territory = territory};

    return policy_notice_sites(fixture->policy, fixture->directory, &ground, sites);
}

static struct policy_failed failed_at(const struct policy_verdict *verdict, uint32_t rule)
{
    return (struct policy_failed){rule, verdict->failed[rule].condition};
}

static void each_kind_of_condition_compares_its_label(void **state)
{
    struct fixture *fixture = *state;

    assert_true(matches(fixture, "{risk: tzs}"));
    assert_true(matches(fixture, "{risk: [sop, tzs]}"));
    assert_true(matches(fixture, "{risk: ТЖС}"));
    assert_false(matches(fixture, "{risk: sop}"));
    assert_true(matches(fixture, "{risk-at-least: tzs}"));
    assert_false(matches(fixture, "{risk-at-least: sop}"));
    assert_true(matches(fixture, "{risk-below: sop}"));
    assert_false(matches(fixture, "{risk-below: tzs}"));
    assert_true(matches(fixture, "{need: food}"));
    assert_true(matches(fixture, "{need: [housing, school]}"));
    assert_false(matches(fixture, "{need: housing}"));
    assert_true(matches(fixture, "{age: [0-1, 1-3]}"));
    assert_false(matches(fixture, "{age: pregnancy}"));
    assert_true(matches(fixture, "{flag: child-alone}"));
    assert_false(matches(fixture, "{flag: anonymous}"));
    assert_true(matches(fixture, "{direction: early-detection}"));
    assert_false(matches(fixture, "{direction: orphan-care}"));
    assert_true(matches(fixture, "{channel: [helpline, specialist]}"));
    assert_false(matches(fixture, "{channel: court}"));
    assert_true(matches(fixture, "{basis: consent}"));
    assert_false(matches(fixture, "{basis: court}"));
    assert_true(matches(fixture, "{referrer-kind: education}"));
    assert_false(matches(fixture, "{referrer-kind: police}"));
}

static void territories_match_with_all_below_them(void **state)
{
    struct fixture *fixture = *state;

    assert_true(matches(fixture, "{territory: village}"));
    assert_true(matches(fixture, "{territory: south}"));
    assert_true(matches(fixture, "{territory: [north, region]}"));
    assert_false(matches(fixture, "{territory: north}"));
}

static void groups_combine(void **state)
{
    struct fixture *fixture = *state;

    assert_true(matches(fixture, "{risk: tzs, need: food}"));
    assert_false(matches(fixture, "{risk: tzs, need: housing}"));
    assert_true(matches(fixture, "{any: [{risk: sop}, {need: food}]}"));
    assert_false(matches(fixture, "{any: [{risk: sop}, {need: housing}]}"));
    assert_true(matches(fixture, "{all: [{need: food}, {need: school}]}"));
    assert_false(matches(fixture, "{all: [{need: food}, {need: housing}]}"));
    assert_true(matches(fixture, "{not: {risk: sop}}"));
    assert_false(matches(fixture, "{not: {need: food, risk: tzs}}"));
    assert_true(matches(fixture, "{not: {any: [{risk: sop}, {not: {need: food}}]}, age: 1-3}"));
    assert_true(matches(
        fixture,
        "{all: [{all: [{all: [{all: [{all: [{all: [{all: [{all: [{risk: tzs}]}]}]}]}]}]}]}]}"));
}

static void an_unspecified_label_satisfies_nothing(void **state)
{
    struct fixture *fixture = *state;

    (void)matches(fixture, "{risk: [norm, early, tzs, sop, critical]}");
    fixture->facts.labels.risk = RISK_UNSPECIFIED;
    policy_decide(fixture->policy, fixture->directory, &fixture->facts, &fixture->verdict);
    assert_int_equal(fixture->verdict.rule, -1);
}

static void the_first_rule_wins_and_earlier_ones_leave_what_failed(void **state)
{
    struct fixture *fixture = *state;
    struct policy_verdict *verdict = &fixture->verdict;

    load(fixture,
         HEAD
         "procedure: full\n"
         "rules:\n"
         "  - {id: a, title: {ru: А, en: A}, when: {risk: tzs, need: housing}, curator: duty}\n"
         "  - {id: b, title: {ru: Б, en: B}, when: {any: [{risk: sop}, {need: legal}]},\n"
         "     curator: duty}\n"
         "  - {id: c, title: {ru: В, en: C}, when: {not: {need: food}}, curator: duty}\n"
         "  - {id: d, title: {ru: Г, en: D}, procedure: direct, curator: [local, anywhere]}\n"
         "  - {id: e, title: {ru: Д, en: E}, curator: duty}\n");
    policy_decide(fixture->policy, fixture->directory, &fixture->facts, verdict);
    assert_int_equal(verdict->rule, 3);
    assert_int_equal(verdict->procedure, PROCEDURE_DIRECT);
    assert_int_equal(verdict->pool_count, 2);
    assert_int_equal(verdict->pools[0], 1);
    assert_int_equal(verdict->pools[1], 0);
    assert_int_equal(verdict->failed_count, 3);
    assert_int_equal(verdict->failed[0].rule, 0);
    assert_int_equal(verdict->failed[0].condition, 2); /* all, risk, need */
    assert_int_equal(verdict->failed[1].condition, 0);
    assert_int_equal(verdict->failed[2].condition, 0);
    assert_string_equal(policy_rule(fixture->policy, 3).title.ru, "Г");
    assert_string_equal(policy_rule(fixture->policy, 3).id, "d");
    assert_int_equal(policy_rule(fixture->policy, 3).at.line, 13);
    assert_int_equal(policy_rule_count(fixture->policy), 5);
    assert_string_equal(policy_id(fixture->policy), "test");

    struct phrase text = policy_failed_text(fixture->policy,
                                            fixture->directory,
                                            failed_at(verdict, 0),
                                            &fixture->facts,
                                            fixture->arena);
    assert_non_null(strstr(text.ru, ": требуется «"));
    assert_non_null(strstr(text.ru, "», в обращении «"));
    assert_non_null(strstr(text.en, "the referral says \"food\", \"school\""));
    text = policy_failed_text(fixture->policy,
                              fixture->directory,
                              failed_at(verdict, 1),
                              &fixture->facts,
                              fixture->arena);
    assert_non_null(strstr(text.ru, "не выполнено ни одно из условий: "));
    assert_non_null(strstr(text.ru, " или "));
    text = policy_failed_text(fixture->policy,
                              fixture->directory,
                              failed_at(verdict, 2),
                              &fixture->facts,
                              fixture->arena);
    assert_non_null(strstr(text.ru, "исключено условием: "));
    assert_non_null(strstr(text.en, "excluded by the condition: need: must be \"food\""));
    text = policy_rule_text(fixture->policy, fixture->directory, 3, fixture->arena);
    assert_string_equal(text.ru, "всегда");
}

static void a_territory_that_fails_is_told_by_its_title(void **state)
{
    struct fixture *fixture = *state;
    struct phrase text;

    assert_false(matches(fixture, "{territory: north}"));
    text = policy_failed_text(fixture->policy,
                              fixture->directory,
                              failed_at(&fixture->verdict, 0),
                              &fixture->facts,
                              fixture->arena);
    assert_string_equal(text.ru, "территория: требуется «Север», в обращении «Село»");
    assert_string_equal(text.en, "territory: must be in \"North\", the referral says \"Village\"");
}

static void no_rule_is_a_verdict(void **state)
{
    struct fixture *fixture = *state;

    assert_false(matches(fixture, "{risk: sop}"));
    assert_int_equal(fixture->verdict.rule, -1);
    assert_false(fixture->verdict.not_rolled_out);
    assert_int_equal(fixture->verdict.pool_count, 0);
    assert_int_equal(fixture->verdict.procedure, PROCEDURE_DIRECT);
}

static void expect_norm(struct fixture *fixture, enum norm norm, const char *want)
{
    char text[32];

    policy_decide(fixture->policy, fixture->directory, &fixture->facts, &fixture->verdict);
    assert_string_equal(calendar_format_duration(fixture->verdict.norms[norm], text, sizeof(text)),
                        want);
}

static void norms_come_from_the_rule_then_the_level_then_the_defaults(void **state)
{
    struct fixture *fixture = *state;

    load(fixture,
         HEAD "rules:\n"
              "  - {id: a, title: {ru: А, en: A}, when: {need: food}, curator: duty,\n"
              "     norms: {answer: 4 h}}\n"
              "norms: {tzs: {answer: 2 wd, deliver: 3 рч}, norm: {see: 5 wd}}\n");
    expect_norm(fixture, NORM_ANSWER, "4 h");
    expect_norm(fixture, NORM_DELIVER, "3 wh");
    expect_norm(fixture, NORM_CONTACT, "3 wd");
    expect_norm(fixture, NORM_MONITORING, "90 d");
    fixture->facts.labels.needs = 0;
    expect_norm(fixture, NORM_ANSWER, "2 wd");
    fixture->facts.labels.risk = RISK_CRITICAL;
    expect_norm(fixture, NORM_DELIVER, "5 min");
    expect_norm(fixture, NORM_CURATOR, "1 h");
    fixture->facts.labels.risk = RISK_EARLY;
    expect_norm(fixture, NORM_PLACEMENT_REVIEW, "-");
    expect_norm(fixture, NORM_SEE, "2 wd");
    fixture->facts.labels.risk = RISK_NORM;
    expect_norm(fixture, NORM_SEE, "5 wd");
    expect_norm(fixture, NORM_DELIVER, "1 wd");
}

static void before_its_wave_a_territory_is_not_rolled_out(void **state)
{
    static const char text[] =
        HEAD "rules: [{id: a, title: {ru: А, en: A}, curator: duty}]\n"
             "rollout: [{from: 2026-01-10, territories: [south]}, {from: 2026-02-01, territories: "
             "[region]}]\n";
    struct fixture *fixture = *state;
    struct utc_civil date = {.year = 2026, .month = 1, .day = 10};

    load(fixture, text);
    fixture->facts.at_us = utc_of_civil(&date) - 1;
    policy_decide(fixture->policy, fixture->directory, &fixture->facts, &fixture->verdict);
    assert_true(fixture->verdict.not_rolled_out);
    assert_int_equal(fixture->verdict.rule, -1);
    assert_int_equal(fixture->verdict.failed_count, 0);
    fixture->facts.at_us++;
    policy_decide(fixture->policy, fixture->directory, &fixture->facts, &fixture->verdict);
    assert_false(fixture->verdict.not_rolled_out);
    assert_int_equal(fixture->verdict.rule, 0);
    fixture->facts.labels.territory = NORTH;
    policy_decide(fixture->policy, fixture->directory, &fixture->facts, &fixture->verdict);
    assert_true(fixture->verdict.not_rolled_out);
}

static void waves_begin_at_midnight_of_the_zone(void **state)
{
    static const char text[] = "policy: t\nrollout: [{from: 2026-01-10, territories: [region]}]\n";
    struct fixture *fixture = *state;
    struct utc_civil date = {.year = 2026, .month = 1, .day = 9, .hour = 17};
    struct error_list errors = {.count = 0};
    struct calendar *calendar = NULL;
    struct yaml_file file;

    assert_true(yaml_tree_parse(
        "c", bytes_of_text(small_region_calendar()), fixture->arena, &file, &errors));
    assert_true(calendar_create(&calendar, &file, &errors));
    assert_true(yaml_tree_parse("p", bytes_of_text(text), fixture->arena, &file, &errors));
    struct policy_context context = {fixture->directory, calendar, "nsk"};
    assert_true(policy_read(&fixture->policy, &file, 1, &context, &fixture->findings));
    fixture->facts.labels.territory = SOUTH;
    fixture->facts.at_us = utc_of_civil(&date) - 1;
    policy_decide(fixture->policy, fixture->directory, &fixture->facts, &fixture->verdict);
    assert_true(fixture->verdict.not_rolled_out);
    fixture->facts.at_us++;
    policy_decide(fixture->policy, fixture->directory, &fixture->facts, &fixture->verdict);
    assert_false(fixture->verdict.not_rolled_out);
    calendar_destroy(&calendar);
}

static void masks_of_role_and_of_kind_intersect(void **state)
{
    const uint32_t identity = 1U << SECTION_IDENTITY;
    const uint32_t contact = 1U << SECTION_CONTACT;
    const uint32_t health = 1U << SECTION_HEALTH;
    const uint32_t curator = 1U << ROLE_CASE_CURATOR;
    struct fixture *fixture = *state;

    load(fixture,
         HEAD "disclose: {curator: [identity, contact, health], supervisor: [contact],\n"
              "           ngo: [identity, contact], observer: []}\n");
    assert_int_equal(policy_sections(fixture->policy, curator, AGENCY_KIND_SOCIAL),
                     identity | contact | health);
    assert_int_equal(policy_sections(fixture->policy, curator, AGENCY_KIND_NGO),
                     identity | contact);
    assert_int_equal(policy_sections(fixture->policy, 1U << ROLE_SUPERVISOR, AGENCY_KIND_SOCIAL),
                     contact);
    assert_int_equal(policy_sections(fixture->policy, 1U << ROLE_OBSERVER, AGENCY_KIND_SOCIAL), 0);
    assert_int_equal(policy_sections(fixture->policy, 1U << ROLE_SPECIALIST, AGENCY_KIND_EDUCATION),
                     0);

    load(fixture, HEAD);
    assert_int_equal(policy_sections(fixture->policy, 1U << ROLE_DUTY_CURATOR, AGENCY_KIND_NGO),
                     vocabulary_mask_all(VOCABULARY_SECTION));
    assert_int_equal(policy_sections(fixture->policy, 1U << ROLE_SUPERVISOR, AGENCY_KIND_SOCIAL),
                     0);
}

static void pools_select_by_agency_role_training_and_place(void **state)
{
    struct fixture *fixture = *state;

    load(fixture, HEAD);
    assert_int_equal(policy_pool_count(fixture->policy), 4);
    /* anywhere */
    assert_true(policy_pool_selects(fixture->policy, 0, fixture->directory, 1));
    assert_false(policy_pool_selects(fixture->policy, 0, fixture->directory, 2));
    assert_false(policy_pool_covers_case(fixture->policy, 0));
    /* local */
    assert_true(policy_pool_selects(fixture->policy, 1, fixture->directory, 4));
    assert_false(policy_pool_selects(fixture->policy, 1, fixture->directory, 3));
    assert_false(policy_pool_selects(fixture->policy, 1, fixture->directory, 5));
    assert_true(policy_pool_covers_case(fixture->policy, 1));
    assert_int_equal(policy_pool(fixture->policy, 1).pick, POOL_PICK_ROUND_ROBIN);
    /* duty */
    assert_true(policy_pool_selects(fixture->policy, 2, fixture->directory, 3));
    assert_true(policy_pool(fixture->policy, 2).auto_accept);
    assert_true(policy_pool(fixture->policy, 2).continuity);
    assert_int_equal(policy_pool(fixture->policy, 2).pick, POOL_PICK_LEAST_LOADED);
    assert_string_equal(policy_pool(fixture->policy, 2).id, "duty");
    /* southern */
    assert_true(policy_pool_selects(fixture->policy, 3, fixture->directory, 2));
    assert_false(policy_pool_selects(fixture->policy, 3, fixture->directory, 99));
}

static void notices_reach_home_sites_once(void **state)
{
    struct fixture *fixture = *state;
    uint32_t sites[LIMIT_NOTICE_SITES];

    load(fixture,
         HEAD "rules:\n"
              "  - id: a\n"
              "    title: {ru: А, en: A}\n"
              "    curator: duty\n"
              "    notify: [{agency: [ngo, social]}, {agency-kind: [police, guardianship],\n"
              "      territory: covers-case}, {agency: ngo}]\n"
              "  - {id: b, title: {ru: Б, en: B}, curator: duty,\n"
              "     notify: [{agency-kind: police}, {agency-kind: social, territory: village}]}\n");
    assert_int_equal(notice_sites(fixture, 0, NORTH, sites), 4);
    assert_int_equal(sites[0], 1);
    assert_int_equal(sites[1], 5);
    assert_int_equal(sites[2], 3);
    assert_int_equal(sites[3], 4);
    assert_int_equal(notice_sites(fixture, 0, SOUTH, sites), 3);
    assert_int_equal(notice_sites(fixture, 1, SOUTH, sites), 3);
}

static void several_files_make_one_policy(void **state)
{
    struct fixture *fixture = *state;
    struct error_list errors = {.count = 0};
    struct yaml_file files[2];

    assert_true(
        yaml_tree_parse("1",
                        bytes_of_text("rules: [{id: a, title: {ru: А, en: A}, curator: duty}]\n"),
                        fixture->arena,
                        &files[0],
                        &errors));
    assert_true(yaml_tree_parse("2", bytes_of_text(HEAD), fixture->arena, &files[1], &errors));
    assert_true(policy_create(&fixture->policy, files, 2, fixture->directory, &errors));
    assert_int_equal(policy_rule_count(fixture->policy), 1);
    assert_int_equal(policy_pool_count(fixture->policy), 4);
}

static void refuses(struct fixture *fixture, const char *text, const char *want)
{
    fixture->findings.count = 0;
    fixture->findings.errors = 0;
    assert_null(small_region_policy(text, fixture->directory, fixture->arena, &fixture->findings));
    assert_int_equal(fixture->findings.count, 1);
    assert_string_equal(fixture->findings.items[0].text.en, want);
}

static void limits_are_kept(void **state)
{
    struct fixture *fixture = *state;

    refuses(fixture,
            HEAD "rules: [{id: a, title: {ru: А, en: A}, curator: duty, when: {not: {not: {not: "
                 "{not: {not: {not: {not: {not: {not: {risk: sop}}}}}}}}}}}]\n",
            "conditions are nested too deeply: at most 8 levels");
    refuses(fixture,
            HEAD "rules: [{id: a, title: {ru: А, en: A}, curator: [duty, local, anywhere, "
                 "southern, duty, duty, duty, duty, duty]}]\n",
            "from 1 to 8 pools are needed here");
    refuses(fixture,
            HEAD "norms: {sop: {deliver: 4 d}}\n",
            "delivery cannot take longer than 72 hours");
    static const char head[] = "policy: t\nrules: [";
    char rules[sizeof(head) + (LIMIT_RULES + 1) * 3 + 2];
    size_t bytes = (size_t)snprintf(rules, sizeof(rules), "%s", head);
    for (size_t i = 0; i <= LIMIT_RULES; i++) {
        memcpy(rules + bytes, "{},", 3);
        bytes += 3;
    }
    memcpy(rules + bytes, "]", 2);
    refuses(fixture, rules, "rules: 513, at most 512");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            each_kind_of_condition_compares_its_label, set_up, tear_down),
        cmocka_unit_test_setup_teardown(territories_match_with_all_below_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(groups_combine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unspecified_label_satisfies_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_first_rule_wins_and_earlier_ones_leave_what_failed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_territory_that_fails_is_told_by_its_title, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_rule_is_a_verdict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            norms_come_from_the_rule_then_the_level_then_the_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            before_its_wave_a_territory_is_not_rolled_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(waves_begin_at_midnight_of_the_zone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(masks_of_role_and_of_kind_intersect, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            pools_select_by_agency_role_training_and_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notices_reach_home_sites_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(several_files_make_one_policy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_are_kept, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
