/* Rows of a journal; see the header. */
#include "agents/core/journal_row.h"

#include "proto/vocabulary.h"

#include <string.h>

enum { PERSONS_MAX = LIMIT_PERSONS };

/* Where nodes are hung. */
struct growing {
    struct yaml_node *map;
    struct yaml_node **tail;
};

struct builder {
    const struct journal_row *row;
    struct arena *arena;
    bool failed; /* memory is out */
};

static struct yaml_node *build(struct builder *builder);
static void
add_part(struct builder *builder, struct growing *root, enum form_part part, const char *key);
static void
add_fields(struct builder *builder, struct growing *map, enum form_part part, size_t index);
static void add_field(struct builder *builder, struct growing *map, size_t column);
static void
add_name(struct builder *builder, struct growing *map, const struct csv_rows_cell *cell);
static void add_list(struct builder *builder,
                     struct growing *map,
                     const struct csv_rows_cell *cell,
                     const struct form_map_key *key);
static bool is_given(const struct yaml_node *root, const char *name);
static void add_everywhere(struct builder *builder, struct growing *root);
static struct growing
grow(struct builder *builder, enum yaml_kind kind, const struct csv_rows_cell *at);
static struct yaml_node *
add(struct builder *builder, struct growing *to, const char *key, struct yaml_node *node);
static struct yaml_node *
scalar(struct builder *builder, const struct csv_rows_cell *at, const char *text, size_t bytes);
static bool is_list(const struct form_map_key *key);
static const char *text_of(const struct journal_row *row, size_t column);

bool journal_row_read(const struct journal_row *row,
                      const struct form_input *input,
                      struct arena *arena,
                      struct form_read *out,
                      struct error_list *errors)
{
    struct builder builder = {.row = row, .arena = arena};
    struct yaml_file file = {.name = input->name};

    for (size_t i = row->columns->count; i < row->count; i++) {
        if (row->cells[i].text[0] != '\0') {
            const struct text_pos at =
                error_pos(input->name, row->cells[i].line, row->cells[i].column);
            return error_list_add(errors,
                                  ERROR_DATA,
                                  &at,
                                  "в строке больше ячеек, чем столбцов: лишний разделитель? / "
                                  "more cells than columns: a separator too many?");
        }
    }
    file.root = build(&builder);
    if (builder.failed) {
        const struct text_pos at = error_pos(input->name, row->cells[0].line, row->cells[0].column);
        return error_list_add(errors, ERROR_OS, &at, "мало памяти / no memory left");
    }
    return form_take(input, &file, arena, out, errors) &&
           form_check(out, input->now_us, arena, errors);
}

const char *journal_row_title_at(const struct journal_row *row, const struct text_pos *at)
{
    for (size_t i = 0; i < row->count && i < row->columns->count; i++) {
        if (row->cells[i].line == at->line && row->cells[i].column == at->column &&
            row->cells[i].text[0] != '\0') {
            return row->columns->items[i].title;
        }
    }
    return "";
}

const char *journal_row_record(const struct journal_row *row)
{
    for (size_t i = 0; row->columns->has_record && i < row->columns->count; i++) {
        if (row->columns->items[i].kind == JOURNAL_COLUMNS_RECORD) {
            return text_of(row, i);
        }
    }
    return "";
}

bool journal_row_is_empty(const struct journal_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].text[0] != '\0') {
            return false;
        }
    }
    return true;
}

static struct yaml_node *build(struct builder *builder)
{
    struct growing root = grow(builder, YAML_MAP, &builder->row->cells[0]);

    if (root.map == NULL) {
        return NULL;
    }
    add_fields(builder, &root, FORM_WHOLE, 0);
    add_everywhere(builder, &root);
    add_part(builder, &root, FORM_CHILD, "children");
    add_part(builder, &root, FORM_PARENT, "parents");
    add_part(builder, &root, FORM_CONTACT, "contact");
    add_part(builder, &root, FORM_PAPER, "documents");
    return root.map;
}

/* The maps of one part: a list of them, or of the contact the map itself. */
static void
add_part(struct builder *builder, struct growing *root, enum form_part part, const char *key)
{
    struct growing list = grow(builder, YAML_LIST, &builder->row->cells[0]);

    for (size_t index = 0; !builder->failed && index < PERSONS_MAX; index++) {
        struct growing map = grow(builder, YAML_MAP, &builder->row->cells[0]);
        add_fields(builder, &map, part, index);
        if (builder->failed || map.map->count == 0) {
            continue;
        }
        map.map->line = map.map->first->line;
        map.map->column = map.map->first->column;
        if (part == FORM_CONTACT) {
            (void)add(builder, root, key, map.map);
        } else {
            (void)add(builder, &list, NULL, map.map);
        }
    }
    if (!builder->failed && list.map->count > 0) {
        list.map->line = list.map->first->line;
        list.map->column = list.map->first->column;
        (void)add(builder, root, key, list.map);
    }
}

