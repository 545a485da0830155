/* Parties: a broker and agents that start, take turns and die; see party.h. */
#include "tests/sim/party.h"

#include "agents/daemon/agent_loop.h"
#include "agents/daemon/agent_setup.h"
#include "base/file.h"
#include "base/utc.h"
#include "broker/daemon/admission.h"
#include "tests/sim/effect.h"
#include "tests/sim/ledger.h"
#include "tests/sim/plant.h"
#include "tests/sim/reader.h"
#include "tests/sim/region_set.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOON_US = 100, STORE_BYTES_MAX = 1 << 26 };

static const char *name_of(const struct sim *sim, int party)
{
    return party == NETWORK_BROKER ? "broker" : sim->agents[party].site;
}

/* From here on effects count against this party. */
static void enter(struct sim *sim, int party)
{
    sim->running = party;
    network_enter(sim->network, party);
}

static void leave(struct sim *sim)
{
    sim->running = SIM_NOBODY;
}

/* ---- the broker ---------------------------------------------------------------------------------- */

static bool use_configuration(struct sim *sim, struct error *err)
{
    struct broker *broker = sim->broker;
    if (!regions_load(&broker->regions, broker->books.store, err)) {
        return false;
    }
    broker_use_regions(broker);
    if (broker->core.region != NULL) {
        return true;
    }
    ledger_propose(sim->ledger, 0);
    return configuration_propose(broker, &sim->region->sets[0].input, CONFIGURATION_PROPOSE, err);
}

static bool open_broker(struct sim *sim, struct error *err)
{
    struct broker *broker = sim->broker;
    if (!loop_open(broker, err)) {
        return false;
    }
    ledger_broker_opened(sim->ledger, sim);
    if (!use_configuration(sim, err) || !link_context_create(&broker->context, err) ||
        !link_server_create_curve(&broker->server, broker->context, "", NULL, err)) {
        return false;
    }
    link_server_set_admission(broker->server, admission_handshake, broker);
    tool_socket_open(&broker->tools, broker->context, sim->broker_store, sim->log);
    return true;
}

static void start_broker(struct sim *sim)
{
    struct error err;
    memset(sim->broker, 0, sizeof(*sim->broker));
    memset(&sim->pace, 0, sizeof(sim->pace));
    sim->broker->settings.store = sim->broker_store;
    sim->broker->settings.disclosure_key = sim->epochs.secret;
    sim->broker->clock = sim->clock;
    sim->broker->log = sim->log;
    sim->up = true;
    sim->starts++;
    sim->wake_us = sim->boot_us + SOON_US;
    sim_say(sim, "broker starts");
    plant_before_start(sim);
    ledger_forget_ahead(sim->ledger);
    enter(sim, NETWORK_BROKER);
    if (setjmp(sim->escape) != 0) {
        party_kill(sim, NETWORK_BROKER, false, sim->boot_us + UTC_SECOND_US);
        return;
    }
    if (!open_broker(sim, &err)) {
        sim_breach(sim, "the broker does not start: %s", err.text);
    }
    leave(sim);
}

void party_propose(struct sim *sim, size_t set)
{
    struct error err;
    if (!sim->up) {
        return;
    }
    enter(sim, NETWORK_BROKER);
    if (setjmp(sim->escape) != 0) {
        party_kill(sim, NETWORK_BROKER, false, sim->boot_us + UTC_SECOND_US);
        return;
    }
    broker_read_time(sim->broker);
    if (!configuration_wait(sim->broker, &err)) { /* one reader at a time */
        sim_breach(sim, "an answer ended the broker: %s", err.text);
    }
    sim_say(sim, "proposed: %s", sim->region->sets[set].name);
    ledger_propose(sim->ledger, set);
    if (!configuration_propose(
            sim->broker, &sim->region->sets[set].input, CONFIGURATION_PROPOSE, &err)) {
        sim_breach(sim, "a proposal ended the broker: %s", err.text);
    }
    leave(sim);
    sim->wake_us = sim->boot_us + SOON_US;
}

