/* Outcomes: collected from a policy, compared with another's. */
#include "policy/comparison_outcome.h"

#include <assert.h>
#include <string.h>

enum {
    DURATION_BYTES = 32,
    OUTCOMES_MAX = UINT16_MAX,
    NOTICES_MAX = LIMIT_RULE_NOTICES * (1 + LIMIT_PROGRAMMES)
};

static struct comparison_outcome outcome_of(const struct comparison_outcomes *outcomes,
                                            size_t cell);
static bool is_same(const struct comparison_outcome *a, const struct comparison_outcome *b);
static const char *key_of(const struct comparison_outcomes *outcomes, size_t at);
static const char *curators(const struct comparison_outcomes *outcomes, size_t at);
static const char *notices(const struct comparison_outcomes *outcomes,
                           const struct policy_rule *rule,
                           uint32_t programmes);
static size_t add_notices(const struct comparison_outcomes *outcomes,
                          const struct policy_notice *notices,
                          size_t notice_count,
                          const char *sorted[NOTICES_MAX],
                          size_t count);
static const char *notice_text(const struct comparison_outcomes *outcomes,
                               const struct policy_notice *notice);
static const char *pool_text(const struct comparison_outcomes *outcomes,
                             const struct policy_pool *pool);
static const char *
ids_text(const struct comparison_outcomes *outcomes, const uint32_t *agencies, size_t count);
static const char *
codes_text(const struct comparison_outcomes *outcomes, enum vocabulary list, uint32_t mask);
static const char *
place_text(const struct comparison_outcomes *outcomes, bool covers_case, uint32_t territory);
static bool compare_pools(const struct comparison_outcomes *was,
                          const struct policy_rule *old,
                          const struct comparison_outcomes *now,
                          const struct policy_rule *new,
                          struct comparison_change *out);
static bool norms_differ(const struct duration *old, const struct duration *new);
static const char *norms_text(const struct comparison_outcomes *outcomes,
                              const struct duration *norms,
                              const struct duration *others);
static const char *
joined(const struct comparison_outcomes *outcomes, const char *text, const char *more);
static const char *kept(const char *text);

bool comparison_outcome_collect(struct comparison_outcomes *outcomes)
{
    size_t cells = (outcomes->side->policy->rule_count + 1) * RISK_END * outcomes->situation_count;
    size_t room = cells < OUTCOMES_MAX ? cells : OUTCOMES_MAX;

    outcomes->count = 0;
    outcomes->list = arena_array(outcomes->arena, room + 1, sizeof(*outcomes->list));
    outcomes->of = arena_array(outcomes->arena, cells, sizeof(*outcomes->of));
    if (outcomes->list == NULL || outcomes->of == NULL) {
        return false;
    }
    for (size_t cell = 0; cell < cells; cell++) {
        if (cell / outcomes->situation_count % RISK_END == RISK_UNSPECIFIED) {
            continue;
        }
        outcomes->list[outcomes->count] = outcome_of(outcomes, cell);
        size_t same = 0;
        while (!is_same(&outcomes->list[same], &outcomes->list[outcomes->count])) {
            same++;
        }
        if (same == OUTCOMES_MAX) {
            return false;
        }
        outcomes->of[cell] = (uint16_t)same;
        outcomes->count += same == outcomes->count ? 1 : 0;
    }
    for (size_t i = 0; i < outcomes->count; i++) {
        outcomes->list[i].key = key_of(outcomes, i);
    }
    return true;
}

size_t comparison_outcome_of(const struct comparison_outcomes *outcomes,
                             size_t rule,
                             enum risk risk,
                             size_t situation)
{
    assert(rule <= outcomes->side->policy->rule_count && risk < RISK_END &&
           situation < outcomes->situation_count);
    return outcomes->of[(rule * RISK_END + risk) * outcomes->situation_count + situation];
}

