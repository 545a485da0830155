/* The virtual network: what base/link.h promises, without sockets, in virtual time.
 *
 *     agent ── link_client ──►  to_server  ──► link_server ── broker
 *                          ◄──  to_client  ◄──
 *
 * A connection keeps its frames in order and loses them only when it breaks, as TCP does; what was under way on a
 * broken one may arrive after the first frames of the next. A rough network also loses single frames, delays them and
 * all that follow, and lets old ones come again, which the protocol survives. Either end may learn late, or
 * never, that the other is gone. Each agent has an ipc socket besides, on which operators speak.
 */
#ifndef TESTS_SIM_NETWORK_H
#define TESTS_SIM_NETWORK_H

#include "base/link.h"
#include "tests/sim/chance.h"

enum { NETWORK_AGENTS_MAX = 16, NETWORK_CONNECTIONS_MAX = 96, NETWORK_BROKER = -1 };

struct network;

/* now_us  borrowed: the simulator's boot clock */
struct network *network_create(const int64_t *now_us);
void network_destroy(struct network **network);
/* A new seed: nothing is connected, nothing is under way. */
void network_reset(struct network *network, struct chance chance, bool rough);
void network_set_rough(struct network *network, bool rough);
/* Whose sockets are opened and used from now on: an agent's index, or NETWORK_BROKER. */
void network_enter(struct network *network, int party);

/* Is there a frame (or a loss) that the party can take now? When will there be one; INT64_MAX: nothing is under way. */
int64_t network_due_us(const struct network *network, int party);

/* The party's process is gone, with all its sockets. half_open: the others do not learn of it. */
void network_lose_party(struct network *network, int party, bool half_open);
/* An agent's connections break. half_open: it still believes in its own. */
void network_break(struct network *network, int agent, bool half_open);
/* Frames of the agent stand still until then (boot clock). */
void network_hold(struct network *network, int agent, int64_t until_us);
/* Delays from now on, of the agent's frames. */
void network_slow(struct network *network, int agent, int64_t delay_us);
/* Frames that no program of this protocol sends, on the agent's newest connection. */
void network_inject(struct network *network, int agent, struct bytes frame);

/* An operator speaks on the ipc socket of an agent. */
void network_operator_says(struct network *network, int agent, struct bytes frame);
/* What the agent told its operators since: the oldest, valid until the next call. False: nothing. */
bool network_operator_hears(struct network *network, int agent, struct bytes *frame);

/* A tool asks at the broker's socket for tools, and hears the answer; as above. */
void network_tool_asks(struct network *network, struct bytes frame);
bool network_tool_hears(struct network *network, struct bytes *frame);

/* Called by the sockets: what is being sent, before it is on its way. */
struct network_watch {
    void *world;
    /* key: of the peer that it goes to (broker) or comes from (agent) */
    void (*sent)(void *world, int party, const uint8_t key[KEYS_BYTES], struct bytes frame);
    /* about to send, and sent: a process may die at either */
    void (*effect)(void *world, int party);
};
void network_watch(struct network *network, const struct network_watch *watch);

/* The network that link.h's functions stand for. */
void network_bind(struct network *network);

#endif
