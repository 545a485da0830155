/* Flat records: see record.h. */
#include "agents/store/record.h"

#include <string.h>

struct record_writer record_writer_begin(struct arena *arena, size_t room_bytes)
{
    struct record_writer writer = {.data = arena_alloc(arena, room_bytes), .room = room_bytes};
    writer.failed = writer.data == NULL;
    return writer;
}

static uint8_t *claim(struct record_writer *writer, size_t bytes)
{
    if (writer->failed || writer->room - writer->size < bytes) {
        writer->failed = true;
        return NULL;
    }
    uint8_t *to = writer->data + writer->size;
    writer->size += bytes;
    return to;
}

void record_put_number(struct record_writer *writer, uint64_t value)
{
    uint8_t *to = claim(writer, 8);
    if (to != NULL) {
        bytes_put_u64(to, value);
    }
}

void record_put_id(struct record_writer *writer, const struct id128 *id)
{
    uint8_t *to = claim(writer, ID128_BYTES);
    if (to != NULL) {
        memcpy(to, id->bytes, ID128_BYTES);
    }
}

void record_put_bytes(struct record_writer *writer, struct bytes bytes)
{
    uint8_t *to = claim(writer, 4 + bytes.size);
    if (to != NULL) {
        bytes_put_u32(to, (uint32_t)bytes.size);
        if (bytes.size > 0) {
            memcpy(to + 4, bytes.data, bytes.size);
        }
    }
}

struct bytes record_bytes(const struct record_writer *writer)
{
    return bytes_of(writer->data, writer->size);
}

struct record_reader record_reader_begin(struct bytes plain)
{
    return (struct record_reader){.rest = plain};
}

static const uint8_t *take(struct record_reader *reader, size_t bytes)
{
    if (reader->failed || reader->rest.size < bytes) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *from = reader->rest.data;
    reader->rest = bytes_of(from + bytes, reader->rest.size - bytes);
    return from;
}

uint64_t record_take_number(struct record_reader *reader)
{
    const uint8_t *from = take(reader, 8);
    return from == NULL ? 0 : bytes_get_u64(from);
}

struct id128 record_take_id(struct record_reader *reader)
{
    struct id128 id = {{0}};
    const uint8_t *from = take(reader, ID128_BYTES);
    if (from != NULL) {
        memcpy(id.bytes, from, ID128_BYTES);
    }
    return id;
}

struct bytes record_take_bytes(struct record_reader *reader)
{
    const uint8_t *length = take(reader, 4);
    if (length == NULL) {
        return bytes_of(NULL, 0);
    }
    size_t size = bytes_get_u32(length);
    const uint8_t *from = take(reader, size);
    return from == NULL ? bytes_of(NULL, 0) : bytes_of(from, size);
}
