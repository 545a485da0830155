/* Re-sealing of sections; see keeper.h. */
#include "broker/keeper.h"

#include "proto/sealing.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

struct keeper {
    struct key32 secret;
    bool locked; /* it is in memory that is not swapped */
    struct key32 public_key;
    struct journal *journal;
    struct arena *scratch; /* the batch that was read last */
    uint64_t number;       /* its number; 0: none */
    struct bytes coded;
};

/* As much as a rebuild has for a batch; only what one needs becomes memory. */
static const size_t scratch_bytes = (size_t)512 << 20;

static bool read_referral(struct keeper *keeper,
                          const struct referral_record *record,
                          struct arena *arena,
                          struct referral *out);

bool keeper_open(struct keeper **out, const char *path, struct journal *journal, struct error *err)
{
    struct keeper *keeper = calloc(1, sizeof(*keeper));
    if (keeper == NULL) {
        return error_set(err, ERROR_OS, "no memory for the keeper");
    }
    keeper->locked = keys_lock(&keeper->secret, sizeof(keeper->secret));
    keeper->scratch = arena_create(scratch_bytes);
    if (keeper->scratch == NULL) {
        keeper_close(&keeper);
        return error_set(err, ERROR_OS, "no memory for the keeper");
    }
    if (!keys_read(path, KEYS_DISCLOSURE_SECRET, &keeper->secret, err)) {
        keeper_close(&keeper);
        return error_prepend(err, "disclosure key");
    }
    keys_public_of(&keeper->secret, &keeper->public_key);
    keeper->public_key.epoch = keeper->secret.epoch;
    keeper->journal = journal;
    *out = keeper;
    return true;
}

void keeper_close(struct keeper **keeper)
{
    if (*keeper == NULL) {
        return;
    }
    keys_unlock(&(*keeper)->secret, sizeof((*keeper)->secret));
    arena_destroy(&(*keeper)->scratch);
    free(*keeper);
    *keeper = NULL;
}

bool keeper_is_locked(const struct keeper *keeper)
{
    return keeper->locked;
}

const struct key32 *keeper_public(const struct keeper *keeper)
{
    return &keeper->public_key;
}

static enum keeper_verdict gone(struct delivery *out)
{
    out->gone = true;
    return KEEPER_GONE;
}

static enum keeper_verdict reseal(struct keeper *keeper,
                                  const struct keeper_request *request,
                                  const struct sealing_permit *permit,
                                  struct arena *arena,
                                  struct delivery *out)
{
    struct referral_record record;
    struct referral referral;

    if (!store_referral(request->store, &request->referral, &record)) {
        return gone(out);
    }
    out->view.disclosure.referral = request->referral;
    out->view.disclosure.case_id = record.case_id;
    if (!read_referral(keeper, &record, arena, &referral)) {
        return KEEPER_FULL;
    }
    return sealing_reseal(&referral,
                          permit,
                          arena,
                          &out->view.disclosure.sections,
                          &out->view.disclosure.section_count)
               ? KEEPER_MADE
               : KEEPER_UNOPENED;
}

enum keeper_verdict keeper_disclose(struct keeper *keeper,
                                    const struct keeper_request *request,
                                    struct arena *arena,
                                    struct delivery *out)
{
    struct view_record view;
    struct journal_key key;

    memset(out, 0, sizeof(*out));
    out->kind = DELIVERY_DISCLOSURE;
    out->entity = request->referral;
    uint8_t site_key[KEYS_BYTES];
    const bool keyed = store_sealing_key(
        request->store, request->directory, request->site, request->now_us, site_key);
    if (!store_view(request->store, request->site, out->kind, &out->entity, &view) || view.gone ||
        (view.mask & request->permitted) == 0 || !keyed ||
        !journal_key(keeper->journal, &request->referral, arena, &key)) {
        return gone(out);
    }
    const struct directory_worker *worker = directory_worker(request->directory, view.worker);
    out->view.disclosure.worker = worker == NULL ? "" : worker->id;
    out->view.disclosure.case_number = "";
    out->view.disclosure.at_us = view.at_us;
    const struct sealing_permit permit = {.sealed_key = key.sealed,
                                          .disclosure_secret = &keeper->secret,
                                          .site_sealing_public = site_key,
                                          .mask = view.mask & request->permitted};
    return reseal(keeper, request, &permit, arena, out);
}

/* A batch is read whole: it is the unit that the journal keeps. */
static bool read_batch(struct keeper *keeper, uint64_t number)
{
    struct error err;

    if (keeper->number == number) {
        return true;
    }
    arena_reset(keeper->scratch);
    keeper->number = 0;
    if (!journal_read(keeper->journal, number, keeper->scratch, &keeper->coded, &err)) {
        return false;
    }
    keeper->number = number;
    return true;
}

static bool read_referral(struct keeper *keeper,
                          const struct referral_record *record,
                          struct arena *arena,
                          struct referral *out)
{
    struct wire_fault fault;
    struct bytes blob;

    return read_batch(keeper, record->batch) &&
           fact_find_blob(keeper->coded, record->entry, record->fact, &blob) &&
           wire_decode_referral(blob, arena, out, &fault);
}
