/* Norms in their order: none may be longer than the one behind it, wherever it was written. */
#include "policy/policy_tree.h"

enum { HOURS_OF_WORKDAY = 9, MINUTES_OF_HOUR = 60, MINUTES_OF_DAY = 1440 };

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

/* What is asked about. */
struct ordering {
    const struct policy *policy;
    const struct directory *directory;
    struct finding_list *findings;
};
struct spot_of_order {
    size_t order;
    uint32_t territory;
};

static void check_level(const struct ordering *ordering,
                        const struct policy_norm_question *question);
static void check_rule(const struct ordering *ordering, size_t index);
static bool check_rule_in(const struct ordering *ordering,
                          const struct policy_rule *rule,
                          uint32_t levels,
                          struct spot_of_order asked);
static void check_programme(const struct ordering *ordering, size_t index);
static bool check_stacked(const struct ordering *ordering,
                          size_t programme,
                          const struct policy_norm_question *asked);
static bool check_stacked_in(const struct ordering *ordering,
                             size_t programme,
                             const struct policy_norm_question *question);
static bool tighten(const struct policy *policy,
                    size_t index,
                    uint32_t risk,
                    enum norm norm,
                    struct policy_norm_found *found);
static struct policy_norm_found
find(const struct ordering *ordering, const struct policy_norm_question *question, enum norm norm);
static bool is_broken(const struct policy_norm_found *before,
                      const struct policy_norm_found *behind);
static bool is_of_rule(const struct policy_norm_found *found);
static uint32_t least_minutes(struct duration duration);
static void report(struct finding_list *findings,
                   const struct policy_norm_found *told,
                   size_t order,
                   const struct policy_norm_found *before,
                   const struct policy_norm_found *behind);

void policy_tree_check_norms(const struct policy *policy,
                             const struct directory *directory,
                             struct finding_list *findings)
{
    const struct ordering ordering = {policy, directory, findings};

    for (uint32_t risk = RISK_NORM; risk < RISK_END; risk++) {
        check_level(&ordering, &(struct policy_norm_question){.risk = risk});
        for (size_t i = 0; i < policy->places.count; i++) {
            uint32_t territory = policy->places.list[i].territory;
            check_level(&ordering,
                        &(struct policy_norm_question){.risk = risk, .territory = territory});
        }
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        check_rule(&ordering, i);
    }
    for (size_t i = 0; i < policy->programme_count; i++) {
        check_programme(&ordering, i);
    }
}

/* Only what the file says is reported; the defaults are in order. In a territory: what it does not share with all. */
static void check_level(const struct ordering *ordering,
                        const struct policy_norm_question *question)
{
    for (size_t i = 0; i < ORDERS; i++) {
        struct policy_norm_found before = find(ordering, question, orders[i].before);
        struct policy_norm_found behind = find(ordering, question, orders[i].behind);
        bool told = question->territory == 0 ? before.spot.line > 0 || behind.spot.line > 0
                                             : before.territory == question->territory ||
                                                   behind.territory == question->territory;
        if (told && is_broken(&before, &behind)) {
            bool first = question->territory == 0 ? before.spot.line > 0
                                                  : before.territory == question->territory;
            report(ordering->findings, first ? &before : &behind, i, &before, &behind);
        }
    }
}

/* With the norms of each level that the rule is left with, everywhere and then in the territories that have norms of
 * their own; once for each order. */
static void check_rule(const struct ordering *ordering, size_t index)
{
    const struct policy_rule *rule = &ordering->policy->rules[index];
    uint32_t levels = policy_tree_levels(ordering->policy, index);

    for (size_t i = 0; i < ORDERS; i++) {
        bool told = check_rule_in(ordering, rule, levels, (struct spot_of_order){i, 0});
        for (size_t j = 0; j < rule->places.count && !told; j++) {
            uint32_t territory = rule->places.list[j].territory;
            told = check_rule_in(ordering, rule, levels, (struct spot_of_order){i, territory});
        }
        for (size_t j = 0; j < ordering->policy->places.count && !told; j++) {
            uint32_t territory = ordering->policy->places.list[j].territory;
            told = check_rule_in(ordering, rule, levels, (struct spot_of_order){i, territory});
        }
    }
}

static bool check_rule_in(const struct ordering *ordering,
                          const struct policy_rule *rule,
                          uint32_t levels,
                          struct spot_of_order asked)
{
    for (uint32_t risk = RISK_END; risk-- > RISK_NORM;) {
        const struct policy_norm_question question = {
            .rule = rule, .risk = risk, .territory = asked.territory};
        struct policy_norm_found before = find(ordering, &question, orders[asked.order].before);
        struct policy_norm_found behind = find(ordering, &question, orders[asked.order].behind);
        bool first = is_of_rule(&before);
        bool told = first || (is_of_rule(&behind) && orders[asked.order].binds_rules);
        if (told && (levels & (UINT32_C(1) << risk)) != 0 && is_broken(&before, &behind)) {
            report(ordering->findings, first ? &before : &behind, asked.order, &before, &behind);
            return true;
        }
    }
    return false;
}

