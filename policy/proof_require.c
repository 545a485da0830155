/* Requirements: what `then` says of each rule, and whether a referral comes to where it is wrong. */
#include "policy/proof_claim.h"

/* What `then` says of one rule's decision. */
struct outcome {
    struct proof_claim_run *run;
    const struct policy_when *then;
    const struct policy_rule *rule; /* NULL: no rule matched, nothing is done */
    const uint32_t *kinds_in; /* kinds of the agencies that cover a territory, by its number */
    uint32_t territory;
    bool *marked; /* room, by position */
};

static enum solver_answer
find_broken(struct proof_claim_run *run, size_t index, struct proof_space_point *point);
static struct solver_term then_term(const struct outcome *outcome, size_t at);
static struct solver_term leaf_term(const struct outcome *outcome,
                                    const struct policy_condition *leaf);
static struct solver_term told_term(const struct outcome *outcome,
                                    const struct policy_condition *leaf,
                                    const struct policy_notice *notices,
                                    size_t count);
static bool tells(const struct outcome *outcome,
                  const struct policy_condition *leaf,
                  const struct policy_notice *notice);
static bool fill_kinds(struct proof_claim_run *run, uint32_t **out);

void proof_claim_requires(struct proof_claim_run *run)
{
    size_t count = run->rules.policy->require_count;

    run->proof->asked[PROOF_REQUIRE] = count;
    for (size_t i = 0; i < count && !run->full; i++) {
        struct proof_space_point point;
        enum proof_verdict verdict = proof_claim_verdict(find_broken(run, i, &point));
        struct proof_failure *failure =
            verdict == PROOF_HOLDS ? NULL : proof_claim_fail(run, PROOF_REQUIRE, verdict);
        if (verdict == PROOF_HOLDS) {
            run->proof->held[PROOF_REQUIRE]++;
        }
        if (failure == NULL) {
            continue;
        }
        failure->require = i;
        if (verdict == PROOF_FAILS) {
            proof_claim_show(run, &point, failure);
        }
    }
}

/* One question a requirement: a referral that it is about, decided by a rule, in a territory where `then` is wrong. */
static enum solver_answer
find_broken(struct proof_claim_run *run, size_t index, struct proof_space_point *point)
{
    const struct policy *policy = run->rules.policy;
    struct solver *solver = run->space.solver;
    struct arena_mark mark = arena_mark(run->arena);
    uint32_t *kinds_in = NULL;
    struct solver_term *bad = arena_array(run->arena, policy->rule_count + 1, sizeof(*bad));
    bool *marked = arena_array(run->arena, run->space.territory_count, sizeof(*marked));
    enum solver_answer answer = SOLVER_UNKNOWN;

    if (bad == NULL || marked == NULL || !fill_kinds(run, &kinds_in)) {
        run->full = true;
    } else {
        struct outcome outcome = {.run = run,
                                  .then = &policy->requires[index].then,
                                  .kinds_in = kinds_in,
                                  .marked = marked};
        for (size_t i = 0; i <= policy->rule_count; i++) {
            bool none = i == policy->rule_count;
            outcome.rule = none ? NULL : &policy->rules[i];
            struct solver_term both[] = {none ? run->rules.open[i] : run->rules.decides[i],
                                         solver_not(solver, then_term(&outcome, 0))};
            bad[i] = solver_all(solver, both, 2);
        }
        struct solver_term asked[] = {
            proof_space_when(&run->space, &run->rules, &policy->requires[index].when),
            solver_any(solver, bad, policy->rule_count + 1)};
        answer = proof_space_find(&run->space, asked, 2, point);
    }
    arena_release(run->arena, mark);
    return answer;
}

/* `then` of what the rule decides, and of what programmes add where their gates let the referral pass. */
static struct solver_term then_term(const struct outcome *outcome, size_t at)
{
    struct solver *solver = outcome->run->space.solver;
    const struct policy_condition *node = &outcome->then->nodes[at];
    struct solver_term terms[POLICY_TREE_CONDITIONS];
    size_t count = 0;

    if (node->kind > CONDITION_NOT) {
        return leaf_term(outcome, node);
    }
    for (size_t child = at + 1; child < at + node->span;
         child += outcome->then->nodes[child].span) {
        terms[count++] = then_term(outcome, child);
    }
    if (node->kind == CONDITION_NOT) {
        return solver_not(solver, terms[0]);
    }
    return node->kind == CONDITION_ALL ? solver_all(solver, terms, count)
                                       : solver_any(solver, terms, count);
}

