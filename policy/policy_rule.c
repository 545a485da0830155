/* Rules and requirements out of YAML. */
#include "policy/policy_tree.h"

#include "policy/reference.h"

#include <string.h>

static void read_rule(struct policy_source *source,
                      const struct yaml_node *node,
                      const struct policy_rule *parent,
                      size_t depth);
static void read_head(struct policy_source *source,
                      struct reader *reader,
                      const struct policy_rule *parent,
                      struct policy_rule *rule);
static void read_when(struct policy_source *source,
                      struct reader *reader,
                      const struct policy_rule *parent,
                      struct policy_rule *rule);
static void inherit(const struct policy_source *source,
                    const struct reader *reader,
                    const struct policy_rule *parent,
                    struct policy_rule *rule);
static void read_curators(struct policy_source *source,
                          struct reader *reader,
                          enum reader_need need,
                          struct policy_rule *rule);
static void
add_pool(struct policy_source *source, const struct yaml_node *item, struct policy_rule *rule);
static void inherit_norms(const struct policy_source *source,
                          const struct policy_rule *parent,
                          struct policy_rule *rule);
static void read_require(struct policy_source *source, const struct yaml_node *node);
static const char *take_id(struct policy_source *source, struct reader *reader);

void policy_tree_read_rules(struct policy_source *source,
                            const struct yaml_node *list,
                            const struct policy_programme *programme)
{
    struct policy_rule gate = {.id = ""};

    if (programme != NULL) {
        gate.id = programme->id;
        gate.when = programme->gate;
    }
    for (const struct yaml_node *node = list == NULL ? NULL : list->first; node != NULL;
         node = node->next) {
        read_rule(source, node, programme == NULL ? NULL : &gate, 1);
    }
}

void policy_tree_read_requires(struct policy_source *source, const struct yaml_node *list)
{
    for (const struct yaml_node *node = list == NULL ? NULL : list->first; node != NULL;
         node = node->next) {
        read_require(source, node);
    }
}

/* The rules inside of a rule come before it: what none of them takes is left to the rule itself. */
static void read_rule(struct policy_source *source,
                      const struct yaml_node *node,
                      const struct policy_rule *parent,
                      size_t depth)
{
    struct policy *policy = source->policy;
    struct policy_rule rule = {.at = yaml_tree_pos(source->file, node)};
    struct reader reader =
        reader_begin(source->file, node, (struct phrase){"правило", "a rule"}, source->findings);

    if (reader.map == NULL) {
        return;
    }
    read_head(source, &reader, parent, &rule);
    read_when(source, &reader, parent, &rule);
    rule.procedure =
        (enum procedure)reader_code(&reader, "procedure", VOCABULARY_PROCEDURE, READER_OPTIONAL);
    bool inherits = parent != NULL && parent->pool_count > 0;
    read_curators(source, &reader, inherits ? READER_OPTIONAL : READER_REQUIRED, &rule);
    policy_tree_read_notices(source, &reader, rule.notices, &rule.notice_count);
    const struct yaml_node *norms = reader_node(&reader, "norms", READER_OPTIONAL);
    if (norms != NULL) {
        policy_tree_read_norms(source, norms, rule.norms, rule.norm_spots, &rule.places);
    }
    if (parent != NULL) {
        inherit(source, &reader, parent, &rule);
    }
    const struct yaml_node *inner = reader_list(&reader, "rules", READER_OPTIONAL);
    (void)reader_end(&reader);
    if (inner != NULL && depth == POLICY_TREE_RULE_DEPTH) {
        reader_error(&reader,
                     DIAGNOSTIC_RULES_DEPTH,
                     inner,
                     (struct phrase){"правила вложены слишком глубоко: не больше 4 уровней",
                                     "rules are nested too deeply: at most 4 levels"},
                     "");
        inner = NULL;
    }
    for (const struct yaml_node *item = inner == NULL ? NULL : inner->first; item != NULL;
         item = item->next) {
        read_rule(source, item, &rule, depth + 1);
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        if (rule.id[0] != '\0' && strcmp(policy->rules[i].id, rule.id) == 0) {
            reader_error(
                &reader,
                DIAGNOSTIC_RULE_TWICE,
                yaml_tree_get(node, "id"),
                (struct phrase){"правило «%s» уже есть", "the rule \"%s\" is there already"},
                rule.id);
        }
    }
    policy->rules[policy->rule_count++] = rule;
}

/* A rule in another one is called PARENT/ID. */
static void read_head(struct policy_source *source,
                      struct reader *reader,
                      const struct policy_rule *parent,
                      struct policy_rule *rule)
{
    const char *id = take_id(source, reader);
    struct phrase title = reader_title(reader, READER_REQUIRED);

