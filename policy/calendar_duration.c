/* Durations as text: "3 wd", "3 рд", "3 working days". */
#include "policy/calendar.h"

#include <stdio.h>
#include <string.h>

enum { AMOUNT_DIGITS_MAX = 4, DAYS_OF_WEEK = 7, DAYS_OF_MONTH = 30 };

struct unit_name {
    const char *name;
    enum duration_unit unit;
    uint32_t times;
};

static const struct unit_name unit_names[] = {
    {"min", DURATION_MINUTES, 1},
    {"мин", DURATION_MINUTES, 1},
    {"h", DURATION_HOURS, 1},
    {"ч", DURATION_HOURS, 1},
    {"d", DURATION_DAYS, 1},
    {"д", DURATION_DAYS, 1},
    {"wh", DURATION_WORK_HOURS, 1},
    {"рч", DURATION_WORK_HOURS, 1},
    {"wd", DURATION_WORK_DAYS, 1},
    {"рд", DURATION_WORK_DAYS, 1},
    {"w", DURATION_DAYS, DAYS_OF_WEEK},
    {"нед", DURATION_DAYS, DAYS_OF_WEEK},
    {"mo", DURATION_DAYS, DAYS_OF_MONTH},
    {"мес", DURATION_DAYS, DAYS_OF_MONTH},
};

/* Russian: 1 час, 2 часа, 5 часов; English: 1 hour, 2 hours. */
static const struct {
    const char *code;
    const char *ru[3];
    const char *en[2];
} spellings[] = {
    [DURATION_NONE] = {"", {"", "", ""}, {"", ""}},
    [DURATION_MINUTES] = {"min", {"минута", "минуты", "минут"}, {"minute", "minutes"}},
    [DURATION_HOURS] = {"h", {"час", "часа", "часов"}, {"hour", "hours"}},
    [DURATION_DAYS] = {"d", {"сутки", "суток", "суток"}, {"day", "days"}},
    [DURATION_WORK_HOURS] = {"wh",
                             {"рабочий час", "рабочих часа", "рабочих часов"},
                             {"working hour", "working hours"}},
    [DURATION_WORK_DAYS] = {"wd",
                            {"рабочий день", "рабочих дня", "рабочих дней"},
                            {"working day", "working days"}},
};

static size_t russian_form(uint32_t amount);

bool calendar_parse_duration(const char *text, struct duration *out)
{
    size_t digits = strspn(text, "0123456789");
    uint32_t amount = 0;

    if (digits == 0 || digits > AMOUNT_DIGITS_MAX) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        amount = amount * 10 + (uint32_t)(text[i] - '0');
    }
    const char *name = text + digits;
    name += name[0] == ' ' ? 1 : 0;
    for (size_t i = 0; i < sizeof(unit_names) / sizeof(unit_names[0]); i++) {
        if (amount > 0 && strcmp(name, unit_names[i].name) == 0) {
            out->amount = amount * unit_names[i].times;
            out->unit = unit_names[i].unit;
            return true;
        }
    }
    return false;
}

const char *calendar_format_duration(struct duration duration, char *buffer, size_t buffer_bytes)
{
    if (duration.unit == DURATION_NONE) {
        (void)snprintf(buffer, buffer_bytes, "-");
    } else {
        (void)snprintf(buffer,
                       buffer_bytes,
                       "%u %s",
                       (unsigned)duration.amount,
                       spellings[duration.unit].code);
    }
    return buffer;
}

const char *calendar_spell_duration(struct duration duration,
                                    enum language language,
                                    char *buffer,
                                    size_t buffer_bytes)
{
    const char *unit = language == LANGUAGE_RU
                           ? spellings[duration.unit].ru[russian_form(duration.amount)]
                           : spellings[duration.unit].en[duration.amount == 1 ? 0 : 1];

    if (duration.unit == DURATION_NONE) {
        (void)snprintf(
            buffer, buffer_bytes, "%s", language == LANGUAGE_RU ? "без срока" : "no norm");
    } else {
        (void)snprintf(buffer, buffer_bytes, "%u %s", (unsigned)duration.amount, unit);
    }
    return buffer;
}

/* 0: 1, 21, 31; 1: 2..4, 22..24; 2: the others, 11..14 among them. */
static size_t russian_form(uint32_t amount)
{
    uint32_t tens = amount % 100;
    uint32_t ones = amount % 10;

    if (tens >= 11 && tens <= 14) {
        return 2;
    }
    return ones == 1 ? 0 : ones >= 2 && ones <= 4 ? 1 : 2;
}
