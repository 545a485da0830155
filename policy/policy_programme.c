/* Programmes out of YAML: a gate, rules that come before the region's, and what is added to every decision. */
#include "policy/policy_tree.h"

#include <string.h>

static void read_programme(struct policy_source *source, const struct yaml_node *node);
static bool
read_head(struct policy_source *source, struct reader *reader, struct policy_programme *programme);
static void
read_dates(struct policy_source *source, struct reader *reader, struct policy_programme *programme);
static bool take_date(struct reader *reader, const char *key, struct utc_civil *out);
static void read_gate(struct policy_source *source,
                      const struct yaml_node *when,
                      struct policy_programme *programme);
static void check_content(struct policy_source *source, const struct policy_programme *programme);

void policy_tree_read_programmes(struct policy_source *source, const struct yaml_node *list)
{
    for (const struct yaml_node *node = list == NULL ? NULL : list->first; node != NULL;
         node = node->next) {
        read_programme(source, node);
    }
}

const char *policy_tree_day_at(const struct policy *policy, int64_t at_us, bool *before)
{
    const char *first = NULL;
    int64_t first_us = INT64_MAX;

    *before = false;
    for (size_t i = 0; i < policy->programme_count; i++) {
        const struct policy_dates *dates = &policy->programmes[i].dates;
        const char *days[] = {dates->from, dates->behind};
        const int64_t begins_us[] = {dates->from_us, dates->until_us};
        for (size_t j = 0; j < 2; j++) {
            if (days[j] != NULL && begins_us[j] == at_us) {
                return days[j];
            }
            if (days[j] != NULL && begins_us[j] < first_us) {
                first = days[j];
                first_us = begins_us[j];
            }
        }
    }
    *before = first != NULL;
    return first;
}

/* It stands in the policy before its rules are read: their conditions hold its dates. */
static void read_programme(struct policy_source *source, const struct yaml_node *node)
{
    struct policy *policy = source->policy;
    struct policy_programme *programme = &policy->programmes[policy->programme_count];
    struct reader reader = reader_begin(
        source->file, node, (struct phrase){"программа", "a programme"}, source->findings);
    size_t rules_before = policy->rule_count;

    if (reader.map == NULL) {
        return;
    }
    programme->at = yaml_tree_pos(source->file, node);
    if (read_head(source, &reader, programme)) {
        policy->programme_count++;
    }
    read_dates(source, &reader, programme);
    read_gate(source, reader_node(&reader, "when", READER_OPTIONAL), programme);
    policy_tree_read_notices(source, &reader, programme->notices, &programme->notice_count);
    const struct yaml_node *norms = reader_node(&reader, "norms", READER_OPTIONAL);
    if (norms != NULL) {
        policy_tree_read_level_norms(source, norms, programme->norms, programme->norm_spots, NULL);
    }
    const struct yaml_node *rules = reader_list(&reader, "rules", READER_OPTIONAL);
    policy_tree_read_rules(source, rules, programme);
    programme->rule_count = policy->rule_count - rules_before;
    (void)reader_end(&reader);
    if (!reader.failed && rules == NULL) {
        check_content(source, programme);
    }
}

/* False: the id is not its own; the rest is read all the same, for its mistakes. */
static bool
read_head(struct policy_source *source, struct reader *reader, struct policy_programme *programme)
{
    const struct policy *policy = source->policy;
    const char *id = reader_id(reader, "id", READER_REQUIRED);
    struct phrase title = reader_title(reader, READER_REQUIRED);

    programme->id = policy_tree_keep(source, id);
    programme->title.ru = policy_tree_keep(source, title.ru);
    programme->title.en = policy_tree_keep(source, title.en);
    for (size_t i = 0; i < policy->programme_count; i++) {
        if (id != NULL && strcmp(policy->programmes[i].id, id) == 0) {
            reader_error(
                reader,
                DIAGNOSTIC_PROGRAMME_TWICE,
                yaml_tree_get(reader->map, "id"),
                (struct phrase){"программа «%s» уже есть", "the programme \"%s\" is there already"},
                id);
            return false;
        }
    }
    return true;
}

