/* What broker.yaml says about this process: where it listens, its keys, its store.
 *
 * Only that: the rest of the file (region, calendar, directory, policy) is read by source_load, in a child process,
 * and goes through the journal. So a broken policy does not stop a restart.
 */
#ifndef BROKER_DAEMON_SETTINGS_H
#define BROKER_DAEMON_SETTINGS_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

enum { SETTINGS_READ_MAX = 3 };

/* Paths are made relative to the file's folder. Texts live in the arena. */
struct settings {
    const char *path; /* broker.yaml itself */
    const char *listen;
    const char *curve_key;
    const char *disclosure_key;
    const char *store;
    const char *read
        [SETTINGS_READ_MAX]; /* what else broker.yaml names: calendar, directory, policy; NULL: absent */
    bool sandbox;
};

/* path  broker.yaml, or a folder that holds one. Every mistake is in errors, with its position. */
bool settings_load(struct settings *out,
                   const char *path,
                   struct arena *arena,
                   struct error_list *errors) __attribute__((warn_unused_result));

#endif
