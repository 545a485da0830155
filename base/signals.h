/* Signals as readable events: one descriptor for poll, and what came. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include "base/error.h"

#include <stdbool.h>

struct signals;

struct signals_seen {
    bool stop;   /* SIGTERM or SIGINT */
    bool reload; /* SIGHUP */
    bool child;  /* SIGCHLD: reap with waitpid */
};

/* Blocks the signals above and SIGPIPE for the process; children restore them with signals_reset
 * before exec. */
bool signals_open(struct signals **out, struct error *err) __attribute__((warn_unused_result));
void signals_close(struct signals **signals);
int signals_fd(const struct signals *signals);
struct signals_seen signals_take(struct signals *signals);
void signals_reset(void);

#endif
