/* Outcomes of cases. */
#include "broker/core/casebook.h"

#include "broker/core/deputy.h"
#include "broker/core/desk.h"

#include <assert.h>

/* States in which an outcome may be proposed. */
static const bool may_end[CASE_STATE_END] = {
    [CASE_PLANNING] = true,
    [CASE_ACTIVE] = true,
    [CASE_MONITORING] = true,
};

/* Outcomes that a curator may propose; merging and transfer have ways of their own. */
static const bool may_be_proposed[CASE_OUTCOME_END] = {
    [CASE_OUTCOME_KEPT_IN_FAMILY] = true,
    [CASE_OUTCOME_RETURNED_TO_PARENTS] = true,
    [CASE_OUTCOME_GUARDIANSHIP] = true,
    [CASE_OUTCOME_FOSTER] = true,
    [CASE_OUTCOME_ADOPTION] = true,
    [CASE_OUTCOME_INSTITUTION] = true,
    [CASE_OUTCOME_OF_AGE] = true,
    [CASE_OUTCOME_MOVED] = true,
    [CASE_OUTCOME_DIED] = true,
    [CASE_OUTCOME_NOT_CONFIRMED] = true,
    [CASE_OUTCOME_FAMILY_DECLINED] = true,
};

void casebook_propose_outcome(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct command *command = hearing->command;
    const struct case_record record = turn_case(turn, &command->subject);
    if (!may_end[record.state] || record.proposed_outcome != CASE_OUTCOME_UNSPECIFIED) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.subject", NULL);
        return;
    }
    assert(command->code < CASE_OUTCOME_END); /* checks_command */
    if (!may_be_proposed[command->code]) {
        turn_refuse(hearing,
                    REFUSAL_BAD_FIELD,
                    "command.propose_outcome.outcome",
                    vocabulary_code(VOCABULARY_CASE_OUTCOME, command->code));
        return;
    }
    const struct fact proposed = {.kind = FACT_OUTCOME_PROPOSED,
                                  .case_id = record.id,
                                  .code = command->code,
                                  .worker = hearing->speaker.worker,
                                  .text = command->note};
    turn_emit(turn, &proposed);
    desk_put(turn, &record.id, DESK_SUPERVISOR, DESK_REASON_OUTCOME_APPROVAL);
    turn_stored(hearing, &record.id, &record.id);
}

/* An outcome that waits, always on a desk, and a second person who is not the one who proposed it. */
static bool may_judge(struct hearing *hearing, const struct case_record *record)
{
    if (!may_end[record->state] || record->proposed_outcome == CASE_OUTCOME_UNSPECIFIED) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.subject", NULL);
        return false;
    }
    const uint32_t worker = hearing->speaker.worker;
    if (worker == record->proposed_by || worker == record->lead ||
        deputy_stands_for(hearing->turn, record, worker)) {
        turn_refuse(hearing, REFUSAL_NOT_ALLOWED, "command.actor", NULL);
        return false;
    }
    return true;
}

void casebook_approve_outcome(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct case_record record = turn_case(turn, &hearing->command->subject);
    if (!may_judge(hearing, &record)) {
        return;
    }
    desk_take(turn, &record.id);
    deputy_end_covered(turn, &record.id);
    const struct fact ended = {.kind = FACT_ASSIGNMENT_ENDED,
                               .case_id = record.id,
                               .assignment = record.lead_assignment,
                               .worker = record.lead};
    turn_emit(turn, &ended);
    const struct fact closed = {.kind = FACT_CASE_CLOSED,
                                .case_id = record.id,
                                .code = record.proposed_outcome,
                                .worker = hearing->speaker.worker};
    turn_emit(turn, &closed);
    turn_stored(hearing, &record.id, &record.id);
}

void casebook_reject_outcome(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct case_record record = turn_case(turn, &hearing->command->subject);
    if (!may_judge(hearing, &record)) {
        return;
    }
    const struct fact rejected = {.kind = FACT_OUTCOME_REJECTED,
                                  .case_id = record.id,
                                  .worker = hearing->speaker.worker,
                                  .text = hearing->command->note};
    turn_emit(turn, &rejected);
    desk_take(turn, &record.id);
    turn_stored(hearing, &record.id, &record.id);
}
