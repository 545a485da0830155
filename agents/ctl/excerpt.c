/* Mistakes at their place; see the header. */
#include "agents/ctl/excerpt.h"

#include "base/table.h"

#include <string.h>

enum { LINE_BYTES_MAX = 400 };

static bool find_line(struct bytes content, uint32_t line, char buffer[LINE_BYTES_MAX]);
static size_t columns_before(const char *line, uint32_t column);

const char *excerpt_half(const char *text, enum language language, char buffer[EXCERPT_TEXT_MAX])
{
    static const char between[] = " / ";
    const char *cuts[16];
    size_t count = 0;

    for (const char *at = strstr(text, between); at != NULL && count < 16;
         at = strstr(at + sizeof(between) - 1, between)) {
        cuts[count++] = at;
    }
    if (count % 2 == 0) {
        (void)snprintf(buffer, EXCERPT_TEXT_MAX, "%s", text);
    } else if (language ==
               LANGUAGE_RU) { /* what a person wrote may hold the cut too, once in each half */
        (void)snprintf(buffer, EXCERPT_TEXT_MAX, "%.*s", (int)(cuts[count / 2] - text), text);
    } else {
        (void)snprintf(buffer, EXCERPT_TEXT_MAX, "%s", cuts[count / 2] + sizeof(between) - 1);
    }
    return buffer;
}

struct bytes excerpt_of_form(const struct screen *screen, struct bytes content)
{
    return screen->err_is_terminal ? content : bytes_of("", 0);
}

void excerpt_print(const struct screen *screen, const struct error *error, struct bytes content)
{
    struct error half = *error;
    char message[sizeof(half.text) + sizeof(half.at.file) + 32];
    char line[LINE_BYTES_MAX];

    (void)excerpt_half(error->text, screen->language, half.text);
    screen_hint(screen, "%s\n", error_format(&half, message, sizeof(message)));
    if (error->at.line == 0 || !find_line(content, error->at.line, line)) {
        return;
    }
    screen_hint(
        screen, "    %s\n    %*s^\n", line, (int)columns_before(line, error->at.column), "");
}

void excerpt_print_all(const struct screen *screen,
                       const struct error_list *errors,
                       struct bytes content)
{
    for (size_t i = 0; i < errors->count; i++) {
        excerpt_print(screen, &errors->items[i], content);
    }
    if (errors->dropped > 0) {
        screen_hint(screen,
                    SCREEN_IN(screen, "… и ещё ошибок: %zu\n", "... and %zu more errors\n"),
                    errors->dropped);
    }
}

/* Tabs become blanks, so that the caret stands right; a long line is cut. */
static bool find_line(struct bytes content, uint32_t line, char buffer[LINE_BYTES_MAX])
{
    const char *at = (const char *)content.data;
    const char *end = at + content.size;
    size_t length = 0;

    for (uint32_t number = 1; number < line; number++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (at == NULL) {
            return false;
        }
        at++;
    }
    while (at < end && *at != '\n' && *at != '\r' && length < LINE_BYTES_MAX - 1) {
        buffer[length++] = *at == '\t' ? ' ' : *at;
        at++;
    }
    while (length > 0 && at < end && ((unsigned char)*at & 0xC0) == 0x80 &&
           ((unsigned char)buffer[length - 1] & 0x80) != 0) {
        length--; /* do not cut a letter into halves */
    }
    buffer[length] = '\0';
    return length > 0;
}

/* How wide the characters before a 1-based column are on a terminal. */
static size_t columns_before(const char *line, uint32_t column)
{
    char before[LINE_BYTES_MAX];
    size_t length = 0;

    for (uint32_t number = 1; number < column && line[length] != '\0'; number++) {
        length++;
        while (((unsigned char)line[length] & 0xC0) == 0x80) {
            length++;
        }
    }
    memcpy(before, line, length);
    before[length] = '\0';
    return table_text_columns(before);
}
