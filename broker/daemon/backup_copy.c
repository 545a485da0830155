/* Copying a journal page by page; see backup_copy.h. */
#include "broker/daemon/backup_copy.h"

#include "base/utc.h"

#include <inttypes.h>
#include <string.h>

/* What one page brings; lives in the arena. */
struct load {
    struct bytes *batches;
    size_t batch_count;
    struct id128 *stored; /* referrals that came in these batches */
    size_t stored_count;
    struct id128 *erased;
    size_t erased_count;
    size_t referrals_max;
};

static bool out_of_memory(struct error *err)
{
    return error_set(err, ERROR_OS, "no memory for a page of the journal");
}

/* A map is doubled long before it is full, as a transaction copies what it changes. */
static bool add(struct backup_copy *copy, const struct journal_page *page, struct error *err)
{
    const struct kv_space space = journal_space(copy->to);

    return (space.used_bytes <= space.map_bytes / 3 || journal_grow(copy->to, err)) &&
           journal_add(copy->to, page, err);
}

/* ---- batches ------------------------------------------------------------------------------------- */

/* A batch that is larger than a page, piece by piece. */
static bool join_pieces(struct backup_copy *copy,
                        const struct backup_page_batch *first,
                        struct bytes *out,
                        struct error *err)
{
    uint8_t *whole = arena_alloc(copy->arena, first->size);
    size_t have = first->piece.size;

    if (whole == NULL) {
        return out_of_memory(err);
    }
    memcpy(whole, first->piece.data, have);
    while (have < first->size) {
        const struct arena_mark mark = arena_mark(copy->arena);
        const struct backup_page_request request = {
            .kind = BACKUP_PAGE_BATCHES, .number = first->number, .offset = (uint32_t)have};
        struct backup_page page;
        if (!backup_source_ask(copy->from, &request, copy->arena, &page, err)) {
            return false;
        }
        const struct backup_page_batch *next = page.batches;
        if (page.batch_count == 0 || next->number != first->number || next->size != first->size ||
            next->offset != have) {
            return error_set(err, ERROR_PROTOCOL, "batch %" PRIu64 " comes apart", first->number);
        }
        memcpy(whole + have, next->piece.data, next->piece.size);
        have += next->piece.size;
        arena_release(copy->arena, mark);
    }
    *out = bytes_of(whole, first->size);
    return true;
}

static bool note_referral(struct load *load, const struct fact *fact, struct arena *arena)
{
    if (load->stored_count + load->erased_count >= load->referrals_max) {
        const size_t more = load->referrals_max == 0 ? 256 : load->referrals_max * 2;
        struct id128 *stored = arena_array(arena, more, sizeof(*stored));
        struct id128 *erased = arena_array(arena, more, sizeof(*erased));
        if (stored == NULL || erased == NULL) {
            return false;
        }
        if (load->referrals_max > 0) {
            memcpy(stored, load->stored, load->stored_count * sizeof(*stored));
            memcpy(erased, load->erased, load->erased_count * sizeof(*erased));
        }
        load->stored = stored;
        load->erased = erased;
        load->referrals_max = more;
    }
    if (fact->kind == FACT_REFERRAL_STORED) {
        load->stored[load->stored_count++] = fact->referral;
    } else {
        load->erased[load->erased_count++] = fact->referral;
    }
    return true;
}

static bool note_referrals(struct load *load, const struct batch *batch, struct arena *arena)
{
    for (size_t i = 0; i < batch->entry_count; i++) {
        for (size_t j = 0; j < batch->entries[i].fact_count; j++) {
            const struct fact *fact = &batch->entries[i].facts[j];
            if ((fact->kind == FACT_REFERRAL_STORED || fact->kind == FACT_REFERRAL_ERASED) &&
                !note_referral(load, fact, arena)) {
                return false;
            }
        }
    }
    return true;
}

/* The batch follows *end, which moves on to it. */
static bool take_batch(struct backup_copy *copy,
                       struct bytes coded,
                       struct journal_end *end,
                       struct load *load,
                       struct error *err)
{
    struct batch batch;

    if (!fact_decode_batch(coded, copy->arena, &batch)) {
        return error_set(err, ERROR_DATA, "batch %" PRIu64 " cannot be read", end->number + 1);
    }
    if (batch.number != end->number + 1 ||
        memcmp(batch.previous, end->hash, FACT_HASH_BYTES) != 0) {
        return error_set(err,
                         ERROR_DATA,
                         "batch %" PRIu64 " does not follow the one before it",
                         end->number + 1);
    }
    if (!note_referrals(load, &batch, copy->arena)) {
        return out_of_memory(err);
    }
    end->number = batch.number;
    fact_hash(coded, end->hash);
    load->batches[load->batch_count++] = coded;
    copy->last_us = batch.time_us;
    copy->batches++;
    copy->bytes += coded.size;
    return true;
}

static bool load_batches(struct backup_copy *copy, struct load *load, struct error *err)
{
    struct journal_end end = journal_end(copy->to);
    const struct backup_page_request request = {.kind = BACKUP_PAGE_BATCHES,
                                                .number = end.number + 1};
    struct backup_page page;

    if (!backup_source_ask(copy->from, &request, copy->arena, &page, err)) {
        return false;
    }
    load->batches = arena_array(copy->arena, page.batch_count + 1, sizeof(*load->batches));
    if (load->batches == NULL) {
        return out_of_memory(err);
    }
    if (page.batch_count == 0) {
        return error_set(err, ERROR_PROTOCOL, "batch %" PRIu64 " did not come", end.number + 1);
    }
    for (size_t i = 0; i < page.batch_count; i++) {
        const struct backup_page_batch *batch = &page.batches[i];
        struct bytes coded = batch->piece;
        if ((batch->piece.size < batch->size && !join_pieces(copy, batch, &coded, err)) ||
            !take_batch(copy, coded, &end, load, err)) {
            return false;
        }
    }
    return true;
}

