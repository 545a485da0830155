/* What single sites do to the broker, or suffer: floods of garbage, more lines than an outbox may hold. */
#ifndef TESTS_SIM_TROUBLE_H
#define TESTS_SIM_TROUBLE_H

#include "tests/sim/sim.h"

/* More bad frames at once than a bug would send: quarantine. */
void trouble_flood(struct sim *sim, struct chance *chance);
/* From now on this site's outbox has no more room than a few lines, until it was away once. */
void trouble_crowd(struct sim *sim, struct chance *chance);
/* Inside a turn of the broker, before its deadlines. */
void trouble_before_deadlines(struct sim *sim, struct turn *turn);

#endif
