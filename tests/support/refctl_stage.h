/* refctl on a stage: run with a command line, and a scripted agent at the other end of a real ipc socket (a child
 * process, so that waiting is real too).
 *
 * A word of a command line that is to hold a blank is written with '_' in its place.
 */
#ifndef TESTS_SUPPORT_REFCTL_STAGE_H
#define TESTS_SUPPORT_REFCTL_STAGE_H

#include "proto/message.h"
#include "tests/support/scratch.h"

#include <stdbool.h>
#include <sys/types.h>

/* 2026-11-22T08:02:00Z, 15:02 in Novosibirsk: the time of every run. */
#define REFCTL_STAGE_NOW_US INT64_C(1795334520000000)

/* Answers one envelope, in the child process; false: stays silent. */
typedef bool refctl_stage_script(const struct envelope *question, struct envelope *answer);

struct refctl_stage {
    struct scratch *scratch;
    pid_t agent;
    char socket[128];
    char *out; /* of the last run */
    char *err;
};

/* cmocka's fixtures: *state is a struct refctl_stage; Novosibirsk's time, Russian. */
int refctl_stage_setup(void **state);
int refctl_stage_teardown(void **state);

/* Starts an agent; returns when it listens. */
void refctl_stage_agent(struct refctl_stage *stage, refctl_stage_script *script);
/* Runs `refctl LINE` and fails the test when it exits with another status. */
void refctl_stage_run(struct refctl_stage *stage, const char *line, int status);
/* Fails the test when part does not occur in text. */
void refctl_stage_says(const char *text, const char *part);

/* An answer without rows, a reply "stored by the broker", a refusal, ready to be sent. */
void refctl_stage_answer(const struct envelope *question, struct envelope *answer);
void refctl_stage_reply(const struct envelope *question, struct envelope *answer);
void refctl_stage_refuse(const struct envelope *question,
                         struct envelope *answer,
                         enum refusal code);
/* Small ids that are easy to tell apart. */
struct id128 refctl_stage_id(uint8_t last);

#endif
