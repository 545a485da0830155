/* The broker's life: open everything, turn after turn until a signal, close everything. */
#ifndef BROKER_DAEMON_LOOP_H
#define BROKER_DAEMON_LOOP_H

#include "base/error.h"
#include "base/log.h"
#include "broker/daemon/settings.h"

#include <stdbool.h>

struct loop_options {
    struct settings settings;
    struct clock *clock;
    struct log *log;
    const char *notify_socket; /* may be NULL */
};

/* Returns true after SIGTERM. False: err says why the process must end. */
bool loop_run(const struct loop_options *options, struct error *err)
    __attribute__((warn_unused_result));

#endif
