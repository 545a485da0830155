/* What is wrong at a site, and what to do about it: the same findings for `refctl doctor` and `refctl check`.
 *
 * Pure: from what the agent and the broker said about themselves. A list that is whole: what is well is a finding, too.
 */
#ifndef CTL_HEALTH_H
#define CTL_HEALTH_H

#include "base/arena.h"
#include "base/error.h"
#include "base/phrase.h"
#include "proto/limits.h"
#include "proto/message.h"

#include <stddef.h>
#include <stdint.h>

/* The order of Nagios' plug-ins, and the exit status of `refctl check`. */
enum health_level { HEALTH_OK, HEALTH_WARNING, HEALTH_CRITICAL, HEALTH_UNKNOWN, HEALTH_END };

/* Examined things. Those before HEALTH_DESKS are the site's own, the others the region's. */
enum health_thing {
    HEALTH_AGENT,   /* does it answer */
    HEALTH_LINE,    /* is there a line to the broker; how long has something waited for it */
    HEALTH_SPOOL,   /* room for what waits */
    HEALTH_REFUSED, /* what the broker did not take */
    HEALTH_DISK,    /* of the agent, and the broker's when it answers */
    HEALTH_CLOCK,   /* of this machine against the broker's, and whether that one is in doubt */
    HEALTH_INBOX,   /* work whose time is over */
    HEALTH_PROGRAM, /* agent and broker of one version */
    HEALTH_DESKS,   /* cases that wait for a person's decision */
    HEALTH_SITES,   /* sites that have been silent for too long */
    HEALTH_EPOCH,   /* a former disclosure key that is still held */
    HEALTH_LEAVES,  /* curators who are away, or will be, and nobody leads their cases meanwhile */
    HEALTH_THINGS
};

/* More than a region has workers (DOMAIN, "sizing"). */
enum { HEALTH_AWAY_MAX = 32768 };

/* A curator who is on leave, goes on leave, or was dismissed. */
struct health_away {
    char id[LIMIT_CODE_BYTES + 1];
    char deputy[LIMIT_CODE_BYTES + 1]; /* "": none is named */
    int64_t from_us;
    int64_t until_us; /* 0: no leave */
    uint32_t load;    /* of open cases and offers */
    bool dismissed;
};

struct health_facts {
    const struct error *silence; /* why the agent did not answer; NULL: it did */
    const struct site_status *agent;
    const struct site_status *broker; /* NULL: it is not to be reached */
    uint64_t overdue;                 /* rows of the inbox past their time */
    const struct health_away *away;   /* NULL: whoever asks may not know, or nobody asked */
    size_t away_count;
    int64_t now_us; /* of this terminal */
};

struct health_finding {
    enum health_level level;
    struct phrase text;
    struct phrase remedy; /* "" when it is well */
    int64_t figure;       /* for graphs, of the thing's unit */
    bool has_figure;
};

/* Code of a thing ("line") and what its figure counts, in Nagios' notation: "s", "B" or "". */
const char *health_name(enum health_thing thing);
const char *health_unit(enum health_thing thing);
/* HEALTH_THINGS: no such name. */
enum health_thing health_find(const char *name);

/* Texts live in the arena; where it is full they are "". */
void health_examine(const struct health_facts *facts,
                    struct arena *arena,
                    struct health_finding out[HEALTH_THINGS]);

#endif