/* ---- agents -------------------------------------------------------------------------------------- */

static void describe_agent(struct sim *sim, int index)
{
    struct sim_agent *at = &sim->agents[index];
    const struct sim_region *region = sim->region;
    memset(&at->agent, 0, sizeof(at->agent));
    (void)snprintf(
        at->store, sizeof(at->store), "%s/%s-%u", sim->folder, at->site, (unsigned)at->stores);
    for (size_t i = 0; i < at->worker_count; i++) {
        at->people[i] = (struct agent_config_person){.any = true, .worker = at->workers[i]};
    }
    at->config = (struct agent_config){
        .path = "sim",
        .site = at->site,
        .broker_key = region->broker_public,
        .curve = region->sites[index].curve,
        .sealing = region->sites[index].sealing,
        .storage = region->sites[index].storage,
        .matching = region->matching_key,
        .disclosure = sim->epochs.given,
        .endpoints = {"tcp://sim:1"},
        .endpoint_count = 1,
        .store = at->store,
        .socket = "ipc://sim",
        .socket_mode = 0600,
        .people = at->people,
        .people_count = at->worker_count,
        .spool_entries = 1000,
        .drop_folder = at->drop_folder,
        .drop_worker = at->workers[0],
    };
    at->agent.config = &at->config;
    at->agent.people = &at->config;
    at->agent.program = "refagentd sim";
    at->agent.clock = at->clock;
    at->agent.log = sim->log;
}

static void start_agent(struct sim *sim, int index)
{
    struct sim_agent *at = &sim->agents[index];
    struct error err;
    describe_agent(sim, index);
    at->up = true;
    at->wake_us = sim->boot_us + SOON_US;
    sim_say(sim, "%s starts", at->site);
    enter(sim, index);
    if (setjmp(sim->escape) != 0) {
        party_kill(sim, index, false, sim->boot_us + UTC_SECOND_US);
        return;
    }
    if (!agent_setup_open(&at->agent, &err)) {
        sim_breach(sim, "%s does not start: %s", at->site, err.text);
    }
    leave(sim);
    if (!sim->broken) {
        ledger_agent_opened(sim->ledger, sim, index);
    }
}

void party_start(struct sim *sim, int party)
{
    if (party == NETWORK_BROKER) {
        start_broker(sim);
    } else {
        start_agent(sim, party);
    }
}

bool party_is_up(const struct sim *sim, int party)
{
    return party == NETWORK_BROKER ? sim->up : sim->agents[party].up;
}

int64_t *party_wake_us(struct sim *sim, int party)
{
    return party == NETWORK_BROKER ? &sim->wake_us : &sim->agents[party].wake_us;
}

void party_lose_store(struct sim *sim, int agent)
{
    struct sim_agent *at = &sim->agents[agent];
    assert(!at->up);
    sim_say(sim, "%s loses its store", at->site);
    at->stores++;
    ledger_agent_lost_store(sim->ledger, agent);
}

/* ---- life and death ------------------------------------------------------------------------------ */

void party_kill(struct sim *sim, int party, bool half_open, int64_t again_us)
{
    leave(sim);
    ledger_hear(sim->ledger, sim, party); /* what was said is said, whatever happens to its disk */
    sim->doomed = sim->doomed == party ? SIM_NOBODY : sim->doomed;
    sim_say(sim, "%s dies%s", name_of(sim, party), half_open ? " unnoticed" : "");
    network_lose_party(sim->network, party, half_open);
    if (party == NETWORK_BROKER) {
        loop_close(sim->broker);
        effect_close_left(sim, party);
        sim->up = false;
        sim->wake_us = again_us;
        return;
    }
    agent_setup_close(&sim->agents[party].agent);
    effect_close_left(sim, party);
    sim->agents[party].up = false;
    sim->agents[party].wake_us = again_us;
}

