/* Walking the state. Everything is counted again from the cases and compared with what the folds keep. */
#include "broker/core/invariants.h"

#include <stdio.h>
#include <string.h>

enum { PINS_COUNTED = 64 };

struct walk {
    struct store *store;
    struct error_list *breaches;
    uint64_t referrals;
    uint64_t open;
    uint64_t ended;
    uint64_t on_desks;
    uint64_t with_lead;
    uint64_t offers;
    uint64_t timers;             /* that the cases should have */
    uint64_t pins[PINS_COUNTED]; /* of them, by version modulo PINS_COUNTED */
};

static void breach(struct walk *walk, const struct case_record *record, const char *what)
{
    (void)error_list_add(walk->breaches,
                         ERROR_INTERNAL,
                         NULL,
                         "case %u-%u: %s",
                         (unsigned)record->year,
                         (unsigned)record->sequence,
                         what);
}

static bool is_open(const struct case_record *record)
{
    return record->state >= CASE_SIGNAL && record->state <= CASE_MONITORING;
}

static void check_curator(struct walk *walk, const struct case_record *record)
{
    const bool led = !id128_is_none(&record->lead_assignment);
    const bool offered = !id128_is_none(&record->offer);
    const bool on_desk = record->desk != DESK_UNSPECIFIED;
    if (!is_open(record)) {
        if (led || offered || on_desk) {
            breach(walk, record, "ended, but somebody still holds it");
        }
        return;
    }
    if (record->state > CASE_CURATOR_PENDING && !led) {
        breach(walk, record, "past CURATOR_PENDING without a lead");
    }
    if (record->state == CASE_CURATOR_PENDING && led) {
        breach(walk, record, "a lead, but still CURATOR_PENDING");
    }
    if (!led && !offered && !on_desk) {
        breach(walk, record, "waits in silence: no lead, no offer, no desk");
    }
    if (led && offered) {
        breach(walk, record, "two hops at once");
    }
    if (record->proposed_outcome != CASE_OUTCOME_UNSPECIFIED && !on_desk) {
        breach(walk, record, "an outcome waits on no desk");
    }
}

static bool has_timer(struct store *store, const struct timer_record *wanted)
{
    /* The smallest timer that is not before the wanted one; ids of entities are never all zero. */
    struct timer_record before = *wanted;
    struct timer_record found;
    for (size_t byte = ID128_BYTES; byte > 0 && before.entity.bytes[byte - 1]-- == 0; byte--) {
    }
    return store_timer_after(store, &before, &found) && found.due_us == wanted->due_us &&
           found.kind == wanted->kind && id128_equal(&found.entity, &wanted->entity);
}

static void expect_timer(struct walk *walk,
                         const struct case_record *record,
                         const struct timer_record *wanted,
                         const char *what)
{
    walk->timers++;
    if (wanted->due_us <= 0 || !has_timer(walk->store, wanted)) {
        breach(walk, record, what);
    }
}

static void count_pin(struct walk *walk, uint32_t version)
{
    walk->pins[version % PINS_COUNTED] += version == 0 ? 0 : 1;
}

/* Nothing waits without an end: offers and desks have timers; a case without a lead has one for its norm, until
 * that has passed. */
static void check_case_timers(struct walk *walk, const struct case_record *record)
{
    struct assignment_record offer;
    if (store_assignment(walk->store, &record->offer, &offer)) {
        const struct timer_record timer = {offer.due_us, TIMER_OFFER, offer.id};
        expect_timer(walk, record, &timer, "an offer waits without a timer");
        count_pin(walk, offer.policy_version);
    }
    if (record->desk != DESK_UNSPECIFIED) {
        const struct timer_record timer = {record->desk_due_us, TIMER_DESK, record->id};
        expect_timer(walk, record, &timer, "waits on a desk without a timer");
        count_pin(walk, record->policy_version);
    }
    if (record->curator_timer_us != 0) {
        const struct timer_record timer = {record->curator_timer_us, TIMER_CURATOR, record->id};
        expect_timer(walk, record, &timer, "the norm for its curator has no timer");
        count_pin(walk, record->policy_version);
    } else if (record->state == CASE_CURATOR_PENDING &&
               record->curator_due_us > store_meta(walk->store)->time_us) {
        breach(walk, record, "the norm for its curator is not watched");
    } else if (record->state == CASE_CURATOR_PENDING &&
               record->escalated_us < record->curator_due_us) {
        breach(walk, record, "past the norm for its curator without an escalation");
    }
}

