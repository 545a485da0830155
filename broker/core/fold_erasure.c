/* Folds of erasures. */
#include "broker/core/fold_part.h"

#include <stdio.h>
#include <string.h>

static void put_line(const struct fold *fold, uint32_t site, enum delivery_kind kind, bool gone)
{
    const struct fold_line line = {
        .site = site, .kind = kind, .entity = fold->fact->referral, .gone = gone};
    fold_put_line(fold->store, &line);
}

void fold_referral_erased(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct referral_record referral = fold_referral_by_id(fold->store, &fact->referral);
    struct erasure_record erasure;
    struct shown_record shown;
    uint32_t site = 0;

    referral.erased = true;
    store_put_referral(fold->store, &referral);
    store_forget_keys(fold->store, &fact->referral);
    memset(&erasure, 0, sizeof(erasure));
    erasure.at_us = fact->at_us;
    erasure.site = fold->entry->site;
    erasure.worker = fact->worker;
    (void)snprintf(
        erasure.reason, sizeof(erasure.reason), "%s", fact->text == NULL ? "" : fact->text);
    store_put_erasure(fold->store, &fact->referral, &erasure);
    if (!store_shown(fold->store, &fact->referral, referral.site, &shown)) {
        memset(&shown, 0, sizeof(shown));
        store_put_shown(fold->store, &fact->referral, referral.site, &shown);
    }
    while (store_shown_after(fold->store, &fact->referral, &site, &shown)) {
        put_line(fold, site, DELIVERY_DISCLOSURE, true);
        put_line(fold, site, DELIVERY_ERASURE, false);
    }
}

void fold_erasure_confirmed(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct shown_record shown;

    if (store_shown(fold->store, &fact->referral, fact->site, &shown)) {
        shown.confirmed_us = fact->at_us;
        store_put_shown(fold->store, &fact->referral, fact->site, &shown);
    }
}
