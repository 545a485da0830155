/* The broker came back from a backup: what it had stored and may not know any more is offered again.
 *
 * Noticed by the life that a Welcome tells. Only referrals are sent again, some a turn; the broker answers `repeated`
 * for those that it knows. Whatever else was lost with it, a person has to look at: an alarm says so.
 */
#ifndef AGENTS_DAEMON_RESEND_H
#define AGENTS_DAEMON_RESEND_H

#include "agents/daemon/agent.h"

/* A Welcome came. */
void resend_welcomed(struct agent *agent, uint64_t life);
/* Once a turn: sends some again, and forgets what was kept long enough. */
void resend_step(struct agent *agent);

#endif
