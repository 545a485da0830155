/* Pools and notices: who is meant, out of YAML. */
#include "policy/policy_tree.h"

#include "base/yaml_take.h"

#include <assert.h>
#include <string.h>

enum { RESERVE_MAX = 90, CURATOR_ROLES = 1 << ROLE_CASE_CURATOR | 1 << ROLE_DUTY_CURATOR };

static void read_pool(struct policy_source *source, const struct yaml_node *node);
static void
read_workers(struct policy_source *source, const struct yaml_node *node, struct policy_pool *pool);
static enum pool_pick read_pick(struct reader *reader);
static void read_reserve(struct reader *reader, struct policy_pool *pool);
static void read_place(struct policy_source *source,
                       struct reader *reader,
                       bool *covers_case,
                       uint32_t *territory);
static const char **
read_words(struct policy_source *source, struct reader *reader, const char *key, size_t *count);

void policy_tree_read_pools(struct policy_source *source, const struct yaml_node *map)
{
    if (map == NULL) {
        return;
    }
    if (map->kind != YAML_MAP) {
        struct text_pos at = yaml_tree_pos(source->file, map);
        finding_error(source->findings,
                      DIAGNOSTIC_MAP_NEEDED,
                      &at,
                      "здесь должна быть карта пулов: код: {workers: {…}}",
                      "a map of pools is needed: id: {workers: {…}}");
        return;
    }
    for (const struct yaml_node *node = map->first; node != NULL; node = node->next) {
        read_pool(source, node);
    }
}

bool policy_tree_read_notice(struct policy_source *source,
                             const struct yaml_node *node,
                             struct policy_notice *out)
{
    struct reader reader = reader_begin(source->file,
                                        node,
                                        (struct phrase){"получатель уведомления", "a notice"},
                                        source->findings);
    struct reader_ids agencies;

    if (reader.map == NULL) {
        return false;
    }
    size_t errors = source->findings->errors;
    if (reader_id_list(&reader, "agency", POLICY_TREE_LIST, READER_OPTIONAL, &agencies)) {
        out->agencies =
            policy_tree_resolve(source, DIRECTORY_AGENCY, &agencies, &out->agency_count);
    }
    out->kinds = reader_codes(&reader, "agency-kind", VOCABULARY_AGENCY_KIND, READER_OPTIONAL);
    read_place(source, &reader, &out->covers_case, &out->territory);
    (void)reader_end(&reader);
    if (out->agency_count == 0 && out->kinds == 0 && source->findings->errors == errors) {
        reader_error(&reader,
                     DIAGNOSTIC_NOTICE_NOBODY,
                     node,
                     (struct phrase){"уведомление никому: нужен agency или agency-kind",
                                     "a notice to nobody: agency or agency-kind is needed"},
                     "");
    }
    return source->findings->errors == errors;
}

