/* refctl doctor and check: what is said of a site that is well, and of each thing that is not. */
#include "agents/ctl/health.h"

#include "tests/support/refctl_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { ARENA_BYTES = 1 << 16 };
#define NOW    REFCTL_STAGE_NOW_US
#define SECOND INT64_C(1000000)
#define GIB    (UINT64_C(1) << 30)

static const struct site_status well_agent = {.program = "refagentd 0.1.0",
                                              .site = "school-7",
                                              .region = "test",
                                              .connected = true,
                                              .endpoint = "tcp://127.0.0.1:7551",
                                              .spool_limit = 1000,
                                              .disk_free_bytes = 5 * GIB};
static const struct site_status well_broker = {.program = "refbrokerd 0.1.0",
                                               .region = "test",
                                               .site = "",
                                               .endpoint = "",
                                               .time_us = NOW - 2 * SECOND,
                                               .disk_free_bytes = 50 * GIB};

struct stage {
    struct arena *arena;
    struct site_status agent;
    struct site_status broker;
    struct health_facts facts;
    struct health_finding findings[HEALTH_THINGS];
};

static int set_up(void **state)
{
    static struct stage stage;

    stage = (struct stage){
        .arena = arena_create(ARENA_BYTES), .agent = well_agent, .broker = well_broker};
    stage.facts =
        (struct health_facts){.agent = &stage.agent, .broker = &stage.broker, .now_us = NOW};
    *state = &stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;

    arena_destroy(&stage->arena);
    return 0;
}

/* All is well but for this thing. */
static void
expect_only(struct stage *stage, enum health_thing thing, enum health_level level, const char *text)
{
    health_examine(&stage->facts, stage->arena, stage->findings);
    for (int i = HEALTH_AGENT; i < HEALTH_THINGS; i++) {
        const struct health_finding *finding = &stage->findings[i];
        if (i == (int)thing) {
            assert_int_equal(finding->level, level);
            assert_string_equal(finding->text.en, text);
            assert_true(finding->text.ru[0] != '\0');
            assert_true(finding->remedy.ru[0] != '\0' && finding->remedy.en[0] != '\0');
        } else {
            assert_int_equal(finding->level, HEALTH_OK);
            assert_string_equal(finding->remedy.en, "");
        }
    }
}

static void all_is_well_test(void **state)
{
    expect_only(*state, HEALTH_THINGS, HEALTH_OK, "");
}

static void a_line_that_is_down_is_critical_once_something_waited_five_minutes_test(void **state)
{
    struct stage *stage = *state;

    stage->agent.connected = false;
    expect_only(stage,
                HEALTH_LINE,
                HEALTH_WARNING,
                "no line to the broker tcp://127.0.0.1:7551; the oldest has waited 0 s");
    stage->agent.spool_waiting = 3;
    stage->agent.oldest_waiting_us = NOW - 300 * SECOND;
    expect_only(stage,
                HEALTH_LINE,
                HEALTH_WARNING,
                "no line to the broker tcp://127.0.0.1:7551; the oldest has waited 300 s");
    stage->agent.oldest_waiting_us = NOW - 301 * SECOND;
    expect_only(stage,
                HEALTH_LINE,
                HEALTH_CRITICAL,
                "no line to the broker tcp://127.0.0.1:7551; the oldest has waited 301 s");
    assert_int_equal(stage->findings[HEALTH_LINE].figure, 301);
    stage->agent.connected = true;
    expect_only(stage,
                HEALTH_LINE,
                HEALTH_WARNING,
                "301 s has the oldest waited, although there is a line");
}

static void a_spool_is_looked_after_before_it_is_full_test(void **state)
{
    struct stage *stage = *state;

    stage->agent.spool_waiting = 499;
    expect_only(stage, HEALTH_THINGS, HEALTH_OK, "");
    stage->agent.spool_waiting = 500;
    expect_only(stage, HEALTH_SPOOL, HEALTH_WARNING, "50 % of the room for what waits is taken");
    stage->agent.spool_waiting = 800;
    expect_only(stage, HEALTH_SPOOL, HEALTH_CRITICAL, "80 % of the room for what waits is taken");
}

