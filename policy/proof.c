/* A proof from beginning to end, and the claims about the rules themselves. */
#include "policy/proof.h"

#include "policy/proof_claim.h"

#include <assert.h>

static bool begin(struct proof_claim_run *run,
                  const struct policy *policy,
                  const struct directory *directory,
                  struct error *err);
static void ask_fall_through(struct proof_claim_run *run);
static void ask_reach(struct proof_claim_run *run);
static void ask_programmes(struct proof_claim_run *run);
static bool assert_rolled_out(struct proof_claim_run *run);
static void find_shadows(struct proof_claim_run *run, size_t rule, struct proof_failure *failure);
static void show_met(struct proof_claim_run *run, size_t rule, struct proof_failure *failure);
static enum solver_answer drop_needless(struct proof_claim_run *run,
                                        struct solver_term *terms,
                                        uint32_t *from,
                                        size_t *count);

bool proof_run(struct proof *out,
               const struct policy *policy,
               const struct directory *directory,
               struct arena *arena,
               struct error *err)
{
    struct proof_claim_run run = {.arena = arena, .proof = out};

    *out = (struct proof){.failures = NULL};
    bool good = begin(&run, policy, directory, err);
    if (good) {
        ask_fall_through(&run);
        ask_reach(&run);
        proof_claim_requires(&run);
        proof_claim_pools(&run);
        ask_programmes(&run);
    }
    roster_destroy(&run.roster);
    proof_space_destroy(&run.space);
    if (good && run.full) {
        return error_set(err, ERROR_OS, "proof: out of memory");
    }
    out->failures = run.failures;
    out->failure_count = run.failure_count;
    return good;
}

struct proof_requirement proof_requirement(const struct policy *policy, size_t index)
{
    assert(index < policy->require_count);
    return (struct proof_requirement){policy->requires[index].id, policy->requires[index].at};
}

struct proof_failure *
proof_claim_fail(struct proof_claim_run *run, enum proof_claim claim, enum proof_verdict verdict)
{
    if (run->failure_count == run->failure_room) {
        run->full = true;
        return NULL;
    }
    struct proof_failure *failure = &run->failures[run->failure_count++];
    *failure = (struct proof_failure){.claim = claim, .verdict = verdict, .decided_by = -1};
    return failure;
}

void proof_claim_show(const struct proof_claim_run *run,
                      const struct proof_space_point *point,
                      struct proof_failure *failure)
{
    const struct policy_wave *wave = run->rules.waves[point->fields[PROOF_BOX_TERRITORY]];

    failure->has_example = true;
    failure->example = proof_space_facts(&run->rules, point);
    failure->decided_by = proof_space_decider(&run->rules, point);
    failure->from = wave == NULL ? NULL : wave->from;
    uint32_t period = point->fields[PROOF_BOX_PERIOD];
    if (period > 0 && (wave == NULL || wave->from_us < run->space.period_us[period])) {
        failure->from = run->space.days[period - 1];
    }
    failure->until = period + 1 < run->space.period_count ? run->space.days[period] : NULL;
}

enum proof_verdict proof_claim_verdict(enum solver_answer answer)
{
    return answer == SOLVER_NO ? PROOF_HOLDS : answer == SOLVER_YES ? PROOF_FAILS : PROOF_UNKNOWN;
}

static void ask_fall_through(struct proof_claim_run *run)
{
    const struct solver_term *none = &run->rules.open[run->rules.policy->rule_count];
    struct proof_space_point point;
    enum proof_verdict verdict =
        proof_claim_verdict(proof_space_find(&run->space, none, 1, &point));

    run->proof->asked[PROOF_NO_FALL_THROUGH] = 1;
    if (verdict == PROOF_HOLDS) {
        run->proof->held[PROOF_NO_FALL_THROUGH] = 1;
        return;
    }
    struct proof_failure *failure = proof_claim_fail(run, PROOF_NO_FALL_THROUGH, verdict);
    if (failure != NULL && verdict == PROOF_FAILS) {
        proof_claim_show(run, &point, failure);
    }
}

static void ask_reach(struct proof_claim_run *run)
{
    size_t count = run->rules.policy->rule_count;

    run->proof->asked[PROOF_REACH] = count;
    for (size_t i = 0; i < count; i++) {
        enum solver_answer answer = solver_ask(run->space.solver, &run->rules.decides[i], 1);
        run->reached[i] = answer != SOLVER_NO;
        if (answer == SOLVER_YES) {
            run->proof->held[PROOF_REACH]++;
            continue;
        }
        struct proof_failure *failure =
            proof_claim_fail(run, PROOF_REACH, answer == SOLVER_NO ? PROOF_FAILS : PROOF_UNKNOWN);
        if (failure == NULL) {
            return;
        }
        failure->rule = i;
        if (answer == SOLVER_NO) {
            find_shadows(run, i, failure);
            show_met(run, i, failure);
        }
    }
}

