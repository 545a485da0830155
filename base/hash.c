/* libsodium's generichash behind a name. */
#include "base/hash.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(((struct hash *)NULL)->opaque),
               "the state fits");
_Static_assert(_Alignof(crypto_generichash_state) <= _Alignof(struct hash), "and is aligned");

static crypto_generichash_state *state_of(struct hash *hash)
{
    void *memory = hash->opaque;
    return memory;
}

void hash_start(struct hash *hash, struct bytes key, size_t digest_bytes)
{
    assert(digest_bytes >= HASH_BYTES_MIN && digest_bytes <= HASH_BYTES_MAX);
    assert(key.size <= HASH_KEY_BYTES_MAX);
    const int started = crypto_generichash_init(
        state_of(hash), key.size > 0 ? key.data : NULL, key.size, digest_bytes);
    assert(started == 0);
    hash->gathered_bytes = 0;
}

static void update(struct hash *hash, struct bytes bytes)
{
    const int added = crypto_generichash_update(state_of(hash), bytes.data, bytes.size);
    assert(added == 0);
}

static void update_gathered(struct hash *hash)
{
    update(hash, bytes_of(hash->gathered, hash->gathered_bytes));
    hash->gathered_bytes = 0;
}

static inline uint8_t *take_room(struct hash *hash, size_t size)
{
    if (size > sizeof(hash->gathered) - hash->gathered_bytes) {
        update_gathered(hash);
    }
    uint8_t *room = hash->gathered + hash->gathered_bytes;
    hash->gathered_bytes += size;
    return room;
}

void hash_add(struct hash *hash, struct bytes bytes)
{
    if (bytes.size > sizeof(hash->gathered)) {
        update_gathered(hash);
        update(hash, bytes);
    } else if (bytes.size > 0) {
        memcpy(take_room(hash, bytes.size), bytes.data, bytes.size);
    }
}

uint8_t *hash_room(struct hash *hash, size_t size)
{
    assert(size <= sizeof(hash->gathered));
    return take_room(hash, size);
}

void hash_end(struct hash *hash, uint8_t *digest, size_t digest_bytes)
{
    update_gathered(hash);
    const int ended = crypto_generichash_final(state_of(hash), digest, digest_bytes);
    assert(ended == 0);
    sodium_memzero(hash, sizeof(*hash));
}

void hash_of(struct bytes key, struct bytes bytes, uint8_t *digest, size_t digest_bytes)
{
    struct hash hash;
    hash_start(&hash, key, digest_bytes);
    hash_add(&hash, bytes);
    hash_end(&hash, digest, digest_bytes);
}

_Static_assert(HASH_SHORT_KEY_BYTES == crypto_shorthash_KEYBYTES, "the key fits");

uint64_t hash_short(const uint8_t key[HASH_SHORT_KEY_BYTES], struct bytes bytes)
{
    uint8_t digest[crypto_shorthash_BYTES];
    (void)crypto_shorthash(digest, bytes.data, bytes.size, key);
    return bytes_get_u64(digest);
}
