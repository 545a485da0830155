/* Requirements proven for every referral there can be.
 *
 * The set of all referrals is split by the first condition that does not hold for all or for none of it, until
 * the requirement's `when` and every rule up to the matching one are certain. What is left then shares one rule, and
 * only the territory still matters. Sound and complete: a counterexample is a referral.
 */
#include "policy/policy_case.h"

#include <assert.h>
#include <string.h>

enum {
    TESTS_MAX = 5000000 /* conditions tried for one requirement: about a second */,
    DEPTH_MAX = 160,
    PROVE_BYTES = 1 << 16
};

struct prover {
    const struct policy *policy;
    const struct directory *directory;
    const struct policy_require *require;
    struct finding_list *findings;
    struct arena *arena;
    uint8_t *bad; /* by rule + 1 (0: none matched) and territory: 1 where `then` fails */
    bool *asked;  /* by rule + 1 */
    uint32_t territory_count;
    size_t tests;
    size_t doubtful; /* rules before this one may break the requirement; behind it none does */
    bool violated;
    bool gave_up;
};

static void prove_one(struct prover *prover);
static size_t count_doubtful(struct prover *prover);
static void explore(struct prover *prover, const struct policy_case *set, size_t depth);
static void judge(struct prover *prover, const struct policy_case *set, int32_t rule);
static const uint8_t *bad_territories(struct prover *prover, int32_t rule);
static bool result_holds(struct prover *prover, size_t at, int32_t rule, uint32_t territory);
static bool leaf_holds(struct prover *prover,
                       const struct policy_condition *leaf,
                       int32_t rule,
                       uint32_t territory);
static bool is_notified(struct prover *prover,
                        const struct policy_condition *leaf,
                        const struct policy_rule *rule,
                        uint32_t territory);
static void report(struct prover *prover, const struct policy_facts *facts, int32_t rule);
static const char *list_codes(struct arena *arena, enum vocabulary list, uint32_t mask);

void policy_prove(const struct policy *policy,
                  const struct directory *directory,
                  struct finding_list *findings)
{
    struct prover prover = {.policy = policy, .directory = directory, .findings = findings};

    /* One set of territories for each step of the deepest split, one for each rule. */
    size_t sets = 2 * DEPTH_MAX + 4 + policy->rule_count;
    size_t territories = (size_t)directory_count(directory, DIRECTORY_TERRITORY) + 64;
    prover.arena = arena_create(PROVE_BYTES + sets * territories);
    if (prover.arena == NULL) {
        (void)finding_error(findings,
                            DIAGNOSTIC_MEMORY,
                            NULL,
                            "доказательство: не хватило памяти",
                            "proof: out of memory");
        return;
    }
    for (size_t i = 0; i < policy->require_count; i++) {
        prover.require = &policy->requires[i];
        prover.tests = 0;
        prover.violated = false;
        prover.gave_up = false;
        arena_reset(prover.arena);
        prove_one(&prover);
    }
    arena_destroy(&prover.arena);
}

static void prove_one(struct prover *prover)
{
    size_t outcomes = prover->policy->rule_count + 1;
    struct policy_case everything;

    prover->territory_count = directory_count(prover->directory, DIRECTORY_TERRITORY);
    prover->asked = arena_array(prover->arena, outcomes, sizeof(*prover->asked));
    prover->bad = arena_array(prover->arena, outcomes, (size_t)prover->territory_count + 1);
    if (prover->asked == NULL || prover->bad == NULL ||
        !policy_case_begin(&everything, prover->directory, prover->arena)) {
        prover->gave_up = true;
    } else {
        prover->doubtful = count_doubtful(prover);
        explore(prover, &everything, 0);
    }
    if (prover->gave_up && !prover->violated) {
        finding_warning(
            prover->findings,
            DIAGNOSTIC_REQUIRE_UNPROVEN,
            &prover->require->at,
            "требование «%s» не удалось ни доказать, ни опровергнуть: слишком много случаев",
            "requirement \"%s\" was neither proven nor refuted: too many cases",
            prover->require->id);
    }
}

/* Rules up to the last one that breaks the requirement somewhere; all of them, and one more, when a
 * referral that no rule matches breaks it and no rule matches always. */
