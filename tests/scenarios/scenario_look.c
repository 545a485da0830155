/* Names, times and codes of a scenario, looked up; a failure is told with the line. */
#include "tests/scenarios/scenario.h"

#include "base/utc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 1200 };

static const char *const zone = "novosibirsk";

void scenario_fail(struct scenario *scenario,
                   struct scenario_failures *failures,
                   const char *format,
                   ...)
{
    char text[TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (failures->count < SCENARIO_FAILURES_MAX) {
        failures->texts[failures->count++] =
            arena_format(scenario->arena, "%s:%u: %s", scenario->path, scenario->line, text);
    }
}

bool scenario_name(struct scenario *scenario, const char *name, const struct scenario_name **out)
{
    for (size_t i = 0; i < scenario->name_count; i++) {
        if (strcmp(scenario->names[i].name, name) == 0) {
            *out = &scenario->names[i];
            return true;
        }
    }
    scenario_fail(scenario, &scenario->steps, "no referral was sent as %s", name);
    return false;
}

bool scenario_case(struct scenario *scenario, const char *name, struct case_record *out)
{
    const struct scenario_name *found = NULL;
    struct referral_record referral;
    if (!scenario_name(scenario, name, &found)) {
        return false;
    }
    if (!store_referral(scenario->world->store, &found->id, &referral) ||
        !store_case(scenario->world->store, &referral.case_id, out)) {
        scenario_fail(scenario, &scenario->steps, "%s is not in the store", name);
        return false;
    }
    return true;
}

static bool
look_up(struct scenario *scenario, enum directory_kind kind, const char *id, uint32_t *out)
{
    if (scenario->world->core.region == NULL) {
        scenario_fail(scenario, &scenario->steps, "a scenario begins with `at DATE TIME`");
        return false;
    }
    const struct directory *directory = scenario->world->core.region->directory;
    *out = directory_find(directory, kind, id);
    for (uint32_t i = 1; *out == 0 && i <= directory_count(directory, kind); i++) {
        /* Somebody who was removed may still be spoken of. */
        const struct directory_worker *row = directory_worker(directory, i);
        if (kind == DIRECTORY_WORKER && row != NULL && strcmp(row->id, id) == 0) {
            *out = i;
        }
    }
    if (*out == 0) {
        scenario_fail(scenario, &scenario->steps, "the region does not know %s", id);
    }
    return *out != 0;
}

bool scenario_worker(struct scenario *scenario, const char *id, uint32_t *out)
{
    return look_up(scenario, DIRECTORY_WORKER, id, out);
}

bool scenario_site(struct scenario *scenario, const char *id, uint32_t *out)
{
    return look_up(scenario, DIRECTORY_SITE, id, out);
}

const char *scenario_worker_id(const struct scenario *scenario, uint32_t worker)
{
    const struct directory_worker *row =
        directory_worker(scenario->world->core.region->directory, worker);
    return row == NULL ? "nobody" : row->id;
}

static int64_t offset_us(const struct scenario *scenario, int64_t at_us)
{
    const struct region *region = scenario->world->core.region;
    enum { HOURS_EAST = 7 }; /* before there is a calendar */
    return region == NULL
               ? HOURS_EAST * UTC_HOUR_US
               : (int64_t)calendar_offset_s(region->calendar, zone, at_us) * UTC_SECOND_US;
}

bool scenario_time(struct scenario *scenario, const char *date, const char *clock, int64_t *out)
{
    struct utc_civil civil;
    int32_t seconds = 0;
    if (!utc_parse_date(date, &civil) || !utc_parse_clock(clock, &seconds)) {
        scenario_fail(
            scenario, &scenario->steps, "%s %s is no time such as 2026-11-23 10:00", date, clock);
        return false;
    }
    const int64_t local_us = utc_of_civil(&civil) + seconds * UTC_SECOND_US;
    *out = local_us - offset_us(scenario, local_us);
    return true;
}

const char *scenario_local(struct scenario *scenario, int64_t at_us)
{
    if (at_us == 0) {
        return "never";
    }
    const struct utc_civil civil = utc_to_civil(at_us + offset_us(scenario, at_us));
    return arena_format(scenario->arena,
                        "%04d-%02d-%02d %02d:%02d:%02d",
                        (int)civil.year,
                        (int)civil.month,
                        (int)civil.day,
                        (int)civil.hour,
                        (int)civil.minute,
                        (int)civil.second);
}

uint32_t scenario_code(struct scenario *scenario, enum vocabulary list, const char *code)
{
    for (uint32_t number = 1; number < vocabulary_count(list); number++) {
        if (strcmp(vocabulary_code(list, number), code) == 0) {
            return number;
        }
    }
    const char *nearest = vocabulary_nearest(list, code);
    scenario_fail(scenario,
                  &scenario->steps,
                  "%s: no such code; perhaps %s",
                  code,
                  nearest == NULL ? "another list" : nearest);
    return 0;
}
