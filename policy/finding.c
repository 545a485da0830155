/* Findings: both languages are formatted at once, from the same arguments. */
#include "policy/finding.h"

#include "base/yaml_phrase.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FINDING_TEXT_BYTES = 1024 };

static const struct phrase memory_out = {"не хватило памяти для проверки",
                                         "the check ran out of memory"};

/* The code of what yaml_tree says; only the beginning is compared. What is not here is a mistake in writing. */
static const struct {
    const char *begins;
    enum diagnostic code;
} yaml_codes[] = {
    {"a second document in one file", DIAGNOSTIC_YAML_DOCUMENTS},
    {"aliases (*name)", DIAGNOSTIC_YAML_ALIAS},
    {"a key must be one word", DIAGNOSTIC_YAML_KEY_FORM},
    {"more than ", DIAGNOSTIC_YAML_DEPTH},
    {"tags (!name)", DIAGNOSTIC_YAML_TAG},
    {"anchors (&name)", DIAGNOSTIC_YAML_ANCHOR},
    {"this key stands here twice", DIAGNOSTIC_YAML_KEY_TWICE},
    {"no memory left", DIAGNOSTIC_MEMORY},
    {"a tab cannot stand here", DIAGNOSTIC_YAML_TAB},
    {"the file is longer", DIAGNOSTIC_FILE_TOO_LONG},
    {"the byte ", DIAGNOSTIC_FILE_TEXT},
    {"the character U+", DIAGNOSTIC_FILE_TEXT},
    {"\\u", DIAGNOSTIC_FILE_TEXT},
    {"no such character", DIAGNOSTIC_FILE_TEXT},
    {"the text holds a NUL", DIAGNOSTIC_FILE_TEXT},
};

static void
add(struct finding_list *list, enum diagnostic code, const struct text_pos *at, struct phrase text);
static bool is_warning(enum diagnostic code);
static bool speaks_of_absence(enum diagnostic code);
static struct finding *take_slot(struct finding_list *list, bool warning);
static const char *format_text(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static enum diagnostic yaml_code(const char *said);

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
        add(list, yaml_code(error->text), &error->at, yaml_phrase(list->arena, error->text));
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
        DIAGNOSTIC_ADMINISTRATORS_KEYLESS,
        DIAGNOSTIC_NEEDS_NOWHERE,
        DIAGNOSTIC_NEED_SOMEWHERE,
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

static enum diagnostic yaml_code(const char *said)
{
    for (size_t i = 0; i < sizeof(yaml_codes) / sizeof(yaml_codes[0]); i++) {
        if (strncmp(said, yaml_codes[i].begins, strlen(yaml_codes[i].begins)) == 0) {
            return yaml_codes[i].code;
        }
    }
    return DIAGNOSTIC_YAML_SYNTAX;
}
