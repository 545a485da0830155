/* The read side: pages, who may ask what, and that what may not be seen does not exist. */
#include "broker/core/query.h"

#include "tests/support/district.h"

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

static struct answer ask(struct district *district, const char *actor, const struct query *query)
{
    static const struct query_world world = {.now_us = 5, .started_us = 3, .program = "test"};
    struct query asked = *query;
    const struct directory *directory = district->world->core.region->directory;
    asked.actor = actor;
    asked.id = 9;
    return query_answer(&district->world->core,
                        district->arena,
                        directory_worker(directory, world_worker(district->world, actor))->site,
                        &asked,
                        &world);
}

static struct answer ask_kind(struct district *district, const char *actor, enum query_kind kind)
{
    const struct query query = {.kind = kind, .text = "", .cursor = ""};
    return ask(district, actor, &query);
}

static void status_test(void **state)
{
    struct district *district = *state;
    (void)district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    (void)district_send(district, "specialist-school-7", "vengerovsky", RISK_TZS);
    const struct answer answer = ask_kind(district, "specialist-school-7", QUERY_STATUS);
    assert_int_equal(answer.problem_count, 0);
    assert_int_equal(answer.id, 9);
    assert_int_equal(answer.status_count, 1);
    assert_int_equal(answer.status->referrals, 2);
    assert_int_equal(answer.status->cases_open, 2);
    assert_int_equal(answer.status->cases_on_desks, 1);
    assert_int_equal(answer.status->offers_open, 1);
    assert_int_equal(answer.status->cases_with_lead, 0);
    assert_int_equal(answer.status->policy_version, 1);
    assert_int_equal(answer.status->position, 3);
    assert_string_equal(answer.status->region, "novosibirsk");
}

static void cases_in_pages_test(void **state)
{
    enum { CASES = 230 };
    struct district *district = *state;
    struct query query = {.kind = QUERY_CASES, .text = "", .cursor = ""};
    for (int i = 0; i < CASES; i++) {
        (void)district_send(district, "specialist-clinic", "vengerovsky", RISK_TZS);
    }
    (void)district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    struct answer answer = ask(district, "intake-region", &query);
    assert_int_equal(answer.case_count, LIMIT_PAGE_ROWS);
    assert_string_equal(answer.cases[0].number, "NSO-2026-000001-1");
    assert_true(strlen(answer.cursor) > 0);
    query.cursor = answer.cursor;
    answer = ask(district, "intake-region", &query);
    assert_int_equal(answer.case_count, CASES - LIMIT_PAGE_ROWS);
    assert_string_equal(answer.cursor, "");
    assert_int_equal(strncmp(answer.cases[0].number, "NSO-2026-000201-", 16), 0);
    /* Tatarsky has a triage desk of its own; the administrator sees all, a specialist none. */
    query.cursor = "";
    assert_int_equal(ask(district, "intake-tatarsky", &query).case_count, 1);
    assert_int_equal(ask(district, "curator-tatarsky-1", &query).case_count, 1);
    assert_int_equal(ask(district, "specialist-school-7", &query).case_count, 0);
    query.cursor = "no cursor";
    assert_int_equal(ask(district, "intake-region", &query).problems[0].code, REFUSAL_BAD_FIELD);
}

static void a_case_by_every_name_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    const struct case_record record = district_case(district, &referral);
    struct query query = {.kind = QUERY_CASE, .subject = record.id, .text = "", .cursor = ""};
    assert_int_equal(ask(district, "curator-tatarsky-1", &query).case_count, 1);
    query.subject = district_offer(district, &referral).id;
    assert_int_equal(ask(district, "curator-tatarsky-1", &query).case_count, 1);
    memset(&query.subject, 0, sizeof(query.subject));
    query.text = "nso-2026-000001-1";
    assert_int_equal(ask(district, "curator-tatarsky-1", &query).case_count, 1);
    /* What may not be seen and what is not there are answered alike. */
    struct answer hidden = ask(district, "curator-tatarsky-2", &query);
    query.text = "NSO-2026-000002-9";
    struct answer absent = ask(district, "curator-tatarsky-2", &query);
    assert_int_equal(hidden.problem_count, 1);
    assert_int_equal(absent.problem_count, 1);
    assert_int_equal(hidden.problems[0].code, REFUSAL_NOT_FOUND);
    assert_int_equal(absent.problems[0].code, REFUSAL_NOT_FOUND);
    assert_string_equal(hidden.problems[0].text.ru, absent.problems[0].text.ru);
    assert_string_equal(hidden.problems[0].field, absent.problems[0].field);
}

