/* The way of a command into the spool: checked, sealed, numbered. Used by the ipc service and the drop folder.
 *
 * A form becomes a referral here: its facts are sealed to the region's disclosure key, matching keys are
 * made, and nothing of it rests in the open.
 */
#ifndef AGENTS_DAEMON_INTAKE_H
#define AGENTS_DAEMON_INTAKE_H

#include "agents/daemon/agent.h"
#include "proto/message.h"

/* Where the command stands; number 0: it was not spooled now (refused, or it had been before). */
struct intake_place {
    enum lane lane;
    uint64_t number;
};

/* command->actor is a worker the site vouches for. reply is what the sender is to be told once the
 * store has been committed; its texts live in the turn's arena. */
void intake_take(struct agent *agent,
                 const struct command *command,
                 struct reply *reply,
                 struct intake_place *place);

/* Fill a refusal with one problem. detail may be NULL. */
void intake_refuse(struct agent *agent,
                   struct reply *reply,
                   enum refusal code,
                   const char *field,
                   const char *detail);

#endif
