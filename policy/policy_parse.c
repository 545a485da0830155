/* The policy's files into one policy: keys may stand in any file, lists of several files are joined. */
#include "policy/policy_tree.h"

#include "policy/keyword.h"
#include "policy/reference.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64 };

/* The parts of one file, found before any of them is read: rules need all pools. */
struct parts {
    const struct yaml_node *pools;
    const struct yaml_node *programmes;
    const struct yaml_node *rules;
    const struct yaml_node *requires;
    const struct yaml_node *norms;
    const struct yaml_node *disclose;
    const struct yaml_node *rollout;
    const struct yaml_node *signatures;
    const struct yaml_file *file;
};

/* How many there are in all files, and where the first one too many stands. */
struct tally {
    size_t count;
    size_t count_max;
    struct text_pos over;
};

static void take_parts(struct policy_source *source, struct parts *parts);
static void take_head(struct policy_source *source, struct reader *reader);
static bool reserve(struct policy_source *source, const struct parts *parts, size_t file_count);
static bool within(struct policy_source *source, const struct tally *tally, struct phrase what);
static void
tally_one(struct tally *tally, const struct yaml_file *file, const struct yaml_node *node);
static void
tally_list(struct tally *tally, const struct yaml_file *file, const struct yaml_node *list);
static void
tally_rules(struct tally *tally, const struct yaml_file *file, const struct yaml_node *list);
static void
tally_inner_rules(struct tally *tally, const struct yaml_file *file, const struct yaml_node *list);

void policy_tree_parse(struct policy_source *source,
                       const struct yaml_file *files,
                       size_t file_count)
{
    struct policy *policy = source->policy;
    struct parts parts[FILES_MAX];

    memset(parts, 0, sizeof(parts));
    if (file_count > FILES_MAX) {
        const struct tally all = {file_count, FILES_MAX, error_pos(files[FILES_MAX].name, 1, 1)};
        (void)within(source, &all, (struct phrase){"файлов политики", "policy files"});
        return;
    }
    policy->procedure = PROCEDURE_DIRECT;
    policy_tree_default_norms(policy);
    policy_tree_default_disclose(policy);
    for (size_t i = 0; i < file_count; i++) {
        source->file = &files[i];
        parts[i].file = &files[i];
        keyword_translate(&files[i], source->findings);
        take_parts(source, &parts[i]);
    }
    if (policy->id == NULL && source->findings->errors == 0) {
        struct text_pos at = error_pos(files[0].name, 1, 1);
        finding_error(source->findings,
                      DIAGNOSTIC_POLICY_ID_NONE,
                      &at,
                      "у политики нет кода: напишите policy: код",
                      "the policy has no id: write policy: id");
    }
    if (!reserve(source, parts, file_count)) {
        return;
    }
    for (size_t i = 0; i < file_count; i++) {
        source->file = &files[i];
        policy_tree_read_pools(source, parts[i].pools);
    }
    for (size_t i = 0; i < file_count; i++) {
        source->file = &files[i];
        policy_tree_read_programmes(source, parts[i].programmes);
    }
    for (size_t i = 0; i < file_count; i++) {
        source->file = &files[i];
        policy_tree_read_rules(source, parts[i].rules, NULL);
        policy_tree_read_requires(source, parts[i].requires);
        policy_tree_read_levels(source, parts[i].norms);
        policy_tree_read_disclose(source, parts[i].disclose);
        policy_tree_read_rollout(source, parts[i].rollout);
        policy_tree_read_consent(source, parts[i].signatures);
    }
}

const uint32_t *policy_tree_resolve(struct policy_source *source,
                                    enum directory_kind kind,
                                    const struct reader_ids *ids,
                                    size_t *count)
{
    uint32_t *numbers = arena_array(source->policy->arena, ids->count, sizeof(*numbers));

    *count = 0;
    for (size_t i = 0; i < ids->count && numbers != NULL; i++) {
        struct text_pos at = yaml_tree_pos(source->file, ids->nodes[i]);
        uint32_t number =
            reference_resolve(source->context->directory, kind, ids->ids[i], &at, source->findings);
        if (number != 0) {
            numbers[(*count)++] = number;
        }
    }
    return numbers;
}

const char *policy_tree_keep(struct policy_source *source, const char *text)
{
    const char *copy = text == NULL ? NULL : arena_text(source->policy->arena, text);

    return copy == NULL ? "" : copy;
}

static void take_parts(struct policy_source *source, struct parts *parts)
{
    struct reader reader = reader_begin(source->file,
                                        source->file->root,
                                        (struct phrase){"политика", "the policy"},
                                        source->findings);

    if (reader.map == NULL) {
        return;
    }
    take_head(source, &reader);
    parts->pools = reader_node(&reader, "pools", READER_OPTIONAL);
    parts->programmes = reader_list(&reader, "programmes", READER_OPTIONAL);
    parts->rules = reader_list(&reader, "rules", READER_OPTIONAL);
    parts->requires = reader_list(&reader, "require", READER_OPTIONAL);
    parts->norms = reader_node(&reader, "norms", READER_OPTIONAL);
    parts->disclose = reader_node(&reader, "disclose", READER_OPTIONAL);
    parts->rollout = reader_list(&reader, "rollout", READER_OPTIONAL);
    parts->signatures = reader_node(&reader, "signatures", READER_OPTIONAL);
    (void)reader_end(&reader);
}

