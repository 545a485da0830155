/* Erasing, and what is told of it; see erasure.h. */
#include "broker/core/erasure.h"

#include "broker/core/view.h"

#include <string.h>

/* ---- deciding -------------------------------------------------------------------------------------- */

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

/* False: the page has no room for all of its rows, or the arena is full. */
static bool list_one(const struct core *core,
                     struct arena *arena,
                     const struct id128 *id,
                     const struct erasure_record *erasure,
                     struct answer *answer)
{
    const struct directory *directory = core->region->directory;
    const struct directory_worker *actor = directory_worker(directory, erasure->worker);
    struct referral_record referral;
    struct case_record of;
    struct shown_record shown;
    uint32_t site = 0;
    const size_t before = answer->erasure_count;
    char *number = arena_alloc(arena, LIMIT_SPEAKABLE_BYTES);
    const char *reason = arena_text(arena, erasure->reason);

    if (number == NULL || reason == NULL || !store_referral(core->store, id, &referral) ||
        !store_case(core->store, &referral.case_id, &of)) {
        return false;
    }
    view_case_number(core, &of, number);
    while (store_shown_after(core->store, id, &site, &shown)) {
        if (answer->erasure_count == LIMIT_PAGE_ROWS) {
            answer->erasure_count = before > 0 ? before : answer->erasure_count;
            return before == 0; /* so many sites never had one referral; what fits is told */
        }
        const struct directory_site *row = directory_site(directory, site);
        answer->erasures[answer->erasure_count++] =
            (struct erasure_row){.referral = *id,
                                 .case_number = number,
                                 .at_us = erasure->at_us,
                                 .actor = actor == NULL ? "" : actor->id,
                                 .reason = reason,
                                 .site = row == NULL ? "" : row->id,
                                 .author = site == referral.site,
                                 .shown_us = shown.shown_us,
                                 .sections = bits(shown.mask),
                                 .confirmed_us = shown.confirmed_us};
    }
    return true;
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
    struct id128 id = {{0}};
    struct erasure_record erasure;
    const bool begins = query->cursor == NULL || query->cursor[0] == '\0';

    answer->erasures = arena_array(arena, LIMIT_PAGE_ROWS, sizeof(*answer->erasures));
    char *cursor = arena_alloc(arena, ID128_BYTES * 2 + 1);
    if (answer->erasures == NULL || cursor == NULL ||
        (!begins && !bytes_from_hex(query->cursor, id.bytes, ID128_BYTES))) {
        return false;
    }
    struct id128 told = id;
    for (uint32_t i = 0; store_erasure_after(core->store, &id, &erasure); i++) {
        if (i == LOOKED_AT_MAX || (is_meant(core, &query->subject, &id) &&
                                   !list_one(core, arena, &id, &erasure, answer))) {
            bytes_to_hex(id128_bytes(&told), cursor);
            answer->cursor = cursor;
            return i > 0;
        }
        told = id;
    }
    return true;
}
