/* Rotation and revocation of sites' keys; see site_keys.h. */
#include "broker/core/site_keys.h"

#include "broker/core/fold_part.h"

#include <string.h>

static const int64_t day_us = INT64_C(86400000000);

static void change(struct hearing *hearing,
                   uint32_t site,
                   const uint8_t curve[KEYS_BYTES],
                   enum fact_site_key code,
                   int64_t until_us)
{
    const struct fact fact = {.kind = FACT_SITE_KEY,
                              .site = site,
                              .worker = hearing->speaker.worker,
                              .code = code,
                              .due_us = until_us,
                              .blob = bytes_of(curve, KEYS_BYTES),
                              .text = hearing->command->note};
    turn_emit(hearing->turn, &fact);
}

/* Every key that the site has now, from both sources, once. */
static void
change_all(struct hearing *hearing, uint32_t site, enum fact_site_key code, int64_t at_us)
{
    struct turn *turn = hearing->turn;
    const struct directory *directory = turn->core->region->directory;
    const int64_t now_us = turn->options.now_us;
    struct site_key_record record;
    struct directory_pair pair;
    uint32_t of = 0;

    for (size_t i = 0; directory_pair(directory, site, i, now_us, &pair); i++) {
        if (!store_site_key(turn->store, pair.curve, &of, &record)) {
            change(hearing, site, pair.curve, code, at_us);
        }
    }
    for (bool more = store_site_key_after(turn->store, site, NULL, &record); more;
         more = store_site_key_after(turn->store, site, record.curve, &record)) {
        const bool over = record.revoked || (record.until_us != 0 && record.until_us <= now_us);
        const bool ending = code == FACT_SITE_KEY_ENDS && record.until_us != 0;
        const bool just = code == FACT_SITE_KEY_ENDS && record.until_us == at_us;
        if (!over && !just) { /* of three generations the oldest ends now */
            change(hearing, site, record.curve, code, ending ? now_us : at_us);
        }
    }
}

void site_keys_revoke(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct id128 none = {{0}};
    const uint32_t site =
        directory_find(turn->core->region->directory, DIRECTORY_SITE, hearing->command->worker);

    if (site == 0) {
        turn_refuse(
            hearing, REFUSAL_UNKNOWN_CODE, "command.site_revoke.site", hearing->command->worker);
        return;
    }
    if (site == hearing->speaker.site) { /* who would bring it back? */
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.site_revoke.site", NULL);
        return;
    }
    change_all(hearing, site, FACT_SITE_KEY_REVOKED, 0);
    hearing->reply.repeated = turn_entry(turn)->fact_count == 0;
    turn_stored(hearing, &none, &none);
}

void site_keys_rotate(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct id128 none = {{0}};
    const uint8_t *curve = hearing->command->data.data;
    const int64_t now_us = turn->options.now_us;
    struct site_key_record record;
    uint32_t site = 0;

    if (store_site_key(turn->store, curve, &site, &record) && site == hearing->speaker.site &&
        !record.revoked && record.until_us == 0 &&
        memcmp(record.sealing, curve + KEYS_BYTES, KEYS_BYTES) == 0) {
        hearing->reply.repeated = true;
        turn_stored(hearing, &none, &none);
        return;
    }
    if (site != 0 || directory_site_of_key(turn->core->region->directory, curve, now_us) != 0) {
        turn_refuse(hearing, REFUSAL_ID_REUSED, "command.site_rotate.keys", NULL);
        return;
    }
    change_all(hearing,
               hearing->speaker.site,
               FACT_SITE_KEY_ENDS,
               now_us + SITE_KEYS_OVERLAP_DAYS * day_us);
    const struct fact fact = {.kind = FACT_SITE_KEY,
                              .site = hearing->speaker.site,
                              .worker = hearing->speaker.worker,
                              .code = FACT_SITE_KEY_NEW,
                              .blob = hearing->command->data};
    turn_emit(turn, &fact);
    turn_stored(hearing, &none, &none);
}

void fold_site_key(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct site_key_record record;
    uint32_t site = 0;

    memset(&record, 0, sizeof(record));
    if (!store_site_key(fold->store, fact->blob.data, &site, &record)) {
        memset(&record, 0, sizeof(record));
        memcpy(record.curve, fact->blob.data, KEYS_BYTES);
    }
    if (fact->code == FACT_SITE_KEY_NEW) {
        record.own = true;
        record.since_us = fact->at_us;
        memcpy(record.sealing, fact->blob.data + KEYS_BYTES, KEYS_BYTES);
    }
    record.until_us = fact->due_us;
    record.revoked = fact->code == FACT_SITE_KEY_REVOKED;
    store_put_site_key(fold->store, fact->site, &record);
}
