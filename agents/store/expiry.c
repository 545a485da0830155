/* The end of disclosed facts; see expiry.h. */
#include "agents/store/expiry.h"

#include "agents/store/mirror.h"

#include <string.h>

enum { KEY_BYTES = 2 * ID128_BYTES, TIME_BYTES = 8 };
static const int64_t hour_us = INT64_C(3600000000);
static const int64_t day_us = INT64_C(86400000000);

void expiry_begin(struct expiry *expiry, int64_t boot_us)
{
    *expiry = (struct expiry){.running = true, .begun = true, .begun_us = boot_us};
}

static int64_t noted_us(struct agent_store *store, struct bytes key, struct arena *arena)
{
    struct bytes noted;

    return agent_store_get(store, AGENT_STORE_ENDED, key, arena, &noted) && noted.size == TIME_BYTES
               ? (int64_t)bytes_get_u64(noted.data)
               : 0;
}

/* When the right to a record ended; 0: it has not. Noted when nothing else tells. */
static int64_t
ended_us(struct agent_store *store, struct bytes key, int64_t now_us, struct arena *arena)
{
    struct id128 case_id;
    struct id128 referral;
    struct delivery found;
    uint8_t time[TIME_BYTES];

    memcpy(case_id.bytes, key.data, ID128_BYTES);
    memcpy(referral.bytes, key.data + ID128_BYTES, ID128_BYTES);
    const int64_t noted = noted_us(store, key, arena);
    if (mirror_may_show(store, &case_id, &referral, arena)) {
        if (noted != 0) {
            (void)agent_store_delete(store, AGENT_STORE_ENDED, key);
        }
        return mirror_get(store, DELIVERY_CASE, &case_id, arena, &found)
                   ? found.view.case_.closed_us
                   : 0;
    }
    if (noted == 0) {
        bytes_put_u64(time, (uint64_t)now_us);
        agent_store_put(store, AGENT_STORE_ENDED, key, bytes_of(time, sizeof time), arena);
    }
    return noted == 0 ? now_us : noted;
}

static bool
is_over(struct agent_store *store, struct bytes key, int64_t now_us, struct arena *arena)
{
    const struct arena_mark mark = arena_mark(arena);
    const int64_t ended = ended_us(store, key, now_us, arena);

    arena_release(arena, mark);
    return ended != 0 && now_us - ended >= EXPIRY_DAYS * day_us;
}

uint64_t expiry_step(struct expiry *expiry,
                     struct agent_store *store,
                     int64_t now_us,
                     int64_t boot_us,
                     struct arena *arena)
{
    static const uint8_t FIRST[1] = {0};
    struct agent_store_key key;
    uint64_t deleted = 0;

    if (!expiry->running && (!expiry->begun || boot_us - expiry->begun_us >= hour_us)) {
        expiry_begin(expiry, boot_us);
    }
    for (int i = 0; expiry->running && i < EXPIRY_RECORDS_A_TURN; i++) {
        const struct bytes from = expiry->after_bytes == 0
                                      ? bytes_of(FIRST, sizeof FIRST)
                                      : bytes_of(expiry->after, expiry->after_bytes);
        if (!agent_store_seek_key(store, AGENT_STORE_FACTS, from, &key) || key.size != KEY_BYTES) {
            expiry->running = false;
            break;
        }
        const struct bytes found = bytes_of(key.data, key.size);
        if (is_over(store, found, now_us, arena)) {
            (void)agent_store_delete(store, AGENT_STORE_FACTS, found);
            (void)agent_store_delete(store, AGENT_STORE_ENDED, found);
            deleted++;
        }
        memcpy(expiry->after, key.data, KEY_BYTES);
        expiry->after[KEY_BYTES] = 0; /* the smallest key after it */
        expiry->after_bytes = KEY_BYTES + 1;
    }
    return deleted;
}

/* Whatever its disclosure is not there for. */
static void
drop_hidden(struct agent_store *store, const struct expiry_witness *witness, struct arena *arena)
{
    struct agent_store_key key;
    struct id128 case_id;
    struct id128 referral;
    uint8_t from[KEY_BYTES + 1] = {0};
    size_t from_bytes = 1;

    while (agent_store_seek_key(store, AGENT_STORE_FACTS, bytes_of(from, from_bytes), &key) &&
           key.size == KEY_BYTES) {
        memcpy(case_id.bytes, key.data, ID128_BYTES);
        memcpy(referral.bytes, key.data + ID128_BYTES, ID128_BYTES);
        if (!mirror_may_show(store, &case_id, &referral, arena)) {
            (void)agent_store_delete(store, AGENT_STORE_FACTS, bytes_of(key.data, key.size));
            (void)agent_store_delete(store, AGENT_STORE_ENDED, bytes_of(key.data, key.size));
            witness->tell(witness->world, &case_id, &referral);
        }
        memcpy(from, key.data, KEY_BYTES);
        from_bytes = sizeof from; /* the smallest key after it */
    }
}

void expiry_resynced(struct agent_store *store,
                     uint64_t life,
                     const struct expiry_witness *witness,
                     struct arena *arena)
{
    static const char LIFE[] = "life_resynced";

    if (agent_store_number(store, LIFE) == life) {
        return;
    }
    agent_store_set_number(store, LIFE, life);
    drop_hidden(store, witness, arena);
}
