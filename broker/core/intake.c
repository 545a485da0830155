/* Intake: a referral arrives, joins the family's open case or opens one, and a curator is sought. */
#include "broker/core/intake.h"

#include "base/utc.h"
#include "broker/core/disclosure.h"
#include "broker/core/family.h"
#include "broker/core/offer.h"
#include "proto/wire.h"

#include <string.h>

/* The same id again: the same body is harmless, another one is refused. */
static bool known_already(struct hearing *hearing)
{
    struct referral_record record;
    const struct referral *referral = hearing->command->referral;
    if (!store_referral(hearing->turn->store, &referral->id, &record)) {
        return false;
    }
    if (memcmp(record.digest, hearing->digest, sizeof(record.digest)) != 0) {
        turn_refuse(hearing, REFUSAL_ID_REUSED, "command.submit.id", NULL);
        return true;
    }
    hearing->reply.repeated = true;
    turn_stored(hearing, &referral->id, &record.case_id);
    return true;
}

static bool take_labels(struct hearing *hearing, struct fact_labels *out)
{
    const struct labels *labels = &hearing->command->referral->labels;
    const uint32_t territory = directory_find(
        hearing->turn->core->region->directory, DIRECTORY_TERRITORY, labels->territory);
    if (territory == 0) {
        turn_refuse(
            hearing, REFUSAL_UNKNOWN_CODE, "command.submit.labels.territory", labels->territory);
        return false;
    }
    memset(out, 0, sizeof(*out));
    out->territory = territory;
    out->risk = labels->risk;
    out->direction = labels->direction;
    out->channel = labels->channel;
    out->basis = labels->basis;
    out->needs = labels->needs;
    out->ages = labels->ages;
    out->flags = labels->flags & ~(UINT32_C(1) << FLAG_POSSIBLE_DUPLICATE);
    out->children = labels->children;
    return true;
}

static void store_referral_fact(struct hearing *hearing,
                                const struct id128 *case_id,
                                const struct fact_labels *labels)
{
    struct turn *turn = hearing->turn;
    struct referral body = *hearing->command->referral;
    const struct turn_key key = {
        .referral = body.id, .sealed_key = body.sealed_key, .epoch = body.disclosure_epoch};
    body.sealed_key = bytes_of(NULL, 0); /* kept beside the chain, so that it can be destroyed */
    struct bytes coded;
    if (!wire_encode_referral(&body, turn->arena, &coded)) {
        turn->failed = true;
        return;
    }
    if (key.sealed_key.size > 0) {
        turn_keep_key(turn, &key);
    }
    const struct fact stored = {.kind = FACT_REFERRAL_STORED,
                                .referral = body.id,
                                .case_id = *case_id,
                                .site = hearing->speaker.site,
                                .worker = hearing->speaker.worker,
                                .labels = labels,
                                .blob = coded};
    turn_emit(turn, &stored);
}

static void
open_case(struct hearing *hearing, const struct family_match *match, struct fact_labels *labels)
{
    struct turn *turn = hearing->turn;
    const struct meta_record *meta = store_meta(turn->store);
    const struct id128 case_id = turn_new_id(turn);
    /* UTC years are enough for a number that people speak; the sequence begins anew with each. */
    const uint32_t year = (uint32_t)utc_to_civil(turn->options.now_us).year;
    if (match->repeated) {
        labels->flags |= UINT32_C(1) << FLAG_REPEAT_WITHIN_12_MONTHS;
    }
    store_referral_fact(hearing, &case_id, labels);
    const struct fact opened = {.kind = FACT_CASE_OPENED,
                                .case_id = case_id,
                                .referral = hearing->command->referral->id,
                                .code = year,
                                .number = (year == meta->year ? meta->year_sequence : 0) + 1,
                                .territory = labels->territory};
    turn_emit(turn, &opened);
    if (!id128_is_none(&match->weak_case)) {
        const struct fact suspected = {
            .kind = FACT_DUPLICATE_SUSPECTED, .case_id = case_id, .other = match->weak_case};
        turn_emit(turn, &suspected);
    }
    const struct offer_wish wish = {
        .anew = true, .continuity = match->continuity, .from_us = turn->options.now_us};
    offer_seek(turn, &case_id, &wish);
    turn_stored(hearing, &hearing->command->referral->id, &case_id);
}

/* To the lead; of an emergency also to whom it is offered. */
static void disclose_joined(struct turn *turn, const struct id128 *case_id)
{
    const struct case_record record = turn_case(turn, case_id);
    if (record.emergency && !id128_is_none(&record.offer)) {
        disclosure_to_worker(turn, case_id, turn_assignment(turn, &record.offer).worker);
    }
    disclosure_to_lead(turn, case_id);
}

static void join_case(struct hearing *hearing,
                      const struct family_match *match,
                      const struct fact_labels *labels)
{
    struct turn *turn = hearing->turn;
    const struct case_record record = turn_case(turn, &match->open_case);
    const struct fact_labels joined = family_joined_labels(&record.labels, labels);
    store_referral_fact(hearing, &record.id, labels);
    const struct fact fact = {.kind = FACT_REFERRAL_JOINED,
                              .case_id = record.id,
                              .referral = hearing->command->referral->id,
                              .labels = &joined,
                              .code = STRENGTH_STRONG,
                              .flag = true};
    turn_emit(turn, &fact);
    const struct fact due = {
        .kind = FACT_REFERRAL_DUE,
        .referral = hearing->command->referral->id,
        .due_us = turn_due(turn, &record, FACT_NORM_DELIVER, turn->options.now_us),
        .due_2_us = turn_due(turn, &record, FACT_NORM_SEE, turn->options.now_us)};
    turn_emit(turn, &due);
    if (!id128_is_none(&match->second_case)) {
        const struct case_record second = turn_case(turn, &match->second_case);
        if (id128_is_none(&second.possible_duplicate)) {
            const struct fact suspected = {
                .kind = FACT_DUPLICATE_SUSPECTED, .case_id = second.id, .other = record.id};
            turn_emit(turn, &suspected);
        }
    }
    if (joined.risk == RISK_CRITICAL && !record.emergency) {
        offer_raise(turn, &record.id);
    } else {
        offer_reconsider(turn, &record.id);
    }
    disclose_joined(turn, &record.id);
    turn_stored(hearing, &hearing->command->referral->id, &record.id);
}

bool intake_came_before(struct hearing *hearing)
{
    const struct referral *referral = hearing->command->referral;
    struct referral_record record;
    return referral != NULL && store_referral(hearing->turn->store, &referral->id, &record) &&
           record.site == hearing->speaker.site &&
           memcmp(record.digest, hearing->digest, sizeof(record.digest)) == 0 &&
           known_already(hearing);
}

void intake_submit(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct referral *referral = hearing->command->referral;
    struct fact_labels labels;
    struct family_match match;
    if (known_already(hearing)) {
        return;
    }
    if (turn->options.disk_low) {
        turn_refuse(hearing, REFUSAL_DISK_LOW, "", NULL);
        return;
    }
    if (referral->purpose != PURPOSE_CASE) {
        turn_refuse(hearing, REFUSAL_BAD_FIELD, "command.submit.purpose", "service");
        return;
    }
    if (!take_labels(hearing, &labels)) {
        return;
    }
    family_match(turn, referral, &match);
    if (id128_is_none(&match.open_case)) {
        open_case(hearing, &match, &labels);
    } else {
        join_case(hearing, &match, &labels);
    }
}
