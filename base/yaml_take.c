/* Typed values out of a YAML map; the keys nobody took are errors. */
#include "base/yaml_take.h"

#include "base/phrase.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WORD_CHARACTERS_MAX = 48, NUMBER_DIGITS_MAX = 18 };

static bool is_nothing(const struct yaml_node *node);
static const struct yaml_node *expect_kind(struct yaml_take *take,
                                           const struct yaml_node *node,
                                           enum yaml_kind kind,
                                           struct phrase kind_name);
static bool parse_number(const char *text, int64_t *out);
static size_t characters_of(const char *text, uint32_t out[WORD_CHARACTERS_MAX]);
static size_t distance(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count);
static size_t least_of(size_t a, size_t b);

struct yaml_take yaml_take_begin(const struct yaml_file *file,
                                 const struct yaml_node *node,
                                 const char *what,
                                 struct error_list *errors)
{
    struct yaml_take take = {.file = file, .errors = errors};

    if (node == NULL) {
        struct text_pos at = error_pos(file->name, 1, 1);
        take.failed = true;
        (void)error_list_add(errors,
                             ERROR_DATA,
                             &at,
                             "%s: здесь ничего не записано / nothing is written here",
                             what);
    } else if (node->kind != YAML_MAP) {
        (void)yaml_take_report(
            &take, node, "%s: нужны пары «ключ: значение» / a map (key: value) is needed", what);
    } else {
        take.map = node;
    }
    return take;
}

bool yaml_take_end(struct yaml_take *take)
{
    if (take->map == NULL) {
        return false;
    }
    for (const struct yaml_node *child = take->map->first; child != NULL; child = child->next) {
        bool known = false;
        for (size_t i = 0; i < take->known_count; i++) {
            known = known || strcmp(take->known[i], child->key) == 0;
        }
        if (known) {
            continue;
        }
        const char *nearest = yaml_take_nearest(child->key, take->known, take->known_count);
        struct text_pos at = yaml_tree_key_pos(take->file, child);
        take->failed = true;
        if (nearest != NULL) {
            (void)error_list_add(take->errors,
                                 ERROR_DATA,
                                 &at,
                                 "неизвестный ключ «%.60s», может быть, «%s»? / "
                                 "unknown key \"%.60s\", did you mean \"%s\"?",
                                 child->key,
                                 nearest,
                                 child->key,
                                 nearest);
        } else {
            (void)error_list_add(take->errors,
                                 ERROR_DATA,
                                 &at,
                                 "неизвестный ключ «%.60s» / unknown key \"%.60s\"",
                                 child->key,
                                 child->key);
        }
    }
    return !take->failed;
}

const struct yaml_node *yaml_take_node(struct yaml_take *take, const char *key, enum yaml_need need)
{
    if (take->map == NULL) {
        return NULL;
    }
    assert(take->known_count < YAML_TAKE_KEYS_MAX);
    take->known[take->known_count++] = key;
    const struct yaml_node *node = yaml_tree_get(take->map, key);
    if (node != NULL && !is_nothing(node)) {
        return node;
    }
    if (need == YAML_REQUIRED) {
        (void)yaml_take_report(take,
                               node == NULL ? take->map : node,
                               node == NULL ? "не указано «%s» / \"%s\" is missing"
                                            : "у «%s» нет значения / \"%s\" has no value",
                               key,
                               key);
    }
    return NULL;
}

const struct yaml_node *yaml_take_list(struct yaml_take *take, const char *key, enum yaml_need need)
{
    return expect_kind(
        take, yaml_take_node(take, key, need), YAML_LIST, (struct phrase){"список", "a list"});
}

const char *yaml_take_text(struct yaml_take *take, const char *key, enum yaml_need need)
{
    const struct yaml_node *node = expect_kind(take,
                                               yaml_take_node(take, key, need),
                                               YAML_SCALAR,
                                               (struct phrase){"одно значение", "a single value"});

    return node == NULL ? NULL : node->text;
}

bool yaml_take_number(struct yaml_take *take,
                      const char *key,
                      enum yaml_need need,
                      struct yaml_range range,
                      int64_t *out)
{
    const struct yaml_node *node = expect_kind(
        take, yaml_take_node(take, key, need), YAML_SCALAR, (struct phrase){"число", "a number"});
    int64_t number;

    if (node == NULL) {
        return false;
    }
    if (node->quoted || !parse_number(node->text, &number)) {
        return yaml_take_report(
            take, node, "«%s»: нужно целое число / \"%s\" must be a whole number", key, key);
    }
    if (number < range.least || number > range.most) {
        return yaml_take_report(
            take,
            node,
            "«%s»: нужно число от %lld до %lld / \"%s\" must be from %lld to %lld",
            key,
            (long long)range.least,
            (long long)range.most,
            key,
            (long long)range.least,
            (long long)range.most);
    }
    *out = number;
    return true;
}

