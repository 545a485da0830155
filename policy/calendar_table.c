/* calendar.yaml into tables, every mistake reported. */
#include "policy/calendar_table.h"

#include "base/utc.h"
#include "policy/reader.h"

#include <stdlib.h>
#include <string.h>

enum { ZONES_MAX = 32, OFFSETS_MAX = 32, YEARS_MAX = 100, YEAR_DAYS_MAX = 366 };

/* Everything a leaf needs to read a part of the file. */
struct source {
    struct calendar *calendar;
    const struct yaml_file *file;
    struct finding_list *findings;
    int32_t years[YEARS_MAX];
    size_t year_count;
};

static const struct phrase too_many = {"слишком много значений у ключа «%s»",
                                       "too many values of \"%s\""};

static void read_zones(struct source *source, const struct yaml_node *list);
static void read_zone(struct source *source, const struct yaml_node *node);
static void
read_offsets(struct source *source, const struct yaml_node *list, struct calendar_zone *zone);
static void read_work(struct source *source, const struct yaml_node *node);
static uint32_t read_weekdays(struct reader *reader);
static bool read_clock(struct reader *reader, const char *key, int64_t *out);
static void read_years(struct source *source, const struct yaml_node *list);
static void read_year(struct source *source, const struct yaml_node *node);
static void read_days(struct source *source, struct reader *reader, const char *key, int64_t year);
static void
add_day(struct source *source, struct reader *reader, const struct yaml_node *item, int64_t day);
static void sort_days(struct source *source);
static void check_now(struct source *source, int64_t now_us);
static int compare_days(const void *a, const void *b);

void calendar_table_read(struct calendar *calendar,
                         const struct yaml_file *file,
                         int64_t now_us,
                         struct finding_list *findings)
{
    struct source source = {.calendar = calendar, .file = file, .findings = findings};
    size_t errors = findings->errors;
    struct reader reader =
        reader_begin(file, file->root, (struct phrase){"календарь", "the calendar"}, findings);

    if (reader.map == NULL) {
        return;
    }
    read_zones(&source, reader_list(&reader, "zones", READER_REQUIRED));
    read_work(&source, reader_node(&reader, "work", READER_REQUIRED));
    read_years(&source, reader_list(&reader, "years", READER_OPTIONAL));
    (void)reader_end(&reader);
    sort_days(&source);
    if (now_us != 0 && findings->errors == errors) {
        check_now(&source, now_us);
    }
}

static void read_zones(struct source *source, const struct yaml_node *list)
{
    struct calendar *calendar = source->calendar;

    if (list == NULL) {
        return;
    }
    struct text_pos at = yaml_tree_pos(source->file, list);
    if (list->count == 0 || list->count > ZONES_MAX) {
        finding_error(source->findings,
                      DIAGNOSTIC_ZONES_COUNT,
                      &at,
                      "нужно от 1 до %d часовых зон",
                      "from 1 to %d zones are needed",
                      ZONES_MAX);
        return;
    }
    calendar->zones = arena_array(calendar->arena, list->count, sizeof(*calendar->zones));
    for (const struct yaml_node *item = list->first; item != NULL && calendar->zones != NULL;
         item = item->next) {
        read_zone(source, item);
    }
}

static void read_zone(struct source *source, const struct yaml_node *node)
{
    struct calendar *calendar = source->calendar;
    struct reader reader = reader_begin(
        source->file, node, (struct phrase){"часовая зона", "the zone"}, source->findings);
    struct calendar_zone zone = {.id = reader_id(&reader, "id", READER_REQUIRED)};

    read_offsets(source, reader_list(&reader, "offsets", READER_REQUIRED), &zone);
    if (!reader_end(&reader) || zone.id == NULL) {
        return;
    }
    if (calendar_has_zone(calendar, zone.id)) {
        reader_error(
            &reader,
            DIAGNOSTIC_ZONE_TWICE,
            node,
            (struct phrase){"часовая зона «%s» уже описана", "the zone \"%s\" is there already"},
            zone.id);
        return;
    }
    zone.id = arena_text(calendar->arena, zone.id);
    if (zone.id != NULL) {
        calendar->zones[calendar->zone_count++] = zone;
    }
}

