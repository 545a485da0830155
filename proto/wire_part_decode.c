/* Decoding by table: protobuf-c's structures to ours, each row checked against its limit. */
#include "proto/case.pb-c.h"
#include "proto/wire_part.h"
#include "proto/wire_slot.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

typedef Referral__V1__CandidateCount candidate_count;

_Static_assert(sizeof(enum risk) == sizeof(uint32_t), "enums are kept as 32 bits");
_Static_assert(sizeof(protobuf_c_boolean) == sizeof(int), "protobuf-c's bool is an int");

struct decoder {
    struct arena *arena;
    struct wire_part_fault *fault;
};

static bool
decode_part(struct decoder *d, const struct wire_part *part, const void *theirs, void *ours);

static ProtobufCBinaryData binary_at(const void *base, size_t offset)
{
    ProtobufCBinaryData data = {0, NULL};
    memcpy(&data, wire_slot_at(base, offset), sizeof(data));
    return data;
}

static bool refuse(struct decoder *d, enum refusal code)
{
    d->fault->code = code;
    return false;
}

/* In front of the path; what does not fit falls off its end. */
static void put_before(struct wire_part_fault *fault, const char *text, size_t bytes)
{
    const size_t room = sizeof(fault->field) - 1;
    const size_t front = bytes < room ? bytes : room;
    const size_t kept = fault->field_bytes < room - front ? fault->field_bytes : room - front;
    memmove(fault->field + front, fault->field, kept);
    memcpy(fault->field, text, front);
    fault->field_bytes = front + kept;
    fault->field[fault->field_bytes] = '\0';
}

void wire_part_under(struct wire_part_fault *fault, const char *name)
{
    if (fault->field_bytes > 0 && fault->field[0] != '[') {
        put_before(fault, ".", 1);
    }
    put_before(fault, name, strlen(name));
}

void wire_part_at(struct wire_part_fault *fault, size_t index)
{
    char text[24];
    const int bytes = snprintf(text, sizeof(text), "[%zu]", index);
    if (fault->field_bytes > 0) {
        put_before(fault, ".", 1);
    }
    put_before(fault, text, (size_t)bytes);
}

/* A structure whose message was absent: all zero, but texts are "". */
static void blank(const struct wire_part *part, void *ours)
{
    for (size_t i = 0; i < part->row_count; i++) {
        const struct wire_part_row *row = &part->rows[i];
        if (row->kind <= WIRE_PART_PROSE) {
            wire_slot_put_pointer(ours, row->ours, "");
        } else if (row->kind == WIRE_PART_HELD) {
            blank(row->part, wire_slot_into(ours, row->ours));
        }
    }
}

static bool
decode_text(struct decoder *d, const struct wire_part_row *row, const void *theirs, void *ours)
{
    const char *text = wire_slot_pointer(theirs, row->theirs);
    const size_t bytes = strlen(text); /* protobuf-c gives "" for what is absent */
    if (bytes > row->limit) {
        return refuse(d, REFUSAL_TOO_LONG);
    }
    if (!bytes_is_text(bytes_of(text, bytes))) {
        return refuse(d, REFUSAL_BAD_TEXT);
    }
    wire_slot_put_pointer(ours, row->ours, text);
    return true;
}

static bool decode_id(struct decoder *d, ProtobufCBinaryData data, void *ours)
{
    struct id128 id = {{0}};
    if (data.len != 0 && !id128_of_bytes(bytes_of(data.data, data.len), &id)) {
        return refuse(d, REFUSAL_BAD_FIELD);
    }
    memcpy(ours, &id, sizeof(id));
    return true;
}

static bool
decode_mask(struct decoder *d, const struct wire_part_row *row, const void *theirs, void *ours)
{
    const size_t count = wire_slot_count(theirs, row->theirs_count);
    const uint32_t *numbers = wire_slot_pointer(theirs, row->theirs);
    uint32_t mask = 0;
    if (count > 32) {
        return refuse(d, REFUSAL_TOO_LONG);
    }
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == 0 || numbers[i] >= row->limit) {
            return refuse(d, REFUSAL_UNKNOWN_CODE);
        }
        mask |= UINT32_C(1) << numbers[i];
    }
    wire_slot_put_number(ours, row->ours, mask);
    return true;
}

static bool
decode_bytes(struct decoder *d, const struct wire_part_row *row, const void *theirs, void *ours)
{
    const ProtobufCBinaryData data = binary_at(theirs, row->theirs);
    const struct bytes bytes = bytes_of(data.len > 0 ? data.data : NULL, data.len);
    if (bytes.size > row->limit * (row->element > 0 ? row->element : 1)) {
        return refuse(d, REFUSAL_TOO_LONG);
    }
    const bool exact = row->kind == WIRE_PART_EXACT_BYTES || row->kind == WIRE_PART_FIXED_BYTES;
    if (exact && bytes.size != 0 && bytes.size != row->limit) {
        return refuse(d, REFUSAL_BAD_FIELD);
    }
    if (row->kind == WIRE_PART_BYTES || row->kind == WIRE_PART_EXACT_BYTES) {
        memcpy(wire_slot_into(ours, row->ours), &bytes, sizeof(bytes));
        return true;
    }
    if (bytes.size > 0) {
        memcpy(wire_slot_into(ours, row->ours), bytes.data, bytes.size);
    }
    if (row->kind == WIRE_PART_INLINE_BYTES) {
        if (bytes.size % row->element != 0) {
            return refuse(d, REFUSAL_BAD_FIELD);
        }
        wire_slot_put_count(ours, row->ours_count, bytes.size / row->element);
    }
    return true;
}

