/* Random policies and their enumeration; see the header. */
#include "tests/support/random_policy.h"

#include "proto/vocabulary.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What is being made, and its text. */
struct maker {
    uint64_t *state;
    struct random_policy *policy;
    struct random_policy_tree *tree;
    bool
        careful; /* as people write: a last rule for the rest, pools that are everywhere, few rules */
    bool last;   /* rule of the list */
    size_t bytes;
};

static const char *const risks[] = {"", "norm", "early", "tzs", "sop", "critical"};
static const char *const places[] = {"region", "north", "south", "village"};
static const int parents[] = {-1, 0, 0, 2};
static const char *const pools[] = {"regional", "centre", "duty", "nobody"};

static uint32_t pick(struct maker *maker, uint32_t count)
{
    uint64_t x = *maker->state;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *maker->state = x;
    return (uint32_t)((x >> 20) % count);
}

static void say(struct maker *maker, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct maker *maker, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int bytes = vsnprintf(maker->policy->text + maker->bytes,
                          sizeof(maker->policy->text) - maker->bytes,
                          format,
                          arguments);
    va_end(arguments);
    assert(bytes >= 0 && maker->bytes + (size_t)bytes < sizeof(maker->policy->text));
    maker->bytes += (size_t)bytes;
}

static size_t new_node(struct maker *maker, enum random_policy_kind kind, uint32_t mask)
{
    struct random_policy_tree *tree = maker->tree;

    assert(tree->count < RANDOM_POLICY_NODES);
    tree->nodes[tree->count] = (struct random_policy_node){.kind = kind, .mask = mask};
    return tree->count++;
}

/* Some of count codes, at least one, never all of more than one; says them as a list. */
static uint32_t some_of(struct maker *maker, const char *const *codes, uint32_t count)
{
    uint32_t chosen = 1 + pick(maker, count > 1 ? (UINT32_C(1) << count) - 2 : 1);

    say(maker, "[");
    for (uint32_t i = 0, said = 0; i < count; i++) {
        if ((chosen >> i & 1) != 0) {
            say(maker, "%s%s", said++ > 0 ? ", " : "", codes[i]);
        }
    }
    say(maker, "]");
    return chosen;
}

static size_t make_leaf(struct maker *maker)
{
    static const char *const needs[] = {"food", "housing"};
    static const char *const flags[] = {"placement-risk", "anonymous"};
    uint32_t mask = 0;

    switch (pick(maker, 9)) {
    case 0:
    case 1: {
        uint32_t level = 1 + pick(maker, 5);
        bool below = pick(maker, 2) == 0;
        say(maker, "%s: %s", below ? "risk-below" : "risk-at-least", risks[level]);
        for (uint32_t risk = 1; risk <= 5; risk++) {
            mask |= (risk < level) == below ? UINT32_C(1) << risk : 0;
        }
        return new_node(maker, RANDOM_POLICY_RISK, mask);
    }
    case 2:
        say(maker, "risk: ");
        return new_node(maker, RANDOM_POLICY_RISK, some_of(maker, risks + 1, 5) << 1);
    case 3:
        say(maker, "need: ");
        mask = some_of(maker, needs, 2);
        return new_node(maker,
                        RANDOM_POLICY_NEED,
                        ((mask & 1) != 0 ? UINT32_C(1) << NEED_FOOD : 0) |
                            ((mask & 2) != 0 ? UINT32_C(1) << NEED_HOUSING : 0));
    case 4:
        say(maker, "age: 0-1");
        return new_node(maker, RANDOM_POLICY_AGE, UINT32_C(1) << AGE_0_1);
    case 5:
        say(maker, "flag: ");
        mask = some_of(maker, flags, 2);
        return new_node(maker,
                        RANDOM_POLICY_FLAG,
                        ((mask & 1) != 0 ? UINT32_C(1) << FLAG_PLACEMENT_RISK : 0) |
                            ((mask & 2) != 0 ? UINT32_C(1) << FLAG_ANONYMOUS : 0));
    case 6:
        say(maker, "basis: court");
        return new_node(maker, RANDOM_POLICY_BASIS, UINT32_C(1) << LEGAL_BASIS_COURT);
    case 7:
        say(maker, "referrer-kind: police");
        return new_node(maker, RANDOM_POLICY_REFERRER, UINT32_C(1) << AGENCY_KIND_POLICE);
    default:
        say(maker, "territory: ");
        return new_node(maker, RANDOM_POLICY_PLACE, some_of(maker, places, 4));
    }
}

