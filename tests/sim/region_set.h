/* The region that is simulated: the sites and people of the scenarios' region with keys of our own, and the sets of
 * files that administrators propose in the middle of everything. */
#ifndef TESTS_SIM_REGION_SET_H
#define TESTS_SIM_REGION_SET_H

#include "base/arena.h"
#include "base/keys.h"
#include "policy/region.h"
#include "tests/sim/sim.h"

enum { REGION_SETS_MAX = 12 };

struct region_set {
    const char *name;
    struct region_input input;
    bool damaged;             /* no check lets it pass */
    const char *refused_site; /* its key is not valid while this set is in force; NULL: none */
};

struct sim_region {
    struct arena *arena;
    struct scratch *scratch; /* key files */
    struct region_set sets[REGION_SETS_MAX];
    size_t set_count;
    const char *broker_key;
    const char *broker_public;
    const char *disclosure_key;
    const char *disclosure_public;
    const char *matching_key;
    struct {
        const char *id;
        const char *curve; /* paths */
        const char *sealing;
        const char *storage;
        uint8_t key[KEYS_BYTES];
        const char *workers[SIM_WORKERS_MAX];
        size_t worker_count;
    } sites[SIM_AGENTS];
    int64_t start_us;
};

/* The index of a site; -1: none. */
int region_set_site(const struct sim_region *region, const char *id);

#endif
