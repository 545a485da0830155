/* Taking a map of a form key by key, by tables: each key in two languages, each mistake in both.
 *
 * Unlike base/yaml_take its messages are for specialists, not administrators: Russian and English.
 */
#ifndef AGENTS_CORE_FORM_MAP_H
#define AGENTS_CORE_FORM_MAP_H

#include "base/arena.h"
#include "base/error.h"
#include "base/yaml_tree.h"

#include <stdbool.h>
#include <stddef.h>

enum { FORM_MAP_KEYS_MAX = 24 };

struct form_map_reader {
    const struct yaml_file *file;
    struct arena *arena;
    struct error_list *errors;
    void *world; /* of the takes */
    bool failed; /* something was reported */
};

struct form_map_key {
    const char *en;
    const char *ru;
    /* Takes the value into the target. Never called for an absent or empty value. */
    void (*take)(struct form_map_reader *reader,
                 const struct form_map_key *key,
                 const struct yaml_node *value,
                 void *target);
    size_t offset; /* of the field in the target, as the take likes */
    size_t most;   /* bytes, or a vocabulary, as the take likes */
};

/* Reports unknown and doubled keys; what names the map in messages. False when node is no map. */
bool form_map_take(struct form_map_reader *reader,
                   const struct yaml_node *node,
                   const struct form_map_key *keys,
                   size_t key_count,
                   void *target);
/* The value of a key in a map, by either name; NULL when absent or empty. */
const struct yaml_node *form_map_value(const struct yaml_node *map, const struct form_map_key *key);
/* A take: text of at most key->most bytes into the const char * at offset. */
void form_map_text(struct form_map_reader *reader,
                   const struct form_map_key *key,
                   const struct yaml_node *value,
                   void *target);

/* "ru / en" at a node (NULL: the beginning of the file). Always returns false. */
bool form_map_report(struct form_map_reader *reader,
                     const struct yaml_node *node,
                     const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

#endif