/* `until` is the last day. */
static void
read_dates(struct policy_source *source, struct reader *reader, struct policy_programme *programme)
{
    struct policy_dates *dates = &programme->dates;
    struct utc_civil day;
    char text[UTC_TEXT_MAX];

    *dates = (struct policy_dates){.from_us = INT64_MIN, .until_us = INT64_MAX};
    if (take_date(reader, "from", &day)) {
        dates->from_us = policy_tree_day_begins(source, &day);
        dates->from = policy_tree_keep(source, utc_format_date(utc_of_civil(&day), text));
    }
    if (take_date(reader, "until", &day)) {
        int64_t behind_us = utc_of_civil(&day) + UTC_DAY_US;
        day = utc_to_civil(behind_us);
        dates->until_us = policy_tree_day_begins(source, &day);
        dates->behind = policy_tree_keep(source, utc_format_date(behind_us, text));
    }
    if (dates->from_us >= dates->until_us) {
        reader_error(reader,
                     DIAGNOSTIC_PROGRAMME_DATES,
                     yaml_tree_get(reader->map, "until"),
                     (struct phrase){"программа кончается раньше, чем начинается",
                                     "the programme ends before it begins"},
                     "");
    }
}

static bool take_date(struct reader *reader, const char *key, struct utc_civil *out)
{
    const char *text = reader_text(reader, key, READER_OPTIONAL);

    if (text == NULL || utc_parse_date(text, out)) {
        return text != NULL;
    }
    return reader_error(
        reader,
        DIAGNOSTIC_DATE_WRONG,
        yaml_tree_get(reader->map, key),
        (struct phrase){"«%s» — не дата, как 2026-01-31", "\"%s\" is no date as 2026-01-31"},
        text);
}

/* The dates are a condition like the others, the first. */
static void read_gate(struct policy_source *source,
                      const struct yaml_node *when,
                      struct policy_programme *programme)
{
    struct arena *arena = source->policy->arena;
    const struct policy_dates *dates = &programme->dates;

    if (when != NULL) {
        policy_tree_read_when(source, when, false, &programme->gate);
    }
    if (dates->from == NULL && dates->behind == NULL) {
        return;
    }
    const struct policy_when inner = programme->gate;
    size_t count = 2 + inner.count;
    struct policy_condition *nodes = arena_array(arena, count, sizeof(*nodes));
    const struct policy_dates *kept = arena_copy(arena, dates, sizeof(*dates));
    if (nodes == NULL || kept == NULL || count > POLICY_TREE_CONDITIONS) {
        finding_error(source->findings,
                      DIAGNOSTIC_CONDITION_LONG,
                      &programme->at,
                      "условие программы слишком длинное",
                      "the condition of the programme is too long");
        return;
    }
    nodes[0] = (struct policy_condition){.kind = CONDITION_ALL,
                                         .span = (uint32_t)count,
                                         .line = programme->at.line,
                                         .column = programme->at.column};
    nodes[1] = (struct policy_condition){.kind = CONDITION_DATES,
                                         .span = 1,
                                         .line = programme->at.line,
                                         .column = programme->at.column,
                                         .dates = kept};
    if (inner.count > 0) {
        memcpy(&nodes[2], inner.nodes, inner.count * sizeof(*nodes));
    }
    programme->gate = (struct policy_when){.nodes = nodes, .count = count};
}

static void check_content(struct policy_source *source, const struct policy_programme *programme)
{
    bool says = programme->notice_count > 0;

    for (size_t i = 0; i < (size_t)RISK_END * NORM_END; i++) {
        says = says || programme->norms[i / NORM_END][i % NORM_END].unit != DURATION_NONE;
    }
    if (!says) {
        finding_warning(source->findings,
                        DIAGNOSTIC_PROGRAMME_EMPTY,
                        &programme->at,
                        "программа «%s» ничего не добавляет: нет ни rules, ни notify, ни norms",
                        "programme \"%s\" adds nothing: it has no rules, notify or norms",
                        programme->id);
    }
}