/* How many suspended assignments the lead stands on; each once, none that is over or elsewhere. */
static uint32_t count_covered(const struct walk *walk, const struct case_record *record)
{
    struct assignment_record hop;
    uint32_t count = 0;
    bool more = store_assignment(walk->store, &record->lead_assignment, &hop);
    for (uint32_t i = 0; more && i < record->assignments; i++) {
        const struct id128 covers = hop.covers;
        more =
            store_assignment(walk->store, &covers, &hop) && id128_equal(&hop.case_id, &record->id);
        count += more && hop.state == ASSIGNMENT_SUSPENDED ? 1 : 0;
    }
    return count;
}

static void check_assignments(struct walk *walk, const struct case_record *record)
{
    uint32_t active = 0;
    uint32_t pending = 0;
    uint32_t suspended = 0;
    for (uint32_t i = 0; i < record->assignments; i++) {
        struct id128 id;
        struct assignment_record hop;
        if (!store_case_assignment(walk->store, &record->id, i, &id) ||
            !store_assignment(walk->store, &id, &hop)) {
            breach(walk, record, "an assignment is missing");
            continue;
        }
        active += hop.state == ASSIGNMENT_ACTIVE ? 1 : 0;
        suspended += hop.state == ASSIGNMENT_SUSPENDED ? 1 : 0;
        pending += hop.state == ASSIGNMENT_PROPOSED || hop.state == ASSIGNMENT_OFFERED ? 1 : 0;
    }
    if (active != (id128_is_none(&record->lead_assignment) ? 0U : 1U)) {
        breach(walk, record, "active assignments differ from the lead");
    }
    if (pending != (id128_is_none(&record->offer) ? 0U : 1U)) {
        breach(walk, record, "pending hops differ from the open offer");
    }
    if (suspended != count_covered(walk, record)) {
        breach(walk, record, "a suspended curator whom nobody covers");
    }
}

static void check_referrals(struct walk *walk, const struct case_record *record)
{
    for (uint32_t i = 0; i < record->referrals; i++) {
        struct id128 id;
        struct referral_record referral;
        if (!store_case_referral(walk->store, &record->id, i, &id) ||
            !store_referral(walk->store, &id, &referral)) {
            breach(walk, record, "a referral is missing");
            continue;
        }
        if (!id128_equal(&referral.case_id, &record->id)) {
            breach(walk, record, "a referral belongs to another case");
        }
        const int64_t *receipts = referral.receipts_us;
        for (int receipt = RECEIPT_DELIVERED; receipt < RECEIPT_END; receipt++) {
            if (receipts[receipt] != 0 && receipts[receipt] < receipts[RECEIPT_STORED]) {
                breach(walk, record, "a receipt went backward");
            }
        }
        if (record->state == CASE_CLOSED && receipts[RECEIPT_OUTCOME] == 0) {
            breach(walk, record, "closed, but a referrer was not told the outcome");
        }
    }
    if (is_open(record) && record->referrals == 0) {
        breach(walk, record, "open without a referral");
    }
    if (record->state == CASE_CLOSED && record->outcome == CASE_OUTCOME_UNSPECIFIED) {
        breach(walk, record, "closed without an outcome");
    }
    if (record->decisions == 0) {
        breach(walk, record, "no decision is on record");
    }
}

