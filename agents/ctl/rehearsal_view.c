/* A rehearsal as tables; see the header. */
#include "agents/ctl/rehearsal_view.h"

#include "agents/ctl/wording.h"
#include "agents/ctl/zone_time.h"
#include "base/table.h"

#include <stdio.h>
#include <string.h>

enum { CELL_BYTES = 256, NUMBER_BYTES = 24 };

static void tell_counts(const struct screen *screen, const struct rehearsal_view *view);
static void tell_rules(const struct screen *screen, const struct rehearsal_view *view);
static void tell_moves(const struct screen *screen, const struct rehearsal_view *view);
static void tell_curators(const struct screen *screen, const struct rehearsal_view *view);
static void tell_desks(const struct screen *screen, const struct rehearsal_view *view);
static void tell_norms(const struct screen *screen, const struct rehearsal_view *view);
static void heading(const struct screen *screen, const char *text);
static void rest(const struct screen *screen, size_t count, size_t shown);
static const char *rule_name(const struct screen *screen, const char *rule);
static const char *
way_text(const struct screen *screen, const struct rehearsal_way *way, char buffer[CELL_BYTES]);
static const char *number(size_t value, char buffer[NUMBER_BYTES]);
static size_t shown_of(const struct rehearsal_view *view, size_t count);
static void print_table(const struct screen *screen, struct table **table);

static const struct phrase cause_titles[REHEARSAL_CAUSE_END] = {
    [REHEARSAL_SAME] = {"как было", "as it was"},
    [REHEARSAL_TO_DESK] = {"на стол разбора", "to the triage desk"},
    [REHEARSAL_FROM_DESK] = {"со стола разбора к куратору", "from the triage desk to a curator"},
    [REHEARSAL_OTHER_POOL] = {"к куратору другой группы", "to a curator of another pool"},
    [REHEARSAL_OTHER_CURATOR] = {"к другому куратору той же группы (нагрузка, очередь)",
                                 "to another curator of the same pool (load, turn)"},
    [REHEARSAL_NO_TERRITORY] = {"территории нет в новом справочнике",
                                "the new directory has no such territory"},
};

void rehearsal_view_print(const struct screen *screen, const struct rehearsal_view *view)
{
    tell_counts(screen, view);
    if (view->result->cases == 0) {
        return;
    }
    tell_rules(screen, view);
    tell_moves(screen, view);
    tell_curators(screen, view);
    tell_desks(screen, view);
    tell_norms(screen, view);
}

static void tell_counts(const struct screen *screen, const struct rehearsal_view *view)
{
    const struct rehearsal_result *result = view->result;
    char since[ZONE_TIME_TEXT_MAX];

    screen_print(screen,
                 SCREEN_IN(screen,
                           "%sРепетиция политики «%s» на прошлых направлениях%s\n",
                           "%sThe policy “%s” rehearsed on past referrals%s\n"),
                 screen_color(screen, SCREEN_BOLD),
                 policy_id(view->region->policy),
                 screen_color(screen, SCREEN_PLAIN));
    screen_field(screen,
                 SCREEN_IN(screen, "С какого времени", "Since"),
                 "%s",
                 zone_time_format(view->region, 1, view->since_us, screen->language, since));
    screen_field(screen,
                 SCREEN_IN(screen, "Направлений", "Referrals"),
                 SCREEN_IN(screen,
                           "%zu, из них %zu к уже открытым случаям",
                           "%zu, of them %zu to cases that were open"),
                 result->referrals,
                 result->joined);
    screen_field(screen,
                 SCREEN_IN(screen, "Случаев", "Cases"),
                 SCREEN_IN(screen,
                           "%zu; ещё %zu начаты раньше и только занимают кураторов",
                           "%zu; %zu more began earlier and are load only"),
                 result->cases,
                 result->carried);
    if (result->cases == 0) {
        return;
    }
    screen_field(
        screen, SCREEN_IN(screen, "Как было", "As it was"), "%zu", result->causes[REHEARSAL_SAME]);
    screen_field(screen, SCREEN_IN(screen, "Иначе", "Elsewhere"), "%zu", result->move_count);
    for (int cause = REHEARSAL_SAME + 1; cause < REHEARSAL_CAUSE_END; cause++) {
        if (result->causes[cause] > 0) {
            screen_print(screen,
                         "      %zu %s\n",
                         result->causes[cause],
                         screen_phrase(screen, cause_titles[cause]));
        }
    }
    screen_field(screen,
                 SCREEN_IN(screen, "Не учтено", "Left aside"),
                 "%s",
                 SCREEN_IN(screen,
                           "конфликты интересов с семьёй из других её случаев; отпуска",
                           "conflicts with the family from other cases of it; leaves"));
}

