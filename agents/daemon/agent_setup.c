/* From a configuration to a running agent: see agent_setup.h. */
#include "agents/daemon/agent_setup.h"

#include "agents/daemon/drop_folder.h"
#include "agents/daemon/exchange.h"
#include "agents/daemon/hooks.h"
#include "agents/daemon/waiting.h"
#include "agents/store/old_epoch.h"
#include "base/file.h"

#include <string.h>
#include <unistd.h>

enum { LIFE_BYTES = 4 << 20, TURN_BYTES = 256 << 20 };

/* What was disclosed before a rotation is sealed to the key of then. */
static bool read_old(struct agent *agent, struct error *err)
{
    const char *path = arena_format(agent->life, "%s.old", agent->config->sealing);
    if (path == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    return access(path, F_OK) != 0 ||
           keys_read(path, KEYS_SEALING_SECRET, &agent->keys.sealing_old, err);
}

static bool read_keys(struct agent *agent, struct error *err)
{
    const struct agent_config *config = agent->config;
    struct agent_keys *keys = &agent->keys;
    return keys_read(config->broker_key, KEYS_CURVE_PUBLIC, &keys->broker, err) &&
           keys_read(config->curve, KEYS_CURVE_SECRET, &keys->curve, err) &&
           keys_read(config->sealing, KEYS_SEALING_SECRET, &keys->sealing, err) &&
           keys_read(config->storage, KEYS_STORAGE, &keys->storage, err) &&
           keys_read(config->matching, KEYS_MATCHING, &keys->matching, err) &&
           keys_read(config->disclosure, KEYS_DISCLOSURE_PUBLIC, &keys->disclosure, err);
}

/* Always true: where the system gives no locked memory the keys are wiped at the end all the same. */
static bool lock_keys(struct agent *agent)
{
    agent->keys_locked = keys_lock(&agent->keys, sizeof agent->keys);
    return true;
}

static bool allocate(struct agent *agent, struct error *err)
{
    agent->life = arena_create(LIFE_BYTES);
    agent->turn = arena_create(TURN_BYTES);
    if (agent->life == NULL || agent->turn == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    agent->effects = arena_alloc(agent->life, sizeof *agent->effects);
    agent->outbox = arena_alloc(agent->life, sizeof *agent->outbox);
    agent->waiting = waiting_create(agent->life);
    agent->hooks = hooks_create(agent->life);
    if (agent->effects == NULL || agent->outbox == NULL || agent->waiting == NULL ||
        agent->hooks == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    return true;
}

static bool open_store(struct agent *agent, struct error *err)
{
    struct agent_store_options options = {.path = agent->config->store,
                                          .storage = &agent->keys.storage};
    struct key32 newest;
    if (!agent_store_open(&agent->store, &options, err) || !agent_store_begin(agent->store, err)) {
        return false;
    }
    agent_store_disclosure_key(agent->store, &newest);
    if (newest.epoch > agent->keys.disclosure.epoch) {
        agent->keys.disclosure = newest;
    }
    old_epoch_use(agent->store, agent->keys.disclosure.epoch, agent->turn);
    bool started = exchange_start(agent, err);
    return agent_store_commit(agent->store, err) && started;
}

/* The folder of the socket: as private as the socket's mode says nothing else. */
static bool open_socket(struct agent *agent, struct error *err)
{
    const char *path = agent->config->socket + strlen("ipc://");
    const char *slash = strrchr(path, '/');
    if (slash != NULL && slash != path) {
        const char *folder = arena_text_of(agent->life, bytes_of(path, (size_t)(slash - path)));
        if (folder == NULL || !file_make_folder(folder, 0755, err)) {
            return error_prepend(err, "folder of the socket");
        }
    }
    return link_context_create(&agent->context, err) &&
           link_server_create_ipc(&agent->server,
                                  agent->context,
                                  agent->config->socket,
                                  agent->config->socket_mode,
                                  err);
}

bool agent_setup_open(struct agent *agent, struct error *err)
{
    agent->now_us = clock_wall_us(agent->clock);
    agent->boot_us = clock_boot_us(agent->clock);
    agent->started_us = agent->now_us;
    return keys_start(err) && lock_keys(agent) && read_keys(agent, err) && allocate(agent, err) &&
           read_old(agent, err) && signals_open(&agent->signals, err) && open_store(agent, err) &&
           open_socket(agent, err) && drop_folder_open(agent, err);
}

void agent_setup_close(struct agent *agent)
{
    drop_folder_close(&agent->drop);
    link_client_destroy(&agent->client);
    link_server_destroy(&agent->server);
    link_context_destroy(&agent->context);
    agent_store_close(&agent->store);
    signals_close(&agent->signals);
    arena_destroy(&agent->turn);
    arena_destroy(&agent->life);
    keys_unlock(&agent->keys, sizeof agent->keys);
}
