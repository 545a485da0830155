/* Erasing, and what is told of it; see erasure.h. */
#include "broker/core/erasure.h"

#include "broker/core/view.h"

#include <string.h>

/* ---- deciding -------------------------------------------------------------------------------------- */

/* A broker that came back from a backup has forgotten what it showed after it. Whoever has not come since may have a copy:
 * they are told as if they had one, and the act names them. */
static void suppose_copies(struct turn *turn, const struct fact *erased)
{
    if (store_meta(turn->store)->life == 0) {
        return;
    }
    const struct fact supposed = {
        .kind = FACT_COPIES_SUPPOSED, .referral = erased->referral, .case_id = erased->case_id};
    turn_emit(turn, &supposed);
}

static bool erase_one(struct hearing *hearing, const struct id128 *id)
{
    struct turn *turn = hearing->turn;
    const struct referral_record referral = turn_referral(turn, id);
    if (referral.erased) {
        return false;
    }
    const struct fact erased = {.kind = FACT_REFERRAL_ERASED,
                                .referral = *id,
                                .case_id = referral.case_id,
                                .worker = hearing->speaker.worker,
                                .text = hearing->command->note};
    suppose_copies(turn, &erased);
    turn_emit(turn, &erased);
    turn_erase_key(turn, id);
    return true;
}

void erasure_erase(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct id128 *subject = &hearing->command->subject;
    struct referral_record referral;
    struct case_record of;
    bool changed = false;

    if (store_referral(turn->store, subject, &referral)) {
        changed = erase_one(hearing, subject);
        hearing->reply.repeated = !changed;
        turn_stored(hearing, subject, &referral.case_id);
        return;
    }
    if (!store_case(turn->store, subject, &of)) {
        turn_refuse(hearing, REFUSAL_NOT_FOUND, "command.subject", NULL);
        return;
    }
    for (uint32_t i = 0; i < of.referrals && !turn->failed; i++) {
        struct id128 id;
        if (store_case_referral(turn->store, subject, i, &id)) {
            changed = erase_one(hearing, &id) || changed;
        }
    }
    hearing->reply.repeated = !changed;
    turn_stored(hearing, subject, subject);
}

void erasure_delivered(struct turn *turn, uint32_t site, const struct id128 *referral)
{
    struct shown_record shown;
    if (!store_shown(turn->store, referral, site, &shown) || shown.confirmed_us != 0) {
        return;
    }
    const struct referral_record record = turn_referral(turn, referral);
    const struct fact confirmed = {.kind = FACT_ERASURE_CONFIRMED,
                                   .referral = *referral,
                                   .case_id = record.case_id,
                                   .site = site};
    turn_emit(turn, &confirmed);
}

/* ---- telling --------------------------------------------------------------------------------------- */

static uint32_t bits(uint32_t mask)
{
    uint32_t count = 0;
    for (; mask != 0; mask &= mask - 1) {
        count++;
    }
    return count;
}

/* The last row told: of a referral, up to a site; site 0: all of its rows. */
struct place {
    struct id128 referral;
    uint32_t site;
};

enum { PLACE_BYTES = ID128_BYTES + 4 };

static bool read_place(const char *cursor, struct place *out)
{
    uint8_t bytes[PLACE_BYTES] = {0};
    if (cursor != NULL && cursor[0] != '\0' && !bytes_from_hex(cursor, bytes, sizeof(bytes))) {
        return false;
    }
    memcpy(out->referral.bytes, bytes, ID128_BYTES);
    out->site = bytes_get_u32(bytes + ID128_BYTES);
    return true;
}

static const char *write_place(struct arena *arena, const struct place *place)
{
    uint8_t bytes[PLACE_BYTES];
    char *cursor = arena_alloc(arena, PLACE_BYTES * 2 + 1);
    memcpy(bytes, place->referral.bytes, ID128_BYTES);
    bytes_put_u32(bytes + ID128_BYTES, place->site);
    if (cursor != NULL) {
        bytes_to_hex(bytes_of(bytes, sizeof(bytes)), cursor);
    }
    return cursor;
}

/* The rows of one referral behind *site, which moves on. False: the page is full, or the arena. */
static bool list_one(const struct core *core,
                     struct arena *arena,
                     const struct id128 *id,
                     uint32_t *site,
                     struct answer *answer)
{
    const struct directory *directory = core->region->directory;
    struct erasure_record erasure;
    struct referral_record referral;
    struct case_record of;
    struct shown_record shown;
    uint32_t next = *site;
    char *number = arena_alloc(arena, LIMIT_SPEAKABLE_BYTES);

    if (number == NULL || !store_erasure(core->store, id, &erasure) ||
        !store_referral(core->store, id, &referral) ||
        !store_case(core->store, &referral.case_id, &of)) {
        return false;
    }
    const struct directory_worker *actor = directory_worker(directory, erasure.worker);
    const char *reason = arena_text(arena, erasure.reason);
    view_case_number(core, &of, number);
    while (reason != NULL && store_shown_after(core->store, id, &next, &shown)) {
        if (answer->erasure_count == LIMIT_PAGE_ROWS) {
            return false;
        }
        *site = next;
        const struct directory_site *row = directory_site(directory, next);
        answer->erasures[answer->erasure_count++] =
            (struct erasure_row){.referral = *id,
                                 .case_number = number,
                                 .at_us = erasure.at_us,
                                 .actor = actor == NULL ? "" : actor->id,
                                 .reason = reason,
                                 .site = row == NULL ? "" : row->id,
                                 .author = next == referral.site,
                                 .shown_us = shown.shown_us,
                                 .sections = bits(shown.mask),
                                 .confirmed_us = shown.confirmed_us};
    }
    return reason != NULL;
}

static bool is_meant(const struct core *core, const struct id128 *subject, const struct id128 *id)
{
    struct referral_record referral;
    return id128_is_none(subject) || id128_equal(subject, id) ||
           (store_referral(core->store, id, &referral) && id128_equal(subject, &referral.case_id));
}

bool erasure_list(const struct core *core,
                  struct arena *arena,
                  const struct query *query,
                  struct answer *answer)
{
    enum { LOOKED_AT_MAX = 5000 };
    struct erasure_record erasure;
    struct place told;

    answer->erasures = arena_array(arena, LIMIT_PAGE_ROWS, sizeof(*answer->erasures));
    if (answer->erasures == NULL || !read_place(query->cursor, &told)) {
        return false;
    }
    struct place next = told;
    bool room = told.site == 0 || list_one(core, arena, &next.referral, &next.site, answer);
    uint32_t looked_at = 0;
    while (room) {
        told = (struct place){.referral = next.referral};
        next.site = 0;
        if (!store_erasure_after(core->store, &next.referral, &erasure)) {
            return true;
        }
        room = looked_at < LOOKED_AT_MAX &&
               (!is_meant(core, &query->subject, &next.referral) ||
                list_one(core, arena, &next.referral, &next.site, answer));
        looked_at += room ? 1 : 0;
    }
    answer->cursor = write_place(arena, next.site != 0 ? &next : &told);
    return answer->cursor != NULL && (answer->erasure_count > 0 || looked_at > 0);
}
