/* Outcomes of cases: what the scenarios (outcome-*.txt) cannot say. */
#include "broker/core/casebook.h"

#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const chief_and_lead = "curator-kuybyshevsky-1"; /* supervises and leads cases */

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

/* A case in Kuybyshev with its curator. */
static struct case_record led(struct district *district)
{
    const struct id128 referral =
        district_send(district, "specialist-clinic", "kuybyshevsky", RISK_TZS);
    district_accept(district, &referral);
    const struct case_record record = district_case(district, &referral);
    assert_int_equal(record.lead, world_worker(district->world, chief_and_lead));
    return record;
}

static void
act(struct district *district, enum command_kind kind, const struct id128 *case_id, uint32_t code)
{
    const struct command command = {.kind = kind, .subject = *case_id, .code = code, .note = "нет"};
    district_command(district, chief_and_lead, &command);
}

static void assert_refused(const struct district *district, enum refusal reason)
{
    assert_true(district->last.reply.refused);
    assert_int_equal(district->last.reply.problems[0].code, reason);
    assert_false(district->last.wrote);
}

static void only_outcomes_that_a_curator_may_propose_test(void **state)
{
    struct district *district = *state;
    const struct case_record record = led(district);
    static const struct {
        uint32_t code;
        enum refusal refusal;
    } wrong[] = {{CASE_OUTCOME_UNSPECIFIED, REFUSAL_MISSING_FIELD},
                 {CASE_OUTCOME_TRANSFERRED, REFUSAL_BAD_FIELD},
                 {CASE_OUTCOME_TRANSFERRED + 1, REFUSAL_UNKNOWN_CODE},
                 {UINT32_MAX, REFUSAL_UNKNOWN_CODE}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        act(district, COMMAND_PROPOSE_OUTCOME, &record.id, wrong[i].code);
        assert_refused(district, wrong[i].refusal);
    }
    act(district, COMMAND_PROPOSE_OUTCOME, &record.id, CASE_OUTCOME_GUARDIANSHIP);
    assert_false(district->last.reply.refused);
}

/* Whoever leads the case by now, and did not propose it, is no second person either. */
static void lead_does_not_judge_what_a_predecessor_proposed_test(void **state)
{
    struct district *district = *state;
    struct case_record record = led(district);
    act(district, COMMAND_PROPOSE_OUTCOME, &record.id, CASE_OUTCOME_GUARDIANSHIP);
    assert_true(store_case(district->world->store, &record.id, &record));
    record.proposed_by = world_worker(district->world, "curator-tatarsky-1");
    store_put_case(district->world->store, &record);

    act(district, COMMAND_APPROVE_OUTCOME, &record.id, 0);
    assert_refused(district, REFUSAL_NOT_ALLOWED);
    act(district, COMMAND_REJECT_OUTCOME, &record.id, 0);
    assert_refused(district, REFUSAL_NOT_ALLOWED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            only_outcomes_that_a_curator_may_propose_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            lead_does_not_judge_what_a_predecessor_proposed_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
