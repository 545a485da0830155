/* Operating failures: filling, prefixing, printing. */
#include "base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const int exit_statuses[ERROR_CODE_END] = {
    [ERROR_NONE] = 0,
    [ERROR_FINDINGS] = 1,
    [ERROR_CRITICAL] = 2,
    [ERROR_UNKNOWN] = 3,
    [ERROR_USAGE] = 64,
    [ERROR_DATA] = 65,
    [ERROR_NO_INPUT] = 66,
    [ERROR_UNAVAILABLE] = 69,
    [ERROR_INTERNAL] = 70,
    [ERROR_OS] = 71,
    [ERROR_CREATE] = 73,
    [ERROR_IO] = 74,
    [ERROR_TEMPORARY] = 75,
    [ERROR_PROTOCOL] = 76,
    [ERROR_PERMISSION] = 77,
    [ERROR_CONFIG] = 78,
};

static void write_text(struct error *err, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void join_text(struct error *err, const char *front, const char *back);
static size_t whole_characters(const char *text, size_t bytes);

struct text_pos error_pos(const char *file, uint32_t line, uint32_t column)
{
    struct text_pos at = {.line = line, .column = column};

    if (file == NULL) {
        return (struct text_pos){.line = 0};
    }
    size_t bytes = strlen(file);
    if (bytes < sizeof(at.file)) {
        memcpy(at.file, file, bytes + 1);
        return at;
    }
    const char *end = file + bytes - (sizeof(at.file) - 4);
    while (((unsigned char)*end & 0xC0U) == 0x80U) { /* never begin inside a character */
        end++;
    }
    (void)snprintf(at.file, sizeof(at.file), "...%s", end);
    return at;
}

bool error_set(struct error *err, enum error_code code, const char *format, ...)
{
    va_list args;

    assert(code > ERROR_NONE && code < ERROR_CODE_END);
    va_start(args, format);
    write_text(err, format, args);
    va_end(args);
    err->code = code;
    err->reason = 0;
    err->at = (struct text_pos){.line = 0};
    return false;
}

bool error_set_at(struct error *err,
                  enum error_code code,
                  const struct text_pos *at,
                  const char *format,
                  ...)
{
    struct text_pos place = *at; /* at may be the error's own */
    va_list args;

    assert(code > ERROR_NONE && code < ERROR_CODE_END);
    va_start(args, format);
    write_text(err, format, args);
    va_end(args);
    err->code = code;
    err->reason = 0;
    err->at = place;
    return false;
}

bool error_set_errno(struct error *err,
                     enum error_code code,
                     int errno_value,
                     const char *format,
                     ...)
{
    char reason[128] = "unknown error";
    char front[sizeof(err->text)];
    va_list args;

    assert(code > ERROR_NONE && code < ERROR_CODE_END);
    va_start(args, format);
    write_text(err, format, args);
    va_end(args);
    err->code = code;
    err->reason = errno_value;
    err->at = (struct text_pos){.line = 0};
    (void)strerror_r(errno_value, reason, sizeof(reason));
    memcpy(front, err->text, sizeof(front));
    join_text(err, front, reason);
    return false;
}

bool error_prepend(struct error *err, const char *format, ...)
{
    char back[sizeof(err->text)];
    char front[sizeof(err->text)];
    va_list args;

    memcpy(back, err->text, sizeof(back));
    va_start(args, format);
    write_text(err, format, args);
    va_end(args);
    memcpy(front, err->text, sizeof(front));
    join_text(err, front, back);
    return false;
}

const char *error_format(const struct error *err, char *buffer, size_t buffer_bytes)
{
    assert(buffer_bytes > 0);
    if (err->at.line == 0) {
        (void)snprintf(buffer, buffer_bytes, "%s", err->text);
    } else {
        (void)snprintf(buffer,
                       buffer_bytes,
                       "%s:%u:%u: %s",
                       err->at.file,
                       (unsigned)err->at.line,
                       (unsigned)err->at.column,
                       err->text);
    }
    buffer[whole_characters(buffer, strlen(buffer))] = '\0';
    return buffer;
}

int error_exit_status(enum error_code code)
{
    assert(code >= ERROR_NONE && code < ERROR_CODE_END);
    return exit_statuses[code];
}

bool error_list_add(struct error_list *list,
                    enum error_code code,
                    const struct text_pos *at,
                    const char *format,
                    ...)
{
    va_list args;

    assert(code > ERROR_NONE && code < ERROR_CODE_END);
    assert(list->count <= ERROR_LIST_MAX);
    if (list->count == ERROR_LIST_MAX) {
        list->dropped++;
        return false;
    }
    struct error *err = &list->items[list->count++];
    va_start(args, format);
    write_text(err, format, args);
    va_end(args);
    err->code = code;
    err->at = at == NULL ? (struct text_pos){.line = 0} : *at;
    return false;
}

/* Through a buffer of its own, as the arguments may be the error's own text. */
static void write_text(struct error *err, const char *format, va_list args)
{
    char text[sizeof(err->text)];

    if (vsnprintf(text, sizeof(text), format, args) < 0) {
        text[0] = '\0';
    }
    size_t bytes = whole_characters(text, strlen(text));
    memcpy(err->text, text, bytes);
    err->text[bytes] = '\0';
}

static void join_text(struct error *err, const char *front, const char *back)
{
    size_t front_bytes = strlen(front);
    size_t room = sizeof(err->text) - 1 - front_bytes;

    memcpy(err->text, front, front_bytes);
    if (room > 2) {
        size_t back_bytes = strlen(back);
        back_bytes = back_bytes < room - 2 ? back_bytes : room - 2;
        memcpy(err->text + front_bytes, ": ", 2);
        memcpy(err->text + front_bytes + 2, back, back_bytes);
        front_bytes += 2 + back_bytes;
    }
    err->text[whole_characters(err->text, front_bytes)] = '\0';
}

/* The bytes of text without a UTF-8 character that was cut at the end. */
static size_t whole_characters(const char *text, size_t bytes)
{
    size_t tail = 0;

    while (tail < bytes && tail < 4) {
        unsigned char byte = (unsigned char)text[bytes - 1 - tail];
        tail++;
        if (byte < 0x80) {
            return bytes;
        }
        if (byte >= 0xC0) {
            size_t need = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
            return need > tail ? bytes - tail : bytes;
        }
    }
    return bytes;
}
