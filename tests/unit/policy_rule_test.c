/* Rules in rules, and a policy in Russian words. */
#include "policy/keyword.h"
#include "policy/source.h"

#include "base/utc.h"
#include "tests/support/golden_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES = 64 << 20 };

struct fixture {
    struct arena *arena;
    struct source_report report;
    struct scratch *scratch;
    struct region *region;
    struct policy_verdict verdict;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    const char *root = getenv("REFBROKER_ROOT");

    assert_true(root == NULL || chdir(root) == 0);
    fixture->arena = arena_create(ARENA_BYTES);
    fixture->scratch = scratch_create();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    region_destroy(&fixture->region);
    scratch_destroy(&fixture->scratch);
    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

static void load(struct fixture *fixture, const char *set)
{
    const struct utc_civil date = {.year = 2026, .month = 11, .day = 20};
    struct error_list errors = {.count = 0};
    struct region_input input;

    golden_set_lay(fixture->scratch, set);
    assert_true(source_load(scratch_path(fixture->scratch, ""),
                            utc_of_civil(&date),
                            fixture->arena,
                            &input,
                            &fixture->report));
    assert_true(source_compile(&input, fixture->arena, &fixture->region, &errors));
}

/* The rule's id; "" when there is none. */
static const char *decide(struct fixture *fixture, enum risk risk, uint32_t ages, uint32_t flags)
{
    const struct utc_civil date = {.year = 2026, .month = 11, .day = 20};
    struct policy_facts facts = {.labels = {.territory = 2,
                                            .risk = risk,
                                            .direction = DIRECTION_PREVENTION,
                                            .channel = CHANNEL_SPECIALIST,
                                            .basis = LEGAL_BASIS_CONSENT,
                                            .needs = UINT32_C(1) << NEED_FOOD,
                                            .ages = ages,
                                            .flags = flags},
                                 .referrer_kind = AGENCY_KIND_EDUCATION,
                                 .at_us = utc_of_civil(&date)};

    policy_decide(fixture->region->policy, fixture->region->directory, &facts, &fixture->verdict);
    return fixture->verdict.rule < 0
               ? ""
               : policy_rule(fixture->region->policy, (size_t)fixture->verdict.rule).id;
}

static void an_inner_rule_refines_and_inherits(void **state)
{
    struct fixture *fixture = *state;
    const uint32_t infant = UINT32_C(1) << AGE_0_1;

    load(fixture, "fine-rules-in-rules");
    assert_int_equal(policy_rule_count(fixture->region->policy), 4);
    assert_string_equal(policy_rule(fixture->region->policy, 0).id, "danger/youngest");
    assert_string_equal(policy_rule(fixture->region->policy, 1).id, "danger");

    assert_string_equal(decide(fixture, RISK_CRITICAL, infant, 0), "danger/youngest");
    assert_int_equal(fixture->verdict.pool_count, 1);
    assert_string_equal(policy_pool(fixture->region->policy, fixture->verdict.pools[0]).id,
                        "family");
    assert_int_equal(fixture->verdict.norms[NORM_ANSWER].amount, 15);

    assert_string_equal(decide(fixture, RISK_CRITICAL, 0, 0), "danger");
    assert_int_equal(fixture->verdict.pool_count, 2);
    assert_int_equal(fixture->verdict.norms[NORM_ANSWER].amount, 30);

    assert_string_equal(decide(fixture, RISK_TZS, infant, 0), "all");

    /* notify stands in the outer rule alone */
    uint32_t sites[LIMIT_NOTICE_SITES];
    assert_int_equal(
        policy_notice_sites(fixture->region->policy, 0, fixture->region->directory, 2, sites), 1);
}

static void a_policy_may_be_written_in_russian(void **state)
{
    struct fixture *fixture = *state;

    load(fixture, "fine-russian-words");
    assert_string_equal(policy_id(fixture->region->policy), "small");
    assert_string_equal(decide(fixture, RISK_CRITICAL, 0, 0), "danger");
    assert_string_equal(decide(fixture, RISK_TZS, 0, UINT32_C(1) << FLAG_PLACEMENT_RISK),
                        "placement");
    assert_int_equal(fixture->verdict.norms[NORM_ANSWER].amount, 4);
    assert_string_equal(decide(fixture, RISK_SOP, 0, 0), "all");
    assert_int_equal(fixture->verdict.norms[NORM_CURATOR].amount, 1);
}

/* POLICY.md: "`when` когда". */
static void the_manual_has_every_russian_word(void **state)
{
    char *manual = golden_set_text("policy/POLICY.md");
    size_t count = 0;

    (void)state;
    for (struct keyword word = keyword_at(0); word.en != NULL; word = keyword_at(++count)) {
        char text[128];
        (void)snprintf(text, sizeof(text), "`%s` %s", word.en, word.ru);
        if (strstr(manual, text) == NULL) {
            fail_msg("policy/POLICY.md does not say: %s", text);
        }
    }
    assert_true(count > 50);
    free(manual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_inner_rule_refines_and_inherits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_policy_may_be_written_in_russian, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_manual_has_every_russian_word, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
