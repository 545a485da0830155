/* The agent's loop: see agent_loop.h. */
#include "agents/daemon/agent_loop.h"

#include "agents/daemon/drop_folder.h"
#include "agents/daemon/exchange.h"
#include "agents/daemon/hooks.h"
#include "agents/daemon/ipc_service.h"
#include "agents/daemon/resend.h"
#include "agents/daemon/waiting.h"
#include "base/utc.h"

#include <stdlib.h>

enum { WAIT_MOST_MS = 30000 };

static void read_clock(struct agent *agent)
{
    agent->now_us = clock_wall_us(agent->clock);
    agent->boot_us = clock_boot_us(agent->clock);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t agent_loop_wait_ms(const struct agent *agent)
{
    if (agent->expiry.running) {
        return 0;
    }
    int64_t due_us = uplink_deadline_us(agent->uplink);
    due_us = earlier(due_us, waiting_deadline_us(agent->waiting));
    due_us = earlier(due_us, hooks_deadline_us(agent->hooks));
    due_us = earlier(due_us, drop_folder_deadline_us(agent->drop));
    int64_t now_us = clock_boot_us(agent->clock);
    if (due_us <= now_us) {
        return 0;
    }
    return earlier((due_us - now_us) / 1000 + 1, WAIT_MOST_MS);
}

static bool wait_for_work(struct agent *agent, struct error *err)
{
    struct link_wait items[4] = {{.server = agent->server, .fd = -1},
                                 {.fd = signals_fd(agent->signals)}};
    size_t count = 2;
    if (agent->client != NULL) {
        items[count++] = (struct link_wait){.client = agent->client, .fd = -1};
    }
    if (agent->drop != NULL) {
        items[count++] = (struct link_wait){.fd = drop_folder_fd(agent->drop)};
    }
    return link_wait(agent->context, items, count, agent_loop_wait_ms(agent), err);
}

/* People and hooks are taken over; a file with mistakes changes nothing. */
static void reload(struct agent *agent)
{
    struct error_list *errors = calloc(1, sizeof *errors);
    struct agent_config *fresh = NULL;
    if (errors == NULL) {
        return;
    }
    if (!agent_config_load(agent->config->path, &fresh, errors)) {
        char line[sizeof errors->items[0].text + sizeof errors->items[0].at.file + 32];
        LOG_ERROR(agent->log,
                  "reload_refused",
                  LOG_NUMBER("errors", errors->count + errors->dropped),
                  LOG_TEXT("first", error_format(&errors->items[0], line, sizeof line)));
        free(errors);
        return;
    }
    free(errors);
    const char *restart = agent_config_needs_restart(agent->config, fresh);
    if (restart != NULL) {
        LOG_WARN(agent->log, "reload_needs_restart", LOG_TEXT("setting", restart));
    }
    const struct agent_config *before = agent->people;
    agent->people = fresh;
    if (before != agent->config) {
        struct agent_config *old = (struct agent_config *)(uintptr_t)before;
        agent_config_destroy(&old);
    }
    LOG_INFO(agent->log,
             "reloaded",
             LOG_NUMBER("people", fresh->people_count),
             LOG_NUMBER("hooks", fresh->hook_count));
}

static void flush(struct agent *agent)
{
    bool broken = false;
    for (size_t i = 0; i < agent->outbox->count; i++) {
        const struct outbox_item *item = &agent->outbox->items[i];
        if (!item->to_broker) {
            /* A peer that is gone or does not read loses its answer; commands are durable anyway. */
            (void)link_server_send(agent->server, &item->peer, item->frame);
            continue;
        }
        if (item->connection == agent->connection && agent->client != NULL && !broken) {
            broken = link_client_send(agent->client, item->frame) != LINK_SENT;
        }
    }
    agent->outbox->count = 0;
    if (broken) {
        exchange_broken(agent);
    }
}

static void expire_facts(struct agent *agent)
{
    const uint64_t deleted =
        expiry_step(&agent->expiry, agent->store, agent->now_us, agent->boot_us, agent->turn);
    if (deleted > 0) {
        LOG_INFO(agent->log,
                 "facts_expired",
                 LOG_TEXT("site", agent->config->site),
                 LOG_NUMBER("count", deleted));
    }
}

bool agent_loop_turn(struct agent *agent, struct error *err)
{
    arena_reset(agent->turn);
    read_clock(agent);
    if (!agent_store_begin(agent->store, err)) {
        return false;
    }
    exchange_tick(agent);
    exchange_receive(agent);
    ipc_service_receive(agent);
    drop_folder_step(agent);
    hooks_step(agent);
    ipc_service_tick(agent);
    resend_step(agent);
    expire_facts(agent);
    exchange_finish_turn(agent);
    if (!agent_store_commit(agent->store, err)) {
        return error_prepend(err, "commit");
    }
    flush(agent);
    drop_folder_finish_turn(agent);
    return true;
}

bool agent_loop_run(struct agent *agent, struct error *err)
{
    for (;;) {
        if (!agent_loop_turn(agent, err) || !wait_for_work(agent, err)) {
            return false;
        }
        struct signals_seen seen = signals_take(agent->signals);
        if (seen.reload) {
            reload(agent);
        }
        if (seen.stop) {
            /* What peers have sent is still taken, made durable and answered. */
            bool fine = agent_loop_turn(agent, err);
            hooks_stop(agent->hooks);
            LOG_INFO(agent->log, "stopped", LOG_TEXT("site", agent->config->site));
            return fine;
        }
    }
}