static void the_smaller_of_two_disks_is_named_test(void **state)
{
    struct stage *stage = *state;

    stage->agent.disk_free_bytes = GIB - 1;
    expect_only(stage, HEALTH_DISK, HEALTH_WARNING, "1023 MiB free on the agent's disk");
    stage->broker.disk_free_bytes = GIB / 4 - 1;
    expect_only(stage, HEALTH_DISK, HEALTH_CRITICAL, "255 MiB free on the broker's disk");
}

static void clocks_that_differ_are_told_both_ways_test(void **state)
{
    struct stage *stage = *state;

    stage->broker.time_us = NOW - 60 * SECOND;
    expect_only(stage, HEALTH_THINGS, HEALTH_OK, "");
    stage->broker.time_us = NOW + 61 * SECOND;
    expect_only(stage, HEALTH_CLOCK, HEALTH_WARNING, "61 s between this clock and the broker's");
    stage->broker.clock_doubted = true;
    expect_only(
        stage, HEALTH_CLOCK, HEALTH_CRITICAL, "the broker's clock is in doubt: norms stand still");
}

static void work_that_waits_for_people_is_told_test(void **state)
{
    struct stage *stage = *state;

    stage->facts.overdue = 2;
    expect_only(stage, HEALTH_INBOX, HEALTH_WARNING, "2 overdue of what waits for an answer here");
    stage->facts.overdue = 0;
    stage->agent.refused = 1;
    expect_only(stage, HEALTH_REFUSED, HEALTH_WARNING, "1 refused by the broker, to be mended");
    stage->agent.refused = 0;
    stage->broker.cases_on_desks = 4;
    expect_only(
        stage, HEALTH_DESKS, HEALTH_WARNING, "4 cases wait on desks for a person's decision");
    stage->broker.cases_on_desks = 0;
    stage->broker.sites_away = 1;
    expect_only(stage,
                HEALTH_SITES,
                HEALTH_WARNING,
                "1 sites have been silent so long that none of their workers is chosen");
    stage->broker.sites_away = 0;
    stage->broker.program = "refbrokerd 0.2.0";
    expect_only(stage, HEALTH_PROGRAM, HEALTH_WARNING, "refagentd 0.1.0, refbrokerd 0.2.0");
}

static void a_former_disclosure_key_may_be_held_for_fourteen_days_test(void **state)
{
    struct stage *stage = *state;
    const int64_t day_us = INT64_C(86400000000);

    stage->broker.disclosure_epoch = 4;
    stage->broker.disclosure_epoch_old = 3;
    stage->broker.disclosure_sites_waiting = 2;
    stage->broker.disclosure_drawn_us = stage->broker.time_us - 13 * day_us;
    health_examine(&stage->facts, stage->arena, stage->findings);
    assert_int_equal(stage->findings[HEALTH_EPOCH].level, HEALTH_OK);
    assert_int_equal(stage->findings[HEALTH_EPOCH].figure, 2);
    stage->broker.disclosure_drawn_us = stage->broker.time_us - 15 * day_us;
    expect_only(
        stage, HEALTH_EPOCH, HEALTH_WARNING, "15 days the former disclosure key has been held");
}

/* Named are those whose cases nobody would lead; first that of whoever has no deputy, then of one whose deputy is away. */
static void a_leave_without_a_deputy_who_is_there_is_named_test(void **state)
{
    static const int64_t day_us = INT64_C(86400000000);
    struct stage *stage = *state;
    struct health_away away[] = {
        {.id = "busy", .from_us = NOW + day_us, .until_us = NOW + 5 * day_us, .load = 3},
        {.id = "idle", .from_us = NOW + day_us, .until_us = NOW + 5 * day_us},
        {.id = "covered",
         .deputy = "there",
         .from_us = NOW - day_us,
         .until_us = NOW + 5 * day_us,
         .load = 2},
        {.id = "before",
         .deputy = "busy",
         .from_us = NOW - day_us,
         .until_us = NOW + day_us,
         .load = 1},
    };
    stage->facts.away = away;
    stage->facts.away_count = 4;
    expect_only(
        stage,
        HEALTH_LEAVES,
        HEALTH_WARNING,
        "nobody leads the open cases during the leave of 1 curators: busy (tomorrow 08:02)");
    assert_string_equal(stage->findings[HEALTH_LEAVES].text.ru,
                        "на время отпуска некому вести открытые случаи кураторов, всего 1: busy "
                        "(завтра 08:02)");
    assert_int_equal(stage->findings[HEALTH_LEAVES].figure, 1);
    away[3].until_us = NOW + day_us + 1; /* then they overlap */
    expect_only(stage,
                HEALTH_LEAVES,
                HEALTH_WARNING,
                "nobody leads the open cases during the leave of 2 curators: busy (tomorrow "
                "08:02), before (yesterday 08:02)");
    away[0] = (struct health_away){.id = "busy", .dismissed = true, .load = 3};
    expect_only(stage,
                HEALTH_LEAVES,
                HEALTH_WARNING,
                "nobody leads the open cases during the leave of 1 curators: before (yesterday "
                "08:02)");
    stage->facts.away_count = 3;
    expect_only(stage, HEALTH_THINGS, HEALTH_OK, "");
}

