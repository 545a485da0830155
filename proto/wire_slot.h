/* Reading and writing a field of a structure by its offset; memcpy, so that no alias or alignment rule is
 * bent. Offsets come from the tables of wire_part.h only. */
#ifndef PROTO_WIRE_SLOT_H
#define PROTO_WIRE_SLOT_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline const void *wire_slot_at(const void *base, size_t offset)
{
    return (const uint8_t *)base + offset;
}

static inline void *wire_slot_into(void *base, size_t offset)
{
    return (uint8_t *)base + offset;
}

static inline const void *wire_slot_pointer(const void *base, size_t offset)
{
    const void *pointer = NULL;
    memcpy(&pointer, wire_slot_at(base, offset), sizeof(pointer));
    return pointer;
}

static inline uint32_t wire_slot_number(const void *base, size_t offset)
{
    uint32_t number = 0;
    memcpy(&number, wire_slot_at(base, offset), sizeof(number));
    return number;
}

static inline size_t wire_slot_count(const void *base, size_t offset)
{
    size_t count = 0;
    memcpy(&count, wire_slot_at(base, offset), sizeof(count));
    return count;
}

static inline uint64_t wire_slot_wide(const void *base, size_t offset)
{
    uint64_t wide = 0;
    memcpy(&wide, wire_slot_at(base, offset), sizeof(wide));
    return wide;
}

static inline bool wire_slot_flag(const void *base, size_t offset)
{
    bool flag = false;
    memcpy(&flag, wire_slot_at(base, offset), sizeof(flag));
    return flag;
}

static inline struct bytes wire_slot_bytes(const void *base, size_t offset)
{
    struct bytes bytes = {NULL, 0};
    memcpy(&bytes, wire_slot_at(base, offset), sizeof(bytes));
    return bytes;
}

static inline void wire_slot_put_pointer(void *base, size_t offset, const void *pointer)
{
    memcpy(wire_slot_into(base, offset), &pointer, sizeof(pointer));
}

static inline void wire_slot_put_number(void *base, size_t offset, uint32_t number)
{
    memcpy(wire_slot_into(base, offset), &number, sizeof(number));
}

static inline void wire_slot_put_count(void *base, size_t offset, size_t count)
{
    memcpy(wire_slot_into(base, offset), &count, sizeof(count));
}

#endif
