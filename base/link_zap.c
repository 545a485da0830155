/* ZAP: requests in, verdicts out. */
#include "base/link_zap.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/link_socket.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { PROOF_US = 3000000, PROOF_POLL_MS = 100, PART_BYTES_MAX = 256 };

/* The parts of a CURVE request, RFC 27; more or fewer are not one. */
enum part {
    PART_VERSION,
    PART_REQUEST_ID,
    PART_DOMAIN,
    PART_ADDRESS,
    PART_ROUTING_ID,
    PART_MECHANISM,
    PART_KEY,
    PART_COUNT
};

struct request {
    uint8_t parts[PART_COUNT][PART_BYTES_MAX];
    size_t bytes[PART_COUNT];
    size_t count; /* parts that came, also those beyond */
};

struct server {
    bool used;
    link_admit *admit;
    void *world;
};

struct link_zap {
    void *zmq;
    void *socket;
    unsigned proofs; /* their count, for names */
    struct server servers[LINK_ZAP_SERVERS_MAX];
};

/* What the proof needs, in the order of its making. */
struct proof {
    void *server;
    void *client;
    void *events;
};

static bool receive(struct link_zap *zap, struct request *request);
static bool admits(const struct link_zap *zap, const struct request *request);
static bool part_is(const struct request *request, enum part part, const char *text);
static void reply(struct link_zap *zap, const struct request *request, bool admitted);
static void reply_part(struct link_zap *zap, const void *data, size_t bytes, int flags);
static bool knock(struct link_zap *zap, struct proof *proof, struct error *err);
static bool watch(struct link_zap *zap, void *events, struct error *err);

