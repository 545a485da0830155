/* A ZeroMQ socket, all its queues, sizes and times bounded. */
#include "base/link_socket.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

enum {
    PART_BYTES_MAX = 256, /* a monitor's */
    QUEUE_FRAMES = 1000,  /* per peer and direction, of what is ours */
    SERVER_RECEIVES =
        32, /* per peer: with the largest frames 8 MiB; more wait in the peer's own queue */
    /* Per peer: two windows of deliveries and of replies, and 256 answers, twice, as libzmq notices what was sent on
     * by halves of this number only. */
    SERVER_SENDS = 1024,
    CRYPTO_BYTES = 64,    /* CURVE adds 33 to a frame before its size is checked */
    BACKLOG = 512,        /* a region's sites coming back at once */
    KEEPALIVE_IDLE_S = 60 /* TCP's own, for what heartbeats cannot see */
};

struct number_option {
    int option;
    int value;
};

static bool set(void *socket, int option, const void *value, size_t bytes, struct error *err);
static bool
set_numbers(void *socket, const struct number_option *options, size_t count, struct error *err);
static bool set_options(void *socket, enum link_socket_type type, struct error *err);

void *link_socket_create(void *zmq, enum link_socket_type type, struct error *err)
{
    static const int types[] = {
        [LINK_SOCKET_SERVER] = ZMQ_ROUTER,
        [LINK_SOCKET_CLIENT] = ZMQ_DEALER,
        [LINK_SOCKET_REQUESTS] = ZMQ_REP,
        [LINK_SOCKET_EVENTS] = ZMQ_PAIR,
    };
    void *socket = zmq_socket(zmq, types[type]);

    if (socket == NULL) {
        (void)error_set(err, ERROR_OS, "cannot create a socket: %s", zmq_strerror(zmq_errno()));
        return NULL;
    }
    if (!set_options(socket, type, err)) {
        link_socket_close(&socket);
    }
    return socket;
}

void link_socket_close(void **socket)
{
    if (*socket != NULL) {
        (void)zmq_close(*socket);
        *socket = NULL;
    }
}

bool link_socket_set_server_keys(void *socket,
                                 const struct key32 *secret,
                                 const char *domain,
                                 struct error *err)
{
    int yes = 1;

    return set(socket, ZMQ_CURVE_SERVER, &yes, sizeof(yes), err) &&
           set(socket, ZMQ_CURVE_SECRETKEY, secret->bytes, KEYS_BYTES, err) &&
           set(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain), err);
}

bool link_socket_set_client_keys(void *socket, const struct link_keys *keys, struct error *err)
{
    struct key32 public_key;

    keys_public_of(keys->own, &public_key);
    return set(socket, ZMQ_CURVE_SERVERKEY, keys->server_key->bytes, KEYS_BYTES, err) &&
           set(socket, ZMQ_CURVE_PUBLICKEY, public_key.bytes, KEYS_BYTES, err) &&
           set(socket, ZMQ_CURVE_SECRETKEY, keys->own->bytes, KEYS_BYTES, err);
}

bool link_socket_bind(void *socket, const char *endpoint, char *bound, struct error *err)
{
    size_t bytes = LINK_ENDPOINT_MAX;

    if (zmq_bind(socket, endpoint) != 0) {
        return error_set(
            err, ERROR_UNAVAILABLE, "cannot listen on %s: %s", endpoint, zmq_strerror(zmq_errno()));
    }
    if (bound != NULL && zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, bound, &bytes) != 0) {
        return error_set(err,
                         ERROR_OS,
                         "cannot tell the endpoint of %s: %s",
                         endpoint,
                         zmq_strerror(zmq_errno()));
    }
    return true;
}

bool link_socket_connect(void *socket, const char *endpoint, struct error *err)
{
    if (zmq_connect(socket, endpoint) != 0) {
        return error_set(
            err, ERROR_CONFIG, "cannot connect to %s: %s", endpoint, zmq_strerror(zmq_errno()));
    }
    return true;
}

bool link_socket_receive(void *socket, zmq_msg_t *part)
{
    while (zmq_msg_recv(part, socket, ZMQ_DONTWAIT) < 0) {
        if (zmq_errno() != EINTR) {
            return false;
        }
    }
    return true;
}

enum link_received link_socket_finish(void *socket, zmq_msg_t *frame, bool good)
{
    bool more = zmq_msg_more(frame) != 0;

    good = good && !more && zmq_msg_size(frame) <= LINK_FRAME_BYTES_MAX;
    while (more) {
        zmq_msg_t rest;
        (void)zmq_msg_init(&rest);
        more = link_socket_receive(socket, &rest) && zmq_msg_more(&rest) != 0;
        (void)zmq_msg_close(&rest);
    }
    return good ? LINK_FRAME : LINK_BAD_FRAME;
}