static bool
decode_ids(struct decoder *d, const struct wire_part_row *row, const void *theirs, void *ours)
{
    const size_t count = wire_slot_count(theirs, row->theirs_count);
    const ProtobufCBinaryData *items = wire_slot_pointer(theirs, row->theirs);
    if (count > row->limit) {
        return refuse(d, REFUSAL_TOO_LONG);
    }
    if (count == 0) {
        return true;
    }
    struct id128 *ids = arena_array(d->arena, count, sizeof(*ids));
    if (ids == NULL) {
        return refuse(d, REFUSAL_TOO_LONG);
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i].len != ID128_BYTES) {
            return refuse(d, REFUSAL_BAD_FIELD);
        }
        memcpy(ids[i].bytes, items[i].data, ID128_BYTES);
    }
    wire_slot_put_pointer(ours, row->ours, ids);
    wire_slot_put_count(ours, row->ours_count, count);
    return true;
}

static bool
decode_counts(struct decoder *d, const struct wire_part_row *row, const void *theirs, void *ours)
{
    const size_t count = wire_slot_count(theirs, row->theirs_count);
    candidate_count *const *items = wire_slot_pointer(theirs, row->theirs);
    for (size_t i = 0; i < count; i++) {
        const uint32_t reason = (uint32_t)items[i]->reason;
        if (reason == 0 || reason >= row->limit) {
            return refuse(d, REFUSAL_UNKNOWN_CODE);
        }
        wire_slot_put_number(ours, row->ours + reason * sizeof(uint32_t), items[i]->count);
    }
    return true;
}

static bool
decode_list(struct decoder *d, const struct wire_part_row *row, const void *theirs, void *ours)
{
    const size_t count = wire_slot_count(theirs, row->theirs_count);
    const void *const *items = wire_slot_pointer(theirs, row->theirs);
    if (count > row->limit) {
        return refuse(d, REFUSAL_TOO_LONG);
    }
    wire_slot_put_count(ours, row->ours_count, count);
    if (count == 0) {
        return true;
    }
    uint8_t *list = wire_slot_into(ours, row->ours);
    if (row->kind == WIRE_PART_LIST) {
        list = arena_array(d->arena, count, row->part->ours_bytes);
        if (list == NULL) {
            return refuse(d, REFUSAL_TOO_LONG);
        }
        wire_slot_put_pointer(ours, row->ours, list);
    }
    for (size_t i = 0; i < count; i++) {
        if (!decode_part(d, row->part, items[i], list + i * row->part->ours_bytes)) {
            wire_part_at(d->fault, i);
            return false;
        }
    }
    return true;
}

/* A structure held in ours, or behind a pointer of ours. theirs may be NULL. */
static bool decode_message(struct decoder *d,
                           const struct wire_part *part,
                           bool pointer,
                           const void *theirs,
                           void *slot)
{
    if (!pointer) {
        if (theirs == NULL) {
            blank(part, slot);
            return true;
        }
        return decode_part(d, part, theirs, slot);
    }
    if (theirs == NULL) {
        return true;
    }
    void *held = arena_alloc(d->arena, part->ours_bytes);
    if (held == NULL) {
        return refuse(d, REFUSAL_TOO_LONG);
    }
    wire_slot_put_pointer(slot, 0, held);
    return decode_part(d, part, theirs, held);
}

static bool decode_one_of(struct decoder *d,
                          const struct wire_part_row *row,
                          const struct wire_part_choice *choice,
                          const void *theirs,
                          void *ours)
{
    bool absent = false;
    if (row->ours_absent != 0) {
        /* The kind travels beside the oneof and was decoded before. */
        memcpy(&absent, wire_slot_at(ours, row->ours_absent), sizeof(absent));
        if (absent) {
            return true;
        }
        if (choice == NULL || choice->kind != wire_slot_number(ours, row->ours_count)) {
            return refuse(d, REFUSAL_BAD_FIELD);
        }
    }
    if (choice == NULL) {
        return refuse(d, REFUSAL_UNKNOWN_KIND);
    }
    wire_slot_put_number(ours, row->ours_count, choice->kind);
    if (!decode_message(d,
                        choice->part,
                        choice->pointer,
                        wire_slot_pointer(theirs, row->theirs),
                        wire_slot_into(ours, choice->ours))) {
        wire_part_under(d->fault, choice->name);
        return false;
    }
    return true;
}

static const struct wire_part_choice *choice_of(const struct wire_part_row *row, const void *theirs)
{
    const uint32_t number = wire_slot_number(theirs, row->theirs_count);
    for (size_t i = 0; i < row->limit; i++) {
        if (row->choices[i].number == number) {
            return &row->choices[i];
        }
    }
    return NULL;
}

