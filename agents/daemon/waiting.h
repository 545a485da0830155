/* Who on ipc waits for what from the broker: replies to spooled commands and answers to queries. */
#ifndef AGENTS_DAEMON_WAITING_H
#define AGENTS_DAEMON_WAITING_H

#include "base/arena.h"
#include "base/link.h"
#include "proto/message.h"

#include <stdbool.h>

enum {
    WAITING_MAX = 256,
    WAITING_COMMAND_MS = 10000,
    WAITING_QUERY_MS = 10000,
    WAITING_STATUS_MS = 1000 /* the agent's own state is an answer too */
};

struct waiting;

struct waiter {
    bool is_query;
    struct link_peer peer;
    int64_t deadline_us; /* boot clock */
    /* command: */
    enum lane lane;
    uint64_t number;        /* in the spool */
    uint64_t client_number; /* as the client sent it */
    struct id128 subject;
    /* query: */
    uint64_t id;        /* ours, towards the broker */
    uint64_t client_id; /* echoed to the client */
    enum query_kind kind;
    char actor[LIMIT_CODE_BYTES + 1];
};

/* NULL: the arena is full. */
struct waiting *waiting_create(struct arena *arena);
/* False when all places are taken. A query gets its id here. */
bool waiting_add(struct waiting *waiting, struct waiter *waiter);
/* Take out who waits for that command or query. */
bool waiting_take_command(struct waiting *waiting,
                          enum lane lane,
                          uint64_t number,
                          struct waiter *out);
bool waiting_take_query(struct waiting *waiting, uint64_t id, struct waiter *out);
/* Take out one whose deadline has passed; with queries_too every query at once. */
bool waiting_take_late(struct waiting *waiting,
                       int64_t now_us,
                       bool queries_too,
                       struct waiter *out);
/* INT64_MAX when nobody waits. */
int64_t waiting_deadline_us(const struct waiting *waiting);

#endif