static void count_case(struct walk *walk, const struct case_record *record)
{
    walk->referrals += record->referrals;
    walk->open += is_open(record) ? 1 : 0;
    walk->ended += is_open(record) ? 0 : 1;
    walk->on_desks += record->desk != DESK_UNSPECIFIED ? 1 : 0;
    walk->with_lead += id128_is_none(&record->lead_assignment) ? 0 : 1;
    walk->offers += id128_is_none(&record->offer) ? 0 : 1;
}

static void compare(struct walk *walk, const char *what, uint64_t counted, uint64_t kept)
{
    if (counted != kept) {
        (void)error_list_add(walk->breaches,
                             ERROR_INTERNAL,
                             NULL,
                             "%s: counted %llu, kept %llu",
                             what,
                             (unsigned long long)counted,
                             (unsigned long long)kept);
    }
}

static void compare_of_worker(struct walk *walk,
                              uint32_t worker,
                              const char *what,
                              const uint64_t counted_kept[2])
{
    if (counted_kept[0] != counted_kept[1]) {
        char text[64];
        (void)snprintf(text, sizeof(text), "%s of worker %u", what, (unsigned)worker);
        compare(walk, text, counted_kept[0], counted_kept[1]);
    }
}

/* A leave waits for its time, or goes on; whoever is away has nothing open, whoever is not has nothing covered. */
static void check_leave(struct walk *walk, uint32_t worker, const struct worker_record *kept)
{
    struct id128 entity = {{0}};
    bytes_put_u32(entity.bytes + ID128_BYTES - 4, worker);
    const struct timer_record timer = {kept->leave_timer_us, TIMER_LEAVE, entity};
    const bool timed = kept->leave_timer_us != 0 && has_timer(walk->store, &timer);
    const bool on_leave = kept->leave != FACT_LEAVE_NONE;
    walk->timers += timed ? 1 : 0;
    compare_of_worker(walk, worker, "timer of the leave", (uint64_t[2]){on_leave, timed});
    if (kept->leave == FACT_LEAVE_AWAY) {
        compare_of_worker(walk, worker, "load on leave", (uint64_t[2]){0, kept->load});
    }
    if (kept->leave == FACT_LEAVE_NONE && kept->dismissed == 0) {
        compare_of_worker(walk, worker, "covered cases", (uint64_t[2]){0, kept->suspended});
    }
}

static uint64_t count_covered_cases(struct walk *walk, uint32_t worker)
{
    uint64_t count = 0;
    struct id128 after = {{0}};
    while (store_covered_case_after(walk->store, worker, &after, &after)) {
        count++;
    }
    return count;
}

/* A curator's load is the sum over the open assignments; a deputy's work is the deputy's load. */
static void check_loads(struct walk *walk)
{
    const struct meta_record *meta = store_meta(walk->store);
    for (uint32_t worker = 1; worker <= meta->row_numbers[DIRECTORY_WORKER]; worker++) {
        const struct worker_record kept = store_worker(walk->store, worker);
        uint64_t load = 0;
        uint64_t led = 0;
        struct id128 after = {{0}};
        struct id128 case_id;
        while (store_worker_case_after(walk->store, worker, &after, &case_id)) {
            struct case_record record;
            struct assignment_record hop;
            after = case_id;
            if (!store_case(walk->store, &case_id, &record)) {
                continue;
            }
            if (store_assignment(walk->store, &record.lead_assignment, &hop) &&
                hop.worker == worker) {
                load += hop.load;
                led++;
            }
            if (store_assignment(walk->store, &record.offer, &hop) && hop.worker == worker) {
                load += hop.load;
            }
        }
        compare_of_worker(walk, worker, "load", (uint64_t[2]){load, kept.load});
        compare_of_worker(walk, worker, "cases", (uint64_t[2]){led, kept.cases});
        compare_of_worker(walk,
                          worker,
                          "covered cases",
                          (uint64_t[2]){count_covered_cases(walk, worker), kept.suspended});
        check_leave(walk, worker, &kept);
    }
}

