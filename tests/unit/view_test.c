/* Views: what a site is told, and what it is not. Case numbers, computed by hand. */
#include "broker/core/view.h"

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

static void number_is(struct district *district, uint32_t year, uint32_t sequence, const char *text)
{
    char number[LIMIT_SPEAKABLE_BYTES];
    struct case_record record;
    uint32_t found_year = 0;
    uint32_t found_sequence = 0;
    memset(&record, 0, sizeof(record));
    record.year = year;
    record.sequence = sequence;
    view_case_number(&district->world->core, &record, number);
    assert_string_equal(number, text);
    assert_true(view_parse_case_number(text, &found_year, &found_sequence));
    assert_int_equal(found_year, year);
    assert_int_equal(found_sequence, sequence);
}

static void numbers_test(void **state)
{
    struct district *district = *state;
    /* From the right, every other digit doubled (9 taken off above 9): 1·2 + 6·2-9 + 2 + 2 = 9, so 1. */
    number_is(district, 2026, 1, "NSO-2026-000001-1");
    /* 3·2 + 2 + 1·2 + 3 + 2 + 2 = 17, so 3. */
    number_is(district, 2026, 123, "NSO-2026-000123-3");
    /* 9·2-9 six times half: 9+9+9+9+9+9 = 54, + 3 + 2 + 2 = 61, so 9. */
    number_is(district, 2026, 999999, "NSO-2026-999999-9");
}

static void spoken_numbers_test(void **state)
{
    uint32_t year = 0;
    uint32_t sequence = 0;
    (void)state;
    assert_true(view_parse_case_number("nso 2026 000123 3", &year, &sequence));
    assert_int_equal(sequence, 123);
    assert_true(view_parse_case_number("20260001233", &year, &sequence));
    assert_false(view_parse_case_number("NSO-2026-000123-4", &year, &sequence));
    assert_false(view_parse_case_number("NSO-2026-000132-3", &year, &sequence));
    assert_false(view_parse_case_number("NSO-2026-123-3", &year, &sequence));
    assert_false(view_parse_case_number("NSO-2026-000123-3-1", &year, &sequence));
    assert_false(view_parse_case_number("", &year, &sequence));
}

static struct delivery
viewed(struct district *district, enum delivery_kind kind, const struct id128 *entity)
{
    struct delivery delivery;
    memset(&delivery, 0, sizeof(delivery));
    assert_true(view_delivery(&district->world->core, district->arena, kind, entity, &delivery));
    return delivery;
}

/* The author learns who the curator is, never who refused before, nor why. */
static void the_author_s_view_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    const struct assignment_record offer = district_offer(district, &referral);
    const struct command refusal = {.kind = COMMAND_REFUSE,
                                    .subject = offer.id,
                                    .token = offer.token,
                                    .code = DECLINE_NO_CAPACITY,
                                    .note = "full"};
    district_command(district, "curator-tatarsky-1", &refusal);
    struct delivery delivery = viewed(district, DELIVERY_REFERRAL, &referral);
    assert_false(delivery.gone);
    assert_string_equal(delivery.view.referral.curator, "");
    assert_int_equal(delivery.view.referral.update_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(delivery.view.referral.updates[i].worker, "");
        assert_int_equal(delivery.view.referral.updates[i].code, 0);
    }
    district_accept(district, &referral);
    delivery = viewed(district, DELIVERY_REFERRAL, &referral);
    assert_string_equal(delivery.view.referral.case_number, "NSO-2026-000001-1");
    assert_string_equal(delivery.view.referral.curator, "curator-tatarsky-2");
    assert_string_equal(delivery.view.referral.updates[3].worker, "curator-tatarsky-2");
    assert_string_equal(delivery.view.referral.labels.territory, "tatarsky");
    assert_int_equal(delivery.view.referral.state, REFERRAL_COMPLETED);
    assert_int_equal(delivery.view.referral.case_state, CASE_PLANNING);
}

static void the_offer_s_view_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    const struct assignment_record offer = district_offer(district, &referral);
    const struct delivery delivery = viewed(district, DELIVERY_OFFER, &offer.id);
    const struct offer_view *view = &delivery.view.offer;
    assert_string_equal(view->worker, "curator-tatarsky-1");
    assert_string_equal(view->rule, "trouble");
    assert_string_equal(view->rule_title.ru, "Трудная ситуация");
    assert_int_equal(view->token, 1);
    assert_int_equal(view->referral_count, 1);
    assert_string_equal(view->possible_duplicate, "");
    assert_string_equal(view->why.en, "chosen, pool \"district\"");
    assert_int_equal(view->answer_due_us, offer.due_us);
}

static void the_desk_s_views_test(void **state)
{
    struct district *district = *state;
    const struct id128 referral =
        district_send(district, "specialist-school-7", "vengerovsky", RISK_TZS);
    const struct case_record record = district_case(district, &referral);
    struct delivery delivery = viewed(district, DELIVERY_TASK, &record.id);
    assert_int_equal(delivery.view.task.desk, DESK_TRIAGE);
    assert_int_equal(delivery.view.task.reason, DESK_REASON_NO_CANDIDATE);
    assert_true(strlen(delivery.view.task.text.ru) > 0);
    delivery = viewed(district, DELIVERY_CASE, &record.id);
    assert_string_equal(delivery.view.case_.desk_agency, "social-region");
    assert_string_equal(delivery.view.case_.lead, "");
    assert_int_equal(delivery.view.case_.referral_count, 1);
    delivery = viewed(district, DELIVERY_NOTICE, &record.id);
    assert_string_equal(delivery.view.notice.labels.territory, "vengerovsky");
    assert_int_equal(delivery.view.notice.at_us, district->now_us);
}

static void what_is_not_there_is_gone_test(void **state)
{
    struct district *district = *state;
    const struct id128 unknown = id128_of_position(47, 11);
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    const struct case_record record = district_case(district, &referral);
    assert_true(viewed(district, DELIVERY_REFERRAL, &unknown).gone);
    assert_true(viewed(district, DELIVERY_OFFER, &unknown).gone);
    assert_true(viewed(district, DELIVERY_CASE, &unknown).gone);
    assert_true(viewed(district, DELIVERY_NOTICE, &unknown).gone);
    assert_true(viewed(district, DELIVERY_TASK, &record.id).gone); /* on no desk */
}

static void a_full_arena_is_told_test(void **state)
{
    struct district *district = *state;
    struct delivery delivery;
    struct arena *arena = arena_create(16);
    const struct id128 referral =
        district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
    const struct case_record record = district_case(district, &referral);
    memset(&delivery, 0, sizeof(delivery));
    assert_false(
        view_delivery(&district->world->core, arena, DELIVERY_CASE, &record.id, &delivery));
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spoken_numbers_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_author_s_view_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_offer_s_view_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_desk_s_views_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_gone_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_arena_is_told_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
