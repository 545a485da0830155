/* Past referrals in pages: what was decided for each, and that nothing else is told. */
#include "broker/core/past.h"

#include "broker/core/query.h"
#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000000)
#define HOUR   INT64_C(3600000000)

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

static struct answer ask(struct district *district, int64_t since_us, const char *cursor)
{
    struct answer answer = {.cursor = ""};
    const char *text = arena_format(district->arena, "%lld", (long long)since_us);
    const struct query query = {.kind = QUERY_PAST, .text = text, .cursor = cursor};
    assert_int_equal(past_list(&district->world->core, district->arena, &query, &answer),
                     PAST_LISTED);
    return answer;
}

static void accepted_test(void **state)
{
    struct district *district = *state;
    const int64_t begin_us = district->now_us;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    district->now_us += 10 * MINUTE;
    district_accept(district, &referral);
    const struct answer answer = ask(district, begin_us, "");
    assert_int_equal(answer.past_count, 1);
    assert_string_equal(answer.cursor, "");
    const struct past_referral *row = &answer.past[0];
    assert_string_equal(row->case_number, "NSO-2026-000001-1");
    assert_int_equal(row->arrived_us, begin_us);
    assert_false(row->joined);
    assert_string_equal(row->labels.territory, "tatarsky");
    assert_int_equal(row->labels.risk, RISK_TZS);
    assert_int_equal(row->labels.needs, UINT32_C(1) << NEED_HOUSEHOLD);
    assert_int_equal(row->labels.children, 1);
    assert_int_equal(row->referrer_kind, AGENCY_KIND_EDUCATION);
    assert_string_equal(row->referrer, ""); /* no curator */
    assert_int_equal(row->policy_version, 1);
    assert_false(row->forgotten);
    assert_string_equal(row->rule, "trouble");
    assert_string_equal(row->pool, "district");
    assert_string_equal(row->chosen, "curator-tatarsky-1");
    assert_int_equal(row->why, CANDIDATE_CHOSEN);
    assert_int_equal(row->desk_reason, DESK_REASON_UNSPECIFIED);
    assert_int_equal(row->refusal_count, 0);
    assert_string_equal(row->curator, "curator-tatarsky-1");
    assert_false(row->by_hand);
    assert_int_equal(row->appointed_us, begin_us + 10 * MINUTE);
    assert_int_equal(row->answered_us, begin_us + 10 * MINUTE);
    /* Two working days from Monday 10:00. */
    assert_int_equal(row->curator_due_us, begin_us + 48 * HOUR);
    assert_int_equal(row->ended_us, 0);
}

static void refused_and_by_hand_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    const struct assignment_record offer = district_offer(district, &referral);
    const struct command refuse = {.kind = COMMAND_REFUSE,
                                   .subject = offer.id,
                                   .token = offer.token,
                                   .code = DECLINE_NO_CAPACITY};
    district_command(district, "curator-tatarsky-1", &refuse);
    const struct past_referral *row = ask(district, district->now_us, "").past;
    assert_int_equal(row->refusal_count, 1);
    assert_string_equal(row->refusals[0].worker, "curator-tatarsky-1");
    assert_false(row->refusals[0].silent);
    assert_string_equal(row->chosen, "curator-tatarsky-2");
    assert_string_equal(row->curator, "");
    assert_int_equal(row->appointed_us, 0);

    const struct command assign = {.kind = COMMAND_ASSIGN,
                                   .subject = district_case(district, &referral).id,
                                   .worker = "curator-tatarsky-3",
                                   .note = "knows the family"};
    district_command(district, "supervisor-tatarsky", &assign);
    district_accept(district, &referral);
    row = ask(district, district->now_us, "").past;
    assert_string_equal(row->chosen, "curator-tatarsky-2"); /* the rule's word stays */
    assert_string_equal(row->curator, "curator-tatarsky-3");
    assert_true(row->by_hand);
    assert_int_equal(row->refusal_count, 1);
}

