/* Hooks: programs of the site that are told what happened, as JSON on their standard input.
 *
 * An event is queued in the store with the change that it tells of, so it survives a crash; a program
 * that fails is tried again with backoff. Facts of a family are put in only where the configuration
 * says so, when the program starts, and never rest in the queue.
 */
#ifndef AGENTS_DAEMON_HOOKS_H
#define AGENTS_DAEMON_HOOKS_H

#include "agents/core/news.h"
#include "agents/daemon/agent.h"
#include "agents/store/spool.h"

#include <stdint.h>

enum { HOOKS_RUNNING_MAX = 4, HOOKS_ATTEMPTS_MAX = 6 };

/* NULL: the arena is full. */
struct hooks *hooks_create(struct arena *arena);

/* Queue an event for every hook that wants it. */
void hooks_tell(struct agent *agent, const struct delivery *delivery, const struct news *news);
void hooks_tell_refused(struct agent *agent,
                        const struct spool_refusal *refusal,
                        const struct reply *reply);

/* Reap what ended, end what takes too long, start what is due. */
void hooks_step(struct agent *agent);
/* Boot clock. */
int64_t hooks_deadline_us(const struct hooks *hooks);
/* Ends running programs; their events stay queued. */
void hooks_stop(struct hooks *hooks);

#endif
