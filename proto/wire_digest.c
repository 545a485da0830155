/* Every set field goes into the hash as name, NUL, then its value with its length in front. */
#include "proto/wire_digest.h"

#include "proto/wire_slot.h"

#include <assert.h>

static void add_number(struct hash *hash, uint64_t number)
{
    uint8_t bytes[8];
    bytes_put_u64(bytes, number);
    hash_add(hash, bytes_of(bytes, sizeof(bytes)));
}

static void add_name(struct hash *hash, const struct wire_part_row *row)
{
    hash_add(hash, bytes_of(row->name, strlen(row->name) + 1));
}

static void add_bytes(struct hash *hash, const struct wire_part_row *row, struct bytes bytes)
{
    if (bytes.size > 0) {
        add_name(hash, row);
        add_number(hash, bytes.size);
        hash_add(hash, bytes);
    }
}

static void add_scalar(struct hash *hash, const struct wire_part_row *row, uint64_t number)
{
    if (number != 0) {
        add_name(hash, row);
        add_number(hash, number);
    }
}

static void add_text(struct hash *hash, const struct wire_part_row *row, const void *ours)
{
    const char *text = wire_slot_pointer(ours, row->ours);
    add_bytes(hash, row, bytes_of(text, text != NULL ? strlen(text) : 0));
}

/* All-zero arrays count as not set. */
static void
add_array(struct hash *hash, const struct wire_part_row *row, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] != 0) {
            add_bytes(hash, row, bytes_of(data, size));
            return;
        }
    }
}

static void
add_list(struct hash *hash, const struct wire_part_row *row, const uint8_t *list, size_t count)
{
    if (count == 0) {
        return;
    }
    add_name(hash, row);
    add_number(hash, count);
    for (size_t i = 0; i < count; i++) {
        wire_digest_add(row->part, list + i * row->part->ours_bytes, hash);
        add_number(hash, i);
    }
}

static void add_one_of(struct hash *hash, const struct wire_part_row *row, const void *ours)
{
    const uint32_t kind = wire_slot_number(ours, row->ours_count);
    for (size_t i = 0; i < row->limit; i++) {
        const struct wire_part_choice *choice = &row->choices[i];
        if (choice->kind != kind) {
            continue;
        }
        const void *body = choice->pointer ? wire_slot_pointer(ours, choice->ours)
                                           : wire_slot_at(ours, choice->ours);
        hash_add(hash, bytes_of(choice->name, strlen(choice->name) + 1));
        if (body != NULL) {
            wire_digest_add(choice->part, body, hash);
        }
    }
}

static void add_held(struct hash *hash, const struct wire_part_row *row, const void *held)
{
    if (held != NULL) {
        add_name(hash, row);
        wire_digest_add(row->part, held, hash);
        add_number(hash, 0);
    }
}

static void add_wide(struct hash *hash, const struct wire_part_row *row, const void *ours)
{
    uint64_t number = 0;
    memcpy(&number, wire_slot_at(ours, row->ours), sizeof(number));
    add_scalar(hash, row, number);
}

static void add_slice(struct hash *hash, const struct wire_part_row *row, const void *ours)
{
    struct bytes bytes = {NULL, 0};
    memcpy(&bytes, wire_slot_at(ours, row->ours), sizeof(bytes));
    add_bytes(hash, row, bytes);
}

static void add_flag(struct hash *hash, const struct wire_part_row *row, const void *ours)
{
    bool flag = false;
    memcpy(&flag, wire_slot_at(ours, row->ours), sizeof(flag));
    add_scalar(hash, row, flag ? 1 : 0);
}

static void add_row(struct hash *hash, const struct wire_part_row *row, const void *ours)
{
    const void *place = wire_slot_at(ours, row->ours);
    switch (row->kind) {
    case WIRE_PART_TEXT:
    case WIRE_PART_PROSE:
        add_text(hash, row, ours);
        return;
    case WIRE_PART_UNSENT_TEXT:
        return;
    case WIRE_PART_ID:
        add_array(hash, row, place, ID128_BYTES);
        return;
    case WIRE_PART_NUMBER64:
        add_wide(hash, row, ours);
        return;
    case WIRE_PART_BOOL:
        add_flag(hash, row, ours);
        return;
    case WIRE_PART_NUMBER32:
    case WIRE_PART_CODE:
    case WIRE_PART_LANE:
    case WIRE_PART_MASK:
        add_scalar(hash, row, wire_slot_number(ours, row->ours));
        return;
    case WIRE_PART_BYTES:
    case WIRE_PART_EXACT_BYTES:
        add_slice(hash, row, ours);
        return;
    case WIRE_PART_FIXED_BYTES:
        add_array(hash, row, place, row->limit);
        return;
    case WIRE_PART_INLINE_BYTES:
        add_bytes(
            hash, row, bytes_of(place, wire_slot_count(ours, row->ours_count) * row->element));
        return;
    case WIRE_PART_IDS:
        add_bytes(hash,
                  row,
                  bytes_of(wire_slot_pointer(ours, row->ours),
                           wire_slot_count(ours, row->ours_count) * ID128_BYTES));
        return;
    case WIRE_PART_COUNTS:
        add_array(hash, row, place, row->limit * sizeof(uint32_t));
        return;
    case WIRE_PART_HELD:
        add_held(hash, row, place);
        return;
    case WIRE_PART_POINTER:
        add_held(hash, row, wire_slot_pointer(ours, row->ours));
        return;
    case WIRE_PART_LIST:
        add_list(
            hash, row, wire_slot_pointer(ours, row->ours), wire_slot_count(ours, row->ours_count));
        return;
    case WIRE_PART_INLINE_LIST:
        add_list(hash, row, place, wire_slot_count(ours, row->ours_count));
        return;
    case WIRE_PART_ONE_OF:
        add_one_of(hash, row, ours);
        return;
    }
    assert(!"every kind has its branch");
}

void wire_digest_add(const struct wire_part *part, const void *ours, struct hash *hash)
{
    for (size_t i = 0; i < part->row_count; i++) {
        add_row(hash, &part->rows[i], ours);
    }
}
