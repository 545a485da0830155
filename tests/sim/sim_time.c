/* Virtual time: the next thing that is due happens next; see sim.h. */
#include "tests/sim/party.h"
#include "tests/sim/sim.h"

static void advance(struct sim *sim, int64_t to_us)
{
    const int64_t by_us = to_us - sim->boot_us;
    if (by_us <= 0) {
        return;
    }
    sim->boot_us = to_us;
    clock_advance(sim->clock, by_us);
    for (int i = 0; i < SIM_AGENTS; i++) {
        clock_advance(sim->agents[i].clock, by_us);
    }
}

static int64_t due_of(struct sim *sim, int party)
{
    const int64_t wake_us = *party_wake_us(sim, party);
    const int64_t frame_us =
        party_is_up(sim, party) ? network_due_us(sim->network, party) : INT64_MAX;
    return frame_us < wake_us ? frame_us : wake_us;
}

static void act(struct sim *sim, int party)
{
    if (party_is_up(sim, party)) {
        party_turn(sim, party);
    } else {
        party_start(sim, party);
    }
}

void sim_run(struct sim *sim, int64_t until_us)
{
    while (!sim->broken) {
        int next = NETWORK_BROKER;
        int64_t due_us = due_of(sim, NETWORK_BROKER);
        for (int i = 0; i < SIM_AGENTS; i++) {
            const int64_t agent_us = due_of(sim, i);
            if (agent_us < due_us) {
                due_us = agent_us;
                next = i;
            }
        }
        if (due_us > until_us) {
            break;
        }
        advance(sim, due_us);
        act(sim, next);
    }
    advance(sim, until_us);
}

void sim_leap(struct sim *sim, int64_t until_us, int64_t stride_us)
{
    while (!sim->broken && sim->boot_us < until_us) {
        const int64_t left_us = until_us - sim->boot_us;
        advance(sim, sim->boot_us + (left_us < stride_us ? left_us : stride_us));
        if (sim->up) {
            party_turn(sim, NETWORK_BROKER);
        }
    }
}