static void without_a_broker_the_region_is_unknown_test(void **state)
{
    struct stage *stage = *state;

    stage->facts.broker = NULL;
    health_examine(&stage->facts, stage->arena, stage->findings);
    assert_int_equal(stage->findings[HEALTH_DESKS].level, HEALTH_UNKNOWN);
    assert_int_equal(stage->findings[HEALTH_SITES].level, HEALTH_UNKNOWN);
    assert_int_equal(stage->findings[HEALTH_CLOCK].level, HEALTH_OK);
}

static void a_silent_agent_leaves_the_rest_unknown_test(void **state)
{
    struct stage *stage = *state;
    struct error silence;

    (void)error_set(&silence, ERROR_UNAVAILABLE, "nobody listens at ipc:///x");
    stage->facts = (struct health_facts){.silence = &silence, .now_us = NOW};
    health_examine(&stage->facts, stage->arena, stage->findings);
    assert_int_equal(stage->findings[HEALTH_AGENT].level, HEALTH_CRITICAL);
    assert_string_equal(stage->findings[HEALTH_AGENT].text.en, "nobody listens at ipc:///x");
    for (int thing = HEALTH_LINE; thing < HEALTH_THINGS; thing++) {
        assert_int_equal(stage->findings[thing].level, HEALTH_UNKNOWN);
    }
}

static void things_are_found_by_name_test(void **state)
{
    (void)state;
    assert_int_equal(health_find("spool"), HEALTH_SPOOL);
    assert_int_equal(health_find("spoon"), HEALTH_THINGS);
    assert_string_equal(health_name(HEALTH_DESKS), "desks");
    assert_string_equal(health_unit(HEALTH_DISK), "B");
}

/* ---- as it is run ------------------------------------------------------------------------------- */

static bool script(const struct envelope *question, struct envelope *answer)
{
    static struct site_status rows[2];
    static struct inbox_row late;
    static struct curator_row curators[2] = {{.id = "curator-1", .title = {"", ""}, .load = 4},
                                             {.id = "curator-2",
                                              .title = {"", ""},
                                              .load = 4,
                                              .leave_from_us = NOW - SECOND,
                                              .leave_until_us = NOW + SECOND}};

    refctl_stage_answer(question, answer);
    if (question->body.query.kind == QUERY_STATUS) {
        rows[0] = well_agent;
        rows[1] = well_broker;
        rows[0].spool_waiting = 3;
        answer->body.answer.status = rows;
        answer->body.answer.status_count = 2;
    } else if (question->body.query.kind == QUERY_INBOX) {
        late.delivery.kind = DELIVERY_OFFER;
        late.delivery.entity = refctl_stage_id(1);
        late.delivery.view.offer = (struct offer_view){.id = refctl_stage_id(1),
                                                       .case_number = "TST-2026-000001-2",
                                                       .worker = "curator-1",
                                                       .rule = "all",
                                                       .possible_duplicate = "",
                                                       .labels = {.territory = "north"},
                                                       .rule_title = {"", ""},
                                                       .why = {"", ""},
                                                       .state = ASSIGNMENT_OFFERED,
                                                       .answer_due_us = NOW - SECOND};
        answer->body.answer.inbox = &late;
        answer->body.answer.inbox_count = 1;
    } else if (question->body.query.kind == QUERY_CURATORS) {
        answer->body.answer.curators = curators;
        answer->body.answer.curator_count = 2;
    }
    return true;
}