static struct solver_term leaf_term(const struct outcome *outcome,
                                    const struct policy_condition *leaf)
{
    const struct policy_rule *rule = outcome->rule;
    const struct policy *policy = outcome->run->rules.policy;
    struct solver *solver = outcome->run->space.solver;

    if (rule == NULL) {
        return solver_constant(solver, false);
    }
    if (leaf->kind == CONDITION_PROCEDURE) {
        enum procedure procedure =
            rule->procedure == PROCEDURE_UNSPECIFIED ? policy->procedure : rule->procedure;
        return solver_constant(solver, (leaf->mask >> procedure & 1) != 0);
    }
    if (leaf->kind == CONDITION_CURATOR_FROM) {
        bool all = rule->pool_count > 0;
        for (size_t i = 0; i < rule->pool_count; i++) {
            all = all && (leaf->pools >> rule->pools[i] & 1) != 0;
        }
        return solver_constant(solver, all);
    }
    struct solver_term told[1 + LIMIT_PROGRAMMES] = {
        told_term(outcome, leaf, rule->notices, rule->notice_count)};
    size_t count = 1;
    for (size_t i = 0; i < policy->programme_count; i++) {
        const struct policy_programme *programme = &policy->programmes[i];
        if (programme->notice_count > 0) {
            struct solver_term both[] = {
                outcome->run->rules.gates[i],
                told_term(outcome, leaf, programme->notices, programme->notice_count)};
            told[count++] = solver_all(solver, both, 2);
        }
    }
    return count == 1 ? told[0] : solver_any(solver, told, count);
}

/* Where one of the selectors tells whom the leaf asks about. Only a notice to those who cover the case depends on where. */
static struct solver_term told_term(const struct outcome *outcome,
                                    const struct policy_condition *leaf,
                                    const struct policy_notice *notices,
                                    size_t count)
{
    struct proof_space *space = &outcome->run->space;
    struct outcome here = *outcome;
    bool anywhere = false;
    bool depends = false;

    here.territory = 0;
    for (size_t i = 0; i < count; i++) {
        depends = depends || notices[i].covers_case;
        anywhere = anywhere || (!notices[i].covers_case && tells(&here, leaf, &notices[i]));
    }
    if (anywhere || !depends) {
        return solver_constant(space->solver, anywhere);
    }
    for (uint32_t at = 0; at < space->territory_count; at++) {
        here.territory = outcome->run->rules.numbers[at];
        outcome->marked[at] = false;
        for (size_t i = 0; i < count && !outcome->marked[at]; i++) {
            outcome->marked[at] = tells(&here, leaf, &notices[i]);
        }
    }
    return proof_space_within(space, outcome->marked);
}

static bool tells(const struct outcome *outcome,
                  const struct policy_condition *leaf,
                  const struct policy_notice *notice)
{
    const struct directory *directory = outcome->run->rules.directory;
    bool by_kind = leaf->kind == CONDITION_NOTIFIED_KIND;
    const uint32_t *agencies = by_kind ? notice->agencies : leaf->numbers;
    size_t count = by_kind ? notice->agency_count : leaf->number_count;

    if (by_kind && count == 0) {
        uint32_t where = notice->covers_case ? outcome->territory : notice->territory;
        return (notice->kinds & leaf->mask & outcome->kinds_in[where]) != 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (policy_tree_selects_agency(notice, directory, agencies[i], outcome->territory) &&
            (!by_kind || (leaf->mask >> directory_agency(directory, agencies[i])->kind & 1) != 0)) {
            return true;
        }
    }
    return false;
}

/* Slot 0: anywhere. */
static bool fill_kinds(struct proof_claim_run *run, uint32_t **out)
{
    const struct directory *directory = run->rules.directory;
    uint32_t territories = directory_count(directory, DIRECTORY_TERRITORY);
    uint32_t *kinds_in = arena_array(run->arena, (size_t)territories + 1, sizeof(*kinds_in));

    for (uint32_t i = 1; kinds_in != NULL && i <= directory_count(directory, DIRECTORY_AGENCY);
         i++) {
        const struct directory_agency *agency = directory_agency(directory, i);
        if (agency == NULL || agency->removed) {
            continue;
        }
        kinds_in[0] |= UINT32_C(1) << agency->kind;
        for (uint32_t at = 1; at <= territories; at++) {
            if (directory_agency_covers(directory, i, at)) {
                kinds_in[at] |= UINT32_C(1) << agency->kind;
            }
        }
    }
    *out = kinds_in;
    return kinds_in != NULL;
}
