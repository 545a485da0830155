/* Inside the network only: its pieces, shared by network.c (what is under way) and network_link.c (the sockets). */
#ifndef TESTS_SIM_NETWORK_LINK_H
#define TESTS_SIM_NETWORK_LINK_H

#include "tests/sim/network.h"

struct network_link_frame {
    struct network_link_frame *next;
    int64_t due_us;
    uint64_t order;
    size_t bytes;
    uint8_t data[];
};

struct network_link_queue {
    struct network_link_frame *first; /* by due, then order */
    int64_t last_due_us;
    size_t count;
};

struct network_link_connection {
    uint64_t id; /* the routing id; 0: the place is free */
    int agent;
    uint8_t key[KEYS_BYTES];
    bool client_open; /* the agent still has its socket */
    bool server_open; /* the broker can still send there */
    bool admitted;
    bool dead;       /* cut: what the agent sends goes nowhere */
    int64_t loss_us; /* when the agent learns that it broke; 0: not */
    struct network_link_queue to_server;
    struct network_link_queue to_client;
};

struct network_link_agent {
    bool listening;
    int64_t held_until_us;
    int64_t delay_us;
    struct network_link_queue to_ipc;
    struct network_link_queue from_ipc;
};

struct network {
    const int64_t *now_us;
    struct chance chance;
    bool rough;
    int party;
    uint64_t ids;
    uint64_t orders;
    struct network_link_connection connections[NETWORK_CONNECTIONS_MAX];
    struct network_link_agent agents[NETWORK_AGENTS_MAX];
    struct network_link_queue to_tools; /* the broker's socket for tools */
    struct network_link_queue from_tools;
    bool broker_listening;
    link_admit *admit;
    void *admit_world;
    struct network_link_frame *lent; /* to the last receiver */
    struct network_watch watch;
};

void network_link_push(struct network *network,
                       struct network_link_queue *queue,
                       int64_t due_us,
                       struct bytes frame);
/* The first frame that is due, handed over to the receiver. NULL: none. */
struct network_link_frame *network_link_pull(struct network *network,
                                             struct network_link_queue *queue);
void network_link_drop(struct network_link_queue *queue);
struct network_link_connection *network_link_find(struct network *network, uint64_t id);
/* A new routing id: the agent's socket connects (again). */
struct network_link_connection *network_link_connect(struct network *network, int agent);
/* Puts a frame on its way, as rough as the network is. */
void network_link_send(struct network *network,
                       struct network_link_connection *connection,
                       struct network_link_queue *queue,
                       struct bytes frame);

#endif
