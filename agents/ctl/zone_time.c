/* Times in a zone; see the header. */
#include "agents/ctl/zone_time.h"

#include "base/utc.h"

#include <stdio.h>

static int64_t offset_us(const struct region *region, uint32_t territory, int64_t us);

const char *zone_time_format(const struct region *region,
                             uint32_t territory,
                             int64_t us,
                             enum language language,
                             char buffer[ZONE_TIME_TEXT_MAX])
{
    static const struct phrase days[7] = {{"пн", "Mon"},
                                          {"вт", "Tue"},
                                          {"ср", "Wed"},
                                          {"чт", "Thu"},
                                          {"пт", "Fri"},
                                          {"сб", "Sat"},
                                          {"вс", "Sun"}};
    if (us == 0) {
        (void)snprintf(buffer, ZONE_TIME_TEXT_MAX, "—");
        return buffer;
    }
    const int64_t local_us = us + offset_us(region, territory, us);
    const struct utc_civil civil = utc_to_civil(local_us);
    const char *day = phrase_in(days[utc_weekday(utc_day_of(local_us))], language);
    if (language == LANGUAGE_RU) {
        (void)snprintf(buffer,
                       ZONE_TIME_TEXT_MAX,
                       "%s %02d.%02d.%04d %02d:%02d",
                       day,
                       (int)civil.day,
                       (int)civil.month,
                       (int)civil.year,
                       (int)civil.hour,
                       (int)civil.minute);
    } else {
        (void)snprintf(buffer,
                       ZONE_TIME_TEXT_MAX,
                       "%s %04d-%02d-%02d %02d:%02d",
                       day,
                       (int)civil.year,
                       (int)civil.month,
                       (int)civil.day,
                       (int)civil.hour,
                       (int)civil.minute);
    }
    return buffer;
}

bool zone_time_parse(const struct region *region, uint32_t territory, const char *text, int64_t *us)
{
    struct utc_civil civil;
    bool has_offset = false;
    int32_t offset_seconds = 0;

    if (!utc_parse_time(text, &civil, &has_offset, &offset_seconds)) {
        return false;
    }
    const int64_t local_us = utc_of_civil(&civil);
    if (has_offset) {
        *us = local_us - offset_seconds * UTC_SECOND_US;
        return true;
    }
    const int64_t near_us = local_us - offset_us(region, territory, local_us);
    *us = local_us - offset_us(region, territory, near_us);
    return true;
}

const char *zone_time_write(const struct region *region,
                            uint32_t territory,
                            int64_t us,
                            char buffer[ZONE_TIME_TEXT_MAX])
{
    const struct utc_civil civil = utc_to_civil(us + offset_us(region, territory, us));

    (void)snprintf(buffer,
                   ZONE_TIME_TEXT_MAX,
                   "%04d-%02d-%02dT%02d:%02d",
                   (int)civil.year,
                   (int)civil.month,
                   (int)civil.day,
                   (int)civil.hour,
                   (int)civil.minute);
    return buffer;
}

static int64_t offset_us(const struct region *region, uint32_t territory, int64_t us)
{
    return calendar_offset_s(region->calendar, region_zone(region, territory), us) * UTC_SECOND_US;
}
