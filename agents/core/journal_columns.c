/* Columns of a journal; see the header. */
#include "agents/core/journal_columns.h"

#include "base/yaml_take.h"
#include "proto/vocabulary.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_BYTES_MAX = 200, NAMES_MAX = 2 * 5 * FORM_MAP_KEYS_MAX };

/* Words that say whose field it is. */
static const struct {
    enum form_part part;
    const char *word;
} nouns[] = {
    {FORM_CHILD, "ребенок"},
    {FORM_CHILD, "ребенка"},
    {FORM_CHILD, "child"},
    {FORM_PARENT, "родитель"},
    {FORM_PARENT, "родителя"},
    {FORM_PARENT, "parent"},
    {FORM_CONTACT, "контакт"},
    {FORM_CONTACT, "contact"},
    {FORM_PAPER, "документ"},
    {FORM_PAPER, "document"},
};
static const char *const full_names[] = {"фио", "ф и о", "full name"};
static const char *const records[] =
    {"№", "n", "номер", "номер записи", "№ записи", "record", "record number", "number"};

/* A title in words: whose, which one, and the rest. */
struct words {
    char rest[TITLE_BYTES_MAX];
    bool has_noun;
    enum form_part noun;
    size_t number; /* 0: none */
};

static bool find(const char *title, struct journal_columns_one *out);
static bool find_field(const struct words *words, struct journal_columns_one *out);
static bool find_key(enum form_part part, const char *name, struct journal_columns_one *out);
static void cut(const char *title, bool nouns_too, struct words *out);
static const char *next_word(const char *at, char word[TITLE_BYTES_MAX]);
static bool is_one_of(const char *text, const char *const *names, size_t count);
static const struct yaml_node *
part_of(const struct yaml_file *mapping, const char *ru, const char *en);
static bool check_mapping(const struct yaml_file *mapping, struct error_list *errors);
static bool check_everywhere(const struct yaml_file *mapping,
                             struct journal_columns *out,
                             struct error_list *errors);
static bool read_title(const struct journal_columns_source *source,
                       size_t index,
                       struct journal_columns *out,
                       struct error_list *errors);
static bool check_doubles(const struct journal_columns_source *source,
                          const struct journal_columns *columns,
                          struct error_list *errors);
static const char *nearest_name(const char *title);

bool journal_columns_read(const struct journal_columns_source *source,
                          struct arena *arena,
                          struct journal_columns *out,
                          struct error_list *errors)
{
    const struct text_pos top = error_pos(source->name, 1, 1);
    bool fine = true;

    *out = (struct journal_columns){.count = source->count};
    if (source->count > JOURNAL_COLUMNS_MAX) {
        return error_list_add(errors,
                              ERROR_DATA,
                              &top,
                              "больше %d столбцов / more than %d columns",
                              JOURNAL_COLUMNS_MAX,
                              JOURNAL_COLUMNS_MAX);
    }
    if (source->mapping != NULL) {
        fine = check_mapping(source->mapping, errors) &&
               check_everywhere(source->mapping, out, errors);
    }
    for (size_t i = 0; i < source->count; i++) {
        fine = read_title(source, i, out, errors) && fine;
        out->items[i].title = arena_text(arena, source->titles[i].text);
        if (out->items[i].title == NULL) {
            return error_list_add(errors, ERROR_OS, &top, "мало памяти / no memory left");
        }
        out->has_record = out->has_record || out->items[i].kind == JOURNAL_COLUMNS_RECORD;
    }
    return fine && check_doubles(source, out, errors);
}

size_t journal_columns_known(const struct csv_rows_cell *titles, size_t count)
{
    struct journal_columns_one one;
    size_t known = 0;

    for (size_t i = 0; i < count; i++) {
        known += find(titles[i].text, &one) ? 1 : 0;
    }
    return known;
}

static bool find(const char *title, struct journal_columns_one *out)
{
    struct words words;

    *out = (struct journal_columns_one){.title = title};
    cut(title, false, &words);
    if (is_one_of(words.rest, records, sizeof(records) / sizeof(records[0])) ||
        vocabulary_same(words.rest, "№ п п")) {
        out->kind = JOURNAL_COLUMNS_RECORD;
        return true;
    }
    if (words.number == 0 && find_field(&words, out)) { /* "документ" alone is a child's */
        return true;
    }
    cut(title, true, &words);
    return words.rest[0] != '\0' && find_field(&words, out);
}

