/* Asking a broker that runs; see tool_client.h. */
#include "broker/daemon/tool_client.h"

#include "base/link.h"
#include "broker/daemon/tool_socket.h"

#include <stdlib.h>

/* Longer than any turn of a broker: a fold of a large configuration takes seconds. */
enum { ANSWER_MS = 60000 };

struct tool_client {
    struct link_context *context;
    struct link_client *client;
};

bool tool_client_open(struct tool_client **out,
                      const char *folder,
                      const char *beside,
                      struct error *err)
{
    char endpoint[LINK_ENDPOINT_MAX];
    struct tool_client *made = calloc(1, sizeof(*made));

    if (made == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    if (!tool_socket_endpoint(folder, beside, endpoint, err) ||
        !link_context_create(&made->context, err) ||
        !link_client_create(&made->client, made->context, endpoint, NULL, err)) {
        tool_client_close(&made);
        return false;
    }
    *out = made;
    return true;
}

void tool_client_close(struct tool_client **client)
{
    if (*client == NULL) {
        return;
    }
    link_client_destroy(&(*client)->client);
    link_context_destroy(&(*client)->context);
    free(*client);
    *client = NULL;
}

bool tool_client_ask(struct tool_client *client,
                     struct bytes request,
                     struct bytes *out,
                     struct error *err)
{
    struct link_wait item = {.client = client->client, .fd = -1};

    if (link_client_send(client->client, request) != LINK_SENT) {
        return error_set(err, ERROR_UNAVAILABLE, "the broker's socket takes nothing");
    }
    while (link_client_receive(client->client, out) != LINK_FRAME) {
        if (!link_wait(client->context, &item, 1, ANSWER_MS, err)) {
            return false;
        }
        if (!item.ready || link_client_take_loss(client->client)) {
            return error_set(err,
                             ERROR_UNAVAILABLE,
                             "somebody has the journal, but no broker answers at its socket");
        }
    }
    return true;
}

bool tool_client_pause(struct tool_client *client, int64_t ms, struct error *err)
{
    return link_wait(client->context, NULL, 0, ms, err);
}
