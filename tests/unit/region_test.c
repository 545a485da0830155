/* A region compiles from rows and texts, or says why not. */
#include "policy/region.h"

#include "base/utc.h"
#include "tests/support/small_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const char policy_text[] =
    "policy: test\n"
    "pools: {local: {workers: {role: case-curator, territory: covers-case}}}\n"
    "rules: [{id: all, title: {ru: Все, en: All}, curator: local}]\n"
    "rollout: [{from: 2026-01-10, territories: [region]}]\n";

static struct region_input input_of(const struct region_text *texts, size_t count)
{
    return (struct region_input){.version = 7,
                                 .code = "small",
                                 .number_prefix = "SML",
                                 .title = {"Область", "Region"},
                                 .rows = small_region_rows(),
                                 .row_count = SMALL_REGION_ROWS,
                                 .texts = texts,
                                 .text_count = count};
}

static void a_region_compiles(void **state)
{
    const struct region_text texts[] = {{"policy.yaml", bytes_of_text(policy_text)},
                                        {"calendar.yaml", bytes_of_text(small_region_calendar())}};
    const struct region_input input = input_of(texts, 2);
    struct error_list errors = {.count = 0};
    struct region *region = NULL;
    const uint32_t *workers;

    (void)state;
    assert_true(region_create(&region, &input, &errors));
    assert_int_equal(region->version, 7);
    assert_string_equal(region->code, "small");
    assert_string_equal(region->number_prefix, "SML");
    assert_string_equal(region->title.ru, "Область");
    assert_string_equal(region_zone(region, 4), "nsk");
    assert_string_equal(region_zone(region, 99), "");
    assert_int_equal(roster_members(region->roster, 0, 4, &workers), 3);

    /* The wave begins at midnight in the zone of the root, seven hours before UTC's. */
    struct utc_civil begin = {.year = 2026, .month = 1, .day = 9, .hour = 17};
    struct policy_facts facts = {.labels = {.territory = 2}, .at_us = utc_of_civil(&begin) - 1};
    struct policy_verdict verdict;
    policy_decide(region->policy, region->directory, &facts, &verdict);
    assert_true(verdict.not_rolled_out);
    facts.at_us++;
    policy_decide(region->policy, region->directory, &facts, &verdict);
    assert_false(verdict.not_rolled_out);
    region_destroy(&region);
    assert_null(region);
}

static void what_does_not_compile_is_told(void **state)
{
    static const char elsewhere[] =
        "zones: [{id: moon, offsets: [{from: 2016-07-24, utc: \"+01:00\"}]}]\n"
        "work: {days: [mon], from: \"09:00\", to: \"18:00\"}\n";
    const struct region_text no_calendar[] = {{"policy.yaml", bytes_of_text(policy_text)}};
    const struct region_text no_zone[] = {{"calendar.yaml", bytes_of_text(elsewhere)},
                                          {"policy.yaml", bytes_of_text(policy_text)}};
    const struct region_text no_pool[] = {
        {"calendar.yaml", bytes_of_text(small_region_calendar())},
        {"policy.yaml", bytes_of_text("policy: t\nrules: [{id: a, curator: x}]\n")}};
    struct region_input input = input_of(no_calendar, 1);
    struct error_list errors = {.count = 0};
    struct region *region = NULL;

    (void)state;
    assert_false(region_create(&region, &input, &errors));
    assert_string_equal(errors.items[0].text, "region: calendar.yaml is missing");

    input = input_of(no_zone, 2);
    errors.count = 0;
    assert_false(region_create(&region, &input, &errors));
    assert_string_equal(errors.items[0].text,
                        "territory \"region\": the zone \"nsk\" is not in the calendar");

    input = input_of(no_pool, 2);
    errors.count = 0;
    assert_false(region_create(&region, &input, &errors));
    assert_int_equal(errors.count, 2);
    assert_string_equal(errors.items[0].text, "P023: the key \"title\" is missing");
    assert_string_equal(errors.items[1].text, "P204: there is no pool \"x\"");
    assert_int_equal(errors.items[1].at.column, 26);
    assert_null(region);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_region_compiles),
        cmocka_unit_test(what_does_not_compile_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