static size_t count_doubtful(struct prover *prover)
{
    size_t rule_count = prover->policy->rule_count;
    bool always = false;

    for (size_t i = 0; i < rule_count; i++) {
        always = always || prover->policy->rules[i].when.count == 0;
    }
    for (size_t outcome = rule_count + (always ? 0 : 1); outcome > 0; outcome--) {
        int32_t rule = outcome > rule_count ? -1 : (int32_t)outcome - 1;
        const uint8_t *bad = bad_territories(prover, rule);
        if (memchr(bad + 1, 1, prover->territory_count) != NULL) {
            return outcome;
        }
    }
    return 0;
}

static void explore(struct prover *prover, const struct policy_case *set, size_t depth)
{
    const struct policy *policy = prover->policy;
    const struct policy_condition *open = NULL;
    int32_t matched = -1;

    if (prover->violated || prover->gave_up) {
        return;
    }
    enum policy_truth truth =
        policy_case_test(set, prover->directory, &prover->require->when, &open);
    if (truth == TRUTH_NO) {
        return;
    }
    for (size_t i = 0; i < policy->rule_count && truth == TRUTH_YES && matched < 0; i++) {
        if (i >= prover->doubtful) {
            return; /* whatever matches from here on keeps the requirement */
        }
        prover->tests++;
        truth = policy_case_test(set, prover->directory, &policy->rules[i].when, &open);
        if (truth == TRUTH_YES) {
            matched = (int32_t)i;
        } else if (truth == TRUTH_NO) {
            truth = TRUTH_YES; /* on to the next rule */
        }
    }
    if (truth == TRUTH_YES) {
        judge(prover, set, matched);
        return;
    }
    assert(open != NULL);
    for (int holds = 1; holds >= 0; holds--) {
        struct arena_mark mark = arena_mark(prover->arena);
        struct policy_case part = {
            .territories = arena_alloc(prover->arena, (size_t)set->territory_count + 1)};
        enum policy_split split = SPLIT_FAILED;
        if (part.territories != NULL && depth < DEPTH_MAX && prover->tests < TESTS_MAX) {
            split = policy_case_split(set, open, holds != 0, prover->directory, &part);
        }
        if (split == SPLIT_DONE) {
            explore(prover, &part, depth + 1);
        }
        prover->gave_up = prover->gave_up || split == SPLIT_FAILED;
        arena_release(prover->arena, mark);
    }
}

static void judge(struct prover *prover, const struct policy_case *set, int32_t rule)
{
    const uint8_t *bad = bad_territories(prover, rule);

    for (uint32_t i = 1; i <= set->territory_count; i++) {
        if (set->territories[i] != 0 && bad[i] != 0) {
            struct policy_facts facts = policy_case_example(set, i);
            prover->violated = true;
            report(prover, &facts, rule);
            return;
        }
    }
}

/* What `then` says depends on the rule and on the territory alone: asked once for each. */
static const uint8_t *bad_territories(struct prover *prover, int32_t rule)
{
    size_t outcome = (size_t)(rule + 1);
    uint8_t *bad = prover->bad + outcome * ((size_t)prover->territory_count + 1);

    for (uint32_t i = 1; i <= prover->territory_count && !prover->asked[outcome]; i++) {
        bad[i] = result_holds(prover, 0, rule, i) ? 0 : 1;
    }
    prover->asked[outcome] = true;
    return bad;
}

static bool result_holds(struct prover *prover, size_t at, int32_t rule, uint32_t territory)
{
    const struct policy_when *then = &prover->require->then;
    const struct policy_condition *node = &then->nodes[at];
    size_t end = at + node->span;

    if (node->kind > CONDITION_NOT) {
        return leaf_holds(prover, node, rule, territory);
    }
    if (node->kind == CONDITION_NOT) {
        return !result_holds(prover, at + 1, rule, territory);
    }
    for (size_t child = at + 1; child < end; child += then->nodes[child].span) {
        bool holds = result_holds(prover, child, rule, territory);
        if (holds == (node->kind == CONDITION_ANY)) {
            return holds;
        }
    }
    return node->kind == CONDITION_ALL;
}

