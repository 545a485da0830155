/* The configuration of one agent: a YAML file that the administrator of the site edits.
 *
 * Paths are relative to the file's folder. refagent.yaml(5) describes every key.
 */
#ifndef AGENTS_DAEMON_AGENT_CONFIG_H
#define AGENTS_DAEMON_AGENT_CONFIG_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    AGENT_CONFIG_ENDPOINTS_MAX = 8,
    AGENT_CONFIG_PEOPLE_MAX = 1024,
    AGENT_CONFIG_HOOKS_MAX = 16
};

/* Who may speak over ipc as which worker. */
struct agent_config_person {
    bool any; /* every local user: demonstrations only */
    uint32_t uid;
    const char *worker;
};

struct agent_config_hook {
    uint32_t on; /* bits by enum news_kind */
    const char *run;
    int64_t timeout_us;
    bool facts;
};

struct agent_config {
    const char *path;
    const char *site;
    const char *broker_key; /* these are paths of key files */
    const char *curve;
    const char *sealing;
    const char *storage;
    const char *matching;
    const char *disclosure;
    const char *endpoints[AGENT_CONFIG_ENDPOINTS_MAX];
    size_t endpoint_count;
    const char *store;
    const char *socket; /* "ipc:///run/…" */
    unsigned socket_mode;
    struct agent_config_person *people;
    size_t people_count;
    const char *drop_folder; /* NULL: none */
    const char *drop_worker;
    struct agent_config_hook hooks[AGENT_CONFIG_HOOKS_MAX];
    size_t hook_count;
    uint64_t spool_entries;
    struct arena *arena; /* all texts live here */
};

/* Read and check a file; every mistake goes to the list. Owned by the caller. */
bool agent_config_load(const char *path, struct agent_config **out, struct error_list *errors)
    __attribute__((warn_unused_result));
void agent_config_destroy(struct agent_config **config);

/* The worker that a user speaks as: `claimed` when the user may, the first one listed when it is "".
 * NULL: the user is not listed, or not as that worker. */
const char *
agent_config_worker(const struct agent_config *config, uint32_t uid, const char *claimed);

/* Name of the first setting that only a restart takes over and that differs, or NULL. */
const char *agent_config_needs_restart(const struct agent_config *running,
                                       const struct agent_config *fresh);

#endif
