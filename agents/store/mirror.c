/* The mirror: see mirror.h.
 *
 * A record of facts: when 8, for whom, referral 16, then one blob a section in the order of its numbers; then why some are
 * shut 8 and which 8, unless all opened.
 */
#include "agents/store/mirror.h"

#include "agents/store/kept.h"
#include "agents/store/own_referrals.h"
#include "agents/store/record.h"
#include "proto/sealing.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

enum { FACTS_KEY_BYTES = 2 * ID128_BYTES };

static const char *const APPLIED_NAMES[LANE_END] = {"applied.normal", "applied.urgent"};

static struct bytes
key_of(enum delivery_kind kind, const struct id128 *entity, uint8_t key[MIRROR_KEY_BYTES])
{
    key[0] = (uint8_t)kind;
    memcpy(key + 1, entity->bytes, ID128_BYTES);
    return bytes_of(key, MIRROR_KEY_BYTES);
}

static bool decode_delivery(struct bytes frame, struct arena *arena, struct delivery *out)
{
    struct envelope envelope;
    struct wire_fault fault;
    if (!wire_decode(frame, arena, &envelope, &fault) || envelope.kind != BODY_DELIVERY) {
        return false;
    }
    *out = envelope.body.delivery;
    return true;
}

static void put_delivery(struct agent_store *store,
                         enum agent_store_table table,
                         const struct delivery *delivery,
                         struct arena *arena)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_DELIVERY};
    envelope.body.delivery = *delivery;
    if (delivery->kind == DELIVERY_DISCLOSURE && table == AGENT_STORE_VIEWS) {
        envelope.body.delivery.view.disclosure.sections = NULL;
        envelope.body.delivery.view.disclosure.section_count = 0;
    }
    struct bytes frame;
    uint8_t key[MIRROR_KEY_BYTES];
    if (wire_encode(&envelope, arena, &frame)) {
        agent_store_put(store, table, key_of(delivery->kind, &delivery->entity, key), frame, arena);
    }
}

/* ---- facts ----------------------------------------------------------------------------------- */

static struct bytes
facts_key(const struct id128 *case_id, const struct id128 *entity, uint8_t key[FACTS_KEY_BYTES])
{
    memcpy(key, case_id->bytes, ID128_BYTES);
    memcpy(key + ID128_BYTES, entity->bytes, ID128_BYTES);
    return bytes_of(key, FACTS_KEY_BYTES);
}

static bool put_facts(struct agent_store *store,
                      const struct delivery *delivery,
                      const struct facts *facts,
                      const struct shut_sections *shut,
                      struct arena *arena)
{
    const struct disclosure *disclosure = &delivery->view.disclosure;
    struct record_writer writer = record_writer_begin(arena, 2 * LIMIT_SECTIONS_BYTES);
    record_put_number(&writer, (uint64_t)disclosure->at_us);
    record_put_bytes(&writer, bytes_of_text(disclosure->worker));
    record_put_id(&writer, &disclosure->referral);
    for (int section = SECTION_UNSPECIFIED + 1; section < SECTION_END; section++) {
        struct bytes bytes;
        if (!wire_encode_facts(facts, (enum section)section, arena, &bytes)) {
            return false;
        }
        record_put_bytes(&writer, bytes);
    }
    if (shut->reason != SHUT_UNSPECIFIED) {
        record_put_number(&writer, shut->reason);
        record_put_number(&writer, shut->sections);
    }
    uint8_t key[FACTS_KEY_BYTES];
    if (!writer.failed) {
        agent_store_put(store,
                        AGENT_STORE_FACTS,
                        facts_key(&disclosure->case_id, &delivery->entity, key),
                        record_bytes(&writer),
                        arena);
    }
    return !writer.failed;
}

/* What was disclosed of one referral. */
struct dated_facts {
    int64_t at_us;
    bool opened; /* some of it, or there was nothing that is shut */
    struct facts facts;
    struct shut_sections shut;
};

