/* What is under way; see network.h. */
#include "tests/sim/network.h"

#include "tests/sim/network_link.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    LATENCY_LEAST_US = 200,
    LATENCY_MOST_US = 20000,
    LATE_US = 3000000,
    NOTICED_US = 2000000,
    HEARTBEAT_US = 15000000
};

struct network *network_create(const int64_t *now_us)
{
    struct network *network = calloc(1, sizeof(*network));
    if (network == NULL) {
        abort();
    }
    network->now_us = now_us;
    return network;
}

static void forget_all(struct network *network)
{
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        network_link_drop(&network->connections[i].to_server);
        network_link_drop(&network->connections[i].to_client);
    }
    for (size_t i = 0; i < NETWORK_AGENTS_MAX; i++) {
        network_link_drop(&network->agents[i].to_ipc);
        network_link_drop(&network->agents[i].from_ipc);
    }
    network_link_drop(&network->to_tools);
    network_link_drop(&network->from_tools);
    free(network->lent);
    network->lent = NULL;
}

void network_destroy(struct network **network)
{
    forget_all(*network);
    free(*network);
    *network = NULL;
}

void network_reset(struct network *network, struct chance chance, bool rough)
{
    const struct network_watch watch = network->watch;
    const int64_t *now_us = network->now_us;
    forget_all(network);
    memset(network, 0, sizeof(*network));
    network->watch = watch;
    network->now_us = now_us;
    network->chance = chance;
    network->rough = rough;
}

void network_set_rough(struct network *network, bool rough)
{
    network->rough = rough;
}

void network_enter(struct network *network, int party)
{
    network->party = party;
}

void network_watch(struct network *network, const struct network_watch *watch)
{
    network->watch = *watch;
}

/* ---- queues -------------------------------------------------------------------------------------- */

void network_link_drop(struct network_link_queue *queue)
{
    while (queue->first != NULL) {
        struct network_link_frame *frame = queue->first;
        queue->first = frame->next;
        free(frame);
    }
    memset(queue, 0, sizeof(*queue));
}

void network_link_push(struct network *network,
                       struct network_link_queue *queue,
                       int64_t due_us,
                       struct bytes frame)
{
    struct network_link_frame *made = malloc(sizeof(*made) + frame.size);
    if (made == NULL) {
        abort();
    }
    made->due_us = due_us;
    made->order = ++network->orders;
    made->bytes = frame.size;
    memcpy(made->data, frame.data, frame.size);
    struct network_link_frame **at = &queue->first;
    while (*at != NULL && (*at)->due_us <= due_us) {
        at = &(*at)->next;
    }
    made->next = *at;
    *at = made;
    queue->count++;
}

struct network_link_frame *network_link_pull(struct network *network,
                                             struct network_link_queue *queue)
{
    struct network_link_frame *frame = queue->first;
    if (frame == NULL || frame->due_us > *network->now_us) {
        return NULL;
    }
    queue->first = frame->next;
    queue->count--;
    free(network->lent);
    network->lent = frame;
    return frame;
}

/* ---- connections --------------------------------------------------------------------------------- */

struct network_link_connection *network_link_find(struct network *network, uint64_t id)
{
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        if (id != 0 && network->connections[i].id == id) {
            return &network->connections[i];
        }
    }
    return NULL;
}

/* Forgets connections that neither end has and on which nothing is under way. */
static void tidy(struct network *network)
{
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        struct network_link_connection *at = &network->connections[i];
        if (at->id != 0 && !at->client_open && at->to_server.first == NULL) {
            network_link_drop(&at->to_client);
            memset(at, 0, sizeof(*at));
        }
    }
}

struct network_link_connection *network_link_connect(struct network *network, int agent)
{
    tidy(network);
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        struct network_link_connection *at = &network->connections[i];
        if (at->id == 0) {
            at->id = ++network->ids;
            at->agent = agent;
            at->client_open = true;
            at->server_open = true;
            return at;
        }
    }
    abort();
}

void network_link_send(struct network *network,
                       struct network_link_connection *connection,
                       struct network_link_queue *queue,
                       struct bytes frame)
{
    const int64_t now_us = *network->now_us;
    struct chance *chance = &network->chance;
    int64_t due_us = now_us + chance_between(chance, LATENCY_LEAST_US, LATENCY_MOST_US) +
                     network->agents[connection->agent].delay_us;
    if (network->rough && chance_percent(chance, 3)) {
        return;
    }
    if (network->rough && chance_percent(chance, 3)) {
        due_us += chance_between(chance, 0, LATE_US);
    }
    due_us = due_us > queue->last_due_us ? due_us : queue->last_due_us;
    network_link_push(network, queue, due_us, frame);
    queue->last_due_us = due_us;
    if (network->rough && chance_percent(chance, 3)) {
        network_link_push(network, queue, due_us + chance_between(chance, 0, LATE_US), frame);
    }
}

