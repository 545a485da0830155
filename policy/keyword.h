/* Russian words for the keys of a policy: a closed table, so that a policy can be written in one language.
 *
 * Values need no table: codes are read by their titles, and ids are ids. POLICY.md prints the table.
 */
#ifndef POLICY_KEYWORD_H
#define POLICY_KEYWORD_H

#include "base/yaml_tree.h"
#include "policy/finding.h"

struct keyword {
    const char *en;
    const char *ru;
};

/* By number from 0; both NULL behind the last. */
struct keyword keyword_at(size_t index);
/* The Russian word for a key; NULL: there is none. */
const char *keyword_russian(const char *key);
/* Every Russian key of the tree becomes the English one, in place; positions stay. A map that has both is reported. */
void keyword_translate(const struct yaml_file *file, struct finding_list *findings);

#endif
