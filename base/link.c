/* Frames between processes: context, servers, clients, waiting. */
#include "base/link.h"

#include "base/clock.h"
#include "base/link_socket.h"
#include "base/link_zap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <zmq.h>

enum { IPC_PREFIX_BYTES = 6 };

struct link_context {
    void *zmq;
    struct link_zap *zap;
    struct clock *clock;
    size_t sockets; /* servers and clients that live */
};

struct link_server {
    struct link_context *context;
    void *socket;
    bool curve;
    size_t place; /* CURVE: in the ZAP handler */
    zmq_msg_t frame;
};

struct link_client {
    struct link_context *context;
    void *socket;
    zmq_msg_t frame;
};

static bool seed(struct error *err);
static struct link_server *create_server(struct link_context *context, struct error *err);
static bool
bind_ipc(struct link_server *server, const char *endpoint, unsigned mode, struct error *err);
static bool receive_part(void *socket, zmq_msg_t *part);
static enum link_received finish_frame(void *socket, zmq_msg_t *frame, bool good);
static bool identify(struct link_server *server, struct link_peer *peer);
static bool identify_ipc(const char *address, struct link_peer *peer);
static bool last_number(const char **end, const char *start, uint32_t *out);
static int send_part(void *socket, struct bytes body, int flags);
static bool collect(struct link_wait *items, const zmq_pollitem_t *polled, size_t count);

