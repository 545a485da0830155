/* Rules in rules, and a policy in Russian words. */
#include "policy/keyword.h"
#include "policy/source.h"

#include "base/utc.h"
#include "tests/support/golden_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES = 64 << 20 };

struct fixture {
    struct arena *arena;
    struct source_report report;
    struct scratch *scratch;
    struct region *region;
    struct policy_verdict verdict;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    const char *root = getenv("REFBROKER_ROOT");

    assert_true(root == NULL || chdir(root) == 0);
    fixture->arena = arena_create(ARENA_BYTES);
    fixture->scratch = scratch_create();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    region_destroy(&fixture->region);
    scratch_destroy(&fixture->scratch);
    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

static void load(struct fixture *fixture, const char *set)
{
    const struct utc_civil date = {.year = 2026, .month = 11, .day = 20};
    struct error_list errors = {.count = 0};
    struct region_input input;

    golden_set_lay(fixture->scratch, set);
    assert_true(source_load(scratch_path(fixture->scratch, ""),
                            utc_of_civil(&date),
                            fixture->arena,
                            &input,
                            &fixture->report));
    assert_true(source_compile(&input, fixture->arena, &fixture->region, &errors));
}

/* The rule's id; "" when there is none. */
static const char *decide(struct fixture *fixture, enum risk risk, uint32_t ages, uint32_t flags)
{
    const struct utc_civil date = {.year = 2026, .month = 11, .day = 20};
    struct policy_facts facts = {.labels = {.territory = 2,
                                            .risk = risk,
                                            .direction = DIRECTION_PREVENTION,
                                            .channel = CHANNEL_SPECIALIST,
                                            .basis = LEGAL_BASIS_CONSENT,
                                            .needs = UINT32_C(1) << NEED_FOOD,
                                            .ages = ages,
                                            .flags = flags},
                                 .referrer_kind = AGENCY_KIND_EDUCATION,
                                 .at_us = utc_of_civil(&date)};

    policy_decide(fixture->region->policy, fixture->region->directory, &facts, &fixture->verdict);
    return fixture->verdict.rule < 0
               ? ""
               : policy_rule(fixture->region->policy, (size_t)fixture->verdict.rule).id;
}

static void an_inner_rule_refines_and_inherits(void **state)
{
    struct fixture *fixture = *state;
    const uint32_t infant = UINT32_C(1) << AGE_0_1;

    load(fixture, "fine-rules-in-rules");
    assert_int_equal(policy_rule_count(fixture->region->policy), 4);
    assert_string_equal(policy_rule(fixture->region->policy, 0).id, "danger/youngest");
    assert_string_equal(policy_rule(fixture->region->policy, 1).id, "danger");

    assert_string_equal(decide(fixture, RISK_CRITICAL, infant, 0), "danger/youngest");
    assert_int_equal(fixture->verdict.pool_count, 1);
    assert_string_equal(policy_pool(fixture->region->policy, fixture->verdict.pools[0]).id,
                        "family");
    assert_int_equal(fixture->verdict.norms[NORM_ANSWER].amount, 15);

    assert_string_equal(decide(fixture, RISK_CRITICAL, 0, 0), "danger");
    assert_int_equal(fixture->verdict.pool_count, 2);
    assert_int_equal(fixture->verdict.norms[NORM_ANSWER].amount, 30);

    assert_string_equal(decide(fixture, RISK_TZS, infant, 0), "all");

    /* notify stands in the outer rule alone */
    uint32_t sites[LIMIT_NOTICE_SITES];
    assert_int_equal(policy_notice_sites(fixture->region->policy,
                                         fixture->region->directory,
                                         &(struct policy_ground){.rule = 0, .territory = 2},
                                         sites),
                     1);
}

/* Arrived at noon in Novosibirsk on that day of 2026. */
static const char *
ask(struct fixture *fixture, uint32_t territory, enum risk risk, int32_t month, uint32_t ages)
{
    const struct utc_civil date = {.year = 2026, .month = month, .day = 1, .hour = 5};
    const struct policy_facts facts = {.labels = {.territory = territory,
                                                  .risk = risk,
                                                  .basis = LEGAL_BASIS_CONSENT,
                                                  .needs = UINT32_C(1) << NEED_HEALTH,
                                                  .ages = ages},
                                       .at_us = utc_of_civil(&date)};

    policy_decide(fixture->region->policy, fixture->region->directory, &facts, &fixture->verdict);
    return policy_rule(fixture->region->policy, (size_t)fixture->verdict.rule).id;
}

static void assert_norm(const struct fixture *fixture, enum norm norm, const char *length)
{
    char text[32];

    assert_string_equal(calendar_format_duration(fixture->verdict.norms[norm], text, sizeof(text)),
                        length);
}

enum { REGION = 1, NORTH, SOUTH };

static void the_nearest_territory_s_norm_wins_and_a_rule_s_over_a_level_s(void **state)
{
    struct fixture *fixture = *state;

    load(fixture, "fine-programmes-and-territories");
    /* sop: region 5 wh, north 6 wh; early: north alone */
    (void)ask(fixture, SOUTH, RISK_SOP, 2, 0);
    assert_norm(fixture, NORM_ANSWER, "5 wh");
    (void)ask(fixture, NORTH, RISK_SOP, 2, 0);
    assert_norm(fixture, NORM_ANSWER, "6 wh");
    (void)ask(fixture, SOUTH, RISK_EARLY, 2, 0);
    assert_norm(fixture, NORM_ANSWER, "2 wd");
    (void)ask(fixture, NORTH, RISK_EARLY, 2, 0);
    assert_norm(fixture, NORM_ANSWER, "3 wd");
    /* the rule: 20 wd, in the north 12 wd; its norms are not those of a level */
    assert_norm(fixture, NORM_PLAN, "12 wd");
    (void)ask(fixture, SOUTH, RISK_EARLY, 2, 0);
    assert_norm(fixture, NORM_PLAN, "20 wd");
}

static void an_inner_rule_inherits_norms_of_territories_that_it_does_not_name(void **state)
{
    struct fixture *fixture = *state;
    const struct policy_facts housing = {
        .labels = {.territory = NORTH, .risk = RISK_TZS, .needs = UINT32_C(1) << NEED_HOUSING},
        .at_us = INT64_C(1790000000000000)};
    struct policy_facts food = housing;

    load(fixture, "fine-programmes-and-territories");
    food.labels.needs = UINT32_C(1) << NEED_FOOD;
    policy_decide(fixture->region->policy, fixture->region->directory, &housing, &fixture->verdict);
    assert_norm(fixture, NORM_PLAN, "12 wd");
    policy_decide(fixture->region->policy, fixture->region->directory, &food, &fixture->verdict);
    assert_norm(fixture, NORM_PLAN, "11 wd");
}

static void a_programme_s_rules_come_first_within_its_gate_and_dates(void **state)
{
    struct fixture *fixture = *state;
    const uint32_t infant = UINT32_C(1) << AGE_0_1;

    load(fixture, "fine-programmes-and-territories");
    assert_int_equal(policy_programme_count(fixture->region->policy), 1);
    assert_string_equal(ask(fixture, NORTH, RISK_SOP, 3, infant), "young/sop");
    assert_int_equal(fixture->verdict.programmes, 1);
    assert_string_equal(ask(fixture, NORTH, RISK_SOP, 2, infant), "all");
    assert_int_equal(fixture->verdict.programmes, 0);
    assert_string_equal(ask(fixture, SOUTH, RISK_SOP, 3, infant), "all");
    assert_string_equal(ask(fixture, NORTH, RISK_SOP, 3, 0), "all");
    assert_string_equal(ask(fixture, NORTH, RISK_TZS, 3, infant), "all");
    assert_int_equal(fixture->verdict.programmes, 1);
}

static void a_programme_begins_at_midnight_and_its_last_day_counts(void **state)
{
    struct fixture *fixture = *state;
    /* 2026-03-01 and 2027-01-01, midnight in Novosibirsk (UTC+7) */
    const int64_t begin_us = INT64_C(1772298000000000);
    const int64_t end_us = INT64_C(1798736400000000);
    const int64_t moments_us[] = {begin_us - 1, begin_us, end_us - 1, end_us};
    const uint32_t expected[] = {0, 1, 1, 0};

    load(fixture, "fine-programmes-and-territories");
    for (size_t i = 0; i < 4; i++) {
        const struct policy_facts facts = {
            .labels = {.territory = NORTH, .risk = RISK_TZS, .ages = UINT32_C(1) << AGE_0_1},
            .at_us = moments_us[i]};
        policy_decide(
            fixture->region->policy, fixture->region->directory, &facts, &fixture->verdict);
        assert_int_equal(fixture->verdict.programmes, expected[i]);
    }
}

static void a_programme_tells_more_and_shortens_norms_alone(void **state)
{
    struct fixture *fixture = *state;
    const uint32_t infant = UINT32_C(1) << AGE_0_1;
    uint32_t sites[LIMIT_NOTICE_SITES];

    load(fixture, "fine-programmes-and-territories");
    (void)ask(fixture, NORTH, RISK_SOP, 3, infant);
    assert_norm(fixture, NORM_ANSWER, "2 wh"); /* the programme's: stricter than 6 wh */
    assert_norm(fixture, NORM_SEE, "1 wh");
    assert_norm(fixture, NORM_DELIVER, "1 h"); /* it says nothing of it */
    struct policy_ground ground = {.rule = (size_t)fixture->verdict.rule,
                                   .programmes = fixture->verdict.programmes,
                                   .territory = NORTH};
    assert_int_equal(
        policy_notice_sites(fixture->region->policy, fixture->region->directory, &ground, sites),
        1);
    ground.programmes = 0;
    assert_int_equal(
        policy_notice_sites(fixture->region->policy, fixture->region->directory, &ground, sites),
        0);
}

static void each_norm_says_where_it_comes_from(void **state)
{
    struct fixture *fixture = *state;
    const struct utc_civil date = {.year = 2026, .month = 5, .day = 1};
    struct policy_facts facts = {
        .labels = {.territory = NORTH, .risk = RISK_SOP, .ages = UINT32_C(1) << AGE_0_1},
        .at_us = utc_of_civil(&date)};
    static const struct {
        uint32_t ages;
        enum norm norm;
        enum policy_norm_origin origin;
        uint32_t line;
    } expected[] = {
        {1 << AGE_0_1, NORM_ANSWER, POLICY_NORM_PROGRAMME, 8},
        {1 << AGE_0_1, NORM_DELIVER, POLICY_NORM_DEFAULT, 0},
        {0, NORM_ANSWER, POLICY_NORM_LEVEL_PLACE, 6},
        {0, NORM_PLAN, POLICY_NORM_RULE_PLACE, 7},
    };

    load(fixture, "fine-programmes-and-territories");
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        facts.labels.ages = expected[i].ages;
        policy_decide(
            fixture->region->policy, fixture->region->directory, &facts, &fixture->verdict);
        const struct policy_norm_source source = policy_norm_source(fixture->region->policy,
                                                                    fixture->region->directory,
                                                                    &facts,
                                                                    &fixture->verdict,
                                                                    expected[i].norm);
        assert_int_equal(source.origin, expected[i].origin);
        assert_int_equal(source.at.line, expected[i].line);
    }
}