int link_socket_send(void *socket, struct bytes body, int flags)
{
    while (zmq_send(socket, body.data, body.size, flags | ZMQ_DONTWAIT) < 0) {
        if (zmq_errno() != EINTR) {
            return zmq_errno();
        }
    }
    return 0;
}

bool link_socket_watch(void *zmq, void *socket, const char *name, void **events, struct error *err)
{
    static const int mask = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_RETRIED |
                            ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                            ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
    void *pair = link_socket_create(zmq, LINK_SOCKET_EVENTS, err);

    if (pair == NULL) {
        return false;
    }
    if (zmq_socket_monitor(socket, name, mask) != 0) {
        (void)error_set(err, ERROR_OS, "no monitor: %s", zmq_strerror(zmq_errno()));
        link_socket_close(&pair);
        return false;
    }
    if (!link_socket_connect(pair, name, err)) {
        link_socket_unwatch(socket, &pair);
        return false;
    }
    *events = pair;
    return true;
}

void link_socket_unwatch(void *socket, void **events)
{
    if (*events != NULL) {
        (void)zmq_socket_monitor(socket, NULL, 0);
        link_socket_close(events);
    }
}

/* Two parts: a 16 bit event and a 32 bit value; the endpoint. */
int link_socket_next_event(void *events)
{
    uint8_t part[PART_BYTES_MAX];
    uint16_t event;

    if (zmq_recv(events, part, sizeof(part), ZMQ_DONTWAIT) < (int)sizeof(event)) {
        return 0;
    }
    memcpy(&event, part, sizeof(event));
    (void)zmq_recv(events, part, sizeof(part), ZMQ_DONTWAIT);
    return event;
}

static bool set(void *socket, int option, const void *value, size_t bytes, struct error *err)
{
    if (zmq_setsockopt(socket, option, value, bytes) != 0) {
        return error_set(err,
                         ERROR_OS,
                         "cannot set the socket option %d: %s",
                         option,
                         zmq_strerror(zmq_errno()));
    }
    return true;
}

static bool
set_numbers(void *socket, const struct number_option *options, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!set(socket, options[i].option, &options[i].value, sizeof(options[i].value), err)) {
            return false;
        }
    }
    return true;
}

static bool set_options(void *socket, enum link_socket_type type, struct error *err)
{
    static const struct number_option all[] = {
        {ZMQ_LINGER, 0},
        {ZMQ_SNDHWM, QUEUE_FRAMES},
        {ZMQ_RCVHWM, QUEUE_FRAMES},
    };
    static const struct number_option outside[] = {
        {ZMQ_HANDSHAKE_IVL, 5000},
        {ZMQ_HEARTBEAT_IVL, 5000},
        {ZMQ_HEARTBEAT_TIMEOUT, 15000},
        {ZMQ_HEARTBEAT_TTL, 20000},
        {ZMQ_TCP_KEEPALIVE, 1},
        {ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S},
        {ZMQ_TCP_KEEPALIVE_INTVL, 20},
        {ZMQ_TCP_KEEPALIVE_CNT, 3},
    };
    static const struct number_option server[] = {
        {ZMQ_ROUTER_MANDATORY, 1},
        {ZMQ_ROUTER_HANDOVER, 0},
        {ZMQ_BACKLOG, BACKLOG},
        {ZMQ_RCVHWM, SERVER_RECEIVES},
        {ZMQ_SNDHWM, SERVER_SENDS},
    };
    static const struct number_option client[] = {
        {ZMQ_IMMEDIATE, 0}, /* a frame may be sent before the connection stands: it follows it */
        {ZMQ_RECONNECT_IVL, 100},
        {ZMQ_RECONNECT_IVL_MAX, 5000},
        {ZMQ_CONNECT_TIMEOUT, 5000},
    };
    static const int64_t frame_bytes_max = LINK_FRAME_BYTES_MAX + CRYPTO_BYTES;

    if (!set(socket, ZMQ_MAXMSGSIZE, &frame_bytes_max, sizeof(frame_bytes_max), err) ||
        !set_numbers(socket, all, sizeof(all) / sizeof(all[0]), err)) {
        return false;
    }
    switch (type) {
    case LINK_SOCKET_SERVER:
        return set_numbers(socket, outside, sizeof(outside) / sizeof(outside[0]), err) &&
               set_numbers(socket, server, sizeof(server) / sizeof(server[0]), err);
    case LINK_SOCKET_CLIENT:
        return set_numbers(socket, outside, sizeof(outside) / sizeof(outside[0]), err) &&
               set_numbers(socket, client, sizeof(client) / sizeof(client[0]), err);
    case LINK_SOCKET_REQUESTS:
    case LINK_SOCKET_EVENTS:
        break;
    }
    return true;
}
