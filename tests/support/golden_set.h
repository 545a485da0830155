/* Sets of tests/golden/policy that are a few files laid over the region `base`, with the findings they must get.
 *
 *     tests/golden/policy/P102-parent/directory/10-territories.yaml    takes the place of base's
 *     tests/golden/policy/P102-parent/expect                           "P102 directory/10-territories.yaml:3:25"
 *
 * A set without a line in expect is fine. For tests only: a failure ends the test.
 */
#ifndef TESTS_SUPPORT_GOLDEN_SET_H
#define TESTS_SUPPORT_GOLDEN_SET_H

#include "tests/support/scratch.h"

#include <stdbool.h>
#include <stddef.h>

enum { GOLDEN_SET_NAME_BYTES = 64, GOLDEN_SETS_MAX = 512 };

/* Names in order; returns how many. The current folder is the project's root. */
size_t golden_set_names(char names[GOLDEN_SETS_MAX][GOLDEN_SET_NAME_BYTES]);
/* The region with the set's files, in the scratch folder. */
void golden_set_lay(struct scratch *scratch, const char *name);
/* The text of a file; the caller frees it. */
char *golden_set_text(const char *path);

#endif
