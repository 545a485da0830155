/* A message as a list of fields, a submessage as a field with a list of its own. */
#include "tests/fuzz/mutator.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 512, DEPTH_MAX = 6, VARINT_MAX = 10, NONE = -1 };

/* libFuzzer's: changes bytes as it knows how. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

struct field {
    uint64_t tag;    /* number and wire type */
    uint64_t number; /* of a varint */
    const uint8_t *data;
    size_t size;
    int first; /* of a submessage's fields; NONE: bytes */
    int next;  /* NONE: the last of its message */
};

struct tree {
    struct field fields[FIELDS_MAX];
    int count;
    uint8_t *room; /* for mutated bytes */
    size_t room_bytes;
    size_t room_used;
};

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

static bool take_varint(struct cursor *cursor, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < VARINT_MAX && cursor->at < cursor->end; i++) {
        const uint8_t byte = *cursor->at++;
        *value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool take_bytes(struct cursor *cursor, size_t size, struct field *field)
{
    if (size > (size_t)(cursor->end - cursor->at)) {
        return false;
    }
    field->data = cursor->at;
    field->size = size;
    cursor->at += size;
    return true;
}

static bool take_field(struct cursor *cursor, struct field *field)
{
    uint64_t size = 0;

    *field = (struct field){.first = NONE, .next = NONE};
    if (!take_varint(cursor, &field->tag) || field->tag >> 3 == 0) {
        return false;
    }
    switch (field->tag & 7) {
    case 0:
        return take_varint(cursor, &field->number);
    case 1:
        return take_bytes(cursor, 8, field);
    case 2:
        return take_varint(cursor, &size) && take_bytes(cursor, size, field);
    case 5:
        return take_bytes(cursor, 4, field);
    default:
        return false;
    }
}

/* The first of the message's fields; NONE when the bytes are no message or there is no room. */
static int parse(struct tree *tree, const uint8_t *data, size_t size, int depth)
{
    struct cursor cursor = {data, data + size};
    const int before = tree->count;
    int first = NONE;
    int last = NONE;

    while (cursor.at < cursor.end) {
        struct field field;
        if (tree->count == FIELDS_MAX || !take_field(&cursor, &field)) {
            tree->count = before;
            return NONE;
        }
        const int index = tree->count++;
        tree->fields[index] = field;
        if ((field.tag & 7) == 2 && depth < DEPTH_MAX && field.size > 0) {
            tree->fields[index].first = parse(tree, field.data, field.size, depth + 1);
        }
        if (last == NONE) {
            first = index;
        } else {
            tree->fields[last].next = index;
        }
        last = index;
    }
    return first;
}

static size_t put_varint(uint8_t *to, uint64_t value)
{
    size_t bytes = 0;
    while (value >= 0x80) {
        to[bytes++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    to[bytes++] = (uint8_t)value;
    return bytes;
}

/* Bytes written, or SIZE_MAX when there is no room. */
static size_t print(const struct tree *tree, int first, uint8_t *to, size_t room)
{
    size_t used = 0;

    for (int i = first; i != NONE; i = tree->fields[i].next) {
        const struct field *field = &tree->fields[i];
        if (used + (size_t)3 * VARINT_MAX > room) {
            return SIZE_MAX;
        }
        used += put_varint(to + used, field->tag);
        const uint64_t type = field->tag & 7;
        if (type == 0) {
            used += put_varint(to + used, field->number);
            continue;
        }
        const uint8_t *data = field->data;
        size_t size = field->size;
        uint8_t *inner = NULL;
        if (field->first != NONE) {
            inner = malloc(room);
            size = inner == NULL ? SIZE_MAX : print(tree, field->first, inner, room);
            data = inner;
        }
        if (size == SIZE_MAX || used + VARINT_MAX + size > room) {
            free(inner);
            return SIZE_MAX;
        }
        if (type == 2) {
            used += put_varint(to + used, size);
        }
        if (size > 0) {
            memcpy(to + used, data, size);
        }
        used += size;
        free(inner);
    }
    return used;
}

static uint64_t draw(unsigned int *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static uint64_t odd_number(unsigned int *seed, uint64_t was)
{
    static const uint64_t odd[] = {
        0, 1, 2, 63, 64, 127, 128, 255, 1U << 31, UINT32_MAX, UINT64_MAX, UINT64_MAX >> 1};

    switch (draw(seed) % 3) {
    case 0:
        return odd[draw(seed) % (sizeof(odd) / sizeof(odd[0]))];
    case 1:
        return was + 1;
    default:
        return was ^ UINT64_C(1) << draw(seed) % 64;
    }
}

/* Other bytes of a leaf, by libFuzzer's own means. */
static void change_bytes(struct tree *tree, struct field *field)
{
    const size_t room = field->size + 64;

    if ((field->tag & 7) != 2 || tree->room_used + room > tree->room_bytes) {
        return;
    }
    uint8_t *copy = tree->room + tree->room_used;
    if (field->size > 0) {
        memcpy(copy, field->data, field->size);
    }
    field->size = LLVMFuzzerMutate(copy, field->size, room);
    field->data = copy;
    tree->room_used += room;
}

static void change(struct tree *tree, unsigned int *seed)
{
    struct field *field = &tree->fields[draw(seed) % (uint64_t)tree->count];
    const struct field *other = &tree->fields[draw(seed) % (uint64_t)tree->count];

    switch (draw(seed) % 6) {
    case 0: /* its successor is left out */
        if (field->next != NONE) {
            field->next = tree->fields[field->next].next;
        }
        break;
    case 1: /* twice */
        if (tree->count < FIELDS_MAX) {
            tree->fields[tree->count] = *field;
            field->next = tree->count++;
        }
        break;
    case 2: /* another number, or another type */
        field->tag = draw(seed) % 4 == 0
                         ? field->tag ^ 2
                         : odd_number(seed, field->tag >> 3) << 3 | (field->tag & 7);
        field->first = NONE;
        break;
    case 3: /* the content of another field */
        if ((other->tag & 7) == (field->tag & 7) && other->first == NONE) {
            field->number = other->number;
            field->data = other->data;
            field->size = other->size;
            field->first = NONE;
        }
        break;
    default:
        if ((field->tag & 7) == 0) {
            field->number = odd_number(seed, field->number);
        } else if (field->first == NONE) {
            change_bytes(tree, field);
        }
        break;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    struct tree *tree = calloc(1, sizeof(*tree));
    uint8_t *copy = malloc(size + 1);
    uint8_t *room = malloc(max_size + 4096);
    size_t mutated = SIZE_MAX;

    if (tree != NULL && copy != NULL && room != NULL && draw(&seed) % 8 != 0) {
        memcpy(copy, data, size);
        tree->room = room;
        tree->room_bytes = max_size + 4096;
        const int first = parse(tree, copy, size, 0);
        for (uint64_t i = draw(&seed) % 3 + 1; first != NONE && i > 0; i--) {
            change(tree, &seed);
        }
        mutated = first == NONE ? SIZE_MAX : print(tree, first, data, max_size);
        if (mutated == SIZE_MAX) {
            memcpy(data, copy, size);
        }
    }
    free(tree);
    free(copy);
    free(room);
    return mutated == SIZE_MAX ? LLVMFuzzerMutate(data, size, max_size) : mutated;
}
