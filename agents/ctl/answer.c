/* refctl accept, refctl refuse: a curator answers an offer. */
#include "agents/ctl/subject.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/wording.h"

bool verb_accept(struct run *run, struct error *err)
{
    struct subject_offer offer;

    if (!subject_find_offer(run, run->words[0], &offer, err)) {
        return false;
    }
    struct command command = {
        .lane = LANE_URGENT, .kind = COMMAND_ACCEPT, .subject = offer.id, .token = offer.token};
    return run_command(
        run,
        &command,
        (struct phrase){"случай принят, вы куратор", "accepted, you are the curator"},
        offer.number,
        err);
}

bool verb_refuse(struct run *run, struct error *err)
{
    const char *reason = run_option(run, OPTION_REASON);
    struct command command = {.lane = LANE_URGENT, .kind = COMMAND_REFUSE};
    struct subject_offer offer;

    /* Without a reason the search finds nothing and its error lists what there is. */
    if (!wording_find(run->screen,
                      VOCABULARY_DECLINE_REASON,
                      reason == NULL ? "" : reason,
                      &command.code,
                      err) ||
        !subject_note(run, &command.note, err) ||
        !subject_find_offer(run, run->words[0], &offer, err)) {
        return false;
    }
    command.subject = offer.id;
    command.token = offer.token;
    return run_command(
        run, &command, (struct phrase){"отказ записан", "refusal noted"}, offer.number, err);
}