static bool find_field(const struct words *words, struct journal_columns_one *out)
{
    static const enum form_part alone[] = {FORM_WHOLE, FORM_CONTACT, FORM_CHILD};

    out->kind = JOURNAL_COLUMNS_FIELD;
    out->index = words->number == 0 ? 0 : words->number - 1;
    if (words->has_noun) {
        return (words->number == 0 || words->noun != FORM_CONTACT) &&
               find_key(words->noun, words->rest, out);
    }
    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
        if ((words->number == 0 || alone[i] == FORM_CHILD) &&
            find_key(alone[i], words->rest, out)) {
            return true;
        }
    }
    return false;
}

static bool find_key(enum form_part part, const char *name, struct journal_columns_one *out)
{
    const struct form_keys keys = form_keys(part);

    out->part = part;
    out->key = NULL;
    if ((part == FORM_CHILD || part == FORM_PARENT) &&
        is_one_of(name, full_names, sizeof(full_names) / sizeof(full_names[0]))) {
        return true;
    }
    for (size_t i = 0; i < keys.count; i++) {
        const bool is_table =
            part == FORM_WHOLE &&
            (strcmp(keys.items[i].en, "id") == 0 || strcmp(keys.items[i].en, "children") == 0 ||
             strcmp(keys.items[i].en, "parents") == 0 || strcmp(keys.items[i].en, "contact") == 0 ||
             strcmp(keys.items[i].en, "documents") == 0);
        if (!is_table &&
            (vocabulary_same(name, keys.items[i].en) || vocabulary_same(name, keys.items[i].ru))) {
            out->key = &keys.items[i];
            return true;
        }
    }
    return false;
}

/* Words without punctuation between them; with nouns_too the noun and the number are taken out. */
static void cut(const char *title, bool nouns_too, struct words *out)
{
    char word[TITLE_BYTES_MAX];
    size_t used = 0;

    *out = (struct words){.has_noun = false};
    for (const char *at = next_word(title, word); word[0] != '\0'; at = next_word(at, word)) {
        bool taken = nouns_too && strspn(word, "0123456789") == strlen(word) && strlen(word) < 3;
        if (taken) {
            out->number = (size_t)strtoul(word, NULL, 10);
        }
        for (size_t i = 0;
             nouns_too && !taken && !out->has_noun && i < sizeof(nouns) / sizeof(nouns[0]);
             i++) {
            taken = vocabulary_same(word, nouns[i].word);
            out->has_noun = taken;
            out->noun = nouns[i].part;
        }
        const size_t bytes = strlen(word);
        if (!taken && used + bytes + 2 <= sizeof(out->rest)) {
            out->rest[used] = ' ';
            used += used > 0 ? 1 : 0;
            memcpy(out->rest + used, word, bytes);
            used += bytes;
            out->rest[used] = '\0';
        }
    }
}

static const char *next_word(const char *at, char word[TITLE_BYTES_MAX])
{
    static const char between[] = " \t\r\n:;.,/\\()[]-_\"";

    at += strspn(at, between);
    const size_t bytes = strcspn(at, between);
    const size_t kept = bytes < TITLE_BYTES_MAX ? bytes : 0;
    memcpy(word, at, kept);
    word[kept] = '\0';
    return at + bytes;
}

static bool is_one_of(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (vocabulary_same(text, names[i])) {
            return true;
        }
    }
    return false;
}

/* ---- the mapping ----------------------------------------------------------------------------- */

static const struct yaml_node *
part_of(const struct yaml_file *mapping, const char *ru, const char *en)
{
    const struct yaml_node *node = yaml_tree_get(mapping->root, ru);

    return node == NULL ? yaml_tree_get(mapping->root, en) : node;
}

static bool check_mapping(const struct yaml_file *mapping, struct error_list *errors)
{
    static const char *const known[] = {"столбцы", "columns", "везде", "everywhere"};
    const struct text_pos top = error_pos(mapping->name, 1, 1);
    bool fine = true;

    if (mapping->root == NULL || mapping->root->kind != YAML_MAP) {
        return error_list_add(
            errors,
            ERROR_DATA,
            &top,
            "здесь нужны «столбцы» или «везде» / columns or everywhere is expected");
    }
    for (const struct yaml_node *child = mapping->root->first; child != NULL; child = child->next) {
        const struct text_pos at = yaml_tree_key_pos(mapping, child);
        if (!is_one_of(child->key, known, sizeof(known) / sizeof(known[0]))) {
            fine = error_list_add(errors,
                                  ERROR_DATA,
                                  &at,
                                  "неизвестный ключ: есть «столбцы» и «везде» / unknown key: there "
                                  "are columns and everywhere");
        } else if (child->kind != YAML_MAP) {
            fine = error_list_add(
                errors,
                ERROR_DATA,
                &at,
                "здесь нужны пары «ключ: значение» / a map (key: value) is expected");
        }
    }
    return fine;
}

