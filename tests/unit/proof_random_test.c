/* The proof and the difference of policies against an enumeration of all referrals, on random policies.
 *
 * tests/support/random_policy.h knows what is right and shares no code with policy/proof*.c and policy/comparison*.c.
 *
 * build: build/default
 * timeout: 300
 */
#include "policy/comparison.h"
#include "policy/proof.h"
#include "tests/support/random_policy.h"
#include "tests/support/small_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROOFS = 2000, DIFFERENCES = 30, SEED = 20261122 };

struct fixture {
    struct arena *arena;
    struct directory *directory;
    struct random_policy policy;
    struct random_policy other;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->arena = arena_create(64U << 20);
    fixture->directory = small_region_directory();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    directory_destroy(&fixture->directory);
    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

static struct policy *compile(struct fixture *fixture, const struct random_policy *random)
{
    struct finding_list findings;

    assert_true(finding_list_begin(&findings, fixture->arena));
    struct policy *policy =
        small_region_policy(random->text, fixture->directory, fixture->arena, &findings);
    if (policy == NULL) {
        fail_msg("%s\n%s", random->text, findings.items[0].text.en);
    }
    return policy;
}

static struct random_policy_point point_of(const struct policy_facts *facts)
{
    return (struct random_policy_point){.risk = (uint32_t)facts->labels.risk,
                                        .needs = facts->labels.needs,
                                        .ages = facts->labels.ages,
                                        .flags = facts->labels.flags,
                                        .basis = (uint32_t)facts->labels.basis,
                                        .referrer = (uint32_t)facts->referrer_kind,
                                        .place = facts->labels.territory - 1,
                                        .late = facts->at_us > 0};
}

/* What the enumeration finds. */
struct truth {
    bool falls_through;
    bool reached[RANDOM_POLICY_RULES];
    bool broken[RANDOM_POLICY_REQUIRES];
    bool concerns[RANDOM_POLICY_PROGRAMMES]; /* the programme: something that a rule takes */
    bool from[RANDOM_POLICY_RULES]
             [RANDOM_POLICY_PLACES]; /* referrals of a place come to the rule */
};

/* A rule takes such a referral, or none does for want of one. */
static bool comes_to_the_rules(const struct random_policy *policy,
                               const struct random_policy_point *point,
                               uint64_t weight)
{
    const char *day;

    return weight > 0 && (!point->late || policy->dated) &&
           random_policy_is_in_force(policy, point->place, &day);
}

static struct truth enumerate(const struct random_policy *policy)
{
    struct truth truth = {.falls_through = false};
    struct random_policy_point point;
    uint64_t weight;