static void joined_and_desk_test(void **state)
{
    struct district *district = *state;
    const int64_t begin_us = district->now_us;
    (void)district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    (void)district_send(district, "specialist-clinic", "vengerovsky", RISK_TZS);
    district->referrals -= 2; /* the first family again, from elsewhere */
    district->now_us += HOUR;
    (void)district_send(district, "specialist-clinic", "tatarsky", RISK_SOP);
    const struct answer answer = ask(district, begin_us, "");
    assert_int_equal(answer.past_count, 3);
    assert_false(answer.past[0].joined);
    assert_int_equal(answer.past[0].labels.risk, RISK_TZS); /* its own */
    assert_true(answer.past[1].joined);
    assert_string_equal(answer.past[1].case_number, "NSO-2026-000001-1");
    assert_int_equal(answer.past[1].labels.risk, RISK_SOP);
    assert_int_equal(answer.past[1].referrer_kind, AGENCY_KIND_HEALTH);
    assert_string_equal(answer.past[1].rule, "");
    assert_int_equal(answer.past[2].desk_reason, DESK_REASON_NO_CANDIDATE);
    assert_string_equal(answer.past[2].chosen, "");
    assert_string_equal(answer.past[2].rule, "trouble");
    assert_string_equal(answer.past[2].pool, "");

    /* An hour later only what is still open, each case once, by the referral that opened it. */
    const struct answer later = ask(district, begin_us + 1, "");
    assert_int_equal(later.past_count, 2);
    assert_int_equal(later.past[0].arrived_us, begin_us);
    assert_false(later.past[1].joined);
}

static void pages_test(void **state)
{
    enum { CASES = 230 };
    struct district *district = *state;
    const int64_t begin_us = district->now_us;
    for (int i = 0; i < CASES; i++) {
        (void)district_send(district, "specialist-clinic", "vengerovsky", RISK_TZS);
    }
    const struct answer first = ask(district, begin_us, "");
    assert_int_equal(first.past_count, LIMIT_PAGE_ROWS);
    assert_int_not_equal(strlen(first.cursor), 0);
    const struct answer second = ask(district, begin_us, first.cursor);
    assert_int_equal(second.past_count, CASES - LIMIT_PAGE_ROWS);
    assert_string_equal(second.cursor, "");
    assert_int_equal(strncmp(second.past[0].case_number, "NSO-2026-000201-", 16), 0);
}

static void bad_questions_test(void **state)
{
    struct district *district = *state;
    struct answer answer = {.cursor = ""};
    static const char *const texts[] = {"", "soon", "-5", "12 ", "1234567890123456789"};
    static const char *const cursors[] = {"x",
                                          "00000000000000000000000000000001",
                                          "0000000000000000000000000000000g.1",
                                          "00000000000000000000000000000001.",
                                          "00000000000000000000000000000001.1x"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct query query = {.kind = QUERY_PAST, .text = texts[i], .cursor = ""};
        assert_int_equal(past_list(&district->world->core, district->arena, &query, &answer),
                         PAST_BAD_TEXT);
    }
    for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
        const struct query query = {.kind = QUERY_PAST, .text = "5", .cursor = cursors[i]};
        assert_int_equal(past_list(&district->world->core, district->arena, &query, &answer),
                         PAST_BAD_CURSOR);
    }
}

static void who_may_ask_test(void **state)
{
    struct district *district = *state;
    static const struct query_world world = {.now_us = 5, .program = "test"};
    static const char *const workers[] = {"supervisor-tatarsky", "curator-tatarsky-1"};
    const struct directory *directory = district->world->core.region->directory;
    for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
        const struct query query = {
            .id = 1, .kind = QUERY_PAST, .actor = workers[i], .text = "5", .cursor = ""};
        const uint32_t worker = world_worker(district->world, workers[i]);
        const struct answer answer = query_answer(&district->world->core,
                                                  district->arena,
                                                  directory_worker(directory, worker)->site,
                                                  &query,
                                                  &world);
        assert_int_equal(answer.problem_count, 1);
        assert_int_equal(answer.problems[0].code, REFUSAL_NOT_ALLOWED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(accepted_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refused_and_by_hand_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joined_and_desk_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_questions_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_may_ask_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
