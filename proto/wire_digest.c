/* Every set field goes into the hash as name, NUL, then its value with its length in front. */
#include "proto/wire_digest.h"

#include "proto/wire_slot.h"

#include <assert.h>

/* A name and a number at once: a digest consists of a hundred of them. */
static void add_head(struct hash *hash, const char *name, uint64_t number)
{
    const size_t name_bytes = strlen(name) + 1;
    uint8_t *room = hash_room(hash, name_bytes + sizeof(number));
    memcpy(room, name, name_bytes);
    bytes_put_u64(room + name_bytes, number);
}

static void add_name(struct hash *hash, const char *name)
{
    hash_add(hash, bytes_of(name, strlen(name) + 1));
}

static void add_number(struct hash *hash, uint64_t number)
{
    bytes_put_u64(hash_room(hash, sizeof(number)), number);
}

static void add_scalar(struct hash *hash, const char *name, uint64_t number)
{
    if (number != 0) {
        add_head(hash, name, number);
    }
}

static void add_bytes(struct hash *hash, const char *name, struct bytes bytes)
{
    add_head(hash, name, bytes.size);
    hash_add(hash, bytes);
}

static void
add_list(struct hash *hash, const struct wire_part_row *row, const uint8_t *list, size_t count)
{
    add_head(hash, row->name, count);
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
        add_name(hash, choice->name);
        if (body != NULL) {
            wire_digest_add(choice->part, body, hash);
        }
    }
}

static void add_held(struct hash *hash, const struct wire_part_row *row, const void *held)
{
    add_name(hash, row->name);
    wire_digest_add(row->part, held, hash);
    add_number(hash, 0);
}

static void add_row(struct hash *hash, const struct wire_part_row *row, const void *ours)
{
    const void *place = wire_slot_at(ours, row->ours);
    switch (row->kind) {
    case WIRE_PART_TEXT:
    case WIRE_PART_PROSE:
        add_bytes(hash, row->name, bytes_of_text(wire_slot_pointer(ours, row->ours)));
        return;
    case WIRE_PART_UNSENT_TEXT:
        return;
    case WIRE_PART_ID:
        add_bytes(hash, row->name, bytes_of(place, ID128_BYTES));
        return;
    case WIRE_PART_NUMBER64:
        add_scalar(hash, row->name, wire_slot_wide(ours, row->ours));
        return;
    case WIRE_PART_BOOL:
        add_scalar(hash, row->name, 1);
        return;
    case WIRE_PART_NUMBER32:
    case WIRE_PART_CODE:
    case WIRE_PART_LANE:
    case WIRE_PART_MASK:
        add_scalar(hash, row->name, wire_slot_number(ours, row->ours));
        return;
    case WIRE_PART_BYTES:
    case WIRE_PART_EXACT_BYTES:
        add_bytes(hash, row->name, wire_slot_bytes(ours, row->ours));
        return;
    case WIRE_PART_FIXED_BYTES:
        add_bytes(hash, row->name, bytes_of(place, row->limit));
        return;
    case WIRE_PART_INLINE_BYTES:
        add_bytes(hash,
                  row->name,
                  bytes_of(place, wire_slot_count(ours, row->ours_count) * row->element));
        return;
    case WIRE_PART_IDS:
        add_bytes(hash,
                  row->name,
                  bytes_of(wire_slot_pointer(ours, row->ours),
                           wire_slot_count(ours, row->ours_count) * ID128_BYTES));
        return;
    case WIRE_PART_COUNTS:
        add_bytes(hash, row->name, bytes_of(place, row->limit * sizeof(uint32_t)));
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
        if (!wire_part_is_unset(&part->rows[i], ours)) {
            add_row(hash, &part->rows[i], ours);
        }
    }
}
