/* The spool: see spool.h. */
#include "agents/store/spool.h"

#include "agents/store/record.h"
#include "proto/wire.h"

#include <assert.h>
#include <string.h>

enum { LANE_KEY_BYTES = 9, TIME_BYTES = 8, REFUSALS_MAX = 10000 };

static const char *const NEXT_NAMES[LANE_END] = {"next.normal", "next.urgent"};

static struct bytes lane_key(enum lane lane, uint64_t number, uint8_t buffer[LANE_KEY_BYTES])
{
    buffer[0] = (uint8_t)lane;
    bytes_put_u64(buffer + 1, number);
    return bytes_of(buffer, LANE_KEY_BYTES);
}

static uint64_t next_number(struct agent_store *store, enum lane lane)
{
    uint64_t next = agent_store_number(store, NEXT_NAMES[lane]);
    return next == 0 ? 1 : next;
}

static uint64_t first_held(struct agent_store *store, enum lane lane)
{
    uint8_t buffer[LANE_KEY_BYTES];
    struct agent_store_key key;
    if (agent_store_seek_key(store, AGENT_STORE_SPOOL, lane_key(lane, 0, buffer), &key) &&
        key.size == LANE_KEY_BYTES && key.data[0] == (uint8_t)lane) {
        return bytes_get_u64(key.data + 1);
    }
    return next_number(store, lane);
}

static int64_t
stored_at(struct agent_store *store, enum lane lane, uint64_t number, struct arena *arena)
{
    uint8_t buffer[LANE_KEY_BYTES];
    struct bytes plain;
    if (!agent_store_get(store, AGENT_STORE_SPOOL, lane_key(lane, number, buffer), arena, &plain) ||
        plain.size < TIME_BYTES) {
        return 0;
    }
    return (int64_t)bytes_get_u64(plain.data);
}

void spool_state(struct agent_store *store, struct arena *arena, struct spool_state *out)
{
    memset(out, 0, sizeof *out);
    struct bytes plain;
    if (agent_store_get(store, AGENT_STORE_META, bytes_of_text("incarnation"), arena, &plain)) {
        (void)id128_of_bytes(plain, &out->incarnation);
    }
    out->waiting = agent_store_count(store, AGENT_STORE_SPOOL);
    out->refused = agent_store_count(store, AGENT_STORE_REFUSED);
    for (int i = 0; i < LANE_END; i++) {
        enum lane lane = (enum lane)i;
        out->lanes[i].next = next_number(store, lane);
        out->lanes[i].first = first_held(store, lane);
        if (out->lanes[i].first < out->lanes[i].next) {
            struct arena_mark mark = arena_mark(arena);
            int64_t at_us = stored_at(store, lane, out->lanes[i].first, arena);
            arena_release(arena, mark);
            if (out->oldest_us == 0 || at_us < out->oldest_us) {
                out->oldest_us = at_us;
            }
        }
    }
}

static bool encode(const struct command *command, struct arena *arena, struct bytes *frame)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_COMMAND};
    envelope.body.command = *command;
    return wire_encode(&envelope, arena, frame);
}

static bool
put(struct agent_store *store, const struct command *command, int64_t at_us, struct arena *arena)
{
    struct bytes frame;
    if (!encode(command, arena, &frame)) {
        return false;
    }
    uint8_t *plain = arena_alloc(arena, TIME_BYTES + frame.size);
    if (plain == NULL) {
        return false;
    }
    bytes_put_u64(plain, (uint64_t)at_us);
    memcpy(plain + TIME_BYTES, frame.data, frame.size);
    uint8_t buffer[LANE_KEY_BYTES];
    agent_store_put(store,
                    AGENT_STORE_SPOOL,
                    lane_key(command->lane, command->number, buffer),
                    bytes_of(plain, TIME_BYTES + frame.size),
                    arena);
    return true;
}

void spool_renew(struct agent_store *store, const struct id128 *incarnation, struct arena *arena)
{
    agent_store_put(
        store, AGENT_STORE_META, bytes_of_text("incarnation"), id128_bytes(incarnation), arena);
    for (int i = 0; i < LANE_END; i++) {
        enum lane lane = (enum lane)i;
        uint64_t next = next_number(store, lane);
        for (uint64_t number = first_held(store, lane); number < next; number++) {
            struct arena_mark mark = arena_mark(arena);
            struct command command;
            if (spool_command(store, lane, number, arena, &command)) {
                command.incarnation = *incarnation;
                int64_t at_us = stored_at(store, lane, number, arena);
                bool fits = put(store, &command, at_us, arena);
                assert(fits);
            }
            arena_release(arena, mark);
        }
    }
}