static bool
decode_scalar(struct decoder *d, const struct wire_part_row *row, const void *theirs, void *ours)
{
    const uint32_t number = wire_slot_number(theirs, row->theirs);
    if (row->kind == WIRE_PART_NUMBER64) {
        memcpy(
            wire_slot_into(ours, row->ours), wire_slot_at(theirs, row->theirs), sizeof(uint64_t));
        return true;
    }
    if (row->kind == WIRE_PART_BOOL) {
        const bool value = number != 0;
        memcpy(wire_slot_into(ours, row->ours), &value, sizeof(value));
        return true;
    }
    if (row->kind == WIRE_PART_CODE && number >= row->limit) {
        return refuse(d, REFUSAL_UNKNOWN_CODE);
    }
    if (row->kind == WIRE_PART_LANE) {
        if (number == 0 || number > LANE_END) {
            return refuse(d, number == 0 ? REFUSAL_MISSING_FIELD : REFUSAL_UNKNOWN_CODE);
        }
        wire_slot_put_number(ours, row->ours, number - 1);
        return true;
    }
    wire_slot_put_number(ours, row->ours, number);
    return true;
}

static bool
decode_row(struct decoder *d, const struct wire_part_row *row, const void *theirs, void *ours)
{
    switch (row->kind) {
    case WIRE_PART_TEXT:
    case WIRE_PART_PROSE:
        return decode_text(d, row, theirs, ours);
    case WIRE_PART_UNSENT_TEXT:
        wire_slot_put_pointer(ours, row->ours, "");
        return true;
    case WIRE_PART_ID:
        return decode_id(d, binary_at(theirs, row->theirs), wire_slot_into(ours, row->ours));
    case WIRE_PART_NUMBER32:
    case WIRE_PART_NUMBER64:
    case WIRE_PART_BOOL:
    case WIRE_PART_CODE:
    case WIRE_PART_LANE:
        return decode_scalar(d, row, theirs, ours);
    case WIRE_PART_MASK:
        return decode_mask(d, row, theirs, ours);
    case WIRE_PART_BYTES:
    case WIRE_PART_EXACT_BYTES:
    case WIRE_PART_FIXED_BYTES:
    case WIRE_PART_INLINE_BYTES:
        return decode_bytes(d, row, theirs, ours);
    case WIRE_PART_IDS:
        return decode_ids(d, row, theirs, ours);
    case WIRE_PART_COUNTS:
        return decode_counts(d, row, theirs, ours);
    case WIRE_PART_HELD:
    case WIRE_PART_POINTER:
        return decode_message(d,
                              row->part,
                              row->kind == WIRE_PART_POINTER,
                              wire_slot_pointer(theirs, row->theirs),
                              wire_slot_into(ours, row->ours));
    case WIRE_PART_LIST:
    case WIRE_PART_INLINE_LIST:
        return decode_list(d, row, theirs, ours);
    case WIRE_PART_ONE_OF:
    default:
        assert(row->kind == WIRE_PART_ONE_OF);
        return decode_one_of(d, row, choice_of(row, theirs), theirs, ours);
    }
}

static bool
decode_part(struct decoder *d, const struct wire_part *part, const void *theirs, void *ours)
{
    for (size_t i = 0; i < part->row_count; i++) {
        const struct wire_part_row *row = &part->rows[i];
        if (!decode_row(d, row, theirs, ours)) {
            if (row->kind != WIRE_PART_ONE_OF) { /* its name is that of the alternative */
                wire_part_under(d->fault, row->name);
            }
            return false;
        }
    }
    return true;
}

bool wire_part_decode(const struct wire_part *part,
                      const ProtobufCMessage *theirs,
                      struct arena *arena,
                      void *ours,
                      struct wire_part_fault *fault)
{
    assert(theirs->descriptor == part->descriptor);
    struct decoder d = {.arena = arena, .fault = fault};
    memset(ours, 0, part->ours_bytes);
    return decode_part(&d, part, theirs, ours);
}

struct allocation {
    struct arena *arena;
    bool full;
};

static void *allocate(void *data, size_t bytes)
{
    struct allocation *allocation = data;
    void *memory = arena_alloc(allocation->arena, bytes);
    allocation->full |= memory == NULL;
    return memory;
}

static void give_back(void *data, void *memory)
{
    (void)data; /* the arena takes all back at once */
    (void)memory;
}

ProtobufCMessage *wire_part_unpack(const ProtobufCMessageDescriptor *descriptor,
                                   struct bytes bytes,
                                   struct arena *arena,
                                   bool *full)
{
    static const uint8_t nothing[1] = {0};
    struct allocation allocation = {.arena = arena, .full = false};
    ProtobufCAllocator allocator = {
        .alloc = allocate, .free = give_back, .allocator_data = &allocation};
    ProtobufCMessage *message = protobuf_c_message_unpack(
        descriptor, &allocator, bytes.size, bytes.size > 0 ? bytes.data : nothing);
    *full = allocation.full;
    return message;
}
