/* From a configuration to a running agent, and back: everything that is opened once. */
#ifndef AGENTS_DAEMON_AGENT_SETUP_H
#define AGENTS_DAEMON_AGENT_SETUP_H

#include "agents/daemon/agent.h"

/* Keys, store, sockets, folders, in this order. False: err says what; agent_setup_close all the same. */
bool agent_setup_open(struct agent *agent, struct error *err) __attribute__((warn_unused_result));
void agent_setup_close(struct agent *agent);

#endif