static void tell_rules(const struct screen *screen, const struct rehearsal_view *view)
{
    const char *const heads[] = {SCREEN_IN(screen, "  Правило было", "  Rule before"),
                                 SCREEN_IN(screen, "Правило стало", "Rule after"),
                                 SCREEN_IN(screen, ">Случаев", ">Cases")};
    struct table *table = table_create(heads, 3);

    heading(screen, SCREEN_IN(screen, "Правила", "Rules"));
    for (size_t i = 0; i < view->result->rule_count && table != NULL; i++) {
        const struct rehearsal_rule *rule = &view->result->rules[i];
        char before[CELL_BYTES];
        char cases[NUMBER_BYTES];
        (void)snprintf(before, sizeof(before), "  %s", rule_name(screen, rule->before));
        (void)table_add(table,
                        (const char *const[]){
                            before, rule_name(screen, rule->after), number(rule->cases, cases)});
    }
    print_table(screen, &table);
}

static void tell_moves(const struct screen *screen, const struct rehearsal_view *view)
{
    const char *const heads[] = {SCREEN_IN(screen, "  Случай", "  Case"),
                                 SCREEN_IN(screen, "Поступил", "Arrived"),
                                 SCREEN_IN(screen, "Было", "Before"),
                                 SCREEN_IN(screen, "Стало бы", "After"),
                                 SCREEN_IN(screen, "Правило", "Rule")};
    const size_t shown = shown_of(view, view->result->move_count);
    struct table *table = shown == 0 ? NULL : table_create(heads, 5);

    if (shown == 0) {
        return;
    }
    heading(screen, SCREEN_IN(screen, "Пошли бы иначе", "Would have gone elsewhere"));
    for (size_t i = 0; i < shown && table != NULL; i++) {
        const struct rehearsal_move *move = &view->result->moves[i];
        char number_cell[CELL_BYTES];
        char arrived[ZONE_TIME_TEXT_MAX];
        char before[CELL_BYTES];
        char after[CELL_BYTES];
        (void)snprintf(number_cell, sizeof(number_cell), "  %s", move->number);
        (void)table_add(
            table,
            (const char *const[]){
                number_cell,
                zone_time_format(view->region, 1, move->arrived_us, screen->language, arrived),
                way_text(screen, &move->before, before),
                way_text(screen, &move->after, after),
                rule_name(screen, move->after.rule)});
    }
    print_table(screen, &table);
    rest(screen, view->result->move_count, shown);
}

static void tell_curators(const struct screen *screen, const struct rehearsal_view *view)
{
    const char *const heads[] = {
        SCREEN_IN(screen, "  Куратор", "  Curator"),
        SCREEN_IN(screen, ">Случаев было", ">Cases before"),
        SCREEN_IN(screen, ">стало бы", ">after"),
        SCREEN_IN(screen, ">Наибольшая нагрузка была", ">Peak load before"),
        SCREEN_IN(screen, ">стала бы", ">after"),
        SCREEN_IN(screen, ">Предел", ">Capacity")};
    const size_t shown = shown_of(view, view->result->curator_count);
    struct table *table = shown == 0 ? NULL : table_create(heads, 6);

    if (shown == 0) {
        return;
    }
    heading(screen, SCREEN_IN(screen, "Нагрузка кураторов", "Load of the curators"));
    for (size_t i = 0; i < shown && table != NULL; i++) {
        const struct rehearsal_curator *curator = &view->result->curators[i];
        char name[CELL_BYTES];
        char cells[5][NUMBER_BYTES];
        (void)snprintf(name,
                       sizeof(name),
                       "  %s%s",
                       curator->id,
                       curator->known ? "" : SCREEN_IN(screen, " (выбыл)", " (gone)"));
        (void)table_add(
            table,
            (const char *const[]){name,
                                  number(curator->cases_before, cells[0]),
                                  number(curator->cases_after, cells[1]),
                                  number(curator->peak_before, cells[2]),
                                  number(curator->peak_after, cells[3]),
                                  curator->known ? number(curator->capacity, cells[4]) : "—"});
    }
    print_table(screen, &table);
    rest(screen, view->result->curator_count, shown);
}

