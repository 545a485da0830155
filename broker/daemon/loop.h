/* The broker's life: open everything, turn after turn until a signal, close everything.
 *
 * loop_run is that life. Whoever brings clock, network and configuration of its own, as the simulator does, drives the
 * same turns by the parts below it. */
#ifndef BROKER_DAEMON_LOOP_H
#define BROKER_DAEMON_LOOP_H

#include "base/error.h"
#include "base/log.h"
#include "broker/daemon/broker.h"
#include "broker/daemon/settings.h"

#include <stdbool.h>
#include <stdint.h>

struct loop_options {
    struct settings settings;
    struct clock *clock;
    struct log *log;
    const char *notify_socket; /* may be NULL */
};

/* Returns true after SIGTERM. False: err says why the process must end. */
bool loop_run(const struct loop_options *options, struct error *err)
    __attribute__((warn_unused_result));

/* What one turn leaves for the next. Begins zeroed. */
struct loop_pace {
    bool more_frames;
    bool more_deadlines;
    bool retry;
    int64_t next_due_us; /* core time; 0: none */
    int64_t ticked_us;   /* boot clock */
    int64_t marked_us;   /* boot clock: sign of life */
};

/* Memory, journal and state, keeper, time. settings, clock and log are set, everything else is zero. Close it after
 * a failure too. */
bool loop_open(struct broker *broker, struct error *err) __attribute__((warn_unused_result));
/* What came and what is due: decided, appended, answered. After false the process must end. */
bool loop_turn(struct broker *broker, struct loop_pace *pace, struct error *err)
    __attribute__((warn_unused_result));
/* How long may be waited for frames before the next turn. */
int64_t loop_wait_ms(const struct broker *broker, const struct loop_pace *pace);
/* Without a commit of the state; the journal holds everything. */
void loop_close(struct broker *broker);

#endif
