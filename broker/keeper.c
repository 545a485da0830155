/* Re-sealing of sections; see keeper.h. */
#include "broker/keeper.h"

#include "proto/sealing.h"
#include "proto/wire.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct secrets {
    struct key32 present;
    struct key32 old; /* epoch 0: none */
};

struct keeper {
    struct secrets secrets;
    bool locked; /* they are in memory that is not swapped */
    const char *path;
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

/* Beside the present secret, while it is there. A link to the same secret is left by a rotation that broke off early. */
static bool read_old(const char *path, struct secrets *secrets, struct error *err)
{
    char old[PATH_MAX];

    if (snprintf(old, sizeof(old), "%s.old", path) >= (int)sizeof(old)) {
        return error_set(err, ERROR_CONFIG, "the path is too long");
    }
    if (!keys_read(old, KEYS_DISCLOSURE_SECRET, &secrets->old, err)) {
        return err->code == ERROR_NO_INPUT;
    }
    if (secrets->old.epoch > secrets->present.epoch) {
        return error_set(err,
                         ERROR_CONFIG,
                         "%s is of epoch %u, %s of %u",
                         old,
                         (unsigned)secrets->old.epoch,
                         path,
                         (unsigned)secrets->present.epoch);
    }
    if (secrets->old.epoch == secrets->present.epoch) {
        keys_wipe(&secrets->old, sizeof(secrets->old));
    }
    return true;
}

static bool read_secrets(struct keeper *keeper, struct error *err)
{
    struct secrets read = {.old = {.epoch = 0}};

    bool ok = keys_read(keeper->path, KEYS_DISCLOSURE_SECRET, &read.present, err) &&
              read_old(keeper->path, &read, err);
    if (ok && read.present.epoch < keeper->secrets.present.epoch) {
        ok = error_set(err,
                       ERROR_CONFIG,
                       "%s is of epoch %u, which is over",
                       keeper->path,
                       (unsigned)read.present.epoch);
    }
    if (ok) {
        keeper->secrets = read;
        keys_public_of(&read.present, &keeper->public_key);
    }
    keys_wipe(&read, sizeof(read));
    return ok || error_prepend(err, "disclosure key");
}

bool keeper_open(struct keeper **out, const char *path, struct journal *journal, struct error *err)
{
    struct keeper *keeper = calloc(1, sizeof(*keeper));
    if (keeper == NULL) {
        return error_set(err, ERROR_OS, "no memory for the keeper");
    }
    keeper->locked = keys_lock(&keeper->secrets, sizeof(keeper->secrets));
    keeper->path = path;
    keeper->scratch = arena_create(scratch_bytes);
    if (keeper->scratch == NULL) {
        keeper_close(&keeper);
        return error_set(err, ERROR_OS, "no memory for the keeper");
    }
    if (!read_secrets(keeper, err)) {
        keeper_close(&keeper);
        return false;
    }
    keeper->journal = journal;
    *out = keeper;
    return true;
}

void keeper_close(struct keeper **keeper)
{
    if (*keeper == NULL) {
        return;
    }
    keys_unlock(&(*keeper)->secrets, sizeof((*keeper)->secrets));
    arena_destroy(&(*keeper)->scratch);
    free(*keeper);
    *keeper = NULL;
}

bool keeper_is_locked(const struct keeper *keeper)
{
    return keeper->locked;
}

bool keeper_reload(struct keeper *keeper, struct error *err)
{
    return read_secrets(keeper, err);
}

const struct key32 *keeper_public(const struct keeper *keeper)
{
    return &keeper->public_key;
}

uint32_t keeper_old_epoch(const struct keeper *keeper)
{
    return keeper->secrets.old.epoch;
}

/* NULL: none is held. */
static const struct key32 *secret_of(const struct keeper *keeper, uint32_t epoch)
{
    const struct secrets *secrets = &keeper->secrets;

    return epoch == secrets->present.epoch             ? &secrets->present
           : epoch != 0 && epoch == secrets->old.epoch ? &secrets->old
                                                       : NULL;
}

bool keeper_holds(const struct keeper *keeper, uint32_t epoch)
{
    return secret_of(keeper, epoch) != NULL;
}

enum keeper_renewal
keeper_renew(const struct keeper *keeper, struct arena *arena, struct journal_key *key)
{
    const struct key32 *secret = secret_of(keeper, key->epoch);

    if (secret == &keeper->secrets.present) {
        return KEEPER_PRESENT;
    }
    if (secret == NULL ||
        !sealing_renew(key->sealed, secret, &keeper->public_key, arena, &key->sealed)) {
        return KEEPER_SHUT;
    }
    key->epoch = keeper->public_key.epoch;
    return KEEPER_RENEWED;
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
    out->view.disclosure.unopened = permit->disclosure_secret == NULL;
    if (out->view.disclosure.unopened) {
        return KEEPER_UNOPENED;
    }
    if (!read_referral(keeper, &record, arena, &referral)) {
        return KEEPER_FULL;
    }
    out->view.disclosure.unopened = !sealing_reseal(&referral,
                                                    permit,
                                                    arena,
                                                    &out->view.disclosure.sections,
                                                    &out->view.disclosure.section_count);
    return out->view.disclosure.unopened ? KEEPER_UNOPENED : KEEPER_MADE;
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
                                          .disclosure_secret = secret_of(keeper, key.epoch),
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
