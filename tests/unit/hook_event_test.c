/* What a hook reads. */
#include "agents/daemon/hook_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-22 00:00 UTC */
#define NOW_US (INT64_C(1795305600) * 1000000)

static int set_up(void **state)
{
    *state = arena_create(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    struct arena *arena = *state;
    arena_destroy(&arena);
    return 0;
}

static void offer_is_told_with_its_labels(void **state)
{
    struct delivery delivery = {.kind = DELIVERY_OFFER};
    delivery.view.offer = (struct offer_view){
        .id = {{1}},
        .case_number = "NSO-2026-000001-1",
        .worker = "curator-1",
        .labels = {.territory = "tatarsky", .risk = RISK_SOP, .needs = 1 << NEED_FOOD},
        .answer_due_us = NOW_US,
        .rule = "",
        .why = {"потому", "because"}};
    struct news news = {.kind = NEWS_OFFER};
    assert_string_equal(
        hook_event_of_news("school-7", NOW_US, &delivery, &news, *state),
        "{\"event\":\"offer\",\"site\":\"school-7\",\"at\":\"2026-11-22T00:00:00Z\","
        "\"offer\":\"01000000-0000-0000-0000-000000000000\",\"case_number\":\"NSO-2026-000001-1\","
        "\"worker\":\"curator-1\",\"territory\":\"tatarsky\",\"risk\":\"sop\",\"needs\":[\"food\"],"
        "\"flags\":[],\"emergency\":false,\"answer_due\":\"2026-11-22T00:00:00Z\","
        "\"why\":{\"ru\":\"потому\",\"en\":\"because\"}}");
}

static void facts_are_added_only_when_asked_for(void **state)
{
    struct delivery delivery = {.kind = DELIVERY_DISCLOSURE};
    delivery.view.disclosure = (struct disclosure){
        .referral = {{2}}, .case_id = {{3}}, .case_number = "NSO-1", .worker = "curator-1"};
    struct news news = {.kind = NEWS_DISCLOSURE};
    struct hook_event_subject subject;
    struct person child = {.role = PERSON_CHILD,
                           .surname = "Примерова-17",
                           .name = "",
                           .patronymic = "",
                           .born = "",
                           .document = ""};
    struct facts facts = {.persons = &child, .person_count = 1};
    struct case_view view = {.facts = &facts, .facts_count = 1};
    const char *body = hook_event_of_news("s", NOW_US, &delivery, &news, *state);
    assert_non_null(body);
    assert_null(strstr(body, "Примерова"));
    assert_true(hook_event_subject(body, *state, &subject));
    assert_true(subject.disclosure);
    assert_int_equal(subject.case_id.bytes[0], 3);
    assert_string_equal(subject.worker, "curator-1");
    body = hook_event_with_facts(body, &view, *state);
    assert_non_null(strstr(body,
                           "\"facts\":[{\"persons\":[{\"role\":\"child\","
                           "\"surname\":\"Примерова-17\"}]}]"));
}

static void refusal_names_its_problems(void **state)
{
    struct problem problem = {
        .code = REFUSAL_STALE_HOP, .field = "", .text = {.ru = "поздно", .en = "late"}};
    struct reply reply = {.refused = true, .problems = &problem, .problem_count = 1};
    struct spool_refusal refusal = {
        .kind = COMMAND_ACCEPT, .subject = {{5}}, .actor = "curator-1", .at_us = NOW_US};
    const char *body = hook_event_of_refusal("s", &refusal, &reply, *state);
    assert_non_null(strstr(body, "\"event\":\"refused\""));
    assert_non_null(strstr(body, "\"problems\":[{\"text\":{\"ru\":\"поздно\",\"en\":\"late\"}}]"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(offer_is_told_with_its_labels),
        TEST(facts_are_added_only_when_asked_for),
        TEST(refusal_names_its_problems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