/* Nothing holds for a referral that no rule matches. */
static bool leaf_holds(struct prover *prover,
                       const struct policy_condition *leaf,
                       int32_t rule,
                       uint32_t territory)
{
    if (rule < 0) {
        return false;
    }
    const struct policy_rule *matched = &prover->policy->rules[rule];
    if (leaf->kind == CONDITION_PROCEDURE) {
        enum procedure procedure = matched->procedure == PROCEDURE_UNSPECIFIED
                                       ? prover->policy->procedure
                                       : matched->procedure;
        return (leaf->mask & (UINT32_C(1) << procedure)) != 0;
    }
    if (leaf->kind == CONDITION_CURATOR_FROM) {
        bool all = matched->pool_count > 0;
        for (size_t i = 0; i < matched->pool_count; i++) {
            all = all && (leaf->pools & (UINT64_C(1) << matched->pools[i])) != 0;
        }
        return all;
    }
    return is_notified(prover, leaf, matched, territory);
}

static bool is_notified(struct prover *prover,
                        const struct policy_condition *leaf,
                        const struct policy_rule *rule,
                        uint32_t territory)
{
    uint32_t agencies = directory_count(prover->directory, DIRECTORY_AGENCY);

    for (size_t i = 0; i < rule->notice_count; i++) {
        for (size_t j = 0; j < leaf->number_count; j++) {
            if (policy_tree_selects_agency(
                    &rule->notices[i], prover->directory, leaf->numbers[j], territory)) {
                return true;
            }
        }
        for (uint32_t j = 1; j <= agencies && leaf->kind == CONDITION_NOTIFIED_KIND; j++) {
            const struct directory_agency *agency = directory_agency(prover->directory, j);
            if (policy_tree_selects_agency(&rule->notices[i], prover->directory, j, territory) &&
                (leaf->mask & (UINT32_C(1) << agency->kind)) != 0) {
                return true;
            }
        }
    }
    return false;
}

/* "… нарушено: территория tatarsky, risk sop, need food → правило «x»": codes, the same in both languages. */
static void report(struct prover *prover, const struct policy_facts *facts, int32_t rule)
{
    struct arena *arena = prover->findings->arena;
    const struct fact_labels *labels = &facts->labels;
    const struct directory_territory *territory =
        directory_territory(prover->directory, labels->territory);
    const char *example = arena_format(
        arena,
        "{territory: %s, risk: %s, direction: %s, channel: %s, basis: %s, referrer-kind: %s, "
        "need: %s, age: %s, flag: %s}",
        territory == NULL ? "?" : territory->id,
        vocabulary_code(VOCABULARY_RISK, (uint32_t)labels->risk),
        vocabulary_code(VOCABULARY_DIRECTION, (uint32_t)labels->direction),
        vocabulary_code(VOCABULARY_CHANNEL, (uint32_t)labels->channel),
        vocabulary_code(VOCABULARY_LEGAL_BASIS, (uint32_t)labels->basis),
        vocabulary_code(VOCABULARY_AGENCY_KIND, (uint32_t)facts->referrer_kind),
        list_codes(arena, VOCABULARY_NEED, labels->needs),
        list_codes(arena, VOCABULARY_AGE, labels->ages),
        list_codes(arena, VOCABULARY_FLAG, labels->flags));

    example = example == NULL ? "?" : example;
    if (rule < 0) {
        finding_error(prover->findings,
                      DIAGNOSTIC_REQUIRE_BROKEN,
                      &prover->require->at,
                      "требование «%s» нарушено: %s не подходит ни под одно правило",
                      "requirement \"%s\" is broken: no rule matches %s",
                      prover->require->id,
                      example);
    } else {
        finding_error(prover->findings,
                      DIAGNOSTIC_REQUIRE_BROKEN,
                      &prover->require->at,
                      "требование «%s» нарушено, например, для %s: правило «%s»",
                      "requirement \"%s\" is broken, for example by %s: rule \"%s\"",
                      prover->require->id,
                      example,
                      prover->policy->rules[rule].id);
    }
}

/* "[food, housing]". */
static const char *list_codes(struct arena *arena, enum vocabulary list, uint32_t mask)
{
    const char *text = "[";

    for (uint32_t number = 1; number < vocabulary_count(list) && text != NULL; number++) {
        if ((mask & (UINT32_C(1) << number)) != 0) {
            text = arena_format(
                arena, "%s%s%s", text, text[1] == '\0' ? "" : ", ", vocabulary_code(list, number));
        }
    }
    text = text == NULL ? NULL : arena_format(arena, "%s]", text);
    return text == NULL ? "?" : text;
}
