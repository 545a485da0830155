/* What happens next: people, faults, reloads, time. */
#ifndef TESTS_SIM_EVENT_H
#define TESTS_SIM_EVENT_H

#include "tests/sim/sim.h"

void event_happen(struct sim *sim, struct chance *chance);
/* The faults end, everybody is up, and everything that is under way arrives. */
void event_settle(struct sim *sim);
/* Days in which nobody does anything; then it settles again. */
void event_wait_out(struct sim *sim);

#endif
