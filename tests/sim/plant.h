/* Planted bugs: one of them lives in a run that asks for it, to prove that the simulator finds it. */
#ifndef TESTS_SIM_PLANT_H
#define TESTS_SIM_PLANT_H

#include "tests/sim/sim.h"
#include "tests/sim/wraps.h"

/* How many there are; they are numbered from 1. */
int plant_count(void);
const char *plant_name(int plant);
/* The seed to begin with; 0: the first. */
uint64_t plant_found_by(int plant);

/* The next question whether a site is away is answered with no. */
bool plant_forgets_away(void);

/* Called by effect.c at its wraps. */
void plant_before_append(struct sim *sim);
/* The broker's store is about to be opened. */
void plant_before_start(struct sim *sim);
void plant_before_commit(struct sim *sim, int agent);

struct plant_folding {
    struct store *store;
    struct arena *arena;
    const struct entry *entry;
    const struct fact *fact;
    const struct fold_place *place;
};
void plant_fold(struct sim *sim, const struct plant_folding *folding);

#endif