enum spool_verdict spool_append(struct agent_store *store,
                                struct command *command,
                                uint64_t entries_max,
                                int64_t now_us,
                                struct arena *arena)
{
    if (agent_store_count(store, AGENT_STORE_SPOOL) >= entries_max) {
        return SPOOL_FULL;
    }
    struct bytes plain;
    bool known =
        agent_store_get(store, AGENT_STORE_META, bytes_of_text("incarnation"), arena, &plain);
    if (!known || !id128_of_bytes(plain, &command->incarnation)) {
        return SPOOL_TOO_LONG;
    }
    command->number = next_number(store, command->lane);
    if (!put(store, command, now_us, arena)) {
        return SPOOL_TOO_LONG;
    }
    agent_store_set_number(store, NEXT_NAMES[command->lane], command->number + 1);
    return SPOOL_STORED;
}

bool spool_frame(struct agent_store *store,
                 enum lane lane,
                 uint64_t number,
                 struct arena *arena,
                 struct bytes *frame)
{
    uint8_t buffer[LANE_KEY_BYTES];
    struct bytes plain;
    if (!agent_store_get(store, AGENT_STORE_SPOOL, lane_key(lane, number, buffer), arena, &plain) ||
        plain.size < TIME_BYTES) {
        return false;
    }
    *frame = bytes_of(plain.data + TIME_BYTES, plain.size - TIME_BYTES);
    return true;
}

bool spool_command(struct agent_store *store,
                   enum lane lane,
                   uint64_t number,
                   struct arena *arena,
                   struct command *out)
{
    struct bytes frame;
    struct envelope envelope;
    struct wire_fault fault;
    if (!spool_frame(store, lane, number, arena, &frame) ||
        !wire_decode(frame, arena, &envelope, &fault) || envelope.kind != BODY_COMMAND) {
        return false;
    }
    *out = envelope.body.command;
    return true;
}

void spool_settle(struct agent_store *store, enum lane lane, uint64_t number)
{
    uint8_t buffer[LANE_KEY_BYTES];
    (void)agent_store_delete(store, AGENT_STORE_SPOOL, lane_key(lane, number, buffer));
}

/* ---- refusals -------------------------------------------------------------------------------- */

void spool_note_refusal(struct agent_store *store,
                        const struct spool_refusal *refusal,
                        const struct reply *reply,
                        struct arena *arena)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_REPLY};
    envelope.body.reply = *reply;
    struct bytes frame;
    if (agent_store_count(store, AGENT_STORE_REFUSED) >= REFUSALS_MAX ||
        !wire_encode(&envelope, arena, &frame)) {
        return;
    }
    struct bytes actor = bytes_of_text(refusal->actor);
    struct record_writer writer =
        record_writer_begin(arena, 8 + ID128_BYTES + 8 + actor.size + frame.size);
    record_put_number(&writer, (uint64_t)refusal->kind);
    record_put_id(&writer, &refusal->subject);
    record_put_bytes(&writer, actor);
    record_put_bytes(&writer, frame);
    if (writer.failed) {
        return;
    }
    uint8_t key[TIME_BYTES + LANE_KEY_BYTES];
    bytes_put_u64(key, (uint64_t)refusal->at_us);
    (void)lane_key(reply->lane, reply->number, key + TIME_BYTES);
    agent_store_put(
        store, AGENT_STORE_REFUSED, bytes_of(key, sizeof key), record_bytes(&writer), arena);
}

bool spool_refusal(struct agent_store *store,
                   struct bytes from,
                   struct arena *arena,
                   struct agent_store_key *key,
                   struct spool_refusal *out)
{
    struct agent_store_row row;
    if (!agent_store_seek(store, AGENT_STORE_REFUSED, from, arena, &row) ||
        row.key.size != TIME_BYTES + LANE_KEY_BYTES) {
        return false;
    }
    memcpy(key->data, row.key.data, row.key.size);
    key->size = row.key.size;
    struct record_reader reader = record_reader_begin(row.plain);
    memset(out, 0, sizeof *out);
    out->at_us = (int64_t)bytes_get_u64(row.key.data);
    out->kind = (enum command_kind)record_take_number(&reader);
    out->subject = record_take_id(&reader);
    out->actor = arena_text_of(arena, record_take_bytes(&reader));
    struct bytes frame = record_take_bytes(&reader);
    struct envelope envelope;
    struct wire_fault fault;
    if (reader.failed || out->actor == NULL || !wire_decode(frame, arena, &envelope, &fault) ||
        envelope.kind != BODY_REPLY) {
        return false;
    }
    out->problems = envelope.body.reply.problems;
    out->problem_count = envelope.body.reply.problem_count;
    return true;
}

void spool_forget_refusal(struct agent_store *store, const struct agent_store_key *key)
{
    (void)agent_store_delete(store, AGENT_STORE_REFUSED, bytes_of(key->data, key->size));
}