static void
read_offsets(struct source *source, const struct yaml_node *list, struct calendar_zone *zone)
{
    int32_t before_s = 0;

    if (list == NULL) {
        return;
    }
    struct text_pos at = yaml_tree_pos(source->file, list);
    if (list->count == 0 || list->count > OFFSETS_MAX) {
        finding_error(source->findings,
                      DIAGNOSTIC_OFFSETS_COUNT,
                      &at,
                      "нужно от 1 до %d смещений",
                      "from 1 to %d offsets are needed",
                      OFFSETS_MAX);
        return;
    }
    zone->offsets = arena_array(source->calendar->arena, list->count, sizeof(*zone->offsets));
    for (const struct yaml_node *item = list->first; item != NULL && zone->offsets != NULL;
         item = item->next) {
        struct reader reader = reader_begin(
            source->file, item, (struct phrase){"смещение", "the offset"}, source->findings);
        const char *from = reader_text(&reader, "from", READER_REQUIRED);
        const char *utc = reader_text(&reader, "utc", READER_REQUIRED);
        struct utc_civil civil;
        int32_t offset_s;

        if (!reader_end(&reader)) {
            continue;
        }
        if (!utc_parse_date(from, &civil) || !utc_parse_offset(utc, &offset_s)) {
            reader_error(&reader,
                         DIAGNOSTIC_OFFSET_WRONG,
                         item,
                         (struct phrase){"нужны дата и смещение, как 2016-07-24 и \"+07:00\"",
                                         "a date and an offset, as 2016-07-24 and \"+07:00\""},
                         "");
            continue;
        }
        if (zone->offset_count == 0) {
            before_s = offset_s;
        }
        int64_t from_us = utc_of_civil(&civil) - before_s * UTC_SECOND_US;
        if (zone->offset_count > 0 && from_us <= zone->offsets[zone->offset_count - 1].from_us) {
            reader_error(&reader,
                         DIAGNOSTIC_OFFSETS_ORDER,
                         item,
                         (struct phrase){"даты смещений должны идти по порядку",
                                         "dates of offsets must be in order"},
                         "");
            continue;
        }
        zone->offsets[zone->offset_count++] =
            (struct calendar_offset){.from_us = from_us, .offset_s = offset_s};
        before_s = offset_s;
    }
}

static void read_work(struct source *source, const struct yaml_node *node)
{
    if (node == NULL) {
        return;
    }
    struct reader reader = reader_begin(
        source->file, node, (struct phrase){"рабочее время", "working time"}, source->findings);
    struct calendar *calendar = source->calendar;

    calendar->weekdays = read_weekdays(&reader);
    bool clocks = read_clock(&reader, "from", &calendar->from_us);
    clocks = read_clock(&reader, "to", &calendar->to_us) && clocks;
    if (clocks && calendar->from_us >= calendar->to_us) {
        reader_error(&reader,
                     DIAGNOSTIC_WORKDAY_ENDS,
                     node,
                     (struct phrase){"рабочий день должен кончаться позже, чем начинается",
                                     "a working day must end after it begins"},
                     "");
    }
    (void)reader_end(&reader);
}

static uint32_t read_weekdays(struct reader *reader)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const russian[] = {"пн", "вт", "ср", "чт", "пт", "сб", "вс"};
    const struct yaml_node *list = reader_list(reader, "days", READER_REQUIRED);
    uint32_t mask = 0;

    for (const struct yaml_node *item = list == NULL ? NULL : list->first; item != NULL;
         item = item->next) {
        uint32_t found = 0;
        for (uint32_t day = 0; day < 7 && item->kind == YAML_SCALAR; day++) {
            if (strcmp(item->text, names[day]) == 0 || strcmp(item->text, russian[day]) == 0) {
                found = UINT32_C(1) << day;
            }
        }
        if (found == 0) {
            reader_error(reader,
                         DIAGNOSTIC_WEEKDAY_WRONG,
                         item,
                         (struct phrase){"дни недели: mon tue wed thu fri sat sun",
                                         "days of the week: mon tue wed thu fri sat sun"},
                         "");
        }
        mask |= found;
    }
    if (list != NULL && mask == 0) {
        reader_error(reader,
                     DIAGNOSTIC_WEEKDAYS_NONE,
                     list,
                     (struct phrase){"нужен хотя бы один рабочий день",
                                     "at least one working day is needed"},
                     "");
    }
    return mask;
}

static bool read_clock(struct reader *reader, const char *key, int64_t *out)
{
    const char *text = reader_text(reader, key, READER_REQUIRED);
    int32_t seconds;

    if (text == NULL) {
        return false;
    }
    if (!utc_parse_clock(text, &seconds)) {
        return reader_error(reader,
                            DIAGNOSTIC_CLOCK_WRONG,
                            yaml_tree_get(reader->map, key),
                            (struct phrase){"«%s» — не время суток, как \"09:00\"",
                                            "\"%s\" is no time of day as \"09:00\""},
                            text);
    }
    *out = seconds * UTC_SECOND_US;
    return true;
}

