/* Randomness of the product (ids, nonces, keys, jitter), drawn from the seed: libsodium's generator is replaced. */
#ifndef TESTS_SIM_DRAW_H
#define TESTS_SIM_DRAW_H

#include "tests/sim/chance.h"

/* Before anything uses libsodium. */
void draw_start(void);
/* From now on the same numbers come again. */
void draw_seed(struct chance chance);

#endif
