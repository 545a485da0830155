/* Backups of the broker, by the real tools, and a broker that comes back from one: what came later is lost there, and
 * the ledger goes back with it; what agents promised is not. */
#ifndef TESTS_SIM_BACKUPS_H
#define TESTS_SIM_BACKUPS_H

#include "tests/sim/sim.h"

/* The broker is stopped for it. */
void backups_take(struct sim *sim);
/* The broker's disk is lost; a minute later it stands with the newest backup. Nothing when there is none. */
void backups_restore(struct sim *sim);

#endif
