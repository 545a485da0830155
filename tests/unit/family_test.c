/* One family, one case: labels together, and bounds of what is looked at. */
#include "broker/core/family.h"

#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void labels_together_test(void **state)
{
    const struct fact_labels older = {.territory = 3,
                                      .risk = RISK_TZS,
                                      .direction = DIRECTION_PREVENTION,
                                      .channel = CHANNEL_SPECIALIST,
                                      .needs = 0x6,
                                      .ages = 0x2,
                                      .flags = 0x2,
                                      .children = 1};
    const struct fact_labels newer = {.territory = 4,
                                      .risk = RISK_SOP,
                                      .direction = DIRECTION_ORPHAN_CARE,
                                      .channel = CHANNEL_HELPLINE,
                                      .basis = LEGAL_BASIS_COURT,
                                      .needs = 0x9,
                                      .ages = 0x4,
                                      .children = 2};
    (void)state;
    struct fact_labels both = family_joined_labels(&older, &newer);
    assert_int_equal(both.territory, 3); /* the case stays where it is */
    assert_int_equal(both.risk, RISK_SOP);
    assert_int_equal(both.direction, DIRECTION_PREVENTION);
    assert_int_equal(both.channel, CHANNEL_SPECIALIST);
    assert_int_equal(both.basis, LEGAL_BASIS_COURT);
    assert_int_equal(both.needs, 0xF);
    assert_int_equal(both.ages, 0x6);
    assert_int_equal(both.flags, 0x2);
    assert_int_equal(both.children, 2);
    both = family_joined_labels(&newer, &older);
    assert_int_equal(both.risk, RISK_SOP);
    assert_int_equal(both.basis, LEGAL_BASIS_COURT);
}

/* The same key in many referrals: all of one case. */
static void many_referrals_of_one_family_test(void **state)
{
    enum { REFERRALS = FAMILY_ENTRIES_MAX + 10 };
    struct district *district = district_create(NULL);
    struct id128 first = {{0}};
    (void)state;
    for (int i = 0; i < REFERRALS; i++) {
        district->referrals = 0; /* the same matching key */
        district->now_us += 1000;
        const struct id128 referral =
            district_send(district, "specialist-school-7", "tatarsky", RISK_TZS);
        first = i == 0 ? referral : first;
    }
    assert_int_equal(district_case(district, &first).referrals, REFERRALS);
    assert_int_equal(store_meta(district->world->store)->cases_open, 1);
    district_destroy(&district);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_together_test),
        cmocka_unit_test(many_referrals_of_one_family_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
