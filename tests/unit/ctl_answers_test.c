/* What refctl makes of answers: cases, referrals, decisions, status, lists in pages; for people and as JSON. */
#include "tests/support/refctl_stage.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW_US REFCTL_STAGE_NOW_US
#define MINUTE INT64_C(60000000)
#define HOUR   INT64_C(3600000000)

static const struct labels tatarsky = {.territory = "tatarsky",
                                       .risk = RISK_SOP,
                                       .direction = DIRECTION_EARLY_DETECTION,
                                       .channel = CHANNEL_SPECIALIST,
                                       .basis = LEGAL_BASIS_LEGAL_DUTY,
                                       .needs = 1U << NEED_HOUSEHOLD,
                                       .ages = 1U << AGE_1_3,
                                       .flags = 1U << FLAG_PLACEMENT_RISK,
                                       .children = 2};

/* ---- what the agents say ------------------------------------------------------------------- */

static bool knows_one_case(const struct envelope *question, struct envelope *answer)
{
    static struct person child = {.role = PERSON_CHILD,
                                  .surname = "Примерова-17",
                                  .name = "Аня",
                                  .patronymic = "Тестовна",
                                  .born = "2024-04-03"};
    static struct facts facts = {
        .persons = &child, .person_count = 1, .address = "с. Примерное", .health = "здорова"};
    static struct case_view view;

    static struct shut_sections shut[2] = {
        {.referral = {{9}}, .reason = SHUT_BY_BROKER},
        {.referral = {{7}}, .reason = SHUT_DAMAGED, .sections = 1u << SECTION_HEALTH}};

    refctl_stage_answer(question, answer);
    if (question->body.query.kind != QUERY_CASE) {
        return true; /* an empty inbox */
    }
    if (strcmp(question->body.query.text, "NSO-2026-000123-7") != 0) {
        static struct problem problem = {.code = REFUSAL_NOT_FOUND, .text = {"нет", "none"}};
        answer->body.answer.problems = &problem;
        answer->body.answer.problem_count = 1;
        return true;
    }
    view = (struct case_view){.id = refctl_stage_id(11),
                              .number = "NSO-2026-000123-7",
                              .state = CASE_ACTIVE,
                              .labels = tatarsky,
                              .lead = "curator-tatarsky-2",
                              .lead_title = {"куратор, 2", "curator, 2"},
                              .opened_us = NOW_US - 30 * HOUR,
                              .curator_due_us = NOW_US - 28 * HOUR,
                              .appointed_us = NOW_US - 27 * HOUR,
                              .policy_version = 3,
                              .rule = "everything-else",
                              .facts = &facts,
                              .facts_count = 1,
                              .shut = shut,
                              .shut_count = 2};
    answer->body.answer.cases = &view;
    answer->body.answer.case_count = 1;
    return true;
}

static bool knows_one_referral(const struct envelope *question, struct envelope *answer)
{
    static struct update updates[2];
    static struct referral_row row;

    refctl_stage_answer(question, answer);
    updates[0] = (struct update){.kind = UPDATE_OFFERED, .at_us = NOW_US - 2 * HOUR};
    updates[1] = (struct update){
        .kind = UPDATE_ON_DESK, .at_us = NOW_US - HOUR, .code = DESK_REASON_OFFERS_EXHAUSTED};
    row.view =
        (struct referral_view){.id = refctl_stage_id(1),
                               .case_number = "NSO-2026-000123-7",
                               .author = "specialist-school-7",
                               .labels = tatarsky,
                               .state = REFERRAL_DELIVERED,
                               .case_state = CASE_CURATOR_PENDING,
                               .receipts_us = {NOW_US - 6 * HOUR, NOW_US - 4 * HOUR, 0, 0},
                               .due_us = {0, NOW_US - 5 * HOUR, NOW_US - HOUR, NOW_US + 3 * HOUR},
                               .updates = updates,
                               .update_count = 2};
    answer->body.answer.referrals = &row;
    answer->body.answer.referral_count = 1;
    return true;
}