int policy_tree_find_pool(const struct policy *policy, const char *id)
{
    for (size_t i = 0; i < policy->pool_count; i++) {
        if (strcmp(policy->pools[i].id, id) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *policy_tree_nearest_pool(const struct policy *policy, const char *id)
{
    const char *names[LIMIT_POOLS];

    for (size_t i = 0; i < policy->pool_count; i++) {
        names[i] = policy->pools[i].id;
    }
    return yaml_take_nearest(id, names, policy->pool_count);
}

/* A pool with mistakes is kept, so that rules that name it are not reported for it. */
static void read_pool(struct policy_source *source, const struct yaml_node *node)
{
    struct policy *policy = source->policy;
    struct policy_pool pool = {.id = policy_tree_keep(source, node->key),
                               .at = yaml_tree_key_pos(source->file, node)};
    struct reader reader =
        reader_begin(source->file, node, (struct phrase){"пул", "a pool"}, source->findings);

    if (!reader_is_id(pool.id)) {
        finding_error(source->findings,
                      DIAGNOSTIC_ID_WRONG,
                      &pool.at,
                      "«%.80s» — не код: до 47 знаков a-z, 0-9 и дефис",
                      "\"%.80s\" is no id: up to 47 of a-z, 0-9 and hyphens",
                      pool.id);
    } else if (policy_tree_find_pool(policy, pool.id) >= 0) {
        finding_error(source->findings,
                      DIAGNOSTIC_POOL_TWICE,
                      &pool.at,
                      "пул «%s» уже описан",
                      "the pool \"%s\" is there already",
                      pool.id);
    }
    if (reader.map != NULL) {
        (void)reader_title(&reader, READER_OPTIONAL);
        read_workers(source, reader_node(&reader, "workers", READER_REQUIRED), &pool);
        pool.pick = read_pick(&reader);
        (void)reader_flag(&reader, "continuity", &pool.continuity);
        (void)reader_flag(&reader, "auto-accept", &pool.auto_accept);
        read_reserve(&reader, &pool);
        (void)reader_end(&reader);
    }
    policy->pools[policy->pool_count++] = pool;
}

static void
read_workers(struct policy_source *source, const struct yaml_node *node, struct policy_pool *pool)
{
    struct reader_ids agencies;

    if (node == NULL) {
        return;
    }
    struct reader reader =
        reader_begin(source->file, node, (struct phrase){"отбор", "a selection"}, source->findings);
    if (reader.map == NULL) {
        return;
    }
    if (reader_id_list(&reader, "agency", POLICY_TREE_LIST, READER_OPTIONAL, &agencies)) {
        pool->agencies =
            policy_tree_resolve(source, DIRECTORY_AGENCY, &agencies, &pool->agency_count);
    }
    pool->kinds = reader_codes(&reader, "agency-kind", VOCABULARY_AGENCY_KIND, READER_OPTIONAL);
    pool->roles = reader_codes(&reader, "role", VOCABULARY_ROLE, READER_REQUIRED);
    if ((pool->roles & ~(uint32_t)CURATOR_ROLES) != 0) {
        reader_error(&reader,
                     DIAGNOSTIC_POOL_ROLE,
                     yaml_tree_get(node, "role"),
                     (struct phrase){"вести случай могут только case-curator и duty-curator",
                                     "only case-curator and duty-curator can lead a case"},
                     "");
    }
    pool->training = read_words(source, &reader, "training", &pool->training_count);
    pool->languages = read_words(source, &reader, "language", &pool->language_count);
    read_place(source, &reader, &pool->covers_case, &pool->territory);
    (void)reader_end(&reader);
}

static enum pool_pick read_pick(struct reader *reader)
{
    const char *text = reader_text(reader, "pick", READER_OPTIONAL);

    if (text == NULL || strcmp(text, "least-loaded") == 0) {
        return POOL_PICK_LEAST_LOADED;
    }
    if (strcmp(text, "round-robin") != 0) {
        reader_error(reader,
                     DIAGNOSTIC_PICK_WRONG,
                     yaml_tree_get(reader->map, "pick"),
                     (struct phrase){"«%s»: бывает least-loaded или round-robin",
                                     "\"%s\": least-loaded or round-robin is meant"},
                     text);
    }
    return POOL_PICK_ROUND_ROBIN;
}

/* "20 %", of each curator's capacity. */
static void read_reserve(struct reader *reader, struct policy_pool *pool)
{
    const char *text = reader_text(reader, "reserve", READER_OPTIONAL);
    size_t digits = text == NULL ? 0 : strspn(text, "0123456789");
    uint32_t percent = 0;

    if (text == NULL) {
        return;
    }
    for (size_t i = 0; i < digits && digits <= 2; i++) {
        percent = percent * 10 + (uint32_t)(text[i] - '0');
    }
    if (percent < 1 || percent > RESERVE_MAX ||
        (strcmp(text + digits, "%") != 0 && strcmp(text + digits, " %") != 0)) {
        reader_error(reader,
                     DIAGNOSTIC_RESERVE_WRONG,
                     yaml_tree_get(reader->map, "reserve"),
                     (struct phrase){"«%s» — не доля: от 1 % до 90 %",
                                     "\"%s\" is no share: from 1 % to 90 %"},
                     text);
        return;
    }
    pool->reserve = percent;
}

/* territory: covers-case, or a territory that must be covered whatever the case's. */
static void read_place(struct policy_source *source,
                       struct reader *reader,
                       bool *covers_case,
                       uint32_t *territory)
{
    struct reader_ids ids;
    size_t count;

    if (!reader_id_list(reader, "territory", 1, READER_OPTIONAL, &ids) || ids.count == 0) {
        return;
    }
    if (strcmp(ids.ids[0], "covers-case") == 0) {
        *covers_case = true;
        return;
    }
    const uint32_t *numbers = policy_tree_resolve(source, DIRECTORY_TERRITORY, &ids, &count);
    *territory = count == 1 ? numbers[0] : 0;
}

static const char **
read_words(struct policy_source *source, struct reader *reader, const char *key, size_t *count)
{
    struct reader_ids ids;

    *count = 0;
    if (!reader_id_list(reader, key, POLICY_TREE_LIST, READER_OPTIONAL, &ids)) {
        return NULL;
    }
    const char **words = arena_array(source->policy->arena, ids.count, sizeof(*words));
    for (size_t i = 0; i < ids.count && words != NULL; i++) {
        words[i] = policy_tree_keep(source, ids.ids[i]);
    }
    *count = words == NULL ? 0 : ids.count;
    return words;
}
