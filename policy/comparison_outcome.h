/* What a policy decides, apart from which rule says it; only comparison*.c include this.
 *
 * The decision depends on the rule and, for the norms, on the level of risk: an outcome is what is the same for some
 * pairs of these.
 */
#ifndef POLICY_COMPARISON_OUTCOME_H
#define POLICY_COMPARISON_OUTCOME_H

#include "policy/comparison.h"
#include "policy/policy_tree.h"

struct comparison_outcome {
    const struct policy_rule *rule; /* the first that says so; NULL: none matches */
    enum procedure procedure;
    const char *notify;
    struct duration norms[NORM_END];
    const char
        *key; /* all of it: two outcomes, of one policy or of two, are alike when these are equal */
};

/* What beside rule and level makes a difference: a territory with norms of its own, and which programmes apply. */
struct comparison_situation {
    uint32_t territory;  /* 0: none of those */
    uint32_t programmes; /* mask */
};

struct comparison_outcomes {
    const struct comparison_side *side;
    struct arena *arena;
    struct comparison_outcome *list;
    size_t count;
    const struct comparison_situation *situations;
    size_t situation_count;
    uint16_t *of; /* [rule][risk][situation]; the row behind the last rule: none matches */
};

/* In: side, arena and situations. */
bool comparison_outcome_collect(struct comparison_outcomes *outcomes)
    __attribute__((warn_unused_result));
size_t comparison_outcome_of(const struct comparison_outcomes *outcomes,
                             size_t rule,
                             enum risk risk,
                             size_t situation);
/* In which aspects two outcomes differ, of one policy or of two; texts in the arena of the second. How many. */
size_t comparison_outcome_compare(const struct comparison_outcomes *was,
                                  size_t old,
                                  const struct comparison_outcomes *now,
                                  size_t new,
                                  struct comparison_change changes[COMPARISON_ASPECTS]);

#endif
