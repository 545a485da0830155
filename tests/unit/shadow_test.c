/* A shadow changes nothing of what is decided: the same acts give the same facts with it and without it. */
#include "broker/core/shadow.h"

#include "base/file.h"
#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 24 };

/* Another set than the one in force, as a plan far away, or as a shadow: one batch either way. */
static void plan(struct district *district, bool shadow)
{
    const uint32_t worker = world_worker(district->world, "administrator-region");
    const struct directory *directory = district->world->core.region->directory;
    const struct proposal_record proposal = {
        .origin = VERSION_APPLIED,
        .site = directory_worker(directory, worker)->site,
        .worker = worker,
        .activate_us = shadow ? 0 : district->now_us + INT64_C(86400000000) * 300,
        .shadow = shadow};
    struct region_input set =
        *world_region("tests/scenarios/region", district->arena, district->now_us);
    struct region_text texts[] = {set.texts[0], set.texts[1]};
    struct error err;
    assert_int_equal(set.text_count, 2);
    assert_true(file_read("tests/scenarios/changes/family-service-for-all/policy.yaml",
                          YAML_TREE_BYTES_MAX,
                          district->arena,
                          &texts[1].text,
                          &err));
    set.texts = texts;
    struct world_input input = {.kind = WORLD_PLAN, .proposal = &proposal, .region = &set};
    district_apply(district, &input);
}

static void act(struct district *district)
{
    static const char *const places[] = {"tatarsky", "kuybyshevsky", "vengerovsky"};
    static const enum risk risks[] = {RISK_EARLY, RISK_TZS, RISK_SOP, RISK_CRITICAL};
    for (size_t i = 0; i < CASES; i++) {
        const struct id128 referral =
            district_send(district, "specialist-school-7", places[i % 3], risks[i % 4]);
        const struct case_record record = district_case(district, &referral);
        if (i % 5 == 0 && !id128_is_none(&record.offer)) {
            district_accept(district, &referral);
        }
    }
}

/* The batch without what the shadow said, and without the chain. */
static struct bytes plain(struct arena *arena, struct bytes coded, size_t *shadows)
{
    struct batch batch;
    struct bytes again;
    assert_true(fact_decode_batch(coded, arena, &batch));
    memset(batch.previous, 0, sizeof(batch.previous));
    for (size_t i = 0; i < batch.entry_count; i++) {
        struct entry *entry = &batch.entries[i];
        size_t kept = 0;
        for (size_t j = 0; j < entry->fact_count; j++) {
            const bool said = entry->facts[j].kind == FACT_SHADOW_DECIDED;
            *shadows += said ? 1 : 0;
            entry->facts[kept] = entry->facts[j];
            kept += said ? 0 : 1;
        }
        entry->fact_count = kept;
    }
    assert_true(fact_encode_batch(&batch, arena, &again));
    return again;
}

static void the_same_facts_with_a_shadow_and_without_test(void **state)
{
    struct district *with = district_create(NULL);
    struct district *without = district_create(NULL);
    size_t shadows = 0;
    size_t none = 0;
    (void)state;
    plan(with, true);
    plan(without, false);
    const size_t before = with->world->batch_count;
    assert_int_equal(before, without->world->batch_count);
    assert_non_null(with->world->core.shadow);
    act(with);
    act(without);
    assert_int_equal(with->world->batch_count, without->world->batch_count);
    for (size_t i = before; i < with->world->batch_count; i++) {
        const struct bytes one = plain(with->arena, with->world->journal[i], &shadows);
        const struct bytes other = plain(with->arena, without->world->journal[i], &none);
        assert_true(bytes_equal(one, other));
    }
    assert_int_equal(shadows, CASES);
    assert_int_equal(none, 0);
    assert_true(store_meta(with->world->store)->shadow_cases > 0);
    district_destroy(&with);
    district_destroy(&without);
}

/* More pairs and more differences than are kept: the newest stay, the rest is counted together. */
static void what_is_kept_is_bounded_test(void **state)
{
    struct district *district = district_create(NULL);
    struct store *store = district->world->store;
    struct shadow_record record;
    struct answer answer = {.cursor = ""};
    (void)state;
    memset(&record, 0, sizeof(record));
    for (uint64_t number = 1; number <= LIMIT_SHADOW_CASES + 5; number++) {
        record.at_us = (int64_t)number;
        store_meta(store)->shadow_cases = number;
        store_put_shadow_record(store, number, &record);
    }
    assert_false(store_shadow_record(store, 5, &record));
    assert_true(store_shadow_record(store, 6, &record));
    assert_int_equal(record.at_us, 6);
    assert_true(shadow_list(&district->world->core, district->arena, "", &answer));
    assert_int_equal(answer.shadow_case_count, 100);
    assert_int_equal(answer.shadow_cases[0].at_us, LIMIT_SHADOW_CASES + 5);
    assert_string_equal(answer.cursor, "105");
    district_destroy(&district);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_facts_with_a_shadow_and_without_test),
        cmocka_unit_test(what_is_kept_is_bounded_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
