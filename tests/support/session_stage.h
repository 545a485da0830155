/* A stage for tests of sessions: one site, a real state, hand-typed frames in, effects out. */
#ifndef TESTS_SUPPORT_SESSION_STAGE_H
#define TESTS_SUPPORT_SESSION_STAGE_H

#include "broker/session/session.h"

enum { SESSION_STAGE_SITE = 1 };

#define SECOND INT64_C(1000000)

struct session_stage {
    struct scratch *scratch;
    struct arena *program;
    struct arena *turn;
    struct session_table *table;
    struct session_world world;
    struct region region;
    struct key32 disclosure;
    struct session_effects effects; /* of the last step */
};

extern const struct link_peer session_stage_first_peer;
extern const struct link_peer session_stage_second_peer;
extern const struct id128 session_stage_spool_a;
extern const struct id128 session_stage_spool_b;

/* For cmocka: *state becomes the stage. */
int session_stage_set_up(void **state);
int session_stage_tear_down(void **state);
void session_stage_step(struct session_stage *world, const struct session_event *event);
void session_stage_frame(struct session_stage *world,
                         const struct link_peer *peer,
                         const struct envelope *envelope);
struct envelope session_stage_hello_of(struct id128 spool, uint64_t first_held, uint64_t applied);
void session_stage_greet(struct session_stage *world);
void session_stage_send_command(struct session_stage *world, uint64_t number, const char *note);
void session_stage_send_ack(struct session_stage *world, enum lane lane, uint64_t number);
/* The first effect of a kind, or frame of a kind, of the last step; one of all zeros when there is none. */
const struct session_effect *session_stage_effect_of(const struct session_stage *world,
                                                     enum session_effect_kind kind);
bool session_stage_has(const struct session_stage *world, enum session_effect_kind kind);
const struct envelope *session_stage_sent(const struct session_stage *world, enum body_kind kind);
bool session_stage_was_sent(const struct session_stage *world, enum body_kind kind);
/* The refusal in the last step's reply, or 0. */
enum refusal session_stage_refused(const struct session_stage *world);
/* Whether the last step wrote that line for the log. */
bool session_stage_noted(const struct session_stage *world, const char *event);
/* What the state says. */
void session_stage_put_site(struct session_stage *world,
                            struct id128 spool,
                            uint64_t commands,
                            uint64_t lines);
void session_stage_put_line(struct session_stage *world, enum lane lane, uint64_t number);
void session_stage_put_reply(struct session_stage *world, uint64_t number, const char *note);

#endif
