/* The JSON that a hook reads: one object a line. */
#ifndef AGENTS_DAEMON_HOOK_EVENT_H
#define AGENTS_DAEMON_HOOK_EVENT_H

#include "agents/core/news.h"
#include "agents/store/spool.h"
#include "base/arena.h"
#include "proto/message.h"

/* Texts live in the arena; NULL: no memory. None of them holds facts of a family. */
const char *hook_event_of_news(const char *site,
                               int64_t now_us,
                               const struct delivery *delivery,
                               const struct news *news,
                               struct arena *arena);
const char *hook_event_of_refusal(const char *site,
                                  const struct spool_refusal *refusal,
                                  const struct reply *reply,
                                  struct arena *arena);

/* What a stored event is about. */
struct hook_event_subject {
    bool disclosure;
    struct id128 case_id;
    const char *worker;
};
bool hook_event_subject(const char *body, struct arena *arena, struct hook_event_subject *out);
/* The event with the facts of its case added. */
const char *
hook_event_with_facts(const char *body, const struct case_view *facts, struct arena *arena);

#endif
