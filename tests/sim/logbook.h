/* The log that all parties write: no family's name may stand in it, and its alarms are remembered. */
#ifndef TESTS_SIM_LOGBOOK_H
#define TESTS_SIM_LOGBOOK_H

#include "tests/sim/sim.h"

void logbook_open(struct sim *sim);
void logbook_close(struct sim *sim);
/* Takes in what was written since; `run tell` shows it. */
void logbook_read(struct sim *sim);
/* Whether somebody was alarmed about the case with that number of the year. */
bool logbook_has_alarm(const struct sim *sim, uint32_t sequence);

#endif
