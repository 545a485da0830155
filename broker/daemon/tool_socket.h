/* The broker's socket for tools of its own user on its own machine: pages of the journal for `refbrokerd backup`, and
 * the part of the broker in `refbrokerd rotate`.
 *
 * A unix socket in the store's folder, mode 0600; who comes is known by the uid that the kernel reports, and anybody
 * but the broker's own user gets no answer. One request a turn, so that no tool takes more than a page's time of it.
 */
#ifndef BROKER_DAEMON_TOOL_SOCKET_H
#define BROKER_DAEMON_TOOL_SOCKET_H

#include "base/arena.h"
#include "base/link.h"
#include "base/log.h"

struct broker;

struct tool_socket {
    struct link_server *server; /* NULL: closed */
    struct log *log;
    char endpoint[LINK_ENDPOINT_MAX];
};

/* "ipc://FOLDER/BESIDE/tools.sock" into the endpoint. Errors: too long for a socket. */
bool tool_socket_endpoint(const char *folder,
                          const char *beside,
                          char endpoint[LINK_ENDPOINT_MAX],
                          struct error *err) __attribute__((warn_unused_result));

/* A socket that cannot be bound is logged and stays closed: the broker serves without it. */
void tool_socket_open(struct tool_socket *out,
                      struct link_context *context,
                      const char *store,
                      struct log *log);
void tool_socket_close(struct tool_socket *socket);
/* Answers one request, if there is one; between two turns. */
void tool_socket_step(struct broker *broker);

#endif
