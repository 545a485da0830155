/* The moments at which a process may die: before and after everything that others, or a later start, can notice. */
#ifndef TESTS_SIM_EFFECT_H
#define TESTS_SIM_EFFECT_H

#include "tests/sim/sim.h"

/* The run that wrapped functions belong to. */
void effect_bind(struct sim *sim);
struct sim *effect_sim(void);
/* For network_watch: world is the run. */
void effect_of(void *world, int party);
void effect_sent(void *world, int party, const uint8_t key[KEYS_BYTES], struct bytes frame);
/* What a party left open, as nobody can close it any more: it died in the middle of something. */
void effect_close_left(struct sim *sim, int party);

#endif
