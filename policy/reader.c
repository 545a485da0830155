/* Typed values out of a map of the configuration. */
#include "policy/reader.h"

#include "base/yaml_take.h"
#include "policy/keyword.h"
#include "proto/limits.h"

#include <assert.h>
#include <string.h>

enum { NUMBER_DIGITS_MAX = 9 };

static const char *nearest_key(const struct reader *reader, const char *key);
static bool is_nothing(const struct yaml_node *node);
static bool wrong_kind(struct reader *reader,
                       enum diagnostic code,
                       const struct yaml_node *node,
                       struct phrase kind);
static const char *title_part(struct reader *title, const char *key);
static size_t copy_ids(struct reader *reader,
                       const struct yaml_node *node,
                       size_t ids_max,
                       struct reader_ids *out);

struct reader reader_begin(const struct yaml_file *file,
                           const struct yaml_node *node,
                           struct phrase what,
                           struct finding_list *findings)
{
    struct reader reader = {.file = file, .findings = findings};

    if (node == NULL) {
        struct text_pos at = error_pos(file->name, 1, 1);
        reader.failed = true;
        finding_error_phrase(
            findings,
            DIAGNOSTIC_NOTHING_WRITTEN,
            &at,
            (struct phrase){arena_format(findings->arena, "%s: здесь ничего не написано", what.ru),
                            arena_format(findings->arena, "%s: nothing is written here", what.en)});
    } else if (node->kind != YAML_MAP) {
        struct text_pos at = yaml_tree_pos(file, node);
        reader.failed = true;
        finding_error_phrase(
            findings,
            DIAGNOSTIC_MAP_NEEDED,
            &at,
            (struct phrase){
                arena_format(findings->arena, "%s: нужна карта (ключ: значение)", what.ru),
                arena_format(findings->arena, "%s: a map (key: value) is needed", what.en)});
    } else {
        reader.map = node;
    }
    return reader;
}

bool reader_end(struct reader *reader)
{
    if (reader->map == NULL) {
        return false;
    }
    for (const struct yaml_node *child = reader->map->first; child != NULL; child = child->next) {
        bool known = false;
        for (size_t i = 0; i < reader->known_count && !known; i++) {
            known = strcmp(reader->known[i], child->key) == 0;
        }
        if (known) {
            continue;
        }
        struct text_pos at = yaml_tree_key_pos(reader->file, child);
        const char *nearest = nearest_key(reader, child->key);
        reader->failed = true;
        if (nearest == NULL) {
            finding_error(reader->findings,
                          DIAGNOSTIC_KEY_UNKNOWN,
                          &at,
                          "неизвестный ключ «%.80s»",
                          "unknown key \"%.80s\"",
                          child->key);
        } else {
            finding_error(reader->findings,
                          DIAGNOSTIC_KEY_UNKNOWN,
                          &at,
                          "неизвестный ключ «%.80s»; похоже на «%s»",
                          "unknown key \"%.80s\"; did you mean \"%s\"?",
                          child->key,
                          nearest);
        }
    }
    return !reader->failed;
}

const struct yaml_node *reader_node(struct reader *reader, const char *key, enum reader_need need)
{
    if (reader->map == NULL) {
        return NULL;
    }
    assert(reader->known_count < READER_KEYS_MAX);
    reader->known[reader->known_count++] = key;
    const struct yaml_node *node = yaml_tree_get(reader->map, key);
    if (node != NULL && !is_nothing(node)) {
        return node;
    }
    if (need == READER_REQUIRED && node == NULL) {
        reader_error(reader,
                     DIAGNOSTIC_KEY_MISSING,
                     reader->map,
                     (struct phrase){"не хватает ключа «%s»", "the key \"%s\" is missing"},
                     key);
    } else if (node != NULL) {
        reader_error(reader,
                     DIAGNOSTIC_VALUE_MISSING,
                     node,
                     (struct phrase){"у ключа «%s» нет значения", "the key \"%s\" has no value"},
                     key);
    }
    return NULL;
}

