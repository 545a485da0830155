/* Cases, referrals, matching keys, assignments, workers, and counts of what is open. */
#include "broker/store/store.h"

#include "broker/store/store_table.h"

#include <stdlib.h>
#include <string.h>

enum { WORKERS_KEPT = 1 << 18, WORKERS_STEP = 1024 };

static struct store_key key_of_id(const struct id128 *id)
{
    struct store_key key = {0};
    store_key_add_id(&key, id);
    return key;
}

static struct store_key key_of_number(uint32_t number)
{
    struct store_key key = {0};
    store_key_add_u32(&key, number);
    return key;
}

static struct store_key key_of_indexed(const struct id128 *id, uint32_t index)
{
    struct store_key key = key_of_id(id);
    store_key_add_u32(&key, index);
    return key;
}

bool store_case(struct store *store, const struct id128 *id, struct case_record *out)
{
    const struct store_key key = key_of_id(id);
    return store_record(store, TABLE_CASE, &key, out, sizeof(*out));
}

void store_put_case(struct store *store, const struct case_record *record)
{
    const struct store_key key = key_of_id(&record->id);
    store_put_record(store, TABLE_CASE, &key, record, sizeof(*record));
    struct store_key number = key_of_number(record->year);
    store_key_add_u32(&number, record->sequence);
    store_put_record(store, TABLE_CASE_NUMBER, &number, &record->id, sizeof(record->id));
}

bool store_case_by_number(struct store *store, uint32_t year, uint32_t sequence, struct id128 *out)
{
    struct store_key key = key_of_number(year);
    store_key_add_u32(&key, sequence);
    return store_record(store, TABLE_CASE_NUMBER, &key, out, sizeof(*out));
}

bool store_case_from(struct store *store, const struct id128 *from, struct case_record *out)
{
    const struct store_key key = key_of_id(from);
    struct store_found found;
    if (!store_next(store, TABLE_CASE, &key, 0, &found)) {
        return false;
    }
    store_take(&found, out, sizeof(*out));
    return true;
}

bool store_referral(struct store *store, const struct id128 *id, struct referral_record *out)
{
    const struct store_key key = key_of_id(id);
    return store_record(store, TABLE_REFERRAL, &key, out, sizeof(*out));
}

void store_put_referral(struct store *store, const struct referral_record *record)
{
    const struct store_key key = key_of_id(&record->id);
    store_put_record(store, TABLE_REFERRAL, &key, record, sizeof(*record));
}

bool store_case_referral(struct store *store,
                         const struct id128 *case_id,
                         uint32_t index,
                         struct id128 *out)
{
    const struct store_key key = key_of_indexed(case_id, index);
    return store_record(store, TABLE_CASE_REFERRAL, &key, out, sizeof(*out));
}

void store_put_case_referral(struct store *store,
                             const struct id128 *case_id,
                             uint32_t index,
                             const struct id128 *referral)
{
    const struct store_key key = key_of_indexed(case_id, index);
    store_put_record(store, TABLE_CASE_REFERRAL, &key, referral, sizeof(*referral));
}

void store_put_key(struct store *store,
                   const uint8_t digest[MATCHING_DIGEST_BYTES],
                   const struct key_record *record)
{
    struct store_key key = {0};
    store_key_add(&key, digest, MATCHING_DIGEST_BYTES);
    store_key_add_id(&key, &record->referral);
    struct key_record rest = *record;
    memset(&rest.referral, 0, sizeof(rest.referral)); /* it stands in the key */
    store_put_record(store, TABLE_KEY, &key, &rest, sizeof(rest));
}

bool store_key_before(struct store *store,
                      const uint8_t digest[MATCHING_DIGEST_BYTES],
                      const struct id128 *before,
                      struct key_record *out)
{
    struct id128 last;
    memset(&last, UINT8_MAX, sizeof(last));
    struct store_key key = {0};
    store_key_add(&key, digest, MATCHING_DIGEST_BYTES);
    store_key_add_id(&key, id128_is_none(before) ? &last : before);
    struct store_found found;
    if (!store_previous(store, TABLE_KEY, &key, MATCHING_DIGEST_BYTES, &found)) {
        return false;
    }
    store_take(&found, out, sizeof(*out));
    memcpy(out->referral.bytes, found.key.data + MATCHING_DIGEST_BYTES, ID128_BYTES);
    return true;
}

bool store_assignment(struct store *store, const struct id128 *id, struct assignment_record *out)
{
    const struct store_key key = key_of_id(id);
    return store_record(store, TABLE_ASSIGNMENT, &key, out, sizeof(*out));
}

void store_put_assignment(struct store *store, const struct assignment_record *record)
{
    const struct store_key key = key_of_id(&record->id);
    store_put_record(store, TABLE_ASSIGNMENT, &key, record, sizeof(*record));
}

bool store_case_assignment(struct store *store,
                           const struct id128 *case_id,
                           uint32_t index,
                           struct id128 *out)
{
    const struct store_key key = key_of_indexed(case_id, index);
    return store_record(store, TABLE_CASE_ASSIGNMENT, &key, out, sizeof(*out));
}

