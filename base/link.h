/* Frames between processes: the one place that knows ZeroMQ, and hides its traps.
 *
 * Servers are ROUTERs, clients are DEALERs; a message is one frame of at most LINK_FRAME_BYTES_MAX.
 * Over TCP everything is CURVE-encrypted and a peer is its public key, taken from ZAP's User-Id on
 * every single frame. Over ipc a peer is the uid that the kernel reports. All calls are non-blocking
 * except link_wait. Nothing here sends or answers by itself.
 *
 * Traps minded here (libzmq 4.3.4): the process's random generator is seeded before the first context;
 * ZAP is bound before any CURVE server; ROUTER_MANDATORY is on and HANDOVER off; every queue, the frame
 * size, the handshake and the heartbeat are bounded; LINGER is 0. A client that was refused, or met a
 * breach of the protocol, is connected again after two seconds, which libzmq does not do. A send that
 * succeeds is not a delivery. A peer that is gone is noticed when its server is received from or waited
 * for, so that a loop that only sends sees LINK_FULL. libzmq has no limit for the parts of one message, and shows none
 * of them before the last: a CURVE server looks at what its connections have received without a frame of it having
 * come while the process's own memory grows, and cuts the one that goes too far (link_guard.h).
 */
#ifndef BASE_LINK_H
#define BASE_LINK_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/keys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINK_FRAME_BYTES_MAX = 262144, LINK_ENDPOINT_MAX = 256, LINK_PEER_MAX = 64 };
enum { LINK_WAIT_MAX = 32, LINK_WAIT_MS_MAX = 86400000 };

struct link_context; /* one a process */
struct link_server;
struct link_client;

bool link_context_create(struct link_context **out, struct error *err)
    __attribute__((warn_unused_result));
void link_context_destroy(struct link_context **context);

/* Where a frame came from; the routing id is only good for answering while that connection lives. */
struct link_peer {
    uint8_t routing[LINK_PEER_MAX];
    size_t routing_bytes;
    int connection;          /* its descriptor; -1 unknown */
    uint8_t key[KEYS_BYTES]; /* CURVE servers: the peer's public key, authenticated */
    uint32_t uid;            /* ipc servers: the peer's user; UINT32_MAX unknown */
    uint32_t pid;            /* ipc servers: its process; 0 unknown */
};

struct link_frame {
    struct link_peer peer;
    struct bytes body; /* valid until the next receive on the same socket */
};

enum link_received { LINK_NOTHING, LINK_FRAME, LINK_BAD_FRAME /* several parts: drop it */ };
enum link_sent { LINK_SENT, LINK_UNREACHABLE /* peer gone */, LINK_FULL /* its queue is full */ };

/* Decides whether a public key may open a connection at all. Called for each handshake. */
typedef bool link_admit(void *world, const uint8_t key[KEYS_BYTES]);

/* A CURVE server on TCP. ZAP is bound first, and proven to refuse a random key on an inproc-free loopback
 * socket before the endpoint is bound. endpoint may end in ":*". The process's limit of descriptors is raised as far as
 * it may be, at most to 65536: every peer holds one.
 */
bool link_server_create_curve(struct link_server **out,
                              struct link_context *context,
                              const char *endpoint,
                              const struct key32 *secret,
                              struct error *err) __attribute__((warn_unused_result));
/* The endpoint really bound, valid while the server lives. */
const char *link_server_endpoint(const struct link_server *server);
/* Who decides handshakes; until it is set everybody is refused. */
void link_server_set_admission(struct link_server *server, link_admit *admit, void *world);
/* A server on an ipc endpoint; the socket file gets the mode. A relative path is one of the process's folder. */
bool link_server_create_ipc(struct link_server **out,
                            struct link_context *context,
                            const char *endpoint,
                            unsigned mode,
                            struct error *err) __attribute__((warn_unused_result));
void link_server_destroy(struct link_server **server);
enum link_received link_server_receive(struct link_server *server, struct link_frame *out);
enum link_sent
link_server_send(struct link_server *server, const struct link_peer *peer, struct bytes body);
/* End the connection of a peer at once; what is queued for it is lost. When it is gone already and its descriptor is
 * another connection's, that one ends, and comes back by itself. */
void link_server_cut(struct link_server *server, const struct link_peer *peer);
/* Bytes sent to a peer that it has not yet received, of those that left our queue; 0: unknown too. */
size_t link_server_unsent(const struct link_server *server, const struct link_peer *peer);
/* A connection that was cut because it sent a message without end, each once. peer->key is zero when no frame of it was
 * ever received. */
bool link_server_take_cut(struct link_server *server, struct link_peer *peer);

struct link_keys {
    const struct key32 *own;        /* the site's curve-secret */
    const struct key32 *server_key; /* the broker's public key */
};
/* A client. keys are for TCP, and NULL for ipc. Connecting goes on in the background. */
bool link_client_create(struct link_client **out,
                        struct link_context *context,
                        const char *endpoint,
                        const struct link_keys *keys,
                        struct error *err) __attribute__((warn_unused_result));
void link_client_destroy(struct link_client **client);
enum link_received link_client_receive(struct link_client *client, struct bytes *body);
enum link_sent link_client_send(struct link_client *client, struct bytes body);
/* True once after a connection that stood broke; link_wait ends for it, once too. libzmq connects again by itself, but
 * what was sent may be gone, and the peer may be another process that knows nothing of this client. */
bool link_client_take_loss(struct link_client *client);

/* Wait until one of the sockets or descriptors is readable or the time is over.
 * count    at most LINK_WAIT_MAX
 * wait_ms  -1: for ever; more than a day is a day. Answers ZAP requests by itself. EINTR ends the wait early. */
struct link_wait {
    struct link_server *server; /* the first that is set counts: server, client, else fd */
    struct link_client *client;
    int fd;
    bool ready; /* out */
};
bool link_wait(struct link_context *context,
               struct link_wait *items,
               size_t count,
               int64_t wait_ms,
               struct error *err) __attribute__((warn_unused_result));

#endif
