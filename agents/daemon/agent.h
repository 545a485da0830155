/* One running agent: what its modules share. Made by main, passed as the first argument.
 *
 * A turn: wait → now is read once → frames, files and deadlines are worked off inside one transaction
 * of the store → commit → the outbox is sent. Only agent_loop waits, commits and sends.
 */
#ifndef AGENTS_DAEMON_AGENT_H
#define AGENTS_DAEMON_AGENT_H

#include "agents/core/uplink.h"
#include "agents/daemon/agent_config.h"
#include "agents/daemon/outbox.h"
#include "agents/store/agent_store.h"
#include "agents/store/expiry.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/keys.h"
#include "base/link.h"
#include "base/log.h"
#include "base/signals.h"

struct drop_folder;
struct hooks;
struct waiting;

struct agent_keys {
    struct key32 broker; /* the broker's public curve key */
    struct key32 curve;
    struct key32 sealing;
    struct key32 sealing_old; /* of before a rotation; all zero: none */
    struct key32 storage;
    struct key32 matching;
    struct key32 disclosure; /* public; that of the file or a newer one from a Welcome */
};

struct agent {
    const struct agent_config *config; /* as at the start */
    const struct agent_config *people; /* as read last: who may speak, which hooks there are */
    struct agent_keys keys;
    bool keys_locked;    /* in memory that is not swapped */
    const char *program; /* "refagentd 0.1.0" */
    struct clock *clock;
    struct log *log;
    struct signals *signals;
    struct arena *life; /* program */
    struct arena *turn; /* reset each turn */
    struct agent_store *store;
    struct link_context *context;
    struct link_server *server; /* ipc */
    struct link_client *client; /* the broker; NULL while down */
    uint64_t connection;        /* counts connections */
    struct uplink *uplink;
    struct uplink_effects *effects;
    struct outbox *outbox;
    struct waiting *waiting;
    struct hooks *hooks;
    struct drop_folder *drop; /* NULL: none */
    struct expiry expiry;
    int64_t started_us;
    int64_t now_us;  /* wall time of this turn */
    int64_t boot_us; /* boot clock of this turn */
    char region[48]; /* from the last Welcome, or "" */
    uint32_t policy_version;
};

#endif