const struct yaml_node *reader_list(struct reader *reader, const char *key, enum reader_need need)
{
    const struct yaml_node *node = reader_node(reader, key, need);

    if (node != NULL && node->kind != YAML_LIST) {
        wrong_kind(reader,
                   DIAGNOSTIC_LIST_NEEDED,
                   node,
                   (struct phrase){"у ключа «%s» должен быть список", "\"%s\" must be a list"});
        return NULL;
    }
    return node;
}

const char *reader_text(struct reader *reader, const char *key, enum reader_need need)
{
    const struct yaml_node *node = reader_node(reader, key, need);

    if (node == NULL) {
        return NULL;
    }
    if (node->kind != YAML_SCALAR) {
        wrong_kind(reader,
                   DIAGNOSTIC_SINGLE_NEEDED,
                   node,
                   (struct phrase){"у ключа «%s» должно быть одно значение",
                                   "\"%s\" must be a single value"});
        return NULL;
    }
    if (strlen(node->text) > LIMIT_TITLE_BYTES) {
        reader_error(reader,
                     DIAGNOSTIC_TEXT_TOO_LONG,
                     node,
                     (struct phrase){"значение ключа «%s» слишком длинное",
                                     "the value of \"%s\" is too long"},
                     key);
        return NULL;
    }
    return node->text;
}

const char *reader_id(struct reader *reader, const char *key, enum reader_need need)
{
    const char *text = reader_text(reader, key, need);

    if (text != NULL && !reader_is_id(text)) {
        reader_error(reader,
                     DIAGNOSTIC_ID_WRONG,
                     yaml_tree_get(reader->map, key),
                     (struct phrase){"«%s» — не код: до 47 знаков a-z, 0-9 и дефис",
                                     "\"%s\" is no id: up to 47 of a-z, 0-9 and hyphens"},
                     text);
        return NULL;
    }
    return text;
}

bool reader_number(struct reader *reader, const char *key, int64_t most, int64_t *out)
{
    const char *text = reader_text(reader, key, READER_OPTIONAL);
    int64_t number = 0;

    if (text == NULL) {
        return false;
    }
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; i < digits && digits <= NUMBER_DIGITS_MAX; i++) {
        number = number * 10 + (text[i] - '0');
    }
    if (digits == 0 || digits > NUMBER_DIGITS_MAX || text[digits] != '\0' || number < 1 ||
        number > most) {
        struct text_pos at = yaml_tree_pos(reader->file, yaml_tree_get(reader->map, key));
        reader->failed = true;
        return finding_error(reader->findings,
                             DIAGNOSTIC_NUMBER_WRONG,
                             &at,
                             "у ключа «%s» должно быть целое число от 1 до %lld",
                             "\"%s\" must be a whole number from 1 to %lld",
                             key,
                             (long long)most);
    }
    *out = number;
    return true;
}

bool reader_flag(struct reader *reader, const char *key, bool *out)
{
    static const char *const words[][3] = {{"no", "false", "нет"}, {"yes", "true", "да"}};
    const char *text = reader_text(reader, key, READER_OPTIONAL);

    if (text == NULL) {
        return false;
    }
    for (size_t i = 0; i < 6; i++) {
        if (strcmp(text, words[i / 3][i % 3]) == 0) {
            *out = i / 3 == 1;
            return true;
        }
    }
    return reader_error(reader,
                        DIAGNOSTIC_FLAG_WRONG,
                        yaml_tree_get(reader->map, key),
                        (struct phrase){"у ключа «%s» должно быть yes или no (да или нет)",
                                        "\"%s\" must be yes or no"},
                        key);
}

struct phrase reader_title(struct reader *reader, enum reader_need need)
{
    const struct yaml_node *node = reader_node(reader, "title", need);
    struct phrase title = {"", ""};

    if (node == NULL) {
        return title;
    }
    struct reader part = reader_begin(
        reader->file, node, (struct phrase){"название", "the title"}, reader->findings);
    title.ru = title_part(&part, "ru");
    title.en = title_part(&part, "en");
    if (!reader_end(&part)) {
        reader->failed = true;
    }
    return title;
}

