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

/* Sites that have not come since: what this journal knows of them may have been overtaken. */
void fold_copies_supposed(const struct fold *fold)
{
    const struct id128 *referral = &fold->fact->referral;
    const struct shown_record nothing_known = {.shown_us = 0};
    struct shown_record shown;

    for (uint32_t site = 1; site <= store_meta(fold->store)->row_numbers[DIRECTORY_SITE]; site++) {
        if (store_site(fold->store, site).stale &&
            !store_shown(fold->store, referral, site, &shown)) {
            store_put_shown(fold->store, referral, site, &nothing_known);
        }
    }
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
