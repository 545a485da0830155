/* A policy bound to a directory: who stands in each pool, for each territory, found without a search.
 *
 * Immutable after creation; lists are in order of worker number. Leave, load and refusals are not known here.
 */
#ifndef POLICY_ROSTER_H
#define POLICY_ROSTER_H

#include "policy/policy.h"

struct roster;

/* Both are borrowed for the roster's life. */
bool roster_create(struct roster **out,
                   const struct policy *policy,
                   const struct directory *directory,
                   struct error *err) __attribute__((warn_unused_result));
void roster_destroy(struct roster **roster);

/* Workers of a pool who may take a case of that territory. */
size_t roster_members(const struct roster *roster,
                      size_t pool,
                      uint32_t territory,
                      const uint32_t **workers);

#endif