/* No timer without a reason, but for dismissals, which a later turn carries out, proposals and plans. */
static void check_timers(struct walk *walk)
{
    uint64_t timers = 0;
    struct timer_record timer;
    bool more = store_first_timer(walk->store, &timer);
    while (more) {
        const bool of_nobody = timer.kind == TIMER_DISMISSAL || timer.kind == TIMER_PROPOSAL ||
                               timer.kind == TIMER_PLAN;
        timers += of_nobody ? 0 : 1;
        const struct timer_record last = timer;
        more = store_timer_after(walk->store, &last, &timer);
    }
    compare(walk, "timers", walk->timers, timers);
}

/* What waits by a version keeps it alive. */
static void check_pins(struct walk *walk)
{
    uint64_t kept[PINS_COUNTED] = {0};
    uint32_t version = UINT32_MAX;
    while ((version = store_pinned_before(walk->store, version)) != 0) {
        kept[version % PINS_COUNTED] += store_pins(walk->store, version);
    }
    for (size_t i = 0; i < PINS_COUNTED; i++) {
        compare(walk, "timers that wait by a version", walk->pins[i], kept[i]);
    }
}

/* Each line is the pending line of what the site may see of its entity. */
static uint64_t check_lane(struct walk *walk, uint32_t site, enum lane lane)
{
    uint64_t lines = 0;
    struct line_record line = {.number = 0};
    while (store_line_after(walk->store, site, lane, line.number, &line)) {
        struct view_record view;
        lines++;
        if (!store_view(walk->store, site, line.kind, &line.entity, &view) ||
            view.number != line.number || view.lane != lane) {
            char what[64];
            (void)snprintf(what, sizeof(what), "line of site %u without its view", (unsigned)site);
            compare(walk, what, line.number, 0);
        }
    }
    return lines;
}

static void check_outboxes(struct walk *walk)
{
    uint64_t away = 0;
    for (uint32_t site = 1; site <= store_meta(walk->store)->row_numbers[DIRECTORY_SITE]; site++) {
        const struct site_record record = store_site(walk->store, site);
        const uint64_t lines =
            check_lane(walk, site, LANE_NORMAL) + check_lane(walk, site, LANE_URGENT);
        char what[64];
        (void)snprintf(what, sizeof(what), "lines of site %u", (unsigned)site);
        compare(walk, what, lines, record.waiting);
        away += record.away ? 1 : 0;
    }
    compare(walk, "sites away", away, store_meta(walk->store)->sites_away);
}

bool invariants_hold(struct store *store, struct error_list *breaches)
{
    struct walk walk = {.store = store, .breaches = breaches};
    const size_t before = breaches->count + breaches->dropped;
    struct id128 from = {{0}};
    struct case_record record;
    while (store_case_from(store, &from, &record)) {
        check_curator(&walk, &record);
        check_assignments(&walk, &record);
        check_case_timers(&walk, &record);
        check_referrals(&walk, &record);
        count_case(&walk, &record);
        from = record.id;
        for (size_t byte = ID128_BYTES; byte > 0 && ++from.bytes[byte - 1] == 0; byte--) {
        }
    }
    const struct meta_record *meta = store_meta(store);
    compare(&walk, "referrals", walk.referrals, meta->referrals);
    compare(&walk, "open cases", walk.open, meta->cases_open);
    compare(&walk, "ended cases", walk.ended, meta->cases_ended);
    compare(&walk, "cases on desks", walk.on_desks, meta->cases_on_desks);
    compare(&walk, "cases with a lead", walk.with_lead, meta->cases_with_lead);
    compare(&walk, "open offers", walk.offers, meta->offers_open);
    check_loads(&walk);
    check_timers(&walk);
    check_pins(&walk);
    check_outboxes(&walk);
    return breaches->count + breaches->dropped == before;
}
