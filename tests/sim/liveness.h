/* In the end everything that was accepted has its answer; see DESIGN §7, P2. */
#ifndef TESTS_SIM_LIVENESS_H
#define TESTS_SIM_LIVENESS_H

#include "tests/sim/sim.h"

/* After days in which nobody did anything and no machine failed: every open case has a curator, or lies on a desk
 * about which somebody was alarmed; every referrer has the receipts that this means. */
void liveness_judge(struct sim *sim);

#endif
