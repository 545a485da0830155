/* Norms by level and by rule, and what holds when the file says nothing. */
#include "policy/policy_tree.h"

#include "base/yaml_take.h"
#include "policy/reference.h"

#include <assert.h>
#include <string.h>

static const char *const norm_keys[NORM_END] = {
    [NORM_DELIVER] = "deliver",
    [NORM_SEE] = "see",
    [NORM_ANSWER] = "answer",
    [NORM_CHECK] = "check",
    [NORM_CURATOR] = "curator",
    [NORM_CONTACT] = "contact",
    [NORM_CONSILIUM] = "consilium",
    [NORM_PLAN] = "plan",
    [NORM_PLACEMENT_REVIEW] = "placement-review",
    [NORM_PROGRESS] = "progress",
    [NORM_MONITORING] = "monitoring",
    [NORM_ACKNOWLEDGE] = "acknowledge",
    [NORM_TRIAGE] = "triage",
};

/* Proposed defaults: critical, sop, tzs, early. The level "norm" follows early. */
static const char *const defaults[NORM_END][4] = {
    [NORM_DELIVER] = {"5 min", "1 h", "4 wh", "1 wd"},
    [NORM_SEE] = {"15 min", "2 wh", "1 wd", "2 wd"},
    [NORM_ANSWER] = {"30 min", "4 wh", "1 wd", "2 wd"},
    [NORM_CHECK] = {"3 h", "1 wd", "3 wd", "3 wd"},
    [NORM_CURATOR] = {"1 h", "1 wd", "2 wd", "3 wd"},
    [NORM_CONTACT] = {"3 h", "1 wd", "3 wd", "5 wd"},
    [NORM_CONSILIUM] = {"1 wd", "3 wd", "5 wd", "10 wd"},
    [NORM_PLAN] = {"5 wd", "10 wd", "10 wd", "15 wd"},
    [NORM_PLACEMENT_REVIEW] = {"3 wd", "3 wd", "5 wd", NULL},
    [NORM_PROGRESS] = {"1 w", "2 w", "1 mo", "3 mo"},
    [NORM_MONITORING] = {"12 mo", "6 mo", "3 mo", "3 mo"},
    [NORM_ACKNOWLEDGE] = {"1 wd", "3 wd", "10 wd", "10 wd"},
    [NORM_TRIAGE] = {"30 min", "4 wh", "1 wd", "2 wd"},
};

/* Beside the levels of a policy and the norms of a rule: territories with norms of their own. */
static const char territories_key[] = "territories";

static const enum risk default_levels[4] = {RISK_CRITICAL, RISK_SOP, RISK_TZS, RISK_EARLY};

static void read_norm(struct policy_source *source,
                      const struct yaml_node *node,
                      struct duration norms[NORM_END],
                      struct policy_spot spots[NORM_END]);
static bool too_long(struct duration duration);

const char *policy_norm_key(enum norm norm)
{
    assert(norm < NORM_END);
    return norm_keys[norm];
}

struct phrase policy_norm_title(enum norm norm)
{
    static const struct phrase titles[NORM_END] = {
        [NORM_DELIVER] = {"доставлено агенту", "delivered to the agent"},
        [NORM_SEE] = {"увидено человеком", "seen by a person"},
        [NORM_ANSWER] = {"принято или отклонено", "accepted or declined"},
        [NORM_CHECK] = {"проверено", "checked"},
        [NORM_CURATOR] = {"куратор назначен", "curator appointed"},
        [NORM_CONTACT] = {"первый контакт с семьёй", "first contact with the family"},
        [NORM_CONSILIUM] = {"консилиум", "case conference"},
        [NORM_PLAN] = {"план помощи", "help plan"},
        [NORM_PLACEMENT_REVIEW] = {"разбор помещения", "placement review"},
        [NORM_PROGRESS] = {"отчёт о ходе", "progress report"},
        [NORM_MONITORING] = {"наблюдение до закрытия", "monitoring before closure"},
        [NORM_ACKNOWLEDGE] = {"итог подтверждён", "outcome acknowledged"},
        [NORM_TRIAGE] = {"решено на столе разбора", "decided at the triage desk"},
    };

    assert(norm < NORM_END);
    return titles[norm];
}

void policy_tree_default_norms(struct policy *policy)
{
    for (size_t norm = 0; norm < NORM_END; norm++) {
        for (size_t i = 0; i < 4; i++) {
            struct duration *at = &policy->norms[default_levels[i]][norm];
            if (defaults[norm][i] != NULL && !calendar_parse_duration(defaults[norm][i], at)) {
                at->unit = DURATION_NONE;
            }
        }
    }
    memcpy(policy->norms[RISK_NORM], policy->norms[RISK_EARLY], sizeof(policy->norms[RISK_NORM]));
    memcpy(policy->norms[RISK_UNSPECIFIED],
           policy->norms[RISK_EARLY],
           sizeof(policy->norms[RISK_UNSPECIFIED]));
}

