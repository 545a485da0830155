/* A suite: cases of policy_test.yaml, each a referral and what the policy must make of it.
 *
 * Reading checks every name against the region, so that a case never expects a rule or an agency that does not exist.
 * The format is described in policy/POLICY.md, "Tests of a policy".
 */
#ifndef CTL_SUITE_H
#define CTL_SUITE_H

#include "agents/ctl/trial.h"
#include "base/error.h"
#include "base/yaml_tree.h"

enum { SUITE_LIST_MAX = 64 };

enum suite_field {
    SUITE_RULE,
    SUITE_PROCEDURE,
    SUITE_POOL,
    SUITE_POOLS,
    SUITE_CURATOR_FROM,
    SUITE_NOTIFY,
    SUITE_DUE,
    SUITE_DESK,
    SUITE_DESK_AGENCY,
    SUITE_REASON,
    SUITE_DISCLOSES,
    SUITE_FIELD_END
};

struct suite_numbers {
    uint32_t items[SUITE_LIST_MAX];
    size_t count;
};

/* What must come of a case; a field counts when its line is not 0. */
struct suite_expectation {
    uint32_t lines[SUITE_FIELD_END];
    int32_t rule; /* -1: none */
    enum procedure procedure;
    int32_t pool; /* that finds the curator; -1: none */
    struct suite_numbers pools;
    struct suite_numbers
        curator_agencies;   /* every curator who may be chosen is of one of these, … */
    uint32_t curator_kinds; /* … of one of these kinds (mask; 0 any), … */
    struct suite_numbers curator_workers; /* … and one of these */
    struct suite_numbers notify;          /* agencies, exactly these */
    int64_t due_us[NORM_END];             /* 0: not asked */
    uint32_t due_lines[NORM_END];
    bool desk; /* the triage desk */
    uint32_t desk_agency;
    enum desk_reason reason;
    uint32_t discloses; /* sections, exactly these */
};

struct suite_case {
    struct phrase name;
    uint32_t line;
    struct labels labels;
    struct trial_question question; /* points to labels */
    struct suite_expectation expectation;
};

struct suite {
    struct suite_case *cases;
    size_t count;
};

struct suite_input {
    const char *name; /* of the file; forms that cases name by `file:` stand relative to it */
    struct bytes content;
    const struct region *region;
};

/* The input is borrowed as long as the suite is used. All mistakes go to errors, "ru / en"; false when there was any. */
bool suite_read(const struct suite_input *input,
                struct arena *arena,
                struct suite *out,
                struct error_list *errors) __attribute__((warn_unused_result));
/* "curator-from": the field's key in the file. Static. */
const char *suite_field_key(enum suite_field field);

#endif