size_t comparison_outcome_compare(const struct comparison_outcomes *was,
                                  size_t old,
                                  const struct comparison_outcomes *now,
                                  size_t new,
                                  struct comparison_change changes[COMPARISON_ASPECTS])
{
    const struct comparison_outcome *before = &was->list[old];
    const struct comparison_outcome *after = &now->list[new];
    const char *before_text = curators(was, old);
    const char *after_text = curators(now, new);
    size_t count = 0;

    if (strcmp(before_text, after_text) != 0) {
        changes[count++] = (struct comparison_change){COMPARISON_CURATOR, before_text, after_text};
    }
    if (before->rule == NULL || after->rule == NULL) {
        return count;
    }
    if (compare_pools(was, before->rule, now, after->rule, &changes[count])) {
        count++;
    }
    if (before->procedure != after->procedure) {
        changes[count++] = (struct comparison_change){
            COMPARISON_PROCEDURE,
            vocabulary_code(VOCABULARY_PROCEDURE, (uint32_t)before->procedure),
            vocabulary_code(VOCABULARY_PROCEDURE, (uint32_t)after->procedure)};
    }
    if (strcmp(before->notify, after->notify) != 0) {
        changes[count++] =
            (struct comparison_change){COMPARISON_NOTIFY, before->notify, after->notify};
    }
    if (norms_differ(before->norms, after->norms)) {
        changes[count++] = (struct comparison_change){COMPARISON_NORMS,
                                                      norms_text(now, before->norms, after->norms),
                                                      norms_text(now, after->norms, before->norms)};
    }
    return count;
}

static struct comparison_outcome outcome_of(const struct comparison_outcomes *outcomes, size_t cell)
{
    const struct policy *policy = outcomes->side->policy;
    const struct comparison_situation *situation =
        &outcomes->situations[cell % outcomes->situation_count];
    const uint32_t risk = (uint32_t)(cell / outcomes->situation_count % RISK_END);
    const size_t rule = cell / outcomes->situation_count / RISK_END;
    struct comparison_outcome outcome = {.notify = ""};

    if (rule == policy->rule_count) {
        return outcome;
    }
    outcome.rule = &policy->rules[rule];
    outcome.procedure = outcome.rule->procedure == PROCEDURE_UNSPECIFIED ? policy->procedure
                                                                         : outcome.rule->procedure;
    outcome.notify = notices(outcomes, outcome.rule, situation->programmes);
    const struct policy_norm_question question = {
        .rule = outcome.rule, .risk = risk, .territory = situation->territory};
    for (enum norm norm = 0; norm < NORM_END; norm++) {
        struct duration length =
            policy_tree_norm(policy, outcomes->side->directory, &question, norm).length;
        for (size_t i = 0; i < policy->programme_count; i++) {
            const struct duration other = policy->programmes[i].norms[risk][norm];
            if ((situation->programmes >> i & 1) != 0 && policy_tree_is_stricter(other, length)) {
                length = other;
            }
        }
        outcome.norms[norm] = length;
    }
    return outcome;
}

/* Of one policy. */
static bool is_same(const struct comparison_outcome *a, const struct comparison_outcome *b)
{
    if (a->rule == NULL || b->rule == NULL) {
        return a->rule == b->rule;
    }
    return a->rule->pool_count == b->rule->pool_count &&
           memcmp(a->rule->pools, b->rule->pools, a->rule->pool_count) == 0 &&
           a->procedure == b->procedure && strcmp(a->notify, b->notify) == 0 &&
           !norms_differ(a->norms, b->norms);
}

/* What differs most often stands first. */
static const char *key_of(const struct comparison_outcomes *outcomes, size_t at)
{
    static const struct duration nothing[NORM_END];
    const struct comparison_outcome *outcome = &outcomes->list[at];
    const char *pools = "";

    if (outcome->rule == NULL) {
        return "";
    }
    for (size_t i = 0; i < outcome->rule->pool_count; i++) {
        pools =
            joined(outcomes,
                   pools,
                   pool_text(outcomes, &outcomes->side->policy->pools[outcome->rule->pools[i]]));
    }
    return kept(arena_format(outcomes->arena,
                             "%d %s|%s|%s",
                             (int)outcome->procedure,
                             norms_text(outcomes, outcome->norms, nothing),
                             pools,
                             outcome->notify));
}

