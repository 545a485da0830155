/* Any bytes as a policy: findings with places, or a policy that decides, proves and explains. */
#include "policy/roster.h"

#include "tests/fuzz/target.h"
#include "tests/support/small_region.h"

#include <assert.h>

enum { ARENA_BYTES = 8 << 20 };

static void ask(const struct policy *policy,
                const struct directory *directory,
                struct arena *arena,
                struct finding_list *findings)
{
    struct policy_facts facts = {.labels = {.territory = 4,
                                            .risk = RISK_SOP,
                                            .direction = DIRECTION_TARGETED_HELP,
                                            .channel = CHANNEL_CITIZEN,
                                            .basis = LEGAL_BASIS_LEGAL_DUTY,
                                            .needs = 1U << NEED_FOOD},
                                 .referrer_kind = AGENCY_KIND_HEALTH,
                                 .at_us = INT64_C(1790000000000000)};
    struct policy_verdict verdict;
    struct roster *roster = NULL;
    struct error err;

    policy_decide(policy, directory, &facts, &verdict);
    assert(verdict.rule < (int32_t)policy_rule_count(policy));
    assert(verdict.rule < 0 || verdict.failed_count == (size_t)verdict.rule);
    for (size_t i = 0; i < verdict.failed_count; i++) {
        struct policy_failed failed = {(uint32_t)i, verdict.failed[i].condition};
        struct phrase text = policy_failed_text(policy, directory, failed, &facts, arena);
        assert(text.ru[0] != '\0' && text.en[0] != '\0');
    }
    for (size_t i = 0; i < verdict.pool_count; i++) {
        assert(verdict.pools[i] < policy_pool_count(policy));
    }
    if (roster_create(&roster, policy, directory, &err)) {
        roster_destroy(&roster);
    }
    policy_prove(policy, directory, findings);
    policy_check(policy, directory, findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    struct error_list errors = {.count = 0};
    struct directory *directory = small_region_directory();
    struct policy_context context = {.directory = directory};
    struct policy *policy = NULL;
    struct finding_list findings;
    struct yaml_file file;

    assert(arena != NULL && finding_list_begin(&findings, arena));
    if (yaml_tree_parse("fuzz", bytes_of(data, size), arena, &file, &errors)) {
        if (policy_read(&policy, &file, 1, &context, &findings)) {
            assert(findings.errors == 0);
            ask(policy, directory, arena, &findings);
        } else {
            assert(findings.errors > 0);
        }
    }
    policy_destroy(&policy);
    directory_destroy(&directory);
    arena_destroy(&arena);
    return 0;
}
