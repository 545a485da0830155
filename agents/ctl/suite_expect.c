/* Expectations; see the header. */
#include "agents/ctl/suite_expect.h"

#include "agents/ctl/zone_time.h"
#include "base/yaml_take.h"

#include <assert.h>
#include <string.h>

enum { NAMES_MAX = LIMIT_RULES };

/* The take of each field; the field's number stands in `most`. */
typedef void field_take(struct form_map_reader *reader,
                        const struct form_map_key *key,
                        const struct yaml_node *value,
                        void *target);

struct draft {
    const struct trial_question *question;
    struct suite_expectation *out;
};

static field_take take_rule;
static field_take take_procedure;
static field_take take_pool;
static field_take take_pools;
static field_take take_curator_from;
static field_take take_notify;
static field_take take_due;
static field_take take_desk;
static field_take take_desk_agency;
static field_take take_reason;
static field_take take_discloses;
static field_take take_agencies;
static field_take take_kinds;
static field_take take_workers;
static int32_t find_name(struct form_map_reader *reader,
                         const struct yaml_node *node,
                         bool is_rule,
                         struct phrase none);
static uint32_t
find_codes(struct form_map_reader *reader, const struct yaml_node *node, enum vocabulary list);
static uint32_t
find_one_code(struct form_map_reader *reader, const struct yaml_node *node, enum vocabulary list);
static void take_rows(struct form_map_reader *reader,
                      const struct yaml_node *node,
                      enum directory_kind kind,
                      struct suite_numbers *out);
static void
take_one_due(struct form_map_reader *reader, const struct yaml_node *node, struct draft *draft);
static void report_unknown(struct form_map_reader *reader,
                           const struct yaml_node *node,
                           struct phrase what,
                           const char *typed,
                           const char *nearest);
static bool is_none(const struct yaml_node *node);
static const char *text_of(const struct yaml_node *node);
static const struct region *region_of(const struct form_map_reader *reader);

static const struct form_map_key keys[SUITE_FIELD_END] = {
    [SUITE_RULE] = {"rule", "правило", take_rule, 0, SUITE_RULE},
    [SUITE_PROCEDURE] = {"procedure", "порядок", take_procedure, 0, SUITE_PROCEDURE},
    [SUITE_POOL] = {"pool", "группа", take_pool, 0, SUITE_POOL},
    [SUITE_POOLS] = {"pools", "группы", take_pools, 0, SUITE_POOLS},
    [SUITE_CURATOR_FROM] = {"curator-from", "куратор-из", take_curator_from, 0, SUITE_CURATOR_FROM},
    [SUITE_NOTIFY] = {"notify", "извещения", take_notify, 0, SUITE_NOTIFY},
    [SUITE_DUE] = {"due", "сроки", take_due, 0, SUITE_DUE},
    [SUITE_DESK] = {"desk", "стол", take_desk, 0, SUITE_DESK},
    [SUITE_DESK_AGENCY] =
        {"desk-agency", "ведомство-стола", take_desk_agency, 0, SUITE_DESK_AGENCY},
    [SUITE_REASON] = {"reason", "причина", take_reason, 0, SUITE_REASON},
    [SUITE_DISCLOSES] = {"discloses", "раскрытие", take_discloses, 0, SUITE_DISCLOSES},
};

static const struct form_map_key from_keys[] = {
    {"agency", "ведомство", take_agencies, 0, 0},
    {"agency-kind", "вид-ведомства", take_kinds, 0, 0},
    {"worker", "работник", take_workers, 0, 0},
};

void suite_expect_read(struct form_map_reader *reader,
                       const struct yaml_node *node,
                       const struct trial_question *question,
                       struct suite_expectation *out)
{
    struct draft draft = {.question = question, .out = out};

    if (node->kind == YAML_MAP && node->count == 0) {
        (void)form_map_report(reader, node, "ничего не ожидается / nothing is expected");
        return;
    }
    (void)form_map_take(reader, node, keys, SUITE_FIELD_END, &draft);
}

