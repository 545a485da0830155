/* Past referrals in pages; see the header. */
#include "broker/core/past.h"

#include "broker/core/view.h"

#include <stdlib.h>
#include <string.h>

enum {
    CASES_LOOKED_AT = 5000,
    HOPS_LOOKED_AT = 32,
    DECISIONS_LOOKED_AT = 8,
    EVENTS_LOOKED_AT = 3, /* of a timeline: a suspected duplicate follows the opening at once */
    CURSOR_HEX = ID128_BYTES * 2,
    CURSOR_BYTES = CURSOR_HEX + 12
};

/* Where a page begins: a case, and a referral of it. */
struct place {
    struct id128 case_id;
    uint32_t referral;
};

struct listing {
    const struct core *core;
    struct arena *arena;
    struct answer *answer;
    int64_t since_us;
};

/* What the hops and decisions of a case come to. */
struct course {
    struct assignment_record offer; /* the first that was accepted, or the open one */
    bool asked;                     /* there is one */
    bool accepted;
    int32_t rule;
    int32_t pool;
    uint32_t chosen;
    uint32_t policy_version;
    enum candidate_reason why;
    enum desk_reason desk_reason;
};

static bool parse_since(const char *text, int64_t *since_us);
static bool parse_place(const char *cursor, struct place *out);
static bool set_cursor(const struct listing *listing, const struct place *place);
static bool
list_case(const struct listing *listing, const struct case_record *record, struct place *place);
static bool add_row(const struct listing *listing,
                    const struct case_record *record,
                    const struct referral_record *referral);
static bool tell_course(const struct listing *listing,
                        const struct case_record *record,
                        struct past_referral *row);
static bool follow_hops(const struct listing *listing,
                        const struct case_record *record,
                        struct course *course,
                        struct past_referral *row);
static bool
find_decision(const struct listing *listing, const struct case_record *record, struct course *out);
static bool was_suspected(const struct core *core, const struct case_record *record);
static struct id128 next_id(struct id128 id);

enum past_verdict past_list(const struct core *core,
                            struct arena *arena,
                            const struct query *query,
                            struct answer *answer)
{
    struct listing listing = {.core = core, .arena = arena, .answer = answer};
    struct place place = {.referral = 0};
    struct case_record record;

    if (!parse_since(query->text, &listing.since_us)) {
        return PAST_BAD_TEXT;
    }
    if (!parse_place(query->cursor, &place)) {
        return PAST_BAD_CURSOR;
    }
    answer->past = arena_array(arena, LIMIT_PAGE_ROWS, sizeof(*answer->past));
    if (answer->past == NULL) {
        return PAST_NO_ROOM;
    }
    for (uint32_t i = 0; store_case_from(core->store, &place.case_id, &record); i++) {
        if (!id128_equal(&record.id, &place.case_id)) {
            place = (struct place){.case_id = record.id};
        }
        if (i == CASES_LOOKED_AT || answer->past_count == LIMIT_PAGE_ROWS) {
            return set_cursor(&listing, &place) ? PAST_LISTED : PAST_NO_ROOM;
        }
        if (!list_case(&listing, &record, &place)) {
            return PAST_NO_ROOM;
        }
    }
    return PAST_LISTED;
}

static bool parse_since(const char *text, int64_t *since_us)
{
    enum { DECIMAL = 10, DIGITS_MAX = 18 };
    const size_t digits = text == NULL ? 0 : strspn(text, "0123456789");

    if (digits == 0 || digits > DIGITS_MAX || text[digits] != '\0') {
        return false;
    }
    *since_us = strtoll(text, NULL, DECIMAL);
    return true;
}

/* "<case id in hexadecimal>.<referral>" */
static bool parse_place(const char *cursor, struct place *out)
{
    enum { DECIMAL = 10, DIGITS_MAX = 9 };
    char hex[CURSOR_HEX + 1];

    if (cursor == NULL || cursor[0] == '\0') {
        return true;
    }
    const char *digits = cursor + CURSOR_HEX + 1;
    if (strnlen(cursor, CURSOR_BYTES) < CURSOR_HEX + 2 || cursor[CURSOR_HEX] != '.' ||
        strlen(digits) > DIGITS_MAX || digits[strspn(digits, "0123456789")] != '\0') {
        return false;
    }
    memcpy(hex, cursor, CURSOR_HEX);
    hex[CURSOR_HEX] = '\0';
    out->referral = (uint32_t)strtoul(digits, NULL, DECIMAL);
    return bytes_from_hex(hex, out->case_id.bytes, ID128_BYTES);
}

