/* Two tables: our own words, and libyaml's. */
#include "base/yaml_phrase.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What yaml_tree says, for readers of Russian; only the beginning is compared. */
static const struct {
    const char *begins;
    const char *ru;
} own_texts[] = {
    {"a second document in one file", "второй документ в одном файле"},
    {"aliases (*name)", "ссылки (*имя) здесь не читаются: напишите значение полностью"},
    {"a key must be one word", "ключом может быть только слово, не список и не карта"},
    {"more than ", "слишком большая вложенность"},
    {"tags (!name)", "теги (!имя) здесь не читаются"},
    {"anchors (&name)", "якоря (&имя) здесь не читаются"},
    {"this key stands here twice", "этот ключ в той же записи уже стоит выше"},
    {"no memory left", "не хватило памяти, чтобы прочитать файл"},
    {"a tab cannot stand here", "здесь не может стоять табуляция: отступайте пробелами"},
    {"the file is longer", "файл слишком длинный"},
    {"the byte ", "файл записан не в UTF-8 или повреждён"},
    {"the character U+", "в файле недопустимый управляющий знак"},
    {"\\u", "половина суррогатной пары \\u: знака нет"},
    {"no such character", "такого знака нет: пишите его самого или \\U и 8 цифр"},
    {"the text holds a NUL", "файл записан не в UTF-8 или повреждён"},
};

/* What libyaml says of a mistake in writing, as people make it. */
static const struct {
    const char *begins;
    struct phrase text;
} syntax_texts[] = {
    {"did not find expected ',' or '}'",
     {"не закрыта скобка { или кавычка, или забыта запятая",
      "a { or a quote is not closed, or a comma is missing"}},
    {"did not find expected ',' or ']'",
     {"не закрыта скобка [ или кавычка, или забыта запятая",
      "a [ or a quote is not closed, or a comma is missing"}},
    {"did not find expected '-' indicator",
     {"строка стоит не под своей записью: отступ больше или меньше, чем у соседних",
      "the line does not stand under its entry: its indentation differs from its neighbours'"}},
    {"did not find expected key",
     {"строка стоит не под своей записью или кавычка закрыта раньше",
      "the line does not stand under its entry, or a quote is closed too early"}},
    {"mapping values are not allowed",
     {"лишнее двоеточие или отступ; текст с двоеточием берут в кавычки",
      "a colon too many or a wrong indentation; a text with a colon is quoted"}},
    {"could not find expected ':'",
     {"после ключа нет двоеточия с пробелом", "a colon and a blank are missing behind the key"}},
    {"found unexpected end of stream",
     {"файл кончился, а кавычка или скобка не закрыта",
      "the file ends and a quote or a bracket is not closed"}},
    {"found character that cannot start any token",
     {"с этого знака запись начинаться не может: возьмите текст в кавычки",
      "nothing can begin with this character: quote the text"}},
    {"did not find expected <document start>",
     {"запись кончилась раньше: эта строка ни к чему не относится",
      "the record ended before: this line belongs to nothing"}},
    {"found unknown escape character",
     {"после \\ в кавычках нет такого знака", "no such character may follow \\ in quotes"}},
    {"did not find expected node content",
     {"здесь должно стоять значение", "a value must stand here"}},
};

/* With the line in which began what is not closed, when libyaml names it. */
static bool syntax_phrase(struct arena *arena, const char *said, struct phrase *text)
{
    static const char mark[] = " that began in line ";
    const char *line = strstr(said, mark);
    const int digits = line == NULL ? 0 : (int)strspn(line + sizeof(mark) - 1, "0123456789");

    for (size_t i = 0; i < sizeof(syntax_texts) / sizeof(syntax_texts[0]); i++) {
        const struct phrase *known = &syntax_texts[i].text;
        if (strncmp(said, syntax_texts[i].begins, strlen(syntax_texts[i].begins)) != 0) {
            continue;
        }
        if (line == NULL) {
            *text = *known;
        } else {
            const char *number = line + sizeof(mark) - 1;
            text->ru =
                arena_format(arena, "%s (запись начата в строке %.*s)", known->ru, digits, number);
            text->en = arena_format(arena, "%s (begun in line %.*s)", known->en, digits, number);
        }
        return true;
    }
    return false;
}

/* "… (before: line 7)" says so in Russian, too. */
static const char *with_line_before(struct arena *arena, const char *said, const char *ru)
{
    static const char mark[] = " (before: line ";
    const char *line = strstr(said, mark);

    if (line == NULL) {
        return ru;
    }
    line += sizeof(mark) - 1;
    return arena_format(arena, "%s (строка %.*s)", ru, (int)strspn(line, "0123456789"), line);
}

struct phrase yaml_phrase(struct arena *arena, const char *said)
{
    struct phrase text = {.en = arena_text(arena, said)};

    for (size_t i = 0; i < sizeof(own_texts) / sizeof(own_texts[0]); i++) {
        if (strncmp(said, own_texts[i].begins, strlen(own_texts[i].begins)) == 0) {
            text.ru = with_line_before(arena, said, own_texts[i].ru);
            return text;
        }
    }
    if (!syntax_phrase(arena, said, &text)) {
        text.ru = arena_format(arena, "запись YAML: %s", said);
    }
    return text;
}

void yaml_phrase_errors(struct error_list *errors, size_t from, struct arena *arena)
{
    for (size_t i = from; i < errors->count; i++) {
        struct error *error = &errors->items[i];
        const struct phrase text = yaml_phrase(arena, error->text);
        const struct text_pos at = error->at;
        if (text.ru != NULL && text.en != NULL) {
            (void)error_set_at(error, error->code, &at, "%s / %s", text.ru, text.en);
        }
    }
}
