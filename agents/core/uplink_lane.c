/* One lane of a session: see uplink_lane.h. */
#include "agents/core/uplink_lane.h"

#include <assert.h>

enum {
    REWIND_MS = 1000,      /* one rewind for the many replies about one gap */
    RETRY_LEAST_MS = 1000, /* commands that the broker refused for now */
    RETRY_MOST_MS = 60000
};

int64_t uplink_lane_backoff_us(uint32_t attempt, int64_t least_ms, int64_t most_ms, uint32_t random)
{
    int64_t ms = least_ms;
    for (uint32_t i = 0; i < attempt && ms < most_ms; i++) {
        ms *= 2;
    }
    if (ms > most_ms) {
        ms = most_ms;
    }
    return (ms / 2 + (int64_t)(random % 1024) * (ms / 2) / 1023) * 1000;
}

bool uplink_lane_is_settled(const struct uplink_lane *lane, uint64_t number)
{
    return number < lane->first ||
           (number - lane->first < 64 && (lane->settled >> (number - lane->first) & 1) != 0);
}

bool uplink_lane_waits(const struct uplink_lane *lane, uint64_t number)
{
    return number >= lane->first && number < lane->next && number - lane->first < 64 &&
           !uplink_lane_is_settled(lane, number);
}

void uplink_lane_settle(struct uplink_lane *lane, uint64_t number)
{
    assert(uplink_lane_waits(lane, number));
    lane->settled |= UINT64_C(1) << (number - lane->first);
    while ((lane->settled & 1) != 0) {
        lane->settled >>= 1;
        lane->first++;
    }
    if (lane->sent < lane->first) {
        lane->sent = lane->first;
    }
    lane->retries = 0;
    lane->rewound_to = 0;
}

uint64_t uplink_lane_take(struct uplink_lane *lane, uint32_t window, int64_t now_us)
{
    if (lane->hold_until_us > now_us) {
        return 0;
    }
    lane->hold_until_us = 0;
    while (lane->sent < lane->next && lane->sent - lane->first < window) {
        uint64_t number = lane->sent++;
        if (!uplink_lane_is_settled(lane, number)) {
            return number;
        }
    }
    return 0;
}

void uplink_lane_hold(struct uplink_lane *lane,
                      uint64_t number,
                      uint32_t wait_ms,
                      uint32_t random,
                      int64_t now_us)
{
    const int64_t told_ms = wait_ms < RETRY_MOST_MS ? wait_ms : RETRY_MOST_MS;

    if (lane->sent > number) {
        lane->sent = number;
    }
    if (lane->hold_until_us > now_us) {
        return; /* one round of refusals is one try */
    }
    const int64_t own_us =
        uplink_lane_backoff_us(lane->retries, RETRY_LEAST_MS, RETRY_MOST_MS, random);
    lane->hold_until_us = now_us + (own_us > told_ms * 1000 ? own_us : told_ms * 1000);
    lane->retries += lane->retries < 32 ? 1 : 0;
}

enum uplink_lane_rewind
uplink_lane_rewind(struct uplink_lane *lane, uint64_t expected, int64_t now_us)
{
    if (lane->hold_until_us > now_us || expected >= lane->sent) {
        return UPLINK_LANE_REWOUND; /* those after a held command; or an old reply */
    }
    if (lane->rewound_to == expected && now_us - lane->rewound_us < REWIND_MS * INT64_C(1000)) {
        return UPLINK_LANE_REWOUND;
    }
    lane->rewound_to = expected;
    lane->rewound_us = now_us;
    if (expected < lane->first) {
        return UPLINK_LANE_BEHIND;
    }
    lane->sent = expected;
    return UPLINK_LANE_REWOUND;
}