bool yaml_take_flag(struct yaml_take *take, const char *key, enum yaml_need need, bool *out)
{
    static const char *const words[][3] = {{"no", "false", "нет"}, {"yes", "true", "да"}};
    const struct yaml_node *node = expect_kind(take,
                                               yaml_take_node(take, key, need),
                                               YAML_SCALAR,
                                               (struct phrase){"да или нет", "yes or no"});

    if (node == NULL) {
        return false;
    }
    for (size_t value = 0; value < 2; value++) {
        for (size_t i = 0; i < 3; i++) {
            if (strcmp(node->text, words[value][i]) == 0) {
                *out = value == 1;
                return true;
            }
        }
    }
    return yaml_take_report(
        take, node, "«%s»: нужно да или нет / \"%s\" must be yes or no", key, key);
}

bool yaml_take_report(struct yaml_take *take, const struct yaml_node *node, const char *format, ...)
{
    struct text_pos at = yaml_tree_pos(take->file, node);
    char text[sizeof(((struct error *)NULL)->text)];
    va_list args;

    va_start(args, format);
    if (vsnprintf(text, sizeof(text), format, args) < 0) {
        text[0] = '\0';
    }
    va_end(args);
    take->failed = true;
    return error_list_add(take->errors, ERROR_DATA, &at, "%s", text);
}

const char *yaml_take_nearest(const char *text, const char *const *names, size_t count)
{
    uint32_t wanted[WORD_CHARACTERS_MAX];
    uint32_t name[WORD_CHARACTERS_MAX];
    size_t wanted_count = characters_of(text, wanted);
    size_t limit = wanted_count <= 3 ? 1 : wanted_count <= 6 ? 2 : wanted_count / 3;
    const char *nearest = NULL;

    if (wanted_count == 0) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        size_t edits = distance(wanted, wanted_count, name, characters_of(names[i], name));
        if (edits <= limit) {
            nearest = names[i];
            if (edits == 0) {
                break;
            }
            limit = edits - 1;
        }
    }
    return nearest;
}

static bool is_nothing(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && !node->quoted &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
            strcmp(node->text, "null") == 0);
}

static const struct yaml_node *expect_kind(struct yaml_take *take,
                                           const struct yaml_node *node,
                                           enum yaml_kind kind,
                                           struct phrase kind_name)
{
    if (node == NULL || node->kind == kind) {
        return node;
    }
    (void)yaml_take_report(take,
                           node,
                           "«%.60s»: нужно %s / \"%.60s\" must be %s",
                           node->key,
                           kind_name.ru,
                           node->key,
                           kind_name.en);
    return NULL;
}

static bool parse_number(const char *text, int64_t *out)
{
    bool negative = text[0] == '-';
    const char *digits = negative ? text + 1 : text;
    size_t count = strspn(digits, "0123456789");
    int64_t number = 0;

    if (count == 0 || count > NUMBER_DIGITS_MAX || digits[count] != '\0') {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        number = number * 10 + (digits[i] - '0');
    }
    *out = negative ? -number : number;
    return true;
}

/* The text is valid UTF-8; what goes beyond the array does not count. */
static size_t characters_of(const char *text, uint32_t out[WORD_CHARACTERS_MAX])
{
    size_t count = 0;

    for (const char *at = text; *at != '\0'; at++) {
        uint8_t byte = (uint8_t)*at;
        if ((byte & 0xC0U) != 0x80U) {
            if (count == WORD_CHARACTERS_MAX) {
                break;
            }
            out[count++] = byte;
        } else if (count > 0) {
            out[count - 1] = out[count - 1] << 8 | byte; /* not the code point, yet one to one */
        }
    }
    return count;
}

/* Optimal string alignment: insert, delete, replace, swap neighbours, each one edit. */
static size_t distance(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
    size_t rows[3][WORD_CHARACTERS_MAX + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *now = rows[2];

    memset(rows, 0, sizeof(rows));
    for (size_t j = 0; j <= b_count; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= a_count; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_count; j++) {
            size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = least_of(last[j - 1] + cost, least_of(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = least_of(now[j], before[j - 2] + 1);
            }
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b_count];
}

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}