bool link_zap_create(struct link_zap **out, void *zmq, struct error *err)
{
    struct link_zap *zap = calloc(1, sizeof(*zap));

    if (zap == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    zap->zmq = zmq;
    zap->socket = link_socket_create(zmq, LINK_SOCKET_REQUESTS, err);
    if (zap->socket == NULL ||
        !link_socket_bind(zap->socket, "inproc://zeromq.zap.01", NULL, err)) {
        link_zap_destroy(&zap);
        return false;
    }
    *out = zap;
    return true;
}

void link_zap_destroy(struct link_zap **zap)
{
    if (*zap == NULL) {
        return;
    }
    link_socket_close(&(*zap)->socket);
    free(*zap);
    *zap = NULL;
}

void *link_zap_socket(struct link_zap *zap)
{
    return zap->socket;
}

bool link_zap_add(struct link_zap *zap, size_t *place, char domain[LINK_ZAP_DOMAIN_MAX])
{
    for (size_t i = 0; i < LINK_ZAP_SERVERS_MAX; i++) {
        if (!zap->servers[i].used) {
            zap->servers[i] = (struct server){.used = true};
            (void)snprintf(domain, LINK_ZAP_DOMAIN_MAX, "server-%u", (unsigned)i);
            *place = i;
            return true;
        }
    }
    return false;
}

void link_zap_decide(struct link_zap *zap, size_t place, link_admit *admit, void *world)
{
    assert(place < LINK_ZAP_SERVERS_MAX && zap->servers[place].used);
    zap->servers[place].admit = admit;
    zap->servers[place].world = world;
}

void link_zap_remove(struct link_zap *zap, size_t place)
{
    assert(place < LINK_ZAP_SERVERS_MAX && zap->servers[place].used);
    zap->servers[place] = (struct server){.used = false};
}

void link_zap_answer(struct link_zap *zap)
{
    struct request request;

    while (receive(zap, &request)) {
        reply(zap, &request, admits(zap, &request));
    }
}

bool link_zap_prove(struct link_zap *zap, struct error *err)
{
    struct proof proof = {.server = NULL};

    bool ok = knock(zap, &proof, err) && watch(zap, proof.events, err);
    link_socket_unwatch(proof.client, &proof.events);
    link_socket_close(&proof.client);
    link_socket_close(&proof.server);
    return ok || error_prepend(err, "prove that an unknown key is refused");
}

static bool receive(struct link_zap *zap, struct request *request)
{
    int more = 1;
    size_t more_bytes = sizeof(more);

    memset(request, 0, sizeof(*request));
    while (more != 0) {
        uint8_t part[PART_BYTES_MAX];
        int bytes = zmq_recv(zap->socket, part, sizeof(part), ZMQ_DONTWAIT);
        if (bytes < 0 && zmq_errno() == EINTR) {
            continue;
        }
        if (bytes < 0) {
            return false;
        }
        if (request->count < PART_COUNT && (size_t)bytes <= sizeof(part)) {
            memcpy(request->parts[request->count], part, (size_t)bytes);
            request->bytes[request->count] = (size_t)bytes;
        }
        request->count++;
        if (zmq_getsockopt(zap->socket, ZMQ_RCVMORE, &more, &more_bytes) != 0) {
            return false;
        }
    }
    return true;
}

static bool admits(const struct link_zap *zap, const struct request *request)
{
    char domain[LINK_ZAP_DOMAIN_MAX];

    if (request->count != PART_COUNT || !part_is(request, PART_VERSION, "1.0") ||
        !part_is(request, PART_MECHANISM, "CURVE") || request->bytes[PART_KEY] != KEYS_BYTES) {
        return false;
    }
    for (size_t i = 0; i < LINK_ZAP_SERVERS_MAX; i++) {
        const struct server *server = &zap->servers[i];
        (void)snprintf(domain, sizeof(domain), "server-%u", (unsigned)i);
        if (server->used && server->admit != NULL && part_is(request, PART_DOMAIN, domain)) {
            return server->admit(server->world, request->parts[PART_KEY]);
        }
    }
    return false;
}

static bool part_is(const struct request *request, enum part part, const char *text)
{
    return bytes_equal(bytes_of(request->parts[part], request->bytes[part]), bytes_of_text(text));
}

/* The user id is the key itself, so that every frame of the connection carries it. */
static void reply(struct link_zap *zap, const struct request *request, bool admitted)
{
    const char *code = admitted ? "200" : "400";
    char user[KEYS_TEXT_MAX] = "";

    if (admitted) {
        keys_to_text(request->parts[PART_KEY], user);
    }
    reply_part(zap, "1.0", 3, ZMQ_SNDMORE);
    reply_part(zap, request->parts[PART_REQUEST_ID], request->bytes[PART_REQUEST_ID], ZMQ_SNDMORE);
    reply_part(zap, code, 3, ZMQ_SNDMORE);
    reply_part(zap, "", 0, ZMQ_SNDMORE);
    reply_part(zap, user, strlen(user), ZMQ_SNDMORE);
    reply_part(zap, "", 0, 0);
}

/* A reply that cannot be sent leaves the handshake to its time limit. */
static void reply_part(struct link_zap *zap, const void *data, size_t bytes, int flags)
{
    while (zmq_send(zap->socket, data, bytes, flags | ZMQ_DONTWAIT) < 0 && zmq_errno() == EINTR) {
    }
}

static bool knock(struct link_zap *zap, struct proof *proof, struct error *err)
{
    char bound[LINK_ENDPOINT_MAX];
    char events[64];
    struct key32 server_secret;
    struct key32 server_public;
    struct key32 stranger;
    struct link_keys keys = {.own = &stranger, .server_key = &server_public};

    keys_generate(KEYS_CURVE_SECRET, 0, &server_secret);
    keys_generate(KEYS_CURVE_SECRET, 0, &stranger);
    keys_public_of(&server_secret, &server_public);
    proof->server = link_socket_create(zap->zmq, LINK_SOCKET_SERVER, err);
    if (proof->server == NULL ||
        !link_socket_set_server_keys(proof->server, &server_secret, "proof", err) ||
        !link_socket_bind(proof->server, "tcp://127.0.0.1:*", bound, err)) {
        return false;
    }
    proof->client = link_socket_create(zap->zmq, LINK_SOCKET_CLIENT, err);
    (void)snprintf(events, sizeof(events), "inproc://link-proof-%u", zap->proofs++);
    return proof->client != NULL && link_socket_set_client_keys(proof->client, &keys, err) &&
           link_socket_watch(zap->zmq, proof->client, events, &proof->events, err) &&
           link_socket_connect(proof->client, bound, err);
}

static bool watch(struct link_zap *zap, void *events, struct error *err)
{
    zmq_pollitem_t items[] = {
        {.socket = zap->socket, .events = ZMQ_POLLIN},
        {.socket = events, .events = ZMQ_POLLIN},
    };
    struct clock *clock = clock_create_real();
    bool refused = false;
    bool ok = true;

    if (clock == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    int64_t until = clock_boot_us(clock) + PROOF_US;
    while (ok && !refused) {
        (void)zmq_poll(items, 2, PROOF_POLL_MS);
        link_zap_answer(zap);
        int event = link_socket_next_event(events);
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            ok = error_set(err, ERROR_INTERNAL, "it was admitted");
        } else if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
            refused = true;
        } else if (event == 0 && clock_boot_us(clock) > until) {
            ok = error_set(err, ERROR_UNAVAILABLE, "no verdict came over the loopback");
        }
    }
    clock_destroy(&clock);
    return ok;
}
