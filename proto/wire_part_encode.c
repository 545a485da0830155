/* Encoding by table, straight to protobuf's wire format, which protobuf-c's descriptors describe.
 *
 * It is written from the end: when a message's length is asked for, its content stands already, so that nothing is
 * measured before it is written and no second structure is built. Fields at their default are left out, as proto3 has it. */
#include "proto/wire_part.h"
#include "proto/wire_slot.h"

#include <assert.h>
#include <string.h>

enum { FIRST_ROOM = 1024, VARINT_BYTES_MAX = 10 };
enum wire_type { WIRE_VARINT = 0, WIRE_LENGTH = 2 };

struct writer {
    struct arena *arena;
    uint8_t *room;
    size_t size;
    size_t left; /* in front of what is written */
};

/* False: the arena is full or something of ours is over its limit. */
static bool encode_part(struct writer *writer, const struct wire_part *part, const void *ours);

static size_t written(const struct writer *writer)
{
    return writer->size - writer->left;
}

static bool make_room(struct writer *writer, size_t bytes)
{
    const size_t used = written(writer);
    const size_t size = 2 * (writer->size + bytes);
    uint8_t *room = arena_alloc(writer->arena, size);
    if (room == NULL) {
        return false;
    }
    memcpy(room + size - used, writer->room + writer->left, used);
    writer->room = room;
    writer->size = size;
    writer->left = size - used;
    return true;
}

static bool has_room(struct writer *writer, size_t bytes)
{
    return writer->left >= bytes || make_room(writer, bytes);
}

/* Its room is there. Most are of one byte. */
static inline void write_varint(struct writer *writer, uint64_t number)
{
    if (number <= 0x7F) {
        writer->room[--writer->left] = (uint8_t)number;
        return;
    }
    size_t bytes = 1;
    for (uint64_t rest = number >> 7; rest != 0; rest >>= 7) {
        bytes++;
    }
    writer->left -= bytes;
    uint8_t *at = writer->room + writer->left;
    for (; number > 0x7F; number >>= 7) {
        *at++ = (uint8_t)(number | 0x80);
    }
    *at = (uint8_t)number;
}

/* A number, and the tag in front of it. */
static bool put_tagged(struct writer *writer, uint32_t field, enum wire_type type, uint64_t number)
{
    if (!has_room(writer, 2 * VARINT_BYTES_MAX)) {
        return false;
    }
    write_varint(writer, number);
    write_varint(writer, (uint64_t)field << 3 | type);
    return true;
}

static bool put_number(struct writer *writer, uint32_t field, uint64_t number)
{
    return put_tagged(writer, field, WIRE_VARINT, number);
}

/* The length of what was written since `before`, and the tag in front of it. */
static bool put_length(struct writer *writer, uint32_t field, size_t before)
{
    return put_tagged(writer, field, WIRE_LENGTH, written(writer) - before);
}

static bool put_field(struct writer *writer, uint32_t field, struct bytes bytes)
{
    if (!has_room(writer, bytes.size)) {
        return false;
    }
    writer->left -= bytes.size;
    memcpy(writer->room + writer->left, bytes.data, bytes.size);
    return put_tagged(writer, field, WIRE_LENGTH, bytes.size);
}

/* The longest beginning of at most limit bytes that does not cut a character. */
static size_t cut(const char *text, size_t limit)
{
    size_t bytes = limit;
    while (bytes > 0 && ((uint8_t)text[bytes] & 0xC0) == 0x80) {
        bytes--;
    }
    return bytes;
}

static bool encode_text(struct writer *writer,
                        const struct wire_part_row *row,
                        uint32_t field,
                        const void *ours)
{
    const char *text = wire_slot_pointer(ours, row->ours);
    size_t bytes = strlen(text);
    if (bytes > row->limit) {
        if (row->kind == WIRE_PART_TEXT) {
            return false;
        }
        bytes = cut(text, row->limit);
    }
    return put_field(writer, field, bytes_of(text, bytes));
}

/* Numbers of a packed list. */
static bool encode_mask(struct writer *writer,
                        const struct wire_part_row *row,
                        uint32_t field,
                        const void *ours)
{
    const uint32_t mask = wire_slot_number(ours, row->ours);
    const size_t before = written(writer);
    if ((mask & 1) != 0 || (row->limit < 32 && mask >> row->limit != 0)) {
        return false;
    }
    for (uint32_t i = row->limit; i-- > 1;) {
        if ((mask >> i & 1) != 0) {
            if (!has_room(writer, VARINT_BYTES_MAX)) {
                return false;
            }
            write_varint(writer, i);
        }
    }
    return put_length(writer, field, before);
}

