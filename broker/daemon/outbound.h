/* What leaves after the append: replies, answers, deliveries within their windows, pages of a resync. */
#ifndef BROKER_DAEMON_OUTBOUND_H
#define BROKER_DAEMON_OUTBOUND_H

#include "broker/daemon/broker.h"

/* Empties the postbag and sends deliveries. Returns true when something could not be sent now and is to be tried
 * again soon. */
bool outbound_send(struct broker *broker);

#endif
