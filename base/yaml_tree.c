/* A YAML document as a tree: libyaml's events, minus everything that we refuse. */
#include "base/yaml_tree.h"

#include "base/yaml_text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* One open list or map. */
struct level {
    struct yaml_node *node;
    struct yaml_node **tail; /* where the next child is hung */
    const char *key;         /* the key that waits for its value, or NULL */
    uint32_t key_line;
    uint32_t key_column;
};

struct builder {
    struct yaml_text text;
    struct yaml_file *file;
    struct arena *arena;
    struct error_list *errors;
    struct level levels[YAML_TREE_DEPTH_MAX];
    size_t depth;
    struct yaml_node *root;
    size_t documents;
    bool failed;   /* something was reported */
    bool finished; /* the stream ended, or cannot be read on */
};

static void read_events(struct builder *builder, yaml_parser_t *parser);
static void take_event(struct builder *builder, const yaml_event_t *event);
static void take_scalar(struct builder *builder, const yaml_event_t *event);
static void take_start(struct builder *builder, const yaml_event_t *event, enum yaml_kind kind);
static void take_end(struct builder *builder);
static void refuse_tag_and_anchor(struct builder *builder,
                                  const yaml_event_t *event,
                                  const yaml_char_t *tag,
                                  const yaml_char_t *anchor);
