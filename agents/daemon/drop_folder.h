/* The drop folder: office software writes forms into it, the agent submits them.
 *
 *     incoming/   forms; a file counts when it was renamed in, or has not changed for a second
 *     taking/     being submitted; the id of the referral stands in the name
 *     done/       what became of each: id and labels, no facts of the family
 *     refused/    the form as it was, and beside it NAME.error, in Russian and English
 *
 * A form leaves taking/ only after the store was committed, so a crash repeats it with the same id.
 */
#ifndef AGENTS_DAEMON_DROP_FOLDER_H
#define AGENTS_DAEMON_DROP_FOLDER_H

#include "agents/daemon/agent.h"

/* Makes the folders that are missing. Does nothing when the configuration has no drop folder. */
bool drop_folder_open(struct agent *agent, struct error *err) __attribute__((warn_unused_result));
void drop_folder_close(struct drop_folder **drop);

/* -1 without one. */
int drop_folder_fd(const struct drop_folder *drop);
/* Look for new forms and submit them, inside a transaction. */
void drop_folder_step(struct agent *agent);
/* After the commit: move what is settled. */
void drop_folder_finish_turn(struct agent *agent);
/* Boot clock. */
int64_t drop_folder_deadline_us(const struct drop_folder *drop);

#endif
