/* Random policies over a few words, as a text for the program and as a tree that only these tests understand.
 *
 * Nothing here is shared with what is tested: conditions are evaluated, rules are matched and pools are looked up by
 * code and tables of the tests' own. The region is that of small_region.h. Words that policies use: risk, need food and
 * housing, age 0-1, flags placement-risk and anonymous, basis court, referrer-kind police, territory. All other codes
 * are alike to such policies, so one of each kind stands for them and weighs as many as it stands for.
 */
#ifndef TESTS_SUPPORT_RANDOM_POLICY_H
#define TESTS_SUPPORT_RANDOM_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RANDOM_POLICY_NODES = 16,
    RANDOM_POLICY_RULES = 8,
    RANDOM_POLICY_REQUIRES = 3,
    RANDOM_POLICY_PROGRAMMES = 2,
    RANDOM_POLICY_TEXT = 16384,
    RANDOM_POLICY_PLACES = 4 /* region 0, north 1, south 2, village 3 */
};

/* One referral: numbers and masks of the vocabulary; place as above. */
struct random_policy_point {
    uint32_t risk;
    uint32_t needs;
    uint32_t ages;
    uint32_t flags;
    uint32_t basis;
    uint32_t referrer;
    uint32_t place;
    bool late; /* arrived in 2025 or after it */
};

enum random_policy_kind {
    RANDOM_POLICY_ALWAYS,
    RANDOM_POLICY_ALL,
    RANDOM_POLICY_ANY,
    RANDOM_POLICY_NOT,
    RANDOM_POLICY_RISK,
    RANDOM_POLICY_NEED,
    RANDOM_POLICY_AGE,
    RANDOM_POLICY_FLAG,
    RANDOM_POLICY_BASIS,
    RANDOM_POLICY_REFERRER,
    RANDOM_POLICY_PLACE,
    RANDOM_POLICY_FROM, /* results: curator from these pools */
    RANDOM_POLICY_TOLD, /* an agency or a kind is told: 0 police-north, 1 ngo, 2 kind police */
    RANDOM_POLICY_FULL  /* procedure full */
};

struct random_policy_node {
    enum random_policy_kind kind;
    uint32_t mask;
    size_t children[3];
    size_t child_count;
};

struct random_policy_tree {
    struct random_policy_node nodes[RANDOM_POLICY_NODES];
    size_t count;
};

enum random_policy_notice { RANDOM_POLICY_NOBODY, RANDOM_POLICY_POLICE_HERE, RANDOM_POLICY_NGO };

struct random_policy_rule {
    struct random_policy_tree when;
    uint32_t pools[2]; /* 0 regional, 1 centre (south and village), 2 duty, 3 nobody at all */
    size_t pool_count;
    bool full;
    enum random_policy_notice notice;
    int programme; /* whose gate stands before it; -1: none */
};

struct random_policy_programme {
    struct random_policy_tree when;
    uint32_t dates; /* 0 none; 1 from 2025 on; 2 until the end of 2024 */
    enum random_policy_notice notice;
    bool shortens; /* answers about sop from 4 wh to 2 wh */
};

struct random_policy {
    struct random_policy_rule rules[RANDOM_POLICY_RULES];
    size_t rule_count;
    struct random_policy_programme programmes[RANDOM_POLICY_PROGRAMMES];
    size_t programme_count;
    bool dated;      /* a programme has dates: early and late differ */
    bool slow_south; /* answers about sop take 5 wh in the south and in the village */
    struct random_policy_tree requires_when[RANDOM_POLICY_REQUIRES];
    struct random_policy_tree requires_then[RANDOM_POLICY_REQUIRES];
    size_t require_count;
    uint32_t waves; /* 0 none; 1 south, then all; 2 north alone */
    char text[RANDOM_POLICY_TEXT];
};

/* state  the generator's; not 0. */
void random_policy_make(uint64_t *state, struct random_policy *out);

bool random_policy_holds(const struct random_policy_tree *when,
                         const struct random_policy_point *point);
bool random_policy_applies(const struct random_policy_programme *programme,
                           const struct random_policy_point *point);
/* The rule's condition and the gate before it. */
bool random_policy_matches(const struct random_policy *policy,
                           size_t rule,
                           const struct random_policy_point *point);
/* The rule that takes it; -1 none. */
int random_policy_decide(const struct random_policy *policy,
                         const struct random_policy_point *point);
/* Does `then` hold for a referral that this rule (-1: none) takes? */
bool random_policy_keeps(const struct random_policy *policy,
                         size_t require,
                         int rule,
                         const struct random_policy_point *point);
/* Selectors that are told of a referral that the rule takes: a bit each of enum random_policy_notice. */
uint32_t random_policy_told(const struct random_policy *policy,
                            int rule,
                            const struct random_policy_point *point);
/* The norm of an answer in working hours, of sop alone: 0 for the other levels. */
uint32_t random_policy_answer(const struct random_policy *policy,
                              const struct random_policy_point *point);
bool random_policy_pool_is_empty(uint32_t pool, uint32_t place);
/* Has the place a wave? day: the first day, "" without waves. */
bool random_policy_is_in_force(const struct random_policy *policy,
                               uint32_t place,
                               const char **day);

/* All referrals that policies can tell apart: index 0, 1, … until false. weight: how many it stands for. */
bool random_policy_point(size_t index, struct random_policy_point *out, uint64_t *weight);

#endif