const char *suite_field_key(enum suite_field field)
{
    assert(field < SUITE_FIELD_END);
    return keys[field].en;
}

void suite_expect_node(struct form_map_reader *reader,
                       const struct form_map_key *key,
                       const struct yaml_node *value,
                       void *target)
{
    (void)reader;
    memcpy((char *)target + key->offset, &value, sizeof(const struct yaml_node *));
}

uint32_t suite_expect_row(struct form_map_reader *reader,
                          const struct yaml_node *node,
                          enum directory_kind kind,
                          const char *id)
{
    static const struct phrase names[DIRECTORY_END] = {
        [DIRECTORY_UNSPECIFIED] = {"в справочнике нет строки", "the directory has no row"},
        [DIRECTORY_TERRITORY] = {"в справочнике нет территории", "the directory has no territory"},
        [DIRECTORY_AGENCY] = {"в справочнике нет ведомства", "the directory has no agency"},
        [DIRECTORY_SITE] = {"в справочнике нет площадки", "the directory has no site"},
        [DIRECTORY_WORKER] = {"в справочнике нет работника", "the directory has no worker"},
        [DIRECTORY_SERVICE] = {"в справочнике нет услуги", "the directory has no service"},
        [DIRECTORY_DESK] = {"в справочнике нет стола", "the directory has no desk"},
        [DIRECTORY_KEY] = {"в справочнике нет ключа", "the directory has no key"},
    };
    const struct directory *directory = region_of(reader)->directory;
    const uint32_t number = directory_find(directory, kind, id);
    const char *nearest = number == 0 ? directory_nearest(directory, kind, id) : NULL;

    if (number == 0) {
        report_unknown(reader, node, names[kind], id, nearest);
    }
    return number;
}

/* ---- fields ---------------------------------------------------------------------------------- */

static struct suite_expectation *
expect(void *target, const struct form_map_key *key, const struct yaml_node *value)
{
    struct suite_expectation *out = ((struct draft *)target)->out;

    out->lines[key->most] = value->key == NULL ? value->line : value->key_line;
    return out;
}

static void take_rule(struct form_map_reader *reader,
                      const struct form_map_key *key,
                      const struct yaml_node *value,
                      void *target)
{
    expect(target, key, value)->rule = find_name(
        reader, value, true, (struct phrase){"в политике нет правила", "the policy has no rule"});
}

static void take_procedure(struct form_map_reader *reader,
                           const struct form_map_key *key,
                           const struct yaml_node *value,
                           void *target)
{
    const uint32_t mask = find_one_code(reader, value, VOCABULARY_PROCEDURE);

    expect(target, key, value)->procedure =
        mask == UINT32_C(1) << PROCEDURE_FULL ? PROCEDURE_FULL : PROCEDURE_DIRECT;
}

static void take_pool(struct form_map_reader *reader,
                      const struct form_map_key *key,
                      const struct yaml_node *value,
                      void *target)
{
    expect(target, key, value)->pool = find_name(
        reader, value, false, (struct phrase){"в политике нет группы", "the policy has no pool"});
}

static void take_pools(struct form_map_reader *reader,
                       const struct form_map_key *key,
                       const struct yaml_node *value,
                       void *target)
{
    struct suite_numbers *pools = &expect(target, key, value)->pools;
    const struct yaml_node *item = value->kind == YAML_LIST ? value->first : value;

    for (; item != NULL; item = value->kind == YAML_LIST ? item->next : NULL) {
        const int32_t pool =
            find_name(reader,
                      item,
                      false,
                      (struct phrase){"в политике нет группы", "the policy has no pool"});
        if (pool >= 0 && pools->count < SUITE_LIST_MAX) {
            pools->items[pools->count++] = (uint32_t)pool;
        }
    }
}

static void take_curator_from(struct form_map_reader *reader,
                              const struct form_map_key *key,
                              const struct yaml_node *value,
                              void *target)
{
    (void)form_map_take(reader,
                        value,
                        from_keys,
                        sizeof(from_keys) / sizeof(from_keys[0]),
                        expect(target, key, value));
}

