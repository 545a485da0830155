/* Sessions of sites: who may speak now, what is expected of them, what they may be sent. Pure.
 *
 * A session begins with Hello and belongs to one connection of one site; the newest Hello wins. Frames of
 * other connections are ignored. The caller turns bytes into events, carries out the effects in order before
 * the next event (those about the turn at once, those that are sent after the journal), and asks session_next for
 * deliveries and pages.
 *
 * Commands of a lane, counted from the last stored in the state:
 *
 *      number     below expected                                  expected        above
 *      answer     stored: the same reply, or ID_REUSED for        decided,        NEXT_EXPECTED
 *                 another body; refused before: nothing, or       expected + 1
 *                 decided again (below);
 *                 older than the kept replies: ALREADY_DONE
 *
 * A refused command changes nothing, so a refusal moves `expected` in this memory only. After a restart Hello's
 * first_held moves it again: an agent holds everything that was not answered. What comes again after it was refused
 * is decided anew when its sender may still wait for the answer: refused before this Hello and not older than
 * first_held, or refused for now (BUSY, DISK_LOW). All else would be stored behind the back of a sender that was
 * told no.
 *
 * Resync. Asked for by Hello, or forced when the site is away or its `applied` cannot be true:
 *
 *      Hello ─► Welcome, from = newest line of each lane ─► Resync 1 … Resync n (last)
 *            ◄─ DeliveryAck of both lanes with exactly Welcome's from: the view is durable
 *      then lines after from follow as deliveries. Until then none is sent.
 *
 * Quotas. Every frame of a site costs a token before it is read; a site without tokens, with too many bad frames or Hellos,
 * that does not read what it is sent, or sends a message without end, is in quarantine for a minute: Goodbye QUOTA, and
 * nothing of it is decided. Who goes on sending loses the connection, and is refused a new one until the minute is over.
 *
 * Pages are built from the state as it is when each is sent; later lines bring what changed meanwhile. So a site that
 * was away counts as back from its Hello on; when it is away again before it has its view, the session ends.
 */
#ifndef BROKER_SESSION_SESSION_H
#define BROKER_SESSION_SESSION_H

#include "base/arena.h"
#include "base/link.h"
#include "broker/store/store.h"
#include "policy/region.h"
#include "proto/message.h"
#include "proto/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SESSION_SITES_MAX = 65536,
    SESSION_SILENCE_MS = 30000,    /* three missed heartbeats: the peer is gone */
    SESSION_OWED_MS = 60000,       /* deliveries that stay unacknowledged did not arrive */
    SESSION_VIEW_OWED_MS = 600000, /* likewise a whole view, which takes its time on a slow line */
    SESSION_QUARANTINE_MS = 60000, /* for whoever sends what is no message */
    SESSION_OBEDIENT_FRAMES = 64,  /* heard in quarantine, before the connection is cut */
    SESSION_EFFECTS_MAX = 12
};

struct session_table;

/* What a step may look at. Borrowed during the call. */
struct session_world {
    struct store *store;
    const struct region *region;
    const struct key32 *disclosure_public;
    struct arena *arena; /* the turn's: problems and digests */
    int64_t now_us;      /* core time, told to peers */
    int64_t boot_us;     /* boot clock: silence and quotas */
};

enum session_event_kind {
    SESSION_FRAME,   /* peer, envelope */
    SESSION_FAULT,   /* peer, fault: bytes that are no message */
    SESSION_PARTS,   /* peer: a message of several parts, dropped */
    SESSION_FLOOD,   /* peer: said by session_arrived */
    SESSION_UNREAD,  /* peer: what it was to be sent does not fit its queue any more */
    SESSION_ENDLESS, /* peer: its connection was cut in the middle of a message without end */
    SESSION_TICK,    /* a second or so passed */
    SESSION_LOST,    /* the connection is gone */
    SESSION_CLOSE    /* reason: say Goodbye; with a peer, also to a connection without a session */
};

struct session_event {
    enum session_event_kind kind;
    uint32_t site;
    const struct link_peer *peer;
    const struct envelope *envelope;
    const struct wire_fault *fault;
    enum goodbye_reason reason;
};