static bool read_facts(struct bytes plain,
                       const struct mirror_reader *who,
                       struct arena *arena,
                       struct dated_facts *out)
{
    struct record_reader reader = record_reader_begin(plain);
    memset(out, 0, sizeof *out);
    out->at_us = (int64_t)record_take_number(&reader);
    struct bytes worker = record_take_bytes(&reader);
    out->shut.referral = record_take_id(&reader);
    if (!who->leads && !bytes_equal(worker, bytes_of_text(who->worker))) {
        return false;
    }
    for (int section = SECTION_UNSPECIFIED + 1; section < SECTION_END; section++) {
        struct bytes bytes = record_take_bytes(&reader);
        if (reader.failed || (bytes.size > 0 && !wire_decode_facts(bytes, arena, &out->facts))) {
            return false;
        }
        out->opened = out->opened || bytes.size > 0;
    }
    if (reader.rest.size > 0) {
        out->shut.reason = (enum shut_reason)record_take_number(&reader);
        out->shut.sections = (uint32_t)record_take_number(&reader);
    }
    out->opened = out->opened || out->shut.reason == SHUT_UNSPECIFIED;
    return !reader.failed;
}

static int newest_first(const void *a, const void *b)
{
    const struct dated_facts *left = a;
    const struct dated_facts *right = b;
    return (left->at_us < right->at_us) - (left->at_us > right->at_us);
}

void mirror_facts(struct agent_store *store,
                  const struct id128 *case_id,
                  const struct mirror_reader *reader,
                  struct arena *arena,
                  struct case_view *out)
{
    static const struct id128 NONE = {{0}};
    struct dated_facts *found = arena_array(arena, MIRROR_FACTS_MAX, sizeof *found);
    out->facts_count = 0;
    out->facts = arena_array(arena, MIRROR_FACTS_MAX, sizeof *out->facts);
    out->shut_count = 0;
    out->shut = arena_array(arena, MIRROR_FACTS_MAX, sizeof *out->shut);
    if (found == NULL || out->facts == NULL || out->shut == NULL) {
        return;
    }
    uint8_t from[FACTS_KEY_BYTES + 1];
    size_t from_bytes = facts_key(case_id, &NONE, from).size;
    size_t count = 0;
    struct agent_store_row row;
    while (count < MIRROR_FACTS_MAX &&
           agent_store_seek(store, AGENT_STORE_FACTS, bytes_of(from, from_bytes), arena, &row) &&
           row.key.size == FACTS_KEY_BYTES &&
           memcmp(row.key.data, case_id->bytes, ID128_BYTES) == 0) {
        struct id128 referral;
        memcpy(referral.bytes, row.key.data + ID128_BYTES, ID128_BYTES);
        count += mirror_may_show(store, case_id, &referral, arena) &&
                 read_facts(row.plain, reader, arena, &found[count]);
        memcpy(from, row.key.data, FACTS_KEY_BYTES);
        from[FACTS_KEY_BYTES] = 0; /* the smallest key after it */
        from_bytes = FACTS_KEY_BYTES + 1;
    }
    qsort(found, count, sizeof *found, newest_first);
    for (size_t i = 0; i < count; i++) {
        if (found[i].opened) {
            out->facts[out->facts_count++] = found[i].facts;
        }
        if (found[i].shut.reason != SHUT_UNSPECIFIED) {
            out->shut[out->shut_count++] = found[i].shut;
        }
    }
}

/* ---- applying -------------------------------------------------------------------------------- */

static void drop(struct agent_store *store, const struct delivery *old, struct arena *arena)
{
    uint8_t key[FACTS_KEY_BYTES];
    struct bytes view = key_of(old->kind, &old->entity, key);
    (void)agent_store_delete(store, AGENT_STORE_VIEWS, view);
    (void)agent_store_delete(store, AGENT_STORE_SEEN, view);
    if (old->kind == DELIVERY_REFERRAL) {
        own_referrals_drop(
            store, &old->entity, arena); /* unless it is on its way to the broker again */
    }
}

/* Not when a right ends: that is for expiry.c. */
static void drop_facts(struct agent_store *store, const struct delivery *old)
{
    uint8_t key[FACTS_KEY_BYTES];
    (void)agent_store_delete(
        store, AGENT_STORE_FACTS, facts_key(&old->view.disclosure.case_id, &old->entity, key));
}