static void take_agencies(struct form_map_reader *reader,
                          const struct form_map_key *key,
                          const struct yaml_node *value,
                          void *target)
{
    (void)key;
    take_rows(
        reader, value, DIRECTORY_AGENCY, &((struct suite_expectation *)target)->curator_agencies);
}

static void take_kinds(struct form_map_reader *reader,
                       const struct form_map_key *key,
                       const struct yaml_node *value,
                       void *target)
{
    (void)key;
    ((struct suite_expectation *)target)->curator_kinds =
        find_codes(reader, value, VOCABULARY_AGENCY_KIND);
}

static void take_workers(struct form_map_reader *reader,
                         const struct form_map_key *key,
                         const struct yaml_node *value,
                         void *target)
{
    (void)key;
    take_rows(
        reader, value, DIRECTORY_WORKER, &((struct suite_expectation *)target)->curator_workers);
}

static void take_notify(struct form_map_reader *reader,
                        const struct form_map_key *key,
                        const struct yaml_node *value,
                        void *target)
{
    struct suite_expectation *out = expect(target, key, value);

    if (!is_none(value)) {
        take_rows(reader, value, DIRECTORY_AGENCY, &out->notify);
    }
}

static void take_due(struct form_map_reader *reader,
                     const struct form_map_key *key,
                     const struct yaml_node *value,
                     void *target)
{
    (void)expect(target, key, value);
    if (value->kind != YAML_MAP) {
        (void)form_map_report(reader,
                              value,
                              "«сроки»: нужно, как {answer: 2026-11-23T14:00} / "
                              "\"due\": expected as {answer: 2026-11-23T14:00}");
        return;
    }
    for (const struct yaml_node *node = value->first; node != NULL; node = node->next) {
        take_one_due(reader, node, target);
    }
}

static void
take_one_due(struct form_map_reader *reader, const struct yaml_node *node, struct draft *draft)
{
    const struct trial_question *question = draft->question;
    const char *names[NORM_END];
    enum norm norm = 0;

    for (size_t i = 0; i < NORM_END; i++) {
        names[i] = policy_norm_key((enum norm)i);
    }
    while (norm < NORM_END && strcmp(names[norm], node->key) != 0) {
        norm++;
    }
    if (norm == NORM_END) {
        const char *nearest = yaml_take_nearest(node->key, names, NORM_END);
        report_unknown(reader,
                       node,
                       (struct phrase){"нет такого срока", "there is no norm"},
                       node->key,
                       nearest);
        return;
    }
    draft->out->due_lines[norm] = node->key_line;
    if (!zone_time_parse(
            question->region, question->territory, text_of(node), &draft->out->due_us[norm])) {
        (void)form_map_report(reader,
                              node,
                              "нужно время, как 2026-11-23T14:00 / "
                              "a time is expected, as 2026-11-23T14:00");
    }
}

static void take_desk(struct form_map_reader *reader,
                      const struct form_map_key *key,
                      const struct yaml_node *value,
                      void *target)
{
    struct suite_expectation *out = expect(target, key, value);

    out->desk = strcmp(text_of(value), "triage") == 0;
    if (!out->desk && !is_none(value)) {
        (void)form_map_report(reader, value, "«стол»: none или triage / \"desk\": none or triage");
    }
}

static void take_desk_agency(struct form_map_reader *reader,
                             const struct form_map_key *key,
                             const struct yaml_node *value,
                             void *target)
{
    expect(target, key, value)->desk_agency =
        suite_expect_row(reader, value, DIRECTORY_AGENCY, text_of(value));
}

static void take_reason(struct form_map_reader *reader,
                        const struct form_map_key *key,
                        const struct yaml_node *value,
                        void *target)
{
    const uint32_t mask = find_one_code(reader, value, VOCABULARY_DESK_REASON);
    uint32_t reason = 0;

    while (reason + 1 < DESK_REASON_END && (mask >> reason & 1) == 0) {
        reason++;
    }
    expect(target, key, value)->reason = (enum desk_reason)reason;
}

