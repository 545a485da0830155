/* refctl referral ls, show */
#include "agents/ctl/referral_view.h"

#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/number.h"
#include "agents/ctl/rows.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/wording.h"

/* Looking one up among the pages. */
struct lookup {
    const struct screen *screen;
    struct number number;
    bool by_id;
    size_t shown;
    json_t *array; /* NULL: for a person */
};

static size_t show_meant(void *world, const struct answer *answer, size_t rows_max);

static size_t count(const struct answer *answer)
{
    return answer->referral_count;
}

static json_t *json(const struct answer *answer, size_t row)
{
    return json_view_referral(&answer->referrals[row]);
}

static bool
add(const struct screen *screen, struct table *table, const struct answer *answer, size_t row)
{
    const struct referral_row *referral = &answer->referrals[row];
    const struct referral_view *view = &referral->view;
    char marks[REFERRAL_VIEW_MARKS_MAX];
    char due[MOMENT_TEXT_MAX];
    char id[ID128_TEXT_MAX];
    char state[WORDING_TEXT_MAX];
    bool numbered = view->case_number != NULL && view->case_number[0] != '\0';

    (void)snprintf(state,
                   sizeof(state),
                   "%s%s%s",
                   referral_view_state(screen, referral),
                   referral->problem_count > 0 ? ": " : "",
                   referral->problem_count > 0 ? screen_phrase(screen, referral->problems[0].text)
                                               : "");
    return table_add(
        table,
        (const char *const[]){
            numbered ? view->case_number : id128_format(&view->id, id),
            wording_title(screen, VOCABULARY_RISK, view->labels.risk),
            view->labels.territory,
            referral_view_state(screen, referral),
            referral_view_marks(view, screen->now_us, marks),
            moment_due(referral_view_due_us(view), screen->now_us, screen->language, due)});
}

bool verb_referral_ls(struct run *run, struct error *err)
{
    static const struct rows_kind kind = {
        .key = "referrals",
        .heads = {{"Случай или id", "Case or id"},
                  {"Уровень", "Level"},
                  {"Территория", "Territory"},
                  {"Состояние", "State"},
                  {"Квитанции", "Receipts"},
                  {"Следующая", "Next"}},
        .columns = 6,
        .nothing = {"Своих направлений нет. Передать: refctl submit ФОРМА",
                    "No referrals of yours. To send one: refctl submit FORM"},
        .count = count,
        .json = json,
        .add = add,
    };

    return rows_print(run, &kind, &(struct query){.kind = QUERY_REFERRALS}, err);
}

bool verb_referral_show(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    const char *typed = run->words[0];
    struct lookup lookup = {.screen = screen};
    struct caller_listing listing = {
        .query = {.kind = QUERY_REFERRALS}, .take = show_meant, .world = &lookup};
    struct caller *caller;
    struct id128 id;
    bool more;

    lookup.by_id = id128_parse(typed, &id);
    if (lookup.by_id) {
        listing.query.text = typed;
    } else if (!number_parse(typed, &lookup.number)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(screen,
                                   "«%.60s» — ни id направления, ни номер случая",
                                   "“%.60s” is neither a referral's id nor a case number"),
                         typed);
    }
    if (!run_caller(run, &caller, err)) {
        return false;
    }
    lookup.array = screen->json ? json_array() : NULL;
    bool ok = caller_pages(caller, &listing, &more, err);
    if (ok && lookup.shown == 0) {
        ok = error_set(err,
                       ERROR_NO_INPUT,
                       SCREEN_IN(screen,
                                 "среди ваших направлений нет «%.60s»",
                                 "there is no “%.60s” among your referrals"),
                       typed);
    } else if (ok && screen->json) {
        ok = screen_json(screen, json_pack("{s:O}", "referrals", lookup.array), err);
    }
    json_decref(lookup.array);
    return ok;
}

static size_t show_meant(void *world, const struct answer *answer, size_t rows_max)
{
    struct lookup *lookup = world;

    for (size_t i = 0; i < answer->referral_count && i < rows_max; i++) {
        const struct referral_row *row = &answer->referrals[i];
        const char *number = row->view.case_number == NULL ? "" : row->view.case_number;
        if (!lookup->by_id && !number_matches(&lookup->number, number)) {
            continue;
        }
        if (lookup->array != NULL) {
            (void)json_array_append_new(lookup->array, json_view_referral(row));
        } else {
            referral_view_print(lookup->screen, row);
        }
        lookup->shown++;
    }
    return answer->referral_count;
}
