/* A rehearsal: rows of the past typed by hand, and what another policy would have made of them, worked out by hand. */
#include "agents/ctl/rehearsal.h"

#include "tests/support/small_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000000)
/* Monday 2026-11-23 10:00 in the region. */
#define MONDAY INT64_C(1795402800000000)

/* Capacities: lead-region 40, lead-centre 20, untrained-centre 10, duty-region 100. Units: early 1, tzs 2, sop 3,
 * critical 4. */
#define POOLS                                                                                      \
    "policy: test\n"                                                                               \
    "pools:\n"                                                                                     \
    "  all: {workers: {role: case-curator}, continuity: yes}\n"                                    \
    "  small: {workers: {agency: centre, role: case-curator}}\n"                                   \
    "  duty: {workers: {role: duty-curator}, pick: round-robin}\n"

static const char one_rule[] =
    POOLS "rules:\n"
          "  - {id: every, title: {ru: Все, en: Every}, curator: [all]}\n"
          "norms: {tzs: {answer: 2 h, curator: 4 h}}\n";
static const char grave_to_duty[] =
    POOLS "rules:\n"
          "  - {id: grave, title: {ru: Т, en: G}, when: {risk-at-least: sop}, curator: [duty]}\n"
          "  - {id: every, title: {ru: Все, en: Every}, curator: [all]}\n";
static const char only_centre[] = POOLS
    "rules:\n"
    "  - {id: tzs, title: {ru: ТЖС, en: TZS}, when: {risk-at-least: tzs}, curator: [small]}\n";

struct stage {
    struct arena *arena;
    struct region region;
    struct rehearsal *rehearsal;
    const struct rehearsal_result *result;
};

static int set_up(void **state)
{
    static struct stage stage;
    memset(&stage, 0, sizeof(stage));
    stage.arena = arena_create(16U << 20);
    *state = &stage;
    return stage.arena == NULL ? 1 : 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    rehearsal_destroy(&stage->rehearsal);
    roster_destroy(&stage->region.roster);
    policy_destroy(&stage->region.policy);
    calendar_destroy(&stage->region.calendar);
    directory_destroy(&stage->region.directory);
    arena_destroy(&stage->arena);
    return 0;
}

static void begin(struct stage *stage, const char *policy)
{
    struct error_list errors = {.count = 0};
    struct finding_list findings;
    struct yaml_file file;
    struct error err;
    struct region *region = &stage->region;
    region->directory = small_region_directory();
    assert_true(finding_list_begin(&findings, stage->arena));
    region->policy = small_region_policy(policy, region->directory, stage->arena, &findings);
    assert_non_null(region->policy);
    assert_true(roster_create(&region->roster, region->policy, region->directory, &err));
    assert_true(yaml_tree_parse(
        "calendar.yaml", bytes_of_text(small_region_calendar()), stage->arena, &file, &errors));
    assert_true(calendar_create(&region->calendar, &file, &errors));
    const struct rehearsal_options options = {
        .region = region, .since_us = MONDAY, .now_us = MONDAY + 1000 * HOUR};
    stage->rehearsal = rehearsal_create(&options);
    assert_non_null(stage->rehearsal);
}

/* A case with a curator by the rule `every` and the pool `all`, accepted after an hour, still open. */
static struct past_referral row_of(const char *number, int64_t at_us, const char *curator)
{
    return (struct past_referral){.case_number = number,
                                  .arrived_us = at_us,
                                  .labels = {.territory = "village",
                                             .risk = RISK_TZS,
                                             .direction = DIRECTION_PREVENTION,
                                             .channel = CHANNEL_SPECIALIST,
                                             .basis = LEGAL_BASIS_CONSENT,
                                             .needs = UINT32_C(1) << NEED_FOOD},
                                  .referrer_kind = AGENCY_KIND_EDUCATION,
                                  .referrer = "",
                                  .policy_version = 1,
                                  .rule = "every",
                                  .pool = "all",
                                  .chosen = curator,
                                  .why = CANDIDATE_CHOSEN,
                                  .curator = curator,
                                  .delivered_us = at_us,
                                  .answered_us = at_us + HOUR,
                                  .appointed_us = at_us + HOUR,
                                  .answer_due_us = at_us + 2 * HOUR,
                                  .curator_due_us = at_us + 4 * HOUR};
}

/* The same on a desk, with nobody. */
static struct past_referral on_desk(const char *number, int64_t at_us, enum desk_reason reason)
{
    struct past_referral row = row_of(number, at_us, "");
    row.rule = reason == DESK_REASON_NO_RULE ? "" : "every";
    row.pool = "";
    row.desk_reason = reason;
    row.delivered_us = row.answered_us = row.appointed_us = row.answer_due_us = 0;
    return row;
}

