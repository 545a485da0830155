/* Referrals kept after they were stored; see kept.h. */
#include "agents/store/kept.h"

#include "proto/wire.h"

#include <string.h>

enum { TIME_BYTES = 8, KEY_BYTES = TIME_BYTES + ID128_BYTES };
static const int64_t day_us = INT64_C(86400000000);

void kept_add(struct agent_store *store,
              const struct id128 *referral,
              struct bytes frame,
              int64_t now_us,
              struct arena *arena)
{
    uint8_t key[KEY_BYTES];

    bytes_put_u64(key, (uint64_t)now_us);
    memcpy(key + TIME_BYTES, referral->bytes, ID128_BYTES);
    agent_store_put(store, AGENT_STORE_KEPT, bytes_of(key, sizeof key), frame, arena);
}

/* The oldest, when it is not younger than that. */
static bool oldest(struct agent_store *store,
                   int64_t until_us,
                   struct arena *arena,
                   struct agent_store_row *row)
{
    static const uint8_t FIRST[1] = {0};
    struct agent_store_key key;

    return agent_store_seek_key(store, AGENT_STORE_KEPT, bytes_of(FIRST, sizeof FIRST), &key) &&
           key.size == KEY_BYTES && (int64_t)bytes_get_u64(key.data) <= until_us &&
           agent_store_seek(store, AGENT_STORE_KEPT, bytes_of(key.data, key.size), arena, row);
}

bool kept_take(struct agent_store *store,
               int64_t until_us,
               struct arena *arena,
               struct command *out)
{
    struct agent_store_row row;
    struct envelope envelope;
    struct wire_fault fault;

    while (oldest(store, until_us, arena, &row)) {
        (void)agent_store_delete(store, AGENT_STORE_KEPT, row.key);
        if (wire_decode(row.plain, arena, &envelope, &fault) && envelope.kind == BODY_COMMAND) {
            *out = envelope.body.command;
            return true;
        }
    }
    return false;
}

bool kept_prune(struct agent_store *store, int64_t now_us)
{
    static const uint8_t FIRST[1] = {0};
    struct agent_store_key key;

    return agent_store_seek_key(store, AGENT_STORE_KEPT, bytes_of(FIRST, sizeof FIRST), &key) &&
           key.size == KEY_BYTES &&
           (int64_t)bytes_get_u64(key.data) < now_us - KEPT_DAYS * day_us &&
           agent_store_delete(store, AGENT_STORE_KEPT, bytes_of(key.data, key.size));
}

/* The first of that referral. */
static bool
find(struct agent_store *store, const struct id128 *referral, struct agent_store_key *key)
{
    uint8_t from[KEY_BYTES + 1] = {0};
    size_t from_bytes = 1;

    while (agent_store_seek_key(store, AGENT_STORE_KEPT, bytes_of(from, from_bytes), key) &&
           key->size == KEY_BYTES) {
        if (memcmp(key->data + TIME_BYTES, referral->bytes, ID128_BYTES) == 0) {
            return true;
        }
        memcpy(from, key->data, KEY_BYTES);
        from_bytes = sizeof from; /* behind it */
    }
    return false;
}

bool kept_has(struct agent_store *store, const struct id128 *referral)
{
    struct agent_store_key key;

    return find(store, referral, &key);
}

void kept_drop(struct agent_store *store, const struct id128 *referral)
{
    struct agent_store_key key;

    while (find(store, referral, &key)) {
        (void)agent_store_delete(store, AGENT_STORE_KEPT, bytes_of(key.data, key.size));
    }
}
