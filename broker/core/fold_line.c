/* Lines for outboxes, and the records that every fold uses. */
#include "broker/core/fold_part.h"

#include <assert.h>
#include <string.h>

static void drop_pending(struct store *store,
                         struct site_record *site,
                         const struct fold_line *line,
                         const struct view_record *view)
{
    store_delete_line(store, line->site, view->lane, view->number);
    assert(site->waiting > 0);
    site->waiting--;
}

void fold_put_line(struct store *store, const struct fold_line *line)
{
    assert(line->site != 0);
    struct view_record view;
    memset(&view, 0, sizeof(view));
    const bool known = store_view(store, line->site, line->kind, &line->entity, &view);
    if (!known && line->gone) {
        return; /* it never saw it */
    }
    struct site_record site = store_site(store, line->site);
    if (view.number != 0) {
        drop_pending(store, &site, line, &view);
    }
    view.gone = line->gone;
    if (site.away) {
        view.number = 0;
        if (line->gone) {
            store_delete_view(store, line->site, line->kind, &line->entity);
        } else {
            store_put_view(store, line->site, line->kind, &line->entity, &view);
        }
        store_put_site(store, line->site, &site);
        return;
    }
    view.lane = line->urgent ? LANE_URGENT : LANE_NORMAL;
    view.number = ++site.lines[view.lane];
    site.waiting++;
    if (site.waiting > LIMIT_OUTBOX_LINES) {
        store_meta(store)->overfull_site = line->site;
    }
    struct line_record record;
    memset(&record, 0, sizeof(record));
    record.number = view.number;
    record.kind = line->kind;
    record.entity = line->entity;
    store_put_line(store, line->site, view.lane, &record);
    store_put_view(store, line->site, line->kind, &line->entity, &view);
    store_put_site(store, line->site, &site);
}

void fold_tell_author(struct store *store,
                      const struct case_record *record,
                      const struct referral_record *referral)
{
    const struct fold_line line = {.site = referral->site,
                                   .kind = DELIVERY_REFERRAL,
                                   .entity = referral->id,
                                   .urgent = record->emergency};
    fold_put_line(store, &line);
}

void fold_tell_authors(struct store *store, const struct case_record *record)
{
    for (uint32_t i = 0; i < record->referrals; i++) {
        struct id128 id;
        const bool found = store_case_referral(store, &record->id, i, &id);
        assert(found);
        const struct referral_record referral = fold_referral_by_id(store, &id);
        fold_tell_author(store, record, &referral);
    }
}

void fold_tell_case(struct store *store, const struct case_record *record)
{
    struct fold_line line = {.entity = record->id, .urgent = record->emergency};
    if (!id128_is_none(&record->offer)) {
        const struct assignment_record offer = fold_assignment_by_id(store, &record->offer);
        line.site = offer.site;
        line.kind = DELIVERY_OFFER;
        line.entity = record->offer;
        fold_put_line(store, &line);
        line.entity = record->id;
    }
    if (!id128_is_none(&record->lead_assignment)) {
        const struct assignment_record lead =
            fold_assignment_by_id(store, &record->lead_assignment);
        line.site = lead.site;
        line.kind = DELIVERY_CASE;
        fold_put_line(store, &line);
    }
    if (record->desk == DESK_UNSPECIFIED) {
        return;
    }
    const size_t most = sizeof(record->desk_sites) / sizeof(record->desk_sites[0]);
    for (size_t i = 0; i < most && record->desk_sites[i] != 0; i++) {
        line.site = record->desk_sites[i];
        line.kind = DELIVERY_TASK;
        fold_put_line(store, &line);
        line.kind = DELIVERY_CASE;
        fold_put_line(store, &line);
    }
}

struct case_record fold_case_of(const struct fold *fold)
{
    return fold_case_by_id(fold->store, &fold->fact->case_id);
}

struct case_record fold_case_by_id(struct store *store, const struct id128 *id)
{
    struct case_record record;
    memset(&record, 0, sizeof(record));
    const bool found = store_case(store, id, &record);
    assert(found || store_failed(store) != NULL);
    return record;
}

struct referral_record fold_referral_by_id(struct store *store, const struct id128 *id)
{
    struct referral_record record;
    memset(&record, 0, sizeof(record));
    const bool found = store_referral(store, id, &record);
    assert(found || store_failed(store) != NULL);
    return record;
}

struct assignment_record fold_assignment_by_id(struct store *store, const struct id128 *id)
{
    struct assignment_record record;
    memset(&record, 0, sizeof(record));
    const bool found = store_assignment(store, id, &record);
    assert(found || store_failed(store) != NULL);
    return record;
}

void fold_each_referral(const struct fold *fold,
                        const struct case_record *record,
                        fold_referral_change *change)
{
    for (uint32_t i = 0; i < record->referrals; i++) {
        struct id128 id;
        const bool found = store_case_referral(fold->store, &record->id, i, &id);
        assert(found || store_failed(fold->store) != NULL);
        struct referral_record referral = fold_referral_by_id(fold->store, &id);
        change(fold, record, &referral);
        store_put_referral(fold->store, &referral);
    }
}

void fold_add_update(struct referral_record *referral,
                     enum update_kind kind,
                     int64_t at_us,
                     uint32_t code,
                     uint32_t worker)
{
    if (referral->update_count == UPDATES_KEPT) {
        memmove(&referral->updates[0],
                &referral->updates[1],
                sizeof(referral->updates[0]) * (UPDATES_KEPT - 1));
        referral->update_count--;
    }
    const uint32_t at = referral->update_count++;
    referral->updates[at].kind = kind;
    referral->updates[at].at_us = at_us;
    referral->updates[at].code = code;
    referral->updates[at].worker = worker;
}

void fold_give_receipt(struct referral_record *referral, enum receipt receipt, int64_t at_us)
{
    if (referral->receipts_us[receipt] == 0) {
        referral->receipts_us[receipt] = at_us;
    }
}

void fold_move_timer(struct store *store,
                     enum timer_kind kind,
                     const struct id128 *entity,
                     int64_t old_us,
                     int64_t new_us)
{
    struct timer_record timer = {.due_us = old_us, .kind = kind, .entity = *entity};
    if (old_us != 0) {
        store_delete_timer(store, &timer);
    }
    timer.due_us = new_us;
    if (new_us != 0) {
        store_put_timer(store, &timer);
    }
}

void fold_move_wait(struct store *store,
                    const struct fold_wait *wait,
                    int64_t old_us,
                    int64_t new_us)
{
    fold_move_timer(store, wait->kind, &wait->entity, old_us, new_us);
    store_add_pins(store, wait->version, (new_us != 0) - (old_us != 0));
}
