/* BLAKE2b (RFC 7693), the one hash of the house: digests of commands, the journal's chain, matching keys. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/bytes.h"

#include <stddef.h>
#include <stdint.h>

enum {
    HASH_BYTES_MIN = 16,
    HASH_BYTES_MAX = 64,
    HASH_KEY_BYTES_MAX = 64,
    HASH_SHORT_KEY_BYTES = 16,
    HASH_ROOM_MAX = 256
};

/* A hash in progress; plain memory, nothing to release. */
struct hash {
    _Alignas(64) uint8_t opaque[384];
    uint8_t gathered[HASH_ROOM_MAX]; /* small pieces, hashed together */
    size_t gathered_bytes;
};

/* key may be empty; digest_bytes within HASH_BYTES_MIN..MAX (asserted). */
void hash_start(struct hash *hash, struct bytes key, size_t digest_bytes);
void hash_add(struct hash *hash, struct bytes bytes);
/* The next `size` bytes, at most HASH_ROOM_MAX (asserted), to be written before the next call. */
uint8_t *hash_room(struct hash *hash, size_t size);
/* digest_bytes as at the start. */
void hash_end(struct hash *hash, uint8_t *digest, size_t digest_bytes);

/* SipHash-2-4, for tables in memory only: whoever does not know the key cannot choose what falls together. */
uint64_t hash_short(const uint8_t key[HASH_SHORT_KEY_BYTES], struct bytes bytes);

/* All at once. */
void hash_of(struct bytes key, struct bytes bytes, uint8_t *digest, size_t digest_bytes);

#endif