/* Disclosed facts may have stayed behind an ended case: every one is looked at. */
static void erase(struct agent_store *store, const struct id128 *referral)
{
    struct agent_store_key key;
    uint8_t from[FACTS_KEY_BYTES + 1] = {0};
    uint8_t view[MIRROR_KEY_BYTES];
    size_t from_bytes = 1;

    while (agent_store_seek_key(store, AGENT_STORE_FACTS, bytes_of(from, from_bytes), &key) &&
           key.size == FACTS_KEY_BYTES) {
        if (memcmp(key.data + ID128_BYTES, referral->bytes, ID128_BYTES) == 0) {
            (void)agent_store_delete(store, AGENT_STORE_FACTS, bytes_of(key.data, key.size));
            (void)agent_store_delete(store, AGENT_STORE_ENDED, bytes_of(key.data, key.size));
        }
        memcpy(from, key.data, FACTS_KEY_BYTES);
        from_bytes = sizeof from; /* behind it */
    }
    (void)agent_store_delete(store, AGENT_STORE_VIEWS, key_of(DELIVERY_DISCLOSURE, referral, view));
    kept_drop(store, referral);
}

static void
note_own(struct agent_store *store, const struct delivery *delivery, struct arena *arena)
{
    struct bytes key = id128_bytes(&delivery->entity);
    if (delivery->kind == DELIVERY_REFERRAL && !agent_store_has(store, AGENT_STORE_OWN, key)) {
        struct own_referral own = {.id = delivery->entity,
                                   .submitted_us =
                                       delivery->view.referral.receipts_us[RECEIPT_STORED],
                                   .state = OWN_REFERRALS_STORED,
                                   .view = delivery->view.referral};
        own_referrals_put(store, &own, NULL, arena);
    }
}

/* Why all of it is shut. */
static enum shut_reason take_facts(struct agent_store *store,
                                   const struct delivery *delivery,
                                   const struct key32 *sealing,
                                   struct arena *arena)
{
    const struct disclosure *disclosure = &delivery->view.disclosure;
    struct shut_sections shut = {.reason = SHUT_BY_BROKER};
    struct facts facts;
    memset(&facts, 0, sizeof facts);
    const bool opened =
        !disclosure->unopened && sealing_open(disclosure, sealing, arena, &facts, &shut);
    if (!put_facts(store, delivery, &facts, &shut, arena)) {
        return SHUT_DAMAGED;
    }
    return opened ? SHUT_UNSPECIFIED : shut.reason;
}

void mirror_apply(struct agent_store *store,
                  const struct delivery *delivery,
                  const struct key32 *sealing,
                  struct arena *arena,
                  struct mirror_change *change)
{
    memset(change, 0, sizeof *change);
    change->had_old = mirror_get(store, delivery->kind, &delivery->entity, arena, &change->old);
    if (delivery->gone) {
        drop(store, change->had_old ? &change->old : delivery, arena);
        return;
    }
    if (delivery->kind == DELIVERY_DISCLOSURE) {
        if (change->had_old) {
            drop(store, &change->old, arena);
            drop_facts(store, &change->old); /* the case may be another one after a merge */
        }
        change->shut = take_facts(store, delivery, sealing, arena);
    }
    if (delivery->kind == DELIVERY_ERASURE) {
        erase(store, &delivery->entity);
    }
    put_delivery(store, AGENT_STORE_VIEWS, delivery, arena);
    note_own(store, delivery, arena);
}

bool mirror_get(struct agent_store *store,
                enum delivery_kind kind,
                const struct id128 *entity,
                struct arena *arena,
                struct delivery *out)
{
    uint8_t key[MIRROR_KEY_BYTES];
    struct bytes frame;
    return agent_store_get(store, AGENT_STORE_VIEWS, key_of(kind, entity, key), arena, &frame) &&
           decode_delivery(frame, arena, out);
}

