/* The other end of the broker's socket for tools (tool_socket.h): one request, one answer. */
#ifndef BROKER_DAEMON_TOOL_CLIENT_H
#define BROKER_DAEMON_TOOL_CLIENT_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct tool_client;

/* folder, beside  as for tool_socket_endpoint */
bool tool_client_open(struct tool_client **out,
                      const char *folder,
                      const char *beside,
                      struct error *err) __attribute__((warn_unused_result));
void tool_client_close(struct tool_client **client);
/* out     valid until the next request
 * Errors  UNAVAILABLE: nobody answers */
bool tool_client_ask(struct tool_client *client,
                     struct bytes request,
                     struct bytes *out,
                     struct error *err) __attribute__((warn_unused_result));
/* Until it may be worth asking again. */
bool tool_client_pause(struct tool_client *client, int64_t ms, struct error *err)
    __attribute__((warn_unused_result));

#endif
