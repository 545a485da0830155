/* Civil time in UTC. The day count is Howard Hinnant's days_from_civil: years begin in March. */
#include "base/utc.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { DAYS_OF_ERA = 146097, DAYS_TO_1970 = 719468, YEAR_MAX = 9999, OFFSET_SECONDS_MAX = 64800 };

static bool is_leap(int32_t year);
static bool take_digits(const char **at, size_t count, int32_t *out);
static bool take_character(const char **at, char wanted);
static bool take_date(const char **at, struct utc_civil *out);
static bool take_clock(const char **at, int32_t *seconds);
static bool take_offset(const char **at, int32_t *seconds);

bool utc_is_valid(const struct utc_civil *civil)
{
    return civil->year >= 1 && civil->year <= YEAR_MAX && civil->month >= 1 && civil->month <= 12 &&
           civil->day >= 1 && civil->day <= utc_days_in_month(civil->year, civil->month) &&
           civil->hour >= 0 && civil->hour <= 23 && civil->minute >= 0 && civil->minute <= 59 &&
           civil->second >= 0 && civil->second <= 59 && civil->microsecond >= 0 &&
           civil->microsecond <= 999999;
}

int64_t utc_of_civil(const struct utc_civil *civil)
{
    assert(utc_is_valid(civil));
    int64_t year = civil->month <= 2 ? civil->year - 1 : civil->year;
    int64_t era = year / 400; /* year >= 0 */
    int64_t year_of_era = year - era * 400;
    int64_t month = (civil->month + 9) % 12; /* March is 0 */
    int64_t day_of_year = (153 * month + 2) / 5 + civil->day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    int64_t day = era * DAYS_OF_ERA + day_of_era - DAYS_TO_1970;

    return day * UTC_DAY_US + civil->hour * UTC_HOUR_US + civil->minute * UTC_MINUTE_US +
           civil->second * UTC_SECOND_US + civil->microsecond;
}

struct utc_civil utc_to_civil(int64_t us)
{
    static const struct utc_civil first = {.year = 1, .month = 1, .day = 1};
    static const struct utc_civil last = {YEAR_MAX, 12, 31, 23, 59, 59, 999999};

    if (us <= utc_of_civil(&first)) {
        return first;
    }
    if (us >= utc_of_civil(&last)) {
        return last;
    }
    int64_t days = utc_day_of(us) + DAYS_TO_1970; /* positive: the year is at least 1 */
    int64_t rest = us - utc_day_of(us) * UTC_DAY_US;
    int64_t era = days / DAYS_OF_ERA;
    int64_t day_of_era = days - era * DAYS_OF_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* March is 0 */

    return (struct utc_civil){
        .year = (int32_t)(year_of_era + era * 400 + (month >= 10 ? 1 : 0)),
        .month = (int32_t)(month < 10 ? month + 3 : month - 9),
        .day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1),
        .hour = (int32_t)(rest / UTC_HOUR_US),
        .minute = (int32_t)(rest / UTC_MINUTE_US % 60),
        .second = (int32_t)(rest / UTC_SECOND_US % 60),
        .microsecond = (int32_t)(rest % UTC_SECOND_US),
    };
}

int64_t utc_day_of(int64_t us)
{
    int64_t day = us / UTC_DAY_US;

    return us % UTC_DAY_US < 0 ? day - 1 : day;
}

int32_t utc_weekday(int64_t day)
{
    int64_t weekday = (day + 3) % 7; /* 1970-01-01 was a Thursday */

    return (int32_t)(weekday < 0 ? weekday + 7 : weekday);
}

