/* Findings: both languages are formatted at once, from the same arguments. */
#include "policy/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FINDING_TEXT_BYTES = 1024 };

static const struct phrase memory_out = {"не хватило памяти для проверки",
                                         "the check ran out of memory"};

/* What yaml_tree says, for readers of Russian; only the beginning is compared. */
static const struct phrase yaml_texts[] = {
    {"второй документ в одном файле", "a second document in one file"},
    {"ссылки (*имя) здесь не читаются: напишите значение полностью", "aliases (*name)"},
    {"ключом может быть только слово, не список и не карта", "a key must be one word"},
    {"слишком большая вложенность", "more than "},
    {"теги (!имя) здесь не читаются", "tags (!name)"},
    {"якоря (&имя) здесь не читаются", "anchors (&name)"},
    {"ключ здесь уже был", "the key \""},
    {"не хватило памяти, чтобы прочитать файл", "no memory left"},
    {"здесь не может стоять табуляция: отступайте пробелами", "a tab cannot stand here"},
    {"файл слишком длинный", "the file is longer"},
    {"файл записан не в UTF-8 или повреждён", "the text holds a NUL"},
};

static void
add(struct finding_list *list, bool warning, const struct text_pos *at, struct phrase text);
static struct finding *take_slot(struct finding_list *list, bool warning);
static const char *format_text(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static const char *yaml_in_russian(struct arena *arena, const char *text);

bool finding_list_begin(struct finding_list *list, struct arena *arena)
{
    *list = (struct finding_list){.arena = arena};
    list->items = arena_array(arena, FINDING_MAX, sizeof(*list->items));
    return list->items != NULL;
}

bool finding_error(struct finding_list *list,
                   const struct text_pos *at,
                   const char *ru,
                   const char *en,
                   ...)
{
    struct phrase text;
    va_list args;

    va_start(args, en);
    text.ru = format_text(list->arena, ru, args);
    va_end(args);
    va_start(args, en);
    text.en = format_text(list->arena, en, args);
    va_end(args);
    add(list, false, at, text);
    return false;
}

void finding_warning(struct finding_list *list,
                     const struct text_pos *at,
                     const char *ru,
                     const char *en,
                     ...)
{
    struct phrase text;
    va_list args;

    va_start(args, en);
    text.ru = format_text(list->arena, ru, args);
    va_end(args);
    va_start(args, en);
    text.en = format_text(list->arena, en, args);
    va_end(args);
    add(list, true, at, text);
}

bool finding_error_phrase(struct finding_list *list, const struct text_pos *at, struct phrase text)
{
    add(list, false, at, text);
    return false;
}

void finding_adopt_yaml(struct finding_list *list, const struct error_list *errors)
{
    for (size_t i = 0; i < errors->count; i++) {
        const struct error *error = &errors->items[i];
        const char *en = arena_text(list->arena, error->text);
        struct phrase text = {yaml_in_russian(list->arena, error->text), en};

        add(list, false, &error->at, text);
    }
    list->errors += errors->dropped;
    list->dropped += errors->dropped;
}

void finding_report(const struct finding_list *list, struct error_list *errors)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct finding *item = &list->items[i];

        if (!item->warning) {
            (void)error_list_add(errors, ERROR_CONFIG, &item->at, "%s", item->text.en);
        }
    }
    errors->dropped += list->dropped;
}

static void
add(struct finding_list *list, bool warning, const struct text_pos *at, struct phrase text)
{
    if (warning) {
        list->warnings++;
    } else {
        list->errors++;
    }
    struct finding *item = take_slot(list, warning);
    if (item == NULL) {
        return;
    }
    item->warning = warning;
    item->at = at == NULL ? (struct text_pos){.line = 0} : *at;
    item->text.ru = text.ru == NULL ? memory_out.ru : text.ru;
    item->text.en = text.en == NULL ? memory_out.en : text.en;
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

static const char *yaml_in_russian(struct arena *arena, const char *text)
{
    for (size_t i = 0; i < sizeof(yaml_texts) / sizeof(yaml_texts[0]); i++) {
        if (strncmp(text, yaml_texts[i].en, strlen(yaml_texts[i].en)) == 0) {
            return yaml_texts[i].ru;
        }
    }
    return arena_format(arena, "запись YAML: %s", text);
}
