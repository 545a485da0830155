/* Events; see event.h. */
#include "tests/sim/event.h"

#include "agents/store/mirror.h"
#include "agents/store/spool.h"
#include "base/utc.h"
#include "tests/sim/administrator.h"
#include "tests/sim/backups.h"
#include "tests/sim/dropped.h"
#include "tests/sim/epochs.h"
#include "tests/sim/ledger.h"
#include "tests/sim/operator.h"
#include "tests/sim/party.h"
#include "tests/sim/region_set.h"
#include "tests/sim/trouble.h"

#include <string.h>

#define SETTLE_US (40 * UTC_MINUTE_US)
#define SILENCE_US                                                                                 \
    (6 * 24 * UTC_HOUR_US) /* beyond the longest norm for a curator, weekend and all */
/* Under the 5 minutes that the broker calls an outage. */
#define STRIDE_US (4 * UTC_MINUTE_US)

/* ---- faults -------------------------------------------------------------------------------------- */

static int some_party(struct chance *chance)
{
    return chance_percent(chance, 40) ? NETWORK_BROKER : (int)chance_below(chance, SIM_AGENTS);
}

static void die(struct sim *sim, struct chance *chance)
{
    const int party = some_party(chance);
    const bool up = party == NETWORK_BROKER ? sim->up : sim->agents[party].up;
    if (chance_percent(chance, 70)) {
        party_doom(sim, party, chance_below(chance, chance_percent(chance, 50) ? 6 : 30));
    } else if (up) {
        party_kill(sim,
                   party,
                   chance_percent(chance, 30),
                   sim->boot_us + chance_between(chance, 1000, 60 * UTC_SECOND_US));
    }
}

static void trouble_network(struct sim *sim, struct chance *chance)
{
    const int agent = (int)chance_below(chance, SIM_AGENTS);
    static const char garbage[] = "\xff\x00\x12 no envelope";
    switch (chance_below(chance, 5)) {
    case 0:
        network_break(sim->network, agent, chance_percent(chance, 40));
        break;
    case 1:
        network_hold(
            sim->network, agent, sim->boot_us + chance_between(chance, 1000, 40 * UTC_SECOND_US));
        break;
    case 2:
        network_slow(sim->network, agent, chance_between(chance, 0, 4 * UTC_SECOND_US));
        break;
    case 3:
        network_slow(sim->network, agent, 0);
        break;
    default:
        network_inject(sim->network, agent, bytes_of(garbage, sizeof(garbage)));
        break;
    }
}

/* A machine is set up anew, without what was on its disk. */
static void lose_store(struct sim *sim, struct chance *chance)
{
    const int agent = (int)chance_below(chance, SIM_AGENTS);
    if (sim->agents[agent].up) {
        party_kill(sim, agent, false, sim->boot_us + UTC_SECOND_US);
    }
    party_lose_store(sim, agent);
}

static void copy_or_restore(struct sim *sim, struct chance *chance)
{
    const int agent = (int)chance_below(chance, SIM_AGENTS);
    if (!sim->agents[agent].copied) {
        party_copy_store(sim, agent);
        return;
    }
    if (sim->agents[agent].up) {
        party_kill(sim, agent, false, sim->boot_us + UTC_SECOND_US);
    }
    party_restore_store(sim, agent);
}

static void reload(struct sim *sim, struct chance *chance)
{
    const size_t set =
        chance_percent(chance, 40) ? 0 : chance_below(chance, (uint32_t)sim->region->set_count);
    party_propose(sim, set);
}

static void set_clock(struct sim *sim, struct chance *chance)
{
    const int64_t off_us = chance_between(chance, -UTC_HOUR_US, UTC_HOUR_US);
    clock_set_wall(sim->clock, clock_wall_us(sim->clock) + off_us);
}

/* ---- time ---------------------------------------------------------------------------------------- */

static void let_time_pass(struct sim *sim, struct chance *chance)
{
    const uint32_t how = chance_below(chance, 100);
    int64_t us = chance_between(chance, 0, 300 * 1000);
    if (how >= 98) {
        sim_leap(
            sim, sim->boot_us + chance_between(chance, UTC_MINUTE_US, 8 * UTC_HOUR_US), STRIDE_US);
    } else if (how >= 96) {
        us = chance_between(chance, 0, 40 * UTC_SECOND_US);
    } else if (how >= 75) {
        us = chance_between(chance, 0, 2 * UTC_SECOND_US);
    }
    sim_run(sim, sim->boot_us + us);
}

/* In one of four runs, but there again and again, as a rotation that broke off is gone on with. */
static bool rotates(const struct sim *sim)
{
    return sim->seed % 4 == 0;
}

/* ---- events -------------------------------------------------------------------------------------- */