    rule->title.ru = policy_tree_keep(source, title.ru);
    rule->title.en = policy_tree_keep(source, title.en);
    rule->id = id;
    if (parent == NULL || id[0] == '\0') {
        return;
    }
    const char *whole = arena_format(source->policy->arena, "%s/%s", parent->id, id);
    rule->id = whole == NULL ? "" : whole;
    if (strlen(rule->id) > LIMIT_CODE_BYTES) {
        reader_error(reader,
                     DIAGNOSTIC_RULE_ID_LONG,
                     yaml_tree_get(reader->map, "id"),
                     (struct phrase){"«%s»: код вложенного правила длиннее 47 знаков",
                                     "\"%s\": the id of a nested rule exceeds 47 characters"},
                     rule->id);
    }
}

/* The parent's condition and the own one. */
static void read_when(struct policy_source *source,
                      struct reader *reader,
                      const struct policy_rule *parent,
                      struct policy_rule *rule)
{
    const struct yaml_node *node = reader_node(reader, "when", READER_OPTIONAL);
    const struct policy_when above =
        parent == NULL ? (struct policy_when){.count = 0} : parent->when;

    if (node != NULL) {
        policy_tree_read_when(source, node, false, &rule->when);
    }
    if (above.count == 0 || rule->when.count == 0) {
        rule->when = above.count == 0 ? rule->when : above;
        return;
    }
    size_t count = 1 + above.count + rule->when.count;
    struct policy_condition *both = arena_array(source->policy->arena, count, sizeof(*both));
    if (count > POLICY_TREE_CONDITIONS || both == NULL) {
        reader_error(reader,
                     DIAGNOSTIC_CONDITION_LONG,
                     node,
                     (struct phrase){"условие вместе с условием внешнего правила слишком длинное",
                                     "with that of the outer rule the condition is too long"},
                     "");
        return;
    }
    both[0] = (struct policy_condition){.kind = CONDITION_ALL, .span = (uint32_t)count};
    memcpy(&both[1], above.nodes, above.count * sizeof(*both));
    memcpy(&both[1 + above.count], rule->when.nodes, rule->when.count * sizeof(*both));
    rule->when = (struct policy_when){.nodes = both, .count = count};
}

/* What the inner rule does not say itself. */
static void inherit(const struct policy_source *source,
                    const struct reader *reader,
                    const struct policy_rule *parent,
                    struct policy_rule *rule)
{
    if (yaml_tree_get(reader->map, "curator") == NULL) {
        memcpy(rule->pools, parent->pools, sizeof(rule->pools));
        rule->pool_count = parent->pool_count;
    }
    if (yaml_tree_get(reader->map, "notify") == NULL) {
        memcpy(rule->notices, parent->notices, sizeof(rule->notices));
        rule->notice_count = parent->notice_count;
    }
    if (rule->procedure == PROCEDURE_UNSPECIFIED) {
        rule->procedure = parent->procedure;
    }
    inherit_norms(source, parent, rule);
}

/* A norm that the inner rule names, anywhere or for a territory, is its own altogether. */
static void inherit_norms(const struct policy_source *source,
                          const struct policy_rule *parent,
                          struct policy_rule *rule)
{
    size_t count = rule->places.count + parent->places.count;
    struct policy_places places = {.count = rule->places.count};
    bool own[NORM_END];

    if (parent->places.count > 0) {
        places.list = arena_array(source->policy->arena, count, sizeof(*places.list));
    }
    if (places.list == NULL && parent->places.count > 0) {
        finding_error(source->findings,
                      DIAGNOSTIC_MEMORY,
                      NULL,
                      "политика: не хватило памяти",
                      "policy: out of memory");
        return;
    }
    for (size_t i = 0; i < NORM_END; i++) {
        own[i] = rule->norms[i].unit != DURATION_NONE;
        for (size_t j = 0; j < rule->places.count; j++) {
            own[i] = own[i] || rule->places.list[j].norms[0][i].unit != DURATION_NONE;
        }
        if (!own[i]) {
            rule->norms[i] = parent->norms[i];
            rule->norm_spots[i] = parent->norm_spots[i];
        }
    }
    if (parent->places.count == 0) {
        return;
    }
    if (places.count > 0) {
        memcpy(places.list, rule->places.list, places.count * sizeof(*places.list));
    }
    for (size_t i = 0; i < parent->places.count; i++) {
        struct policy_place *place = &places.list[places.count++];
        *place = parent->places.list[i];
        place->inherited = true;
        for (size_t j = 0; j < NORM_END; j++) {
            place->norms[0][j] = own[j] ? (struct duration){.amount = 0} : place->norms[0][j];
        }
    }
    rule->places = places;
}

static void read_curators(struct policy_source *source,
                          struct reader *reader,
                          enum reader_need need,
                          struct policy_rule *rule)
{
    const struct yaml_node *node = reader_node(reader, "curator", need);

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
                                policy_tree_nearest_pool(source->policy, id),
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

void policy_tree_read_notices(struct policy_source *source,
                              struct reader *reader,
                              struct policy_notice notices[LIMIT_RULE_NOTICES],
                              size_t *count)
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
        if (policy_tree_read_notice(source, item, &notices[*count])) {
            ++*count;
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
