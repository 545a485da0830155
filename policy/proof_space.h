/* All referrals that there can be, as terms of a solver, and what the rules of a policy make of them.
 *
 *     one of several values   risk, direction, channel, basis, referrer's kind, territory     a number each
 *     each present or not     needs, ages, flags                                              a fact each
 *
 * There can be: every value of the vocabulary, every living territory, at least one need; no legal basis only with the
 * level critical, because anything else without a basis goes to the triage desk before the policy is asked. Territories
 * are counted in the order of the tree, so that whatever lies below one is a run of positions. Time is the periods
 * between the dates of the policies' programmes, on each of which what is claimed has to hold.
 *
 * Only proof*.c and comparison*.c include this.
 */
#ifndef POLICY_PROOF_SPACE_H
#define POLICY_PROOF_SPACE_H

#include "base/solver.h"
#include "policy/policy_tree.h"
#include "policy/proof_box.h"

enum { PROOF_SPACE_TERMS = 96, PROOF_SPACE_PERIODS = 32 };
_Static_assert(1 + 2 * 2 * LIMIT_PROGRAMMES <= PROOF_SPACE_PERIODS, "the dates of two policies");

struct proof_space {
    struct solver *solver;
    struct arena *arena;
    struct solver_number codes[PROOF_BOX_ONE_OF];
    struct solver_term present[PROOF_BOX_SEVERAL][32];
    const char **territories; /* ids by position */
    uint32_t *ends;           /* by position: one behind the last territory below */
    uint32_t territory_count;
    int64_t period_us[PROOF_SPACE_PERIODS]; /* when each begins; the first: 0 */
    const char *days[PROOF_SPACE_PERIODS];  /* of the second and those after it */
    uint32_t period_count;
    uint32_t referrers; /* kinds of agencies with a site: examples have one of these, if any can */
};

/* One referral. */
struct proof_space_point {
    uint32_t fields[PROOF_BOX_FIELDS]; /* code, position or mask */
};

/* A policy's rules as terms. */
struct proof_space_rules {
    const struct proof_space *space;
    const struct policy *policy;
    const struct directory *directory;
    uint32_t *numbers; /* the directory's, by position */
    const struct policy_wave *
        *waves;               /* the first that holds the territory, by position; NULL: none */
    bool *in_force;           /* by position: rolled out, now or from its wave on */
    struct solver_term *when; /* by rule: its condition holds */
    struct solver_term *open; /* by rule: none before it matches; [rule_count]: none at all */
    struct solver_term *decides;
    struct solver_term gates[LIMIT_PROGRAMMES]; /* by programme: its gate lets it pass */
};

struct proof_space_side {
    const struct policy *policy;
    const struct directory *directory;
};
/* also: a second policy; only territories of both are there. NULL: none. Destroy in any case. */
bool proof_space_create(struct proof_space *space,
                        const struct proof_space_side *side,
                        const struct proof_space_side *also,
                        struct arena *arena,
                        struct error *err) __attribute__((warn_unused_result));
void proof_space_destroy(struct proof_space *space);

bool proof_space_add_rules(struct proof_space *space,
                           const struct policy *policy,
                           const struct directory *directory,
                           struct proof_space_rules *out) __attribute__((warn_unused_result));

struct solver_term proof_space_when(struct proof_space *space,
                                    const struct proof_space_rules *rules,
                                    const struct policy_when *when);
/* The field has one of these codes. */
struct solver_term
proof_space_one_of(struct proof_space *space, enum proof_box_field field, uint32_t mask);
/* The referral has at least one of these. */
struct solver_term
proof_space_some(struct proof_space *space, enum proof_box_field field, uint32_t mask);
/* The territory is one of those marked, by position. */
struct solver_term proof_space_within(struct proof_space *space, const bool *marked);

/* The box's places as readers know them: whole subtrees, and territories without those below. False: no memory. */
bool proof_space_name_places(struct proof_space *space, struct proof_box *box)
    __attribute__((warn_unused_result));

/* proof_plain.c: a plain referral for which all terms hold: as few needs, ages and flags as can be, first values
 * elsewhere. */
enum solver_answer proof_space_find(struct proof_space *space,
                                    const struct solver_term *terms,
                                    size_t count,
                                    struct proof_space_point *out);
/* The same for referrals that a rule takes in one of the places marked, quicker: it is made plain label by label with the
 * rules themselves, as long as the rule takes it. */
enum solver_answer proof_space_find_taken(struct proof_space *space,
                                          const struct proof_space_rules *rules,
                                          size_t rule,
                                          const bool *marked,
                                          struct proof_space_point *out);
/* The same for referrals that satisfy a rule's condition, whichever rule takes them. */
enum solver_answer proof_space_find_met(struct proof_space *space,
                                        const struct proof_space_rules *rules,
                                        size_t rule,
                                        struct proof_space_point *out);
/* Does the rule's condition hold? Asked of the condition itself, not of the terms. */
bool proof_space_holds(const struct proof_space_rules *rules,
                       size_t rule,
                       const struct proof_space_point *point);
/* The rule that takes it; -1: none. Asked of the conditions themselves, not of the terms. */
int32_t proof_space_decider(const struct proof_space_rules *rules,
                            const struct proof_space_point *point);
/* As policy_decide takes it. */
struct policy_facts proof_space_facts(const struct proof_space_rules *rules,
                                      const struct proof_space_point *point);

#endif