static void read_years(struct source *source, const struct yaml_node *list)
{
    struct calendar *calendar = source->calendar;

    if (list == NULL) {
        return;
    }
    if (list->count > YEARS_MAX) {
        struct text_pos at = yaml_tree_pos(source->file, list);
        finding_error(source->findings,
                      DIAGNOSTIC_YEARS_COUNT,
                      &at,
                      "в календаре больше %d лет",
                      "more than %d years in the calendar",
                      YEARS_MAX);
        return;
    }
    calendar->days =
        arena_array(calendar->arena, list->count * YEAR_DAYS_MAX, sizeof(*calendar->days));
    for (const struct yaml_node *item = list->first; item != NULL && calendar->days != NULL;
         item = item->next) {
        read_year(source, item);
    }
}

static void read_year(struct source *source, const struct yaml_node *node)
{
    struct reader reader = reader_begin(source->file,
                                        node,
                                        (struct phrase){"год календаря", "the calendar's year"},
                                        source->findings);
    size_t first = source->calendar->day_count;
    int64_t year = 0;

    if (!reader_number(&reader, "year", 9999, &year)) {
        if (reader.map != NULL && !reader.failed) {
            reader_error(&reader,
                         DIAGNOSTIC_KEY_MISSING,
                         node,
                         (struct phrase){"не хватает ключа «%s»", "the key \"%s\" is missing"},
                         "year");
        }
        return;
    }
    for (size_t i = 0; i < source->year_count; i++) {
        if (source->years[i] == year) {
            reader_error(&reader,
                         DIAGNOSTIC_YEAR_TWICE,
                         node,
                         (struct phrase){"этот год уже описан", "this year is there already"},
                         "");
        }
    }
    source->years[source->year_count++] = (int32_t)year;
    read_days(source, &reader, "holidays", year);
    size_t worked = source->calendar->day_count;
    read_days(source, &reader, "workdays", year);
    for (size_t i = worked; i < source->calendar->day_count; i++) {
        source->calendar->days[i].working = true;
    }
    (void)reader_node(&reader, "short", READER_OPTIONAL);
    if (!reader_end(&reader)) {
        source->calendar->day_count = first;
    }
}

/* Appends them as days off. A year holds at most as many days as were reserved for it. */
static void read_days(struct source *source, struct reader *reader, const char *key, int64_t year)
{
    const struct yaml_node *list = reader_list(reader, key, READER_OPTIONAL);

    if (list != NULL && list->count > YEAR_DAYS_MAX / 2) {
        reader_error(reader, DIAGNOSTIC_LIST_TOO_LONG, list, too_many, key);
        return;
    }
    for (const struct yaml_node *item = list == NULL ? NULL : list->first; item != NULL;
         item = item->next) {
        struct utc_civil civil;

        if (item->kind != YAML_SCALAR || !utc_parse_date(item->text, &civil)) {
            reader_error(reader,
                         DIAGNOSTIC_DATE_WRONG,
                         item,
                         (struct phrase){"«%s» — не дата, как 2026-01-31",
                                         "\"%s\" is no date as 2026-01-31"},
                         item->kind == YAML_SCALAR ? item->text : "");
        } else if (civil.year != year) {
            reader_error(
                reader,
                DIAGNOSTIC_DAY_OF_OTHER_YEAR,
                item,
                (struct phrase){"день «%s» — не этого года", "the day \"%s\" is of another year"},
                item->text);
        } else {
            add_day(source, reader, item, utc_day_of(utc_of_civil(&civil)));
        }
    }
}

static void
add_day(struct source *source, struct reader *reader, const struct yaml_node *item, int64_t day)
{
    struct calendar *calendar = source->calendar;

    for (size_t i = 0; i < calendar->day_count; i++) {
        if (calendar->days[i].day == day) {
            reader_error(
                reader,
                DIAGNOSTIC_DAY_TWICE,
                item,
                (struct phrase){"день «%s» назван дважды", "the day \"%s\" is named twice"},
                item->text);
            return;
        }
    }
    calendar->days[calendar->day_count++] = (struct calendar_day){.day = day, .working = false};
}

static void sort_days(struct source *source)
{
    struct calendar *calendar = source->calendar;

    if (calendar->day_count == 0) {
        return;
    }
    qsort(calendar->days, calendar->day_count, sizeof(*calendar->days), compare_days);
}

static void check_now(struct source *source, int64_t now_us)
{
    int32_t year = utc_to_civil(now_us).year;
    struct text_pos at = error_pos(source->file->name, 1, 1);

    for (size_t i = 0; i < source->year_count; i++) {
        if (source->years[i] == year) {
            return;
        }
    }
    finding_warning(source->findings,
                    DIAGNOSTIC_YEAR_MISSING,
                    &at,
                    "нет праздников %d года: рабочие дни считаются только по дням недели",
                    "no holidays of the year %d: working days follow the days of the week alone",
                    (int)year);
}

static int compare_days(const void *a, const void *b)
{
    int64_t one = ((const struct calendar_day *)a)->day;
    int64_t other = ((const struct calendar_day *)b)->day;

    return one < other ? -1 : one > other ? 1 : 0;
}
