/* People at their agents, as chance leads them. */
#ifndef TESTS_SIM_OPERATOR_H
#define TESTS_SIM_OPERATOR_H

#include "tests/sim/sim.h"

/* Over the agent's ipc, under the event's number. */
void operator_say(struct sim *sim, int agent, struct command *command);
void operator_act(struct sim *sim, struct chance *chance);

#endif