static struct yaml_node *
add_node(struct builder *builder, const yaml_event_t *event, enum yaml_kind kind);
static void refuse_duplicates(struct builder *builder, const struct yaml_node *map);
static int key_order(const void *a, const void *b);
static void report(struct builder *builder, yaml_mark_t mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void report_memory(struct builder *builder);
static void report_syntax(struct builder *builder, const yaml_parser_t *parser);
static bool tab_stands_at(const struct builder *builder, yaml_mark_t mark);
static uint32_t line_of(yaml_mark_t mark);
static uint32_t column_of(const struct builder *builder, yaml_mark_t mark);

bool yaml_tree_parse(const char *name,
                     struct bytes content,
                     struct arena *arena,
                     struct yaml_file *out,
                     struct error_list *errors)
{
    struct yaml_file file = {.name = name, .content = content};
    struct builder builder = {.file = &file, .arena = arena, .errors = errors};
    yaml_parser_t parser;

    if (content.size > YAML_TREE_BYTES_MAX) {
        struct text_pos at = error_pos(name, 1, 1);
        return error_list_add(
            errors, ERROR_DATA, &at, "the file is longer than %d bytes", YAML_TREE_BYTES_MAX);
    }
    if (!yaml_text_prepare(name, content, arena, &builder.text, errors)) {
        return false;
    }
    if (yaml_parser_initialize(&parser) == 0) {
        report_memory(&builder);
        return false;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, builder.text.bytes.data, builder.text.bytes.size);
    read_events(&builder, &parser);
    yaml_parser_delete(&parser);
    if (builder.failed) {
        return false;
    }
    file.root = builder.root;
    *out = file;
    return true;
}

const struct yaml_node *yaml_tree_get(const struct yaml_node *map, const char *key)
{
    assert(map->kind == YAML_MAP);
    for (const struct yaml_node *child = map->first; child != NULL; child = child->next) {
        if (strcmp(child->key, key) == 0) {
            return child;
        }
    }
    return NULL;
}

struct text_pos yaml_tree_pos(const struct yaml_file *file, const struct yaml_node *node)
{
    return error_pos(file->name, node->line, node->column);
}

struct text_pos yaml_tree_key_pos(const struct yaml_file *file, const struct yaml_node *node)
{
    if (node->key == NULL) {
        return yaml_tree_pos(file, node);
    }
    return error_pos(file->name, node->key_line, node->key_column);
}

static void read_events(struct builder *builder, yaml_parser_t *parser)
{
    while (!builder->finished) {
        yaml_event_t event;

        if (yaml_parser_parse(parser, &event) == 0) {
            report_syntax(builder, parser);
            return;
        }
        take_event(builder, &event);
        yaml_event_delete(&event);
    }
}

static void take_event(struct builder *builder, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (builder->documents++ > 0) {
            report(builder, event->start_mark, "a second document in one file");
            builder->finished = true;
        }
        break;
    case YAML_SCALAR_EVENT:
        take_scalar(builder, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        take_start(builder, event, YAML_LIST);
        break;
    case YAML_MAPPING_START_EVENT:
        take_start(builder, event, YAML_MAP);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        take_end(builder);
        break;
    case YAML_ALIAS_EVENT:
        report(builder, event->start_mark, "aliases (*name) are not read here: write it out");
        take_scalar(builder, event); /* stands for the value, so that reading goes on */
        break;
    case YAML_STREAM_END_EVENT:
        builder->finished = true;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

static void take_scalar(struct builder *builder, const yaml_event_t *event)
{
    struct level *level = builder->depth > 0 ? &builder->levels[builder->depth - 1] : NULL;
    struct bytes value = {.data = NULL};
    bool plain = true;

    if (event->type == YAML_SCALAR_EVENT) {
        value = bytes_of(event->data.scalar.value, event->data.scalar.length);
        plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        refuse_tag_and_anchor(builder, event, event->data.scalar.tag, event->data.scalar.anchor);
    }
    if (!bytes_is_text(value)) {
        report(builder, event->start_mark, "the text holds a NUL or something else unreadable");
        value.size = 0;
    }
    char *text = arena_text_of(builder->arena, value);
    if (text == NULL) {
        report_memory(builder);
        return;
    }
    if (level != NULL && level->node->kind == YAML_MAP && level->key == NULL) {
        level->key = text;
        level->key_line = line_of(event->start_mark);
        level->key_column = column_of(builder, event->start_mark);
        return;
    }
    if (level == NULL && plain && text[0] == '\0') {
        return; /* "---" and nothing behind it: an empty document */
    }
    struct yaml_node *node = add_node(builder, event, YAML_SCALAR);
    if (node != NULL) {
        node->text = text;
        node->quoted = !plain;
    }
}

static void take_start(struct builder *builder, const yaml_event_t *event, enum yaml_kind kind)
{
    const struct level *level = builder->depth > 0 ? &builder->levels[builder->depth - 1] : NULL;

    if (kind == YAML_LIST) {
        refuse_tag_and_anchor(
            builder, event, event->data.sequence_start.tag, event->data.sequence_start.anchor);
    } else {
        refuse_tag_and_anchor(
            builder, event, event->data.mapping_start.tag, event->data.mapping_start.anchor);
    }
    if (level != NULL && level->node->kind == YAML_MAP && level->key == NULL) {
        report(builder, event->start_mark, "a key must be one word, not a list or a map");
        builder->finished = true;
        return;
    }
    /* Stopping here also keeps libyaml fast: its work grows with the square of the depth. */
    if (builder->depth == YAML_TREE_DEPTH_MAX) {
        report(builder, event->start_mark, "more than %d levels deep", YAML_TREE_DEPTH_MAX);
        builder->finished = true;
        return;
    }
    struct yaml_node *node = add_node(builder, event, kind);
    if (node != NULL) {
        builder->levels[builder->depth++] = (struct level){.node = node, .tail = &node->first};
    }
}

static void take_end(struct builder *builder)
{
    assert(builder->depth > 0);
    const struct yaml_node *node = builder->levels[--builder->depth].node;

    if (node->kind == YAML_MAP && node->count > 1) {
        refuse_duplicates(builder, node);
    }
}

static void refuse_tag_and_anchor(struct builder *builder,
                                  const yaml_event_t *event,
                                  const yaml_char_t *tag,
                                  const yaml_char_t *anchor)
{
    if (tag != NULL) {
        report(builder, event->start_mark, "tags (!name) are not read here");
    }
    if (anchor != NULL) {
        report(builder, event->start_mark, "anchors (&name) are not read here");
    }
}

static struct yaml_node *
add_node(struct builder *builder, const yaml_event_t *event, enum yaml_kind kind)
{
    struct yaml_node *node = arena_alloc(builder->arena, sizeof(*node));

    if (node == NULL) {
        report_memory(builder);
        return NULL;
    }
    node->kind = kind;
    node->line = line_of(event->start_mark);
    node->column = column_of(builder, event->start_mark);
    if (builder->depth == 0) {
        builder->root = node;
        return node;
    }
    struct level *level = &builder->levels[builder->depth - 1];
    node->key = level->key;
    node->key_line = level->key_line;
    node->key_column = level->key_column;
    level->key = NULL;
    *level->tail = node;
    level->tail = &node->next;
    level->node->count++;
    return node;
}

/* Sorted, because a file may hold a map of a hundred thousand keys. */
static void refuse_duplicates(struct builder *builder, const struct yaml_node *map)
{
    struct arena_mark mark = arena_mark(builder->arena);
    const struct yaml_node **sorted =
        arena_array(builder->arena, map->count, sizeof(*sorted)); /* given back below */
    size_t count = 0;

    if (sorted == NULL) {
        report_memory(builder);
        return;
    }
    for (const struct yaml_node *child = map->first; child != NULL; child = child->next) {
        sorted[count++] = child;
    }
    assert(count == map->count);
    qsort(sorted, count, sizeof(*sorted), key_order);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0) {
            struct text_pos at = yaml_tree_key_pos(builder->file, sorted[i]);
            builder->failed = true;
            (void)error_list_add(builder->errors,
                                 ERROR_DATA,
                                 &at,
                                 "this key stands here twice (before: line %u)",
                                 (unsigned)sorted[i - 1]->key_line);
        }
    }
    arena_release(builder->arena, mark);
}

static int key_order(const void *a, const void *b)
{
    const struct yaml_node *const *left = a;
    const struct yaml_node *const *right = b;
    int order = strcmp((*left)->key, (*right)->key);

    if (order != 0) {
        return order;
    }
    if ((*left)->key_line != (*right)->key_line) {
        return (*left)->key_line < (*right)->key_line ? -1 : 1;
    }
    return ((*left)->key_column > (*right)->key_column) -
           ((*left)->key_column < (*right)->key_column);
}

static void report(struct builder *builder, yaml_mark_t mark, const char *format, ...)
{
    struct text_pos at = error_pos(builder->file->name, line_of(mark), column_of(builder, mark));
    char text[256];
    va_list args;

    va_start(args, format);
    if (vsnprintf(text, sizeof(text), format, args) < 0) {
        text[0] = '\0';
    }
    va_end(args);
    builder->failed = true;
    (void)error_list_add(builder->errors, ERROR_DATA, &at, "%s", text);
}

static void report_memory(struct builder *builder)
{
    struct text_pos at = error_pos(builder->file->name, 1, 1);

    builder->failed = true;
    builder->finished = true;
    (void)error_list_add(builder->errors, ERROR_OS, &at, "no memory left to read the file");
}

static void report_syntax(struct builder *builder, const yaml_parser_t *parser)
{
    const char *problem = parser->problem != NULL ? parser->problem : "cannot be read";

    builder->finished = true;
    if (parser->error == YAML_MEMORY_ERROR) {
        report_memory(builder);
    } else if (tab_stands_at(builder, parser->problem_mark)) {
        report(builder, parser->problem_mark, "a tab cannot stand here: indent with spaces");
    } else if (strstr(problem, "Unicode character escape") != NULL) {
        report(builder,
               parser->problem_mark,
               "no such character: one beyond U+FFFF is written as itself or as \\U with 8 digits");
    } else if (parser->context != NULL) {
        report(builder,
               parser->problem_mark,
               "%s (%s that began in line %u)",
               problem,
               parser->context,
               (unsigned)line_of(parser->context_mark));
    } else {
        report(builder, parser->problem_mark, "%s", problem);
    }
}

static bool tab_stands_at(const struct builder *builder, yaml_mark_t mark)
{
    struct bytes bytes = builder->text.bytes;
    size_t index = 0;

    for (size_t i = 0; i < bytes.size; i++) {
        if ((bytes.data[i] & 0xC0U) == 0x80U) {
            continue;
        }
        if (index++ == mark.index) {
            return bytes.data[i] == '\t';
        }
    }
    return false;
}

static uint32_t line_of(yaml_mark_t mark)
{
    return (uint32_t)(mark.line + 1);
}

static uint32_t column_of(const struct builder *builder, yaml_mark_t mark)
{
    return yaml_text_column(&builder->text, mark.index, mark.column);
}
