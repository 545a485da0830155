/* Encoding by table: our structures to protobuf-c's, built in the arena and packed there. */
#include "proto/case.pb-c.h"
#include "proto/wire_part.h"
#include "proto/wire_slot.h"

#include <assert.h>
#include <string.h>

typedef Referral__V1__CandidateCount candidate_count;

/* NULL: the arena is full or something of ours is over its limit. */
static ProtobufCMessage *
encode_part(const struct wire_part *part, const void *ours, struct arena *arena);

static void put_binary(void *base, size_t offset, const uint8_t *data, size_t size)
{
    ProtobufCBinaryData binary = {.len = size, .data = NULL};
    memcpy(wire_slot_into(base, offset), &binary, sizeof(binary));
    wire_slot_put_pointer(base, offset + offsetof(ProtobufCBinaryData, data), data);
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

/* The longest beginning of at most limit bytes that does not cut a character. */
static size_t cut(const char *text, size_t limit)
{
    size_t bytes = limit;
    while (bytes > 0 && ((uint8_t)text[bytes] & 0xC0) == 0x80) {
        bytes--;
    }
    return bytes;
}

static bool
encode_text(const struct wire_part_row *row, const void *ours, struct arena *arena, void *theirs)
{
    const char *text = wire_slot_pointer(ours, row->ours);
    if (text == NULL) {
        text = "";
    }
    if (strlen(text) > row->limit) {
        if (row->kind == WIRE_PART_TEXT) {
            return false;
        }
        text = arena_text_of(arena, bytes_of(text, cut(text, row->limit)));
    }
    wire_slot_put_pointer(theirs, row->theirs, text);
    return text != NULL;
}

static void encode_id(const uint8_t *id, void *theirs, size_t offset)
{
    const bool none = all_zero(id, ID128_BYTES);
    put_binary(theirs, offset, none ? NULL : id, none ? 0 : ID128_BYTES);
}

static bool
encode_mask(const struct wire_part_row *row, const void *ours, struct arena *arena, void *theirs)
{
    const uint32_t mask = wire_slot_number(ours, row->ours);
    if (mask == 0) {
        return true;
    }
    uint32_t *numbers = arena_array(arena, row->limit, sizeof(*numbers));
    if (numbers == NULL || (mask & 1) != 0 || (row->limit < 32 && mask >> row->limit != 0)) {
        return false;
    }
    size_t count = 0;
    for (uint32_t i = 1; i < row->limit; i++) {
        if ((mask >> i & 1) != 0) {
            numbers[count++] = i;
        }
    }
    wire_slot_put_pointer(theirs, row->theirs, numbers);
    wire_slot_put_count(theirs, row->theirs_count, count);
    return true;
}

static bool encode_bytes(const struct wire_part_row *row, const void *ours, void *theirs)
{
    struct bytes bytes = {NULL, 0};
    if (row->kind == WIRE_PART_FIXED_BYTES) {
        bytes = bytes_of(wire_slot_at(ours, row->ours), row->limit);
        if (all_zero(bytes.data, bytes.size)) {
            bytes.size = 0;
        }
    } else if (row->kind == WIRE_PART_INLINE_BYTES) {
        const size_t count = wire_slot_count(ours, row->ours_count);
        if (count > row->limit) {
            return false;
        }
        bytes = bytes_of(wire_slot_at(ours, row->ours), count * row->element);
    } else {
        memcpy(&bytes, wire_slot_at(ours, row->ours), sizeof(bytes));
        if (bytes.size > row->limit ||
            (row->kind == WIRE_PART_EXACT_BYTES && bytes.size != 0 && bytes.size != row->limit)) {
            return false;
        }
    }
    put_binary(theirs, row->theirs, bytes.size > 0 ? bytes.data : NULL, bytes.size);
    return true;
}

static bool
encode_ids(const struct wire_part_row *row, const void *ours, struct arena *arena, void *theirs)
{
    const size_t count = wire_slot_count(ours, row->ours_count);
    const struct id128 *ids = wire_slot_pointer(ours, row->ours);
    if (count == 0) {
        return true;
    }
    uint8_t *items =
        count > row->limit ? NULL : arena_array(arena, count, sizeof(ProtobufCBinaryData));
    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        put_binary(items, i * sizeof(ProtobufCBinaryData), ids[i].bytes, ID128_BYTES);
    }
    wire_slot_put_pointer(theirs, row->theirs, items);
    wire_slot_put_count(theirs, row->theirs_count, count);
    return true;
}

static bool
encode_counts(const struct wire_part_row *row, const void *ours, struct arena *arena, void *theirs)
{
    const void **items = arena_array(arena, row->limit, sizeof(*items));
    candidate_count *values = arena_array(arena, row->limit, sizeof(*values));
    if (items == NULL || values == NULL) {
        return false;
    }
    size_t count = 0;
    for (uint32_t reason = 1; reason < row->limit; reason++) {
        const uint32_t number = wire_slot_number(ours, row->ours + reason * sizeof(uint32_t));
        if (number == 0) {
            continue;
        }
        referral__v1__candidate_count__init(&values[count]);
        values[count].reason = (Referral__V1__CandidateReason)reason;
        values[count].count = number;
        items[count] = &values[count];
        count++;
    }
    wire_slot_put_pointer(theirs, row->theirs, items);
    wire_slot_put_count(theirs, row->theirs_count, count);
    return true;
}

