/* The agent's service on its ipc socket: refctl, refweb and other tools of the site speak Envelope here.
 *
 * The peer's uid says as which worker it may speak (`people:`). Forms are answered as soon as they are
 * durable; other commands wait a while for the broker's reply; queries are answered from the mirror or
 * passed on.
 */
#ifndef AGENTS_DAEMON_IPC_SERVICE_H
#define AGENTS_DAEMON_IPC_SERVICE_H

#include "agents/daemon/agent.h"
#include "proto/message.h"

/* Frames of peers as long as there are any and the turn has room. */
void ipc_service_receive(struct agent *agent);
/* The broker answered a spooled command. True: somebody waited and is told. */
bool ipc_service_settled(struct agent *agent, const struct reply *reply);
/* The broker answered a query. */
void ipc_service_answered(struct agent *agent, const struct answer *answer);
/* Those who waited too long get what the agent itself can say. */
void ipc_service_tick(struct agent *agent);

#endif
