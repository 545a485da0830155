/* The proof's failures as findings: a broken requirement refuses the set, a rule that nothing comes to is a warning. */
#include "policy/proof.h"

#include "policy/policy_tree.h"

static void tell_require(const struct policy *policy,
                         const struct directory *directory,
                         const struct proof_failure *failure,
                         struct finding_list *findings);
static void tell_reach(const struct policy *policy,
                       const struct proof_failure *failure,
                       struct finding_list *findings);
static const char *example_text(const struct policy *policy,
                                const struct directory *directory,
                                const struct policy_facts *facts,
                                struct arena *arena);
static const char *list_codes(struct arena *arena, enum vocabulary list, uint32_t mask);

void policy_prove(const struct policy *policy,
                  const struct directory *directory,
                  struct finding_list *findings)
{
    struct arena *arena = arena_create(PROOF_ARENA_BYTES);
    struct error err = {.text = "out of memory"};
    struct proof proof;

    if (arena == NULL || !proof_run(&proof, policy, directory, arena, &err)) {
        (void)finding_error(
            findings, DIAGNOSTIC_MEMORY, NULL, "доказательство: %s", "proof: %s", err.text);
        arena_destroy(&arena);
        return;
    }
    for (size_t i = 0; i < proof.failure_count; i++) {
        const struct proof_failure *failure = &proof.failures[i];
        if (failure->claim == PROOF_REQUIRE) {
            tell_require(policy, directory, failure, findings);
        } else if (failure->claim == PROOF_REACH && failure->verdict == PROOF_FAILS) {
            tell_reach(policy, failure, findings);
        } else if (failure->claim == PROOF_PROGRAMMES && failure->verdict == PROOF_FAILS) {
            const struct policy_programme *programme = &policy->programmes[failure->programme];
            finding_warning(findings,
                            DIAGNOSTIC_PROGRAMME_NEVER,
                            &programme->at,
                            "программа «%s» не касается ни одного обращения, которое берёт правило",
                            "programme \"%s\" concerns no referral that a rule takes",
                            programme->id);
        }
    }
    arena_destroy(&arena);
}

static void tell_require(const struct policy *policy,
                         const struct directory *directory,
                         const struct proof_failure *failure,
                         struct finding_list *findings)
{
    const struct policy_require *require = &policy->requires[failure->require];

    if (failure->verdict == PROOF_UNKNOWN) {
        (void)finding_error(
            findings,
            DIAGNOSTIC_REQUIRE_UNPROVEN,
            &require->at,
            "требование «%s» не удалось ни доказать, ни опровергнуть: слишком много случаев",
            "requirement \"%s\" was neither proven nor refuted: too many cases",
            require->id);
        return;
    }
    const char *example = example_text(policy, directory, &failure->example, findings->arena);
    if (failure->decided_by < 0) {
        (void)finding_error(findings,
                            DIAGNOSTIC_REQUIRE_BROKEN,
                            &require->at,
                            "требование «%s» нарушено: %s не подходит ни под одно правило",
                            "requirement \"%s\" is broken: no rule matches %s",
                            require->id,
                            example);
    } else {
        (void)finding_error(findings,
                            DIAGNOSTIC_REQUIRE_BROKEN,
                            &require->at,
                            "требование «%s» нарушено, например, для %s: правило «%s»",
                            "requirement \"%s\" is broken, for example by %s: rule \"%s\"",
                            require->id,
                            example,
                            policy->rules[failure->decided_by].id);
    }
}

static void tell_reach(const struct policy *policy,
                       const struct proof_failure *failure,
                       struct finding_list *findings)
{
    const struct policy_rule *rule = &policy->rules[failure->rule];
    const char *others = "";

    for (size_t i = 0; i < failure->other_count && others != NULL; i++) {
        const char *id = policy->rules[failure->others[i]].id;
        others = arena_format(findings->arena, "%s%s%s", others, i == 0 ? "" : ", ", id);
    }
    if (failure->other_count == 0) {
        finding_warning(findings,
                        DIAGNOSTIC_RULE_NEVER,
                        &rule->at,
                        "правило «%s» не подходит никогда: его условию не отвечает ни одно "
                        "обращение",
                        "rule \"%s\" never matches: no referral can satisfy its condition",
                        rule->id);
        return;
    }
    finding_warning(findings,
                    DIAGNOSTIC_RULE_UNREACHABLE,
                    &rule->at,
                    "правило «%s» недостижимо: все его обращения забирают правила выше: %s",
                    "rule \"%s\" is unreachable: rules above it take all its referrals: %s",
                    rule->id,
                    others == NULL ? "?" : others);
}

/* Codes, the same in both languages. */
static const char *example_text(const struct policy *policy,
                                const struct directory *directory,
                                const struct policy_facts *facts,
                                struct arena *arena)
{
    const struct fact_labels *labels = &facts->labels;
    const struct directory_territory *territory = directory_territory(directory, labels->territory);
    bool before = false;
    const char *day = policy_tree_day_at(policy, facts->at_us, &before);
    const char *example = arena_format(
        arena,
        "{territory: %s, risk: %s, direction: %s, channel: %s, basis: %s, referrer-kind: %s, "
        "need: %s, age: %s, flag: %s%s%s}",
        territory == NULL ? "?" : territory->id,
        vocabulary_code(VOCABULARY_RISK, (uint32_t)labels->risk),
        vocabulary_code(VOCABULARY_DIRECTION, (uint32_t)labels->direction),
        vocabulary_code(VOCABULARY_CHANNEL, (uint32_t)labels->channel),
        labels->basis == LEGAL_BASIS_UNSPECIFIED
            ? "none"
            : vocabulary_code(VOCABULARY_LEGAL_BASIS, (uint32_t)labels->basis),
        vocabulary_code(VOCABULARY_AGENCY_KIND, (uint32_t)facts->referrer_kind),
        list_codes(arena, VOCABULARY_NEED, labels->needs),
        list_codes(arena, VOCABULARY_AGE, labels->ages),
        list_codes(arena, VOCABULARY_FLAG, labels->flags),
        day == NULL ? ""
        : before    ? ", at: before "
                    : ", at: ",
        day == NULL ? "" : day);

    return example == NULL ? "?" : example;
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