/* Something passes the gate, and a rule decides it. */
static void ask_programmes(struct proof_claim_run *run)
{
    const struct policy *policy = run->rules.policy;

    run->proof->asked[PROOF_PROGRAMMES] = policy->programme_count;
    for (size_t i = 0; i < policy->programme_count && !run->full; i++) {
        struct solver_term asked[] = {
            run->rules.gates[i],
            solver_not(run->space.solver, run->rules.open[policy->rule_count])};
        enum solver_answer answer = solver_ask(run->space.solver, asked, 2);
        if (answer == SOLVER_YES) {
            run->proof->held[PROOF_PROGRAMMES]++;
            continue;
        }
        struct proof_failure *failure = proof_claim_fail(
            run, PROOF_PROGRAMMES, answer == SOLVER_NO ? PROOF_FAILS : PROOF_UNKNOWN);
        if (failure != NULL) {
            failure->programme = i;
        }
    }
}

static bool begin(struct proof_claim_run *run,
                  const struct policy *policy,
                  const struct directory *directory,
                  struct error *err)
{
    const struct proof_space_side side = {policy, directory};

    if (!proof_space_create(&run->space, &side, NULL, run->arena, err) ||
        !roster_create(&run->roster, policy, directory, err)) {
        return false;
    }
    run->failure_room =
        1 + policy->require_count + policy->rule_count * (1 + LIMIT_RULE_POOLS) + LIMIT_PROGRAMMES;
    run->failures = arena_array(run->arena, run->failure_room, sizeof(*run->failures));
    run->reached = arena_array(run->arena, policy->rule_count + 1, sizeof(*run->reached));
    if (run->failures == NULL || run->reached == NULL ||
        !proof_space_add_rules(&run->space, policy, directory, &run->rules)) {
        return error_set(err, ERROR_OS, "proof: out of memory");
    }
    return assert_rolled_out(run) || error_set(err, ERROR_OS, "proof: out of memory");
}

/* In each period the territories whose wave has come before its end. */
static bool assert_rolled_out(struct proof_claim_run *run)
{
    const struct proof_space *space = &run->space;
    struct solver *solver = space->solver;
    bool *marked = arena_array(run->arena, space->territory_count, sizeof(*marked));

    for (uint32_t period = 0; period < space->period_count && marked != NULL; period++) {
        bool last = period + 1 == space->period_count;
        for (uint32_t at = 0; at < space->territory_count; at++) {
            const struct policy_wave *wave = run->rules.waves[at];
            marked[at] = run->rules.in_force[at] &&
                         (wave == NULL || last || wave->from_us < space->period_us[period + 1]);
        }
        struct solver_term either[] = {
            solver_not(solver,
                       solver_between(solver, space->codes[PROOF_BOX_PERIOD], period, period)),
            proof_space_within(&run->space, marked)};
        solver_assert(solver, solver_any(solver, either, 2));
    }
    return marked != NULL;
}

/* The solver names some earlier rules that suffice; of these, those without which it would not. */
static void find_shadows(struct proof_claim_run *run, size_t rule, struct proof_failure *failure)
{
    struct arena *arena = run->arena;
    struct solver_term *terms = arena_array(arena, rule + 1, sizeof(*terms));
    bool *needed = arena_array(arena, rule + 1, sizeof(*needed));
    uint32_t *shadows = arena_array(arena, rule + 1, sizeof(*shadows));
    size_t count = 0;

    if (terms == NULL || needed == NULL || shadows == NULL) {
        run->full = true;
        return;
    }
    terms[0] = run->rules.when[rule];
    for (size_t i = 0; i < rule; i++) {
        terms[i + 1] = solver_not(run->space.solver, run->rules.when[i]);
    }
    if (solver_blame(run->space.solver, terms, rule + 1, needed) != SOLVER_NO) {
        failure->verdict = PROOF_UNKNOWN;
        return;
    }
    for (size_t i = 0; i < rule; i++) {
        if (needed[i + 1]) {
            shadows[count] = (uint32_t)i;
            terms[++count] = terms[i + 1];
        }
    }
    if (drop_needless(run, terms, shadows, &count) == SOLVER_UNKNOWN) {
        failure->verdict = PROOF_UNKNOWN;
    }
    failure->others = shadows;
    failure->other_count = count;
}

/* A referral that the rule is meant for, and the rule that takes it instead. */
static void show_met(struct proof_claim_run *run, size_t rule, struct proof_failure *failure)
{
    struct proof_space_point point;

    if (failure->other_count > 0 &&
        proof_space_find_met(&run->space, &run->rules, rule, &point) == SOLVER_YES) {
        proof_claim_show(run, &point, failure);
    }
}

/* terms[0] and one more for each of from. The last goes first, so that the first rules of the file are blamed. */
static enum solver_answer
drop_needless(struct proof_claim_run *run, struct solver_term *terms, uint32_t *from, size_t *count)
{
    for (size_t at = *count; at > 0; at--) {
        struct solver_term kept = terms[at];
        terms[at] = terms[0];
        enum solver_answer answer = solver_ask(run->space.solver, terms, *count + 1);
        terms[at] = kept;
        if (answer == SOLVER_UNKNOWN) {
            return answer;
        }
        if (answer == SOLVER_NO) {
            for (size_t i = at; i < *count; i++) {
                terms[i] = terms[i + 1];
                from[i - 1] = from[i];
            }
            --*count;
        }
    }
    return SOLVER_NO;
}
