/* Queries that the agent answers itself, from its mirror, its spool and its own state. */
#ifndef AGENTS_DAEMON_LOCAL_ANSWER_H
#define AGENTS_DAEMON_LOCAL_ANSWER_H

#include "agents/daemon/agent.h"
#include "proto/message.h"

enum local_answer_verdict {
    LOCAL_ANSWER_READY,
    LOCAL_ANSWER_ASK_BROKER /* only the broker can say, or says it better */
};

/* query->actor is a worker of this site. connected: the broker can be asked. */
enum local_answer_verdict
local_answer(struct agent *agent, const struct query *query, bool connected, struct answer *answer);

/* An empty answer to a query. */
void local_answer_begin(const struct query *query, struct answer *answer);
void local_answer_refuse(struct agent *agent,
                         struct answer *answer,
                         enum refusal code,
                         const char *field);
/* Put the agent's own status in front. */
void local_answer_status(struct agent *agent, struct answer *answer);

#endif
