/* The agent's loop: the only place that waits, commits and sends. */
#ifndef AGENTS_DAEMON_AGENT_LOOP_H
#define AGENTS_DAEMON_AGENT_LOOP_H

#include "agents/daemon/agent.h"

/* Turn after turn until SIGTERM or SIGINT. False: the store or a socket failed; the process must end. */
bool agent_loop_run(struct agent *agent, struct error *err) __attribute__((warn_unused_result));

#endif
