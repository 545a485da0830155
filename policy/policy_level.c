/* Which levels of risk a rule is left with, and whether its norms are in order for them. */
#include "policy/policy_tree.h"

enum { HOURS_OF_WORKDAY = 9, MINUTES_OF_HOUR = 60, MINUTES_OF_DAY = 1440 };

static const uint32_t all_levels = (UINT32_C(1) << RISK_END) - (UINT32_C(1) << RISK_NORM);

/* A norm that runs into the next one: whoever is silent would be passed over before the norm is over. */
static const struct {
    enum norm before;
    enum norm behind;
    bool binds_rules; /* a rule that shortens the second alone has shortened the first too little */
} orders[] = {
    {NORM_DELIVER, NORM_SEE, false},
    {NORM_SEE, NORM_ANSWER, false},
    {NORM_ANSWER, NORM_CURATOR, true},
    {NORM_TRIAGE, NORM_CURATOR, false},
    {NORM_CHECK, NORM_CONSILIUM, false},
    {NORM_CONSILIUM, NORM_PLAN, false},
    {NORM_PROGRESS, NORM_MONITORING, false},
};

enum { ORDERS = sizeof(orders) / sizeof(orders[0]) };

static uint32_t levels_of(const struct policy_when *when, size_t at, bool surely);
static void check_level(const struct policy *policy, uint32_t risk, struct finding_list *findings);
static void check_rule(const struct policy *policy, size_t index, struct finding_list *findings);
static uint32_t least_minutes(struct duration duration);
static void report(struct finding_list *findings,
                   const char *file,
                   struct policy_spot spot,
                   size_t order,
                   const struct duration norms[NORM_END]);

uint32_t policy_tree_levels(const struct policy *policy, size_t rule)
{
    const struct policy_when *own = &policy->rules[rule].when;
    uint32_t levels = own->count == 0 ? all_levels : levels_of(own, 0, false);

    for (size_t i = 0; i < rule; i++) {
        const struct policy_when *when = &policy->rules[i].when;
        levels &= when->count == 0 ? 0 : ~levels_of(when, 0, true);
    }
    return levels;
}

void policy_tree_check_norms(const struct policy *policy, struct finding_list *findings)
{
    for (uint32_t risk = RISK_NORM; risk < RISK_END; risk++) {
        check_level(policy, risk, findings);
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        check_rule(policy, i, findings);
    }
}

/* Levels at which a condition holds whatever the rest of a referral says, or at which it can hold at all. */
static uint32_t levels_of(const struct policy_when *when, size_t at, bool surely)
{
    const struct policy_condition *node = &when->nodes[at];
    size_t end = at + node->span;

    if (node->kind == CONDITION_NOT) {
        return all_levels & ~levels_of(when, at + 1, !surely);
    }
    if (node->kind > CONDITION_NOT) {
        bool is_risk = node->kind <= CONDITION_RISK_BELOW;
        return is_risk ? node->mask & all_levels : surely ? 0 : all_levels;
    }
    uint32_t levels = node->kind == CONDITION_ALL ? all_levels : 0;
    for (size_t child = at + 1; child < end; child += when->nodes[child].span) {
        uint32_t part = levels_of(when, child, surely);
        levels = node->kind == CONDITION_ALL ? levels & part : levels | part;
    }
    return levels;
}

/* Only what the file says is reported; the defaults are in order. */
static void check_level(const struct policy *policy, uint32_t risk, struct finding_list *findings)
{
    const struct duration *norms = policy->norms[risk];
    const struct policy_spot *spots = policy->norm_spots[risk];

    for (size_t i = 0; i < ORDERS; i++) {
        struct policy_spot before = spots[orders[i].before];
        struct policy_spot behind = spots[orders[i].behind];
        if (least_minutes(norms[orders[i].before]) > least_minutes(norms[orders[i].behind]) &&
            (before.line > 0 || behind.line > 0)) {
            report(findings, policy->norm_files[risk], before.line > 0 ? before : behind, i, norms);
        }
    }
}

/* With the norms of each level that the rule is left with; once for each order. */
static void check_rule(const struct policy *policy, size_t index, struct finding_list *findings)
{
    const struct policy_rule *rule = &policy->rules[index];
    uint32_t levels = policy_tree_levels(policy, index);

    for (size_t i = 0; i < ORDERS; i++) {
        struct policy_spot spot = rule->norm_spots[orders[i].before];
        if (spot.line == 0 && orders[i].binds_rules) {
            spot = rule->norm_spots[orders[i].behind];
        }
        for (uint32_t risk = RISK_END; risk > RISK_NORM && spot.line > 0; risk--) {
            struct duration norms[NORM_END];
            for (size_t norm = 0; norm < NORM_END; norm++) {
                bool own = rule->norms[norm].unit != DURATION_NONE;
                norms[norm] = own ? rule->norms[norm] : policy->norms[risk - 1][norm];
            }
            if ((levels & (UINT32_C(1) << (risk - 1))) != 0 &&
                least_minutes(norms[orders[i].before]) > least_minutes(norms[orders[i].behind])) {
                report(findings, rule->at.file, spot, i, norms);
                break;
            }
        }
    }
}

/* What a duration comes to at the least, from the morning of a working day. Nothing given: no order is broken. */
static uint32_t least_minutes(struct duration duration)
{
    switch (duration.unit) {
    case DURATION_MINUTES:
        return duration.amount;
    case DURATION_HOURS:
        return duration.amount * MINUTES_OF_HOUR;
    case DURATION_WORK_HOURS:
        return duration.amount / HOURS_OF_WORKDAY * MINUTES_OF_DAY +
               duration.amount % HOURS_OF_WORKDAY * MINUTES_OF_HOUR;
    case DURATION_DAYS:
    case DURATION_WORK_DAYS:
        return duration.amount * MINUTES_OF_DAY;
    case DURATION_NONE:
        break;
    }
    return 0;
}

static void report(struct finding_list *findings,
                   const char *file,
                   struct policy_spot spot,
                   size_t order,
                   const struct duration norms[NORM_END])
{
    struct text_pos at = error_pos(file, spot.line, spot.column);
    char before[32];
    char behind[32];

    finding_error(findings,
                  DIAGNOSTIC_NORM_ORDER,
                  &at,
                  "срок «%s» (%s) длиннее срока «%s» (%s)",
                  "the norm \"%s\" (%s) is longer than the norm \"%s\" (%s)",
                  policy_tree_norm_key(orders[order].before),
                  calendar_format_duration(norms[orders[order].before], before, sizeof(before)),
                  policy_tree_norm_key(orders[order].behind),
                  calendar_format_duration(norms[orders[order].behind], behind, sizeof(behind)));
}
