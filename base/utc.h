/* Civil time in UTC: microseconds since 1970 to year, month, day and back, without libc's zones.
 *
 * The proleptic Gregorian calendar, years 1..9999, no leap seconds. Local time is a matter of offsets:
 * add the offset to the microseconds before utc_to_civil, take it away after utc_of_civil.
 */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdbool.h>
#include <stdint.h>

enum { UTC_TEXT_MAX = 32 };

#define UTC_SECOND_US INT64_C(1000000)
#define UTC_MINUTE_US (60 * UTC_SECOND_US)
#define UTC_HOUR_US   (60 * UTC_MINUTE_US)
#define UTC_DAY_US    (24 * UTC_HOUR_US)

struct utc_civil {
    int32_t year;        /* 1..9999 */
    int32_t month;       /* 1..12 */
    int32_t day;         /* 1..31 */
    int32_t hour;        /* 0..23 */
    int32_t minute;      /* 0..59 */
    int32_t second;      /* 0..59 */
    int32_t microsecond; /* 0..999999 */
};

/* True when every field is in its range and the month has that day. */
bool utc_is_valid(const struct utc_civil *civil);
/* civil must be valid (asserted). */
int64_t utc_of_civil(const struct utc_civil *civil);
/* Outside the years 1..9999 the nearest end of that range. */
struct utc_civil utc_to_civil(int64_t us);

/* Days since 1970-01-01 and back; us may be negative (rounds towards the past). */
int64_t utc_day_of(int64_t us);
/* 0 Monday … 6 Sunday, of a day since 1970-01-01. */
int32_t utc_weekday(int64_t day);
int32_t utc_days_in_month(int32_t year, int32_t month);

enum utc_precision { UTC_SECONDS, UTC_MILLISECONDS };
/* "2026-11-22T08:15:02Z" or "2026-11-22T08:15:02.123Z". Returns buffer. */
const char *utc_format(int64_t us, enum utc_precision precision, char buffer[UTC_TEXT_MAX]);
/* "2026-11-22". Returns buffer. */
const char *utc_format_date(int64_t us, char buffer[UTC_TEXT_MAX]);

/* "2026-11-22" or "22.11.2026"; out gets midnight. False for anything else, out untouched. */
bool utc_parse_date(const char *text, struct utc_civil *out);
/* "09:00" or "09:00:30" into minutes and seconds since midnight; "24:00" is allowed. */
bool utc_parse_clock(const char *text, int32_t *seconds);
/* "+07:00", "-03:30" or "Z"; at most 18 hours. */
bool utc_parse_offset(const char *text, int32_t *seconds);
/* A date, or a date with 'T' or one space and "HH:MM[:SS]", and then perhaps an offset.
 * offset_seconds  out, only meaningful when *has_offset */
bool utc_parse_time(const char *text,
                    struct utc_civil *out,
                    bool *has_offset,
                    int32_t *offset_seconds);

#endif
