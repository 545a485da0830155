/* Points in time as the people of a territory read and write them: its zone in the region's calendar, not the
 * terminal's. */
#ifndef CTL_ZONE_TIME_H
#define CTL_ZONE_TIME_H

#include "base/phrase.h"
#include "policy/region.h"

#include <stdint.h>

enum { ZONE_TIME_TEXT_MAX = 64 };

/* "пн 23.11.2026 14:00", "Mon 2026-11-23 14:00"; "—" for 0. Returns buffer. */
const char *zone_time_format(const struct region *region,
                             uint32_t territory,
                             int64_t us,
                             enum language language,
                             char buffer[ZONE_TIME_TEXT_MAX]);
/* "2026-11-23T14:00" in the territory's zone, a date alone is its midnight; an offset behind the time counts. */
bool zone_time_parse(const struct region *region,
                     uint32_t territory,
                     const char *text,
                     int64_t *us);
/* "2026-11-23T14:00", as zone_time_parse reads it. Returns buffer. */
const char *zone_time_write(const struct region *region,
                            uint32_t territory,
                            int64_t us,
                            char buffer[ZONE_TIME_TEXT_MAX]);

#endif