static void take_discloses(struct form_map_reader *reader,
                           const struct form_map_key *key,
                           const struct yaml_node *value,
                           void *target)
{
    struct suite_expectation *out = expect(target, key, value);

    out->discloses = is_none(value) ? 0 : find_codes(reader, value, VOCABULARY_SECTION);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Index of a rule or a pool; -1 for none, and for one that there is not (reported). */
static int32_t find_name(struct form_map_reader *reader,
                         const struct yaml_node *node,
                         bool is_rule,
                         struct phrase none)
{
    const struct policy *policy = region_of(reader)->policy;
    const size_t count = is_rule ? policy_rule_count(policy) : policy_pool_count(policy);
    const char *names[NAMES_MAX];

    for (size_t i = 0; i < count && i < NAMES_MAX; i++) {
        names[i] = is_rule ? policy_rule(policy, i).id : policy_pool(policy, i).id;
        if (strcmp(names[i], text_of(node)) == 0) {
            return (int32_t)i;
        }
    }
    if (!is_none(node)) {
        const char *nearest = yaml_take_nearest(text_of(node), names, count);
        report_unknown(reader, node, none, text_of(node), nearest);
    }
    return -1;
}

static uint32_t
find_codes(struct form_map_reader *reader, const struct yaml_node *node, enum vocabulary list)
{
    const struct yaml_node *item = node->kind == YAML_LIST ? node->first : node;
    uint32_t mask = 0;

    for (; item != NULL; item = node->kind == YAML_LIST ? item->next : NULL) {
        const uint32_t number = vocabulary_find(list, text_of(item));
        const char *nearest = number == 0 ? vocabulary_nearest(list, text_of(item)) : NULL;
        mask |= number == 0 ? 0 : UINT32_C(1) << number;
        if (number != 0) {
            continue;
        }
        report_unknown(reader,
                       item,
                       (struct phrase){"нет такого кода", "there is no code"},
                       text_of(item),
                       nearest);
    }
    return mask;
}

/* What a decision has only one of. */
static uint32_t
find_one_code(struct form_map_reader *reader, const struct yaml_node *node, enum vocabulary list)
{
    if (node->kind != YAML_SCALAR) {
        (void)form_map_report(
            reader, node, "здесь один код, а не список / one code stands here, no list");
        return 0;
    }
    return find_codes(reader, node, list);
}

static void take_rows(struct form_map_reader *reader,
                      const struct yaml_node *node,
                      enum directory_kind kind,
                      struct suite_numbers *out)
{
    const struct yaml_node *item = node->kind == YAML_LIST ? node->first : node;

    for (; item != NULL; item = node->kind == YAML_LIST ? item->next : NULL) {
        const uint32_t number = suite_expect_row(reader, item, kind, text_of(item));
        if (number != 0 && out->count < SUITE_LIST_MAX) {
            out->items[out->count++] = number;
        }
    }
}

static void report_unknown(struct form_map_reader *reader,
                           const struct yaml_node *node,
                           struct phrase what,
                           const char *typed,
                           const char *nearest)
{
    if (nearest == NULL) {
        (void)form_map_report(
            reader, node, "%s «%.60s» / %s \"%.60s\"", what.ru, typed, what.en, typed);
    } else {
        (void)form_map_report(reader,
                              node,
                              "%s «%.60s», может быть, «%s»? / %s \"%.60s\", did you mean \"%s\"?",
                              what.ru,
                              typed,
                              nearest,
                              what.en,
                              typed,
                              nearest);
    }
}

static bool is_none(const struct yaml_node *node)
{
    return strcmp(text_of(node), "none") == 0 || strcmp(text_of(node), "нет") == 0;
}

static const char *text_of(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR ? node->text : "";
}

static const struct region *region_of(const struct form_map_reader *reader)
{
    return ((const struct suite_input *)reader->world)->region;
}
