/* A failing seed made small: events that it breaks without are left out. */
#ifndef TESTS_SIM_SHRINK_H
#define TESTS_SIM_SHRINK_H

#include "tests/sim/sim.h"

enum { SHRINK_EVENTS_MAX = 10000 };

/* options  of the run that broke, with at most SHRINK_EVENTS_MAX events
 * left_out  as many flags; in: none, out: the events that it breaks the same way without
 * Returns the number of events up to the breach. */
uint32_t shrink_seed(const struct sim_region *region,
                     const struct sim_options *options,
                     const struct sim_result *broken,
                     bool *left_out);

#endif
