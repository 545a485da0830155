/* refctl erase, erase show: destroys what a family told, and tells what was destroyed where. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/rows.h"
#include "agents/ctl/subject.h"
#include "agents/ctl/verb.h"

#include <string.h>

/* A referral by its id, or a case by number or id. */
static bool find(struct run *run, const char *typed, struct subject_case *out, struct error *err)
{
    memset(out, 0, sizeof(*out));
    return id128_parse(typed, &out->id) || subject_find_case(run, typed, out, err);
}

bool verb_erase(struct run *run, struct error *err)
{
    const char *reason = run_option(run, OPTION_REASON);
    struct subject_case subject;

    if (reason == NULL || reason[0] == '\0') {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "нужна причина: --reason (без данных о семье)",
                                   "give the reason: --reason (nothing about the family)"));
    }
    if (strlen(reason) > LIMIT_SHORT_TEXT_BYTES) {
        return error_set(
            err,
            ERROR_USAGE,
            SCREEN_IN(run->screen, "причина длиннее %d байт", "the reason is longer than %d bytes"),
            (int)LIMIT_SHORT_TEXT_BYTES);
    }
    if (!find(run, run->words[0], &subject, err)) {
        return false;
    }
    const struct command command = {
        .lane = LANE_NORMAL, .kind = COMMAND_ERASE, .subject = subject.id, .note = reason};
    return run_command(run,
                       &command,
                       (struct phrase){"ключ уничтожен, площадки извещены; акт: refctl erase show",
                                       "the key is destroyed, sites are told; refctl erase show "
                                       "tells who has confirmed"},
                       subject.number,
                       err);
}

/* ---- the act ----------------------------------------------------------------------------------- */

static size_t count(const struct answer *answer)
{
    return answer->erasure_count;
}

static json_t *json(const struct answer *answer, size_t row)
{
    return json_view_erasure(&answer->erasures[row]);
}

static bool
add(const struct screen *screen, struct table *table, const struct answer *answer, size_t row)
{
    const struct erasure_row *erasure = &answer->erasures[row];
    char id[ID128_TEXT_MAX];
    char at[MOMENT_TEXT_MAX];
    char confirmed[MOMENT_TEXT_MAX];
    char what[128];

    if (!erasure->author && erasure->shown_us == 0) {
        (void)snprintf(what,
                       sizeof(what),
                       "%s",
                       SCREEN_IN(screen,
                                 "возможно, копия из забытого брокером",
                                 "perhaps a copy that the broker forgot"));
    } else {
        (void)snprintf(what,
                       sizeof(what),
                       SCREEN_IN(screen, "%s%sразделов: %u", "%s%ssections: %u"),
                       erasure->author ? SCREEN_IN(screen, "автор", "author") : "",
                       erasure->author ? ", " : "",
                       (unsigned)erasure->sections);
    }
    return table_add(
        table,
        (const char *const[]){id128_format(&erasure->referral, id),
                              erasure->case_number,
                              moment_format(erasure->at_us, screen->now_us, screen->language, at),
                              erasure->actor,
                              erasure->reason,
                              erasure->site,
                              what,
                              erasure->confirmed_us == 0 ? SCREEN_IN(screen, "ещё нет", "not yet")
                                                         : moment_format(erasure->confirmed_us,
                                                                         screen->now_us,
                                                                         screen->language,
                                                                         confirmed)});
}

bool verb_erase_show(struct run *run, struct error *err)
{
    static const struct rows_kind kind = {
        .key = "erasures",
        .heads = {{"Обращение", "Referral"},
                  {"Случай", "Case"},
                  {"Ключ уничтожен", "Key destroyed"},
                  {"Кто", "Who"},
                  {"Причина", "Reason"},
                  {"Площадка", "Site"},
                  {"Что там было", "What it had"},
                  {"Подтвердила", "Confirmed"}},
        .columns = 8,
        .nothing = {"Ничего не уничтожалось.", "Nothing was erased."},
        .count = count,
        .json = json,
        .add = add,
    };
    struct query query = {.kind = QUERY_ERASURES};
    struct subject_case subject;

    if (run->word_count > 0) {
        if (!find(run, run->words[0], &subject, err)) {
            return false;
        }
        query.subject = subject.id;
    }
    return rows_print(run, &kind, &query, err);
}
