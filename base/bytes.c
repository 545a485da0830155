/* Slices, big-endian numbers, hexadecimal, UTF-8. */
#include "base/bytes.h"

#include <string.h>

static int hex_digit(char digit);
static size_t character_bytes(const uint8_t *at, size_t left);

struct bytes bytes_of_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int bytes_compare(struct bytes a, struct bytes b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

    if (order != 0) {
        return order;
    }
    return (a.size > b.size) - (a.size < b.size);
}

void bytes_put_u16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)(value & 0xFFU);
}

void bytes_put_u32(uint8_t *to, uint32_t value)
{
    bytes_put_u16(to, (uint16_t)(value >> 16));
    bytes_put_u16(to + 2, (uint16_t)(value & 0xFFFFU));
}

void bytes_put_u64(uint8_t *to, uint64_t value)
{
    bytes_put_u32(to, (uint32_t)(value >> 32));
    bytes_put_u32(to + 4, (uint32_t)(value & 0xFFFFFFFFU));
}

uint16_t bytes_get_u16(const uint8_t *from)
{
    return (uint16_t)((uint16_t)(from[0] << 8) | from[1]);
}

uint32_t bytes_get_u32(const uint8_t *from)
{
    return (uint32_t)bytes_get_u16(from) << 16 | bytes_get_u16(from + 2);
}

uint64_t bytes_get_u64(const uint8_t *from)
{
    return (uint64_t)bytes_get_u32(from) << 32 | bytes_get_u32(from + 4);
}

void bytes_to_hex(struct bytes bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.size; i++) {
        out[2 * i] = digits[bytes.data[i] >> 4];
        out[2 * i + 1] = digits[bytes.data[i] & 0x0FU];
    }
    out[2 * bytes.size] = '\0';
}

bool bytes_from_hex(const char *text, uint8_t *out, size_t size)
{
    if (strlen(text) != 2 * size) {
        return false;
    }
    for (size_t i = 0; i < 2 * size; i++) {
        if (hex_digit(text[i]) < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(hex_digit(text[2 * i]) * 16 + hex_digit(text[2 * i + 1]));
    }
    return true;
}

bool bytes_is_text(struct bytes bytes)
{
    size_t at = 0;

    while (at < bytes.size) {
        size_t length = character_bytes(bytes.data + at, bytes.size - at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

/* Bytes of the well-formed character at `at`, or 0. The table is RFC 3629, section 4. */
static size_t character_bytes(const uint8_t *at, size_t left)
{
    uint8_t first = at[0];
    uint8_t low = 0x80;
    uint8_t high = 0xBF;
    size_t length;

    if (first < 0x80) {
        return first == 0 ? 0 : 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        low = first == 0xE0 ? 0xA0 : 0x80;
        high = first == 0xED ? 0x9F : 0xBF;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        low = first == 0xF0 ? 0x90 : 0x80;
        high = first == 0xF4 ? 0x8F : 0xBF;
    } else {
        return 0;
    }
    if (left < length || at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (at[i] < 0x80 || at[i] > 0xBF) {
            return 0;
        }
    }
    return length;
}