static bool set_cursor(const struct listing *listing, const struct place *place)
{
    char hex[CURSOR_HEX + 1];

    bytes_to_hex(id128_bytes(&place->case_id), hex);
    const char *cursor = arena_format(listing->arena, "%s.%u", hex, (unsigned)place->referral);
    if (cursor != NULL) {
        listing->answer->cursor = cursor;
    }
    return cursor != NULL;
}

/* The case's referrals from the place on; the place moves to where the page must go on. */
static bool
list_case(const struct listing *listing, const struct case_record *record, struct place *place)
{
    struct answer *answer = listing->answer;
    const bool earlier = record->opened_us < listing->since_us;
    const bool carried = record->ended_us == 0 || record->ended_us >= listing->since_us;
    const uint32_t count = !earlier ? record->referrals : carried && record->referrals > 0 ? 1 : 0;

    for (; place->referral < count; place->referral++) {
        struct id128 id;
        struct referral_record referral;
        if (answer->past_count == LIMIT_PAGE_ROWS) {
            return true;
        }
        if (store_case_referral(listing->core->store, &record->id, place->referral, &id) &&
            store_referral(listing->core->store, &id, &referral) &&
            !add_row(listing, record, &referral)) {
            return false;
        }
    }
    *place = (struct place){.case_id = next_id(record->id)};
    return true;
}

static bool add_row(const struct listing *listing,
                    const struct case_record *record,
                    const struct referral_record *referral)
{
    const uint32_t curators =
        (UINT32_C(1) << ROLE_CASE_CURATOR) | (UINT32_C(1) << ROLE_DUTY_CURATOR);
    const struct directory *directory = listing->core->region->directory;
    const struct directory_worker *referrer = directory_worker(directory, referral->worker);
    const struct directory_site *site = directory_site(directory, referral->site);
    const struct directory_agency *agency =
        site == NULL ? NULL : directory_agency(directory, site->agency);
    struct past_referral *row = &listing->answer->past[listing->answer->past_count];
    char *number = arena_alloc(listing->arena, LIMIT_SPEAKABLE_BYTES);

    if (number == NULL) {
        return false;
    }
    view_case_number(listing->core, record, number);
    *row = (struct past_referral){
        .case_number = number,
        .arrived_us = referral->receipts_us[RECEIPT_STORED],
        .joined = referral->joined,
        .labels = view_labels(listing->core, &referral->labels),
        .referrer_kind = agency == NULL ? AGENCY_KIND_UNSPECIFIED : agency->kind,
        .referrer = referrer != NULL && (referrer->roles & curators) != 0 ? referrer->id : "",
        .rule = "",
        .pool = "",
        .chosen = "",
        .curator = ""};
    if (!row->joined && !tell_course(listing, record, row)) {
        return false;
    }
    listing->answer->past_count++;
    return true;
}

static bool tell_course(const struct listing *listing,
                        const struct case_record *record,
                        struct past_referral *row)
{
    const struct core *core = listing->core;
    const struct directory *directory = core->region->directory;
    struct course course = {.rule = -1, .pool = -1};

    if (!follow_hops(listing, record, &course, row) || !find_decision(listing, record, &course)) {
        return false;
    }
    const struct region *region = core_region(core, course.policy_version);
    const struct directory_worker *chosen = directory_worker(directory, course.chosen);
    row->policy_version = course.policy_version;
    row->forgotten = region->version != course.policy_version;
    if (!row->forgotten && course.rule >= 0) {
        row->rule = policy_rule(region->policy, (size_t)course.rule).id;
    }
    if (!row->forgotten && course.pool >= 0) {
        row->pool = policy_pool(region->policy, (size_t)course.pool).id;
    }
    row->chosen = chosen == NULL ? "" : chosen->id;
    row->why = course.why;
    row->desk_reason = course.desk_reason;
    if (was_suspected(core, record)) {
        row->labels.flags |= UINT32_C(1) << FLAG_POSSIBLE_DUPLICATE;
    }
    row->curator_due_us = record->curator_due_us;
    row->ended_us = record->ended_us;
    if (!course.asked) {
        return true;
    }
    const struct directory_worker *curator = directory_worker(directory, course.offer.worker);
    const struct duration answer = {.amount = record->norms[FACT_NORM_ANSWER].amount,
                                    .unit =
                                        (enum duration_unit)record->norms[FACT_NORM_ANSWER].unit};
    row->by_hand = course.offer.pool == UINT32_MAX;
    row->delivered_us = course.offer.delivered_us;
    if (row->delivered_us != 0) {
        row->answer_due_us = calendar_due(core->region->calendar,
                                          region_zone(core->region, record->labels.territory),
                                          row->delivered_us,
                                          answer);
    }
    if (course.accepted) {
        row->curator = curator == NULL ? "" : curator->id;
        row->answered_us = course.offer.answered_us;
        row->appointed_us = course.offer.answered_us;
    }
    return true;
}