static size_t make_result(struct maker *maker)
{
    static const char *const told[] = {
        "notified: police-north", "notified: [ngo]", "notified-kind: police"};
    uint32_t choice = pick(maker, 5);

    if (choice == 0) {
        say(maker, "procedure: full");
        return new_node(maker, RANDOM_POLICY_FULL, 0);
    }
    if (choice < 3) {
        uint32_t which = pick(maker, 3);
        say(maker, "%s", told[which]);
        return new_node(maker, RANDOM_POLICY_TOLD, which);
    }
    say(maker, "curator-from: ");
    return new_node(maker, RANDOM_POLICY_FROM, some_of(maker, pools, 4));
}

/* The inside of one map with one key. */
static size_t make_node(struct maker *maker, bool results, uint32_t depth)
{
    uint32_t choice = depth == 0 ? 9 : pick(maker, 10);
    enum random_policy_kind kind = choice < 2   ? RANDOM_POLICY_ALL
                                   : choice < 4 ? RANDOM_POLICY_ANY
                                                : RANDOM_POLICY_NOT;

    if (choice > 4) {
        return results ? make_result(maker) : make_leaf(maker);
    }
    size_t at = new_node(maker, kind, 0);
    size_t children = kind == RANDOM_POLICY_NOT ? 1 : 2 + pick(maker, 2);
    say(maker,
        "%s",
        kind == RANDOM_POLICY_ALL   ? "all: ["
        : kind == RANDOM_POLICY_ANY ? "any: ["
                                    : "not: ");
    for (size_t i = 0; i < children; i++) {
        say(maker, "%s{", i > 0 ? ", " : "");
        size_t child = make_node(maker, results, depth - 1);
        struct random_policy_node *node = &maker->tree->nodes[at];
        node->children[node->child_count++] = child;
        say(maker, "}");
    }
    say(maker, "%s", kind == RANDOM_POLICY_NOT ? "" : "]");
    return at;
}

static void make_tree(struct maker *maker, struct random_policy_tree *tree, bool results)
{
    maker->tree = tree;
    tree->count = 0;
    (void)make_node(maker, results, 2);
}

/* Shallow: what differs is told of all gates together. */
static void make_gate(struct maker *maker, struct random_policy_tree *tree)
{
    maker->tree = tree;
    tree->count = 0;
    (void)make_node(maker, false, 1);
}

static const char *const notices[] = {"",
                                      ", notify: [{agency-kind: police, territory: covers-case}]",
                                      ", notify: [{agency: ngo}]"};

static void make_rule(struct maker *maker, size_t number, int programme)
{
    struct random_policy_rule *rule = &maker->policy->rules[number];

    rule->programme = programme;
    say(maker, "{id: r%zu, title: {ru: П, en: R}, ", number);
    rule->when.nodes[0] = (struct random_policy_node){.kind = RANDOM_POLICY_ALWAYS};
    rule->when.count = 1;
    if (maker->careful ? !maker->last : pick(maker, 9) != 0) {
        say(maker, "when: {");
        make_tree(maker, &rule->when, false);
        say(maker, "}, ");
    }
    rule->full = pick(maker, 4) == 0;
    rule->notice = (enum random_policy_notice)pick(maker, 3);
    rule->pools[0] = pick(maker, 12) == 0 ? 3 : pick(maker, 3);
    rule->pools[1] = (rule->pools[0] + 1 + pick(maker, 2)) % 3;
    if (maker->careful) {
        rule->pools[0] = pick(maker, 2) == 0 ? 0 : 2;
        rule->pools[1] = 2 - rule->pools[0];
    }
    rule->pool_count = rule->pools[0] == 3 || pick(maker, 2) == 0 ? 1 : 2;
    say(maker,
        "curator: [%s%s%s]%s%s}",
        pools[rule->pools[0]],
        rule->pool_count == 2 ? ", " : "",
        rule->pool_count == 2 ? pools[rule->pools[1]] : "",
        rule->full ? ", procedure: full" : "",
        notices[rule->notice]);
}

