/* 128-bit identifiers: UUIDv7 (RFC 9562) drawn by agents, and ids made by the core from positions.
 *
 * A plain value: 16 bytes, compared as bytes. All zero means "none". Agents' ids name things; they
 * never order them.
 */
#ifndef BASE_ID128_H
#define BASE_ID128_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { ID128_BYTES = 16, ID128_TEXT_MAX = 37 };

struct id128 {
    uint8_t bytes[ID128_BYTES];
};

/* unix_ms  milliseconds since the epoch; random  10 bytes of the caller's randomness. */
struct id128 id128_uuid7(uint64_t unix_ms, const uint8_t random[10]);
/* An id that the core makes: high and low are big-endian in it, so that ids order like positions. */
struct id128 id128_of_position(uint64_t high, uint64_t low);
bool id128_is_none(const struct id128 *id);
bool id128_equal(const struct id128 *a, const struct id128 *b);
int id128_compare(const struct id128 *a, const struct id128 *b);
struct bytes id128_bytes(const struct id128 *id); /* borrows from id */
/* False unless exactly 16 bytes. */
bool id128_of_bytes(struct bytes bytes, struct id128 *out);
/* "018f4e2a-…" lower case. Returns buffer. */
const char *id128_format(const struct id128 *id, char buffer[ID128_TEXT_MAX]);
bool id128_parse(const char *text, struct id128 *out);

#endif
