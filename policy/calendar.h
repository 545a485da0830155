/* Working time: when a norm that began now is over.
 *
 * A zone is a dated list of offsets from UTC in the configuration; no tzdata is read. Working hours and
 * days are the zone's local ones. Compiled once, immutable; days beyond the configured years count as Monday to
 * Friday working.
 */
#ifndef POLICY_CALENDAR_H
#define POLICY_CALENDAR_H

#include "base/arena.h"
#include "base/error.h"
#include "base/yaml_tree.h"

#include <stdbool.h>
#include <stdint.h>

enum duration_unit {
    DURATION_NONE, /* no norm */
    DURATION_MINUTES,
    DURATION_HOURS,
    DURATION_DAYS, /* 24 hours each; weeks and months (30 days) are written in days by the parser */
    DURATION_WORK_HOURS,
    DURATION_WORK_DAYS /* ends at the same time of day, n working days later */
};

struct duration {
    uint32_t amount;
    enum duration_unit unit;
};

struct calendar;

/* file  calendar.yaml's tree. All mistakes go to errors. */
bool calendar_create(struct calendar **out, const struct yaml_file *file, struct error_list *errors)
    __attribute__((warn_unused_result));
void calendar_destroy(struct calendar **calendar);
bool calendar_has_zone(const struct calendar *calendar, const char *zone);

/* When a duration that begins at from_us is over, in that zone. 0 for DURATION_NONE. A start outside
 * of working time counts from the next working moment (for work units). */
int64_t calendar_due(const struct calendar *calendar,
                     const char *zone,
                     int64_t from_us,
                     struct duration duration);
/* Offset from UTC in seconds at that moment. */
int32_t calendar_offset_s(const struct calendar *calendar, const char *zone, int64_t at_us);

/* "30 min" "4 h" "2 d" "4 wh" "3 wd" "2 w" "3 mo", and 30 мин, 4 ч, 2 д, 4 рч, 3 рд. */
bool calendar_parse_duration(const char *text, struct duration *out);
/* "3 wd" / "3 рд"; returns buffer. */
const char *calendar_format_duration(struct duration duration, char *buffer, size_t buffer_bytes);

#endif
