/* What a policy may say and probably does not mean. */
#include "policy/policy_tree.h"

#include "policy/choice.h"
#include "policy/roster.h"

#include <string.h>

static void check_pools(const struct policy *policy,
                        const struct directory *directory,
                        struct finding_list *findings);
static bool
selects_anybody(const struct policy *policy, const struct directory *directory, size_t pool);
static void check_training(const struct policy_pool *pool,
                           const struct directory *directory,
                           struct finding_list *findings);
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

struct reach {
    const struct policy *policy;
    const struct directory *directory;
    const struct roster *roster;
    struct finding_list *findings;
};

static void check_rule(const struct reach *reach, size_t index);
static bool has_candidates(const struct reach *reach,
                           const struct policy_rule *rule,
                           uint32_t territory,
                           uint32_t *most);
static enum risk heaviest(uint32_t levels);

void policy_check(const struct policy *policy,
                  const struct directory *directory,
                  struct finding_list *findings)
{
    if (policy->rule_count == 0) {
        finding_warning(findings,
                        DIAGNOSTIC_RULES_NONE,
                        &policy->at,
                        "в политике нет правил: все обращения пойдут на стол разбора",
                        "the policy has no rules: every referral will go to the triage desk");
    }
    policy_tree_check_norms(policy, directory, findings);
    policy_tree_check_needless_norms(policy, directory, findings);
    check_pools(policy, directory, findings);
    check_waves(policy, directory, findings);
    check_notices(policy, directory, findings);
    check_candidates(policy, directory, findings);
}

/* Who is meant, of all there are: a training that nobody has explains an empty pool better than the pool. */
static void check_pools(const struct policy *policy,
                        const struct directory *directory,
                        struct finding_list *findings)
{
    for (size_t i = 0; i < policy->pool_count; i++) {
        const struct policy_pool *pool = &policy->pools[i];

        check_training(pool, directory, findings);
        if (!is_used(policy, i)) {
            finding_warning(findings,
                            DIAGNOSTIC_POOL_UNUSED,
                            &pool->at,
                            "пул «%s» не назван ни в одном правиле",
                            "no rule names the pool \"%s\"",
                            pool->id);
        } else if (!selects_anybody(policy, directory, i)) {
            finding_error(findings,
                          DIAGNOSTIC_POOL_NOBODY,
                          &pool->at,
                          "пул «%s» никого не выбирает",
                          "the pool \"%s\" selects nobody",
                          pool->id);
        }
    }
}

static void check_training(const struct policy_pool *pool,
                           const struct directory *directory,
                           struct finding_list *findings)
{
    uint32_t workers = directory_count(directory, DIRECTORY_WORKER);

    for (size_t i = 0; i < pool->training_count; i++) {
        bool found = false;
        for (uint32_t number = 1; number <= workers && !found; number++) {
            const struct directory_worker *row = directory_worker(directory, number);
            for (size_t j = 0; row != NULL && j < row->training_count && !found; j++) {
                found = strcmp(row->training[j], pool->training[i]) == 0;
            }
        }
        if (!found) {
            finding_warning(findings,
                            DIAGNOSTIC_TRAINING_UNKNOWN,
                            &pool->at,
                            "пул «%s»: подготовки «%s» ни у кого нет",
                            "the pool \"%s\": nobody has the training \"%s\"",
                            pool->id,
                            pool->training[i]);
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
                            DIAGNOSTIC_WAVE_NONE,
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
            const struct policy_ground ground = {.rule = i, .territory = territory};
            size_t count = policy_notice_sites(policy, directory, &ground, sites);
            most = count > most ? count : most;
        }
        if (rule->notice_count > 0 && most == 0) {
            finding_warning(findings,
                            DIAGNOSTIC_NOTICE_REACHES_NOBODY,
                            &rule->at,
                            "правило «%s» никого не уведомляет",
                            "rule \"%s\" notifies nobody",
                            rule->id);
        } else if (most == LIMIT_NOTICE_SITES) {
            finding_warning(findings,
                            DIAGNOSTIC_NOTICE_REACHES_MANY,
                            &rule->at,
                            "правило «%s» уведомляет %d площадок или больше: остальные не узнают",
                            "rule \"%s\" notifies %d sites or more: the others will not be told",
                            rule->id,
                            LIMIT_NOTICE_SITES);
        }
    }
}

/* Where a rule finds nobody whatever the load, or nobody whose capacity holds one such case: it goes to triage. */
static void check_candidates(const struct policy *policy,
                             const struct directory *directory,
                             struct finding_list *findings)
{
    struct roster *roster = NULL;
    struct error err;

    if (!roster_create(&roster, policy, directory, &err)) {
        finding_error(findings, DIAGNOSTIC_MEMORY, NULL, "реестр: %s", "roster: %s", err.text);
        return;
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        check_rule(&(struct reach){policy, directory, roster, findings}, i);
    }
    roster_destroy(&roster);
}

/* Each kind of shortage is reported once a rule, for the first territory that has it. */
static void check_rule(const struct reach *reach, size_t index)
{
    const struct policy_rule *rule = &reach->policy->rules[index];
    uint32_t territories = directory_count(reach->directory, DIRECTORY_TERRITORY);
    uint32_t needed = choice_load(heaviest(policy_tree_levels(reach->policy, index)));
    bool nobody = false;
    bool nobody_fits = false;

    for (uint32_t territory = 1; territory <= territories; territory++) {
        const struct directory_territory *row = directory_territory(reach->directory, territory);
        uint32_t most = 0;

        if (row == NULL || row->removed) {
            continue;
        }
        if (!has_candidates(reach, rule, territory, &most)) {
            if (!nobody) {
                finding_warning(reach->findings,
                                DIAGNOSTIC_CANDIDATES_NONE,
                                &rule->at,
                                "правилу «%s» некого назначить на территории «%s»: случай уйдёт на "
                                "стол разбора",
                                "rule \"%s\" has nobody to appoint in territory \"%s\": the case "
                                "will go to the "
                                "triage desk",
                                rule->id,
                                row->id);
            }
            nobody = true;
        } else if (most < needed && !nobody_fits) {
            finding_warning(reach->findings,
                            DIAGNOSTIC_CAPACITY_SHORT,
                            &rule->at,
                            "правило «%s», территория «%s»: случай занимает до %u единиц, а самая "
                            "большая ёмкость — %u",
                            "rule \"%s\", territory \"%s\": a case takes up to %u units, the "
                            "largest capacity is %u",
                            rule->id,
                            row->id,
                            (unsigned)needed,
                            (unsigned)most);
            nobody_fits = true;
        }
    }
}

static bool has_candidates(const struct reach *reach,
                           const struct policy_rule *rule,
                           uint32_t territory,
                           uint32_t *most)
{
    bool found = false;

    for (size_t i = 0; i < rule->pool_count; i++) {
        const uint32_t *workers;
        size_t count = roster_members(reach->roster, rule->pools[i], territory, &workers);
        for (size_t j = 0; j < count; j++) {
            uint32_t capacity = directory_worker(reach->directory, workers[j])->capacity;
            *most = capacity > *most ? capacity : *most;
        }
        found = found || count > 0;
    }
    return found;
}

static enum risk heaviest(uint32_t levels)
{
    enum risk found = RISK_UNSPECIFIED;

    for (uint32_t risk = RISK_NORM; risk < RISK_END; risk++) {
        found = (levels & (UINT32_C(1) << risk)) != 0 ? (enum risk)risk : found;
    }
    return found;
}