/* Three pages: 2, 0 and 1 rows. */
static bool lists_curators_in_pages(const struct envelope *question, struct envelope *answer)
{
    static struct curator_row rows[3] = {
        {.id = "curator-1",
         .title = {"первый", "first"},
         .load = 24,
         .capacity = 40,
         .connected = true},
        {.id = "curator-2",
         .title = {"второй", "second"},
         .load = 0,
         .capacity = 40,
         .on_leave = true,
         .leave_from_us = INT64_C(1795399200000000),
         .leave_until_us = INT64_C(1797213600000000), /* 2026-12-14T02:00Z */
         .deputy = "curator-1",
         .covered = 3},
        {.id = "curator-3",
         .title = {"третий", "third"},
         .load = 0,
         .capacity = 20,
         .open_offers = 1,
         .dismissed = true},
    };
    const char *cursor = question->body.query.cursor;
    struct answer *page = &answer->body.answer;

    refctl_stage_answer(question, answer);
    if (cursor[0] == '\0') {
        page->curators = rows;
        page->curator_count = 2;
        page->cursor = "after-2";
    } else if (strcmp(cursor, "after-2") == 0) {
        page->cursor = "nothing-here";
    } else {
        page->curators = rows + 2;
        page->curator_count = 1;
    }
    return true;
}

static bool has_lost_the_broker(const struct envelope *question, struct envelope *answer)
{
    static struct site_status status = {.program = "refagentd 0.1.0",
                                        .region = "novosibirsk",
                                        .site = "school-7",
                                        .endpoint = "tcp://127.0.0.1:7551",
                                        .started_us = NOW_US - HOUR,
                                        .spool_waiting = 3,
                                        .spool_limit = 100000};

    refctl_stage_answer(question, answer);
    answer->body.answer.status = &status;
    answer->body.answer.status_count = 1;
    return true;
}

static bool is_well(const struct envelope *question, struct envelope *answer)
{
    static struct site_alarm alarm = {.site = "clinic-1",
                                      .event = "site_quarantined",
                                      .reason = "flood",
                                      .at_us = NOW_US - HOUR,
                                      .times = 1};
    static struct site_status status[2] = {{.site = "school-7", .connected = true},
                                           {.region = "novosibirsk",
                                            .policy_version = 4,
                                            .cases_open = 12,
                                            .clock_doubted = true,
                                            .alarms = &alarm,
                                            .alarm_count = 1}};

    refctl_stage_answer(question, answer);
    answer->body.answer.status = status;
    answer->body.answer.status_count = 2;
    return true;
}

static bool explains(const struct envelope *question, struct envelope *answer)
{
    static struct candidate_view candidates[2] = {{.worker = "curator-1",
                                                   .title = {"первый", "first"},
                                                   .reason = CANDIDATE_CHOSEN,
                                                   .load = 4,
                                                   .capacity = 40},
                                                  {.worker = "curator-2",
                                                   .title = {"второй", "second"},
                                                   .reason = CANDIDATE_FULL,
                                                   .load = 40,
                                                   .capacity = 40}};
    static struct explanation explanation;
    static struct timeline_row event = {.at_us = NOW_US - HOUR,
                                        .event = "curator-offered",
                                        .text = {"предложено куратору", "offered to a curator"},
                                        .late_by_us = 2 * HOUR};

    if (question->body.query.kind == QUERY_CASE) {
        return knows_one_case(question, answer);
    }
    refctl_stage_answer(question, answer);
    if (question->body.query.kind == QUERY_TIMELINE) {
        answer->body.answer.timeline = &event;
        answer->body.answer.timeline_count = 1;
    } else if (question->body.query.kind == QUERY_EXPLAIN) {
        explanation = (struct explanation){.at_us = NOW_US - HOUR,
                                           .policy_version = 3,
                                           .rule = "everything-else",
                                           .rule_title = {"Все остальные", "Everything else"},
                                           .pool = "district",
                                           .chosen = "curator-1",
                                           .chosen_title = {"первый", "first"},
                                           .candidates = candidates,
                                           .candidate_count = 2,
                                           .sentence = {"Выбран первый", "The first was chosen"}};
        explanation.counts[CANDIDATE_HIGHER_LOAD] = 5;
        answer->body.answer.explanations = &explanation;
        answer->body.answer.explanation_count = 1;
    }
    return true;
}

