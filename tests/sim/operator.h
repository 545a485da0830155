/* People at their agents, as chance leads them. */
#ifndef TESTS_SIM_OPERATOR_H
#define TESTS_SIM_OPERATOR_H

#include "tests/sim/sim.h"

void operator_act(struct sim *sim, struct chance *chance);

#endif
