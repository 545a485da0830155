/* What the drop folder leaves behind: see drop_report.h. */
#include "agents/daemon/drop_report.h"

#include "base/utc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { REPORT_BYTES_MAX = 65536 };

/* A text that grows in room which the arena gave; what does not fit is left out. */
struct text {
    char *data;
    size_t size;
};

static struct text begin(struct arena *arena)
{
    return (struct text){.data = arena_alloc(arena, REPORT_BYTES_MAX)};
}

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    size_t room = REPORT_BYTES_MAX - text->size;
    if (text->data == NULL) {
        return;
    }
    va_start(arguments, format);
    int bytes = vsnprintf(text->data + text->size, room, format, arguments);
    va_end(arguments);
    if (bytes > 0 && (size_t)bytes < room) {
        text->size += (size_t)bytes;
    }
}

static void add_mask(struct text *text, const char *name, enum vocabulary list, uint32_t mask)
{
    const char *between = "";
    add(text, "%s: [", name);
    for (uint32_t i = 1; i < vocabulary_count(list); i++) {
        if ((mask >> i & 1) != 0) {
            add(text, "%s%s", between, vocabulary_code(list, i));
            between = ", ";
        }
    }
    add(text, "]\n");
}

struct bytes drop_report_done(const struct id128 *id,
                              const char *name,
                              const struct form *form,
                              int64_t now_us,
                              struct arena *arena)
{
    char uuid[ID128_TEXT_MAX];
    char time[UTC_TEXT_MAX];
    const struct labels *labels = &form->labels;
    struct text text = begin(arena);
    add(&text,
        "# Отправлено; сведений о семье здесь нет. / Submitted; no facts of the family here.\n");
    add(&text, "id: %s\n", id128_format(id, uuid));
    add(&text, "file: \"");
    for (const char *c = name; *c != '\0'; c++) {
        add(&text, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    add(&text, "\"\nsubmitted: %s\n", utc_format(now_us, UTC_SECONDS, time));
    add(&text, "purpose: %s\n", vocabulary_code(VOCABULARY_PURPOSE, (uint32_t)form->purpose));
    add(&text, "territory: %s\n", labels->territory);
    add(&text, "risk: %s\n", vocabulary_code(VOCABULARY_RISK, (uint32_t)labels->risk));
    add(&text,
        "direction: %s\n",
        vocabulary_code(VOCABULARY_DIRECTION, (uint32_t)labels->direction));
    add_mask(&text, "needs", VOCABULARY_NEED, labels->needs);
    add_mask(&text, "ages", VOCABULARY_AGE, labels->ages);
    add_mask(&text, "flags", VOCABULARY_FLAG, labels->flags);
    add(&text, "children: %u\n", labels->children);
    return bytes_of(text.data, text.size);
}

struct bytes drop_report_refused(const struct error_list *errors, struct arena *arena)
{
    struct text text = begin(arena);
    add(&text,
        "Форма не принята, ошибок: %zu. Исправьте и положите файл в папку incoming ещё раз.\n"
        "The form was not accepted, errors: %zu. Correct it and put it into incoming again.\n\n",
        errors->count + errors->dropped,
        errors->count + errors->dropped);
    for (size_t i = 0; i < errors->count; i++) {
        char line[sizeof errors->items[0].text + sizeof errors->items[0].at.file + 32];
        add(&text, "%s\n", error_format(&errors->items[i], line, sizeof line));
    }
    return bytes_of(text.data, text.size);
}
