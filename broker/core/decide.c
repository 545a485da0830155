/* The table of commands. */
#include "broker/core/decide.h"

#include "broker/core/assent.h"
#include "broker/core/casebook.h"
#include "broker/core/desk.h"
#include "broker/core/erasure.h"
#include "broker/core/family.h"
#include "broker/core/intake.h"
#include "broker/core/leave.h"
#include "broker/core/offer.h"
#include "broker/core/permission.h"
#include "broker/core/plans.h"
#include "broker/core/proposals.h"
#include "broker/core/site_keys.h"
#include "broker/core/workforce.h"

#include <string.h>

/* What a command's subject is, so that the case it concerns is found in one place. */
enum subject { SUBJECT_NONE, SUBJECT_OFFER, SUBJECT_CASE, SUBJECT_ANY, SUBJECT_WORKER };

struct decide_row {
    decide_function *decide;
    enum subject subject;
};

static void accept_clock(struct hearing *hearing);

static const struct decide_row decide_rows[COMMAND_END] = {
    [COMMAND_SUBMIT] = {intake_submit, SUBJECT_NONE},
    [COMMAND_SEE] = {offer_see, SUBJECT_ANY},
    [COMMAND_ACCEPT] = {offer_accept, SUBJECT_OFFER},
    [COMMAND_REFUSE] = {offer_refuse, SUBJECT_OFFER},
    [COMMAND_PROPOSE_OUTCOME] = {casebook_propose_outcome, SUBJECT_CASE},
    [COMMAND_APPROVE_OUTCOME] = {casebook_approve_outcome, SUBJECT_CASE},
    [COMMAND_REJECT_OUTCOME] = {casebook_reject_outcome, SUBJECT_CASE},
    [COMMAND_ASSIGN] = {desk_assign, SUBJECT_CASE},
    [COMMAND_CONFIRM_DUPLICATE] = {family_confirm_duplicate, SUBJECT_CASE},
    [COMMAND_REJECT_DUPLICATE] = {family_reject_duplicate, SUBJECT_CASE},
    [COMMAND_ACCEPT_CLOCK] = {accept_clock, SUBJECT_NONE},
    [COMMAND_POLICY_PART] = {proposals_take_part, SUBJECT_NONE},
    [COMMAND_POLICY_APPLY] = {proposals_apply, SUBJECT_NONE},
    [COMMAND_POLICY_ROLLBACK] = {proposals_roll_back, SUBJECT_NONE},
    [COMMAND_POLICY_WITHDRAW] = {plans_withdraw, SUBJECT_NONE},
    [COMMAND_ERASE] = {erasure_erase, SUBJECT_NONE},
    [COMMAND_POLICY_PROMOTE] = {plans_promote, SUBJECT_NONE},
    [COMMAND_SITE_REVOKE] = {site_keys_revoke, SUBJECT_NONE},
    [COMMAND_SITE_ROTATE] = {site_keys_rotate, SUBJECT_NONE},
    [COMMAND_POLICY_SIGN] = {assent_sign, SUBJECT_NONE},
    [COMMAND_LEAVE] = {leave_set, SUBJECT_WORKER},
    [COMMAND_END_LEAVE] = {leave_end, SUBJECT_WORKER},
    [COMMAND_SET_CAPACITY] = {workforce_set_capacity, SUBJECT_WORKER},
    [COMMAND_DISMISS] = {workforce_order_dismissal, SUBJECT_WORKER},
};

static bool identify(struct hearing *hearing)
{
    const struct directory *directory = hearing->turn->core->region->directory;
    const char *actor = hearing->command->actor == NULL ? "" : hearing->command->actor;
    const uint32_t number = directory_find(directory, DIRECTORY_WORKER, actor);
    const struct directory_worker *row = number == 0 ? NULL : directory_worker(directory, number);
    if (row == NULL || row->site != hearing->speaker.site ||
        store_worker(hearing->turn->store, number).dismissed) {
        turn_refuse(hearing, REFUSAL_UNKNOWN_WORKER, "command.actor", actor);
        return false;
    }
    hearing->speaker.worker = number;
    hearing->speaker.row = row;
    turn_entry(hearing->turn)->worker = number;
    return true;
}