static bool encode_bytes(struct writer *writer,
                         const struct wire_part_row *row,
                         uint32_t field,
                         const void *ours)
{
    const void *at = wire_slot_at(ours, row->ours);
    if (row->kind == WIRE_PART_ID) {
        return put_field(writer, field, bytes_of(at, ID128_BYTES));
    }
    if (row->kind == WIRE_PART_FIXED_BYTES) {
        return put_field(writer, field, bytes_of(at, row->limit));
    }
    if (row->kind == WIRE_PART_INLINE_BYTES) {
        const size_t count = wire_slot_count(ours, row->ours_count);
        return count <= row->limit && put_field(writer, field, bytes_of(at, count * row->element));
    }
    const struct bytes bytes = wire_slot_bytes(ours, row->ours);
    return bytes.size <= row->limit &&
           (row->kind != WIRE_PART_EXACT_BYTES || bytes.size == row->limit) &&
           put_field(writer, field, bytes);
}

static bool
encode_ids(struct writer *writer, const struct wire_part_row *row, uint32_t field, const void *ours)
{
    const size_t count = wire_slot_count(ours, row->ours_count);
    const struct id128 *ids = wire_slot_pointer(ours, row->ours);
    if (count > row->limit) {
        return false;
    }
    for (size_t i = count; i-- > 0;) {
        if (!put_field(writer, field, id128_bytes(&ids[i]))) {
            return false;
        }
    }
    return true;
}

/* CandidateCount: the reason, then how many. */
static bool encode_counts(struct writer *writer,
                          const struct wire_part_row *row,
                          const ProtobufCFieldDescriptor *field,
                          const void *ours)
{
    const ProtobufCMessageDescriptor *count = field->descriptor;
    for (uint32_t reason = row->limit; reason-- > 1;) {
        const uint32_t number = wire_slot_number(ours, row->ours + reason * sizeof(uint32_t));
        const size_t before = written(writer);
        if (number != 0 && !(put_number(writer, count->fields[1].id, number) &&
                             put_number(writer, count->fields[0].id, reason) &&
                             put_length(writer, field->id, before))) {
            return false;
        }
    }
    return true;
}

/* A structure of zeros is a message without fields. */
static bool encode_message(struct writer *writer,
                           const struct wire_part *part,
                           uint32_t field,
                           const void *ours)
{
    const size_t before = written(writer);
    return encode_part(writer, part, ours) && put_length(writer, field, before);
}

static bool encode_list(struct writer *writer,
                        const struct wire_part_row *row,
                        uint32_t field,
                        const void *ours)
{
    const size_t count = wire_slot_count(ours, row->ours_count);
    const uint8_t *list = row->kind == WIRE_PART_LIST ? wire_slot_pointer(ours, row->ours)
                                                      : wire_slot_at(ours, row->ours);
    if (count > row->limit) {
        return false;
    }
    for (size_t i = count; i-- > 0;) {
        if (!encode_message(writer, row->part, field, list + i * row->part->ours_bytes)) {
            return false;
        }
    }
    return true;
}

static bool encode_one_of(struct writer *writer, const struct wire_part_row *row, const void *ours)
{
    const bool absent = row->ours_absent != 0 && wire_slot_flag(ours, row->ours_absent);
    const uint32_t kind = wire_slot_number(ours, row->ours_count);
    for (size_t i = 0; i < row->limit && !absent; i++) {
        const struct wire_part_choice *choice = &row->choices[i];
        if (choice->kind != kind) {
            continue;
        }
        const void *body = choice->pointer ? wire_slot_pointer(ours, choice->ours)
                                           : wire_slot_at(ours, choice->ours);
        return body != NULL && encode_message(writer, choice->part, choice->number, body);
    }
    return absent;
}

static bool
encode_number32(struct writer *writer, const ProtobufCFieldDescriptor *field, uint32_t number)
{
    const bool zigzag = field->type == PROTOBUF_C_TYPE_SINT32;
    return put_number(writer, field->id, zigzag ? number << 1 ^ (0 - (number >> 31)) : number);
}

static bool encode_lane(struct writer *writer, uint32_t field, uint32_t lane)
{
    return lane < LANE_END && put_number(writer, field, (uint64_t)lane + 1);
}

