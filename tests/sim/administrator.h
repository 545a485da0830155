/* The administrator of the region, as chance leads: proposes sets through the protocol, for now, for later or to decide
 * beside; withdraws, promotes, rolls back; sometimes somebody else tries. */
#ifndef TESTS_SIM_ADMINISTRATOR_H
#define TESTS_SIM_ADMINISTRATOR_H

#include "tests/sim/sim.h"

/* A plan comes into force at most so long after it was proposed. */
#define ADMINISTRATOR_AHEAD_US INT64_C(1200000000)

void administrator_act(struct sim *sim, struct chance *chance);

#endif
