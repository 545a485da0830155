/* What waits for the turn's append before it may be sent: replies, answers to be made, farewells.
 *
 * A list in the turn's arena; emptied by outbound_send.
 */
#ifndef BROKER_DAEMON_POSTBAG_H
#define BROKER_DAEMON_POSTBAG_H

#include "base/arena.h"
#include "base/link.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stddef.h>

struct postbag_item {
    struct link_peer peer;
    uint32_t site;             /* 0: no session's */
    const struct query *query; /* to be answered; NULL: send the envelope */
    struct envelope envelope;
    struct postbag_item *next;
};

struct postbag {
    struct postbag_item *first;
    struct postbag_item *last;
    size_t lost; /* not kept for want of memory: their peers repeat them */
};

/* The new item, zeroed, at the end. NULL: the arena is full, and the loss is counted. */
struct postbag_item *postbag_add(struct postbag *postbag, struct arena *arena);

#endif