static void add(struct stage *stage, const struct past_referral *row)
{
    assert_true(rehearsal_add(stage->rehearsal, row));
}

static const struct rehearsal_result *run(struct stage *stage)
{
    stage->result = rehearsal_run(stage->rehearsal, NULL, NULL);
    assert_non_null(stage->result);
    return stage->result;
}

static const struct rehearsal_curator *curator(const struct stage *stage, const char *id)
{
    for (size_t i = 0; i < stage->result->curator_count; i++) {
        if (strcmp(stage->result->curators[i].id, id) == 0) {
            return &stage->result->curators[i];
        }
    }
    fail_msg("nothing about %s", id);
    return NULL;
}

static void the_same_policy_changes_nothing(void **state)
{
    struct stage *stage = *state;
    /* Free curators in turn, then by share: 2/40 is less than 2/20 and 2/10. */
    static const char *const curators[] = {
        "lead-region", "lead-centre", "untrained-centre", "lead-region"};
    static const char *const numbers[] = {"N-1", "N-2", "N-3", "N-4"};
    begin(stage, one_rule);
    for (size_t i = 0; i < 4; i++) {
        const struct past_referral row =
            row_of(numbers[i], MONDAY + (int64_t)i * HOUR, curators[i]);
        add(stage, &row);
    }
    const struct rehearsal_result *result = run(stage);
    assert_int_equal(result->referrals, 4);
    assert_int_equal(result->cases, 4);
    assert_int_equal(result->causes[REHEARSAL_SAME], 4);
    assert_int_equal(result->move_count, 0);
    assert_int_equal(result->rule_count, 1);
    assert_string_equal(result->rules[0].before, "every");
    assert_string_equal(result->rules[0].after, "every");
    assert_int_equal(result->rules[0].cases, 4);
    assert_int_equal(result->curator_count, 3);
    assert_int_equal(curator(stage, "lead-region")->cases_before, 2);
    assert_int_equal(curator(stage, "lead-region")->cases_after, 2);
    assert_int_equal(curator(stage, "lead-region")->peak_before, 4);
    assert_int_equal(curator(stage, "lead-region")->peak_after, 4);
    assert_int_equal(curator(stage, "lead-region")->capacity, 40);
    assert_int_equal(result->desk_before, 0);
    assert_int_equal(result->desk_after, 0);
    assert_int_equal(result->norms[0].tightened + result->norms[0].relaxed, 0);
    assert_int_equal(result->norms[1].tightened + result->norms[1].relaxed, 0);
    assert_int_equal(result->norms[1].breached_after, 0);
}

static void another_rule_leads_elsewhere(void **state)
{
    struct stage *stage = *state;
    begin(stage, grave_to_duty);
    struct past_referral row = row_of("N-1", MONDAY, "lead-region");
    row.labels.risk = RISK_SOP;
    add(stage, &row);
    row = row_of("N-2", MONDAY + HOUR, "lead-centre"); /* lead-region is free now */
    add(stage, &row);
    const struct rehearsal_result *result = run(stage);
    assert_int_equal(result->causes[REHEARSAL_OTHER_POOL], 1);
    assert_int_equal(result->causes[REHEARSAL_OTHER_CURATOR], 1);
    assert_int_equal(result->move_count, 2);
    assert_string_equal(result->moves[0].number, "N-1");
    assert_string_equal(result->moves[0].before.worker, "lead-region");
    assert_string_equal(result->moves[0].after.worker, "duty-region");
    assert_string_equal(result->moves[0].after.rule, "grave");
    assert_string_equal(result->moves[0].after.pool, "duty");
    assert_string_equal(result->moves[1].after.worker, "lead-region");
    assert_int_equal(result->rule_count, 2);
    assert_int_equal(curator(stage, "duty-region")->peak_before, 0);
    assert_int_equal(curator(stage, "duty-region")->peak_after, 3);
    assert_int_equal(curator(stage, "lead-centre")->cases_after, 0);
}