    for (size_t i = 0; random_policy_point(i, &point, &weight); i++) {
        if (!comes_to_the_rules(policy, &point, weight)) {
            continue;
        }
        int rule = random_policy_decide(policy, &point);
        if (rule < 0) {
            truth.falls_through = true;
        } else {
            truth.reached[rule] = true;
            truth.from[rule][point.place] = true;
        }
        for (size_t j = 0; j < policy->programme_count; j++) {
            bool here = rule >= 0 && random_policy_applies(&policy->programmes[j], &point);
            truth.concerns[j] = truth.concerns[j] || here;
        }
        for (size_t j = 0; j < policy->require_count; j++) {
            truth.broken[j] =
                truth.broken[j] || (random_policy_holds(&policy->requires_when[j], &point) &&
                                    !random_policy_keeps(policy, j, rule, &point));
        }
    }
    return truth;
}

/* Does every referral of a rule's condition meet one of the others' conditions, without those left out? */
static bool are_covered(const struct random_policy *policy,
                        const struct proof_failure *failure,
                        size_t left_out)
{
    struct random_policy_point point;
    uint64_t weight;

    for (size_t i = 0; random_policy_point(i, &point, &weight); i++) {
        bool met = !comes_to_the_rules(policy, &point, weight) ||
                   !random_policy_matches(policy, failure->rule, &point);
        for (size_t j = 0; j < failure->other_count && !met; j++) {
            assert_true(failure->others[j] < failure->rule);
            met = j != left_out && random_policy_matches(policy, failure->others[j], &point);
        }
        if (!met) {
            return false;
        }
    }
    return true;
}

static void check_reach(const struct random_policy *policy, const struct proof_failure *failure)
{
    assert_true(are_covered(policy, failure, SIZE_MAX));
    for (size_t i = 0; i < failure->other_count; i++) {
        assert_false(are_covered(policy, failure, i));
    }
    assert_int_equal(failure->has_example, failure->other_count > 0);
    if (failure->has_example) {
        struct random_policy_point point = point_of(&failure->example);
        assert_true(comes_to_the_rules(policy, &point, 1));
        assert_true(random_policy_matches(policy, failure->rule, &point));
        assert_int_equal(failure->decided_by, random_policy_decide(policy, &point));
    }
}

static void check_require(const struct random_policy *policy, const struct proof_failure *failure)
{
    struct random_policy_point point = point_of(&failure->example);
    int rule = random_policy_decide(policy, &point);

    assert_true(failure->has_example);
    assert_true(comes_to_the_rules(policy, &point, 1));
    assert_true(random_policy_holds(&policy->requires_when[failure->require], &point));
    assert_int_equal(failure->decided_by, rule);
    assert_false(random_policy_keeps(policy, failure->require, rule, &point));
}

static bool has_nobody_else(const struct random_policy *policy, size_t rule, uint32_t place)
{
    for (size_t i = 0; i < policy->rules[rule].pool_count; i++) {
        if (!random_policy_pool_is_empty(policy->rules[rule].pools[i], place)) {
            return false;
        }
    }
    return true;
}

/* The example and its day are those of a place without any curator, if there is one. */
static void check_pools(const struct random_policy *policy,
                        const struct truth *truth,
                        const struct proof_failure *failure)
{
    struct random_policy_point point = point_of(&failure->example);
    const char *first = "9999";
    const char *first_dead = "9999";
    size_t count = 0;
    const char *day;

    for (uint32_t place = 0; place < RANDOM_POLICY_PLACES; place++) {
        if (truth->from[failure->rule][place] && random_policy_is_in_force(policy, place, &day) &&
            random_policy_pool_is_empty((uint32_t)failure->pool, place)) {
            assert_true(count < failure->other_count);
            assert_int_equal(failure->others[count++], place + 1);
            first = strcmp(day, first) < 0 ? day : first;
            bool dead = has_nobody_else(policy, failure->rule, place);
            first_dead = dead && strcmp(day, first_dead) < 0 ? day : first_dead;
        }
    }
    assert_int_equal(count, failure->other_count);
    assert_int_equal(failure->dead_end, strcmp(first_dead, "9999") != 0);
    assert_true(!failure->dead_end || has_nobody_else(policy, failure->rule, point.place));
    first = failure->dead_end ? first_dead : first;
    assert_string_equal(failure->from == NULL ? "" : failure->from,
                        point.late ? "2025-01-01" : first);
    assert_string_equal(failure->until == NULL ? "" : failure->until,
                        policy->dated && !point.late ? "2025-01-01" : "");
    assert_true(failure->has_example);
    assert_int_equal(random_policy_decide(policy, &point), failure->rule);
    assert_true(random_policy_pool_is_empty((uint32_t)failure->pool, point.place));
    assert_true(random_policy_is_in_force(policy, point.place, &day));
    assert_string_equal(day, first);
}

/* Of how many policies a claim of each kind fails: all of it means little when hardly any does, or hardly any does not. */
static void count_kinds(const struct proof *proof, size_t policies[PROOF_CLAIMS + 1])
{
    for (size_t claim = 0; claim < PROOF_CLAIMS; claim++) {
        policies[claim] += proof->held[claim] < proof->asked[claim] ? 1 : 0;
    }
    policies[PROOF_CLAIMS] += proof->failure_count == 0 ? 1 : 0;
}

static void check_variety(const size_t policies[PROOF_CLAIMS + 1])
{
    static const char *const names[] = {"a referral without a rule",
                                        "a rule without referrals",
                                        "a broken requirement",
                                        "a pool without workers",
                                        "a programme without referrals",
                                        "no failure"};

    for (size_t kind = 0; kind <= PROOF_CLAIMS; kind++) {
        print_message("%s: %zu of %d policies\n", names[kind], policies[kind], PROOFS);
        assert_in_range(policies[kind], PROOFS / 50, PROOFS - PROOFS / 50);
    }
}

/* Every failure is right; how many there must be of each claim, the enumeration knows. */
static void check_proof(const struct random_policy *policy, const struct proof *proof)
{
    struct truth truth = enumerate(policy);
    size_t failed[PROOF_CLAIMS] = {0};
    const char *day;

    for (size_t i = 0; i < proof->failure_count; i++) {
        const struct proof_failure *failure = &proof->failures[i];
        assert_int_equal(failure->verdict, PROOF_FAILS);
        failed[failure->claim]++;
        if (failure->claim == PROOF_NO_FALL_THROUGH) {
            struct random_policy_point point = point_of(&failure->example);
            assert_int_equal(random_policy_decide(policy, &point), -1);
            assert_true(comes_to_the_rules(policy, &point, 1));
        } else if (failure->claim == PROOF_REACH) {
            assert_false(truth.reached[failure->rule]);
            check_reach(policy, failure);
        } else if (failure->claim == PROOF_REQUIRE) {
            check_require(policy, failure);
        } else if (failure->claim == PROOF_PROGRAMMES) {
            assert_false(truth.concerns[failure->programme]);
        } else {
            check_pools(policy, &truth, failure);
        }
    }
    assert_int_equal(failed[PROOF_NO_FALL_THROUGH], truth.falls_through ? 1 : 0);
    for (size_t i = 0; i < policy->rule_count; i++) {
        failed[PROOF_REACH] -= truth.reached[i] ? 0 : 1;
        for (size_t j = 0; j < policy->rules[i].pool_count; j++) {
            bool empty = false;
            for (uint32_t place = 0; place < RANDOM_POLICY_PLACES; place++) {
                empty = empty ||
                        (truth.from[i][place] && random_policy_is_in_force(policy, place, &day) &&
                         random_policy_pool_is_empty(policy->rules[i].pools[j], place));
            }
            failed[PROOF_POOLS] -= empty ? 1 : 0;
        }
    }
    for (size_t i = 0; i < policy->require_count; i++) {
        failed[PROOF_REQUIRE] -= truth.broken[i] ? 1 : 0;
    }
    for (size_t i = 0; i < policy->programme_count; i++) {
        failed[PROOF_PROGRAMMES] -= truth.concerns[i] ? 0 : 1;
    }
    assert_int_equal(failed[PROOF_PROGRAMMES], 0);
    assert_int_equal(failed[PROOF_REACH], 0);
    assert_int_equal(failed[PROOF_REQUIRE], 0);
    assert_int_equal(failed[PROOF_POOLS], 0);
}

static void proofs_agree_with_enumeration(void **state)
{
    struct fixture *fixture = *state;
    uint64_t generator = SEED;
    size_t policies[PROOF_CLAIMS + 1] = {0};

    print_message("seed %d\n", SEED);
    for (size_t i = 0; i < PROOFS; i++) {
        struct proof proof;
        struct error err;
        random_policy_make(&generator, &fixture->policy);
        struct policy *policy = compile(fixture, &fixture->policy);
        assert_true(proof_run(&proof, policy, fixture->directory, fixture->arena, &err));
        check_proof(&fixture->policy, &proof);
        count_kinds(&proof, policies);
        policy_destroy(&policy);
        arena_reset(fixture->arena);
    }
    check_variety(policies);
}

/* What one policy does with a referral. */
struct decided {
    const struct random_policy_rule *rule; /* NULL: none */
    int number;
    uint32_t told;
    uint32_t answer;
};

static struct decided decide(const struct random_policy *policy,
                             const struct random_policy_point *point)
{
    int number = random_policy_decide(policy, point);

    return (struct decided){.rule = number < 0 ? NULL : &policy->rules[number],
                            .number = number,
                            .told = random_policy_told(policy, number, point),
                            .answer = random_policy_answer(policy, point)};
}

/* What a difference can tell: pools, procedure, who is told, norms. */
static bool decided_alike(const struct decided *was, const struct decided *now)
{
    const struct random_policy_rule *a = was->rule;
    const struct random_policy_rule *b = now->rule;

    if (a == NULL || b == NULL) {
        return a == b;
    }
    return a->pool_count == b->pool_count && a->pools[0] == b->pools[0] &&
           (a->pool_count == 1 || a->pools[1] == b->pools[1]) && a->full == b->full &&
           was->told == now->told && was->answer == now->answer;
}

static const struct comparison_change *find_change(const struct comparison_class *class,
                                                   enum comparison_aspect aspect)
{
    for (size_t i = 0; i < class->change_count; i++) {
        if (class->changes[i].aspect == aspect) {
            return &class->changes[i];
        }
    }
    return NULL;
}

/* The words of a class against the two rules. */
static void check_changes(const struct comparison_class *class,
                          const struct decided *was,
                          const struct decided *now)
{
    static const char *const pools[] = {"regional", "centre", "duty", "nobody"};
    const struct comparison_change *curator = find_change(class, COMPARISON_CURATOR);
    const struct comparison_change *procedure = find_change(class, COMPARISON_PROCEDURE);
    const struct comparison_change *norms = find_change(class, COMPARISON_NORMS);
    const struct random_policy_rule *old = was->rule;
    const struct random_policy_rule *new = now->rule;
    char text[64] = "";

    if (old == NULL || new == NULL) {
        assert_int_equal(class->change_count, 1);
        if (curator == NULL) {
            fail_msg("the curator differs");
            return;
        }
        assert_string_equal(old == NULL ? curator->was : curator->now, "");
        return;
    }
    if (curator != NULL) {
        snprintf(text,
                 sizeof(text),
                 "%s%s%s",
                 pools[new->pools[0]],
                 new->pool_count == 2 ? ", " : "",
                 new->pool_count == 2 ? pools[new->pools[1]] : "");
        assert_string_equal(curator->now, text);
    }
    assert_int_equal(procedure != NULL, old->full != new->full);
    if (procedure != NULL) {
        assert_string_equal(procedure->now, new->full ? "full" : "direct");
    }
    assert_int_equal(find_change(class, COMPARISON_NOTIFY) != NULL, was->told != now->told);
    assert_int_equal(norms != NULL, was->answer != now->answer);
    if (norms != NULL) {
        snprintf(text, sizeof(text), "answer: %u wh", (unsigned)now->answer);
        assert_string_equal(norms->now, text);
    }
}

static bool fits(const struct proof_box *box, const struct random_policy_point *point)
{
    const uint32_t masks[] = {point->needs, point->ages, point->flags};
    /* Direction and channel are not used by these policies: no class may limit them. */
    assert_int_equal(box->one_of[PROOF_BOX_DIRECTION], 0x1e);
    assert_int_equal(box->one_of[PROOF_BOX_CHANNEL], 0x1fe);
    if ((box->one_of[PROOF_BOX_RISK] >> point->risk & 1) == 0 ||
        (box->one_of[PROOF_BOX_BASIS] >> point->basis & 1) == 0 ||
        (box->one_of[PROOF_BOX_REFERRER] >> point->referrer & 1) == 0 ||
        (box->one_of[PROOF_BOX_PERIOD] >> (point->late ? 1 : 0) & 1) == 0 ||
        (box->places != NULL && !box->places[point->place])) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        if ((masks[i] & box->several[i].none_of) != 0) {
            return false;
        }
        for (size_t j = 0; j < box->several[i].some_count; j++) {
            if ((masks[i] & box->several[i].some_of[j]) == 0) {
                return false;
            }
        }
    }
    return true;
}

