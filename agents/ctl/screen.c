/* Output; see the header. */
#include "agents/ctl/screen.h"

#include "base/table.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

enum { LABEL_COLUMNS = 20, LABEL_INDENT = 2, COLORS = 6, SHORT_TEXT_BYTES = 1024 };

/* Colours travel through the formats as these characters and become escape sequences at the very end, where every
 * other control character of the texts that others wrote is put out of action. */
static const char *const color_marks[COLORS] = {"\001", "\002", "\003", "\004", "\005", "\006"};
static const char *const color_sequences[COLORS] =
    {"\033[0m", "\033[1m", "\033[2m", "\033[31m", "\033[33m", "\033[32m"};

static void write_format(FILE *stream, size_t indent, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
static void write_text(FILE *stream, size_t indent, const char *text);

void screen_print(const struct screen *screen, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_format(screen->out, 0, format, arguments);
    va_end(arguments);
}

void screen_hint(const struct screen *screen, const char *format, ...)
{
    va_list arguments;

    if (screen->json) {
        return;
    }
    va_start(arguments, format);
    write_format(screen->err, 0, format, arguments);
    va_end(arguments);
}

void screen_field(const struct screen *screen, const char *label, const char *format, ...)
{
    size_t columns = table_text_columns(label) + 1;
    va_list arguments;

    (void)fprintf(screen->out,
                  "%*s%s:%*s",
                  LABEL_INDENT,
                  "",
                  label,
                  columns < LABEL_COLUMNS ? (int)(LABEL_COLUMNS - columns) : 1,
                  "");
    va_start(arguments, format);
    write_format(screen->out, LABEL_INDENT + LABEL_COLUMNS, format, arguments);
    va_end(arguments);
    (void)fputc('\n', screen->out);
}

void screen_error(const struct screen *screen, const struct error *err)
{
    char text[sizeof(err->at.file) + sizeof(err->text) + 32];

    if (err->text[0] == '\0') {
        return;
    }
    (void)fputs("refctl: ", screen->err);
    write_text(screen->err, 0, error_format(err, text, sizeof(text)));
    (void)fputc('\n', screen->err);
}

const char *screen_color(const struct screen *screen, enum screen_color color)
{
    return screen->color ? color_marks[color] : "";
}

bool screen_json(const struct screen *screen, struct json_t *document, struct error *err)
{
    if (document == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    int dumped = json_dumpf(document, screen->out, JSON_INDENT(2));
    json_decref(document);
    if (dumped != 0 || fputc('\n', screen->out) == EOF) {
        return error_set(err, ERROR_IO, "cannot write the answer");
    }
    return true;
}

const char *screen_phrase(const struct screen *screen, struct phrase phrase)
{
    const char *text = phrase_in(phrase, screen->language);

    return text == NULL ? "" : text;
}

static void write_format(FILE *stream, size_t indent, const char *format, va_list arguments)
{
    char brief[SHORT_TEXT_BYTES];
    va_list again;

    va_copy(again, arguments);
    int length = vsnprintf(brief, sizeof(brief), format, arguments);
    if (length >= 0 && (size_t)length < sizeof(brief)) {
        write_text(stream, indent, brief);
    } else if (length >= 0) {
        char *text = malloc((size_t)length + 1);
        if (text != NULL && vsnprintf(text, (size_t)length + 1, format, again) == length) {
            write_text(stream, indent, text);
        }
        free(text);
    }
    va_end(again);
}

/* Lines after the first begin at indent; a newline that ends the text is not indented. */
static void write_text(FILE *stream, size_t indent, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        bool is_c1 =
            byte == 0xC2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xA0;
        if (byte >= 1 && byte <= COLORS) {
            (void)fputs(color_sequences[byte - 1], stream);
        } else if (byte == '\n') {
            (void)fprintf(stream, "\n%*s", text[1] == '\0' ? 0 : (int)indent, "");
        } else if ((byte < 0x20 && byte != '\t') || byte == 0x7F || is_c1) {
            (void)fputc('?', stream);
            text += is_c1 ? 1 : 0;
        } else {
            (void)fputc(byte, stream);
        }
    }
}
