/* One run of refctl: what the command line says, where output goes, and the way to the agent. */
#ifndef CTL_RUN_H
#define CTL_RUN_H

#include "agents/ctl/caller.h"
#include "agents/ctl/options.h"
#include "agents/ctl/screen.h"
#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct run {
    const struct screen *screen;
    const struct options *options;
    const char *const *words; /* those after the command's own */
    size_t word_count;
    const char *socket_variable; /* value of REFCTL_SOCKET, or NULL */
    struct arena *arena;
    struct caller *caller; /* NULL until run_caller; whoever made the run closes it */
};

/* The option's value, or NULL. */
const char *run_option(const struct run *run, enum option option);
bool run_has(const struct run *run, enum option option);
/* The connection, opened at its first use. */
bool run_caller(struct run *run, struct caller **out, struct error *err)
    __attribute__((warn_unused_result));
/* Send a command and tell how it went: done is the sentence for success, number the case's, or "". */
bool run_command(struct run *run,
                 const struct command *command,
                 struct phrase done,
                 const char *number,
                 struct error *err) __attribute__((warn_unused_result));
/* --limit, 500 when not given. */
bool run_limit(const struct run *run, size_t *out, struct error *err)
    __attribute__((warn_unused_result));

#endif
