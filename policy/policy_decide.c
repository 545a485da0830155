/* Deciding: bits against masks, rule by rule. */
#include "policy/policy_tree.h"

#include <assert.h>
#include <string.h>

/* A referral as conditions see it, looked up once for all rules. */
struct glance {
    const struct directory *directory;
    uint32_t territory;
    int64_t at_us;
    uint32_t bits[CONDITION_END]; /* by kind of condition */
};

static struct glance glance_at(const struct directory *directory, const struct policy_facts *facts);
/* Number of the node that failed; -1: it holds. */
static int32_t failed_node(const struct policy_when *when, size_t at, const struct glance *glance);
static inline bool leaf_holds(const struct policy_condition *node, const struct glance *glance);
static bool lies_within(const struct policy_condition *node, const struct glance *glance);
static uint32_t bit(uint32_t number);
static struct policy_norm_question norm_question(const struct policy *policy,
                                                 const struct policy_facts *facts,
                                                 const struct policy_verdict *verdict);
static void set_norms(const struct policy *policy,
                      const struct directory *directory,
                      const struct policy_facts *facts,
                      struct policy_verdict *verdict);

void policy_decide(const struct policy *policy,
                   const struct directory *directory,
                   const struct policy_facts *facts,
                   struct policy_verdict *verdict)
{
    const struct glance glance = glance_at(directory, facts);

    verdict->rule = -1;
    verdict->pool_count = 0;
    verdict->failed_count = 0;
    verdict->procedure = policy->procedure;
    verdict->programmes = 0;
    verdict->not_rolled_out =
        !policy_tree_rolled_out(policy, directory, facts->labels.territory, facts->at_us);
    for (size_t i = 0; i < policy->rule_count && !verdict->not_rolled_out; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        int32_t failed = rule->when.count == 0 ? -1 : failed_node(&rule->when, 0, &glance);

        if (failed >= 0) {
            verdict->failed[verdict->failed_count++] =
                (struct fact_failed){.rule = (uint8_t)i, .condition = (uint8_t)failed};
            continue;
        }
        verdict->rule = (int32_t)i;
        if (rule->procedure != PROCEDURE_UNSPECIFIED) {
            verdict->procedure = rule->procedure;
        }
        memcpy(verdict->pools, rule->pools, sizeof(verdict->pools));
        verdict->pool_count = rule->pool_count;
        break;
    }
    for (size_t i = 0; i < policy->programme_count && verdict->rule >= 0; i++) {
        const struct policy_when *gate = &policy->programmes[i].gate;
        bool open = gate->count == 0 || failed_node(gate, 0, &glance) < 0;
        verdict->programmes |= open ? UINT32_C(1) << i : 0;
    }
    set_norms(policy, directory, facts, verdict);
}

struct policy_norm_source policy_norm_source(const struct policy *policy,
                                             const struct directory *directory,
                                             const struct policy_facts *facts,
                                             const struct policy_verdict *verdict,
                                             enum norm norm)
{
    const struct policy_norm_question question = norm_question(policy, facts, verdict);
    const struct policy_norm_found found = policy_tree_norm(policy, directory, &question, norm);
    struct policy_norm_source source = {
        .origin = found.origin, .territory = found.territory, .at = {.line = 0}};
    struct duration length = found.length;

    if (found.spot.line > 0) {
        source.at = error_pos(found.file, found.spot.line, found.spot.column);
    }
    for (size_t i = 0; i < policy->programme_count; i++) {
        const struct policy_programme *programme = &policy->programmes[i];
        const struct policy_spot spot = programme->norm_spots[question.risk][norm];
        if ((verdict->programmes >> i & 1) != 0 &&
            policy_tree_is_stricter(programme->norms[question.risk][norm], length)) {
            length = programme->norms[question.risk][norm];
            source = (struct policy_norm_source){
                .origin = POLICY_NORM_PROGRAMME,
                .programme = i,
                .at = error_pos(programme->at.file, spot.line, spot.column)};
        }
    }
    return source;
}

bool policy_tree_holds(const struct policy_when *when,
                       size_t at,
                       const struct directory *directory,
                       const struct policy_facts *facts)
{
    const struct glance glance = glance_at(directory, facts);

    return failed_node(when, at, &glance) < 0;
}

bool policy_tree_lies_within(const struct policy_condition *node,
                             const struct directory *directory,
                             uint32_t territory)
{
    for (size_t i = 0; i < node->number_count; i++) {
        if (directory_within(directory, territory, node->numbers[i])) {
            return true;
        }
    }
    return false;
}