uint32_t
reader_code(struct reader *reader, const char *key, enum vocabulary list, enum reader_need need)
{
    const struct yaml_node *node = reader_node(reader, key, need);

    if (node == NULL) {
        return 0;
    }
    uint32_t code = reader_code_of(reader->file, node, list, reader->findings);
    reader->failed = reader->failed || code == 0;
    return code;
}

uint32_t
reader_codes(struct reader *reader, const char *key, enum vocabulary list, enum reader_need need)
{
    const struct yaml_node *node = reader_node(reader, key, need);

    if (node == NULL) {
        return 0;
    }
    if (node->kind == YAML_LIST && node->count == 0) {
        reader_error(reader,
                     DIAGNOSTIC_LIST_EMPTY,
                     node,
                     (struct phrase){"список «%s» пуст", "the list \"%s\" is empty"},
                     key);
    }
    size_t errors = reader->findings->errors;
    uint32_t mask = reader_codes_of(reader->file, node, list, reader->findings);
    reader->failed = reader->failed || reader->findings->errors > errors;
    return mask;
}

bool reader_id_list(struct reader *reader,
                    const char *key,
                    size_t ids_max,
                    enum reader_need need,
                    struct reader_ids *out)
{
    const struct yaml_node *node = reader_node(reader, key, need);

    *out = (struct reader_ids){.count = 0};
    if (node == NULL) {
        return false;
    }
    bool good = reader_id_list_of(reader->file, node, ids_max, reader->findings, out);
    reader->failed = reader->failed || !good;
    return good;
}

bool reader_id_list_of(const struct yaml_file *file,
                       const struct yaml_node *node,
                       size_t ids_max,
                       struct finding_list *findings,
                       struct reader_ids *out)
{
    struct reader reader = {.file = file, .findings = findings};

    *out = (struct reader_ids){.count = 0};
    if (node->kind == YAML_MAP) {
        return reader_error(&reader,
                            DIAGNOSTIC_SINGLE_NEEDED,
                            node,
                            (struct phrase){"здесь должен быть код или список кодов",
                                            "an id or a list of ids is needed here"},
                            "");
    }
    size_t count = node->kind == YAML_LIST ? node->count : 1;
    if (count > ids_max) {
        return reader_error(&reader,
                            DIAGNOSTIC_LIST_TOO_LONG,
                            node,
                            (struct phrase){"слишком много значений", "too many values"},
                            "");
    }
    out->ids = arena_array(findings->arena, count, sizeof(*out->ids));
    out->nodes = arena_array(findings->arena, count, sizeof(*out->nodes));
    if (out->ids == NULL || out->nodes == NULL) {
        return reader_error(&reader,
                            DIAGNOSTIC_MEMORY,
                            node,
                            (struct phrase){"не хватило памяти", "out of memory"},
                            "");
    }
    out->count = copy_ids(&reader, node, count, out);
    return out->count == count;
}

uint32_t reader_code_of(const struct yaml_file *file,
                        const struct yaml_node *node,
                        enum vocabulary list,
                        struct finding_list *findings)
{
    struct text_pos at = yaml_tree_pos(file, node);
    struct phrase name = vocabulary_name(list);

    if (node->kind != YAML_SCALAR) {
        return finding_error_phrase(
            findings,
            DIAGNOSTIC_CODE_SINGLE,
            &at,
            (struct phrase){arena_format(findings->arena, "%s: нужен один код", name.ru),
                            arena_format(findings->arena, "%s: one code is needed", name.en)});
    }
    uint32_t number = vocabulary_find(list, node->text);
    if (number != 0) {
        return number;
    }
    const char *nearest = vocabulary_nearest(list, node->text);
    struct phrase text;
    if (nearest == NULL) {
        text.ru = arena_format(findings->arena, "%s: нет такого кода «%.80s»", name.ru, node->text);
        text.en =
            arena_format(findings->arena, "%s: there is no code \"%.80s\"", name.en, node->text);
    } else {
        text.ru = arena_format(findings->arena,
                               "%s: нет такого кода «%.80s»; похоже на «%s»",
                               name.ru,
                               node->text,
                               nearest);
        text.en = arena_format(findings->arena,
                               "%s: there is no code \"%.80s\"; did you mean \"%s\"?",
                               name.en,
                               node->text,
                               nearest);
    }
    return finding_error_phrase(findings, DIAGNOSTIC_CODE_UNKNOWN, &at, text);
}

