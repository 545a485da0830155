/* What must be right about a YAML file before libyaml sees it, and JSON made readable for it.
 *
 * libyaml refuses JSON's surrogate pairs (\uD83D\uDE00) and tabs before the first bracket. A file that
 * begins with a bracket is JSON or looks like it: in it pairs become one \U escape and those tabs
 * spaces, and yaml_text_column gives the columns of the file as it was. Only yaml_tree uses this.
 */
#ifndef BASE_YAML_TEXT_H
#define BASE_YAML_TEXT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct yaml_text {
    struct bytes
        bytes; /* borrowed from the content, or in the arena when something was rewritten */
    const size_t *pairs; /* indexes, in characters of bytes, of the rewritten pairs */
    size_t pair_count;
};

/* Reports broken UTF-8, control characters and lone surrogates; false when there were any. */
bool yaml_text_prepare(const char *name,
                       struct bytes content,
                       struct arena *arena,
                       struct yaml_text *out,
                       struct error_list *errors) __attribute__((warn_unused_result));

/* index   of a character of bytes, 0-based; column  its column there, 0-based
 * Returns the column in the file as it was written, 1-based */
uint32_t yaml_text_column(const struct yaml_text *text, size_t index, size_t column);

#endif