/* Hops up to the first that was accepted; those that failed before it are told. */
static bool follow_hops(const struct listing *listing,
                        const struct case_record *record,
                        struct course *course,
                        struct past_referral *row)
{
    struct store *store = listing->core->store;

    if (record->assignments == 0) {
        return true;
    }
    row->refusals = arena_array(listing->arena, LIMIT_PAST_REFUSALS, sizeof(*row->refusals));
    if (row->refusals == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < record->assignments && i < HOPS_LOOKED_AT && !course->accepted; i++) {
        struct id128 id;
        struct assignment_record hop;
        if (!store_case_assignment(store, &record->id, i, &id) ||
            !store_assignment(store, &id, &hop)) {
            return true;
        }
        const struct directory_worker *worker =
            directory_worker(listing->core->region->directory, hop.worker);
        const bool open = hop.state == ASSIGNMENT_PROPOSED || hop.state == ASSIGNMENT_OFFERED;
        const bool failed = hop.state == ASSIGNMENT_REFUSED || hop.state == ASSIGNMENT_EXPIRED;
        /* A withdrawn hop has ended without having been begun. */
        const bool accepted =
            !open && !failed && (hop.state != ASSIGNMENT_ENDED || hop.ended_us != 0);
        if (open || accepted) {
            course->asked = true;
            course->accepted = accepted;
            course->offer = hop;
        } else if (failed && worker != NULL && row->refusal_count < LIMIT_PAST_REFUSALS) {
            row->refusals[row->refusal_count++] = (struct past_refusal){
                .worker = worker->id, .silent = hop.state == ASSIGNMENT_EXPIRED};
        }
    }
    return true;
}

/* The last decision before the first curator accepted, and the last reason for a desk among those. */
static bool
find_decision(const struct listing *listing, const struct case_record *record, struct course *out)
{
    const int64_t until_us = out->accepted ? out->offer.answered_us : INT64_MAX;
    const uint32_t last =
        record->decisions < DECISIONS_LOOKED_AT ? record->decisions : DECISIONS_LOOKED_AT;

    for (uint32_t i = 0; i < last; i++) {
        const struct arena_mark mark = arena_mark(listing->arena);
        struct fact_decision *decision = arena_alloc(listing->arena, sizeof(*decision));
        int64_t at_us = 0;
        struct bytes coded;
        if (decision == NULL) {
            return false;
        }
        if (!store_decision(listing->core->store, &record->id, i, &at_us, &coded) ||
            at_us > until_us || !fact_decode_decision(coded, listing->arena, decision)) {
            arena_release(listing->arena, mark);
            return true;
        }
        out->policy_version = decision->policy_version;
        out->rule = decision->rule;
        out->pool = decision->pool;
        out->chosen = decision->chosen;
        out->desk_reason = decision->desk_reason;
        out->why = decision->candidate_count > 0 && decision->chosen != 0
                       ? decision->candidates[0].reason
                       : CANDIDATE_UNSPECIFIED;
        arena_release(listing->arena, mark);
    }
    return true;
}

static bool was_suspected(const struct core *core, const struct case_record *record)
{
    uint64_t batch = 0;
    uint32_t index = 0;
    struct timeline_record event;

    for (int i = 0; i < EVENTS_LOOKED_AT &&
                    store_timeline_after(core->store, &record->id, &batch, &index, &event);
         i++) {
        if (event.kind == FACT_DUPLICATE_SUSPECTED && event.at_us == record->opened_us) {
            return true;
        }
    }
    return false;
}

static struct id128 next_id(struct id128 id)
{
    for (size_t byte = ID128_BYTES; byte > 0 && ++id.bytes[byte - 1] == 0; byte--) {
    }
    return id;
}
