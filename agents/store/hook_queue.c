/* Queue of hooks: see hook_queue.h. */
#include "agents/store/hook_queue.h"

#include "agents/store/record.h"

#include <string.h>

static struct bytes key_of(uint64_t number, uint8_t key[8])
{
    bytes_put_u64(key, number);
    return bytes_of(key, 8);
}

void hook_queue_update(struct agent_store *store,
                       const struct hook_queue_entry *entry,
                       struct arena *arena)
{
    struct record_writer writer =
        record_writer_begin(arena, 24 + strlen(entry->run) + strlen(entry->body));
    record_put_number(&writer, entry->attempts);
    record_put_number(&writer, (uint64_t)entry->due_us);
    record_put_bytes(&writer, bytes_of_text(entry->run));
    record_put_bytes(&writer, bytes_of_text(entry->body));
    uint8_t key[8];
    if (!writer.failed) {
        agent_store_put(
            store, AGENT_STORE_HOOKS, key_of(entry->number, key), record_bytes(&writer), arena);
    }
}

bool hook_queue_add(struct agent_store *store,
                    const struct hook_queue_entry *entry,
                    struct arena *arena)
{
    if (agent_store_count(store, AGENT_STORE_HOOKS) >= HOOK_QUEUE_MAX) {
        return false;
    }
    struct hook_queue_entry numbered = *entry;
    numbered.number = agent_store_number(store, "hooks.next") + 1;
    agent_store_set_number(store, "hooks.next", numbered.number);
    hook_queue_update(store, &numbered, arena);
    return true;
}

bool hook_queue_next(struct agent_store *store,
                     uint64_t from,
                     struct arena *arena,
                     struct hook_queue_entry *out)
{
    uint8_t key[8];
    struct agent_store_row row;
    if (!agent_store_seek(store, AGENT_STORE_HOOKS, key_of(from, key), arena, &row)) {
        return false;
    }
    struct record_reader reader = record_reader_begin(row.plain);
    memset(out, 0, sizeof *out);
    out->number = bytes_get_u64(row.key.data);
    out->attempts = (uint32_t)record_take_number(&reader);
    out->due_us = (int64_t)record_take_number(&reader);
    out->run = arena_text_of(arena, record_take_bytes(&reader));
    out->body = arena_text_of(arena, record_take_bytes(&reader));
    return !reader.failed && out->run != NULL && out->body != NULL;
}

void hook_queue_remove(struct agent_store *store, uint64_t number)
{
    uint8_t key[8];
    (void)agent_store_delete(store, AGENT_STORE_HOOKS, key_of(number, key));
}