static void a_programme_s_gate_is_told_condition_by_condition(void **state)
{
    struct fixture *fixture = *state;
    const struct policy_facts facts = {
        .labels = {.territory = SOUTH, .risk = RISK_SOP, .ages = UINT32_C(1) << AGE_0_1}};

    load(fixture, "fine-programmes-and-territories");
    const struct policy_trace trace = policy_programme_trace(
        fixture->region->policy, fixture->region->directory, 0, &facts, fixture->arena);
    assert_int_equal(trace.count, 5);
    assert_string_equal(trace.rows[1].text.en,
                        "time of the programme: from 2026-03-01 before 2027-01-01, the referral "
                        "came before that");
    assert_false(trace.rows[1].holds);
    assert_true(trace.rows[3].holds);
    assert_false(trace.rows[4].holds);
}

static void a_policy_may_be_written_in_russian(void **state)
{
    struct fixture *fixture = *state;

    load(fixture, "fine-russian-words");
    assert_string_equal(policy_id(fixture->region->policy), "small");
    assert_string_equal(decide(fixture, RISK_CRITICAL, 0, 0), "danger");
    assert_string_equal(decide(fixture, RISK_TZS, 0, UINT32_C(1) << FLAG_PLACEMENT_RISK),
                        "placement");
    assert_int_equal(fixture->verdict.norms[NORM_ANSWER].amount, 4);
    assert_string_equal(decide(fixture, RISK_SOP, 0, 0), "all");
    assert_int_equal(fixture->verdict.norms[NORM_CURATOR].amount, 1);
}

/* POLICY.md: "`when` когда". */
static void the_manual_has_every_russian_word(void **state)
{
    char *manual = golden_set_text("policy/POLICY.md");
    size_t count = 0;

    (void)state;
    for (struct keyword word = keyword_at(0); word.en != NULL; word = keyword_at(++count)) {
        char text[128];
        (void)snprintf(text, sizeof(text), "`%s` %s", word.en, word.ru);
        if (strstr(manual, text) == NULL) {
            fail_msg("policy/POLICY.md does not say: %s", text);
        }
    }
    assert_true(count > 50);
    free(manual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_inner_rule_refines_and_inherits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_nearest_territory_s_norm_wins_and_a_rule_s_over_a_level_s, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_inner_rule_inherits_norms_of_territories_that_it_does_not_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_programme_s_rules_come_first_within_its_gate_and_dates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_programme_begins_at_midnight_and_its_last_day_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_programme_tells_more_and_shortens_norms_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_norm_says_where_it_comes_from, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_programme_s_gate_is_told_condition_by_condition, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_policy_may_be_written_in_russian, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_manual_has_every_russian_word, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
