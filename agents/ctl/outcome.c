/* refctl outcome: the lead proposes how a case ended, somebody else approves or rejects. */
#include "agents/ctl/subject.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/wording.h"

static bool read_kind(struct run *run, struct command *command, struct error *err);

bool verb_outcome(struct run *run, struct error *err)
{
    static const struct phrase done[] = {
        {"итог предложен, ждёт утверждения", "outcome proposed, waits for approval"},
        {"итог утверждён", "outcome approved"},
        {"итог отклонён", "outcome rejected"},
    };
    struct command command = {.lane = LANE_NORMAL};
    struct subject_case subject;

    if (!read_kind(run, &command, err) || !subject_note(run, &command.note, err) ||
        !subject_find_case(run, run->words[0], &subject, err)) {
        return false;
    }
    command.subject = subject.id;
    return run_command(
        run, &command, done[command.kind - COMMAND_PROPOSE_OUTCOME], subject.number, err);
}

/* Exactly one of an outcome, --approve and --reject. */
static bool read_kind(struct run *run, struct command *command, struct error *err)
{
    bool propose = run->word_count == 2;
    bool approve = run_has(run, OPTION_APPROVE);
    bool reject = run_has(run, OPTION_REJECT);

    if (propose + approve + reject != 1) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "нужно что-то одно: ИТОГ, --approve или --reject",
                                   "give one of OUTCOME, --approve and --reject"));
    }
    command->kind = propose   ? COMMAND_PROPOSE_OUTCOME
                    : approve ? COMMAND_APPROVE_OUTCOME
                              : COMMAND_REJECT_OUTCOME;
    return !propose ||
           wording_find(run->screen, VOCABULARY_CASE_OUTCOME, run->words[1], &command->code, err);
}
