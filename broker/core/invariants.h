/* Invariants: what must hold in the state after every batch, for tests, the simulator and fsck.
 *
 * Source: DOMAIN.md, "Invariants". */
#ifndef BROKER_CORE_INVARIANTS_H
#define BROKER_CORE_INVARIANTS_H

#include "base/error.h"
#include "broker/core/core.h"

/* Walk the whole state; every breach is added to the list. True when there was none. */
bool invariants_hold(struct store *store, struct error_list *breaches);

#endif
