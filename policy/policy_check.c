/* What a policy may say and probably does not mean. */
#include "policy/policy_tree.h"

#include "policy/roster.h"

static void check_reach(const struct policy *policy, struct finding_list *findings);
static void check_pools(const struct policy *policy,
                        const struct directory *directory,
                        struct finding_list *findings);
static bool
selects_anybody(const struct policy *policy, const struct directory *directory, size_t pool);
static bool is_used(const struct policy *policy, size_t pool);
static void check_waves(const struct policy *policy,
                        const struct directory *directory,
                        struct finding_list *findings);
static bool
has_wave(const struct policy *policy, const struct directory *directory, uint32_t territory);
static void check_notices(const struct policy *policy,
                          const struct directory *directory,
                          struct finding_list *findings);
static void check_candidates(const struct policy *policy,
                             const struct directory *directory,
                             struct finding_list *findings);

void policy_check(const struct policy *policy,
                  const struct directory *directory,
                  struct finding_list *findings)
{
    if (policy->rule_count == 0) {
        finding_warning(findings,
                        &policy->at,
                        "в политике нет правил: все обращения пойдут на стол разбора",
                        "the policy has no rules: every referral will go to the triage desk");
    }
    check_reach(policy, findings);
    check_pools(policy, directory, findings);
    check_waves(policy, directory, findings);
    check_notices(policy, directory, findings);
    check_candidates(policy, directory, findings);
}

static void check_reach(const struct policy *policy, struct finding_list *findings)
{
    for (size_t i = 0; i + 1 < policy->rule_count; i++) {
        if (policy->rules[i].when.count == 0) {
            finding_warning(findings,
                            &policy->rules[i + 1].at,
                            "правило «%s» и все после него недостижимы: «%s» подходит всегда",
                            "rule \"%s\" and all behind it are unreachable: \"%s\" always matches",
                            policy->rules[i + 1].id,
                            policy->rules[i].id);
            return;
        }
    }
}

static void check_pools(const struct policy *policy,
                        const struct directory *directory,
                        struct finding_list *findings)
{
    for (size_t i = 0; i < policy->pool_count; i++) {
        const struct policy_pool *pool = &policy->pools[i];
        if (!selects_anybody(policy, directory, i)) {
            finding_warning(findings,
                            &pool->at,
                            "пул «%s» никого не выбирает",
                            "the pool \"%s\" selects nobody",
                            pool->id);
        }
        if (!is_used(policy, i)) {
            finding_warning(findings,
                            &pool->at,
                            "пул «%s» не назван ни в одном правиле",
                            "no rule names the pool \"%s\"",
                            pool->id);
        }
    }
}

static bool
selects_anybody(const struct policy *policy, const struct directory *directory, size_t pool)
{
    for (uint32_t i = 1; i <= directory_count(directory, DIRECTORY_WORKER); i++) {
        if (policy_pool_selects(policy, pool, directory, i)) {
            return true;
        }
    }
    return false;
}

static bool is_used(const struct policy *policy, size_t pool)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        for (size_t j = 0; j < policy->rules[i].pool_count; j++) {
            if (policy->rules[i].pools[j] == pool) {
                return true;
            }
        }
    }
    return false;
}

static void check_waves(const struct policy *policy,
                        const struct directory *directory,
                        struct finding_list *findings)
{
    for (uint32_t i = 1; policy->has_waves && i <= directory_count(directory, DIRECTORY_TERRITORY);
         i++) {
        const struct directory_territory *row = directory_territory(directory, i);
        /* Without its parent's wave a territory is covered by its parent's warning. */
        if (row != NULL && !row->removed && !has_wave(policy, directory, i) &&
            (row->parent == 0 || has_wave(policy, directory, row->parent))) {
            finding_warning(findings,
                            &policy->at,
                            "территория «%s» не входит ни в одну волну: её обращения всегда "
                            "будут уходить на стол разбора",
                            "territory \"%s\" is in no wave: its referrals will always go to the "
                            "triage desk",
                            row->id);
        }
    }
}

static bool
has_wave(const struct policy *policy, const struct directory *directory, uint32_t territory)
{
    return policy_tree_rolled_out(policy, directory, territory, INT64_MAX);
}

/* A selector that reaches nobody, and rules that reach more sites than are told. */
static void check_notices(const struct policy *policy,
                          const struct directory *directory,
                          struct finding_list *findings)
{
    uint32_t territories = directory_count(directory, DIRECTORY_TERRITORY);
    uint32_t sites[LIMIT_NOTICE_SITES];

    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        size_t most = 0;
        for (uint32_t territory = 1; territory <= territories && rule->notice_count > 0;
             territory++) {
            size_t count = policy_notice_sites(policy, i, directory, territory, sites);
            most = count > most ? count : most;
        }
        if (rule->notice_count > 0 && most == 0) {
            finding_warning(findings,
                            &rule->at,
                            "правило «%s» никого не уведомляет",
                            "rule \"%s\" notifies nobody",
                            rule->id);
        } else if (most == LIMIT_NOTICE_SITES) {
            finding_warning(findings,
                            &rule->at,
                            "правило «%s» уведомляет %d площадок или больше: остальные не узнают",
                            "rule \"%s\" notifies %d sites or more: the others will not be told",
                            rule->id,
                            LIMIT_NOTICE_SITES);
        }
    }
}

/* Where a rule cannot find anybody whatever the load: such a case goes to triage. */
static void check_candidates(const struct policy *policy,
                             const struct directory *directory,
                             struct finding_list *findings)
{
    uint32_t territories = directory_count(directory, DIRECTORY_TERRITORY);
    struct roster *roster = NULL;
    struct error err;

    if (!roster_create(&roster, policy, directory, &err)) {
        finding_warning(findings, NULL, "реестр: %s", "roster: %s", err.text);
        return;
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        for (uint32_t territory = 1; territory <= territories; territory++) {
            const struct directory_territory *row = directory_territory(directory, territory);
            const uint32_t *workers;
            size_t count = 0;
            for (size_t j = 0; j < rule->pool_count && count == 0; j++) {
                count = roster_members(roster, rule->pools[j], territory, &workers);
            }
            if (count == 0 && row != NULL && !row->removed) {
                finding_warning(findings,
                                &rule->at,
                                "правилу «%s» некого назначить на территории «%s»: случай уйдёт "
                                "на стол разбора",
                                "rule \"%s\" has nobody to appoint in territory \"%s\": the case "
                                "will go to the triage desk",
                                rule->id,
                                row->id);
                break;
            }
        }
    }
    roster_destroy(&roster);
}
