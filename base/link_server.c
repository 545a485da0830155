/* Servers: a ROUTER, and who its frames are from. */
#include "base/link.h"

#include "base/link_context.h"
#include "base/link_socket.h"
#include "base/link_zap.h"

#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <zmq.h>

enum { IPC_PREFIX_BYTES = 6, DESCRIPTORS_MAX = 65536 };

static struct link_server *create_server(struct link_context *context, struct error *err);
static void make_room(void);
static bool
bind_ipc(struct link_server *server, const char *endpoint, unsigned mode, struct error *err);
static bool identify(struct link_server *server, struct link_peer *peer);
static bool identify_ipc(const char *address, struct link_peer *peer);
static bool last_number(const char **end, const char *start, uint32_t *out);

bool link_server_create_curve(struct link_server **out,
                              struct link_context *context,
                              const char *endpoint,
                              const struct key32 *secret,
                              struct error *err)
{
    char domain[LINK_ZAP_DOMAIN_MAX];

    make_room();
    if (!link_zap_prove(context->zap, err)) {
        return false;
    }
    struct link_server *server = create_server(context, err);
    if (server == NULL) {
        return false;
    }
    if (!link_zap_add(context->zap, &server->place, domain)) {
        (void)error_set(err, ERROR_INTERNAL, "too many servers");
        goto fail;
    }
    server->curve = true;
    if (!link_guard_create(&server->guard, err) ||
        !link_socket_set_server_keys(server->socket, secret, domain, err) ||
        !link_socket_bind(server->socket, endpoint, server->endpoint, err)) {
        goto fail;
    }
    *out = server;
    return true;
fail:
    link_server_destroy(&server);
    return false;
}

const char *link_server_endpoint(const struct link_server *server)
{
    return server->endpoint;
}

void link_server_set_admission(struct link_server *server, link_admit *admit, void *world)
{
    assert(server->curve);
    link_zap_decide(server->context->zap, server->place, admit, world);
}

bool link_server_create_ipc(struct link_server **out,
                            struct link_context *context,
                            const char *endpoint,
                            unsigned mode,
                            struct error *err)
{
    struct link_server *server = create_server(context, err);

    if (server == NULL) {
        return false;
    }
    if (!bind_ipc(server, endpoint, mode, err)) {
        link_server_destroy(&server);
        return false;
    }
    *out = server;
    return true;
}

void link_server_destroy(struct link_server **server)
{
    if (*server == NULL) {
        return;
    }
    if ((*server)->curve) {
        link_zap_remove((*server)->context->zap, (*server)->place);
    }
    link_socket_close(&(*server)->socket);
    link_guard_destroy(&(*server)->guard);
    (void)zmq_msg_close(&(*server)->frame);
    (*server)->context->sockets--;
    free(*server);
    *server = NULL;
}

enum link_received link_server_receive(struct link_server *server, struct link_frame *out)
{
    struct link_frame got = {.peer = {.uid = UINT32_MAX, .connection = -1}};
    zmq_msg_t routing;

    link_zap_answer(server->context->zap);
    (void)zmq_msg_init(&routing);
    if (!link_socket_receive(server->socket, &routing)) {
        (void)zmq_msg_close(&routing);
        return LINK_NOTHING;
    }
    got.peer.routing_bytes = zmq_msg_size(&routing);
    bool good = got.peer.routing_bytes <= LINK_PEER_MAX;
    if (good) {
        memcpy(got.peer.routing, zmq_msg_data(&routing), got.peer.routing_bytes);
    } else {
        got.peer.routing_bytes = 0;
    }
    bool more = zmq_msg_more(&routing) != 0;
    (void)zmq_msg_close(&routing);
    if (!more || !link_socket_receive(server->socket, &server->frame)) {
        *out = got;
        return LINK_BAD_FRAME;
    }
    good = identify(server, &got.peer) && good;
    got.peer.connection = zmq_msg_get(&server->frame, ZMQ_SRCFD);
    enum link_received received = link_socket_finish(server->socket, &server->frame, good);
    link_guard_received(server->guard, &got.peer, zmq_msg_size(&server->frame));
    got.body = bytes_of(zmq_msg_data(&server->frame), zmq_msg_size(&server->frame));
    *out = got;
    return received;
}

