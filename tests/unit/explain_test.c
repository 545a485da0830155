/* Explanations: every kind of event and every reason has words in both languages. */
#include "broker/core/explain.h"

#include "tests/support/district.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    *state = district_create(NULL);
    return 0;
}

static int tear_down(void **state)
{
    struct district *district = *state;
    district_destroy(&district);
    return 0;
}

static void assert_said(struct phrase phrase)
{
    assert_non_null(phrase.ru);
    assert_non_null(phrase.en);
    assert_true(strlen(phrase.ru) > 0);
    assert_true(strlen(phrase.en) > 0);
    assert_null(strstr(phrase.ru, "(null)"));
    assert_null(strchr(phrase.en, '%'));
}

/* Kinds that stand in a case's timeline: all between the first and the last about cases. */
static void every_event_has_words_test(void **state)
{
    struct district *district = *state;
    static const enum fact_kind kinds[] = {
        FACT_CASE_OPENED,        FACT_REFERRAL_JOINED,  FACT_DUPLICATE_SUSPECTED,
        FACT_DUPLICATE_REJECTED, FACT_CASE_MERGED,      FACT_DECIDED,
        FACT_CURATOR_PROPOSED,   FACT_OFFER_DELIVERED,  FACT_OFFER_SEEN,
        FACT_OFFER_ACCEPTED,     FACT_OFFER_REFUSED,    FACT_OFFER_EXPIRED,
        FACT_OFFER_WITHDRAWN,    FACT_ASSIGNMENT_ENDED, FACT_PUT_ON_DESK,
        FACT_TAKEN_OFF_DESK,     FACT_NOTICE_SENT,      FACT_DISCLOSED,
        FACT_DISCLOSURE_ENDED,   FACT_ESCALATED,        FACT_REFERRAL_DELIVERED,
        FACT_REFERRAL_SEEN,      FACT_RISK_RAISED,      FACT_CURATOR_LOST,
        FACT_OUTCOME_PROPOSED,   FACT_OUTCOME_REJECTED, FACT_CASE_CLOSED};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct timeline_record record;
        memset(&record, 0, sizeof(record));
        record.kind = kinds[i];
        record.code = 1;
        record.code_2 = 1;
        record.worker = world_worker(district->world, "curator-tatarsky-1");
        record.actor_site = world_site(district->world, "social-tatarsky-1");
        assert_said(explain_event(&district->world->core, district->arena, &record));
    }
}

static void a_desk_names_its_agency_test(void **state)
{
    struct district *district = *state;
    const struct core *core = &district->world->core;
    struct timeline_record record = {
        .kind = FACT_PUT_ON_DESK, .code = DESK_SUPERVISOR, .code_2 = DESK_REASON_OFFERS_EXHAUSTED};
    record.agency = directory_find(core->region->directory, DIRECTORY_AGENCY, "social-region");
    assert_string_equal(explain_event(core, district->arena, &record).en,
                        "the case waits for a decision on the desk of: Ministry — "
                        "nobody asked took the case");
    record.flag = true;
    assert_string_equal(
        explain_event(core, district->arena, &record).ru,
        "случай передан выше: Министерство — никто из предложенных не принял случай");
    record.agency = 0;
    assert_non_null(strstr(explain_event(core, district->arena, &record).en, "on a desk — "));
}

static void every_task_has_words_test(void **state)
{
    (void)state;
    for (int reason = DESK_REASON_UNSPECIFIED + 1; reason < DESK_REASON_END; reason++) {
        assert_said(explain_task((enum desk_reason)reason));
    }
}

static void why_this_curator_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    struct assignment_record offer = district_offer(district, &referral);
    assert_string_equal(explain_why(&district->world->core, district->arena, &offer).en,
                        "chosen, pool \"district\"");
    offer.pool = UINT32_MAX;
    assert_string_equal(explain_why(&district->world->core, district->arena, &offer).en,
                        "appointed by hand by a supervisor");
    offer.why = CANDIDATE_CHOSEN_DUPLICATE;
    assert_said(explain_why(&district->world->core, district->arena, &offer));
}

static void decisions_test(void **state)
{
    struct district *district = *state;
    struct explanation explanation;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "vengerovsky", RISK_TZS);
    const struct case_record record = district_case(district, &referral);
    memset(&explanation, 0, sizeof(explanation));
    assert_true(
        explain_decision(&district->world->core, district->arena, &record, 0, &explanation));
    assert_string_equal(explanation.rule, "trouble");
    assert_string_equal(explanation.chosen, "");
    assert_int_equal(explanation.desk_reason, DESK_REASON_NO_CANDIDATE);
    assert_int_equal(explanation.at_us, district->now_us);
    assert_said(explanation.sentence);
    for (size_t i = 0; i < explanation.passed_rule_count; i++) {
        assert_said(explanation.passed_rules[i].failed);
        assert_said(explanation.passed_rules[i].title);
    }
    assert_false(
        explain_decision(&district->world->core, district->arena, &record, 1, &explanation));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_event_has_words_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_desk_names_its_agency_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_task_has_words_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(why_this_curator_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(decisions_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
