/* The core's world: the state and the configuration in force. No clock, no I/O, no randomness.
 *
 * decide reads (state, command, now) and emits facts through a turn; fold writes them. Everything here is
 * borrowed from whoever drives the core: the daemon, a test, a simulator.
 */
#ifndef BROKER_CORE_CORE_H
#define BROKER_CORE_CORE_H

#include "broker/store/store.h"
#include "policy/region.h"

struct core {
    struct store *store;
    const struct region *region; /* in force; NULL before the first configuration */
    /* older versions that open cases are pinned to; NULL-terminated unless full */
    const struct region *older[LIMIT_POLICY_VERSIONS_LIVE];
    /* the plan that decides beside it, as version STORE_PLAN_VERSION + its number; NULL: none, or it does not compile */
    const struct region *shadow;
    /* A version that is no longer compiled, for telling what it decided, never for deciding; valid until the next call.
     * NULL: nobody compiles versions again. It returns NULL for a version that it cannot compile. */
    const struct region *(*recall)(void *world, uint32_t version);
    void *recall_world;
};

/* The region of a version, or the one in force when that version is no longer compiled. */
const struct region *core_region(const struct core *core, uint32_t version);
/* The same for telling: compiled again when it has to be. Valid until the next call. */
const struct region *core_told_region(const struct core *core, uint32_t version);

#endif
