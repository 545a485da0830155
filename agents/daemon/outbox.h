/* What a turn is going to send: gathered while it works, sent after the store's commit, never before. */
#ifndef AGENTS_DAEMON_OUTBOX_H
#define AGENTS_DAEMON_OUTBOX_H

#include "base/link.h"

#include <stdbool.h>
#include <stddef.h>

enum { OUTBOX_MAX = 4096 };

struct outbox_item {
    bool to_broker;
    uint64_t connection;   /* to_broker: which connection it was meant for */
    struct link_peer peer; /* else */
    struct bytes frame;    /* in the turn's arena */
};

struct outbox {
    struct outbox_item items[OUTBOX_MAX];
    size_t count;
};

/* False when full: the session's own repeats heal what is lost. */
bool outbox_add(struct outbox *outbox, const struct outbox_item *item);
/* Room for the answers of one more frame with all the effects that it may have. */
bool outbox_has_room(const struct outbox *outbox);

#endif