bool link_context_create(struct link_context **out, struct error *err)
{
    struct link_context *context = calloc(1, sizeof(*context));

    if (context == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (!seed(err)) {
        goto fail;
    }
    context->clock = clock_create_real();
    context->zmq = context->clock == NULL ? NULL : zmq_ctx_new();
    if (context->zmq == NULL) {
        (void)error_set(err, ERROR_OS, "no memory left");
        goto fail;
    }
    if (!link_zap_create(&context->zap, context->zmq, err)) {
        goto fail;
    }
    *out = context;
    return true;
fail:
    link_context_destroy(&context);
    return false;
}

void link_context_destroy(struct link_context **context)
{
    if (*context == NULL) {
        return;
    }
    assert((*context)->sockets == 0); /* libzmq would wait for them for ever */
    link_zap_destroy(&(*context)->zap);
    if ((*context)->zmq != NULL) {
        while (zmq_ctx_term((*context)->zmq) != 0 && zmq_errno() == EINTR) {
        }
    }
    clock_destroy(&(*context)->clock);
    free(*context);
    *context = NULL;
}

bool link_server_create_curve(struct link_server **out,
                              struct link_context *context,
                              const char *endpoint,
                              const struct key32 *secret,
                              char *bound,
                              struct error *err)
{
    char domain[LINK_ZAP_DOMAIN_MAX];

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
    if (!link_socket_set_server_keys(server->socket, secret, domain, err) ||
        !link_socket_bind(server->socket, endpoint, bound, err)) {
        goto fail;
    }
    *out = server;
    return true;
fail:
    link_server_destroy(&server);
    return false;
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
    (void)zmq_msg_close(&(*server)->frame);
    (*server)->context->sockets--;
    free(*server);
    *server = NULL;
}

enum link_received link_server_receive(struct link_server *server, struct link_frame *out)
{
    struct link_frame got = {.peer = {.uid = UINT32_MAX}};
    zmq_msg_t routing;

    link_zap_answer(server->context->zap);
    (void)zmq_msg_init(&routing);
    if (!receive_part(server->socket, &routing)) {
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
    if (!more || !receive_part(server->socket, &server->frame)) {
        *out = got;
        return LINK_BAD_FRAME;
    }
    good = identify(server, &got.peer) && good;
    enum link_received received = finish_frame(server->socket, &server->frame, good);
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
        send_part(server->socket, bytes_of(peer->routing, peer->routing_bytes), ZMQ_SNDMORE);
    if (reason == 0) {
        reason = send_part(server->socket, body, 0);
    }
    if (reason == 0) {
        return LINK_SENT;
    }
    return reason == EAGAIN ? LINK_FULL : LINK_UNREACHABLE;
}

bool link_client_create(struct link_client **out,
                        struct link_context *context,
                        const char *endpoint,
                        const struct key32 *own,
                        const struct key32 *server_key,
                        struct error *err)
{
    assert((own == NULL) == (server_key == NULL));
    bool is_ipc = strncmp(endpoint, "ipc://", IPC_PREFIX_BYTES) == 0;
    if (is_ipc != (own == NULL)) {
        return error_set(err, ERROR_CONFIG, "%s: keys are for tcp:// and only there", endpoint);
    }
    struct link_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    client->context = context;
    context->sockets++;
    (void)zmq_msg_init(&client->frame);
    client->socket = link_socket_create(context->zmq, LINK_SOCKET_CLIENT, err);
    if (client->socket == NULL ||
        (own != NULL && !link_socket_set_client_keys(client->socket, own, server_key, err)) ||
        !link_socket_connect(client->socket, endpoint, err)) {
        link_client_destroy(&client);
        return false;
    }
    *out = client;
    return true;
}

void link_client_destroy(struct link_client **client)
{
    if (*client == NULL) {
        return;
    }
    link_socket_close(&(*client)->socket);
    (void)zmq_msg_close(&(*client)->frame);
    (*client)->context->sockets--;
    free(*client);
    *client = NULL;
}

enum link_received link_client_receive(struct link_client *client, struct bytes *body)
{
    link_zap_answer(client->context->zap);
    if (!receive_part(client->socket, &client->frame)) {
        return LINK_NOTHING;
    }
    enum link_received received = finish_frame(client->socket, &client->frame, true);
    *body = bytes_of(zmq_msg_data(&client->frame), zmq_msg_size(&client->frame));
    return received;
}

enum link_sent link_client_send(struct link_client *client, struct bytes body)
{
    assert(body.size <= LINK_FRAME_BYTES_MAX);
    int reason = send_part(client->socket, body, 0);
    if (reason == 0) {
        return LINK_SENT;
    }
    return reason == EAGAIN ? LINK_FULL : LINK_UNREACHABLE;
}

bool link_wait(struct link_context *context,
               struct link_wait *items,
               size_t count,
               int64_t wait_ms,
               struct error *err)
{
    zmq_pollitem_t polled[LINK_WAIT_MAX + 1];

    assert(count <= LINK_WAIT_MAX);
    wait_ms = wait_ms < LINK_WAIT_MS_MAX ? wait_ms : LINK_WAIT_MS_MAX;
    int64_t until_us = clock_boot_us(context->clock) + wait_ms * 1000;
    for (size_t i = 0; i < count; i++) {
        const struct link_wait *item = &items[i];
        polled[i] = (zmq_pollitem_t){.fd = item->fd, .events = ZMQ_POLLIN};
        if (item->server != NULL) {
            polled[i].socket = item->server->socket;
        } else if (item->client != NULL) {
            polled[i].socket = item->client->socket;
        }
        items[i].ready = false;
    }
    polled[count] = (zmq_pollitem_t){.socket = link_zap_socket(context->zap), .events = ZMQ_POLLIN};
    for (;;) {
        int64_t left_ms = -1;
        if (wait_ms >= 0) {
            int64_t left_us = until_us - clock_boot_us(context->clock);
            left_ms = left_us > 0 ? (left_us + 999) / 1000 : 0;
        }
        int ready = zmq_poll(polled, (int)count + 1, (long)left_ms);
        if (ready < 0 && zmq_errno() == EINTR) {
            return true;
        }
        if (ready < 0) {
            return error_set(
                err, ERROR_OS, "cannot wait for sockets: %s", zmq_strerror(zmq_errno()));
        }
        link_zap_answer(context->zap);
        if (collect(items, polled, count) || left_ms == 0) {
            return true;
        }
    }
}

/* libzmq numbers a ROUTER's connections from rand(); unseeded, the numbers are known to everybody, and
 * a peer that claims the next one aborts the process. */
static bool seed(struct error *err)
{
    unsigned value;

    if (getrandom(&value, sizeof(value), 0) != (ssize_t)sizeof(value)) {
        return error_set_errno(err, ERROR_OS, errno, "no randomness");
    }
    srand(value);
    return true;
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

/* The umask closes the moment between bind and chmod. */
static bool
bind_ipc(struct link_server *server, const char *endpoint, unsigned mode, struct error *err)
{
    if (strncmp(endpoint, "ipc:///", IPC_PREFIX_BYTES + 1) != 0) {
        return error_set(err, ERROR_CONFIG, "%s is not ipc:///a/path", endpoint);
    }
    mode_t before = umask(0777);
    bool ok = link_socket_bind(server->socket, endpoint, NULL, err);
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

static bool receive_part(void *socket, zmq_msg_t *part)
{
    while (zmq_msg_recv(part, socket, ZMQ_DONTWAIT) < 0) {
        if (zmq_errno() != EINTR) {
            return false;
        }
    }
    return true;
}

/* Reads the parts that should not be there away. */
static enum link_received finish_frame(void *socket, zmq_msg_t *frame, bool good)
{
    bool more = zmq_msg_more(frame) != 0;

    good = good && !more && zmq_msg_size(frame) <= LINK_FRAME_BYTES_MAX;
    while (more) {
        zmq_msg_t rest;
        (void)zmq_msg_init(&rest);
        more = receive_part(socket, &rest) && zmq_msg_more(&rest) != 0;
        (void)zmq_msg_close(&rest);
    }
    return good ? LINK_FRAME : LINK_BAD_FRAME;
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

/* 0, or the errno of libzmq. */
static int send_part(void *socket, struct bytes body, int flags)
{
    while (zmq_send(socket, body.data, body.size, flags | ZMQ_DONTWAIT) < 0) {
        if (zmq_errno() != EINTR) {
            return zmq_errno();
        }
    }
    return 0;
}

static bool collect(struct link_wait *items, const zmq_pollitem_t *polled, size_t count)
{
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        items[i].ready = polled[i].revents != 0;
        any = any || items[i].ready;
    }
    return any;
}
