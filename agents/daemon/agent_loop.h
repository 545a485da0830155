/* The agent's loop: the only place that waits, commits and sends. */
#ifndef AGENTS_DAEMON_AGENT_LOOP_H
#define AGENTS_DAEMON_AGENT_LOOP_H

#include "agents/daemon/agent.h"

/* Turn after turn until SIGTERM or SIGINT. False: the store or a socket failed; the process must end. */
bool agent_loop_run(struct agent *agent, struct error *err) __attribute__((warn_unused_result));

/* One turn: what came and what is due, committed, then sent. After false the process must end. */
bool agent_loop_turn(struct agent *agent, struct error *err) __attribute__((warn_unused_result));
/* How long may be waited for frames and files before the next turn. */
int64_t agent_loop_wait_ms(const struct agent *agent);

#endif