/* Three referrals, two of which joined; how often it was seen stands where the policy's version is. */
static bool wants_to_know_whether_it_was_seen(const struct envelope *question,
                                              struct envelope *answer)
{
    static struct id128 referrals[3];
    static uint32_t seen;

    if (question->kind == BODY_COMMAND) {
        const struct command *command = &question->body.command;
        const struct id128 wanted = refctl_stage_id(11);
        seen += command->kind == COMMAND_SEE && id128_equal(&command->subject, &wanted);
        refctl_stage_reply(question, answer);
        return true;
    }
    knows_one_case(question, answer);
    for (size_t i = 0; i < answer->body.answer.case_count; i++) {
        answer->body.answer.cases[i].referrals = referrals;
        answer->body.answer.cases[i].referral_count = 3;
        answer->body.answer.cases[i].policy_version = seen;
    }
    return true;
}

/* ---- tests --------------------------------------------------------------------------------- */

static void a_case_is_shown_with_its_family_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, knows_one_case);
    refctl_stage_run(stage, "case show нсо-2026-123-7", 0);
    assert_string_equal(stage->out,
                        "NSO-2026-000123-7  идёт помощь\n"
                        "  Уровень:            социально опасное положение\n"
                        "  Территория:         tatarsky\n"
                        "  Потребности:        быт\n"
                        "  Возрасты:           от 1 года до 3 лет\n"
                        "  Признаки:           риск помещения ребёнка в учреждение\n"
                        "  Детей:              2\n"
                        "  Направление:        раннее выявление\n"
                        "  Канал:              специалист\n"
                        "  Основание:          обязанность по закону № 120-ФЗ\n"
                        "  Куратор:            куратор, 2\n"
                        "  Открыт:             вчера 09:02\n"
                        "  Куратор назначен:   вчера 12:02, с опозданием на 1 ч\n"
                        "  Правило:            everything-else, версия политики 3\n"
                        "  Направлений:        0\n"
                        "Семья\n"
                        "  ребёнок:            Примерова-17 Аня Тестовна, 2024-04-03\n"
                        "  Адрес:              с. Примерное\n"
                        "  Здоровье:           здорова\n"
                        "Сведения о семье есть, но здесь не открываются (обращение "
                        "09000000-0000-0000-0000-000000000000)\n"
                        "  Почему:             брокер не может их открыть: ключа раскрытия, "
                        "которым они запечатаны, у него нет (заменён, уничтожен или потерян)\n"
                        "  Что делать:         попросите автора направить семью ещё раз; "
                        "администратору региона: вернуть ключ раскрытия из копии, затем "
                        "перезапустить refagentd\n"
                        "Сведения о семье есть, но здесь не открываются (обращение "
                        "07000000-0000-0000-0000-000000000000)\n"
                        "  Раздел:             здоровье\n"
                        "  Почему:             они повреждены: это не то, что запечатал автор\n"
                        "  Что делать:         попросите автора направить семью ещё раз\n");
    refctl_stage_run(stage, "case show NSO-2026-000999-1", 66);
}

