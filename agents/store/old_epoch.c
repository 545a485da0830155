/* The oldest epoch in the spool; see old_epoch.h. */
#include "agents/store/old_epoch.h"

#include "agents/store/spool.h"

static const char *const UNTIL_NAMES[LANE_END] = {"old-epoch.normal", "old-epoch.urgent"};

void old_epoch_use(struct agent_store *store, uint32_t epoch, struct arena *arena)
{
    const uint32_t before = (uint32_t)agent_store_number(store, "epoch");

    if (before == epoch) {
        return;
    }
    if (before != 0 && before < epoch) {
        old_epoch_note(store, before, arena);
    }
    agent_store_set_number(store, "epoch", epoch);
}

void old_epoch_note(struct agent_store *store, uint32_t epoch, struct arena *arena)
{
    const uint64_t noted = agent_store_number(store, "old-epoch");
    struct spool_state spool;

    spool_state(store, arena, &spool);
    for (int i = 0; i < LANE_END; i++) {
        agent_store_set_number(store, UNTIL_NAMES[i], spool.lanes[i].next);
    }
    if (noted == 0 || epoch < noted) {
        agent_store_set_number(store, "old-epoch", epoch);
    }
}

uint32_t old_epoch_oldest(struct agent_store *store, struct arena *arena)
{
    const uint64_t noted = agent_store_number(store, "old-epoch");
    struct spool_state spool;

    if (noted == 0) {
        return (uint32_t)agent_store_number(store, "epoch");
    }
    spool_state(store, arena, &spool);
    for (int i = 0; i < LANE_END; i++) {
        if (spool.lanes[i].first < agent_store_number(store, UNTIL_NAMES[i])) {
            return (uint32_t)noted;
        }
    }
    agent_store_set_number(store, "old-epoch", 0);
    return (uint32_t)agent_store_number(store, "epoch");
}
