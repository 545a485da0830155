/* Words; see the header. */
#include "agents/ctl/wording.h"

#include "agents/ctl/moment.h"

#include <assert.h>
#include <string.h>

static const char *
risk_in_color(const struct screen *screen, enum risk risk, char buffer[WORDING_TEXT_MAX]);
static void person_line(const struct screen *screen, const struct person *person);
static void codes_of(enum vocabulary list, char *buffer, size_t buffer_bytes);
static void list_add(char *buffer, size_t buffer_bytes, size_t *used, const char *item);

const char *wording_mask(enum vocabulary list,
                         uint32_t mask,
                         enum language language,
                         char buffer[WORDING_TEXT_MAX])
{
    size_t used = 0;

    buffer[0] = '\0';
    for (uint32_t number = 1; number < vocabulary_count(list); number++) {
        if ((mask >> number & 1) != 0) {
            list_add(buffer,
                     WORDING_TEXT_MAX,
                     &used,
                     phrase_in(vocabulary_title(list, number), language));
        }
    }
    if (used == 0) {
        (void)snprintf(buffer, WORDING_TEXT_MAX, "—");
    }
    return buffer;
}

const char *wording_bar(uint32_t load, uint32_t capacity, char buffer[WORDING_BAR_BYTES])
{
    uint64_t full = capacity == 0 ? WORDING_BAR_CELLS
                                  : ((uint64_t)load * WORDING_BAR_CELLS + capacity - 1) / capacity;
    size_t used = 0;

    for (uint64_t cell = 0; cell < WORDING_BAR_CELLS; cell++) {
        const char *block = cell < full ? "█" : "░";
        memcpy(buffer + used, block, strlen(block));
        used += strlen(block);
    }
    int length = snprintf(
        buffer + used, WORDING_BAR_BYTES - used, " %u/%u", (unsigned)load, (unsigned)capacity);
    assert(length > 0 && (size_t)length < WORDING_BAR_BYTES - used);
    return buffer;
}

const char *wording_title(const struct screen *screen, enum vocabulary list, uint32_t number)
{
    return number == 0 ? "—" : screen_phrase(screen, vocabulary_title(list, number));
}

const char *wording_due(const struct screen *screen, int64_t due_us, char buffer[WORDING_TEXT_MAX])
{
    bool late = due_us != 0 && screen->now_us > due_us;
    char due[MOMENT_TEXT_MAX];

    (void)snprintf(buffer,
                   WORDING_TEXT_MAX,
                   "%s%s%s",
                   late ? screen_color(screen, SCREEN_RED) : "",
                   moment_due(due_us, screen->now_us, screen->language, due),
                   late ? screen_color(screen, SCREEN_PLAIN) : "");
    return buffer;
}

const char *wording_late(const struct screen *screen,
                         int64_t at_us,
                         int64_t due_us,
                         char buffer[WORDING_TEXT_MAX])
{
    char span[MOMENT_TEXT_MAX];

    buffer[0] = '\0';
    if (due_us != 0 && at_us > due_us) {
        (void)snprintf(buffer,
                       WORDING_TEXT_MAX,
                       SCREEN_IN(screen, ", с опозданием на %s", ", %s late"),
                       moment_span(at_us - due_us, screen->language, span));
    }
    return buffer;
}

void wording_labels(const struct screen *screen, const struct labels *labels)
{
    enum language language = screen->language;
    char text[WORDING_TEXT_MAX];

    screen_field(screen,
                 SCREEN_IN(screen, "Уровень", "Level"),
                 "%s",
                 risk_in_color(screen, labels->risk, text));
    screen_field(screen, SCREEN_IN(screen, "Территория", "Territory"), "%s", labels->territory);
    screen_field(screen,
                 SCREEN_IN(screen, "Потребности", "Needs"),
                 "%s",
                 wording_mask(VOCABULARY_NEED, labels->needs, language, text));
    screen_field(screen,
                 SCREEN_IN(screen, "Возрасты", "Ages"),
                 "%s",
                 wording_mask(VOCABULARY_AGE, labels->ages, language, text));
    if (labels->flags != 0) {
        screen_field(screen,
                     SCREEN_IN(screen, "Признаки", "Flags"),
                     "%s",
                     wording_mask(VOCABULARY_FLAG, labels->flags, language, text));
    }
    if (labels->children != 0) {
        screen_field(
            screen, SCREEN_IN(screen, "Детей", "Children"), "%u", (unsigned)labels->children);
    }
    screen_field(screen,
                 SCREEN_IN(screen, "Направление", "Direction"),
                 "%s",
                 wording_title(screen, VOCABULARY_DIRECTION, labels->direction));
    screen_field(screen,
                 SCREEN_IN(screen, "Канал", "Channel"),
                 "%s",
                 wording_title(screen, VOCABULARY_CHANNEL, labels->channel));
    screen_field(screen,
                 SCREEN_IN(screen, "Основание", "Legal basis"),
                 "%s",
                 wording_title(screen, VOCABULARY_LEGAL_BASIS, labels->basis));
}

