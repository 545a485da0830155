/* Which referrals two policies decide differently: all of them, in few classes.
 *
 * A decision is: the pools in their order and whom each selects, the procedure, the selectors that are told, the norms.
 * What rules are called and which rule decides is not. Territories that both know are compared as rolled out; where and
 * when the waves differ is told apart. Workers are not compared: a pool is what its selection says.
 *
 * Exact, by the decision procedure of base/solver: a referral is in a class or is decided alike.
 */
#ifndef POLICY_COMPARISON_H
#define POLICY_COMPARISON_H

#include "policy/policy.h"
#include "policy/proof_box.h"

enum comparison_aspect {
    COMPARISON_CURATOR, /* pools in order; "": the triage desk, and nothing else is compared */
    COMPARISON_POOLS,   /* what a pool of that name selects */
    COMPARISON_PROCEDURE,
    COMPARISON_NOTIFY,
    COMPARISON_NORMS,
    COMPARISON_ASPECTS
};

/* In the words of the policy's language. */
struct comparison_change {
    enum comparison_aspect aspect;
    const char *was;
    const char *now;
};

struct comparison_class {
    struct comparison_change changes[COMPARISON_ASPECTS];
    size_t change_count;
    const struct proof_box *boxes; /* a referral is in the class when it fits one of these */
    size_t box_count;
    bool whole;                  /* false: there is more than could be told */
    uint64_t combinations;       /* of labels; 0: not counted */
    struct policy_facts example; /* territory: number in the new directory */
    int32_t rule_was;            /* that decides the example; -1: none */
    int32_t rule_now;
};

/* NULL: in no wave; "": from the beginning; else a day. Each for a territory with all below that differ alike. */
struct comparison_wave {
    const char *territory;
    const char *was;
    const char *now;
};

struct comparison {
    const struct comparison_class *classes; /* the largest first */
    size_t class_count;
    bool whole;
    const struct comparison_wave *waves;
    size_t wave_count;
    const char *const *only_old; /* territories */
    size_t only_old_count;
    const char *const *only_new;
    size_t only_new_count;
};

struct comparison_side {
    const struct policy *policy;
    const struct directory *directory;
};

/* Everything in the arena. */
bool comparison_run(struct comparison *out,
                    const struct comparison_side *was,
                    const struct comparison_side *now,
                    struct arena *arena,
                    struct error *err) __attribute__((warn_unused_result));

#endif
