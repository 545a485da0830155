/* Conditions out of YAML into nodes. */
#include "policy/policy_tree.h"

#include "base/yaml_take.h"
#include "policy/reference.h"

#include <assert.h>
#include <string.h>

/* A word of the language. list: where its codes are from. */
struct word {
    const char *key;
    enum policy_condition_kind kind;
    enum vocabulary list;
};

static const struct word fact_words[] = {
    {"risk", CONDITION_RISK, VOCABULARY_RISK},
    {"risk-at-least", CONDITION_RISK_AT_LEAST, VOCABULARY_RISK},
    {"risk-below", CONDITION_RISK_BELOW, VOCABULARY_RISK},
    {"need", CONDITION_NEED, VOCABULARY_NEED},
    {"age", CONDITION_AGE, VOCABULARY_AGE},
    {"flag", CONDITION_FLAG, VOCABULARY_FLAG},
    {"direction", CONDITION_DIRECTION, VOCABULARY_DIRECTION},
    {"channel", CONDITION_CHANNEL, VOCABULARY_CHANNEL},
    {"basis", CONDITION_BASIS, VOCABULARY_LEGAL_BASIS},
    {"referrer-kind", CONDITION_REFERRER_KIND, VOCABULARY_AGENCY_KIND},
    {"territory", CONDITION_TERRITORY, VOCABULARY_END},
    {"all", CONDITION_ALL, VOCABULARY_END},
    {"any", CONDITION_ANY, VOCABULARY_END},
    {"not", CONDITION_NOT, VOCABULARY_END},
};

static const struct word result_words[] = {
    {"curator-from", CONDITION_CURATOR_FROM, VOCABULARY_END},
    {"notified", CONDITION_NOTIFIED, VOCABULARY_END},
    {"notified-kind", CONDITION_NOTIFIED_KIND, VOCABULARY_AGENCY_KIND},
    {"procedure", CONDITION_PROCEDURE, VOCABULARY_PROCEDURE},
    {"all", CONDITION_ALL, VOCABULARY_END},
    {"any", CONDITION_ANY, VOCABULARY_END},
    {"not", CONDITION_NOT, VOCABULARY_END},
};

enum { WORDS_MAX = sizeof(fact_words) / sizeof(fact_words[0]) };

/* One condition being read. */
struct build {
    struct policy_source *source;
    const struct word *words;
    size_t word_count;
    struct policy_condition nodes[POLICY_TREE_CONDITIONS];
    size_t count;
    bool full;
};

static void read_map(struct build *build, const struct yaml_node *map, size_t depth);
static void read_word(struct build *build, const struct yaml_node *node, size_t depth);
static void read_group(struct build *build,
                       const struct yaml_node *node,
                       enum policy_condition_kind kind,
                       size_t depth);
static void read_leaf(struct build *build, const struct yaml_node *node, const struct word *word);
static void
read_numbers(struct build *build, const struct yaml_node *node, struct policy_condition *leaf);
static void
read_pools(struct build *build, const struct yaml_node *node, struct policy_condition *leaf);
static uint32_t risk_mask(const struct policy_condition *leaf);
static size_t
open_node(struct build *build, enum policy_condition_kind kind, const struct yaml_node *node);
static void
report(struct build *build, enum diagnostic code, const struct yaml_node *node, struct phrase text);

void policy_tree_read_when(struct policy_source *source,
                           const struct yaml_node *node,
                           bool results,
                           struct policy_when *out)
{
    struct build build = {.source = source,
                          .words = results ? result_words : fact_words,
                          .word_count =
                              results ? sizeof(result_words) / sizeof(result_words[0]) : WORDS_MAX};

    read_map(&build, node, 0);
    if (build.full) {
        report(&build,
               DIAGNOSTIC_CONDITION_LONG,
               node,
               (struct phrase){"условие слишком длинное", "the condition is too long"});
        return;
    }
    out->nodes =
        arena_copy(source->policy->arena, build.nodes, build.count * sizeof(build.nodes[0]));
    out->count = out->nodes == NULL ? 0 : build.count;
}

static void read_map(struct build *build, const struct yaml_node *map, size_t depth)
{
    if (map->kind != YAML_MAP || map->count == 0) {
        report(build,
               DIAGNOSTIC_CONDITION_EMPTY,
               map,
               (struct phrase){"нужно условие, как {risk: sop}",
                               "a condition is needed, as {risk: sop}"});
        return;
    }
    if (depth > POLICY_TREE_DEPTH) {
        report(build,
               DIAGNOSTIC_CONDITION_DEPTH,
               map,
               (struct phrase){"условия вложены слишком глубоко: не больше 8 уровней",
                               "conditions are nested too deeply: at most 8 levels"});
        return;
    }
    if (map->count == 1) {
        read_word(build, map->first, depth);
        return;
    }
    size_t at = open_node(build, CONDITION_ALL, map);
    for (const struct yaml_node *child = map->first; child != NULL; child = child->next) {
        read_word(build, child, depth);
    }
    build->nodes[at].span = (uint32_t)(build->count - at);
}

static void read_word(struct build *build, const struct yaml_node *node, size_t depth)
{
    const char *names[WORDS_MAX];

    for (size_t i = 0; i < build->word_count; i++) {
        const struct word *word = &build->words[i];
        names[i] = word->key;
        if (strcmp(node->key, word->key) != 0) {
            continue;
        }
        if (word->kind <= CONDITION_NOT) {
            read_group(build, node, word->kind, depth + 1);
        } else {
            read_leaf(build, node, word);
        }
        return;
    }
    struct text_pos at = yaml_tree_key_pos(build->source->file, node);
    (void)reference_unknown(
        (struct reference_kind){DIAGNOSTIC_CONDITION_UNKNOWN,
                                {"нет такого условия", "there is no condition"}},
        node->key,
        yaml_take_nearest(node->key, names, build->word_count),
        &at,
        build->source->findings);
}

