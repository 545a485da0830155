/* The configuration in force: proposed from the files by a child process, adopted through the journal, compiled.
 *
 *     files ─ child: source_load ─ pipe ─ turn_configure ─ compile ─ journal ─ in force
 *                       │                      │              │
 *                       └── refused, with places; the old one stays ─┘
 *
 * What an administrator proposed through the protocol stands in the state as pending; it goes the same way, and what
 * came of it is a fact again. An earlier version needs no child: it was checked when it was adopted.
 *
 * A start with a configuration in the journal only compares, and warns when the files say something else.
 */
#ifndef BROKER_DAEMON_CONFIGURATION_H
#define BROKER_DAEMON_CONFIGURATION_H

#include "base/arena.h"
#include "base/error.h"
#include "broker/store/store.h"
#include "policy/region.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct broker;

enum configuration_purpose {
    CONFIGURATION_NONE,
    CONFIGURATION_COMPARE, /* warn when the files differ */
    CONFIGURATION_PROPOSE, /* adopt what they say */
    CONFIGURATION_APPLY    /* adopt what an administrator sent */
};

struct configuration {
    pid_t child; /* 0: none runs */
    int fd;      /* its pipe; -1 */
    enum configuration_purpose purpose;
    enum configuration_purpose next; /* asked for while a child ran */
    struct arena *arena;             /* holds what the child says */
    uint8_t *bytes;
    size_t size;
    struct proposal_record proposal; /* APPLY: whose answer the child works on */
};

void configuration_open(struct configuration *configuration);
/* Ends a running child. */
void configuration_close(struct configuration *configuration);

/* Starts the child, or remembers to. False: no child could be started. */
bool configuration_start(struct broker *broker,
                         enum configuration_purpose purpose,
                         struct error *err) __attribute__((warn_unused_result));
/* The pipe is readable. A refused proposal is logged and is no error; after false the process must end. */
bool configuration_read(struct broker *broker, struct error *err)
    __attribute__((warn_unused_result));
/* Between turns: begins on an administrator's proposal that waits, unless a child runs. A refusal is the
 * proposal's answer and no error; after false the process must end. */
bool configuration_tend(struct broker *broker, struct error *err)
    __attribute__((warn_unused_result));
/* Reads until the child is done, for a first start. */
bool configuration_wait(struct broker *broker, struct error *err)
    __attribute__((warn_unused_result));
/* A checked set: compared with what is in force, or adopted, between turns. A refusal is logged and is no error; after
 * false the process must end. */
bool configuration_propose(struct broker *broker,
                           const struct region_input *input,
                           enum configuration_purpose purpose,
                           struct error *err) __attribute__((warn_unused_result));

#endif
