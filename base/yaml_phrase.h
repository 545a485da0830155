/* What yaml_tree and libyaml say of a file that cannot be read, for readers of Russian and of English. */
#ifndef BASE_YAML_PHRASE_H
#define BASE_YAML_PHRASE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/phrase.h"

/* said  the text of an error of yaml_tree_parse
 * Texts live in the arena or are static; where the arena is full they are NULL. A text that is not known here comes back
 * as it is, in Russian with words before it. */
struct phrase yaml_phrase(struct arena *arena, const char *said);
/* What yaml_tree_parse reported, from that error on, becomes "ru / en"; places stay. */
void yaml_phrase_errors(struct error_list *errors, size_t from, struct arena *arena);

#endif
