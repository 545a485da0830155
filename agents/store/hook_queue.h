/* Events that hooks are still to be told: durable, bounded, in the order in which they happened. */
#ifndef AGENTS_STORE_HOOK_QUEUE_H
#define AGENTS_STORE_HOOK_QUEUE_H

#include "agents/store/agent_store.h"

enum { HOOK_QUEUE_MAX = 10000 };

struct hook_queue_entry {
    uint64_t number; /* given by hook_queue_add */
    const char *run; /* the program */
    uint32_t attempts;
    int64_t due_us;   /* wall time; not before */
    const char *body; /* JSON text, never with facts of a family */
};

/* False: the queue is full, the event is lost to this hook (it can still be read in the mirror). */
bool hook_queue_add(struct agent_store *store,
                    const struct hook_queue_entry *entry,
                    struct arena *arena) __attribute__((warn_unused_result));
/* The first with number >= from. */
bool hook_queue_next(struct agent_store *store,
                     uint64_t from,
                     struct arena *arena,
                     struct hook_queue_entry *out);
void hook_queue_update(struct agent_store *store,
                       const struct hook_queue_entry *entry,
                       struct arena *arena);
void hook_queue_remove(struct agent_store *store, uint64_t number);

#endif
