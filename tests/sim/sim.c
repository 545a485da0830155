/* One run of one seed; see sim.h. */
#include "tests/sim/sim.h"

#include "tests/sim/draw.h"
#include "tests/sim/dropped.h"
#include "tests/sim/effect.h"
#include "tests/sim/epochs.h"
#include "tests/sim/event.h"
#include "tests/sim/ledger.h"
#include "tests/sim/liveness.h"
#include "tests/sim/logbook.h"
#include "tests/sim/party.h"
#include "tests/sim/region_set.h"
#include "tests/sim/verdict.h"

#include "base/utc.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_SIM = 1, STREAM_DRAW, STREAM_NETWORK, STREAM_SETTLE, STREAM_EVENTS = 1000 };
enum { ALL_EVERY = 50, ROUGH_PERCENT = 30 };
static const size_t arena_bytes = (size_t)64 << 20;

void sim_breach(struct sim *sim, const char *format, ...)
{
    va_list args;
    if (sim->broken) {
        return;
    }
    sim->broken = true;
    va_start(args, format);
    (void)vsnprintf(sim->breach, sizeof(sim->breach), format, args);
    va_end(args);
    sim_say(sim, "BREACH %s", sim->breach);
}

void sim_say(struct sim *sim, const char *format, ...)
{
    va_list args;
    if (!sim->tell) {
        return;
    }
    logbook_read(sim);
    (void)fprintf(stderr,
                  "%6" PRIu64 " %12.6f  ",
                  sim->event,
                  (double)(sim->boot_us - UTC_HOUR_US) / (double)UTC_SECOND_US);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

/* ---- beginning and end --------------------------------------------------------------------------- */

static void *must(void *made)
{
    if (made == NULL) {
        (void)fputs("sim: no memory\n", stderr);
        exit(1);
    }
    return made;
}

static void name_agents(struct sim *sim)
{
    for (int i = 0; i < SIM_AGENTS; i++) {
        struct sim_agent *at = &sim->agents[i];
        at->site = sim->region->sites[i].id;
        memcpy(at->key, sim->region->sites[i].key, KEYS_BYTES);
        memcpy(at->workers, sim->region->sites[i].workers, sizeof(at->workers));
        at->worker_count = sim->region->sites[i].worker_count;
        at->clock = must(clock_create_manual(sim->region->start_us));
    }
}

static struct sim *begin(const struct sim_region *region, const struct sim_options *options)
{
    struct sim *sim = must(calloc(1, sizeof(*sim)));
    sim->seed = options->seed;
    sim->plant = options->plant;
    sim->tell = options->tell;
    sim->region = region;
    sim->running = SIM_NOBODY;
    sim->doomed = SIM_NOBODY;
    sim->chance = chance_of(sim->seed, STREAM_SIM);
    draw_seed(chance_of(sim->seed, STREAM_DRAW));
    hash_start(&sim->trace, bytes_of(NULL, 0), FACT_HASH_BYTES);
    sim->scratch = scratch_create();
    sim->folder = scratch_path(sim->scratch, "");
    sim->broker_store = scratch_path(sim->scratch, "broker");
    sim->boot_us = UTC_HOUR_US; /* as manual clocks begin */
    sim->clock = must(clock_create_manual(region->start_us));
    logbook_open(sim);
    sim->arena = must(arena_create(arena_bytes));
    sim->broker = must(calloc(1, sizeof(*sim->broker)));
    sim->ledger = ledger_create();
    sim->network = network_create(&sim->boot_us);
    network_reset(sim->network,
                  chance_of(sim->seed, STREAM_NETWORK),
                  chance_percent(&sim->chance, ROUGH_PERCENT));
    const struct network_watch watch = {.world = sim, .sent = effect_sent, .effect = effect_of};
    network_watch(sim->network, &watch);
    network_bind(sim->network);
    effect_bind(sim);
    name_agents(sim);
    dropped_name_folders(sim);
    epochs_open(sim);
    return sim;
}

static void end(struct sim *sim)
{
    party_end_all(sim);
    network_destroy(&sim->network);
    ledger_destroy(&sim->ledger);
    free(sim->broker);
    arena_destroy(&sim->arena);
    logbook_close(sim);
    clock_destroy(&sim->clock);
    for (int i = 0; i < SIM_AGENTS; i++) {
        clock_destroy(&sim->agents[i].clock);
    }
    scratch_destroy(&sim->scratch);
    effect_bind(NULL);
    free(sim);
}

/* ---- the run ------------------------------------------------------------------------------------- */

static void start_all(struct sim *sim)
{
    party_start(sim, NETWORK_BROKER);
    if (sim->broken) {
        return;
    }
    for (int i = 0; i < SIM_AGENTS; i++) {
        sim->agents[i].number = directory_find(
            sim->broker->core.region->directory, DIRECTORY_SITE, sim->agents[i].site);
        party_start(sim, i);
    }
    sim->administrator = directory_find(
        sim->broker->core.region->directory, DIRECTORY_WORKER, "administrator-region");
    sim_run(sim, sim->boot_us + UTC_SECOND_US);
}

static void judge_end(struct sim *sim, uint32_t events)
{
    sim->event = events;
    event_settle(sim);
    ledger_judge_promises(sim->ledger, sim);
    if (!sim->broken) {
        event_wait_out(sim);
    }
    if (!sim->broken) {
        verdict_of_end(sim);
        dropped_judge(sim);
        epochs_judge(sim);
        liveness_judge(sim);
    }
}

void sim_play(const struct sim_region *region,
              const struct sim_options *options,
              struct sim_result *result)
{
    struct sim *sim = begin(region, options);
    start_all(sim);
    for (uint32_t i = 0; i < options->events && !sim->broken; i++) {
        struct chance chance = chance_of(sim->seed, STREAM_EVENTS + i);
        sim->event = i;
        if (options->left_out == NULL || !options->left_out[i]) {
            event_happen(sim, &chance);
            verdict_of_step(sim);
        }
        if (i % ALL_EVERY == ALL_EVERY - 1) {
            arena_reset(sim->arena);
            verdict_of_all(sim);
            epochs_judge_held(sim);
            logbook_read(sim);
        }
    }
    if (!sim->broken) {
        judge_end(sim, options->events);
    }
    memset(result, 0, sizeof(*result));
    result->broken = sim->broken;
    result->event = sim->event;
    result->turns = sim->turns;
    memcpy(result->breach, sim->breach, sizeof(result->breach));
    hash_end(&sim->trace, result->digest, sizeof(result->digest));
    end(sim);
}
