/* Floods and overfull outboxes; see trouble.h. */
#include "tests/sim/trouble.h"

#include "proto/limits.h"
#include "tests/sim/effect.h"
#include "tests/sim/ledger.h"
#include "tests/sim/plant.h"

enum { BAD_FRAMES = 34 /* over the burst of strikes */, LINES_MOST = 4 };

void trouble_flood(struct sim *sim, struct chance *chance)
{
    static const char garbage[] = "\xff\x00\x13 no envelope";
    const int agent = (int)chance_below(chance, SIM_AGENTS);
    sim_say(sim, "%s floods", sim->agents[agent].site);
    ledger_flooded(sim->ledger, sim, agent);
    for (int i = 0; i < BAD_FRAMES; i++) {
        network_inject(sim->network, agent, bytes_of(garbage, sizeof(garbage)));
    }
}

void trouble_crowd(struct sim *sim, struct chance *chance)
{
    const struct sim_agent *at = &sim->agents[chance_below(chance, SIM_AGENTS)];
    sim_say(sim, "the outbox of %s has room for %d lines", at->site, LINES_MOST);
    sim->crowded = at->number;
}

void trouble_before_deadlines(struct sim *sim, struct turn *turn)
{
    const struct site_record record = __real_store_site(turn->store, sim->crowded);
    if (sim->crowded == 0 || record.away || record.waiting <= LINES_MOST) {
        return;
    }
    sim->overfull = true;
    turn_mark_away(turn, sim->crowded);
    sim->overfull = false;
    sim->crowded = 0;
}

/* As if all but a few of its lines stood there already. */
struct site_record __wrap_store_site(struct store *store, uint32_t site)
{
    struct sim *sim = effect_sim();
    struct site_record record = __real_store_site(store, site);
    if (sim->overfull && site == sim->crowded) {
        sim->overfull = false; /* what is folded after it is the truth */
        record.waiting += LIMIT_OUTBOX_LINES - LINES_MOST;
    }
    record.away = record.away && !plant_forgets_away();
    return record;
}