static void take_head(struct policy_source *source, struct reader *reader)
{
    struct policy *policy = source->policy;
    const char *id = reader_id(reader, "policy", READER_OPTIONAL);
    struct phrase title = reader_title(reader, READER_OPTIONAL);
    uint32_t procedure = reader_code(reader, "procedure", VOCABULARY_PROCEDURE, READER_OPTIONAL);

    if (id != NULL && policy->id != NULL) {
        reader_error(
            reader,
            DIAGNOSTIC_POLICY_ID_TWICE,
            yaml_tree_get(reader->map, "policy"),
            (struct phrase){"код политики уже дан: «%s»", "the policy has an id already: \"%s\""},
            policy->id);
    } else if (id != NULL) {
        policy->id = policy_tree_keep(source, id);
        policy->title.ru = policy_tree_keep(source, title.ru);
        policy->title.en = policy_tree_keep(source, title.en);
        policy->at = yaml_tree_pos(source->file, yaml_tree_get(reader->map, "policy"));
    }
    if (procedure != 0) {
        policy->procedure = (enum procedure)procedure;
    }
}

static bool reserve(struct policy_source *source, const struct parts *parts, size_t file_count)
{
    struct policy *policy = source->policy;
    struct tally pools = {.count_max = LIMIT_POOLS};
    struct tally rules = {.count_max = LIMIT_RULES};
    struct tally requires = {.count_max = POLICY_TREE_REQUIRES};
    struct tally waves = {.count_max = POLICY_TREE_WAVES};
    struct tally programmes = {.count_max = LIMIT_PROGRAMMES};

    for (size_t i = 0; i < file_count; i++) {
        const struct yaml_file *file = parts[i].file;
        tally_list(&pools, file, parts[i].pools);
        tally_rules(&rules, file, parts[i].rules);
        tally_list(&programmes, file, parts[i].programmes);
        tally_inner_rules(&rules, file, parts[i].programmes);
        tally_list(&requires, file, parts[i].requires);
        tally_list(&waves, file, parts[i].rollout);
    }
    bool good = within(source, &pools, (struct phrase){"пулов", "pools"});
    good = within(source, &programmes, (struct phrase){"программ", "programmes"}) && good;
    good = within(source, &rules, (struct phrase){"правил", "rules"}) && good;
    good = within(source, &requires, (struct phrase){"требований", "requirements"}) && good;
    good = within(source, &waves, (struct phrase){"волн", "waves"}) && good;
    if (!good) {
        return false;
    }
    policy->pools = arena_array(policy->arena, pools.count, sizeof(*policy->pools));
    policy->rules = arena_array(policy->arena, rules.count, sizeof(*policy->rules));
    policy->requires = arena_array(policy->arena, requires.count, sizeof(*policy->requires));
    policy->waves = arena_array(policy->arena, waves.count, sizeof(*policy->waves));
    return (policy->pools != NULL && policy->rules != NULL && policy->requires != NULL &&
            policy->waves != NULL) ||
           finding_error(source->findings,
                         DIAGNOSTIC_MEMORY,
                         NULL,
                         "политика: не хватило памяти",
                         "policy: out of memory");
}

static bool within(struct policy_source *source, const struct tally *tally, struct phrase what)
{
    struct arena *arena = source->findings->arena;

    return tally->count <= tally->count_max ||
           finding_error_phrase(
               source->findings,
               DIAGNOSTIC_POLICY_TOO_MUCH,
               &tally->over,
               (struct phrase){
                   arena_format(
                       arena, "%s: %zu, не больше %zu", what.ru, tally->count, tally->count_max),
                   arena_format(
                       arena, "%s: %zu, at most %zu", what.en, tally->count, tally->count_max)});
}

static void
tally_one(struct tally *tally, const struct yaml_file *file, const struct yaml_node *node)
{
    if (++tally->count == tally->count_max + 1) {
        tally->over = node->key == NULL ? yaml_tree_pos(file, node) : yaml_tree_key_pos(file, node);
    }
}

static const struct yaml_node *first_of(const struct yaml_node *list)
{
    return list == NULL || list->kind == YAML_SCALAR ? NULL : list->first;
}

static void
tally_list(struct tally *tally, const struct yaml_file *file, const struct yaml_node *list)
{
    for (const struct yaml_node *node = first_of(list); node != NULL; node = node->next) {
        tally_one(tally, file, node);
    }
}

/* With those that stand in others. */
static void
tally_rules(struct tally *tally, const struct yaml_file *file, const struct yaml_node *list)
{
    tally_list(tally, file, list);
    tally_inner_rules(tally, file, list);
}

/* Those that stand in rules or in programmes. */
static void
tally_inner_rules(struct tally *tally, const struct yaml_file *file, const struct yaml_node *list)
{
    for (const struct yaml_node *node = first_of(list); node != NULL; node = node->next) {
        const struct yaml_node *inner =
            node->kind == YAML_MAP ? yaml_tree_get(node, "rules") : NULL;
        if (inner != NULL && inner->kind == YAML_LIST) {
            tally_rules(tally, file, inner);
        }
    }
}
