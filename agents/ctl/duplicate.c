/* refctl duplicate: is it the same family? */
#include "agents/ctl/subject.h"
#include "agents/ctl/verb.h"

bool verb_duplicate(struct run *run, struct error *err)
{
    bool confirm = run_has(run, OPTION_CONFIRM);
    struct command command = {.lane = LANE_NORMAL,
                              .kind =
                                  confirm ? COMMAND_CONFIRM_DUPLICATE : COMMAND_REJECT_DUPLICATE};
    struct phrase done = confirm ? (struct phrase){"случаи объединяются", "the cases are merged"}
                                 : (struct phrase){"это разные семьи, случаи остаются отдельными",
                                                   "different families, the cases stay apart"};
    struct subject_case subject;

    if (confirm == run_has(run, OPTION_REJECT)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "нужно что-то одно: --confirm (та же семья) или --reject",
                                   "give one of --confirm (the same family) and --reject"));
    }
    if (!subject_find_case(run, run->words[0], &subject, err)) {
        return false;
    }
    command.subject = subject.id;
    return run_command(run, &command, done, subject.number, err);
}