uint32_t reader_codes_of(const struct yaml_file *file,
                         const struct yaml_node *node,
                         enum vocabulary list,
                         struct finding_list *findings)
{
    const struct yaml_node *first = node->kind == YAML_LIST ? node->first : node;
    uint32_t mask = 0;

    for (const struct yaml_node *item = first; item != NULL; item = item->next) {
        uint32_t number = reader_code_of(file, item, list, findings);
        mask |= number == 0 ? 0 : UINT32_C(1) << number;
        if (node->kind != YAML_LIST) {
            break;
        }
    }
    return mask;
}

bool reader_is_id(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t bytes = strlen(text);

    return bytes >= 1 && bytes <= LIMIT_CODE_BYTES && text[0] != '-' &&
           strspn(text, letters) == bytes;
}

bool reader_error(struct reader *reader,
                  enum diagnostic code,
                  const struct yaml_node *node,
                  struct phrase pattern,
                  const char *about)
{
    struct text_pos at = yaml_tree_pos(reader->file, node);
    const char *parts[2] = {pattern.ru, pattern.en};
    const char *made[2];

    for (size_t i = 0; i < 2; i++) {
        const char *hole = strstr(parts[i], "%s");
        int front = hole == NULL ? (int)strlen(parts[i]) : (int)(hole - parts[i]);
        made[i] = arena_format(reader->findings->arena,
                               "%.*s%.80s%s",
                               front,
                               parts[i],
                               hole == NULL ? "" : about,
                               hole == NULL ? "" : hole + 2);
    }
    reader->failed = true;
    return finding_error_phrase(reader->findings, code, &at, (struct phrase){made[0], made[1]});
}

/* In the language in which the key is written. */
static const char *nearest_key(const struct reader *reader, const char *key)
{
    const char *russian[READER_KEYS_MAX];
    size_t count = 0;
    const char *nearest = yaml_take_nearest(key, reader->known, reader->known_count);

    for (size_t i = 0; i < reader->known_count && nearest == NULL; i++) {
        const char *word = keyword_russian(reader->known[i]);
        if (word != NULL) {
            russian[count++] = word;
        }
    }
    return nearest != NULL ? nearest : yaml_take_nearest(key, russian, count);
}

static bool is_nothing(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && !node->quoted &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
            strcmp(node->text, "null") == 0);
}

static bool wrong_kind(struct reader *reader,
                       enum diagnostic code,
                       const struct yaml_node *node,
                       struct phrase kind)
{
    return reader_error(reader, code, node, kind, node->key);
}

static const char *title_part(struct reader *title, const char *key)
{
    const char *text = reader_text(title, key, READER_REQUIRED);

    return text == NULL ? "" : text;
}

static size_t copy_ids(struct reader *reader,
                       const struct yaml_node *node,
                       size_t ids_max,
                       struct reader_ids *out)
{
    const struct yaml_node *item = node->kind == YAML_LIST ? node->first : node;
    size_t count = 0;

    for (size_t i = 0; i < ids_max; i++, item = item->next) {
        if (item->kind != YAML_SCALAR || !reader_is_id(item->text)) {
            reader_error(reader,
                         DIAGNOSTIC_ID_WRONG,
                         item,
                         (struct phrase){"«%s» — не код: до 47 знаков a-z, 0-9 и дефис",
                                         "\"%s\" is no id: up to 47 of a-z, 0-9 and hyphens"},
                         item->kind == YAML_SCALAR ? item->text : "");
            continue;
        }
        out->ids[count] = item->text;
        out->nodes[count++] = item;
    }
    return count;
}
