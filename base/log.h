/* Log lines for people and machines: logfmt on one stream, one line per event.
 *
 *     time=2026-11-22T08:15:02.123Z level=info event=session_opened site=school-7 window=64
 *
 * Values are quoted and escaped here; payloads, names of persons and keys never go into a log.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/clock.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARN,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_ALARM
};

struct log_field {
    const char *key;
    const char *text; /* NULL: the number is the value */
    int64_t number;
};
#define LOG_TEXT(k, t)   ((struct log_field){.key = (k), .text = (t)})
#define LOG_NUMBER(k, n) ((struct log_field){.key = (k), .number = (int64_t)(n)})

struct log;

/* stream and clock are borrowed until log_destroy. */
struct log *log_create(FILE *stream, const struct clock *clock, enum log_level least);
void log_destroy(struct log **log);
void log_write(struct log *log,
               enum log_level level,
               const char *event,
               const struct log_field *fields,
               size_t field_count);

#define LOG_WITH(log, level, event, ...)                                                           \
    log_write((log),                                                                               \
              (level),                                                                             \
              (event),                                                                             \
              (const struct log_field[]){__VA_ARGS__},                                             \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
#define LOG_INFO(log, event, ...)  LOG_WITH(log, LOG_LEVEL_INFO, event, __VA_ARGS__)
#define LOG_WARN(log, event, ...)  LOG_WITH(log, LOG_LEVEL_WARN, event, __VA_ARGS__)
#define LOG_ERROR(log, event, ...) LOG_WITH(log, LOG_LEVEL_ERROR, event, __VA_ARGS__)
#define LOG_ALARM(log, event, ...) LOG_WITH(log, LOG_LEVEL_ALARM, event, __VA_ARGS__)

#endif