uint32_t policy_tree_fact_bits(enum policy_condition_kind kind, const struct policy_facts *facts)
{
    switch (kind) {
    case CONDITION_RISK:
    case CONDITION_RISK_AT_LEAST:
    case CONDITION_RISK_BELOW:
        return bit((uint32_t)facts->labels.risk);
    case CONDITION_NEED:
        return facts->labels.needs;
    case CONDITION_AGE:
        return facts->labels.ages;
    case CONDITION_FLAG:
        return facts->labels.flags;
    case CONDITION_DIRECTION:
        return bit((uint32_t)facts->labels.direction);
    case CONDITION_CHANNEL:
        return bit((uint32_t)facts->labels.channel);
    case CONDITION_BASIS:
        return bit((uint32_t)facts->labels.basis);
    case CONDITION_REFERRER_KIND:
        return bit((uint32_t)facts->referrer_kind);
    case CONDITION_ALL:
    case CONDITION_ANY:
    case CONDITION_NOT:
    case CONDITION_TERRITORY:
    case CONDITION_DATES:
    case CONDITION_CURATOR_FROM:
    case CONDITION_NOTIFIED:
    case CONDITION_NOTIFIED_KIND:
    case CONDITION_PROCEDURE:
    case CONDITION_END:
        break;
    }
    return 0;
}

static struct glance glance_at(const struct directory *directory, const struct policy_facts *facts)
{
    struct glance glance = {
        .directory = directory, .territory = facts->labels.territory, .at_us = facts->at_us};

    for (enum policy_condition_kind kind = CONDITION_RISK; kind < CONDITION_END; kind++) {
        glance.bits[kind] = policy_tree_fact_bits(kind, facts);
    }
    return glance;
}

/* As deep as the groups of the file: POLICY_TREE_DEPTH of them, each with its map. */
static int32_t failed_node(const struct policy_when *when, size_t at, const struct glance *glance)
{
    const struct policy_condition *node = &when->nodes[at];
    size_t end = at + node->span;

    assert(end <= when->count);
    if (node->kind > CONDITION_NOT) {
        return leaf_holds(node, glance) ? -1 : (int32_t)at;
    }
    for (size_t child = at + 1; child < end; child += when->nodes[child].span) {
        /* Most children are leaves; asking them here spares a call. */
        const bool leaf = when->nodes[child].kind > CONDITION_NOT;
        int32_t failed = !leaf ? failed_node(when, child, glance)
                         : leaf_holds(&when->nodes[child], glance) ? -1
                                                                   : (int32_t)child;

        if (node->kind == CONDITION_ALL && failed >= 0) {
            return failed;
        }
        if (node->kind == CONDITION_ANY && failed < 0) {
            return -1;
        }
        if (node->kind == CONDITION_NOT) {
            return failed < 0 ? (int32_t)at : -1;
        }
    }
    return node->kind == CONDITION_ALL ? -1 : (int32_t)at;
}

static inline bool leaf_holds(const struct policy_condition *node, const struct glance *glance)
{
    return node->kind >= CONDITION_TERRITORY ? lies_within(node, glance)
                                             : (glance->bits[node->kind] & node->mask) != 0;
}

/* In space or in time. */
static bool lies_within(const struct policy_condition *node, const struct glance *glance)
{
    if (node->kind == CONDITION_DATES) {
        return node->dates->from_us <= glance->at_us && glance->at_us < node->dates->until_us;
    }
    return policy_tree_lies_within(node, glance->directory, glance->territory);
}

/* Number 0 is "unspecified" and satisfies nothing. */
static uint32_t bit(uint32_t number)
{
    return number == 0 || number > 31 ? 0 : UINT32_C(1) << number;
}

static struct policy_norm_question norm_question(const struct policy *policy,
                                                 const struct policy_facts *facts,
                                                 const struct policy_verdict *verdict)
{
    const uint32_t risk = (uint32_t)facts->labels.risk;

    return (struct policy_norm_question){.rule = verdict->rule < 0 ? NULL
                                                                   : &policy->rules[verdict->rule],
                                         .risk = risk < RISK_END ? risk : 0,
                                         .territory = facts->labels.territory};
}

static void set_norms(const struct policy *policy,
                      const struct directory *directory,
                      const struct policy_facts *facts,
                      struct policy_verdict *verdict)
{
    const struct policy_norm_question question = norm_question(policy, facts, verdict);

    for (enum norm norm = 0; norm < NORM_END; norm++) {
        struct duration length = policy_tree_norm(policy, directory, &question, norm).length;
        for (size_t i = 0; i < policy->programme_count; i++) {
            const struct duration other = policy->programmes[i].norms[question.risk][norm];
            if ((verdict->programmes >> i & 1) != 0 && policy_tree_is_stricter(other, length)) {
                length = other;
            }
        }
        verdict->norms[norm] = length;
    }
}