/* Those of a page's referrals that still have keys. */
static bool load_keys(struct backup_copy *copy,
                      const struct load *load,
                      struct journal_page *out,
                      struct error *err)
{
    struct journal_key *keys = arena_array(copy->arena, load->stored_count + 1, sizeof(*keys));
    size_t count = 0;

    if (keys == NULL) {
        return out_of_memory(err);
    }
    for (size_t at = 0; at < load->stored_count; at += BACKUP_PAGE_KEYS_MAX) {
        const size_t rest = load->stored_count - at;
        const struct backup_page_request request = {
            .kind = BACKUP_PAGE_KEYS_OF,
            .referrals = load->stored + at,
            .referral_count = rest < BACKUP_PAGE_KEYS_MAX ? rest : BACKUP_PAGE_KEYS_MAX};
        struct backup_page page;
        if (!backup_source_ask(copy->from, &request, copy->arena, &page, err)) {
            return false;
        }
        if (page.key_count > request.referral_count) {
            return error_set(err, ERROR_PROTOCOL, "more keys came than were asked for");
        }
        memcpy(keys + count, page.keys, page.key_count * sizeof(*keys));
        count += page.key_count;
    }
    out->keys = keys;
    out->key_count = count;
    copy->keys += count;
    return true;
}

static bool copy_page(struct backup_copy *copy, struct error *err)
{
    struct load load = {.batch_count = 0};
    struct journal_page page = {.batch_count = 0};

    arena_reset(copy->arena);
    if (!load_batches(copy, &load, err) || !load_keys(copy, &load, &page, err)) {
        return false;
    }
    page.batches = load.batches;
    page.batch_count = load.batch_count;
    page.erased = load.erased;
    page.erased_count = load.erased_count;
    return add(copy, &page, err);
}

/* ---- keys sealed anew ---------------------------------------------------------------------------- */

static bool copy_all_keys(struct backup_copy *copy, uint64_t generation, struct error *err)
{
    struct id128 last = {{0}};
    bool more = true;

    while (more) {
        const struct backup_page_request request = {
            .kind = BACKUP_PAGE_KEYS_AFTER, .referrals = &last, .referral_count = 1};
        struct backup_page page;
        arena_reset(copy->arena);
        if (!backup_source_ask(copy->from, &request, copy->arena, &page, err)) {
            return false;
        }
        more = page.key_count > 0;
        const struct journal_page keys = {
            .keys = page.keys, .key_count = page.key_count, .generation = more ? 0 : generation};
        if (!add(copy, &keys, err)) {
            return false;
        }
        copy->keys += page.key_count;
        last = more ? page.keys[page.key_count - 1].referral : last;
    }
    return true;
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static bool ask_end(struct backup_copy *copy, struct backup_page *out, struct error *err)
{
    const struct backup_page_request request = {.kind = BACKUP_PAGE_END};

    arena_reset(copy->arena);
    return backup_source_ask(copy->from, &request, copy->arena, out, err);
}

/* The last batch of the copy stands in the journal as it is. */
static bool
is_beginning(struct backup_copy *copy, const struct backup_page *source, struct error *err)
{
    const struct journal_end have = journal_end(copy->to);
    const struct backup_page_request request = {.kind = BACKUP_PAGE_BATCHES, .number = have.number};
    struct backup_page page;
    struct bytes coded;
    uint8_t hash[FACT_HASH_BYTES];

    if (have.number == 0) {
        return true;
    }
    bool same = have.number <= source->end.number;
    if (same) {
        if (!backup_source_ask(copy->from, &request, copy->arena, &page, err)) {
            return false;
        }
        if (page.batch_count == 0) {
            return error_set(err, ERROR_PROTOCOL, "batch %" PRIu64 " did not come", have.number);
        }
        if (!join_pieces(copy, &page.batches[0], &coded, err)) {
            return false;
        }
        fact_hash(coded, hash);
        same = memcmp(hash, have.hash, sizeof(hash)) == 0;
    }
    return same || error_set(err,
                             ERROR_DATA,
                             "what is there is a copy of another journal (it ends at batch %" PRIu64
                             "); keep it, and take a new folder",
                             have.number);
}

bool backup_copy_run(struct backup_copy *copy, struct error *err)
{
    struct backup_page source;
    int64_t told_us = clock_boot_us(copy->clock);

    if (!ask_end(copy, &source, err) || !is_beginning(copy, &source, err)) {
        return false;
    }
    while (journal_end(copy->to).number < source.end.number) {
        if (!copy_page(copy, err)) {
            return false;
        }
        const int64_t boot_us = clock_boot_us(copy->clock);
        if (boot_us - told_us > 2 * UTC_SECOND_US) {
            told_us = boot_us;
            LOG_INFO(copy->log,
                     "copying",
                     LOG_NUMBER("batch", journal_end(copy->to).number),
                     LOG_NUMBER("of", source.end.number));
        }
    }
    return source.generation == journal_generation(copy->to) ||
           copy_all_keys(copy, source.generation, err);
}
