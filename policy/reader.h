/* One YAML map of the configuration being read: typed values, codes and ids, with bilingual findings.
 *
 * Like base/yaml_take, for files whose readers are promised both languages. Every take marks its key
 * as known; reader_end reports the keys that nobody took, with the nearest known name. Taking goes on after an
 * error, so that one run shows all of them; `failed` remembers.
 */
#ifndef POLICY_READER_H
#define POLICY_READER_H

#include "base/yaml_tree.h"
#include "policy/finding.h"
#include "proto/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { READER_KEYS_MAX = 24 };

struct reader {
    const struct yaml_file *file;
    const struct yaml_node *map; /* NULL after a begin that failed */
    struct finding_list *findings;
    const char *known[READER_KEYS_MAX];
    size_t known_count;
    bool failed;
};

enum reader_need { READER_OPTIONAL, READER_REQUIRED };

/* Several ids, written as one word or as a list. */
struct reader_ids {
    const char **ids;
    const struct yaml_node **nodes; /* where each stands */
    size_t count;
};

/* what  names the map in messages: {"работник", "worker"}. node may be NULL. */
struct reader reader_begin(const struct yaml_file *file,
                           const struct yaml_node *node,
                           struct phrase what,
                           struct finding_list *findings);
bool reader_end(struct reader *reader);

/* All return NULL, 0 or false when the key is absent or wrong; then it was reported. */
const struct yaml_node *reader_node(struct reader *reader, const char *key, enum reader_need need);
const struct yaml_node *reader_list(struct reader *reader, const char *key, enum reader_need need);
const char *reader_text(struct reader *reader, const char *key, enum reader_need need);
const char *reader_id(struct reader *reader, const char *key, enum reader_need need);
bool reader_number(struct reader *reader, const char *key, int64_t most, int64_t *out);
bool reader_flag(struct reader *reader, const char *key, bool *out);
/* {ru: …, en: …}; both parts are "" when it is absent. */
struct phrase reader_title(struct reader *reader, enum reader_need need);
/* One code of a list, by code or by title. */
uint32_t
reader_code(struct reader *reader, const char *key, enum vocabulary list, enum reader_need need);
/* One or several codes as a mask; 0 when absent or wrong, or an empty list. */
uint32_t
reader_codes(struct reader *reader, const char *key, enum vocabulary list, enum reader_need need);
/* False when absent or wrong. At most ids_max, each an id. */
bool reader_id_list(struct reader *reader,
                    const char *key,
                    size_t ids_max,
                    enum reader_need need,
                    struct reader_ids *out);

/* The same for a node that stands in no map of its own. */
uint32_t reader_code_of(const struct yaml_file *file,
                        const struct yaml_node *node,
                        enum vocabulary list,
                        struct finding_list *findings);
uint32_t reader_codes_of(const struct yaml_file *file,
                         const struct yaml_node *node,
                         enum vocabulary list,
                         struct finding_list *findings);
bool reader_id_list_of(const struct yaml_file *file,
                       const struct yaml_node *node,
                       size_t ids_max,
                       struct finding_list *findings,
                       struct reader_ids *out);
/* An id: LIMIT_CODE_BYTES of [a-z0-9-], first a letter or a digit. */
bool reader_is_id(const char *text);

/* Report at a node; the one "%s" of each pattern becomes about. Returns false. */
bool reader_error(struct reader *reader,
                  enum diagnostic code,
                  const struct yaml_node *node,
                  struct phrase pattern,
                  const char *about);

#endif
