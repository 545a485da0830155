/* Working time: when a norm that began now is over.
 *
 * A zone is a dated list of offsets from UTC in the configuration; no tzdata is read. Working hours and
 * days are the zone's local ones. Compiled once, immutable; days beyond the configured years follow the
 * working week alone.
 */
#ifndef POLICY_CALENDAR_H
#define POLICY_CALENDAR_H

#include "base/arena.h"
#include "base/error.h"
#include "base/phrase.h"
#include "base/yaml_tree.h"
#include "policy/finding.h"

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
/* The same with findings in both languages (source.h); warns when now_us lies in a year without dates,
 * unless now_us is 0. */
bool calendar_read(struct calendar **out,
                   const struct yaml_file *file,
                   int64_t now_us,
                   struct finding_list *findings) __attribute__((warn_unused_result));
bool calendar_has_zone(const struct calendar *calendar, const char *zone);

/* When a duration that begins at from_us is over, in that zone. 0 for DURATION_NONE. A start outside
 * of working time counts from the next working moment (for work units): Friday 17:30 + 4 wh is Monday
 * 12:30, Saturday 11:00 + 1 wd is Tuesday 9:00. Working hours that end with a working day end at its end,
 * not at the beginning of the next. A zone that is not in the file counts as the first that is. */
int64_t calendar_due(const struct calendar *calendar,
                     const char *zone,
                     int64_t from_us,
                     struct duration duration);
/* Offset from UTC in seconds at that moment. */
int32_t calendar_offset_s(const struct calendar *calendar, const char *zone, int64_t at_us);

/* "30 min" "4 h" "2 d" "4 wh" "3 wd" "2 w" "3 mo", and 30 мин, 4 ч, 2 д, 4 рч, 3 рд, 2 нед, 3 мес; the
 * amount is 1..9999. */
bool calendar_parse_duration(const char *text, struct duration *out);
/* "3 wd", as calendar_parse_duration reads it, "-" for no norm; returns buffer. */
const char *calendar_format_duration(struct duration duration, char *buffer, size_t buffer_bytes);
/* For people: "3 рабочих дня" / "3 working days"; returns buffer. */
const char *calendar_spell_duration(struct duration duration,
                                    enum language language,
                                    char *buffer,
                                    size_t buffer_bytes);

#endif