static void desks_before_and_after(void **state)
{
    struct stage *stage = *state;
    begin(stage, only_centre);
    /* No rule then, a curator now. */
    struct past_referral row = on_desk("N-1", MONDAY, DESK_REASON_NO_RULE);
    add(stage, &row);
    /* A curator then, no rule now. */
    row = row_of("N-2", MONDAY, "lead-region");
    row.labels.risk = RISK_EARLY;
    add(stage, &row);
    /* Without a legal basis, then and now: whom the desk appointed then it appoints again. */
    row = on_desk("N-3", MONDAY, DESK_REASON_NO_LEGAL_BASIS);
    row.labels.basis = LEGAL_BASIS_UNSPECIFIED;
    row.curator = "lead-region";
    row.by_hand = true;
    row.appointed_us = MONDAY + HOUR;
    add(stage, &row);
    const struct rehearsal_result *result = run(stage);
    assert_int_equal(result->causes[REHEARSAL_FROM_DESK], 1);
    assert_int_equal(result->causes[REHEARSAL_TO_DESK], 1);
    assert_int_equal(result->causes[REHEARSAL_SAME], 1);
    assert_int_equal(result->desk_before, 2);
    assert_int_equal(result->desk_after, 2);
    assert_int_equal(result->desks_before[DESK_REASON_NO_RULE], 1);
    assert_int_equal(result->desks_after[DESK_REASON_NO_RULE], 1);
    assert_int_equal(result->desks_after[DESK_REASON_NO_LEGAL_BASIS], 1);
    assert_string_equal(result->moves[0].after.worker, "lead-centre");
    assert_int_equal(curator(stage, "lead-region")->cases_before, 2);
    assert_int_equal(curator(stage, "lead-region")->cases_after, 1);
}

static void people_act_as_they_did(void **state)
{
    struct stage *stage = *state;
    static struct past_refusal refusals[] = {
        {"lead-region", false}, {"lead-centre", true}, {"untrained-centre", false}};
    begin(stage, one_rule);
    struct past_referral row = row_of("N-1", MONDAY, "lead-centre");
    row.refusals = refusals;
    row.refusal_count = 1;
    add(stage, &row);
    /* All three refuse: the supervisor must appoint. */
    row = on_desk("N-2", MONDAY + HOUR, DESK_REASON_UNSPECIFIED);
    row.refusals = refusals;
    row.refusal_count = 3;
    add(stage, &row);
    /* Nobody leads what he or she referred; lead-region and untrained-centre are free, the former had its turn first. */
    row = row_of("N-3", MONDAY + 2 * HOUR, "untrained-centre");
    row.referrer = "lead-region";
    add(stage, &row);
    const struct rehearsal_result *result = run(stage);
    assert_int_equal(result->causes[REHEARSAL_SAME], 3);
    assert_int_equal(result->desks_before[DESK_REASON_OFFERS_EXHAUSTED], 1);
    assert_int_equal(result->desks_after[DESK_REASON_OFFERS_EXHAUSTED], 1);
}

static void the_familys_last_curator(void **state)
{
    struct stage *stage = *state;
    begin(stage, one_rule);
    struct past_referral row = row_of("N-1", MONDAY, "untrained-centre");
    row.why = CANDIDATE_CHOSEN_CONTINUITY;
    add(stage, &row);
    row = row_of("N-2", MONDAY, "lead-centre");
    row.why = CANDIDATE_CHOSEN_DUPLICATE;
    add(stage, &row);
    assert_int_equal(run(stage)->causes[REHEARSAL_SAME], 2);
}

static void load_is_carried_in_and_goes_when_cases_end(void **state)
{
    struct stage *stage = *state;
    begin(stage, one_rule);
    /* 40 of 40, 20 of 20, 9 of 10 units from before. */
    for (int i = 0; i < 18; i++) {
        struct past_referral row = row_of("O-1",
                                          MONDAY - 100 * HOUR,
                                          i < 10   ? "lead-region"
                                          : i < 15 ? "lead-centre"
                                                   : "untrained-centre");
        row.labels.risk = i < 15 ? RISK_CRITICAL : RISK_SOP;
        row.ended_us = i == 17 ? MONDAY + 2 * HOUR : 0; /* one of the beginner's ends */
        add(stage, &row);
    }
    struct past_referral row = on_desk("N-1", MONDAY + HOUR, DESK_REASON_NO_CAPACITY);
    add(stage, &row);
    row = row_of("N-2", MONDAY + 2 * HOUR, "untrained-centre");
    add(stage, &row);
    const struct rehearsal_result *result = run(stage);
    assert_int_equal(result->carried, 18);
    assert_int_equal(result->cases, 2);
    assert_int_equal(result->referrals, 2);
    assert_int_equal(result->causes[REHEARSAL_SAME], 2);
    assert_int_equal(result->desks_after[DESK_REASON_NO_CAPACITY], 1);
    assert_int_equal(curator(stage, "untrained-centre")->peak_after, 9);
    assert_int_equal(curator(stage, "untrained-centre")->cases_after, 1);
    assert_int_equal(curator(stage, "lead-region")->cases_after, 0);
}

