/* Who may speak: a CURVE key that the directory in force gives to a site, asked at every handshake and again for
 * every frame, since a revoked key keeps its live connection. */
#ifndef BROKER_DAEMON_ADMISSION_H
#define BROKER_DAEMON_ADMISSION_H

#include "broker/daemon/broker.h"

/* For link_server_set_admission; world is the broker. */
bool admission_handshake(void *world, const uint8_t key[KEYS_BYTES]);
/* The site of a frame's sender; 0: Goodbye REVOKED is on its way, or the connection was cut. */
uint32_t admission_site(struct broker *broker, const struct link_peer *peer);

#endif
