/* One ZeroMQ socket with every bound set; shared by the link files only. Sockets are libzmq's void *. */
#ifndef BASE_LINK_SOCKET_H
#define BASE_LINK_SOCKET_H

#include "base/error.h"
#include "base/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <zmq.h>

enum link_socket_type {
    LINK_SOCKET_SERVER,   /* ROUTER */
    LINK_SOCKET_CLIENT,   /* DEALER */
    LINK_SOCKET_REQUESTS, /* REP, inproc */
    LINK_SOCKET_EVENTS    /* PAIR, inproc */
};

/* NULL on failure. */
void *link_socket_create(void *zmq, enum link_socket_type type, struct error *err);
void link_socket_close(void **socket);
/* domain  what a ZAP request of this server will carry */
bool link_socket_set_server_keys(void *socket,
                                 const struct key32 *secret,
                                 const char *domain,
                                 struct error *err);
bool link_socket_set_client_keys(void *socket, const struct link_keys *keys, struct error *err);
/* bound  out, LINK_ENDPOINT_MAX bytes, may be NULL */
bool link_socket_bind(void *socket, const char *endpoint, char *bound, struct error *err);
/* One part, without waiting; false when there is none. */
bool link_socket_receive(void *socket, zmq_msg_t *part);
/* The last part is in frame: LINK_FRAME when it was good and is alone; what follows is read away. */
enum link_received link_socket_finish(void *socket, zmq_msg_t *frame, bool good);
/* Without waiting. Returns 0, or libzmq's errno. */
int link_socket_send(void *socket, struct bytes body, int flags);
/* Watch a socket: what happens to it can be read from events. A watched socket is unwatched before
 * events is closed: libzmq's thread would wait for ever to send the next event to nobody.
 * name  unique in the context */
bool link_socket_watch(void *zmq, void *socket, const char *name, void **events, struct error *err);
/* Stops the watch and closes events; accepts NULL. */
void link_socket_unwatch(void *socket, void **events);
/* The next event, or 0. */
int link_socket_next_event(void *events);
bool link_socket_connect(void *socket, const char *endpoint, struct error *err);

#endif