static void make_programme(struct maker *maker, size_t number)
{
    static const char *const dates[] = {"", ", from: 2025-01-01", ", until: 2024-12-31"};
    struct random_policy_programme *programme = &maker->policy->programmes[number];

    say(maker, "  - {id: p%zu, title: {ru: П, en: P}, when: {", number);
    make_gate(maker, &programme->when);
    programme->dates = pick(maker, 3);
    programme->notice = (enum random_policy_notice)pick(maker, 3);
    programme->shortens = pick(maker, 2) == 0;
    maker->policy->dated = maker->policy->dated || programme->dates != 0;
    say(maker,
        "}%s%s%s",
        dates[programme->dates],
        notices[programme->notice],
        programme->shortens ? ", norms: {sop: {see: 2 wh, answer: 2 wh}}" : "");
    if (pick(maker, 2) == 0) {
        say(maker, ", rules: [");
        make_rule(maker, maker->policy->rule_count++, (int)number);
        say(maker, "]");
    }
    say(maker, "}\n");
}

void random_policy_make(uint64_t *state, struct random_policy *out)
{
    struct maker maker = {.state = state, .policy = out};

    memset(out, 0, sizeof(*out));
    say(&maker,
        "policy: random\npools:\n"
        "  regional: {workers: {agency: social, role: case-curator}}\n"
        "  centre: {workers: {agency: centre, role: case-curator, territory: covers-case}}\n"
        "  duty: {workers: {role: duty-curator}}\n"
        "  nobody: {workers: {agency: centre, role: duty-curator}}\n");
    maker.careful = pick(&maker, 3) == 0;
    out->programme_count = pick(&maker, RANDOM_POLICY_PROGRAMMES + 1);
    say(&maker, "%s", out->programme_count > 0 ? "programmes:\n" : "");
    for (size_t i = 0; i < out->programme_count; i++) {
        make_programme(&maker, i);
    }
    size_t most = out->rule_count + 1 +
                  pick(&maker, maker.careful ? 4 : RANDOM_POLICY_RULES - RANDOM_POLICY_PROGRAMMES);
    say(&maker, "rules:\n");
    while (out->rule_count < most) {
        say(&maker, "  - ");
        maker.last = out->rule_count + 1 == most;
        make_rule(&maker, out->rule_count++, -1);
        say(&maker, "\n");
    }
    out->slow_south = pick(&maker, 2) == 0;
    say(&maker,
        "norms: {sop: {see: 2 wh, answer: 4 wh}%s}\n",
        out->slow_south ? ", territories: {south: {sop: {answer: 5 wh}}}" : "");
    out->require_count = pick(&maker, maker.careful ? 2 : RANDOM_POLICY_REQUIRES + 1);
    say(&maker, "%s", out->require_count > 0 ? "require:\n" : "");
    for (size_t i = 0; i < out->require_count; i++) {
        say(&maker, "  - {id: q%zu, when: {", i);
        make_tree(&maker, &out->requires_when[i], false);
        say(&maker, "}, then: {");
        make_tree(&maker, &out->requires_then[i], true);
        say(&maker, "}}\n");
    }
    out->waves = pick(&maker, 3);
    say(&maker,
        "%s",
        out->waves == 0   ? ""
        : out->waves == 1 ? "rollout: [{from: 2021-09-03, territories: [south]},\n"
                            "          {from: 2022-07-01, territories: [region]}]\n"
                          : "rollout: [{from: 2022-01-01, territories: [north]}]\n");
}