int32_t utc_days_in_month(int32_t year, int32_t month)
{
    static const int32_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    assert(month >= 1 && month <= 12);
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

const char *utc_format(int64_t us, enum utc_precision precision, char buffer[UTC_TEXT_MAX])
{
    struct utc_civil civil = utc_to_civil(us);
    char fraction[8] = "";

    if (precision == UTC_MILLISECONDS) {
        (void)snprintf(fraction, sizeof(fraction), ".%03d", (civil.microsecond / 1000) % 1000);
    }
    (void)snprintf(buffer,
                   UTC_TEXT_MAX,
                   "%04u-%02u-%02uT%02u:%02u:%02u%sZ",
                   (unsigned)civil.year % 10000,
                   (unsigned)civil.month % 100,
                   (unsigned)civil.day % 100,
                   (unsigned)civil.hour % 100,
                   (unsigned)civil.minute % 100,
                   (unsigned)civil.second % 100,
                   fraction);
    return buffer;
}

const char *utc_format_date(int64_t us, char buffer[UTC_TEXT_MAX])
{
    (void)utc_format(us, UTC_SECONDS, buffer);
    buffer[10] = '\0';
    return buffer;
}

bool utc_parse_date(const char *text, struct utc_civil *out)
{
    struct utc_civil civil;

    if (!take_date(&text, &civil) || *text != '\0') {
        return false;
    }
    *out = civil;
    return true;
}

bool utc_parse_clock(const char *text, int32_t *seconds)
{
    int32_t value;

    if (!take_clock(&text, &value) || *text != '\0') {
        return false;
    }
    *seconds = value;
    return true;
}

bool utc_parse_offset(const char *text, int32_t *seconds)
{
    int32_t value;

    if (!take_offset(&text, &value) || *text != '\0') {
        return false;
    }
    *seconds = value;
    return true;
}

bool utc_parse_time(const char *text,
                    struct utc_civil *out,
                    bool *has_offset,
                    int32_t *offset_seconds)
{
    struct utc_civil civil;
    int32_t seconds = 0;
    int32_t offset = 0;
    bool offset_given = false;

    if (!take_date(&text, &civil)) {
        return false;
    }
    if (take_character(&text, 'T') || take_character(&text, ' ')) {
        if (!take_clock(&text, &seconds) || seconds == 24 * 3600) {
            return false;
        }
        offset_given = *text != '\0';
        if (offset_given && !take_offset(&text, &offset)) {
            return false;
        }
    }
    if (*text != '\0') {
        return false;
    }
    civil.hour = seconds / 3600;
    civil.minute = seconds / 60 % 60;
    civil.second = seconds % 60;
    *out = civil;
    *has_offset = offset_given;
    *offset_seconds = offset;
    return true;
}

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool take_digits(const char **at, size_t count, int32_t *out)
{
    int32_t value = 0;

    for (size_t i = 0; i < count; i++) {
        char digit = (*at)[i];
        if (digit < '0' || digit > '9') {
            return false;
        }
        value = value * 10 + (digit - '0');
    }
    *at += count;
    *out = value;
    return true;
}

static bool take_character(const char **at, char wanted)
{
    if (**at != wanted) {
        return false;
    }
    (*at)++;
    return true;
}

static bool take_date(const char **at, struct utc_civil *out)
{
    struct utc_civil civil = {.year = 0};
    const char *start = *at;

    bool taken = take_digits(at, 4, &civil.year) && take_character(at, '-') &&
                 take_digits(at, 2, &civil.month) && take_character(at, '-') &&
                 take_digits(at, 2, &civil.day);
    if (!taken) {
        *at = start;
        taken = take_digits(at, 2, &civil.day) && take_character(at, '.') &&
                take_digits(at, 2, &civil.month) && take_character(at, '.') &&
                take_digits(at, 4, &civil.year);
    }
    if (!taken || !utc_is_valid(&civil)) {
        return false;
    }
    *out = civil;
    return true;
}

static bool take_clock(const char **at, int32_t *seconds)
{
    int32_t hour;
    int32_t minute;
    int32_t second = 0;

    if (!take_digits(at, 2, &hour) || !take_character(at, ':') || !take_digits(at, 2, &minute)) {
        return false;
    }
    if (take_character(at, ':') && !take_digits(at, 2, &second)) {
        return false;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return minute <= 59 && second <= 59 && *seconds <= 24 * 3600;
}

static bool take_offset(const char **at, int32_t *seconds)
{
    int32_t value;

    if (take_character(at, 'Z')) {
        *seconds = 0;
        return true;
    }
    bool west = **at == '-';
    if ((!west && **at != '+') || strlen(*at) < 6) {
        return false;
    }
    (*at)++;
    if (!take_clock(at, &value) || value > OFFSET_SECONDS_MAX) {
        return false;
    }
    *seconds = west ? -value : value;
    return true;
}
