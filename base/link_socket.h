/* One ZeroMQ socket with every bound set; shared by the link files only. Sockets are libzmq's void *. */
#ifndef BASE_LINK_SOCKET_H
#define BASE_LINK_SOCKET_H

#include "base/error.h"
#include "base/link.h"

#include <stdbool.h>
#include <stddef.h>

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
bool link_socket_set_client_keys(void *socket,
                                 const struct key32 *own,
                                 const struct key32 *server_key,
                                 struct error *err);
/* bound  out, LINK_ENDPOINT_MAX bytes, may be NULL */
bool link_socket_bind(void *socket, const char *endpoint, char *bound, struct error *err);
bool link_socket_connect(void *socket, const char *endpoint, struct error *err);

#endif
