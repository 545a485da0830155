/* Help; see the header. */
#include "agents/ctl/help.h"

#include "base/table.h"

#include <string.h>

enum { NAME_COLUMNS = 16, OPTION_NAME_COLUMNS = 22 };

/* Options that every command takes. */
static const uint64_t everywhere =
    UINT64_C(1) << OPTION_HELP | UINT64_C(1) << OPTION_LANG | UINT64_C(1) << OPTION_VERSION;

static void group(const struct screen *screen, enum verb_group group, const char *example);
static void line(const struct screen *screen, const struct verb *verb);
static void option_line(const struct screen *screen, enum option option);
static void padded(const struct screen *screen, const char *text, size_t columns);

void help_overview(const struct screen *screen)
{
    screen_print(screen,
                 SCREEN_IN(screen,
                           "refctl — направления о семьях, случаи и их кураторы\n\n",
                           "refctl - referrals about families, cases and their curators\n\n"));
    group(screen, VERB_REFERS, "refctl submit napravlenie.yaml");
    group(screen, VERB_CURATES, "refctl accept NSO-2026-000123-7");
    group(screen, VERB_ADMINISTERS, "refctl policy check config/novosibirsk");
    screen_print(screen,
                 SCREEN_IN(screen,
                           "Подробно о команде: refctl help КОМАНДА. Для программ: --json. "
                           "Язык: --lang ru|en.\n",
                           "More about a command: refctl help COMMAND. For programs: --json. "
                           "Language: --lang ru|en.\n"));
}

void help_verb(const struct screen *screen, const struct verb *verb)
{
    const char *arguments = screen_phrase(screen, verb->arguments);
    const char *text = screen_phrase(screen, verb->text);
    char name[VERB_NAME_MAX];

    (void)verb_name(verb, name);
    screen_print(screen, "refctl %s: %s\n\n", name, screen_phrase(screen, verb->summary));
    screen_print(
        screen,
        SCREEN_IN(screen, "Вызов:   refctl %s%s%s [КЛЮЧИ]\n", "Usage:   refctl %s%s%s [OPTIONS]\n"),
        name,
        arguments[0] == '\0' ? "" : " ",
        arguments);
    screen_print(screen, SCREEN_IN(screen, "Пример:  %s\n", "Example: %s\n"), verb->example);
    if (text[0] != '\0') {
        screen_print(screen, "\n%s", text);
    }
    screen_print(screen, SCREEN_IN(screen, "\nКлючи:\n", "\nOptions:\n"));
    for (enum option option = 0; option < OPTION_END; option++) {
        if (((verb->options | everywhere) >> option & 1) != 0 && option != OPTION_VERSION) {
            option_line(screen, option);
        }
    }
}

void help_noun(const struct screen *screen, const char *noun)
{
    for (size_t i = 0; i < verb_count(); i++) {
        if (strcmp(verb_at(i)->noun, noun) == 0) {
            line(screen, verb_at(i));
        }
    }
}

static void group(const struct screen *screen, enum verb_group group, const char *example)
{
    static const struct phrase titles[VERB_GROUP_END] = {
        {"Кто направляет (школа, поликлиника, полиция, НКО):",
         "Who refers (school, clinic, police, NGO):"},
        {"Кто ведёт случаи (куратор, стол разбора, руководитель):",
         "Who curates (curator, triage desk, supervisor):"},
        {"Кто администрирует:", "Who administers:"},
    };

    screen_print(screen,
                 "%s%s%s\n",
                 screen_color(screen, SCREEN_BOLD),
                 screen_phrase(screen, titles[group]),
                 screen_color(screen, SCREEN_PLAIN));
    for (size_t i = 0; i < verb_count(); i++) {
        if (verb_at(i)->group == group) {
            line(screen, verb_at(i));
        }
    }
    screen_print(screen, SCREEN_IN(screen, "  Например: %s\n\n", "  For example: %s\n\n"), example);
}

static void line(const struct screen *screen, const struct verb *verb)
{
    char name[VERB_NAME_MAX];

    screen_print(screen, "  ");
    padded(screen, verb_name(verb, name), NAME_COLUMNS);
    screen_print(screen, " %s\n", screen_phrase(screen, verb->summary));
}

static void option_line(const struct screen *screen, enum option option)
{
    const struct options_row *row = options_row(option);
    const char *value = row->value.en == NULL ? "" : screen_phrase(screen, row->value);
    char text[96];

    (void)snprintf(text,
                   sizeof(text),
                   "%s%c%s--%s%s%s",
                   row->letter == '\0' ? "" : "-",
                   row->letter == '\0' ? ' ' : row->letter,
                   row->letter == '\0' ? "   " : ", ",
                   row->name,
                   value[0] == '\0' ? "" : " ",
                   value);
    screen_print(screen, "  ");
    padded(screen, text, OPTION_NAME_COLUMNS);
    screen_print(screen, " %s\n", screen_phrase(screen, row->meaning));
}

static void padded(const struct screen *screen, const char *text, size_t columns)
{
    size_t width = table_text_columns(text);

    screen_print(screen, "%s%*s", text, width < columns ? (int)(columns - width) : 0, "");
}
