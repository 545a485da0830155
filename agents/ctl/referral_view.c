/* A referral for its author; see the header. */
#include "agents/ctl/referral_view.h"

#include "agents/ctl/moment.h"
#include "agents/ctl/wording.h"

static void print_receipts(const struct screen *screen, const struct referral_view *view);
static void print_updates(const struct screen *screen, const struct referral_view *view);
static void print_outcome(const struct screen *screen, const struct referral_view *view);
static const char *update_detail(const struct screen *screen, const struct update *update);

const char *referral_view_marks(const struct referral_view *view,
                                int64_t now_us,
                                char buffer[REFERRAL_VIEW_MARKS_MAX])
{
    size_t used = 0;

    for (size_t i = 0; i < RECEIPT_END; i++) {
        bool late = view->due_us[i] != 0 && now_us > view->due_us[i];
        const char *mark = view->receipts_us[i] != 0 ? "✓" : late ? "!" : "…";
        int length =
            snprintf(buffer + used, REFERRAL_VIEW_MARKS_MAX - used, "%s%s", i > 0 ? " " : "", mark);
        used += length > 0 ? (size_t)length : 0;
    }
    return buffer;
}

int64_t referral_view_due_us(const struct referral_view *view)
{
    for (size_t i = 0; i < RECEIPT_END; i++) {
        if (view->receipts_us[i] == 0 && view->due_us[i] != 0) {
            return view->due_us[i];
        }
    }
    return 0;
}

const char *referral_view_state(const struct screen *screen, const struct referral_row *row)
{
    if (row->problem_count > 0) {
        return SCREEN_IN(screen, "отклонено", "refused");
    }
    if (row->waiting) {
        return SCREEN_IN(screen, "ждёт отправки", "waits to be sent");
    }
    return wording_title(screen, VOCABULARY_REFERRAL_STATE, row->view.state);
}

void referral_view_print(const struct screen *screen, const struct referral_row *row)
{
    const struct referral_view *view = &row->view;
    const char *curator = screen_phrase(screen, view->curator_title);
    bool numbered = view->case_number != NULL && view->case_number[0] != '\0';
    char id[ID128_TEXT_MAX];

    (void)id128_format(&view->id, id);
    screen_print(screen,
                 "%s%s%s  %s\n",
                 screen_color(screen, SCREEN_BOLD),
                 numbered ? view->case_number : id,
                 screen_color(screen, SCREEN_PLAIN),
                 referral_view_state(screen, row));
    for (size_t i = 0; i < row->problem_count; i++) {
        screen_print(screen,
                     "  %s%s%s%s%s\n",
                     screen_color(screen, SCREEN_RED),
                     row->problems[i].field,
                     row->problems[i].field[0] == '\0' ? "" : ": ",
                     screen_phrase(screen, row->problems[i].text),
                     screen_color(screen, SCREEN_PLAIN));
    }
    print_receipts(screen, view);
    if (view->case_state != CASE_STATE_UNSPECIFIED) {
        screen_field(screen,
                     SCREEN_IN(screen, "Случай", "Case"),
                     "%s",
                     wording_title(screen, VOCABULARY_CASE_STATE, view->case_state));
    }
    if (curator[0] != '\0') {
        screen_field(screen, SCREEN_IN(screen, "Куратор", "Curator"), "%s", curator);
    }
    print_outcome(screen, view);
    wording_labels(screen, &view->labels);
    if (numbered) {
        screen_field(screen, "id", "%s", id);
    }
    print_updates(screen, view);
}

static void print_receipts(const struct screen *screen, const struct referral_view *view)
{
    static const struct phrase names[RECEIPT_END] = {
        {"сохранено", "stored"},
        {"доставлено", "delivered"},
        {"увидено", "seen"},
        {"итог", "outcome"},
    };
    enum language language = screen->language;
    char text[MOMENT_TEXT_MAX];
    char note[WORDING_TEXT_MAX];

    for (size_t i = 0; i < RECEIPT_END; i++) {
        const char *name = screen_phrase(screen, names[i]);
        int64_t at_us = view->receipts_us[i];
        int64_t due_us = view->due_us[i];
        if (at_us != 0) {
            screen_print(screen,
                         "  %s✓%s",
                         screen_color(screen, SCREEN_GREEN),
                         screen_color(screen, SCREEN_PLAIN));
            screen_field(screen,
                         name,
                         "%s%s",
                         moment_format(at_us, screen->now_us, language, text),
                         wording_late(screen, at_us, due_us, note));
        } else if (due_us == 0) {
            screen_print(screen, "  …");
            screen_field(screen, name, "%s", SCREEN_IN(screen, "ещё нет", "not yet"));
        } else {
            screen_print(screen, "  %s", screen->now_us > due_us ? "!" : "…");
            screen_field(screen,
                         name,
                         SCREEN_IN(screen, "до %s (%s)", "until %s (%s)"),
                         moment_format(due_us, screen->now_us, language, text),
                         wording_due(screen, due_us, note));
        }
    }
}

static void print_updates(const struct screen *screen, const struct referral_view *view)
{
    static const struct phrase names[UPDATE_END] = {
        {"", ""},
        {"присоединено к открытому случаю", "joined a case that was open"},
        {"предложено куратору", "offered to a curator"},
        {"куратор отказался, предлагаем следующему", "the curator refused, the next is asked"},
        {"куратор не ответил в срок, предлагаем следующему",
         "the curator did not answer in time, the next is asked"},
        {"ждёт на столе", "waits on a desk"},
        {"куратор назначен", "a curator is appointed"},
        {"случай объединён с другим", "the case was merged into another"},
        {"предложен итог", "an outcome is proposed"},
        {"случай завершён", "the case is closed"},
        {"куратор в отпуске, случай ведёт", "the curator is on leave, the case is led by"},
        {"куратор вернулся", "the curator is back"},
    };
    char text[MOMENT_TEXT_MAX];

    if (view->update_count > 0) {
        screen_print(screen, SCREEN_IN(screen, "Что было\n", "What happened\n"));
    }
    for (size_t i = 0; i < view->update_count; i++) {
        const struct update *update = &view->updates[i];
        const char *detail = update_detail(screen, update);
        screen_print(screen,
                     "  %s  %s%s%s\n",
                     moment_format(update->at_us, screen->now_us, screen->language, text),
                     update->kind < UPDATE_END ? screen_phrase(screen, names[update->kind]) : "",
                     detail[0] == '\0' ? "" : ": ",
                     detail);
    }
}

static void print_outcome(const struct screen *screen, const struct referral_view *view)
{
    if (view->outcome != REFERRAL_OUTCOME_UNSPECIFIED) {
        screen_field(screen,
                     SCREEN_IN(screen, "Итог направления", "Referral's outcome"),
                     "%s",
                     wording_title(screen, VOCABULARY_REFERRAL_OUTCOME, view->outcome));
    }
    if (view->case_outcome != CASE_OUTCOME_UNSPECIFIED) {
        screen_field(screen,
                     SCREEN_IN(screen, "Итог случая", "Case's outcome"),
                     "%s",
                     wording_title(screen, VOCABULARY_CASE_OUTCOME, view->case_outcome));
    }
}

static const char *update_detail(const struct screen *screen, const struct update *update)
{
    if (update->kind == UPDATE_ON_DESK && update->code != 0) {
        return wording_title(screen, VOCABULARY_DESK_REASON, update->code);
    }
    if (update->kind == UPDATE_CLOSED && update->code != 0) {
        return wording_title(screen, VOCABULARY_CASE_OUTCOME, update->code);
    }
    return update->worker == NULL ? "" : update->worker;
}
