/* Judging: what must hold after every event, every so often, and at the end when everything has arrived. */
#ifndef TESTS_SIM_VERDICT_H
#define TESTS_SIM_VERDICT_H

#include "tests/sim/sim.h"

/* The cases that were touched since. */
void verdict_of_step(struct sim *sim);
/* Every invariant of the state. */
void verdict_of_all(struct sim *sim);
/* After event_settle: nothing is missing, every mirror is what the state says, the journal folds to the state. */
void verdict_of_end(struct sim *sim);

#endif
