/* The read side: answers in pages of at most LIMIT_PAGE_ROWS, from the open state, between turns. */
#ifndef BROKER_CORE_QUERY_H
#define BROKER_CORE_QUERY_H

#include "base/arena.h"
#include "broker/core/core.h"
#include "proto/message.h"

/* What only the daemon knows, for status rows. */
struct query_world {
    int64_t now_us;
    int64_t started_us;
    const char *program;
    uint64_t disk_free_bytes;
    bool clock_doubted;
    uint64_t sites_connected;
    uint32_t disclosure_epoch;
    uint32_t disclosure_epoch_old; /* 0: no rotation is under way */
    uint64_t disclosure_keys_waiting;
    uint64_t disclosure_sites_waiting;
    int64_t disclosure_drawn_us;
    bool (*connected)(const void *world, uint32_t site);
    /* The first site with an alarm after *site, whose place it takes; its id is left to the query. May be NULL. */
    bool (*alarm)(const void *world, uint32_t *site, struct site_alarm *out);
    const void *world;
};

/* Answer a query of a site's worker. What the actor may not see is answered NOT_FOUND. The answer lives in the
 * arena. */
struct answer query_answer(const struct core *core,
                           struct arena *arena,
                           uint32_t site,
                           const struct query *query,
                           const struct query_world *world);

#endif