static bool next_in(struct agent_store *store,
                    enum agent_store_table table,
                    struct mirror_cursor *cursor,
                    struct arena *arena,
                    struct delivery *out)
{
    uint8_t from[MIRROR_KEY_BYTES + 1];
    struct agent_store_row row;
    for (;;) {
        memcpy(from, cursor->key, MIRROR_KEY_BYTES);
        from[MIRROR_KEY_BYTES] = 0;
        struct arena_mark mark = arena_mark(arena);
        if (!agent_store_seek(store, table, bytes_of(from, sizeof from), arena, &row) ||
            row.key.size != MIRROR_KEY_BYTES) {
            return false;
        }
        memcpy(cursor->key, row.key.data, MIRROR_KEY_BYTES);
        if (decode_delivery(row.plain, arena, out)) {
            return true;
        }
        arena_release(arena, mark);
    }
}

bool mirror_next(struct agent_store *store,
                 struct mirror_cursor *cursor,
                 struct arena *arena,
                 struct delivery *out)
{
    return next_in(store, AGENT_STORE_VIEWS, cursor, arena, out);
}

bool mirror_may_show(struct agent_store *store,
                     const struct id128 *case_id,
                     const struct id128 *referral,
                     struct arena *arena)
{
    const struct arena_mark mark = arena_mark(arena);
    struct delivery found;
    const bool there = mirror_get(store, DELIVERY_DISCLOSURE, referral, arena, &found) &&
                       id128_equal(&found.view.disclosure.case_id, case_id);
    arena_release(arena, mark);
    return there;
}

bool mirror_is_erased(struct agent_store *store, const struct id128 *referral)
{
    uint8_t key[MIRROR_KEY_BYTES];
    return agent_store_has(store, AGENT_STORE_VIEWS, key_of(DELIVERY_ERASURE, referral, key));
}

void mirror_mark_seen(struct agent_store *store,
                      const struct id128 *entity,
                      int64_t now_us,
                      struct arena *arena)
{
    uint8_t value[8];
    bytes_put_u64(value, (uint64_t)now_us);
    for (int kind = DELIVERY_UNSPECIFIED + 1; kind < DELIVERY_END; kind++) {
        uint8_t buffer[MIRROR_KEY_BYTES];
        struct bytes key = key_of((enum delivery_kind)kind, entity, buffer);
        if (agent_store_has(store, AGENT_STORE_VIEWS, key)) {
            agent_store_put(store, AGENT_STORE_SEEN, key, bytes_of(value, sizeof value), arena);
        }
    }
}

bool mirror_is_seen(struct agent_store *store, enum delivery_kind kind, const struct id128 *entity)
{
    uint8_t key[MIRROR_KEY_BYTES];
    return agent_store_has(store, AGENT_STORE_SEEN, key_of(kind, entity, key));
}

uint64_t mirror_applied(struct agent_store *store, enum lane lane)
{
    return agent_store_number(store, APPLIED_NAMES[lane]);
}

void mirror_set_applied(struct agent_store *store, enum lane lane, uint64_t number)
{
    agent_store_set_number(store, APPLIED_NAMES[lane], number);
}

bool mirror_is_complete(struct agent_store *store)
{
    return agent_store_number(store, "complete") != 0;
}

void mirror_set_complete(struct agent_store *store, bool complete)
{
    agent_store_set_number(store, "complete", complete ? 1 : 0);
}

/* ---- resync ---------------------------------------------------------------------------------- */

void mirror_aside_clear(struct agent_store *store)
{
    agent_store_clear(store, AGENT_STORE_ASIDE);
}

void mirror_aside_put(struct agent_store *store,
                      const struct delivery *delivery,
                      struct arena *arena)
{
    put_delivery(store, AGENT_STORE_ASIDE, delivery, arena);
}

bool mirror_aside_next(struct agent_store *store,
                       struct mirror_cursor *cursor,
                       struct arena *arena,
                       struct delivery *out)
{
    return next_in(store, AGENT_STORE_ASIDE, cursor, arena, out);
}

void mirror_drop_missing(struct agent_store *store, struct arena *arena)
{
    struct mirror_cursor cursor = {{0}};
    for (;;) {
        struct arena_mark mark = arena_mark(arena);
        struct delivery old;
        if (!mirror_next(store, &cursor, arena, &old)) {
            return;
        }
        if (!agent_store_has(store, AGENT_STORE_ASIDE, bytes_of(cursor.key, sizeof cursor.key))) {
            drop(store, &old, arena);
        }
        arena_release(arena, mark);
    }
}
