/* Rows on their way to the agent: many in flight, each answered once.
 *
 * What the agent cannot take now (spool full, busy, disk low) waits and is sent again, and nothing new before it. The window is
 * bounded in rows and in bytes; whoever adds to a full one waits for an answer.
 */
#ifndef CTL_IMPORT_WINDOW_H
#define CTL_IMPORT_WINDOW_H

#include "agents/ctl/caller.h"

enum { IMPORT_WINDOW_ROWS = 256, IMPORT_WINDOW_BYTES = 8 << 20, IMPORT_WINDOW_RECORD_BYTES = 96 };

struct import_window;

/* What is known of a row when its answer comes. */
struct import_window_row {
    uint32_t line;
    uint32_t column;
    char record[IMPORT_WINDOW_RECORD_BYTES]; /* cut when longer */
};

/* The agent has taken the row, or refused it for good. */
typedef void
import_window_told(void *world, const struct import_window_row *row, const struct reply *reply);

struct import_window_options {
    struct caller *caller; /* borrowed; nothing else is asked through it meanwhile */
    struct arena *arena;
    import_window_told *told;
    void *world;
    int64_t patience_ms; /* how long the agent may take nothing at all */
};

/* NULL: no memory. */
struct import_window *import_window_create(const struct import_window_options *options);
void import_window_destroy(struct import_window **window);

/* Errors UNAVAILABLE (no answer), TEMPORARY (nothing is taken any more). */
bool import_window_add(struct import_window *window,
                       const struct command *command,
                       const struct import_window_row *row,
                       struct error *err) __attribute__((warn_unused_result));
/* Wait until all are answered. */
bool import_window_finish(struct import_window *window, struct error *err)
    __attribute__((warn_unused_result));

#endif