static void
add_fields(struct builder *builder, struct growing *map, enum form_part part, size_t index)
{
    const struct journal_columns *columns = builder->row->columns;

    for (size_t i = 0; !builder->failed && i < columns->count && i < builder->row->count; i++) {
        const struct journal_columns_one *column = &columns->items[i];
        if (column->kind == JOURNAL_COLUMNS_FIELD && column->part == part &&
            column->index == index && builder->row->cells[i].text[0] != '\0') {
            add_field(builder, map, i);
        }
    }
}

static void add_field(struct builder *builder, struct growing *map, size_t column)
{
    const struct form_map_key *key = builder->row->columns->items[column].key;
    const struct csv_rows_cell *cell = &builder->row->cells[column];

    if (key == NULL) {
        add_name(builder, map, cell);
    } else if (is_list(key)) {
        add_list(builder, map, cell, key);
    } else {
        (void)add(builder, map, key->en, scalar(builder, cell, cell->text, strlen(cell->text)));
    }
}

/* "Примерова Аня Тестовна": what follows the name is the patronymic. */
static void add_name(struct builder *builder, struct growing *map, const struct csv_rows_cell *cell)
{
    static const char *const keys[] = {"surname", "name", "patronymic"};
    const char *at = cell->text + strspn(cell->text, " ");

    for (size_t i = 0; i < 3 && *at != '\0'; i++) {
        const size_t bytes = i == 2 ? strlen(at) : strcspn(at, " ");
        (void)add(builder, map, keys[i], scalar(builder, cell, at, bytes));
        at += bytes;
        at += strspn(at, " ");
    }
}

/* A title that holds a comma itself is one code. */
static void add_list(struct builder *builder,
                     struct growing *map,
                     const struct csv_rows_cell *cell,
                     const struct form_map_key *key)
{
    static const char between[] = ",;\r\n";
    struct growing list = grow(builder, YAML_LIST, cell);

    const bool whole = vocabulary_find((enum vocabulary)key->most, cell->text) != 0;
    const char *at = cell->text;
    while (*at != '\0') {
        at += strspn(at, " ");
        const size_t bytes = whole ? strlen(at) : strcspn(at, between);
        if (bytes > 0) {
            (void)add(builder, &list, NULL, scalar(builder, cell, at, bytes));
        }
        at += bytes;
        at += strspn(at, between);
    }
    (void)add(builder, map, key->en, list.map);
}

/* Labels of every row; a column of the table goes before them. */
static void add_everywhere(struct builder *builder, struct growing *root)
{
    const struct yaml_node *everywhere = builder->row->columns->everywhere;

    for (const struct yaml_node *from = everywhere == NULL ? NULL : everywhere->first;
         from != NULL && !builder->failed;
         from = from->next) {
        if (is_given(root->map, from->key)) {
            continue;
        }
        struct yaml_node *copy = arena_copy(builder->arena, from, sizeof(*from));
        if (copy == NULL) {
            builder->failed = true;
            return;
        }
        copy->line = root->map->line;
        copy->column = root->map->column;
        copy->next = NULL;
        (void)add(builder, root, from->key, copy);
    }
}

/* Has the row that label itself? Its keys are English ones. */
static bool is_given(const struct yaml_node *root, const char *name)
{
    const struct form_keys keys = form_keys(FORM_WHOLE);

    for (size_t i = 0; i < keys.count; i++) {
        if (strcmp(keys.items[i].en, name) == 0 || strcmp(keys.items[i].ru, name) == 0) {
            return yaml_tree_get(root, keys.items[i].en) != NULL;
        }
    }
    return false;
}

static struct growing
grow(struct builder *builder, enum yaml_kind kind, const struct csv_rows_cell *at)
{
    struct yaml_node *node = arena_alloc(builder->arena, sizeof(*node));

    if (node == NULL) {
        builder->failed = true;
        return (struct growing){.map = NULL};
    }
    node->kind = kind;
    node->line = at->line;
    node->column = at->column;
    return (struct growing){.map = node, .tail = &node->first};
}

/* A node that is NULL, because memory is out, is not added. */
static struct yaml_node *
add(struct builder *builder, struct growing *to, const char *key, struct yaml_node *node)
{
    if (node == NULL || builder->failed) {
        return NULL;
    }
    node->key = key;
    node->key_line = node->line;
    node->key_column = node->column;
    *to->tail = node;
    to->tail = &node->next;
    to->map->count++;
    return node;
}

static struct yaml_node *
scalar(struct builder *builder, const struct csv_rows_cell *at, const char *text, size_t bytes)
{
    struct growing made = grow(builder, YAML_SCALAR, at);

    while (bytes > 0 && text[bytes - 1] == ' ') {
        bytes--;
    }
    if (made.map != NULL) {
        made.map->quoted = true; /* "~" is what somebody wrote */
        made.map->text = arena_text_of(builder->arena, bytes_of(text, bytes));
        builder->failed = builder->failed || made.map->text == NULL;
    }
    return made.map;
}

static bool is_list(const struct form_map_key *key)
{
    return strcmp(key->en, "needs") == 0 || strcmp(key->en, "flags") == 0 ||
           strcmp(key->en, "ages") == 0;
}

static const char *text_of(const struct journal_row *row, size_t column)
{
    return column < row->count ? row->cells[column].text : "";
}