static bool script_of_a_school(const struct envelope *question, struct envelope *answer)
{
    if (question->kind == BODY_QUERY && question->body.query.kind == QUERY_CURATORS) {
        static struct problem problem = {
            .code = REFUSAL_NOT_ALLOWED, .field = "", .text = {"", ""}};
        refctl_stage_answer(question, answer);
        answer->body.answer.problems = &problem;
        answer->body.answer.problem_count = 1;
        return true;
    }
    return script(question, answer);
}

static void a_person_is_told_what_to_do_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, script);
    refctl_stage_run(stage, "doctor", 1);
    refctl_stage_says(stage->out, "✓ связь с брокером есть\n");
    refctl_stage_says(
        stage->out, "! 1 просрочено из того, что ждёт здесь ответа\n  → ответьте: refctl inbox\n");
    refctl_stage_says(stage->err, "не в порядке или неизвестно: 2 из 12");
    refctl_stage_says(stage->out, "всего 1: curator-2 (сегодня 15:01)\n  → назовите заместителя");
    refctl_stage_run(stage, "doctor --json", 1);
    refctl_stage_says(stage->out, "\"thing\": \"inbox\",\n    \"level\": \"WARNING\"");
}

static void a_monitoring_system_gets_one_line_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, script);
    refctl_stage_run(stage, "check --lang en", 1);
    assert_string_equal(
        stage->out,
        "REFBROKER WARNING - 1 overdue of what waits for an answer here | line=0s spool=3 "
        "refused=0 disk=5368709120B clock=2s inbox=1\n");
    assert_string_equal(stage->err, "");
    refctl_stage_run(stage, "check --lang en line desks", 0);
    assert_string_equal(
        stage->out,
        "REFBROKER OK - connected to the broker; no case waits on a desk | line=0s desks=0\n");
    refctl_stage_run(stage, "check --lang en leaves", 1);
    refctl_stage_says(stage->out, "REFBROKER WARNING - nobody leads the open cases");
    refctl_stage_says(stage->out, "| leaves=1\n");
    refctl_stage_run(stage, "check lines", 64);
}

static void who_has_no_say_in_leaves_is_not_alarmed_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, script_of_a_school);
    refctl_stage_run(stage, "check leaves", 0);
    refctl_stage_says(stage->out, "REFBROKER OK - отпуска кураторов видят супервизоры");
}

static void a_silent_agent_is_critical_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_run(stage, "check --socket ipc:///nowhere/agent.sock --timeout 200ms", 2);
    refctl_stage_says(stage->out, "REFBROKER CRITICAL - ");
    refctl_stage_run(stage, "check line --socket ipc:///nowhere/agent.sock --timeout 200ms", 3);
    refctl_stage_says(stage->out, "REFBROKER UNKNOWN - ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_is_well_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_line_that_is_down_is_critical_once_something_waited_five_minutes_test,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_spool_is_looked_after_before_it_is_full_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_smaller_of_two_disks_is_named_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            clocks_that_differ_are_told_both_ways_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(work_that_waits_for_people_is_told_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_former_disclosure_key_may_be_held_for_fourteen_days_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_leave_without_a_deputy_who_is_there_is_named_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            without_a_broker_the_region_is_unknown_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_silent_agent_leaves_the_rest_unknown_test, set_up, tear_down),
        cmocka_unit_test(things_are_found_by_name_test),
        cmocka_unit_test_setup_teardown(
            a_person_is_told_what_to_do_test, refctl_stage_setup, refctl_stage_teardown),
        cmocka_unit_test_setup_teardown(
            a_monitoring_system_gets_one_line_test, refctl_stage_setup, refctl_stage_teardown),
        cmocka_unit_test_setup_teardown(who_has_no_say_in_leaves_is_not_alarmed_test,
                                        refctl_stage_setup,
                                        refctl_stage_teardown),
        cmocka_unit_test_setup_teardown(
            a_silent_agent_is_critical_test, refctl_stage_setup, refctl_stage_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
