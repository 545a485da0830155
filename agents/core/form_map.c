/* Maps of a form: see form_map.h. */
#include "agents/core/form_map.h"

#include "base/yaml_take.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool form_map_report(struct form_map_reader *reader,
                     const struct yaml_node *node,
                     const char *format,
                     ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct text_pos at =
        node == NULL ? error_pos(reader->file->name, 1, 1) : yaml_tree_pos(reader->file, node);
    reader->failed = true;
    return error_list_add(reader->errors, ERROR_DATA, &at, "%s", text);
}

/* Nothing is written there: "", ~, null. */
static bool is_empty(const struct yaml_node *value)
{
    return value->kind == YAML_SCALAR &&
           (value->text[0] == '\0' || (!value->quoted && (strcmp(value->text, "~") == 0 ||
                                                          strcmp(value->text, "null") == 0)));
}

static const struct form_map_key *
find_key(const struct form_map_key *keys, size_t key_count, const char *text)
{
    for (size_t i = 0; i < key_count; i++) {
        if (strcmp(keys[i].en, text) == 0 || strcmp(keys[i].ru, text) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

static void report_unknown(struct form_map_reader *reader,
                           const struct yaml_node *child,
                           const struct form_map_key *keys,
                           size_t key_count)
{
    const char *names[2 * FORM_MAP_KEYS_MAX];
    for (size_t i = 0; i < key_count; i++) {
        names[2 * i] = keys[i].en;
        names[2 * i + 1] = keys[i].ru;
    }
    const char *nearest = yaml_take_nearest(child->key, names, 2 * key_count);
    struct text_pos at = yaml_tree_key_pos(reader->file, child);
    reader->failed = true;
    if (nearest == NULL) {
        (void)error_list_add(reader->errors,
                             ERROR_DATA,
                             &at,
                             "неизвестный ключ / unknown key"); /* it may be a name: not repeated */
        return;
    }
    (void)error_list_add(reader->errors,
                         ERROR_DATA,
                         &at,
                         "неизвестный ключ «%.60s», может быть, «%s»? / "
                         "unknown key \"%.60s\", did you mean \"%s\"?",
                         child->key,
                         nearest,
                         child->key,
                         nearest);
}

bool form_map_take(struct form_map_reader *reader,
                   const struct yaml_node *node,
                   const struct form_map_key *keys,
                   size_t key_count,
                   void *target)
{
    assert(key_count <= FORM_MAP_KEYS_MAX);
    if (node->kind != YAML_MAP) {
        return form_map_report(
            reader, node, "здесь нужны пары «ключ: значение» / a map (key: value) is expected");
    }
    uint32_t taken = 0;
    for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
        const struct form_map_key *key = find_key(keys, key_count, child->key);
        if (key == NULL) {
            report_unknown(reader, child, keys, key_count);
            continue;
        }
        uint32_t bit = UINT32_C(1) << (key - keys);
        if ((taken & bit) != 0) {
            (void)form_map_report(reader,
                                  child,
                                  "«%s» и «%s» — одно и то же, оставьте одно / "
                                  "\"%s\" and \"%s\" are the same, keep one",
                                  key->ru,
                                  key->en,
                                  key->ru,
                                  key->en);
        }
        taken |= bit;
        if (!is_empty(child)) {
            key->take(reader, key, child, target);
        }
    }
    return true;
}

const struct yaml_node *form_map_value(const struct yaml_node *map, const struct form_map_key *key)
{
    const struct yaml_node *value = yaml_tree_get(map, key->en);
    if (value == NULL) {
        value = yaml_tree_get(map, key->ru);
    }
    return value == NULL || is_empty(value) ? NULL : value;
}

void form_map_text(struct form_map_reader *reader,
                   const struct form_map_key *key,
                   const struct yaml_node *value,
                   void *target)
{
    if (value->kind != YAML_SCALAR) {
        (void)form_map_report(
            reader, value, "«%s»: нужен текст / \"%s\": a text is expected", key->ru, key->en);
        return;
    }
    if (strlen(value->text) > key->most) {
        (void)form_map_report(reader,
                              value,
                              "«%s»: длиннее %zu байт / \"%s\": longer than %zu bytes",
                              key->ru,
                              key->most,
                              key->en,
                              key->most);
        return;
    }
    memcpy((char *)target + key->offset, &value->text, sizeof value->text);
}
