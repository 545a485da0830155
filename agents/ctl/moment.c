/* Times for a person; see the header. */
#include "agents/ctl/moment.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

enum { SPAN_DAYS_WITH_HOURS = 14 };

static int64_t floor_seconds(int64_t us);

struct utc_civil moment_local(int64_t us)
{
    time_t seconds = (time_t)floor_seconds(us);
    struct tm tm;

    tzset();
    if (localtime_r(&seconds, &tm) == NULL) {
        return utc_to_civil(us);
    }
    return (struct utc_civil){.year = tm.tm_year + 1900,
                              .month = tm.tm_mon + 1,
                              .day = tm.tm_mday,
                              .hour = tm.tm_hour,
                              .minute = tm.tm_min,
                              .second = tm.tm_sec > 59 ? 59 : tm.tm_sec};
}

int32_t moment_offset_seconds(int64_t us)
{
    struct utc_civil local = moment_local(us);

    return (int32_t)(utc_of_civil(&local) / UTC_SECOND_US - floor_seconds(us));
}

bool moment_parse(const char *text, int64_t *us)
{
    struct utc_civil civil;
    bool has_offset = false;
    int32_t offset_seconds = 0;

    if (!utc_parse_time(text, &civil, &has_offset, &offset_seconds)) {
        return false;
    }
    const int64_t local_us = utc_of_civil(&civil);
    if (!has_offset) { /* the offset near the time, then the offset at it */
        const int64_t near_us = local_us - moment_offset_seconds(local_us) * UTC_SECOND_US;
        offset_seconds = moment_offset_seconds(near_us);
    }
    *us = local_us - offset_seconds * UTC_SECOND_US;
    return true;
}

const char *
moment_format(int64_t us, int64_t now_us, enum language language, char buffer[MOMENT_TEXT_MAX])
{
    static const struct phrase near[] = {
        {"вчера", "yesterday"}, {"сегодня", "today"}, {"завтра", "tomorrow"}};

    if (us == 0) {
        (void)snprintf(buffer, MOMENT_TEXT_MAX, "—");
        return buffer;
    }
    struct utc_civil at = moment_local(us);
    struct utc_civil now = moment_local(now_us);
    int64_t days = utc_day_of(utc_of_civil(&at)) - utc_day_of(utc_of_civil(&now));
    if (days >= -1 && days <= 1) {
        (void)snprintf(buffer,
                       MOMENT_TEXT_MAX,
                       "%s %02d:%02d",
                       phrase_in(near[days + 1], language),
                       at.hour,
                       at.minute);
    } else if (language == LANGUAGE_RU) {
        (void)snprintf(buffer,
                       MOMENT_TEXT_MAX,
                       "%02d.%02d.%04d %02d:%02d",
                       at.day,
                       at.month,
                       at.year,
                       at.hour,
                       at.minute);
    } else {
        (void)snprintf(buffer,
                       MOMENT_TEXT_MAX,
                       "%04d-%02d-%02d %02d:%02d",
                       at.year,
                       at.month,
                       at.day,
                       at.hour,
                       at.minute);
    }
    return buffer;
}

const char *moment_span(int64_t us, enum language language, char buffer[MOMENT_TEXT_MAX])
{
    bool ru = language == LANGUAGE_RU;
    int64_t minutes = us / UTC_MINUTE_US;
    int64_t hours = minutes / 60;
    int64_t days = hours / 24;
    int64_t large = days > 0 ? days : hours;
    int64_t small = days > 0 ? hours % 24 : minutes % 60;
    const char *large_unit = days > 0 ? (ru ? "д" : "d") : (ru ? "ч" : "h");
    const char *small_unit = days > 0 ? (ru ? "ч" : "h") : (ru ? "мин" : "min");

    assert(us >= 0);
    if (minutes == 0) {
        (void)snprintf(buffer, MOMENT_TEXT_MAX, "%s", ru ? "меньше минуты" : "less than a minute");
    } else if (large == 0) {
        (void)snprintf(buffer, MOMENT_TEXT_MAX, "%lld %s", (long long)small, small_unit);
    } else if (small == 0 || days >= SPAN_DAYS_WITH_HOURS) {
        (void)snprintf(buffer, MOMENT_TEXT_MAX, "%lld %s", (long long)large, large_unit);
    } else {
        (void)snprintf(buffer,
                       MOMENT_TEXT_MAX,
                       "%lld %s %lld %s",
                       (long long)large,
                       large_unit,
                       (long long)small,
                       small_unit);
    }
    return buffer;
}

const char *
moment_due(int64_t due_us, int64_t now_us, enum language language, char buffer[MOMENT_TEXT_MAX])
{
    bool ru = language == LANGUAGE_RU;
    char span[MOMENT_TEXT_MAX];

    if (due_us == 0) {
        (void)snprintf(buffer, MOMENT_TEXT_MAX, "—");
        return buffer;
    }
    bool late = now_us > due_us;
    (void)moment_span(late ? now_us - due_us : due_us - now_us, language, span);
    int length =
        snprintf(buffer,
                 MOMENT_TEXT_MAX,
                 late ? (ru ? "просрочено на %s" : "%s overdue") : (ru ? "ещё %s" : "%s left"),
                 span);
    assert(length > 0 && length < MOMENT_TEXT_MAX);
    return buffer;
}

static int64_t floor_seconds(int64_t us)
{
    int64_t seconds = us / UTC_SECOND_US;

    return us % UTC_SECOND_US < 0 ? seconds - 1 : seconds;
}
