/* A case for a person to read; see the header. */
#include "agents/ctl/case_view.h"

#include "agents/ctl/moment.h"
#include "agents/ctl/wording.h"

static void print_times(const struct screen *screen, const struct case_view *view);
static void print_ending(const struct screen *screen, const struct case_view *view);
static void print_text(const struct screen *screen, const char *label, const char *text);

const char *case_view_holder(const struct screen *screen, const struct case_view *view)
{
    const char *title = screen_phrase(screen, view->lead_title);

    if (title[0] != '\0') {
        return title;
    }
    if (view->lead != NULL && view->lead[0] != '\0') {
        return view->lead;
    }
    return wording_title(screen, VOCABULARY_DESK, view->desk);
}

void case_view_print(const struct screen *screen, const struct case_view *view)
{
    screen_print(screen,
                 "%s%s%s  %s%s\n",
                 screen_color(screen, SCREEN_BOLD),
                 view->number,
                 screen_color(screen, SCREEN_PLAIN),
                 wording_title(screen, VOCABULARY_CASE_STATE, view->state),
                 view->emergency ? SCREEN_IN(screen, ", экстренный", ", emergency") : "");
    wording_labels(screen, &view->labels);
    screen_field(screen,
                 view->lead != NULL && view->lead[0] != '\0'
                     ? SCREEN_IN(screen, "Куратор", "Curator")
                     : SCREEN_IN(screen, "У кого", "Held by"),
                 "%s",
                 case_view_holder(screen, view));
    if (view->lead_for != NULL && view->lead_for[0] != '\0') {
        screen_field(screen,
                     SCREEN_IN(screen, "Замещает", "Deputises for"),
                     SCREEN_IN(screen, "%s (в отпуске)", "%s (on leave)"),
                     view->lead_for);
    }
    if (view->desk != DESK_UNSPECIFIED) {
        screen_field(screen,
                     SCREEN_IN(screen, "Почему на столе", "Why on a desk"),
                     "%s (%s)",
                     wording_title(screen, VOCABULARY_DESK_REASON, view->desk_reason),
                     view->desk_agency);
    }
    print_times(screen, view);
    print_ending(screen, view);
    screen_field(screen,
                 SCREEN_IN(screen, "Правило", "Rule"),
                 SCREEN_IN(screen, "%s, версия политики %u", "%s, policy version %u"),
                 view->rule == NULL || view->rule[0] == '\0' ? "—" : view->rule,
                 (unsigned)view->policy_version);
    screen_field(
        screen, SCREEN_IN(screen, "Направлений", "Referrals"), "%zu", view->referral_count);
    for (size_t i = 0; i < view->facts_count; i++) {
        screen_print(screen, SCREEN_IN(screen, "Семья\n", "Family\n"));
        wording_facts(screen, &view->facts[i]);
    }
}

static void print_times(const struct screen *screen, const struct case_view *view)
{
    enum language language = screen->language;
    char text[MOMENT_TEXT_MAX];
    char due[WORDING_TEXT_MAX];

    screen_field(screen,
                 SCREEN_IN(screen, "Открыт", "Opened"),
                 "%s",
                 moment_format(view->opened_us, screen->now_us, language, text));
    if (view->appointed_us != 0) {
        screen_field(screen,
                     SCREEN_IN(screen, "Куратор назначен", "Curator since"),
                     "%s%s",
                     moment_format(view->appointed_us, screen->now_us, language, text),
                     wording_late(screen, view->appointed_us, view->curator_due_us, due));
    } else if (view->closed_us == 0 && view->curator_due_us != 0) {
        screen_field(screen,
                     SCREEN_IN(screen, "Назначить до", "Curator due"),
                     "%s (%s)",
                     moment_format(view->curator_due_us, screen->now_us, language, text),
                     wording_due(screen, view->curator_due_us, due));
    }
    if (view->closed_us != 0) {
        screen_field(screen,
                     SCREEN_IN(screen, "Завершён", "Closed"),
                     "%s",
                     moment_format(view->closed_us, screen->now_us, language, text));
    }
}

static void print_ending(const struct screen *screen, const struct case_view *view)
{
    if (view->outcome != CASE_OUTCOME_UNSPECIFIED) {
        screen_field(screen,
                     SCREEN_IN(screen, "Итог", "Outcome"),
                     "%s",
                     wording_title(screen, VOCABULARY_CASE_OUTCOME, view->outcome));
    } else if (view->proposed_outcome != CASE_OUTCOME_UNSPECIFIED) {
        screen_field(screen,
                     SCREEN_IN(screen, "Предложен итог", "Proposed outcome"),
                     "%s (%s)",
                     wording_title(screen, VOCABULARY_CASE_OUTCOME, view->proposed_outcome),
                     view->proposed_by);
    }
    print_text(
        screen, SCREEN_IN(screen, "Похож на случай", "May duplicate"), view->possible_duplicate);
    print_text(screen, SCREEN_IN(screen, "Объединён с", "Merged into"), view->merged_into);
}

static void print_text(const struct screen *screen, const char *label, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        screen_field(screen, label, "%s", text);
    }
}
