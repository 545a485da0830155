/* The insides of contexts, servers and clients; shared by the link files only. */
#ifndef BASE_LINK_CONTEXT_H
#define BASE_LINK_CONTEXT_H

#include "base/clock.h"
#include "base/link.h"
#include "base/link_guard.h"
#include "base/link_zap.h"

#include <zmq.h>

struct link_context {
    void *zmq;
    struct link_zap *zap;
    struct clock *clock;
    size_t sockets; /* servers and clients that live */
    uint64_t clients_made;
};

struct link_server {
    struct link_context *context;
    void *socket;
    char endpoint[LINK_ENDPOINT_MAX]; /* the one bound */
    bool curve;
    size_t place;             /* CURVE: in the ZAP handler */
    struct link_guard *guard; /* CURVE; else NULL */
    zmq_msg_t frame;
};

struct link_client {
    struct link_context *context;
    void *socket;
    void *events; /* its monitor */
    char endpoint[LINK_ENDPOINT_MAX];
    int64_t lost_us; /* when libzmq let the connection go without trying again, or -1 */
    bool stands;     /* a handshake has succeeded and nothing was lost since */
    bool lost;       /* a connection that stood broke; until link_client_take_loss */
    bool lost_shown; /* link_wait has ended because of it */
    zmq_msg_t frame;
};

/* Look at the monitor, and connect again when libzmq has given up. */
void link_client_tend(struct link_client *client);
/* When that is due, in boot time; INT64_MAX: not. */
int64_t link_client_revival_us(const struct link_client *client);
/* Is there a loss that link_wait has not ended for yet? */
bool link_client_has_news(const struct link_client *client);

#endif