void wording_facts(const struct screen *screen, const struct facts *facts)
{
    const struct {
        const char *label;
        const char *text;
    } lines[] = {
        {SCREEN_IN(screen, "Адрес", "Address"), facts->address},
        {SCREEN_IN(screen, "Телефон", "Telephone"), facts->phone},
        {SCREEN_IN(screen, "Примечание", "Note"), facts->note},
        {SCREEN_IN(screen, "Обстоятельства", "Circumstances"), facts->circumstances},
        {SCREEN_IN(screen, "Здоровье", "Health"), facts->health},
        {SCREEN_IN(screen, "Право", "Law"), facts->law},
    };

    for (size_t i = 0; i < facts->person_count; i++) {
        person_line(screen, &facts->persons[i]);
    }
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (lines[i].text != NULL && lines[i].text[0] != '\0') {
            screen_field(screen, lines[i].label, "%s", lines[i].text);
        }
    }
    for (size_t i = 0; i < facts->document_count; i++) {
        screen_field(screen,
                     SCREEN_IN(screen, "Документ", "Document"),
                     "%s %s",
                     facts->documents[i].title,
                     facts->documents[i].number);
    }
}

bool wording_find(const struct screen *screen,
                  enum vocabulary list,
                  const char *typed,
                  uint32_t *out,
                  struct error *err)
{
    uint32_t number = vocabulary_find(list, typed);
    char codes[WORDING_TEXT_MAX / 2];

    if (number != 0) {
        *out = number;
        return true;
    }
    const char *name = screen_phrase(screen, vocabulary_name(list));
    const char *nearest = typed[0] == '\0' ? NULL : vocabulary_nearest(list, typed);
    if (nearest != NULL) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(screen,
                                   "%s: нет такого значения «%.60s». Может быть, «%s»?",
                                   "%s: there is no “%.60s”. Perhaps “%s”?"),
                         name,
                         typed,
                         nearest);
    }
    codes_of(list, codes, sizeof(codes));
    if (typed[0] == '\0') {
        return error_set(
            err,
            ERROR_USAGE,
            SCREEN_IN(screen, "не указано: %s. Есть: %s", "not given: %s. There are: %s"),
            name,
            codes);
    }
    return error_set(err,
                     ERROR_USAGE,
                     SCREEN_IN(screen,
                               "%s: нет такого значения «%.60s». Есть: %s",
                               "%s: there is no “%.60s”. There are: %s"),
                     name,
                     typed,
                     codes);
}

/* A level painted by its weight. */
static const char *
risk_in_color(const struct screen *screen, enum risk risk, char buffer[WORDING_TEXT_MAX])
{
    enum screen_color color = risk == RISK_CRITICAL ? SCREEN_RED
                              : risk == RISK_SOP    ? SCREEN_YELLOW
                                                    : SCREEN_PLAIN;

    (void)snprintf(buffer,
                   WORDING_TEXT_MAX,
                   "%s%s%s",
                   color == SCREEN_PLAIN ? "" : screen_color(screen, color),
                   wording_title(screen, VOCABULARY_RISK, risk),
                   color == SCREEN_PLAIN ? "" : screen_color(screen, SCREEN_PLAIN));
    return buffer;
}

static void person_line(const struct screen *screen, const struct person *person)
{
    const char *role = wording_title(screen, VOCABULARY_PERSON_ROLE, person->role);
    const char *parts[] = {
        person->surname, person->name, person->patronymic, person->born, person->document};
    char text[WORDING_TEXT_MAX * 2];
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i] == NULL || parts[i][0] == '\0') {
            continue;
        }
        int length = snprintf(text + used,
                              sizeof(text) - used,
                              "%s%s",
                              used == 0 ? ""
                              : i >= 3  ? ", "
                                        : " ",
                              parts[i]);
        used += length > 0 ? (size_t)length : 0;
        used = used < sizeof(text) ? used : sizeof(text) - 1;
    }
    screen_field(screen, role, "%s", text);
}

static void codes_of(enum vocabulary list, char *buffer, size_t buffer_bytes)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (uint32_t number = 1; number < vocabulary_count(list); number++) {
        list_add(buffer, buffer_bytes, &used, vocabulary_code(list, number));
    }
}

/* One more item behind a comma; an item that does not fit whole is left out. */
static void list_add(char *buffer, size_t buffer_bytes, size_t *used, const char *item)
{
    int length =
        snprintf(buffer + *used, buffer_bytes - *used, "%s%s", *used > 0 ? ", " : "", item);

    if (length < 0 || (size_t)length >= buffer_bytes - *used) {
        buffer[*used] = '\0';
        return;
    }
    *used += (size_t)length;
}
