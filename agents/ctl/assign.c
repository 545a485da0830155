/* refctl assign: a supervisor or a triage desk appoints a curator by hand. */
#include "agents/ctl/subject.h"
#include "agents/ctl/verb.h"
#include "proto/checks.h"

bool verb_assign(struct run *run, struct error *err)
{
    struct command command = {.lane = LANE_URGENT, .kind = COMMAND_ASSIGN, .worker = run->words[1]};
    struct subject_case subject;

    if (!checks_is_code(command.worker)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "«%.60s» не код работника; коды: refctl curator ls",
                                   "“%.60s” is no worker's id; for ids see refctl curator ls"),
                         command.worker);
    }
    if (!subject_note(run, &command.note, err)) {
        return false;
    }
    if (command.note[0] == '\0') {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "нужно пояснение: --note 'почему этот куратор'",
                                   "a remark is required: --note 'why this curator'"));
    }
    if (!subject_find_case(run, run->words[0], &subject, err)) {
        return false;
    }
    command.subject = subject.id;
    return run_command(run,
                       &command,
                       (struct phrase){"куратор назначен", "curator appointed"},
                       subject.number,
                       err);
}