/* ---- time ---------------------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t first_due_us(const struct network_link_queue *queue, int64_t held_until_us)
{
    if (queue->first == NULL) {
        return INT64_MAX;
    }
    return queue->first->due_us > held_until_us ? queue->first->due_us : held_until_us;
}

int64_t network_due_us(const struct network *network, int party)
{
    int64_t due_us = INT64_MAX;
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        const struct network_link_connection *at = &network->connections[i];
        if (at->id == 0 || (party != NETWORK_BROKER && at->agent != party)) {
            continue;
        }
        const int64_t held_us = network->agents[at->agent].held_until_us;
        if (party == NETWORK_BROKER) {
            due_us = earlier(due_us, first_due_us(&at->to_server, held_us));
        } else if (at->client_open) {
            due_us = earlier(due_us, first_due_us(&at->to_client, held_us));
            due_us = earlier(due_us, at->loss_us == 0 ? INT64_MAX : at->loss_us);
        }
    }
    const struct network_link_queue *local =
        party == NETWORK_BROKER ? &network->to_tools : &network->agents[party].to_ipc;
    return earlier(due_us, first_due_us(local, 0));
}

/* ---- faults -------------------------------------------------------------------------------------- */

/* What was under way is gone, or some of it still arrives. */
static void cut(struct network *network, struct network_link_connection *at, bool half_open)
{
    if (chance_percent(&network->chance, 50)) {
        network_link_drop(&at->to_client);
    }
    if (chance_percent(&network->chance, 50)) {
        network_link_drop(&at->to_server);
    }
    at->server_open = false;
    at->admitted = false;
    at->dead = true;
    if (at->client_open) {
        at->loss_us = *network->now_us + chance_between(&network->chance, 1, NOTICED_US) +
                      (half_open ? HEARTBEAT_US : 0);
    }
}

static void lose_broker(struct network *network, bool half_open)
{
    network->broker_listening = false;
    network_link_drop(&network->to_tools);
    network_link_drop(&network->from_tools);
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        struct network_link_connection *at = &network->connections[i];
        if (at->id == 0) {
            continue;
        }
        cut(network, at, half_open);
        network_link_drop(&at->to_server);
        if (at->client_open) {
            at->id = ++network->ids; /* libzmq connects again by itself, under another routing id */
            at->server_open = true;
            at->dead = false;
            at->loss_us = half_open ? 0 : at->loss_us;
        }
    }
}

void network_lose_party(struct network *network, int party, bool half_open)
{
    if (party == NETWORK_BROKER) {
        lose_broker(network, half_open);
        return;
    }
    network_link_drop(&network->agents[party].to_ipc);
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        struct network_link_connection *at = &network->connections[i];
        if (at->id == 0 || at->agent != party) {
            continue;
        }
        at->client_open = false;
        at->loss_us = 0;
        at->server_open = at->server_open && half_open;
        if (chance_percent(&network->chance, 50)) {
            network_link_drop(&at->to_server);
        }
        network_link_drop(&at->to_client);
    }
}

void network_break(struct network *network, int agent, bool half_open)
{
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        struct network_link_connection *at = &network->connections[i];
        if (at->id != 0 && at->agent == agent && at->client_open) {
            cut(network, at, half_open);
        }
    }
}

void network_hold(struct network *network, int agent, int64_t until_us)
{
    network->agents[agent].held_until_us = until_us;
}

void network_slow(struct network *network, int agent, int64_t delay_us)
{
    network->agents[agent].delay_us = delay_us;
}

void network_inject(struct network *network, int agent, struct bytes frame)
{
    for (size_t i = 0; i < NETWORK_CONNECTIONS_MAX; i++) {
        struct network_link_connection *at = &network->connections[i];
        if (at->id != 0 && at->agent == agent && at->client_open) {
            network_link_push(network, &at->to_server, *network->now_us, frame);
            return;
        }
    }
}

/* ---- operators ----------------------------------------------------------------------------------- */

void network_operator_says(struct network *network, int agent, struct bytes frame)
{
    if (network->agents[agent].listening) {
        network_link_push(network, &network->agents[agent].to_ipc, *network->now_us, frame);
    }
}

bool network_operator_hears(struct network *network, int agent, struct bytes *frame)
{
    struct network_link_frame *got = network_link_pull(network, &network->agents[agent].from_ipc);
    if (got == NULL) {
        return false;
    }
    *frame = bytes_of(got->data, got->bytes);
    return true;
}

/* ---- tools --------------------------------------------------------------------------------------- */

void network_tool_asks(struct network *network, struct bytes frame)
{
    network_link_drop(&network->from_tools); /* of a tool that did not wait for it */
    network_link_push(network, &network->to_tools, *network->now_us, frame);
}

bool network_tool_hears(struct network *network, struct bytes *frame)
{
    struct network_link_frame *got = network_link_pull(network, &network->from_tools);
    if (got == NULL) {
        return false;
    }
    *frame = bytes_of(got->data, got->bytes);
    return true;
}