static void tell_desks(const struct screen *screen, const struct rehearsal_view *view)
{
    const char *const heads[] = {SCREEN_IN(screen, "  Почему", "  Why"),
                                 SCREEN_IN(screen, ">Было", ">Before"),
                                 SCREEN_IN(screen, ">Стало бы", ">After")};
    const struct rehearsal_result *result = view->result;
    struct table *table = table_create(heads, 3);
    char before[NUMBER_BYTES];
    char after[NUMBER_BYTES];

    heading(screen,
            SCREEN_IN(screen,
                      "Столы: случаев без куратора по правилу",
                      "Desks: cases without a curator by rule"));
    for (int reason = DESK_REASON_UNSPECIFIED + 1; reason < DESK_REASON_END && table != NULL;
         reason++) {
        char title[CELL_BYTES];
        if (result->desks_before[reason] == 0 && result->desks_after[reason] == 0) {
            continue;
        }
        (void)snprintf(title,
                       sizeof(title),
                       "  %s",
                       wording_title(screen, VOCABULARY_DESK_REASON, (uint32_t)reason));
        (void)table_add(table,
                        (const char *const[]){title,
                                              number(result->desks_before[reason], before),
                                              number(result->desks_after[reason], after)});
    }
    if (table != NULL) {
        (void)table_add(table,
                        (const char *const[]){SCREEN_IN(screen, "  всего", "  in all"),
                                              number(result->desk_before, before),
                                              number(result->desk_after, after)});
    }
    print_table(screen, &table);
}

static void tell_norms(const struct screen *screen, const struct rehearsal_view *view)
{
    const char *const heads[] = {SCREEN_IN(screen, "  Срок", "  Norm"),
                                 SCREEN_IN(screen, ">Короче", ">Tighter"),
                                 SCREEN_IN(screen, ">Длиннее", ">Looser"),
                                 SCREEN_IN(screen, ">Нарушен был", ">Breached before"),
                                 SCREEN_IN(screen, ">был бы", ">after")};
    struct table *table = table_create(heads, 5);

    heading(screen,
            SCREEN_IN(screen,
                      "Сроки, если бы люди отвечали тогда же, когда ответили",
                      "Norms, had people answered when they did"));
    for (size_t i = 0; i < REHEARSAL_NORMS && table != NULL; i++) {
        const struct rehearsal_norm *norm = &view->result->norms[i];
        char title[CELL_BYTES];
        char cells[4][NUMBER_BYTES];
        (void)snprintf(
            title, sizeof(title), "  %s", screen_phrase(screen, policy_norm_title(norm->norm)));
        (void)table_add(table,
                        (const char *const[]){title,
                                              number(norm->tightened, cells[0]),
                                              number(norm->relaxed, cells[1]),
                                              number(norm->breached_before, cells[2]),
                                              number(norm->breached_after, cells[3])});
    }
    print_table(screen, &table);
}

static void heading(const struct screen *screen, const char *text)
{
    screen_print(screen,
                 "\n%s%s%s\n",
                 screen_color(screen, SCREEN_BOLD),
                 text,
                 screen_color(screen, SCREEN_PLAIN));
}

static void rest(const struct screen *screen, size_t count, size_t shown)
{
    if (shown < count) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "  Показано %zu из %zu; больше: --limit N, все: --limit 0.\n",
                               "  %zu of %zu shown; more: --limit N, all: --limit 0.\n"),
                     shown,
                     count);
    }
}

static const char *rule_name(const struct screen *screen, const char *rule)
{
    if (rule == NULL) {
        return SCREEN_IN(screen, "(прежней версии)", "(of an old version)");
    }
    return rule[0] == '\0' ? SCREEN_IN(screen, "(никакое)", "(none)") : rule;
}

static const char *
way_text(const struct screen *screen, const struct rehearsal_way *way, char buffer[CELL_BYTES])
{
    if (way->worker[0] != '\0') {
        return way->worker;
    }
    if (way->desk_reason == DESK_REASON_UNSPECIFIED) {
        return "—";
    }
    (void)snprintf(buffer,
                   CELL_BYTES,
                   SCREEN_IN(screen, "стол: %s", "desk: %s"),
                   wording_title(screen, VOCABULARY_DESK_REASON, way->desk_reason));
    return buffer;
}

static const char *number(size_t value, char buffer[NUMBER_BYTES])
{
    (void)snprintf(buffer, NUMBER_BYTES, "%zu", value);
    return buffer;
}

static size_t shown_of(const struct rehearsal_view *view, size_t count)
{
    return view->rows_max == 0 || count < view->rows_max ? count : view->rows_max;
}

static void print_table(const struct screen *screen, struct table **table)
{
    if (*table != NULL) {
        table_print(*table, screen->out);
    }
    table_destroy(table);
}