static void a_case_that_its_lead_opens_is_seen_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, wants_to_know_whether_it_was_seen);
    refctl_stage_run(stage, "case show NSO-2026-000123-7 --as supervisor-tatarsky", 0);
    refctl_stage_run(stage, "case show NSO-2026-000123-7 --as curator-tatarsky-2", 0);
    refctl_stage_says(stage->out, "версия политики 0");
    refctl_stage_run(stage, "case show NSO-2026-000123-7 --as curator-tatarsky-2", 0);
    refctl_stage_says(stage->out, "версия политики 1");
}

static void a_case_as_json_test(void **state)
{
    struct refctl_stage *stage = *state;
    const char *number;
    const char *appointed;
    const char *surname;
    const char *age;

    refctl_stage_agent(stage, knows_one_case);
    refctl_stage_run(stage, "case show NSO-2026-000123-7 --json", 0);
    json_t *json = json_loads(stage->out, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_int_equal(json_unpack(json,
                                 "{s:s, s:s, s:n, s:n, s:{s:[s]}, s:[{s:[{s:s}]}]}",
                                 "number",
                                 &number,
                                 "appointed",
                                 &appointed,
                                 "closed",
                                 "desk",
                                 "labels",
                                 "ages",
                                 &age,
                                 "facts",
                                 "persons",
                                 "surname",
                                 &surname),
                     0);
    assert_string_equal(number, "NSO-2026-000123-7");
    assert_string_equal(appointed, "2026-11-21T05:02:00.000Z");
    assert_string_equal(age, "1-3");
    assert_string_equal(surname, "Примерова-17");
    json_decref(json);
}

static void four_receipts_with_their_lateness_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, knows_one_referral);
    refctl_stage_run(stage, "referral show NSO-2026-000123-7", 0);
    refctl_stage_says(stage->out, "  ✓  сохранено:          сегодня 09:02\n");
    refctl_stage_says(stage->out, "  ✓  доставлено:         сегодня 11:02, с опозданием на 1 ч\n");
    refctl_stage_says(stage->out,
                      "  !  увидено:            до сегодня 14:02 (просрочено на 1 ч)\n");
    refctl_stage_says(stage->out, "  …  итог:               до сегодня 18:02 (ещё 3 ч)\n");
    refctl_stage_says(stage->out, "  сегодня 13:02  предложено куратору\n");
    refctl_stage_says(stage->out, "  сегодня 14:02  ждёт на столе: ");
    refctl_stage_run(stage, "referral ls --lang en", 0);
    refctl_stage_says(stage->out, "✓ ✓ ! …");
    refctl_stage_says(stage->out, "1 h overdue");
    refctl_stage_run(stage, "referral show NSO-2026-000124-5", 66);
    refctl_stage_run(stage, "referral show семья", 64);
}

static void pages_become_one_list_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, lists_curators_in_pages);
    refctl_stage_run(stage, "curator ls --lang en", 0);
    assert_string_equal(stage->out,
                        "Id         Load              Offers  Connected  Leave"
                        "                                     Agency  Title\n"
                        "curator-1  ██████░░░░ 24/40       0  yes        —    "
                        "                                             first\n"
                        "curator-2  ░░░░░░░░░░ 0/40        0  no         until"
                        " 2026-12-14 09:00, deputy curator-1          second\n"
                        "curator-3  ░░░░░░░░░░ 0/20        1  no         dismi"
                        "ssed                                         third\n");
    refctl_stage_run(stage, "curator ls --limit 2 --json", 0);
    json_t *json = json_loads(stage->out, JSON_REJECT_DUPLICATES, NULL);
    assert_int_equal(json_array_size(json_object_get(json, "curators")), 2);
    assert_true(json_is_true(json_object_get(json, "more")));
    json_decref(json);
}

