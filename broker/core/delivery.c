/* Delivery: what a site's acknowledgement decides, lanes that begin anew, sites that are away. */
#include "broker/core/erasure.h"
#include "broker/core/offer.h"
#include "broker/core/turn_part.h"

#include <assert.h>

static void emit_alone(struct turn *turn, uint32_t site, const struct fact *fact)
{
    const struct entry head = {.cause = ENTRY_EXCHANGE, .site = site};
    turn_open_entry(turn, &head);
    turn_emit(turn, fact);
    (void)turn_close_entry(turn);
}

void turn_start_lane(struct turn *turn,
                     uint32_t site,
                     enum lane lane,
                     struct id128 incarnation,
                     uint64_t number)
{
    assert(number > 0);
    const struct fact started = {.kind = FACT_LANE_STARTED,
                                 .site = site,
                                 .code = lane,
                                 .other = incarnation,
                                 .number = number};
    emit_alone(turn, site, &started);
}

/* A joined referral is delivered when the lead's site holds what was disclosed of it. */
static void disclosure_delivered(struct turn *turn, uint32_t site, const struct id128 *referral)
{
    struct referral_record record;
    if (!store_referral(turn->store, referral, &record) ||
        record.receipts_us[RECEIPT_DELIVERED] != 0) {
        return;
    }
    const struct case_record of = turn_case(turn, &record.case_id);
    if (id128_is_none(&of.lead_assignment)) {
        return;
    }
    const struct fact delivered = {.kind = FACT_REFERRAL_DELIVERED,
                                   .referral = *referral,
                                   .case_id = record.case_id,
                                   .site = site};
    turn_emit(turn, &delivered);
}

/* What becomes true because the site now holds everything after one line and up to another. At most a window of lines, or a whole
 * outbox after a resync. */
static void
decide_delivered(struct turn *turn, uint32_t site, enum lane lane, uint64_t after, uint64_t up_to)
{
    struct line_record line = {.number = after};
    while (line.number < up_to && store_line_after(turn->store, site, lane, line.number, &line) &&
           line.number <= up_to) {
        struct view_record view;
        const bool shown = store_view(turn->store, site, line.kind, &line.entity, &view);
        assert(shown || store_failed(turn->store) != NULL);
        if (view.gone) {
            continue;
        }
        if (line.kind == DELIVERY_OFFER) {
            offer_delivered(turn, &line.entity);
        } else if (line.kind == DELIVERY_DISCLOSURE) {
            disclosure_delivered(turn, site, &line.entity);
        } else if (line.kind == DELIVERY_ERASURE) {
            erasure_delivered(turn, site, &line.entity);
        }
    }
}

void turn_acknowledge(struct turn *turn, uint32_t site, enum lane lane, uint64_t number)
{
    const struct site_record record = store_site(turn->store, site);
    if (number <= record.acknowledged[lane] || number > record.lines[lane]) {
        return;
    }
    const struct entry head = {.cause = ENTRY_EXCHANGE, .site = site};
    turn_open_entry(turn, &head);
    if (turn->failed) {
        return;
    }
    const struct fact acknowledged = {
        .kind = FACT_LANE_ACKNOWLEDGED, .site = site, .code = lane, .number = number};
    decide_delivered(turn, site, lane, record.acknowledged[lane], number);
    turn_emit(turn, &acknowledged);
    (void)turn_close_entry(turn);
}

void turn_returned(struct turn *turn, uint32_t site)
{
    if (store_site(turn->store, site).away) {
        const struct fact returned = {.kind = FACT_SITE_RETURNED, .site = site};
        emit_alone(turn, site, &returned);
    }
}

/* After a resync the site holds all it may see, but for lines put after the pages were made. */
static void decide_resynced(struct turn *turn, uint32_t site, const uint64_t lines[LANE_END])
{
    enum delivery_kind kind = DELIVERY_UNSPECIFIED;
    struct id128 entity = {{0}};
    struct view_record view;
    while (store_view_after(turn->store, site, &kind, &entity, &view)) {
        if (view.gone || view.number > lines[view.lane]) {
            continue;
        }
        if (kind == DELIVERY_OFFER) {
            offer_delivered(turn, &entity);
        } else if (kind == DELIVERY_DISCLOSURE) {
            disclosure_delivered(turn, site, &entity);
        } else if (kind == DELIVERY_ERASURE) {
            erasure_delivered(turn, site, &entity);
        }
    }
}

void turn_resynced(struct turn *turn, uint32_t site, const uint64_t lines[LANE_END])
{
    const struct entry head = {.cause = ENTRY_EXCHANGE, .site = site};
    turn_open_entry(turn, &head);
    if (turn->failed) {
        return;
    }
    decide_resynced(turn, site, lines);
    for (uint32_t lane = LANE_NORMAL; lane < LANE_END; lane++) {
        const struct fact resynced = {
            .kind = FACT_SITE_RESYNCED, .site = site, .code = lane, .number = lines[lane]};
        turn_emit(turn, &resynced);
    }
    (void)turn_close_entry(turn);
}

void turn_mark_away(struct turn *turn, uint32_t site)
{
    const struct site_record record = store_site(turn->store, site);
    if (!record.away && record.waiting > LIMIT_OUTBOX_LINES) {
        const struct fact away = {.kind = FACT_SITE_AWAY, .site = site};
        emit_alone(turn, site, &away);
    }
}
