/* Backups; see backups.h. */
#include "tests/sim/backups.h"

#include "base/kv.h"
#include "base/utc.h"
#include "broker/daemon/backup.h"
#include "tests/sim/ledger.h"
#include "tests/sim/party.h"

#include <stdlib.h>

/* Nothing that was under way arrives after it. */
#define REPAIR_US (90 * UTC_SECOND_US)

/* A run of the tool on the stopped broker's store. */
static void run_tool(struct sim *sim,
                     bool (*tool)(const struct store_tools *, const char *, struct error *))
{
    struct error err;
    struct store_tools tools = {
        .clock = sim->clock, .log = sim->log, .out = fopen("/dev/null", "w")};
    tools.settings.store = sim->broker_store;
    if (tools.out == NULL) {
        abort();
    }
    const char *folder =
        arena_format(sim->arena, "%s/backup-%u", sim->folder, (unsigned)sim->restored);
    if (!tool(&tools, folder, &err)) {
        sim_breach(sim, "P7: a backup: %s", err.text);
    }
    (void)fclose(tools.out);
}

void backups_take(struct sim *sim)
{
    if (sim->up) {
        party_kill(sim, NETWORK_BROKER, false, sim->boot_us + UTC_SECOND_US);
    }
    sim_say(sim, "a backup is made");
    run_tool(sim, backup_run);
    ledger_copy(sim->ledger);
    sim->backed_up = true;
}

void backups_restore(struct sim *sim)
{
    if (!sim->backed_up) {
        return;
    }
    if (sim->up) {
        party_kill(sim, NETWORK_BROKER, false, INT64_MAX);
    }
    sim->wake_us = INT64_MAX;
    sim_run(sim, sim->boot_us + REPAIR_US);
    sim_say(sim, "the broker comes back from its backup");
    arena_reset(sim->arena);
    kv_remove(arena_format(sim->arena, "%s/journal", sim->broker_store));
    kv_remove(arena_format(sim->arena, "%s/state", sim->broker_store));
    run_tool(sim, backup_restore);
    ledger_go_back(sim->ledger);
    sim->backed_up = false; /* another life: the next backup has a folder of its own */
    sim->restored++;
    sim->wake_us = sim->boot_us + UTC_SECOND_US;
}
