/* A set of referrals, narrowed step by step while a requirement is proven; only policy_prove.c uses it.
 *
 * A field with one value keeps the values it can still have. A field with several (needs, ages, flags) keeps what is
 * certainly absent and, for each condition that was assumed to hold, the codes of which one is certainly present. Such a
 * set is never empty: all that is not absent satisfies every assumption.
 */
#ifndef POLICY_POLICY_CASE_H
#define POLICY_POLICY_CASE_H

#include "policy/policy_tree.h"

enum { POLICY_CASE_ASSUMPTIONS = 48 };

enum policy_truth { TRUTH_NO, TRUTH_YES, TRUTH_OPEN };

struct policy_case_several {
    uint32_t absent;
    uint32_t any_of[POLICY_CASE_ASSUMPTIONS];
    size_t any_count;
};

struct policy_case {
    uint32_t risk; /* masks of possible values */
    uint32_t direction;
    uint32_t channel;
    uint32_t basis;
    uint32_t referrer;
    struct policy_case_several needs;
    struct policy_case_several ages;
    struct policy_case_several flags;
    uint8_t *territories; /* by number: 1 when possible */
    uint32_t territory_count;
};

/* Every referral: any rolled-out territory, at least one need. False: no memory. */
bool policy_case_begin(struct policy_case *everything,
                       const struct directory *directory,
                       struct arena *arena) __attribute__((warn_unused_result));

/* Does the condition hold for all of the set, for none, or for some? Then *open is a node to split by. */
enum policy_truth policy_case_test(const struct policy_case *set,
                                   const struct directory *directory,
                                   const struct policy_when *when,
                                   const struct policy_condition **open);

enum policy_split { SPLIT_DONE, SPLIT_EMPTY, SPLIT_FAILED };

/* The part of the set for which the node holds, or does not. SPLIT_EMPTY: there is none. SPLIT_FAILED: no room. */
enum policy_split policy_case_split(const struct policy_case *set,
                                    const struct policy_condition *node,
                                    bool holds,
                                    const struct directory *directory,
                                    struct policy_case *out);

/* Some referral of the set, in that territory. */
struct policy_facts policy_case_example(const struct policy_case *set, uint32_t territory);

#endif
