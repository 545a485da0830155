/* Core time out of two clocks; see timekeeper.h. */
#include "broker/core/timekeeper.h"

#include <string.h>

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Silence from from_us (core time) that ended now. */
static void note_outage(struct timekeeper *keeper, int64_t from_us)
{
    int64_t outage = keeper->now_us - from_us;

    if (outage > TIMEKEEPER_OUTAGE_US) {
        keeper->held_from_us = from_us;
        keeper->hold_until_us =
            keeper->now_us + (outage < TIMEKEEPER_HOLD_US ? outage : TIMEKEEPER_HOLD_US);
    }
}

void timekeeper_start(struct timekeeper *keeper,
                      int64_t last_us,
                      const struct timekeeper_reading *reading)
{
    memset(keeper, 0, sizeof(*keeper));
    keeper->boot_us = reading->boot_us;
    if (last_us == 0) {
        keeper->now_us = reading->wall_us;
        return;
    }
    int64_t ahead = reading->wall_us - last_us;
    keeper->doubted = ahead > TIMEKEEPER_STOP_US || ahead < -TIMEKEEPER_STEP_US;
    keeper->now_us = keeper->doubted ? last_us : later(last_us, reading->wall_us);
    note_outage(keeper, last_us);
}

int64_t timekeeper_read(struct timekeeper *keeper, const struct timekeeper_reading *reading)
{
    int64_t before_us = keeper->now_us;
    int64_t silence_us = later(reading->boot_us - keeper->boot_us, 0);
    int64_t expected_us = before_us + silence_us;
    int64_t off_us = reading->wall_us - expected_us;

    keeper->doubted =
        off_us > TIMEKEEPER_STEP_US || (off_us < -TIMEKEEPER_STEP_US && !keeper->standing);
    keeper->standing = keeper->standing && reading->wall_us < before_us;
    keeper->now_us = keeper->doubted ? expected_us : later(before_us, reading->wall_us);
    keeper->boot_us = reading->boot_us;
    if (silence_us > TIMEKEEPER_OUTAGE_US) {
        note_outage(keeper, before_us);
    }
    if (keeper->now_us >= keeper->hold_until_us) {
        keeper->held_from_us = 0;
        keeper->hold_until_us = 0;
    }
    return keeper->now_us;
}

void timekeeper_accept(struct timekeeper *keeper, const struct timekeeper_reading *reading)
{
    keeper->standing = reading->wall_us < keeper->now_us;
    keeper->now_us = later(keeper->now_us, reading->wall_us);
    keeper->boot_us = reading->boot_us;
    keeper->doubted = false;
}
