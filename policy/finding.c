/* Findings: both languages are formatted at once, from the same arguments. */
#include "policy/finding.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FINDING_TEXT_BYTES = 1024 };

static const struct phrase memory_out = {"не хватило памяти для проверки",
                                         "the check ran out of memory"};

/* What yaml_tree says, for readers of Russian and as a code; only the beginning is compared. */
static const struct {
    const char *begins;
    enum diagnostic code;
    const char *ru;
} yaml_texts[] = {
    {"a second document in one file", DIAGNOSTIC_YAML_DOCUMENTS, "второй документ в одном файле"},
    {"aliases (*name)",
     DIAGNOSTIC_YAML_ALIAS,
     "ссылки (*имя) здесь не читаются: напишите значение полностью"},
    {"a key must be one word",
     DIAGNOSTIC_YAML_KEY_FORM,
     "ключом может быть только слово, не список и не карта"},
    {"more than ", DIAGNOSTIC_YAML_DEPTH, "слишком большая вложенность"},
    {"tags (!name)", DIAGNOSTIC_YAML_TAG, "теги (!имя) здесь не читаются"},
    {"anchors (&name)", DIAGNOSTIC_YAML_ANCHOR, "якоря (&имя) здесь не читаются"},
    {"the key \"", DIAGNOSTIC_YAML_KEY_TWICE, "этот ключ в той же записи уже стоит выше"},
    {"no memory left", DIAGNOSTIC_MEMORY, "не хватило памяти, чтобы прочитать файл"},
    {"a tab cannot stand here",
     DIAGNOSTIC_YAML_TAB,
     "здесь не может стоять табуляция: отступайте пробелами"},
    {"the file is longer", DIAGNOSTIC_FILE_TOO_LONG, "файл слишком длинный"},
    {"the byte ", DIAGNOSTIC_FILE_TEXT, "файл записан не в UTF-8 или повреждён"},
    {"the character U+", DIAGNOSTIC_FILE_TEXT, "в файле недопустимый управляющий знак"},
    {"\\u", DIAGNOSTIC_FILE_TEXT, "половина суррогатной пары \\u: знака нет"},
    {"no such character",
     DIAGNOSTIC_FILE_TEXT,
     "такого знака нет: пишите его самого или \\U и 8 цифр"},
    {"the text holds a NUL", DIAGNOSTIC_FILE_TEXT, "файл записан не в UTF-8 или повреждён"},
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
    {"did not find expected node content",
     {"здесь должно стоять значение", "a value must stand here"}},
};

static void
add(struct finding_list *list, enum diagnostic code, const struct text_pos *at, struct phrase text);
static bool is_warning(enum diagnostic code);
static bool speaks_of_absence(enum diagnostic code);
static struct finding *take_slot(struct finding_list *list, bool warning);
static const char *format_text(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static enum diagnostic yaml_phrase(struct arena *arena, const char *said, struct phrase *text);
static bool syntax_phrase(struct arena *arena, const char *said, struct phrase *text);

bool finding_list_begin(struct finding_list *list, struct arena *arena)
{
    *list = (struct finding_list){.arena = arena};
    list->items = arena_array(arena, FINDING_MAX, sizeof(*list->items));
    return list->items != NULL;
}

bool finding_error(struct finding_list *list,
                   enum diagnostic code,
                   const struct text_pos *at,
                   const char *ru,
                   const char *en,
                   ...)
{
    struct phrase text;
    va_list args;

    assert(!is_warning(code));
    va_start(args, en);
    text.ru = format_text(list->arena, ru, args);
    va_end(args);
    va_start(args, en);
    text.en = format_text(list->arena, en, args);
    va_end(args);
    add(list, code, at, text);
    return false;
}

void finding_warning(struct finding_list *list,
                     enum diagnostic code,
                     const struct text_pos *at,
                     const char *ru,
                     const char *en,
                     ...)
{
    struct phrase text;
    va_list args;

    assert(is_warning(code));
    va_start(args, en);
    text.ru = format_text(list->arena, ru, args);
    va_end(args);
    va_start(args, en);
    text.en = format_text(list->arena, en, args);
    va_end(args);
    add(list, code, at, text);
}

bool finding_error_phrase(struct finding_list *list,
                          enum diagnostic code,
                          const struct text_pos *at,
                          struct phrase text)
{
    add(list, code, at, text);
    return false;
}

void finding_adopt_yaml(struct finding_list *list, const struct error_list *errors)
{
    for (size_t i = 0; i < errors->count; i++) {
        const struct error *error = &errors->items[i];
        struct phrase text;
        enum diagnostic code = yaml_phrase(list->arena, error->text, &text);

        add(list, code, &error->at, text);
    }
    list->errors += errors->dropped;
    list->dropped += errors->dropped;
}

void finding_report(const struct finding_list *list, struct error_list *errors)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct finding *item = &list->items[i];

        if (!item->warning) {
            char code[DIAGNOSTIC_CODE_BYTES];
            (void)error_list_add(errors,
                                 ERROR_CONFIG,
                                 &item->at,
                                 "%s: %s",
                                 diagnostic_code(item->code, code),
                                 item->text.en);
        }
    }
    errors->dropped += list->dropped;
}