static bool node_holds(const struct random_policy_tree *tree,
                       size_t at,
                       const struct random_policy_point *point)
{
    const struct random_policy_node *node = &tree->nodes[at];
    size_t held = 0;

    for (size_t i = 0; i < node->child_count; i++) {
        held += node_holds(tree, node->children[i], point) ? 1 : 0;
    }
    switch (node->kind) {
    case RANDOM_POLICY_ALWAYS:
        return true;
    case RANDOM_POLICY_ALL:
        return held == node->child_count;
    case RANDOM_POLICY_ANY:
        return held > 0;
    case RANDOM_POLICY_NOT:
        return held == 0;
    case RANDOM_POLICY_RISK:
        return (node->mask >> point->risk & 1) != 0;
    case RANDOM_POLICY_NEED:
        return (node->mask & point->needs) != 0;
    case RANDOM_POLICY_AGE:
        return (node->mask & point->ages) != 0;
    case RANDOM_POLICY_FLAG:
        return (node->mask & point->flags) != 0;
    case RANDOM_POLICY_BASIS:
        return (node->mask >> point->basis & 1) != 0;
    case RANDOM_POLICY_REFERRER:
        return (node->mask >> point->referrer & 1) != 0;
    case RANDOM_POLICY_PLACE:
        for (int place = (int)point->place; place >= 0; place = parents[place]) {
            if ((node->mask >> place & 1) != 0) {
                return true;
            }
        }
        return false;
    case RANDOM_POLICY_FROM:
    case RANDOM_POLICY_TOLD:
    case RANDOM_POLICY_FULL:
        break;
    }
    assert(!"a condition");
    return false;
}

bool random_policy_holds(const struct random_policy_tree *when,
                         const struct random_policy_point *point)
{
    return node_holds(when, 0, point);
}

bool random_policy_applies(const struct random_policy_programme *programme,
                           const struct random_policy_point *point)
{
    return (programme->dates == 0 || (programme->dates == 1) == point->late) &&
           random_policy_holds(&programme->when, point);
}

bool random_policy_matches(const struct random_policy *policy,
                           size_t number,
                           const struct random_policy_point *point)
{
    const struct random_policy_rule *rule = &policy->rules[number];

    return random_policy_holds(&rule->when, point) &&
           (rule->programme < 0 ||
            random_policy_applies(&policy->programmes[rule->programme], point));
}

int random_policy_decide(const struct random_policy *policy,
                         const struct random_policy_point *point)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct random_policy_rule *rule = &policy->rules[i];
        if (random_policy_holds(&rule->when, point) &&
            (rule->programme < 0 ||
             random_policy_applies(&policy->programmes[rule->programme], point))) {
            return (int)i;
        }
    }
    return -1;
}

uint32_t random_policy_told(const struct random_policy *policy,
                            int rule,
                            const struct random_policy_point *point)
{
    uint32_t told = rule < 0 ? 0 : UINT32_C(1) << policy->rules[rule].notice;

    for (size_t i = 0; i < policy->programme_count && rule >= 0; i++) {
        bool adds = random_policy_applies(&policy->programmes[i], point);
        told |= adds ? UINT32_C(1) << policy->programmes[i].notice : 0;
    }
    return told & ~(UINT32_C(1) << RANDOM_POLICY_NOBODY);
}

uint32_t random_policy_answer(const struct random_policy *policy,
                              const struct random_policy_point *point)
{
    uint32_t hours = policy->slow_south && point->place >= 2 ? 5 : 4;

    for (size_t i = 0; i < policy->programme_count; i++) {
        const struct random_policy_programme *programme = &policy->programmes[i];
        hours = programme->shortens && random_policy_applies(programme, point) ? 2 : hours;
    }
    return point->risk == RISK_SOP ? hours : 0;
}

/* police-north covers north alone; the ngo is told wherever it is named. */
static bool is_told(uint32_t told, uint32_t whom, uint32_t place)
{
    return whom == 1 ? (told >> RANDOM_POLICY_NGO & 1) != 0
                     : (told >> RANDOM_POLICY_POLICE_HERE & 1) != 0 && place == 1;
}

/* What came of a referral. */
struct result {
    const struct random_policy_rule *rule;
    uint32_t told;
    uint32_t place;
};

