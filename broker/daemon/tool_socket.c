/* Requests of tools; see tool_socket.h. */
#include "broker/daemon/tool_socket.h"

#include "broker/daemon/backup_page.h"
#include "broker/daemon/broker.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SOCKET_PATH_MAX = 107 /* of struct sockaddr_un */ };

bool tool_socket_endpoint(const char *folder,
                          const char *beside,
                          char endpoint[LINK_ENDPOINT_MAX],
                          struct error *err)
{
    const int length =
        snprintf(endpoint, LINK_ENDPOINT_MAX, "ipc://%s/%s/tools.sock", folder, beside);

    return length - 6 <= SOCKET_PATH_MAX ||
           error_set(err, ERROR_CONFIG, "%s: its path is too long for a socket", folder);
}

void tool_socket_open(struct tool_socket *out,
                      struct link_context *context,
                      const char *store,
                      struct log *log)
{
    struct error err;

    *out = (struct tool_socket){.log = log};
    if (!tool_socket_endpoint(store, ".", out->endpoint, &err) ||
        !link_server_create_ipc(&out->server, context, out->endpoint, 0600, &err)) {
        LOG_WARN(log, "tool_socket_closed", LOG_TEXT("error", err.text));
    }
}

void tool_socket_close(struct tool_socket *socket)
{
    if (socket->server != NULL) {
        link_server_destroy(&socket->server);
        (void)unlink(socket->endpoint + strlen("ipc://")); /* libzmq leaves it */
    }
}

static bool answer_rotation(struct broker *broker, struct bytes *out)
{
    struct rotation_state state;

    rotation_reload(broker);
    rotation_describe(broker, &state);
    return rotation_write(&state, broker->arena, out);
}

static bool answer(struct broker *broker, struct bytes request, struct bytes *out)
{
    return request.size == 1 && request.data[0] == ROTATION_ASKED
               ? answer_rotation(broker, out)
               : backup_page_answer(broker->books.journal, request, broker->arena, out);
}

void tool_socket_step(struct broker *broker)
{
    static const uint8_t refused[1] = {BACKUP_PAGE_UNSPECIFIED};
    struct link_server *server = broker->tools.server;
    struct link_frame frame;
    struct bytes answered = bytes_of(refused, sizeof(refused));

    if (server == NULL || link_server_receive(server, &frame) != LINK_FRAME) {
        return;
    }
    if (frame.peer.uid != geteuid()) {
        LOG_ALARM(broker->log, "tool_refused", LOG_NUMBER("uid", frame.peer.uid));
    } else if (!answer(broker, frame.body, &answered)) {
        LOG_WARN(broker->log, "tool_request_bad", LOG_NUMBER("bytes", frame.body.size));
        answered = bytes_of(refused, sizeof(refused));
    }
    (void)link_server_send(server, &frame.peer, answered);
}