static bool find_case(struct hearing *hearing, enum subject subject, struct case_record *record)
{
    struct store *store = hearing->turn->store;
    const struct id128 *id = &hearing->command->subject;
    struct assignment_record offer;
    struct referral_record referral;
    if (subject != SUBJECT_CASE && store_assignment(store, id, &offer)) {
        return store_case(store, &offer.case_id, record);
    }
    if (subject == SUBJECT_ANY && store_referral(store, id, &referral)) {
        return store_case(store, &referral.case_id, record);
    }
    return subject != SUBJECT_OFFER && store_case(store, id, record);
}

/* Whoever once had the offer hears that it is over; for everybody else it does not exist. */
static void refuse_hidden(struct hearing *hearing, enum subject subject)
{
    struct assignment_record offer;
    const bool had = subject == SUBJECT_OFFER &&
                     store_assignment(hearing->turn->store, &hearing->command->subject, &offer) &&
                     offer.worker == hearing->speaker.worker;
    turn_refuse(hearing,
                had ? REFUSAL_STALE_HOP : REFUSAL_NOT_FOUND,
                had ? "command.token" : "command.subject",
                NULL);
}

void decide_command(struct hearing *hearing)
{
    const struct command *command = hearing->command;
    struct turn *turn = hearing->turn;
    const bool known = command->kind > COMMAND_UNSPECIFIED && command->kind < COMMAND_END &&
                       decide_rows[command->kind].decide != NULL;
    if (!known) {
        const bool open = command->kind == COMMAND_FORM;
        turn_refuse(
            hearing, open ? REFUSAL_OPEN_FACTS : REFUSAL_UNKNOWN_KIND, "command.body", NULL);
        return;
    }
    if (turn->core->region == NULL) {
        turn_refuse(hearing, REFUSAL_BUSY, "", NULL);
        return;
    }
    if (command->kind == COMMAND_SUBMIT && intake_came_before(hearing)) {
        return;
    }
    if (!identify(hearing) || !checks_command(command, turn->options.now_us, hearing->problems)) {
        return;
    }
    const struct decide_row *row = &decide_rows[command->kind];
    struct case_record record;
    memset(&record, 0, sizeof(record));
    const bool concerns_case = row->subject != SUBJECT_NONE && row->subject != SUBJECT_WORKER;
    const uint32_t about =
        row->subject == SUBJECT_WORKER
            ? directory_find(turn->core->region->directory, DIRECTORY_WORKER, command->worker)
            : 0;
    if (concerns_case && !find_case(hearing, row->subject, &record)) {
        turn_refuse(hearing, REFUSAL_NOT_FOUND, "command.subject", NULL);
        return;
    }
    const struct permission_subject of = {.record = concerns_case ? &record : NULL,
                                          .worker = about};
    switch (permission_command(turn->core, hearing->speaker.worker, command->kind, &of)) {
    case PERMISSION_GRANTED:
        row->decide(hearing);
        return;
    case PERMISSION_DENIED:
        turn_refuse(hearing, REFUSAL_NOT_ALLOWED, "command.actor", NULL);
        return;
    case PERMISSION_HIDDEN:
        refuse_hidden(hearing, row->subject);
        return;
    }
}

static void accept_clock(struct hearing *hearing)
{
    const struct fact fact = {.kind = FACT_CLOCK_ACCEPTED,
                              .worker = hearing->speaker.worker,
                              .due_us = hearing->turn->options.now_us};
    turn_emit(hearing->turn, &fact);
    const struct id128 none = {{0}};
    turn_stored(hearing, &none, &none);
}