/* A programme alone, over a level and over each rule: what several do together keeps the orders that each keeps. */
static void check_programme(const struct ordering *ordering, size_t index)
{
    const struct policy *policy = ordering->policy;

    for (uint32_t risk = RISK_NORM; risk < RISK_END; risk++) {
        struct policy_norm_question question = {.risk = risk};
        bool told = check_stacked(ordering, index, &question);
        for (size_t i = 0; i < policy->rule_count && !told; i++) {
            question.rule = &policy->rules[i];
            told = (policy_tree_levels(policy, i) >> risk & 1) != 0 &&
                   check_stacked(ordering, index, &question);
        }
    }
}

/* In no territory, and in each that has norms of its own. */
static bool check_stacked(const struct ordering *ordering,
                          size_t programme,
                          const struct policy_norm_question *asked)
{
    const struct policy_places *of_rule = asked->rule == NULL ? NULL : &asked->rule->places;
    const struct policy_places *lists[] = {&ordering->policy->places, of_rule};
    struct policy_norm_question question = *asked;
    bool told = check_stacked_in(ordering, programme, &question);

    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; lists[i] != NULL && j < lists[i]->count && !told; j++) {
            question.territory = lists[i]->list[j].territory;
            told = check_stacked_in(ordering, programme, &question);
        }
    }
    return told;
}

static bool check_stacked_in(const struct ordering *ordering,
                             size_t programme,
                             const struct policy_norm_question *question)
{
    bool told = false;

    for (size_t i = 0; i < ORDERS; i++) {
        struct policy_norm_found before = find(ordering, question, orders[i].before);
        struct policy_norm_found behind = find(ordering, question, orders[i].behind);
        bool was_broken = is_broken(&before, &behind);
        tighten(ordering->policy, programme, question->risk, orders[i].before, &before);
        if (tighten(ordering->policy, programme, question->risk, orders[i].behind, &behind) &&
            !was_broken && is_broken(&before, &behind)) {
            report(ordering->findings, &behind, i, &before, &behind);
            told = true;
        }
    }
    return told;
}

static bool tighten(const struct policy *policy,
                    size_t index,
                    uint32_t risk,
                    enum norm norm,
                    struct policy_norm_found *found)
{
    const struct policy_programme *programme = &policy->programmes[index];

    if (!policy_tree_is_stricter(programme->norms[risk][norm], found->length)) {
        return false;
    }
    *found = (struct policy_norm_found){.length = programme->norms[risk][norm],
                                        .origin = POLICY_NORM_PROGRAMME,
                                        .file = programme->at.file,
                                        .spot = programme->norm_spots[risk][norm]};
    return true;
}

static struct policy_norm_found
find(const struct ordering *ordering, const struct policy_norm_question *question, enum norm norm)
{
    return policy_tree_norm(ordering->policy, ordering->directory, question, norm);
}

static bool is_broken(const struct policy_norm_found *before,
                      const struct policy_norm_found *behind)
{
    return least_minutes(before->length) > least_minutes(behind->length);
}

static bool is_of_rule(const struct policy_norm_found *found)
{
    return found->origin == POLICY_NORM_RULE || found->origin == POLICY_NORM_RULE_PLACE;
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

bool policy_tree_is_stricter(struct duration duration, struct duration than)
{
    if (duration.unit == DURATION_NONE || than.unit == DURATION_NONE) {
        return duration.unit != DURATION_NONE;
    }
    uint32_t minutes = least_minutes(duration);
    uint32_t other = least_minutes(than);
    bool works = duration.unit == DURATION_WORK_HOURS || duration.unit == DURATION_WORK_DAYS;
    bool other_works = than.unit == DURATION_WORK_HOURS || than.unit == DURATION_WORK_DAYS;

    return minutes != other ? minutes < other : !works && other_works;
}

static void report(struct finding_list *findings,
                   const struct policy_norm_found *told,
                   size_t order,
                   const struct policy_norm_found *before,
                   const struct policy_norm_found *behind)
{
    struct text_pos at = error_pos(told->file, told->spot.line, told->spot.column);
    char lengths[2][32];

    finding_error(findings,
                  DIAGNOSTIC_NORM_ORDER,
                  &at,
                  "срок «%s» (%s) длиннее срока «%s» (%s)",
                  "the norm \"%s\" (%s) is longer than the norm \"%s\" (%s)",
                  policy_tree_norm_key(orders[order].before),
                  calendar_format_duration(before->length, lengths[0], sizeof(lengths[0])),
                  policy_tree_norm_key(orders[order].behind),
                  calendar_format_duration(behind->length, lengths[1], sizeof(lengths[1])));
}
