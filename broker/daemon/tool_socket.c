/* Requests of tools; see tool_socket.h. */
#include "broker/daemon/tool_socket.h"

#include "broker/daemon/backup_page.h"

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

void tool_socket_step(struct tool_socket *socket, struct journal *journal, struct arena *arena)
{
    static const uint8_t refused[1] = {BACKUP_PAGE_UNSPECIFIED};
    struct link_frame frame;
    struct bytes answer;

    if (socket->server == NULL || link_server_receive(socket->server, &frame) != LINK_FRAME) {
        return;
    }
    if (frame.peer.uid != geteuid()) {
        LOG_ALARM(socket->log, "tool_refused", LOG_NUMBER("uid", frame.peer.uid));
        answer = bytes_of(refused, sizeof(refused));
    } else if (!backup_page_answer(journal, frame.body, arena, &answer)) {
        LOG_WARN(socket->log, "tool_request_bad", LOG_NUMBER("bytes", frame.body.size));
        answer = bytes_of(refused, sizeof(refused));
    }
    (void)link_server_send(socket->server, &frame.peer, answer);
}
