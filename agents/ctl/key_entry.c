/* Entries of keys; see the header. */
#include "agents/ctl/key_entry.h"

#include "base/yaml_tree.h"

#include <assert.h>
#include <string.h>

enum { GENERATIONS_MAX = 2 };

static bool parse(const struct key_entry_file *file,
                  struct arena *arena,
                  const struct yaml_node **keys,
                  struct error *err);
static bool check(const struct key_entry *entry,
                  const struct key_entry_file *file,
                  const struct yaml_node *keys,
                  struct error *err);
static size_t end_of_line(struct bytes content, uint32_t line);
static bool join(const struct key_entry_file *file,
                 size_t at,
                 const char *added,
                 struct arena *arena,
                 struct bytes *out);

const char *key_entry_text(const struct key_entry *entry, struct arena *arena)
{
    return arena_format(arena,
                        "{site: %s, curve: \"%s\", sealing: \"%s\"}",
                        entry->site,
                        entry->curve,
                        entry->sealing);
}

bool key_entry_add(const struct key_entry *entry,
                   const struct key_entry_file *file,
                   struct arena *arena,
                   struct bytes *out,
                   struct error *err)
{
    const struct yaml_node *keys = NULL;
    const struct yaml_node *reread = NULL;
    size_t at = file->content.size;
    size_t indent = 2;
    struct bytes text;

    if (!parse(file, arena, &keys, err) || !check(entry, file, keys, err)) {
        return false;
    }
    const char *item = key_entry_text(entry, arena);
    if (keys != NULL) {
        /* Before the first item, whose indentation is that of the list; an item's column is that of its text. */
        const struct yaml_node *first = keys->first;
        indent = first == NULL ? 2 : first->column - 3;
        at = end_of_line(file->content, keys->key_line);
    }
    const char *added = item == NULL
                            ? NULL
                            : arena_format(arena,
                                           "%s%s%*s- %s\n",
                                           at > 0 && file->content.data[at - 1] != '\n' ? "\n" : "",
                                           keys == NULL ? "keys:\n" : "",
                                           (int)indent,
                                           "",
                                           item);
    if (added == NULL || !join(file, at, added, arena, &text)) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    struct key_entry_file changed = {.name = file->name, .content = text};
    if (!parse(&changed, arena, &reread, err) || reread == NULL ||
        reread->count != (keys == NULL ? 0 : keys->count) + 1) {
        return error_set(err,
                         ERROR_CONFIG,
                         "%s: cannot see where the entry belongs; add it by hand: - %s",
                         file->name,
                         item);
    }
    *out = text;
    return true;
}

/* *keys is NULL when the file has none. */
static bool parse(const struct key_entry_file *file,
                  struct arena *arena,
                  const struct yaml_node **keys,
                  struct error *err)
{
    struct error_list *errors = arena_alloc(arena, sizeof(*errors));
    struct yaml_file tree;

    if (errors == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (!yaml_tree_parse(file->name, file->content, arena, &tree, errors)) {
        *err = errors->items[0];
        err->code = ERROR_CONFIG;
        return false;
    }
    *keys = NULL;
    if (tree.root == NULL) {
        return true;
    }
    if (tree.root->kind != YAML_MAP) {
        return error_set(err, ERROR_CONFIG, "%s is no map of lists", file->name);
    }
    *keys = yaml_tree_get(tree.root, "keys");
    return true;
}

static bool check(const struct key_entry *entry,
                  const struct key_entry_file *file,
                  const struct yaml_node *keys,
                  struct error *err)
{
    size_t generations = 0;

    if (keys == NULL) {
        return true;
    }
    struct text_pos at = error_pos(file->name, keys->key_line, keys->key_column);
    bool empty = keys->kind == YAML_SCALAR && keys->text[0] == '\0';
    if ((keys->kind != YAML_LIST && !empty) ||
        (keys->kind == YAML_LIST && (keys->first == NULL || keys->line == keys->key_line))) {
        return error_set_at(
            err, ERROR_CONFIG, &at, "write the keys as a list with one entry on each line");
    }
    for (const struct yaml_node *item = keys->first; item != NULL; item = item->next) {
        const struct yaml_node *site = item->kind == YAML_MAP ? yaml_tree_get(item, "site") : NULL;
        if (site != NULL && site->kind == YAML_SCALAR && strcmp(site->text, entry->site) == 0) {
            generations++;
        }
    }
    if (generations >= GENERATIONS_MAX) {
        return error_set_at(err,
                            ERROR_CONFIG,
                            &at,
                            "site %s has two generations of keys already; remove the older entry",
                            entry->site);
    }
    return true;
}

/* The offset behind that line's newline, or the end. */
static size_t end_of_line(struct bytes content, uint32_t line)
{
    size_t at = 0;

    assert(line > 0);
    for (uint32_t number = 0; number < line && at < content.size; number++) {
        const uint8_t *newline = memchr(content.data + at, '\n', content.size - at);
        at = newline == NULL ? content.size : (size_t)(newline - content.data) + 1;
    }
    return at;
}

static bool join(const struct key_entry_file *file,
                 size_t at,
                 const char *added,
                 struct arena *arena,
                 struct bytes *out)
{
    size_t length = strlen(added);
    uint8_t *text = arena_alloc(arena, file->content.size + length + 1);

    if (text == NULL) {
        return false;
    }
    memcpy(text, file->content.data, at);
    memcpy(text + at, added, length);
    memcpy(text + at + length, file->content.data + at, file->content.size - at);
    *out = bytes_of(text, file->content.size + length);
    return true;
}