static bool encode_row(struct writer *writer,
                       const struct wire_part_row *row,
                       const ProtobufCFieldDescriptor *field,
                       const void *ours)
{
    switch (row->kind) {
    case WIRE_PART_TEXT:
    case WIRE_PART_PROSE:
        return encode_text(writer, row, field->id, ours);
    case WIRE_PART_NUMBER32:
        return encode_number32(writer, field, wire_slot_number(ours, row->ours));
    case WIRE_PART_NUMBER64:
        return put_number(writer, field->id, wire_slot_wide(ours, row->ours));
    case WIRE_PART_BOOL:
        return put_number(writer, field->id, 1);
    case WIRE_PART_CODE:
        return wire_slot_number(ours, row->ours) < row->limit &&
               put_number(writer, field->id, wire_slot_number(ours, row->ours));
    case WIRE_PART_LANE:
        return encode_lane(writer, field->id, wire_slot_number(ours, row->ours));
    case WIRE_PART_MASK:
        return encode_mask(writer, row, field->id, ours);
    case WIRE_PART_ID:
    case WIRE_PART_BYTES:
    case WIRE_PART_EXACT_BYTES:
    case WIRE_PART_FIXED_BYTES:
    case WIRE_PART_INLINE_BYTES:
        return encode_bytes(writer, row, field->id, ours);
    case WIRE_PART_IDS:
        return encode_ids(writer, row, field->id, ours);
    case WIRE_PART_COUNTS:
        return encode_counts(writer, row, field, ours);
    case WIRE_PART_HELD:
        return encode_message(writer, row->part, field->id, wire_slot_at(ours, row->ours));
    case WIRE_PART_POINTER:
        return encode_message(writer, row->part, field->id, wire_slot_pointer(ours, row->ours));
    case WIRE_PART_LIST:
    case WIRE_PART_INLINE_LIST:
        return encode_list(writer, row, field->id, ours);
    case WIRE_PART_ONE_OF:
        return encode_one_of(writer, row, ours);
    case WIRE_PART_UNSENT_TEXT:
        break;
    }
    return true;
}

static bool all_zero(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] != 0) {
            return false;
        }
    }
    return true;
}

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

bool wire_part_is_unset(const struct wire_part_row *row, const void *ours)
{
    switch (row->kind) {
    case WIRE_PART_NUMBER32:
    case WIRE_PART_CODE:
    case WIRE_PART_MASK:
        return wire_slot_number(ours, row->ours) == 0;
    case WIRE_PART_NUMBER64:
        return wire_slot_wide(ours, row->ours) == 0;
    case WIRE_PART_BOOL:
        return !wire_slot_flag(ours, row->ours);
    case WIRE_PART_ID:
        return (wire_slot_wide(ours, row->ours) | wire_slot_wide(ours, row->ours + 8)) == 0;
    case WIRE_PART_FIXED_BYTES:
        return all_zero(wire_slot_at(ours, row->ours), row->limit);
    case WIRE_PART_COUNTS:
        return all_zero(wire_slot_at(ours, row->ours), row->limit * sizeof(uint32_t));
    case WIRE_PART_TEXT:
    case WIRE_PART_PROSE:
        return is_empty(wire_slot_pointer(ours, row->ours));
    case WIRE_PART_BYTES:
    case WIRE_PART_EXACT_BYTES:
        return wire_slot_bytes(ours, row->ours).size == 0;
    case WIRE_PART_POINTER:
        return wire_slot_pointer(ours, row->ours) == NULL;
    case WIRE_PART_IDS:
    case WIRE_PART_LIST:
    case WIRE_PART_INLINE_LIST:
    case WIRE_PART_INLINE_BYTES:
        return wire_slot_count(ours, row->ours_count) == 0;
    case WIRE_PART_UNSENT_TEXT:
        return true;
    case WIRE_PART_LANE:
    case WIRE_PART_HELD:
    case WIRE_PART_ONE_OF:
        break;
    }
    return false;
}

/* The field that a row is about: found by its place in protobuf-c's structure, nearly always where the row stands. */
static const ProtobufCFieldDescriptor *field_of(const struct wire_part *part, size_t row)
{
    const ProtobufCFieldDescriptor *fields = part->descriptor->fields;
    const size_t count = part->descriptor->n_fields;
    const size_t theirs = part->rows[row].theirs;
    if (part->rows[row].kind == WIRE_PART_ONE_OF) {
        return NULL;
    }
    if (row < count && fields[row].offset == theirs) {
        return &fields[row];
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].offset == theirs) {
            return &fields[i];
        }
    }
    assert(!"every row is a field");
    return NULL;
}

static bool encode_part(struct writer *writer, const struct wire_part *part, const void *ours)
{
    for (size_t i = part->row_count; i-- > 0;) {
        const struct wire_part_row *row = &part->rows[i];
        if (!wire_part_is_unset(row, ours) && !encode_row(writer, row, field_of(part, i), ours)) {
            return false;
        }
    }
    return true;
}

bool wire_part_encode(const struct wire_part *part,
                      const void *ours,
                      size_t bytes_max,
                      struct arena *arena,
                      struct bytes *out)
{
    struct writer writer = {.arena = arena, .size = FIRST_ROOM, .left = FIRST_ROOM};
    writer.room = arena_alloc(arena, FIRST_ROOM);
    if (writer.room == NULL || !encode_part(&writer, part, ours) || written(&writer) > bytes_max) {
        return false;
    }
    *out = bytes_of(writer.room + writer.left, written(&writer));
    return true;
}
