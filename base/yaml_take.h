/* Taking typed values out of a YAML map; what is left over is an error.
 *
 * Every take marks its key as known; yaml_take_end reports each key that nobody took, with the
 * nearest known name. All reports go to one list with positions, each "ru / en", and taking goes on after an error.
 * A key with nothing behind it (`phone:`, `~`, `null`) counts as absent. Reports carry ERROR_DATA: a
 * program that reads its configuration exits with ERROR_CONFIG's status instead.
 */
#ifndef BASE_YAML_TAKE_H
#define BASE_YAML_TAKE_H

#include "base/yaml_tree.h"

#include <stdbool.h>
#include <stdint.h>

enum { YAML_TAKE_KEYS_MAX = 48 };

struct yaml_take {
    const struct yaml_file *file;
    const struct yaml_node *map; /* NULL after a begin that failed */
    struct error_list *errors;
    const char *known[YAML_TAKE_KEYS_MAX];
    size_t known_count;
    bool failed; /* something was reported through this take */
};

enum yaml_need { YAML_OPTIONAL, YAML_REQUIRED };

/* what  names the map in messages ("keys"). Reports when node is not a map. */
struct yaml_take yaml_take_begin(const struct yaml_file *file,
                                 const struct yaml_node *node,
                                 const char *what,
                                 struct error_list *errors);
/* Reports unknown keys. Returns false when anything was reported since begin. */
bool yaml_take_end(struct yaml_take *take);

/* All return NULL/false when absent or wrong (then it was reported). */
const struct yaml_node *
yaml_take_node(struct yaml_take *take, const char *key, enum yaml_need need);
const struct yaml_node *
yaml_take_list(struct yaml_take *take, const char *key, enum yaml_need need);
const char *yaml_take_text(struct yaml_take *take, const char *key, enum yaml_need need);
struct yaml_range {
    int64_t least;
    int64_t most;
};
bool yaml_take_number(struct yaml_take *take,
                      const char *key,
                      enum yaml_need need,
                      struct yaml_range range,
                      int64_t *out);
/* yes/no/true/false/да/нет. */
bool yaml_take_flag(struct yaml_take *take, const char *key, enum yaml_need need, bool *out);

/* Reports "ru / en" at a node of the take's file. Always returns false. */
bool yaml_take_report(struct yaml_take *take, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The nearest of the names by edit distance, swapped neighbours counting as one, or NULL. At most 2
 * edits or a third of the length, whichever is more; 1 for words of up to three letters. */
const char *yaml_take_nearest(const char *text, const char *const *names, size_t count);

#endif
