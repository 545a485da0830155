/* A window over a lane of deliveries: what was sent to a site and is not yet durable there.
 *
 *      acknowledged        sent
 *           │  7 9 10 14    │        numbers have gaps: a newer line replaced an older one
 *      ─────┴───────────────┴─────►
 *
 * At most LIMIT_WINDOW are in flight. Acknowledging is cumulative.
 */
#ifndef BROKER_SESSION_WINDOW_H
#define BROKER_SESSION_WINDOW_H

#include "proto/limits.h"

#include <stdbool.h>
#include <stdint.h>

struct window {
    uint64_t acknowledged;
    uint64_t sent;                  /* last number sent, or where the window was opened */
    uint64_t numbers[LIMIT_WINDOW]; /* in flight, a ring, ascending */
    uint32_t first;
    uint32_t count;
};

enum window_verdict {
    WINDOW_MOVED,
    WINDOW_OLD,     /* nothing new in it */
    WINDOW_NOT_SENT /* the peer acknowledges what it was never sent */
};

/* Deliveries after number follow. */
void window_open(struct window *window, uint64_t number);
/* How many more may be sent. */
uint32_t window_room(const struct window *window);
/* number is above all sent before, and there is room (asserted). */
void window_send(struct window *window, uint64_t number);
enum window_verdict window_acknowledge(struct window *window, uint64_t number);

#endif
