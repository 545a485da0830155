/* Core time: what the broker believes the time is, out of a wall clock that people set and a boot clock that only
 * runs. Pure; the caller reads the clocks.
 *
 * Core time never goes back. Each reading expects the wall clock to have moved as far as the boot clock did:
 *
 *     wall against expected         core time becomes
 *     ─────────────────────         ────────────────────────────────────────────────
 *     within 60 s                   the wall's, or stands still while the wall is behind
 *     more than 60 s off, running   what was expected: the wall is doubted until a person accepts it, or
 *                                   until it agrees again
 *     over a stop: more than        the last known time, running on with the boot clock; doubted
 *     30 days ahead or 60 s behind
 *
 * A silence of more than 5 minutes between two readings (a stop, a suspended machine) is an outage: timers of
 * offers that fell due in it wait min(outage, 10 min) for the agents' spools.
 *
 * Source: DESIGN of time in the exchange; numbers are the constants below.
 */
#ifndef BROKER_CORE_TIMEKEEPER_H
#define BROKER_CORE_TIMEKEEPER_H

#include "base/utc.h"

#include <stdbool.h>
#include <stdint.h>

#define TIMEKEEPER_STEP_US   (60 * UTC_SECOND_US)
#define TIMEKEEPER_STOP_US   (30 * UTC_DAY_US)
#define TIMEKEEPER_OUTAGE_US (5 * UTC_MINUTE_US)
#define TIMEKEEPER_HOLD_US   (10 * UTC_MINUTE_US)

/* Two clocks read at one moment. */
struct timekeeper_reading {
    int64_t wall_us;
    int64_t boot_us;
};

struct timekeeper {
    int64_t now_us;  /* core time of the last reading */
    int64_t boot_us; /* boot clock of the last reading */
    bool doubted;
    bool standing;         /* the wall was accepted and is behind: core time waits for it */
    int64_t held_from_us;  /* last outage: began (core time); both 0: none */
    int64_t hold_until_us; /* timers due in it wait until then */
};

/* last_us  core time of the newest sign of life before the stop; 0: there was none, and the wall is believed */
void timekeeper_start(struct timekeeper *keeper,
                      int64_t last_us,
                      const struct timekeeper_reading *reading);
/* A new reading. Returns core time. */
int64_t timekeeper_read(struct timekeeper *keeper, const struct timekeeper_reading *reading);
/* An administrator says that the wall clock is right: core time jumps forward to it. A wall that is behind cannot
 * be followed; core time then stands still until the wall has caught up. */
void timekeeper_accept(struct timekeeper *keeper, const struct timekeeper_reading *reading);

#endif
