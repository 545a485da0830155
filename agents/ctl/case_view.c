/* A case for a person to read; see the header. */
#include "agents/ctl/case_view.h"

#include "agents/ctl/moment.h"
#include "agents/ctl/wording.h"

static void print_times(const struct screen *screen, const struct case_view *view);
static void print_ending(const struct screen *screen, const struct case_view *view);
static void print_text(const struct screen *screen, const char *label, const char *text);
static void print_shut(const struct screen *screen, const struct shut_sections *shut);

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
    for (size_t i = 0; i < view->shut_count; i++) {
        print_shut(screen, &view->shut[i]);
    }
}

/* There is something, and nobody here can read it: why, and what to do. */
static void print_shut(const struct screen *screen, const struct shut_sections *shut)
{
    static const struct phrase whys[SHUT_END] = {
        [SHUT_BY_BROKER] =
            {"брокер не может их открыть: ключа раскрытия, которым они запечатаны, у "
             "него нет (заменён, уничтожен или потерян)",
             "the broker cannot open them: it does not hold the disclosure key that "
             "they are sealed to (replaced, destroyed or lost)"},
        [SHUT_TO_SITE] = {"они запечатаны не тем ключом, который лежит на этой площадке",
                          "they are sealed to another key than this site has"},
        [SHUT_DAMAGED] = {"они повреждены: это не то, что запечатал автор",
                          "they are damaged: not what the author sealed"}};
    static const struct phrase remedies[SHUT_END] = {
        [SHUT_BY_BROKER] = {"попросите автора направить семью ещё раз; администратору региона: "
                            "вернуть ключ раскрытия из копии, затем перезапустить refagentd",
                            "ask the author to refer the family again; administrator of the "
                            "region: bring the disclosure key back from a copy, then restart "
                            "refagentd"},
        [SHUT_TO_SITE] =
            {"администратору площадки: вернуть ключ запечатывания (keys: sealing) или "
             "сделать новый (refctl site rotate), затем перезапустить refagentd — он "
             "попросит сведения снова",
             "administrator of the site: bring the sealing key back (keys: sealing) or "
             "make a new one (refctl site rotate), then restart refagentd, which asks "
             "for them again"},
        [SHUT_DAMAGED] = {"попросите автора направить семью ещё раз",
                          "ask the author to refer the family again"}};
    char id[ID128_TEXT_MAX];

    screen_print(
        screen,
        SCREEN_IN(screen,
                  "%sСведения о семье есть, но здесь не открываются%s (обращение %s)\n",
                  "%sThere are facts of the family that do not open here%s (referral %s)\n"),
        screen_color(screen, SCREEN_YELLOW),
        screen_color(screen, SCREEN_PLAIN),
        id128_format(&shut->referral, id));
    for (uint32_t section = SECTION_UNSPECIFIED + 1; section < SECTION_END; section++) {
        if ((shut->sections >> section & 1) != 0) {
            screen_field(screen,
                         SCREEN_IN(screen, "Раздел", "Section"),
                         "%s",
                         wording_title(screen, VOCABULARY_SECTION, section));
        }
    }
    screen_field(screen,
                 SCREEN_IN(screen, "Почему", "Why"),
                 "%s",
                 screen_phrase(screen, whys[shut->reason]));
    screen_field(screen,
                 SCREEN_IN(screen, "Что делать", "What to do"),
                 "%s",
                 screen_phrase(screen, remedies[shut->reason]));
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
