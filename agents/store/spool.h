/* The spool: commands that the broker has not answered yet, on disk, in the order of their lanes.
 *
 * Each lane numbers its commands from 1. The incarnation names this spool; an old copy of it must get a
 * new one (spool_renew), or used numbers would come again with other commands. A command leaves when it
 * is settled; one that was refused is noted until somebody looks (or was told at once).
 */
#ifndef AGENTS_STORE_SPOOL_H
#define AGENTS_STORE_SPOOL_H

#include "agents/store/agent_store.h"
#include "proto/message.h"

enum { SPOOL_ENTRIES_DEFAULT = 100000 };

struct spool_state {
    struct id128 incarnation; /* none: spool_renew before anything else */
    struct {
        uint64_t first; /* oldest held, or next */
        uint64_t next;
    } lanes[LANE_END];
    uint64_t waiting;
    int64_t oldest_us; /* 0: nothing waits */
    uint64_t refused;
};

enum spool_verdict {
    SPOOL_STORED,
    SPOOL_FULL,    /* entries_max are held already */
    SPOOL_TOO_LONG /* the command fits no frame, or memory is out */
};

void spool_state(struct agent_store *store, struct arena *arena, struct spool_state *out);
/* Give the spool an incarnation, and to all that it holds. */
void spool_renew(struct agent_store *store, const struct id128 *incarnation, struct arena *arena);

/* command->lane is the caller's choice; number and incarnation are filled in. */
enum spool_verdict spool_append(struct agent_store *store,
                                struct command *command,
                                uint64_t entries_max,
                                int64_t now_us,
                                struct arena *arena);
/* The frame to send. False: not held (any more). */
bool spool_frame(struct agent_store *store,
                 enum lane lane,
                 uint64_t number,
                 struct arena *arena,
                 struct bytes *frame);
/* Likewise decoded. */
bool spool_command(struct agent_store *store,
                   enum lane lane,
                   uint64_t number,
                   struct arena *arena,
                   struct command *out);
void spool_settle(struct agent_store *store, enum lane lane, uint64_t number);

/* A command that was refused for good. */
struct spool_refusal {
    enum command_kind kind;
    struct id128 subject;
    const char *actor;
    int64_t at_us;
    struct problem *problems;
    size_t problem_count;
};
void spool_note_refusal(struct agent_store *store,
                        const struct spool_refusal *refusal,
                        const struct reply *reply,
                        struct arena *arena);
/* The oldest noted refusal; forgotten by spool_forget_refusal. */
bool spool_refusal(struct agent_store *store,
                   struct bytes from,
                   struct arena *arena,
                   struct agent_store_key *key,
                   struct spool_refusal *out);
void spool_forget_refusal(struct agent_store *store, const struct agent_store_key *key);

#endif