static void an_agent_without_its_broker_exits_with_69_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, has_lost_the_broker);
    refctl_stage_run(stage, "status", 69);
    refctl_stage_says(stage->out, "  Связь с брокером:   нет tcp://127.0.0.1:7551\n");
    refctl_stage_says(stage->out, "  Ждут отправки:      3 из 100000\n");
    refctl_stage_says(stage->err, "нет связи с брокером; направления сохраняются у агента");
    refctl_stage_run(stage, "status --json", 69);
    json_t *json = json_loads(stage->out, JSON_REJECT_DUPLICATES, NULL);
    assert_true(json_is_null(json_object_get(json, "broker")));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(json, "agent"), "spool_waiting")), 3);
    json_decref(json);
}

static void a_well_agent_and_its_broker_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, is_well);
    refctl_stage_run(stage, "status --lang en", 0);
    refctl_stage_says(stage->out, "  Policy:             version 4\n");
    refctl_stage_says(stage->out, "12 open (0 with a curator, 0 on desks), 0 ended");
    refctl_stage_says(stage->out, "in doubt: refctl clock accept");
    refctl_stage_says(stage->out, "clinic-1: in quarantine (flood)");
}

static void decisions_are_explained_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, explains);
    refctl_stage_run(stage, "explain NSO-2026-000123-7 --lang en", 0);
    assert_string_equal(stage->out,
                        "today 14:02  The first was chosen\n"
                        "  Rule:               Everything else (everything-else)\n"
                        "  Policy:             version 3\n"
                        "  Candidates:\n"
                        "    █░░░░░░░░░ 4/40  first: chosen\n"
                        "    ██████████ 40/40  second: at capacity\n"
                        "    5 more: load not lower\n");
    refctl_stage_run(stage, "explain NSO-2026-000123-7 --short", 0);
    assert_string_equal(stage->out, "сегодня 14:02  Выбран первый\n");
    refctl_stage_run(stage, "explain NSO-2026-000123-7 --json", 0);
    json_t *json = json_loads(stage->out, JSON_REJECT_DUPLICATES, NULL);
    assert_int_equal(json_array_size(json_object_get(json, "decisions")), 1);
    json_decref(json);
}

static void the_timeline_tells_what_was_late_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, explains);
    refctl_stage_run(stage, "case timeline NSO-2026-000123-7", 0);
    assert_string_equal(stage->out,
                        "Когда          Кто     Что\n"
                        "сегодня 14:02  брокер  предложено куратору (с опозданием на 2 ч)\n");
}

static void a_policy_is_checked_without_an_agent_test(void **state)
{
    struct refctl_stage *stage = *state;
    char line[512];

    const char *path = scratch_write(stage->scratch, "r/broker.yaml", "region: Nowhere\n");
    (void)path;
    (void)snprintf(line, sizeof(line), "policy check %s", scratch_path(stage->scratch, "r"));
    refctl_stage_run(stage, line, 1);
    refctl_stage_says(stage->err, "broker.yaml:1:9: ошибка P028: ");
    (void)snprintf(line, sizeof(line), "policy check --json %s", scratch_path(stage->scratch, "r"));
    refctl_stage_run(stage, line, 1);
    json_t *json = json_loads(stage->out, JSON_REJECT_DUPLICATES, NULL);
    json_t *first = json_array_get(json_object_get(json, "diagnostics"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "code")), "P023");
    assert_string_equal(json_string_value(json_object_get(first, "source")), "region: Nowhere");
    assert_true(json_is_false(json_object_get(json, "valid")));
    assert_true(json_array_size(json_object_get(json, "diagnostics")) > 0);
    json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, refctl_stage_setup, refctl_stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_case_is_shown_with_its_family_test),
        TEST(a_case_that_its_lead_opens_is_seen_test),
        TEST(a_case_as_json_test),
        TEST(four_receipts_with_their_lateness_test),
        TEST(pages_become_one_list_test),
        TEST(an_agent_without_its_broker_exits_with_69_test),
        TEST(a_well_agent_and_its_broker_test),
        TEST(decisions_are_explained_test),
        TEST(the_timeline_tells_what_was_late_test),
        TEST(a_policy_is_checked_without_an_agent_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