void party_doom(struct sim *sim, int party, uint32_t effects)
{
    sim_say(sim, "%s will die in %u effects", name_of(sim, party), (unsigned)effects);
    sim->doomed = party;
    sim->effects_left = effects;
}

static void copy_file(struct sim *sim, const char *from, const char *to)
{
    struct error err;
    struct bytes content;
    if (!file_read(from, STORE_BYTES_MAX, sim->arena, &content, &err) ||
        !file_write(to, content, 0600, &err)) {
        sim_breach(sim, "the simulator cannot copy: %s", err.text);
    }
}

void party_copy_store(struct sim *sim, int agent)
{
    struct sim_agent *at = &sim->agents[agent];
    copy_file(sim,
              arena_format(sim->arena, "%s/data.mdb", at->store),
              arena_format(sim->arena, "%s/%s.copy", sim->folder, at->site));
    at->copied = true;
}

void party_restore_store(struct sim *sim, int agent)
{
    struct sim_agent *at = &sim->agents[agent];
    assert(!at->up && at->copied);
    sim_say(sim, "%s gets an old copy of its store", at->site);
    copy_file(sim,
              arena_format(sim->arena, "%s/%s.copy", sim->folder, at->site),
              arena_format(sim->arena, "%s/data.mdb", at->store));
    ledger_agent_lost_store(sim->ledger, agent);
}

/* After a turn nothing is overdue, but offers that wait after an outage. */
static void judge_deadlines(struct sim *sim)
{
    struct timer_record timer;
    const struct timekeeper *time = &sim->broker->time;
    if (time->now_us > time->hold_until_us && !sim->pace.more_deadlines &&
        store_first_timer(sim->broker->books.store, &timer) && timer.due_us < time->now_us) {
        sim_breach(
            sim, "P2: a norm passed and nothing happened (timer of kind %d)", (int)timer.kind);
    }
}

static bool one_turn(struct sim *sim, int party, struct error *err)
{
    if (party == NETWORK_BROKER) {
        tool_socket_step(sim->broker);
        return loop_turn(sim->broker, &sim->pace, err) && reader_step(sim, err);
    }
    return agent_loop_turn(&sim->agents[party].agent, err);
}

static int64_t wait_of(const struct sim *sim, int party)
{
    const int64_t wait_ms = party == NETWORK_BROKER ? loop_wait_ms(sim->broker, &sim->pace)
                                                    : agent_loop_wait_ms(&sim->agents[party].agent);
    const int64_t wait_us = wait_ms == 0 ? SOON_US : wait_ms * 1000;
    const int64_t answer_us = sim->reader_us - sim->boot_us;
    const bool reads = party == NETWORK_BROKER && sim->broker->configuration.child != 0;
    return reads && answer_us < wait_us ? (answer_us > SOON_US ? answer_us : SOON_US) : wait_us;
}

void party_turn(struct sim *sim, int party)
{
    struct error err;
    sim->turns++;
    enter(sim, party);
    if (setjmp(sim->escape) != 0) {
        const int64_t rest_us = chance_between(&sim->chance, 1000, 20 * UTC_SECOND_US);
        party_kill(sim, party, chance_percent(&sim->chance, 30), sim->boot_us + rest_us);
        return;
    }
    if (!one_turn(sim, party, &err)) {
        sim_breach(sim, "a turn of %s failed: %s", name_of(sim, party), err.text);
    }
    leave(sim);
    if (party == NETWORK_BROKER && !sim->broken) {
        judge_deadlines(sim);
    }
    *party_wake_us(sim, party) = sim->boot_us + wait_of(sim, party);
    ledger_hear(sim->ledger, sim, party);
}

void party_end_all(struct sim *sim)
{
    leave(sim);
    if (sim->up) {
        loop_close(sim->broker);
        sim->up = false;
    }
    for (int i = 0; i < SIM_AGENTS; i++) {
        if (sim->agents[i].up) {
            agent_setup_close(&sim->agents[i].agent);
            sim->agents[i].up = false;
        }
    }
}