static void
add(struct finding_list *list, enum diagnostic code, const struct text_pos *at, struct phrase text)
{
    bool warning = is_warning(code);

    if (list->partial && speaks_of_absence(code)) {
        return;
    }
    if (warning) {
        list->warnings++;
    } else {
        list->errors++;
    }
    struct finding *item = take_slot(list, warning);
    if (item == NULL) {
        return;
    }
    item->code = code;
    item->warning = warning;
    item->at = at == NULL ? (struct text_pos){.line = 0} : *at;
    item->text.ru = text.ru == NULL ? memory_out.ru : text.ru;
    item->text.en = text.en == NULL ? memory_out.en : text.en;
}

static bool is_warning(enum diagnostic code)
{
    struct diagnostic_entry entry;
    bool known = diagnostic_describe(code, &entry);

    assert(known);
    return entry.warning;
}

static bool speaks_of_absence(enum diagnostic code)
{
    static const enum diagnostic codes[] = {
        DIAGNOSTIC_TERRITORIES_NONE,
        DIAGNOSTIC_TERRITORY_UNKNOWN,
        DIAGNOSTIC_AGENCY_UNKNOWN,
        DIAGNOSTIC_SITE_UNKNOWN,
        DIAGNOSTIC_SITES_KEYLESS,
        DIAGNOSTIC_ADMINISTRATOR_NONE,
        DIAGNOSTIC_DESK_NONE,
        DIAGNOSTIC_DESK_EMPTY,
        DIAGNOSTIC_POLICY_ID_NONE,
        DIAGNOSTIC_POOL_UNKNOWN,
        DIAGNOSTIC_ESCALATE_NOBODY,
        DIAGNOSTIC_WORKER_ABROAD,
        DIAGNOSTIC_SERVICE_ABROAD,
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i] == code) {
            return true;
        }
    }
    return false;
}

/* A full list gives up its last warning for an error. */
static struct finding *take_slot(struct finding_list *list, bool warning)
{
    if (list->count < FINDING_MAX) {
        return &list->items[list->count++];
    }
    list->dropped++;
    for (size_t i = list->count; i > 0 && !warning; i--) {
        if (list->items[i - 1].warning) {
            return &list->items[i - 1];
        }
    }
    return NULL;
}

static const char *format_text(struct arena *arena, const char *format, va_list args)
{
    char text[FINDING_TEXT_BYTES];

    if (vsnprintf(text, sizeof(text), format, args) < 0) {
        return NULL;
    }
    size_t bytes = strlen(text);
    if (bytes == sizeof(text) - 1) { /* perhaps cut inside a character: give up its beginning */
        while (bytes > 0 && ((unsigned char)text[bytes - 1] & 0xC0U) == 0x80U) {
            bytes--;
        }
        bytes -= bytes > 0 && (unsigned char)text[bytes - 1] >= 0xC0 ? 1 : 0;
    }
    return arena_text_of(arena, bytes_of(text, bytes));
}

static enum diagnostic yaml_phrase(struct arena *arena, const char *said, struct phrase *text)
{
    text->en = arena_text(arena, said);
    for (size_t i = 0; i < sizeof(yaml_texts) / sizeof(yaml_texts[0]); i++) {
        if (strncmp(said, yaml_texts[i].begins, strlen(yaml_texts[i].begins)) == 0) {
            text->ru = yaml_texts[i].ru;
            return yaml_texts[i].code;
        }
    }
    if (!syntax_phrase(arena, said, text)) {
        text->ru = arena_format(arena, "запись YAML: %s", said);
    }
    return DIAGNOSTIC_YAML_SYNTAX;
}

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