void event_happen(struct sim *sim, struct chance *chance)
{
    const uint32_t what = chance_below(chance, 1000);
    arena_reset(sim->arena);
    if (what < 760 || (what < 765 && !rotates(sim))) {
        operator_act(sim, chance);
    } else if (what < 765) {
        epochs_rotate(sim, chance);
    } else if (what < 780) {
        dropped_form(sim, chance);
    } else if (what < 800) {
        administrator_act(sim, chance);
    } else if (what < 855) {
        trouble_network(sim, chance);
    } else if (what < 860) {
        trouble_flood(sim, chance);
    } else if (what < 930) {
        die(sim, chance);
    } else if (what < 950) {
        reload(sim, chance);
    } else if (what < 955) {
        trouble_crowd(sim, chance);
    } else if (what < 965) {
        lose_store(sim, chance);
    } else if (what < 968) {
        backups_take(sim);
    } else if (what < 970) {
        backups_restore(sim);
    } else if (what < 980) {
        copy_or_restore(sim, chance);
    } else if (what < 985) {
        set_clock(sim, chance);
    } else {
        sim->disk_low = !sim->disk_low;
    }
    let_time_pass(sim, chance);
}

/* ---- the end ------------------------------------------------------------------------------------- */

static bool agent_is_quiet(struct sim *sim, int index)
{
    struct error err;
    struct spool_state spool;
    const struct sim_agent *at = &sim->agents[index];
    if (!at->up || !uplink_is_open(at->agent.uplink)) {
        return false;
    }
    const struct site_record record = store_site(sim->broker->books.store, at->number);
    if (!agent_store_begin(at->agent.store, &err)) {
        return false;
    }
    arena_reset(sim->arena);
    spool_state(at->agent.store, sim->arena, &spool);
    const bool complete = mirror_is_complete(at->agent.store);
    return agent_store_commit(at->agent.store, &err) && spool.waiting == 0 && record.waiting == 0 &&
           !record.away && complete;
}

static bool is_quiet(struct sim *sim)
{
    if (!sim->up) {
        return false;
    }
    for (int i = 0; i < SIM_AGENTS; i++) {
        if (!ledger_is_refused(sim->ledger, i) && !agent_is_quiet(sim, i)) {
            return false;
        }
    }
    return !ledger_has_pending(sim->ledger) && dropped_is_empty(sim);
}

static void tell_unsettled(struct sim *sim)
{
    for (int i = 0; i < SIM_AGENTS && sim->up; i++) {
        if (!ledger_is_refused(sim->ledger, i) && !agent_is_quiet(sim, i)) {
            const struct site_record record =
                store_site(sim->broker->books.store, sim->agents[i].number);
            sim_breach(sim,
                       "P2: %s is not settled: open %d, %u lines wait, away %d",
                       sim->agents[i].site,
                       sim->agents[i].up && uplink_is_open(sim->agents[i].agent.uplink),
                       (unsigned)record.waiting,
                       (int)record.away);
        }
    }
    if (!dropped_is_empty(sim)) {
        sim_breach(sim, "P2: a dropped form is not settled");
    }
    sim_breach(sim, sim->up ? "P6: a proposal is not settled" : "P7: the broker does not come up");
}

static void wait_for_quiet(struct sim *sim)
{
    const int64_t until_us = sim->boot_us + SETTLE_US;
    while (!sim->broken && sim->boot_us < until_us && !is_quiet(sim)) {
        sim_run(sim, sim->boot_us + 5 * UTC_SECOND_US);
    }
    if (!sim->broken && !is_quiet(sim)) {
        tell_unsettled(sim);
    }
}

void event_settle(struct sim *sim)
{
    network_set_rough(sim->network, false);
    sim->doomed = SIM_NOBODY;
    sim->disk_low = false;
    for (int i = 0; i < SIM_AGENTS; i++) {
        network_hold(sim->network, i, 0);
        network_slow(sim->network, i, 0);
    }
    while (!sim->up && !sim->broken) {
        sim_run(sim, sim->boot_us + UTC_SECOND_US);
    }
    wait_for_quiet(sim);
    const int64_t until_us = sim->boot_us + ADMINISTRATOR_AHEAD_US + SETTLE_US;
    sim_leap(sim, sim->boot_us + ADMINISTRATOR_AHEAD_US, STRIDE_US);
    while (!sim->broken && ledger_has_plans(sim->ledger) && sim->boot_us < until_us) {
        sim_run(sim, sim->boot_us + 5 * UTC_SECOND_US);
    }
    party_propose(sim, 0);
    wait_for_quiet(sim);
    epochs_settle(sim);
}

void event_wait_out(struct sim *sim)
{
    sim_say(sim, "silence");
    sim_leap(sim, sim->boot_us + SILENCE_US, 2 * UTC_HOUR_US);
    wait_for_quiet(sim);
}
