/* refctl policy rehearse: what is asked, what is printed, and the bar that shows how far it is. */
#include "agents/ctl/progress.h"
#include "tests/support/refctl_stage.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW_US REFCTL_STAGE_NOW_US
#define HOUR   INT64_C(3600000000)
#define DAY    (24 * HOUR)

/* 90 days before 2026-11-22T08:02:00Z. */
#define SINCE_90D "1787558520000000"

/* Two pages: a case that goes the same way and one without a basis; a case whose curator is gone. */
static bool knows_the_past(const struct envelope *question, struct envelope *answer)
{
    static struct past_referral rows[2];
    const struct query *query = &question->body.query;

    refctl_stage_answer(question, answer);
    if (query->kind != QUERY_PAST || strcmp(query->text, SINCE_90D) != 0) {
        refctl_stage_refuse(question, answer, REFUSAL_BAD_FIELD);
        return true;
    }
    const bool first = query->cursor[0] == '\0';
    static int asked; /* every second question comes too soon */
    if (++asked % 2 == 0) {
        static struct problem busy = {.code = REFUSAL_BUSY, .text = {"занят", "busy"}};
        answer->body.answer.problems = &busy;
        answer->body.answer.problem_count = 1;
        return true;
    }
    for (size_t i = 0; i < 2; i++) {
        rows[i] = (struct past_referral){
            .case_number =
                first ? (i == 0 ? "KOM-2026-000001-1" : "KOM-2026-000002-9") : "KOM-2026-000003-7",
            .arrived_us = NOW_US - (first ? 5 : 4) * DAY + (int64_t)i * HOUR,
            .labels = {.territory = "syktyvkar",
                       .risk = RISK_TZS,
                       .direction = DIRECTION_EARLY_DETECTION,
                       .channel = CHANNEL_SPECIALIST,
                       .basis = i == 0 ? LEGAL_BASIS_LEGAL_DUTY : LEGAL_BASIS_UNSPECIFIED,
                       .needs = UINT32_C(1) << NEED_HOUSEHOLD,
                       .flags = UINT32_C(1) << FLAG_PLACEMENT_RISK,
                       .ages = UINT32_C(1) << AGE_4_6,
                       .children = 1},
            .referrer_kind = AGENCY_KIND_EDUCATION,
            .referrer = "",
            .policy_version = 1,
            .rule = "an-old-rule",
            .pool = "an-old-pool",
            .chosen = i == 0 ? "curator-gone" : "",
            .curator = i == 0 ? "curator-gone" : "",
            .desk_reason = i == 0 ? DESK_REASON_UNSPECIFIED : DESK_REASON_NO_LEGAL_BASIS,
            .curator_due_us = NOW_US};
    }
    answer->body.answer.past = rows;
    answer->body.answer.past_count = first ? 2 : 1;
    answer->body.answer.cursor = first ? "next" : "";
    return true;
}

static void a_rehearsal_for_people(void **state)
{
    struct refctl_stage *stage = *state;
    refctl_stage_agent(stage, knows_the_past);
    refctl_stage_run(stage, "policy rehearse config/komi --since 90d", 0);
    refctl_stage_says(stage->out, "Направлений:        3, из них 0 к уже открытым случаям");
    refctl_stage_says(stage->out, "Как было:           1");
    refctl_stage_says(stage->out, "Иначе:              2");
    refctl_stage_says(
        stage->out,
        "  Не учтено:          конфликты интересов с семьёй из других её случаев; отпуска\n");
    refctl_stage_says(stage->out, "2 к куратору другой группы");
    refctl_stage_says(stage->out, "KOM-2026-000001-1");
    refctl_stage_says(stage->out, "curator-gone (выбыл)");
    refctl_stage_says(stage->out, "an-old-rule");
    assert_null(strchr(stage->err, '\r')); /* no bar where nobody watches */
    refctl_stage_run(stage, "policy rehearse config/komi --lang en --limit 1", 0);
    refctl_stage_says(stage->out, "Would have gone elsewhere");
    refctl_stage_says(stage->out, "1 of 2 shown; more: --limit N, all: --limit 0.");
    assert_null(strstr(stage->out, "KOM-2026-000003-7"));
}

static void a_rehearsal_for_programs(void **state)
{
    struct refctl_stage *stage = *state;
    json_error_t fault;
    refctl_stage_agent(stage, knows_the_past);
    refctl_stage_run(stage, "policy rehearse config/komi --json --since 90d", 0);
    json_t *answer = json_loads(stage->out, 0, &fault);
    assert_non_null(answer);
    assert_string_equal(json_string_value(json_object_get(answer, "since")),
                        "2026-08-24T08:02:00.000Z");
    assert_int_equal(json_integer_value(json_object_get(answer, "cases")), 3);
    const json_t *causes = json_object_get(answer, "causes");
    assert_int_equal(json_integer_value(json_object_get(causes, "same")), 1);
    assert_int_equal(json_integer_value(json_object_get(causes, "other-pool")), 2);
    assert_int_equal(json_array_size(json_object_get(answer, "elsewhere")), 2);
    const json_t *move = json_array_get(json_object_get(answer, "elsewhere"), 0);
    assert_string_equal(json_string_value(json_object_get(move, "case")), "KOM-2026-000001-1");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(move, "before"), "curator")),
        "curator-gone");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(answer, "desks"), "after")),
                     1);
    assert_int_equal(json_array_size(json_object_get(answer, "norms")), 2);
    json_decref(answer);
}

static void what_cannot_be_rehearsed(void **state)
{
    struct refctl_stage *stage = *state;
    refctl_stage_agent(stage, knows_the_past);
    refctl_stage_run(stage, "policy rehearse config/komi --since soon", 64);
    refctl_stage_says(stage->err, "--since: «soon» — не время в прошлом");
    refctl_stage_run(stage, "policy rehearse config/komi --since 2030-01-01", 64);
    refctl_stage_run(stage, "policy rehearse config/komi --since 3wd", 64);
    refctl_stage_run(stage, "policy rehearse tests/golden/explain", 78);
    refctl_stage_run(stage, "policy rehearse", 64);
}

static void a_bar_on_a_terminal(void **state)
{
    char *drawn = NULL;
    size_t bytes = 0;
    struct progress progress = {.stream = open_memstream(&drawn, &bytes), .percent = -1};
    (void)state;
    assert_non_null(progress.stream);
    progress_begin(&progress, "Work");
    progress_show(&progress, 1, 1000); /* not a whole percent: nothing is drawn */
    progress_show(&progress, 500, 1000);
    progress_end(&progress);
    progress_end(&progress);
    assert_int_equal(fclose(progress.stream), 0);
    assert_string_equal(drawn,
                        "\rWork [..............................]   0 %"
                        "\rWork [###############...............]  50 %"
                        "\r\033[K");
    free(drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_rehearsal_for_people, refctl_stage_setup, refctl_stage_teardown),
        cmocka_unit_test_setup_teardown(
            a_rehearsal_for_programs, refctl_stage_setup, refctl_stage_teardown),
        cmocka_unit_test_setup_teardown(
            what_cannot_be_rehearsed, refctl_stage_setup, refctl_stage_teardown),
        cmocka_unit_test(a_bar_on_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
