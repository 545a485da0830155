/* A temporary folder of one test: created under TMPDIR, removed with all that is in it.
 *
 * For tests only: a failure ends the test program with a message, so there is nothing to check.
 */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

struct scratch;

struct scratch *scratch_create(void);

/* Removes the folder; accepts NULL, nulls the pointer. */
void scratch_destroy(struct scratch **scratch);

/* Removes a folder with all that is in it; there need not be one. */
void scratch_remove(const char *path);

/* The path of a file or folder in it, which need not exist ("" is the folder itself).
 * The text is valid until scratch_destroy. */
const char *scratch_path(struct scratch *scratch, const char *name);

/* Writes a text file of mode 0600, with the folders above it, as "directory/sites.yaml".
 * Returns its path, valid until scratch_destroy. */
const char *scratch_write(struct scratch *scratch, const char *name, const char *text);

#endif