static void read_group(struct build *build,
                       const struct yaml_node *node,
                       enum policy_condition_kind kind,
                       size_t depth)
{
    size_t at = open_node(build, kind, node);

    if (kind == CONDITION_NOT) {
        read_map(build, node, depth);
    } else if (node->kind != YAML_LIST || node->count == 0) {
        report(build,
               DIAGNOSTIC_CONDITIONS_LIST,
               node,
               (struct phrase){"здесь должен быть список условий: [{…}, {…}]",
                               "a list of conditions is needed: [{…}, {…}]"});
    } else {
        for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
            read_map(build, child, depth);
        }
    }
    build->nodes[at].span = (uint32_t)(build->count - at);
}

static void read_leaf(struct build *build, const struct yaml_node *node, const struct word *word)
{
    struct policy_source *source = build->source;
    struct policy_condition *leaf = &build->nodes[open_node(build, word->kind, node)];

    switch (word->kind) {
    case CONDITION_TERRITORY:
    case CONDITION_NOTIFIED:
        read_numbers(build, node, leaf);
        break;
    case CONDITION_CURATOR_FROM:
        read_pools(build, node, leaf);
        break;
    case CONDITION_RISK_AT_LEAST:
    case CONDITION_RISK_BELOW:
        leaf->code = reader_code_of(source->file, node, word->list, source->findings);
        leaf->mask = risk_mask(leaf);
        break;
    case CONDITION_RISK:
    case CONDITION_NEED:
    case CONDITION_AGE:
    case CONDITION_FLAG:
    case CONDITION_DIRECTION:
    case CONDITION_CHANNEL:
    case CONDITION_BASIS:
    case CONDITION_REFERRER_KIND:
    case CONDITION_NOTIFIED_KIND:
    case CONDITION_PROCEDURE:
        leaf->mask = reader_codes_of(source->file, node, word->list, source->findings);
        if (node->kind == YAML_LIST && node->count == 0) {
            report(build,
                   DIAGNOSTIC_LIST_EMPTY,
                   node,
                   (struct phrase){"список пуст", "the list is empty"});
        }
        break;
    case CONDITION_ALL:
    case CONDITION_ANY:
    case CONDITION_NOT:
    case CONDITION_DATES:
    case CONDITION_END:
        assert(!"a group, or a word of no file");
    }
}

static void
read_numbers(struct build *build, const struct yaml_node *node, struct policy_condition *leaf)
{
    struct policy_source *source = build->source;
    enum directory_kind kind =
        leaf->kind == CONDITION_TERRITORY ? DIRECTORY_TERRITORY : DIRECTORY_AGENCY;
    struct reader_ids ids;

    if (reader_id_list_of(source->file, node, POLICY_TREE_LIST, source->findings, &ids)) {
        leaf->numbers = policy_tree_resolve(source, kind, &ids, &leaf->number_count);
    }
}

static void
read_pools(struct build *build, const struct yaml_node *node, struct policy_condition *leaf)
{
    struct policy_source *source = build->source;
    const struct yaml_node *item = node->kind == YAML_LIST ? node->first : node;

    if (node->kind == YAML_MAP || item == NULL) {
        report(build,
               DIAGNOSTIC_POOLS_LIST,
               node,
               (struct phrase){"здесь должен быть список пулов", "a list of pools is needed"});
        return;
    }
    for (; item != NULL; item = node->kind == YAML_LIST ? item->next : NULL) {
        struct text_pos at = yaml_tree_pos(source->file, item);
        const char *id = item->kind == YAML_SCALAR ? item->text : "";
        int pool = policy_tree_find_pool(source->policy, id);

        if (pool >= 0) {
            leaf->pools |= UINT64_C(1) << pool;
        } else {
            (void)reference_unknown(
                (struct reference_kind){DIAGNOSTIC_POOL_UNKNOWN,
                                        {"нет такого пула", "there is no pool"}},
                id,
                policy_tree_nearest_pool(source->policy, id),
                &at,
                source->findings);
        }
    }
}

static uint32_t risk_mask(const struct policy_condition *leaf)
{
    uint32_t mask = 0;

    for (uint32_t risk = RISK_NORM; risk < RISK_END && leaf->code != 0; risk++) {
        if (leaf->kind == CONDITION_RISK_AT_LEAST ? risk >= leaf->code : risk < leaf->code) {
            mask |= UINT32_C(1) << risk;
        }
    }
    return mask;
}

/* A full condition keeps its last node for whatever comes; it is refused as a whole. */
static size_t
open_node(struct build *build, enum policy_condition_kind kind, const struct yaml_node *node)
{
    if (build->count == POLICY_TREE_CONDITIONS) {
        build->full = true;
        build->count--;
    }
    build->nodes[build->count] =
        (struct policy_condition){.kind = kind,
                                  .span = 1,
                                  .line = node->key == NULL ? node->line : node->key_line,
                                  .column = node->key == NULL ? node->column : node->key_column};
    return build->count++;
}

static void
report(struct build *build, enum diagnostic code, const struct yaml_node *node, struct phrase text)
{
    struct text_pos at = yaml_tree_pos(build->source->file, node);

    (void)finding_error_phrase(build->source->findings, code, &at, text);
}
