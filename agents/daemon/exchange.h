/* The exchange with the broker: carries out what the uplink machine says, on store, socket and log. */
#ifndef AGENTS_DAEMON_EXCHANGE_H
#define AGENTS_DAEMON_EXCHANGE_H

#include "agents/daemon/agent.h"
#include "proto/message.h"

/* Inside a transaction: make the uplink from what the store holds. */
bool exchange_start(struct agent *agent, struct error *err) __attribute__((warn_unused_result));
/* Frames from the broker as long as there are any and the turn has room. */
void exchange_receive(struct agent *agent);
void exchange_tick(struct agent *agent);
/* A command was added to the spool in this turn. */
void exchange_spooled(struct agent *agent, enum lane lane, uint64_t number);
/* Acknowledgements and heartbeat into the outbox; the last thing before the commit. */
void exchange_finish_turn(struct agent *agent);
/* The broker's socket did not take a frame of the outbox. */
void exchange_broken(struct agent *agent);

/* Send a query of our own or of somebody on ipc. False: not connected, or the turn is full. */
bool exchange_ask(struct agent *agent, const struct query *query);

#endif
