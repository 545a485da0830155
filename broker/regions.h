/* The configurations that are alive: the one in force, and older versions to which open cases are pinned.
 *
 * Compiled from what the journal holds (rows and texts in the state), never from files. An older version is
 * its own texts with today's rows: rules are pinned, people are not.
 */
#ifndef BROKER_REGIONS_H
#define BROKER_REGIONS_H

#include "broker/store/store.h"
#include "policy/region.h"
#include "proto/checks.h"

#include <stdbool.h>
#include <stddef.h>

struct regions {
    struct region *current;                           /* NULL: nothing was configured yet */
    struct region *older[LIMIT_POLICY_VERSIONS_LIVE]; /* NULL-terminated unless full */
    uint32_t left_out[LIMIT_POLICY_VERSIONS_LIVE]; /* pinned, but too many, or no longer compile */
    size_t left_out_count;
    struct region *
        shadow; /* the plan that decides beside it; NULL: none, or it does not compile with today's rows */
    /* versions that are asked about and not alive, the newest asked first; LIMIT_POLICY_VERSIONS_RECALLED at most */
    struct region *recalled[LIMIT_POLICY_VERSIONS_RECALLED];
};

/* store  in a transaction; read only
 * Errors the version in force does not compile; out is untouched */
bool regions_load(struct regions *out, struct store *store, struct error *err)
    __attribute__((warn_unused_result));
/* What was in force in an earlier version, as a proposal: its rows, its texts. Keys of sites are those in force now, so
 * that a key withdrawn since stays withdrawn, and a site that comes back has none. Lives in the arena, and in the store
 * until its next write. */
bool regions_input(struct store *store,
                   uint32_t version,
                   struct arena *arena,
                   struct region_input *out,
                   struct error *err) __attribute__((warn_unused_result));
/* A version that is no longer alive, with the places, agencies, sites and services of its own time and without people: for
 * telling what it decided. Compiled when it is asked for the first time; a few are kept. Valid until the next call;
 * NULL: there is no such version, or no memory. */
const struct region *regions_recall(struct regions *regions, struct store *store, uint32_t version);
/* A plan laid over what is in force now, as a proposal: its texts, and the present rows with those that it changes.
 *
 * directory  the one in force
 * problems   out: what was changed by somebody else since the plan was accepted; none: *out is to be checked
 * Errors     the plan's texts are missing, or no memory */
struct regions_plan {
    const struct plan_record *record;
    const struct directory *directory;
    struct arena *arena;
    struct problems *problems;
};
bool regions_plan_input(struct store *store,
                        const struct regions_plan *plan,
                        struct region_input *out,
                        struct error *err) __attribute__((warn_unused_result));
void regions_release(struct regions *regions);

#endif
