/* Parties: a broker and agents that start, take turns and die. */
#ifndef TESTS_SIM_PARTY_H
#define TESTS_SIM_PARTY_H

#include "tests/sim/sim.h"

/* party  an agent's index, or NETWORK_BROKER */
void party_start(struct sim *sim, int party);
bool party_is_up(const struct sim *sim, int party);
/* When it takes its next turn; when it is down: when it starts. */
int64_t *party_wake_us(struct sim *sim, int party);
void party_turn(struct sim *sim, int party);
/* The process is gone: nothing that was not committed remains. It comes back at that time (boot clock). */
void party_kill(struct sim *sim, int party, bool half_open, int64_t again_us);
/* It will die at its n-th effect from now, before or after it. */
void party_doom(struct sim *sim, int party, uint32_t effects);
/* Of an agent that is down. */
void party_lose_store(struct sim *sim, int agent);
/* Somebody copies an agent's store, and much later that copy takes its place (the agent is down). */
void party_copy_store(struct sim *sim, int agent);
void party_restore_store(struct sim *sim, int agent);
/* A set of configuration files is proposed. Its index is region_set's. */
void party_propose(struct sim *sim, size_t set);
void party_end_all(struct sim *sim);

#endif
