/* Clients: a DEALER that never gives up. */
#include "base/link.h"

#include "base/clock.h"
#include "base/link_context.h"
#include "base/link_socket.h"
#include "base/link_zap.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { REVIVE_US = 2000000, ALIVE = -1 };

static bool open_events(struct link_client *client, struct error *err);

bool link_client_create(struct link_client **out,
                        struct link_context *context,
                        const char *endpoint,
                        const struct link_keys *keys,
                        struct error *err)
{
    if (strlen(endpoint) >= LINK_ENDPOINT_MAX) {
        return error_set(err, ERROR_CONFIG, "the endpoint is too long: %.80s...", endpoint);
    }
    bool is_ipc = strncmp(endpoint, "ipc://", 6) == 0;
    if (is_ipc != (keys == NULL)) {
        return error_set(err, ERROR_CONFIG, "%s: keys are for tcp:// and only there", endpoint);
    }
    struct link_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    client->context = context;
    client->lost_us = ALIVE;
    (void)snprintf(client->endpoint, sizeof(client->endpoint), "%s", endpoint);
    context->sockets++;
    (void)zmq_msg_init(&client->frame);
    client->socket = link_socket_create(context->zmq, LINK_SOCKET_CLIENT, err);
    if (client->socket == NULL ||
        (keys != NULL && !link_socket_set_client_keys(client->socket, keys, err)) ||
        !open_events(client, err) || !link_socket_connect(client->socket, endpoint, err)) {
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
    link_socket_unwatch((*client)->socket, &(*client)->events);
    link_socket_close(&(*client)->socket);
    (void)zmq_msg_close(&(*client)->frame);
    (*client)->context->sockets--;
    free(*client);
    *client = NULL;
}

enum link_received link_client_receive(struct link_client *client, struct bytes *body)
{
    link_zap_answer(client->context->zap);
    link_client_tend(client);
    if (!link_socket_receive(client->socket, &client->frame)) {
        return LINK_NOTHING;
    }
    enum link_received received = link_socket_finish(client->socket, &client->frame, true);
    *body = bytes_of(zmq_msg_data(&client->frame), zmq_msg_size(&client->frame));
    return received;
}

enum link_sent link_client_send(struct link_client *client, struct bytes body)
{
    assert(body.size <= LINK_FRAME_BYTES_MAX);
    link_client_tend(client);
    int reason = link_socket_send(client->socket, body, 0);
    if (reason == 0) {
        return LINK_SENT;
    }
    return reason == EAGAIN ? LINK_FULL : LINK_UNREACHABLE;
}

void link_client_tend(struct link_client *client)
{
    int event;

    while ((event = link_socket_next_event(client->events)) != 0) {
        const bool over = event == ZMQ_EVENT_DISCONNECTED;
        client->lost_us = over ? clock_boot_us(client->context->clock) : ALIVE;
        if (over && client->stands) {
            client->lost = true;
            client->lost_shown = false;
        }
        client->stands = !over && (client->stands || event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    }
    if (link_client_revival_us(client) > clock_boot_us(client->context->clock)) {
        return;
    }
    /* fails when libzmq has forgotten the endpoint by itself, which is as good */
    (void)zmq_disconnect(client->socket, client->endpoint);
    if (zmq_connect(client->socket, client->endpoint) == 0) {
        client->lost_us = ALIVE;
    } else {
        client->lost_us = clock_boot_us(client->context->clock);
    }
}

bool link_client_take_loss(struct link_client *client)
{
    const bool lost = client->lost;

    client->lost = false;
    return lost;
}

bool link_client_has_news(const struct link_client *client)
{
    return client->lost && !client->lost_shown;
}

int64_t link_client_revival_us(const struct link_client *client)
{
    return client->lost_us == ALIVE ? INT64_MAX : client->lost_us + REVIVE_US;
}

/* After a refusal, or a breach of the protocol, libzmq gives a connection up for ever: it says
 * DISCONNECTED and no CONNECT_RETRIED follows. */
static bool open_events(struct link_client *client, struct error *err)
{
    char endpoint[64];

    (void)snprintf(endpoint,
                   sizeof(endpoint),
                   "inproc://link-client-%llu",
                   (unsigned long long)client->context->clients_made++);
    return link_socket_watch(client->context->zmq, client->socket, endpoint, &client->events, err);
}
