/* Asking the local agent: one Envelope out, its answer back, over the agent's ipc socket.
 *
 * Hides the socket, the waiting and the pages of long answers. What the agent refuses is not an operating failure
 * of the call but a verdict with problems; caller_refusal makes an error with an exit status of it.
 */
#ifndef CTL_CALLER_H
#define CTL_CALLER_H

#include "base/arena.h"
#include "base/error.h"
#include "base/phrase.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALLER_ENDPOINT_DEFAULT "ipc:///run/refagent/agent.sock"

struct caller;

struct caller_options {
    const char *endpoint; /* ipc:// and a path */
    const char *actor;    /* "" unless the person chose one of several */
    int64_t timeout_ms;
    enum language language;
    struct arena *arena; /* borrowed: what is decoded lives there */
};

/* Errors UNAVAILABLE when nobody listens, PERMISSION when the socket is closed to this user. */
bool caller_open(struct caller **out, const struct caller_options *options, struct error *err)
    __attribute__((warn_unused_result));
void caller_close(struct caller **caller);

/* The endpoint that an agent's file names under `socket`, made relative to the file's folder; the default when the
 * key is missing. */
bool caller_endpoint_of(const char *agent_file,
                        struct arena *arena,
                        const char **out,
                        struct error *err) __attribute__((warn_unused_result));

/* Send one and wait for its answer. The reply may be a refusal. Errors UNAVAILABLE (no answer in time), PROTOCOL. */
bool caller_command(struct caller *caller,
                    const struct command *command,
                    struct reply *out,
                    struct error *err) __attribute__((warn_unused_result));
/* Several in flight. First the frame, with a number that its reply will echo (they follow one another); it may be sent more than
 * once. The frame lives in the arena. */
bool caller_frame(struct caller *caller,
                  const struct command *command,
                  struct bytes *frame,
                  uint64_t *number,
                  struct error *err) __attribute__((warn_unused_result));
bool caller_post(struct caller *caller, struct bytes frame, struct error *err)
    __attribute__((warn_unused_result));
/* A reply to any of them; CALLER_SILENCE after wait_ms, at most the time that the caller waits for an answer. */
enum caller_heard { CALLER_REPLY, CALLER_SILENCE, CALLER_FAILED };
enum caller_heard
caller_hear(struct caller *caller, int64_t wait_ms, struct reply *out, struct error *err);
/* The agent answered nothing in the time that the caller waits: fills the error, returns false. */
bool caller_fail_late(const struct caller *caller, struct error *err);
int64_t caller_timeout_ms(const struct caller *caller);

/* As above for one page; refused queries are errors already. */
bool caller_query(struct caller *caller,
                  const struct query *query,
                  struct answer *out,
                  struct error *err) __attribute__((warn_unused_result));

/* Takes the rows of one page, at most rows_max of them; returns how many the page had. The page is gone after it. */
typedef size_t caller_take(void *world, const struct answer *answer, size_t rows_max);

struct caller_listing {
    struct query query;
    size_t rows_max; /* 0: all */
    caller_take *take;
    void *world;
};

/* All pages up to rows_max rows, as fast as the broker permits: one page after another is soon over its quota.
 * *more: there was more than that. */
bool caller_pages(struct caller *caller,
                  const struct caller_listing *listing,
                  bool *more,
                  struct error *err) __attribute__((warn_unused_result));

/* Turns problems into an error: the first one's text, and how many more. Always returns false. */
bool caller_refusal(const struct problem *problems,
                    size_t count,
                    enum language language,
                    struct error *err);

#endif
