/* Rules and requirements out of YAML. */
#include "policy/policy_tree.h"

#include "base/yaml_take.h"
#include "policy/reference.h"

#include <string.h>

static void read_rule(struct policy_source *source, const struct yaml_node *node);
static void
read_curators(struct policy_source *source, struct reader *reader, struct policy_rule *rule);
static void
add_pool(struct policy_source *source, const struct yaml_node *item, struct policy_rule *rule);
static const char *nearest_pool(const struct policy *policy, const char *id);
static void
read_notices(struct policy_source *source, struct reader *reader, struct policy_rule *rule);
static void read_require(struct policy_source *source, const struct yaml_node *node);
static const char *take_id(struct policy_source *source, struct reader *reader);

void policy_tree_read_rules(struct policy_source *source, const struct yaml_node *list)
{
    for (const struct yaml_node *node = list == NULL ? NULL : list->first; node != NULL;
         node = node->next) {
        read_rule(source, node);
    }
}

void policy_tree_read_requires(struct policy_source *source, const struct yaml_node *list)
{
    for (const struct yaml_node *node = list == NULL ? NULL : list->first; node != NULL;
         node = node->next) {
        read_require(source, node);
    }
}

static void read_rule(struct policy_source *source, const struct yaml_node *node)
{
    struct policy *policy = source->policy;
    struct policy_rule *rule = &policy->rules[policy->rule_count];
    struct reader reader =
        reader_begin(source->file, node, (struct phrase){"правило", "a rule"}, source->findings);

    if (reader.map == NULL) {
        return;
    }
    rule->at = yaml_tree_pos(source->file, node);
    rule->id = take_id(source, &reader);
    struct phrase title = reader_title(&reader, READER_REQUIRED);
    rule->title.ru = policy_tree_keep(source, title.ru);
    rule->title.en = policy_tree_keep(source, title.en);
    const struct yaml_node *when = reader_node(&reader, "when", READER_OPTIONAL);
    if (when != NULL) {
        policy_tree_read_when(source, when, false, &rule->when);
    }
    rule->procedure =
        (enum procedure)reader_code(&reader, "procedure", VOCABULARY_PROCEDURE, READER_OPTIONAL);
    read_curators(source, &reader, rule);
    read_notices(source, &reader, rule);
    const struct yaml_node *norms = reader_node(&reader, "norms", READER_OPTIONAL);
    if (norms != NULL) {
        policy_tree_read_norms(source, norms, rule->norms, rule->norm_spots);
    }
    (void)reader_end(&reader);
    for (size_t i = 0; i < policy->rule_count; i++) {
        if (rule->id[0] != '\0' && strcmp(policy->rules[i].id, rule->id) == 0) {
            reader_error(
                &reader,
                DIAGNOSTIC_RULE_TWICE,
                yaml_tree_get(node, "id"),
                (struct phrase){"правило «%s» уже есть", "the rule \"%s\" is there already"},
                rule->id);
        }
    }
    policy->rule_count++;
}

static void
read_curators(struct policy_source *source, struct reader *reader, struct policy_rule *rule)
{
    const struct yaml_node *node = reader_node(reader, "curator", READER_REQUIRED);

    if (node == NULL) {
        return;
    }
    if (node->kind == YAML_SCALAR) {
        add_pool(source, node, rule);
        return;
    }
    if (node->kind == YAML_MAP || node->count == 0 || node->count > LIMIT_RULE_POOLS) {
        struct text_pos at = yaml_tree_pos(source->file, node);
        finding_error(source->findings,
                      DIAGNOSTIC_RULE_POOLS_COUNT,
                      &at,
                      "здесь должно быть от 1 до %d пулов",
                      "from 1 to %d pools are needed here",
                      LIMIT_RULE_POOLS);
        return;
    }
    for (const struct yaml_node *item = node->first; item != NULL; item = item->next) {
        add_pool(source, item, rule);
    }
}

static void
add_pool(struct policy_source *source, const struct yaml_node *item, struct policy_rule *rule)
{
    const char *id = item->kind == YAML_SCALAR ? item->text : "";
    struct text_pos at = yaml_tree_pos(source->file, item);
    int pool = policy_tree_find_pool(source->policy, id);

    if (pool < 0) {
        (void)reference_unknown((struct reference_kind){DIAGNOSTIC_POOL_UNKNOWN,
                                                        {"нет такого пула", "there is no pool"}},
                                id,
                                nearest_pool(source->policy, id),
                                &at,
                                source->findings);
        return;
    }
    for (size_t i = 0; i < rule->pool_count; i++) {
        if (rule->pools[i] == pool) {
            finding_error(source->findings,
                          DIAGNOSTIC_RULE_POOL_TWICE,
                          &at,
                          "пул «%s» назван в правиле дважды",
                          "the rule names the pool \"%s\" twice",
                          id);
            return;
        }
    }
    rule->pools[rule->pool_count++] = (uint8_t)pool;
}

static const char *nearest_pool(const struct policy *policy, const char *id)
{
    const char *names[LIMIT_POOLS];

    for (size_t i = 0; i < policy->pool_count; i++) {
        names[i] = policy->pools[i].id;
    }
    return yaml_take_nearest(id, names, policy->pool_count);
}

static void
read_notices(struct policy_source *source, struct reader *reader, struct policy_rule *rule)
{
    const struct yaml_node *list = reader_list(reader, "notify", READER_OPTIONAL);

    if (list == NULL) {
        return;
    }
    if (list->count > LIMIT_RULE_NOTICES) {
        struct text_pos at = yaml_tree_pos(source->file, list);
        finding_error(source->findings,
                      DIAGNOSTIC_NOTICES_MANY,
                      &at,
                      "уведомлений больше %d",
                      "more than %d notices",
                      LIMIT_RULE_NOTICES);
        return;
    }
    for (const struct yaml_node *item = list->first; item != NULL; item = item->next) {
        if (policy_tree_read_notice(source, item, &rule->notices[rule->notice_count])) {
            rule->notice_count++;
        }
    }
}

static void read_require(struct policy_source *source, const struct yaml_node *node)
{
    struct policy *policy = source->policy;
    struct policy_require *require = &policy->requires[policy->require_count];
    struct reader reader = reader_begin(
        source->file, node, (struct phrase){"требование", "a requirement"}, source->findings);

    if (reader.map == NULL) {
        return;
    }
    require->at = yaml_tree_pos(source->file, node);
    require->id = take_id(source, &reader);
    (void)reader_title(&reader, READER_OPTIONAL);
    const struct yaml_node *when = reader_node(&reader, "when", READER_OPTIONAL);
    if (when != NULL) {
        policy_tree_read_when(source, when, false, &require->when);
    }
    const struct yaml_node *then = reader_node(&reader, "then", READER_REQUIRED);
    if (then != NULL) {
        policy_tree_read_when(source, then, true, &require->then);
    }
    (void)reader_end(&reader);
    for (size_t i = 0; i < policy->require_count; i++) {
        if (require->id[0] != '\0' && strcmp(policy->requires[i].id, require->id) == 0) {
            reader_error(&reader,
                         DIAGNOSTIC_REQUIRE_TWICE,
                         yaml_tree_get(node, "id"),
                         (struct phrase){"требование «%s» уже есть",
                                         "the requirement \"%s\" is there already"},
                         require->id);
        }
    }
    policy->require_count++;
}

static const char *take_id(struct policy_source *source, struct reader *reader)
{
    return policy_tree_keep(source, reader_id(reader, "id", READER_REQUIRED));
}
