/* Where a command writes and in which manner: streams, language, colour or JSON, and what time it is.
 *
 * Results go to out, everything about the run itself (errors, hints) to err, so that results can be piped. A JSON
 * run writes exactly one document to out. Control characters in texts that others wrote never reach the terminal.
 */
#ifndef CTL_SCREEN_H
#define CTL_SCREEN_H

#include "base/error.h"
#include "base/phrase.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_t;

struct screen {
    FILE *out;
    FILE *err;
    bool err_is_terminal; /* somebody looks at it; else it may be a log */
    enum language language;
    bool color;
    bool json;
    int64_t now_us;
};

enum screen_color {
    SCREEN_PLAIN,
    SCREEN_BOLD,
    SCREEN_DIM,
    SCREEN_RED,
    SCREEN_YELLOW,
    SCREEN_GREEN
};

/* A format in the reader's language; both are literals, so that the compiler checks them. */
#define SCREEN_IN(screen, ru, en) ((screen)->language == LANGUAGE_RU ? (ru) : (en))

void screen_print(const struct screen *screen, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* To err: a hint, nothing that a program would read. Silent in a JSON run. */
void screen_hint(const struct screen *screen, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "  Куратор:            text", the label padded to one width; further lines of the text stand under the
 * first. */
void screen_field(const struct screen *screen, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "refctl: text" to err; nothing when the error has no text, because the answer said it. */
void screen_error(const struct screen *screen, const struct error *err);
/* What begins a colour in the texts of the functions above (in no others), "" without colours; SCREEN_PLAIN
 * ends it. */
const char *screen_color(const struct screen *screen, enum screen_color color);
/* Prints a JSON document and releases it; NULL means that memory ran out. */
bool screen_json(const struct screen *screen, struct json_t *document, struct error *err)
    __attribute__((warn_unused_result));
/* The title in the reader's language. */
const char *screen_phrase(const struct screen *screen, struct phrase phrase);

#endif