void store_put_case_assignment(struct store *store,
                               const struct id128 *case_id,
                               uint32_t index,
                               const struct id128 *assignment)
{
    const struct store_key key = key_of_indexed(case_id, index);
    store_put_record(store, TABLE_CASE_ASSIGNMENT, &key, assignment, sizeof(*assignment));
}

void store_forget_workers(struct store *store)
{
    free(store->workers.items);
    memset(&store->workers, 0, sizeof(store->workers));
}

static void keep_worker(struct store *store, uint32_t worker, const struct worker_record *record)
{
    struct store_workers *kept = &store->workers;
    if (worker >= WORKERS_KEPT) {
        return;
    }
    if (worker >= kept->room) {
        const uint32_t room = (worker / WORKERS_STEP + 1) * WORKERS_STEP;
        struct store_worker_kept *items = realloc(kept->items, room * sizeof(*items));
        if (items == NULL) {
            return;
        }
        memset(items + kept->room, 0, (room - kept->room) * sizeof(*items));
        kept->items = items;
        kept->room = room;
    }
    kept->items[worker] = (struct store_worker_kept){.known = true, .record = *record};
}

struct worker_record store_worker(struct store *store, uint32_t worker)
{
    const struct store_workers *kept = &store->workers;
    if (worker < kept->room && kept->items[worker].known) {
        return kept->items[worker].record;
    }
    const struct store_key key = key_of_number(worker);
    struct worker_record record;
    memset(&record, 0, sizeof(record));
    (void)store_record(store, TABLE_WORKER, &key, &record, sizeof(record));
    keep_worker(store, worker, &record);
    return record;
}

void store_put_worker(struct store *store, uint32_t worker, const struct worker_record *record)
{
    const struct store_key key = key_of_number(worker);
    store_put_record(store, TABLE_WORKER, &key, record, sizeof(*record));
    keep_worker(store, worker, record);
}

/* A set of cases under a number: entries without a value. */
static bool member_after(struct store *store,
                         enum store_table table,
                         uint32_t number,
                         const struct id128 *after,
                         struct id128 *out)
{
    struct store_key from = key_of_number(number);
    store_key_add_id(&from, after);
    if (!id128_is_none(after)) {
        store_key_add_u8(&from, 0);
    }
    struct store_found found;
    if (!store_next(store, table, &from, sizeof(uint32_t), &found)) {
        return false;
    }
    memcpy(out->bytes, found.key.data + sizeof(uint32_t), ID128_BYTES);
    return true;
}

static void put_member(struct store *store,
                       enum store_table table,
                       uint32_t number,
                       const struct id128 *case_id,
                       bool present)
{
    struct store_key key = key_of_number(number);
    store_key_add_id(&key, case_id);
    if (present) {
        store_put_record(store, table, &key, "", 1);
    } else {
        store_delete_record(store, table, &key);
    }
}

bool store_worker_case_after(struct store *store,
                             uint32_t worker,
                             const struct id128 *after,
                             struct id128 *out)
{
    return member_after(store, TABLE_WORKER_CASE, worker, after, out);
}

void store_put_worker_case(struct store *store,
                           uint32_t worker,
                           const struct id128 *case_id,
                           bool present)
{
    put_member(store, TABLE_WORKER_CASE, worker, case_id, present);
}

bool store_covered_case_after(struct store *store,
                              uint32_t worker,
                              const struct id128 *after,
                              struct id128 *out)
{
    return member_after(store, TABLE_COVERED_CASE, worker, after, out);
}

void store_put_covered_case(struct store *store,
                            uint32_t worker,
                            const struct id128 *case_id,
                            bool present)
{
    put_member(store, TABLE_COVERED_CASE, worker, case_id, present);
}

uint64_t store_territory_cases(struct store *store, uint32_t territory)
{
    const struct store_key key = key_of_number(territory);
    uint64_t count = 0;
    (void)store_record(store, TABLE_TERRITORY, &key, &count, sizeof(count));
    return count;
}

void store_add_territory_cases(struct store *store, uint32_t territory, int64_t delta)
{
    const struct store_key key = key_of_number(territory);
    const uint64_t count = store_territory_cases(store, territory) + (uint64_t)delta;
    store_put_record(store, TABLE_TERRITORY, &key, &count, sizeof(count));
}

uint64_t store_pins(struct store *store, uint32_t version)
{
    const struct store_key key = key_of_number(version);
    uint64_t count = 0;
    (void)store_record(store, TABLE_PIN, &key, &count, sizeof(count));
    return count;
}

void store_add_pins(struct store *store, uint32_t version, int64_t delta)
{
    if (version == 0 || delta == 0) {
        return;
    }
    const struct store_key key = key_of_number(version);
    const uint64_t count = store_pins(store, version) + (uint64_t)delta;
    if (count == 0) {
        store_delete_record(store, TABLE_PIN, &key);
    } else {
        store_put_record(store, TABLE_PIN, &key, &count, sizeof(count));
    }
}

uint32_t store_pinned_before(struct store *store, uint32_t version)
{
    const struct store_key key = key_of_number(version);
    struct store_found found;
    return store_previous(store, TABLE_PIN, &key, 0, &found) ? bytes_get_u32(found.key.data) : 0;
}