static bool
result_holds(const struct random_policy_tree *tree, size_t at, const struct result *result)
{
    const struct random_policy_node *node = &tree->nodes[at];
    const struct random_policy_rule *rule = result->rule;
    size_t held = 0;

    for (size_t i = 0; i < node->child_count; i++) {
        held += result_holds(tree, node->children[i], result) ? 1 : 0;
    }
    if (node->kind == RANDOM_POLICY_ALL) {
        return held == node->child_count;
    }
    if (node->kind == RANDOM_POLICY_ANY || node->kind == RANDOM_POLICY_NOT) {
        return (held > 0) == (node->kind == RANDOM_POLICY_ANY);
    }
    if (rule == NULL) {
        return false;
    }
    if (node->kind == RANDOM_POLICY_FULL) {
        return rule->full;
    }
    if (node->kind == RANDOM_POLICY_TOLD) {
        return is_told(result->told, node->mask, result->place);
    }
    assert(node->kind == RANDOM_POLICY_FROM);
    return (node->mask >> rule->pools[0] & 1) != 0 &&
           (rule->pool_count == 1 || (node->mask >> rule->pools[1] & 1) != 0);
}

bool random_policy_keeps(const struct random_policy *policy,
                         size_t require,
                         int rule,
                         const struct random_policy_point *point)
{
    const struct result result = {.rule = rule < 0 ? NULL : &policy->rules[rule],
                                  .told = random_policy_told(policy, rule, point),
                                  .place = point->place};

    return result_holds(&policy->requires_then[require], 0, &result);
}

bool random_policy_pool_is_empty(uint32_t pool, uint32_t place)
{
    return pool == 3 || (pool == 1 && place < 2);
}

bool random_policy_is_in_force(const struct random_policy *policy, uint32_t place, const char **day)
{
    *day = policy->waves == 0   ? ""
           : policy->waves == 2 ? "2022-01-01"
           : place >= 2         ? "2021-09-03"
                                : "2022-07-01";
    return policy->waves != 2 || place == 1;
}

/* 5 levels, 7 sets of needs, 2 of ages, 4 of flags, 3 bases, 2 referrers, 4 places. */
bool random_policy_point(size_t index, struct random_policy_point *out, uint64_t *weight)
{
    static const uint32_t bases[] = {
        LEGAL_BASIS_UNSPECIFIED, LEGAL_BASIS_COURT, LEGAL_BASIS_CONSENT};
    uint64_t stands_for =
        UINT64_C(4) * 8 * 64 * 16; /* directions, channels, other ages and flags */
    size_t risk = index % 5 + 1;
    size_t needs = index / 5 % 7 + 1;
    size_t ages = index / 35 % 2;
    size_t flags = index / 70 % 4;
    size_t basis = index / 280 % 3;
    size_t referrer = index / 840 % 2;
    size_t place = index / 1680 % RANDOM_POLICY_PLACES;
    size_t late = index / 1680 / RANDOM_POLICY_PLACES;

    *out = (struct random_policy_point){
        .risk = (uint32_t)risk,
        .needs = ((needs & 1) != 0 ? UINT32_C(1) << NEED_FOOD : 0) |
                 ((needs & 2) != 0 ? UINT32_C(1) << NEED_HOUSING : 0) |
                 ((needs & 4) != 0 ? UINT32_C(1) << NEED_LEGAL : 0),
        .ages = ages != 0 ? UINT32_C(1) << AGE_0_1 : 0,
        .flags = ((flags & 1) != 0 ? UINT32_C(1) << FLAG_PLACEMENT_RISK : 0) |
                 ((flags & 2) != 0 ? UINT32_C(1) << FLAG_ANONYMOUS : 0),
        .basis = bases[basis],
        .referrer = referrer != 0 ? AGENCY_KIND_POLICE : AGENCY_KIND_EDUCATION,
        .place = (uint32_t)place};
    stands_for *= (needs & 4) != 0 ? (UINT64_C(1) << 20) - 1 : 1; /* of the other 20 needs */
    stands_for *= basis == 2 ? 4 : 1;
    stands_for *= referrer == 0 ? 12 : 1;
    /* Without a basis only what is critical is decided by the policy. */
    *weight = basis == 0 && risk != RISK_CRITICAL ? 0 : stands_for;
    out->late = late != 0;
    return late < 2;
}
