/* One pass over protobuf's wire format, guided by the descriptors that protobuf-c generated. */
#include "proto/wire_scan.h"

#include <assert.h>
#include <string.h>

/* No message has a field of a higher number. */
enum { FIELDS_COUNTED = 32, VARINT_BYTES_MAX = 10 };

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_LENGTH = 2, WIRE_FIXED32 = 5 };

struct reader {
    const uint8_t *next;
    size_t left;
};

static bool take_varint(struct reader *reader, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < VARINT_BYTES_MAX && reader->left > 0; i++) {
        const uint8_t byte = *reader->next++;
        reader->left--;
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if ((byte & 0x80) == 0) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool take_bytes(struct reader *reader, uint64_t size, struct bytes *out)
{
    if (size > reader->left) {
        return false;
    }
    *out = bytes_of(reader->next, (size_t)size);
    reader->next += size;
    reader->left -= (size_t)size;
    return true;
}

/* The value of a field that is neither text nor message, or the content of one that is. */
static bool take_value(struct reader *reader, uint64_t wire_type, struct bytes *content)
{
    uint64_t number = 0;
    switch (wire_type) {
    case WIRE_VARINT:
        return take_varint(reader, &number);
    case WIRE_FIXED64:
        return take_bytes(reader, 8, content);
    case WIRE_FIXED32:
        return take_bytes(reader, 4, content);
    case WIRE_LENGTH:
        return take_varint(reader, &number) && take_bytes(reader, number, content);
    default:
        return false;
    }
}

bool wire_scan_find(const ProtobufCMessageDescriptor *descriptor,
                    const char *name,
                    size_t index,
                    struct bytes message,
                    struct bytes *out)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(descriptor, name);
    struct reader reader = {.next = message.data, .left = message.size};
    assert(field != NULL);
    while (reader.left > 0) {
        uint64_t tag = 0;
        struct bytes content = {NULL, 0};
        if (!take_varint(&reader, &tag) || !take_value(&reader, tag & 7, &content)) {
            return false;
        }
        if (tag == ((uint64_t)field->id << 3 | WIRE_LENGTH) && index-- == 0) {
            *out = content;
            return true;
        }
    }
    return false;
}

static enum wire_scan scan_field(const ProtobufCFieldDescriptor *field,
                                 size_t index,
                                 struct bytes content,
                                 struct wire_part_fault *fault)
{
    enum wire_scan found = WIRE_SCAN_GOOD;
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        found = bytes_is_text(content) ? WIRE_SCAN_GOOD : WIRE_SCAN_BAD_TEXT;
    } else {
        found = wire_scan(field->descriptor, content, fault);
    }
    if (found == WIRE_SCAN_BAD_TEXT) {
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            wire_part_at(fault, index);
        }
        wire_part_under(fault, field->name);
    }
    return found;
}

enum wire_scan wire_scan(const ProtobufCMessageDescriptor *descriptor,
                         struct bytes bytes,
                         struct wire_part_fault *fault)
{
    struct reader reader = {.next = bytes.data, .left = bytes.size};
    uint32_t counted[FIELDS_COUNTED] = {0};
    while (reader.left > 0) {
        uint64_t tag = 0;
        struct bytes content = {NULL, 0};
        if (!take_varint(&reader, &tag) || tag >> 3 == 0 || tag > UINT32_MAX ||
            !take_value(&reader, tag & 7, &content)) {
            return WIRE_SCAN_MALFORMED;
        }
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(descriptor, (unsigned)(tag >> 3));
        if (field == NULL || (tag & 7) != WIRE_LENGTH ||
            (field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_MESSAGE)) {
            continue;
        }
        assert(field->id < FIELDS_COUNTED);
        const enum wire_scan found = scan_field(field, counted[field->id]++, content, fault);
        if (found != WIRE_SCAN_GOOD) {
            return found;
        }
    }
    return WIRE_SCAN_GOOD;
}