static bool check_everywhere(const struct yaml_file *mapping,
                             struct journal_columns *out,
                             struct error_list *errors)
{
    struct labels labels = {.territory = ""};

    out->everywhere = part_of(mapping, "везде", "everywhere");
    return out->everywhere == NULL || form_read_labels(mapping, out->everywhere, &labels, errors);
}

/* ---- titles ---------------------------------------------------------------------------------- */

/* What the mapping says of a title, or the title. */
static const char *name_of(const struct journal_columns_source *source, const char *title)
{
    const struct yaml_node *map = source->mapping == NULL || source->mapping->root == NULL ||
                                          source->mapping->root->kind != YAML_MAP
                                      ? NULL
                                      : part_of(source->mapping, "столбцы", "columns");

    for (const struct yaml_node *child = map == NULL ? NULL : map->first; child != NULL;
         child = child->next) {
        if (child->kind == YAML_SCALAR && vocabulary_same(child->key, title)) {
            return child->text;
        }
    }
    return title;
}

static bool read_title(const struct journal_columns_source *source,
                       size_t index,
                       struct journal_columns *out,
                       struct error_list *errors)
{
    const struct csv_rows_cell *cell = &source->titles[index];
    const struct text_pos at = error_pos(source->name, cell->line, cell->column);
    const char *name = name_of(source, cell->text);

    if (strcmp(name, "-") == 0) {
        out->items[index].kind = JOURNAL_COLUMNS_IGNORED;
        return true;
    }
    if (find(name, &out->items[index])) {
        return true;
    }
    const char *nearest = nearest_name(name);
    if (name[0] == '\0') {
        return error_list_add(errors,
                              ERROR_DATA,
                              &at,
                              "столбец %zu без названия / column %zu has no title",
                              index + 1,
                              index + 1);
    }
    if (nearest == NULL) {
        return error_list_add(
            errors,
            ERROR_DATA,
            &at,
            "неизвестный столбец «%.60s»: скажите в файле --columns, что это, или «-» / "
            "unknown column \"%.60s\": say in the file of --columns what it is, or \"-\"",
            name,
            name);
    }
    return error_list_add(
        errors,
        ERROR_DATA,
        &at,
        "неизвестный столбец «%.60s», может быть, «%s»? (или скажите в файле --columns) / "
        "unknown column \"%.60s\", did you mean \"%s\"? (or say it in the file of --columns)",
        name,
        nearest,
        name,
        nearest);
}

static bool check_doubles(const struct journal_columns_source *source,
                          const struct journal_columns *columns,
                          struct error_list *errors)
{
    bool fine = true;

    for (size_t i = 0; i < columns->count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct journal_columns_one *a = &columns->items[i];
            const struct journal_columns_one *b = &columns->items[j];
            const bool field = a->kind == JOURNAL_COLUMNS_FIELD;
            if (a->kind == JOURNAL_COLUMNS_IGNORED || a->kind != b->kind ||
                (field && (a->part != b->part || a->index != b->index || a->key != b->key))) {
                continue;
            }
            const struct text_pos at =
                error_pos(source->name, source->titles[i].line, source->titles[i].column);
            fine = error_list_add(errors,
                                  ERROR_DATA,
                                  &at,
                                  "«%.60s» и «%.60s» — одно и то же, оставьте одно / "
                                  "\"%.60s\" and \"%.60s\" are the same, keep one",
                                  b->title,
                                  a->title,
                                  b->title,
                                  a->title);
        }
    }
    return fine;
}

static const char *nearest_name(const char *title)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    struct words words;

    cut(title, true, &words);
    for (int part = 0; part < FORM_PART_END; part++) {
        const struct form_keys keys = form_keys((enum form_part)part);
        if (words.has_noun && (enum form_part)part != words.noun) {
            continue;
        }
        for (size_t i = 0; i < keys.count; i++) {
            assert(count + 2 <= NAMES_MAX);
            names[count++] = keys.items[i].ru;
            names[count++] = keys.items[i].en;
        }
    }
    return yaml_take_nearest(words.rest, names, count);
}
