/* Who may open a CURVE connection: the answering side of ZAP (ZeroMQ RFC 27), in our own thread.
 *
 * Without a bound handler libzmq admits everybody, so that this comes before any server, and
 * link_zap_prove shows that it works before a server binds. Shared by the link files only.
 */
#ifndef BASE_LINK_ZAP_H
#define BASE_LINK_ZAP_H

#include "base/error.h"
#include "base/link.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINK_ZAP_SERVERS_MAX = 8, LINK_ZAP_DOMAIN_MAX = 16 };

struct link_zap;

/* zmq  libzmq's context, borrowed */
bool link_zap_create(struct link_zap **out, void *zmq, struct error *err)
    __attribute__((warn_unused_result));
void link_zap_destroy(struct link_zap **zap);
/* The socket to poll. */
void *link_zap_socket(struct link_zap *zap);

/* A place for one server; false when there are too many. Everybody is refused until link_zap_decide.
 * domain  out, for the server's socket */
bool link_zap_add(struct link_zap *zap, size_t *place, char domain[LINK_ZAP_DOMAIN_MAX]);
void link_zap_decide(struct link_zap *zap, size_t place, link_admit *admit, void *world);
void link_zap_remove(struct link_zap *zap, size_t place);

/* Answer every request that waits; never blocks. */
void link_zap_answer(struct link_zap *zap);

/* A random key knocks at a server of its own on the loopback and must be refused. */
bool link_zap_prove(struct link_zap *zap, struct error *err) __attribute__((warn_unused_result));

#endif
