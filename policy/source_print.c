/* Findings as a terminal shows them. */
#include "policy/source.h"

#include <string.h>

enum { SHOWN_CHARACTERS_MAX = 160 };

static void print_line(const struct source_diagnostic *item, FILE *stream);
static void
print_advice(const struct source_report *report, size_t at, enum language language, FILE *stream);
static size_t character_bytes(const char *text);

void source_print(const struct source_report *report, enum language language, FILE *stream)
{
    bool russian = language == LANGUAGE_RU;

    for (size_t i = 0; i < report->count; i++) {
        const struct source_diagnostic *item = &report->items[i];
        const char *severity = item->warning ? (russian ? "предупреждение" : "warning")
                                             : (russian ? "ошибка" : "error");

        char code[DIAGNOSTIC_CODE_BYTES];

        if (item->at.line > 0) {
            (void)fprintf(stream,
                          "%s:%u:%u: ",
                          item->at.file,
                          (unsigned)item->at.line,
                          (unsigned)item->at.column);
        }
        (void)fprintf(stream,
                      "%s %s: %s\n",
                      severity,
                      diagnostic_code(item->code, code),
                      phrase_in(item->text, language));
        if (item->line != NULL && item->at.line > 0) {
            print_line(item, stream);
        }
        print_advice(report, i, language, stream);
    }
    if (report->errors + report->warnings > report->count) {
        (void)fprintf(stream,
                      russian ? "… и ещё %zu\n" : "... and %zu more\n",
                      report->errors + report->warnings - report->count);
    }
}

/* What to do, at the first finding of a code. */
static void
print_advice(const struct source_report *report, size_t at, enum language language, FILE *stream)
{
    struct diagnostic_entry entry;

    for (size_t i = 0; i < at; i++) {
        if (report->items[i].code == report->items[at].code) {
            return;
        }
    }
    if (diagnostic_describe(report->items[at].code, &entry)) {
        (void)fprintf(stream,
                      "    %s: %s\n",
                      language == LANGUAGE_RU ? "как исправить" : "to mend it",
                      phrase_in(entry.advice, language));
    }
}

/* The source line and a caret under the column; tabs stay tabs, so that both lines agree. */
static void print_line(const struct source_diagnostic *item, FILE *stream)
{
    const char *at = item->line;
    size_t shown = 0;

    (void)fputs("    ", stream);
    while (*at != '\0' && shown < SHOWN_CHARACTERS_MAX) {
        size_t bytes = character_bytes(at);
        (void)fwrite(at, 1, bytes, stream);
        at += bytes;
        shown++;
    }
    (void)fputs(*at == '\0' ? "\n" : "…\n", stream);
    if (item->at.column > shown + 1) {
        return;
    }
    (void)fputs("    ", stream);
    at = item->line;
    for (uint32_t column = 1; column < item->at.column && *at != '\0'; column++) {
        (void)fputc(*at == '\t' ? '\t' : ' ', stream);
        at += character_bytes(at);
    }
    (void)fputs("^\n", stream);
}

static size_t character_bytes(const char *text)
{
    size_t bytes = 1;

    while (((unsigned char)text[bytes] & 0xC0U) == 0x80U) {
        bytes++;
    }
    return bytes;
}
