/* What holds of a policy for every referral there can be, proven; what does not, with a referral that shows it.
 *
 *     no fall-through   some rule decides every referral; the triage desk gets none by silence
 *     reach             every rule decides some referral; else the earlier rules that leave it none
 *     require           every requirement of the policy holds
 *     pools             every pool that a rule names has a worker in every territory from which a referral can come to
 *                       that rule, from the day of the territory's wave
 *     programmes        every programme adds to the decision about some referral
 *
 * A decision procedure answers (base/solver), so "holds" is a proof and not the absence of an example. Claims are about
 * every date of the programmes and about territories as rolled out; of one that is in no wave no rule ever takes a
 * referral. Who is on leave or full is not known here. The broker alone sets the flag possible-duplicate, so an example
 * with it cannot be sent as a form.
 *
 * source_load runs it on whatever is to be activated: a broken requirement refuses the set.
 */
#ifndef POLICY_PROOF_H
#define POLICY_PROOF_H

#include "policy/policy.h"

enum proof_claim {
    PROOF_NO_FALL_THROUGH,
    PROOF_REACH,
    PROOF_REQUIRE,
    PROOF_POOLS,
    PROOF_PROGRAMMES,
    PROOF_CLAIMS
};

enum proof_verdict { PROOF_HOLDS, PROOF_FAILS, PROOF_UNKNOWN /* too large a question */ };

/* One claim that does not hold. */
struct proof_failure {
    enum proof_claim claim;
    enum proof_verdict verdict; /* FAILS or UNKNOWN */
    size_t rule;                /* REACH, POOLS */
    size_t require;             /* REQUIRE */
    size_t pool;                /* POOLS */
    bool dead_end; /* POOLS: somewhere no pool of the rule has anybody; the example is from there */
    size_t programme; /* PROGRAMMES */
    bool has_example; /* never for PROGRAMMES */
    struct policy_facts
        example;        /* REACH: satisfies the rule's condition; none when no referral does */
    int32_t decided_by; /* the rule that takes the example; -1: none */
    /* REACH: earlier rules that together take all; none: no referral satisfies the condition.
     * POOLS: territories without a worker, in the order of the tree. */
    const uint32_t *others;
    size_t other_count;
    const char *from;  /* the first day on which the example is decided so; NULL: always */
    const char *until; /* the first day behind that time; NULL: for ever */
};

struct proof {
    const struct proof_failure *failures; /* by claim, then in the order of the file */
    size_t failure_count;
    size_t asked[PROOF_CLAIMS]; /* how many claims of each kind there were */
    size_t held[PROOF_CLAIMS];
};

struct proof_requirement {
    const char *id;
    struct text_pos at;
};

/* Of addresses: room for the proof of the largest policy; pages are taken as they are used. */
enum { PROOF_ARENA_BYTES = 256 << 20 };

/* Texts and failures in the arena. False: it could not be tried at all (memory). */
bool proof_run(struct proof *out,
               const struct policy *policy,
               const struct directory *directory,
               struct arena *arena,
               struct error *err) __attribute__((warn_unused_result));
struct proof_requirement proof_requirement(const struct policy *policy, size_t index);

#endif
