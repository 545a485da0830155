/* What waits for the turn's append before it may be sent: replies, answers to be made, farewells.
 *
 * A list in the turn's arena; emptied by outbound_send.
 */
#ifndef BROKER_DAEMON_OUTBOX_H
#define BROKER_DAEMON_OUTBOX_H

#include "base/arena.h"
#include "base/link.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stddef.h>

struct outbox_item {
    struct link_peer peer;
    uint32_t site;             /* 0: no session's */
    const struct query *query; /* to be answered; NULL: send the envelope */
    struct envelope envelope;
    struct outbox_item *next;
};

struct outbox {
    struct outbox_item *first;
    struct outbox_item *last;
    size_t lost; /* not kept for want of memory: their peers repeat them */
};

/* The new item, zeroed, at the end. NULL: the arena is full, and the loss is counted. */
struct outbox_item *outbox_add(struct outbox *outbox, struct arena *arena);

#endif
