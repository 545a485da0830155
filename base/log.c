/* One event, one line, one write. */
#include "base/log.h"

#include "base/bytes.h"
#include "base/utc.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096, VALUE_BYTES_MAX = 1024 };

struct log {
    FILE *stream;
    const struct clock *clock;
    enum log_level least;
};

/* A line being put together. It keeps room for its end; what does not fit is left out whole. */
struct line {
    char text[LINE_BYTES_MAX];
    size_t bytes;
};

static const char *const level_names[] = {
    [LOG_LEVEL_DEBUG] = "debug",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_WARN] = "warn",
    [LOG_LEVEL_ERROR] = "error",
    [LOG_LEVEL_ALARM] = "alarm",
};

static void add_field(struct line *line, const char *key, const char *value);
static void add(struct line *line, const char *text);
static bool is_bare(const char *value);
static size_t add_escaped(struct line *line, const char *at);
static bool is_key(const char *text);

struct log *log_create(FILE *stream, const struct clock *clock, enum log_level least)
{
    struct log *log = calloc(1, sizeof(*log));

    if (log != NULL) {
        *log = (struct log){.stream = stream, .clock = clock, .least = least};
    }
    return log;
}

void log_destroy(struct log **log)
{
    free(*log);
    *log = NULL;
}

void log_write(struct log *log,
               enum log_level level,
               const char *event,
               const struct log_field *fields,
               size_t field_count)
{
    struct line line = {.bytes = 0};
    char time[UTC_TEXT_MAX];
    char number[24];

    assert(is_key(event));
    if (level < log->least) {
        return;
    }
    add(&line, "time=");
    add(&line, utc_format(clock_wall_us(log->clock), UTC_MILLISECONDS, time));
    add_field(&line, "level", level_names[level]);
    add_field(&line, "event", event);
    for (size_t i = 0; i < field_count; i++) {
        assert(is_key(fields[i].key));
        (void)snprintf(number, sizeof(number), "%lld", (long long)fields[i].number);
        add_field(&line, fields[i].key, fields[i].text != NULL ? fields[i].text : number);
    }
    line.text[line.bytes++] = '\n';
    /* nobody can be told that the log cannot be written */
    (void)fwrite(line.text, 1, line.bytes, log->stream);
    (void)fflush(log->stream);
}

static void add_field(struct line *line, const char *key, const char *value)
{
    size_t start = line->bytes;

    /* room for the value, its quotes, its last escape and dots; a line that is full says no more */
    if (start + strlen(key) + VALUE_BYTES_MAX + 32 > LINE_BYTES_MAX) {
        return;
    }
    add(line, " ");
    add(line, key);
    add(line, "=");
    if (is_bare(value)) {
        add(line, value);
        return;
    }
    add(line, "\"");
    for (const char *at = value; *at != '\0';) {
        if (line->bytes - start > VALUE_BYTES_MAX) {
            add(line, "...");
            break;
        }
        at += add_escaped(line, at);
    }
    add(line, "\"");
}

static void add(struct line *line, const char *text)
{
    size_t bytes = strlen(text);

    if (bytes < LINE_BYTES_MAX - line->bytes) { /* one byte stays free for the line's end */
        memcpy(line->text + line->bytes, text, bytes);
        line->bytes += bytes;
    }
}

static bool is_bare(const char *value)
{
    size_t bytes = strlen(value);

    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)value[i];
        if (byte <= ' ' || byte == '"' || byte == '=' || byte == '\\' || byte == 0x7F) {
            return false;
        }
    }
    return bytes > 0 && bytes <= VALUE_BYTES_MAX / 2 && bytes_is_text(bytes_of(value, bytes));
}

/* Adds one character, escaped when it must be. Returns the bytes of the value that it took. */
static size_t add_escaped(struct line *line, const char *at)
{
    unsigned char byte = (unsigned char)*at;
    char text[8] = "";
    size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;

    if (byte == '"' || byte == '\\') {
        (void)snprintf(text, sizeof(text), "\\%c", byte);
    } else if (byte == '\n') {
        (void)snprintf(text, sizeof(text), "\\n");
    } else if (byte == '\t') {
        (void)snprintf(text, sizeof(text), "\\t");
    } else if (byte < ' ' || byte == 0x7F || strnlen(at, length) < length ||
               !bytes_is_text(bytes_of(at, length))) {
        (void)snprintf(text, sizeof(text), "\\x%02x", byte);
        length = 1;
    } else {
        memcpy(text, at, length);
    }
    add(line, text);
    return length;
}

static bool is_key(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}
