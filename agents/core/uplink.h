/* The agent's side of a session with the broker, as a machine without sockets, clock or disk.
 *
 *                    connect                Hello sent, Welcome comes
 *        DOWN ──────────────────► GREETING ─────────────────────────► OPEN
 *         ▲                          │                                  │
 *         └── backoff 0.2 s … 60 s ◄─┴── no answer, silence, Goodbye ◄──┘
 *
 * Commands of a lane go in order within the window and are settled by their replies; after a new Hello
 * they are sent again from the first that is not settled. A retryable refusal holds its lane until the
 * next try. Deliveries are applied in order; a gap or doubt leads to a new Hello on the same connection.
 * The caller carries out the effects in order and commits before it sends anything.
 *
 * Times are the boot clock's, in microseconds.
 */
#ifndef AGENTS_CORE_UPLINK_H
#define AGENTS_CORE_UPLINK_H

#include "base/arena.h"
#include "base/id128.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uplink;

struct uplink_options {
    const char *program;   /* for Hello; borrowed */
    size_t endpoint_count; /* tried in turn; at least 1 */
    struct id128 incarnation;
    struct {
        uint64_t first;   /* oldest command still held, or next */
        uint64_t next;    /* number that the next new command will get */
        uint64_t applied; /* last delivery applied */
    } lanes[LANE_END];
    bool resync; /* the mirror is not complete */
};

enum uplink_event_kind {
    UPLINK_TICK,    /* time passed */
    UPLINK_FRAME,   /* envelope: decoded from the broker */
    UPLINK_GARBAGE, /* a frame that is no envelope */
    UPLINK_SPOOLED, /* lane, number: a command was added to the spool */
    UPLINK_MISSING, /* lane, number: asked to be sent, but the spool does not hold it */
    UPLINK_RENEWED, /* incarnation: the answer to UPLINK_RENEW */
    UPLINK_BROKEN   /* the socket cannot be opened or does not take a frame */
};

struct uplink_event {
    enum uplink_event_kind kind;
    uint32_t random; /* for jitter; any value */
    const struct envelope *envelope;
    enum lane lane;
    uint64_t number;
    struct id128 incarnation;
};

enum uplink_effect_kind {
    UPLINK_CONNECT, /* number = index of the endpoint; closes what was open */
    UPLINK_DISCONNECT,
    UPLINK_SEND,         /* envelope */
    UPLINK_SEND_COMMAND, /* lane, number: the frame in the spool */
    UPLINK_SETTLE,       /* reply: lane, number leave the spool, stored or refused for good */
    UPLINK_APPLY,        /* delivery */
    UPLINK_PAGE,         /* resync */
    UPLINK_APPLIED,      /* lane, number: after the last page */
    UPLINK_RENEW,        /* draw a new incarnation and say UPLINK_RENEWED */
    UPLINK_WELCOMED,     /* welcome */
    UPLINK_KEY,          /* heartbeat: it brought another disclosure key */
    UPLINK_ANSWER,       /* answer to a query */
    UPLINK_NOTE          /* text, number: worth a line in the log; warn as set */
};

struct uplink_effect {
    enum uplink_effect_kind kind;
    enum lane lane;
    uint64_t number;
    bool warn;
    const char *text; /* static: name of an event */
    struct envelope envelope;
    const struct reply *reply; /* these borrow from the event's envelope */
    const struct delivery *delivery;
    const struct resync *resync;
    const struct welcome *welcome;
    const struct answer *answer;
    const struct heartbeat *heartbeat;
};

enum { UPLINK_EFFECTS_MAX = 3 * LIMIT_WINDOW };

struct uplink_effects {
    struct uplink_effect items[UPLINK_EFFECTS_MAX];
    size_t count;
};

/* Lives in the arena; the first tick connects. NULL: the arena is full. */
struct uplink *uplink_create(struct arena *arena, const struct uplink_options *options);

/* Adds to effects, which the caller empties between steps. */
void uplink_step(struct uplink *uplink,
                 const struct uplink_event *event,
                 int64_t now_us,
                 struct uplink_effects *effects);

/* The oldest disclosure epoch of what still has to be sent: said with each heartbeat, and when it changes. */
void uplink_set_epoch(struct uplink *uplink, uint32_t epoch);

/* At the end of a turn: one cumulative acknowledgement a lane, heartbeat. To be sent after the commit. */
void uplink_finish_turn(struct uplink *uplink, int64_t now_us, struct uplink_effects *effects);

/* When the next tick is due. */
int64_t uplink_deadline_us(const struct uplink *uplink);

bool uplink_is_open(const struct uplink *uplink);
/* Index of the endpoint in use or tried last. */
size_t uplink_endpoint(const struct uplink *uplink);

#endif
