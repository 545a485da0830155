/* The claims of a proof about requirements and pools; only proof*.c include this. */
#ifndef POLICY_PROOF_CLAIM_H
#define POLICY_PROOF_CLAIM_H

#include "policy/proof.h"
#include "policy/proof_space.h"
#include "policy/roster.h"

/* One proof being run. */
struct proof_claim_run {
    struct proof_space space;
    struct proof_space_rules rules;
    struct roster *roster;
    struct arena *arena;
    struct proof_failure *failures;
    size_t failure_count;
    size_t failure_room;
    bool *reached; /* by rule */
    struct proof *proof;
    bool full; /* no memory */
};

/* NULL: no memory. Counted and kept. */
struct proof_failure *
proof_claim_fail(struct proof_claim_run *run, enum proof_claim claim, enum proof_verdict verdict);
/* The failure's example, who takes it and since when. */
void proof_claim_show(const struct proof_claim_run *run,
                      const struct proof_space_point *point,
                      struct proof_failure *failure);
/* A question's answer as that of the claim that there is no such referral. */
enum proof_verdict proof_claim_verdict(enum solver_answer answer);

void proof_claim_requires(struct proof_claim_run *run); /* proof_require.c */
void proof_claim_pools(struct proof_claim_run *run);    /* proof_pool.c */

#endif
