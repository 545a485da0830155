/* A broker without daemon, network and journal file: the real core over a real store, driven turn by turn.
 *
 * Each input is one turn at a given time. The encoded batches are kept in memory, so that a test can fold them again or
 * decide the same inputs in a second world. For tests only: an operating failure ends the program.
 */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include "broker/core/turn.h"
#include "broker/regions.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORLD_BATCHES_MAX = 4096, WORLD_ALARMS_MAX = 64 };

enum world_kind {
    WORLD_COMMAND,     /* site, command */
    WORLD_ACKNOWLEDGE, /* site, lines: up to, 0 = not that lane */
    WORLD_DEADLINES,
    WORLD_CONFIGURE, /* region */
    WORLD_PLAN,      /* region, proposal: accepted, waits for proposal->activate_us */
    WORLD_ACTIVATE,  /* the first plan that is due */
    WORLD_NEW_SPOOL, /* site, incarnation */
    WORLD_AWAY,      /* site: as if more than LIMIT_OUTBOX_LINES lines waited */
    WORLD_RETURNED,  /* site */
    WORLD_RESYNCED   /* site, lines */
};

struct world_input {
    enum world_kind kind;
    struct turn_options options;
    uint32_t site;
    const struct command *command; /* borrowed, also by whoever decides it again */
    uint64_t lines[LANE_END];
    struct id128 incarnation;
    const struct region_input *region;
    const struct proposal_record *proposal; /* that the region is; NULL: from files */
};

struct world_result {
    struct reply reply;              /* of a command; valid until the next input */
    const struct problems *problems; /* of a configuration or plan that was refused; NULL: none */
    bool wrote;                      /* a batch was made */
    size_t done;                     /* deadlines that were decided */
    int64_t next_due_us;             /* after them; 0 none */
    size_t alarm_count;
    enum desk_reason alarms[WORLD_ALARMS_MAX];
};

struct world {
    struct store *store; /* always in a transaction */
    struct core core;
    struct regions regions;
    struct arena *turn;
    struct arena *kept; /* the journal */
    struct bytes journal[WORLD_BATCHES_MAX];
    size_t batch_count;
};

/* folder  of the store; made when missing */
struct world *world_create(const char *folder);
void world_destroy(struct world **world);

void world_apply(struct world *world, const struct world_input *input, struct world_result *out);
/* Fold a journal into this (empty) world, each batch decoded from its bytes. Nothing is compiled. */
void world_fold(struct world *world, const struct bytes *journal, size_t count);

/* The set of a folder, as an administrator would propose it; ends the program when it is refused. */
const struct region_input *world_region(const char *folder, struct arena *arena, int64_t now_us);

/* Directory numbers by id; an unknown id ends the program. */
uint32_t world_worker(const struct world *world, const char *id);
uint32_t world_site(const struct world *world, const char *id);

#endif
