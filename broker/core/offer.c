/* Answers to offers: delivered, seen, accepted, refused, silent. */
#include "broker/core/offer.h"

#include "broker/core/desk.h"
#include "broker/core/disclosure.h"
#include "broker/core/workforce.h"

#include <string.h>

static bool is_pending(const struct case_record *record)
{
    return record->state == CASE_CURATOR_PENDING && id128_is_none(&record->lead_assignment);
}

/* The worker takes the case. by_itself: nobody pressed a key (duty curators, appointments by hand). */
static void appoint(struct turn *turn, const struct id128 *assignment, bool by_itself)
{
    const struct assignment_record offer = turn_assignment(turn, assignment);
    struct case_record record = turn_case(turn, &offer.case_id);
    if (!id128_is_none(&record.offer) && !id128_equal(&record.offer, assignment)) {
        offer_withdraw(turn, &record.id); /* a late answer came first */
    }
    const struct fact accepted = {.kind = FACT_OFFER_ACCEPTED,
                                  .assignment = *assignment,
                                  .case_id = record.id,
                                  .worker = offer.worker,
                                  .site = offer.site,
                                  .code =
                                      (uint32_t)(record.emergency ? CASE_ACTIVE : CASE_PLANNING),
                                  .flag = by_itself};
    turn_emit(turn, &accepted);
    record = turn_case(turn, &record.id);
    if (record.desk != DESK_UNSPECIFIED) {
        desk_take(turn, &record.id);
    }
    disclosure_to_lead(turn, &record.id);
}

/* Referrals that joined after the offer was delivered reach its curator with the next line about it. */
static void deliver_joined(struct turn *turn, const struct case_record *record)
{
    for (uint32_t i = record->referrals; i > 0; i--) {
        struct id128 id;
        if (!store_case_referral(turn->store, &record->id, i - 1, &id) ||
            turn_referral(turn, &id).receipts_us[RECEIPT_DELIVERED] != 0) {
            return;
        }
        const struct fact delivered = {
            .kind = FACT_REFERRAL_DELIVERED, .referral = id, .case_id = record->id};
        turn_emit(turn, &delivered);
    }
}

void offer_delivered(struct turn *turn, const struct id128 *assignment)
{
    const struct assignment_record offer = turn_assignment(turn, assignment);
    if (offer.state != ASSIGNMENT_PROPOSED && offer.state != ASSIGNMENT_OFFERED) {
        return;
    }
    const struct case_record record = turn_case(turn, &offer.case_id);
    if (offer.state == ASSIGNMENT_OFFERED) {
        deliver_joined(turn, &record);
        return;
    }
    const struct fact delivered = {
        .kind = FACT_OFFER_DELIVERED,
        .assignment = *assignment,
        .case_id = offer.case_id,
        .worker = offer.worker,
        .due_us = turn_due(turn, &record, FACT_NORM_ANSWER, turn->options.now_us)};
    turn_emit(turn, &delivered);
    if (offer.auto_accept) {
        appoint(turn, assignment, true);
    }
}

void offer_expire(struct turn *turn, const struct id128 *assignment)
{
    const struct assignment_record offer = turn_assignment(turn, assignment);
    const struct fact expired = {.kind = FACT_OFFER_EXPIRED,
                                 .assignment = *assignment,
                                 .case_id = offer.case_id,
                                 .worker = offer.worker,
                                 .code = offer.state == ASSIGNMENT_PROPOSED ? 1 : 2,
                                 .due_us = turn->options.now_us - offer.due_us};
    turn_emit(turn, &expired);
    disclosure_end(turn, &offer.case_id, offer.site);
    offer_seek_next(turn, &offer.case_id);
}

/* ---- commands ------------------------------------------------------------------------------------- */

