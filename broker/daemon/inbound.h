/* Frames into the turn: received, decoded into the turn's arena, minded by the session, decided by the core. */
#ifndef BROKER_DAEMON_INBOUND_H
#define BROKER_DAEMON_INBOUND_H

#include "broker/daemon/broker.h"

/* One turn's memory: frames are taken while less than half of it is used. */
#define INBOUND_ARENA_BYTES ((size_t)256 << 20)

/* At most LIMIT_TURN_FRAMES, fewer when they are large or take long. Returns true when more may be waiting. */
bool inbound_drain(struct broker *broker, struct turn *turn);
/* Once a second: sessions that are silent, away, or whose key is over. */
void inbound_tick(struct broker *broker, struct turn *turn);
/* Goodbye to everybody. */
void inbound_stop(struct broker *broker, struct turn *turn);
/* A send found the connection gone. */
void inbound_lost(struct broker *broker, uint32_t site);
/* What it asked for piles up: it does not read. */
void inbound_unread(struct broker *broker, uint32_t site, const struct link_peer *peer);

#endif