static bool
encode_list(const struct wire_part_row *row, const void *ours, struct arena *arena, void *theirs)
{
    const size_t count = wire_slot_count(ours, row->ours_count);
    if (count == 0) {
        return true;
    }
    const uint8_t *list = row->kind == WIRE_PART_LIST ? wire_slot_pointer(ours, row->ours)
                                                      : wire_slot_at(ours, row->ours);
    const void **items = count > row->limit ? NULL : arena_array(arena, count, sizeof(*items));
    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = encode_part(row->part, list + i * row->part->ours_bytes, arena);
        if (items[i] == NULL) {
            return false;
        }
    }
    wire_slot_put_pointer(theirs, row->theirs, items);
    wire_slot_put_count(theirs, row->theirs_count, count);
    return true;
}

static bool
encode_message(const struct wire_part *part, const void *ours, struct arena *arena, void *slot)
{
    if (ours == NULL) {
        return true;
    }
    const ProtobufCMessage *message = encode_part(part, ours, arena);
    wire_slot_put_pointer(slot, 0, message);
    return message != NULL;
}

static bool
encode_one_of(const struct wire_part_row *row, const void *ours, struct arena *arena, void *theirs)
{
    bool absent = false;
    if (row->ours_absent != 0) {
        memcpy(&absent, wire_slot_at(ours, row->ours_absent), sizeof(absent));
    }
    const uint32_t kind = wire_slot_number(ours, row->ours_count);
    for (size_t i = 0; i < row->limit && !absent; i++) {
        const struct wire_part_choice *choice = &row->choices[i];
        if (choice->kind != kind) {
            continue;
        }
        const void *body = choice->pointer ? wire_slot_pointer(ours, choice->ours)
                                           : wire_slot_at(ours, choice->ours);
        wire_slot_put_number(theirs, row->theirs_count, choice->number);
        return body != NULL &&
               encode_message(choice->part, body, arena, wire_slot_into(theirs, row->theirs));
    }
    return absent;
}

static bool encode_scalar(const struct wire_part_row *row, const void *ours, void *theirs)
{
    if (row->kind == WIRE_PART_NUMBER64) {
        memcpy(
            wire_slot_into(theirs, row->theirs), wire_slot_at(ours, row->ours), sizeof(uint64_t));
        return true;
    }
    if (row->kind == WIRE_PART_BOOL) {
        bool value = false;
        memcpy(&value, wire_slot_at(ours, row->ours), sizeof(value));
        wire_slot_put_number(theirs, row->theirs, value ? 1 : 0);
        return true;
    }
    const uint32_t number = wire_slot_number(ours, row->ours);
    if (row->kind == WIRE_PART_LANE) {
        wire_slot_put_number(theirs, row->theirs, number + 1);
        return number < LANE_END;
    }
    wire_slot_put_number(theirs, row->theirs, number);
    return row->kind != WIRE_PART_CODE || number < row->limit;
}

static bool
encode_row(const struct wire_part_row *row, const void *ours, struct arena *arena, void *theirs)
{
    switch (row->kind) {
    case WIRE_PART_TEXT:
    case WIRE_PART_PROSE:
        return encode_text(row, ours, arena, theirs);
    case WIRE_PART_UNSENT_TEXT:
        return true;
    case WIRE_PART_ID:
        encode_id(wire_slot_at(ours, row->ours), theirs, row->theirs);
        return true;
    case WIRE_PART_NUMBER32:
    case WIRE_PART_NUMBER64:
    case WIRE_PART_BOOL:
    case WIRE_PART_CODE:
    case WIRE_PART_LANE:
        return encode_scalar(row, ours, theirs);
    case WIRE_PART_MASK:
        return encode_mask(row, ours, arena, theirs);
    case WIRE_PART_BYTES:
    case WIRE_PART_EXACT_BYTES:
    case WIRE_PART_FIXED_BYTES:
    case WIRE_PART_INLINE_BYTES:
        return encode_bytes(row, ours, theirs);
    case WIRE_PART_IDS:
        return encode_ids(row, ours, arena, theirs);
    case WIRE_PART_COUNTS:
        return encode_counts(row, ours, arena, theirs);
    case WIRE_PART_HELD:
        return encode_message(
            row->part, wire_slot_at(ours, row->ours), arena, wire_slot_into(theirs, row->theirs));
    case WIRE_PART_POINTER:
        return encode_message(row->part,
                              wire_slot_pointer(ours, row->ours),
                              arena,
                              wire_slot_into(theirs, row->theirs));
    case WIRE_PART_LIST:
    case WIRE_PART_INLINE_LIST:
        return encode_list(row, ours, arena, theirs);
    case WIRE_PART_ONE_OF:
        return encode_one_of(row, ours, arena, theirs);
    }
    assert(!"every kind has its branch");
    return false;
}

static ProtobufCMessage *
encode_part(const struct wire_part *part, const void *ours, struct arena *arena)
{
    ProtobufCMessage *theirs = arena_alloc(arena, part->descriptor->sizeof_message);
    if (theirs == NULL) {
        return NULL;
    }
    protobuf_c_message_init(part->descriptor, theirs);
    for (size_t i = 0; i < part->row_count; i++) {
        if (!encode_row(&part->rows[i], ours, arena, theirs)) {
            return NULL;
        }
    }
    return theirs;
}

bool wire_part_encode(const struct wire_part *part,
                      const void *ours,
                      size_t bytes_max,
                      struct arena *arena,
                      struct bytes *out)
{
    const ProtobufCMessage *theirs = encode_part(part, ours, arena);
    if (theirs == NULL) {
        return false;
    }
    const size_t bytes = protobuf_c_message_get_packed_size(theirs);
    uint8_t *packed = bytes > bytes_max ? NULL : arena_alloc(arena, bytes > 0 ? bytes : 1);
    if (packed == NULL) {
        return false;
    }
    const size_t written = protobuf_c_message_pack(theirs, packed);
    assert(written == bytes);
    *out = bytes_of(packed, bytes);
    return true;
}