void policy_tree_read_levels(struct policy_source *source, const struct yaml_node *map)
{
    struct policy *policy = source->policy;
    struct duration written[RISK_END][NORM_END] = {{{.amount = 0}}};
    struct policy_spot spots[RISK_END][NORM_END] = {{{.line = 0}}};

    if (map == NULL) {
        return;
    }
    policy_tree_read_level_norms(source, map, written, spots, &policy->places);
    for (size_t risk = 0; risk < RISK_END; risk++) {
        for (size_t norm = 0; norm < NORM_END; norm++) {
            if (written[risk][norm].unit != DURATION_NONE) {
                policy->norms[risk][norm] = written[risk][norm];
                policy->norm_spots[risk][norm] = spots[risk][norm];
                policy->norm_files[risk] = policy_tree_keep(source, source->file->name);
            }
        }
    }
}

void policy_tree_read_level_norms(struct policy_source *source,
                                  const struct yaml_node *map,
                                  struct duration norms[RISK_END][NORM_END],
                                  struct policy_spot spots[RISK_END][NORM_END],
                                  struct policy_places *places)
{
    struct reader reader =
        reader_begin(source->file, map, (struct phrase){"сроки", "norms"}, source->findings);

    for (const struct yaml_node *node = reader.map == NULL ? NULL : map->first; node != NULL;
         node = node->next) {
        uint32_t risk = vocabulary_find(VOCABULARY_RISK, node->key);
        if (risk != 0) {
            policy_tree_read_norms(source, node, norms[risk], spots[risk], NULL);
        } else if (places != NULL && strcmp(node->key, territories_key) == 0) {
            policy_tree_read_places(source, node, true, places);
        } else {
            struct text_pos at = yaml_tree_key_pos(source->file, node);
            (void)reference_unknown(
                (struct reference_kind){DIAGNOSTIC_LEVEL_UNKNOWN,
                                        {"нет такого уровня", "there is no level"}},
                node->key,
                vocabulary_nearest(VOCABULARY_RISK, node->key),
                &at,
                source->findings);
        }
    }
}

void policy_tree_read_norms(struct policy_source *source,
                            const struct yaml_node *map,
                            struct duration norms[NORM_END],
                            struct policy_spot spots[NORM_END],
                            struct policy_places *places)
{
    struct reader reader =
        reader_begin(source->file, map, (struct phrase){"сроки", "norms"}, source->findings);

    for (const struct yaml_node *node = reader.map == NULL ? NULL : map->first; node != NULL;
         node = node->next) {
        if (places != NULL && strcmp(node->key, territories_key) == 0) {
            policy_tree_read_places(source, node, false, places);
        } else {
            read_norm(source, node, norms, spots);
        }
    }
}

const char *policy_tree_norm_key(enum norm norm)
{
    return norm_keys[norm];
}

static void read_norm(struct policy_source *source,
                      const struct yaml_node *node,
                      struct duration norms[NORM_END],
                      struct policy_spot spots[NORM_END])
{
    struct text_pos at = yaml_tree_pos(source->file, node);
    struct duration duration;
    size_t norm = 0;

    while (norm < NORM_END && strcmp(norm_keys[norm], node->key) != 0) {
        norm++;
    }
    if (norm == NORM_END) {
        at = yaml_tree_key_pos(source->file, node);
        (void)reference_unknown((struct reference_kind){DIAGNOSTIC_NORM_UNKNOWN,
                                                        {"нет такого срока", "there is no norm"}},
                                node->key,
                                yaml_take_nearest(node->key, norm_keys, NORM_END),
                                &at,
                                source->findings);
    } else if (node->kind != YAML_SCALAR || !calendar_parse_duration(node->text, &duration)) {
        finding_error(
            source->findings,
            DIAGNOSTIC_NORM_WRONG,
            &at,
            "«%.40s» — не срок: число и min, h, d, wh, wd, w, mo (мин, ч, д, рч, рд, нед, мес)",
            "\"%.40s\" is no norm: a number and min, h, d, wh, wd, w or mo",
            node->kind == YAML_SCALAR ? node->text : "");
    } else if (norm == NORM_DELIVER && too_long(duration)) {
        finding_error(source->findings,
                      DIAGNOSTIC_DELIVER_LONG,
                      &at,
                      "доставка не может длиться больше 72 часов",
                      "delivery cannot take longer than 72 hours");
    } else {
        norms[norm] = duration;
        spots[norm] = (struct policy_spot){.line = at.line, .column = at.column};
    }
}

/* Around the clock; what working time comes to depends on the day, the broker's ceiling cuts it. */
static bool too_long(struct duration duration)
{
    enum { HOURS_MAX = POLICY_DELIVER_HOURS_MAX };

    return (duration.unit == DURATION_DAYS && duration.amount * 24 > HOURS_MAX) ||
           (duration.unit == DURATION_HOURS && duration.amount > HOURS_MAX) ||
           (duration.unit == DURATION_MINUTES && duration.amount > HOURS_MAX * 60);
}
