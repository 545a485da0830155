/* What a change means: see news.h. */
#include "agents/core/news.h"

#include <assert.h>
#include <string.h>

static const char *const NAMES[NEWS_END] = {
    [NEWS_OFFER] = "offer",
    [NEWS_RECEIPT] = "receipt",
    [NEWS_OUTCOME] = "outcome",
    [NEWS_UPDATE] = "update",
    [NEWS_CASE] = "case",
    [NEWS_TASK] = "task",
    [NEWS_NOTICE] = "notice",
    [NEWS_DISCLOSURE] = "disclosure",
    [NEWS_REFUSED] = "refused",
};

const char *news_name(enum news_kind kind)
{
    assert((unsigned)kind < NEWS_END);
    return NAMES[kind];
}

bool news_find(const char *name, enum news_kind *out)
{
    for (int i = 0; i < NEWS_END; i++) {
        if (strcmp(NAMES[i], name) == 0) {
            *out = (enum news_kind)i;
            return true;
        }
    }
    return false;
}

static void
add(struct news_list *out, enum news_kind kind, uint32_t code, const struct update *update)
{
    assert(out->count < NEWS_MAX);
    out->items[out->count++] = (struct news){.kind = kind, .code = code, .update = update};
}

static bool was_told(const struct referral_view *old, const struct update *update)
{
    for (size_t i = 0; old != NULL && i < old->update_count; i++) {
        const struct update *told = &old->updates[i];
        if (told->kind == update->kind && told->at_us == update->at_us &&
            told->code == update->code && strcmp(told->worker, update->worker) == 0) {
            return true;
        }
    }
    return false;
}

static void referral_news(const struct referral_view *old,
                          const struct referral_view *now,
                          struct news_list *out)
{
    for (uint32_t i = 0; i < RECEIPT_END; i++) {
        bool had = old != NULL && old->receipts_us[i] != 0;
        if (now->receipts_us[i] != 0 && !had) {
            add(out, i == RECEIPT_OUTCOME ? NEWS_OUTCOME : NEWS_RECEIPT, i, NULL);
        }
    }
    for (size_t i = 0; i < now->update_count && i < UPDATES_KEPT; i++) {
        if (!was_told(old, &now->updates[i])) {
            add(out, NEWS_UPDATE, (uint32_t)now->updates[i].kind, &now->updates[i]);
        }
    }
}

static bool is_open_offer(const struct offer_view *offer)
{
    return offer->state == ASSIGNMENT_PROPOSED || offer->state == ASSIGNMENT_OFFERED;
}

static void
case_news(const struct case_view *old, const struct case_view *now, struct news_list *out)
{
    bool same = old != NULL && old->state == now->state && strcmp(old->lead, now->lead) == 0 &&
                old->proposed_outcome == now->proposed_outcome &&
                old->referral_count == now->referral_count;
    if (!same) {
        add(out, NEWS_CASE, (uint32_t)now->state, NULL);
    }
}

static void
task_news(const struct task_view *old, const struct task_view *now, struct news_list *out)
{
    bool same = old != NULL && old->desk == now->desk && old->reason == now->reason &&
                old->since_us == now->since_us;
    if (!same) {
        add(out, NEWS_TASK, (uint32_t)now->reason, NULL);
    }
}

void news_of_change(const struct delivery *old, const struct delivery *now, struct news_list *out)
{
    out->count = 0;
    if (now->gone) {
        return;
    }
    switch (now->kind) {
    case DELIVERY_REFERRAL:
        referral_news(old == NULL ? NULL : &old->view.referral, &now->view.referral, out);
        break;
    case DELIVERY_OFFER:
        if (is_open_offer(&now->view.offer) &&
            (old == NULL || old->view.offer.token != now->view.offer.token)) {
            add(out, NEWS_OFFER, 0, NULL);
        }
        break;
    case DELIVERY_CASE:
        case_news(old == NULL ? NULL : &old->view.case_, &now->view.case_, out);
        break;
    case DELIVERY_TASK:
        task_news(old == NULL ? NULL : &old->view.task, &now->view.task, out);
        break;
    case DELIVERY_NOTICE:
        if (old == NULL) {
            add(out, NEWS_NOTICE, 0, NULL);
        }
        break;
    case DELIVERY_DISCLOSURE:
        add(out, NEWS_DISCLOSURE, 0, NULL);
        break;
    case DELIVERY_ERASURE:
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_END:
        break;
    }
}
