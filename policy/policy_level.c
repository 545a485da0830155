/* Which levels of risk a rule is left with. */
#include "policy/policy_tree.h"

static const uint32_t all_levels = (UINT32_C(1) << RISK_END) - (UINT32_C(1) << RISK_NORM);

static uint32_t levels_of(const struct policy_when *when, size_t at, bool surely);

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
