/* refctl case ls, show, timeline */
#include "agents/ctl/case_view.h"
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/rows.h"
#include "agents/ctl/subject.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/wording.h"

#include <string.h>

static size_t case_count(const struct answer *answer)
{
    return answer->case_count;
}

static json_t *case_json(const struct answer *answer, size_t row)
{
    return json_view_case(&answer->cases[row]);
}

static bool
case_add(const struct screen *screen, struct table *table, const struct answer *answer, size_t row)
{
    const struct case_view *view = &answer->cases[row];
    bool waits = view->appointed_us == 0 && view->closed_us == 0;
    char due[MOMENT_TEXT_MAX];

    return table_add(
        table,
        (const char *const[]){
            view->number,
            wording_title(screen, VOCABULARY_RISK, view->labels.risk),
            wording_title(screen, VOCABULARY_CASE_STATE, view->state),
            view->labels.territory,
            case_view_holder(screen, view),
            moment_due(waits ? view->curator_due_us : 0, screen->now_us, screen->language, due)});
}

bool verb_case_ls(struct run *run, struct error *err)
{
    static const struct rows_kind kind = {
        .key = "cases",
        .heads = {{"Номер", "Number"},
                  {"Уровень", "Level"},
                  {"Состояние", "State"},
                  {"Территория", "Territory"},
                  {"У кого", "Held by"},
                  {"Срок назначения", "Curator due"}},
        .columns = 6,
        .nothing = {"Случаев, видимых вам, нет.", "There are no cases that you may see."},
        .count = case_count,
        .json = case_json,
        .add = case_add,
    };

    return rows_print(run, &kind, &(struct query){.kind = QUERY_CASES}, err);
}

/* Referrals that joined a running case, and emergencies that a duty curator got without being asked, have no offer that
 * their lead could open: opening the case is their receipt "seen". A receipt that is not taken now is sent when the case is opened again. */
static void tell_seen(struct run *run, struct caller *caller, const struct case_view *view)
{
    const struct command command = {.lane = LANE_URGENT, .kind = COMMAND_SEE, .subject = view->id};
    const char *actor = run_option(run, OPTION_AS);
    const bool leads = view->lead[0] != '\0' && (actor == NULL || strcmp(actor, view->lead) == 0);
    struct error ignored;
    struct reply reply;

    if (leads && view->closed_us == 0 && (view->referral_count > 1 || view->emergency)) {
        (void)!caller_command(caller, &command, &reply, &ignored);
    }
}

bool verb_case_show(struct run *run, struct error *err)
{
    struct subject_case subject;
    struct caller *caller;
    struct answer answer;

    if (!subject_find_case(run, run->words[0], &subject, err) || !run_caller(run, &caller, err)) {
        return false;
    }
    struct query query = {.kind = QUERY_CASE, .subject = subject.id, .text = subject.number};
    if (!caller_query(caller, &query, &answer, err)) {
        return false;
    }
    if (answer.case_count == 0) {
        return error_set(err, ERROR_PROTOCOL, "the answer holds no case");
    }
    if (run->screen->json) {
        if (!screen_json(run->screen, json_view_case(&answer.cases[0]), err)) {
            return false;
        }
    } else {
        case_view_print(run->screen, &answer.cases[0]);
    }
    tell_seen(run, caller, &answer.cases[0]);
    return true;
}

static size_t timeline_count(const struct answer *answer)
{
    return answer->timeline_count;
}

static json_t *timeline_json(const struct answer *answer, size_t row)
{
    return json_view_timeline(&answer->timeline[row]);
}

static bool timeline_add(const struct screen *screen,
                         struct table *table,
                         const struct answer *answer,
                         size_t row)
{
    const struct timeline_row *event = &answer->timeline[row];
    const char *actor = event->actor == NULL || event->actor[0] == '\0'
                            ? SCREEN_IN(screen, "брокер", "broker")
                            : event->actor;
    char at[MOMENT_TEXT_MAX];
    char span[MOMENT_TEXT_MAX];
    char text[2 * WORDING_TEXT_MAX];

    if (event->late_by_us >= UTC_MINUTE_US) {
        (void)snprintf(text,
                       sizeof(text),
                       SCREEN_IN(screen, "%s (с опозданием на %s)", "%s (%s late)"),
                       screen_phrase(screen, event->text),
                       moment_span(event->late_by_us, screen->language, span));
    } else {
        (void)snprintf(text, sizeof(text), "%s", screen_phrase(screen, event->text));
    }
    return table_add(
        table,
        (const char *const[]){
            moment_format(event->at_us, screen->now_us, screen->language, at), actor, text});
}

bool verb_case_timeline(struct run *run, struct error *err)
{
    static const struct rows_kind kind = {
        .key = "timeline",
        .heads = {{"Когда", "When"}, {"Кто", "Who"}, {"Что", "What"}},
        .columns = 3,
        .nothing = {"В истории пусто.", "The history is empty."},
        .count = timeline_count,
        .json = timeline_json,
        .add = timeline_add,
    };
    struct subject_case subject;

    if (!subject_find_case(run, run->words[0], &subject, err)) {
        return false;
    }
    struct query query = {.kind = QUERY_TIMELINE, .subject = subject.id, .text = subject.number};
    return rows_print(run, &kind, &query, err);
}
