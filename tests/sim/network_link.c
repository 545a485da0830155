/* The sockets: base/link.h over the virtual network. */
#include "tests/sim/network_link.h"

#include "tests/sim/wraps.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUTING_BYTES = 8, QUEUE_MOST = 1000 };

struct link_context {
    struct network *network;
    int party;
};
struct link_server {
    struct network *network;
    int party;
    bool tools; /* the broker's socket for them */
};
struct link_client {
    struct network *network;
    struct network_link_connection *connection;
    int agent;
};

static struct network *bound;

void network_bind(struct network *network)
{
    bound = network;
}

static void *make(size_t bytes)
{
    void *made = calloc(1, bytes);
    if (made == NULL) {
        abort();
    }
    return made;
}

static void effect(const struct network *network)
{
    network->watch.effect(network->watch.world, network->party);
}

bool __wrap_link_context_create(struct link_context **out, struct error *err)
{
    (void)err;
    *out = make(sizeof(**out));
    (*out)->network = bound;
    (*out)->party = bound->party;
    return true;
}

void __wrap_link_context_destroy(struct link_context **context)
{
    free(*context);
    *context = NULL;
}

/* ---- servers ------------------------------------------------------------------------------------- */

static struct link_server *listen_on(const struct link_context *context)
{
    struct link_server *server = make(sizeof(*server));
    server->network = context->network;
    server->party = context->party;
    if (server->party == NETWORK_BROKER) {
        server->network->broker_listening = true;
    } else {
        server->network->agents[server->party].listening = true;
    }
    return server;
}

bool __wrap_link_server_create_curve(struct link_server **out,
                                     struct link_context *context,
                                     const char *endpoint,
                                     const struct key32 *secret,
                                     struct error *err)
{
    (void)endpoint;
    (void)secret;
    (void)err;
    *out = listen_on(context);
    return true;
}

bool __wrap_link_server_create_ipc(struct link_server **out,
                                   struct link_context *context,
                                   const char *endpoint,
                                   unsigned mode,
                                   struct error *err)
{
    (void)endpoint;
    (void)mode;
    (void)err;
    if (context->party == NETWORK_BROKER) {
        *out = make(sizeof(**out));
        **out = (struct link_server){
            .network = context->network, .party = context->party, .tools = true};
        return true;
    }
    *out = listen_on(context);
    return true;
}

const char *__wrap_link_server_endpoint(const struct link_server *server)
{
    (void)server;
    return "sim";
}

void __wrap_link_server_set_admission(struct link_server *server, link_admit *admit, void *world)
{
    server->network->admit = admit;
    server->network->admit_world = world;
}

void __wrap_link_server_destroy(struct link_server **server)
{
    if (*server == NULL) {
        return;
    }
    if ((*server)->party == NETWORK_BROKER) {
        (*server)->network->broker_listening &= (*server)->tools;
    } else {
        (*server)->network->agents[(*server)->party].listening = false;
    }
    free(*server);
    *server = NULL;
}

/* The connection whose oldest frame came first, of those that may come now. */
static struct network_link_connection *first_arrived(struct network *network)
{
    struct network_link_connection *first = NULL;
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        struct network_link_connection *at = &network->connections[i];
        const struct network_link_frame *frame = at->to_server.first;
        if (at->id == 0 || frame == NULL || frame->due_us > *network->now_us ||
            network->agents[at->agent].held_until_us > *network->now_us) {
            continue;
        }
        const struct network_link_frame *best = first == NULL ? NULL : first->to_server.first;
        if (best == NULL || frame->due_us < best->due_us ||
            (frame->due_us == best->due_us && frame->order < best->order)) {
            first = at;
        }
    }
    return first;
}

static enum link_received receive_curve(struct network *network, struct link_frame *out)
{
    struct network_link_connection *from = first_arrived(network);
    while (from != NULL && !from->admitted) {
        from->admitted = network->admit(network->admit_world, from->key);
        if (!from->admitted) {
            network_link_drop(&from->to_server); /* refused in the handshake */
            from = first_arrived(network);
        }
    }
    if (from == NULL) {
        return LINK_NOTHING;
    }
    const struct network_link_frame *frame = network_link_pull(network, &from->to_server);
    memset(out, 0, sizeof(*out));
    bytes_put_u64(out->peer.routing, from->id);
    out->peer.routing_bytes = ROUTING_BYTES;
    memcpy(out->peer.key, from->key, sizeof(out->peer.key));
    out->body = bytes_of(frame->data, frame->bytes);
    return LINK_FRAME;
}

