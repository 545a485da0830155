/* Tools on a store whose broker is stopped: the store's locks refuse them otherwise. */
#ifndef BROKER_DAEMON_STORE_TOOLS_H
#define BROKER_DAEMON_STORE_TOOLS_H

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "broker/daemon/settings.h"

#include <stdbool.h>
#include <stdio.h>

struct store_tools {
    struct settings settings;
    const struct clock *clock;
    struct log *log;
    uint64_t digest_at; /* fsck also prints the digest of the fold at this batch; 0: none */
    FILE *out;          /* what was found, one line of key=value */
};

/* Verify the journal's chain and fold it into an empty state beside the real one; at the real one's position both
 * must have the same digest. Changes nothing. Errors DATA: they differ, or the chain is broken. */
bool store_tools_fsck(const struct store_tools *tools, struct error *err)
    __attribute__((warn_unused_result));
/* Throw the state away, however damaged it is, and fold the whole journal into a new one. */
bool store_tools_rebuild(const struct store_tools *tools, struct error *err)
    __attribute__((warn_unused_result));

#endif
