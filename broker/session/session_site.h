/* What a session remembers of one site, and the steps that session.c hands on. For this folder only. */
#ifndef BROKER_SESSION_SESSION_SITE_H
#define BROKER_SESSION_SESSION_SITE_H

#include "broker/session/quota.h"
#include "broker/session/session.h"
#include "broker/session/window.h"

/* A view on its way to a site. */
struct session_resync {
    uint32_t page; /* next to be sent; 0: no resync */
    bool sent;     /* the last page went out */
    struct session_cursor cursor;
    uint64_t lines[LANE_END]; /* Welcome's from */
    bool durable[LANE_END];   /* acknowledged since the last page */
};

struct session_site {
    bool open;
    struct link_peer peer;
    struct id128 incarnation; /* of the session */
    struct id128 incarnation_before;
    int64_t heard_us;
    int64_t
        owed_us; /* since when nothing of what is in flight was acknowledged; 0: not known yet */
    int64_t quarantine_until_us;
    uint32_t ignored;        /* frames heard in this quarantine */
    bool barred;             /* no new connection while it lasts */
    struct site_alarm alarm; /* the newest; times 0: none */
    struct quota frames;
    struct quota handshakes;
    int64_t handshakes_told_us;
    struct quota commands;
    struct quota strikes; /* frames that are no message, or lie */
    struct quota hellos;
    struct quota queries;
    uint32_t epoch;              /* Heartbeat's disclosure_epoch since then; 0: not said */
    uint64_t session;            /* Hello's */
    bool takes_deliveries;       /* likewise */
    uint64_t held[LANE_END];     /* Hello's first_held: what is older is settled */
    uint64_t expected[LANE_END]; /* next command */
    uint64_t
        refused[LANE_END]; /* for good since Hello: a bit a number, modulo 64, below expected */
    struct window windows[LANE_END];
    struct session_resync resync;
};

/* Everything a step passes down. */
struct session_step {
    const struct session_world *world;
    const struct session_event *event;
    struct session_site *site;
    struct session_effects *effects;
};

/* The event came over the session's own connection. */
bool session_site_is_ours(const struct session_step *step);

/* NULL: there is no room. */
struct session_site *session_site_add(struct session_table *table, uint32_t site);

/* A Hello: opens the session, or says Goodbye. */
void session_site_hello(struct session_step *step);
void session_site_command(struct session_step *step);
void session_site_acknowledge(struct session_step *step);
void session_site_query(struct session_step *step);
/* Bytes that were no message; ours: they came over the session's own connection. */
void session_site_fault(struct session_step *step, bool ours);

/* The next effect to be filled, about the step's site and the event's peer. */
struct session_effect *session_site_effect(struct session_step *step,
                                           enum session_effect_kind kind);
void session_site_note(struct session_step *step,
                       enum session_weight weight,
                       const char *event,
                       const char *detail);
void session_site_goodbye(struct session_step *step,
                          const struct link_peer *peer,
                          enum goodbye_reason reason);
/* A reply with one problem. */
void session_site_refuse(struct session_step *step,
                         enum lane lane,
                         uint64_t number,
                         enum refusal code,
                         const char *field);
/* One bad frame more; too many of them quarantine the site. */
void session_site_strike(struct session_step *step, const char *what);
void session_site_quarantine(struct session_step *step, const char *why);
/* Log it, and keep it for the administrator. until_us: core time, or 0. */
void session_site_alarm(struct session_step *step,
                        const char *event,
                        const char *reason,
                        int64_t until_us);
/* Parts, floods, peers that do not read: see the events. */
void session_site_misbehaves(struct session_step *step);
void session_site_close(struct session_step *step, const char *why);
/* True: too much waited, its lines are gone, and the session with them. */
bool session_site_is_away(struct session_step *step);

#endif