enum link_sent
link_server_send(struct link_server *server, const struct link_peer *peer, struct bytes body)
{
    assert(body.size <= LINK_FRAME_BYTES_MAX);
    if (peer->routing_bytes == 0) {
        return LINK_UNREACHABLE;
    }
    int reason =
        link_socket_send(server->socket, bytes_of(peer->routing, peer->routing_bytes), ZMQ_SNDMORE);
    if (reason == 0) {
        reason = link_socket_send(server->socket, body, 0);
    }
    if (reason == 0) {
        return LINK_SENT;
    }
    return reason == EAGAIN ? LINK_FULL : LINK_UNREACHABLE;
}

void link_server_cut(struct link_server *server, const struct link_peer *peer)
{
    (void)server;
    if (peer->connection >= 0) {
        (void)shutdown(peer->connection,
                       SHUT_RDWR); /* libzmq's thread sees its end and closes it */
    }
}

size_t link_server_unsent(const struct link_server *server, const struct link_peer *peer)
{
    int bytes = 0;

    (void)server;
    return peer->connection >= 0 && ioctl(peer->connection, SIOCOUTQ, &bytes) == 0 && bytes > 0
               ? (size_t)bytes
               : 0;
}

bool link_server_take_cut(struct link_server *server, struct link_peer *peer)
{
    return link_guard_take_cut(server->guard, peer);
}

static struct link_server *create_server(struct link_context *context, struct error *err)
{
    struct link_server *server = calloc(1, sizeof(*server));

    if (server == NULL) {
        (void)error_set(err, ERROR_OS, "no memory left");
        return NULL;
    }
    server->context = context;
    context->sockets++;
    (void)zmq_msg_init(&server->frame);
    server->socket = link_socket_create(context->zmq, LINK_SOCKET_SERVER, err);
    if (server->socket == NULL) {
        link_server_destroy(&server);
    }
    return server;
}

/* Every peer holds a descriptor, and where there is none left nobody else comes in. What the system gives at first,
 * often 1024, is less than a region's sites; up to the hard limit it is ours to take. */
static void make_room(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS_MAX) {
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* The umask closes the moment between bind and chmod. */
static bool
bind_ipc(struct link_server *server, const char *endpoint, unsigned mode, struct error *err)
{
    /* "@" is an abstract address and "*" one that libzmq chooses: neither is a file with a mode. */
    if (strncmp(endpoint, "ipc://", IPC_PREFIX_BYTES) != 0 ||
        strchr("@*", endpoint[IPC_PREFIX_BYTES]) != NULL) { /* the NUL is found too */
        return error_set(err, ERROR_CONFIG, "%s is not ipc://a/path", endpoint);
    }
    mode_t before = umask(0777);
    bool ok = link_socket_bind(server->socket, endpoint, server->endpoint, err);
    (void)umask(before);
    if (!ok) {
        return false;
    }
    const char *path = endpoint + IPC_PREFIX_BYTES;
    if (chmod(path, (mode_t)mode) != 0) {
        return error_set_errno(err, ERROR_CREATE, errno, "cannot set the mode of %s", path);
    }
    return true;
}

static bool identify(struct link_server *server, struct link_peer *peer)
{
    if (server->curve) {
        const char *user = zmq_msg_gets(&server->frame, "User-Id");
        return user != NULL && keys_of_text(user, peer->key);
    }
    const char *address = zmq_msg_gets(&server->frame, "Peer-Address");
    return address != NULL && identify_ipc(address, peer);
}

/* "host:uid:gid:pid", the host perhaps empty. */
static bool identify_ipc(const char *address, struct link_peer *peer)
{
    const char *end = address + strlen(address);
    uint32_t pid;
    uint32_t gid;
    uint32_t uid;

    if (!last_number(&end, address, &pid) || !last_number(&end, address, &gid) ||
        !last_number(&end, address, &uid)) {
        return false;
    }
    peer->pid = pid;
    peer->uid = uid;
    return true;
}

/* The ":number" before *end; moves *end to the colon. */
static bool last_number(const char **end, const char *start, uint32_t *out)
{
    const char *at = *end;
    uint64_t value = 0;

    while (at > start && at[-1] >= '0' && at[-1] <= '9') {
        at--;
    }
    if (at == start || at[-1] != ':' || at == *end || *end - at > 10) {
        return false;
    }
    for (const char *digit = at; digit < *end; digit++) {
        value = value * 10 + (uint64_t)(*digit - '0');
    }
    if (value > UINT32_MAX) {
        return false;
    }
    *end = at - 1;
    *out = (uint32_t)value;
    return true;
}