static size_t class_of(const struct comparison *difference, const struct random_policy_point *point)
{
    size_t found = difference->class_count;

    for (size_t i = 0; i < difference->class_count; i++) {
        bool in = false;
        for (size_t j = 0; j < difference->classes[i].box_count; j++) {
            in = in || fits(&difference->classes[i].boxes[j], point);
        }
        assert_true(!in || found == difference->class_count); /* classes do not overlap */
        found = in ? i : found;
    }
    return found;
}

static void check_difference(const struct random_policy *was,
                             const struct random_policy *now,
                             const struct comparison *difference)
{
    uint64_t counts[RANDOM_POLICY_RULES * RANDOM_POLICY_RULES * 16] = {0};
    struct random_policy_point point;
    uint64_t weight;
    bool whole = true;

    for (size_t i = 0; i < difference->class_count; i++) {
        whole = whole && difference->classes[i].whole;
    }
    assert_true(difference->whole);
    assert_true(difference->class_count < sizeof(counts) / sizeof(counts[0]));
    for (size_t i = 0; random_policy_point(i, &point, &weight); i++) {
        if (weight == 0 || (point.late && !was->dated && !now->dated)) {
            continue;
        }
        const struct decided old = decide(was, &point);
        const struct decided new = decide(now, &point);
        size_t class = class_of(difference, &point);
        /* What a class that is not whole leaves out stands in no class. */
        assert_true((class == difference->class_count) == decided_alike(&old, &new) ||
                    (class == difference->class_count && !whole));
        if (class < difference->class_count) {
            check_changes(&difference->classes[class], &old, &new);
            counts[class] += weight;
        }
    }
    for (size_t i = 0; i < difference->class_count; i++) {
        const struct comparison_class *class = &difference->classes[i];
        point = point_of(&class->example);
        assert_int_equal(class_of(difference, &point), i);
        assert_int_equal(class->rule_was, random_policy_decide(was, &point));
        assert_int_equal(class->rule_now, random_policy_decide(now, &point));
        if (class->combinations != 0) {
            assert_true(class->combinations == counts[i]);
        }
    }
}

static void differences_agree_with_enumeration(void **state)
{
    struct fixture *fixture = *state;
    uint64_t generator = SEED + 1;
    size_t uncounted = 0;
    size_t classes = 0;

    print_message("seed %d\n", SEED + 1);
    for (size_t i = 0; i < DIFFERENCES; i++) {
        struct comparison difference;
        struct error err;
        random_policy_make(&generator, &fixture->policy);
        random_policy_make(&generator, &fixture->other);
        struct policy *was = compile(fixture, &fixture->policy);
        struct policy *now = compile(fixture, &fixture->other);
        const struct comparison_side sides[] = {{was, fixture->directory},
                                                {now, fixture->directory}};
        assert_true(comparison_run(&difference, &sides[0], &sides[1], fixture->arena, &err));
        check_difference(&fixture->policy, &fixture->other, &difference);
        for (size_t j = 0; j < difference.class_count; j++) {
            uncounted += difference.classes[j].combinations == 0 ? 1 : 0;
            classes++;
        }
        policy_destroy(&was);
        policy_destroy(&now);
        arena_reset(fixture->arena);
    }
    assert_true(uncounted * 100 <= classes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(proofs_agree_with_enumeration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(differences_agree_with_enumeration, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
