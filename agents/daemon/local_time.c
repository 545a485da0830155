/* The machine's offset from UTC: see local_time.h. */
#include "agents/daemon/local_time.h"

#include "base/utc.h"

#include <time.h>

int32_t local_time_offset_seconds(int64_t at_us)
{
    time_t at = (time_t)(at_us / UTC_SECOND_US);
    struct tm local;
    if (localtime_r(&at, &local) == NULL) {
        return 0;
    }
    struct utc_civil civil = {.year = local.tm_year + 1900,
                              .month = local.tm_mon + 1,
                              .day = local.tm_mday,
                              .hour = local.tm_hour,
                              .minute = local.tm_min,
                              .second = local.tm_sec > 59 ? 59 : local.tm_sec};
    if (!utc_is_valid(&civil)) {
        return 0;
    }
    int64_t offset = utc_of_civil(&civil) / UTC_SECOND_US - (int64_t)at;
    return (int32_t)((offset + (offset < 0 ? -30 : 30)) / 60 * 60);
}
