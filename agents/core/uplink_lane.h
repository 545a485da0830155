/* One lane of a session as the agent sees it: which commands are settled, sent, held back.
 *
 *     first          sent              next
 *       │  ? ✓ ? ? ✓   │   . . . . . .   │         ? sent, no reply yet   ✓ settled out of order
 *
 * A plain value; numbers as in the spool.
 */
#ifndef AGENTS_CORE_UPLINK_LANE_H
#define AGENTS_CORE_UPLINK_LANE_H

#include "proto/limits.h"

#include <stdbool.h>
#include <stdint.h>

struct uplink_lane {
    uint64_t first;      /* oldest command not settled */
    uint64_t next;       /* number of the next new command */
    uint64_t sent;       /* next to be sent */
    uint64_t settled;    /* bit i: first + i is settled */
    uint64_t applied;    /* last delivery applied */
    uint64_t from;       /* Welcome's: deliveries after it follow */
    uint64_t rewound_to; /* 0: not */
    int64_t rewound_us;
    int64_t hold_until_us; /* after a retryable refusal; 0: not held */
    uint32_t retries;
    bool ack_due;
};

_Static_assert(LIMIT_WINDOW <= 64, "settled is a mask of 64 commands");

/* Whether a reply to this number is awaited. */
bool uplink_lane_waits(const struct uplink_lane *lane, uint64_t number);
bool uplink_lane_is_settled(const struct uplink_lane *lane, uint64_t number);
/* number must be awaited. */
void uplink_lane_settle(struct uplink_lane *lane, uint64_t number);
/* The next number to send within the window, which counts as sent then; 0: none now. */
uint64_t uplink_lane_take(struct uplink_lane *lane, uint32_t window, int64_t now_us);
/* A retryable refusal of number: it and all after it go again, after a while, which is not shorter than wait_ms. */
void uplink_lane_hold(struct uplink_lane *lane,
                      uint64_t number,
                      uint32_t wait_ms,
                      uint32_t random,
                      int64_t now_us);

enum uplink_lane_rewind {
    UPLINK_LANE_REWOUND, /* or nothing to do */
    UPLINK_LANE_BEHIND   /* the broker waits for one that is settled here: greet again */
};
/* The broker expects that number next. The many replies about one gap rewind once. */
enum uplink_lane_rewind
uplink_lane_rewind(struct uplink_lane *lane, uint64_t expected, int64_t now_us);

/* Doubles from least with each attempt up to most; the upper half of it is jitter by random. */
int64_t
uplink_lane_backoff_us(uint32_t attempt, int64_t least_ms, int64_t most_ms, uint32_t random);

#endif
