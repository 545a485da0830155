/* Walks over the fields of a protobuf message, by their numbers. */
#include "tests/support/load_frame.h"

#include <string.h>

enum { REPLY = 6, DELIVERY = 7, DELIVERIES = 13 };      /* of Envelope */
enum { ITEMS = 1 };                                     /* of Deliveries */
enum { LANE = 1, NUMBER = 2 };                          /* of Reply and Delivery */
enum { REPLY_REFUSED = 3, REPLY_SUBJECT = 4 };          /* of Reply */
enum { DELIVERY_ENTITY = 5, DELIVERY_REFERRAL = 7 };    /* of Delivery */
enum { REFERRAL_RECEIPTS = 7, RECEIPTS_DELIVERED = 2 }; /* of ReferralView, ReceiptTimes */
enum { FORM_VARINT = 0, FORM_64 = 1, FORM_BYTES = 2, FORM_32 = 5 }; /* of the wire */

struct field {
    uint64_t number;
    uint64_t value;     /* of a varint */
    struct bytes bytes; /* of text, bytes or a message */
};

static bool take_varint(struct bytes *rest, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && rest->size > 0; shift += 7) {
        const uint8_t byte = *rest->data;
        *rest = bytes_of(rest->data + 1, rest->size - 1);
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool take(struct bytes *rest, uint64_t size, struct bytes *out)
{
    if (size > rest->size) {
        return false;
    }
    *out = bytes_of(rest->data, (size_t)size);
    *rest = bytes_of(rest->data + size, rest->size - (size_t)size);
    return true;
}

/* The next field; false at the end and at what is none, when rest->size stays above 0. */
static bool next(struct bytes *rest, struct field *field)
{
    struct bytes left = *rest;
    uint64_t key = 0;
    uint64_t size = 0;

    if (!take_varint(&left, &key)) {
        return false;
    }
    field->number = key >> 3;
    field->value = 0;
    field->bytes = bytes_of(NULL, 0);
    switch (key & 7) {
    case FORM_VARINT:
        if (!take_varint(&left, &field->value)) {
            return false;
        }
        break;
    case FORM_BYTES:
        if (!take_varint(&left, &size) || !take(&left, size, &field->bytes)) {
            return false;
        }
        break;
    case FORM_32:
    case FORM_64:
        if (!take(&left, (key & 7) == FORM_64 ? 8 : 4, &field->bytes)) {
            return false;
        }
        break;
    default:
        return false;
    }
    *rest = left;
    return true;
}

static bool read_reply(struct bytes reply, struct load_frame *out)
{
    struct field field;

    while (next(&reply, &field)) {
        if (field.number == LANE) {
            out->lane = field.value;
        } else if (field.number == NUMBER) {
            out->number = field.value;
        } else if (field.number == REPLY_REFUSED) {
            out->refused = field.value != 0;
        } else if (field.number == REPLY_SUBJECT) {
            out->subject = field.bytes;
        }
    }
    return reply.size == 0;
}

static bool read_receipts(struct bytes referral, struct load_frame *out)
{
    struct field field;
    struct field receipt;

    while (next(&referral, &field)) {
        while (field.number == REFERRAL_RECEIPTS && next(&field.bytes, &receipt)) {
            out->delivered =
                out->delivered || (receipt.number == RECEIPTS_DELIVERED && receipt.value != 0);
        }
    }
    return referral.size == 0;
}

static bool read_delivery(struct bytes delivery, struct load_frame *out)
{
    struct field field;
    bool sound = true;

    while (next(&delivery, &field)) {
        if (field.number == LANE) {
            out->lane = field.value;
        } else if (field.number == NUMBER) {
            out->number = field.value;
        } else if (field.number == DELIVERY_ENTITY) {
            out->subject = field.bytes;
        } else if (field.number == DELIVERY_REFERRAL) {
            sound = read_receipts(field.bytes, out) && sound;
        }
    }
    return sound && delivery.size == 0;
}

bool load_frame_read(struct bytes frame, struct load_frame *out)
{
    struct field field;
    bool sound = true;

    memset(out, 0, sizeof(*out));
    while (sound && next(&frame, &field)) {
        if (field.number == REPLY) {
            out->kind = LOAD_FRAME_REPLY;
            sound = read_reply(field.bytes, out);
        } else if (field.number == DELIVERY) {
            out->kind = LOAD_FRAME_DELIVERY;
            sound = read_delivery(field.bytes, out);
        } else if (field.number == DELIVERIES) {
            out->kind = LOAD_FRAME_DELIVERIES;
            out->items = field.bytes;
        }
    }
    return sound && frame.size == 0;
}

bool load_frame_item(struct bytes *items, struct load_frame *out)
{
    struct bytes rest = *items;
    struct field field;

    memset(out, 0, sizeof(*out));
    out->kind = LOAD_FRAME_DELIVERY;
    if (!next(&rest, &field) || field.number != ITEMS || !read_delivery(field.bytes, out)) {
        return false;
    }
    *items = rest;
    return true;
}
