/* Rows of the directory told to people: field by field, and what differs between two states of one row.
 *
 * Fields have the names that administrators write in the directory's files; codes are the vocabulary's. */
#ifndef POLICY_DIFFERENCE_H
#define POLICY_DIFFERENCE_H

#include "base/arena.h"
#include "policy/directory.h"

/* "worker". Static. */
const char *difference_kind_name(enum directory_kind kind);

/* A line a field that differs: "capacity: 40 → 45"; of a row that came or went (before or after NULL, not both)
 * every field that is set: "capacity: 40". NULL: the arena is full. */
const char *difference_text(const struct directory_row *before,
                            const struct directory_row *after,
                            struct arena *arena);

#endif
