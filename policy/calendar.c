/* Working time counted in local civil days. */
#include "policy/calendar.h"

#include "base/utc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/calendar_table.h"

enum { AMOUNT_MAX = 1000000, LIST_BYTES_MAX = 1 << 20, ERROR_BYTES_MAX = 1 << 20 };

static const struct calendar_zone *find_zone(const struct calendar *calendar, const char *zone);
static int32_t offset_of(const struct calendar_zone *zone, int64_t at_us);
static bool is_working(const struct calendar *calendar, int64_t day);
static int64_t next_working_day(const struct calendar *calendar, int64_t day);
static int64_t working_moment(const struct calendar *calendar, int64_t local_us);
static int64_t add_hours(const struct calendar *calendar, int64_t local_us, uint32_t hours);
static int64_t add_days(const struct calendar *calendar, int64_t local_us, uint32_t days);
static int compare_day(const void *key, const void *item);

bool calendar_create(struct calendar **out, const struct yaml_file *file, struct error_list *errors)
{
    struct finding_list findings;
    struct arena *arena = arena_create(ERROR_BYTES_MAX);
    bool good = false;

    if (arena == NULL || !finding_list_begin(&findings, arena)) {
        (void)error_list_add(errors, ERROR_OS, NULL, "calendar: out of memory");
    } else {
        good = calendar_read(out, file, 0, &findings);
        finding_report(&findings, errors);
    }
    arena_destroy(&arena);
    return good;
}

bool calendar_read(struct calendar **out,
                   const struct yaml_file *file,
                   int64_t now_us,
                   struct finding_list *findings)
{
    struct arena *arena = arena_create(LIST_BYTES_MAX);
    struct calendar *calendar = arena == NULL ? NULL : arena_alloc(arena, sizeof(*calendar));
    size_t errors = findings->errors;

    if (calendar == NULL) {
        arena_destroy(&arena);
        return finding_error(findings,
                             DIAGNOSTIC_MEMORY,
                             NULL,
                             "календарь: не хватило памяти",
                             "calendar: out of memory");
    }
    calendar->arena = arena;
    calendar_table_read(calendar, file, now_us, findings);
    if (findings->errors > errors) {
        calendar_destroy(&calendar);
        return false;
    }
    *out = calendar;
    return true;
}

void calendar_destroy(struct calendar **calendar)
{
    if (*calendar != NULL) {
        struct arena *arena = (*calendar)->arena;

        *calendar = NULL;
        arena_destroy(&arena);
    }
}

bool calendar_has_zone(const struct calendar *calendar, const char *zone)
{
    for (size_t i = 0; i < calendar->zone_count; i++) {
        if (strcmp(calendar->zones[i].id, zone) == 0) {
            return true;
        }
    }
    return false;
}

int64_t calendar_due(const struct calendar *calendar,
                     const char *zone_id,
                     int64_t from_us,
                     struct duration duration)
{
    const struct calendar_zone *zone = find_zone(calendar, zone_id);
    uint32_t amount = duration.amount < AMOUNT_MAX ? duration.amount : AMOUNT_MAX;
    int64_t local_us = from_us + offset_of(zone, from_us) * UTC_SECOND_US;

    switch (duration.unit) {
    case DURATION_NONE:
        return 0;
    case DURATION_MINUTES:
        return from_us + amount * UTC_MINUTE_US;
    case DURATION_HOURS:
        return from_us + amount * UTC_HOUR_US;
    case DURATION_DAYS:
        return from_us + amount * UTC_DAY_US;
    case DURATION_WORK_HOURS:
        local_us = add_hours(calendar, local_us, amount);
        break;
    case DURATION_WORK_DAYS:
        local_us = add_days(calendar, local_us, amount);
        break;
    }
    int32_t offset_s = offset_of(zone, local_us - offset_of(zone, from_us) * UTC_SECOND_US);
    return local_us - offset_s * UTC_SECOND_US;
}

int32_t calendar_offset_s(const struct calendar *calendar, const char *zone, int64_t at_us)
{
    return offset_of(find_zone(calendar, zone), at_us);
}

static const struct calendar_zone *find_zone(const struct calendar *calendar, const char *zone)
{
    assert(calendar->zone_count > 0);
    for (size_t i = 0; i < calendar->zone_count; i++) {
        if (strcmp(calendar->zones[i].id, zone) == 0) {
            return &calendar->zones[i];
        }
    }
    return &calendar->zones[0];
}

static int32_t offset_of(const struct calendar_zone *zone, int64_t at_us)
{
    int32_t offset_s = zone->offsets[0].offset_s;

    for (size_t i = 1; i < zone->offset_count && zone->offsets[i].from_us <= at_us; i++) {
        offset_s = zone->offsets[i].offset_s;
    }
    return offset_s;
}

static bool is_working(const struct calendar *calendar, int64_t day)
{
    const struct calendar_day *found = NULL;

    if (calendar->day_count > 0) {
        found = bsearch(
            &day, calendar->days, calendar->day_count, sizeof(*calendar->days), compare_day);
    }
    if (found != NULL) {
        return found->working;
    }
    return (calendar->weekdays & (UINT32_C(1) << utc_weekday(day))) != 0;
}

static int64_t next_working_day(const struct calendar *calendar, int64_t day)
{
    do {
        day++;
    } while (!is_working(calendar, day));
    return day;
}

/* The given moment when it is in working time, else the beginning of the next working day. The end of a
 * day belongs to it no more. */
static int64_t working_moment(const struct calendar *calendar, int64_t local_us)
{
    int64_t day = utc_day_of(local_us);
    int64_t time_us = local_us - day * UTC_DAY_US;

    if (is_working(calendar, day)) {
        if (time_us < calendar->from_us) {
            return day * UTC_DAY_US + calendar->from_us;
        }
        if (time_us < calendar->to_us) {
            return local_us;
        }
    }
    return next_working_day(calendar, day) * UTC_DAY_US + calendar->from_us;
}

static int64_t add_hours(const struct calendar *calendar, int64_t local_us, uint32_t hours)
{
    int64_t left_us = hours * UTC_HOUR_US;
    int64_t at_us = working_moment(calendar, local_us);

    for (;;) {
        int64_t day = utc_day_of(at_us);
        int64_t end_us = day * UTC_DAY_US + calendar->to_us;

        if (left_us <= end_us - at_us) {
            return at_us + left_us;
        }
        left_us -= end_us - at_us;
        at_us = next_working_day(calendar, day) * UTC_DAY_US + calendar->from_us;
    }
}

static int64_t add_days(const struct calendar *calendar, int64_t local_us, uint32_t days)
{
    int64_t at_us = working_moment(calendar, local_us);
    int64_t day = utc_day_of(at_us);
    int64_t time_us = at_us - day * UTC_DAY_US;

    for (uint32_t i = 0; i < days; i++) {
        day = next_working_day(calendar, day);
    }
    return day * UTC_DAY_US + time_us;
}

static int compare_day(const void *key, const void *item)
{
    int64_t day = *(const int64_t *)key;
    int64_t other = ((const struct calendar_day *)item)->day;

    return day < other ? -1 : day > other ? 1 : 0;
}
