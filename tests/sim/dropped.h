/* Forms that office software writes into the drop folders of two sites. */
#ifndef TESTS_SIM_DROPPED_H
#define TESTS_SIM_DROPPED_H

#include "tests/sim/sim.h"

void dropped_name_folders(struct sim *sim);
/* A form appears, at once or slowly; sometimes the agent dies at one of the next effects. */
void dropped_form(struct sim *sim, struct chance *chance);
/* Is that file in the agent's drop folder, and there in `in` ("/": anywhere)? */
bool dropped_has(const struct sim *sim, int agent, const char *file, const char *in);
/* An agent wrote a file; a report in done/ promises what an answer to an operator does. */
void dropped_written(struct sim *sim, int agent, const char *file, struct bytes content);
/* Nothing waits in any of them. */
bool dropped_is_empty(struct sim *sim);
/* At the end: every form became one referral, or was refused, and nothing of it lies about. */
void dropped_judge(struct sim *sim);

#endif