static const char *curators(const struct comparison_outcomes *outcomes, size_t at)
{
    const struct policy_rule *rule = outcomes->list[at].rule;
    const char *text = "";

    for (size_t i = 0; rule != NULL && i < rule->pool_count; i++) {
        text = joined(outcomes, text, outcomes->side->policy->pools[rule->pools[i]].id);
    }
    return text;
}

/* In the order of their texts: the order in the file means nothing. */
static const char *notices(const struct comparison_outcomes *outcomes,
                           const struct policy_rule *rule,
                           uint32_t programmes)
{
    const struct policy *policy = outcomes->side->policy;
    const char *sorted[NOTICES_MAX];
    size_t count = add_notices(outcomes, rule->notices, rule->notice_count, sorted, 0);
    const char *text = "";

    for (size_t i = 0; i < policy->programme_count; i++) {
        const struct policy_programme *programme = &policy->programmes[i];
        if ((programmes >> i & 1) != 0) {
            count =
                add_notices(outcomes, programme->notices, programme->notice_count, sorted, count);
        }
    }
    for (size_t i = 0; i < count; i++) {
        text = joined(outcomes, text, sorted[i]);
    }
    return text;
}

/* Each once. Returns how many there are then. */
static size_t add_notices(const struct comparison_outcomes *outcomes,
                          const struct policy_notice *notices,
                          size_t notice_count,
                          const char *sorted[NOTICES_MAX],
                          size_t count)
{
    for (size_t i = 0; i < notice_count; i++) {
        const char *notice = notice_text(outcomes, &notices[i]);
        size_t at = count;
        while (at > 0 && strcmp(sorted[at - 1], notice) > 0) {
            at--;
        }
        if (at > 0 && strcmp(sorted[at - 1], notice) == 0) {
            continue;
        }
        memmove(&sorted[at + 1], &sorted[at], (count - at) * sizeof(sorted[0]));
        sorted[at] = notice;
        count++;
    }
    return count;
}

static const char *notice_text(const struct comparison_outcomes *outcomes,
                               const struct policy_notice *notice)
{
    const char *text = arena_format(outcomes->arena,
                                    "%s%s%s",
                                    ids_text(outcomes, notice->agencies, notice->agency_count),
                                    codes_text(outcomes, VOCABULARY_AGENCY_KIND, notice->kinds),
                                    place_text(outcomes, notice->covers_case, notice->territory));
    const size_t bytes = text == NULL ? 0 : strlen(text);

    /* Each part ends with ", ". */
    return kept(arena_format(
        outcomes->arena, "{%.*s}", bytes < 2 ? 0 : (int)bytes - 2, text == NULL ? "" : text));
}

static const char *pool_text(const struct comparison_outcomes *outcomes,
                             const struct policy_pool *pool)
{
    const char *training = "";
    const char *languages = "";

    for (size_t i = 0; i < pool->training_count; i++) {
        training = joined(outcomes, training, pool->training[i]);
    }
    for (size_t i = 0; i < pool->language_count; i++) {
        languages = joined(outcomes, languages, pool->languages[i]);
    }
    if (pool->language_count > 0) {
        languages = kept(arena_format(outcomes->arena, "language: [%s], ", languages));
    }
    return kept(
        arena_format(outcomes->arena,
                     "%s: {%s%s%s%straining: [%s], %spick: %s, continuity: %s, auto-accept: %s, "
                     "reserve: %u %%}",
                     pool->id,
                     ids_text(outcomes, pool->agencies, pool->agency_count),
                     codes_text(outcomes, VOCABULARY_AGENCY_KIND, pool->kinds),
                     codes_text(outcomes, VOCABULARY_ROLE, pool->roles),
                     place_text(outcomes, pool->covers_case, pool->territory),
                     training,
                     languages,
                     pool->pick == POOL_PICK_ROUND_ROBIN ? "round-robin" : "least-loaded",
                     pool->continuity ? "yes" : "no",
                     pool->auto_accept ? "yes" : "no",
                     (unsigned)pool->reserve));
}

