/* What calendar.yaml says, as tables; only calendar*.c look inside.
 *
 * zones in file order, offsets by date; days are the exceptions from the working week, by date, each
 * once.
 */
#ifndef POLICY_CALENDAR_TABLE_H
#define POLICY_CALENDAR_TABLE_H

#include "policy/calendar.h"

struct calendar_offset {
    int64_t from_us; /* UTC moment of the local midnight by the offset before */
    int32_t offset_s;
};

struct calendar_zone {
    const char *id;
    struct calendar_offset *offsets; /* at least one; before the first date the first holds */
    size_t offset_count;
};

struct calendar_day {
    int64_t day; /* since 1970-01-01 */
    bool working;
};

struct calendar {
    struct arena *arena;
    struct calendar_zone *zones;
    size_t zone_count;
    uint32_t weekdays; /* bit 0 Monday; never 0 */
    int64_t from_us;   /* since midnight; from < to */
    int64_t to_us;
    struct calendar_day *days;
    size_t day_count;
};

/* Fills a zeroed calendar whose arena is set; mistakes go to findings and leave it unusable. */
void calendar_table_read(struct calendar *calendar,
                         const struct yaml_file *file,
                         int64_t now_us,
                         struct finding_list *findings);

#endif
