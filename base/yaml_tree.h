/* A YAML document as a tree that keeps every position: the one place that knows libyaml.
 *
 * Accepted: one document of maps, lists and scalars in UTF-8; JSON is read the same way. Refused with a
 * position: duplicate keys, anchors, aliases, tags, a second document, depth over 32, a file over
 * 1 MiB, broken UTF-8, NUL. libyaml's marks are 0-based; positions here are 1-based.
 */
#ifndef BASE_YAML_TREE_H
#define BASE_YAML_TREE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { YAML_TREE_DEPTH_MAX = 32, YAML_TREE_BYTES_MAX = 1 << 20 };

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    uint32_t line; /* 1-based */
    uint32_t column;
    bool quoted;       /* scalars: written in quotes or as a block */
    const char *text;  /* scalars: NUL-terminated, valid UTF-8 without NUL */
    const char *key;   /* when this node is a map's value: its key */
    uint32_t key_line; /* where the key stands */
    uint32_t key_column;
    struct yaml_node *first; /* lists and maps: children in order */
    struct yaml_node *next;  /* the next sibling */
    size_t count;
};

struct yaml_file {
    const char *name; /* for messages */
    struct bytes content;
    const struct yaml_node *root; /* NULL: an empty document */
};

/* name and content are borrowed as long as the tree is used; nodes live in the arena. Errors go to
 * the list; false when there was any. */
bool yaml_tree_parse(const char *name,
                     struct bytes content,
                     struct arena *arena,
                     struct yaml_file *out,
                     struct error_list *errors) __attribute__((warn_unused_result));

/* The child with that key, or NULL. */
const struct yaml_node *yaml_tree_get(const struct yaml_node *map, const char *key);
struct text_pos yaml_tree_pos(const struct yaml_file *file, const struct yaml_node *node);
struct text_pos yaml_tree_key_pos(const struct yaml_file *file, const struct yaml_node *node);

#endif