enum link_received __wrap_link_server_receive(struct link_server *server, struct link_frame *out)
{
    struct network *network = server->network;
    if (server->party == NETWORK_BROKER && !server->tools) {
        return receive_curve(network, out);
    }
    const struct network_link_frame *frame = network_link_pull(
        network, server->tools ? &network->to_tools : &network->agents[server->party].to_ipc);
    if (frame == NULL) {
        return LINK_NOTHING;
    }
    memset(out, 0, sizeof(*out));
    out->peer.routing_bytes = ROUTING_BYTES;
    out->peer.uid = server->tools ? geteuid() : 1000;
    out->body = bytes_of(frame->data, frame->bytes);
    return LINK_FRAME;
}

enum link_sent
__wrap_link_server_send(struct link_server *server, const struct link_peer *peer, struct bytes body)
{
    struct network *network = server->network;
    effect(network);
    if (server->tools || server->party != NETWORK_BROKER) {
        network_link_push(network,
                          server->tools ? &network->from_tools
                                        : &network->agents[server->party].from_ipc,
                          0,
                          body);
        effect(network);
        return LINK_SENT;
    }
    struct network_link_connection *to = network_link_find(network, bytes_get_u64(peer->routing));
    if (to == NULL || !to->server_open) {
        return LINK_UNREACHABLE;
    }
    network->watch.sent(network->watch.world, network->party, to->key, body);
    if (to->to_client.count >= QUEUE_MOST) {
        return LINK_FULL;
    }
    if (to->client_open && !to->dead) {
        network_link_send(network, to, &to->to_client, body);
    }
    effect(network);
    return LINK_SENT;
}

/* Nobody here floods, so nobody is cut; what a frame meets on its way is the network's affair. */
void __wrap_link_server_cut(struct link_server *server, const struct link_peer *peer)
{
    (void)server;
    (void)peer;
}

size_t __wrap_link_server_unsent(const struct link_server *server, const struct link_peer *peer)
{
    (void)server;
    (void)peer;
    return 0;
}

bool __wrap_link_server_take_cut(struct link_server *server, struct link_peer *peer)
{
    (void)server;
    (void)peer;
    return false;
}

/* ---- clients ------------------------------------------------------------------------------------- */

bool __wrap_link_client_create(struct link_client **out,
                               struct link_context *context,
                               const char *endpoint,
                               const struct link_keys *keys,
                               struct error *err)
{
    struct key32 public_key;
    struct link_client *client = make(sizeof(*client));
    (void)endpoint;
    (void)err;
    client->network = context->network;
    client->agent = context->party;
    client->connection = network_link_connect(context->network, context->party);
    keys_public_of(keys->own, &public_key);
    memcpy(client->connection->key, public_key.bytes, KEYS_BYTES);
    *out = client;
    return true;
}

void __wrap_link_client_destroy(struct link_client **client)
{
    if (*client == NULL) {
        return;
    }
    struct network *network = (*client)->network;
    struct network_link_connection *at = (*client)->connection;
    at->client_open = false;
    at->loss_us = 0;
    at->server_open = at->server_open && chance_percent(&network->chance, 50);
    if (chance_percent(&network->chance, 50)) {
        network_link_drop(&at->to_server);
    }
    free(*client);
    *client = NULL;
}

enum link_received __wrap_link_client_receive(struct link_client *client, struct bytes *body)
{
    struct network *network = client->network;
    if (network->agents[client->agent].held_until_us > *network->now_us) {
        return LINK_NOTHING;
    }
    const struct network_link_frame *frame =
        network_link_pull(network, &client->connection->to_client);
    if (frame == NULL) {
        return LINK_NOTHING;
    }
    *body = bytes_of(frame->data, frame->bytes);
    return LINK_FRAME;
}

enum link_sent __wrap_link_client_send(struct link_client *client, struct bytes body)
{
    struct network *network = client->network;
    effect(network);
    network->watch.sent(network->watch.world, network->party, client->connection->key, body);
    if (!client->connection->dead) {
        network_link_send(network, client->connection, &client->connection->to_server, body);
    }
    effect(network);
    return LINK_SENT;
}

bool __wrap_link_client_take_loss(struct link_client *client)
{
    struct network_link_connection *at = client->connection;
    const bool lost = at->loss_us != 0 && at->loss_us <= *client->network->now_us;
    at->loss_us = lost ? 0 : at->loss_us;
    return lost;
}

/* Nobody waits here: the simulator's clock moves to the next thing that happens. */
bool __wrap_link_wait(struct link_context *context,
                      struct link_wait *items,
                      size_t count,
                      int64_t wait_ms,
                      struct error *err)
{
    (void)context;
    (void)items;
    (void)count;
    (void)wait_ms;
    (void)err;
    return true;
}