static void norms_by_what_really_happened(void **state)
{
    struct stage *stage = *state;
    begin(stage, one_rule); /* answer 2 h, curator 4 h */
    /* 5 h and 6 h were allowed; the answer took 3 h: in time then, late now; the curator is in time in both. */
    struct past_referral row = row_of("N-1", MONDAY, "lead-region");
    row.answer_due_us = MONDAY + 5 * HOUR;
    row.curator_due_us = MONDAY + 6 * HOUR;
    row.answered_us = row.appointed_us = MONDAY + 3 * HOUR;
    add(stage, &row);
    /* One hour was allowed, and three; nobody was appointed to this day. */
    row = row_of("N-2", MONDAY, "");
    row.chosen = "lead-centre";
    row.answer_due_us = MONDAY + HOUR;
    row.curator_due_us = MONDAY + 3 * HOUR;
    row.answered_us = row.appointed_us = 0;
    add(stage, &row);
    const struct rehearsal_result *result = run(stage);
    assert_int_equal(result->norms[0].norm, NORM_ANSWER);
    assert_int_equal(result->norms[0].tightened, 1);
    assert_int_equal(result->norms[0].relaxed, 1);
    assert_int_equal(result->norms[0].breached_before, 1);
    assert_int_equal(result->norms[0].breached_after, 2);
    assert_int_equal(result->norms[1].norm, NORM_CURATOR);
    assert_int_equal(result->norms[1].tightened, 1);
    assert_int_equal(result->norms[1].relaxed, 1);
    assert_int_equal(result->norms[1].breached_before, 1);
    assert_int_equal(result->norms[1].breached_after, 1);
}

static void joining_may_bring_another_rule(void **state)
{
    struct stage *stage = *state;
    begin(stage, grave_to_duty);
    struct past_referral row = row_of("N-1", MONDAY, "lead-region");
    row.appointed_us = MONDAY + 5 * HOUR;
    add(stage, &row);
    struct past_referral joined = row_of("N-1", MONDAY + HOUR, "");
    joined.joined = true;
    joined.labels.risk = RISK_CRITICAL;
    add(stage, &joined);
    /* With a curator already the case stays where it is. */
    row = row_of("N-2", MONDAY + 10 * HOUR, "lead-centre"); /* lead-region was asked last */
    add(stage, &row);
    joined.case_number = "N-2";
    joined.arrived_us = MONDAY + 20 * HOUR;
    add(stage, &joined);
    const struct rehearsal_result *result = run(stage);
    assert_int_equal(result->referrals, 4);
    assert_int_equal(result->joined, 2);
    assert_int_equal(result->cases, 2);
    assert_int_equal(result->move_count, 1);
    assert_string_equal(result->moves[0].number, "N-1");
    assert_string_equal(result->moves[0].after.worker, "duty-region");
    assert_int_equal(curator(stage, "duty-region")->peak_after, 4);
    assert_int_equal(curator(stage, "lead-region")->peak_after, 2);
}

static void what_the_new_directory_does_not_know(void **state)
{
    struct stage *stage = *state;
    begin(stage, one_rule);
    struct past_referral row = row_of("N-1", MONDAY, "lead-dismissed");
    row.forgotten = true;
    row.rule = row.pool = "";
    add(stage, &row);
    row = row_of("N-2", MONDAY, "lead-dismissed");
    row.labels.territory = "atlantis";
    add(stage, &row);
    const struct rehearsal_result *result = run(stage);
    assert_int_equal(result->causes[REHEARSAL_OTHER_CURATOR], 1);
    assert_int_equal(result->causes[REHEARSAL_NO_TERRITORY], 1);
    assert_int_equal(result->rule_count, 1);
    assert_null(result->rules[0].before);
    assert_string_equal(result->rules[0].after, "every");
    assert_false(curator(stage, "lead-dismissed")->known);
    assert_int_equal(curator(stage, "lead-dismissed")->cases_before, 2);
    assert_int_equal(curator(stage, "lead-dismissed")->cases_after, 0);
    assert_int_equal(curator(stage, "lead-region")->cases_after, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_policy_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_rule_leads_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(desks_before_and_after, set_up, tear_down),
        cmocka_unit_test_setup_teardown(people_act_as_they_did, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_familys_last_curator, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            load_is_carried_in_and_goes_when_cases_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(norms_by_what_really_happened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joining_may_bring_another_rule, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_new_directory_does_not_know, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