static const char *
ids_text(const struct comparison_outcomes *outcomes, const uint32_t *agencies, size_t count)
{
    const char *text = "";

    for (size_t i = 0; i < count; i++) {
        text = joined(outcomes, text, directory_agency(outcomes->side->directory, agencies[i])->id);
    }
    return count == 0 ? "" : kept(arena_format(outcomes->arena, "agency: [%s], ", text));
}

static const char *
codes_text(const struct comparison_outcomes *outcomes, enum vocabulary list, uint32_t mask)
{
    const char *text = "";

    for (uint32_t code = 1; code < vocabulary_count(list); code++) {
        if ((mask >> code & 1) != 0) {
            text = joined(outcomes, text, vocabulary_code(list, code));
        }
    }
    const char *key = list == VOCABULARY_ROLE ? "role" : "agency-kind";
    return mask == 0 ? "" : kept(arena_format(outcomes->arena, "%s: [%s], ", key, text));
}

static const char *
place_text(const struct comparison_outcomes *outcomes, bool covers_case, uint32_t territory)
{
    if (!covers_case && territory == 0) {
        return "";
    }
    const char *id =
        covers_case ? "covers-case" : directory_territory(outcomes->side->directory, territory)->id;
    return kept(arena_format(outcomes->arena, "territory: %s, ", id));
}

/* Pools that both name and that select otherwise; one without a namesake is told as another curator. */
static bool compare_pools(const struct comparison_outcomes *was,
                          const struct policy_rule *old,
                          const struct comparison_outcomes *now,
                          const struct policy_rule *new,
                          struct comparison_change *out)
{
    const char *before = "";
    const char *after = "";

    for (size_t i = 0; i < old->pool_count; i++) {
        const struct policy_pool *pool = &was->side->policy->pools[old->pools[i]];
        for (size_t j = 0; j < new->pool_count; j++) {
            const struct policy_pool *other = &now->side->policy->pools[new->pools[j]];
            const char *text = strcmp(pool->id, other->id) == 0 ? pool_text(was, pool) : NULL;
            const char *other_text = text == NULL ? NULL : pool_text(now, other);
            if (text != NULL && strcmp(text, other_text) != 0) {
                before = joined(now, before, text);
                after = joined(now, after, other_text);
            }
        }
    }
    *out = (struct comparison_change){COMPARISON_POOLS, before, after};
    return before[0] != '\0';
}

static bool norms_differ(const struct duration *old, const struct duration *new)
{
    for (size_t i = 0; i < NORM_END; i++) {
        if (old[i].unit != new[i].unit || old[i].amount != new[i].amount) {
            return true;
        }
    }
    return false;
}

/* Those that are not as in the others. */
static const char *norms_text(const struct comparison_outcomes *outcomes,
                              const struct duration *norms,
                              const struct duration *others)
{
    const char *text = "";

    for (enum norm i = 0; i < NORM_END; i++) {
        char buffer[DURATION_BYTES];
        if (norms[i].unit != others[i].unit || norms[i].amount != others[i].amount) {
            const char *one =
                arena_format(outcomes->arena,
                             "%s: %s",
                             policy_norm_key(i),
                             calendar_format_duration(norms[i], buffer, sizeof(buffer)));
            text = joined(outcomes, text, kept(one));
        }
    }
    return text;
}

static const char *
joined(const struct comparison_outcomes *outcomes, const char *text, const char *more)
{
    return text[0] == '\0' ? more : kept(arena_format(outcomes->arena, "%s, %s", text, more));
}

/* A full arena is found out by comparison_run, which allocates after all texts. */
static const char *kept(const char *text)
{
    return text == NULL ? "?" : text;
}