static void timeline_and_explanation_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    const struct query timeline = {
        .kind = QUERY_TIMELINE, .text = "NSO-2026-000001-1", .cursor = ""};
    const struct query explain = {.kind = QUERY_EXPLAIN, .text = "NSO-2026-000001-1", .cursor = ""};
    district_accept(district, &referral);
    struct answer answer = ask(district, "supervisor-tatarsky", &timeline);
    assert_int_equal(answer.timeline_count, 5);
    assert_string_equal(answer.timeline[0].event, "case-opened");
    assert_string_equal(answer.timeline[0].actor, "specialist-school-7");
    assert_string_equal(answer.timeline[0].site, "school-7-tatarsk");
    assert_int_equal(answer.timeline[0].position, 2);
    assert_string_equal(answer.timeline[3].event, "offer-accepted");
    assert_string_equal(answer.timeline[3].actor, "curator-tatarsky-1");
    answer = ask(district, "supervisor-tatarsky", &explain);
    assert_int_equal(answer.explanation_count, 1);
    assert_string_equal(answer.explanations[0].rule, "trouble");
    assert_string_equal(answer.explanations[0].pool, "district");
    assert_string_equal(answer.explanations[0].chosen, "curator-tatarsky-1");
    assert_int_equal(answer.explanations[0].candidate_count, 3);
    assert_int_equal(answer.explanations[0].passed_rule_count, 4);
    assert_string_equal(answer.explanations[0].passed_rules[0].rule, "emergency");
    assert_int_equal(ask(district, "specialist-school-7", &timeline).problems[0].code,
                     REFUSAL_NOT_FOUND);
    assert_int_equal(ask(district, "specialist-school-7", &explain).problems[0].code,
                     REFUSAL_NOT_FOUND);
}

static void agencies_and_curators_test(void **state)
{
    struct district *district = *state;
    (void)district_send(district, "specialist-school-7", "tatarsky", RISK_SOP);
    struct answer answer = ask_kind(district, "specialist-school-7", QUERY_AGENCIES);
    assert_int_equal(answer.agency_count, 9);
    assert_string_equal(answer.agencies[1].id, "social-tatarsky");
    assert_string_equal(answer.agencies[1].home_site, "social-tatarsky-1");
    assert_int_equal(answer.agencies[1].sites, 2);
    assert_int_equal(answer.agencies[1].workers, 5);
    answer = ask_kind(district, "specialist-school-7", QUERY_CURATORS);
    assert_int_equal(answer.problems[0].code, REFUSAL_NOT_ALLOWED);
    answer = ask_kind(district, "supervisor-region", QUERY_CURATORS);
    assert_int_equal(answer.curator_count, 8);
    assert_string_equal(answer.curators[0].id, "curator-tatarsky-1");
    assert_int_equal(answer.curators[0].load, 3);
    assert_int_equal(answer.curators[0].capacity, 6);
    assert_int_equal(answer.curators[0].open_offers, 1);
}

static void who_asks_test(void **state)
{
    struct district *district = *state;
    const struct query_world world = {.program = "test"};
    const struct query query = {.actor = "curator-tatarsky-1", .kind = QUERY_STATUS};
    const uint32_t wrong = world_site(district->world, "school-7-tatarsk");
    struct answer answer =
        query_answer(&district->world->core, district->arena, wrong, &query, &world);
    assert_int_equal(answer.problems[0].code, REFUSAL_UNKNOWN_WORKER);
    assert_int_equal(ask_kind(district, "curator-tatarsky-1", QUERY_INBOX).problems[0].code,
                     REFUSAL_UNKNOWN_KIND);
    assert_int_equal(ask_kind(district, "curator-tatarsky-1", QUERY_END).problems[0].code,
                     REFUSAL_UNKNOWN_KIND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(status_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cases_in_pages_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_case_by_every_name_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timeline_and_explanation_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(agencies_and_curators_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_asks_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
