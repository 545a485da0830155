/* refctl inbox, inbox show: what waits for this person. */
#include "agents/ctl/inbox_view.h"
#include "agents/ctl/json_view.h"
#include "agents/ctl/number.h"
#include "agents/ctl/subject.h"
#include "agents/ctl/verb.h"

#include "base/table.h"

#include <assert.h>

enum { UNSEEN_MAX = 1000 };

struct reading {
    const struct screen *screen;
    struct table *table; /* list for a person */
    json_t *array;       /* for a program; NULL otherwise */
    bool one;            /* `inbox show`: only what is meant */
    int64_t row;         /* meant by its row; 0: by number */
    struct number number;
    size_t rows;
    size_t shown;
    size_t answered; /* offers that no longer wait: a list for a person leaves them out */
    size_t unseen;
    struct id128 unseen_ids[UNSEEN_MAX]; /* offers and tasks among what was shown */
};

static size_t take(void *world, const struct answer *answer, size_t rows_max);
static void show(struct reading *reading, const struct inbox_row *row);
static bool is_meant(const struct reading *reading, const struct inbox_row *row);
static void remember_unseen(struct reading *reading, const struct inbox_row *row);
static bool read_inbox(struct run *run,
                       struct reading *reading,
                       size_t rows_max,
                       bool *more,
                       struct error *err);
static bool mark_seen(struct run *run, const struct reading *reading, struct error *err);
static bool finish_list(const struct reading *reading,
                        bool more,
                        const struct screen *screen,
                        struct error *err);

bool verb_inbox(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct reading *reading = arena_alloc(run->arena, sizeof(*reading));
    size_t rows_max;
    bool more = false;
    bool ok = false;

    if (reading == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (!run_limit(run, &rows_max, err)) {
        return false;
    }
    reading->screen = screen;
    if (screen->json) {
        reading->array = json_array();
    } else {
        reading->table = inbox_view_table(screen);
    }
    ok = read_inbox(run, reading, rows_max, &more, err) &&
         finish_list(reading, more, screen, err) &&
         (!run_has(run, OPTION_SEEN) || mark_seen(run, reading, err));
    table_destroy(&reading->table);
    json_decref(reading->array);
    return ok;
}

bool verb_inbox_show(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    const char *typed = run->words[0];
    struct reading *reading = arena_alloc(run->arena, sizeof(*reading));
    bool more;

    if (reading == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    reading->screen = screen;
    reading->one = true;
    if (!options_number(typed, 1, 999, &reading->row) && !number_parse(typed, &reading->number)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(screen,
                                   "«%.60s» — ни номер строки, ни номер случая",
                                   "“%.60s” is neither the number of a row nor a case number"),
                         typed);
    }
    reading->array = screen->json ? json_array() : NULL;
    bool ok = read_inbox(run, reading, 0, &more, err);
    if (ok && reading->shown == 0) {
        ok = error_set(err,
                       ERROR_NO_INPUT,
                       SCREEN_IN(screen,
                                 "такой строки нет; что есть: refctl inbox",
                                 "there is no such row; see refctl inbox"));
    } else if (ok && screen->json) {
        ok = screen_json(screen, json_pack("{s:O, s:b}", "inbox", reading->array, "more", 0), err);
    }
    ok = ok && mark_seen(run, reading, err);
    json_decref(reading->array);
    return ok;
}

static bool
read_inbox(struct run *run, struct reading *reading, size_t rows_max, bool *more, struct error *err)
{
    struct caller_listing listing = {
        .query = {.kind = QUERY_INBOX}, .rows_max = rows_max, .take = take, .world = reading};
    struct caller *caller;

    return run_caller(run, &caller, err) && caller_pages(caller, &listing, more, err);
}

static size_t take(void *world, const struct answer *answer, size_t rows_max)
{
    struct reading *reading = world;

    for (size_t i = 0; i < answer->inbox_count && i < rows_max; i++) {
        const struct inbox_row *row = &answer->inbox[i];
        reading->rows++;
        if (reading->table != NULL && !inbox_view_waits(row)) {
            reading->answered++;
        } else if (!reading->one || is_meant(reading, row)) {
            show(reading, row);
            remember_unseen(reading, row);
        }
    }
    return answer->inbox_count;
}

static void show(struct reading *reading, const struct inbox_row *row)
{
    reading->shown++;
    if (reading->array != NULL) {
        (void)json_array_append_new(reading->array, json_view_inbox(row, reading->rows));
    } else if (reading->one) {
        inbox_view_print(reading->screen, row);
    } else {
        (void)inbox_view_add(reading->screen, reading->table, row, reading->rows);
    }
}

static bool is_meant(const struct reading *reading, const struct inbox_row *row)
{
    if (reading->row > 0) {
        return (int64_t)reading->rows == reading->row;
    }
    return number_matches(&reading->number, subject_number_of(&row->delivery));
}

/* The broker wants to know when a person opened an offer or a task; the rest is told for information. */
static void remember_unseen(struct reading *reading, const struct inbox_row *row)
{
    bool asked = row->delivery.kind == DELIVERY_OFFER || row->delivery.kind == DELIVERY_TASK;

    if (asked && !row->seen && reading->unseen < UNSEEN_MAX) {
        reading->unseen_ids[reading->unseen++] = row->delivery.entity;
    }
}

static bool finish_list(const struct reading *reading,
                        bool more,
                        const struct screen *screen,
                        struct error *err)
{
    if (screen->json) {
        return screen_json(
            screen, json_pack("{s:O, s:b}", "inbox", reading->array, "more", (int)more), err);
    }
    if (reading->table == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (reading->shown == 0) {
        screen_print(screen, SCREEN_IN(screen, "Ничего не ждёт.\n", "Nothing waits.\n"));
    } else {
        table_print(reading->table, screen->out);
        screen_hint(screen,
                    SCREEN_IN(screen,
                              "Открыть: refctl inbox show N; принять: refctl accept N\n",
                              "To open one: refctl inbox show N; to accept: refctl accept N\n"));
    }
    if (reading->answered > 0) {
        screen_hint(screen,
                    SCREEN_IN(screen,
                              "Отвеченные предложения не показаны: %zu; случаи: refctl case ls\n",
                              "Answered offers are not shown: %zu; the cases: refctl case ls\n"),
                    reading->answered);
    }
    if (more) {
        screen_hint(screen,
                    SCREEN_IN(screen,
                              "Есть ещё: --limit 0 покажет все.\n",
                              "There are more: --limit 0 shows all.\n"));
    }
    return true;
}

/* A receipt that the agent does not take now is sent when the row is opened again: a hint, no failure. */
static bool mark_seen(struct run *run, const struct reading *reading, struct error *err)
{
    struct caller *caller;
    struct reply reply;

    assert(reading->unseen <= UNSEEN_MAX);
    if (!run_caller(run, &caller, err)) {
        return false;
    }
    for (size_t i = 0; i < reading->unseen; i++) {
        struct command command = {
            .lane = LANE_URGENT, .kind = COMMAND_SEE, .subject = reading->unseen_ids[i]};
        if (!caller_command(caller, &command, &reply, err)) {
            return false;
        }
        if (reply.refused) {
            (void)caller_refusal(reply.problems, reply.problem_count, run->screen->language, err);
            screen_hint(
                run->screen,
                SCREEN_IN(run->screen, "не отмечено увиденным: %s\n", "not marked as seen: %s\n"),
                err->text);
        }
    }
    return true;
}