enum session_effect_kind {
    SESSION_START_LANE,  /* lane, incarnation, number: turn_start_lane */
    SESSION_ACKNOWLEDGE, /* lane, number: turn_acknowledge */
    SESSION_RETURNED,    /* turn_returned */
    SESSION_RESYNCED,    /* lines: turn_resynced */
    SESSION_DECIDE,      /* command: turn_command, and send the reply */
    SESSION_REPEAT,      /* lane, kept: send the reply that was kept */
    SESSION_ANSWER,      /* query: answer it after the turn */
    SESSION_SEND,        /* envelope */
    SESSION_CUT,         /* peer: end its connection */
    SESSION_NOTE         /* a line for the log */
};

enum session_weight { SESSION_INFO, SESSION_WARN, SESSION_ALARM };

struct session_effect {
    enum session_effect_kind kind;
    uint32_t site;
    struct link_peer peer;
    enum lane lane;
    uint64_t number;
    struct id128 incarnation;
    uint64_t lines[LANE_END];
    struct reply_record kept;
    const struct command *command; /* borrowed from the event */
    const struct query *query;
    struct envelope envelope;
    struct {
        enum session_weight weight;
        const char *event;  /* static */
        const char *detail; /* static, or borrowed from the event; may be NULL */
    } note;
};

struct session_effects {
    struct session_effect items[SESSION_EFFECTS_MAX];
    size_t count;
};

/* What goes to a site next. */
enum session_item_kind { SESSION_NOTHING, SESSION_LINES, SESSION_PAGE };

/* How far a resync has come: the entity sent last. Begins zeroed. */
struct session_cursor {
    enum delivery_kind kind;
    struct id128 entity;
};

struct session_line {
    enum lane lane;
    uint64_t after; /* sent before it on the lane */
    struct line_record record;
};

struct session_item {
    enum session_item_kind kind;
    bool more; /* there is, or may be, something after it */
    struct link_peer peer;
    uint64_t session;             /* of the Hello */
    uint32_t page;                /* PAGE: its number */
    struct session_cursor cursor; /* PAGE: entities after this one */
    size_t count;                 /* LINES: one, unless the site takes several in one frame */
    struct session_line lines[LIMIT_WINDOW];
};

/* Lives in the arena, which must outlive it and is never reset. NULL: it is full. */
struct session_table *session_table_create(struct arena *arena);

/* May a site open one more connection? Each costs a token. */
enum session_handshake {
    SESSION_ADMITTED,
    SESSION_REFUSED,
    SESSION_REFUSED_NEWLY /* an alarm; the refusals after it are not worth a line */
};
enum session_handshake
session_handshake(struct session_table *table, const struct session_world *world, uint32_t site);

/* A frame of event->peer of event->site came and is not read yet. False: it is not to be read. */
bool session_arrived(struct session_table *table,
                     const struct session_world *world,
                     const struct session_event *event,
                     struct session_effects *effects);

/* The alarm of the first site after *site that has one, which *site becomes; out->site is left out. Begin with 0. */
bool session_alarm(const struct session_table *table, uint32_t *site, struct site_alarm *out);

/* Adds to effects, which the caller empties between steps. A site that does not fit is answered by silence. */
void session_step(struct session_table *table,
                  const struct session_world *world,
                  const struct session_event *event,
                  struct session_effects *effects);

/* The next deliveries or the next page of a site with a session, urgent lane first. SESSION_NOTHING when there is none or
 * the windows are full. Say session_line_sent of each line, the first ones at least, or session_page_sent when it
 * went out. */
void session_next(struct session_table *table,
                  const struct session_world *world,
                  uint32_t site,
                  struct session_item *out);
void session_line_sent(struct session_table *table, uint32_t site, enum lane lane, uint64_t number);
/* cursor  the last entity of the page */
void session_page_sent(struct session_table *table,
                       uint32_t site,
                       const struct session_cursor *cursor,
                       bool last);

/* The command was refused for good: should it come again in this session, it is not decided anew. */
void session_refused(struct session_table *table, uint32_t site, enum lane lane, uint64_t number);

bool session_is_open(const struct session_table *table, uint32_t site);
/* The connection of an open session (asserted). Valid until the next step. */
const struct link_peer *session_peer(const struct session_table *table, uint32_t site);
uint32_t session_count(const struct session_table *table);
/* To what the site seals, by its last word: nothing that it still has to send is of an epoch before. 0: it has not said
 * so since its Hello. */
uint32_t session_epoch(const struct session_table *table, uint32_t site);
/* The first site after this one that has a session; 0: no more. Begin with 0. */
uint32_t session_after(const struct session_table *table, uint32_t site);

#endif
