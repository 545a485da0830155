/* 128-bit identifiers as plain values. */
#include "base/id128.h"

#include <string.h>

enum { GROUP_COUNT = 5 };
static const size_t group_bytes[GROUP_COUNT] = {4, 2, 2, 2, 6};

struct id128 id128_uuid7(uint64_t unix_ms, const uint8_t random[10])
{
    struct id128 id;

    /* RFC 9562, section 5.7: 48 bits of time, version 7, 12 random bits, variant 10, 62 random */
    bytes_put_u16(id.bytes, (uint16_t)(unix_ms >> 32 & 0xFFFFU));
    bytes_put_u32(id.bytes + 2, (uint32_t)(unix_ms & 0xFFFFFFFFU));
    memcpy(id.bytes + 6, random, 10);
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0FU) | 0x70U);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3FU) | 0x80U);
    return id;
}

struct id128 id128_of_position(uint64_t high, uint64_t low)
{
    struct id128 id;

    bytes_put_u64(id.bytes, high);
    bytes_put_u64(id.bytes + 8, low);
    return id;
}

bool id128_is_none(const struct id128 *id)
{
    static const struct id128 none = {{0}};

    return id128_equal(id, &none);
}

bool id128_equal(const struct id128 *a, const struct id128 *b)
{
    return memcmp(a->bytes, b->bytes, ID128_BYTES) == 0;
}

int id128_compare(const struct id128 *a, const struct id128 *b)
{
    return memcmp(a->bytes, b->bytes, ID128_BYTES);
}

struct bytes id128_bytes(const struct id128 *id)
{
    return bytes_of(id->bytes, ID128_BYTES);
}

bool id128_of_bytes(struct bytes bytes, struct id128 *out)
{
    if (bytes.size != ID128_BYTES) {
        return false;
    }
    memcpy(out->bytes, bytes.data, ID128_BYTES);
    return true;
}

const char *id128_format(const struct id128 *id, char buffer[ID128_TEXT_MAX])
{
    const uint8_t *from = id->bytes;
    char *to = buffer;

    for (size_t group = 0; group < GROUP_COUNT; group++) {
        if (group > 0) {
            *to++ = '-';
        }
        bytes_to_hex(bytes_of(from, group_bytes[group]), to);
        from += group_bytes[group];
        to += 2 * group_bytes[group];
    }
    return buffer;
}

bool id128_parse(const char *text, struct id128 *out)
{
    char digits[2 * ID128_BYTES + 1];
    char *to = digits;

    if (strlen(text) != ID128_TEXT_MAX - 1) {
        return false;
    }
    for (size_t group = 0; group < GROUP_COUNT; group++) {
        if (group > 0 && *text++ != '-') {
            return false;
        }
        memcpy(to, text, 2 * group_bytes[group]);
        text += 2 * group_bytes[group];
        to += 2 * group_bytes[group];
    }
    *to = '\0';
    return bytes_from_hex(digits, out->bytes, ID128_BYTES);
}
