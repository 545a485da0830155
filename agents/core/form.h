/* Forms: what a person writes about a family (YAML or JSON, keys in English or Russian) as a struct form.
 *
 * Every mistake is reported with its line and column, in Russian and English: "ru / en". Codes are taken in
 * either language through the vocabulary. Ages come from birth dates unless the form gives them; a form in
 * which nobody has a surname is flagged anonymous. refagentd (drop folder) and refctl read forms here.
 */
#ifndef AGENTS_CORE_FORM_H
#define AGENTS_CORE_FORM_H

#include "agents/core/form_map.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/yaml_tree.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stdint.h>

struct form_input {
    const char *name;           /* of the file, for messages */
    struct bytes content;       /* borrowed as long as the form is used */
    int64_t now_us;             /* ages are those of this moment's day */
    int32_t utc_offset_seconds; /* of local times without an offset */
};

/* The maps that a form is made of, and the keys of each: in the order of the manual. */
enum form_part { FORM_WHOLE, FORM_CHILD, FORM_PARENT, FORM_CONTACT, FORM_PAPER, FORM_PART_END };
struct form_keys {
    const struct form_map_key *items;
    size_t count;
};
struct form_keys form_keys(enum form_part part);

struct form_read {
    struct form form;
    struct yaml_file file; /* where things stood, for form_check */
};

/* Read a form. All errors go to the list; false when there was any. Texts live in the arena or borrow
 * from input->content. */
bool form_read(const struct form_input *input,
               struct arena *arena,
               struct form_read *out,
               struct error_list *errors) __attribute__((warn_unused_result));

/* The same from a tree that was made elsewhere, as of a row of a table; input->content is not read. */
bool form_take(const struct form_input *input,
               const struct yaml_file *file,
               struct arena *arena,
               struct form_read *out,
               struct error_list *errors) __attribute__((warn_unused_result));

/* Only the labels, out of a map inside another file: keys and codes as in a form, no persons. What the map leaves open
 * keeps its value in *labels; nothing is required and nothing follows from anything. */
bool form_read_labels(const struct yaml_file *file,
                      const struct yaml_node *map,
                      struct labels *labels,
                      struct error_list *errors) __attribute__((warn_unused_result));

/* The field rules of proto/checks on a form that was read; each problem at the place of its field. */
bool form_check(const struct form_read *read,
                int64_t now_us,
                struct arena *arena,
                struct error_list *errors) __attribute__((warn_unused_result));
#endif