/* Referrals that joined and that the lead has not looked at yet. */
static void see_joined(struct turn *turn, const struct case_record *record, uint32_t worker)
{
    for (uint32_t i = 0; i < record->referrals; i++) {
        struct id128 id;
        if (!store_case_referral(turn->store, &record->id, i, &id)) {
            return;
        }
        const struct referral_record referral = turn_referral(turn, &id);
        const bool unseen = referral.receipts_us[RECEIPT_SEEN] == 0 ||
                            referral.state == REFERRAL_ROUTED ||
                            referral.state == REFERRAL_DELIVERED;
        if (unseen) {
            const struct fact seen = {.kind = FACT_REFERRAL_SEEN,
                                      .referral = id,
                                      .case_id = record->id,
                                      .worker = worker};
            turn_emit(turn, &seen);
        }
    }
}

void offer_see(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct id128 *subject = &hearing->command->subject;
    struct assignment_record offer;
    if (store_assignment(turn->store, subject, &offer)) {
        const bool open = offer.state == ASSIGNMENT_PROPOSED || offer.state == ASSIGNMENT_OFFERED;
        if (open && offer.seen_us == 0 && offer.worker == hearing->speaker.worker) {
            offer_delivered(turn, subject); /* whoever saw it has it */
            const struct fact seen = {.kind = FACT_OFFER_SEEN,
                                      .assignment = *subject,
                                      .case_id = offer.case_id,
                                      .worker = offer.worker};
            turn_emit(turn, &seen);
        }
        turn_stored(hearing, subject, &offer.case_id);
        return;
    }
    struct referral_record referral;
    const bool is_referral = store_referral(turn->store, subject, &referral);
    const struct case_record record = turn_case(turn, is_referral ? &referral.case_id : subject);
    if (!id128_is_none(&record.lead_assignment) && record.lead == hearing->speaker.worker) {
        see_joined(turn, &record, record.lead);
    }
    turn_stored(hearing, subject, &record.id);
}

/* The offer that an answer is about; false: refused already. */
static bool
answerable(struct hearing *hearing, struct assignment_record *offer, struct case_record *record)
{
    struct turn *turn = hearing->turn;
    const struct command *command = hearing->command;
    *offer = turn_assignment(turn, &command->subject);
    *record = turn_case(turn, &offer->case_id);
    if (offer->worker != hearing->speaker.worker) {
        turn_refuse(hearing, REFUSAL_NOT_FOUND, "command.subject", NULL);
        return false;
    }
    const bool open = offer->state == ASSIGNMENT_PROPOSED || offer->state == ASSIGNMENT_OFFERED;
    const bool late = offer->state == ASSIGNMENT_EXPIRED && is_pending(record);
    if (command->token != offer->token || !(open || late)) {
        turn_refuse(hearing, REFUSAL_STALE_HOP, "command.token", NULL);
        return false;
    }
    return true;
}

void offer_accept(struct hearing *hearing)
{
    struct assignment_record offer;
    struct case_record record;
    if (!answerable(hearing, &offer, &record)) {
        return;
    }
    const struct worker_record curator = store_worker(hearing->turn->store, offer.worker);
    if (workforce_absence(hearing->turn, &curator) != CANDIDATE_UNSPECIFIED) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.actor", hearing->command->actor);
        return; /* on leave: somebody else is asked */
    }
    appoint(hearing->turn, &offer.id, false);
    turn_stored(hearing, &record.id, &record.id);
}

void offer_refuse(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    struct assignment_record offer;
    struct case_record record;
    if (!answerable(hearing, &offer, &record)) {
        return;
    }
    if (offer.state == ASSIGNMENT_EXPIRED) {
        turn_refuse(hearing, REFUSAL_STALE_HOP, "command.token", NULL);
        return; /* the next one is asked already */
    }
    const struct fact refused = {.kind = FACT_OFFER_REFUSED,
                                 .assignment = offer.id,
                                 .case_id = record.id,
                                 .worker = offer.worker,
                                 .code = hearing->command->code,
                                 .text = hearing->command->note};
    turn_emit(turn, &refused);
    disclosure_end(turn, &record.id, offer.site);
    offer_seek_next(turn, &record.id);
    turn_stored(hearing, &record.id, &record.id);
}
